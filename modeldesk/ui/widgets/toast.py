"""Short notices in a corner of the window that go away by themselves."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QWidget

from modeldesk.core.words import tr
from modeldesk.ui.presentation import ELLIPSIS
from modeldesk.ui.theme.fonts import TextStyle, font
from modeldesk.ui.theme.icons import Icon
from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.theme.tokens import ColorName, Space, Tone
from modeldesk.ui.widgets.buttons import IconButton, LinkButton
from modeldesk.ui.widgets.label import Label

_MOST = 3
_FOOT = 44
_MARK = 18
_WIDEST = 460
_LONGEST = 400
_LONGEST_WORD = 40
_MARKS: dict[Tone, tuple[Icon, ColorName]] = {
    Tone.GOOD: (Icon.CHECK, "good"),
    Tone.ACCENT: (Icon.INFO, "accent"),
    Tone.WARNING: (Icon.WARNING, "warning"),
    Tone.BAD: (Icon.ERROR, "bad"),
    Tone.NEUTRAL: (Icon.INFO, "muted"),
}


class Toaster(QObject):
    """Stacks notices at the lower right of `window`, newest lowest, three at most."""

    def __init__(self, theme: Theme, window: QWidget) -> None:
        super().__init__(window)
        self._theme = theme
        self._window = window
        self._toasts: list[Toast] = []
        window.installEventFilter(self)

    def say(
        self,
        text: str,
        tone: Tone = Tone.NEUTRAL,
        action: str = "",
        on_action: Callable[[], None] | None = None,
        seconds: float = 6.0,
    ) -> "Toast":
        """Show `text` for `seconds`. `action` names a link that runs `on_action`, once."""
        while len(self._toasts) >= _MOST:
            self._remove(self._toasts[0])
        toast = Toast(self._theme, self._window, text, tone, action)
        toast.link.clicked.connect(lambda: self._act(toast, on_action))
        toast.close_button.clicked.connect(lambda: self._remove(toast))
        toast.timer.timeout.connect(lambda: self._remove(toast))
        self._toasts.append(toast)
        self._arrange()
        toast.show()
        toast.raise_()
        toast.timer.start(round(seconds * 1000))
        return toast

    def texts(self) -> list[str]:
        """What is said at present, oldest first."""
        return [toast.text for toast in self._toasts]

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._arrange()
        return False

    def _act(self, toast: "Toast", on_action: Callable[[], None] | None) -> None:
        self._remove(toast)
        if on_action is not None:
            on_action()

    def _remove(self, toast: "Toast") -> None:
        if toast not in self._toasts:
            return
        self._toasts.remove(toast)
        toast.timer.stop()
        toast.hide()
        toast.deleteLater()
        self._arrange()

    def _arrange(self) -> None:
        bottom = self._window.height() - _FOOT
        for toast in reversed(self._toasts):
            width = min(toast.wish, _WIDEST, self._window.width() - 2 * Space.L)
            height = max(toast.heightForWidth(width), toast.minimumSizeHint().height())
            left = self._window.width() - width - Space.L
            toast.setGeometry(left, bottom - height, width, height)
            bottom -= height + Space.S


class Toast(QFrame):
    """One notice. The time stands still while the pointer is on it."""

    def __init__(self, theme: Theme, window: QWidget, text: str, tone: Tone, action: str) -> None:
        super().__init__(window)
        self.text = text
        self.setProperty("kind", "toast")
        self.setAccessibleName(text)
        self.timer = QTimer(self, singleShot=True)
        self._left_ms = 0
        icon, color = _MARKS[tone]
        mark = QLabel()
        mark.setPixmap(theme.pixmap(icon, color, _MARK, window.devicePixelRatioF()))
        self.link = LinkButton(action, self)
        self.link.setVisible(bool(action))
        self.close_button = IconButton(theme, Icon.CLOSE, tr("Dismiss"))
        edges = _MARK + self.close_button.sizeHint().width() + 3 * Space.S + Space.M
        words = QFontMetrics(font(TextStyle.BODY)).horizontalAdvance(text) + 2 * Space.S
        link = self.link.sizeHint().width() + Space.S if action else 0
        beside = edges + words + link <= _WIDEST and "\n" not in text
        self.wish = edges + (words + link if beside else max(words, link))
        """How wide it is where there is room."""
        self.words = Label(_breakable(text), wrap=not beside)
        one_line = edges + words <= _WIDEST and "\n" not in text
        side = Qt.AlignmentFlag.AlignVCenter if one_line else Qt.AlignmentFlag.AlignTop
        grid = QGridLayout(self)
        grid.setContentsMargins(Space.M, Space.S, Space.S, Space.S)
        grid.setHorizontalSpacing(Space.S)
        grid.setVerticalSpacing(2)
        grid.setColumnStretch(1, 1)
        mark.setContentsMargins(0, 0 if one_line else Space.XS, 0, 0)
        grid.addWidget(mark, 0, 0, side)
        self.words.setContentsMargins(0, 0 if one_line else Space.XS, 0, 0)
        grid.addWidget(self.words, 0, 1, Qt.AlignmentFlag.AlignVCenter)
        grid.addWidget(self.close_button, 0, 3, side)
        if beside:
            grid.addWidget(self.link, 0, 2)
        else:
            grid.addWidget(self.link, 1, 1, Qt.AlignmentFlag.AlignLeft)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Enter and self.timer.isActive():
            self._left_ms = self.timer.remainingTime()
            self.timer.stop()
        elif event.type() == QEvent.Type.Leave and self._left_ms:
            self.timer.start(max(self._left_ms, 1500))
        return super().event(event)


def _breakable(text: str) -> str:
    """`text`, cut where it is much too long; a path or digest in it may go on in the next line."""
    if len(text) > _LONGEST:
        text = text[: _LONGEST - 1] + ELLIPSIS
    words = text.split(" ")
    return " ".join("\u200b".join(word) if len(word) > _LONGEST_WORD else word for word in words)
