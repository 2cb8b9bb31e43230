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
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from modeldesk.core.containers.model import ContainerSpec, Health, LogLine
from modeldesk.core.ids import ContainerId, DeploymentName, ModelName
from modeldesk.core.jobs import Job
from modeldesk.core.releases.model import Release, ReleaseKind, ReleaseState
from modeldesk.ui.links import LibraryLink, ReleasesLink
from modeldesk.ui.presentation import short_digest
from modeldesk.ui.releases.entries import deployment_key
from modeldesk.ui.releases.page import ReleasesPage
from modeldesk.ui.tasks.handle import TaskHandle, TaskState
from modeldesk.ui.tasks.runner import TaskRunner
from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.theme.tokens import Tone
from modeldesk.ui.widgets.chip import Chip
from modeldesk.ui.widgets.confirm import ConfirmDialog
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
    qtbot.waitUntil(lambda: bench.page.rollback_button.text() == "Roll back to v1.3.1")


def question(page: ReleasesPage) -> ConfirmDialog:
    page.rollback_button.click()
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
    qtbot.waitUntil(lambda: page.title.text() == "recommendation · shop")
    assert not page.table.isVisible()
    assert page.rollback_button.isVisible()
    assert not page.rollback_button.isEnabled()
    assert "No version ran before" in page.rollback_button.toolTip()
    bench.deploy("till", bench.add_version("v2.0.0", "tills"), 5001)
    qtbot.waitUntil(page.table.isVisible)


def test_history_shows_the_digest_at_every_width_and_the_reason_beside(
    qtbot: QtBot, bench: Bench, page: ReleasesPage
) -> None:
    two_versions(qtbot, bench)
    digests = {short_digest(release.target.digest) for release in page._store.facts.histories[SHOP]}

    def shown() -> set[str]:
        return {label.text() for label in page.history.findChildren(QLabel) if label.isVisible()}

    assert digests <= shown()
    page.history.setFixedWidth(400)
    qtbot.waitUntil(lambda: page.history.width() == 400)
    assert digests <= shown()


def test_a_narrow_page_cuts_neither_chips_nor_buttons(
    qtbot: QtBot, bench: Bench, page: ReleasesPage
) -> None:
    page.resize(692, 670)
    two_versions(qtbot, bench)
    chips = page.chips.findChildren(Chip)
    qtbot.waitUntil(lambda: all(chip.width() >= chip.sizeHint().width() for chip in chips))
    qtbot.waitUntil(lambda: page.title.shown_text() == "recommendation · shop")
    (button,) = page.history.buttons.values()
    edge = button.mapTo(page.history, button.rect().topRight()).x()
    assert button.width() >= button.sizeHint().width()
    assert edge < page.history.width()


def test_a_rollback_asks_with_both_digests_and_cancel_as_default(
    qtbot: QtBot, bench: Bench, page: ReleasesPage
) -> None:
    two_versions(qtbot, bench)
    now = bench.deployment("shop").current
    back = bench.service.earlier_versions(bench.deployment("shop"))[0]
    assert now is not None
    dialog = question(page)
    shown = " ".join(label.accessibleName() for label in dialog.findChildren(type(page.line)))
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
    qtbot.waitUntil(lambda: not page.rollback_button.isEnabled())
    left = bench.service.history(bench.key("shop"))[0].previous
    assert left is not None
    qtbot.waitUntil(lambda: left.image in page.history.buttons)


def test_a_target_that_fails_leaves_what_ran_and_says_so(
    qtbot: QtBot, bench: Bench, page: ReleasesPage
) -> None:
    two_versions(qtbot, bench, Behaviour(health=(Health.STARTING,), exit_code=1))
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
    (button,) = page.history.buttons.values()
    button.click()
    (dialog,) = page.findChildren(ConfirmDialog)
    assert dialog.accept_button.text() == "Roll back to v1.3.1"
    dialog.reject()


def test_the_selection_survives_updates(qtbot: QtBot, bench: Bench, page: ReleasesPage) -> None:
    two_versions(qtbot, bench)
    bench.deploy("till", bench.add_version("v2.0.0", "tills"), 5001)
    page.activate(ReleasesLink(DeploymentName("till")))
    qtbot.waitUntil(lambda: page.title.text() == "tills · till")
    bench.deploy("another", bench.add_version("v1.0.0", "first"), 5002)
    qtbot.waitUntil(lambda: len(page._model.rows()) == 3)
    assert page.title.text() == "tills · till"
    assert page.table.current_key() == deployment_key("till")


def test_streams_stop_while_the_page_is_hidden(
    qtbot: QtBot, bench: Bench, page: ReleasesPage
) -> None:
    bench.deploy("shop", bench.add_version("v1.0.0"))
    qtbot.waitUntil(lambda: "line 1" in page.panel.log.text())
    page.hide()
    qtbot.waitUntil(lambda: not page.panel.following)
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
    qtbot.waitUntil(lambda: page.panel._cpu.chart is not None, timeout=10_000)
    chart = page.panel._cpu.chart
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
    qtbot.waitUntil(lambda: page.panel._cpu.chart is not None, timeout=10_000)
    chart = page.panel._cpu.chart
    assert chart is not None
    qtbot.waitUntil(lambda: chart.latest() is not None)
    (container,) = bench.engine.list_containers()
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
    assert page.line.text().startswith("started ")
    bench.engine.stop_container(container)
    bench.read_library()
    assert page.line.text().startswith("made ")
    qtbot.waitUntil(lambda: not streaming())


def test_without_a_browser_the_address_can_be_copied(
    qtbot: QtBot, bench: Bench, page: ReleasesPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda _url: False)
    bench.deploy("shop", bench.add_version("v1.0.0"))
    qtbot.waitUntil(page.open_button.isVisible)
    page.open_button.click()
    (said,) = bench.heard.sayings
    assert said.text == "No browser opens http://127.0.0.1:5000 on this desktop."
    assert said.on_action is not None
    said.on_action()
    assert QGuiApplication.clipboard().text() == "http://127.0.0.1:5000"


def states(page: ReleasesPage) -> list[str]:
    return [chip.text for chip in page.chips.specs()]


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
    question(page).accept_button.click()
    qtbot.waitUntil(lambda: not page.rollback_button.isEnabled())
    assert not any(button.isEnabled() for button in page.history.buttons.values())
    (task,) = (one for one in bench.tasks.active if one.shown)
    (current,) = (c for c in bench.engine.list_containers() if c.id == serving(bench))
    bench.engine.remove_container(current.id)
    bench.read_library()
    assert "container gone" not in states(page)
    task.cancel()
    qtbot.waitUntil(page.rollback_button.isEnabled)
    assert all(button.isEnabled() for button in page.history.buttons.values())


def test_two_presses_of_start_start_it_once(qtbot: QtBot, bench: Bench, page: ReleasesPage) -> None:
    bench.deploy("shop", bench.add_version("v1.3.1"))
    bench.service.stop(bench.engine, bench.key("shop"), Job())
    bench.read_library()
    qtbot.waitUntil(lambda: page.stop_button.text() == "Start" and page.stop_button.isEnabled())
    before = bench.engine.calls["create_container"]
    QTest.mouseClick(page.stop_button, Qt.MouseButton.LeftButton)
    QTest.mouseClick(page.stop_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.stop_button.text() == "Stop" and not bench.tasks.active)
    assert bench.engine.calls["create_container"] == before + 1
    assert len(bench.service.history(bench.key("shop"))) == 2


def serving(bench: Bench) -> ContainerId | None:
    return bench.deployment("shop").container


def test_a_link_to_a_model_shows_what_runs_of_it(
    qtbot: QtBot, bench: Bench, page: ReleasesPage
) -> None:
    marked: list[ModelName | None] = []
    page._mark = marked.append
    bench.deploy("shop", bench.add_version("v1.0.0"))
    bench.deploy("till", bench.add_version("v2.0.0", "ocr"), 5001)
    qtbot.waitUntil(lambda: page.title.text() == "recommendation · shop")
    page.activate(ReleasesLink(model=ModelName("ocr")))
    assert page.title.text() == "ocr · till"
    assert marked[-1] == "ocr"
    page.activate(ReleasesLink(model=ModelName("unknown")))
    assert page.title.text() == "ocr · till"
    page.hide()
    assert marked[-1:] == [None]
    qtbot.waitUntil(lambda: not streaming())


def test_a_container_that_is_gone_is_said_and_can_be_started_again(
    qtbot: QtBot, bench: Bench, page: ReleasesPage
) -> None:
    bench.deploy("shop", bench.add_version("v1.0.0"))
    qtbot.waitUntil(lambda: page.title.text() == "recommendation · shop")
    assert page.stop_button.text() == "Stop"
    (container,) = bench.engine.list_containers()
    bench.engine.remove_container(container.id)
    bench.read_library()
    assert [chip.text for chip in page.chips.specs()] == ["v1.0.0", "container gone"]
    assert not page.open_button.isVisible()
    page.stop_button.click()
    qtbot.waitUntil(lambda: bool(bench.heard.texts))
    assert bench.heard.texts[0].startswith("shop runs v1.0.0")


def test_a_container_that_died_keeps_its_last_lines(
    qtbot: QtBot, bench: Bench, page: ReleasesPage
) -> None:
    words = Behaviour(health=(Health.HEALTHY,), prints=(LogLine("last words"),))
    bench.deploy("shop", bench.add_version("v1.0.0", behaviour=words))
    qtbot.waitUntil(lambda: "last words" in page.panel.log.text())
    (container,) = bench.engine.list_containers()
    bench.engine.end_container(container.id, 1)
    bench.read_library()
    assert page.chips.specs()[1].text == "stopped"
    qtbot.waitUntil(lambda: "last words" in page.panel.log.text())


def test_a_rollback_that_was_cancelled_is_in_the_history_at_once(
    qtbot: QtBot, bench: Bench, page: ReleasesPage
) -> None:
    two_versions(qtbot, bench, Behaviour(health=(Health.STARTING,)))
    question(page).accept_button.click()
    qtbot.waitUntil(lambda: len(bench.engine.list_containers()) == 2)
    (task,) = [one for one in bench.tasks.active if one.shown]
    task.cancel()
    qtbot.waitUntil(lambda: _newest(bench).state is ReleaseState.RESTORED)
    assert _newest(bench).kind is ReleaseKind.ROLLBACK


def test_a_release_that_left_nothing_running_is_in_the_history_at_once(
    qtbot: QtBot, bench: Bench, page: ReleasesPage
) -> None:
    two_versions(qtbot, bench, Behaviour(exit_code=1))
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
    qtbot.waitUntil(lambda: page.title.text() == "recommendation · shop")
    assert not page.elsewhere.isVisible()
    local = bench.engine
    bench.use_engine(lab())
    qtbot.waitUntil(page.elsewhere.isVisible)
    assert page.elsewhere.text() == (f"1 deployment lives on another engine ({INFO.address}).")
    assert page._empty.isVisible()
    bench.deploy("shop", bench.add_version("v2.0.0"))
    qtbot.waitUntil(lambda: page.chips.specs()[0].text == "v2.0.0")
    bench.use_engine(local)
    qtbot.waitUntil(lambda: page.chips.specs()[0].text == "v1.0.0")
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
    qtbot.waitUntil(lambda: "published on lab for that machine alone" in page.line.text())
    assert not page.open_button.isVisible()
    bench.deploy("shop", bench.add_version("v1.1.0"), address="0.0.0.0")
    qtbot.waitUntil(page.open_button.isVisible)
    assert page.line.text().startswith("http://lab:5000 ·")
