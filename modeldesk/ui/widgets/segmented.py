"""A row of joined buttons of which one is chosen."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QSizePolicy, QWidget

from modeldesk.ui.theme.fonts import TextStyle, font


class Segmented(QWidget):
    """One choice of a few. Tab reaches it, the arrow keys move the choice.

    `chosen` carries the key, and only when a person chose.
    """

    chosen = Signal(str)

    def __init__(
        self, options: Sequence[tuple[str, str]], name: str, parent: QWidget | None = None
    ) -> None:
        """`options` are (key, label); the first is chosen. `name` is for screen readers."""
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        self._group = QButtonGroup(self)
        self._buttons: dict[str, QPushButton] = {}
        for index, (key, label) in enumerate(options):
            button = QPushButton(label.replace("&", "&&"), self)
            button.setFont(font(TextStyle.MEDIUM))
            button.setProperty("kind", "segment")
            button.setProperty("place", _place(index, len(options)))
            button.setCheckable(True)
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            button.setAccessibleName(label)
            self._group.addButton(button)
            self._buttons[key] = button
            row.addWidget(button)
            button.toggled.connect(lambda on, key=key: self._toggled(key, on))
        self._current = options[0][0]
        self._quiet = False
        self.choose(self._current)

    @property
    def current(self) -> str:
        """The key of the choice."""
        return self._current

    def choose(self, key: str) -> None:
        """Make `key` the choice without a signal."""
        self._quiet = True
        self._buttons[key].setChecked(True)
        self._quiet = False

    def set_option_enabled(self, key: str, enabled: bool, why: str = "") -> None:
        """Let `key` be chosen or not; `why` not is its tooltip."""
        self._buttons[key].setEnabled(enabled)
        self._buttons[key].setToolTip("" if enabled else why)

    def _toggled(self, key: str, on: bool) -> None:
        if not on:
            return
        changed = key != self._current
        self._current = key
        if changed and not self._quiet:
            self.chosen.emit(key)


def _place(index: int, total: int) -> str:
    if total == 1:
        return "only"
    return "first" if index == 0 else "last" if index == total - 1 else "middle"
