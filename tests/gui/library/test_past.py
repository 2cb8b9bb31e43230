"""Versions that went stay in the size history."""

from pytestqt.qtbot import QtBot

from modeldesk.core.errors import RecordsBusy
from modeldesk.core.ids import ImageId, ModelName
from tests.gui.library.bench import Bench


def labels(bench: Bench) -> list[tuple[str, bool]]:
    chart = bench.page.chart.chart
    return [(bar.label, bar.gone) for bar in chart._data.bars] if chart is not None else []


def test_a_removed_version_stays_as_gone(
    bench: Bench, images: dict[str, ImageId], qtbot: QtBot
) -> None:
    bench.preload.start()
    qtbot.waitUntil(lambda: bool(bench.version_records.kept), timeout=10_000)
    qtbot.waitUntil(lambda: len(labels(bench)) == len(images), timeout=10_000)
    before = labels(bench)
    assert not any(gone for _, gone in before)
    going = bench.engine.image_summary(images["v1.2.0"])
    assert going is not None
    for tag in going.tags:
        bench.engine.remove_image(str(tag))
    bench.store.reload()
    expected = [(name, name == "v1.2.0") for name, _ in before]
    qtbot.waitUntil(lambda: labels(bench) == expected, timeout=10_000)


def test_records_that_fail_leave_the_chart_without_its_past(
    bench: Bench, images: dict[str, ImageId], qtbot: QtBot
) -> None:
    qtbot.waitUntil(lambda: bool(bench.version_records.kept), timeout=10_000)
    bench.version_records.failure = RecordsBusy("busy")
    calls = bench.version_records.calls

    def asked_again() -> bool:
        assert bench.past.of(ModelName("speech-keywords")) == ()
        return bench.version_records.calls >= calls + 3

    qtbot.waitUntil(asked_again, timeout=10_000)
    assert bench.heard.texts == []
