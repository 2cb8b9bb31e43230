"""All rows of several layers in one sorted list, and what each layer takes away of those below.

Everything here is done for whole lists at once: an image of a few hundred thousand files must
not cost a call for each.
"""

from array import array
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain, compress

from modeldesk.core.contents.columns import taken, within
from modeldesk.core.contents.entries import FileType, hidden_by
from modeldesk.core.contents.layer_index import LayerIndex
from modeldesk.core.contents.pieces import PIECE, pieces
from modeldesk.core.contents.runs import layer_at, rows_of_type, run_of


@dataclass(frozen=True, slots=True)
class Loss:
    """A run of places that a layer takes away, as far as their rows are below `limit`."""

    first: int
    end: int
    limit: int


class Merged:
    """Layers, base first. A *row* is counted through all layers, base first; a *place* is its
    position once all are sorted by path. Rows of one path are neighbours, lower layers first."""

    def __init__(self, layers: Sequence[LayerIndex]) -> None:
        self.layers = tuple(layers)
        self.begins = tuple(accumulate(map(len, layers), initial=0))
        """The first row of each layer, and behind the last."""
        self.rows: Sequence[int] = range(self.begins[-1])
        self.paths: Sequence[bytes] = ()
        if len(layers) == 1:
            # As it is: an image of a million files should not be there twice.
            self.paths = layers[0].paths
        types = b"".join(layer.types for layer in layers)
        sizes: array[int] = array("Q")
        for layer in layers:
            sizes.extend(layer.sizes)
        self.types, self.sizes = types, sizes
        if len(layers) > 1:
            unsorted = list(chain.from_iterable(layer.paths for layer in layers))
            order, paths = self._by_path(unsorted), list[bytes]()
            for part in pieces(len(order)):
                paths.extend(map(unsorted.__getitem__, order[part]))
            self.paths = paths
            self.types = taken(types, order, "B").tobytes()
            self.sizes = taken(sizes, order)
            self.rows = order
        self._prefixes = self._beginning_the_next()
        self.topmost = self._topmost()
        """For each place 1 if its row is the uppermost of its path."""
        self.losses = self._losses()
        """For each layer what it takes away."""

    def _by_path(self, paths: Sequence[bytes]) -> "array[int]":
        """All rows. Each layer is sorted, so what lies between two paths is a run of each."""
        # Layers are often alike, so that each brings as much to a piece as it may.
        step = max(1, PIECE // len(self.layers))
        bounds = sorted(chain.from_iterable(layer.paths[step::step] for layer in self.layers))
        starts, order = self.begins[:-1], array("I")
        for bound in (*bounds, None):
            ends = [
                begin + bisect_left(layer.paths, bound) if bound is not None else end
                for layer, begin, end in zip(
                    self.layers, self.begins, self.begins[1:], strict=False
                )
            ]
            runs = map(range, starts, ends)
            order.extend(sorted(chain.from_iterable(runs), key=paths.__getitem__))
            starts = tuple(ends)
        return order

    def layer_of(self, row: int) -> int:
        """The layer that has it."""
        return layer_at(self.begins, row)

    def places_of(self, path: bytes) -> range:
        """Where rows of exactly this path are (a folder's has a slash)."""
        first = bisect_left(self.paths, path)
        end = first
        while end < len(self.paths) and self.paths[end] == path:
            end += 1
        return range(first, end)

    def places_in(self, folder: bytes) -> range:
        """Where the folder itself and all in it is; its name without a slash, empty for the
        root."""
        return run_of(self.paths, folder)

    def of_type(self, kind: FileType) -> Iterator[int]:
        """Places."""
        return rows_of_type(self.types, kind)

    def up_to(self, top: int) -> bytes | None:
        """For each place 1 if its row is of layer `top` or below; None if all are."""
        end = self.begins[top + 1]
        if end == len(self.paths):
            return None
        return self.rows_within(0, end)

    def rows_within(self, begin: int, end: int) -> bytes:
        """For each place 1 if its row is among those, where there are several layers."""
        assert isinstance(self.rows, array)
        return within(self.rows, begin, end)

    def _beginning_the_next(self) -> list[int]:
        """Places whose path the next one's begins with: few but folders and rows of one path."""
        paths = self.paths
        found: list[int] = []
        for part in pieces(len(paths) - 1):
            following = paths[part.start + 1 : part.stop + 1]
            begins = map(bytes.startswith, following, paths[part])
            found.extend(compress(range(part.start, part.stop), begins))
        return found

    def _topmost(self) -> bytes:
        topmost = bytearray(b"\1") * len(self.paths)
        if len(self.layers) > 1:
            paths = self.paths
            for place in self._prefixes:
                if paths[place] == paths[place + 1]:
                    topmost[place] = 0
        return bytes(topmost)

    def _losses(self) -> list[list[Loss]]:
        losses: list[list[Loss]] = [[] for _ in self.layers]
        for place in self.of_type(FileType.WHITEOUT):
            hidden = hidden_by(self.paths[place])
            # The name “.wh.” alone names nothing.
            if hidden and not hidden.endswith(b"/"):
                layer = self.layer_of(self.rows[place])
                for run in (self.places_of(hidden), self.places_in(hidden)):
                    if run:
                        losses[layer].append(Loss(run.start, run.stop, self.begins[layer]))
        for place in self.of_type(FileType.OPAQUE):
            layer = self.layer_of(self.rows[place])
            folder = hidden_by(self.paths[place])
            run = self.places_in(folder)
            itself = len(self.places_of(folder + b"/")) if folder else 0
            losses[layer].append(Loss(run.start + itself, run.stop, self.begins[layer]))
        for files, inside in self._both_file_and_folder():
            self._replace(files, inside, losses)
        return losses

    def _both_file_and_folder(self) -> Iterator[tuple[range, range]]:
        """Places of a path that is a file for some layers, and of all in the folder of its name.

        All between a name and what is in a folder of that name begins with the name, so only
        files whose neighbour does need a look."""
        for place in self._prefixes:
            path = self.paths[place]
            if self.types[place] in _NEVER_BOTH or not self.topmost[place]:
                continue
            inside = self.places_in(path)
            if inside:
                yield self.places_of(path), inside

    def _replace(self, files: range, inside: range, losses: list[list[Loss]]) -> None:
        """What is a folder in one layer and a file in another: the upper one has it, and in one
        archive what came later."""
        last_file = {self.layer_of(self.rows[place]): place for place in files}
        last_inside: dict[int, int] = {}
        for place in inside:
            layer = self.layer_of(self.rows[place])
            last_inside[layer] = max(last_inside.get(layer, 0), self._offset(layer, place))
        for layer in sorted({*last_file, *last_inside}):
            limit = self.begins[layer + 1]
            is_file = layer in last_file and self._offset(layer, last_file[layer]) > (
                last_inside.get(layer, -1)
            )
            gone = inside if is_file else files
            losses[layer].append(Loss(gone.start, gone.stop, limit))

    def _offset(self, layer: int, place: int) -> int:
        return self.layers[layer].offsets[self.rows[place] - self.begins[layer]]


_NEVER_BOTH = (FileType.FOLDER, FileType.WHITEOUT, FileType.OPAQUE)
