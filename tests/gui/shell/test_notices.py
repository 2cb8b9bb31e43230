"""What the window says by itself."""

import logging
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from modeldesk.core.errors import InvalidInput, SettingsError
from modeldesk.core.jobs import Job
from modeldesk.ui.links import ActivityLink, ReleasesLink
from modeldesk.ui.tasks.lanes import Lane
from modeldesk.ui.widgets.toast import Toast
from tests.gui.parts import Heard
from tests.gui.shell.conftest import Stage
from tests.support.logs import ExpectsLog

if TYPE_CHECKING:
    from pathlib import Path


def notify_at_once(stage: Stage) -> None:
    store = stage.context.settings
    store.change(replace(store.current, notify_after_s=0.0))


def fail(_: Job) -> None:
    raise InvalidInput("The port is taken.", "Choose another.")


def action(stage: Stage, text: str) -> QPushButton:
    return next(
        button
        for toast in stage.window.findChildren(Toast)
        for button in toast.findChildren(QPushButton)
        if button.text() == text
    )


def test_a_message_of_a_page_is_shown(stage: Stage) -> None:
    stage.context.say("Copied.")
    assert stage.window.notices.toaster.texts() == ["Copied."]


def test_an_error_nobody_took_is_said_with_its_way_out(stage: Stage, qtbot: QtBot) -> None:
    stage.context.tasks.submit(
        fail, lane=Lane.INTERACTIVE, title="Look", owner=stage.window, show_in_activity=False
    )
    toaster = stage.window.notices.toaster
    qtbot.waitUntil(lambda: toaster.texts() == ["The port is taken. Choose another."])


def test_a_bug_is_said_as_a_sentence_with_its_details_to_copy(
    stage: Stage, qtbot: QtBot, expects_log: ExpectsLog
) -> None:
    expects_log("Unexpected error in task “Count”", logging.ERROR)

    def work(_: Job) -> None:
        raise ZeroDivisionError

    stage.context.tasks.submit(work, lane=Lane.INTERACTIVE, title="Count", owner=stage.window)
    toaster = stage.window.notices.toaster
    qtbot.waitUntil(lambda: bool(toaster.texts()))
    assert "ZeroDivisionError" not in toaster.texts()[0]
    action(stage, "Copy details").click()
    assert "ZeroDivisionError" in QGuiApplication.clipboard().text()


def test_long_work_is_told_when_it_ends_and_leads_to_its_result(stage: Stage, qtbot: QtBot) -> None:
    notify_at_once(stage)
    heard = Heard(stage.context)
    toaster = stage.window.notices.toaster
    stage.context.tasks.submit(
        lambda _: None,
        lane=Lane.TRANSFER,
        title="Roll back churn",
        owner=stage.window,
        link=ReleasesLink(),
    )
    qtbot.waitUntil(lambda: any("Roll back churn: done" in text for text in toaster.texts()))
    action(stage, "Show").click()
    assert heard.links == [ReleasesLink()]


def test_long_work_that_fails_leads_to_its_log(stage: Stage, qtbot: QtBot) -> None:
    notify_at_once(stage)
    heard = Heard(stage.context)
    toaster = stage.window.notices.toaster
    task = stage.context.tasks.submit(
        fail,
        lane=Lane.TRANSFER,
        title="Run churn",
        owner=stage.window,
        on_error=lambda _: None,
        link=ReleasesLink(),
    )
    qtbot.waitUntil(lambda: any("Run churn: failed" in text for text in toaster.texts()))
    action(stage, "Show").click()
    assert heard.links == [ActivityLink(task.id)]


def test_short_work_and_cancelled_work_are_not_told(stage: Stage, qtbot: QtBot) -> None:
    short = stage.context.tasks.submit(
        lambda _: None, lane=Lane.TRANSFER, title="Tag", owner=stage.window
    )
    qtbot.waitUntil(lambda: not short.active)
    notify_at_once(stage)

    def wait(job: Job) -> None:
        job.token.wait(10)
        job.token.raise_if_cancelled()

    cancelled = stage.context.tasks.submit(
        wait, lane=Lane.TRANSFER, title="Build", owner=stage.window
    )
    cancelled.cancel()
    qtbot.waitUntil(lambda: not cancelled.active)
    assert stage.window.notices.toaster.texts() == []


def test_without_a_tray_the_desktop_is_left_alone(stage: Stage) -> None:
    assert not stage.window.notices.system.available


def test_settings_that_can_not_be_saved_are_said_and_hold_meanwhile(
    stage: Stage, qtbot: QtBot
) -> None:
    path: Path = stage.context.paths.settings
    lock = path.with_name(f".{path.name}.lock")
    lock.unlink(missing_ok=True)
    lock.mkdir()
    store = stage.context.settings
    with qtbot.waitSignal(store.save_failed) as failed:
        store.change(replace(store.current, release_author="Ada"))
    assert isinstance(failed.args[0], SettingsError)
    assert store.current.release_author == "Ada"
    assert "could not be saved" in stage.window.notices.toaster.texts()[0]


def test_an_end_that_whoever_asked_tells_is_told_once(stage: Stage, qtbot: QtBot) -> None:
    notify_at_once(stage)
    stage.context.tasks.submit(
        lambda _: None,
        lane=Lane.TRANSFER,
        title="Deploy churn",
        owner=stage.window,
        on_result=lambda _: stage.context.say("churn is healthy after 12 s."),
        told=True,
    )
    toaster = stage.window.notices.toaster
    qtbot.waitUntil(lambda: not stage.context.tasks.active)
    assert toaster.texts() == ["churn is healthy after 12 s."]
