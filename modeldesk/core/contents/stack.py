"""The file system that layers make when they are put on one another.

Where a layer has a folder and those below a file or a link (or the other way round), the layer's
replaces it with all that was in it, as an overlay file system has it. That an archive's path could
lead through a link of a lower layer is not considered.
"""

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from modeldesk.core.contents.columns import last_of_runs, places_of
from modeldesk.core.contents.entries import FileType
from modeldesk.core.contents.layer_index import LayerIndex
from modeldesk.core.contents.links import linked_file
from modeldesk.core.contents.merged import Loss, Merged
from modeldesk.core.contents.pieces import both, without
from modeldesk.core.contents.view import FileView, State


@dataclass(frozen=True, slots=True)
class Kept:
    """What of all rows is there in the end, for each place of a `Merged`."""

    there: bytes
    """1 where the row is in the file system."""
    moved: frozenset[int]
    """Places of files that are gone while a hard link keeps their bytes."""


class Stack:
    """An image's layers, base first."""

    def __init__(self, layers: Sequence[LayerIndex]) -> None:
        self.layers = tuple(layers)
        self.merged = Merged(self.layers)
        self._markers = self.merged.types.translate(_IS_MARKER)

    def view(self, top: int | None = None) -> FileView:
        """What is there once layer `top` (the uppermost by default) is on, with what that layer
        did; what it removed is there too, marked so."""
        if not self.layers:
            return FileView((), (0,), 0, (), array("I"), b"", array("Q"), b"")
        last = len(self.layers) - 1 if top is None else top
        gone_before = self._gone(last)
        gone = bytearray(gone_before)
        lost = self._lose(self.merged.losses[last], gone)
        there = self._there(gone, last)
        states = self._states(last, there, gone_before)
        for place in lost:
            if self._was_topmost(place, last) and not self._is_there(place + 1, place, there):
                states[place] = State.REMOVED
                there[place] = 1
        return self._view(last, bytes(there), self._sizes(bytes(there), states), bytes(states))

    def squashed(self) -> Kept:
        """What is there in the end."""
        last = len(self.layers) - 1
        there = bytes(self._there(self._gone(last + 1), last))
        return Kept(there, frozenset(file for _, file in self._outliving_links(there)))

    def _gone(self, below: int) -> bytearray:
        """For each place whether layers below that one take it away."""
        gone = bytearray(self._markers)
        for losses in self.merged.losses[:below]:
            self._lose(losses, gone)
        return gone

    def _lose(self, losses: Sequence[Loss], gone: bytearray) -> list[int]:
        """Take away; the places that this did it to."""
        rows, lost = self.merged.rows, []
        for loss in losses:
            limit = loss.limit
            for place in range(loss.first, loss.end):
                if rows[place] < limit and not gone[place]:
                    gone[place] = 1
                    lost.append(place)
        return lost

    def _there(self, gone: bytearray, top: int) -> bytearray:
        """For each place whether it is what layers up to `top` leave at its path."""
        merged = self.merged
        wanted = merged.up_to(top)
        if wanted is None:
            return bytearray(without(merged.topmost, gone))
        return bytearray(without(last_of_runs(wanted, merged.topmost), gone))

    def _states(self, top: int, there: bytearray, gone_before: bytearray) -> bytearray:
        merged = self.merged
        if top == 0:
            return bytearray(there.translate(_AS_ADDED))
        written = both(there, merged.rows_within(merged.begins[top], merged.begins[top + 1]))
        # What stands below a place has its path unless it is that path's uppermost row.
        has_above = b"\0" + merged.topmost.translate(_IS_ZERO)[:-1]
        was_there = without(has_above, b"\0" + gone_before[:-1])
        states = bytearray(without(written, was_there).translate(_AS_ADDED))
        for place in places_of(both(written, was_there)):
            is_folder = merged.types[place] == FileType.FOLDER
            if not is_folder or self.owner(place - 1) != self.owner(place):
                # Layers list folders for what is in them; only another owner is a change.
                states[place] = State.CHANGED
        return states

    def owner(self, place: int) -> tuple[int, int, int]:
        """Permission bits, user and group of what is at a place."""
        row = self.merged.rows[place]
        number = self.merged.layer_of(row)
        layer = self.layers[number]
        return layer.owner_table[layer.owners[row - self.merged.begins[number]]]

    def modified(self, place: int) -> int:
        """Its time."""
        row = self.merged.rows[place]
        number = self.merged.layer_of(row)
        return self.layers[number].times[row - self.merged.begins[number]]

    def _was_topmost(self, place: int, top: int) -> bool:
        """Whether a place below layer `top` was what the layers below it left at its path."""
        merged = self.merged
        begin = merged.begins[top]
        if merged.rows[place] >= begin:
            return False
        above = place + 1
        return (
            above == len(merged.paths)
            or merged.paths[above] != merged.paths[place]
            or merged.rows[above] >= begin
        )

    def _is_there(self, above: int, place: int, there: bytearray) -> bool:
        paths = self.merged.paths
        return above < len(paths) and paths[above] == paths[place] and there[above] == 1

    def _sizes(self, there: bytes, states: bytearray) -> "array[int]":
        sizes = self.merged.sizes
        if FileType.HARD_LINK not in self.merged.types:
            return sizes
        present = without(there, states.translate(_IS_REMOVED))
        for link, file in self._outliving_links(present):
            if sizes is self.merged.sizes:
                sizes = sizes[:]
            sizes[link] = sizes[file]
        return sizes

    def _outliving_links(self, there: bytes) -> Iterator[tuple[int, int]]:
        """Hard links that are there while their file is not, one for each file: places."""
        merged, kept = self.merged, set[tuple[int, int]]()
        for place in merged.of_type(FileType.HARD_LINK):
            if not there[place]:
                continue
            row = merged.rows[place]
            number = merged.layer_of(row)
            file = linked_file(self.layers[number], row - merged.begins[number])
            if file is None or (number, file) in kept:
                continue
            kept.add((number, file))
            wanted = merged.begins[number] + file
            for other in merged.places_of(self.layers[number].paths[file]):
                if merged.rows[other] == wanted and not there[other]:
                    yield place, other

    def _view(self, top: int, there: bytes, sizes: "array[int]", states: bytes) -> FileView:
        merged = self.merged
        if 0 not in there:
            rows = array("I", merged.rows)
            return FileView(
                self.layers,
                merged.begins[:-1],
                top,
                merged.paths,
                rows,
                merged.types,
                sizes,
                states,
            )
        paths, types, marks = list[bytes](), list[bytes](), list[bytes]()
        rows, kept_sizes = array("I"), array("Q")
        for run in runs_of(there):
            paths += merged.paths[run]
            types.append(merged.types[run])
            marks.append(states[run])
            rows.extend(merged.rows[run])
            kept_sizes += sizes[run]
        return FileView(
            self.layers,
            merged.begins[:-1],
            top,
            paths,
            rows,
            b"".join(types),
            kept_sizes,
            b"".join(marks),
        )


def runs_of(there: bytes) -> Iterator[slice]:
    """Where `there` is 1, as runs."""
    begin = there.find(1)
    while begin >= 0:
        end = there.find(0, begin)
        if end < 0:
            end = len(there)
        yield slice(begin, end)
        begin = there.find(1, end)


_IS_MARKER = bytes(kind in (FileType.WHITEOUT, FileType.OPAQUE) for kind in range(256))
_IS_REMOVED = bytes(state == State.REMOVED for state in range(256))
_IS_ZERO = bytes([1]).ljust(256, b"\0")
_AS_ADDED = bytes([0, State.ADDED]).ljust(256, b"\0")
