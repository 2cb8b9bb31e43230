"""What registries have, in the list of models and versions; and asking them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pytestqt.qtbot import QtBot

from modeldesk.core.artifacts.folder import model_files
from modeldesk.core.artifacts.pushing import PushRequest, push
from modeldesk.core.engine.model import Connection, ConnectionState
from modeldesk.core.errors import RegistryUnavailable
from modeldesk.core.ids import ImageId, ModelName
from modeldesk.core.jobs import CancelToken, Job
from modeldesk.core.library.remote_model import RegistryLook, RemoteVersion, RemoteVersions
from modeldesk.core.metadata.model import Section
from modeldesk.core.references import Reference
from modeldesk.core.registry.copying import CopyRequest
from modeldesk.core.transfers.copying import copy_version
from modeldesk.ui.inspector.metadata_dialog import MetadataDialog
from modeldesk.ui.library.columns import placed_chips
from modeldesk.ui.library.registries_dialog import RegistriesDialog
from modeldesk.ui.library.registries_strip import RegistriesStrip
from modeldesk.ui.links import LibraryLink
from modeldesk.ui.registry.states import RegistryState
from tests.gui.library.bench import Bench
from tests.gui.library.registry_scenes import (
    HOST,
    KNOWN,
    fill_registries,
    know_registries,
    there,
)
from tests.gui.library.sample_data import REGISTRY
from tests.unit.core.artifacts.models import contents, make_folder

if TYPE_CHECKING:
    from modeldesk.core.library.model import Version

REPOSITORY = f"{REGISTRY}/recommendation"
OLD = timedelta(minutes=10)


@pytest.fixture
def full(bench: Bench, images: dict[str, ImageId], qtbot: QtBot) -> Bench:
    fill_registries(bench)
    know_registries(bench)
    qtbot.waitUntil(lambda: settled(bench), timeout=20_000)
    qtbot.waitUntil(lambda: "speech-to-text" in models(bench), timeout=20_000)
    return bench


def settled(bench: Bench) -> bool:
    states = bench.catalog.states()
    return bool(states) and all(not one.asking and (one.look or one.trouble) for one in states)


def models(bench: Bench) -> list[str]:
    return [row.title for row in bench.panel.list.rows() if not row.header]


def versions(bench: Bench) -> dict[str, str]:
    """Name → where it is."""
    model = bench.page.table._versions
    return {row.name: row.place.value for row in model.rows()}


def remotes(bench: Bench) -> list[str]:
    chart = bench.page.chart.chart
    bars = chart._data.bars if chart is not None else ()
    return [bar.label for bar in bars if bar.state.value == "remote"]


def choose(bench: Bench, model: str, image: ImageId | None = None) -> None:
    bench.choice.follow_link(LibraryLink(ModelName(model), image))


def test_models_that_only_a_registry_has(full: Bench, qtbot: QtBot) -> None:
    assert {"speech-to-text", "票据识别与结构化抽取"} <= set(models(full))
    choose(full, "speech-to-text")
    assert versions(full) == {f"v2.{n}.0": "registry" for n in range(6)}
    placed = full.choice.placed
    assert placed is not None
    assert (placed.name, full.choice.version) == ("v2.5.0", None)
    assert not full.page.header.run.isEnabled()
    assert "Pull it first" in full.page.header.run.toolTip()
    inspector = full.page.inspector
    qtbot.waitUntil(lambda: inspector._bodies.currentWidget() is inspector.remote, timeout=5000)
    facts = {row.label: row.value for row in inspector.remote.facts.rows()}
    assert facts["Platforms"] == "linux/amd64, linux/arm64/v8"
    assert facts["Attestations"] == "2 manifests"
    assert "MB" in facts["Size, compressed"]
    # Size and change are of what is here alone.
    headings = [column.key for column in full.page.table._versions.columns]
    assert "compressed" in headings
    assert "size" not in headings


def test_registries_are_looked_through_without_an_engine(bench: Bench, qtbot: QtBot) -> None:
    bench.online = False
    fill_registries(bench)
    know_registries(bench)
    bench.context.hub.publish_connection(Connection(ConnectionState.NONE))
    qtbot.waitUntil(lambda: "speech-to-text" in models(bench), timeout=20_000)
    choose(bench, "speech-to-text")
    assert versions(bench) == {f"v2.{n}.0": "registry" for n in range(6)}
    assert bench.page._faces.currentWidget() is bench.page._splitter
    assert not bench.page.inspector.remote.pull.isEnabled()


def test_a_model_without_an_image(full: Bench, qtbot: QtBot, tmp_path: Path) -> None:
    target = Reference.parse(f"{REGISTRY}/weights-only:v3.0.0")
    made = tmp_path / "made"
    make_folder(made)
    files = model_files(made, CancelToken())
    pushed = push(full.registries, PushRequest(files, target), Job())
    weights = replace(
        there("v3.0.0", 1, "weights-only"),
        artifact="ModelPack",
        platforms=(),
        repository=target.name,
        digest=pushed.target.digest,
    )
    full.registry.repositories[target.name] = RemoteVersions((weights,))
    full.catalog.refresh(HOST)
    qtbot.waitUntil(lambda: "weights-only" in models(full), timeout=10_000)
    choose(full, "weights-only")
    placed = full.choice.placed
    assert placed is not None
    assert [chip.text for chip in placed_chips(placed)] == ["ModelPack"]
    inspector = full.page.inspector
    qtbot.waitUntil(lambda: inspector._bodies.currentWidget() is inspector.remote, timeout=5000)
    assert "packed as ModelPack" in inspector.remote.said.text()
    assert "Platforms" not in {row.label for row in inspector.remote.facts.rows()}
    # It goes to a folder, with or without an engine.
    full.online = False
    full.context.hub.publish_connection(Connection(ConnectionState.LOST))
    qtbot.waitUntil(inspector.remote.pull.isEnabled, timeout=5000)
    menu = full.moves.remote_menu(weights, ModelName("weights-only"), full.window)
    assert menu.actions()[0].isEnabled()
    menu.close()
    dialog = full.moves.download(target, full.window)
    dialog.fileSelected.emit(str(tmp_path / "model"))
    dialog.reject()
    qtbot.waitUntil(lambda: any("weights-only:v3.0.0 is in" in one for one in full.heard.texts))
    there_now = contents(tmp_path / "model")
    assert there_now["model.safetensors"] == contents(made)["model.safetensors"]


def weights_there(full: Bench, qtbot: QtBot, folder: Path) -> RemoteVersion:
    """Weights without an image, in two repositories of a named registry; chosen."""
    folder.mkdir()
    files = model_files(make_folder(folder), CancelToken())
    source = Reference.parse(f"{REGISTRY}/weights-only:v3.0.0")
    digest = push(full.registries, PushRequest(files, source), Job()).target.digest
    copy = Reference.parse(f"{HOST}/prod/weights-only")
    copy_version(full.registries, CopyRequest(source, copy), Job())
    for one in (source, copy):
        weights = replace(
            there("v3.0.0", 1, "weights-only"),
            artifact="ModelPack",
            platforms=(),
            repository=one.name,
            digest=digest,
            image=ImageId(digest),
        )
        full.registry.repositories[one.name] = RemoteVersions((weights,))
    full.catalog.refresh(HOST)
    qtbot.waitUntil(lambda: "weights-only" in models(full), timeout=10_000)
    choose(full, "weights-only")
    inspector = full.page.inspector
    qtbot.waitUntil(lambda: inspector._bodies.currentWidget() is inspector.remote, timeout=5000)
    return weights


@pytest.mark.parametrize("online", [True, False])
def test_what_is_said_of_weights_is_attached_wherever_they_lie(
    full: Bench, qtbot: QtBot, tmp_path: Path, online: bool
) -> None:
    weights = weights_there(full, qtbot, tmp_path / "weights")
    if not online:
        full.online = False
        full.context.hub.publish_connection(Connection(ConnectionState.LOST))
    registered = full.page.inspector.remote.registered
    assert [row.label for row in registered.metrics.rows()] == ["accuracy", "p95_ms"]
    registered.edit.click()
    (dialog,) = full.window.findChildren(MetadataDialog)
    ((_, value), *_) = dialog.rows[Section.METRIC].lines()
    value.setText("0.999")
    dialog.rows[Section.TAG].add("owner", "ann")
    dialog.why.setText("measured again")
    dialog.save_button.click()
    qtbot.waitUntil(lambda: not full.tasks.active, timeout=10_000)
    (fact,) = registered.history.facts()
    assert fact.name.endswith(": measured again")
    assert {row.label: row.value for row in registered.metrics.rows()}["accuracy"] == "0.999"

    def told() -> float:
        placed = full.choice.placed
        return placed.metrics["accuracy"] if placed is not None else 0

    qtbot.waitUntil(lambda: told() == 0.999, timeout=10_000)
    registry = full.registries.at(HOST)
    for repository in ("team/weights-only", "prod/weights-only"):
        assert len(registry.referrers(repository, weights.digest, CancelToken())) == 1
    assert registered.waiting.text() == ""
    # Another one shows nothing of it.
    choose(full, "speech-to-text")
    qtbot.waitUntil(lambda: not registered.history.facts(), timeout=5000)


def test_versions_here_and_there(full: Bench) -> None:
    choose(full, "recommendation")
    found = versions(full)
    assert found["v0.9.0"] == found["v1.5.0"] == "registry"
    assert found["v1.3.0"] == "local"


def test_a_tag_that_moved(full: Bench, images: dict[str, ImageId], qtbot: QtBot) -> None:
    choose(full, "recommendation", images["v1.4.0"])
    note = full.page.inspector.drift
    qtbot.waitUntil(lambda: not note.isHidden(), timeout=5000)
    told = note.text.text()
    remote = next(
        one for one in full.registry.repositories[REPOSITORY].versions if one.tag == "v1.4.0"
    )
    assert remote.digest[:19] in told
    assert "compressed" in told
    assert "on disk" in told
    row = next(one for one in full.page.table._versions.rows() if one.name == "v1.4.0")
    chips = [chip.text for chip in full.page.table._versions.columns[0].cell(row).chips]
    assert "tag moved in registry" in chips
    pushed: list[Version] = []
    full.page.acts.push = pushed.append  # type: ignore[method-assign, assignment]
    note.push.click()
    assert [one.key.image for one in pushed] == [images["v1.4.0"]]
    note.keep.click()
    # The same image is stable here, and another one there.
    assert "stable" in note.title.text()
    note.keep.click()
    assert note.isHidden()
    choose(full, "recommendation", images["v1.3.0"])
    choose(full, "recommendation", images["v1.4.0"])
    qtbot.wait(50)
    assert note.isHidden()


def test_narrowing_the_list(full: Bench) -> None:
    choose(full, "recommendation")
    where = full.page.where
    assert not where.isHidden()
    where._buttons["there"].click()
    assert set(versions(full).values()) == {"registry"}
    where._buttons["moved"].click()
    assert "v1.4.0" in versions(full)
    # What makes no difference elsewhere is not kept there.
    choose(full, "speech-to-text")
    assert where.isHidden()
    assert len(versions(full)) == 6


def test_narrowing_the_models(full: Bench) -> None:
    full.panel.where._buttons["there"].click()
    assert "speech-to-text" in models(full)
    assert "fraud-detector" not in models(full)
    full.panel.where._buttons["here"].click()
    assert "speech-to-text" not in models(full)
    assert "fraud-detector" in models(full)


def test_searching_finds_what_is_only_there(full: Bench) -> None:
    full.panel.search.setText("speech-to-text:v2.3.0")
    assert models(full) == ["speech-to-text"]


def test_one_that_is_away_is_said_once(full: Bench, qtbot: QtBot) -> None:
    said = [text for text in full.heard.texts if "away.example.com" in text]
    assert len(said) == 1
    assert "Check its address" in said[0]
    full.catalog.refresh_all()
    qtbot.waitUntil(lambda: settled(full), timeout=10_000)
    assert full.heard.texts.count(said[0]) == 1
    # Until it was back.
    away = full.registry.failing.pop("away.example.com")
    full.catalog.refresh("away.example.com")
    qtbot.waitUntil(lambda: settled(full), timeout=10_000)
    full.registry.failing["away.example.com"] = away
    full.catalog.refresh("away.example.com")
    qtbot.waitUntil(lambda: full.heard.texts.count(said[0]) == 2, timeout=10_000)


def test_a_named_registry_is_not_asked_for_a_model_beside(full: Bench, qtbot: QtBot) -> None:
    full.registry.asked.clear()
    full.registry.failing[REPOSITORY] = RegistryUnavailable("It is away.", "Wait.")
    full.preload.start()
    choose(full, "recommendation")
    qtbot.waitUntil(lambda: bool(remotes(full)), timeout=10_000)
    full.remote.ask_again()
    qtbot.waitUntil(lambda: not full.context.tasks.active, timeout=10_000)
    assert full.registry.asked == []
    # Whether it is away stands with the registries, not with each model.
    assert full.page.chart.chart is not None
    assert full.page.chart.chart.note == ""


def asked_by_itself(full: Bench, qtbot: QtBot, after: timedelta, old: timedelta = OLD) -> list[str]:
    """The registries that are asked so long after the last look."""
    full.registry.asked.clear()
    full.catalog._now = lambda: datetime.now(UTC) + after
    full.catalog.refresh_old(old)
    asking = [one.known.host for one in full.catalog.states() if one.asking]
    qtbot.waitUntil(lambda: settled(full), timeout=10_000)
    assert all(full.registry.asked.count(host) == 1 for host in asking)
    return asking


def test_what_is_old_is_asked_for_again_by_itself(full: Bench, qtbot: QtBot) -> None:
    hosts = [one.host for one in KNOWN]
    before = full.registry.read.copy()
    assert asked_by_itself(full, qtbot, timedelta(minutes=9)) == []
    assert asked_by_itself(full, qtbot, timedelta(minutes=11)) == hosts
    # What is known by its digest is not read again, and one that is away is left alone as well.
    assert full.registry.read == before
    assert asked_by_itself(full, qtbot, timedelta(minutes=12)) == []
    assert asked_by_itself(full, qtbot, timedelta(minutes=14), timedelta(minutes=2)) == hosts
    assert full.catalog._clock.isActive()


def test_never_two_looks_at_one_registry(full: Bench, qtbot: QtBot) -> None:
    full.registry.waits = True
    full.registry.asked.clear()
    full.catalog.refresh(HOST)
    full.catalog._now = lambda: datetime.now(UTC) + timedelta(hours=1)
    full.catalog.refresh_old(OLD)
    full.catalog.refresh_all()
    # Forgotten and named again meanwhile.
    settings = full.context.settings
    settings.change(replace(settings.current, registries=KNOWN[1:]))
    settings.change(replace(settings.current, registries=KNOWN))
    full.catalog.refresh(HOST)
    assert full.registry.asked.count(HOST) <= 1
    full.registry.waits = False
    qtbot.waitUntil(lambda: settled(full), timeout=10_000)
    assert full.registry.asked.count(HOST) <= 2


def test_one_with_very_many_tags_is_asked_more_rarely() -> None:
    now = datetime.now(UTC)
    look = RegistryLook(HOST, now, 1, 100_000, 0)
    state = RegistryState(KNOWN[0], look, tried=now, took=timedelta(minutes=3))
    assert not state.is_due(now + timedelta(minutes=59), OLD)
    assert state.is_due(now + timedelta(minutes=61), OLD)
    assert RegistryState(KNOWN[0], look).is_due(now + timedelta(minutes=11), OLD)
    assert RegistryState(KNOWN[0]).is_due(now, OLD)
    assert not RegistryState(KNOWN[0], asking=True).is_due(now, OLD)
    # A clock that was put back by a day makes nobody wait for a day.
    assert state.is_due(now - timedelta(days=1), OLD)


def test_asking_can_be_stopped_and_the_list_stands(full: Bench, qtbot: QtBot) -> None:
    before = models(full)
    full.registry.waits = True
    full.catalog.refresh(HOST)
    strip = full.panel.findChild(RegistriesStrip)
    assert strip is not None
    assert not strip.cancel.isHidden()
    qtbot.waitUntil(lambda: full.catalog.states()[0].asking, timeout=5000)
    strip.cancel.click()
    qtbot.waitUntil(lambda: not full.catalog.states()[0].asking, timeout=5000)
    assert models(full) == before
    full.registry.waits = False


def test_a_registry_that_is_forgotten_takes_its_models_with_it(full: Bench, qtbot: QtBot) -> None:
    settings = full.context.settings
    settings.change(replace(settings.current, registries=KNOWN[1:]))
    qtbot.waitUntil(lambda: "speech-to-text" not in models(full), timeout=10_000)
    # What a model here is tagged for is told all the same.
    choose(full, "recommendation")
    assert versions(full)["v0.9.0"] == "registry"


def test_a_named_registry_is_asked_and_joined(
    bench: Bench, images: dict[str, ImageId], qtbot: QtBot
) -> None:
    bench.registry.repositories[f"{HOST}/new"] = RemoteVersions((there("v1", 4, "new"),))
    assert "new" not in models(bench)
    settings = bench.context.settings
    settings.change(replace(settings.current, registries=(KNOWN[0],)))
    qtbot.waitUntil(lambda: "new" in models(bench), timeout=10_000)


def test_the_list_of_registries(full: Bench, qtbot: QtBot) -> None:
    dialog = RegistriesDialog(full.context, full.catalog, full.window)
    qtbot.addWidget(dialog)
    dialog.show()
    cells = {
        row.known.host: [column.cell(row).text for column in dialog._model.columns]
        for row in dialog._model.rows()
    }
    assert cells[HOST] == ["Team", "2", "10", "1", "just now"]
    assert cells["away.example.com"][-1] == "away"
    dialog.table.select_key("away.example.com")
    dialog._explain()
    assert "does not answer" in dialog.said.text()
    full.registry.failing["away.example.com"] = RegistryUnavailable("Still away.", "Wait.")
    dialog.refresh.click()
    qtbot.waitUntil(lambda: "Still away." in dialog.said.text(), timeout=10_000)
