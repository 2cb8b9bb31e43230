"""What is said of channels: moves and their steps, and where a channel is now."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from secrets import randbits
from time import time_ns

from modeldesk.core.changes import Changes
from modeldesk.core.errors import ModelDeskError
from modeldesk.core.ids import EngineId, ImageId, ModelName
from modeldesk.core.references import Reference

_RANDOM_BITS = 12
FIRST_SHARED_ID = 1 << 48
"""Smaller ones were given by a machine to its own moves, and mean another move elsewhere."""


class Place(Enum):
    """Where a tag is."""

    ENGINE = "engine"
    REGISTRY = "registry"


class StepState(Enum):
    """How far a step is."""

    WAITING = "waiting"
    DONE = "done"
    UNDONE = "undone"
    """It was done, and taken back."""


@dataclass(frozen=True, slots=True)
class Step:
    """One tag at one place that is to name something else. On an engine that is an image id, in a
    registry a manifest digest; the empty text is nothing."""

    place: Place
    reference: Reference
    before: str
    after: str
    state: StepState = StepState.WAITING


class MoveState(Enum):
    """How a move ended."""

    RUNNING = "running"
    """Under way; or its program ended in the middle of it."""
    DONE = "done"
    HALF_DONE = "half-done"
    """Some steps were taken and others could not be, nor the first taken back."""
    UNDONE = "undone"
    """It failed, and everything is as it was."""


@dataclass(frozen=True, slots=True)
class Move:
    """One line of a channel's history."""

    id: int
    """Later ones are larger, whichever program made them; see `new_move_id`."""
    model: ModelName
    channel: str
    engine: EngineId
    before: str
    """The version that had the channel, by name; empty for none."""
    after: str
    """The version that has it now; empty where it was taken off."""
    steps: tuple[Step, ...]
    time: datetime
    who: str
    why: str
    state: MoveState
    broken: tuple[str, ...] = ()
    """The requirements that were overruled, by their `Requirement` values."""
    undoes: int | None = None
    """The move that this one takes back."""
    error: str = ""

    @property
    def changes(self) -> Changes:
        """What is to be read again after it, however it ended."""
        ids = (i for s in self.steps if s.place is Place.ENGINE for i in (s.before, s.after))
        return Changes(images=frozenset(ImageId(one) for one in ids if one))


def new_move_id() -> int:
    """One that no other program takes, nor this one a second time within a microsecond; those of
    histories from before registries had them are smaller."""
    return (time_ns() // 1_000 << _RANDOM_BITS) | randbits(_RANDOM_BITS)


class Requirement(Enum):
    """What a rule asks for. The values are kept in histories."""

    METRICS = "metrics"
    AFTER = "after"
    TESTS = "tests"


@dataclass(frozen=True, slots=True)
class Broken:
    """A requirement that a version does not meet, and why, as a sentence."""

    requirement: Requirement
    why: str


@dataclass(frozen=True, slots=True)
class MovePlan:
    """What a move would do, as things are seen now. What is seen is compared again before each
    step: whatever moved meanwhile is left as it is."""

    model: ModelName
    channel: str
    before: str
    after: str
    steps: tuple[Step, ...]
    broken: tuple[Broken, ...] = ()
    undoes: int | None = None
    problems: tuple[ModelDeskError, ...] = ()
    """Why a registry can't be moved along; with any the plan can't be carried out."""

    @property
    def alters(self) -> bool:
        """Whether anything is to be done at all."""
        return any(step.before != step.after for step in self.steps)


@dataclass(frozen=True, slots=True)
class RegistryAnswer:
    """What a channel's tag names in a registry."""

    reference: Reference
    digest: str = ""
    """Empty for nothing."""
    version: str = ""
    """The version with that digest, where it is known."""
    same: bool | None = None
    """Whether that is what the engine's tag names; None where it can't be told."""
    problem: ModelDeskError | None = None
    """Why it could not be asked."""


@dataclass(frozen=True, slots=True)
class ChannelStatus:
    """Where one channel of a model is. `deprecated` has one for each version."""

    channel: str
    version: str
    """By name; empty for none on the engine."""
    image: str
    """Its image id; empty for none."""
    registries: tuple[RegistryAnswer, ...] = ()
    last: Move | None = None
    """The newest line of its history that holds."""
    unfinished: Move | None = None
    """A move that was begun and neither finished nor undone."""

    @property
    def moved_elsewhere(self) -> bool:
        """Whether another program moved it since: a tag of the engine is not where the history
        left it."""
        if self.last is None or self.unfinished is not None:
            return False
        left = {s.after for s in self.last.steps if s.place is Place.ENGINE}
        return bool(left) and left != {self.image}
