"""Which images an archive holds, and which of its files are theirs: `docker save` of any age,
OCI layouts, folders that skopeo writes."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from modeldesk.core.contents.model import VERIFIED, LayerBlob, SourceImage
from modeldesk.core.contents.paths import clean
from modeldesk.core.errors import ArchiveDamaged, ArchiveError, InvalidInput, InvalidReference
from modeldesk.core.ids import DiffId
from modeldesk.core.image_documents import (
    Configuration,
    Descriptor,
    Index,
    Manifest,
    check_digest,
    load,
    no_archive,
    read_configuration,
    read_manifest,
    texts,
)
from modeldesk.core.references import Reference
from modeldesk.core.words import tr

ReadFile = Callable[[bytes], bytes | None]
"""A small file of the archive by its path; None where there is none."""

_REFERENCE_NAMES = (
    "io.containerd.image.name",
    "org.opencontainers.image.ref.name",
    "io.modeldesk.reference",
)
_NAMED_BY_DIGEST = re.compile(r"(?:blobs/sha256/|sha256:)?([0-9a-f]{64})(?:\.json)?")
_DEEPEST = 4
_MOST_LISTED = 8
_MOST_IMAGES = 10_000


@dataclass(frozen=True, slots=True)
class ArchivedImage:
    """An image in an archive."""

    names: tuple[str, ...]
    """Tags or reference names; may be none."""
    platform: str
    configuration: Configuration
    layers: tuple[bytes, ...]
    """Paths of its layers, base first, one for each diff ID."""
    blobs: tuple[LayerBlob, ...]

    def is_called(self, name: str) -> bool:
        """Whether a person may mean it by `name`."""
        image = self.configuration.detail.id.removeprefix("sha256:")
        return (
            name in self.names
            or image.startswith(name.removeprefix("sha256:"))
            or _in_full(name) in map(_in_full, self.names)
        )


@dataclass(frozen=True, slots=True)
class Archived:
    """All of an archive."""

    images: tuple[ArchivedImage, ...]
    notes: tuple[str, ...]
    """What was passed over and should be said."""

    def choose(self, name: str, platform: str = "") -> tuple[ArchivedImage, tuple[str, ...]]:
        """The image called `name` (the only one for an empty name), with notes on those that
        were not chosen. Of several platforms the wanted one, or the first. Raises
        `InvalidInput`."""
        found = [image for image in self.images if not name or image.is_called(name)]
        if not found:
            raise InvalidInput(
                tr("“{name}” is not in the archive.", name=name),
                tr("It has: {names}.", names=self._listed()),
            )
        if len({image.names for image in found}) > 1 or len({i.platform for i in found}) < len(
            found
        ):
            raise InvalidInput(
                tr("The archive holds {count} images.", count=len(found)),
                tr("Name one of them: {names}.", names=self._listed()),
            )
        chosen = next((image for image in found if image.platform == platform), found[0])
        others = [image.platform for image in found if image is not chosen]
        notes = self.notes
        if others:
            notes += (
                tr(
                    "It is for several platforms: {chosen} is shown, {others} are not.",
                    chosen=chosen.platform,
                    others=", ".join(others),
                ),
            )
        return chosen, notes

    def _listed(self) -> str:
        names = [image.names[0] if image.names else image.configuration.detail.id[:19]
                 for image in self.images[:_MOST_LISTED]]  # fmt: skip
        return ", ".join(names)


def source_image(
    name: str,
    image: ArchivedImage,
    notes: tuple[str, ...],
    stamp: str = VERIFIED,
    claimed: frozenset[DiffId] = frozenset(),
) -> SourceImage:
    """As the rest of the program knows an image."""
    return SourceImage(name, image.configuration.detail, image.blobs, notes, stamp, claimed)


def find_images(read: ReadFile) -> Archived:
    """All images of an archive whose files `read` gives. Raises `ArchiveError`."""
    content = read(b"manifest.json")
    if content is not None:
        found = load(content)
        if isinstance(found, list):
            return Archived(tuple(_saved(found, read)), ())
        return _Layout(read, b"").of_one(content)
    content = read(b"index.json")
    if content is None:
        raise no_archive()
    return _Layout(read, b"blobs/").of_index(content)


def _saved(entries: list[object], read: ReadFile) -> Iterator[ArchivedImage]:
    """Of ``manifest.json`` as docker writes it."""
    for entry in entries[:_MOST_IMAGES]:
        if not isinstance(entry, dict):
            raise _incomplete("manifest.json")
        config_path = str(entry.get("Config", ""))
        config = read(clean(config_path.encode()))
        if config is None:
            raise _incomplete(config_path)
        if named := _NAMED_BY_DIGEST.fullmatch(config_path):
            check_digest(config, f"sha256:{named[1]}")
        layers = [clean(layer.encode()) for layer in texts(entry.get("Layers"))]
        descriptors = [Descriptor(_digest_in(path), 0) for path in layers]
        yield _image(texts(entry.get("RepoTags")), "", config, layers, descriptors)


class _Layout:
    """Blobs under the names of their digests."""

    def __init__(self, read: ReadFile, folder: bytes) -> None:
        self._read = read
        self._folder = folder
        self._attestations = 0
        self._absent: list[str] = []
        """Platforms that are named and not there."""
        self._count = 0

    def of_one(self, content: bytes) -> Archived:
        """Of a folder whose ``manifest.json`` is one image's manifest."""
        found = read_manifest(content)
        if isinstance(found, Index):
            return self.of_index(content)
        return Archived((self._image((), "", found),), ())

    def of_index(self, content: bytes) -> Archived:
        """Of an index and all that it names."""
        found = read_manifest(content)
        if isinstance(found, Manifest):
            return self.of_one(content)
        images = tuple(self._walk(found, (), 0))
        notes: tuple[str, ...] = ()
        if self._attestations:
            notes = (tr("It also holds attestations, which are not images."),)
        if self._absent:
            names = ", ".join(dict.fromkeys(self._absent[:_MOST_LISTED]))
            notes += (tr("It names images that it does not hold: {names}.", names=names),)
        if not images:
            raise ArchiveError(
                tr("The archive holds no image."), tr("It may hold another kind of artifact.")
            )
        return Archived(images, notes)

    def _walk(self, index: Index, names: tuple[str, ...], depth: int) -> Iterator[ArchivedImage]:
        if depth > _DEEPEST:
            raise ArchiveDamaged(tr("The indexes of the archive lead into each other."))
        for descriptor in index.manifests:
            self._count += 1
            if self._count > _MOST_IMAGES:
                return
            if descriptor.is_attestation:
                self._attestations += 1
                continue
            own = _names(descriptor.annotations) or names
            content = self._document(descriptor)
            if content is None:
                # Archives are often saved for one platform while their index names all.
                self._absent.append(descriptor.platform or descriptor.digest[:19])
                continue
            found = read_manifest(content)
            if isinstance(found, Index):
                yield from self._walk(found, own, depth + 1)
            elif found.is_image:
                yield self._image(own, descriptor.platform, found)

    def _image(self, names: tuple[str, ...], platform: str, manifest: Manifest) -> ArchivedImage:
        config = self._document(manifest.config)
        if config is None:
            raise _incomplete(manifest.config.digest)
        layers = [self._path(layer.digest) for layer in manifest.layers]
        return _image(names, platform, config, layers, manifest.layers)

    def _document(self, descriptor: Descriptor) -> bytes | None:
        path = self._path(descriptor.digest)
        content = self._read(path)
        if content is None and not self._folder:
            # So skopeo names all manifests but the first.
            content = self._read(path + b".manifest.json")
        if content is not None:
            check_digest(content, descriptor.digest)
        return content

    def _path(self, digest: str) -> bytes:
        algorithm, _, name = digest.partition(":")
        if not self._folder:
            return clean(name.encode())
        return clean(self._folder + f"{algorithm}/{name}".encode())


def _in_full(name: str) -> str:
    """A name as it is whether or not its registry was written."""
    try:
        return str(Reference.parse(name))
    except InvalidReference:
        return name


def _image(
    names: tuple[str, ...],
    platform: str,
    config: bytes,
    layers: list[bytes],
    descriptors: tuple[Descriptor, ...] | list[Descriptor],
) -> ArchivedImage:
    configuration = read_configuration(config)
    detail = configuration.detail
    if len(layers) != len(detail.diff_ids):
        raise ArchiveDamaged(
            tr("The image names {layers} layers, but its configuration {others}.",
               layers=len(layers), others=len(detail.diff_ids)),
            tr("Save or download it again."),
        )  # fmt: skip
    return ArchivedImage(
        names,
        platform or f"{detail.operating_system}/{detail.architecture}",
        configuration,
        tuple(layers),
        layer_blobs(configuration, descriptors),
    )


def layer_blobs(
    configuration: Configuration, descriptors: tuple[Descriptor, ...] | list[Descriptor]
) -> tuple[LayerBlob, ...]:
    """What is known of each layer from configuration and manifest."""
    origins = configuration.origins
    return tuple(
        LayerBlob(
            diff_id,
            descriptor.digest,
            descriptor.size_bytes or None,
            origins[number].created_by if origins else "",
            origins[number].comment if origins else "",
        )
        for number, (diff_id, descriptor) in enumerate(
            zip(configuration.detail.diff_ids, descriptors, strict=True)
        )
    )


def _names(annotations: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(
        dict.fromkeys(annotations[key] for key in _REFERENCE_NAMES if annotations.get(key))
    )


def _digest_in(path: bytes) -> str:
    """The digest by which newer engines name a layer's file."""
    parts = path.split(b"/")
    if len(parts) == 3 and parts[0] == b"blobs":
        return f"{parts[1].decode('ascii', 'replace')}:{parts[2].decode('ascii', 'replace')}"
    return ""


def _incomplete(name: str) -> ArchiveDamaged:
    return ArchiveDamaged(
        tr("The archive lacks {name}, which it speaks of.", name=name),
        tr("It may be only partly downloaded or copied. Fetch or save it again."),
    )
