"""What a note of the records is as an event."""

from datetime import timedelta

from modeldesk.core.canary.model import Phase, Rollout
from modeldesk.core.event_kinds import EventKind
from modeldesk.core.release_events.model import (
    UNKNOWN_MODEL,
    CanaryFacts,
    CanaryNote,
    Note,
    ReleaseEvent,
    ReleaseNote,
)
from modeldesk.core.release_events.ports import Known
from modeldesk.core.releases.model import DeploymentKey, ReleaseKind, ReleaseState

_RELEASES = {
    (ReleaseKind.DEPLOY, ReleaseState.RUNNING): EventKind.RELEASE_STARTED,
    (ReleaseKind.DEPLOY, ReleaseState.SUCCEEDED): EventKind.RELEASE_SUCCEEDED,
    (ReleaseKind.DEPLOY, ReleaseState.RESTORED): EventKind.RELEASE_RESTORED,
    (ReleaseKind.DEPLOY, ReleaseState.FAILED): EventKind.RELEASE_FAILED,
    (ReleaseKind.ROLLBACK, ReleaseState.RUNNING): EventKind.ROLLBACK_STARTED,
    (ReleaseKind.ROLLBACK, ReleaseState.SUCCEEDED): EventKind.ROLLBACK_SUCCEEDED,
    (ReleaseKind.ROLLBACK, ReleaseState.RESTORED): EventKind.ROLLBACK_RESTORED,
    (ReleaseKind.ROLLBACK, ReleaseState.FAILED): EventKind.ROLLBACK_FAILED,
    # A rollout notes that it is to end; its release, that it did.
    (ReleaseKind.CANARY, ReleaseState.SUCCEEDED): EventKind.CANARY_PROMOTED,
    (ReleaseKind.CANARY, ReleaseState.ABORTED): EventKind.CANARY_ABORTED,
    (ReleaseKind.CANARY, ReleaseState.RESTORED): EventKind.CANARY_ABORTED,
    (ReleaseKind.CANARY, ReleaseState.FAILED): EventKind.CANARY_ABORTED,
}
"""What is told of a release that came to a state; nothing of others."""


def event_of(note: Note, known: Known) -> ReleaseEvent | None:
    """None where there is nothing to tell."""
    if isinstance(note, CanaryNote):
        return _of_canary(note, known)
    return _of_release(note, known)


def _of_release(note: ReleaseNote, known: Known) -> ReleaseEvent | None:
    kind = _RELEASES.get((note.kind, note.state))
    if kind is None:
        return None
    key = DeploymentKey(note.engine, note.deployment)
    deployment = known.deployment(key)
    rollout = known.rollout_of(key, note.release) if note.kind is ReleaseKind.CANARY else None
    under_way = note.state is ReleaseState.RUNNING
    return ReleaseEvent(
        note.id,
        kind,
        note.time,
        note.engine,
        note.deployment,
        deployment.environment if deployment else "",
        deployment.model if deployment else UNKNOWN_MODEL,
        note.release,
        note.target,
        note.previous,
        note.who,
        note.why,
        note.error,
        None if under_way else (note.time - note.started) / timedelta(seconds=1),
        _automatic(kind, note.who if note.state is ReleaseState.ABORTED else ""),
        _facts(rollout, rollout.step, 0, known) if rollout else None,
    )


def _of_canary(note: CanaryNote, known: Known) -> ReleaseEvent | None:
    rollout = known.rollout(note.rollout)
    kind = _canary_kind(note, rollout) if rollout is not None else None
    if rollout is None or kind is None:
        return None
    key = rollout.deployment
    deployment = known.deployment(key)
    return ReleaseEvent(
        note.id,
        kind,
        note.time,
        key.engine,
        key.name,
        deployment.environment if deployment else "",
        deployment.model if deployment else UNKNOWN_MODEL,
        rollout.release or None,
        rollout.target,
        rollout.stable,
        note.who,
        note.why,
        automatic=_automatic(kind, note.who),
        canary=_facts(rollout, note.step, note.share, known),
    )


def _automatic(kind: EventKind, ended_by: str) -> bool | None:
    return not ended_by if kind is EventKind.CANARY_ABORTED else None


def _canary_kind(note: CanaryNote, rollout: Rollout) -> EventKind | None:
    if note.before is None:
        return EventKind.CANARY_STARTED
    match note.phase:
        case Phase.PAUSED:
            return EventKind.CANARY_PAUSED
        case Phase.ABORTED:
            # One that never began has no release that would tell.
            return None if rollout.release else EventKind.CANARY_ABORTED
        case Phase.PROMOTED:
            return None
        case _ if note.before is Phase.PAUSED:
            return EventKind.CANARY_RESUMED
        case Phase.STEP | Phase.MIRRORING:
            return EventKind.CANARY_STEP
    return None


def _facts(rollout: Rollout, step: int, share: int, known: Known) -> CanaryFacts:
    return CanaryFacts(step + 1, rollout.plan.steps, share, known.numbers(rollout))
