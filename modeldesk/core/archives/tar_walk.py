"""The entries of a tar archive, by its headers alone.

Many times as fast as the standard library's reader, because it makes no object for an entry and
passes over data without looking at it. It takes what that reader takes (old, ustar, GNU and PAX
forms), and is fuzzed against it.
"""

import re
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from modeldesk.core.archives import tar_blocks
from modeldesk.core.archives.tar_blocks import Blocks, Letters, PlainRuns
from modeldesk.core.archives.tar_entries import TarEntries, cleaned
from modeldesk.core.archives.tar_headers import BLOCK
from modeldesk.core.archives.window import Window
from modeldesk.core.contents.entries import FileType
from modeldesk.core.contents.index_packing import LayerIndexWriter, Numbers

_ODD = re.compile(rb"/\.(?:[/\0]|wh\.)")
"""In a name (which a zero byte ends) that is not plainly written, or a marker's."""
_SLASH, _DOT = b"/"[0], b"."[0]
_BATCH = 1024
"""Headers that are worth looking at together, and few enough to stay in the processor's cache."""
_EFFORT = 4096
"""About how many headers are taken between two looks at whether to go on."""
_OF_RUN, _OF_VIEW, _OF_ENTRY = 16, 64, 64
"""The effort of finding a run, of moving the window, and of an entry that is not plain."""


def walk(window: Window, into: LayerIndexWriter, check: Callable[[], None]) -> None:
    """Add every entry from the beginning of `window` to the end of the archive.

    `check` is called now and then and may raise to stop. Raises `ArchiveDamaged`.
    """
    walking = _Walk(window, into)
    place = window.at(0, BLOCK)
    while not walking.entries.ended:
        check()
        place = walking.go_on(place)
        into.pack_when_large()


class _Walk:
    """One pass. The headers of plain entries are collected and looked at many at once; all that is
    rarer goes through `TarEntries`, which could take them too. The two add entries out of their
    order, which the index does not mind."""

    def __init__(self, window: Window, into: LayerIndexWriter) -> None:
        self.entries = TarEntries(window, into)
        self._window = window
        self._data = b""
        self._runs = PlainRuns(b"", 0)
        """Of the data of the window that was looked at last."""
        self._plain = _PlainEntries(into)

    def go_on(self, place: int) -> int:
        """Take the next few thousand entries; the place behind them."""
        entries, window, effort = self.entries, self._window, 0
        while effort < _EFFORT and not entries.ended:
            if entries.next_is_plain:
                place, found = self._collect(place)
                effort += found + _OF_RUN
            if place + BLOCK > len(window.data):
                effort += _OF_VIEW
                place = self._move(place)
            else:
                effort += _OF_ENTRY
                place = entries.one(place)
        self._plain.take()
        return place

    def _collect(self, place: int) -> tuple[int, int]:
        """Collect plain entries up to one that is not, or is not there whole; the place behind
        them, and how many they are."""
        if self._data is not self._window.data:
            self._data = self._window.data
            self._runs = PlainRuns(self._data, place)
        runs, shift, count = self._runs, self.entries.shift, 0
        while (found := runs.at(place)) is not None:
            rows, place = found
            self._plain.add(runs.heads(rows), runs.sizes(rows), runs.places(rows) + shift)
            count += rows.stop - rows.start
        return place, count

    def _move(self, place: int) -> int:
        place = self._window.at(place, BLOCK)
        there = len(self._window.data) - place
        if there < BLOCK:
            self._plain.take()
            self.entries.end_without_mark(there)
        return place


class _PlainEntries:
    """Plain entries that were met and not yet added to the index."""

    def __init__(self, into: LayerIndexWriter) -> None:
        self._into = into
        self._owners = tar_blocks.Owners(into.owner)
        self._count = 0
        self._heads: list[Blocks] = []
        self._sizes: list[Numbers] = []
        self._offsets: list[Numbers] = []
        """Where their data begins in the archive."""

    def add(self, heads: Blocks, sizes: Numbers, offsets: Numbers) -> None:
        """Raises `ArchiveDamaged`."""
        self._heads.append(heads)
        self._sizes.append(sizes)
        self._offsets.append(offsets)
        self._count += len(heads)
        if self._count >= _BATCH:
            self.take()

    def take(self) -> None:
        """Add them to the index. Raises `ArchiveDamaged`."""
        if self._count:
            heads, sizes = np.concatenate(self._heads), np.concatenate(self._sizes)
            offsets = np.concatenate(self._offsets)
            for collected in (self._heads, self._sizes, self._offsets):
                collected.clear()
            self._count = 0
            self._take(heads, sizes, offsets)

    def _take(self, heads: Blocks, sizes: Numbers, offsets: Numbers) -> None:
        tar_blocks.check_sums(heads)
        names, kinds = tar_blocks.names_of(heads), tar_blocks.types_of(heads)
        links = dict(tar_blocks.links_of(heads, kinds))
        types = kinds.tobytes()
        given = self._owners.places(heads), tar_blocks.times_of(heads), offsets
        if all(name.startswith(b"./") for name in names):
            names = [name[2:] for name in names]
        text = b"\0".join((*names, b""))
        if _are_clean(text, kinds):
            for row, link in links.items():
                sizes[row] = len(link) if types[row] == FileType.SYMLINK else 0
            self._into.add_columns(names, types, sizes, *given, links, len(text))
            return
        self._take_each(names, types, sizes, given, links)

    def _take_each(
        self,
        names: Sequence[bytes],
        types: bytes,
        sizes: Numbers,
        given: tuple[Numbers, Numbers, Numbers],
        links: Mapping[int, bytes],
    ) -> None:
        columns = (sizes.tolist(), *(column.tolist() for column in given))
        for number, (name, *rest) in enumerate(zip(names, types, *columns, strict=True)):
            link = links.get(number, b"")
            found = cleaned((name.partition(b"\0")[0], *rest), link)
            if found is not None:
                self._into.add_row(found, link)


def _are_clean(text: bytes, kinds: Letters) -> bool:
    """Whether none of the names (all of them, a zero byte behind each: `text`) needs a look of its
    own, which nearly always holds."""
    letters = np.frombuffer(text, np.uint8)
    ends = np.flatnonzero(letters == 0)
    if len(ends) != len(kinds):
        return False
    firsts = np.append(letters[:1], letters[ends[:-1] + 1])
    are_folders = letters[ends - 1] == _SLASH
    return not (
        (firsts == _SLASH).any()
        or (firsts == _DOT).any()
        or (firsts == 0).any()
        or (are_folders != (kinds == FileType.FOLDER)).any()
        or b"//" in text
        or (b"/." in text and _ODD.search(text) is not None)
    )
