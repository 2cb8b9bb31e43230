"""What is asked of the outside world to have events sent."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from modeldesk.core.canary.model import Rollout, WindowNumbers
from modeldesk.core.ids import DeploymentName, EngineId
from modeldesk.core.jobs import CancelToken
from modeldesk.core.release_events.cloud_events import Message
from modeldesk.core.release_events.model import Addressed, Delivery, Note, Standing
from modeldesk.core.releases.model import Deployment, DeploymentKey


@dataclass(frozen=True, slots=True)
class Posted:
    """What a receiver answered."""

    status: int
    retry_after: str = ""
    """Its own words: seconds, or a date."""
    text: str = ""
    """The beginning of what it said."""


class EventPoster(Protocol):
    """Posts messages. Any thread may ask."""

    def post(self, message: Message, token: CancelToken) -> Posted:
        """The answer, whatever it is; a redirect is one and is not followed. Raises
        `EventNotSent` when none comes in time, and `Cancelled` within 100 ms of a cancel."""
        ...


class SecretKeeper(Protocol):
    """Keeps secrets by name, encrypted, outside of any file of ours. Any thread may ask."""

    def find(self, name: str, token: CancelToken) -> str | None:
        """None for nothing kept, and where nothing can be had. Raises `Cancelled`."""
        ...

    def keep(self, name: str, secret: str, token: CancelToken) -> None:
        """Raises `CredentialsError` (`NoKeyring` where this machine has none), `Cancelled`."""
        ...

    def forget(self, name: str, token: CancelToken) -> None:
        """Nothing kept is no error. Raises `CredentialsError`, `Cancelled`."""
        ...


@dataclass(frozen=True, slots=True)
class StandingFinding:
    """What a watch found and nobody has put right yet, as it is remembered."""

    engine: EngineId
    deployment: DeploymentName
    problem: str
    text: str
    since: datetime


class Known(Protocol):
    """What the records know of what a note is about."""

    def deployment(self, key: DeploymentKey) -> Deployment | None: ...
    def rollout(self, number: int) -> Rollout | None: ...

    def rollout_of(self, key: DeploymentKey, release: int) -> Rollout | None:
        """The one that the release is of."""
        ...

    def numbers(self, rollout: Rollout) -> WindowNumbers | None:
        """What it was judged by last."""
        ...


class Outbox(Protocol):
    """Events on their way. What is written is on the disk when a call returns; several programs
    may use it at once."""

    def take_notes(self, make: Callable[[Note], Addressed | None], most: int = 100) -> int:
        """Put into the outbox what `make` makes of the oldest notes, and have them taken, both or
        neither; how many there were."""
        ...

    def add(self, events: Sequence[Addressed]) -> None:
        """An event that is there already for a receiver is not put there again."""
        ...

    def head(self, receiver: str) -> Delivery | None:
        """What is to be sent to a receiver first; None for nothing."""
        ...

    def waiting(self, receiver: str, most: int = 100) -> tuple[Delivery, ...]:
        """What is to be sent, in that order."""
        ...

    def delivered(self, number: int) -> None:
        """It is done, and forgotten."""
        ...

    def put_off(self, number: int, not_before: datetime, problem: str) -> None:
        """It was tried, and is to be tried again; nothing behind it is sent before."""
        ...

    def give_up(self, number: int, at: datetime, problem: str) -> None:
        """It is tried no more, and kept to be looked at."""
        ...

    def give_up_older(self, receiver: str, than: datetime, at: datetime, problem: str) -> int:
        """The same of all that was queued for a receiver before `than`; how many."""
        ...

    def given_up(self, receiver: str, most: int = 100) -> tuple[Delivery, ...]:
        """What was given up, newest first."""
        ...

    def retry(self, receiver: str, at: datetime) -> int:
        """Have all that was given up sent again, as if it was queued at `at` in its old order, and
        what waits tried at once; how many there are."""
        ...

    def standing(self, receivers: Sequence[str]) -> tuple[Standing, ...]:
        """How things stand with each, in the order given."""
        ...

    def keep_only(self, receivers: Collection[str]) -> None:
        """Forget what is for others."""
        ...

    def findings(self, engine: EngineId) -> tuple[StandingFinding, ...]:
        """What was found there and not said to be gone, in no order."""
        ...

    def found(self, finding: StandingFinding, event: Addressed) -> bool:
        """Remember it, and have it told; False, and nothing done, where it stands already."""
        ...

    def gone(self, finding: StandingFinding, event: Addressed) -> bool:
        """Forget it, and have that told; False, and nothing done, where it does not stand."""
        ...
