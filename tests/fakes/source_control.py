"""Source control without git: checkouts that a test describes."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from pathlib import Path

from modeldesk.core.errors import NoRepository, NoSuchRevision, SourceControlError
from modeldesk.core.jobs import CancelToken
from modeldesk.core.versioning.git_facts import GitFacts
from modeldesk.core.versioning.git_tags import check_tag_name
from modeldesk.core.versioning.revisions import (
    MOST_REVISIONS,
    CheckedOut,
    Revision,
    Revisions,
)

WHEN = datetime(2025, 4, 5, 12, 30, tzinfo=UTC)
"""When every commit was made."""
SUBJECT = "A change"


@dataclass(slots=True)
class FakeCheckout:
    """A work tree. `facts.dirty`, `facts.changed`, `facts.below` and `facts.tags` of its commit
    are ignored: they follow from the rest."""

    facts: GitFacts
    changed: set[Path] = field(default_factory=set)
    """Absolute paths of files that differ from the commit."""
    commits: dict[str, Mapping[str, str]] = field(default_factory=dict)
    """The files of each commit, the oldest first."""
    tags: dict[str, str] = field(default_factory=dict)
    """The commit of each tag, the oldest first."""
    messages: dict[str, str] = field(default_factory=dict)
    """The messages of tags that were made here."""


class FakeSourceControl:
    """`SourceControl` over the checkouts in `checkouts`, by the root of their work tree."""

    def __init__(self) -> None:
        self.checkouts: dict[Path, FakeCheckout] = {}
        self.error: SourceControlError | None = None
        """Raised by the next calls while it is set."""
        self.checked_out: list[Path] = []
        """Where commits were written to."""

    def facts(self, folder: Path, token: CancelToken) -> GitFacts | None:
        token.raise_if_cancelled()
        if self.error is not None:
            raise self.error
        if not folder.is_dir():
            raise NoRepository(f"The folder {folder} is not there.")
        found = self._find(folder)
        if found is None:
            return None
        root, checkout = found
        folder = folder.resolve()
        changed = sorted(
            path.relative_to(folder).as_posix()
            for path in checkout.changed
            if path.is_relative_to(folder)
        )
        below = folder.relative_to(root).as_posix()
        tags = self._tags_on(checkout, checkout.facts.commit) or checkout.facts.tags
        return replace(
            checkout.facts,
            dirty=bool(changed),
            changed=tuple(changed),
            below="" if below == "." else below,
            tags=tags,
        )

    def commit_of(self, folder: Path, revision: str, token: CancelToken) -> str:
        token.raise_if_cancelled()
        _, checkout = self._needed(folder)
        name = checkout.tags.get(revision.removeprefix("refs/tags/"), revision)
        if name in ("HEAD", checkout.facts.branch) and name:
            name = checkout.facts.commit
        found = [one for one in checkout.commits if len(name) >= 4 and one.startswith(name)]
        if len(found) != 1:
            raise NoSuchRevision(f"No commit, tag or branch “{revision}”.")
        return found[0]

    def revisions(
        self, folder: Path, wanted: str, token: CancelToken, most: int = MOST_REVISIONS
    ) -> Revisions:
        token.raise_if_cancelled()
        _, checkout = self._needed(folder)
        is_pattern = "*" in wanted
        tags = [
            Revision(commit, name, WHEN, checkout.messages.get(name, SUBJECT).partition("\n")[0])
            for name, commit in reversed(checkout.tags.items())
            if (fnmatchcase(name, wanted) if is_pattern else wanted.lower() in name.lower())
        ]
        commits = [
            Revision(commit, "", WHEN, SUBJECT)
            for commit in reversed(checkout.commits)
            if not is_pattern
            and (wanted.lower() in SUBJECT.lower() or (wanted and commit.startswith(wanted)))
        ]
        more = len(tags) > most or len(commits) > most
        return Revisions(tuple(tags[:most]), tuple(commits[:most]), more)

    def checkout(self, folder: Path, revision: str, into: Path, token: CancelToken) -> CheckedOut:
        token.raise_if_cancelled()
        root, checkout = self._needed(folder)
        commit = self.commit_of(folder, revision, token)
        below = folder.resolve().relative_to(root).as_posix()
        lead = "" if below == "." else f"{below}/"
        names = [name for name in checkout.commits[commit] if name.startswith(lead)]
        if not names:
            raise NoSuchRevision(f"Commit {commit[:8]} has no folder “{below}”.")
        for name in names:
            path = into / "files" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(checkout.commits[commit][name], encoding="utf-8")
        self.checked_out.append(into)
        facts = GitFacts(
            commit,
            "",
            dirty=False,
            remote_url=checkout.facts.remote_url,
            tags=self._tags_on(checkout, commit),
            below=lead.removesuffix("/"),
        )
        return CheckedOut(into / "files" / below, facts, WHEN, root / ".git")

    def add_tag(
        self, folder: Path, name: str, commit: str, message: str, token: CancelToken
    ) -> None:
        token.raise_if_cancelled()
        check_tag_name(name)
        _, checkout = self._needed(folder)
        if checkout.tags.get(name, commit) != commit:
            raise SourceControlError(f"The tag “{name}” could not be made.")
        if name not in checkout.tags:
            checkout.tags[name] = commit
            checkout.messages[name] = message

    def _needed(self, folder: Path) -> tuple[Path, FakeCheckout]:
        if self.error is not None:
            raise self.error
        found = self._find(folder)
        if found is None:
            raise NoRepository(f"The folder {folder} is in no git repository.")
        return found

    def _find(self, folder: Path) -> tuple[Path, FakeCheckout] | None:
        folder = folder.resolve()
        for root in (folder, *folder.parents):
            if checkout := self.checkouts.get(root):
                return root, checkout
        return None

    def _tags_on(self, checkout: FakeCheckout, commit: str) -> tuple[str, ...]:
        return tuple(sorted(name for name, on in checkout.tags.items() if on == commit))
