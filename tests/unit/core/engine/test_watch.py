"""The watch finds an engine, hands on what changes, and comes back to an engine that was lost."""

import threading
import time
from collections.abc import Callable, Iterator

import pytest

from modeldesk.core.changes import Changes
from modeldesk.core.engine import watch as watching
from modeldesk.core.engine.model import Connection, ConnectionState, EngineAttempt
from modeldesk.core.engine.watch import EngineWatch
from modeldesk.core.errors import EngineError, EngineUnavailable
from modeldesk.core.ids import ContainerId
from modeldesk.core.jobs import CancelToken
from modeldesk.core.ports import EngineFinder, ImageEngine
from tests.fakes.engine import INFO, FakeEngine, FakeFinder

SEARCHING, CONNECTED, LOST, NONE = (
    ConnectionState.SEARCHING,
    ConnectionState.CONNECTED,
    ConnectionState.LOST,
    ConnectionState.NONE,
)


class Heard:
    """A watch, and what it has said so far."""

    def __init__(self, finder: EngineFinder, preferred: str = "") -> None:
        self._news = threading.Condition()
        self.connections: list[Connection] = []
        self.changes: list[Changes] = []
        self.threads: set[str] = set()
        self.watch = EngineWatch(finder, preferred, self._connected, self._changed)

    @property
    def states(self) -> list[ConnectionState]:
        return [connection.state for connection in self.connections]

    def expect(self, condition: Callable[[], bool], seconds: float = 5) -> None:
        with self._news:
            assert self._news.wait_for(condition, seconds), (self.connections, self.changes)

    def expect_states(self, *states: ConnectionState) -> None:
        self.expect(lambda: self.states == list(states))

    def _connected(self, connection: Connection) -> None:
        with self._news:
            self.connections.append(connection)
            self.threads.add(threading.current_thread().name)
            self._news.notify_all()

    def _changed(self, changes: Changes) -> None:
        with self._news:
            self.changes.append(changes)
            self.threads.add(threading.current_thread().name)
            self._news.notify_all()


@pytest.fixture
def begin() -> Iterator[Callable[..., Heard]]:
    """Starts watches and stops them after the test."""
    begun: list[Heard] = []

    def start(finder: EngineFinder, preferred: str = "") -> Heard:
        heard = Heard(finder, preferred)
        begun.append(heard)
        heard.watch.start()
        return heard

    yield start
    for heard in begun:
        heard.watch.stop(5)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Searches again soon."""
    monkeypatch.setattr(watching, "SEARCH_AGAIN_SECONDS", 0.02)
    monkeypatch.setattr(watching, "FIRST_RETRY_SECONDS", 0.02)


Begin = Callable[..., Heard]


def changed(name: str) -> Changes:
    return Changes(containers=frozenset({ContainerId(name)}))


def test_it_connects_and_says_that_everything_is_to_be_read(begin: Begin) -> None:
    engine = FakeEngine()
    heard = begin(FakeFinder(engine))
    heard.expect(lambda: heard.changes == [Changes.everything()])
    assert heard.states == [SEARCHING, CONNECTED]
    assert heard.connections[-1].engine == INFO
    assert heard.watch.engine is engine
    assert heard.threads == {"engine-watch"}


def test_changes_are_handed_on_at_once(begin: Begin) -> None:
    engine = FakeEngine()
    heard = begin(FakeFinder(engine))
    heard.expect(lambda: heard.changes == [Changes.everything()])
    engine.emit(changed("a"))
    heard.expect(lambda: heard.changes[1:] == [changed("a")])


def test_a_burst_is_handed_on_together_and_whole(begin: Begin) -> None:
    engine = FakeEngine()
    heard = begin(FakeFinder(engine))
    heard.expect(lambda: len(heard.changes) == 1)
    names = [str(number) for number in range(500)]
    for name in names:
        engine.emit(changed(name))

    def told() -> set[str]:
        return {name for changes in heard.changes for name in changes.containers}

    heard.expect(lambda: told() == set(names))
    assert len(heard.changes) < 20


def test_a_lost_engine_is_said_so_and_comes_back_by_itself(begin: Begin, quick: None) -> None:
    engine = FakeEngine()
    finder = FakeFinder(engine)
    heard = begin(finder)
    heard.expect(lambda: len(heard.changes) == 1)
    engine.stop()
    heard.expect_states(SEARCHING, CONNECTED, LOST)
    assert heard.connections[-1].engine == INFO
    assert heard.connections[-1].reason
    assert heard.watch.engine is None
    assert engine.closed
    until(lambda: finder.searches[-1] == INFO.address)
    engine.come_back()
    heard.expect_states(SEARCHING, CONNECTED, LOST, CONNECTED)
    heard.expect(lambda: heard.changes == [Changes.everything()] * 2)
    assert heard.watch.engine is engine


def test_no_engine_is_said_once_with_what_was_tried(begin: Begin, quick: None) -> None:
    engine = FakeEngine()
    engine.stop()
    finder = FakeFinder(engine)
    heard = begin(finder)
    until(lambda: len(finder.searches) > 4)
    assert heard.states == [SEARCHING, NONE]
    assert [attempt.address for attempt in heard.connections[-1].attempts] == [INFO.address]
    engine.come_back()
    heard.expect_states(SEARCHING, NONE, CONNECTED)


def test_retry_searches_at_once(begin: Begin) -> None:
    engine = FakeEngine()
    engine.stop()
    heard = begin(FakeFinder(engine))
    heard.expect_states(SEARCHING, NONE)
    engine.come_back()
    began = time.monotonic()
    heard.watch.retry()
    heard.expect_states(SEARCHING, NONE, SEARCHING, CONNECTED)
    assert time.monotonic() - began < 1


def test_retry_after_a_loss_searches_everywhere(begin: Begin) -> None:
    engine = FakeEngine()
    finder = FakeFinder(engine)
    heard = begin(finder)
    heard.expect(lambda: len(heard.changes) == 1)
    engine.stop()
    heard.expect_states(SEARCHING, CONNECTED, LOST)
    heard.watch.retry()
    heard.expect_states(SEARCHING, CONNECTED, LOST, SEARCHING, NONE)
    assert finder.searches[-1] == ""


def test_retry_leaves_a_connection_alone(begin: Begin) -> None:
    engine = FakeEngine()
    heard = begin(FakeFinder(engine))
    heard.expect(lambda: len(heard.changes) == 1)
    heard.watch.retry()
    engine.emit(changed("a"))
    heard.expect(lambda: heard.changes[1:] == [changed("a")])
    assert heard.states == [SEARCHING, CONNECTED]


def test_another_address_is_used_from_now_on(begin: Begin) -> None:
    engine = FakeEngine()
    finder = FakeFinder(engine, also=("unix:///first.sock", "unix:///second.sock"))
    heard = begin(finder, "unix:///first.sock")
    heard.expect(lambda: len(heard.changes) == 1)
    heard.watch.use("unix:///second.sock")
    heard.expect(lambda: len(heard.changes) == 2)
    assert heard.states == [SEARCHING, CONNECTED, SEARCHING, CONNECTED]
    assert finder.searches == ["unix:///first.sock", "unix:///second.sock"]
    assert engine.closed
    assert engine.streams == 1


def test_an_engine_whose_events_are_refused_counts_as_lost(begin: Begin) -> None:
    engine = FakeEngine()
    engine.fail_next("events", EngineError("The engine failed: no events."))
    heard = begin(FakeFinder(engine))
    heard.expect_states(SEARCHING, LOST, CONNECTED)
    assert heard.connections[1].reason == "The engine failed: no events."


def test_an_engine_that_never_begins_to_tell_counts_as_lost(
    begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "STANDS_WITHIN_SECONDS", 0.05)
    engine = SilentEngine()
    heard = begin(FakeFinder(engine))
    heard.expect_states(SEARCHING, LOST)
    assert heard.connections[-1].reason


def test_nothing_is_said_once_it_is_stopped(begin: Begin) -> None:
    engine = FakeEngine()
    heard = begin(FakeFinder(engine))
    heard.expect(lambda: len(heard.changes) == 1)
    began = time.monotonic()
    heard.watch.stop()
    assert time.monotonic() - began < 1
    engine.emit(changed("a"))
    engine.stop()
    assert heard.states == [SEARCHING, CONNECTED]
    assert len(heard.changes) == 1
    assert engine.closed
    assert engine.streams == 0
    assert heard.watch.engine is None


def test_it_stops_in_time_while_a_search_hangs(begin: Begin) -> None:
    finder = HangingFinder()
    heard = begin(finder)
    assert finder.searching.wait(5)
    began = time.monotonic()
    heard.watch.stop()
    assert time.monotonic() - began < 1.5
    finder.go_on.set()
    heard.watch.stop(5)
    assert finder.engine.closed
    assert heard.states == [SEARCHING]


def test_it_stops_in_time_while_the_engine_does_not_let_go(begin: Begin) -> None:
    engine = DeafEngine()
    heard = begin(FakeFinder(engine))
    heard.expect(lambda: len(heard.changes) == 1)
    began = time.monotonic()
    heard.watch.stop()
    assert time.monotonic() - began < 1.5
    engine.let_go.set()
    engine.left.wait(5)


def test_stopping_what_never_began(begin: Begin) -> None:
    Heard(FakeFinder(None)).watch.stop()


class SilentEngine(FakeEngine):
    """Answers, but its events never begin."""

    def events(self, token: CancelToken) -> Iterator[Changes]:
        token.wait(30)
        token.raise_if_cancelled()
        yield Changes()


class DeafEngine(FakeEngine):
    """Its events do not end when they should."""

    def __init__(self) -> None:
        super().__init__()
        self.let_go = threading.Event()
        self.left = threading.Event()

    def events(self, token: CancelToken) -> Iterator[Changes]:
        yield Changes()
        self.let_go.wait(30)
        self.left.set()
        raise EngineUnavailable("Gone.")


class HangingFinder:
    """Its search does not come to an end by itself."""

    def __init__(self) -> None:
        self.engine = FakeEngine()
        self.searching = threading.Event()
        self.go_on = threading.Event()

    def find(self, preferred: str = "") -> tuple[ImageEngine | None, tuple[EngineAttempt, ...]]:
        self.searching.set()
        self.go_on.wait(30)
        return self.engine, ()

    def known_addresses(self) -> tuple[tuple[str, str], ...]:
        return ()


def until(condition: Callable[[], bool], seconds: float = 5) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.005)
