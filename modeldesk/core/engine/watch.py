"""Keeping in touch with a container engine: find it, hear what changes on it, notice when it
goes, and find it again."""

import logging
import threading
from collections.abc import Callable

from modeldesk.core.changes import Changes
from modeldesk.core.engine.model import Connection, ConnectionState, EngineInfo
from modeldesk.core.errors import ModelDeskError
from modeldesk.core.jobs import CancelToken
from modeldesk.core.ports import EngineFinder, ImageEngine
from modeldesk.core.words import tr

log = logging.getLogger(__name__)

BURST_SECONDS = 0.1
"""Changes that follow each other faster are handed on together, this often."""
SEARCH_AGAIN_SECONDS = 3.0
FIRST_RETRY_SECONDS, LONGEST_RETRY_SECONDS = 0.5, 5.0
STANDS_WITHIN_SECONDS = 10.0
_LEAVING_SECONDS = 0.5


class EngineWatch:
    """Finds an engine and stays with it until told otherwise.

    `on_connection` hears each new state of the connection and `on_changes` what changed on the
    engine, everything first after each (re)connect. Both are called in the watch's own thread,
    never two at once, and not after `stop` returned. Nothing is polled while the engine is
    there; where none is, a cheap search is made every few seconds.

    An engine that was lost is looked for at its own address alone, so that another one on the
    machine does not slip into its place; `retry` looks everywhere.
    """

    def __init__(
        self,
        finder: EngineFinder,
        preferred: str,
        on_connection: Callable[[Connection], None],
        on_changes: Callable[[Changes], None],
    ) -> None:
        self._finder = finder
        self._preferred = preferred
        self._on_connection = on_connection
        self._on_changes = on_changes
        self._news = threading.Condition()
        """Guards all that follows; notified whenever something of it changes."""
        self._stopping = False
        self._search_asked = True
        self._engine: ImageEngine | None = None
        self._reported: Connection | None = None
        self._thread = threading.Thread(target=self._run, name="engine-watch")

    def start(self) -> None:
        """Begin; returns at once."""
        self._thread.start()

    @property
    def engine(self) -> ImageEngine | None:
        """The engine in use; None unless connected."""
        with self._news:
            return self._engine

    def retry(self) -> None:
        """Search everywhere, now. Nothing happens while connected."""
        with self._news:
            if self._engine is None:
                self._search_asked = True
                self._news.notify_all()

    def use(self, address: str) -> None:
        """Leave the engine in use and connect to `address` (empty: whatever is found)."""
        with self._news:
            self._preferred = address
            self._search_asked = True
            self._news.notify_all()

    def stop(self, timeout: float = 1.0) -> None:
        """End, and wait for the end for `timeout` seconds at most. A search that is under way
        may end a moment later, unheard."""
        with self._news:
            self._stopping = True
            self._news.notify_all()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(timeout)

    def _run(self) -> None:
        lost: EngineInfo | None = None
        pause = FIRST_RETRY_SECONDS
        while True:
            with self._news:
                if self._stopping:
                    return
                asked, self._search_asked = self._search_asked, False
                preferred = self._preferred
            if asked:
                lost, pause = None, FIRST_RETRY_SECONDS
                self._report(Connection(ConnectionState.SEARCHING))
            engine, attempts = self._finder.find(preferred or (lost.address if lost else ""))
            if engine is not None:
                link = _Link(engine, self._news)
                self._follow(link)
                engine.close()
                if not self._interrupted():
                    lost = engine.info
                    pause = FIRST_RETRY_SECONDS if link.stands else pause
                    self._report(Connection(ConnectionState.LOST, lost, reason=link.reason))
            elif lost is None:
                self._report(Connection(ConnectionState.NONE, attempts=attempts))
            if lost is None:
                self._pause(SEARCH_AGAIN_SECONDS)
            else:
                self._pause(pause)
                pause = min(pause * 2, LONGEST_RETRY_SECONDS)

    def _follow(self, link: "_Link") -> None:
        """Stay with an engine until it goes, or until something else is asked for."""
        link.open()
        try:
            with self._news:
                self._news.wait_for(
                    lambda: link.stands or link.ended or self._called_away,
                    STANDS_WITHIN_SECONDS,
                )
                if not link.stands or self._called_away:
                    return
                self._engine = link.engine
            self._report(Connection(ConnectionState.CONNECTED, link.engine.info))
            self._tell(Changes.everything())
            while self._wait_for_changes(link):
                self._tell(link.take())
                self._pause_in_burst(link)
        finally:
            with self._news:
                self._engine = None
            link.close()

    @property
    def _called_away(self) -> bool:
        return self._stopping or self._search_asked

    def _interrupted(self) -> bool:
        with self._news:
            return self._called_away

    def _wait_for_changes(self, link: "_Link") -> bool:
        """True when there are some; False when there will be none."""
        with self._news:
            self._news.wait_for(lambda: link.pending or link.ended or self._called_away)
            return bool(link.pending) and not self._called_away

    def _pause_in_burst(self, link: "_Link") -> None:
        with self._news:
            self._news.wait_for(lambda: link.ended or self._called_away, BURST_SECONDS)

    def _pause(self, seconds: float) -> None:
        with self._news:
            self._news.wait_for(lambda: self._called_away, seconds)

    def _report(self, connection: Connection) -> None:
        """Say a state that is news."""
        with self._news:
            if self._stopping or connection == self._reported:
                return
            self._reported = connection
        log.info("The engine connection is %s", connection.state.value)
        self._on_connection(connection)

    def _tell(self, changes: Changes) -> None:
        if not self._interrupted():
            self._on_changes(changes)


class _Link:
    """A stream of events that is read by a thread of its own, because reading blocks."""

    def __init__(self, engine: ImageEngine, news: threading.Condition) -> None:
        self.engine = engine
        self.stands = False
        self.ended = False
        self.pending = Changes()
        self.reason = tr("The engine does not answer in time.")
        self._news = news
        self._token = CancelToken()
        self._thread = threading.Thread(target=self._read, name="engine-events")

    def open(self) -> None:
        self._thread.start()

    def take(self) -> Changes:
        """What was heard since the last time."""
        with self._news:
            taken, self.pending = self.pending, Changes()
            return taken

    def close(self) -> None:
        """End the stream. An engine that does not let go is left to it."""
        self._token.cancel()
        self._thread.join(_LEAVING_SECONDS)

    def _read(self) -> None:
        reason = tr("The engine ended the connection.")
        try:
            for changes in self.engine.events(self._token):
                with self._news:
                    self.stands = True
                    self.pending |= changes
                    self._news.notify_all()
        except ModelDeskError as error:
            reason = error.message
        finally:
            with self._news:
                self.reason = reason
                self.ended = True
                self._news.notify_all()
