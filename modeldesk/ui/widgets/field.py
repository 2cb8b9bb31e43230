"""A control with its name above it, and a line edit with a note at its right."""

from collections.abc import Callable

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from modeldesk.core.errors import InvalidInput
from modeldesk.ui.theme.fonts import TextStyle, font
from modeldesk.ui.theme.tokens import Space
from modeldesk.ui.widgets.label import Label, repolish


class Field(QWidget):
    """`control` under its name; an error takes the place of the note below it."""

    def __init__(
        self, label: str, control: QWidget, note: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.control = control
        self._note = note
        self._name = Label(label, TextStyle.LABEL, "muted")
        self._name.setBuddy(control)
        self._name.setVisible(bool(label))
        self._below = Label("", TextStyle.LABEL, "muted", wrap=True)
        if not control.accessibleName():
            control.setAccessibleName(label)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.XS - 1)
        column.addWidget(self._name)
        column.addWidget(control)
        column.addWidget(self._below)
        self.clear_error()

    def set_error(self, sentence: str) -> None:
        """Say what is wrong with what stands in the control."""
        self._show(sentence, wrong=True)

    def clear_error(self) -> None:
        """Show the note again."""
        self._show(self._note, wrong=False)

    def passes(self, check: Callable[[], object]) -> bool:
        """Whether `check` finds nothing wrong; what it does find is said. `check` raises
        `InvalidInput`."""
        try:
            check()
        except InvalidInput as error:
            self.set_error(str(error))
            return False
        self.clear_error()
        return True

    def set_note(self, note: str) -> None:
        """Say something about the control while nothing is wrong."""
        self._note = note
        if not self.control.property("wrong"):
            self._show(note, wrong=False)

    def _show(self, text: str, wrong: bool) -> None:
        self._below.setText(text)
        self._below.set_color("bad" if wrong else "muted")
        self._below.setVisible(bool(text))
        beside = self.control.note() if isinstance(self.control, NotedLineEdit) else ""
        self.control.setAccessibleDescription(text or beside)
        if bool(self.control.property("wrong")) != wrong:
            self.control.setProperty("wrong", wrong)
            repolish(self.control)


def mono_line(text: str, placeholder: str) -> QLineEdit:
    """A line for what is typed to the letter."""
    line = QLineEdit(text)
    line.setFont(font(TextStyle.MONO_SMALL))
    line.setPlaceholderText(placeholder)
    return line


class NotedLineEdit(QLineEdit):
    """A line edit with pale words at its right that say where the text comes from."""

    def __init__(self, note: str = "", *, mono: bool = True, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._note = ""
        self.setFont(font(TextStyle.MONO_SMALL if mono else TextStyle.BODY))
        self.set_note(note)

    def note(self) -> str:
        """The words at the right."""
        return self._note

    def set_note(self, note: str) -> None:
        """Show `note` at the right, while there is room for it beside the text."""
        self._note = note
        self.setAccessibleDescription(note)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        metrics = self.fontMetrics()
        width = metrics.horizontalAdvance(self._note)
        taken = metrics.horizontalAdvance(self.text() or self.placeholderText())
        if not self._note or taken + width + 40 > self.width():
            return
        painter = QPainter(self)
        painter.setPen(QColor(self.palette().placeholderText().color()))
        rect: QRect = self.rect().adjusted(0, 0, -12, 0)
        painter.drawText(
            rect, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, self._note
        )
        painter.end()
