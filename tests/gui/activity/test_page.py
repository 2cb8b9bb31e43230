"""The Activity page."""

import logging
import threading
from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from modeldesk.core.errors import BuildFailed
from modeldesk.core.jobs import Job, Progress, Unit
from modeldesk.ui.activity.detail import TaskDetail
from modeldesk.ui.activity.page import ActivityPage
from modeldesk.ui.activity.row import TaskRow
from modeldesk.ui.activity.store import ActivityStore
from modeldesk.ui.context import Context
from modeldesk.ui.links import ActivityLink, BuildLink, ReleasesLink
from modeldesk.ui.tasks.handle import TaskHandle
from modeldesk.ui.tasks.lanes import Lane
from modeldesk.ui.widgets.banner import Banner
from modeldesk.ui.widgets.empty_state import EmptyState
from tests.gui.parts import Heard
from tests.support.logs import ExpectsLog


@pytest.fixture
def page(qtbot: QtBot, context: Context, activity: ActivityStore) -> ActivityPage:
    made = ActivityPage(context, activity, TaskDetail(context.theme, activity))
    qtbot.addWidget(made)
    made.resize(1300, 800)
    made.show()
    return made


def titles(page: ActivityPage) -> list[str]:
    return [row.title for row in page.list.model_of_rows.rows()]


def fail(job: Job) -> None:
    job.log("#8 ERROR: pip ended with 1")
    raise BuildFailed("Step 5 failed.", "Open the Dockerfile.", "pip: no such package")


def submit_failing(context: Context, page: ActivityPage) -> TaskHandle[None]:
    return context.tasks.submit(
        fail,
        lane=Lane.TRANSFER,
        title="Build churn",
        owner=page,
        on_error=lambda _: None,
        retry=True,
    )


def test_nothing_done_yet_teaches_and_leads_to_build(page: ActivityPage, context: Context) -> None:
    heard = Heard(context)
    empty = page.findChild(EmptyState)
    assert empty is not None
    assert empty.isVisible()
    assert not page.clear.isVisible()
    empty.action_chosen.emit()
    assert heard.links == [BuildLink()]


def test_running_work_is_shown_with_its_progress_and_can_be_cancelled(
    page: ActivityPage, context: Context, qtbot: QtBot
) -> None:
    def work(job: Job) -> None:
        job.log("one")
        job.report(Progress("sending context", 25_000_000, 100_000_000, Unit.BYTES))
        job.token.wait(20)
        job.token.raise_if_cancelled()

    task = context.tasks.submit(work, lane=Lane.TRANSFER, title="Build churn", owner=page)
    rows = page.list.model_of_rows
    qtbot.waitUntil(lambda: rows.rowCount() == 1 and rows.row(0).fraction == 0.25)
    assert rows.row(0).note == "sending context · 25.0 MB of 100 MB · 25 %"
    assert page.detail.task is task
    assert page.detail.log.text() == "one"
    assert page.detail.cancel.isVisible()
    assert not page.detail.retry.isVisible()
    page.detail.cancel.click()
    assert not page.detail.cancel.isEnabled()
    qtbot.waitUntil(lambda: not task.active)
    qtbot.waitUntil(lambda: rows.row(0).chip.text == "cancelled")
    assert not page.detail.cancel.isVisible()


def test_a_failure_is_a_sentence_with_details_to_copy_and_a_retry(
    page: ActivityPage, context: Context, qtbot: QtBot
) -> None:
    task = submit_failing(context, page)
    qtbot.waitUntil(lambda: not task.active)
    banner = page.detail.findChild(Banner)
    assert banner is not None
    assert banner.notice.sentence == "Step 5 failed."
    assert banner.notice.reason == "Open the Dockerfile."
    banner.action_chosen.emit(0)
    assert "pip: no such package" in QGuiApplication.clipboard().text()
    assert "#8 ERROR" in page.detail.log.text()
    page.detail.retry.click()
    assert len(titles(page)) == 2
    again = page.detail.task
    assert again is not None
    assert again is not task
    assert page.list.selected_keys() == [str(again.id)]
    qtbot.waitUntil(lambda: not again.active)


def test_a_bug_never_shows_its_traceback(
    page: ActivityPage, context: Context, qtbot: QtBot, expects_log: ExpectsLog
) -> None:
    expects_log("Unexpected error", logging.ERROR)

    def work(_: Job) -> None:
        raise KeyError("kernel")

    task = context.tasks.submit(
        work, lane=Lane.TRANSFER, title="Count", owner=page, on_error=lambda _: None
    )
    qtbot.waitUntil(lambda: not task.active)
    banner = page.detail.findChild(Banner)
    assert banner is not None
    assert "KeyError" not in banner.notice.sentence + banner.notice.reason
    banner.action_chosen.emit(0)
    assert "KeyError" in QGuiApplication.clipboard().text()


def test_go_to_follows_the_link_the_task_has_by_now(
    page: ActivityPage, context: Context, qtbot: QtBot
) -> None:
    heard = Heard(context)
    task = context.tasks.submit(lambda _: None, lane=Lane.TRANSFER, title="Deploy", owner=page)
    qtbot.waitUntil(lambda: not task.active)
    assert not page.detail.go_to.isVisible()
    task.set_link(ReleasesLink())
    assert page.detail.go_to.isVisible()
    assert page.detail.go_to.text() == "Show release"
    page.detail.go_to.click()
    assert heard.links == [ReleasesLink()]


def test_a_link_chooses_its_task_and_it_stays_chosen_when_others_come(
    page: ActivityPage, context: Context, qtbot: QtBot
) -> None:
    tasks = [
        context.tasks.submit(lambda _: None, lane=Lane.STORAGE, title=f"n{n}", owner=page)
        for n in range(4)
    ]
    qtbot.waitUntil(lambda: not any(task.active for task in tasks))
    page.activate(ActivityLink(tasks[1].id))
    assert page.detail.task is tasks[1]
    more = context.tasks.submit(lambda _: None, lane=Lane.STORAGE, title="more", owner=page)
    qtbot.waitUntil(lambda: not more.active)
    assert titles(page)[0] == "more"
    assert page.list.selected_keys() == [str(tasks[1].id)]
    assert page.detail.task is tasks[1]


def test_the_log_is_there_after_leaving_and_coming_back(
    page: ActivityPage, context: Context, qtbot: QtBot
) -> None:
    first = context.tasks.submit(
        lambda job: job.log("first"), lane=Lane.STORAGE, title="first", owner=page
    )
    second = context.tasks.submit(
        lambda job: job.log("second"), lane=Lane.STORAGE, title="second", owner=page
    )
    qtbot.waitUntil(lambda: not first.active and not second.active)
    page.hide()
    page.activate(ActivityLink(first.id))
    page.show()
    assert page.detail.log.text() == "first"
    page.activate(ActivityLink(second.id))
    assert page.detail.log.text() == "second"


def test_clearing_keeps_what_runs(page: ActivityPage, context: Context, qtbot: QtBot) -> None:
    release = threading.Event()
    running = context.tasks.submit(
        lambda _: release.wait(20), lane=Lane.TRANSFER, title="runs", owner=page
    )
    done = context.tasks.submit(lambda _: None, lane=Lane.TRANSFER, title="done", owner=page)
    qtbot.waitUntil(lambda: not done.active)
    page.clear.click()
    assert titles(page) == ["runs"]
    release.set()
    qtbot.waitUntil(lambda: not running.active)


def test_no_timer_runs_while_the_page_is_not_in_view(page: ActivityPage, qtbot: QtBot) -> None:
    assert page._tick.isActive()
    page.hide()
    assert not page._tick.isActive()


def test_an_ended_row_says_when_and_how_long(
    page: ActivityPage, context: Context, qtbot: QtBot
) -> None:
    task = context.tasks.submit(lambda _: None, lane=Lane.TRANSFER, title="Tag", owner=page)
    qtbot.waitUntil(lambda: not task.active)
    row = TaskRow.of(task, datetime.now(UTC) + timedelta(hours=2))
    assert row.when.startswith("2 h ago · took ")
    assert not row.active


def test_odd_titles_are_shown_without_harm(
    page: ActivityPage, context: Context, qtbot: QtBot
) -> None:
    title = "Build \x1b[31m<b>模型</b>\u202e" + "长" * 500
    task = context.tasks.submit(lambda _: None, lane=Lane.TRANSFER, title=title, owner=page)
    qtbot.waitUntil(lambda: not task.active)
    assert "\x1b" not in titles(page)[0]
    assert "<b>模型</b>" in titles(page)[0]
    assert not page.grab().isNull()
