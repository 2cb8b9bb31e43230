"""The page in the place of pages while no engine can be used, and the line while it is lost."""

from dataclasses import replace

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from modeldesk.core.engine.model import AttemptOutcome
from modeldesk.ui.context import Context
from modeldesk.ui.links import SettingsLink, SettingsSection
from modeldesk.ui.onboarding.lost_banner import LostBanner
from modeldesk.ui.onboarding.no_engine import NoEngine
from modeldesk.ui.theme.theme import ThemeMode
from tests.gui.parts import (
    CONNECTED,
    LOST,
    SEARCHING,
    Heard,
    RecordedControl,
    attempt,
    no_engine,
)


@pytest.fixture
def panel(qtbot: QtBot, context: Context) -> NoEngine:
    made = NoEngine(context)
    qtbot.addWidget(made)
    made.resize(1000, 700)
    made.show()
    return made


def texts(panel: NoEngine) -> list[str]:
    return [label.text() for label in panel.findChildren(QLabel) if label.isVisibleTo(panel)]


def test_every_address_is_told_with_its_answer_and_what_to_do(panel: NoEngine) -> None:
    panel.show_connection(
        no_engine(
            attempt(AttemptOutcome.NOT_THERE, "DOCKER_HOST", address="tcp://far:2375"),
            attempt(AttemptOutcome.NOT_PERMITTED, hint="Ask whoever runs it."),
            attempt(AttemptOutcome.TOO_OLD, "Podman"),
        )
    )
    said = texts(panel)
    for text in (
        "DOCKER_HOST",
        "tcp://far:2375",
        "not there",
        "not permitted",
        "Ask whoever runs it.",
        "Podman",
        "too old",
        "This account may not use the container engine",
    ):
        assert text in said


def test_a_command_can_be_copied(panel: NoEngine) -> None:
    panel.show_connection(no_engine(attempt(AttemptOutcome.NOT_RUNNING, "Colima")))
    copy = next(
        button
        for button in panel.fixes.findChildren(QPushButton)
        if "colima start" in button.accessibleName()
    )
    copy.click()
    assert QGuiApplication.clipboard().text() == "colima start"


def test_retry_asks_the_watch_and_waits_for_its_answer(panel: NoEngine, context: Context) -> None:
    control = context.engine_control
    assert isinstance(control, RecordedControl)
    panel.show_connection(no_engine())
    panel.retry.click()
    assert control.retries == 1
    panel.show_connection(SEARCHING)
    assert not panel.retry.isEnabled()
    assert "Looking again…" in texts(panel)
    panel.show_connection(no_engine())
    assert panel.retry.isEnabled()


def test_another_address_is_chosen_in_the_settings(panel: NoEngine, context: Context) -> None:
    heard = Heard(context)
    panel.choose.click()
    assert heard.links == [SettingsLink(SettingsSection.ENGINE)]


def test_a_new_answer_takes_the_place_of_the_old_one(panel: NoEngine) -> None:
    panel.show_connection(no_engine(attempt(AttemptOutcome.NOT_PERMITTED, "Old place")))
    panel.show_connection(no_engine(attempt(AttemptOutcome.NOT_RUNNING, "New place")))
    said = texts(panel)
    assert "New place" in said
    assert "Old place" not in said


def test_markup_from_outside_is_shown_as_it_is(panel: NoEngine) -> None:
    panel.show_connection(
        no_engine(attempt(AttemptOutcome.FAILED, "<b>Context</b>", hint="<img src=x>"))
    )
    assert "<b>Context</b>" in texts(panel)
    assert "<img src=x>" in texts(panel)


def test_the_theme_can_change_while_it_is_shown(panel: NoEngine, context: Context) -> None:
    panel.show_connection(no_engine(attempt(AttemptOutcome.NOT_RUNNING)))
    context.theme.set_mode(ThemeMode.DARK)
    assert "not running" in texts(panel)


def test_the_line_comes_with_the_loss_and_goes_with_the_return(
    qtbot: QtBot, context: Context
) -> None:
    control = RecordedControl()
    line = LostBanner(context.theme, control)
    qtbot.addWidget(line)
    line.show_connection(CONNECTED)
    assert line.isHidden()
    line.show_connection(LOST)
    assert not line.isHidden()
    assert "stopped answering" in line.banner.notice.sentence
    line.show_connection(SEARCHING)
    assert not line.isHidden()
    line.banner.action_chosen.emit(0)
    assert control.retries == 1
    line.show_connection(CONNECTED)
    assert line.isHidden()


def test_an_address_of_the_settings_that_is_gone_can_be_given_up(
    qtbot: QtBot, context: Context
) -> None:
    context.settings.change(replace(context.settings.current, engine_address="unix:///gone"))
    panel = NoEngine(context)
    qtbot.addWidget(panel)
    panel.show()
    gone = attempt(AttemptOutcome.NOT_THERE, "Settings", address="unix:///gone")
    panel.show_connection(no_engine(gone))
    assert "The settings name unix:///gone, so nothing else was tried." in texts(panel)
    panel.automatic.click()
    assert context.settings.current.engine_address == ""
    control = context.engine_control
    assert isinstance(control, RecordedControl)
    assert control.used == [""]


def test_without_a_chosen_address_there_is_none_to_give_up(panel: NoEngine) -> None:
    panel.show_connection(no_engine(attempt(AttemptOutcome.NOT_THERE)))
    assert not panel.automatic.isVisible()
