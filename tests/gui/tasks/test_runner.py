"""The task runner: what it promises to everybody who hands it work."""

import logging
import threading
from collections.abc import Callable
from time import monotonic

from PySide6.QtCore import QCoreApplication, QObject
from pytestqt.qtbot import QtBot

from modeldesk.core.errors import Cancelled, InvalidInput, ModelDeskError
from modeldesk.core.jobs import Job
from modeldesk.ui.links import BuildLink
from modeldesk.ui.tasks.handle import TaskHandle, TaskState
from modeldesk.ui.tasks.lanes import Lane
from modeldesk.ui.tasks.outcome import UnexpectedError
from modeldesk.ui.tasks.runner import TaskRunner
from tests.gui.tasks.ui_thread import destroy, in_ui_thread
from tests.support.logs import ExpectsLog


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
    acknowledged = threading.Event()
    closer_threads: list[bool] = []
    ends: list[str] = []

    def close() -> None:
        closer_threads.append(in_ui_thread())
        acknowledged.wait(10)
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
    handle.cancel()
    assert not broken.is_set()  # the asking did not wait for the closer
    assert told == [TaskState.CANCELLING]
    handle.cancel()
    acknowledged.set()
    qtbot.waitUntil(lambda: not handle.active)
    assert ends == ["cancelled"]
    assert told == [TaskState.CANCELLING, TaskState.CANCELLED]
    assert closer_threads == [False]


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
