"""The Settings page: every choice holds and is saved at once."""

import threading
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from modeldesk.core import settings as settings_file
from modeldesk.core.channel_rule import ChannelRule
from modeldesk.core.engine.model import AttemptOutcome, EngineAttempt
from modeldesk.core.ports import ImageEngine
from modeldesk.ui.context import Context
from modeldesk.ui.links import SettingsLink, SettingsSection
from modeldesk.ui.making import at_once
from modeldesk.ui.settings.page import SettingsPage, make_sections
from tests.contracts.content_records_contract import read
from tests.fakes.content_records import FakeContentRecords
from tests.fakes.engine import FakeEngine
from tests.gui.parts import CONNECTED, Heard, RecordedControl, attempt, no_engine
from tests.gui.settings.bench import Bench


class Search:
    """Finds what it is told to."""

    def __init__(self) -> None:
        self.engine: FakeEngine | None = None
        self.asked: list[str] = []
        self.gate = threading.Event()
        self.gate.set()

    def find(self, preferred: str = "") -> tuple[ImageEngine | None, tuple[EngineAttempt, ...]]:
        self.asked.append(preferred)
        self.gate.wait(10)
        outcome = AttemptOutcome.ANSWERED if self.engine else AttemptOutcome.NOT_RUNNING
        return self.engine, (attempt(outcome, hint="" if self.engine else "Start Docker."),)

    def known_addresses(self) -> tuple[tuple[str, str], ...]:
        return (
            ("Default address", "unix:///var/run/docker.sock"),
            ("Podman", "unix:///run/podman/podman.sock"),
        )


@pytest.fixture
def search() -> Search:
    return Search()


@pytest.fixture
def layer_records() -> FakeContentRecords:
    """Two layers are kept."""
    records = FakeContentRecords()
    for number in (1, 2):
        records.keep_layer_index(read(number, bytes(700_000)))
    return records


@pytest.fixture
def page(
    qtbot: QtBot, context: Context, search: Search, layer_records: FakeContentRecords
) -> SettingsPage:
    bench = Bench(context)
    sections = make_sections(
        context,
        search,
        lambda: layer_records,
        lambda: layer_records,
        bench.service,
        bench.own_service,
        bench.events_service,
    )
    made = SettingsPage(at_once(sections))
    qtbot.addWidget(made)
    made.resize(900, 700)
    made.show()
    qtbot.waitUntil(lambda: made.sections.engine.address.count() == 2)
    return made


def saved(path: Path) -> settings_file.Settings:
    return settings_file.load(path).settings


def type_into(line: QLineEdit, text: str) -> None:
    line.selectAll()
    QTest.keyClicks(line, text)
    QTest.keyClick(line, Qt.Key.Key_Return)


def test_a_choice_is_saved_at_once(page: SettingsPage, context: Context, qtbot: QtBot) -> None:
    page.sections.appearance.theme_mode.chosen.emit("dark")
    page.sections.naming.scheme.chosen.emit("timestamp")
    page.sections.naming.git_tag.setCurrentIndex(2)
    page.sections.naming.git_tag.activated.emit(2)
    page.sections.notifications.notify_after.setValue(30)
    path = context.paths.settings
    qtbot.waitUntil(lambda: path.exists() and saved(path) == context.settings.current)
    assert saved(path) == replace(
        saved(path),
        theme="dark",
        version_scheme="timestamp",
        notify_after_s=30.0,
        git_tag_pattern="{model}@{version}",
    )


def test_what_is_typed_is_saved_when_it_is_right(
    page: SettingsPage, context: Context, qtbot: QtBot
) -> None:
    type_into(page.sections.naming.registry.line, "registry.lan:5000/team/")
    type_into(page.sections.naming.author.line, "Ada")
    type_into(page.sections.naming.base_image.line, "python:3.12-slim")
    type_into(page.sections.naming.mirror.line, "registry.example.com/hub/")
    now = context.settings.current
    assert now.default_registry == "registry.lan:5000/team"
    assert now.release_author == "Ada"
    assert now.base_image == "python:3.12-slim"
    assert now.base_mirror == "registry.example.com/hub"
    qtbot.waitUntil(lambda: saved(context.paths.settings) == now)


def test_the_gateway_s_image_and_what_environments_follow(
    page: SettingsPage, context: Context, qtbot: QtBot
) -> None:
    section = page.sections.deployments
    assert section.gateway_image.line.text() == settings_file.DEFAULT_GATEWAY_IMAGE
    assert section.followed.line.text() == "production: stable, test: candidate"
    type_into(section.gateway_image.line, "registry.lan/nginx:1.28")
    type_into(section.followed.line, "eu-west:stable , production: stable,")
    now = context.settings.current
    assert now.gateway_image == "registry.lan/nginx:1.28"
    assert now.followed_channels == {"eu-west": "stable", "production": "stable"}
    qtbot.waitUntil(lambda: saved(context.paths.settings) == now)
    assert section.followed.line.text() == "eu-west: stable, production: stable"
    for line in (section.gateway_image.line, section.followed.line):
        line.selectAll()
        QTest.keyClick(line, Qt.Key.Key_Delete)
        QTest.keyClick(line, Qt.Key.Key_Return)
    assert context.settings.current.gateway_image == settings_file.DEFAULT_GATEWAY_IMAGE
    assert context.settings.current.followed_channels == {}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("production", "does not say which channel"),
        ("production: nothing-known", "nothing-known"),
        ("Production: stable", "can’t be an environment’s name"),
        ("test: stable, test: candidate", "stands there twice"),
    ],
)
def test_channels_that_can_t_be_followed(
    page: SettingsPage, context: Context, text: str, said: str
) -> None:
    before = context.settings.current
    line = page.sections.deployments.followed.line
    type_into(line, text)
    assert said in line.accessibleDescription()
    assert context.settings.current == before


def test_what_is_wrong_is_said_beside_the_field_and_not_saved(
    page: SettingsPage, context: Context
) -> None:
    line = page.sections.naming.base_image.line
    type_into(line, "Not An Image")
    assert context.settings.current.base_image == "python:3.11-slim"
    assert "not an image name" in line.accessibleDescription()
    type_into(line, "python:3.12")
    assert "not an image name" not in line.accessibleDescription()
    assert context.settings.current.base_image == "python:3.12"


def test_a_change_from_elsewhere_is_shown_but_not_over_what_is_being_typed(
    page: SettingsPage, context: Context
) -> None:
    QTest.keyClicks(page.sections.naming.author.line, "Gra")
    store = context.settings
    store.change(replace(store.current, theme="dark", release_author="Ada", base_image="x:1"))
    assert page.sections.appearance.theme_mode.current == "dark"
    assert page.sections.naming.base_image.line.text() == "x:1"
    assert page.sections.naming.author.line.text() == "Gra"


def test_another_language_holds_from_the_next_start(page: SettingsPage, context: Context) -> None:
    language = page.sections.appearance.language
    language.setCurrentIndex(language.findData("zh_CN"))
    language.activated.emit(language.currentIndex())
    assert context.settings.current.language == "zh_CN"
    assert "next start" in language.accessibleDescription()
    language.setCurrentIndex(language.findData(""))
    language.activated.emit(language.currentIndex())
    assert language.accessibleDescription() == ""


def test_an_engine_address_is_checked_saved_and_used(page: SettingsPage, context: Context) -> None:
    control = context.engine_control
    assert isinstance(control, RecordedControl)
    section = page.sections.engine
    assert not section.field.isVisible()
    section.mode.choose("choose")
    section.mode.chosen.emit("choose")
    assert section.field.isVisible()
    line = section.address.lineEdit()
    assert line is not None
    type_into(line, "tcp://build-server")
    assert "host and port" in section.address.accessibleDescription()
    assert control.used == []
    type_into(line, "tcp://build-server:2376")
    assert context.settings.current.engine_address == "tcp://build-server:2376"
    assert control.used == ["tcp://build-server:2376"]
    section.mode.choose("find")
    section.mode.chosen.emit("find")
    assert context.settings.current.engine_address == ""
    assert control.used == ["tcp://build-server:2376", ""]


def test_known_addresses_are_offered(page: SettingsPage, context: Context) -> None:
    section = page.sections.engine
    section.mode.choose("choose")
    section.address.setCurrentIndex(1)
    section.address.textActivated.emit(section.address.currentText())
    assert context.settings.current.engine_address == "unix:///run/podman/podman.sock"


def test_the_test_button_says_what_was_answered_and_closes_the_engine(
    page: SettingsPage, search: Search, qtbot: QtBot
) -> None:
    section = page.sections.engine
    search.gate.clear()
    section.test.click()
    assert not section.test.isEnabled()
    assert section.result.text() == "Asking…"
    search.gate.set()
    qtbot.waitUntil(section.test.isEnabled)
    assert "not running" in section.result.text()
    assert "Start Docker." in section.result.text()
    search.engine = FakeEngine()
    section.test.click()
    qtbot.waitUntil(section.test.isEnabled)
    assert "answered" in section.result.text()
    assert search.asked == ["", ""]


def test_the_engine_in_use_is_told(page: SettingsPage, context: Context) -> None:
    context.hub.publish_connection(CONNECTED)
    said = page.sections.engine.state.text()
    assert "Docker Engine 27.3.1" in said
    assert "unix:///var/run/docker.sock" in said
    context.hub.publish_connection(no_engine())
    assert page.sections.engine.state.text() == "None in use."


def test_a_link_brings_its_section_into_view(page: SettingsPage, qtbot: QtBot) -> None:
    bar = page.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 0)
    page.activate(SettingsLink(SettingsSection.FILES))
    assert bar.value() > 0
    page.activate(SettingsLink(SettingsSection.ENGINE))
    assert bar.value() < 40


def test_a_folder_that_is_not_there_yet_is_said(page: SettingsPage, context: Context) -> None:
    heard = Heard(context)
    page.sections.files._open_folder(Path("/nowhere/at/all/settings.json"))
    assert heard.texts == ["/nowhere/at/all is not there yet."]


def test_what_layers_take_is_told_and_can_be_let_go(
    page: SettingsPage, layer_records: FakeContentRecords, context: Context, qtbot: QtBot
) -> None:
    layers = page.sections.layers
    page.shown()
    qtbot.waitUntil(lambda: layers.taken.text() == "Takes 1.40 MB now.")
    layers.limit.setValue(300)
    qtbot.waitUntil(lambda: layer_records.limit_bytes == 300_000_000)
    assert context.settings.current.layer_records_mb == 300
    QTest.mouseClick(layers.forget, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: layers.taken.text() == "Takes 0 B now.")
    assert layer_records.kept == {}
    assert not layers.forget.isEnabled()


def test_what_weights_take_has_a_limit_of_its_own(
    page: SettingsPage, context: Context, qtbot: QtBot
) -> None:
    section = page.sections.weights
    page.shown()
    qtbot.waitUntil(lambda: section.taken.text() == "Takes 1.40 MB now.")
    section.limit.setValue(500)
    assert context.settings.current.weights_cache_mb == 500
    assert context.settings.current.layer_records_mb == 1000
    qtbot.waitUntil(lambda: page.sections.layers.taken.text() != "")


def test_rules_of_channels_are_saved(page: SettingsPage, context: Context) -> None:
    section = page.sections.channels
    assert list(section.rows) == ["stable", "candidate"]
    assert [box.isChecked() for box in section.rows["stable"].boxes()] == [True, True, False]
    section.rows["stable"].tests.click()
    section.rows["stable"].after.click()
    now = context.settings.current.channel_rules
    assert now["stable"] == ChannelRule(metrics=True, tests=True)


def test_a_channel_of_ones_own_is_added_and_removed(
    page: SettingsPage, context: Context, qtbot: QtBot
) -> None:
    section = page.sections.channels
    for wrong in ("v1.2.0", "latest", "stable", "a b"):
        section.name.clear()
        QTest.keyClicks(section.name, wrong)
        assert not section.add.isEnabled(), wrong
        assert section.name.property("wrong"), wrong
    type_into(section.name, "production")
    assert list(section.rows) == ["stable", "candidate", "production"]
    section.rows["production"].after.click()
    assert context.settings.current.channel_rules["production"] == ChannelRule(after="candidate")
    path = context.paths.settings
    qtbot.waitUntil(lambda: path.exists() and saved(path) == context.settings.current)
    section.removers["production"].click()
    assert list(section.rows) == ["stable", "candidate"]
    assert "production" not in context.settings.current.channel_rules
