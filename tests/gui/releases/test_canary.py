"""What a person sees of a canary on the releases page, and does to it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QFontMetrics, QGuiApplication
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from modeldesk.core.canary.model import Phase, Rollout
from modeldesk.core.containers.model import Health
from modeldesk.core.deployment_watch.model import Finding, Problem, Remedy
from modeldesk.core.deployment_watch.standing import News
from modeldesk.core.releases.model import ReleaseState
from modeldesk.core.releases.targets import target_of
from modeldesk.ui.links import CompareLink, LibraryLink, ReleasesLink
from modeldesk.ui.presentation import short_digest
from modeldesk.ui.releases.following import EVERY_MS, SELDOM_MS
from modeldesk.ui.releases.heading import Act
from modeldesk.ui.releases.page import ReleasesPage
from modeldesk.ui.releases.plan_dialog import PlanDialog
from modeldesk.ui.releases.plan_input import PlanField
from modeldesk.ui.releases.settings_dialog import SettingsDialog
from modeldesk.ui.releases.version_dialog import VersionDialog
from modeldesk.ui.tasks.runner import TaskRunner
from modeldesk.ui.theme.fonts import TextStyle, font
from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.theme.tokens import Tone
from modeldesk.ui.widgets.confirm import ConfirmDialog
from modeldesk.ui.widgets.elided_label import ElidedLabel
from modeldesk.ui.widgets.form_scroll import FormScroll
from modeldesk.ui.widgets.label import Label
from modeldesk.ui.widgets.step_track import TrackState
from tests.fakes.engine_containers import Behaviour
from tests.gui.releases.bench import Bench
from tests.gui.releases.rollouts import PLAN, windows


@pytest.fixture
def bench(qtbot: QtBot, theme: Theme, tasks: TaskRunner, tmp_path: Path) -> Bench:
    bench = Bench(theme, tasks, tmp_path)
    qtbot.addWidget(bench.page)
    bench.page.resize(1108, 870)
    bench.page.show()
    return bench


@pytest.fixture
def page(bench: Bench) -> ReleasesPage:
    return bench.page


def rolling(
    qtbot: QtBot, bench: Bench, phase: Phase = Phase.STEP, step: int = 1, silent: int = 0
) -> Rollout:
    """“shop” runs v1.4.0, and v1.5.0-rc1 beside it."""
    bench.deploy("shop", bench.add_version("v1.3.1"))
    bench.deploy("shop", bench.add_version("v1.4.0"))
    made = bench.canary("shop", bench.add_version("v1.5.0-rc1"), phase, step, silent=silent)
    qtbot.waitUntil(lambda: "shop" in bench.store.facts.rollouts)
    return made


def can(page: ReleasesPage, act: Act) -> bool:
    button = page.heading.buttons[act]
    return button.isVisible() and button.isEnabled()


def settle(qtbot: QtBot, bench: Bench) -> None:
    qtbot.waitUntil(lambda: not bench.tasks.active)


def confirm(page: ReleasesPage) -> ConfirmDialog:
    (dialog,) = page.findChildren(ConfirmDialog)
    return dialog


@pytest.mark.parametrize("size", [(1108, 870), (692, 670)])
def test_everything_that_can_be_done_is_in_reach_at_every_size(
    qtbot: QtBot, bench: Bench, page: ReleasesPage, size: tuple[int, int]
) -> None:
    page.resize(*size)
    rolling(qtbot, bench)
    heading = page.heading
    wanted = [heading.buttons[act] for act in (Act.PAUSE, Act.SKIP, Act.PROMOTE)]
    wanted.append(heading.back_button)
    qtbot.waitUntil(lambda: all(one.isVisible() and one.isEnabled() for one in wanted))
    qtbot.waitUntil(lambda: all(one.width() >= one.sizeHint().width() for one in wanted))
    for button in wanted:
        assert page.rect().contains(button.mapTo(page, button.rect().bottomRight()))
    # However far the rest is scrolled.
    bar = page.body.verticalScrollBar()
    bar.setValue(bar.maximum())
    assert page.rect().contains(
        heading.back_button.mapTo(page, heading.back_button.rect().bottomRight())
    )
    assert heading.back_button.text() == "Roll back to v1.4.0"


def test_pause_resume_and_skip_ask_nothing_and_are_said(
    qtbot: QtBot, bench: Bench, page: ReleasesPage
) -> None:
    rolling(qtbot, bench)
    page.heading.buttons[Act.PAUSE].click()
    qtbot.waitUntil(lambda: can(page, Act.RESUME))
    assert not page.heading.buttons[Act.PAUSE].isVisible()
    assert "keeps its share" in bench.heard.texts[0]
    assert page.body.track.steps()[1].state is TrackState.PAUSED
    page.heading.buttons[Act.RESUME].click()
    qtbot.waitUntil(lambda: can(page, Act.PAUSE))
    page.heading.buttons[Act.SKIP].click()
    qtbot.waitUntil(lambda: page.body.track.steps()[2].state is TrackState.CURRENT)
    settle(qtbot, bench)
    assert bench.rollouts.asked == ["pause", "resume", "skip"]


def test_from_the_last_step_there_is_nothing_to_skip_to(
    qtbot: QtBot, bench: Bench, page: ReleasesPage
) -> None:
    rolling(qtbot, bench, step=3)
    qtbot.waitUntil(lambda: can(page, Act.PROMOTE))
    assert not page.heading.buttons[Act.SKIP].isVisible()


def test_promoting_asks_with_both_digests(qtbot: QtBot, bench: Bench, page: ReleasesPage) -> None:
    made = rolling(qtbot, bench)
    page.heading.buttons[Act.PROMOTE].click()
    dialog = confirm(page)
    shown = " ".join(label.accessibleName() for label in dialog.findChildren(ElidedLabel))
    assert short_digest(made.stable.digest) in shown
    assert short_digest(made.target.digest) in shown
    dialog.accept_button.click()
    qtbot.waitUntil(lambda: bench.rollouts.asked == ["promote"])
    qtbot.waitUntil(lambda: "passed every step" in page.body.said.notice.sentence)


def test_going_back_takes_one_click_and_a_yes(
    qtbot: QtBot, bench: Bench, page: ReleasesPage
) -> None:
    made = rolling(qtbot, bench)
    page.heading.back_button.click()
    dialog = confirm(page)
    shown = " ".join(label.accessibleName() for label in dialog.findChildren(ElidedLabel))
    assert short_digest(made.stable.digest) in shown
    assert short_digest(made.target.digest) in shown
    assert dialog.cancel.isDefault()
    assert dialog.accept_button.text() == "Roll back to v1.4.0"
    QTest.keyClick(dialog.accept_button, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: bench.rollouts.asked == ["abort"])
    qtbot.waitUntil(lambda: page.body.track.steps()[1].state is TrackState.STOPPED)
    assert page.body.said.notice.tone is Tone.BAD
    qtbot.waitUntil(lambda: can(page, Act.CANARY))


def test_what_can_not_be_done_is_said(qtbot: QtBot, bench: Bench, page: ReleasesPage) -> None:
    rolling(qtbot, bench)
    bench.rollouts.fails = "The canary of “shop” is paused already."
    page.heading.buttons[Act.PAUSE].click()
    qtbot.waitUntil(lambda: bool(bench.heard.texts))
    assert bench.heard.texts == ["The canary of “shop” is paused already."]
    assert bench.heard.sayings[0].tone is Tone.BAD


def test_silence_is_told_with_its_numbers(qtbot: QtBot, bench: Bench, page: ReleasesPage) -> None:
    rolling(qtbot, bench, Phase.PAUSED, silent=2)
    qtbot.waitUntil(page.body.said.isVisible)
    assert "nothing was heard of v1.5.0-rc1" in page.body.said.notice.sentence
    assert page.body.track.steps()[1].state is TrackState.SILENT
    assert page.body.rule.chip.spec().text == "waits"


def test_charts_follow_the_canary_while_it_is_in_sight_by_one_clock(
    qtbot: QtBot, bench: Bench, page: ReleasesPage
) -> None:
    made = rolling(qtbot, bench)
    assert bench.following._timer.isActive()
    assert bench.following._timer.interval() == EVERY_MS
    known = bench.rollouts.known["shop"]
    more = (*known.windows, *windows(1, end=known.windows[-1].end + 20))
    bench.rollouts.known["shop"] = replace(known, windows=more)
    bench.following._timer.timeout.emit()
    qtbot.waitUntil(lambda: len(page.body.figures.latency.lines[-1].values) == len(more))
    assert page.body.figures.latency.limit == 80.0
    page.hide()
    assert bench.following._timer.isActive() is False
    page.show()
    qtbot.waitUntil(bench.following._timer.isActive)
    bench.rollouts.put(
        replace(known, rollout=replace(made, phase=Phase.ABORTED, finished=datetime.now(UTC)))
    )
    bench.store.read()
    qtbot.waitUntil(lambda: bench.following._timer.interval() == SELDOM_MS)
    settle(qtbot, bench)


def test_accuracy_has_its_chart_when_there_is_feedback(
    qtbot: QtBot, bench: Bench, page: ReleasesPage
) -> None:
    rolling(qtbot, bench)
    assert not page.body.figures.accuracy.isVisible()
    known = bench.rollouts.known["shop"]
    bench.rollouts.known["shop"] = replace(known, windows=windows(70, accurate=True))
    bench.following._timer.timeout.emit()
    qtbot.waitUntil(page.body.figures.accuracy.isVisible)
    assert page.body.figures.accuracy.limit == 0.92
    settle(qtbot, bench)


def test_the_plan_is_changed_from_the_rule(qtbot: QtBot, bench: Bench, page: ReleasesPage) -> None:
    rolling(qtbot, bench)
    qtbot.waitUntil(page.body.rule.edit.isVisible)
    QTest.keyClick(page.body.rule.edit, Qt.Key.Key_Space)
    (dialog,) = page.findChildren(PlanDialog)
    form = dialog.form
    assert not form.mirror.isVisible()
    form.edits[PlanField.STEPS].setText("10, 30, 100")
    assert not dialog.save_button.isEnabled()
    assert form.edits[PlanField.STEPS].accessibleDescription().startswith("The canary has come")
    form.edits[PlanField.STEPS].setText("10, 25, 60, 100")
    form.edits[PlanField.P95].setText("120ms")
    assert "Stable after 40 min" in form.summary.text()
    dialog.save_button.click()
    qtbot.waitUntil(lambda: bench.rollouts.asked == ["replan"])
    qtbot.waitUntil(lambda: "p95 > 120 ms" in page.body.rule.sentence.text())
    assert [step.title for step in page.body.track.steps()] == ["10 %", "25 %", "60 %", "100 %"]


def test_a_canary_is_started_with_a_version_and_a_plan(
    qtbot: QtBot, bench: Bench, page: ReleasesPage
) -> None:
    bench.deploy("shop", bench.add_version("v1.4.0"))
    image = bench.add_version("v1.5.0-rc1")
    qtbot.waitUntil(lambda: can(page, Act.CANARY))
    page.heading.buttons[Act.CANARY].click()
    (dialog,) = page.findChildren(VersionDialog)
    assert dialog.version.count() == 1
    assert dialog.start_button.text() == "Start at 10 %"
    assert dialog.plan is not None
    dialog.plan.edits[PlanField.STEPS].setText("5, 100")
    assert dialog.start_button.text() == "Start at 5 %"
    dialog.plan.key.choose("cookie")
    dialog.plan.key.chosen.emit("cookie")
    assert not dialog.start_button.isEnabled()
    assert dialog.plan.fields[PlanField.NAME].isVisible()
    dialog.plan.edits[PlanField.NAME].setText("session")
    dialog.plan.later.setChecked(True)
    assert dialog.start_button.text() == "Schedule canary"
    dialog.plan.later.setChecked(False)
    dialog.why.setText("weekly training")
    dialog.start_button.click()
    qtbot.waitUntil(lambda: bench.rollouts.asked == ["start"])
    (request,) = bench.rollouts.started
    assert request.target.image == image
    assert request.plan.steps == (500, 10_000)
    assert (request.plan.field, request.why) == ("session", "weekly training")
    qtbot.waitUntil(lambda: can(page, Act.PAUSE))


def test_without_another_version_nothing_can_be_started(
    qtbot: QtBot, bench: Bench, page: ReleasesPage
) -> None:
    bench.deploy("shop", bench.add_version("v1.4.0"))
    qtbot.waitUntil(lambda: can(page, Act.DEPLOY))
    page.heading.buttons[Act.DEPLOY].click()
    (dialog,) = page.findChildren(VersionDialog)
    assert not dialog.start_button.isEnabled()
    assert "No other version" in dialog.version.accessibleDescription()
    dialog.reject()


def test_another_version_is_deployed_from_the_page(
    qtbot: QtBot, bench: Bench, page: ReleasesPage
) -> None:
    bench.deploy("shop", bench.add_version("v1.4.0"))
    image = bench.add_version("v1.5.0")
    qtbot.waitUntil(lambda: can(page, Act.DEPLOY))
    page.heading.buttons[Act.DEPLOY].click()
    (dialog,) = page.findChildren(VersionDialog)
    assert dialog.smoke is not None
    dialog.smoke.wanted.setChecked(True)
    dialog.smoke.path.setText("predict")
    assert not dialog.start_button.isEnabled()
    dialog.smoke.wanted.setChecked(False)
    assert dialog.start_button.text() == "Deploy v1.5.0"
    dialog.start_button.click()
    qtbot.waitUntil(lambda: bool(bench.heard.texts))
    current = bench.deployment("shop").current
    assert current is not None
    assert current.image == image


def test_settings_make_a_revision_of_what_runs(
    qtbot: QtBot, bench: Bench, page: ReleasesPage
) -> None:
    bench.deploy("shop", bench.add_version("v1.4.0"))
    before = bench.deployment("shop")
    qtbot.waitUntil(lambda: can(page, Act.DEPLOY))
    page.heading.actions_by_act[Act.SETTINGS].trigger()
    (dialog,) = page.findChildren(SettingsDialog)
    dialog.form.memory.setText("lots")
    dialog.save_button.click()
    assert dialog.isVisible()
    assert "no amount of memory" in dialog.banner.notice.sentence
    dialog.form.memory.setText("512 MB")
    dialog.form.variables.add("MODEL_PATH", "/models")
    dialog.form.locked.setChecked(True)
    dialog.save_button.click()
    qtbot.waitUntil(lambda: bench.deployment("shop").revision > before.revision)
    after = bench.deployment("shop").settings
    assert after.environment == {"MODEL_PATH": "/models"}
    assert after.limits.memory_bytes == 512_000_000
    assert after.locked_down
    assert bench.deployment("shop").current == before.current
    settle(qtbot, bench)


def test_the_settings_tell_how_they_came_to_be_what_they_are(
    qtbot: QtBot, bench: Bench, page: ReleasesPage
) -> None:
    bench.deploy("shop", bench.add_version("v1.4.0"))
    qtbot.waitUntil(lambda: can(page, Act.DEPLOY))
    page.heading.actions_by_act[Act.SETTINGS].trigger()
    (dialog,) = page.findChildren(SettingsDialog)
    settle(qtbot, bench)
    # One revision has no way to tell of.
    assert dialog.form.revisions.isHidden()
    dialog.form.memory.setText("512 MB")
    dialog.why.setText("it ran out of memory")
    dialog.save_button.click()
    qtbot.waitUntil(lambda: bench.deployment("shop").revision == 2)
    settle(qtbot, bench)
    qtbot.waitUntil(lambda: can(page, Act.DEPLOY))
    page.heading.actions_by_act[Act.SETTINGS].trigger()
    dialog = page.findChildren(SettingsDialog)[-1]
    qtbot.waitUntil(lambda: not dialog.form.revisions.isHidden())
    second, change, first, nothing = dialog.form.revisions.texts()
    assert second.startswith("Revision 2, in use · ")
    assert second.endswith("v1.4.0 · it ran out of memory")
    assert change == "Memory at most: all there is → 512 MB"
    assert first.startswith("Revision 1 · ")
    assert nothing == "the first that was kept"
    dialog.reject()


def test_the_numbers_that_sent_a_canary_back_are_read_where_the_page_is_narrow(
    qtbot: QtBot, bench: Bench, page: ReleasesPage
) -> None:
    page.resize(692, 670)
    bench.deploy("shop", bench.add_version("v1.4.0"))
    why = "error rate 4.1 % > 1 % · p95 112 ms > 80 ms, 3 checks in a row"
    bench.canary("shop", bench.add_version("v1.5.0-rc1"), Phase.ABORTED, 1, why=why)
    table = page.body.history.table
    qtbot.waitUntil(lambda: any(row.bad for row in page.body.history.rows))

    def room(number: int) -> int:
        row = next(n for n, one in enumerate(page.body.history.rows) if one.bad)
        key = page.body.history.rows[row].key
        rect = table.cell_rect(table.row_rect(key), row, number)
        assert rect.right() <= table.viewport().width()
        return rect.width()

    detail = table.header().sectionSize(2)
    assert room(2) > detail
    page.resize(1400, 870)
    qtbot.waitUntil(lambda: room(2) < table.header().sectionSize(2))


def test_the_history_has_every_step_and_compares_with_what_runs(
    qtbot: QtBot, bench: Bench, page: ReleasesPage
) -> None:
    made = rolling(qtbot, bench)
    history = page.body.history
    qtbot.waitUntil(lambda: len(history.rows) == 4)
    what = [row.what for row in history.rows]
    assert "Canary v1.5.0-rc1 at 25 %" in what
    assert "Canary v1.5.0-rc1 started at 10 %" in what
    row = next(row for row in history.rows if row.what == "Canary v1.5.0-rc1 at 25 %")
    menu = history.menu_of(row.key)
    compare, copy = menu.actions()
    assert (compare.text(), copy.text()) == ("Compare with running", "Copy digest")
    compare.trigger()
    (link,) = bench.heard.links
    assert isinstance(link, CompareLink)
    assert isinstance(link.left, LibraryLink)
    assert isinstance(link.right, LibraryLink)
    assert (link.left.image, link.right.image) == (made.stable.image, made.target.image)
    copy.trigger()
    assert made.target.digest in QGuiApplication.clipboard().text()
    menu.deleteLater()


def test_a_row_is_gone_back_to_by_keyboard(qtbot: QtBot, bench: Bench, page: ReleasesPage) -> None:
    bench.deploy("shop", bench.add_version("v1.3.1"))
    bench.deploy("shop", bench.add_version("v1.4.0"))
    history = page.body.history
    qtbot.waitUntil(lambda: len(history.rows) == 2)
    history.table.setFocus()
    QTest.keyClick(history.table, Qt.Key.Key_Down)
    QTest.keyClick(history.table, Qt.Key.Key_Down)
    (row,) = (row for row in history.rows if row.back is not None)
    assert history.table.current_key() == row.key
    menu = history.menu_of(row.key)
    menu.actions()[0].trigger()
    assert confirm(page).accept_button.text() == "Roll back to v1.3.1"
    menu.deleteLater()


def test_thousands_of_entries_come_and_one_more_is_only_one_more(
    qtbot: QtBot, bench: Bench, page: ReleasesPage
) -> None:
    bench.remember("shop", 5000)
    bench.deploy("shop", bench.add_version("v1.4.0"))
    history = page.body.history
    qtbot.waitUntil(lambda: len(history.rows) == 5001)
    inserted: list[tuple[int, int]] = []
    history._model.rowsInserted.connect(lambda _p, first, last: inserted.append((first, last)))
    bench.deploy("shop", bench.add_version("v1.5.0"))
    qtbot.waitUntil(lambda: len(history.rows) == 5002)
    assert inserted == [(0, 0)]
    history.table.scrollToBottom()
    last = history.rows[-1].key
    assert history.table.viewport().rect().intersects(history.table.row_rect(last))


def test_a_release_under_way_is_cancelled_by_the_same_button(
    qtbot: QtBot, bench: Bench, page: ReleasesPage
) -> None:
    bench.deploy("shop", bench.add_version("v1.4.0"))
    slow = bench.add_version("v1.5.0", behaviour=Behaviour(health=(Health.STARTING,)))
    qtbot.waitUntil(lambda: can(page, Act.DEPLOY))
    deployment = bench.deployment("shop")
    bench.actions.deploy(deployment, target_of(bench.version(slow)), None, "")
    back = page.heading.back_button
    qtbot.waitUntil(lambda: back.text() == "Cancel, stay on v1.4.0")
    assert back.isEnabled()
    back.click()
    qtbot.waitUntil(
        lambda: bench.store.facts.histories[deployment.name][0].state is ReleaseState.RESTORED
    )
    assert bench.deployment("shop").current == deployment.current


def test_the_output_is_a_choice_and_follows_either_version(
    qtbot: QtBot, bench: Bench, page: ReleasesPage
) -> None:
    rolling(qtbot, bench)
    panel = page.body.panel
    qtbot.waitUntil(lambda: not panel.is_open)
    qtbot.waitUntil(lambda: not panel.following)
    page.heading.actions_by_act[Act.OUTPUT].trigger()
    assert panel.is_open
    qtbot.waitUntil(lambda: panel.following)
    assert page.heading.actions_by_act[Act.OUTPUT].isChecked()
    page.heading.actions_by_act[Act.OUTPUT].trigger()
    qtbot.waitUntil(lambda: not panel.following)


def test_a_scheduled_one_can_begin_now_or_be_called_off(
    qtbot: QtBot, bench: Bench, page: ReleasesPage
) -> None:
    bench.deploy("shop", bench.add_version("v1.4.0"))
    plan = replace(PLAN, starts=datetime.now(UTC) + timedelta(hours=3))
    image = bench.add_version("v1.5.0-rc1")
    bench.canary("shop", image, Phase.SCHEDULED, -1, plan, requests=None, windows=())
    qtbot.waitUntil(lambda: can(page, Act.BEGIN))
    assert page.heading.back_button.text() == "Call canary off"
    assert "gets its first requests" in page.body.said.notice.sentence
    page.heading.buttons[Act.BEGIN].click()
    qtbot.waitUntil(lambda: bench.rollouts.asked == ["skip"])
    settle(qtbot, bench)


def test_a_tooltip_tells_the_exact_figures(qtbot: QtBot, bench: Bench, page: ReleasesPage) -> None:
    rolling(qtbot, bench)
    chart = page.body.figures.errors
    qtbot.waitUntil(lambda: bool(chart.lines))
    place: QPoint = chart.plot().center().toPoint()
    QTest.mouseMove(chart, place)
    assert chart._pointed is not None
    told = chart.told_at(chart._pointed)
    assert "v1.4.0 0." in told
    assert "limit 1 %" in told


def test_the_question_says_whether_the_way_back_takes_a_start(
    qtbot: QtBot, bench: Bench, page: ReleasesPage
) -> None:
    bench.deploy("shop", bench.add_version("v1.3.1"))
    bench.deploy("shop", bench.add_version("v1.4.0"))
    back = page.heading.back_button
    qtbot.waitUntil(lambda: back.text() == "Roll back to v1.3.1" and back.isEnabled())

    def said() -> str:
        back.click()
        (dialog,) = [one for one in page.findChildren(ConfirmDialog) if one.isVisible()]
        text = " ".join(label.text() for label in dialog.findChildren(Label))
        dialog.reject()
        return text

    assert "v1.3.1 still runs: it gets all requests at once" in said()
    for kept in bench.deployment("shop").kept:
        bench.engine.remove_container(kept.version.container)
    deployment = replace(bench.deployment("shop"), kept=())
    bench.records.save_deployment(deployment)
    bench.store.read()
    qtbot.waitUntil(lambda: bench.store.facts.deployments == (deployment,))
    assert "is started beside what runs" in said()


def test_steps_have_their_notes_whole_when_the_window_is_made_small(
    qtbot: QtBot, bench: Bench, page: ReleasesPage
) -> None:
    rolling(qtbot, bench)
    track, table = page.body.track, page.body.history.table
    qtbot.waitUntil(track.isVisible)
    for width, height in ((1108, 870), (692, 670), (1108, 870), (692, 670)):
        page.resize(width, height)
        qtbot.waitUntil(lambda: track.height() >= track.heightForWidth(track.width()))
        # Nothing of a row is beyond the edge either.
        qtbot.waitUntil(lambda: table.horizontalScrollBar().maximum() == 0)


def test_what_the_watch_found_stands_above_its_deployment_alone(
    qtbot: QtBot, bench: Bench, page: ReleasesPage
) -> None:
    bench.deploy("shop", bench.add_version("v1.4.0"))
    bench.deploy("till", bench.add_version("v2.0.0", "tills"), 5001)
    finding = Finding(
        bench.key("shop"), Problem.UNHEALTHY, "shop is not healthy.", (Remedy.REPLACE,)
    )
    qtbot.waitUntil(lambda: len(page.runs.rows()) == 2)
    bench.findings.take_news(News((finding,), (finding,), ()))
    qtbot.waitUntil(page.body.findings.isVisible)
    assert page.body.findings.banners[0].notice.sentence == "shop is not healthy."
    page.activate(ReleasesLink(bench.key("till").name))
    assert not page.body.findings.isVisible()


def test_what_happened_is_read_whole_where_the_window_is_narrow(
    qtbot: QtBot, bench: Bench, page: ReleasesPage
) -> None:
    page.resize(692, 670)
    rolling(qtbot, bench)
    table = page.body.history.table
    qtbot.waitUntil(lambda: len(page.body.history.rows) > 2)
    metrics = QFontMetrics(font(TextStyle.STRONG))
    longest = max(metrics.horizontalAdvance(row.what) for row in page.body.history.rows)
    qtbot.waitUntil(lambda: table.header().sectionSize(1) - 14 >= longest)


def test_the_keyboard_has_no_stop_that_is_not_seen(
    qtbot: QtBot, bench: Bench, page: ReleasesPage
) -> None:
    rolling(qtbot, bench)
    qtbot.waitUntil(page.body.track.isVisible)
    page.heading.back_button.setFocus()
    QTest.keyClick(page.heading.back_button, Qt.Key.Key_Tab)
    assert page.body.track.hasFocus()
    page.heading.acted.emit(Act.PLAN)
    (dialog,) = page.findChildren(PlanDialog)
    qtbot.waitUntil(dialog.form.edits[PlanField.STEPS].hasFocus)
    dialog.reject()


def test_what_the_plan_comes_to_stays_in_sight(
    qtbot: QtBot, bench: Bench, page: ReleasesPage
) -> None:
    rolling(qtbot, bench)
    qtbot.waitUntil(lambda: can(page, Act.PAUSE))
    page.heading.acted.emit(Act.PLAN)
    (dialog,) = page.findChildren(PlanDialog)
    dialog.resize(600, 380)
    (area,) = dialog.findChildren(FormScroll)
    qtbot.waitUntil(area.more_below.isVisible)
    bottom = dialog.form.summary.mapTo(dialog, dialog.form.summary.rect().bottomLeft()).y()
    assert dialog.form.summary.isVisible()
    assert bottom < dialog.save_button.mapTo(dialog, QPoint()).y()
    dialog.reject()


def test_the_way_back_is_in_sight_beside_the_output(
    qtbot: QtBot, bench: Bench, page: ReleasesPage
) -> None:
    bench.deploy("shop", bench.add_version("v1.3.1-of-a-longer-name"))
    bench.deploy("shop", bench.add_version("v1.4.0-of-a-longer-name"))
    table = page.body.history.table
    for width in (1108, 812, 692):
        page.resize(width, 700)
        qtbot.waitUntil(lambda: len(page.body.history.rows) == 2)
        qtbot.waitUntil(lambda: table.horizontalScrollBar().maximum() == 0)
        (row,) = (one for one in page.body.history.rows if one.back is not None)
        assert table.button_rect(row.key).right() <= table.viewport().width()
