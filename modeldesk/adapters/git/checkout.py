"""A commit's files, written beside the work tree.

Not by ``git worktree`` or ``git archive``: the one leaves traces in the repository, the other
leaves files out when the commit says so. Git writes the files of an index of our own, which
keeps to its rules on names and links; no filter and no hook is run for it.
"""

import os
import stat
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from modeldesk.adapters.git.command import GitCommand
from modeldesk.adapters.git.facts import committed_at, prefix, remote_url, tags_on
from modeldesk.adapters.git.lfs_store import LfsStore
from modeldesk.adapters.git.submodules import Submodules, git_folder
from modeldesk.adapters.git.tree_files import TreeFiles
from modeldesk.core.errors import NoSuchRevision
from modeldesk.core.jobs import CancelToken
from modeldesk.core.text import printable
from modeldesk.core.versioning.git_facts import GitFacts, Submodule
from modeldesk.core.versioning.revisions import CheckedOut
from modeldesk.core.words import tr

_LATEST = 1 << 33
_DEEPEST = 8
"""Submodules in submodules."""
_MOST_SUBMODULES = 1_000
"""Few that hold each other several times would make any number."""


class Checkout:
    """Writes the files that the folder of `git` has in `commit` into `into`."""

    def __init__(self, git: GitCommand, commit: str, into: Path, token: CancelToken) -> None:
        self._git = git
        self._commit = commit
        self._into = into
        self._token = token
        self._below = prefix(git)
        self._submodules_left = _MOST_SUBMODULES

    def run(self) -> CheckedOut:
        """Do it. Raises as `SourceControl.checkout` does."""
        files = self._into / "files"
        files.mkdir()
        found = self._fill(self._git, self._commit, self._below, files, _DEEPEST)
        if not found:
            raise NoSuchRevision(
                tr("Commit {commit} has no folder “{path}”.", commit=self._commit[:8],
                   path=printable(self._below) or "."),
                tr("Choose a commit that has it."),
            )  # fmt: skip
        when = self._when()
        for path in _deepest_first(files):
            self._token.raise_if_cancelled()
            _as_committed(path, when)
        lead = f"{self._below}/" if self._below else ""
        modules = (Submodule(path.removeprefix(lead), there) for path, there in found if path)
        return CheckedOut(
            files / self._below,
            self._facts(tuple(modules)),
            datetime.fromtimestamp(when, UTC),
            git_folder(self._git),
        )

    def _fill(
        self, git: GitCommand, commit: str, below: str, files: Path, deep: int
    ) -> list[tuple[str, bool]]:
        """Write a commit's files, those of its submodules and those that LFS keeps. The paths of
        submodules with whether they are there, after an empty one where there was any file."""
        count, links = TreeFiles(git, commit, below, self._token).write(files)
        if not count:
            return []
        LfsStore(git_folder(git)).fill_in(files / below, self._token)
        found = [("", True)]
        modules = Submodules(git, commit, files, self._token) if links and deep else None
        for link in links:
            module = modules.at(link) if modules and self._submodules_left else None
            found.append((link.path, module is not None))
            if module is not None:
                self._submodules_left -= 1
                inner = self._fill(module, link.commit, "", files / link.path, deep - 1)
                found += [(f"{link.path}/{path}", there) for path, there in inner if path]
        return found

    def _when(self) -> int:
        answer = self._git.run("rev-list", "--no-walk", "--format=%ct", self._commit)
        last = answer.output.decode("ascii", "replace").split()[-1:]
        # Dates in a repository may be any numbers.
        return min(int(last[0]), _LATEST) if last and last[0].isdecimal() else 0

    def _facts(self, modules: tuple[Submodule, ...]) -> GitFacts:
        return GitFacts(
            commit=self._commit,
            branch="",
            dirty=False,
            remote_url=remote_url(self._git),
            tags=tags_on(self._git, self._commit),
            submodules=modules,
            below=self._below,
            committed=committed_at(self._git, self._commit),
        )


def _deepest_first(top: Path) -> Iterator[str]:
    """Everything below `top`, and then itself; no link is followed."""
    for folder, folders, files in os.walk(top, topdown=False):
        for name in (*files, *(one for one in folders if os.path.islink(f"{folder}/{one}"))):  # noqa: PTH114 - a hundred thousand of them
            yield f"{folder}/{name}"
        yield folder


def _as_committed(path: str, when: int) -> None:
    """Time and permissions as the commit tells them, whoever writes the file, whenever."""
    mode = os.lstat(path).st_mode
    if not stat.S_ISLNK(mode):
        runs = stat.S_ISDIR(mode) or mode & stat.S_IXUSR
        os.chmod(path, 0o755 if runs else 0o644)  # noqa: PTH101 - as above
    os.utime(path, (when, when), follow_symlinks=os.utime not in os.supports_follow_symlinks)
