"""Patterns beside what is in the folder, and beside what the Dockerfile copies."""

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from modeldesk.core.build_context.ignore import IgnorePattern
from modeldesk.core.lint.extent import Work, checked_part
from modeldesk.core.lint.ignore_rules.effects import Outcome
from modeldesk.core.lint.ignore_rules.forms import means_nothing
from modeldesk.core.lint.ignore_rules.lines import (
    IgnoreScene,
    appended,
    at_end,
    instead,
    span_of,
    without,
)
from modeldesk.core.lint.model import Finding
from modeldesk.core.lint.rules.sources import MOST_LOOKED_AT, taken
from modeldesk.core.lint.scene import Scene
from modeldesk.core.model_folder.ignored import (
    ENVIRONMENTS,
    LEFTOVERS,
    REPOSITORY,
    is_example,
    names_of,
)
from modeldesk.core.model_folder.magic import LARGE, NEVER_WEIGHTS, extension_of
from modeldesk.core.model_folder.model import FileEntry, Severity
from modeldesk.core.text import printable, size_text
from modeldesk.core.words import tr

_PROBED = 300
"""Lines up to which single paths are asked about."""
_MOST_WEIGHTS = 20
_LEFTOVERS = names_of((*LEFTOVERS, "**/node_modules")) | {"*.pyo", "Thumbs.db", "*.log", "*.tmp"}
_TOOLS = names_of((*REPOSITORY, *ENVIRONMENTS))
_WILD = re.compile(r"[*?]")
_NAME = re.compile(r"[^/\\\[\]{}]+")
_BELONGS: tuple[tuple[str, str, str, Callable[[FileEntry], bool]], ...] = (
    ("**/.git", ".git", ".git/HEAD",
     lambda entry: entry.path.startswith(".git/") or "/.git/" in entry.path),
    ("**/.env*", ".env", ".env", lambda entry: _is_environment_file(entry.path)),
    ("**/.venv", ".venv", ".venv/pyvenv.cfg",
     lambda entry: entry.path.startswith(".venv/") or "/.venv/" in entry.path),
    ("**/venv", "venv", "venv/pyvenv.cfg",
     lambda entry: entry.path.startswith("venv/") or "/venv/" in entry.path),
)  # fmt: skip


def without_effect(scene: IgnoreScene, outcome: Outcome | None) -> Iterator[Finding]:
    """Exceptions that bring nothing back, though there is something they could."""
    patterns = scene.patterns
    kept_before = False
    for number, (line, pattern) in enumerate(patterns):
        if not pattern.exception:
            kept_before = kept_before or not means_nothing(line, pattern)
            continue
        if kept_before and (
            outcome is None
            or line.number in outcome.lines
            or not scene.paths
            or not scene.paths.inside(pattern.text)
        ):
            continue
        later = kept_before and any(not other.exception for _, other in patterns[number + 1 :])
        yield Finding(
            "ignore-exception",
            Severity.WARNING,
            span_of(line),
            tr("{pattern} brings nothing back.", pattern=printable(line.shown)),
            tr("The last line that fits a file decides, and one below keeps it out again.") if later
            else tr("An exception undoes lines above it, and none of them keeps this out."),
            tr("Put it below the line that keeps the file out, or remove it."),
            without(tr("Remove the line"), scene, line),
        )  # fmt: skip


def only_at_top(scene: IgnoreScene, outcome: Outcome | None) -> Iterator[Finding]:
    """Names that git would find at any depth, and docker finds at the top only."""
    if outcome is None and not scene.whole:
        return
    sent = _Deeper(outcome.sent if outcome else ())
    below: dict[str, bool] = {}
    for line, pattern in scene.patterns:
        text = pattern.text
        if pattern.exception or not _NAME.fullmatch(text) or text in ("*", "**"):
            continue
        deeper = sent.fitting(pattern) if outcome else ""
        if not deeper and (outcome or text not in _LEFTOVERS):
            continue
        if outcome is None and text not in below:
            below[text] = scene.rules.excludes(f"any folder/{text.replace('*', 'a')}")
        if below.get(text):
            continue
        yield Finding(
            "ignore-top-only",
            Severity.WARNING if deeper else Severity.INFO,
            span_of(line),
            tr("{pattern} fits at the top of the folder only, and {path} is sent.",
               pattern=printable(line.shown), path=printable(deeper)) if deeper
            else tr("{pattern} fits at the top of the folder only.", pattern=printable(line.shown)),
            tr("Unlike in a .gitignore, a name here is not looked for in the folders below."),
            tr("Write **/{pattern}.", pattern=printable(text)),
            instead(tr("Write **/{pattern}", pattern=printable(text)), line, [f"**/{text}"]),
        )  # fmt: skip


def keeps_sources(scene: IgnoreScene, outcome: Outcome | None) -> Iterator[Finding]:
    """Lines that keep out what the Dockerfile copies. Not asked of long files."""
    if not scene.dockerfile or len(scene.lines) > _PROBED or not scene.whole:
        return
    if scene.around is not None and outcome is None:
        return
    found: dict[int, list[str]] = {}
    dockerfile, _ = checked_part(scene.dockerfile)
    for _, word, name in islice(taken(Scene(dockerfile)), MOST_LOOKED_AT):
        paths = scene.paths.inside(name) if scene.paths else [name]
        if name == "." or not paths or re.search(r"[*?\[]", word.text):
            continue
        if outcome is not None and not outcome.paths_sent.isdisjoint(paths):
            continue
        if all(scene.rules.verdict(path).excluded for path in paths[:MOST_LOOKED_AT]):
            found.setdefault(scene.rules.verdict(paths[0]).line, []).append(name)
    for number, names in found.items():
        line = scene.lines[number - 1]
        shown = ", ".join(printable(name) for name in names[:4])
        yield Finding(
            "ignore-keeps-source",
            Severity.ERROR,
            span_of(line),
            tr("{pattern} keeps out what the Dockerfile copies: {names}.",
               pattern=printable(line.shown), names=shown),
            tr("What is kept out is not sent to the builder, so the COPY fails."),
            tr("Remove the line, or bring the files back by an exception behind it."),
            appended(tr("Bring back {names}", names=shown), scene,
                     *(_back(scene, name) for name in dict.fromkeys(names))),
        )  # fmt: skip


def keeps_weights(scene: IgnoreScene, outcome: Outcome | None) -> Iterator[Finding]:
    """Lines that keep out large files that look like weights, and that nothing else copies."""
    if outcome is None or scene.around is None:
        return
    found: dict[int, list[FileEntry]] = {}
    for entry in scene.around.files:
        if (
            entry.size_bytes >= LARGE
            and entry.path not in outcome.paths_sent
            and _may_be_weights(entry.path)
        ):
            found.setdefault(scene.rules.verdict(entry.path).line, []).append(entry)
            if sum(map(len, found.values())) >= _MOST_WEIGHTS:
                break
    for number, entries in found.items():
        line = scene.lines[number - 1]
        largest = max(entries, key=lambda entry: entry.size_bytes)
        yield Finding(
            "ignore-keeps-weights",
            Severity.WARNING,
            span_of(line),
            tr("{pattern} keeps out {path} ({size}), which looks like weights.",
               pattern=printable(line.shown), path=printable(largest.path),
               size=size_text(largest.size_bytes)),
            tr("Without its weights the model can’t start, unless it fetches them."),
            tr("Leave it as it is if the image does not need the file."),
        )  # fmt: skip


def missing(scene: IgnoreScene, outcome: Outcome | None) -> Iterator[Finding]:
    """What no image needs, and no line keeps out."""
    if outcome is None and (len(scene.lines) > _PROBED or not scene.whole):
        return
    for pattern, name, probe, belongs in _BELONGS:
        entries = [entry for entry in outcome.sent if belongs(entry)] if outcome else []
        if (outcome and not entries) or (not outcome and scene.rules.excludes(probe)):
            continue
        size = size_text(sum(entry.size_bytes for entry in entries))
        yield Finding(
            "ignore-missing",
            Severity.WARNING if outcome else Severity.INFO,
            at_end(scene),
            tr("{name} is sent to the builder: {size}.", name=name, size=size) if outcome
            else tr("No line keeps {name} out.", name=name),
            _why_missing(name),
            tr("Add {pattern}.", pattern=pattern),
            appended(tr("Add {pattern}", pattern=pattern), scene, pattern),
        )  # fmt: skip


def _back(scene: IgnoreScene, name: str) -> str:
    """The exception that brings a file back, or all that is in a folder: by the folder itself
    only where that is what is kept out."""
    is_folder = scene.paths is not None and name in scene.paths.folders
    return f"!{name}/**" if is_folder and not scene.rules.excludes(name) else f"!{name}"


def _why_missing(name: str) -> str:
    if name == ".git":
        return tr("A COPY of the whole folder brings the history into the image, and every commit "
                  "makes the layer another one.")  # fmt: skip
    if name == ".env":
        return tr("Such files hold passwords and keys, and everybody who can pull the image can "
                  "read them.")  # fmt: skip
    return tr("An environment of this machine is large, and of no use in the image.")


class _Deeper:
    """The names of what is sent from below the top, each with the first file that has it in its
    path."""

    def __init__(self, sent: Iterable[FileEntry]) -> None:
        self._first: dict[str, str] = {}
        for entry in sent:
            for part in entry.path.split("/")[1:]:
                self._first.setdefault(part, entry.path)
        self._work = Work()

    def fitting(self, pattern: IgnorePattern) -> str:
        """A file that is sent, and lies below the top at or in a name that fits; empty for none,
        and where too much was looked at."""
        if not _WILD.search(pattern.text):
            return self._first.get(pattern.text, "")
        if not self._work.allows(len(self._first)):
            return ""
        return next((path for name, path in self._first.items() if pattern.matches(name)), "")


def _is_environment_file(path: str) -> bool:
    name = path.rpartition("/")[2]
    return name.startswith(".env") and not is_example(name)


def _may_be_weights(path: str) -> bool:
    return _TOOLS.isdisjoint(path.split("/")) and extension_of(path) not in NEVER_WEIGHTS
