"""A rollout's changes and checks as the page tells of them (no Qt)."""

from collections.abc import Sequence
from dataclasses import replace

from modeldesk.core.canary.model import Phase, Rollout, RolloutChange, RolloutCheck
from modeldesk.ui.releases.presented import By, Moment, MomentKind, StepPassed


def moments_of(rollout: Rollout, changes: Sequence[RolloutChange]) -> tuple[Moment, ...]:
    """What happened, newest first. A canary that began as soon as it was asked for has begun once,
    not twice."""
    told: list[Moment] = []
    last: RolloutChange | None = None
    begun = False
    for number, change in enumerate(changes):
        kind = _kind(rollout, change, last, begun=begun)
        if kind is not None:
            begun = begun or kind is MomentKind.STARTED
            told.append(_moment(rollout, change, number, kind))
        last = change
    if told and not told[0].why:
        # Why it was asked for is with its being asked for, which may be no moment of its own.
        told[0] = replace(told[0], why=changes[0].why)
    if told and rollout.open and rollout.ending is None:
        told[-1] = replace(told[-1], ongoing=True)
    return tuple(reversed(told))


def passed_steps(
    rollout: Rollout, changes: Sequence[RolloutChange], checks: Sequence[RolloutCheck]
) -> tuple[StepPassed, ...]:
    """The steps that are behind it, first to last."""
    passed = []
    for step in range(len(rollout.plan.steps)):
        after = (
            one.time
            for one in changes
            if (one.phase is Phase.STEP and one.step == step + 1)
            or (one.phase is Phase.PROMOTED and one.step == step)
        )
        ended = next(after, None)
        if ended is not None:
            passed.append(StepPassed(step, ended, requests_in(step, checks)))
    return tuple(passed)


def requests_in(step: int, checks: Sequence[RolloutCheck]) -> int | None:
    """How many requests the canary had in a step, by the last check of it; None: not known."""
    for check in reversed(checks):
        if check.step == step and check.numbers is not None:
            return check.numbers.canary.requests
    return None


def _kind(
    rollout: Rollout, change: RolloutChange, last: RolloutChange | None, *, begun: bool
) -> MomentKind | None:
    match change.phase:
        case Phase.SCHEDULED:
            waits = rollout.plan.starts is not None and rollout.plan.starts > change.time
            return MomentKind.SCHEDULED if waits else None
        case Phase.MIRRORING:
            return MomentKind.MIRRORED
        case Phase.STEP if (
            last is not None and last.phase is Phase.PAUSED and (last.step == change.step)
        ):
            return MomentKind.RESUMED
        case Phase.STEP:
            return MomentKind.STEP if begun else MomentKind.STARTED
        case Phase.PAUSED:
            return MomentKind.PAUSED
        case Phase.PROMOTED:
            return MomentKind.PROMOTED
        case Phase.ABORTED:
            return MomentKind.ABORTED


def _moment(rollout: Rollout, change: RolloutChange, number: int, kind: MomentKind) -> Moment:
    first = kind in (MomentKind.STARTED, MomentKind.MIRRORED) and rollout.plan.starts is None
    who = change.who or (rollout.who if first else "")
    by = By.SCHEDULE
    if who:
        by = By.PERSON
    elif kind in (MomentKind.PAUSED, MomentKind.ABORTED):
        by = By.AUTOMATIC
    return Moment(
        f"{rollout.id}.{number}",
        change.time,
        kind,
        change.share,
        rollout.target,
        rollout.stable,
        by,
        who,
        change.why,
        rollout.release,
    )
