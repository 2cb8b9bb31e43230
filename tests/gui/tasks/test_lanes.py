"""Who waits for whom."""

import threading
from collections.abc import Callable

from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from modeldesk.core.jobs import Job
from modeldesk.ui.tasks.handle import TaskState
from modeldesk.ui.tasks.lanes import Lane, serial
from modeldesk.ui.tasks.runner import TaskRunner


def test_waiting_work_that_is_cancelled_never_runs(
    qtbot: QtBot, tasks: TaskRunner, owner: QObject
) -> None:
    release = threading.Event()
    ran: list[str] = []
    ends: list[str] = []
    first = tasks.submit(lambda _: release.wait(5), lane=Lane.ANALYSIS, title="first", owner=owner)
    second = tasks.submit(
        lambda _: ran.append("second"),
        lane=Lane.ANALYSIS,
        title="second",
        owner=owner,
        on_cancelled=lambda: ends.append("cancelled"),
    )
    second.cancel()
    qtbot.waitUntil(lambda: not second.active)
    assert first.active
    release.set()
    qtbot.waitUntil(lambda: not first.active)
    assert (ran, ends) == ([], ["cancelled"])


def test_a_serial_lane_runs_one_at_a_time_in_order_and_keys_run_side_by_side(
    qtbot: QtBot, tasks: TaskRunner, owner: QObject
) -> None:
    running: set[str] = set()
    overlaps: list[str] = []
    order: list[int] = []
    both = threading.Barrier(2, timeout=5)

    def work(key: str, number: int) -> Callable[[Job], None]:
        def run(_: Job) -> None:
            if key in running:
                overlaps.append(key)
            running.add(key)
            if number == 0:
                both.wait()
            if key == "a":
                order.append(number)
            running.discard(key)

        return run

    handles = [
        tasks.submit(work(key, number), lane=serial(key), title=key, owner=owner)
        for number in range(20)
        for key in ("a", "b")
    ]
    qtbot.waitUntil(lambda: not any(handle.active for handle in handles))
    assert all(handle.state is TaskState.SUCCEEDED for handle in handles)
    assert overlaps == []
    assert order == list(range(20))


def test_a_cancelled_one_in_a_serial_lane_is_stepped_over(
    qtbot: QtBot, tasks: TaskRunner, owner: QObject
) -> None:
    release = threading.Event()
    ran: list[int] = []
    first = tasks.submit(lambda _: release.wait(5), lane=serial("a"), title="1", owner=owner)
    second = tasks.submit(lambda _: ran.append(2), lane=serial("a"), title="2", owner=owner)
    third = tasks.submit(lambda _: ran.append(3), lane=serial("a"), title="3", owner=owner)
    second.cancel()
    release.set()
    qtbot.waitUntil(lambda: not any(handle.active for handle in (first, second, third)))
    assert ran == [3]
    again = tasks.submit(lambda _: ran.append(4), lane=serial("a"), title="4", owner=owner)
    qtbot.waitUntil(lambda: not again.active)
    assert ran == [3, 4]
