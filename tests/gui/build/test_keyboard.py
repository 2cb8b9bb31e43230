"""Where the keyboard goes on the build page, and that nothing takes it elsewhere."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from modeldesk.ui.build.views import Showing
from modeldesk.ui.tasks.runner import TaskRunner
from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.widgets.code_gutter import MarkedEdit
from tests.fakes.engine_build import BuildScript
from tests.gui.build.bench import Bench

LOOSE = "FROM python:latest\nARG INDEX\nRUN apt-get install gcc\nCMD python serve.py\n"


@pytest.fixture
def bench(qtbot: QtBot, theme: Theme, tasks: TaskRunner, tmp_path: Path) -> Bench:
    bench = Bench(theme, tasks, tmp_path)
    bench.open(qtbot)
    return bench


def plan(qtbot: QtBot, bench: Bench) -> None:
    """A folder with an own Dockerfile."""
    bench.look(qtbot, bench.folder(dockerfile=LOOSE))


def hand_over(qtbot: QtBot, widget: QWidget) -> None:
    """Let `widget` have the keyboard, whatever window had it."""

    def handed() -> bool:
        widget.activateWindow()
        widget.setFocus()
        return widget.hasFocus()

    qtbot.waitUntil(handed)


def shown(bench: Bench) -> Showing:
    """What the page shows by now."""
    return bench.page.showing


def after(widget: QWidget) -> QWidget:
    """Where Tab goes from `widget`."""
    widget.setFocus()
    QTest.keyClick(widget, Qt.Key.Key_Tab)
    found = widget.window().focusWidget()
    assert found is not None
    return found


def test_tab_goes_through_the_form_from_top_to_bottom(qtbot: QtBot, bench: Bench) -> None:
    plan(qtbot, bench)
    form = bench.page.form
    qtbot.waitUntil(lambda: after(form.repository) is form.metrics.edits["accuracy"])
    assert after(form.metrics.edits["accuracy"]) is form.dataset
    form.given.fold.click()
    qtbot.waitUntil(lambda: after(form.given.fold) is form.given.arguments[0].value)
    assert after(form.given.arguments[0].value) is form.given.add_argument


def test_from_a_finding_tab_goes_to_what_mends_it(qtbot: QtBot, bench: Bench) -> None:
    plan(qtbot, bench)
    findings = bench.page.recipe.findings
    qtbot.waitUntil(lambda: bool(findings.list.rows()))
    key = next(row.key for row in findings.list.rows() if row.finding.fix)
    findings.list.select_key(key)
    findings.list.row_selected.emit(key)
    assert after(findings.list) is findings.fix


def test_undone_edits_leave_the_keyboard_in_the_text(qtbot: QtBot, bench: Bench) -> None:
    plan(qtbot, bench)
    recipe = bench.page.recipe
    recipe.edit("FROM scratch\n")
    hand_over(qtbot, recipe.revert)
    recipe.revert.click()
    assert bench.page.window().focusWidget() is recipe.dockerfile.findChild(MarkedEdit)


def test_a_cancel_leaves_the_keyboard_with_the_build(qtbot: QtBot, bench: Bench) -> None:
    bench.engine.build_script = BuildScript(2)
    bench.look(qtbot, bench.folder())
    session = bench.build()
    heading = bench.page.heading
    qtbot.waitUntil(heading.cancel.isVisible)
    hand_over(qtbot, heading.cancel)
    QTest.keyClick(heading.cancel, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: not session.running)
    assert bench.page.window().focusWidget() is bench.page.view.steps.list


def test_escape_leaves_what_is_only_looked_at(qtbot: QtBot, bench: Bench) -> None:
    page = bench.page
    page.past.show()
    qtbot.waitUntil(lambda: page.showing is Showing.HISTORY)
    QTest.keyClick(page.views.history.table, Qt.Key.Key_Escape)
    assert shown(bench) is Showing.START
    plan(qtbot, bench)
    QTest.keyClick(page.form.tag, Qt.Key.Key_Escape)
    assert shown(bench) is Showing.PLAN
