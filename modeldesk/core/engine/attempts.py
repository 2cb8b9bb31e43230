"""What the search for an engine found, as one error."""

from collections.abc import Sequence

from modeldesk.core.engine.model import AttemptOutcome, EngineAttempt
from modeldesk.core.errors import (
    EngineError,
    EngineNotPermitted,
    EngineTooOld,
    EngineUnavailable,
)
from modeldesk.core.words import tr


def outcome_text(outcome: AttemptOutcome) -> str:
    """What an address answered, in words."""
    return {
        AttemptOutcome.ANSWERED: tr("answered"),
        AttemptOutcome.NOT_THERE: tr("not there"),
        AttemptOutcome.NOT_PERMITTED: tr("not permitted"),
        AttemptOutcome.NOT_RUNNING: tr("not running"),
        AttemptOutcome.TOO_OLD: tr("too old"),
        AttemptOutcome.FAILED: tr("failed"),
    }[outcome]


def telling_attempt(attempts: Sequence[EngineAttempt]) -> EngineAttempt | None:
    """The attempt that came nearest to an engine: its hint is the one to follow."""
    order = (
        AttemptOutcome.ANSWERED,
        AttemptOutcome.NOT_PERMITTED,
        AttemptOutcome.TOO_OLD,
        AttemptOutcome.NOT_RUNNING,
        AttemptOutcome.FAILED,
    )
    for outcome in order:
        for attempt in attempts:
            if attempt.outcome is outcome:
                return attempt
    return None


def no_engine_error(attempts: Sequence[EngineAttempt]) -> EngineError:
    """The error to raise when none of the addresses led to an engine."""
    tried = "\n".join(f"{a.source}: {a.address}: {outcome_text(a.outcome)}" for a in attempts)
    telling = telling_attempt(attempts)
    if telling is None:
        return EngineUnavailable(
            tr("No container engine was found."),
            tr("Install Docker or Podman, or say where it is with DOCKER_HOST."),
            tried,
        )
    if telling.outcome is AttemptOutcome.ANSWERED:
        named = attempts[0]
        message = tr(
            "The engine that {source} names ({address}) does not answer.",
            source=named.source,
            address=named.address,
        )
        hint = tr(
            "Start it, or unset {source}; the engine at {other} answers.",
            source=named.source,
            other=telling.address,
        )
        return EngineUnavailable(message, hint, tried)
    if telling.outcome is AttemptOutcome.NOT_PERMITTED:
        message = tr("The engine at {address} may not be used.", address=telling.address)
        return EngineNotPermitted(message, telling.hint, tried)
    if telling.outcome is AttemptOutcome.TOO_OLD:
        message = tr("The engine at {address} is too old.", address=telling.address)
        return EngineTooOld(message, telling.hint, tried)
    message = tr("The engine at {address} does not answer.", address=telling.address)
    return EngineUnavailable(message, telling.hint, tried)
