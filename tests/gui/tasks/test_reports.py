"""What work tells on its way, and what other threads post: in order, in batches, to the living."""

import threading
from functools import partial
from time import monotonic

from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from modeldesk.core.jobs import Job, Progress
from modeldesk.ui.links import ActivityLink
from modeldesk.ui.tasks.lanes import Lane
from modeldesk.ui.tasks.runner import TaskRunner
from tests.gui.tasks.ui_thread import destroy


def test_two_hundred_thousand_reports_become_a_handful_of_calls(
    qtbot: QtBot, tasks: TaskRunner, owner: QObject
) -> None:
    calls: list[Progress] = []
    ended: list[int] = []
    began = monotonic()

    def work(job: Job) -> int:
        for done in range(1, 200_001):
            job.report(Progress("walking", done, 200_000))
        return 7

    tasks.submit(
        work,
        lane=Lane.TRANSFER,
        title="walk",
        owner=owner,
        on_progress=calls.append,
        on_result=ended.append,
    )
    qtbot.waitUntil(lambda: ended == [7], timeout=20_000)
    assert calls[-1].done == 200_000
    assert len(calls) <= 2 + 31 * (monotonic() - began)


def test_log_lines_arrive_in_order_before_the_end(
    qtbot: QtBot, tasks: TaskRunner, owner: QObject
) -> None:
    heard: list[str] = []
    batches: list[int] = []

    def work(job: Job) -> None:
        for number in range(5_000):
            job.log(f"line {number}")

    def take(lines: object) -> None:
        assert isinstance(lines, list)
        batches.append(len(lines))
        heard.extend(lines)

    ended: list[int] = []
    tasks.submit(
        work,
        lane=Lane.TRANSFER,
        title="talk",
        owner=owner,
        on_log=take,
        on_result=lambda _: ended.append(len(heard)),
    )
    qtbot.waitUntil(lambda: bool(ended))
    assert ended == [5_000]
    assert heard == [f"line {number}" for number in range(5_000)]
    assert len(batches) < 100


def test_log_lines_beyond_the_bound_drop_the_oldest(
    qtbot: QtBot, tasks: TaskRunner, owner: QObject
) -> None:
    heard: list[str] = []
    ended: list[None] = []

    def work(job: Job) -> None:
        for number in range(50_000):
            job.log(str(number))

    tasks.submit(
        work,
        lane=Lane.TRANSFER,
        title="shout",
        owner=owner,
        on_log=heard.extend,
        on_result=ended.append,
    )
    # The event loop does not turn meanwhile, as when the window is busy.
    deadline = monotonic() + 10
    while tasks.active[0].future is None or not tasks.active[0].future.done():
        assert monotonic() < deadline
        threading.Event().wait(0.01)
    qtbot.waitUntil(lambda: bool(ended))
    assert heard == [str(number) for number in range(40_000, 50_000)]


def test_progress_link_and_times_are_kept_on_the_handle(
    qtbot: QtBot, tasks: TaskRunner, owner: QObject
) -> None:
    handle = tasks.submit(
        lambda job: job.report(Progress("half", 1, 2)),
        lane=Lane.TRANSFER,
        title="half",
        owner=owner,
    )
    qtbot.waitUntil(lambda: not handle.active)
    assert handle.progress == Progress("half", 1, 2)
    took = handle.seconds
    handle.set_link(ActivityLink(3))
    assert handle.link == ActivityLink(3)
    assert handle.seconds == took
    assert handle.ended is not None


def test_a_feed_delivers_batches_to_a_living_owner_only(qtbot: QtBot, tasks: TaskRunner) -> None:
    batches: list[list[int]] = []
    owner = QObject()
    push = tasks.feed(owner, batches.append, limit=1_000)

    def talk() -> None:
        for number in range(200):
            push(number)

    threads = [threading.Thread(target=talk) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    qtbot.waitUntil(lambda: sum(map(len, batches)) == 800)
    assert len(batches) <= 3
    destroy(owner)
    push(1)
    later: list[list[int]] = []
    keeper = QObject()
    push_last = tasks.feed(keeper, later.append)
    push_last(1)
    qtbot.waitUntil(lambda: bool(later))
    assert sum(map(len, batches)) == 800


def test_posts_run_once_in_order_in_the_ui_thread(qtbot: QtBot, tasks: TaskRunner) -> None:
    owner = QObject()
    seen: list[int] = []

    def talk() -> None:
        for number in range(1_000):
            tasks.post(owner, partial(seen.append, number))

    thread = threading.Thread(target=talk)
    thread.start()
    thread.join()
    qtbot.waitUntil(lambda: len(seen) >= 1_000)
    assert seen == list(range(1_000))
