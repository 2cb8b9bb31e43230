"""Tab goes as the eye does."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from modeldesk.ui.widgets.tab_order import HandsOn, tab_through
from modeldesk.ui.widgets.tabs import Tabs
from tests.gui.widgets.test_small_widgets import shown


def test_parts_made_late_come_where_they_stand(qtbot: QtBot) -> None:
    window = QWidget()
    row = QHBoxLayout(window)
    left, right = QWidget(), QWidget()
    row.addWidget(left)
    row.addWidget(right)
    fields = {name: QLineEdit(name) for name in ("last", "first", "second")}
    for part, name in ((right, "last"), (left, "first"), (left, "second")):
        layout = part.layout() or QHBoxLayout(part)
        layout.addWidget(fields[name])
    shown(qtbot, window, 300, 60)
    tab_through(left, right)
    window.activateWindow()
    fields["first"].setFocus()
    qtbot.waitUntil(fields["first"].hasFocus)
    gone_through = []
    for _ in range(3):
        focused = QApplication.focusWidget()
        assert isinstance(focused, QLineEdit)
        gone_through.append(focused.text())
        QTest.keyClick(focused, Qt.Key.Key_Tab)
    assert gone_through == ["first", "second", "last"]


def test_what_hands_the_focus_on_does_not_hold_tab(qtbot: QtBot) -> None:
    """Tabs and frames were made before the stops around them were put in order."""
    window = QWidget()
    row = QHBoxLayout(window)
    before, tabs, frame, after = QLineEdit(), Tabs("pages"), HandsOn(), QLineEdit()
    inside, framed = QLineEdit(), QLineEdit()
    tabs.addTab(inside, "one")
    QHBoxLayout(frame).addWidget(framed)
    frame.hand_on_to(framed)
    for part in (after, tabs, frame, before):
        row.addWidget(part)
    shown(qtbot, window, 500, 60)
    tab_through(before, tabs, frame, after)
    window.activateWindow()
    before.setFocus()
    qtbot.waitUntil(before.hasFocus)
    gone_through: list[QWidget | None] = []
    for _ in range(6):
        focused = QApplication.focusWidget()
        gone_through.append(focused)
        assert focused is not None
        QTest.keyClick(focused, Qt.Key.Key_Tab)
    assert gone_through == [before, tabs.tabBar(), inside, framed, after, before]


def test_the_focus_is_handed_on(qtbot: QtBot) -> None:
    frame = HandsOn()
    field = QLineEdit()
    QHBoxLayout(frame).addWidget(field)
    frame.hand_on_to(field)
    shown(qtbot, frame, 200, 60)
    frame.activateWindow()
    frame.setFocus()
    qtbot.waitUntil(field.hasFocus)
