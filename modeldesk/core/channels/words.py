"""Moves of channels in words, the same in the window and on the command line."""

from modeldesk.core.channels.model import Move, MovePlan, MoveState, Requirement
from modeldesk.core.versioning.channels import DEPRECATED
from modeldesk.core.words import tr


def moved_text(move: Move) -> str:
    """What a move did, as a sentence."""
    if move.undoes is not None:
        return _back_text(move.channel, move.after)
    return _sentence(move.channel, move.before, move.after)


def already_text(plan: MovePlan) -> str:
    """That nothing is to be done, as a sentence."""
    if plan.after:
        return tr("{version} is {channel} already.", version=plan.after, channel=plan.channel)
    return tr("Nothing is {channel}.", channel=plan.channel)


def change_text(move: Move) -> str:
    """From which version to which, in short."""
    nothing = tr("nothing")
    return f"{move.before or nothing} → {move.after or nothing}"


def state_text(move: Move) -> str:
    """How a move ended, in a word or two; empty where it went as asked."""
    match move.state:
        case MoveState.RUNNING:
            return tr("begun, not ended")
        case MoveState.HALF_DONE:
            return tr("half done")
        case MoveState.UNDONE:
            return tr("failed, taken back")
    return ""


def overruled_text(move: Move) -> str:
    """Which rules were overruled; empty for none."""
    if not move.broken:
        return ""
    names = ", ".join(_requirement_text(one) for one in move.broken)
    return tr("overruled: {rules}", rules=names)


def _requirement_text(value: str) -> str:
    match value:
        case Requirement.METRICS.value:
            return tr("has metrics")
        case Requirement.AFTER.value:
            return tr("was in the channel before")
        case Requirement.TESTS.value:
            return tr("passed its tests")
    return value


def _back_text(channel: str, version: str) -> str:
    if version:
        return tr("{channel} is {version} again.", channel=channel, version=version)
    return tr("{channel} is taken off again.", channel=channel)


def _sentence(channel: str, before: str, after: str) -> str:
    if not after:
        return tr("{channel} is taken off {version}.", channel=channel, version=before)
    if channel == DEPRECATED:
        return tr("{version} is {channel} now.", version=after, channel=channel)
    if not before or before == after:
        return tr("{channel} now points at {version}.", channel=channel, version=after)
    return tr(
        "{channel} moved from {before} to {version}.",
        channel=channel,
        before=before,
        version=after,
    )
