"""How a rollout goes on (pure): a rollout and an event in, the rollout as it is then and what is
to be done out.

A step's window is looked at ten times, at least a second apart. So many failed checks in a row as
the plan says end the rollout, in the middle of a window too; a check that fails at the window's end
is repeated within a second. So a version whose numbers are over a limit is sent back within a
window and a second. When half of its last 20 requests failed it is sent back at once, and so is one
that died, even while it is paused.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from modeldesk.core.canary.analysis import Judgement, hard_stop, judge
from modeldesk.core.canary.events import (
    Effect,
    Ended,
    EndedElsewhere,
    Event,
    Interrupted,
    PromotionFailed,
    Routed,
    Started,
    StartFailed,
    TargetUnwell,
    Tick,
    Turn,
)
from modeldesk.core.canary.model import (
    LimitCheck,
    Phase,
    Rollout,
    RolloutCheck,
    RolloutPlan,
    Verdict,
)
from modeldesk.core.canary.moves import (
    at_step,
    by_person,
    change_of,
    ending,
    mirroring,
    paused,
    place_of,
)
from modeldesk.core.canary.shares import wanted
from modeldesk.core.words import tr, trn

CHECKS_A_WINDOW = 10
LEAST_BETWEEN_S = 1.0
CONFIRMED_WITHIN_S = 1.0
"""A check that fails at a window's end is repeated as often as it takes within this time."""
MOST_SILENT = 2
"""After so many windows without enough requests it is paused, and somebody told."""
MOST_NOT_MEASURED = 4
"""After so many checks in a row without numbers it is paused, and somebody told."""
_STARTED = (Phase.MIRRORING, Phase.STEP)


def advance(rollout: Rollout, event: Event, now: datetime) -> Turn:
    """What becomes of the rollout. Raises `ReleaseError` or `InvalidInput` where a person wants
    what can't be; what comes too late by itself changes nothing."""
    match event:
        case Tick():
            return _tick(rollout, event, now) if rollout.open else Turn(rollout)
        case Started():
            return _started(rollout, event, now)
        case StartFailed():
            return _start_failed(rollout, event.why, now)
        case Routed() | Interrupted():
            return _window_anew(rollout, event, now)
        case TargetUnwell():
            if rollout.open and rollout.ending is None and place_of(rollout) in _STARTED:
                return ending(rollout, Phase.ABORTED, event.why, now)
            return Turn(rollout)
        case Ended():
            return _ended(rollout, now)
        case EndedElsewhere():
            return _ended_elsewhere(rollout, event, now)
        case PromotionFailed():
            if not rollout.open or rollout.ending is not Phase.PROMOTED:
                return Turn(rollout)
            stays = replace(
                rollout, ending=None, ended_by="", phase=place_of(rollout), paused_from=None
            )
            turn = paused(stays, event.why, now)
            return replace(turn, effects=(Effect.ROUTE,))
        case _:
            return by_person(rollout, event, now)


def window_end(rollout: Rollout) -> datetime:
    """When this step's window is over; later when it is held for more requests."""
    return rollout.since + timedelta(seconds=rollout.plan.window_s * (1 + rollout.silent_windows))


def due(rollout: Rollout, now: datetime) -> bool:
    """Whether the numbers are to be looked at."""
    last, end = rollout.checked or rollout.since, window_end(rollout)
    between = _between_s(rollout.plan)
    if now >= end:
        if last < end:
            return True
        if rollout.failed_in_a_row:
            between = min(between, CONFIRMED_WITHIN_S / max(1, rollout.plan.failed_checks - 1))
    return now - last >= timedelta(seconds=between)


def _between_s(plan: RolloutPlan) -> float:
    return max(LEAST_BETWEEN_S, plan.window_s / CHECKS_A_WINDOW)


def _tick(rollout: Rollout, tick: Tick, now: datetime) -> Turn:
    if rollout.ending is not None:
        again = Effect.PROMOTE if rollout.ending is Phase.PROMOTED else Effect.ABORT
        return Turn(rollout, (again,))
    if rollout.phase is Phase.SCHEDULED:
        starts = rollout.plan.starts
        return Turn(rollout, (Effect.START,) if starts is None or now >= starts else ())
    if place_of(rollout) in _STARTED and tick.measured is not None:
        stopped = hard_stop(tick.measured.recent)
        if stopped is not None:
            check = _check(rollout, now, Verdict.FAILED, tick, (stopped,))
            return ending(rollout, Phase.ABORTED, stopped.said, now, check=check)
    if rollout.phase is Phase.PAUSED:
        return Turn(rollout)
    if now < max(rollout.since, rollout.checked or rollout.since):
        # The clock was put back: the window begins anew.
        return Turn(replace(rollout, since=now, checked=None))
    return _checked(rollout, tick, now) if due(rollout, now) else Turn(rollout)


def _checked(rollout: Rollout, tick: Tick, now: datetime) -> Turn:
    at_end = now >= window_end(rollout)
    looked = replace(rollout, checked=now)
    if tick.measured is None:
        return _not_measured(looked, tick, now)
    looked = replace(looked, not_measured=0)
    whole = (window_end(rollout) - rollout.since).total_seconds()
    part = min(1.0, (now - rollout.since).total_seconds() / whole)
    found = judge(tick.measured.window, rollout.plan, part, tick.evaluation)
    check = _check(looked, now, found.verdict, tick, found.limits)
    if found.verdict is Verdict.FAILED:
        return _failed(looked, found, check, now)
    if found.verdict is Verdict.PASSED:
        looked = replace(looked, failed_in_a_row=0)
    if not at_end:
        return Turn(looked, (), check)
    if rollout.phase is Phase.MIRRORING:
        return at_step(looked, 0, now, check=check)
    if found.verdict is Verdict.NO_DATA:
        return _silent(looked, found, check, now)
    if rollout.step + 1 < len(rollout.plan.steps):
        return at_step(looked, rollout.step + 1, now, check=check)
    return ending(looked, Phase.PROMOTED, tr("Every step was passed."), now, check=check)


def _not_measured(looked: Rollout, tick: Tick, now: datetime) -> Turn:
    check = _check(looked, now, Verdict.NOT_MEASURED, tick, ())
    looked = replace(looked, not_measured=looked.not_measured + 1)
    if looked.not_measured < MOST_NOT_MEASURED:
        return Turn(looked, (), check)
    why = trn(
        "The gateway’s numbers could not be had at {count} check.",
        "The gateway’s numbers could not be had at {count} checks in a row.",
        looked.not_measured,
    )
    return paused(looked, why, now, check=check)


def _failed(looked: Rollout, found: Judgement, check: RolloutCheck, now: datetime) -> Turn:
    looked = replace(looked, failed_in_a_row=looked.failed_in_a_row + 1)
    if looked.failed_in_a_row < looked.plan.failed_checks:
        return Turn(looked, (), check)
    return ending(looked, Phase.ABORTED, found.why, now, check=check)


def _silent(looked: Rollout, found: Judgement, check: RolloutCheck, now: datetime) -> Turn:
    """The window is held for as long again; after that it waits for a person."""
    looked = replace(looked, silent_windows=looked.silent_windows + 1)
    if looked.silent_windows < MOST_SILENT:
        return Turn(looked, (), check)
    return paused(looked, found.why, now, check=check)


def _started(rollout: Rollout, event: Started, now: datetime) -> Turn:
    if rollout.phase is not Phase.SCHEDULED or rollout.ending is not None:
        return Turn(rollout)
    runs = replace(rollout, release=event.release)
    return mirroring(runs, now) if rollout.plan.mirror_first else at_step(runs, 0, now)


def _start_failed(rollout: Rollout, why: str, now: datetime) -> Turn:
    if rollout.phase is not Phase.SCHEDULED or rollout.ending is not None:
        return Turn(rollout)
    ended = replace(rollout, phase=Phase.ABORTED, why=why, finished=now)
    return Turn(ended, (), None, change_of(ended, now, "", why))


def _window_anew(rollout: Rollout, event: Routed | Interrupted, now: datetime) -> Turn:
    if rollout.phase not in _STARTED or rollout.ending is not None:
        return Turn(rollout)
    anew = replace(rollout, since=now, checked=None)
    if isinstance(event, Routed):
        return Turn(anew)
    anew = replace(anew, failed_in_a_row=0, not_measured=0)
    why = tr("The engine was started anew: its window begins again.")
    return Turn(anew, (), None, change_of(anew, now, "", why))


def _ended(rollout: Rollout, now: datetime) -> Turn:
    if not rollout.open or rollout.ending is None:
        return Turn(rollout)
    return Turn(replace(rollout, phase=rollout.ending, ending=None, paused_from=None, finished=now))


def _ended_elsewhere(rollout: Rollout, event: EndedElsewhere, now: datetime) -> Turn:
    if not rollout.open or not rollout.release:
        return Turn(rollout)
    if rollout.ending is event.end:
        return _ended(rollout, now)
    turn = ending(replace(rollout, ending=None), event.end, event.why, now, who=event.who)
    return replace(_ended(turn.rollout, now), change=turn.change)


def _check(
    rollout: Rollout,
    now: datetime,
    verdict: Verdict,
    tick: Tick,
    limits: tuple[LimitCheck, ...],
) -> RolloutCheck:
    numbers = tick.measured.window if tick.measured else None
    return RolloutCheck(now, rollout.step, wanted(rollout).share, verdict, numbers, limits)
