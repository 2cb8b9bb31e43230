"""What changed over a model's versions is a click away, right, and worked out once."""

from collections.abc import Sequence

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from modeldesk.core.ids import ImageId, ModelName
from modeldesk.core.layers.kinds import LayerKind
from modeldesk.core.library.history import Past
from modeldesk.core.library.kind_changes import KindChanges, ModelChanges, model_changes
from modeldesk.core.library.remote_model import RemoteVersion
from modeldesk.ui.library.changes_popover import ChangesPopover, cause_sentence, notes
from modeldesk.ui.links import LibraryLink
from tests.fakes.engine_images import Step
from tests.gui.library.bench import Bench
from tests.gui.library.sample_data import MB, NOW, REGISTRY, SLIM


def popovers(bench: Bench) -> list[ChangesPopover]:
    return [one for one in bench.page.findChildren(ChangesPopover) if one.isVisible()]


def with_chart(bench: Bench, qtbot: QtBot) -> None:
    bench.preload.start()
    qtbot.waitUntil(lambda: bench.page.chart.chart is not None, timeout=20_000)


def link_offered(bench: Bench) -> bool:
    chart = bench.page.chart.chart
    return chart is not None and chart.changes_link.isVisible()


def opened(bench: Bench, qtbot: QtBot) -> ChangesPopover:
    with_chart(bench, qtbot)
    qtbot.waitUntil(lambda: link_offered(bench), timeout=5000)
    chart = bench.page.chart.chart
    assert chart is not None
    chart.changes_link.click()
    qtbot.waitUntil(lambda: bool(popovers(bench)), timeout=5000)
    return popovers(bench)[0]


def row(name: str, changed: str, first: str, since: str, each: str) -> str:
    pushed = f"First push {first}, Pushed since {since}, Per change {each}"
    return f"{name}: Changed in {changed}, {pushed}"


def test_it_tells_what_changed_by_kind(
    bench: Bench, images: dict[str, ImageId], qtbot: QtBot
) -> None:
    """As the sizes in the sample data give it, added up by hand."""
    popover = opened(bench, qtbot)
    assert popover.spoken[:8] == (
        "What changed over 9 versions",
        "Dependencies took most: 4.76 GB of the 6.92 GB pushed since v1.0.0.",
        row("Base image", "0 of 8", "120 MB", "–", "–"),
        row("System packages", "2 of 8", "40.0 MB", "138 MB", "69.0 MB"),
        row("Dependencies", "4 of 8", "1.69 GB", "4.76 GB", "1.19 GB"),
        row("Application", "8 of 8", "2.10 MB", "16.8 MB", "2.10 MB"),
        row("Model weights", "6 of 8", "310 MB", "2.01 GB", "335 MB"),
        row("All layers", "8 of 8", "2.16 GB", "6.92 GB", "865 MB"),
    )
    assert popover.accessibleName() == "\n".join(popover.spoken)


def test_esc_closes_it_and_a_click_elsewhere_too(
    bench: Bench, images: dict[str, ImageId], qtbot: QtBot
) -> None:
    QTest.keyClick(opened(bench, qtbot), Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not bench.page.findChildren(ChangesPopover))
    popover = opened(bench, qtbot)
    QTest.mouseClick(popover, Qt.MouseButton.LeftButton, pos=popover.rect().bottomRight() * 2)
    qtbot.waitUntil(lambda: not bench.page.findChildren(ChangesPopover))


def test_it_lies_in_the_window(bench: Bench, images: dict[str, ImageId], qtbot: QtBot) -> None:
    bench.window.resize(790, 660)
    bench.window.move(0, 0)
    popover = opened(bench, qtbot)
    assert bench.window.geometry().contains(popover.geometry())


def test_it_is_worked_out_once(
    bench: Bench, images: dict[str, ImageId], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []

    def counted(past: Sequence[Past]) -> ModelChanges:
        calls.append(past)
        return model_changes(past)

    monkeypatch.setattr("modeldesk.ui.library.what_changed.model_changes", counted)
    first = opened(bench, qtbot).spoken
    popovers(bench)[0].close()
    second = opened(bench, qtbot).spoken
    assert (first, len(calls)) == (second, 1)


def test_an_answer_about_a_model_that_was_left_is_not_shown(
    bench: Bench, images: dict[str, ImageId], qtbot: QtBot
) -> None:
    with_chart(bench, qtbot)
    qtbot.waitUntil(lambda: link_offered(bench), timeout=5000)
    bench.page.changes.ask()
    bench.choice.follow_link(LibraryLink(ModelName("churn")))
    bench.page._show_chart()
    qtbot.waitUntil(lambda: not bench.tasks.active, timeout=5000)
    qtbot.wait(50)
    assert popovers(bench) == []
    assert opened(bench, qtbot).spoken[0] == "What changed over 12 versions"


def test_versions_elsewhere_are_said_to_be_left_out(
    bench: Bench, images: dict[str, ImageId], qtbot: QtBot
) -> None:
    far = RemoteVersion(
        f"{REGISTRY}/recommendation", "v0.9.0", "sha256:d", ImageId("sha256:far"), NOW,
        "recommendation", {LayerKind.MODEL_WEIGHTS: 300 * MB},
    )  # fmt: skip
    entry = bench.choice.entry
    assert entry is not None
    with_chart(bench, qtbot)
    qtbot.waitUntil(lambda: link_offered(bench), timeout=5000)
    bench.page.changes.look_at(entry, (), (far,))
    bench.page.changes.ask()
    qtbot.waitUntil(lambda: bool(popovers(bench)), timeout=5000)
    popover = popovers(bench)[0]
    assert popover.spoken[0] == "What changed over 9 versions"
    assert popover.spoken[-1] == (
        "1 version that is not on this engine is left out: its layers are not known."
    )


def test_where_nothing_can_be_compared_it_is_not_offered(
    bench: Bench, images: dict[str, ImageId], qtbot: QtBot
) -> None:
    steps = [Step("COPY model.onnx /models/", 20 * MB)]
    bench.engine.add_image("digits:v1.0.0", steps=steps, base=SLIM)
    bench.store.reload()
    qtbot.waitUntil(lambda: bench.hub.snapshot.image_count == 53, timeout=5000)
    qtbot.waitUntil(lambda: bench.complete, timeout=5000)
    with_chart(bench, qtbot)
    qtbot.waitUntil(lambda: link_offered(bench), timeout=5000)
    for name in ("digits", "python"):
        bench.choice.follow_link(LibraryLink(ModelName(name)))
        qtbot.waitUntil(lambda: not link_offered(bench), timeout=5000)
        bench.choice.follow_link(LibraryLink(ModelName("recommendation")))
        qtbot.waitUntil(lambda: link_offered(bench), timeout=5000)


def changes(*pushed: tuple[LayerKind, int], unread: int = 0) -> ModelChanges:
    kinds = tuple(KindChanges(kind, 1, 1, 5, size) for kind, size in pushed)
    total = KindChanges(None, 1, 1, 5, sum(size for _, size in pushed))
    return ModelChanges("v1<b>", 2, unread, 0, kinds, total)


class TestWords:
    def test_one_kind_alone(self) -> None:
        found = cause_sentence(changes((LayerKind.MODEL_WEIGHTS, MB), (LayerKind.OTHER, 0)))
        assert found == "Model weights: all of the 1.00 MB pushed since v1<b>."

    def test_nothing_new(self) -> None:
        assert cause_sentence(changes((LayerKind.OTHER, 0))) == "No layer is new since v1<b>."

    def test_versions_that_are_not_read_yet(self) -> None:
        assert notes(changes(unread=2))[1:] == [
            "2 versions are left out until their layers are read."
        ]
