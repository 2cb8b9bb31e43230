"""Runs of rows in sorted lists of paths, and rows counted through several layers."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence

from modeldesk.core.contents.entries import FileType


def layer_at(begins: Sequence[int], row: int) -> int:
    """The layer that has a row counted through all of them."""
    # Empty layers begin where the next one does, so the last that begins there has it.
    layer = len(begins) - 1
    while begins[layer] > row:
        layer -= 1
    return layer


def run_of(paths: Sequence[bytes], folder: bytes) -> range:
    """Where `paths` (sorted) have a folder and all in it; the root's name is empty."""
    if not folder:
        return range(len(paths))
    first = bisect_left(paths, folder + b"/")
    # "0" is the byte that follows the slash.
    return range(first, bisect_left(paths, folder + b"0", first))


def rows_of_type(types: bytes, kind: FileType) -> Iterator[int]:
    """Where `types` has `kind`."""
    mark = bytes([kind])
    row = types.find(mark)
    while row >= 0:
        yield row
        row = types.find(mark, row + 1)
