"""The sender, with a real receiver that has faults, and with real records."""

import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from modeldesk.adapters.sqlite.database import open_database
from modeldesk.adapters.sqlite.outbox import SqliteOutbox
from modeldesk.adapters.webhook import HttpEventPoster
from modeldesk.core.errors import RecordsError
from modeldesk.core.event_receiver import EventReceiver, ReceiverKind, receiver
from modeldesk.core.jobs import CancelToken
from modeldesk.core.release_events import answers
from modeldesk.core.release_events.sender import EventSender, send_now
from tests.fakes.deployment_locks import FakeDeploymentLocks
from tests.support.event_receiver import Reply, Site, receiving
from tests.unit.core.release_events.bench import HOOK, Bench, event


@pytest.fixture
def site() -> Iterator[Site]:
    with receiving() as site:
        yield site


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "FIRST_PAUSE_S", 0.02)


def real_bench(
    *receivers: EventReceiver,
    outbox: SqliteOutbox | None = None,
    locks: FakeDeploymentLocks | None = None,
) -> Bench:
    return Bench(
        *receivers,
        outbox=outbox,
        poster=HttpEventPoster(),
        clock=lambda: datetime.now(UTC),
        locks=locks,
    )


def came(site: Site, count: int) -> bool:
    return len(site.got) == count


def hook(site: Site, secret: str = "") -> EventReceiver:
    return receiver(site.address, id=f"r{site.port}", secret=secret)


def test_all_arrives_once_and_in_order_whatever_the_receiver_does(site: Site) -> None:
    bench = real_bench(hook(site, secret="keyring"))
    bench.events.keep_secret(bench.told[0], "s3cret", CancelToken())
    site.replies = [
        Reply(500, body=b"oops"),
        Reply(drop=True),
        Reply(),
        Reply(429, (("Retry-After", "0"),)),
        Reply(503, endless=True),
        Reply(200, body=b"x" * 100_000),
    ]
    for number in range(20):
        bench.events.tell(event(number))
    sender = EventSender(bench.events)
    sender.start()
    site.wait_for(lambda: "e19" in site.ids)
    assert sender.wait_idle(20, CancelToken())
    sender.stop(10)
    assert list(dict.fromkeys(site.ids)) == [f"e{n}" for n in range(20)]
    assert site.ids[:6] == ["e0", "e0", "e0", "e1", "e1", "e1"]
    assert all(one.is_signed_with("s3cret") for one in site.got)
    assert bench.events.standing()[0].waiting == 0


def test_a_receiver_that_hangs_holds_up_no_other(site: Site) -> None:
    with receiving() as slow:
        gate = threading.Event()
        slow.usual = Reply(gate=gate)
        bench = real_bench(hook(slow), hook(site))
        for number in range(5):
            bench.events.tell(event(number))
        sender = EventSender(bench.events)
        sender.start()
        site.wait_for(lambda: len(site.got) == 5)
        slow.wait_for(lambda: len(slow.got) == 1)
        begin = time.monotonic()
        sender.stop(10)
        # Promised are 100 ms, on a machine that has nothing else to do.
        assert time.monotonic() - begin < 2
        gate.set()
        assert bench.events.standing()[0].waiting == 5


def test_what_is_told_while_it_runs_is_sent_at_once(site: Site) -> None:
    bench = real_bench(hook(site))
    sender = EventSender(bench.events, look_s=600)
    sender.start()
    assert sender.wait_idle(20, CancelToken())
    for number in range(3):
        bench.events.tell(event(number))
        sender.nudge()
        site.wait_for(partial(came, site, number + 1))
    sender.stop(10)
    assert site.ids == ["e0", "e1", "e2"]


def test_what_another_program_told_is_found(site: Site, tmp_path: Path) -> None:
    opened = [open_database(tmp_path / "records.sqlite").database for _ in range(2)]
    bench, other = (real_bench(hook(site), outbox=SqliteOutbox(one)) for one in opened)
    sender = EventSender(bench.events, look_s=0.05)
    sender.start()
    other.events.tell(event(1))
    site.wait_for(lambda: site.ids == ["e1"])
    sender.stop(10)
    for one in opened:
        one.close()


def test_two_programs_send_each_event_once(site: Site, tmp_path: Path) -> None:
    opened = [open_database(tmp_path / "records.sqlite").database for _ in range(2)]
    locks = FakeDeploymentLocks()
    benches = [real_bench(hook(site), outbox=SqliteOutbox(one), locks=locks) for one in opened]
    senders = [EventSender(one.events, look_s=0.02) for one in benches]
    for sender in senders:
        sender.start()
    for number in range(30):
        benches[number % 2].events.tell(event(number))
        senders[number % 2].nudge()
    site.wait_for(lambda: len(site.got) >= 30)
    for sender in senders:
        sender.stop(10)
    assert sorted(site.ids) == sorted(f"e{n}" for n in range(30))
    assert site.ids == sorted(site.ids, key=lambda one: int(one[1:]))
    for one in opened:
        one.close()


def test_a_sidecar_gets_what_is_published() -> None:
    with receiving() as site:
        dapr = receiver(
            f"http://127.0.0.1:{site.port}",
            id="dd44",
            kind=ReceiverKind.DAPR,
            pubsub="orders",
            topic="releases",
        )
        bench = real_bench(dapr)
        bench.events.tell(event(1))
        send_now(bench.events, 20, CancelToken())
        [got] = site.got
        assert got.path == "/v1.0/publish/orders/releases"
        assert got.headers["content-type"] == "application/cloudevents+json"
        assert got.event["type"] == "io.modeldesk.release.succeeded"


def test_a_command_waits_only_so_long(site: Site) -> None:
    gate = threading.Event()
    site.usual = Reply(gate=gate)
    bench = real_bench(hook(site))
    send_now(bench.events, 20, CancelToken())
    assert site.got == []
    bench.events.tell(event(1))
    begin = time.monotonic()
    send_now(bench.events, 0.2, CancelToken())
    assert time.monotonic() - begin < 10
    gate.set()
    assert bench.events.standing()[0].waiting == 1


def test_records_that_fail_are_waited_for() -> None:
    bench = Bench()
    bench.events.tell(event(1))
    bench.fake.failure = RecordsError("no disk")
    sender = EventSender(bench.events, look_s=0.02)
    sender.start()
    assert not sender.wait_idle(0.2, CancelToken())
    bench.fake.failure = None
    deadline = time.monotonic() + 20
    while bench.ids() != ["e1"] and time.monotonic() < deadline:
        time.sleep(0.01)
    sender.stop(10)
    assert bench.ids() == ["e1"]


def test_waiting_ends_when_it_is_cancelled() -> None:
    bench = Bench()
    bench.poster.usual = threading.Event()
    bench.events.tell(event(1))
    sender = EventSender(bench.events)
    sender.start()
    token = CancelToken()
    timer = threading.Timer(0.1, token.cancel)
    timer.start()
    assert not sender.wait_idle(60, token)
    timer.join()
    sender.stop(10)
    assert bench.fake.head(HOOK.id) is not None
