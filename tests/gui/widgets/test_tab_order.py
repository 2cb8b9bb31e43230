"""Tab goes as the eye does."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from modeldesk.ui.widgets.tab_order import tab_through
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
