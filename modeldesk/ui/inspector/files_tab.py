"""The files of a version: at once where they are known, else how they come to be."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from modeldesk.core.contents.model import EngineImage, RegistryImage
from modeldesk.core.jobs import Progress
from modeldesk.core.words import tr
from modeldesk.ui import presentation
from modeldesk.ui.context import Context
from modeldesk.ui.inspector.contents_source import ContentsSource
from modeldesk.ui.inspector.contents_store import ContentsStore, Knowing, Subject
from modeldesk.ui.inspector.files_browser import FilesBrowser
from modeldesk.ui.inspector.files_window import FilesWindow
from modeldesk.ui.inspector.open_image import Choice, OpenImage
from modeldesk.ui.theme.icons import Icon
from modeldesk.ui.theme.tokens import Space
from modeldesk.ui.widgets.buttons import IconButton, PlainButton
from modeldesk.ui.widgets.empty_state import EmptyState
from modeldesk.ui.widgets.progress_page import progress_page
from modeldesk.ui.widgets.skeleton import Skeleton
from modeldesk.ui.widgets.task_progress import TaskProgress

_ENGINE_SPEED = 300_000_000
"""Bytes a second that an engine hands over, about."""
"""Stretch of what takes all the room it may."""


class FilesTab(QWidget):
    """Nothing is made ready before the tab is looked at."""

    shown = Signal()
    """The files are on screen."""

    def __init__(
        self,
        context: Context,
        source: ContentsSource,
        browser: FilesBrowser,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._context = context
        self.store = store = ContentsStore(context, source, self)
        self._image: OpenImage | None = None
        self._wanted: tuple[bytes, Choice | None] | None = None
        self.browser = browser
        self.window_button = IconButton(
            context.theme, Icon.WINDOW, tr("Open the files in a window of their own")
        )
        self.window_button.clicked.connect(self.open_window)
        self.browser.choice.side.addWidget(self.window_button)
        self.browser.shown.connect(self.shown)
        self.teach = EmptyState(context.theme, Icon.SEARCH, "")
        self.teach.action_chosen.connect(store.read)
        self.progress = TaskProgress(context.theme, vertical=True)
        self.cancel = PlainButton(tr("Cancel"))
        self.cancel.clicked.connect(store.cancel)
        self._pages = QStackedWidget()
        self._waiting = Skeleton(context.theme, rows=10, row_height=26)
        self._reading = progress_page(self.progress, self.cancel)
        for page in (self._waiting, self.teach, self._reading, self.browser):
            self._pages.addWidget(page)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, Space.M, 0, Space.S)
        column.addWidget(self._pages)
        store.changed.connect(self._follow)
        store.progressed.connect(self._show_progress)
        self._follow()

    def go_to(self, path: bytes, choice: Choice | None = None) -> None:
        """Show one path, as soon as the files are there."""
        if self.store.image is not None and self._image is self.store.image:
            self.browser.go_to(path, choice)
        else:
            self._wanted = (path, choice)
            self._show_files()

    def open_window(self) -> FilesWindow | None:
        """Show the same in a window of its own."""
        image, subject = self.store.image, self.store.subject
        if image is None or subject is None:
            return None
        window = FilesWindow(self._context, self.store.source, subject.name, self)
        window.browser.show_image(image, self.browser.choice.choice)
        window.show()
        return window

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._show_files()

    def _follow(self) -> None:
        store = self.store
        if store.image is not self._image:
            self._image = None
            self.browser.clear()
        if store.knowing is Knowing.UNREAD and store.subject is not None:
            self._teach(store.subject)
            self._pages.setCurrentWidget(self.teach)
        elif store.knowing is Knowing.READING:
            self._show_progress(store.progress or Progress(tr("Waiting to begin")))
            self._pages.setCurrentWidget(self._reading)
        elif store.knowing is Knowing.READ:
            self._pages.setCurrentWidget(self.browser)
            self._show_files()
        else:
            self._pages.setCurrentWidget(self._waiting)

    def _show_files(self) -> None:
        image = self.store.image
        if image is None or image is self._image or not self.isVisible():
            return
        self._image = image
        path, choice = self._wanted or (b"", None)
        self._wanted = None
        self.browser.show_image(image, choice)
        if path:
            self.browser.go_to(path)

    def _teach(self, subject: Subject) -> None:
        failure = self.store.failure
        if failure is not None:
            hint = failure.hint or tr("What was read so far is kept.")
            self.teach.set_content(Icon.WARNING, failure.message, hint, tr("Try again"))
            return
        self.teach.set_content(
            Icon.SEARCH,
            tr("Look inside to see every file, what it weighs and which layer wrote it."),
            _expect(subject),
            tr("Look inside"),
        )

    def _show_progress(self, progress: Progress) -> None:
        words = [progress.text or tr("Reading layers")]
        if progress.total:
            done, total = presentation.size(progress.done), presentation.size(progress.total)
            words.append(tr("{done} of {total}", done=done, total=total))
        elif progress.done:
            words.append(presentation.size(progress.done))
        self.progress.set_state(" · ".join(words), progress.fraction)


def _about(seconds: float) -> str:
    return presentation.duration(seconds) if seconds >= 10 else tr("{n} s", n=round(seconds))


def _expect(subject: Subject) -> str:
    size = presentation.size(subject.size_bytes)
    if isinstance(subject.place, EngineImage):
        seconds = max(1.0, subject.size_bytes / _ENGINE_SPEED)
        return tr(
            "Reads {size} from the engine, about {time}; nothing is written but a small index.",
            size=size,
            time=_about(seconds),
        )
    if isinstance(subject.place, RegistryImage):
        return tr("Reads its layers from the registry without pulling the image.")
    return tr("Reads the layers of the archive once; nothing is written but a small index.")
