"""Patterns that mean something else than their writer thinks, whatever is in the folder."""

import re
from collections.abc import Iterator
from itertools import product
from math import prod

from modeldesk.core.build_context.ignore import IgnorePattern
from modeldesk.core.lint.ignore_rules.lines import IgnoreScene, Line, instead, span_of, without
from modeldesk.core.lint.model import Finding, Fix
from modeldesk.core.model_folder.model import Severity
from modeldesk.core.text import printable
from modeldesk.core.words import tr

_COMMENT_BEHIND = re.compile(r"(?P<pattern>\S.*?)[ \t]+(?P<comment>#.*)")
_BRACES = re.compile(r"\{([^{}]*,[^{}]*)\}")
_WINDOWS = re.compile(r"\\[A-Za-z0-9_.*]")
_MOST_SPREAD = 20
_LONGEST = 200


def malformed(scene: IgnoreScene) -> Iterator[Finding]:
    """Lines that the builder refuses."""
    for line in scene.lines:
        if line.malformed:
            yield _finding(
                line,
                "ignore-malformed",
                tr("{text} is no pattern.", text=_shown(line)),
                tr("The builder refuses the whole file, and nothing is built."),
                tr("Close the bracket, or remove the line."),
                severity=Severity.ERROR,
            )


def comments_behind(scene: IgnoreScene) -> Iterator[Finding]:
    """A remark behind a pattern, which becomes a part of it."""
    for line, _ in scene.patterns:
        match = _COMMENT_BEHIND.fullmatch(line.shown[:_LONGEST])
        if match is None:
            continue
        text = [match["comment"], match["pattern"]]
        yield _finding(
            line,
            "ignore-comment",
            tr("The remark behind {pattern} is taken for a part of it.",
               pattern=printable(match["pattern"])),
            tr("Only a line that begins with # is a comment, so this pattern matches nothing."),
            tr("Put the remark on a line of its own."),
            instead(tr("Put the remark above"), line, text) if len(line.shown) < _LONGEST else None,
        )  # fmt: skip


def indented_comments(scene: IgnoreScene) -> Iterator[Finding]:
    """A comment with a blank before it, which is a pattern."""
    for line, _ in scene.patterns:
        if _is_indented_comment(line):
            yield _finding(
                line,
                "ignore-comment",
                tr("A comment can’t be indented."),
                tr("Only a line that begins with # is a comment, so this pattern matches nothing."),
                tr("Remove the blanks before it."),
                instead(tr("Remove the blanks"), line, [line.shown]),
            )


def braces(scene: IgnoreScene) -> Iterator[Finding]:
    """Lists in braces, which a shell knows and a builder does not."""
    for line, _ in scene.patterns:
        if _BRACES.search(line.shown[:_LONGEST]) is None:
            continue
        spread = _spread(line.shown)
        fix = instead(tr("Write a line for each"), line, spread) if spread else None
        yield _finding(
            line,
            "ignore-braces",
            tr("Braces stand for themselves in {pattern}.", pattern=_shown(line)),
            tr("The builder knows no lists in braces, so this matches nothing."),
            tr("Write a line for each of them."),
            fix,
        )


def _spread(text: str) -> list[str]:
    """A pattern for each choice in the braces of `text`; none where they are too many."""
    if len(text) > _LONGEST:
        return []
    lists = [part.split(",") for part in _BRACES.findall(text)]
    rest = _BRACES.split(text)[::2]
    if prod(map(len, lists)) > _MOST_SPREAD or re.search(r"[{}]", "".join(rest)):
        return []
    return [
        "".join(before + one for before, one in zip(rest, (*choice, ""), strict=True)).strip()
        for choice in product(*lists)
    ]


def outside(scene: IgnoreScene) -> Iterator[Finding]:
    """Paths above the folder, of which nothing is sent anyway."""
    for line, pattern in scene.patterns:
        if _is_outside(pattern):
            yield _finding(
                line,
                "ignore-outside",
                tr("{pattern} leads out of the folder.", pattern=_shown(line)),
                tr("Nothing outside of the folder is ever sent, so this matches nothing."),
                tr("Remove the line."),
                without(tr("Remove the line"), scene, line),
            )


def backslashes(scene: IgnoreScene) -> Iterator[Finding]:
    """Paths as Windows writes them."""
    for line, pattern in scene.patterns:
        if _WINDOWS.search(pattern.text) and "[" not in pattern.text:
            fixed = line.shown.replace("\\", "/")
            yield _finding(
                line,
                "ignore-backslash",
                tr("{pattern} has backslashes.", pattern=_shown(line)),
                tr("A backslash takes the meaning of the next character away; folders are parted "
                   "by /, so this matches nothing."),
                tr("Write {pattern}.", pattern=printable(fixed[:_LONGEST])),
                instead(tr("Write slashes"), line, [fixed]),
            )  # fmt: skip


def twice(scene: IgnoreScene) -> Iterator[Finding]:
    """A line that is there already, with nothing between them that could differ."""
    first: dict[str, int] = {}
    exceptions = False
    for line, pattern in scene.patterns:
        if means_nothing(line, pattern):
            continue
        if pattern.exception is not exceptions:
            # What is brought back, or kept out again, gives a repetition a meaning.
            first, exceptions = {}, pattern.exception
        if pattern.text not in first:
            first[pattern.text] = line.number
            continue
        yield _finding(
            line,
            "ignore-twice",
            tr(
                "{pattern} is in line {line} already.",
                pattern=_shown(line),
                line=first[pattern.text],
            ),
            tr("It changes nothing."),
            tr("Remove the line."),
            without(tr("Remove the line"), scene, line),
            severity=Severity.INFO,
        )


def means_nothing(line: Line, pattern: IgnorePattern) -> bool:
    """Whether the line could as well not be there."""
    return _is_indented_comment(line) or _is_outside(pattern)


def _is_indented_comment(line: Line) -> bool:
    return line.text[:1].isspace() and line.shown.startswith("#")


def _is_outside(pattern: IgnorePattern) -> bool:
    return pattern.text == ".." or pattern.text.startswith("../")


def _finding(
    line: Line,
    rule: str,
    what: str,
    why: str,
    hint: str,
    fix: Fix | None = None,
    *,
    severity: Severity = Severity.WARNING,
) -> Finding:
    return Finding(rule, severity, span_of(line), what, why, hint, fix)


def _shown(line: Line) -> str:
    return printable(line.shown[:_LONGEST])
