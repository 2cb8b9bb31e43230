"""The registries that a person named, and how fresh what is known of them is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from PySide6.QtCore import QObject, Signal

from modeldesk.core.errors import ModelDeskError
from modeldesk.core.jobs import Progress
from modeldesk.core.library.browsing import Looked
from modeldesk.core.library.remote_model import RegistryLook
from modeldesk.core.registry.known import KnownRegistry

_RESTS = 20
"""So many times as long as it was looked through, a registry is left alone: one with very many tags
is asked more rarely."""


@dataclass(frozen=True, slots=True)
class RegistryState:
    """A registry that a person named, and how much is known of what it has."""

    known: KnownRegistry
    look: RegistryLook | None = None
    """When it was looked through last; None for never."""
    asking: bool = False
    progress: Progress | None = None
    trouble: ModelDeskError | None = None
    """Why the last look came to nothing."""
    looked: Looked | None = None
    """What the last look in this program came to."""
    tried: datetime | None = None
    """When the last look in this program ended, whatever came of it."""
    took: timedelta = timedelta()
    """How long that one was."""

    def is_due(self, now: datetime, old: timedelta) -> bool:
        """Whether to look again unasked, where what is known may be as old as `old`."""
        looked = self.look.finished if self.look is not None else None
        ended = max(filter(None, (self.tried, looked)), default=None)
        if self.asking or ended is None:
            return not self.asking
        # A clock that was put back would have it wait for long.
        return not timedelta() <= now - ended < max(old, self.took * _RESTS)


class RegistryStates(QObject):
    """What pages see of them."""

    changed = Signal()
    """`states` tells something else."""
    joined = Signal()
    """What the records have is in the list."""

    def states(self) -> Sequence[RegistryState]:
        """One for each registry, in the settings' order."""
        raise NotImplementedError

    def refresh_all(self) -> None:
        """Ask every registry that is not being asked."""
        raise NotImplementedError

    def refresh_old(self, old: timedelta) -> None:
        """Ask those of which what is known is older than `old`, in the background."""
        raise NotImplementedError
