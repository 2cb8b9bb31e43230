"""A question is answered with the keyboard as with the mouse."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.widgets.confirm import ConfirmDialog, Question, ask
from tests.gui.widgets.test_small_widgets import shown

QUESTION = Question("Remove it?", "It goes.", "Remove", command="docker rm it", dangerous=True)


@pytest.fixture
def answers() -> list[bool]:
    return []


@pytest.fixture
def window(theme: Theme, qtbot: QtBot) -> QWidget:
    made = QWidget()
    shown(qtbot, made, 600, 400)
    return made


@pytest.fixture
def dialog(window: QWidget, qtbot: QtBot, answers: list[bool]) -> ConfirmDialog:
    made = ask(QUESTION, window, lambda: answers.append(True))
    made.activateWindow()
    qtbot.waitUntil(made.cancel.hasFocus)
    return made


def test_return_cancels_at_first(dialog: ConfirmDialog, answers: list[bool]) -> None:
    QTest.keyClick(dialog.cancel, Qt.Key.Key_Return)
    assert answers == []


def test_return_on_the_other_button_does_it(dialog: ConfirmDialog, answers: list[bool]) -> None:
    QTest.keyClick(dialog.cancel, Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is dialog.accept_button
    QTest.keyClick(dialog.accept_button, Qt.Key.Key_Return)
    assert answers == [True]
