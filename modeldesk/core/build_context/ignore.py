"""Which files of a folder are sent: .dockerignore, by the rules of ``docker build``.

Builders differ in one thing: for BuildKit a pattern with ``!`` and wildcards brings back files at
any depth; the classic builder does not look for them in a folder that is kept out.
"""

import posixpath
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from modeldesk.core.build_context.ignore_pattern import BadPattern, Matches, any_of, compile_pattern
from modeldesk.core.errors import FolderError
from modeldesk.core.words import tr

DOCKERIGNORE = ".dockerignore"
_BLANKS = " \t\n\v\f\r\x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(
    map(chr, range(0x2000, 0x200B))
)
_WILD = frozenset("*[]?^\\")


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a path is kept out, with what its children's verdicts are found from."""

    excluded: bool
    matched: tuple[bool, ...] = ()
    """For each pattern, whether it matched the path or a folder above it, as far as looked."""
    line: int = 0
    """Of the pattern that decided; 0 where none did."""


@dataclass(frozen=True, slots=True)
class IgnorePattern:
    """A line of a .dockerignore, read."""

    line: int
    exception: bool
    text: str
    """Cleaned, without ``!``."""
    matches: Matches
    """Asks about a path, not about the folders above it."""


_IN = Verdict(False)


class IgnoreRules:
    """The patterns of one .dockerignore; the last that matches a path decides."""

    def __init__(self, rules: Sequence[IgnorePattern] = (), *, classic: bool = False) -> None:
        self._rules = tuple((rule.exception, rule.matches, rule.line) for rule in rules)
        exceptions = [_without_trailing_glob(rule.text) for rule in rules if rule.exception]
        self._exceptions = tuple(f"{text}/" for text in exceptions)
        self._anywhere = not classic and any(_WILD.intersection(text) for text in exceptions)
        # Without exceptions it only matters whether any pattern matches.
        self._any: Matches | None = None
        self.steps = 1 + len(rules)
        """About how many comparisons it takes to check one path."""
        if not exceptions:
            self._any, slow = any_of([(rule.text, rule.matches) for rule in rules])
            self.steps = 1 + slow

    @classmethod
    def parse(cls, text: str, name: str = DOCKERIGNORE, *, classic: bool = False) -> "IgnoreRules":
        """Read a .dockerignore; bytes that are no UTF-8 are given as surrogate escapes, and
        `classic` reads it as the classic builder does. Raises `FolderError` that names the line
        of a malformed pattern."""
        rules = []
        for number, line in ignore_lines(text):
            try:
                rule = read_pattern(number, line)
            except BadPattern:
                shown = line.encode("utf-8", "replace").decode().strip()
                raise FolderError(
                    tr(
                        "Line {line} of {name} is no pattern: {text}",
                        line=number,
                        name=name,
                        text=shown,
                    ),
                    tr("Correct or remove the line."),
                ) from None
            if rule is not None:
                rules.append(rule)
        return cls(rules, classic=classic)

    def check(self, path: str, above: Verdict | None = None) -> Verdict:
        """Decide about `path` (relative, with forward slashes), given the verdict about the
        folder it lies in; None at the top."""
        if self._any is not None:
            if above is not None and above.excluded:
                return above
            return Verdict(True, (), self._line_of(path)) if self._any(path) else _IN
        matched = []
        excluded = False
        decided = 0
        inherited = above.matched if above is not None and above.matched else None
        for number, (exception, matches, line) in enumerate(self._rules):
            hit = inherited is not None and inherited[number]
            # A rule that could not change the verdict is not looked at, which its children
            # inherit: so the engine does it.
            if not hit and exception is excluded:
                hit = matches(path)
            if hit:
                if exception is excluded:
                    decided = line
                excluded = not exception
            matched.append(hit)
        return Verdict(excluded, tuple(matched), decided)

    def excludes(self, path: str) -> bool:
        """Decide about a path whose folders were not walked."""
        return self.verdict(path).excluded

    def verdict(self, path: str) -> Verdict:
        """As `excludes`, with the line that decides."""
        verdict = Verdict(excluded=False)
        for end in (at for at, char in enumerate(f"{path}/") if char == "/"):
            verdict = self.check(path[:end], verdict)
        return verdict

    def _line_of(self, path: str) -> int:
        """The first that matches: where there are no exceptions, it decides."""
        return next(line for _, matches, line in self._rules if matches(path))

    def may_keep_inside(self, folder: str) -> bool:
        """Whether something in the excluded `folder` could be brought back by an exception."""
        return self._anywhere or any(
            exception.startswith(f"{folder}/") for exception in self._exceptions
        )


def literal_rule(path: str) -> str:
    """The line that matches `path` and what is in it alone, but for blanks at its ends, breaks
    and byte order marks, where it takes any character: no line can hold those."""
    written = "".join(f"\\{char}" if char in _WILD else char for char in path)
    written = "".join("?" if char in "\n\r\ufeff" else char for char in written)
    begin, end = len(written) - len(written.lstrip(_BLANKS)), len(written.rstrip(_BLANKS))
    written = "?" * begin + written[begin:end] + "?" * (len(written) - end)
    return f"\\{written}" if written.startswith(("!", "#")) else written


def ignore_lines(text: str) -> Iterator[tuple[int, str]]:
    """The lines of a .dockerignore as the builder parts them, with their numbers."""
    for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), 1):
        yield number, line.removesuffix("\r")


def read_pattern(number: int, line: str) -> IgnorePattern | None:
    """The pattern that line `number` holds; None for a comment and an empty line. Raises
    `BadPattern`."""
    if line.startswith("#"):
        return None
    pattern = line.strip(_BLANKS)
    exception = pattern.startswith("!")
    if exception:
        pattern = pattern[1:].strip(_BLANKS)
    if pattern:
        pattern = _clean(pattern)
        if len(pattern) > 1:
            pattern = pattern.removeprefix("/")
    # The engine writes the mark back, then reads it again: “!/” becomes “!”, “/!a” becomes “!a”.
    pattern = _clean(f"!{pattern}" if exception else pattern).strip(_BLANKS) if pattern else ""
    if pattern.startswith("!"):
        exception, pattern = True, pattern[1:]
    if exception and not pattern:
        raise BadPattern
    if not pattern:
        return None
    return IgnorePattern(number, exception, pattern, compile_pattern(pattern))


def _clean(path: str) -> str:
    """As Go's ``filepath.Clean``."""
    cleaned = posixpath.normpath(path)
    return cleaned[1:] if cleaned.startswith("//") else cleaned


def _without_trailing_glob(text: str) -> str:
    return text.removesuffix("/**").removesuffix("/*")
