"""A registry of one's own in the settings: started, stopped, freed of garbage, removed."""

from dataclasses import replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from modeldesk.core.changes import Changes
from modeldesk.core.engine.model import Connection, ConnectionState
from modeldesk.core.own_registry.model import USER
from modeldesk.core.registry.known import KnownRegistry
from modeldesk.core.settings import DEFAULT_REGISTRY_IMAGE, Settings
from modeldesk.ui.settings.registries.own_panel import OwnPanel
from modeldesk.ui.settings.registries.remove_own_dialog import RemoveOwnDialog
from modeldesk.ui.settings.registries.section import RegistriesSection
from modeldesk.ui.tasks.runner import TaskRunner
from modeldesk.ui.theme.theme import Theme
from tests.fakes.own_registry import IMAGE
from tests.gui.parts import CONNECTED, ENGINE, LOST, Heard, make_context
from tests.gui.settings.bench import Bench

HOST = "127.0.0.1:5000"


@pytest.fixture
def bench(theme: Theme, tasks: TaskRunner, tmp_path: Path) -> Bench:
    settings = Settings(theme="light", registry_image=str(IMAGE))
    context = make_context(theme, tasks, tmp_path, settings, engine=lambda: made.own.engine)
    made = Bench(context)
    context.hub.publish_connection(CONNECTED)
    return made


@pytest.fixture
def section(bench: Bench, qtbot: QtBot) -> RegistriesSection:
    made = RegistriesSection(bench.context, bench.service, bench.own_service)
    qtbot.addWidget(made)
    made.resize(720, 500)
    made.show()
    made.shown()
    qtbot.waitUntil(lambda: made.own_store.known)
    return made


@pytest.fixture
def started(section: RegistriesSection, qtbot: QtBot) -> RegistriesSection:
    section.own.start_button.click()
    qtbot.waitUntil(section.own.stop_button.isVisible)
    return section


def shown(panel: OwnPanel) -> set[str]:
    """What is offered."""
    buttons = {
        "start": panel.start_button,
        "stop": panel.stop_button,
        "collect": panel.collect_button,
        "cancel": panel.cancel_button,
        "remove": panel.remove_button,
    }
    return {name for name, button in buttons.items() if button.isVisible()}


def chips(section: RegistriesSection) -> list[str]:
    """The words beside the one host."""
    (row,) = section.store.rows()
    return [row.own.value] if row.own else []


def idle(section: RegistriesSection, bench: Bench, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: section.own_store.busy is None and not bench.context.tasks.active)


def test_one_click_starts_one(section: RegistriesSection, bench: Bench, qtbot: QtBot) -> None:
    heard = Heard(bench.context)
    assert shown(section.own) == {"start"}
    assert section.own.start_button.text() == "Start one on this engine"
    assert section.own.start_button.isEnabled()
    section.own.start_button.click()
    assert shown(section.own) == {"cancel"}
    idle(section, bench, qtbot)
    assert shown(section.own) == {"stop", "collect", "remove"}
    assert section.own.state.text() == f"Your own registry runs at {HOST}."
    assert bench.known == (KnownRegistry(HOST, user=USER, keeper="keyring"),)
    assert chips(section) == ["running"]
    qtbot.waitUntil(lambda: section.store.rows()[0].account is not None)
    assert HOST in heard.texts[-1]


def test_it_is_stopped_and_started(started: RegistriesSection, bench: Bench, qtbot: QtBot) -> None:
    started.own.stop_button.click()
    idle(started, bench, qtbot)
    assert shown(started.own) == {"start", "collect", "remove"}
    assert chips(started) == ["stopped"]
    started.own.start_button.click()
    idle(started, bench, qtbot)
    assert chips(started) == ["running"]


def test_what_the_command_line_does_is_seen(
    started: RegistriesSection, bench: Bench, qtbot: QtBot
) -> None:
    own = started.own_store.own
    assert own is not None
    assert own.container is not None
    bench.own.engine.stop_container(own.container)
    bench.context.hub.publish_changes(Changes(containers=frozenset({own.container})))
    qtbot.waitUntil(lambda: shown(started.own) == {"start", "collect", "remove"})


def test_garbage_is_collected_and_said(
    started: RegistriesSection, bench: Bench, qtbot: QtBot
) -> None:
    heard = Heard(bench.context)
    bench.own.registries.add(HOST).add_image("team/a", "v1", [b"layer"])
    bench.own.fill(9_000_000, 5_000_000)
    started.own.collect_button.click()
    idle(started, bench, qtbot)
    assert "5.00 MB came free" in heard.texts[-1]
    assert chips(started) == ["running"]


@pytest.mark.parametrize("data", [True, False])
def test_it_goes_once_it_was_said_what_goes(
    started: RegistriesSection, bench: Bench, qtbot: QtBot, data: bool
) -> None:
    registry = bench.own.registries.add(HOST)
    for number in range(12):
        registry.add_image(f"team/model-{number:02}", "v1", [b"layer"])
    bench.own.fill(9_000_000, 0)
    dialog = started.own.ask_removal()
    assert not dialog.accept_button.isEnabled()
    qtbot.waitUntil(dialog.accept_button.isEnabled)
    assert f"{HOST}/team/model-00" in dialog.repositories.text()
    assert "and 2 more" in dialog.repositories.text()
    assert "9.00 MB" in dialog.sentence.text()
    dialog.data.setChecked(data)
    assert ("for good" in dialog.sentence.text()) == data
    assert ("--data" in dialog.command.text()) == data
    dialog.accept_button.click()
    idle(started, bench, qtbot)
    assert bench.known == ()
    assert bench.own.engine.list_containers() == ()
    assert bool(bench.own.engine.list_volumes()) != data
    assert shown(started.own) == ({"start"} if data else {"start", "remove"})


def test_a_removal_that_is_not_meant_changes_nothing(
    started: RegistriesSection, bench: Bench, qtbot: QtBot
) -> None:
    bench.own.registries.add(HOST)
    dialog = started.own.ask_removal()
    dialog.cancel.click()
    idle(started, bench, qtbot)
    assert chips(started) == ["running"]


def test_removing_its_row_is_removing_it(
    started: RegistriesSection, bench: Bench, qtbot: QtBot
) -> None:
    bench.own.registries.add(HOST)
    dialog = started.forget(HOST)
    assert isinstance(dialog, RemoveOwnDialog)
    qtbot.waitUntil(dialog.accept_button.isEnabled)
    dialog.accept_button.click()
    idle(started, bench, qtbot)
    assert bench.own.engine.list_containers() == ()


def test_what_is_in_it_may_be_unknown(
    started: RegistriesSection, bench: Bench, qtbot: QtBot
) -> None:
    bench.own.registries.add(HOST).is_away = True
    dialog = started.own.ask_removal()
    qtbot.waitUntil(dialog.banner.isVisible)
    assert dialog.accept_button.isEnabled()
    dialog.accept_button.click()
    idle(started, bench, qtbot)
    assert bench.own.engine.list_containers() == ()


def test_a_machine_without_a_keyring(
    section: RegistriesSection, bench: Bench, qtbot: QtBot
) -> None:
    heard = Heard(bench.context)
    bench.store.has_keyring = False
    section.own.start_button.click()
    idle(section, bench, qtbot)
    assert heard.texts[-1] == "No keyring. Set one up."
    assert shown(section.own) == {"start"}
    assert bench.own.engine.list_volumes() == ()


def test_a_start_is_cancelled(section: RegistriesSection, bench: Bench, qtbot: QtBot) -> None:
    bench.checker.held.clear()
    section.own.start_button.click()
    qtbot.waitUntil(lambda: bool(bench.checker.asked))
    section.own.cancel_button.click()
    idle(section, bench, qtbot)
    assert shown(section.own) == {"start"}
    assert bench.own.engine.list_containers() == ()


def test_without_an_engine_of_this_machine_it_is_said_why(
    section: RegistriesSection, bench: Bench, qtbot: QtBot
) -> None:
    hub = bench.context.hub
    hub.publish_connection(LOST)
    qtbot.waitUntil(lambda: "No engine" in section.own.state.text())
    assert not section.own.start_button.isEnabled()
    away = replace(ENGINE, address="tcp://build-server:2376")
    hub.publish_connection(Connection(ConnectionState.CONNECTED, away))
    qtbot.waitUntil(lambda: "build-server" in section.own.state.text())
    assert not section.own.start_button.isEnabled()
    hub.publish_connection(CONNECTED)
    qtbot.waitUntil(section.own.start_button.isEnabled)


def test_what_is_not_whole_is_put_right(
    started: RegistriesSection, bench: Bench, qtbot: QtBot
) -> None:
    bench.store.kept.clear()
    started.own_store.look()
    qtbot.waitUntil(lambda: chips(started) == ["unfinished"])
    assert started.own.start_button.text() == "Put right"
    started.own.start_button.click()
    idle(started, bench, qtbot)
    assert chips(started) == ["running"]


def test_another_image_is_typed(section: RegistriesSection, bench: Bench) -> None:
    image = section.own.image
    for typed, kept in (("r.lan/registry:3", "r.lan/registry:3"), ("", DEFAULT_REGISTRY_IMAGE)):
        image.line.setText(typed)
        image.line.setModified(True)
        image.line.editingFinished.emit()
        assert bench.context.settings.current.registry_image == kept
        assert image.line.text() == kept
    image.line.setText("No Image")
    image.line.setModified(True)
    image.line.editingFinished.emit()
    assert bench.context.settings.current.registry_image == DEFAULT_REGISTRY_IMAGE
