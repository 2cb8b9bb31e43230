"""What git says when it will not, in our words."""

import re
from pathlib import Path

from modeldesk.adapters.git.command import Answer
from modeldesk.core.errors import FolderError, NoSuchRevision, SourceControlError
from modeldesk.core.text import printable
from modeldesk.core.words import tr

ROOM_LEFT = 1 << 28
"""Bytes that a checkout leaves free on the disk."""


def refused(folder: Path, answer: Answer) -> SourceControlError:
    """The error for a repository that git does not read."""
    if "dubious ownership" in answer.errors:
        return SourceControlError(
            tr("Git does not trust the repository of {path}, because another user owns it.",
               path=folder),
            tr("If you trust it, run: git config --global --add safe.directory {path}",
               path=_named_in(answer.errors) or folder),
            answer.errors,
        )  # fmt: skip
    return SourceControlError(
        tr("Git can’t read the repository of {path}.", path=folder),
        tr("Run “git status” in the folder to see what is wrong with it."),
        answer.errors,
    )


def no_such(revision: str, hint: str = "") -> NoSuchRevision:
    """The error for a name that nothing has."""
    return NoSuchRevision(
        tr("The repository has no commit, tag or branch “{name}”.", name=printable(revision)),
        hint or tr("“git log” and “git tag” list what there is."),
    )


def no_room(folder: Path) -> FolderError:
    """The error for large files of a commit that the disk has no room for."""
    return FolderError(
        tr("There is no room for the large files of the commit."),
        tr("Make room on the disk of {path}.", path=folder),
    )


def _named_in(errors: str) -> str:
    """The repository that git's own sentence names."""
    match = re.search(r"dubious ownership in repository at '([^'\n]+)'", errors)
    return match[1] if match else ""
