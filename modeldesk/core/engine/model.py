"""What is known of a container engine and of the search for one."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from ipaddress import ip_address
from urllib.parse import urlsplit

from modeldesk.core.ids import EngineId, ImageId

_REMOTE_SCHEMES = ("tcp", "http", "https", "ssh")


@dataclass(frozen=True, slots=True)
class EngineInfo:
    """An engine that answered. `address` is what a client connects to (``unix://…``)."""

    address: str
    source: str
    """Where the address came from: ``DOCKER_HOST``, ``context default``, ``Colima`` …"""
    product: str
    """``Docker Engine`` or ``Podman``."""
    version: str
    api_version: str
    operating_system: str
    architecture: str
    storage_driver: str
    builds_with_buildkit: bool

    @property
    def host(self) -> str:
        """The machine the engine is on, where its address names another than this one; else
        empty."""
        return host_of(self.address)


@dataclass(frozen=True, slots=True)
class EngineIdentity:
    """Which engine it is, and where it was reached."""

    id: EngineId
    address: str


@dataclass(frozen=True, slots=True)
class EngineStart:
    """When an engine was started last: by its own clock, and how long ago that is."""

    at: datetime
    ago_s: float


@dataclass(frozen=True, slots=True)
class SignIn:
    """A name and a password at a registry, or (without a name) a token that stands for both.
    Never shown or logged."""

    user: str = field(repr=False)
    secret: str = field(repr=False)


def host_of(address: str) -> str:
    """The other machine that an engine's address names; empty for a local one."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return ""
    if parts.scheme not in _REMOTE_SCHEMES or host == "localhost":
        return ""
    try:
        number = ip_address(host)
    except ValueError:
        return host
    return "" if number.is_loopback or number.is_unspecified else host


class AttemptOutcome(Enum):
    """What one address answered while an engine was looked for."""

    ANSWERED = "answered"
    NOT_THERE = "not there"
    NOT_PERMITTED = "not permitted"
    NOT_RUNNING = "not running"
    TOO_OLD = "too old"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class EngineAttempt:
    """One address tried. `hint` says what to do about it, `detail` is the system's own word."""

    source: str
    address: str
    outcome: AttemptOutcome
    hint: str = ""
    detail: str = ""


class ConnectionState(Enum):
    """Where the program stands with its engine."""

    SEARCHING = "searching"
    CONNECTED = "connected"
    LOST = "lost"
    """It answered before and does not now; it is tried again by itself."""
    NONE = "none"
    """Nothing that was tried answers; tried again by itself."""


@dataclass(frozen=True, slots=True)
class Connection:
    """The state of the connection, with what is known in that state."""

    state: ConnectionState
    engine: EngineInfo | None = None
    """The engine in use (CONNECTED) or last in use (LOST)."""
    attempts: tuple[EngineAttempt, ...] = ()
    """What was tried (NONE)."""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class BuildCache:
    """What the engine keeps of builds, to make the next one quicker.

    A layer of an image that was built here stands in the cache too: when the image goes, the
    layer stays on the disk until the cache is emptied.
    """

    own_bytes: int = 0
    """In records that no image has: what comes back when the cache is emptied."""
    shared_bytes: int = 0
    """In records that are layers of images as well."""


@dataclass(frozen=True, slots=True)
class Pulled:
    """An image that a registry sent."""

    image: ImageId
    digest: str
    """Of what was asked for: a manifest, or an index of several platforms."""
