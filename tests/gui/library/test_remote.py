"""Versions that only a registry has, in the size history."""

from datetime import timedelta

import pytest
from pytestqt.qtbot import QtBot

from modeldesk.core.errors import RecordsBusy, RegistryUnavailable
from modeldesk.core.ids import ImageId, ModelName
from modeldesk.core.layers.kinds import LayerKind
from modeldesk.core.library.model import Model
from modeldesk.core.library.remote_model import RemoteVersion, RemoteVersions
from modeldesk.ui.library import remote as module
from modeldesk.ui.links import LibraryLink
from tests.gui.library.bench import Bench
from tests.gui.library.sample_data import NOW, REGISTRY

REPOSITORY = f"{REGISTRY}/recommendation"
AWAY = RegistryUnavailable("The registry registry.lan:5000 does not answer.", "Check it.")


def version(tag: str, number: int, model: str = "recommendation") -> RemoteVersion:
    image = ImageId(f"sha256:{number:064x}")
    made = NOW - timedelta(days=200)
    return RemoteVersion(
        f"{REGISTRY}/{model}", tag, f"{image[:-4]}ffff", image, made, model,
        {LayerKind.MODEL_WEIGHTS: 50_000_000},
    )  # fmt: skip


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch, bench: Bench) -> None:
    bench.remote._due.setInterval(10)
    bench.preload.start()
    bench.registry.repositories[REPOSITORY] = RemoteVersions(
        (version("v0.9.0", 9), version("v1.1.5", 115))
    )


def told(bench: Bench) -> dict[str, str]:
    chart = bench.page.chart.chart
    return {bar.label: bar.state.value for bar in chart._data.bars} if chart is not None else {}


def remotes(bench: Bench) -> list[str]:
    return [label for label, state in told(bench).items() if state == "remote"]


def note(bench: Bench) -> str:
    chart = bench.page.chart.chart
    return chart.note if chart is not None else ""


def test_they_stand_in_their_place(bench: Bench, images: dict[str, ImageId], qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: len(remotes(bench)) == 2, timeout=10_000)
    assert list(told(bench))[:4] == ["v0.9.0", "v1.0.0", "v1.1.0", "v1.1.5"]
    assert note(bench) == ""
    # Each version was read once, and is known when the program starts again.
    assert len(bench.remote_records.kept) == 2


def test_one_that_went_is_told_with_the_sizes_it_had(
    bench: Bench, images: dict[str, ImageId], qtbot: QtBot
) -> None:
    qtbot.waitUntil(lambda: len(remotes(bench)) == 2, timeout=10_000)
    qtbot.waitUntil(lambda: bool(bench.version_records.kept), timeout=10_000)
    found = bench.registry.repositories[REPOSITORY].versions
    bench.registry.repositories[REPOSITORY] = RemoteVersions((*found, version("v1.2.0", 120)))
    going = bench.engine.image_summary(images["v1.2.0"])
    assert going is not None
    for tag in going.tags:
        bench.engine.remove_image(str(tag))
    bench.hub.refresh_asked.emit()
    expected = "gone, in registry"
    qtbot.waitUntil(lambda: told(bench).get("v1.2.0") == expected, timeout=10_000)
    assert len(remotes(bench)) == 2


def test_a_registry_is_not_asked_again_soon_but_on_request(
    bench: Bench, images: dict[str, ImageId], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    qtbot.waitUntil(lambda: len(remotes(bench)) == 2, timeout=10_000)

    def settled() -> bool:
        remote, entry = bench.remote, bench.choice.entry
        looked_at = entry is not None and remote._model == entry.name
        return looked_at and not remote._due.isActive() and remote._asking is None

    for name in (ModelName("fraud-detector"), ModelName("recommendation")):
        bench.choice.follow_link(LibraryLink(name))
        qtbot.waitUntil(settled, timeout=5000)
    assert bench.registry.asked.count(f"{REGISTRY}/fraud-detector") == 1
    assert bench.registry.asked.count(REPOSITORY) == 1
    bench.hub.refresh_asked.emit()
    qtbot.waitUntil(lambda: bench.registry.asked.count(REPOSITORY) == 2 and settled(), timeout=5000)
    monkeypatch.setattr(module, "_ASK_AGAIN_S", 0.0)
    bench.page.shown()
    qtbot.waitUntil(lambda: bench.registry.asked.count(REPOSITORY) == 3, timeout=5000)


def test_a_registry_that_is_away_is_one_quiet_line(
    bench: Bench, images: dict[str, ImageId], qtbot: QtBot
) -> None:
    qtbot.waitUntil(lambda: len(remotes(bench)) == 2, timeout=10_000)
    bench.registry.failing[REPOSITORY] = AWAY
    bench.hub.refresh_asked.emit()
    qtbot.waitUntil(lambda: note(bench) == AWAY.message, timeout=5000)
    assert len(remotes(bench)) == 2
    assert bench.heard.texts == []
    del bench.registry.failing[REPOSITORY]
    chart = bench.page.chart.chart
    assert chart is not None
    chart.note_asked.emit()
    qtbot.waitUntil(lambda: note(bench) == "", timeout=5000)
    assert bench.registry.asked.count(REPOSITORY) == 3


def test_what_can_not_be_read_is_counted(
    bench: Bench, images: dict[str, ImageId], qtbot: QtBot
) -> None:
    bench.registry.repositories[REPOSITORY] = RemoteVersions((), ("v1", "v2"))
    bench.hub.refresh_asked.emit()
    said = "2 versions in the registry can't be read."
    qtbot.waitUntil(lambda: note(bench) == said, timeout=10_000)


def test_what_was_known_stands_before_the_registry_answers(
    bench: Bench, images: dict[str, ImageId], qtbot: QtBot
) -> None:
    qtbot.waitUntil(lambda: len(remotes(bench)) == 2, timeout=10_000)
    other = f"{REGISTRY}/fraud-detector"
    bench.remote_records.keep_remote_versions([version("v0.1.0", 1, "fraud-detector")])
    bench.registry.waits = True
    bench.choice.follow_link(LibraryLink(ModelName("fraud-detector")))
    qtbot.waitUntil(lambda: other in bench.registry.asked, timeout=5000)
    assert remotes(bench) == ["v0.1.0"]
    asking = bench.remote._asking
    assert asking is not None
    # Who goes on does not wait for it.
    bench.choice.follow_link(LibraryLink(ModelName("recommendation")))
    qtbot.waitUntil(lambda: len(remotes(bench)) == 2, timeout=5000)
    qtbot.waitUntil(lambda: not asking.active, timeout=5000)


def test_nobody_is_asked_for_what_is_not_looked_at(
    bench: Bench, images: dict[str, ImageId], qtbot: QtBot
) -> None:
    qtbot.waitUntil(lambda: len(remotes(bench)) == 2, timeout=10_000)
    bench.registry.asked.clear()
    bench.page.hide()
    bench.choice.follow_link(LibraryLink(ModelName("churn")))
    qtbot.wait(150)
    assert bench.registry.asked == []


def test_records_that_fail_bother_nobody(
    bench: Bench, images: dict[str, ImageId], qtbot: QtBot
) -> None:
    bench.remote_records.failure = RecordsBusy("busy")
    bench.hub.refresh_asked.emit()
    qtbot.waitUntil(lambda: len(remotes(bench)) == 2, timeout=10_000)
    assert bench.heard.texts == []


def test_thousands_come_from_a_worker_and_only_the_last_wanted(
    bench: Bench, images: dict[str, ImageId], qtbot: QtBot
) -> None:
    qtbot.waitUntil(lambda: len(remotes(bench)) == 2, timeout=10_000)
    many = tuple(version(f"v0.{n}.0", 1000 + n) for n in range(1500))
    bench.registry.repositories[REPOSITORY] = RemoteVersions(many)
    bench.hub.refresh_asked.emit()
    qtbot.waitUntil(lambda: len(remotes(bench)) == 1500, timeout=20_000)
    chart = bench.page.chart.chart
    assert chart is not None
    assert chart.selected_key == images["v1.4.0"]
    bars = chart._data.bars
    bench.page._choose(images["v1.3.0"])
    qtbot.waitUntil(lambda: chart.selected_key == images["v1.3.0"])
    assert chart._data.bars is bars
    # Bars of its own the page makes once it has heard of the refresh, and of the list that what
    # was found is joined with.
    qtbot.waitUntil(lambda: len(_entry(bench).placed) > 1500, timeout=10_000)
    qtbot.waitUntil(lambda: _at_rest(bench), timeout=10_000)
    bench.page._bars.make(_entry(bench), (), many[:1400])
    bench.page._bars.make(_entry(bench), (), many[:3])
    qtbot.waitUntil(lambda: len(remotes(bench)) == 3)
    qtbot.waitUntil(lambda: not bench.tasks.active, timeout=5000)
    assert len(remotes(bench)) == 3


def _at_rest(bench: Bench) -> bool:
    due = (bench.catalog._due, bench.page._details_due, bench.page._chart_due)
    return bench.complete and not bench.tasks.active and not any(one.isActive() for one in due)


def _entry(bench: Bench) -> Model:
    entry = bench.choice.entry
    assert entry is not None
    return entry
