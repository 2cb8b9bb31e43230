"""A main window over small pages that remember what they were told."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from modeldesk.ui.activity.store import ActivityStore
from modeldesk.ui.context import Context, Page, PageEntry
from modeldesk.ui.links import Link, PageKey
from modeldesk.ui.making import Making
from modeldesk.ui.shell.main_window import MainWindow
from modeldesk.ui.theme.icons import Icon


class SmallPage(QWidget):
    """A page with a field and a text to edit."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[Link] = []
        self.times_shown = 0
        self.field = QLineEdit()
        self.text = QPlainTextEdit()
        column = QVBoxLayout(self)
        column.addWidget(self.field)
        column.addWidget(self.text)

    def widget(self) -> QWidget:
        return self

    def shown(self) -> None:
        self.times_shown += 1

    def activate(self, link: Link) -> None:
        self.links.append(link)


@dataclass
class Stage:
    """The window, its context, and the pages made so far."""

    window: MainWindow
    context: Context
    activity: ActivityStore
    pages: dict[PageKey, SmallPage] = field(default_factory=dict)

    def open(self, key: PageKey) -> SmallPage:
        """Go to a page and wait until it is there."""
        self.window.open_page(key)
        return self.page(key)

    def page(self, key: PageKey) -> SmallPage:
        """A page that was gone to, once it is there."""
        while self.window.area.page(key) is None:
            QCoreApplication.processEvents()
        return self.pages[key]


NAMES = (
    (PageKey.LIBRARY, "Library", Icon.LIBRARY),
    (PageKey.BUILD, "Build", Icon.BUILD),
    (PageKey.COMPARE, "Compare", Icon.COMPARE),
    (PageKey.RELEASES, "Releases", Icon.RELEASES),
    (PageKey.ACTIVITY, "Activity", Icon.ACTIVITY),
    (PageKey.SETTINGS, "Settings", Icon.SETTINGS),
)


@pytest.fixture
def stage(qtbot: QtBot, context: Context, activity: ActivityStore) -> Iterator[Stage]:
    """A window that has been painted and shows the library."""
    pages: dict[PageKey, SmallPage] = {}

    def make(key: PageKey) -> Making[Page]:
        yield
        pages[key] = SmallPage()
        return pages[key]

    entries = [
        PageEntry(
            key,
            title,
            icon,
            partial(make, key),
            needs_engine=key is PageKey.LIBRARY,
            shows_registries=key is PageKey.LIBRARY,
        )
        for key, title, icon in NAMES
    ]
    window = MainWindow(context, activity, entries)
    window.painted.connect(window.begin)
    window.resize(1200, 800)
    window.show()
    qtbot.waitUntil(lambda: window.area.page(PageKey.LIBRARY) is not None)
    yield Stage(window, context, activity, pages)
    window.hide()
    window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
