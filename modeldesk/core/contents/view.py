"""Files of one or several layers as a person looks at them, sorted, with what became of each."""

from array import array
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import compress

from modeldesk.core.contents.entries import Entry, FileType
from modeldesk.core.contents.layer_index import LayerIndex
from modeldesk.core.contents.runs import layer_at


class State(IntEnum):
    """What the topmost layer of a view did to a path."""

    UNCHANGED = 0
    ADDED = 1
    CHANGED = 2
    """Written again, or a folder given another owner or other permissions."""
    REMOVED = 3
    """Not there any more; its row says what was there."""


@dataclass(frozen=True, slots=True)
class FileView:
    """Rows sorted by path; folders end with a slash, so that all in one is a run of rows. A
    folder that no layer has an entry for has no row."""

    layers: Sequence[LayerIndex]
    begins: Sequence[int]
    """The first of each layer's rows, where all layers' rows are counted through."""
    top: int
    """The layer that `states` speak of."""
    paths: Sequence[bytes]
    rows: "array[int]"
    """Where each came from, in rows counted through all layers."""
    types: bytes
    sizes: "array[int]"
    """A hard link whose file is gone has the file's bytes, since it keeps them."""
    states: bytes

    def __len__(self) -> int:
        return len(self.paths)

    def row(self, path: bytes) -> int | None:
        """The row of exactly this path (a folder's has a slash), if there is one."""
        place = bisect_left(self.paths, path)
        return place if place < len(self) and self.paths[place] == path else None

    def layer_of(self, row: int) -> int:
        """The layer that wrote it."""
        return layer_at(self.begins, self.rows[row])

    def entry(self, row: int) -> Entry:
        """All that is known of it."""
        layer = self.layer_of(row)
        return self.layers[layer].entry(self.rows[row] - self.begins[layer])

    def present(self) -> bytes:
        """For each row 1, or 0 where it was removed."""
        return self.states.translate(_PRESENT)

    @property
    def size_bytes(self) -> int:
        """Of all that is there."""
        return sum(compress(self.sizes, self.present()))

    @property
    def file_count(self) -> int:
        """How many are there and no folders."""
        folders = sum(
            self.types[row] == FileType.FOLDER for row in self.rows_in_state(State.REMOVED)
        )
        gone = self.states.count(State.REMOVED) - folders
        return len(self) - self.types.count(FileType.FOLDER) - gone

    def rows_in_state(self, state: State) -> list[int]:
        """Their rows in order."""
        return [row for row, found in enumerate(self.states) if found == state]

    def only(self, wanted: Sequence[object]) -> "FileView":
        """The rows for which `wanted` is true, as a view."""
        return FileView(
            self.layers,
            self.begins,
            self.top,
            list(compress(self.paths, wanted)),
            array("I", compress(self.rows, wanted)),
            bytes(compress(self.types, wanted)),
            array("Q", compress(self.sizes, wanted)),
            bytes(compress(self.states, wanted)),
        )

    def of_top_layer(self) -> "FileView":
        """The topmost layer alone: what it wrote and what it removed."""
        begin = self.begins[self.top]
        removed = State.REMOVED
        return self.only(
            [
                row >= begin or state == removed
                for row, state in zip(self.rows, self.states, strict=True)
            ]
        )


_PRESENT = bytes(int(state != State.REMOVED) for state in range(256))
