"""What a .dockerignore makes of a folder: what each line keeps out, and what is sent."""

from dataclasses import dataclass, field
from functools import cached_property

from modeldesk.core.build_context.ignore import IgnoreRules, Verdict
from modeldesk.core.jobs import CancelToken
from modeldesk.core.lint.extent import MOST_COMPARED
from modeldesk.core.lint.ignore_rules.lines import IgnoreScene
from modeldesk.core.lint.model import Effect, KeptOutBy
from modeldesk.core.model_folder.model import FileEntry


@dataclass(frozen=True)
class Outcome:
    """The effect, and which lines had any."""

    effect: Effect
    lines: frozenset[int]
    """Those that decided about a file or a folder."""
    sent: tuple[FileEntry, ...]

    @cached_property
    def paths_sent(self) -> frozenset[str]:
        return frozenset(entry.path for entry in self.sent)


@dataclass(slots=True)
class _Tally:
    files: int = 0
    size_bytes: int = 0


@dataclass(slots=True)
class _Walk:
    rules: IgnoreRules
    folders: dict[str, Verdict | None] = field(default_factory=lambda: {"": None})
    closed: set[str] = field(default_factory=set)
    """Folders that are kept out with all that is in them."""
    lines: set[int] = field(default_factory=set)

    def verdict(self, path: str) -> Verdict:
        folder = path.rpartition("/")[0]
        above = self._folder(folder)
        if above is not None and folder in self.closed:
            return above
        verdict = self.rules.check(path, above)
        self.lines.add(verdict.line)
        return verdict

    def _folder(self, folder: str) -> Verdict | None:
        missing = []
        while folder not in self.folders:
            missing.append(folder)
            folder = folder.rpartition("/")[0]
        verdict = self.folders[folder]
        for inside in reversed(missing):
            if folder in self.closed:
                self.closed.add(inside)
            else:
                verdict = self.rules.check(inside, verdict)
                self.lines.add(verdict.line)
                if verdict.excluded and not self.rules.may_keep_inside(inside):
                    self.closed.add(inside)
            self.folders[inside] = verdict
            folder = inside
        return verdict


def outcome(scene: IgnoreScene, token: CancelToken) -> Outcome | None:
    """What becomes of the folder's files; None where no folder is known, or where there is too
    much of everything. Raises `Cancelled`."""
    if scene.around is None or not scene.whole or not _is_feasible(scene):
        return None
    walk = _Walk(scene.rules)
    tallies: dict[int, _Tally] = {}
    sent: list[FileEntry] = []
    for entry in token.over(scene.around.files):
        verdict = walk.verdict(entry.path)
        if not verdict.excluded:
            sent.append(entry)
            continue
        tally = tallies.setdefault(verdict.line, _Tally())
        tally.files += 1
        tally.size_bytes += entry.size_bytes
    for link in scene.around.links:
        walk.verdict(link)
    kept = _by_size(scene, tallies)
    effect = Effect(kept, len(sent), sum(entry.size_bytes for entry in sent))
    return Outcome(effect, frozenset(walk.lines), tuple(sent))


def _by_size(scene: IgnoreScene, tallies: dict[int, _Tally]) -> tuple[KeptOutBy, ...]:
    found = [
        KeptOutBy(line, scene.lines[line - 1].shown, tally.files, tally.size_bytes)
        for line, tally in tallies.items()
    ]
    return tuple(sorted(found, key=lambda one: (-one.size_bytes, one.line)))


def _is_feasible(scene: IgnoreScene) -> bool:
    files = len(scene.around.files) if scene.around is not None else 0
    return scene.rules.steps * files <= MOST_COMPARED
