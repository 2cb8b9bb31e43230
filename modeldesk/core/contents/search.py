"""Paths that have a text in them, at the speed of typing."""

import re
from array import array
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import translate
from itertools import accumulate, compress

from modeldesk.core.contents.entries import FileType
from modeldesk.core.contents.view import FileView

_FEW = 5000
"""Hits up to which looking for one after the other beats asking every path."""
_WILD = re.compile(rb"[*?\[]")


@dataclass(frozen=True, slots=True)
class Matches:
    """What was found."""

    text: str
    rows: "array[int]"
    """Of the view, largest file first."""
    size_bytes: int

    def __len__(self) -> int:
        return len(self.rows)


class PathSearch:
    """The files of a view, made ready to be searched. It may be used from several threads."""

    def __init__(self, view: FileView) -> None:
        sizes, folder = view.sizes, FileType.FOLDER
        files = [row for row, kind in enumerate(view.types) if kind != folder]
        files.sort(key=sizes.__getitem__, reverse=True)
        self._rows = array("I", files)
        self._sizes = array("Q", map(sizes.__getitem__, files))
        self._joined = b"\0".join(map(view.paths.__getitem__, files)).lower() + b"\0"
        self._paths = self._joined.split(b"\0")[:-1]
        self._starts = array("Q", accumulate((len(path) + 1 for path in self._paths), initial=0))

    def __len__(self) -> int:
        return len(self._rows)

    def find(self, text: str) -> Matches:
        """All files with `text` in their path; capitals and small letters from A to Z are the
        same. With ``*``, ``?`` or ``[…]`` it is a pattern for the name, or for the whole path
        where it has a slash; ``*`` stands for anything."""
        wanted = text.strip().lower().encode("utf-8", "surrogateescape")
        if b"\0" in wanted:
            return Matches(text, array("I"), 0)
        if not wanted:
            return Matches(text, self._rows, sum(self._sizes))
        if _WILD.search(wanted):
            return self._chosen(text, self._like(wanted))
        places = self._few_having(wanted)
        if places is None:
            return self._chosen(text, [wanted in path for path in self._paths])
        rows, sizes = self._rows, self._sizes
        return Matches(
            text,
            array("I", [rows[place] for place in places]),
            sum([sizes[place] for place in places]),
        )

    def _chosen(self, text: str, hits: Sequence[bool]) -> Matches:
        rows = array("I", compress(self._rows, hits))
        return Matches(text, rows, sum(compress(self._sizes, hits)))

    def _few_having(self, wanted: bytes) -> list[int] | None:
        """Places of the paths that have `wanted` in them, unless they are many."""
        find, starts, found = self._joined.find, self._starts, list[int]()
        at = find(wanted)
        while at >= 0:
            if len(found) == _FEW:
                return None
            place = bisect_right(starts, at) - 1
            found.append(place)
            at = find(wanted, starts[place + 1])
        return found

    def _like(self, pattern: bytes) -> Sequence[bool]:
        suffix = pattern[1:]
        if pattern.startswith(b"*") and not _WILD.search(suffix) and b"/" not in suffix:
            return [path.endswith(suffix) for path in self._paths]
        # Latin-1 has a letter for every byte.
        matches = re.compile(translate(pattern.decode("latin-1")).encode("latin-1")).match
        literal = max(re.split(rb"\[[^\]]*\]?|[*?]", pattern), key=len)
        if b"/" in pattern:
            return [literal in path and matches(path) is not None for path in self._paths]
        return [
            literal in path and matches(path, path.rfind(b"/") + 1) is not None
            for path in self._paths
        ]
