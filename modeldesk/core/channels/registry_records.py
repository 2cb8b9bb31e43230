"""The history of channels, kept in the registry itself: whoever serves it knows all of it."""

import logging
import threading
from collections.abc import Callable
from dataclasses import replace

from modeldesk.core.channels.model import Move, MoveState, new_move_id
from modeldesk.core.channels.move_document import (
    LARGEST,
    MEDIA_TYPE,
    from_bytes,
    own_tag,
    subject_of,
    tags_of_moves,
    to_bytes,
)
from modeldesk.core.errors import InvalidInput, NotInRegistry, RegistryLied
from modeldesk.core.ids import ModelName
from modeldesk.core.jobs import CancelToken
from modeldesk.core.registry.at_once import QUESTIONS, at_once
from modeldesk.core.registry.attachments import (
    attached_document,
    attachment_of,
    put_attachments,
)
from modeldesk.core.registry.ports import Registry

logger = logging.getLogger(__name__)

_MOST = 2_000
"""Moves of a model that are read, the newest: each is a question or two."""
_FINAL = (MoveState.DONE, MoveState.UNDONE)


class RegistryChannelRecords:
    """Implements `ChannelRecords` for one registry; models are called by their repositories. Every
    method also raises as `Registry`. A move that is under way stands under its tag alone; it is
    among what refers to its version as soon as it has ended."""

    def __init__(self, registry: Callable[[], Registry]) -> None:
        self._registry = registry
        self._lock = threading.Lock()
        self._ended: dict[tuple[str, str], Move] = {}
        """By repository and tag: what never changes again."""
        self._last = 0

    def add_move(self, move: Move) -> int:
        """See `modeldesk.core.channels.ports.ChannelRecords`."""
        with self._lock:
            number = self._last = max(new_move_id(), self._last + 1)
        self.put(replace(move, id=number))
        return number

    def save_move(self, move: Move) -> None:
        """See `modeldesk.core.channels.ports.ChannelRecords`."""
        tags = self._tags(move.model)
        if move.id in tags_of_moves(tags):
            self.put(move)

    def moves(self, model: ModelName, channel: str = "") -> tuple[Move, ...]:
        """See `modeldesk.core.channels.ports.ChannelRecords`."""
        found = tags_of_moves(self._tags(model))
        moves = at_once(
            lambda number, own: self._read(model, number, *found[number], own),
            sorted(found, reverse=True)[:_MOST],
            QUESTIONS,
            CancelToken(),
        )
        return tuple(one for one in moves if one is not None and channel in ("", one.channel))

    def _tags(self, model: ModelName) -> tuple[str, ...]:
        try:
            return self._registry().tags(model, CancelToken())
        except NotInRegistry:
            return ()

    def ids(self, model: ModelName) -> frozenset[int]:
        """Of every move there is, without reading them."""
        return frozenset(tags_of_moves(self._tags(model)))

    def put(self, move: Move) -> None:
        """Keep a move that has its id, in place of what is kept of it."""
        # What is under way is written to its end: a cancel is for the move, not for its record.
        token, registry = CancelToken(), self._registry()
        subject = subject_of(move) if move.state in _FINAL else ""
        about = None
        try:
            about = registry.manifest(move.model, subject, token) if subject else None
        except NotInRegistry:
            # Somebody took the version away; that it was moved is true all the same.
            subject = ""
        made = attachment_of(own_tag(move), MEDIA_TYPE, to_bytes(move), about, move.time)
        put_attachments(registry, move.model, subject, [made], token)

    def _read(
        self, model: ModelName, number: int, tag: str, subject: str, token: CancelToken
    ) -> Move | None:
        with self._lock:
            if (model, tag) in self._ended:
                return self._ended[model, tag]
        registry = self._registry()
        try:
            manifest = registry.manifest(model, tag, token)
            document = attached_document(manifest.content, subject, MEDIA_TYPE, LARGEST)
            move = from_bytes(number, registry.document(model, document, token))
        except (InvalidInput, NotInRegistry, RegistryLied) as error:
            logger.info("%s of %s is no move: %s", tag, model, error)
            return None
        if move.state in _FINAL:
            with self._lock:
                self._ended[model, tag] = move
        return move
