"""Asks once before something is done that can't be taken back cheaply."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from modeldesk.core.words import tr
from modeldesk.ui.presentation import count
from modeldesk.ui.theme.fonts import TextStyle
from modeldesk.ui.theme.tokens import Space
from modeldesk.ui.widgets.buttons import DangerButton, LinkButton, PlainButton, PrimaryButton
from modeldesk.ui.widgets.key_value import KeyValue, KeyValueList
from modeldesk.ui.widgets.label import Label

_WIDTH = 520


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked. `items` are the names of all that is concerned, one a line; `command` is
    the command line that does the same."""

    title: str
    sentence: str
    action: str
    facts: tuple[KeyValue, ...] = ()
    items: tuple[str, ...] = ()
    command: str = ""
    dangerous: bool = False


class ConfirmDialog(QDialog):
    """One question; Cancel is the default. It blocks the window below, never the program."""

    def __init__(self, question: Question, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(question.title)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.XL, Space.XL, Space.XL, Space.L)
        column.setSpacing(Space.M)
        column.addWidget(Label(question.title, TextStyle.SUBTITLE))
        column.addWidget(Label(question.sentence, wrap=True))
        if question.items:
            column.addWidget(_items(question.items))
        if question.facts:
            facts = KeyValueList()
            facts.set_rows(question.facts)
            column.addWidget(facts)
        if question.command:
            column.addWidget(Label(tr("The same on the command line:"), TextStyle.LABEL, "muted"))
            column.addLayout(_command(question.command))
        column.addStretch(1)
        self.cancel = PlainButton(tr("Cancel"))
        self.accept_button: PlainButton = (
            DangerButton(question.action) if question.dangerous else PrimaryButton(question.action)
        )
        column.addLayout(self._buttons())
        self.setMinimumWidth(_WIDTH)
        self.cancel.setFocus()

    def _buttons(self) -> QHBoxLayout:
        self.cancel.setDefault(True)
        self.cancel.clicked.connect(self.reject)
        self.accept_button.clicked.connect(self.accept)
        row = QHBoxLayout()
        row.setSpacing(Space.S)
        row.addStretch(1)
        row.addWidget(self.cancel)
        row.addWidget(self.accept_button)
        return row


def ask(question: Question, parent: QWidget, on_yes: Callable[[], object]) -> ConfirmDialog:
    """Show the question over `parent`'s window; `on_yes` is called, once, when it is
    answered so."""
    dialog = ConfirmDialog(question, parent.window())
    # A second click that is on its way already must not do it twice.
    dialog.accepted.connect(on_yes, Qt.ConnectionType.SingleShotConnection)
    dialog.open()
    return dialog


_ITEMS_SHOWN = 12


def _items(items: Sequence[str]) -> Label:
    shown = list(items[:_ITEMS_SHOWN])
    if len(items) > _ITEMS_SHOWN:
        shown.append(tr("… and {count} more", count=count(len(items) - _ITEMS_SHOWN)))
    return Label("\n".join(shown), TextStyle.MONO_SMALL, wrap=True, selectable=True)


def _command(command: str) -> QHBoxLayout:
    copy = LinkButton(tr("copy"))
    copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(command))
    row = QHBoxLayout()
    row.setSpacing(Space.S)
    row.addWidget(Label(command, TextStyle.MONO_SMALL, wrap=True, selectable=True), 1)
    row.addWidget(copy, 0, Qt.AlignmentFlag.AlignTop)
    return row
