"""An image in a registry as a source of layers and files, without pulling it."""

from collections.abc import Collection, Iterator

from modeldesk.adapters.oci_registry.client import RegistryClient
from modeldesk.adapters.oci_registry.connections import Connections
from modeldesk.core.archives.compression import unpacked
from modeldesk.core.archives.images import layer_blobs
from modeldesk.core.archives.save_stream import digested_index
from modeldesk.core.archives.source import host_platform
from modeldesk.core.archives.tar_file import file_in_layer, files_in_layer
from modeldesk.core.archives.window import StreamWindow
from modeldesk.core.contents.entries import Entry
from modeldesk.core.contents.model import IndexedLayer, RegistryImage, SourceImage
from modeldesk.core.errors import NotFound, NotInRegistry, RegistryError
from modeldesk.core.ids import DiffId
from modeldesk.core.image_documents import (
    Configuration,
    Descriptor,
    Index,
    Manifest,
    read_configuration,
    read_manifest,
)
from modeldesk.core.jobs import CancelToken, Job, Progress, Unit
from modeldesk.core.references import Reference
from modeldesk.core.words import tr

_DEEPEST = 3
_REPORT_EVERY = 4 * 1024 * 1024


def open_registry_image(place: RegistryImage, connections: Connections) -> "RegistryImageSource":
    """The source for an image in a registry. Raises `InvalidReference`, and what making a client
    can."""
    client = connections.client(Reference.parse(place.reference).registry)
    return RegistryImageSource(client, place)


class RegistryImageSource:
    """Implements `ImageSource`. Each layer is streamed once; nothing of it counts before its
    digest has been held against all of it."""

    def __init__(self, client: RegistryClient, place: RegistryImage) -> None:
        self._client = client
        self._place = place
        self._reference = Reference.parse(place.reference)
        self._read_before: tuple[Manifest, Configuration, tuple[str, ...]] | None = None

    def read(self, token: CancelToken) -> SourceImage:
        """See `modeldesk.core.contents.ports.ImageSource`."""
        manifest, configuration, notes = self._image(token)
        blobs = layer_blobs(configuration, manifest.layers)
        return SourceImage(self._place.name, configuration.detail, blobs, notes)

    def index_layers(self, wanted: Collection[DiffId], job: Job) -> Iterator[IndexedLayer]:
        """See `modeldesk.core.contents.ports.ImageSource`."""
        layers = {one: blob for one, blob in self._layers(job.token).items() if one in wanted}
        total = sum(blob.size_bytes for blob in layers.values())
        done = 0
        for diff_id, blob in layers.items():
            pieces = self._blob(blob, job.token)
            yield self._index(diff_id, _reported(pieces, job, done, total), job)
            done += blob.size_bytes

    def file(self, layer: DiffId, entry: Entry, token: CancelToken) -> Iterator[bytes]:
        """See `modeldesk.core.contents.ports.ImageSource`. The layer is read up to the file."""
        blob = self._layers(token).get(layer)
        if blob is None:
            raise NotFound(tr("The image has no such layer."))
        window = StreamWindow(unpacked(self._blob(blob, token)))
        yield from file_in_layer(window, entry)

    def files(
        self, layer: DiffId, entries: Collection[Entry], token: CancelToken
    ) -> Iterator[tuple[Entry, bytes]]:
        """See `modeldesk.core.contents.ports.ImageSource`. The layer is read up to the last."""
        blob = self._layers(token).get(layer)
        if blob is None:
            raise NotFound(tr("The image has no such layer."))
        window = StreamWindow(unpacked(self._blob(blob, token)))
        yield from files_in_layer(window, entries)

    def close(self) -> None:
        """See `modeldesk.core.contents.ports.ImageSource`."""
        self._client.close()

    def _index(self, diff_id: DiffId, pieces: Iterator[bytes], job: Job) -> IndexedLayer:
        index = digested_index(unpacked(pieces), job.token.raise_if_cancelled)
        for _ in pieces:
            # What lies behind the compressed data is part of the blob's digest too.
            job.token.raise_if_cancelled()
        return index.of(diff_id)

    def _blob(self, blob: Descriptor, token: CancelToken) -> Iterator[bytes]:
        return self._client.blob(self._reference.repository, blob.digest, token)

    def _layers(self, token: CancelToken) -> dict[DiffId, Descriptor]:
        manifest, configuration, _ = self._image(token)
        return dict(zip(configuration.detail.diff_ids, manifest.layers, strict=True))

    def _image(self, token: CancelToken) -> tuple[Manifest, Configuration, tuple[str, ...]]:
        if self._read_before is None:
            wanted = self._reference.digest or self._reference.tag or "latest"
            manifest, notes = self._manifest(wanted, token, 0)
            content = self._client.document(
                self._reference.repository, manifest.config.digest, token
            )
            configuration = read_configuration(content)
            if len(configuration.detail.diff_ids) != len(manifest.layers):
                raise RegistryError(
                    tr("{name} is no image that can be read.", name=self._place.name),
                    tr("It may be another kind of artifact."),
                )
            self._read_before = (manifest, configuration, notes)
        return self._read_before

    def _manifest(
        self, wanted: str, token: CancelToken, depth: int
    ) -> tuple[Manifest, tuple[str, ...]]:
        kept = self._client.manifest(self._reference.repository, wanted, token)
        found = read_manifest(kept.content)
        if isinstance(found, Manifest):
            return found, ()
        chosen, notes = self._choose(found)
        if depth >= _DEEPEST:
            raise RegistryError(tr("The indexes of {name} lead into each other.",
                                   name=self._place.name))  # fmt: skip
        manifest, more = self._manifest(chosen.digest, token, depth + 1)
        return manifest, (*notes, *more)

    def _choose(self, index: Index) -> tuple[Descriptor, tuple[str, ...]]:
        images = index.images
        if not images:
            raise NotInRegistry(
                tr("{name} holds no image.", name=self._place.name),
                tr("It may be another kind of artifact."),
            )
        chosen = next((one for one in images if one.platform == host_platform()), images[0])
        others = [one.platform for one in images if one is not chosen]
        if not others:
            return chosen, ()
        note = tr(
            "It is for several platforms: {chosen} is shown, {others} are not.",
            chosen=chosen.platform,
            others=", ".join(others),
        )
        return chosen, (note,)


def _reported(pieces: Iterator[bytes], job: Job, before: int, total: int) -> Iterator[bytes]:
    done = said = before
    for piece in pieces:
        done += len(piece)
        if done - said >= _REPORT_EVERY:
            said = done
            job.report(Progress(tr("Reading layers"), min(done, total), total, Unit.BYTES))
        yield piece
