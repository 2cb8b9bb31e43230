"""A few lines of the same fields, with a button to add one and one to take each away."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from modeldesk.core.words import tr
from modeldesk.ui.theme.fonts import TextStyle, font
from modeldesk.ui.theme.icons import Icon
from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.theme.tokens import Space
from modeldesk.ui.widgets.buttons import IconButton, LinkButton
from modeldesk.ui.widgets.label import Label


@dataclass(frozen=True, slots=True)
class RowField:
    """One field of every line. `stretch` shares out the width."""

    name: str
    placeholder: str = ""
    stretch: int = 1


class RowsEditor(QWidget):
    """Lines of text fields. A line whose fields are all empty does not count."""

    changed = Signal()

    def __init__(
        self,
        theme: Theme,
        title: str,
        fields: Sequence[RowField],
        add: str,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._title = title
        self._fields = tuple(fields)
        self._lines: list[tuple[QWidget, tuple[QLineEdit, ...]]] = []
        self._rows = QVBoxLayout()
        self._rows.setSpacing(Space.XS)
        self.add_button = LinkButton(add)
        self.add_button.clicked.connect(self._add_and_focus)
        head = QHBoxLayout()
        # Placeholders go once something is typed; what each field is must not.
        self._names = Label(" → ".join(f.name for f in fields), TextStyle.LABEL, "muted")
        self._names.hide()
        head.setSpacing(Space.S)
        head.addWidget(Label(title, TextStyle.LABEL, "muted"))
        head.addWidget(self._names)
        head.addStretch(1)
        head.addWidget(self.add_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.XS)
        column.addLayout(head)
        column.addLayout(self._rows)

    def set_values(self, rows: Sequence[Sequence[str]]) -> None:
        """Replace every line."""
        for line, _ in list(self._lines):
            self._drop(line)
        for row in rows:
            self.add(*row)

    def values(self) -> list[tuple[str, ...]]:
        """What stands in each line that is not empty, stripped."""
        texts = [tuple(edit.text().strip() for edit in edits) for _, edits in self._lines]
        return [row for row in texts if any(row)]

    def add(self, *texts: str) -> tuple[QLineEdit, ...]:
        """Add a line with `texts`, as many as there are fields; its fields."""
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(Space.S)
        edits = []
        for number, field in enumerate(self._fields):
            edit = QLineEdit(texts[number] if number < len(texts) else "")
            edit.setCursorPosition(0)
            edit.setFont(font(TextStyle.MONO_SMALL))
            edit.setPlaceholderText(field.placeholder)
            edit.setAccessibleName(f"{self._title}: {field.name}")
            edit.textChanged.connect(self.changed)
            row.addWidget(edit, field.stretch)
            edits.append(edit)
        remove = IconButton(self._theme, Icon.CLOSE, tr("Remove this line"))
        remove.clicked.connect(lambda: self._drop(line))
        row.addWidget(remove)
        self._rows.addWidget(line)
        self._lines.append((line, tuple(edits)))
        self._names.show()
        self.changed.emit()
        return tuple(edits)

    def lines(self) -> list[tuple[QLineEdit, ...]]:
        """The fields of every line, empty ones too."""
        return [edits for _, edits in self._lines]

    def _add_and_focus(self) -> None:
        self.add()[0].setFocus()

    def _drop(self, line: QWidget) -> None:
        self._lines = [entry for entry in self._lines if entry[0] is not line]
        self._names.setVisible(bool(self._lines))
        self._rows.removeWidget(line)
        line.hide()
        line.deleteLater()
        self.changed.emit()
