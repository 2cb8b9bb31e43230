"""A question is answered once."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.widgets.confirm import Question, ask


def test_a_second_click_does_not_do_it_twice(theme: Theme, qtbot: QtBot) -> None:
    below = QWidget()
    qtbot.addWidget(below)
    below.show()
    done: list[int] = []
    dialog = ask(Question("Roll back?", "It switches.", "Roll back"), below, lambda: done.append(1))
    button = dialog.accept_button
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert done == [1]
