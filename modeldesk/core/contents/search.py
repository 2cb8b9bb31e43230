"""Paths that have a text in them, at the speed of typing."""

import re
from array import array
from dataclasses import dataclass
from fnmatch import translate
from itertools import compress

from modeldesk.core.contents.columns import taken
from modeldesk.core.contents.entries import FileType
from modeldesk.core.contents.pieces import in_order, pieces
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
        folder = FileType.FOLDER
        files = array("I", [row for row, kind in enumerate(view.types) if kind != folder])
        sizes = taken(view.sizes, files)
        order = in_order(sizes, largest_first=True)
        self._rows = taken(files, order, "I")
        self._sizes = taken(sizes, order)
        self._paths: list[str] = []
        for part in pieces(len(files)):
            names = map(view.paths.__getitem__, self._rows[part])
            # Latin-1 has a letter for every byte, and Python is quicker to look into a str than
            # into bytes. A zero byte ends each path, so that a text can be looked for at its end;
            # no path has two slashes beside each other.
            joined = (b"\0//".join(names).lower() + b"\0").decode("latin-1")
            self._paths.extend(joined.split("//"))

    def __len__(self) -> int:
        return len(self._rows)

    def find(self, text: str) -> Matches:
        """All files with `text` in their path; capitals and small letters from A to Z are the
        same. With ``*``, ``?`` or ``[…]`` it is a pattern for the name, or for the whole path
        where it has a slash; ``*`` stands for anything."""
        wanted = text.strip().encode("utf-8", "surrogatepass").lower().decode("latin-1")
        if not wanted:
            return Matches(text, self._rows, sum(self._sizes))
        if "\0" in wanted:
            return Matches(text, array("I"), 0)
        hits = self._like(wanted) if _WILD.search(wanted) else self._having(wanted)
        rows = array("I", compress(self._rows, hits))
        return Matches(text, rows, sum(compress(self._sizes, hits)))

    def _having(self, wanted: str) -> list[bool]:
        return [wanted in path for path in self._paths]

    def _like(self, pattern: str) -> list[bool]:
        whole = pattern + "\0"
        literals = re.split(r"\[[^\]]*\]?|[*?]", whole)
        if "/" not in pattern and literals == ["", whole[1:]] and pattern[0] == "*":
            return self._having(whole[1:])
        longest = max(literals, key=len)
        hits = self._having(longest)
        matches = re.compile(translate(whole)).match
        in_path = "/" in pattern
        for place in compress(range(len(self)), list(hits)):
            path = self._paths[place]
            hits[place] = bool(matches(path, 0 if in_path else path.rfind("/") + 1))
        return hits
