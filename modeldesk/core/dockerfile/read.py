"""From a text to its instructions, in one pass whatever the text is."""

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import accumulate, takewhile

from modeldesk.core.dockerfile.model import Comment, Dockerfile, Heredoc, Instruction, Joined

_DIRECTIVE = re.compile(r"#\s*+([A-Za-z][A-Za-z0-9]*+)\s*+=\s*+(.+)")
_WORD = re.compile(r"(\S+)\s*")
_HEREDOC = re.compile(
    r"""(?P<quoted>"(?:[^"\\]|\\.)*"|'[^']*')|\\.|(?<!<)<<(?P<dash>-?)(?P<quote>["']?)"""
    r"""(?P<name>[A-Za-z_][\w.-]*)(?P=quote)""",
    re.DOTALL,
)
_WITH_HEREDOC = frozenset({"RUN", "COPY", "ADD"})
_BOM = "\ufeff"


def read(text: str, until: Callable[[Instruction], bool] | None = None) -> Dockerfile:
    """Every instruction and comment of a Dockerfile, well formed or not, in order. `until` is
    asked of each instruction: where it says yes, neither that nor any behind it is taken."""
    reader = _Reader(text)
    return reader.run(takewhile(lambda one: not until(one), reader) if until else reader)


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._lines = text.split("\n")
        self._starts = [0, *accumulate(len(line) + 1 for line in self._lines[:-1])]
        if text.startswith(_BOM):
            self._lines[0] = self._lines[0][1:]
            self._starts[0] = 1
        self._escape = "\\"
        self._at = 0
        self._nothing = Joined("", (0,), (len(text),))
        self._comments: list[Comment] = []

    def run(self, instructions: Iterable[Instruction]) -> Dockerfile:
        """All of it, with those of its own `instructions`."""
        self._directives()
        found = tuple(instructions)
        return Dockerfile(
            self._text, tuple(self._starts), self._escape, found, tuple(self._comments)
        )

    def _directives(self) -> None:
        """They stand before everything else; then a comment is only a comment."""
        for line in self._lines:
            match = _DIRECTIVE.fullmatch(line.strip())
            if match is None:
                return
            self._at += 1
            if match[1].lower() == "escape" and match[2] in ("\\", "`"):
                self._escape = match[2]

    def __iter__(self) -> Iterator[Instruction]:
        while self._at < len(self._lines):
            line = self._lines[self._at].strip()
            if line and not line.startswith("#"):
                yield self._instruction()
                continue
            self._note_comment(line)
            self._at += 1

    def _note_comment(self, stripped: str) -> None:
        if stripped:
            self._comments.append(Comment(self._at + 1, stripped))

    def _instruction(self) -> Instruction:
        first = self._at + 1
        joined = self._joined()
        match = _WORD.match(joined.text)
        word, rest_at = (match[1].upper(), match.end()) if match else ("", 0)
        heredocs: tuple[Heredoc, ...] = ()
        if word in _WITH_HEREDOC and "<<" in joined.text:
            heredocs = tuple(
                self._heredoc(mark["name"], bool(mark["dash"]))
                for mark in _HEREDOC.finditer(joined.text, rest_at)
                if mark["name"]
            )
        return Instruction(first, self._at, word, joined, rest_at, heredocs)

    def _joined(self) -> Joined:
        """The next line with those it continues on, without comments and empty lines between."""
        pieces: list[str] = []
        places: list[int] = []
        more = True
        while more and self._at < len(self._lines):
            raw = self._lines[self._at].removesuffix("\r")
            start = self._starts[self._at]
            stripped = raw.strip()
            if pieces and (not stripped or stripped.startswith("#")):
                self._note_comment(stripped)
            else:
                if not pieces:
                    start += len(raw) - len(raw.lstrip())
                    raw = raw.lstrip()
                piece, more = self._continued(raw)
                pieces.append(piece)
                places.append(start)
            self._at += 1
        starts = accumulate(map(len, pieces[:-1]), initial=0)
        return Joined("".join(pieces), tuple(starts), tuple(places))

    def _continued(self, line: str) -> tuple[str, bool]:
        """The line without the mark that continues it, and whether there was one: two of them
        are none."""
        end = line.rstrip(" \t")
        if end.endswith(self._escape) and not end.endswith(self._escape * 2):
            return end[:-1], True
        return line, False

    def _heredoc(self, name: str, dash: bool) -> Heredoc:
        first = self._at
        if first >= len(self._lines):
            return Heredoc(name, self._nothing, first + 1, closed=False)
        pieces: list[str] = []
        closed = False
        while self._at < len(self._lines) and not closed:
            line = self._lines[self._at].removesuffix("\r")
            closed = (line.lstrip("\t") if dash else line) == name
            if not closed:
                pieces.append(f"{line}\n")
            self._at += 1
        starts = tuple(accumulate(map(len, pieces[:-1]), initial=0)) if pieces else (0,)
        places = tuple(self._starts[first : first + len(pieces)]) or (len(self._text),)
        return Heredoc(name, Joined("".join(pieces), starts, places), first + 1, closed)
