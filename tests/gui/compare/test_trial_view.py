"""What a person does to measure two recipes, and what comes of it."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from modeldesk.core.build.model import StepState
from modeldesk.core.errors import BuildFailed
from modeldesk.core.recipes.choice import Stages
from modeldesk.ui.compare.room import CompareRoom
from modeldesk.ui.compare.subject import IMAGES, RECIPES
from modeldesk.ui.compare.trial_store import TrialState
from modeldesk.ui.compare.trial_view import TrialView
from modeldesk.ui.links import BuildLink, CompareLink, TrialLink
from modeldesk.ui.theme.theme import Theme
from tests.fakes.engine_build import BuildScript
from tests.gui.compare.bench import Bench
from tests.gui.compare.trial_bench import TrialBench, realistic


@pytest.fixture
def trials(qtbot: QtBot, theme: Theme, tmp_path: Path) -> Iterator[TrialBench]:
    made = TrialBench(theme, tmp_path)
    made.view.resize(1108, 846)
    made.view.show()
    yield made
    made.close()


@pytest.fixture
def view(trials: TrialBench) -> TrialView:
    return trials.view


def ready(qtbot: QtBot, trials: TrialBench) -> None:
    qtbot.waitUntil(lambda: trials.state is TrialState.READY, timeout=20_000)


def shown(qtbot: QtBot, trials: TrialBench) -> None:
    """A trial from the records is in view."""
    trials.keep(realistic())
    trials.view.store.show("c0ffee")
    ready(qtbot, trials)


def test_a_folder_is_measured_and_shown(qtbot: QtBot, trials: TrialBench, view: TrialView) -> None:
    assert not view.measure.isEnabled()
    view.activate(TrialLink(trials.model_folder()))
    view.form.runs.setValue(2)
    view.measure.click()
    assert trials.state is TrialState.RUNNING
    ready(qtbot, trials)
    trial = view.store.trial
    assert trial is not None
    assert len(trial.right.starts) == 2
    assert {step.state for step in view.store.steps.values()} == {StepState.DONE}
    assert view.result.facts.lines.rowCount() > 8
    assert sum(1 for _ in view.result.starts.dots()) == 4
    assert "smaller" in view.result.words.text()
    assert "not measured here" in view.result.published.text()
    assert view.use.isVisible()
    assert not view.measure.isVisible()


def test_it_is_a_task_that_leads_back_here(trials: TrialBench, view: TrialView) -> None:
    trials.core.contents.gate.clear()
    view.activate(TrialLink(trials.model_folder()))
    view.measure.click()
    task = view.store.task
    assert task is not None
    assert task.shown
    assert task.link == TrialLink()
    view.activate(TrialLink(trials.home / "another"))
    assert view.store.task is task
    assert view.form.folder.text().endswith("recommendation")


def test_cancel_ends_it_and_says_so(qtbot: QtBot, trials: TrialBench, view: TrialView) -> None:
    trials.core.contents.gate.clear()
    view.activate(TrialLink(trials.model_folder()))
    view.measure.click()
    qtbot.waitUntil(lambda: "contents" in view.store.steps, timeout=20_000)
    view.running.cancel.click()
    qtbot.waitUntil(lambda: trials.state is TrialState.CHOOSING, timeout=20_000)
    assert view.store.cancelled
    assert view.banner.isVisible()
    assert view.measure.isEnabled()
    assert trials.core.engine.list_containers() == ()


def test_a_failure_is_said_and_the_form_is_as_it_was(
    qtbot: QtBot, trials: TrialBench, view: TrialView
) -> None:
    trials.core.engine.build_script = BuildScript(fail_at_line=7)
    view.activate(TrialLink(trials.model_folder()))
    view.measure.click()
    qtbot.waitUntil(lambda: isinstance(view.store.failure, BuildFailed), timeout=20_000)
    assert view.banner.isVisible()
    assert view.form.folder.text().endswith("recommendation")
    view.another.click()


def test_without_an_engine_that_is_said(trials: TrialBench, view: TrialView) -> None:
    trials.online = False
    view.activate(TrialLink(trials.model_folder()))
    view.measure.click()
    assert view.store.failure is not None
    assert view.banner.isVisible()


def test_a_request_that_is_none_stops_before_the_engine(
    trials: TrialBench, view: TrialView
) -> None:
    view.activate(TrialLink(trials.model_folder()))
    view.form.sample.setText(str(trials.home / "none.json"))
    view.measure.click()
    assert trials.state is TrialState.CHOOSING
    path = trials.home / "mine.json"
    path.write_text("[1]")
    view.form.sample.setText(str(path))
    request = view.form.request()
    assert request is not None
    assert request.sample is not None
    assert request.sample.body == b"[1]"


def test_use_goes_to_the_build_page_with_that_choice(
    qtbot: QtBot, trials: TrialBench, view: TrialView
) -> None:
    shown(qtbot, trials)
    view.use.click()
    folder = Path("/home/mira/models/recommendation")
    assert trials.heard.links == [BuildLink(folder=folder, stages=Stages.MULTI)]


def test_an_earlier_one_is_opened_from_the_list(
    qtbot: QtBot, trials: TrialBench, view: TrialView
) -> None:
    trials.keep(realistic())
    trials.keep(replace(realistic("churn"), id="other"))
    view.shown()
    qtbot.waitUntil(lambda: len(view.recent.trials()) == 2)
    view.recent.chosen.emit("other")
    ready(qtbot, trials)
    assert view.store.trial is not None
    assert view.store.trial.model == "churn"
    view.another.click()
    assert trials.state is TrialState.CHOOSING


def test_predictions_are_drawn_on_request_and_only_where_there_are_some(
    qtbot: QtBot, trials: TrialBench, view: TrialView
) -> None:
    shown(qtbot, trials)
    view.result.until.choose("predicted")
    view.result.until.chosen.emit("predicted")
    trial = realistic()
    drawn = sorted(row.values[number] for row, number, _ in view.result.starts.dots())
    every = (*trial.left.starts, *trial.right.starts)
    assert drawn == sorted(start.predicted for start in every if start.predicted)
    without = tuple(replace(start, predicted=None) for start in trial.left.starts)
    trials.keep(replace(trial, id="none", left=replace(trial.left, starts=without)))
    view.store.show("none")
    qtbot.waitUntil(lambda: view.store.trial is not None and view.store.trial.id == "none")
    assert view.result.until.current == "healthy"


def test_the_chart_tells_its_points_and_saves_them(
    qtbot: QtBot, trials: TrialBench, view: TrialView
) -> None:
    shown(qtbot, trials)
    chart = view.result.starts
    assert "median 3.10 s of 7" in chart.accessibleName()
    menu = chart.picture_menu()
    path = trials.home / "starts.csv"
    menu.write(path, chart._save_csv)
    assert len(path.read_text("utf-8-sig").splitlines()) == 1 + 14
    assert "Saved" in trials.heard.texts[-1]
    menu.deleteLater()


def test_the_report_is_written(qtbot: QtBot, trials: TrialBench, view: TrialView) -> None:
    shown(qtbot, trials)
    path = trials.home / "report.json"
    view.export_to(path)
    qtbot.waitUntil(lambda: bool(trials.heard.texts))
    assert json.loads(path.read_text())["model"] == "recommendation"


def test_the_choice_beside_the_title_and_links_lead_to_either_view(
    qtbot: QtBot, bench: Bench, trials: TrialBench
) -> None:
    room = CompareRoom(bench.page, trials.view)
    qtbot.addWidget(room)
    room.resize(1100, 800)
    room.show()
    bench.page.subject.choose(RECIPES)
    bench.page.subject.chosen.emit(RECIPES)
    assert trials.view.isVisible()
    assert bench.page.subject.current == IMAGES
    room.activate(CompareLink())
    assert bench.page.isVisible()
    room.activate(TrialLink())
    assert trials.view.isVisible()
    room.shown()
    bench.page.setParent(None)
    trials.view.setParent(None)
