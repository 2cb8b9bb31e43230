"""The contract suite of posters, run for the fake and for the real one against a real receiver."""

import threading
import time
from collections.abc import Iterator
from typing import Protocol

import pytest

from modeldesk.adapters.webhook import HttpEventPoster
from modeldesk.core.errors import Cancelled, EventNotSent
from modeldesk.core.jobs import CancelToken
from modeldesk.core.release_events.cloud_events import Message
from modeldesk.core.release_events.ports import EventPoster, Posted
from tests.fakes.event_poster import FakeEventPoster
from tests.support.event_receiver import Reply, Site, receiving

BODY = '{"name":"票据"}'.encode()


class Bench(Protocol):
    """A poster, and the receiver that it posts to."""

    poster: EventPoster
    address: str

    def reply(self, posted: Posted) -> None: ...
    def no_reply(self) -> None: ...
    def hang(self) -> None: ...
    def bodies(self) -> list[bytes]: ...


class FakeBench:
    def __init__(self) -> None:
        self.fake = FakeEventPoster()
        self.poster: EventPoster = self.fake
        self.address = "http://receiver.lan/hook"

    def reply(self, posted: Posted) -> None:
        self.fake.replies.append(posted)

    def no_reply(self) -> None:
        self.fake.replies.append(EventNotSent("The connection broke."))

    def hang(self) -> None:
        self.fake.replies.append(threading.Event())

    def bodies(self) -> list[bytes]:
        return [one.body for one in self.fake.got]


class RealBench:
    def __init__(self, site: Site) -> None:
        self.site = site
        self.poster: EventPoster = HttpEventPoster()
        self.address = site.address
        self.gate = threading.Event()

    def reply(self, posted: Posted) -> None:
        headers = (("Retry-After", posted.retry_after),) if posted.retry_after else ()
        self.site.replies.append(Reply(posted.status, headers, posted.text.encode()))

    def no_reply(self) -> None:
        self.site.replies.append(Reply(drop=True))

    def hang(self) -> None:
        self.site.replies.append(Reply(gate=self.gate))

    def bodies(self) -> list[bytes]:
        return [one.body for one in self.site.got]


class PosterContract:
    @pytest.fixture
    def bench(self) -> Bench:
        raise NotImplementedError

    @pytest.mark.parametrize(
        "posted",
        [
            Posted(204),
            Posted(200),
            Posted(302, text="moved"),
            Posted(404, text="nobody · 无"),
            Posted(429, "7", "slower"),
            Posted(503, "Wed, 21 Oct 2026 07:28:00 GMT", "later"),
        ],
        ids=lambda one: str(one.status),
    )
    def test_an_answer_is_given_as_it_is(self, bench: Bench, posted: Posted) -> None:
        bench.reply(posted)
        assert bench.poster.post(Message(bench.address, (), BODY), CancelToken()) == posted
        assert bench.bodies() == [BODY]

    def test_no_answer_is_an_error(self, bench: Bench) -> None:
        bench.no_reply()
        with pytest.raises(EventNotSent) as caught:
            bench.poster.post(Message(bench.address, (), BODY), CancelToken())
        assert caught.value.message

    def test_it_ends_when_it_is_cancelled(self, bench: Bench) -> None:
        bench.hang()
        token = CancelToken()
        ended: list[float] = []

        def post() -> None:
            with pytest.raises(Cancelled):
                bench.poster.post(Message(bench.address, (), BODY), token)
            ended.append(time.monotonic())

        thread = threading.Thread(target=post)
        thread.start()
        deadline = time.monotonic() + 20
        while not bench.bodies() and time.monotonic() < deadline:
            time.sleep(0.005)
        assert bench.bodies(), "nothing came"
        begin = time.monotonic()
        token.cancel()
        thread.join(10)
        assert ended
        # Promised are 100 ms, on a machine that has nothing else to do.
        assert ended[0] - begin < 1.0

    def test_nothing_is_sent_once_it_is_cancelled(self, bench: Bench) -> None:
        token = CancelToken()
        token.cancel()
        with pytest.raises(Cancelled):
            bench.poster.post(Message(bench.address, (), BODY), token)
        assert bench.bodies() == []


class TestFakeEventPoster(PosterContract):
    @pytest.fixture
    def bench(self) -> Bench:
        return FakeBench()


class TestHttpEventPoster(PosterContract):
    @pytest.fixture
    def bench(self) -> Iterator[Bench]:
        with receiving() as site:
            bench = RealBench(site)
            yield bench
            bench.gate.set()
