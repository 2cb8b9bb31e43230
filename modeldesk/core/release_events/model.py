"""Events: what happened, as a receiver is told of it."""

from dataclasses import dataclass
from datetime import datetime

from modeldesk.core.canary.model import Phase, WindowNumbers
from modeldesk.core.event_kinds import EventKind
from modeldesk.core.ids import DeploymentName, EngineId, ModelName
from modeldesk.core.releases.model import ReleaseKind, ReleaseState, VersionTarget

UNKNOWN_MODEL = ModelName("")


@dataclass(frozen=True, slots=True)
class CanaryFacts:
    """Where a canary stands. Shares are in hundredths of a percent."""

    step: int
    """From 1; 0 before the first."""
    steps: tuple[int, ...]
    share: int
    window: WindowNumbers | None = None
    """What it was judged by last."""


@dataclass(frozen=True, slots=True)
class FindingFacts:
    """What a watch found, in the words a person was told it in."""

    problem: str
    text: str
    remedy: str = ""
    """What was done about it; empty where nothing was."""


@dataclass(frozen=True, slots=True)
class ReleaseEvent:
    """Something that happened to a deployment. What is not known, or has nothing to do with it,
    is empty or None."""

    id: str
    """Of letters and digits; the same however often it is sent."""
    kind: EventKind
    time: datetime
    engine: EngineId
    deployment: DeploymentName
    environment: str = ""
    model: ModelName = UNKNOWN_MODEL
    release: int | None = None
    version: VersionTarget | None = None
    previous: VersionTarget | None = None
    who: str = ""
    why: str = ""
    error: str = ""
    seconds: float | None = None
    """How long it took."""
    automatic: bool | None = None
    """Of a canary that was taken back: whether the program did that by itself."""
    canary: CanaryFacts | None = None
    finding: FindingFacts | None = None


@dataclass(frozen=True, slots=True)
class ReleaseNote:
    """That a release was begun, or came to another state: written by the records in the same
    moment as the release itself, and made into an event later."""

    id: str
    """What the event will be known by."""
    time: datetime
    engine: EngineId
    deployment: DeploymentName
    release: int
    kind: ReleaseKind
    state: ReleaseState
    started: datetime
    target: VersionTarget
    previous: VersionTarget | None
    who: str
    """Who made it; of a canary that was taken back, who did that: empty for the program."""
    why: str
    error: str


@dataclass(frozen=True, slots=True)
class CanaryNote:
    """That a rollout went on, stopped or is to end, in the same way."""

    id: str
    time: datetime
    rollout: int
    phase: Phase
    before: Phase | None
    """None for its beginning."""
    step: int
    share: int
    who: str
    why: str


Note = ReleaseNote | CanaryNote


@dataclass(frozen=True, slots=True)
class CloudEvent:
    """An event in the form of CloudEvents 1.0. `data` is JSON."""

    id: str
    source: str
    type: str
    time: datetime
    subject: str
    data: str


@dataclass(frozen=True, slots=True)
class Addressed:
    """An event, and the ids of the receivers that are to get it."""

    event: CloudEvent
    receivers: tuple[str, ...]
    queued: datetime


@dataclass(frozen=True, slots=True)
class Delivery:
    """An event on its way to one receiver."""

    number: int
    """Grows; what has the lower one is sent first."""
    receiver: str
    event: CloudEvent
    queued: datetime
    tries: int = 0
    not_before: datetime | None = None
    """When it is tried again; None: at once."""
    problem: str = ""
    """Why it was not delivered yet, or was given up."""
    given_up: datetime | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """How things stand with one receiver."""

    receiver: str
    waiting: int
    given_up: int
    head: Delivery | None
    """What is sent next."""
