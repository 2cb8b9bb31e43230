"""The task runner: what it promises to everybody who hands it work."""

import logging
import threading
from collections.abc import Callable
from functools import partial
from time import monotonic, perf_counter

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QThread
from pytestqt.qtbot import QtBot

from modeldesk.core.errors import Cancelled, InvalidInput, ModelDeskError
from modeldesk.core.jobs import Job, Progress
from modeldesk.ui.links import ActivityLink, BuildLink
from modeldesk.ui.tasks import (
    Lane,
    Latest,
    TaskHandle,
    TaskRunner,
    TaskState,
    UnexpectedError,
    serial,
)
from tests.support.logs import ExpectsLog


@pytest.fixture
def owner(tasks: TaskRunner) -> QObject:
    return QObject()


def in_ui_thread() -> bool:
    app = QCoreApplication.instance()
    return app is not None and QThread.currentThread() is app.thread()


def destroy(target: QObject) -> None:
    target.deleteLater()
    QCoreApplication.sendPostedEvents(target, QEvent.Type.DeferredDelete.value)


def test_ten_thousand_results_arrive_once_each_in_the_ui_thread(
    qtbot: QtBot, tasks: TaskRunner, owner: QObject
) -> None:
    seen: list[int] = []
    in_wrong_thread: list[int] = []

    def take(value: int) -> None:
        seen.append(value)
        if not in_ui_thread():
            in_wrong_thread.append(value)

    def work(value: int) -> Callable[[Job], int]:
        return lambda _: value

    for value in range(10_000):
        tasks.submit(
            work(value),
            lane=Lane.INTERACTIVE,
            title="count",
            owner=owner,
            on_result=take,
            show_in_activity=False,
        )
    qtbot.waitUntil(lambda: len(seen) >= 10_000, timeout=20_000)
    assert sorted(seen) == list(range(10_000))
    assert in_wrong_thread == []
    assert tasks.active == ()


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


def test_a_deleted_owner_gets_no_call(qtbot: QtBot, tasks: TaskRunner) -> None:
    calls: list[object] = []

    class Pane(QObject):
        def show(self, value: int) -> None:
            calls.append(value)

    pane = Pane()
    release = threading.Event()
    handle = tasks.submit(
        lambda _: int(release.wait(5)),
        lane=Lane.INTERACTIVE,
        title="slow",
        owner=pane,
        on_result=pane.show,
        on_progress=calls.append,
    )

    def show_by_closure(value: int) -> None:
        pane.show(value)

    closure = tasks.submit(
        lambda _: int(release.wait(5)),
        lane=Lane.INTERACTIVE,
        title="slow",
        owner=pane,
        on_result=show_by_closure,
    )
    destroy(pane)
    release.set()
    qtbot.waitUntil(lambda: not handle.active and not closure.active)
    assert handle.state is TaskState.SUCCEEDED
    assert calls == []


def test_a_callback_keeps_no_owner_alive(qtbot: QtBot, tasks: TaskRunner) -> None:
    gone: list[bool] = []

    class Pane(QObject):
        def show(self, _: int) -> None:
            gone.append(False)

        def __del__(self) -> None:
            gone.append(True)

    release = threading.Event()
    pane = Pane()
    handle = tasks.submit(
        lambda _: int(release.wait(5)),
        lane=Lane.INTERACTIVE,
        title="slow",
        owner=pane,
        on_result=pane.show,
    )
    del pane
    assert gone == [True]
    release.set()
    qtbot.waitUntil(lambda: not handle.active)
    assert gone == [True]


def test_cancel_is_acknowledged_at_once_and_closers_run_elsewhere(
    qtbot: QtBot, tasks: TaskRunner, owner: QObject
) -> None:
    inside = threading.Event()
    broken = threading.Event()
    closer_threads: list[bool] = []
    ends: list[str] = []

    def close() -> None:
        closer_threads.append(in_ui_thread())
        threading.Event().wait(0.3)
        broken.set()

    def work(job: Job) -> None:
        with job.token.closing(close):
            inside.set()
            broken.wait(10)
            raise Cancelled

    handle = tasks.submit(
        work,
        lane=Lane.TRANSFER,
        title="blocked",
        owner=owner,
        on_result=lambda _: ends.append("result"),
        on_error=lambda _: ends.append("error"),
        on_cancelled=lambda: ends.append("cancelled"),
    )
    assert inside.wait(5)
    told: list[TaskState] = []
    tasks.altered.connect(lambda altered: told.append(altered.state))
    before = perf_counter()
    handle.cancel()
    assert perf_counter() - before < 0.1
    assert told == [TaskState.CANCELLING]
    handle.cancel()
    qtbot.waitUntil(lambda: not handle.active)
    assert ends == ["cancelled"]
    assert told == [TaskState.CANCELLING, TaskState.CANCELLED]
    assert closer_threads == [False]


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


def test_work_that_ends_well_despite_a_cancel_says_so(
    qtbot: QtBot, tasks: TaskRunner, owner: QObject
) -> None:
    inside, release = threading.Event(), threading.Event()
    ends: list[object] = []

    def work(_: Job) -> str:
        inside.set()
        release.wait(5)
        return "built"

    handle = tasks.submit(
        work,
        lane=Lane.TRANSFER,
        title="late",
        owner=owner,
        on_result=ends.append,
        on_cancelled=lambda: ends.append("cancelled"),
    )
    assert inside.wait(5)
    handle.cancel()
    release.set()
    qtbot.waitUntil(lambda: not handle.active)
    assert ends == ["built"]
    assert handle.state is TaskState.SUCCEEDED


def test_an_expected_error_reaches_its_callback(
    qtbot: QtBot, tasks: TaskRunner, owner: QObject
) -> None:
    def work(_: Job) -> None:
        raise InvalidInput("No such thing.", "Choose another.")

    errors: list[ModelDeskError] = []
    unheard: list[object] = []
    tasks.unheard.connect(unheard.append)
    handle = tasks.submit(
        work, lane=Lane.INTERACTIVE, title="ask", owner=owner, on_error=errors.append
    )
    qtbot.waitUntil(lambda: not handle.active)
    assert isinstance(errors[0], InvalidInput)
    assert errors[0].__traceback__ is None
    assert handle.error is errors[0]
    assert handle.state is TaskState.FAILED
    assert unheard == []


def test_an_error_nobody_asked_for_is_told_by_the_runner(
    qtbot: QtBot, tasks: TaskRunner, owner: QObject
) -> None:
    def work(_: Job) -> None:
        raise InvalidInput("No such thing.")

    unheard: list[TaskHandle[None]] = []
    tasks.unheard.connect(unheard.append)
    handle = tasks.submit(
        work, lane=Lane.INTERACTIVE, title="ask", owner=owner, show_in_activity=False
    )
    qtbot.waitUntil(lambda: not handle.active)
    assert unheard == [handle]


def test_a_bug_in_work_is_logged_and_reaches_the_person_as_a_sentence(
    qtbot: QtBot, tasks: TaskRunner, owner: QObject, expects_log: ExpectsLog
) -> None:
    expects_log("Unexpected error in task “Count”", logging.ERROR)

    def work(_: Job) -> None:
        raise KeyError("kernel")

    errors: list[ModelDeskError] = []
    unheard: list[TaskHandle[None]] = []
    tasks.unheard.connect(unheard.append)
    handle = tasks.submit(
        work,
        lane=Lane.INTERACTIVE,
        title="Count",
        owner=owner,
        on_error=errors.append,
        show_in_activity=False,
    )
    qtbot.waitUntil(lambda: bool(errors))
    assert unheard == [handle]
    assert isinstance(errors[0], UnexpectedError)
    assert "KeyError: 'kernel'" in errors[0].detail
    assert "KeyError" not in errors[0].message
    assert "Count" in errors[0].message


def test_a_callback_that_raises_does_not_stop_the_others(
    qtbot: QtBot, tasks: TaskRunner, owner: QObject
) -> None:
    seen: list[int] = []
    release = threading.Event()

    def take(value: int) -> None:
        if value == 1:
            raise ValueError("in the callback")
        seen.append(value)

    def work(value: int) -> Callable[[Job], int]:
        def wait(_: Job) -> int:
            release.wait(5)
            return value

        return wait

    with qtbot.captureExceptions() as raised:
        for value in range(3):
            tasks.submit(work(value), lane=Lane.INTERACTIVE, title="n", owner=owner, on_result=take)
        release.set()
        qtbot.waitUntil(lambda: len(seen) == 2)
    assert [kind for kind, _, _ in raised] == [ValueError]
    assert tasks.active == ()


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


def test_the_latest_request_supersedes_and_late_answers_are_dropped(
    qtbot: QtBot, tasks: TaskRunner, owner: QObject
) -> None:
    answers: list[str] = []
    latest = Latest(tasks, owner)
    release = threading.Event()
    inside = threading.Event()

    def slow(_: Job) -> str:
        inside.set()
        release.wait(5)
        return "old"

    latest.submit(slow, title="old", on_result=answers.append)
    assert inside.wait(5)
    latest.submit(lambda _: "new", title="new", on_result=answers.append)
    qtbot.waitUntil(lambda: answers == ["new"])
    release.set()
    qtbot.waitUntil(lambda: tasks.active == ())
    assert answers == ["new"]


def test_failed_work_can_be_asked_for_again(
    qtbot: QtBot, tasks: TaskRunner, owner: QObject
) -> None:
    attempts: list[int] = []
    results: list[str] = []
    errors: list[ModelDeskError] = []

    def work(_: Job) -> str:
        attempts.append(1)
        if len(attempts) == 1:
            raise InvalidInput("Not yet.")
        return "done"

    handle = tasks.submit(
        work,
        lane=Lane.TRANSFER,
        title="try",
        owner=owner,
        on_result=results.append,
        on_error=errors.append,
        retry=True,
        link=BuildLink(),
    )
    qtbot.waitUntil(lambda: not handle.active)
    again = tasks.retry(handle)
    assert again is not None
    assert again.link == BuildLink()
    assert tasks.retry(handle) is None
    qtbot.waitUntil(lambda: results == ["done"])
    assert not again.can_retry


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


def test_shutdown_while_busy_cancels_all_but_lets_storage_finish(qtbot: QtBot) -> None:
    runner = TaskRunner()
    owner = QObject()
    calls: list[object] = []
    saved: list[int] = []
    inside = threading.Event()

    def blocked(job: Job) -> None:
        inside.set()
        job.token.wait(10)
        job.token.raise_if_cancelled()

    def save(number: int) -> Callable[[Job], None]:
        def run(_: Job) -> None:
            threading.Event().wait(0.05)
            saved.append(number)

        return run

    for _ in range(8):
        runner.submit(
            blocked,
            lane=Lane.TRANSFER,
            title="block",
            owner=owner,
            on_result=calls.append,
            on_cancelled=lambda: calls.append("cancelled"),
        )
    for number in range(3):
        runner.submit(save(number), lane=Lane.STORAGE, title="save", owner=owner)
    assert inside.wait(5)
    before = monotonic()
    assert runner.shutdown(5.0) == ()
    assert monotonic() - before < 2
    assert saved == [0, 1, 2]
    QCoreApplication.processEvents()
    assert calls == []
    late = runner.submit(blocked, lane=Lane.TRANSFER, title="late", owner=owner)
    assert late.state is TaskState.CANCELLED


def test_work_submits_no_work(qtbot: QtBot, tasks: TaskRunner, expects_log: ExpectsLog) -> None:
    expects_log("Unexpected error in task “outer”", logging.ERROR)
    errors: list[ModelDeskError] = []

    def work(_: Job) -> None:
        tasks.submit(lambda _: None, lane=Lane.INTERACTIVE, title="inner", owner=tasks)

    tasks.submit(work, lane=Lane.INTERACTIVE, title="outer", owner=tasks, on_error=errors.append)
    qtbot.waitUntil(lambda: bool(errors))
    assert "“inner” was submitted outside the UI thread" in errors[0].detail


def test_shutdown_names_what_does_not_end(qtbot: QtBot) -> None:
    runner = TaskRunner()
    owner = QObject()
    inside, release = threading.Event(), threading.Event()

    def deaf(_: Job) -> None:
        inside.set()
        release.wait(10)

    handle = runner.submit(deaf, lane=Lane.TRANSFER, title="deaf", owner=owner)
    assert inside.wait(5)
    before = monotonic()
    assert runner.shutdown(0.2) == ("deaf",)
    assert monotonic() - before < 1
    handle.cancel()  # A page that goes late says so still, and nobody is there to hear it.
    release.set()
    # Its thread holds the runner, which must not die there when the test lets go of it.
    assert runner.shutdown(5.0) == ()
