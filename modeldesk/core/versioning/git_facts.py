"""What git knows of a model folder."""

from dataclasses import dataclass

MOST_CHANGED = 10_000
"""Changed paths that are told one by one."""


@dataclass(frozen=True, slots=True)
class Submodule:
    """Another repository inside of this one. `path` is relative to the model folder."""

    path: str
    checked_out: bool
    """Whether its files are there."""


@dataclass(frozen=True, slots=True)
class GitFacts:
    """The state of the checkout that holds a folder."""

    commit: str
    """Full hexadecimal id; empty in a repository without commits."""
    branch: str
    """Empty when HEAD is detached."""
    dirty: bool
    """Whether files under the folder differ from the commit, untracked ones included. In the
    plan of a build: whether such files enter the image."""
    remote_url: str
    """The origin's address without any user name or password; empty when there is none."""
    tags: tuple[str, ...] = ()
    """Tags on the commit."""
    changed: tuple[str, ...] = ()
    """The paths that differ, relative to the folder; a folder of untracked files ends with a
    slash. At most `MOST_CHANGED`."""
    submodules: tuple[Submodule, ...] = ()
    """Those inside of the folder."""
    linked: bool = False
    """Whether it is a further work tree of a repository that lies elsewhere."""
    shallow: bool = False
    """Whether older commits were left where they came from."""
    below: str = ""
    """Where the folder is in the repository; empty at its top."""
    committed: int = 0
    """When the commit was made, in seconds since the epoch; 0 without one."""

    @property
    def short_commit(self) -> str:
        """Eight hexadecimal digits, with ``-dirty`` when the folder differs."""
        return f"{self.commit[:8]}-dirty" if self.dirty and self.commit else self.commit[:8]

    @property
    def revision(self) -> str:
        """The whole id, marked likewise."""
        return f"{self.commit}-dirty" if self.dirty and self.commit else self.commit
