"""What the window says by itself: errors nobody took, and long work that has ended."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication, QIcon
from PySide6.QtWidgets import QSystemTrayIcon, QWidget

from modeldesk.core.errors import ModelDeskError
from modeldesk.core.words import tr
from modeldesk.ui import presentation
from modeldesk.ui.activity.store import ActivityStore
from modeldesk.ui.context import Context, Saying
from modeldesk.ui.links import ActivityLink, Link
from modeldesk.ui.tasks.handle import TaskHandle, TaskState
from modeldesk.ui.tasks.outcome import UnexpectedError
from modeldesk.ui.theme.tokens import Tone
from modeldesk.ui.widgets.toast import Toaster

_SECONDS = 6.0
_ERROR_SECONDS = 12.0


class SystemNotifier(QObject):
    """Notifications of the desktop, where it has them. The tray icon they come from is there
    only while one is up."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._tray: QSystemTrayIcon | None = None
        self._on_click: Callable[[], None] | None = None

    @property
    def available(self) -> bool:
        """Whether the desktop can show notifications of ours."""
        return QSystemTrayIcon.isSystemTrayAvailable() and QSystemTrayIcon.supportsMessages()

    def notify(self, title: str, text: str, icon: QIcon, on_click: Callable[[], None]) -> None:
        """Show a notification; a click on it brings the window up and calls `on_click`."""
        if self._tray is None:
            self._tray = QSystemTrayIcon(icon, self)
            self._tray.messageClicked.connect(self._clicked)
            self._tray.activated.connect(self._clicked)
        self._on_click = on_click
        self._tray.show()
        self._tray.showMessage(title, text, icon)

    def clear(self) -> None:
        """Take the tray icon away; the window has been looked at."""
        if self._tray is not None:
            self._tray.hide()

    def _clicked(self) -> None:
        self.clear()
        self._window.showNormal() if self._window.isMinimized() else self._window.show()
        self._window.raise_()
        self._window.activateWindow()
        if self._on_click is not None:
            self._on_click()


class Notices(QObject):
    """Says what happened in a corner of the window, and by the desktop when the window is not
    in front."""

    def __init__(self, context: Context, activity: ActivityStore, window: QWidget) -> None:
        super().__init__(window)
        self._context = context
        self._window = window
        self.toaster = Toaster(context.theme, window)
        self.system = SystemNotifier(window)
        context.hub.said.connect(self.say)
        context.tasks.unheard.connect(self._task_failed)
        context.settings.save_failed.connect(self.say_error)
        activity.task_ended.connect(self._task_ended)

    def say(self, saying: Saying) -> None:
        """Show a message."""
        seconds = _ERROR_SECONDS if saying.tone is Tone.BAD else _SECONDS
        self.toaster.say(saying.text, saying.tone, saying.action, saying.on_action, seconds)
        link = saying.link
        if link is not None and not self._window.isActiveWindow() and self.system.available:
            icon = self._window.windowIcon()
            self.system.notify("ModelDesk", saying.text, icon, lambda: self._context.navigate(link))

    def say_error(self, error: ModelDeskError) -> None:
        """Show an error as its sentence; a bug comes with a way to copy the details."""
        action, on_action = "", None
        if isinstance(error, UnexpectedError):
            action, on_action = tr("Copy details"), _copier(error.detail)
        self.toaster.say(str(error), Tone.BAD, action, on_action, _ERROR_SECONDS)

    def _task_failed(self, handle: TaskHandle[Any]) -> None:
        if handle.error is not None:
            self.say_error(handle.error)

    def _task_ended(self, handle: TaskHandle[Any]) -> None:
        if (
            handle.state is TaskState.CANCELLED
            or handle.seconds < self._context.settings.current.notify_after_s
        ):
            return
        took = presentation.duration(handle.seconds)
        failed = handle.state is TaskState.FAILED
        text = (
            tr("{title}: failed after {time}", title=handle.title, time=took)
            if failed
            else tr("{title}: done in {time}", title=handle.title, time=took)
        )
        link: Link = ActivityLink(handle.id) if failed or handle.link is None else handle.link

        def go() -> None:
            self._context.navigate(link)

        if not self._window.isActiveWindow() and self.system.available:
            self.system.notify(handle.title, text, self._window.windowIcon(), go)
        if not handle.told:
            self.toaster.say(text, Tone.BAD if failed else Tone.GOOD, tr("Show"), go)


def _copier(text: str) -> Callable[[], None]:
    def copy() -> None:
        QGuiApplication.clipboard().setText(text)

    return copy
