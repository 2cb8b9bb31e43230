"""What can happen to a rollout, and what is then to be done (pure)."""

from dataclasses import dataclass
from enum import Enum

from modeldesk.core.canary.model import (
    Evaluation,
    Phase,
    Rollout,
    RolloutChange,
    RolloutCheck,
    RolloutPlan,
)
from modeldesk.core.canary.numbers import Measured


@dataclass(frozen=True, slots=True)
class Tick:
    """Time goes by. `measured` is None where the numbers can't be had."""

    measured: Measured | None
    evaluation: Evaluation | None = None


@dataclass(frozen=True, slots=True)
class Started:
    """The target runs beside the stable version and is healthy."""

    release: int


@dataclass(frozen=True, slots=True)
class StartFailed:
    """It never became so, and nothing of it is left."""

    why: str


@dataclass(frozen=True, slots=True)
class Routed:
    """The share it was to have, it has: from now on its window is counted."""


@dataclass(frozen=True, slots=True)
class TargetUnwell:
    """The target died, or says itself that it is not well."""

    why: str


@dataclass(frozen=True, slots=True)
class Interrupted:
    """The engine was started anew meanwhile, and both versions answer again: what was counted
    tells of that, and not of the target."""


@dataclass(frozen=True, slots=True)
class Pause:
    """A person wants nothing to go on."""

    who: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Resume:
    """A person wants it to go on; the window begins anew."""

    who: str


@dataclass(frozen=True, slots=True)
class Skip:
    """A person wants the next step now."""

    who: str


@dataclass(frozen=True, slots=True)
class Replan:
    """A person wants it to go on by another plan."""

    who: str
    plan: RolloutPlan


@dataclass(frozen=True, slots=True)
class Promote:
    """A person wants the target to be the stable version now."""

    who: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Abort:
    """A person wants it gone."""

    who: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Ended:
    """The end that was decided came about."""


@dataclass(frozen=True, slots=True)
class EndedElsewhere:
    """Its release came to its end without it: it was rolled back, or the program ended between an
    end and its being written down."""

    end: Phase
    why: str = ""
    who: str = ""
    """Empty: nobody, or that is not known."""


@dataclass(frozen=True, slots=True)
class PromotionFailed:
    """It could not be promoted, and what held before holds."""

    why: str


Event = (
    Tick
    | Started
    | StartFailed
    | Routed
    | TargetUnwell
    | Interrupted
    | Pause
    | Resume
    | Skip
    | Replan
    | Promote
    | Abort
    | Ended
    | EndedElsewhere
    | PromotionFailed
)


class Effect(Enum):
    """What is to be done after the rollout was written down. Each may be done twice."""

    START = "start"
    """The target is started beside what serves."""
    ROUTE = "route"
    """The share and mirror that `wanted` says."""
    PROMOTE = "promote"
    ABORT = "abort"


@dataclass(frozen=True, slots=True)
class Turn:
    """What an event came to. `check` and `change` are for the history."""

    rollout: Rollout
    effects: tuple[Effect, ...] = ()
    check: RolloutCheck | None = None
    change: RolloutChange | None = None
