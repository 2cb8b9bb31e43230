"""The steps of a release, decided before any is taken (pure)."""

from dataclasses import dataclass
from enum import Enum


class Step(Enum):
    """What is done, in the order in which it is done. The values stand in the journal."""

    REHEARSE = "rehearse"
    """The target runs on ports of its own, beside what serves, until it is healthy."""
    CREATE = "create"
    """The target's serving container is made, not started."""
    STOP_PREVIOUS = "stop previous"
    START = "start"
    """The target takes the ports and must become healthy there too."""
    RECORD = "record"
    """The deployment now is the target: from here on a release is finished, not undone."""
    CLEAN_UP = "clean up"
    """The rehearsal and the previous container go."""


@dataclass(frozen=True, slots=True)
class ReleasePlan:
    """The steps to take, in order."""

    steps: tuple[Step, ...]


def plan_release(*, previous_exists: bool, previous_running: bool) -> ReleasePlan:
    """The steps from what is there now. A rehearsal is for the callers of what runs: where
    nothing runs there is nobody to spare, and the target starts at once."""
    steps = [Step.CREATE, Step.START, Step.RECORD, Step.CLEAN_UP]
    if previous_exists:
        steps.insert(1, Step.STOP_PREVIOUS)
    if previous_running:
        steps.insert(0, Step.REHEARSE)
    return ReleasePlan(tuple(steps))
