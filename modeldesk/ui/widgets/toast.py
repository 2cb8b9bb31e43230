"""Short notices in a corner of the window that go away by themselves."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QWidget

from modeldesk.core.words import tr
from modeldesk.ui.theme.fonts import TextStyle
from modeldesk.ui.theme.icons import Icon
from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.theme.tokens import ColorName, Space, Tone
from modeldesk.ui.widgets.buttons import IconButton, LinkButton
from modeldesk.ui.widgets.label import Label

_MOST = 3
_FOOT = 44
_WIDEST = 460
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
            width = min(toast.sizeHint().width(), _WIDEST, self._window.width() - 2 * Space.L)
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
        mark.setPixmap(theme.pixmap(icon, color, 18, window.devicePixelRatioF()))
        words = Label(text, TextStyle.BODY, wrap=len(text) > 50)
        self.link = LinkButton(action, self)
        self.link.setVisible(bool(action))
        self.close_button = IconButton(theme, Icon.CLOSE, tr("Dismiss"))
        row = QHBoxLayout(self)
        row.setContentsMargins(Space.M, Space.S, Space.S, Space.S)
        row.setSpacing(Space.S)
        row.addWidget(mark, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(words, 1)
        row.addWidget(self.link)
        row.addWidget(self.close_button)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Enter and self.timer.isActive():
            self._left_ms = self.timer.remainingTime()
            self.timer.stop()
        elif event.type() == QEvent.Type.Leave and self._left_ms:
            self.timer.start(max(self._left_ms, 1500))
        return super().event(event)
