"""Notes and deliveries of events as the database holds them."""

from datetime import datetime

from modeldesk.adapters.sqlite.connections import Value
from modeldesk.adapters.sqlite.packing import plain, to_text, to_time
from modeldesk.core.canary.model import Phase
from modeldesk.core.ids import DeploymentName, EngineId, ImageId
from modeldesk.core.release_events.model import (
    Addressed,
    CanaryNote,
    CloudEvent,
    Delivery,
    Note,
    ReleaseNote,
)
from modeldesk.core.release_events.ports import StandingFinding
from modeldesk.core.releases.model import ReleaseKind, ReleaseState, VersionTarget

NOTE = (
    "number, id, time, state, who, why, rollout, state_before, step, share, release_id, engine, "
    "deployment, kind, started, image, reference, digest, previous_image, previous_reference, "
    "previous_digest, error"
)
DELIVERY = (
    "number, receiver, event, source, type, time, subject, data_json, queued, tries, not_before, "
    "problem, given_up"
)
NEW_DELIVERY = "receiver, event, source, type, time, subject, data_json, queued"
FINDING = "engine, deployment, problem, text, since"


def read_note(row: tuple[Value, ...]) -> Note:
    """A row of `NOTE`."""
    _, identity, time, state, who, why, rollout, before, step, share, *release = row
    if rollout is not None:
        assert isinstance(rollout, int)
        assert isinstance(step, int)
        assert isinstance(share, int)
        return CanaryNote(
            str(identity),
            to_time(time),
            rollout,
            Phase(state),
            None if before is None else Phase(before),
            step,
            share,
            str(who),
            str(why),
        )
    number, engine, deployment, kind, started, image, reference, digest, *previous, error = release
    assert isinstance(number, int)
    return ReleaseNote(
        str(identity),
        to_time(time),
        EngineId(str(engine)),
        DeploymentName(str(deployment)),
        number,
        ReleaseKind(kind),
        ReleaseState(state),
        to_time(started),
        VersionTarget(ImageId(str(image)), str(reference), str(digest)),
        _target(*previous),
        str(who),
        str(why),
        str(error),
    )


def read_delivery(row: tuple[Value, ...]) -> Delivery:
    """A row of `DELIVERY`."""
    number, receiver, event, source, kind, time, subject, data, *state = row
    queued, tries, not_before, problem, given_up = state
    assert isinstance(number, int)
    assert isinstance(tries, int)
    return Delivery(
        number,
        str(receiver),
        CloudEvent(str(event), str(source), str(kind), to_time(time), str(subject), str(data)),
        to_time(queued),
        tries,
        _time(not_before),
        str(problem),
        _time(given_up),
    )


def delivery_values(one: Addressed, receiver: str) -> tuple[Value, ...]:
    """For the columns of `NEW_DELIVERY`."""
    event = one.event
    return (
        receiver,
        event.id,
        event.source,
        event.type,
        to_text(event.time),
        plain(event.subject),
        event.data,
        to_text(one.queued),
    )


def read_finding(row: tuple[Value, ...]) -> StandingFinding:
    """A row of `FINDING`."""
    engine, deployment, problem, text, since = row
    return StandingFinding(
        EngineId(str(engine)),
        DeploymentName(str(deployment)),
        str(problem),
        str(text),
        to_time(since),
    )


def finding_values(one: StandingFinding) -> tuple[Value, ...]:
    """For the columns of `FINDING`."""
    return (one.engine, one.deployment, one.problem, plain(one.text), to_text(one.since))


def _target(image: Value, reference: Value, digest: Value) -> VersionTarget | None:
    if image is None:
        return None
    return VersionTarget(ImageId(str(image)), str(reference), str(digest))


def _time(value: Value) -> datetime | None:
    return None if value is None else to_time(value)
