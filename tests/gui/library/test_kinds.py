"""The chart, the Layers tab and what changed tell the same kinds, whoever looked inside or not."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from modeldesk.core.contents.model import EngineImage
from modeldesk.core.ids import DiffId, ImageId, ModelName
from modeldesk.core.jobs import Job
from modeldesk.core.layers.kinds import LayerKind
from modeldesk.core.layers.parts import add_up
from modeldesk.core.library.history import history
from modeldesk.core.library.kind_changes import model_changes
from modeldesk.core.library.model import Model
from modeldesk.ui.charts.bars import SizeBar
from modeldesk.ui.inspector.contents_store import Knowing
from modeldesk.ui.inspector.layers_tab import LayersTab
from modeldesk.ui.links import LibraryLink
from modeldesk.ui.theme.theme import Theme
from tests.fakes.content_records import FakeContentRecords
from tests.fakes.engine import FakeEngine
from tests.fakes.engine_images import Step
from tests.fakes.image_source import contents_of
from tests.gui.library.bench import Bench

BASE, _SYSTEM, DEPENDENCIES, APPLICATION, WEIGHTS, _OTHER = LayerKind
MB = 1_000_000
MODEL = ModelName("rec")
STEPS = (
    Step("ADD rootfs.tar.xz /", 6 * MB),
    Step("RUN pip install x", 40 * MB),
    Step("COPY . /srv", 320 * MB),
)
FILES = (
    {"usr/bin/sh": 6 * MB},
    {"venv/lib/python3.11/site-packages/x.so": 40 * MB},
    {"srv/m/blob": 300 * MB, "srv/app/serve.py": 20 * MB},
)
GUESSED = {BASE: 6 * MB, DEPENDENCIES: 40 * MB, WEIGHTS: 320 * MB}
TRUE = {BASE: 6 * MB, DEPENDENCIES: 40 * MB, APPLICATION: 20 * MB, WEIGHTS: 300 * MB}


class Desk(Bench):
    """Two versions that differ in their last layer, and a service that really looks inside."""

    def __init__(self, theme: Theme, folder: Path) -> None:
        engine, self.files = FakeEngine(), dict[DiffId, dict[str, int]]()
        self.versions: list[ImageId] = []
        for number in (1, 2):
            steps = (*STEPS[:2], STEPS[2]._replace(content=str(number)))
            image = engine.add_image(f"rec:v{number}", steps=steps, base=())
            self.files.update(zip(engine.image_detail(image).diff_ids, FILES, strict=True))
            self.versions.append(image)
        records = FakeContentRecords()
        self.contents = contents_of(engine, self.files, records)
        super().__init__(theme, engine, folder, self.contents, records)

    @property
    def layers(self) -> LayersTab:
        return self.page.inspector.layers

    @property
    def model(self) -> Model:
        [model] = self.hub.snapshot.models
        return model

    def bar(self, number: int) -> SizeBar:
        chart = self.page.chart.chart
        assert chart is not None
        return next(bar for bar in chart._data.bars if bar.key == self.versions[number])

    def in_chart(self, number: int) -> dict[LayerKind, int]:
        return add_up([self.bar(number).bytes_by_kind])

    def in_stack(self) -> dict[LayerKind, int]:
        return add_up(((one.kind, one.size),) for one in self.layers.stack._segments)


@pytest.fixture
def desk(qtbot: QtBot, theme: Theme, tmp_path: Path) -> Iterator[Desk]:
    """At the second version; nobody has looked inside."""
    made = Desk(theme, tmp_path)
    made.window.resize(1380, 870)
    made.window.show()
    made.preload.start()
    qtbot.waitUntil(lambda: made.page.chart.chart is not None, timeout=20_000)
    made.connect_engine()
    qtbot.waitUntil(lambda: made.complete and made.hub.snapshot.kinds_known, timeout=5000)
    made.choice.follow_link(LibraryLink(MODEL, made.versions[1]))
    qtbot.waitUntil(lambda: made.page.inspector.files.store.knowing is Knowing.UNREAD, timeout=5000)
    yield made
    made.close()


def test_until_somebody_looks_inside_both_guess(desk: Desk) -> None:
    assert desk.in_chart(0) == desk.in_chart(1) == desk.in_stack() == GUESSED


def test_the_chart_follows_who_looks_inside(desk: Desk, qtbot: QtBot) -> None:
    listed = desk.engine.calls["list_images"]
    desk.page.inspector.files.store.read()
    qtbot.waitUntil(lambda: desk.in_chart(1) == TRUE, timeout=5000)
    assert desk.in_stack() == TRUE
    assert [row.title for row in desk.layers.list.rows()] == [
        "Model weights + application",
        "Dependencies",
        "Base image",
    ]
    # The other version has a layer of its own that nobody looked into, and the rest in common.
    assert desk.in_chart(0) == GUESSED
    assert desk.engine.calls["list_images"] == listed

    changes = model_changes(history(desk.model, ()))
    since = {one.kind: (one.changed, one.pushed_bytes) for one in changes.kinds}
    assert since[APPLICATION] == (1, 20 * MB)
    assert since[WEIGHTS] == (1, 300 * MB)


def test_a_layer_of_several_kinds_tells_how_much_of_each(desk: Desk, qtbot: QtBot) -> None:
    desk.page.inspector.files.store.read()
    qtbot.waitUntil(lambda: desk.in_stack() == TRUE, timeout=5000)
    desk.layers.list.select_key("2")
    desk.layers.list.row_selected.emit("2")
    detail = desk.layers.detail
    assert detail.title.text() == "Model weights + application"
    assert detail.parts.text() == "Model weights 300 MB · Application 20.0 MB"
    desk.layers.list.select_key("1")
    desk.layers.list.row_selected.emit("1")
    assert not detail.parts.isVisible()


def test_what_another_program_looked_into_is_there_after_a_refresh(
    desk: Desk, qtbot: QtBot
) -> None:
    place = EngineImage("elsewhere", desk.versions[0], "it")
    desk.contents.read(place, Job(), 0)
    assert desk.in_chart(0) == GUESSED
    desk.hub.refresh_asked.emit()
    qtbot.waitUntil(lambda: desk.in_chart(0) == TRUE, timeout=5000)


def test_a_version_that_went_has_the_kinds_it_was_known_to_have(desk: Desk, qtbot: QtBot) -> None:
    desk.page.inspector.files.store.read()
    qtbot.waitUntil(lambda: desk.in_chart(1) == TRUE, timeout=5000)
    key = (MODEL, desk.versions[1])
    qtbot.waitUntil(
        lambda: any(
            (one.model, one.image) == key and dict(one.bytes_by_kind) == TRUE
            for one in desk.version_records.kept.values()
        ),
        timeout=10_000,
    )
    desk.engine.remove_image("rec:v2")
    desk.store.reload()
    qtbot.waitUntil(lambda: desk.bar(1).gone, timeout=10_000)
    assert desk.in_chart(1) == TRUE
