"""`SourceControl` by the git program."""

import os
from pathlib import Path

from modeldesk.adapters.git.checkout import Checkout
from modeldesk.adapters.git.command import GitCommand
from modeldesk.adapters.git.facts import git_in, read_facts
from modeldesk.adapters.git.revisions import find_commit, find_revisions
from modeldesk.adapters.git.tagging import add_tag
from modeldesk.core.errors import FolderError, NoRepository
from modeldesk.core.jobs import CancelToken
from modeldesk.core.versioning.git_facts import GitFacts
from modeldesk.core.versioning.revisions import MOST_REVISIONS, CheckedOut, Revisions
from modeldesk.core.words import tr

_OF_A_HOOK = (
    "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR", "GIT_NAMESPACE",
    "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_CONFIG_PARAMETERS",
    "GIT_CONFIG_COUNT",
)  # fmt: skip


class GitSourceControl:
    """Safe from any thread; git is first looked for when a folder with a ``.git`` above it is
    asked about."""

    def __init__(self) -> None:
        # Started from a git hook, the program would take the hook's repository for the folder's.
        for name in _OF_A_HOOK:
            os.environ.pop(name, None)

    def facts(self, folder: Path, token: CancelToken) -> GitFacts | None:
        """None when the folder is in no work tree, or ignored by the one it is in. Raises
        `SourceControlError`, with what to do, when git is missing or refuses, `Cancelled`."""
        git = git_in(folder, token)
        return None if git is None else read_facts(git)

    def commit_of(self, folder: Path, revision: str, token: CancelToken) -> str:
        """See `modeldesk.core.versioning.ports.SourceControl`."""
        return find_commit(_needed(folder, token), revision)

    def revisions(
        self, folder: Path, wanted: str, token: CancelToken, most: int = MOST_REVISIONS
    ) -> Revisions:
        """See `modeldesk.core.versioning.ports.SourceControl`."""
        return find_revisions(_needed(folder, token), wanted.strip(), most)

    def checkout(self, folder: Path, revision: str, into: Path, token: CancelToken) -> CheckedOut:
        """See `modeldesk.core.versioning.ports.SourceControl`."""
        git = _needed(folder, token)
        git.ignore_filters()
        try:
            return Checkout(git, find_commit(git, revision), into, token).run()
        except OSError as error:
            raise FolderError(
                tr("A commit can’t be laid out in {path}.", path=into.parent),
                tr("Check that the folder is yours and has room."),
                error.strerror or str(error),
            ) from error

    def add_tag(
        self, folder: Path, name: str, commit: str, message: str, token: CancelToken
    ) -> None:
        """See `modeldesk.core.versioning.ports.SourceControl`."""
        add_tag(_needed(folder, token), name, commit, message)


def _needed(folder: Path, token: CancelToken) -> GitCommand:
    git = git_in(folder, token)
    if git is None:
        raise NoRepository(
            tr("The folder {path} is in no git repository.", path=folder),
            tr("Build from the folder as it is, or choose one inside of a clone."),
        )
    return git
