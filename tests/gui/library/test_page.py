"""The page: what is chosen stays chosen, and one thing is chosen everywhere."""

from threading import Event

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from modeldesk.core.changes import Changes
from modeldesk.core.ids import ImageId, ModelName
from modeldesk.core.metadata.model import Section
from modeldesk.ui.inspector.metadata_dialog import MetadataDialog
from modeldesk.ui.links import BuildLink, CleanupLink, LibraryLink, ReleasesLink
from modeldesk.ui.tasks.lanes import Lane
from modeldesk.ui.widgets.chip import ChipSpec
from modeldesk.ui.widgets.empty_state import EmptyState
from tests.gui.library.bench import Bench
from tests.gui.library.sample_data import REGISTRY


def column_titles(bench: Bench) -> list[str]:
    model, table = bench.page.table.model(), bench.page.table
    return [
        model.headerData(n, Qt.Orientation.Horizontal)
        for n in range(model.columnCount())
        if not table.isColumnHidden(n)
    ]


def test_a_model_is_shown_with_its_channels_and_what_it_takes(
    bench: Bench, images: dict[str, ImageId]
) -> None:
    header = bench.page.header
    assert header.title.text() == "recommendation"
    assert [chip.text for chip in header.chips.specs()] == [
        "stable → v1.4.0",
        "candidate → v1.5.0-rc1",
    ]
    assert header.subline.text() == (
        "registry.lan:5000/team · 9 versions · 8.96 GB unique of 14.4 GB"
    )
    titles = ["Version", "Size", "Change", "accuracy", "Commit", "Created", "Where"]
    assert column_titles(bench) == titles


def test_marks_stand_beside_the_version(bench: Bench, images: dict[str, ImageId]) -> None:
    model = bench.page.table._versions
    row = model.index_of(str(images["v1.4.0"])).row()
    chips = model.cell(row, 0).chips
    assert [chip.text for chip in chips] == ["stable", ":5000"]
    assert isinstance(chips[1], ChipSpec)
    assert chips[1].dot


def test_a_row_chosen_by_hand_is_chosen_in_the_inspector_and_the_chart(
    qtbot: QtBot, bench: Bench, images: dict[str, ImageId]
) -> None:
    bench.preload.start()
    qtbot.waitUntil(lambda: bench.page.chart.chart is not None, timeout=20_000)
    bench.page.table.setFocus()
    QTest.keyClick(bench.page.table, Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: bench.page.inspector.name.text() == "v1.3.1")
    chart = bench.page.chart.chart
    assert chart is not None
    qtbot.waitUntil(lambda: chart.selected_key == images["v1.3.1"])
    chart.version_clicked.emit(str(images["v1.0.0"]))
    assert bench.page.table.current_key() == images["v1.0.0"]
    qtbot.waitUntil(lambda: bench.page.inspector.name.text() == "v1.0.0")


def test_selection_and_place_survive_an_update(
    qtbot: QtBot, bench: Bench, images: dict[str, ImageId]
) -> None:
    bench.window.resize(1380, 480)
    table = bench.page.table
    table.select_key(str(images["v1.1.0"]))
    bench.choice.choose_version(images["v1.1.0"])
    bar = table.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 0)
    bar.setValue(bar.maximum())
    before = table.row_rect(str(images["v1.1.0"])).top()
    new = bench.engine.add_image(
        f"{REGISTRY}/recommendation:v0.9.0", labels={"io.modeldesk.model.name": "recommendation"}
    )
    bench.hub.publish_changes(Changes(images=frozenset({new})))
    qtbot.waitUntil(lambda: table.model().rowCount() == 10, timeout=3000)
    assert table.selected_keys() == [images["v1.1.0"]]
    assert table.row_rect(str(images["v1.1.0"])).top() == before
    assert bench.page.inspector.name.text() == "v1.1.0"


def test_the_neighbour_takes_the_place_of_a_version_that_went(
    qtbot: QtBot, bench: Bench, images: dict[str, ImageId]
) -> None:
    bench.choice.choose_version(images["v1.3.0"])
    bench.engine.remove_image(f"{REGISTRY}/recommendation:v1.3.0")
    bench.hub.publish_changes(Changes(images=frozenset({images["v1.3.0"]})))
    qtbot.waitUntil(lambda: bench.page.table.model().rowCount() == 8, timeout=3000)
    assert bench.choice.version is not None
    assert bench.choice.version.name == "v1.2.1"
    assert bench.page.table.current_key() == images["v1.2.1"]
    assert bench.page.table.selected_keys() == [images["v1.2.1"]]


def test_a_link_waits_for_what_it_names(
    qtbot: QtBot, bench: Bench, images: dict[str, ImageId]
) -> None:
    new = bench.engine.add_image("fresh:v1.0.0")
    bench.page.activate(LibraryLink(ModelName("fresh"), new))
    assert bench.page.header.title.text() == "recommendation"
    bench.hub.publish_changes(Changes(images=frozenset({new})))
    qtbot.waitUntil(lambda: bench.page.header.title.text() == "fresh", timeout=3000)
    assert bench.page.inspector.name.text() == "v1.0.0"


def test_one_click_rolls_back_where_a_deployment_can(
    qtbot: QtBot, bench: Bench, images: dict[str, ImageId]
) -> None:
    button = bench.page.header.roll_back
    qtbot.waitUntil(button.isVisible)
    assert button.text() == "Roll back to v1.3.1"
    button.click()
    deployment, target = bench.went_back[0]
    assert (deployment.name, target.image) == ("shop", images["v1.3.1"])
    bench.choice.follow_link(LibraryLink(ModelName("churn")))
    assert not button.isVisible()


def test_a_new_version_is_built_of_the_chosen_model(
    bench: Bench, images: dict[str, ImageId]
) -> None:
    bench.page.header.build.click()
    assert bench.heard.links == [BuildLink(model=ModelName("recommendation"))]


def test_a_way_back_waits_while_a_release_is_under_way(
    qtbot: QtBot, bench: Bench, images: dict[str, ImageId]
) -> None:
    qtbot.waitUntil(bench.page.header.roll_back.isEnabled)
    (name,) = (one.name for one in bench.releases.facts.deployments)
    go_on = Event()
    bench.tasks.submit(
        lambda _: go_on.wait(10),
        lane=Lane.TRANSFER,
        title="Deploy",
        owner=bench.page,
        link=ReleasesLink(name),
    )
    assert not bench.page.header.roll_back.isEnabled()
    go_on.set()
    qtbot.waitUntil(bench.page.header.roll_back.isEnabled)


def test_run_is_asked_for_the_chosen_version(bench: Bench, images: dict[str, ImageId]) -> None:
    bench.page.header.run.click()
    assert [version.name for version in bench.ran] == ["v1.4.0"]


def test_what_is_known_stays_while_the_engine_is_away(
    qtbot: QtBot, bench: Bench, images: dict[str, ImageId]
) -> None:
    bench.lose_engine()
    assert bench.page.table.model().rowCount() == 9
    assert not bench.page.header.run.isEnabled()
    assert bench.page.header.run.toolTip() == "The engine is away."
    bench.page.inspector.tabs.setCurrentIndex(3)
    bench.connect_engine()
    assert bench.page.header.run.isEnabled()
    facts = bench.page.inspector.config.start
    qtbot.waitUntil(lambda: bool(facts.facts()), timeout=3000)


def test_without_models_the_page_says_how_to_get_one(qtbot: QtBot, bench: Bench) -> None:
    bench.connect_engine()
    qtbot.waitUntil(lambda: bench.store.loaded, timeout=3000)
    empty = next(e for e in bench.page.findChildren(EmptyState) if e.isVisible())
    assert empty.accessibleName() == (
        "No models yet: drop a model folder on this window to build the first one."
    )
    empty.action_chosen.emit()
    assert bench.heard.links == [BuildLink()]


def test_untagged_images_have_no_chart_and_lead_to_the_clean_up(
    bench: Bench, images: dict[str, ImageId]
) -> None:
    bench.choice.follow_link(LibraryLink(ModelName("")))
    assert column_titles(bench) == ["Image", "Size", "Created", "Used by"]
    assert not bench.page.chart.isVisible()
    assert not bench.page.header.build.isVisible()
    bench.page.header.clean_up.click()
    assert bench.heard.links == [CleanupLink()]


@pytest.mark.parametrize(("width", "beside"), [(964, True), (830, False)])
def test_where_it_is_narrow_the_details_come_when_asked_for(
    qtbot: QtBot, bench: Bench, width: int, beside: bool
) -> None:
    bench.engine.add_image(f"{REGISTRY}/digits:v1.0.0")
    bench.window.resize(width, 660)
    bench.connect_engine()
    qtbot.waitUntil(lambda: bench.complete, timeout=3000)
    page = bench.page
    assert bench.window.width() == width
    assert not page.inspector.isVisible()
    page.header.details.click()
    assert page.inspector.isVisible()
    assert page.table.isVisible() is beside
    assert bench.window.width() == width
    page.inspector.close_button.click()
    assert page.table.isVisible()
    assert not page.inspector.isVisible()


def test_an_edited_metric_is_in_the_table(
    qtbot: QtBot, bench: Bench, images: dict[str, ImageId]
) -> None:
    tab = bench.page.inspector.metadata
    bench.page.inspector.tabs.setCurrentWidget(tab)
    qtbot.waitUntil(lambda: not bench.tasks.active, timeout=5000)
    tab.registered.edit.click()
    (dialog,) = bench.window.findChildren(MetadataDialog)
    ((_, value), *_) = dialog.rows[Section.METRIC].lines()
    value.setText("0.999")
    dialog.save_button.click()

    def told() -> float:
        version = bench.choice.version
        return version.metrics["accuracy"] if version else 0

    qtbot.waitUntil(lambda: told() == 0.999, timeout=5000)
    qtbot.waitUntil(lambda: not bench.tasks.active, timeout=5000)
    assert tab.registered.known.history
