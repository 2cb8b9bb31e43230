"""Figures with their names: name at the left, figure at the right."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from modeldesk.ui.theme.fonts import TextStyle
from modeldesk.ui.theme.tokens import Space, TextColor, Tone
from modeldesk.ui.widgets.elided_label import ElidedLabel
from modeldesk.ui.widgets.label import Label
from modeldesk.ui.widgets.tooltip import plain_tooltip

_COLORS: dict[Tone | None, TextColor] = {
    None: "text",
    Tone.GOOD: "good",
    Tone.ACCENT: "accent",
    Tone.WARNING: "warning",
    Tone.BAD: "bad",
    Tone.NEUTRAL: "muted",
}


@dataclass(frozen=True, slots=True)
class KeyValue:
    """One line. `mono` is for references and digests, which are not figures."""

    label: str
    value: str
    tone: Tone | None = None
    tooltip: str = ""
    mono: bool = False


class KeyValueList(QWidget):
    """Lines of name and figure."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[KeyValue, ...] = ()
        self._labels: list[tuple[Label, ElidedLabel]] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(Space.S)
        self._grid.setVerticalSpacing(1)
        self._grid.setColumnStretch(1, 1)

    def rows(self) -> tuple[KeyValue, ...]:
        """What is shown."""
        return self._rows

    def set_rows(self, rows: Sequence[KeyValue]) -> None:
        """Show `rows`. Rows that stay in shape are changed in place."""
        if tuple(rows) == self._rows:
            return
        same_shape = [row.mono for row in rows] == [row.mono for row in self._rows]
        if not same_shape:
            self._clear()
            for index, row in enumerate(rows):
                self._add(index, row)
        self._rows = tuple(rows)
        for row, (name, value) in zip(rows, self._labels, strict=True):
            name.setText(row.label)
            value.set_text(row.value)
            value.set_color(_COLORS[row.tone])
            if row.tooltip:
                name.setToolTip(plain_tooltip(row.tooltip))
                value.setToolTip(plain_tooltip(row.tooltip))
            value.setAccessibleName(f"{row.label}: {row.value}")

    def _add(self, index: int, row: KeyValue) -> None:
        name = Label("", TextStyle.BODY, "muted")
        value = ElidedLabel("", TextStyle.MONO_SMALL if row.mono else TextStyle.NUMBER)
        value.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._grid.addWidget(name, index, 0)
        self._grid.addWidget(value, index, 1)
        self._labels.append((name, value))

    def _clear(self) -> None:
        for pair in self._labels:
            for label in pair:
                self._grid.removeWidget(label)
                label.hide()
                label.deleteLater()
        self._labels.clear()
