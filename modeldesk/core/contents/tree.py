"""A view as a tree, read a folder and a page at a time: nothing is made for what is not shown."""

from array import array
from bisect import bisect_left
from dataclasses import dataclass
from enum import Enum

from modeldesk.core.contents.columns import sums
from modeldesk.core.contents.entries import FileType
from modeldesk.core.contents.pieces import in_order, without
from modeldesk.core.contents.runs import run_of
from modeldesk.core.contents.view import FileView, State


class Order(Enum):
    """How the contents of a folder are sorted."""

    SIZE = "size"
    """Largest first."""
    NAME = "name"
    """By letter, capitals beside small ones."""


@dataclass(frozen=True, slots=True)
class Node:
    """One line of the tree."""

    path: bytes
    """Without a slash at its end; empty for the root."""
    type: FileType
    size_bytes: int
    """A folder's is that of all in it that is there."""
    removed_bytes: int
    """What the layer took away here, or in it."""
    file_count: int
    """Files in it; 1 for a file that is there."""
    state: State
    changed_inside: bool
    """Whether something in the folder was added, changed or removed."""
    row: int | None
    """In the view; None for a folder that no layer has an entry for."""
    layer: int | None
    """Which wrote it."""

    @property
    def name(self) -> bytes:
        return self.path.rpartition(b"/")[2]


class FileTree:
    """The tree of one view. It may be read from several threads at once."""

    def __init__(self, view: FileView) -> None:
        self.view = view
        removed = view.states.translate(_IS_REMOVED)
        self._totals = sums(view.sizes, view.present())
        self._gone: array[int] | None = None
        self._files = view.types.translate(_IS_FILE)
        if 1 in removed:
            self._gone = sums(view.sizes, removed)
            self._files = without(self._files, removed)

    def root(self) -> Node:
        """The folder that all is in."""
        return self.node(b"", range(len(self.view)))

    def find(self, path: bytes) -> Node | None:
        """The node of `path` (without a slash at its end), if there is one. A folder that took
        a file's place, or the other way round, is found before what it replaced."""
        place = bisect_left(self.view.paths, path)
        inside = run_of(self.view.paths, path)
        folder = self.node(path, inside) if inside else None
        if place == len(self.view) or self.view.paths[place] != path:
            return folder
        file = self.node(path, range(place, place + 1))
        return folder if folder and folder.state != State.REMOVED else file

    def children(self, folder: bytes, order: Order = Order.SIZE) -> "Children":
        """What is in `folder` (without a slash at its end; empty for the root)."""
        starts, ends = array("I"), array("I")
        paths, run = self.view.paths, run_of(self.view.paths, folder)
        place, depth = run.start, len(folder) + 1 if folder else 0
        if run and len(paths[place]) == depth:
            place += 1
        while place < run.stop:
            starts.append(place)
            path = paths[place]
            slash = path.find(b"/", depth)
            place += 1
            if slash >= 0:
                place = bisect_left(paths, path[:slash] + b"0", place, run.stop)
            ends.append(place)
        return Children(self, depth, starts, ends, self._sorted(order, depth, starts, ends))

    def _sorted(
        self, order: Order, depth: int, starts: "array[int]", ends: "array[int]"
    ) -> "array[int]":
        paths, totals, gone = self.view.paths, self._totals, self._gone
        if order == Order.NAME:
            names = [paths[start][depth:].partition(b"/")[0].lower() for start in starts]
            return in_order(names)
        sizes = [totals[start] - totals[end] for start, end in zip(starts, ends, strict=True)]
        if gone is None:
            # They are sorted by name, and equal ones stay so.
            return in_order(sizes)
        lost = [gone[start] - gone[end] for start, end in zip(starts, ends, strict=True)]
        keys = list(zip(sizes, lost, strict=True))
        return in_order(keys)

    def node(self, path: bytes, run: range) -> Node:
        """The node of a path whose rows are known."""
        view, first, end = self.view, run.start, run.stop
        if first < end and view.paths[first] == path:
            return self._file(path, first)
        has_row = first < end and view.paths[first] == path + b"/"
        inside = view.states[first + has_row : end]
        # A folder that was removed may be there again, for what is in it, without an entry.
        has_entry = has_row and not (
            view.states[first] == State.REMOVED and inside.count(State.REMOVED) < len(inside)
        )
        return Node(
            path,
            FileType.FOLDER,
            self._totals[end] - self._totals[first],
            self._gone[end] - self._gone[first] if self._gone else 0,
            self._files[first:end].count(1),
            State(view.states[first]) if has_entry else _common(inside) if path else _ROOT,
            inside.count(State.UNCHANGED) != len(inside),
            first if has_entry else None,
            view.layer_of(first) if has_entry else None,
        )

    def _file(self, path: bytes, row: int) -> Node:
        view = self.view
        state, size = State(view.states[row]), view.sizes[row]
        there = state != State.REMOVED
        return Node(
            path,
            FileType(view.types[row]),
            size if there else 0,
            0 if there else size,
            int(there),
            state,
            False,
            row,
            view.layer_of(row),
        )


class Children:
    """The contents of a folder in an order, of which pages are read."""

    def __init__(
        self,
        tree: FileTree,
        depth: int,
        starts: "array[int]",
        ends: "array[int]",
        order: "array[int]",
    ) -> None:
        self._tree = tree
        self._depth = depth
        self._starts, self._ends, self._order = starts, ends, order

    def __len__(self) -> int:
        return len(self._order)

    def page(self, first: int, count: int) -> tuple[Node, ...]:
        """At most `count` of them, from the one numbered `first` on."""
        return tuple(map(self._read, self._order[first : first + count]))

    def is_folder(self, number: int) -> bool:
        """Whether the child is a folder, found without reading it."""
        path = self._tree.view.paths[self._starts[self._order[number]]]
        return path.find(b"/", self._depth) >= 0

    def position(self, path: bytes) -> int | None:
        """Where in the order the child is that is `path` or has it in it."""
        paths = self._tree.view.paths
        place = bisect_left(paths, path)
        child = bisect_left(self._ends, place + 1)
        if child == len(self._starts):
            return None
        found = self._read(child).path
        if path != found and not path.startswith(found + b"/"):
            return None
        return self._order.index(child)

    def _read(self, child: int) -> Node:
        first, end = self._starts[child], self._ends[child]
        path = self._tree.view.paths[first]
        slash = path.find(b"/", self._depth)
        return self._tree.node(path if slash < 0 else path[:slash], range(first, end))


def _common(states: bytes) -> State:
    """The state of all, or unchanged where they differ."""
    if states and states.count(states[0]) == len(states):
        return State(states[0])
    return State.UNCHANGED


_ROOT = State.UNCHANGED
_IS_REMOVED = bytes(state == State.REMOVED for state in range(256))
_IS_FILE = bytes(kind != FileType.FOLDER for kind in range(256))
