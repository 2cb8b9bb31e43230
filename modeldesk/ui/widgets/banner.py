"""Something that went wrong, said where it matters, with a way out."""

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from modeldesk.core.words import tr
from modeldesk.ui.theme.fonts import TextStyle
from modeldesk.ui.theme.icons import Icon
from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.theme.tokens import ColorName, Space, Tone
from modeldesk.ui.widgets.buttons import IconButton, PlainButton
from modeldesk.ui.widgets.label import Label, repolish

_MARKS: dict[Tone, tuple[Icon, ColorName]] = {
    Tone.GOOD: (Icon.CHECK, "good"),
    Tone.ACCENT: (Icon.INFO, "accent"),
    Tone.WARNING: (Icon.WARNING, "warning"),
    Tone.BAD: (Icon.ERROR, "bad"),
    Tone.NEUTRAL: (Icon.INFO, "muted"),
}


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence, why, and what can be done (the labels of buttons)."""

    sentence: str
    reason: str = ""
    actions: tuple[str, ...] = ()
    tone: Tone = Tone.BAD
    closable: bool = True


class Banner(QFrame):
    """Hidden until it has a notice. `action_chosen` carries the index of the action."""

    action_chosen = Signal(int)
    closed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._notice = Notice("")
        self.setProperty("kind", "notice")
        self._mark = QLabel()
        self._sentence = Label("", TextStyle.STRONG, wrap=True, selectable=True)
        self._reason = Label("", TextStyle.BODY, "muted", wrap=True, selectable=True)
        self._close = IconButton(theme, Icon.CLOSE, tr("Dismiss"))
        self._close.clicked.connect(self._closed)
        self._buttons: list[PlainButton] = []
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self._sentence)
        words.addWidget(self._reason)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(Space.M, Space.S + 1, Space.S, Space.S + 1)
        self._row.setSpacing(Space.S + 2)
        self._row.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignTop)
        self._row.addLayout(words, 1)
        self._row.addWidget(self._close, 0, Qt.AlignmentFlag.AlignVCenter)
        theme.changed.connect(self._draw)
        self.hide()

    @property
    def notice(self) -> Notice:
        """What is said at present."""
        return self._notice

    def present(self, notice: Notice) -> None:
        """Say `notice`, in the place of an earlier one."""
        self._notice = notice
        self._sentence.setText(notice.sentence)
        self._reason.setText(notice.reason)
        self._reason.setVisible(bool(notice.reason))
        level = Qt.AlignmentFlag.AlignTop if notice.reason else Qt.AlignmentFlag.AlignVCenter
        self._row.setAlignment(self._mark, level)
        self._close.setVisible(notice.closable)
        self.setAccessibleName(notice.sentence)
        self.setAccessibleDescription(notice.reason)
        self.setProperty("tone", notice.tone.value)
        repolish(self)
        self._set_actions(notice.actions)
        self._draw()
        self.show()

    def dismiss(self) -> None:
        """Take the notice away."""
        self.hide()

    def _closed(self) -> None:
        self.dismiss()
        self.closed.emit()

    def _set_actions(self, actions: tuple[str, ...]) -> None:
        for button in self._buttons:
            self._row.removeWidget(button)
            button.hide()
            button.deleteLater()
        self._buttons = [PlainButton(text, self) for text in actions]
        for index, button in enumerate(self._buttons):
            button.clicked.connect(lambda _on=False, index=index: self.action_chosen.emit(index))
            self._row.insertWidget(2 + index, button, 0, Qt.AlignmentFlag.AlignVCenter)

    def _draw(self) -> None:
        icon, color = _MARKS[self._notice.tone]
        self._mark.setPixmap(self._theme.pixmap(icon, color, 18, self.devicePixelRatioF()))
