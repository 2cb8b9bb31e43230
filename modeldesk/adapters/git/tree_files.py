"""Writing the files of one commit of one repository, by git's own rules on names and links."""

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from modeldesk.adapters.git.command import Answer, GitCommand, GitFailed
from modeldesk.adapters.git.refusals import ROOM_LEFT, refused
from modeldesk.core.errors import FolderError, ModelDeskError
from modeldesk.core.jobs import CancelToken
from modeldesk.core.text import size_text
from modeldesk.core.words import tr

_MOST_FILES = 1_000_000
_GITLINK = "160000"


@dataclass(frozen=True, slots=True)
class GitLink:
    """Where a commit has another repository's commit."""

    path: str
    commit: str


class TreeFiles:
    """What a commit has below a folder (empty: all of it)."""

    def __init__(self, git: GitCommand, commit: str, below: str, token: CancelToken) -> None:
        self._git = git
        self._commit = commit
        self._below = below
        self._token = token

    def write(self, files: Path) -> tuple[int, tuple[GitLink, ...]]:
        """Write them into the folder `files`, under their paths from the commit's top; how many,
        and the submodules among them, which are empty folders. Raises `FolderError` when there
        are more than there is room for, `SourceControlError`, `Cancelled`."""
        with tempfile.TemporaryDirectory(prefix="git-", dir=files.parent) as scratch:
            paths = Path(scratch) / "paths"
            number, links = self._list(paths, files)
            if number:
                self._write(paths, files, Path(scratch) / "repository")
        return number, links

    def _list(self, paths: Path, files: Path) -> tuple[int, tuple[GitLink, ...]]:
        """Note what is to be written, before anything is: a repository may unpack to more than
        any disk holds."""
        room = shutil.disk_usage(files).free - ROOM_LEFT
        where = ["--", f"{self._below}/"] if self._below else []
        total = number = 0
        links = []
        with paths.open("wb") as names:
            for record in self._records("ls-tree", "-r", "-l", "-z", "--full-tree",
                                        self._commit, *where):  # fmt: skip
                facts, _, path = record.partition(b"\t")
                mode, _, oid, size = facts.decode("ascii", "replace").split()
                if mode == _GITLINK:
                    links.append(GitLink(path.decode("utf-8", "surrogateescape"), oid))
                names.write(path + b"\0")
                number += 1
                total += int(size) if size.isdecimal() else 0
                if number > _MOST_FILES or total > room:
                    raise self._too_large(number, total, files)
        return number, tuple(links)

    def _write(self, paths: Path, files: Path, repository: Path) -> None:
        git = self._git.apart(repository, files)
        answer = git.run("read-tree", self._commit, limited=False)
        if answer.status != 0:
            raise self._failed(answer)
        with paths.open("rb") as names:
            for _ in self._records("checkout-index", "-q", "-z", "--stdin", git=git, istream=names):
                pass

    def _records(
        self, *arguments: str, git: GitCommand | None = None, istream: BinaryIO | None = None
    ) -> Iterator[bytes]:
        try:
            yield from (git or self._git).records(*arguments, istream=istream)
        except GitFailed as error:
            raise self._failed(error.answer) from error

    def _failed(self, answer: Answer) -> ModelDeskError:
        if "No space left" in answer.errors:
            return FolderError(
                tr("There is no room for the files of commit {commit}.", commit=self._commit[:8]),
                tr("Make room on the disk of {path}.", path=self._git.folder),
                answer.errors,
            )
        error = refused(self._git.folder, answer)
        error.message = tr("The files of commit {commit} can’t be had from the repository.",
                           commit=self._commit[:8])  # fmt: skip
        error.hint = tr("If it is a partial clone, fetch what it lacks; “git fsck” tells what is "
                        "damaged.")  # fmt: skip
        return error

    def _too_large(self, number: int, total: int, files: Path) -> FolderError:
        return FolderError(
            tr("Commit {commit} has more files than there is room for: {count}, {size} and more.",
               commit=self._commit[:8], count=number, size=size_text(total)),
            tr("Make room on the disk of {path}.", path=files),
        )  # fmt: skip
