"""A page that is read is a stop of the Tab key only where there is more of it than fits."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.widgets.scroll_stop import ScrollStop
from tests.gui.widgets.test_small_widgets import shown


def page(qtbot: QtBot, height: int) -> ScrollStop:
    area = ScrollStop("what it holds")
    content = QWidget()
    content.setMinimumHeight(height)
    QVBoxLayout(content)
    area.setWidget(content)
    shown(qtbot, area, 120, 100)
    return area


def test_what_fits_is_no_stop(qtbot: QtBot) -> None:
    area = page(qtbot, 40)
    assert area.focusPolicy() is Qt.FocusPolicy.NoFocus
    content = area.widget()
    assert content is not None
    content.setMinimumHeight(400)
    qtbot.waitUntil(lambda: area.focusPolicy() is Qt.FocusPolicy.TabFocus)


def test_its_focus_is_seen(qtbot: QtBot, theme: Theme) -> None:
    area = page(qtbot, 400)
    area.activateWindow()
    area.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(area.hasFocus)
    edge = area.grab().toImage().pixelColor(60, 0)
    assert edge == QColor(theme.tokens.accent)
