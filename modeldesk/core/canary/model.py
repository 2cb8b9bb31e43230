"""A rollout: its plan, where it stands, and the numbers it is judged by."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from modeldesk.core.gateway.model import SplitKey
from modeldesk.core.releases.model import DeploymentKey, VersionTarget

DEFAULT_STEPS = (1_000, 2_500, 5_000, 7_500, 10_000)
"""In hundredths of a percent."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a canary may not exceed in a window. None: not looked at."""

    error_rate: float | None = 0.01
    """A share, 0 to 1."""
    error_rate_over_stable: float | None = 0.01
    """By how much it may be over stable's in the same window."""
    p95_ms: float | None = None
    p95_over_stable: float | None = 1.5
    """How many times stable's in the same window."""
    accuracy: float | None = None
    """A share of the labelled requests, 0 to 1, that it may not be under."""
    accuracy_under_stable: float | None = None
    """By how much it may be under stable's in the same window."""


@dataclass(frozen=True, slots=True)
class RolloutPlan:
    """How a canary goes, as a person set it."""

    steps: tuple[int, ...] = DEFAULT_STEPS
    """Shares in hundredths of a percent, growing."""
    window_s: float = 300.0
    """How long each step lasts at least, and over how long the numbers are taken."""
    least_requests: int = 50
    """Fewer at the canary in a window say nothing."""
    failed_checks: int = 3
    """So many in a row send it back."""
    limits: Limits = Limits()
    key: SplitKey = SplitKey.ADDRESS
    field: str = ""
    mirror_first: bool = False
    """Whether it gets copies of requests before the first step."""
    starts: datetime | None = None
    """Not before that time."""


class Phase(Enum):
    """Where a rollout stands. The values are stored."""

    SCHEDULED = "scheduled"
    MIRRORING = "mirroring"
    STEP = "step"
    """It has its share, and the window runs."""
    PAUSED = "paused"
    """Nothing goes on before a person says so; its share stays."""
    PROMOTED = "promoted"
    ABORTED = "aborted"


@dataclass(frozen=True, slots=True)
class VersionNumbers:
    """What one version did in a window. Latencies are the successes' alone; None: there are
    none."""

    requests: int = 0
    """Successes and errors: what the version is judged by. Others are counted apart."""
    errors: int = 0
    """Answers of 5xx, and none at all."""
    refused: int = 0
    """4xx: the callers' mistakes."""
    cancelled: int = 0
    """499: the callers left."""
    p50_ms: float | None = None
    p95_ms: float | None = None
    p99_ms: float | None = None
    labelled: int = 0
    right: int = 0

    @property
    def error_rate(self) -> float | None:
        """None without a request."""
        return self.errors / self.requests if self.requests else None

    @property
    def accuracy(self) -> float | None:
        """None without a labelled request."""
        return self.right / self.labelled if self.labelled else None


@dataclass(frozen=True, slots=True)
class WindowNumbers:
    """Both versions over the same time, in seconds since the epoch."""

    begin: float
    end: float
    stable: VersionNumbers
    canary: VersionNumbers


class Verdict(Enum):
    """What a check found. The values are stored."""

    PASSED = "passed"
    FAILED = "failed"
    NO_DATA = "no data"
    NOT_MEASURED = "not measured"
    """The numbers could not be had; that is not the canary's fault."""


@dataclass(frozen=True, slots=True)
class Rollout:
    """A canary and how far it is. `salt` is constant while it lasts."""

    id: int
    deployment: DeploymentKey
    release: int
    target: VersionTarget
    stable: VersionTarget
    plan: RolloutPlan
    salt: str
    phase: Phase
    step: int
    """Index of the step it is at; -1 before the first."""
    since: datetime
    """When this step or pause began."""
    started: datetime
    failed_in_a_row: int = 0
    silent_windows: int = 0
    not_measured: int = 0
    why: str = ""
    """Why it is paused or was aborted, with the numbers, as text that was said then."""
    who: str = ""
    finished: datetime | None = None
    checked: datetime | None = None
    """When this step was checked last."""
    paused_from: Phase | None = None
    """What goes on when it is resumed."""
    ending: Phase | None = None
    """How it is about to end: decided, and tried until it is done."""
    ended_by: str = ""
    """Who decided its end; empty while that is open, and where the program did by itself."""

    @property
    def open(self) -> bool:
        """Whether it has not come to its end."""
        return self.phase not in (Phase.PROMOTED, Phase.ABORTED)


class Measure(Enum):
    """What a limit is about. The values are stored."""

    REQUESTS = "requests"
    HARD_STOP = "hard stop"
    ERROR_RATE = "error rate"
    ERROR_RATE_OVER_STABLE = "error rate over stable"
    P95 = "p95"
    P95_OVER_STABLE = "p95 over stable"
    ACCURACY = "accuracy"
    ACCURACY_UNDER_STABLE = "accuracy under stable"


@dataclass(frozen=True, slots=True)
class LimitCheck:
    """One limit held against the numbers, and what is to be said of it, with the numbers."""

    measure: Measure
    verdict: Verdict
    said: str


@dataclass(frozen=True, slots=True)
class RolloutCheck:
    """One look at a rollout; `numbers` is None where there were none to be had."""

    time: datetime
    step: int
    share: int
    verdict: Verdict
    numbers: WindowNumbers | None
    limits: tuple[LimitCheck, ...] = ()


@dataclass(frozen=True, slots=True)
class RolloutChange:
    """A rollout went on, stopped or ended: for its history."""

    time: datetime
    phase: Phase
    step: int
    share: int
    who: str
    """Empty: the program by itself."""
    why: str = ""


@dataclass(frozen=True, slots=True)
class VersionEvaluation:
    """How one version did with an evaluation set."""

    asked: int
    failed: int
    """No answer, or none of 2xx."""
    unread: int
    """Answers in which no prediction was found."""
    right: int
    p50_ms: float | None = None
    p95_ms: float | None = None

    @property
    def accuracy(self) -> float | None:
        """A share of all that was asked, as no answer is no right one; None without any."""
        return self.right / self.asked if self.asked else None


@dataclass(frozen=True, slots=True)
class Evaluation:
    """An evaluation set that both versions were asked, apart from the callers' traffic."""

    time: datetime
    name: str
    """Of the set."""
    stable: VersionEvaluation
    canary: VersionEvaluation
