"""What the activity store remembers."""

import threading
from typing import Any

from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from modeldesk.core.errors import InvalidInput
from modeldesk.core.jobs import Job
from modeldesk.ui.activity.store import KEPT_LINES, KEPT_TASKS, ActivityStore
from modeldesk.ui.tasks.handle import TaskHandle, TaskState
from modeldesk.ui.tasks.lanes import Lane
from modeldesk.ui.tasks.runner import TaskRunner


def do(tasks: TaskRunner, owner: QObject, title: str) -> TaskHandle[None]:
    return tasks.submit(lambda _: None, lane=Lane.TRANSFER, title=title, owner=owner)


def test_the_oldest_ended_go_first_and_running_work_never(
    tasks: TaskRunner, activity: ActivityStore, qtbot: QtBot
) -> None:
    owner = QObject()
    release = threading.Event()
    running = tasks.submit(
        lambda _: release.wait(30), lane=Lane.TRANSFER, title="runs", owner=owner
    )
    handles: list[TaskHandle[Any]] = []
    for number in range(KEPT_TASKS + 20):
        handles.append(do(tasks, owner, f"{number}"))
        qtbot.waitUntil(lambda: not handles[-1].active)
    assert len(activity.tasks) == KEPT_TASKS
    assert activity.tasks[0] is running
    assert activity.tasks[1] is handles[-1]
    assert activity.task(handles[0].id) is None
    release.set()
    qtbot.waitUntil(lambda: not running.active)


def test_running_stands_before_waiting_before_ended(
    tasks: TaskRunner, activity: ActivityStore, qtbot: QtBot
) -> None:
    owner = QObject()
    ended = do(tasks, owner, "ended")
    qtbot.waitUntil(lambda: not ended.active)
    release = threading.Event()
    queue = [
        tasks.submit(lambda _: release.wait(30), lane=Lane.ANALYSIS, title=str(n), owner=owner)
        for n in range(3)
    ]
    qtbot.waitUntil(lambda: queue[0].state is TaskState.RUNNING)
    assert activity.tasks == (*queue, ended)
    assert activity.active == tuple(queue)
    release.set()
    qtbot.waitUntil(lambda: not any(task.active for task in queue))
    assert activity.tasks == (*reversed(queue), ended)


def test_log_lines_are_kept_and_bounded(
    tasks: TaskRunner, activity: ActivityStore, qtbot: QtBot
) -> None:
    owner = QObject()

    def work(job: Job) -> None:
        for number in range(KEPT_LINES + 500):
            job.log(str(number))

    task = tasks.submit(work, lane=Lane.TRANSFER, title="talk", owner=owner)
    qtbot.waitUntil(lambda: not task.active)
    lines = activity.lines(task.id)
    assert len(lines) == KEPT_LINES
    assert lines[-1] == str(KEPT_LINES + 499)
    assert activity.lines(-1) == ()


def test_work_that_is_not_shown_is_not_remembered(
    tasks: TaskRunner, activity: ActivityStore, qtbot: QtBot
) -> None:
    task = tasks.submit(
        lambda _: None,
        lane=Lane.INTERACTIVE,
        title="read",
        owner=tasks,
        show_in_activity=False,
    )
    qtbot.waitUntil(lambda: not task.active)
    assert activity.tasks == ()


def test_a_retry_is_a_new_task(tasks: TaskRunner, activity: ActivityStore, qtbot: QtBot) -> None:
    def fail(_: Job) -> None:
        raise InvalidInput("No.")

    task = tasks.submit(
        fail,
        lane=Lane.TRANSFER,
        title="try",
        owner=tasks,
        on_error=lambda _: None,
        retry=True,
    )
    qtbot.waitUntil(lambda: not task.active)
    again = activity.retry(task.id)
    assert again is not None
    assert activity.tasks == (again, task)
    assert activity.retry(task.id) is None
    qtbot.waitUntil(lambda: not again.active)


def test_the_ended_can_be_forgotten(
    tasks: TaskRunner, activity: ActivityStore, qtbot: QtBot
) -> None:
    done = do(tasks, tasks, "done")
    qtbot.waitUntil(lambda: not done.active)
    activity.forget_ended()
    assert activity.tasks == ()
