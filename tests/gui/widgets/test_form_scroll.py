"""A form that scrolls: it says what is beyond its edges, and is no stop of the keyboard's."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.widgets.form_scroll import FormScroll


@pytest.fixture
def area(qtbot: QtBot, theme: Theme) -> FormScroll:
    form = QWidget()
    column = QVBoxLayout(form)
    for _ in range(8):
        column.addWidget(QLineEdit())
    area = FormScroll(form)
    qtbot.addWidget(area)
    area.resize(300, 120)
    area.show()
    return area


def lines(area: FormScroll) -> tuple[bool, bool]:
    return area.more_above.isVisible(), area.more_below.isVisible()


def test_a_line_says_where_more_is_beyond_the_edge(qtbot: QtBot, area: FormScroll) -> None:
    bar = area.verticalScrollBar()
    qtbot.waitUntil(lambda: lines(area) == (False, True))
    bar.setValue(bar.maximum() // 2)
    assert lines(area) == (True, True)
    bar.setValue(bar.maximum())
    assert lines(area) == (True, False)
    area.resize(300, 900)
    qtbot.waitUntil(lambda: lines(area) == (False, False))


def test_fields_stay_clear_of_the_bar_and_else_end_at_the_edge(
    qtbot: QtBot, area: FormScroll
) -> None:
    form = area.widget()
    assert form is not None
    qtbot.waitUntil(lambda: form.contentsMargins().right() > 0)
    area.resize(300, 900)
    qtbot.waitUntil(lambda: form.contentsMargins().right() == 0)
    qtbot.waitUntil(lambda: form.width() == area.viewport().width() == area.width())


def test_the_keyboard_goes_to_the_fields_alone(area: FormScroll) -> None:
    assert area.focusPolicy() is Qt.FocusPolicy.NoFocus
