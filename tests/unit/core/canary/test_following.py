"""Staying with what a gateway tells."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import pytest

from modeldesk.core.canary.following import LOST_S, QUIET_S, Follower, Hearing, Told
from modeldesk.core.canary.numbers import Numbers
from modeldesk.core.errors import EngineUnavailable
from modeldesk.core.gateway.model import Answered, FeedbackPosted
from modeldesk.core.jobs import CancelToken
from tests.unit.core.canary.rollouts import answered

BEGAN = 1_000.0


def until(condition: Callable[[], object], what: str = "") -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline, what or "it did not come about"
        time.sleep(0.005)


@dataclass
class Gateway:
    """Streams that a test writes into. None ends the stream, an error breaks it."""

    asked: list[float | None] = field(default_factory=list)
    waiting: list[Sequence[Answered | FeedbackPosted] | Exception | None] = field(
        default_factory=list
    )
    news: threading.Condition = field(default_factory=threading.Condition)

    def say(self, *what: Sequence[Answered | FeedbackPosted] | Exception | None) -> None:
        with self.news:
            self.waiting += what
            self.news.notify_all()

    def follow(self, since: float | None, token: CancelToken) -> Told:
        self.asked.append(since)
        return self._stream(token)

    def _stream(self, token: CancelToken) -> Iterator[Sequence[Answered | FeedbackPosted]]:
        with token.closing(self.wake):
            while True:
                with self.news:
                    self.news.wait_for(lambda: self.waiting or token.cancelled)
                    token.raise_if_cancelled()
                    said = self.waiting.pop(0)
                if said is None:
                    return
                if isinstance(said, Exception):
                    raise said
                yield said

    def wake(self) -> None:
        with self.news:
            self.news.notify_all()


@dataclass
class Scene:
    gateway: Gateway
    numbers: Numbers
    follower: Follower
    seconds: list[float]

    def passes(self, seconds: float) -> None:
        self.seconds[0] += seconds

    @property
    def requests(self) -> int:
        return self.numbers.measured(0, 1e9).window.canary.requests


@pytest.fixture
def scene() -> Iterator[Scene]:
    gateway, seconds = Gateway(), [0.0]
    numbers = Numbers("r12", 1e6)
    numbers.begin("one")
    follower = Follower(gateway.follow, numbers, 900.0, lambda: BEGAN, lambda: seconds[0])
    follower.start()
    yield Scene(gateway, numbers, follower, seconds)
    follower.stop()


def test_it_is_up_to_date_once_there_is_no_more_for_now(scene: Scene) -> None:
    assert scene.follower.hearing is Hearing.WAITING
    scene.gateway.say([answered(1, time=910.0)])
    until(lambda: scene.requests == 1)
    assert scene.follower.hearing is Hearing.WAITING
    scene.gateway.say([])
    until(lambda: scene.follower.hearing is Hearing.UP_TO_DATE)
    assert scene.gateway.asked == [900.0]


def test_so_it_is_where_there_is_always_more_but_it_is_new(scene: Scene) -> None:
    scene.gateway.say([answered(1, time=BEGAN - 1)])
    until(lambda: scene.follower.hearing is Hearing.UP_TO_DATE)


def test_silence_is_waited_for_and_then_it_is_lost(scene: Scene) -> None:
    scene.gateway.say([])
    until(lambda: scene.follower.hearing is Hearing.UP_TO_DATE)
    scene.passes(QUIET_S)
    heard = [scene.follower.hearing]
    scene.passes(LOST_S)
    heard.append(scene.follower.hearing)
    assert heard == [Hearing.WAITING, Hearing.LOST]
    scene.gateway.say([])
    until(lambda: scene.follower.hearing is Hearing.UP_TO_DATE)


def test_one_that_never_said_anything_is_lost(scene: Scene) -> None:
    scene.passes(LOST_S)
    assert scene.follower.hearing is Hearing.LOST


def test_a_break_is_gone_on_from_without_a_gap_or_a_double(scene: Scene) -> None:
    scene.gateway.say([answered(1, time=950.0), answered(2, time=951.0)], [])
    until(lambda: scene.follower.hearing is Hearing.UP_TO_DATE)
    scene.gateway.say(EngineUnavailable("The engine is gone."))
    until(lambda: scene.follower.problem == "The engine is gone.")
    assert scene.follower.hearing is Hearing.WAITING
    scene.gateway.say([answered(2, time=951.0), answered(3, time=950.9)], [])
    until(lambda: scene.follower.hearing is Hearing.UP_TO_DATE)
    assert scene.follower.problem == ""
    assert scene.requests == 3
    assert scene.gateway.asked == [900.0, 949.0]


def test_a_stream_that_ends_is_begun_again(scene: Scene) -> None:
    scene.gateway.say(None, None, [answered(1, time=999.5)])
    until(lambda: scene.requests == 1)
    assert scene.gateway.asked == [900.0] * 3


def test_it_stops_in_the_middle_of_anything() -> None:
    gateway = Gateway()
    follower = Follower(gateway.follow, Numbers("r12", 10.0), 0.0)
    follower.stop()
    follower.start()
    follower.stop()
    assert not any(one.name == "canary-follow" for one in threading.enumerate())
