"""What git knows of a model folder."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GitFacts:
    """The state of the checkout that holds a folder."""

    commit: str
    """Full hexadecimal id; empty in a repository without commits."""
    branch: str
    """Empty when HEAD is detached."""
    dirty: bool
    """Whether files under the folder differ from the commit, untracked ones included."""
    remote_url: str
    """The origin's address without any user name or password; empty when there is none."""
    tags: tuple[str, ...] = ()
    """Tags on the commit."""

    @property
    def short_commit(self) -> str:
        """Eight hexadecimal digits, with ``-dirty`` when the folder differs."""
        return f"{self.commit[:8]}-dirty" if self.dirty and self.commit else self.commit[:8]
