"""What the history of a channel says (pure). Moves are newest first."""

from collections.abc import Iterable, Sequence

from modeldesk.core.channels.model import Move, MoveState, Place
from modeldesk.core.ids import NO_ENGINE, EngineId

_OPEN = (MoveState.RUNNING, MoveState.HALF_DONE)


def unfinished(moves: Iterable[Move]) -> tuple[Move, ...]:
    """Those that were begun and neither finished nor undone, nor were their tags moved since."""
    seen: set[object] = set()
    found = []
    for move in moves:
        tags = {(move.engine, step.reference) for step in move.steps}
        if move.state in _OPEN and seen.isdisjoint(tags):
            found.append(move)
        if move.state is not MoveState.UNDONE:
            seen.update(tags)
            # In a registry a tag is the same one, whoever moved it.
            seen.update(
                (NO_ENGINE, step.reference) for step in move.steps if step.place is Place.REGISTRY
            )
    return tuple(found)


def to_undo(moves: Sequence[Move], engine: EngineId) -> Move | None:
    """What undoing takes back next: the newest move on `engine`, or in a registry alone, that is
    not itself one, and was not taken back before. So undoing twice goes back two moves."""
    back = {move.undoes for move in moves if move.state is MoveState.DONE}
    open_ones = unfinished(moves)
    for move in moves:
        if move.engine not in (engine, NO_ENGINE) or move.id in back:
            continue
        if move in open_ones or (move.state is MoveState.DONE and move.undoes is None):
            return move
    return None


def standing(moves: Iterable[Move]) -> Move | None:
    """The newest that came to its end."""
    return next((move for move in moves if move.state is MoveState.DONE), None)
