"""A dialog grows for what it comes to say."""

from PySide6.QtWidgets import QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from modeldesk.ui.widgets.field import Field, NotedLineEdit
from modeldesk.ui.widgets.growing_dialog import GrowingDialog
from modeldesk.ui.widgets.label import Label


def test_nothing_is_squeezed_by_words_that_come_later(qtbot: QtBot) -> None:
    dialog = GrowingDialog()
    column = QVBoxLayout(dialog)
    field = Field("Why", NotedLineEdit(), "Kept in the history")
    said = Label("", wrap=True)
    column.addWidget(field)
    column.addWidget(said)
    said.hide()
    dialog.resize(260, 60)
    qtbot.addWidget(dialog)
    dialog.show()
    said.setText("The registry does not answer, and says so at some length. " * 6)
    said.show()
    later = QWidget()
    later.setMinimumHeight(80)
    column.addWidget(later)
    qtbot.waitUntil(lambda: said.height() >= said.heightForWidth(said.width()) > 60)
    assert field.height() >= field.sizeHint().height()
    assert later.height() >= 80
