"""A service that knows what is in images, in memory."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from modeldesk.core.contents.entries import Entry, FileType
from modeldesk.core.contents.index_packing import LayerIndexWriter, unpack
from modeldesk.core.contents.layer_index import LayerIndex
from modeldesk.core.contents.model import (
    ImageContents,
    LayerBlob,
    LayerContents,
    Place,
    SourceImage,
)
from modeldesk.core.ids import DiffId, ImageId
from modeldesk.core.images import ImageConfig, ImageDetail
from modeldesk.core.jobs import CancelToken, Job, Progress, Unit
from modeldesk.core.layers.kinds import LayerKind

if TYPE_CHECKING:
    import threading

    from modeldesk.core.errors import ModelDeskError

FileSpec = bytes | int | str | None
"""Content, a size, where a symbolic link leads, or None for what is removed."""
TIME = int(datetime(2026, 11, 2, 9, 30, tzinfo=UTC).timestamp())


def layer_index(files: Mapping[str | bytes, FileSpec]) -> LayerIndex:
    """A layer with these files. A name with a slash at its end is a folder."""
    writer = LayerIndexWriter()
    owner = writer.owner((0o644, 0, 0))
    folder_owner = writer.owner((0o755, 1000, 1000))
    for number, (name, content) in enumerate(files.items()):
        path = name.encode() if isinstance(name, str) else name
        kind, size = _kind_and_size(path, content)
        if content is None:
            above, slash, last = path.rpartition(b"/")
            path = above + slash + b".wh." + last
        if isinstance(content, str):
            writer.columns.links[len(writer.columns.paths)] = content.encode()
        whose = folder_owner if kind is FileType.FOLDER else owner
        writer.add([(path, kind, size, whose, TIME + number, number * 512)])
    return unpack(writer.finish())


def image_contents(
    layers: Sequence[tuple[str, LayerKind, LayerIndex]], name: str = "m:v1"
) -> ImageContents:
    """An image of these layers (instruction, kind, files), base first."""
    ids = [DiffId(f"sha256:{number:064x}") for number in range(1, len(layers) + 1)]
    size = sum(index.size_bytes for _, _, index in layers)
    detail = ImageDetail(
        ImageId("sha256:" + "a" * 64), tuple(ids), (), ImageConfig(), size, "amd64", "linux"
    )
    blobs = [
        LayerBlob(diff_id, compressed_bytes=index.size_bytes * 2 // 5)
        for diff_id, (_, _, index) in zip(ids, layers, strict=True)
    ]
    made = [
        LayerContents(blob, instruction, kind, ((kind, index.size_bytes),), index)
        for blob, (instruction, kind, index) in zip(blobs, layers, strict=True)
    ]
    return ImageContents(SourceImage(name, detail, tuple(blobs)), tuple(made))


class FakeContents:
    """Every place has the same image. `is_known`: it was read before. `hold` keeps a reading
    until it is set or cancelled."""

    def __init__(self, contents: ImageContents, *, is_known: bool = True) -> None:
        self.contents = contents
        self.is_known = is_known
        self.hold: threading.Event | None = None
        self.problem: ModelDeskError | None = None
        self.content: dict[bytes, bytes] = {}
        """Content by path; others are zeros."""
        self.read_places: list[Place] = []
        self.base_layers: int | None = None
        """What an image was last said to have of its base image."""

    def known(
        self, place: Place, token: CancelToken, base_layers: int | None = None
    ) -> ImageContents | None:
        self.base_layers = base_layers
        return self.contents if self.is_known else None

    def read(self, place: Place, job: Job, base_layers: int | None = None) -> ImageContents:
        self.read_places.append(place)
        total = self.contents.size_bytes
        job.report(Progress("Reading layers", total // 3, total, Unit.BYTES))
        while self.hold is not None and not self.hold.wait(0.01):
            job.token.raise_if_cancelled()
        if self.problem is not None:
            raise self.problem
        self.is_known = True
        return self.contents

    def file(
        self, place: Place, layer: DiffId, entry: Entry, token: CancelToken, stamp: str
    ) -> Iterator[bytes]:
        content = self.content.get(entry.path)
        left = entry.size_bytes if content is None else 0
        if content is not None:
            yield content
        while left > 0:
            token.raise_if_cancelled()
            yield bytes(min(left, 65536))
            left -= 65536

    def files(
        self,
        place: Place,
        layer: DiffId,
        entries: Collection[Entry],
        token: CancelToken,
        stamp: str,
    ) -> Iterator[tuple[Entry, bytes]]:
        for entry in entries:
            yield entry, b""
            for piece in self.file(place, layer, entry, token, stamp):
                yield entry, piece


def _kind_and_size(path: bytes, content: FileSpec) -> tuple[FileType, int]:
    if path.endswith(b"/"):
        return FileType.FOLDER, 0
    if content is None:
        return FileType.WHITEOUT, 0
    if isinstance(content, str):
        return FileType.SYMLINK, len(content.encode())
    return FileType.FILE, content if isinstance(content, int) else len(content)
