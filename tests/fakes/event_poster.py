"""Posting of events, without a network."""

import threading
from typing import TYPE_CHECKING

from modeldesk.core.errors import Cancelled, EventNotSent
from modeldesk.core.jobs import CancelToken
from modeldesk.core.release_events.cloud_events import Message
from modeldesk.core.release_events.ports import Posted

if TYPE_CHECKING:
    from collections.abc import Callable


class FakeEventPoster:
    """Implements `EventPoster`. Each of `replies` is given once, then `usual`: an answer, an
    error, or an event that is waited for until the call is cancelled."""

    def __init__(self) -> None:
        self.usual: Posted | EventNotSent | threading.Event = Posted(204)
        self.replies: list[Posted | EventNotSent | threading.Event] = []
        self.got: list[Message] = []
        self.before: Callable[[], None] = lambda: None
        self._lock = threading.Lock()

    def post(self, message: Message, token: CancelToken) -> Posted:
        token.raise_if_cancelled()
        self.before()
        with self._lock:
            self.got.append(message)
            reply = self.replies.pop(0) if self.replies else self.usual
        if isinstance(reply, threading.Event):
            with token.closing(reply.set):
                reply.wait(30)
            token.raise_if_cancelled()
            return Posted(204)
        if isinstance(reply, EventNotSent):
            raise reply
        return reply


class FakeSecrets:
    """Implements `SecretKeeper`."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}

    def find(self, name: str, token: CancelToken) -> str | None:
        if token.cancelled:
            raise Cancelled
        return self.kept.get(name)

    def keep(self, name: str, secret: str, token: CancelToken) -> None:
        token.raise_if_cancelled()
        self.kept[name] = secret

    def forget(self, name: str, token: CancelToken) -> None:
        token.raise_if_cancelled()
        self.kept.pop(name, None)
