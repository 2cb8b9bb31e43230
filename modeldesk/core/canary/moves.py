"""The ways a rollout can take from where it stands (pure)."""

from dataclasses import replace
from datetime import datetime

from modeldesk.core.canary.events import (
    Abort,
    Effect,
    Pause,
    Promote,
    Replan,
    Resume,
    Skip,
    Turn,
)
from modeldesk.core.canary.model import Phase, Rollout, RolloutChange, RolloutCheck
from modeldesk.core.canary.plan import share_text
from modeldesk.core.canary.shares import wanted
from modeldesk.core.errors import InvalidInput, ReleaseError
from modeldesk.core.words import tr

ByPerson = Pause | Resume | Skip | Replan | Promote | Abort


def by_person(rollout: Rollout, event: ByPerson, now: datetime) -> Turn:
    """What a person wants of it. Raises `ReleaseError` where that can't be, `InvalidInput` for a
    plan that it can't go on by."""
    if not rollout.open or rollout.ending is not None:
        raise ReleaseError(*_over(rollout))
    match event:
        case Pause():
            if rollout.phase is Phase.PAUSED:
                raise ReleaseError(
                    tr("The canary of “{name}” is paused already.", name=rollout.deployment.name)
                )
            return paused(rollout, event.why or tr("Paused by a person."), now, who=event.who)
        case Resume():
            if rollout.phase is not Phase.PAUSED:
                raise ReleaseError(
                    tr("The canary of “{name}” is not paused.", name=rollout.deployment.name)
                )
            return _resumed(rollout, event.who, now)
        case Skip():
            return _skipped(rollout, event.who, now)
        case Replan():
            return _replanned(rollout, event, now)
        case Promote():
            if place_of(rollout) is Phase.SCHEDULED:
                raise ReleaseError(
                    tr("The canary of “{name}” has not begun.", name=rollout.deployment.name),
                    tr("Skip the wait, or abort it and deploy the version at once."),
                )
            return ending(rollout, Phase.PROMOTED, event.why, now, who=event.who)
        case Abort():
            return ending(rollout, Phase.ABORTED, event.why, now, who=event.who)


def place_of(rollout: Rollout) -> Phase:
    """Where it stands, or stood when it was paused."""
    return rollout.paused_from or rollout.phase


def at_step(
    rollout: Rollout,
    step: int,
    now: datetime,
    *,
    who: str = "",
    why: str = "",
    check: RolloutCheck | None = None,
) -> Turn:
    """A step begins, and its window."""
    there = replace(_anew(rollout, now), phase=Phase.STEP, step=step)
    return Turn(there, (Effect.ROUTE,), check, change_of(there, now, who, why))


def mirroring(rollout: Rollout, now: datetime) -> Turn:
    """It gets copies of requests for a window."""
    there = replace(_anew(rollout, now), phase=Phase.MIRRORING)
    return Turn(there, (Effect.ROUTE,), None, change_of(there, now, "", ""))


def paused(
    rollout: Rollout,
    why: str,
    now: datetime,
    *,
    who: str = "",
    check: RolloutCheck | None = None,
) -> Turn:
    """It stays where it is until a person says more."""
    stays = replace(
        rollout,
        phase=Phase.PAUSED,
        paused_from=rollout.phase,
        since=now,
        checked=None,
        why=why,
    )
    return Turn(stays, (), check, change_of(stays, now, who, why))


def ending(
    rollout: Rollout,
    end: Phase,
    why: str,
    now: datetime,
    *,
    who: str = "",
    check: RolloutCheck | None = None,
) -> Turn:
    """It is to end so; it has ended once that came about."""
    effect = Effect.PROMOTE if end is Phase.PROMOTED else Effect.ABORT
    ends = replace(rollout, ending=end, why=why, ended_by=who)
    told = RolloutChange(now, end, rollout.step, wanted(ends).share, who, why)
    return Turn(ends, (effect,), check, told)


def change_of(rollout: Rollout, now: datetime, who: str, why: str) -> RolloutChange:
    """How the rollout stands now, for its history."""
    return RolloutChange(now, rollout.phase, rollout.step, wanted(rollout).share, who, why)


def _anew(rollout: Rollout, now: datetime) -> Rollout:
    """A window begins, and nothing counts of what was before."""
    return replace(
        rollout,
        since=now,
        checked=None,
        paused_from=None,
        failed_in_a_row=0,
        silent_windows=0,
        not_measured=0,
        why="",
    )


def _resumed(rollout: Rollout, who: str, now: datetime) -> Turn:
    goes_on = replace(_anew(rollout, now), phase=place_of(rollout))
    # Its share is what it was; the window counts requests from here on.
    effects = () if goes_on.phase is Phase.SCHEDULED else (Effect.ROUTE,)
    return Turn(goes_on, effects, None, change_of(goes_on, now, who, ""))


def _skipped(rollout: Rollout, who: str, now: datetime) -> Turn:
    place = place_of(rollout)
    if place is Phase.SCHEDULED:
        plan = replace(rollout.plan, starts=None)
        begins = replace(_anew(rollout, now), phase=Phase.SCHEDULED, plan=plan)
        return Turn(begins, (Effect.START,), None, change_of(begins, now, who, ""))
    if rollout.step + 1 == len(rollout.plan.steps):
        return ending(rollout, Phase.PROMOTED, "", now, who=who)
    return at_step(rollout, rollout.step + 1, now, who=who)


def _replanned(rollout: Rollout, event: Replan, now: datetime) -> Turn:
    """It stays at the share it has, which must be a step of the new plan too; the window begins
    anew, unless it is paused. Who the canary's callers are can't be changed under them."""
    plan, place = event.plan, place_of(rollout)
    step = rollout.step
    if place is not Phase.SCHEDULED:
        if (plan.key, plan.field) != (rollout.plan.key, rollout.plan.field):
            raise InvalidInput(
                tr("The canary’s callers can’t be told apart by something else now."),
                tr("That would send callers to and fro; abort it and begin a new one."),
            )
        plan = replace(plan, starts=rollout.plan.starts, mirror_first=rollout.plan.mirror_first)
    if place is Phase.STEP:
        share = rollout.plan.steps[step]
        if share not in plan.steps:
            raise InvalidInput(
                tr("The canary has {share} of the callers now.", share=share_text(share)),
                tr("That must be one of the new steps too; it goes on from there."),
            )
        step = plan.steps.index(share)
    anew = replace(_anew(rollout, now), plan=plan, step=step)
    if rollout.phase is Phase.PAUSED:
        anew = replace(anew, paused_from=rollout.paused_from, why=rollout.why)
    return Turn(anew, (), None, change_of(anew, now, event.who, tr("By a new plan.")))


def _over(rollout: Rollout) -> tuple[str, str]:
    end = rollout.ending or rollout.phase
    name = rollout.deployment.name
    if rollout.open:
        if end is Phase.PROMOTED:
            return tr("The canary of “{name}” is being promoted.", name=name), tr("Wait for it.")
        return tr("The canary of “{name}” is being aborted.", name=name), tr("Wait for it.")
    if end is Phase.PROMOTED:
        said = tr("The canary of “{name}” was promoted.", name=name)
        return said, tr("Roll back to the version before instead.")
    return tr("The canary of “{name}” was aborted.", name=name), tr("Begin a new one.")
