"""Paths that have a text in them, at the speed of typing."""

import re
from array import array
from dataclasses import dataclass
from fnmatch import translate
from itertools import compress

from modeldesk.core.contents.entries import FileType
from modeldesk.core.contents.view import FileView

_WILD = re.compile(r"[*?\[]")


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
        joined = b"\0".join(map(view.paths.__getitem__, files)).lower()
        # Latin-1 has a letter for every byte, and Python is quicker to look into a str.
        self._paths = joined.decode("latin-1").split("\0") if files else []

    def __len__(self) -> int:
        return len(self._rows)

    def find(self, text: str) -> Matches:
        """All files with `text` in their path; capitals and small letters from A to Z are the
        same. With ``*``, ``?`` or ``[…]`` it is a pattern for the name, or for the whole path
        where it has a slash; ``*`` stands for anything."""
        wanted = text.strip().encode("utf-8", "surrogatepass").lower().decode("latin-1")
        if not wanted:
            return Matches(text, self._rows, sum(self._sizes))
        hits = self._like(wanted) if _WILD.search(wanted) else self._having(wanted)
        rows = array("I", compress(self._rows, hits))
        return Matches(text, rows, sum(compress(self._sizes, hits)))

    def _having(self, wanted: str) -> list[bool]:
        return [wanted in path for path in self._paths]

    def _like(self, pattern: str) -> list[bool]:
        suffix = pattern[1:]
        if pattern.startswith("*") and not _WILD.search(suffix) and "/" not in suffix:
            return [path.endswith(suffix) for path in self._paths]
        matches = re.compile(translate(pattern)).match
        literal = max(re.split(r"\[[^\]]*\]?|[*?]", pattern), key=len)
        if "/" in pattern:
            return [literal in path and matches(path) is not None for path in self._paths]
        return [
            literal in path and matches(path, path.rfind("/") + 1) is not None
            for path in self._paths
        ]
