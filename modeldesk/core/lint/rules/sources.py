"""What COPY takes from a folder that is known: whether it is there, and is sent."""

import os
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import islice
from posixpath import normpath

from modeldesk.core.build_context.ignore import DOCKERIGNORE, IgnoreRules
from modeldesk.core.build_context.ignore_pattern import BadPattern, compile_pattern
from modeldesk.core.dockerfile.words import Word
from modeldesk.core.errors import FolderError
from modeldesk.core.lint.extent import LONGEST_LINE, MOST_COMPARED, MOST_TEXT, Work
from modeldesk.core.lint.model import Finding, Span
from modeldesk.core.lint.scene import Copied, Scene
from modeldesk.core.model_folder.listing import Listing
from modeldesk.core.model_folder.model import Severity
from modeldesk.core.text import printable
from modeldesk.core.words import tr

_MOST_STARS = 3
_WILD = frozenset("*?[")
MOST_LOOKED_AT = 200
"""Sources that are looked up; more are no person's."""


class Paths:
    """What is in a folder: files, and the folders they make."""

    def __init__(self, around: Listing) -> None:
        # Each path by itself, and one sort of what is sorted but for its end: in calls that take
        # all of a hundred thousand paths at once no other thread gets its turn.
        self.files = {entry.path for entry in around.files}
        others = (around.generated | around.links) - self.files
        self.files.update(others)
        self.folders: set[str] = set()
        self._sorted = [entry.path for entry in around.files]
        self._sorted += sorted(others)
        self._sorted.sort()
        self._work = Work()
        for path in self.files:
            folder = path.rpartition("/")[0]
            while folder and folder not in self.folders:
                self.folders.add(folder)
                folder = folder.rpartition("/")[0]

    def inside(self, name: str) -> Sequence[str] | None:
        """The files that a COPY of `name` brings: a file, or all that is in a folder, or what
        fits wildcards. None where that is not looked up: it would take too long, or was asked
        too often."""
        if name == ".":
            return self._sorted
        if not _WILD.intersection(name):
            if name in self.files:
                return [name]
            return self._under(name) if name in self.folders else []
        if len(name) > LONGEST_LINE or name.count("*") > _MOST_STARS:
            return None
        return self._fitting(name)

    def _fitting(self, name: str) -> Sequence[str] | None:
        try:
            matches = compile_pattern(name)
        except BadPattern:
            return []
        if not self._work.allows(len(self.files) + len(self.folders)):
            return None
        found = {path for path in self.files if matches(path)}
        for folder in filter(matches, self.folders):
            inside = self._under(folder)
            if inside is None:
                return None
            found.update(inside)
        return sorted(found)

    def _under(self, folder: str) -> Sequence[str] | None:
        start = bisect_left(self._sorted, f"{folder}/")
        end = bisect_left(self._sorted, f"{folder}0", start)  # what follows a slash is a zero
        return self._sorted[start:end] if self._work.allows(end - start) else None


def taken(scene: Scene) -> Iterator[tuple[Copied, Word, str]]:
    """What is copied from the context, each by a path that can be looked up."""
    for copied in scene.copies:
        for word in copied.sources if not copied.origin else ():
            if "$" in word.text or "://" in word.text or word.text.startswith("git@"):
                continue
            yield copied, word, normpath(word.text.lstrip("/") or ".")


def missing_sources(scene: Scene) -> Iterator[Finding]:
    """Files that are not there, or that are kept out by the .dockerignore."""
    if scene.around is None:
        return
    paths = Paths(scene.around)
    rules = _rules_of(scene)
    work = Work(MOST_COMPARED)
    for copied, word, name in islice(taken(scene), MOST_LOOKED_AT):
        found = paths.inside(name)
        if found is None:
            continue
        span = scene.of_part(copied.instruction, word)
        shown = printable(name)
        if not found:
            if name != "." and not _is_there(scene.around, name):
                yield _missing(span, shown)
        elif line := _kept_out_by(found, rules, scene.around, work):
            yield Finding(
                "copy-kept-out",
                Severity.ERROR,
                span,
                tr("{path} is kept out by line {line} of {ignore}.", path=shown, line=line,
                   ignore=DOCKERIGNORE),
                tr("What is kept out is not sent to the builder, so it can’t be copied."),
                tr("Change the line, or bring the file back by {exception} behind it.",
                   exception=f"!{shown}"),
            )  # fmt: skip


def _rules_of(scene: Scene) -> IgnoreRules:
    """Those of the .dockerignore, where it is one that a person may have written."""
    if len(scene.ignore) > MOST_TEXT:
        return IgnoreRules()
    try:
        return IgnoreRules.parse(scene.ignore)
    except FolderError:
        return IgnoreRules()


def _missing(span: Span, shown: str) -> Finding:
    return Finding(
        "copy-missing",
        Severity.ERROR,
        span,
        tr("{path} is not in the folder.", path=shown),
        tr("A COPY of what is not there ends the build. Names are told apart by capitals, and "
           "begin at the folder that is built."),
        tr("Correct the name."),
    )  # fmt: skip


def _is_there(around: Listing, name: str) -> bool:
    """What lies behind a link to a folder, and folders without a file, are not among the files."""
    if name.startswith(".."):
        return False
    if around.folder is not None:
        return os.path.lexists(around.folder / name)
    return any(name.startswith(f"{link}/") for link in around.links)


def _kept_out_by(found: Sequence[str], rules: IgnoreRules, around: Listing, work: Work) -> int:
    """The line that keeps out the first of the files, where it or another keeps out each of
    them; else 0, and where too much was looked at."""
    first = 0
    for path in found:
        if not work.allows(rules.steps):
            return 0
        verdict = rules.verdict(path)
        if not verdict.excluded or path in around.generated:
            return 0
        first = first or verdict.line
    return first
