"""A .dockerignore as its rules look at it."""

from collections.abc import Sequence
from dataclasses import dataclass

from modeldesk.core.build_context.ignore import (
    IgnorePattern,
    IgnoreRules,
    ignore_lines,
    read_pattern,
)
from modeldesk.core.build_context.ignore_pattern import BadPattern
from modeldesk.core.lint.extent import LONGEST_LINE, MOST_TEXT
from modeldesk.core.lint.model import Edit, Fix, Span
from modeldesk.core.lint.rules.sources import Paths
from modeldesk.core.model_folder.listing import Listing

MOST_LINES = 10_000
"""More are not looked at: no person wrote them."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line; `pattern` is None for a comment, an empty line and a malformed pattern."""

    number: int
    text: str
    start: int
    """Where it begins in the file."""
    pattern: IgnorePattern | None
    malformed: bool = False

    @property
    def shown(self) -> str:
        """Without blanks around it."""
        return self.text.strip()


@dataclass(frozen=True, slots=True)
class IgnoreScene:
    """A .dockerignore, the folder it is for, and the Dockerfile beside it, where they are known."""

    text: str
    lines: tuple[Line, ...]
    rules: IgnoreRules
    """Of the patterns that are well formed."""
    around: Listing | None = None
    dockerfile: str = ""
    paths: Paths | None = None
    """What is in the folder."""
    whole: bool = True
    """Whether these are all lines of the text."""

    @property
    def patterns(self) -> tuple[tuple[Line, IgnorePattern], ...]:
        """The lines that say something."""
        return tuple((line, line.pattern) for line in self.lines if line.pattern is not None)


def scene_of(text: str, around: Listing | None = None, dockerfile: str = "") -> IgnoreScene:
    """Read `text`, whatever it is, as far as it is checked."""
    lines: list[Line] = []
    whole = True
    start = len(text) - len(text.removeprefix("\ufeff"))
    for raw, (number, line) in zip(text.split("\n"), ignore_lines(text), strict=True):
        if number > MOST_LINES or start > MOST_TEXT or len(line) > LONGEST_LINE:
            whole = False
            break
        try:
            lines.append(Line(number, line, start, read_pattern(number, line)))
        except BadPattern:
            lines.append(Line(number, line, start, None, malformed=True))
        start += len(raw if number > 1 else raw.removeprefix("\ufeff")) + 1
    rules = IgnoreRules([line.pattern for line in lines if line.pattern is not None])
    paths = Paths(around) if around is not None else None
    return IgnoreScene(text, tuple(lines), rules, around, dockerfile, paths, whole)


def span_of(line: Line) -> Span:
    """The line without blanks around it."""
    before = len(line.text) - len(line.text.lstrip())
    start = line.start + before
    return Span(line.number, line.number, start, start + len(line.shown), before + 1)


def at_end(scene: IgnoreScene) -> Span:
    """Behind everything, where a line would be added."""
    last = scene.lines[-1]
    if not last.shown and len(scene.lines) > 1:
        last = scene.lines[-2]
    end = last.start + len(last.text)
    return Span(last.number, last.number, end, end, len(last.text) + 1)


def instead(title: str, line: Line, texts: Sequence[str]) -> Fix:
    """A fix that puts other lines in the place of one; none takes it away."""
    end = line.start + len(line.text)
    return Fix(title, (Edit(line.start, end, "\n".join(texts)),))


def appended(title: str, scene: IgnoreScene, *patterns: str) -> Fix:
    """A fix that adds lines at the end, where they have the last word."""
    end = len(scene.text)
    before = "" if not scene.text or scene.text.endswith("\n") else "\n"
    return Fix(title, (Edit(end, end, before + "\n".join(patterns) + "\n"),))


def without(title: str, scene: IgnoreScene, line: Line) -> Fix:
    """A fix that takes a line away."""
    start, end = line.start, line.start + len(line.text)
    while end < len(scene.text) and scene.text[end] in "\r\n":
        end += 1
        if scene.text[end - 1] == "\n":
            break
    return Fix(title, (Edit(start, end, ""),))
