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
        self._tips: dict[str, str] = {}
        for index, (key, label) in enumerate(options):
            button = QPushButton(self)
            button.setFont(font(TextStyle.MEDIUM))
            button.setProperty("kind", "segment")
            button.setProperty("place", _place(index, len(options)))
            button.setCheckable(True)
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            self._group.addButton(button)
            self._buttons[key] = button
            self.set_option_label(key, label)
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

    def focus_current(self) -> None:
        """Let the keyboard stand on the choice."""
        self._buttons[self._current].setFocus()

    def set_option_label(self, key: str, label: str) -> None:
        """Call `key` something else."""
        self._buttons[key].setText(label.replace("&", "&&"))
        self._buttons[key].setAccessibleName(label)

    def set_option_enabled(self, key: str, enabled: bool, why: str = "") -> None:
        """Let `key` be chosen or not; `why` not is its tooltip."""
        self._buttons[key].setEnabled(enabled)
        self._buttons[key].setToolTip(self._tips.get(key, "") if enabled else why)

    def set_option_visible(self, key: str, visible: bool) -> None:
        """Offer `key` or not; the ends of the row stay round."""
        self._buttons[key].setVisible(visible)
        offered = [one for one in self._buttons.values() if not one.isHidden()]
        for index, button in enumerate(offered):
            place = _place(index, len(offered))
            if button.property("place") != place:
                button.setProperty("place", place)
                button.style().unpolish(button)
                button.style().polish(button)

    def set_option_tip(self, key: str, tip: str) -> None:
        """The tooltip of `key` while it can be chosen."""
        self._tips[key] = tip
        self._buttons[key].setToolTip(tip)

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
