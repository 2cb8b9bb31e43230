"""What there is of a registry of one's own."""

from dataclasses import dataclass
from enum import Enum

from modeldesk.core.ids import ContainerId

USER = "modeldesk"
"""Who signs in at it."""


class OwnState(Enum):
    """How it stands."""

    RUNNING = "running"
    UNHEALTHY = "unhealthy"
    """It runs, and its own check fails."""
    STOPPED = "stopped"
    COLLECTING = "collecting"
    """It is stopped while its garbage is collected."""
    UNFINISHED = "unfinished"
    """A program ended in the middle of something, or nobody here knows its password: a start puts
    it right."""
    DATA_ONLY = "data only"
    """It was removed, and what was in it is still there: a start takes it up."""


@dataclass(frozen=True, slots=True)
class OwnRegistry:
    """The one registry of an account on an engine."""

    state: OwnState
    volume: str
    """Which keeps what is in it."""
    host: str = ""
    """As references name it; empty for `OwnState.DATA_ONLY`."""
    container: ContainerId | None = None
    collector: ContainerId | None = None
    """The container that collects its garbage."""

    @property
    def running(self) -> bool:
        return self.state in (OwnState.RUNNING, OwnState.UNHEALTHY)
