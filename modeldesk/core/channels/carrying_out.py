"""Takes the steps of a move, each kept in its record, and takes them back when one fails."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from modeldesk.core.channels.model import Move, MoveState, Step, StepState
from modeldesk.core.channels.tags import Tags, place_text
from modeldesk.core.errors import ChannelError, ChannelMoved, ModelDeskError, RecordsError
from modeldesk.core.jobs import CancelToken, Job
from modeldesk.core.words import tr

Keep = Callable[[Move], None]


def check_all(steps: tuple[Step, ...], tags: Tags, token: CancelToken) -> None:
    """Raise `ChannelMoved` where one of the tags is not what it was seen to be, before any of
    them is moved."""
    for step in steps:
        tags.check(step, token)


def carry_out(move: Move, tags: Tags, keep: Keep, job: Job, *, take_back: bool = True) -> Move:
    """Take each step that is not taken yet; the move as it ended.

    When one fails, those that were taken are taken back and its error comes through; with
    `take_back` off, or where that fails too, `ChannelError` says what is moved and what is not.
    """
    for number, step in enumerate(move.steps):
        tried = False
        try:
            job.token.raise_if_cancelled()
            if tags.check(step, job.token):
                tried = True
                tags.take(step, job.token)
        except ModelDeskError as error:
            end = _taken_back(move, number, tags, tried=tried) if take_back else move
            sure = not tried or end.steps[number].state is StepState.UNDONE
            half_done = _failed(end, keep, error, sure=sure)
            if half_done is None:
                raise
            raise half_done from error
        if step.state is not StepState.DONE:
            move = _with_step(move, number, StepState.DONE)
            keep(move)
    move = replace(move, state=MoveState.DONE, error="")
    keep(move)
    return move


def _taken_back(move: Move, number: int, tags: Tags, *, tried: bool) -> Move:
    """`move` with the steps before the one that failed taken back, newest first. That one too, if
    it was tried: its answer may have been lost on the way."""
    for place in range(number - (not tried), -1, -1):
        if _took_back(move.steps[place], tags):
            move = _with_step(move, place, StepState.UNDONE)
    return move


def _failed(move: Move, keep: Keep, error: ModelDeskError, *, sure: bool) -> ChannelError | None:
    """Keep how it ended; what to say where it is half done. `sure`: it is known of every step
    whether it was taken."""
    taken = [step for step in move.steps if step.state is StepState.DONE]
    half = bool(taken) or not sure
    state = MoveState.HALF_DONE if half else MoveState.UNDONE
    # What went wrong is said in any case; without its line the move counts as unfinished.
    with suppress(RecordsError):
        keep(replace(move, state=state, error=str(error)))
    if not half:
        return None
    left = _places([step for step in move.steps if step.state is not StepState.DONE])
    hint = tr("Finish the move or undo it; both is offered in the channel's history.")
    if not taken:
        message = tr(
            "It is not known whether {channel} was moved {left}: {reason}",
            channel=move.channel,
            left=left,
            reason=error.message,
        )
    else:
        message = tr(
            "{channel} was moved {done}, but not {left}: {reason}",
            channel=move.channel,
            done=_places(taken),
            left=left,
            reason=error.message,
        )
    return ChannelError(message, hint, error.detail)


def _took_back(step: Step, tags: Tags) -> bool:
    """Whether what a step did is not there any more. What somebody else did since stays."""
    back = replace(step, before=step.after, after=step.before)
    # The person's cancel is for the move, not for the way back.
    token = CancelToken()
    try:
        if tags.check(back, token):
            tags.take(back, token)
    except ChannelMoved:
        return True
    except ModelDeskError:
        return False
    return True


def _places(steps: list[Step]) -> str:
    return ", ".join(dict.fromkeys(map(place_text, steps)))


def _with_step(move: Move, number: int, state: StepState) -> Move:
    steps = list(move.steps)
    steps[number] = replace(steps[number], state=state)
    return replace(move, steps=tuple(steps))
