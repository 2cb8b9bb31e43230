"""The JSON documents of images: configurations, manifests and indexes, read with care, since they
come from anybody."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from modeldesk.core.errors import ArchiveDamaged, ArchiveError
from modeldesk.core.ids import DiffId, ImageId
from modeldesk.core.images import HistoryEntry, ImageConfig, ImageDetail
from modeldesk.core.words import tr

LARGEST = 2 * 1024 * 1024
"""Bytes; honest ones take a hundredth of it. Read, a hostile one takes twenty-five times its own
room."""
LARGEST_SIZE = 2**45
"""Bytes of a layer: those of all that a document can name still fit into 64 bits."""

_HALF_CHARACTER = re.compile(rb"\\u[dD][89a-fA-F]")
"""Escapes for half of a character, which need not come in pairs."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MOST_DIGITS_OF_FRACTION = 6
_CONFIGURATIONS = (
    "",
    "application/vnd.oci.image.config.v1+json",
    "application/vnd.docker.container.image.v1+json",
)
_SPEAKING = ("in-toto", "cosign", "sigstore")
"""In the types of layers that speak of an image instead of being part of one."""


@dataclass(frozen=True, slots=True)
class Descriptor:
    """A document or layer as another names it."""

    digest: str
    size_bytes: int
    media_type: str = ""
    platform: str = ""
    """``linux/amd64``, ``linux/arm64/v8`` …; empty where none is said."""
    annotations: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_attestation(self) -> bool:
        """Whether it speaks of an image instead of being one."""
        kind = self.annotations.get("vnd.docker.reference.type", "")
        return kind == "attestation-manifest" or self.platform == "unknown/unknown"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What one image consists of."""

    config: Descriptor
    layers: tuple[Descriptor, ...]
    """Base first."""
    artifact_type: str = ""
    """What it says it is, where that is no image."""

    @property
    def is_image(self) -> bool:
        """Whether it is not another kind of artifact, such as a chart or an attestation."""
        # What speaks of images often bears their configuration's type, never their layers'.
        return self.config.media_type in _CONFIGURATIONS and not self.speaks

    @property
    def speaks(self) -> bool:
        """Whether it says something of an image: where it came from, who signed it."""
        return any(word in layer.media_type for layer in self.layers for word in _SPEAKING)


@dataclass(frozen=True, slots=True)
class Index:
    """Several images, or several platforms of one."""

    manifests: tuple[Descriptor, ...]
    artifact_type: str = ""
    """As a manifest's."""

    @property
    def images(self) -> tuple[Descriptor, ...]:
        """Those that are not there to speak of the others."""
        return tuple(one for one in self.manifests if not one.is_attestation)


@dataclass(frozen=True, slots=True)
class LayerOrigin:
    """The history entry that made a layer."""

    created_by: str
    comment: str
    entry: int
    """Its place in the history."""


@dataclass(frozen=True, slots=True)
class Configuration:
    """An image's configuration. The sizes of its history are not known to it."""

    detail: ImageDetail
    origins: tuple[LayerOrigin, ...]
    """One for each layer where the history has as many entries that made one; else empty."""
    created: datetime = _EPOCH
    """The epoch where it is not said."""


def load(content: bytes) -> object:
    """JSON, all of whose texts can be encoded. Raises `ArchiveDamaged`."""
    if len(content) > LARGEST:
        raise _damaged(tr("a document is impossibly long"))
    try:
        if _HALF_CHARACTER.search(content):
            text = json.dumps(json.loads(content), ensure_ascii=False)
            content = text.encode("utf-8", "replace")
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        raise _damaged(tr("a document is no JSON")) from error


def no_archive() -> ArchiveError:
    """What is raised for a file that is something else."""
    return ArchiveError(
        tr("This is no archive of images."),
        tr("Open what “docker save” or “skopeo copy” writes, or an OCI layout."),
    )


def check_digest(content: bytes, digest: str) -> None:
    """Hold a document against the digest it is named by. Raises `ArchiveDamaged`."""
    algorithm, _, expected = digest.partition(":")
    if algorithm not in ("sha256", "sha512"):
        raise _damaged(tr("a digest is of an unknown kind"))
    if hashlib.new(algorithm, content).hexdigest() != expected:
        raise _damaged(tr("a document does not have the digest it is named by"))


def read_manifest(content: bytes) -> Manifest | Index:
    """A manifest or an index, OCI's or Docker's. Raises `ArchiveDamaged`."""
    found = _mapping(load(content))
    if isinstance(found.get("manifests"), list):
        kind = _text(found.get("artifactType"))
        return Index(tuple(map(_descriptor, _items(found, "manifests"))), kind)
    if not isinstance(found.get("config"), dict):
        raise _damaged(tr("a manifest names no configuration"))
    layers = tuple(map(_descriptor, _items(found, "layers")))
    return Manifest(_descriptor(found["config"]), layers, _text(found.get("artifactType")))


def read_configuration(content: bytes) -> Configuration:
    """An image's configuration; its id is its digest. Raises `ArchiveDamaged`."""
    found = _mapping(load(content))
    root = _mapping(found.get("rootfs"))
    diff_ids = tuple(DiffId(one) for one in texts(root.get("diff_ids")))
    entries = [_mapping(one) for one in _items(found, "history")]
    made = [
        (place, entry)
        for place, entry in enumerate(entries)
        if entry.get("empty_layer") is not True
    ]
    config = _mapping(found.get("config"))
    detail = ImageDetail(
        id=ImageId(f"sha256:{hashlib.sha256(content).hexdigest()}"),
        diff_ids=diff_ids,
        history=tuple(
            HistoryEntry(
                _text(entry.get("created_by")),
                0,
                _moment(entry.get("created")),
                _text(entry.get("comment")),
            )
            for entry in entries
        ),
        config=_start(config),
        size_bytes=0,
        architecture=_text(found.get("architecture")),
        operating_system=_text(found.get("os")),
        labels=_pairs(config.get("Labels")),
    )
    origins = tuple(
        LayerOrigin(_text(entry.get("created_by")), _text(entry.get("comment")), place)
        for place, entry in made
    )
    return Configuration(
        detail,
        origins if len(origins) == len(diff_ids) else (),
        _moment(found.get("created")),
    )


def _start(config: Mapping[str, object]) -> ImageConfig:
    return ImageConfig(
        entrypoint=_words(config.get("Entrypoint")),
        command=_words(config.get("Cmd")),
        environment=texts(config.get("Env")),
        user=_text(config.get("User")),
        working_directory=_text(config.get("WorkingDir")),
        exposed_ports=tuple(_mapping(config.get("ExposedPorts"))),
        volumes=tuple(_mapping(config.get("Volumes"))),
        stop_signal=_text(config.get("StopSignal")),
        healthcheck=texts(_mapping(config.get("Healthcheck")).get("Test")),
    )


def _descriptor(value: object) -> Descriptor:
    found = _mapping(value)
    digest, size = _text(found.get("digest")), found.get("size")
    if not digest or ":" not in digest:
        raise _damaged(tr("a manifest names something without its digest"))
    platform = _mapping(found.get("platform"))
    parts = [_text(platform.get(key)) for key in ("os", "architecture", "variant")]
    return Descriptor(
        digest,
        size_in(size),
        _text(found.get("mediaType")),
        "/".join(filter(None, parts)),
        _pairs(found.get("annotations")),
    )


def size_in(told: object) -> int:
    """Bytes that a document tells; 0 for what can be no size: documents come from anybody."""
    return told if isinstance(told, int) and 0 <= told <= LARGEST_SIZE else 0


def _damaged(reason: str) -> ArchiveDamaged:
    return ArchiveDamaged(
        tr("This is not an image, or a damaged one: {reason}.", reason=reason),
        tr("Save or download it again."),
    )


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def _items(found: Mapping[str, object], key: str) -> Sequence[object]:
    value = found.get(key)
    return value if isinstance(value, list) else ()


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def texts(value: object) -> tuple[str, ...]:
    """The texts of a list; what is none is passed over."""
    return tuple(one for one in value if isinstance(one, str)) if isinstance(value, list) else ()


def _words(value: object) -> tuple[str, ...]:
    """A command may be one text."""
    return (value,) if isinstance(value, str) and value else texts(value)


def _pairs(value: object) -> Mapping[str, str]:
    return {key: one for key, one in _mapping(value).items() if isinstance(one, str)}


def _moment(value: object) -> datetime:
    """Builders write nanoseconds, which Python does not read."""
    text = _text(value)
    whole, dot, rest = text.partition(".")
    if dot:
        digits = rest[: len(rest) - len(rest.lstrip("0123456789"))]
        text = f"{whole}.{digits[:_MOST_DIGITS_OF_FRACTION]}{rest[len(digits) :]}"
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return _EPOCH
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
