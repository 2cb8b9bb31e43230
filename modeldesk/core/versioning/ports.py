"""What is asked of version control."""

from pathlib import Path
from typing import Protocol

from modeldesk.core.jobs import CancelToken
from modeldesk.core.versioning.git_facts import GitFacts
from modeldesk.core.versioning.revisions import MOST_REVISIONS, CheckedOut, Revisions


class SourceControl(Protocol):
    """Version control of a folder. Nothing that a repository brings along is ever run, and but
    for `add_tag` nothing is written into it. Every method may raise `SourceControlError`, and but
    for `facts` `NoRepository`; each ends with `Cancelled` within 100 ms of the token's cancel, and
    leaves no process behind."""

    def facts(self, folder: Path, token: CancelToken) -> GitFacts | None:
        """None when the folder is under no version control."""
        ...

    def commit_of(self, folder: Path, revision: str, token: CancelToken) -> str:
        """The full id of the commit that a name (a tag, a branch, a commit or the beginning of
        one) stands for. Raises `NoSuchRevision`."""
        ...

    def revisions(
        self, folder: Path, wanted: str, token: CancelToken, most: int = MOST_REVISIONS
    ) -> Revisions:
        """Tags and recent commits, `most` of each at most: all of them, or those that `wanted`
        tells: a part or a pattern (``v1.*``) of a tag's name, the beginning of a commit's id, or
        a part of its message."""
        ...

    def checkout(self, folder: Path, revision: str, into: Path, token: CancelToken) -> CheckedOut:
        """Write the files that `folder` has in a commit into the empty folder `into`, each with
        the commit's time, as a fresh clone would have them; large files of Git LFS come from the
        repository's own store, and stay pointers where that lacks them. Raises `NoSuchRevision`,
        `FolderError` when there is no room; `into` may then hold a part of it."""
        ...

    def add_tag(
        self, folder: Path, name: str, commit: str, message: str, token: CancelToken
    ) -> None:
        """Make an annotated tag, unsigned. Nothing happens when the commit has it already."""
        ...
