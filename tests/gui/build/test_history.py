"""Every build on record: found, seen as a trend, opened, compared, repeated."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from modeldesk.core.build.model import (
    Asked,
    BuildRecord,
    BuildState,
    BuildStep,
    CacheUse,
    StepState,
)
from modeldesk.core.build.secret import SecretKind, SecretSource
from modeldesk.core.ids import BuildId, ModelName
from modeldesk.core.references import Reference
from modeldesk.ui.build.history import HistoryView
from modeldesk.ui.build.history_words import (
    cache_text,
    duration_points,
    duration_spec,
    matching,
    saved_time,
    size_points,
)
from modeldesk.ui.build.views import Showing
from modeldesk.ui.links import BuildLink
from tests.gui.build.bench import Bench

NOW = datetime(2026, 4, 5, 12, tzinfo=UTC)
DOCKERFILE = "FROM python:3.11-slim\nARG INDEX\nARG HUB_TOKEN\nCOPY serve.py /app/\n"


def record(number: int, model: str = "churn", folder: str = "/models/churn") -> BuildRecord:
    return BuildRecord(
        id=BuildId(f"build-{number}"),
        model=ModelName(model),
        folder=folder,
        references=(Reference("docker.io", model, f"v1.{number}.0"),),
        started=NOW - timedelta(hours=number),
        state=BuildState.SUCCEEDED,
        seconds=10.0 + number,
        steps=(
            BuildStep("1", "[1/2] FROM python:3.11-slim", StepState.DONE, cached=True),
            BuildStep("2", "[2/2] COPY serve.py /app/", StepState.DONE, seconds=float(number)),
        ),
        log="a line",
        asked=Asked(dockerfile=DOCKERFILE, build_args={"INDEX": f"https://lan/{number}"}),
        image_bytes=900_000_000 + number,
        cache=CacheUse(1, 2, 60.0),
    )


def choose(view: HistoryView, *keys: str) -> None:
    view.table.clearSelection()
    rows = QItemSelectionModel.SelectionFlag.Rows
    for key in keys:
        view.table.selectionModel().select(
            view.table.model().index([one.id for one in view.shown()].index(BuildId(key)), 0),
            QItemSelectionModel.SelectionFlag.Select | rows,
        )


@pytest.fixture
def view(qtbot: QtBot, bench: Bench) -> HistoryView:
    for one in (
        record(1),
        record(2),
        record(3, "fraud"),
        replace(record(4), state=BuildState.FAILED, image_bytes=None),
    ):
        bench.records.add_build(one)
    bench.page.shown()
    qtbot.waitUntil(bench.page.start.recent.isVisible)
    bench.page.start.recent.all.click()
    view = bench.page.views.history
    qtbot.waitUntil(lambda: len(view.shown()) == 4)
    return view


def test_all_builds_are_listed_and_filtered(view: HistoryView) -> None:
    assert [one.id for one in view.shown()] == ["build-1", "build-2", "build-3", "build-4"]
    assert view.number.text() == "4 builds"
    view.models.setCurrentIndex(view.models.findData("churn"))
    assert len(view.shown()) == 3
    view.states.setCurrentIndex(view.states.findData("failed"))
    assert [one.id for one in view.shown()] == ["build-4"]
    view.search.setText("v1.1")
    assert view.shown() == ()
    assert not view.nothing.isHidden()
    view.states.setCurrentIndex(0)
    assert [one.id for one in view.shown()] == ["build-1"]


def test_the_trend_is_that_of_one_model(view: HistoryView) -> None:
    assert [one.label for one, _ in view.durations.bars()] == ["v1.4.0", "v1.2.0", "v1.1.0"]
    assert [one.whole for one, _ in view.durations.bars()] == [False, True, True]
    assert [one.value for one, _ in view.sizes.bars()] == [900_000_002, 900_000_001]
    choose(view, "build-3")
    assert [one.label for one, _ in view.durations.bars()] == ["v1.3.0"]


def test_a_click_on_a_bar_goes_to_its_build(view: HistoryView) -> None:
    place = view.durations.bars()[1][1].center().toPoint()
    QTest.mouseClick(view.durations, Qt.MouseButton.LeftButton, pos=place)
    assert view.table.selected_keys() == ["build-2"]


def test_one_is_opened_and_leads_back(qtbot: QtBot, bench: Bench, view: HistoryView) -> None:
    choose(view, "build-2")
    view.table.setCurrentIndex(view.table.model().index(1, 0))
    view.open.click()
    qtbot.waitUntil(lambda: bench.page.showing is Showing.RECORD)
    assert bench.page.view.dockerfile.text() == DOCKERFILE
    bench.page.heading.back.click()
    assert view.isVisible()
    view.back.click()
    assert bench.page.start.isVisible()


def test_two_are_compared_the_earlier_one_first(
    qtbot: QtBot, bench: Bench, view: HistoryView
) -> None:
    choose(view, "build-1")
    assert not view.compare.isEnabled()
    choose(view, "build-1", "build-2")
    assert view.compare.isEnabled()
    assert not view.open.isEnabled()
    view.compare.click()
    qtbot.waitUntil(lambda: bench.page.showing is Showing.COMPARISON)
    shown = bench.page.views.comparing
    assert shown.left.title.text() == "churn v1.2.0"
    assert "saved 1 min 0 s" in shown.right.line.text()
    assert shown.steps.model().rowCount() == 2
    assert [one.what for one in shown.differences.rows()] == ["Argument INDEX"]
    assert shown.same.isHidden()
    bench.page.heading.back.click()
    assert bench.page.showing is Showing.HISTORY


def test_one_is_repeated_with_its_choices(qtbot: QtBot, bench: Bench) -> None:
    folder = bench.folder(dockerfile=DOCKERFILE)
    asked = Asked(
        dockerfile="FROM python:3.11-slim\nARG INDEX\nRUN make\n",
        given_dockerfile=True,
        build_args={"INDEX": "https://lan", "HUB_TOKEN": "••••••"},
        secrets={"hub": SecretSource(SecretKind.ENVIRONMENT, "HUB")},
        no_cache=True,
    )
    bench.page.repeat(replace(record(1, "other", str(folder)), asked=asked))
    qtbot.waitUntil(lambda: bench.page.showing is Showing.PLAN)
    form = bench.page.form
    assert form.model.text() == "other"
    assert form.no_cache.isChecked()
    assert form.given.build_args == {"INDEX": "https://lan"}
    assert form.given.secrets[-1].source == SecretSource(SecretKind.ENVIRONMENT, "HUB")
    assert bench.page.recipe.edited_text == asked.dockerfile


def test_a_dockerfile_with_something_hidden_is_not_built_again(qtbot: QtBot, bench: Bench) -> None:
    folder = bench.folder(dockerfile=DOCKERFILE)
    asked = Asked(dockerfile="FROM x\nENV TOKEN=••••••\n", given_dockerfile=True)
    bench.page.repeat(replace(record(1, "other", str(folder)), asked=asked))
    qtbot.waitUntil(lambda: bench.page.showing is Showing.PLAN)
    assert bench.page.recipe.edited_text is None
    assert "was not kept" in bench.heard.texts[-1]


def test_a_link_leads_to_the_builds_of_a_model(qtbot: QtBot, bench: Bench) -> None:
    for one in (record(1), record(2, "fraud")):
        bench.records.add_build(one)
    bench.page.activate(BuildLink(model=ModelName("fraud"), history=True))
    view = bench.page.views.history
    qtbot.waitUntil(lambda: [one.id for one in view.shown()] == ["build-2"])
    # What comes later leaves the choice alone.
    bench.records.add_build(record(0, "fraud"))
    bench.page.past.refresh()
    qtbot.waitUntil(lambda: len(view.shown()) == 2)


def test_a_folder_that_went(bench: Bench) -> None:
    bench.page.repeat(record(1, folder="/no/such/folder"))
    assert "not there any more" in bench.heard.texts[-1]
    assert bench.page.showing is Showing.START


def test_a_year_of_builds(qtbot: QtBot, bench: Bench) -> None:
    view = bench.page.views.history
    many = [record(n, f"model-{n % 9}") for n in range(5000)]
    view.show_records(many)
    assert len(view.shown()) == 5000
    assert len(view.durations.bars()) == 60
    view.table.select_key("build-3000")
    view.search.setText("model-3 v1.3000")
    assert [one.id for one in view.shown()] == ["build-3000"]
    # What comes and goes between what stays takes no longer than another list.
    view.search.setText("model-3")
    view.search.clear()
    assert len(view.shown()) == 5000
    assert view.table.current_key() == "build-3000"
    view.show_records([record(5001), *many])
    assert view.shown()[0].id == "build-5001"
    assert view.table.current_key() == "build-3000"


def test_words() -> None:
    assert (cache_text(None), cache_text(CacheUse(0, 0)), cache_text(CacheUse(2, 3))) == (
        *("", ""),
        "2 of 3",
    )
    assert (saved_time(None), saved_time(CacheUse(1, 1, 0.4))) == ("", "")
    running = replace(record(1), state=BuildState.RUNNING)
    assert duration_points([running]) == []
    assert size_points([replace(record(1), image_bytes=None)]) == []
    assert matching([record(1)], "", None, "MODELS churn") == [record(1)]
    spec = duration_spec()
    assert [spec.say(mark) for mark in (0, 90, 120, 7200)] == ["0 s", "90 s", "2 min", "2 h"]
    assert [spec.base(top) for top in (90, 600, 90_000)] == [1, 60, 3600]
