"""What a person sees and does on the releases page."""

import threading
from dataclasses import replace
from math import isfinite
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from modeldesk.core.containers.model import ContainerSpec, ContainerSummary, Health, LogLine
from modeldesk.core.ids import ContainerId, DeploymentName, ModelName
from modeldesk.core.jobs import Job
from modeldesk.core.labels import OWN_REGISTRY_LABEL
from modeldesk.core.releases.model import Release, ReleaseKind, ReleaseState
from modeldesk.ui.links import LibraryLink, ReleasesLink
from modeldesk.ui.presentation import short_digest
from modeldesk.ui.releases.entries import deployment_key
from modeldesk.ui.releases.heading import Act
from modeldesk.ui.releases.page import ReleasesPage
from modeldesk.ui.releases.presented import HistoryRow
from modeldesk.ui.tasks.handle import TaskHandle, TaskState
from modeldesk.ui.tasks.runner import TaskRunner
from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.theme.tokens import Tone
from modeldesk.ui.widgets.chip import Chip
from modeldesk.ui.widgets.confirm import ConfirmDialog
from modeldesk.ui.widgets.elided_label import ElidedLabel
from tests.fakes.engine import INFO, FakeEngine
from tests.fakes.engine_containers import Behaviour
from tests.gui.releases.bench import HEALTHY, Bench

SHOP = DeploymentName("shop")


@pytest.fixture
def bench(qtbot: QtBot, theme: Theme, tasks: TaskRunner, tmp_path: Path) -> Bench:
    bench = Bench(theme, tasks, tmp_path)
    qtbot.addWidget(bench.page)
    bench.page.resize(1100, 850)
    bench.page.show()
    return bench


@pytest.fixture
def page(bench: Bench) -> ReleasesPage:
    return bench.page


def two_versions(qtbot: QtBot, bench: Bench, first: Behaviour = HEALTHY) -> None:
    """The deployment “shop” went from v1.3.1 to v1.4.0."""
    before = bench.add_version("v1.3.1")
    bench.deploy("shop", before)
    bench.deploy("shop", bench.add_version("v1.4.0"))
    bench.engine.behaves(before, first)
    qtbot.waitUntil(lambda: bench.page.heading.back_button.text() == "Roll back to v1.3.1")


def can(page: ReleasesPage, act: Act) -> bool:
    """Whether the button is there and can be pressed."""
    button = page.heading.buttons[act]
    return button.isVisible() and button.isEnabled()


def question(page: ReleasesPage) -> ConfirmDialog:
    page.heading.back_button.click()
    (dialog,) = page.findChildren(ConfirmDialog)
    return dialog


def streaming() -> list[str]:
    names = ("modeldesk-logs", "modeldesk-stats")
    return [one.name for one in threading.enumerate() if one.name in names]


def test_nothing_runs_yet_leads_to_the_library(
    qtbot: QtBot, bench: Bench, page: ReleasesPage
) -> None:
    page.shown()
    page._empty.action_chosen.emit()
    assert bench.heard.links == [LibraryLink()]


def test_one_deployment_needs_no_table_and_two_do(
    qtbot: QtBot, bench: Bench, page: ReleasesPage
) -> None:
    bench.deploy("shop", bench.add_version("v1.0.0"))
    qtbot.waitUntil(lambda: page.heading.title.text() == "recommendation · production")
    assert not page.runs.table.isVisible()
    assert page.heading.back_button.isVisible()
    assert not page.heading.back_button.isEnabled()
    assert "No version ran before" in page.heading.back_button.toolTip()
    bench.deploy("till", bench.add_version("v2.0.0", "tills"), 5001)
    qtbot.waitUntil(page.runs.table.isVisible)


def ways_back(page: ReleasesPage) -> list[HistoryRow]:
    return [row for row in page.body.history.rows if row.back is not None]


def press_back(page: ReleasesPage, row: HistoryRow) -> None:
    """Click on the button of a row."""
    table = page.body.history.table
    rect = table.button_rect(row.key)
    QTest.mouseClick(
        table.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, rect.center()
    )


def test_history_shows_the_digest_at_every_width(
    qtbot: QtBot, bench: Bench, page: ReleasesPage
) -> None:
    two_versions(qtbot, bench)
    digests = {short_digest(release.target.digest) for release in page._store.facts.histories[SHOP]}
    table = page.body.history.table
    for width in (1100, 520):
        page.resize(width, 850)
        qtbot.waitUntil(lambda: page.body.history.width() <= page.width())
        assert {row.detail for row in page.body.history.rows} == digests
        assert not table.isColumnHidden(2)
        (row,) = ways_back(page)
        assert table.button_rect(row.key).right() <= table.viewport().width()


def test_a_narrow_page_cuts_neither_chips_nor_buttons(
    qtbot: QtBot, bench: Bench, page: ReleasesPage
) -> None:
    page.resize(692, 670)
    two_versions(qtbot, bench)
    chips = page.heading.chips.findChildren(Chip)
    qtbot.waitUntil(lambda: all(chip.width() >= chip.sizeHint().width() for chip in chips))
    qtbot.waitUntil(lambda: page.heading.title.shown_text() == "recommendation · production")
    assert page.width() == 692
    for button in (*page.heading.buttons.values(), page.heading.back_button):
        if button.isVisible():
            edge = button.mapTo(page, button.rect().topRight()).x()
            assert button.width() >= button.sizeHint().width()
            assert edge < page.width()


def test_a_rollback_asks_with_both_digests_and_cancel_as_default(
    qtbot: QtBot, bench: Bench, page: ReleasesPage
) -> None:
    two_versions(qtbot, bench)
    now = bench.deployment("shop").current
    back = bench.service.earlier_versions(bench.deployment("shop"))[0]
    assert now is not None
    dialog = question(page)
    shown = " ".join(label.accessibleName() for label in dialog.findChildren(ElidedLabel))
    assert short_digest(now.digest) in shown
    assert short_digest(back.digest) in shown
    assert dialog.cancel.isDefault()
    assert not dialog.accept_button.isDefault()
    dialog.reject()
    assert bench.deployment("shop").current == now


def test_a_rollback_that_was_confirmed_is_done_and_said(
    qtbot: QtBot, bench: Bench, page: ReleasesPage
) -> None:
    two_versions(qtbot, bench)
    question(page).accept_button.click()
    qtbot.waitUntil(lambda: bool(bench.heard.texts))
    assert bench.heard.texts[0].startswith("shop runs v1.3.1")
    assert bench.heard.sayings[0].tone is Tone.GOOD
    # The version just left is a choice in the history, not one more click on the same button.
    qtbot.waitUntil(lambda: not page.heading.back_button.isEnabled())
    left = bench.service.history(bench.key("shop"))[0].previous
    assert left is not None
    qtbot.waitUntil(lambda: [row.image for row in ways_back(page)] == [left.image])


def test_a_target_that_fails_leaves_what_ran_and_says_so(
    qtbot: QtBot, bench: Bench, page: ReleasesPage
) -> None:
    two_versions(qtbot, bench, Behaviour(health=(Health.STARTING,), exit_code=1))
    forget_kept(bench)
    told: list[TaskHandle[Any]] = []
    bench.tasks.ended.connect(told.append)
    now = bench.deployment("shop").current
    question(page).accept_button.click()
    qtbot.waitUntil(lambda: bool(bench.heard.texts))
    assert "runs what it ran before" in bench.heard.texts[0]
    assert [task.state for task in told] == [TaskState.FAILED]
    assert bench.heard.sayings[0].tone is Tone.BAD
    assert bench.deployment("shop").current == now
    qtbot.waitUntil(lambda: any(c.running for c in bench.engine.list_containers()))


def test_the_history_leads_back_to_any_version(
    qtbot: QtBot, bench: Bench, page: ReleasesPage
) -> None:
    two_versions(qtbot, bench)
    (row,) = ways_back(page)
    press_back(page, row)
    (dialog,) = page.findChildren(ConfirmDialog)
    assert dialog.accept_button.text() == "Roll back to v1.3.1"
    dialog.reject()


def test_the_selection_survives_updates(qtbot: QtBot, bench: Bench, page: ReleasesPage) -> None:
    two_versions(qtbot, bench)
    bench.deploy("till", bench.add_version("v2.0.0", "tills"), 5001)
    page.activate(ReleasesLink(DeploymentName("till")))
    qtbot.waitUntil(lambda: page.heading.title.text() == "tills · production")
    bench.deploy("another", bench.add_version("v1.0.0", "first"), 5002)
    qtbot.waitUntil(lambda: len(page.runs.rows()) == 3)
    assert page.heading.title.text() == "tills · production"
    assert page.runs.table.current_key() == deployment_key("till")


def test_streams_stop_while_the_page_is_hidden(
    qtbot: QtBot, bench: Bench, page: ReleasesPage
) -> None:
    bench.deploy("shop", bench.add_version("v1.0.0"))
    qtbot.waitUntil(lambda: "line 1" in page.body.panel.log.text())
    page.hide()
    qtbot.waitUntil(lambda: not page.body.panel.following)
    qtbot.waitUntil(lambda: not streaming())
    page.show()
    qtbot.waitUntil(lambda: len(streaming()) == 2)
    page.hide()
    qtbot.waitUntil(lambda: not streaming())


def test_time_goes_on_while_the_page_is_hidden(
    qtbot: QtBot, bench: Bench, page: ReleasesPage
) -> None:
    """The line goes on to the right, after a gap."""
    bench.preload.start()
    bench.deploy("shop", bench.add_version("v1.0.0"))
    qtbot.waitUntil(lambda: page.body.panel._cpu.chart is not None, timeout=10_000)
    chart = page.body.panel._cpu.chart
    assert chart is not None
    qtbot.waitUntil(lambda: chart._points[0].count > 2)
    page.hide()
    qtbot.waitUntil(lambda: not streaming())
    before = chart._points[0].count
    page.show()
    qtbot.waitUntil(lambda: chart._points[0].count > before + 2)
    times, values = chart._points[0].arrays()
    assert list(times) == sorted(times)
    assert not isfinite(values[before])
    page.hide()
    qtbot.waitUntil(lambda: not streaming())


def test_a_stopped_container_has_no_figures_of_now(
    qtbot: QtBot, bench: Bench, page: ReleasesPage
) -> None:
    bench.preload.start()
    bench.deploy("shop", bench.add_version("v1.0.0"))
    qtbot.waitUntil(lambda: page.body.panel._cpu.chart is not None, timeout=10_000)
    chart = page.body.panel._cpu.chart
    assert chart is not None
    qtbot.waitUntil(lambda: chart.latest() is not None)
    container = serving_one(bench)
    bench.engine.stop_container(container.id)
    bench.read_library()
    qtbot.waitUntil(lambda: "modeldesk-stats" not in streaming())
    assert chart.latest() is None
    page.hide()
    qtbot.waitUntil(lambda: not streaming())


def test_a_single_container_that_stopped_is_not_said_to_have_started(
    qtbot: QtBot, bench: Bench, page: ReleasesPage
) -> None:
    image = bench.add_version("v1.0.0")
    container = bench.engine.create_container(ContainerSpec(image))
    bench.engine.start_container(container)
    bench.read_library()
    assert page.heading.line.text().startswith("started ")
    bench.engine.stop_container(container)
    bench.read_library()
    assert page.heading.line.text().startswith("made ")
    qtbot.waitUntil(lambda: not streaming())


def test_the_registry_of_ones_own_is_not_among_what_runs(bench: Bench, page: ReleasesPage) -> None:
    image = bench.add_version("v1.0.0")
    spec = ContainerSpec(image, labels={OWN_REGISTRY_LABEL: "ann"})
    bench.engine.start_container(bench.engine.create_container(spec))
    bench.read_library()
    assert page._empty.isVisibleTo(page)


def test_without_a_browser_the_address_can_be_copied(
    qtbot: QtBot, bench: Bench, page: ReleasesPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda _url: False)
    bench.deploy("shop", bench.add_version("v1.0.0"))
    qtbot.waitUntil(page.heading.buttons[Act.OPEN].isVisible)
    page.heading.buttons[Act.OPEN].click()
    (said,) = bench.heard.sayings
    assert said.text == "No browser opens http://127.0.0.1:5000 on this desktop."
    assert said.on_action is not None
    said.on_action()
    assert QGuiApplication.clipboard().text() == "http://127.0.0.1:5000"


def states(page: ReleasesPage) -> list[str]:
    return [chip.text for chip in page.heading.chips.specs()]


def test_a_new_container_is_not_said_to_be_gone_before_the_library_knows_it(
    qtbot: QtBot, bench: Bench, page: ReleasesPage
) -> None:
    image = bench.add_version("v1.0.0")
    seen: list[str] = []
    bench.store.changed.connect(lambda _: seen.extend(states(page)))
    before = bench.context.hub.snapshot
    bench.deploy("shop", image)
    bench.context.hub.publish_snapshot(before)
    qtbot.waitUntil(lambda: bool(seen))
    assert seen[:2] == ["v1.0.0", "healthy"]
    bench.read_library()
    # It was just asked and well; its own check comes round later.
    assert states(page) == ["v1.0.0", "healthy"]


def test_while_a_release_is_under_way_no_other_is_offered(
    qtbot: QtBot, bench: Bench, page: ReleasesPage
) -> None:
    slow = Behaviour(health=(Health.STARTING,))
    two_versions(qtbot, bench, slow)
    forget_kept(bench)
    question(page).accept_button.click()
    # What can be done about it is to call it off, and only that.
    back = page.heading.back_button
    qtbot.waitUntil(lambda: back.text() == "Cancel, stay on v1.4.0")
    assert not page.body.history.table.offered
    assert not any(can(page, act) for act in (Act.DEPLOY, Act.CANARY, Act.START))
    (task,) = (one for one in bench.tasks.active if one.shown)
    (current,) = (c for c in bench.engine.list_containers() if c.id == serving(bench))
    bench.engine.remove_container(current.id)
    bench.read_library()
    assert "container gone" not in states(page)
    task.cancel()
    qtbot.waitUntil(lambda: back.text() == "Roll back to v1.3.1")
    qtbot.waitUntil(lambda: page.body.history.table.offered)


def test_two_presses_of_start_start_it_once(qtbot: QtBot, bench: Bench, page: ReleasesPage) -> None:
    bench.deploy("shop", bench.add_version("v1.3.1"))
    bench.service.stop(bench.engine, bench.key("shop"), Job())
    bench.read_library()
    qtbot.waitUntil(lambda: can(page, Act.START))
    releases = len(bench.service.history(bench.key("shop")))
    start = page.heading.buttons[Act.START]
    QTest.mouseClick(start, Qt.MouseButton.LeftButton)
    QTest.mouseClick(start, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: can(page, Act.STOP) and not bench.tasks.active)
    assert len(bench.service.history(bench.key("shop"))) == releases + 1


def serving(bench: Bench) -> ContainerId | None:
    return bench.deployment("shop").container


def serving_one(bench: Bench) -> ContainerSummary:
    """The container of the version that serves."""
    return next(c for c in bench.engine.list_containers() if c.id == serving(bench))


def forget_kept(bench: Bench) -> None:
    """The containers of earlier versions are gone: the way back makes one anew."""
    for kept in bench.deployment("shop").kept:
        bench.engine.stop_container(kept.version.container)
        bench.engine.remove_container(kept.version.container)


def test_a_link_to_a_model_shows_what_runs_of_it(
    qtbot: QtBot, bench: Bench, page: ReleasesPage
) -> None:
    marked: list[ModelName | None] = []
    page._mark = marked.append
    bench.deploy("shop", bench.add_version("v1.0.0"))
    bench.deploy("till", bench.add_version("v2.0.0", "ocr"), 5001)
    qtbot.waitUntil(lambda: page.heading.title.text() == "recommendation · production")
    page.activate(ReleasesLink(model=ModelName("ocr")))
    assert page.heading.title.text() == "ocr · production"
    assert marked[-1] == "ocr"
    page.activate(ReleasesLink(model=ModelName("unknown")))
    assert page.heading.title.text() == "ocr · production"
    page.hide()
    assert marked[-1:] == [None]
    qtbot.waitUntil(lambda: not streaming())


def test_a_container_that_is_gone_is_said_and_can_be_started_again(
    qtbot: QtBot, bench: Bench, page: ReleasesPage
) -> None:
    bench.deploy("shop", bench.add_version("v1.0.0"))
    qtbot.waitUntil(lambda: page.heading.title.text() == "recommendation · production")
    assert can(page, Act.STOP)
    container = serving_one(bench)
    bench.engine.remove_container(container.id)
    bench.read_library()
    assert [chip.text for chip in page.heading.chips.specs()] == ["v1.0.0", "container gone"]
    assert not page.heading.buttons[Act.OPEN].isVisible()
    page.heading.buttons[Act.START].click()
    qtbot.waitUntil(lambda: bool(bench.heard.texts))
    assert bench.heard.texts[0].startswith("shop runs v1.0.0")


def test_a_container_that_died_keeps_its_last_lines(
    qtbot: QtBot, bench: Bench, page: ReleasesPage
) -> None:
    words = Behaviour(health=(Health.HEALTHY,), prints=(LogLine("last words"),))
    bench.deploy("shop", bench.add_version("v1.0.0", behaviour=words))
    qtbot.waitUntil(lambda: "last words" in page.body.panel.log.text())
    container = serving_one(bench)
    bench.engine.end_container(container.id, 1)
    bench.read_library()
    assert page.heading.chips.specs()[1].text == "stopped"
    qtbot.waitUntil(lambda: "last words" in page.body.panel.log.text())


def test_a_rollback_that_was_cancelled_is_in_the_history_at_once(
    qtbot: QtBot, bench: Bench, page: ReleasesPage
) -> None:
    two_versions(qtbot, bench, Behaviour(health=(Health.STARTING,)))
    forget_kept(bench)
    before = bench.engine.calls["create_container"]
    question(page).accept_button.click()
    qtbot.waitUntil(lambda: bench.engine.calls["create_container"] > before)
    (task,) = [one for one in bench.tasks.active if one.shown]
    task.cancel()
    qtbot.waitUntil(lambda: _newest(bench).state is ReleaseState.RESTORED)
    assert _newest(bench).kind is ReleaseKind.ROLLBACK


def test_a_release_that_left_nothing_running_is_in_the_history_at_once(
    qtbot: QtBot, bench: Bench, page: ReleasesPage
) -> None:
    two_versions(qtbot, bench, Behaviour(exit_code=1))
    forget_kept(bench)
    serving = bench.deployment("shop").container
    assert serving is not None
    bench.engine.stop_container(serving)
    question(page).accept_button.click()
    qtbot.waitUntil(lambda: _newest(bench).state is ReleaseState.FAILED)
    assert [one.tone for one in bench.heard.sayings] == [Tone.BAD]


def _newest(bench: Bench) -> Release:
    """What the page's store knows of the last release, without asking again."""
    return bench.store.facts.histories[SHOP][0]


def lab() -> FakeEngine:
    return FakeEngine(replace(INFO, address="tcp://lab:2375"), own_id="LAB")


def test_deployments_of_other_engines_are_counted_in_one_line(
    qtbot: QtBot, bench: Bench, page: ReleasesPage
) -> None:
    bench.deploy("shop", bench.add_version("v1.0.0"))
    qtbot.waitUntil(lambda: page.heading.title.text() == "recommendation · production")
    assert not page.elsewhere.isVisible()
    local = bench.engine
    bench.use_engine(lab())
    qtbot.waitUntil(page.elsewhere.isVisible)
    assert page.elsewhere.text() == (f"1 deployment lives on another engine ({INFO.address}).")
    assert page._empty.isVisible()
    bench.deploy("shop", bench.add_version("v2.0.0"))
    qtbot.waitUntil(lambda: page.heading.chips.specs()[0].text == "v2.0.0")
    bench.use_engine(local)
    qtbot.waitUntil(lambda: page.heading.chips.specs()[0].text == "v1.0.0")
    assert page.elsewhere.text() == "1 deployment lives on another engine (tcp://lab:2375)."


def test_what_was_asked_on_one_engine_is_not_done_on_another(
    qtbot: QtBot, bench: Bench, page: ReleasesPage
) -> None:
    two_versions(qtbot, bench)
    dialog = question(page)
    before = bench.deployment("shop")
    bench.use_engine(lab())
    bench.deploy("shop", bench.add_version("v1.4.0"))
    there = bench.deployment("shop")
    dialog.accept_button.click()
    qtbot.waitUntil(lambda: bool(bench.heard.texts))
    assert (
        f"“shop” does not live on this engine but on another one ({INFO.address})."
        in (bench.heard.texts[0])
    )
    assert bench.records.deployments() == (there, before)


def test_on_another_machine_its_address_is_shown_or_why_there_is_none(
    qtbot: QtBot, bench: Bench, page: ReleasesPage
) -> None:
    bench.use_engine(lab())
    bench.deploy("shop", bench.add_version("v1.0.0"))
    qtbot.waitUntil(lambda: "published on lab for that machine alone" in page.heading.line.text())
    assert not page.heading.buttons[Act.OPEN].isVisible()
    bench.deploy("shop", bench.add_version("v1.1.0"), address="0.0.0.0")
    qtbot.waitUntil(page.heading.buttons[Act.OPEN].isVisible)
    assert page.heading.line.text().startswith("shop · http://lab:5000 ·")
