"""A newer request takes the place of the older one."""

import threading

from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from modeldesk.core.jobs import Job
from modeldesk.ui.tasks.latest import Latest
from modeldesk.ui.tasks.runner import TaskRunner


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
