"""The texts of a build are checked while they are typed, and what is found can be mended."""

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPlainTextEdit, QTextEdit
from pytestqt.qtbot import QtBot

from modeldesk.core.jobs import CancelToken
from modeldesk.core.lint.model import Finding, Report, Span
from modeldesk.core.lint.service import Linter
from modeldesk.core.model_folder.listing import Listing
from modeldesk.core.model_folder.model import Severity
from modeldesk.ui.build.page import BuildPage
from modeldesk.ui.build.views import Showing
from modeldesk.ui.links import BuildLink
from modeldesk.ui.tasks.runner import TaskRunner
from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.theme.tokens import Tone
from modeldesk.ui.widgets.code_view import CodeView
from tests.fakes.engine_build import BuildScript
from tests.gui.build.bench import Bench

NAIVE = (
    "FROM python:3.11-slim\nWORKDIR /app\n# 😀 模型\nRUN pip install a==1\nCOPY serve.py ./\n"
    "EXPOSE 5000\nUSER app\nHEALTHCHECK CMD true\nCMD python serve.py\n"
)


class Counting(Linter):
    """Notes which texts it was asked about."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def dockerfile(
        self, text: str, token: CancelToken, around: Listing | None = None, ignore: str = ""
    ) -> Report:
        self.asked.append(text)
        return super().dockerfile(text, token, around, ignore)


@pytest.fixture
def bench(qtbot: QtBot, theme: Theme, tasks: TaskRunner, tmp_path: Path) -> Bench:
    bench = Bench(theme, tasks, tmp_path, Counting())
    bench.open(qtbot)
    return bench


def plan(qtbot: QtBot, bench: Bench, dockerfile: str = NAIVE, *names: str) -> Path:
    """A folder with a data set, and files of these names."""
    folder = bench.folder(dockerfile=dockerfile)
    (folder / "data").mkdir()
    (folder / "data" / "train.csv").write_text("x" * 5000)
    for name in names:
        (folder / name).write_text("KEY=1")
    with qtbot.waitSignals(
        [bench.page.recipe.checks.dockerfile.checked, bench.page.recipe.checks.ignore.checked]
    ):
        bench.page.activate(BuildLink(folder=folder))
    assert bench.page.showing is Showing.PLAN
    return folder


def edit_of(view: CodeView) -> QPlainTextEdit:
    found = view.findChild(QPlainTextEdit)
    assert found is not None
    return found


def rules(page: BuildPage) -> list[str]:
    return [row.finding.rule for row in page.recipe.findings.list.rows()]


def ignore_rules(page: BuildPage) -> list[str]:
    return [row.finding.rule for row in page.recipe.ignore_findings.list.rows()]


def choose(page: BuildPage, rule: str) -> None:
    """Go to a finding by the keyboard."""
    findings = page.recipe.findings.list
    findings.setFocus()
    QTest.keyClick(findings, Qt.Key.Key_Home)
    for _ in findings.rows():
        current = page.recipe.findings.current
        if current is not None and current.rule == rule:
            return
        QTest.keyClick(findings, Qt.Key.Key_Down)
    raise AssertionError(rule)


def test_a_folders_own_dockerfile_has_advice_at_its_lines(
    qtbot: QtBot, bench: Bench, page: BuildPage
) -> None:
    plan(qtbot, bench)
    assert rules(page) == ["pip-cache", "command-not-json"]
    view = page.recipe.dockerfile
    assert [(one.line, one.tone) for one in view.marks()] == [(4, Tone.WARNING), (9, Tone.WARNING)]
    # The emoji takes two places in Qt.
    underlined = [one.cursor.selectedText() for one in edit_of(view).extraSelections()]
    assert sorted(underlined) == ["CMD", "pip install"]
    assert page.recipe.findings.summary.text() == "2 warnings"


def test_a_proposed_one_has_none(qtbot: QtBot, bench: Bench, page: BuildPage) -> None:
    plan(qtbot, bench, "")
    assert rules(page) == ignore_rules(page) == []
    assert page.recipe.findings.summary.text() == "Checked: nothing to mend."
    assert not page.recipe.findings.fix.isVisible()


def test_the_list_leads_to_the_line_by_the_keyboard(
    qtbot: QtBot, bench: Bench, page: BuildPage
) -> None:
    plan(qtbot, bench)
    choose(page, "command-not-json")
    assert "ten seconds" in page.recipe.findings.why.text()
    edit = edit_of(page.recipe.dockerfile)
    assert edit.textCursor().blockNumber() == 8
    QTest.keyClick(page.recipe.findings.list, Qt.Key.Key_Return)
    assert page.window().focusWidget() is edit
    assert (edit.textCursor().blockNumber(), edit.textCursor().positionInBlock()) == (8, 0)


def test_a_click_mends_and_can_be_undone(qtbot: QtBot, bench: Bench, page: BuildPage) -> None:
    folder = plan(qtbot, bench)
    choose(page, "pip-cache")
    panel, view = page.recipe.findings, page.recipe.dockerfile
    assert panel.fix.text() == "Add --no-cache-dir"
    panel.fix.setFocus()
    with qtbot.waitSignal(page.recipe.checks.dockerfile.checked):
        QTest.keyClick(panel.fix, Qt.Key.Key_Space)
    assert view.text() == NAIVE.replace("pip install", "pip install --no-cache-dir")
    assert rules(page) == ["command-not-json"]
    assert page.recipe.edited_text == view.text()
    with qtbot.waitSignal(page.recipe.checks.dockerfile.checked):
        edit_of(view).undo()
    assert view.text() == NAIVE
    assert not page.recipe.revert.isVisible()
    assert rules(page) == ["pip-cache", "command-not-json"]
    assert (folder / "Dockerfile").read_text() == NAIVE


def test_typing_is_waited_for_and_only_the_last_text_counts(
    qtbot: QtBot, bench: Bench, page: BuildPage
) -> None:
    plan(qtbot, bench)
    linter = bench.linter()
    assert isinstance(linter, Counting)
    linter.asked.clear()
    edit = edit_of(page.recipe.dockerfile)
    choose(page, "pip-cache")
    with qtbot.waitSignal(page.recipe.checks.dockerfile.checked):
        QTest.keyClicks(edit, "RUM x")
        # What a fix would do to another text nobody knows.
        assert not page.recipe.findings.fix.isEnabled()
        QTest.keyClick(edit, Qt.Key.Key_Return)
    assert linter.asked == [page.recipe.dockerfile.text()]
    assert rules(page)[0] == "syntax"
    assert page.recipe.findings.fix.isEnabled()


def test_signs_stand_beside_the_lines_and_say_what_they_are(
    qtbot: QtBot, bench: Bench, page: BuildPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan(qtbot, bench)
    said: list[str] = []
    monkeypatch.setattr(
        "modeldesk.ui.widgets.code_gutter.QToolTip.showText", lambda _, text, __: said.append(text)
    )
    edit = page.recipe.dockerfile._view
    heights = edit.blockBoundingGeometry(edit.document().firstBlock()).height()
    for number in (4, 1):
        edit.show_tooltip(QPoint(5, round(heights * (number - 0.5))), QPoint())
    assert "downloads stay in the layer" in said[0]
    assert "[pip-cache]" in said[0]
    assert said[1] == ""


def test_an_edited_ignore_file_is_what_the_build_uses(
    qtbot: QtBot, bench: Bench, page: BuildPage
) -> None:
    folder = plan(qtbot, bench, NAIVE, ".env")
    page.recipe.tabs.setCurrentIndex(1)
    assert "every file of the folder may be sent" in page.recipe.kept_out.text()
    edit = edit_of(page.recipe.ignore)
    edit.insertPlainText("data\n**/.env*")
    # Whether the second file was seen depends on when the folder was looked into.
    qtbot.waitUntil(lambda: "data (5.00 kB)" in page.recipe.kept_out.text())
    assert "Edited for this build" in page.recipe.kept_out.text()
    assert page.recipe.revert.isVisible()
    bench.engine.build_script = BuildScript()
    page.heading.build.click()
    session = page.session
    assert session is not None
    qtbot.waitUntil(lambda: not session.running)
    assert session.outcome is not None
    assert session.request.dockerignore == "data\n**/.env*"
    (kept,) = bench.engine._kept_files.values()
    sent = {entry.path: content for entry, content in kept.items()}
    assert sent[".dockerignore"] == b"data\n**/.env*"
    assert "serve.py" in sent
    assert not {"data/train.csv", ".env"} & sent.keys()
    assert not (folder / ".dockerignore").exists()


def test_an_ignore_file_that_keeps_out_what_is_copied(
    qtbot: QtBot, bench: Bench, page: BuildPage
) -> None:
    plan(qtbot, bench)
    page.recipe.tabs.setCurrentIndex(1)
    edit_of(page.recipe.ignore).insertPlainText("*.py\n")
    qtbot.waitUntil(lambda: ignore_rules(page) == ["ignore-keeps-source"])
    qtbot.waitUntil(lambda: "copy-kept-out" in rules(page))
    page.recipe.revert.click()
    qtbot.waitUntil(lambda: not ignore_rules(page) and "copy-kept-out" not in rules(page))
    assert page.recipe.edited_ignore is None
    assert page.recipe.edited_text is None


def test_marks_have_other_shapes_and_colours_in_the_dark(
    qtbot: QtBot, bench: Bench, page: BuildPage
) -> None:
    plan(qtbot, bench, "FROM python:3.11-slim\nWORKDIR /a\nCOPY gone .\nRUN pip install a==1\n")
    edit = edit_of(page.recipe.dockerfile)

    def colors(selections: list[QTextEdit.ExtraSelection]) -> set[str]:
        return {one.format.underlineColor().name().upper() for one in selections}

    tokens = bench.context.theme.tokens
    assert colors(edit.extraSelections()) >= {tokens.bad, tokens.warning}
    assert not page.recipe.dockerfile.grab().isNull()
    QApplication.processEvents()


def test_a_failed_line_stays_marked_beside_the_findings(
    qtbot: QtBot, bench: Bench, page: BuildPage
) -> None:
    plan(qtbot, bench)
    page.recipe.dockerfile.mark_line(5)
    tints = [one.format.background().color().name().upper()
             for one in edit_of(page.recipe.dockerfile).extraSelections()]  # fmt: skip
    assert bench.context.theme.tokens.bad_bg in tints
    assert len(tints) == 3


def test_many_findings_are_shown_in_short(qtbot: QtBot, bench: Bench, page: BuildPage) -> None:
    lines = "RUN pip install a==1\n" * 2000
    plan(qtbot, bench, "FROM python:3.11-slim\n" + lines)
    panel = page.recipe.findings
    assert "and more" in panel.summary.text()
    assert len(rules(page)) < 200
    found = panel.list.rows()[-1].finding
    assert isinstance(found, Finding)
    assert panel.list.height() < 100


def test_edits_of_the_ignore_file_outlive_a_recipe_that_is_made_anew(
    qtbot: QtBot, bench: Bench, page: BuildPage
) -> None:
    plan(qtbot, bench, "")
    edit_of(page.recipe.ignore).insertPlainText("mine/\n")
    prepared = page.planning.prepared
    assert prepared is not None
    assert prepared.plan.recipe is not None
    # As when the base image's digest comes.
    another = prepared.plan.with_recipe(prepared.plan.recipe)
    assert another is not prepared.plan
    page.recipe.show_plan(another, another.recipe, another.dockerfile)
    assert page.recipe.edited_ignore is not None
    assert page.recipe.ignore.text().startswith("mine/\n")
    plan_again = BuildLink(folder=prepared.plan.folder.path)
    with qtbot.waitSignal(page.recipe.checks.ignore.checked):
        page.activate(plan_again)
    qtbot.waitUntil(lambda: page.recipe.edited_ignore is None)


def test_what_is_typed_stays_in_sight_when_findings_appear_below(
    qtbot: QtBot, bench: Bench, page: BuildPage
) -> None:
    clean = "FROM python:3.11-slim\nHEALTHCHECK NONE\nUSER 1\n"
    plan(qtbot, bench, clean + "ENV A=1\n" * 40)
    edit = edit_of(page.recipe.dockerfile)
    before = edit.viewport().height()
    edit.moveCursor(QTextCursor.MoveOperation.End)
    edit.insertPlainText("RUN apt-get update && apt-get install gcc")
    qtbot.waitUntil(lambda: edit.viewport().height() < before - 40)
    assert edit.cursorRect().bottom() <= edit.viewport().height()


def test_nothing_moves_under_the_click_on_a_finding(
    qtbot: QtBot, bench: Bench, page: BuildPage
) -> None:
    plan(qtbot, bench)
    panel = page.recipe.findings
    qtbot.waitUntil(lambda: len(panel.list.rows()) >= 2)
    qtbot.wait(50)
    top, first = panel.list.mapTo(page, QPoint()), panel.list.rows()[0]
    assert "Choose one" in panel.why.text()
    QTest.mouseClick(panel.list.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(60, 10))
    qtbot.wait(50)
    assert panel.current == first.finding
    assert panel.list.mapTo(page, QPoint()) == top
    assert first.finding.why in panel.why.text()


def test_more_is_listed_where_a_short_text_leaves_room(qtbot: QtBot, bench: Bench) -> None:
    many = "FROM python:latest\n" + "RUN apt-get install gcc\n" * 3
    plan(qtbot, bench, many)
    panel = bench.page.recipe.findings
    qtbot.waitUntil(lambda: len(panel.list.rows()) > 5)
    roomy = panel.list.height()
    assert roomy > 5 * 26
    bench.page.recipe.edit(many + "\n" * 60)
    qtbot.waitUntil(lambda: panel.list.height() < roomy)


def test_a_finding_that_is_cut_is_said_in_full_below(qtbot: QtBot, bench: Bench) -> None:
    plan(qtbot, bench)
    panel = bench.page.recipe.findings
    sentence = f"{'A very long sentence of another checker ' * 6}end."
    span = Span(line=1, last_line=1, start=0, end=1)
    long = Finding("long", Severity.WARNING, span, sentence, why="https://checker.lan/long")
    panel.show_report(Report((long,)))
    panel.list.select_key(panel.list.rows()[0].key)
    panel.list.row_selected.emit(panel.list.rows()[0].key)
    assert panel.why.accessibleName() == f"{long.what} {long.why}"
