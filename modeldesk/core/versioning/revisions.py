"""Commits and tags of a repository, and a commit's files laid out beside it."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from modeldesk.core.versioning.git_facts import GitFacts

MOST_REVISIONS = 200
"""Tags, and commits, that are listed at once."""


@dataclass(frozen=True, slots=True)
class Revision:
    """Something that can be built: a tag, or a commit."""

    commit: str
    """Full hexadecimal id."""
    tag: str
    """Empty for a commit by itself."""
    when: datetime
    """When it was committed, or tagged."""
    subject: str
    """The first line of its message."""

    @property
    def name(self) -> str:
        """What git finds it by, whatever else is called so."""
        return f"refs/tags/{self.tag}" if self.tag else self.commit


@dataclass(frozen=True, slots=True)
class Revisions:
    """What was found, newest first."""

    tags: tuple[Revision, ...]
    commits: tuple[Revision, ...]
    more: bool = False
    """Whether there are further ones that are not listed."""


@dataclass(frozen=True, slots=True)
class CheckedOut:
    """The files of a commit, as they were written to a folder."""

    folder: Path
    """Where the model folder is in it."""
    facts: GitFacts
    """Of the commit; never dirty. Submodules that could not be had are not checked out."""
    when: datetime
    """When the commit was made: the time of every file."""
    repository: Path
    """Where git keeps what all work trees of the repository share."""
