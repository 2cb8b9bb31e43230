"""What a manifest and its configuration tell of a model artifact: anybody's text, read with
care."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from modeldesk.core.artifacts.media_types import (
    FILE_ANNOTATION,
    PATH_ANNOTATION,
    TITLE_ANNOTATION,
    kind_of_config,
    layer_of_type,
)
from modeldesk.core.artifacts.model import EPOCH, Artifact, ArtifactLayer, Form, Kind
from modeldesk.core.errors import ArchiveDamaged, ArtifactError, NoArtifact
from modeldesk.core.image_documents import Descriptor, Index, load, read_manifest
from modeldesk.core.jobs import CancelToken
from modeldesk.core.labels import FRAMEWORK_LABEL, MODEL_NAME_LABEL
from modeldesk.core.registry.model import Manifest
from modeldesk.core.registry.ports import Registry
from modeldesk.core.text import printable
from modeldesk.core.words import tr

MOST_LAYERS = 10_000
_LONGEST = 400
_OCTAL_EXECUTABLE = 0o100


def fetch_artifact(
    registry: Registry, repository: str, reference: str, token: CancelToken
) -> tuple[Manifest, Artifact]:
    """The artifact that a tag or digest names. Raises `NoArtifact` for an image or what is not
    known, `ArtifactError` for what is damaged, and as `Registry`."""
    manifest = registry.manifest(repository, reference, token)
    return manifest, artifact_of(registry, repository, manifest, token)


def artifact_of(
    registry: Registry, repository: str, manifest: Manifest, token: CancelToken
) -> Artifact:
    """The same of a manifest that was fetched."""
    kind, config, layers = read_parts(manifest)
    document = registry.document(repository, config.digest, token)
    return _artifact(kind, manifest, config, layers, document)


def is_artifact(manifest: Manifest) -> bool:
    """Whether it is a model artifact of a kind that is known."""
    try:
        read_parts(manifest)
    except ArtifactError:
        return False
    return True


def read_parts(manifest: Manifest) -> tuple[Kind, Descriptor, tuple[ArtifactLayer, ...]]:
    """The kind, the configuration and the layers. Raises as `fetch_artifact`."""
    try:
        found = read_manifest(manifest.content)
    except ArchiveDamaged as error:
        raise NoArtifact(
            tr("{digest} is no manifest of a model.", digest=manifest.digest), detail=str(error)
        ) from error
    if isinstance(found, Index) or found.is_image:
        raise NoArtifact(
            tr("That is a container image, not a model artifact."),
            tr("Have it sent with: modeldesk pull"),
        )
    kind = kind_of_config(found.config.media_type)
    if kind is None:
        raise NoArtifact(
            tr("That is no model artifact of a kind that is known here, but {type}.",
               type=_told_type(manifest) or found.config.media_type or tr("of no type")),
            tr("ModelPack, KitOps ModelKit and Docker’s model artifacts are read."),
        )  # fmt: skip
    if len(found.layers) > MOST_LAYERS:
        raise ArtifactError(
            tr("The artifact has {count} layers, which no honest one has.", count=len(found.layers))
        )
    return kind, found.config, tuple(_layers(found.layers))


def _layers(layers: tuple[Descriptor, ...]) -> Iterator[ArtifactLayer]:
    met: dict[str, int] = {}
    for layer in layers:
        role, form, usual = layer_of_type(layer.media_type)
        named = layer.annotations.get(PATH_ANNOTATION) or layer.annotations.get(TITLE_ANNOTATION)
        path = named or usual
        if not named and usual:
            # Shards without names count from the second on.
            met[usual] = met.get(usual, 0) + 1
            if met[usual] > 1:
                stem, dot, ending = usual.partition(".")
                path = f"{stem}-{met[usual]}{dot}{ending}"
        facts = _object(layer.annotations.get(FILE_ANNOTATION, ""))
        mode = facts.get("mode")
        yield ArtifactLayer(
            role,
            form,
            path or layer.digest.replace(":", "-"),
            layer.digest,
            layer.size_bytes,
            layer.media_type,
            isinstance(mode, int) and bool(mode & _OCTAL_EXECUTABLE) and form is Form.FILE,
            _seconds(facts.get("mtime")),
        )


def _artifact(
    kind: Kind,
    manifest: Manifest,
    config: Descriptor,
    layers: tuple[ArtifactLayer, ...],
    document: bytes,
) -> Artifact:
    try:
        told = load(document)
    except ArchiveDamaged as error:
        raise ArtifactError(
            tr("The artifact’s configuration can’t be read."),
            tr("It was packed wrongly. Have it packed again."),
            str(error),
        ) from error
    labels = _annotations(manifest)
    about = _about_kit(told) if kind is Kind.MODEL_KIT else _about(told)
    described, technical = about
    return Artifact(
        kind,
        manifest.digest,
        config.digest,
        layers,
        name=labels.get(MODEL_NAME_LABEL) or _text(described, "name"),
        version=_text(described, "version"),
        framework=labels.get(FRAMEWORK_LABEL) or _text(technical, "format"),
        architecture=_text(technical, "architecture"),
        parameters=_text(technical, "paramSize") or _text(technical, "parameters"),
        precision=_text(technical, "precision") or _text(technical, "quantization"),
        description=_text(described, "description"),
        licenses=tuple(_texts(described.get("licenses"))),
        created=_moment(described.get("createdAt") or described.get("created")),
        labels=labels,
    )


def _about(told: object) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    found = _mapping(told)
    return _mapping(found.get("descriptor")), _mapping(found.get("config"))


def _about_kit(told: object) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """A Kitfile says the same in other words."""
    found = _mapping(told)
    package, model = _mapping(found.get("package")), _mapping(found.get("model"))
    licenses = [one for one in (package.get("license"), model.get("license")) if one]
    described = {**package, "licenses": licenses[:1]}
    if not package.get("name"):
        described["name"] = model.get("name")
    return described, {"format": model.get("framework") or model.get("format")}


def _annotations(manifest: Manifest) -> dict[str, str]:
    told = _mapping(load(manifest.content)).get("annotations")
    return {key: one for key, one in _mapping(told).items() if isinstance(one, str)}


def _told_type(manifest: Manifest) -> str:
    told = _mapping(load(manifest.content)).get("artifactType")
    return printable(told)[:_LONGEST] if isinstance(told, str) else ""


def _object(text: str) -> Mapping[str, Any]:
    try:
        return _mapping(json.loads(text)) if text else {}
    except (ValueError, RecursionError):
        return {}


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(found: Mapping[str, Any], key: str) -> str:
    value = found.get(key)
    return printable(value)[:_LONGEST] if isinstance(value, str) else ""


def _texts(value: object) -> Iterator[str]:
    for one in value if isinstance(value, list) else ():
        if isinstance(one, str):
            yield printable(one)[:_LONGEST]


def _moment(value: object) -> datetime:
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else EPOCH
    except ValueError:
        return EPOCH
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


def _seconds(value: object) -> float | None:
    found = _moment(value)
    try:
        return None if found == EPOCH else found.timestamp()
    except (OverflowError, OSError, ValueError):
        return None
