"""The history of channels, in memory."""

import threading
from dataclasses import replace
from typing import TYPE_CHECKING

from modeldesk.core.channels.model import Move, new_move_id
from modeldesk.core.ids import ModelName

if TYPE_CHECKING:
    from modeldesk.core.errors import RecordsError


class FakeChannelRecords:
    """Implements `ChannelRecords`. `failure` is raised by every call while it is set, `cut` by the
    next that writes: as if the program ended there."""

    def __init__(self) -> None:
        self.failure: RecordsError | None = None
        self.cut: BaseException | None = None
        self._lock = threading.Lock()
        self._moves: dict[int, Move] = {}

    def keep_as(self, number: int) -> None:
        """Let the only move have this id, as an earlier program gave it."""
        ((_, move),) = self._moves.items()
        self._moves = {number: replace(move, id=number)}

    def add_move(self, move: Move) -> int:
        self._called(writes=True)
        with self._lock:
            number = max(new_move_id(), *(one + 1 for one in self._moves), 1)
            self._moves[number] = replace(move, id=number)
            return number

    def save_move(self, move: Move) -> None:
        self._called(writes=True)
        with self._lock:
            if move.id in self._moves:
                self._moves[move.id] = move

    def moves(self, model: ModelName, channel: str = "") -> tuple[Move, ...]:
        self._called()
        with self._lock:
            return tuple(
                one
                for one in reversed(self._moves.values())
                if one.model == model and channel in ("", one.channel)
            )

    def _called(self, *, writes: bool = False) -> None:
        if self.failure is not None:
            raise self.failure
        if writes and self.cut is not None:
            cut, self.cut = self.cut, None
            raise cut
