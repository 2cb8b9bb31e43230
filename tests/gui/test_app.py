"""The desktop program put together, on an engine in memory."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from modeldesk.adapters.file_locks import FileDeploymentLocks
from modeldesk.adapters.sqlite import database
from modeldesk.adapters.sqlite.build_records import SqliteBuildRecords
from modeldesk.adapters.sqlite.release_records import SqliteReleaseRecords
from modeldesk.app import Desktop
from modeldesk.composition import Parts
from modeldesk.core.build.model import BuildRecord, BuildState
from modeldesk.core.canary.model import RolloutPlan
from modeldesk.core.containers.model import ContainerSummary, Health, PortBinding
from modeldesk.core.deployment_watch.model import Remedy
from modeldesk.core.engine.model import ConnectionState
from modeldesk.core.errors import AlreadyRunning, RecordsError
from modeldesk.core.gateway.names import GATEWAY_LABEL
from modeldesk.core.ids import NO_ENGINE, BuildId, DeploymentName, ModelName
from modeldesk.core.jobs import Job, Progress
from modeldesk.core.references import Reference
from modeldesk.core.releases.model import (
    DeploymentKey,
    JournalEntry,
    Release,
    ReleaseKind,
    ReleaseState,
    ServiceSettings,
    StepPhase,
    VersionTarget,
)
from modeldesk.paths import Paths
from modeldesk.ui.build.page import BuildPage
from modeldesk.ui.inspector.inside_window import InsideWindow
from modeldesk.ui.library.models_panel import ModelsPanel
from modeldesk.ui.library.page import LibraryPage
from modeldesk.ui.links import BuildLink, Link, PageKey
from modeldesk.ui.releases.page import ReleasesPage
from modeldesk.ui.settings.page import SettingsPage
from modeldesk.ui.tasks.lanes import Lane
from tests.fakes.engine import FakeEngine, FakeFinder
from tests.fakes.engine_containers import Behaviour
from tests.support.releases import FakeGateways, gateway_image
from tests.unit.core.archives.crafting import Image, layout, tar, write

if TYPE_CHECKING:
    from modeldesk.ui.context import Saying

SHOP = DeploymentName("shop")
HEALTHY = Behaviour(health=(Health.HEALTHY,))


@pytest.fixture
def engine() -> FakeEngine:
    made = FakeEngine()
    made.add_image("team/rec:v1.0.0", behaviour=HEALTHY)
    made.add_image("team/rec:v1.1.0", behaviour=HEALTHY)
    return made


def parts_of(folder: Path, engine: FakeEngine | None) -> Parts:
    """The program's parts, with an engine in memory in place of a search."""
    parts = Parts(Paths.under(folder))
    vars(parts).update(
        finder=FakeFinder(engine), _gateways=FakeGateways(), _gateway_image=gateway_image
    )
    return parts


@contextmanager
def running(app: QApplication, parts: Parts, start: Link | None = None) -> Iterator[Desktop]:
    """The program from its start to its end."""
    desktop = Desktop(app, parts, start)
    desktop.start()
    try:
        yield desktop
    finally:
        desktop.window.close()
        desktop.close()
        desktop.window.deleteLater()
        desktop.deleteLater()
        app.processEvents()


def deploy(parts: Parts, engine: FakeEngine) -> None:
    """Put v1.0.0 in service as the shop."""
    image = next(one for one in engine.list_images() if one.tags[0].tag == "v1.0.0")
    target = VersionTarget(image.id, str(image.tags[0]), image.id)
    settings = ServiceSettings((PortBinding(5000, 5000),))
    parts.releases.deploy(engine, SHOP, ModelName("team/rec"), target, settings, "", Job())


def shown(desktop: Desktop, kind: type[QWidget]) -> bool:
    """Whether a page is in view."""
    return any(page.isVisible() for page in desktop.window.findChildren(kind))


def test_paints_first_then_lists_and_connects(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path, engine: FakeEngine
) -> None:
    engine.latency_s = 0.02
    with running(qapp, parts_of(tmp_path, engine)) as desktop:
        assert not desktop.window.findChildren(LibraryPage)
        with qtbot.waitSignal(desktop.window.painted, timeout=5_000):
            pass
        qtbot.waitUntil(lambda: desktop.hub.snapshot.image_count == 2, timeout=10_000)
        assert desktop.hub.connection.state is ConnectionState.CONNECTED
        qtbot.waitUntil(lambda: not desktop.hub.snapshot.missing_details, timeout=10_000)
        qtbot.waitUntil(lambda: shown(desktop, LibraryPage), timeout=10_000)
        for key in PageKey:
            desktop.window.open_page(key)
            assert desktop.window.area.current is key
        desktop.window.open_page(PageKey.SETTINGS)
        qtbot.waitUntil(lambda: shown(desktop, SettingsPage), timeout=10_000)
        engine.add_image("team/rec:v1.2.0")
        qtbot.waitUntil(lambda: desktop.hub.snapshot.image_count == 3, timeout=5_000)


def test_the_palette_does_what_can_be_done_with_what_is_chosen_and_runs(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path, engine: FakeEngine
) -> None:
    parts = parts_of(tmp_path, engine)
    targets = [
        VersionTarget(image.id, str(image.tags[0]), image.id)
        for image in sorted(engine.list_images(), key=lambda one: str(one.tags[0]))
    ]
    for target in targets:
        settings = ServiceSettings((PortBinding(5000, 5000),))
        parts.releases.deploy(engine, SHOP, ModelName("team/rec"), target, settings, "", Job())
    with running(qapp, parts) as desktop:
        palette = desktop.window.palette_box

        def offered(text: str) -> list[str]:
            palette.open()
            palette.field.setText(text)
            found = [entry.title for entry in palette.shown()]
            palette.close_palette()
            return found

        qtbot.waitUntil(lambda: "Stop shop" in offered("stop shop"), timeout=10_000)
        assert "Roll back shop to v1.0.0…" in offered("roll back")
        assert "Remove the deployment shop…" in offered("remove")
        assert "Run team/rec v1.1.0…" in offered("run")
        assert "Build a new version of team/rec" in offered("build new")
        assert "Show all builds of team/rec" in offered("all builds")
        # The version that runs can't be removed; the menus say so, and it is not offered here.
        assert "Remove team/rec v1.1.0…" not in offered("remove")
        assert "Theme: Dark" in offered("dark")
        palette.open()
        palette.field.setText("Stop shop")
        QTest.keyClick(palette.field, Qt.Key.Key_Return)
        every = engine.list_containers
        qtbot.waitUntil(lambda: not any(one.running for one in every()))


def test_choosing_a_model_where_it_runs_shows_what_runs_of_it(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path, engine: FakeEngine
) -> None:
    engine.add_image("other:v1.0.0")
    parts = parts_of(tmp_path, engine)
    image = next(one for one in engine.list_images() if str(one.tags[0]).startswith("team/rec"))
    target = VersionTarget(image.id, str(image.tags[0]), image.id)
    settings = ServiceSettings((PortBinding(5000, 5000),))
    parts.releases.deploy(engine, SHOP, ModelName("team/rec"), target, settings, "", Job())
    with running(qapp, parts) as desktop:
        qtbot.waitUntil(lambda: bool(desktop.window.findChildren(ModelsPanel)), timeout=10_000)
        (panel,) = desktop.window.findChildren(ModelsPanel)
        desktop.window.open_page(PageKey.RELEASES)
        qtbot.waitUntil(lambda: shown(desktop, ReleasesPage), timeout=10_000)
        qtbot.waitUntil(lambda: panel.list.current_key() == "entry team/rec", timeout=10_000)
        went = []
        for key in ("entry team/rec", "entry other"):
            panel.list.row_selected.emit(key)
            went.append(desktop.window.area.current)
        assert went == [PageKey.RELEASES, PageKey.LIBRARY]


def test_a_folder_given_at_the_start_is_planned(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path, engine: FakeEngine
) -> None:
    folder = tmp_path / "digits"
    folder.mkdir()
    (folder / "serve.py").write_text("print()")
    with running(qapp, parts_of(tmp_path, engine), BuildLink(folder)) as desktop:
        qtbot.waitUntil(lambda: shown(desktop, BuildPage), timeout=10_000)
        [page] = desktop.window.findChildren(BuildPage)
        qtbot.waitUntil(lambda: page.form.model.text() == "digits", timeout=10_000)


def test_records_of_a_newer_program_are_left_alone_and_said(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path, engine: FakeEngine
) -> None:
    file = tmp_path / "modeldesk.sqlite"
    with closing(sqlite3.connect(file)) as newer:
        newer.execute("PRAGMA user_version = 9999")
        newer.execute("CREATE TABLE future (x)")
        newer.commit()
    before = file.read_bytes()
    parts = parts_of(tmp_path, engine)
    with running(qapp, parts) as desktop:
        said: list[str] = []
        desktop.hub.said.connect(lambda saying: said.append(saying.text))
        qtbot.waitUntil(lambda: desktop.hub.snapshot.image_count == 2, timeout=10_000)
        assert any("newer" in text for text in said)
        with pytest.raises(RecordsError, match="would be forgotten"):
            deploy(parts, engine)
        assert engine.list_containers() == ()
        assert parts.paths.database != file
        temporary = parts.paths.database.parent
        assert temporary.is_dir()
    assert file.read_bytes() == before
    assert not temporary.exists()


def test_records_that_another_program_holds_are_said_and_done_without(
    qapp: QApplication,
    qtbot: QtBot,
    tmp_path: Path,
    engine: FakeEngine,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    patient = database.open_database
    monkeypatch.setattr(database, "open_database", partial(patient, busy_seconds=0.01))
    parts = parts_of(tmp_path, engine)
    with closing(sqlite3.connect(parts.paths.database)) as holder:
        holder.execute("CREATE TABLE held (x)")
        holder.execute("BEGIN EXCLUSIVE")
        with running(qapp, parts) as desktop:
            said: list[str] = []
            desktop.hub.said.connect(lambda saying: said.append(saying.text))
            qtbot.waitUntil(lambda: desktop.hub.snapshot.image_count == 2, timeout=10_000)
            assert any("in use by another program" in text for text in said)
            with pytest.raises(RecordsError, match="would be forgotten"):
                deploy(parts, engine)


def test_two_windows_at_once_leave_each_other_alone(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path, engine: FakeEngine
) -> None:
    one, other = parts_of(tmp_path, engine), parts_of(tmp_path, engine)
    started = datetime.now(UTC)
    name = Reference.parse("team/rec:v9.0.0")
    build = BuildRecord(
        BuildId("b1"), ModelName("team/rec"), "/rec", (name,), started, BuildState.RUNNING
    )
    with running(qapp, one) as first:
        qtbot.waitUntil(lambda: first.hub.snapshot.image_count == 2, timeout=10_000)
        deploy(one, engine)
        key = DeploymentKey(engine.identity().id, SHOP)
        [release] = one.releases.history(key)
        records = SqliteReleaseRecords(one.opened.database)
        again = records.add_release(replace(release, state=ReleaseState.RUNNING))
        SqliteBuildRecords(one.opened.database).add_build(build)
        locks = FileDeploymentLocks(tmp_path / "locks")
        with locks.hold(SHOP, key.engine), running(qapp, other) as second:
            # With that of the gateway.
            qtbot.waitUntil(lambda: second.hub.snapshot.image_count == 3, timeout=10_000)
            assert second.hub.connection.state is ConnectionState.CONNECTED
            # What the first window has under way is neither healed nor given up by the second.
            qtbot.waitUntil(lambda: not second.tasks.active, timeout=10_000)
            assert other.builds.history.recent()[0].state is BuildState.RUNNING
            assert {r.id: r.state for r in other.releases.history(key)}[again] is (
                ReleaseState.RUNNING
            )
            with pytest.raises(AlreadyRunning):
                other.releases.stop(engine, key, Job())
            # What one makes, the other shows.
            engine.add_image("team/rec:v1.2.0")
            qtbot.waitUntil(lambda: second.hub.snapshot.image_count == 4, timeout=10_000)
        assert one.opened.database.read("SELECT count(*) FROM build") == [(1,)]
    assert [container.running for container in engine.list_containers()] == [True, True]


def test_two_windows_at_once_put_back_what_was_taken_away_once(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path, engine: FakeEngine
) -> None:
    one, other = parts_of(tmp_path, engine), parts_of(tmp_path, engine)
    deploy(one, engine)
    key = DeploymentKey(engine.identity().id, SHOP)

    def serving() -> ContainerSummary:
        every = engine.list_containers()
        return next(one for one in every if GATEWAY_LABEL not in one.labels)

    with running(qapp, one) as first, running(qapp, other) as second:
        said: list[Saying] = []
        for desktop in (first, second):
            desktop.hub.said.connect(said.append)
        qtbot.waitUntil(lambda: None not in (first._care, second._care), timeout=20_000)
        lost = serving().id
        engine.end_container(lost, 137)
        qtbot.waitUntil(lambda: serving().running, timeout=30_000)
        put_back = "shop runs again; its container had gone."
        qtbot.waitUntil(lambda: put_back in [one.text for one in said], timeout=10_000)
        qtbot.waitUntil(lambda: not first.tasks.active and not second.tasks.active, timeout=10_000)
        assert [one.text for one in said].count(put_back) == 1
        assert len(one.releases.history(key)) == 2
        # Whoever stops it wants it stopped: it is said, and a click runs it again.
        engine.stop_container(lost)
        found = first.pages.findings
        qtbot.waitUntil(lambda: bool(found.findings), timeout=30_000)
        qtbot.waitUntil(lambda: not first.tasks.active and not second.tasks.active, timeout=10_000)
        assert not serving().running
        (finding,) = found.findings
        found.take(finding, Remedy.RUN_AGAIN)
        qtbot.waitUntil(lambda: serving().running, timeout=10_000)
        qtbot.waitUntil(lambda: not found.findings, timeout=30_000)
        qtbot.waitUntil(lambda: not first.tasks.active and not second.tasks.active, timeout=10_000)
        assert len(one.releases.history(key)) == 3


def test_events_are_told_of_canaries_as_they_go(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path, engine: FakeEngine
) -> None:
    parts = parts_of(tmp_path, engine)
    deploy(parts, engine)
    key = DeploymentKey(engine.identity().id, SHOP)
    image = next(one for one in engine.list_images() if one.tags[0].tag == "v1.1.0")
    target = VersionTarget(image.id, str(image.tags[0]), image.id)
    told: list[None] = []
    parts.on_canary_told = lambda: told.append(None)
    begins = datetime.now(UTC) + timedelta(hours=1)
    canaries = parts.canaries(engine)
    canaries.start(key, target, RolloutPlan(starts=begins), "", Job())
    assert len(told) == 1
    with running(qapp, parts) as desktop:
        qtbot.waitUntil(lambda: desktop._care is not None, timeout=20_000)
        assert desktop._care is not None
        assert parts.on_canary_told == desktop._care._sender.nudge
        canaries.abort(key, "", Job())
    assert len(told) == 1


def test_an_interrupted_release_is_put_right_once_the_engine_answers(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path, engine: FakeEngine
) -> None:
    parts = parts_of(tmp_path, engine)
    first, second = (
        VersionTarget(image.id, str(image.tags[0]), image.id)
        for image in sorted(engine.list_images(), key=lambda one: str(one.tags[0]))
    )
    settings = ServiceSettings((PortBinding(5000, 5000),))
    parts.releases.deploy(engine, SHOP, ModelName("team/rec"), first, settings, "", Job())
    records = SqliteReleaseRecords(parts.opened.database)
    open_release = Release(
        0,
        engine.identity().id,
        SHOP,
        ReleaseKind.DEPLOY,
        second,
        first,
        datetime.now(UTC),
        "ana",
        "",
        ReleaseState.RUNNING,
    )
    number = records.add_release(open_release)
    records.write_journal(
        JournalEntry(number, 0, "gateway", StepPhase.STARTED, None, datetime.now(UTC))
    )
    for container in engine.list_containers():
        if GATEWAY_LABEL in container.labels:
            engine.stop_container(container.id)
    with running(qapp, parts) as desktop:
        said: list[Saying] = []
        desktop.hub.said.connect(said.append)
        every = engine.list_containers
        qtbot.waitUntil(lambda: all(one.running for one in every()), timeout=10_000)
        qtbot.waitUntil(
            lambda: parts.releases.history(open_release.key)[0].state is ReleaseState.RESTORED,
            timeout=10_000,
        )
        assert desktop.hub.connection.state is ConnectionState.CONNECTED
        qtbot.waitUntil(lambda: bool(said), timeout=10_000)
        assert len(said) == 1
        assert said[0].text == (
            "The release of v1.1.0 for shop was interrupted and has been undone: "
            "shop runs v1.0.0 as before."
        )
        assert said[0].on_action is not None
        said[0].on_action()
        assert desktop.window.area.current is PageKey.RELEASES


def test_a_deployment_of_an_older_program_is_shown_where_its_container_is(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path, engine: FakeEngine
) -> None:
    parts = parts_of(tmp_path, engine)
    image = engine.list_images()[0].id
    target = VersionTarget(image, "team/rec:v1.0.0", image)
    model = ModelName("team/rec")
    settings = ServiceSettings((PortBinding(5000, 5000),))
    parts.releases.deploy(engine, SHOP, model, target, settings, "", Job())
    records = SqliteReleaseRecords(parts.opened.database)
    here = DeploymentKey(engine.identity().id, SHOP)
    records.move(here, NO_ENGINE)
    with running(qapp, parts) as desktop:
        qtbot.waitUntil(lambda: records.deployment(here) is not None, timeout=10_000)
        desktop.window.open_page(PageKey.RELEASES)
        qtbot.waitUntil(lambda: shown(desktop, ReleasesPage), timeout=10_000)
        [page] = desktop.window.findChildren(ReleasesPage)
        qtbot.waitUntil(
            lambda: page.heading.title.text() == "team/rec · production", timeout=10_000
        )


def test_an_archive_is_opened_from_the_menu_and_the_palette(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    folder = write(tmp_path / "layout", layout([Image((tar({"app/serve.py": b"x"}),))]))
    with running(qapp, parts_of(tmp_path / "home", None)) as desktop:
        window = desktop.window
        qtbot.waitUntil(lambda: window.area.page(PageKey.LIBRARY) is not None, timeout=10_000)
        [entry] = [one for one in window._palette_entries() if one.title == "Open archive…"]
        assert entry.shortcut == "Ctrl+Shift+O"
        entry.run()
        [chooser] = window.findChildren(QFileDialog)
        chooser.fileSelected.emit(str(folder / "index.json"))
        chooser.close()
        qtbot.waitUntil(lambda: bool(window.findChildren(InsideWindow)), timeout=10_000)
        [inside] = window.findChildren(InsideWindow)
        assert inside.windowTitle() == "Inside layout"
        qtbot.waitUntil(
            lambda: inside.layers is not None and inside.layers.isVisible(), timeout=10_000
        )
        qtbot.waitUntil(lambda: not desktop.tasks.active, timeout=10_000)
        assert window.area.current is PageKey.LIBRARY
        inside.close()


def test_no_engine_is_said_in_the_page_itself(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    with running(qapp, parts_of(tmp_path, None)) as desktop:
        qtbot.waitUntil(
            lambda: desktop.hub.connection.state is ConnectionState.NONE, timeout=10_000
        )
        assert not shown(desktop, LibraryPage)


def test_the_end_cancels_what_runs(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path, engine: FakeEngine
) -> None:
    ended: list[bool] = []

    def wait(job: Job) -> None:
        job.report(Progress("waiting"))
        ended.append(job.token.wait(30))

    with running(qapp, parts_of(tmp_path, engine)) as desktop:
        qtbot.waitUntil(lambda: desktop.hub.snapshot.image_count == 2, timeout=10_000)
        handle = desktop.tasks.submit(wait, lane=Lane.TRANSFER, title="Wait", owner=desktop)
        qtbot.waitUntil(lambda: handle.progress is not None, timeout=5_000)
        desktop.window._may_leave = True
    assert ended == [True]
