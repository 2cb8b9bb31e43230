"""What is learned of a registry as it is read, item by item."""

from dataclasses import dataclass

from modeldesk.core.errors import RegistryError
from modeldesk.core.library.remote_model import RemoteArtifact, RemoteVersion


@dataclass(frozen=True, slots=True)
class Known:
    """A tag names what was known by its digest before."""

    tag: str
    digest: str


@dataclass(frozen=True, slots=True)
class Channel:
    """A tag that moves names something now."""

    tag: str
    digest: str


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Nothing could be learned of a tag."""

    tag: str


Learned = RemoteVersion | RemoteArtifact | Known | Channel | Unreadable


@dataclass(frozen=True, slots=True)
class Listed:
    """The repositories that are read."""

    repositories: tuple[str, ...]
    """With the registry."""
    whole: bool
    """Whether the registry says that these are all it has."""


@dataclass(frozen=True, slots=True)
class Counted:
    """How many tags of a repository are read."""

    repository: str
    tags: int


@dataclass(frozen=True, slots=True)
class Found:
    """Something was learned of a tag of a repository."""

    repository: str
    learned: Learned | None
    """None for a tag that is gone again."""


@dataclass(frozen=True, slots=True)
class Ended:
    """A repository was read: to its end, or up to an error that is its own."""

    repository: str
    error: RegistryError | None = None
    edits: tuple[str, ...] = ()
    """Tags of what was said of its versions since they were made."""


News = Listed | Counted | Found | Ended
