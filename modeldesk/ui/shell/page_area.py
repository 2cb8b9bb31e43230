"""Where the pages are shown, each made when it is first gone to."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from modeldesk.core.engine.model import Connection, ConnectionState
from modeldesk.ui.context import Context, Page, PageEntry
from modeldesk.ui.links import Link, PageKey
from modeldesk.ui.onboarding.lost_banner import LostBanner
from modeldesk.ui.onboarding.no_engine import NoEngine
from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.theme.tokens import Space
from modeldesk.ui.widgets.skeleton import Skeleton

SIDE_WIDTH = 272
LayoutT = TypeVar("LayoutT", bound=QBoxLayout)


class PageArea(QWidget):
    """The page in view, the models beside it where they belong, and what is said of a missing
    engine. Until `open` is first called there are only grey bars."""

    page_shown = Signal(object)
    """The `PageKey` of the page that came into view."""

    def __init__(
        self,
        context: Context,
        entries: Sequence[PageEntry],
        side: Callable[[], QWidget] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._context = context
        self._entries = {entry.key: entry for entry in entries}
        self._pages: dict[PageKey, Page] = {}
        self._make_side = side
        self._has_side = False
        self._current: PageKey | None = None
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._no_engine: NoEngine | None = None
        self._side = QFrame()
        self._side.setProperty("kind", "side-left")
        self._side.setFixedWidth(SIDE_WIDTH)
        self._side.setVisible(side is not None)
        self._side_column = _bare(QVBoxLayout(self._side))
        self._side_waiting = _waiting(context.theme, 8)
        self._side_column.addWidget(self._side_waiting)
        self._stack = QStackedWidget()
        self._stack.addWidget(_waiting(context.theme, 12))
        self._banner = LostBanner(context.theme, context.engine_control)
        column = _bare(QVBoxLayout())
        column.addWidget(self._banner)
        column.addWidget(self._stack, 1)
        row = _bare(QHBoxLayout(self))
        row.addWidget(self._side)
        row.addLayout(column, 1)
        context.hub.connection_changed.connect(self._connection_changed)

    @property
    def current(self) -> PageKey | None:
        """The page in view."""
        return self._current

    def page(self, key: PageKey) -> Page | None:
        """A page, if it was made already."""
        return self._pages.get(key)

    def open(self, key: PageKey, link: Link | None = None) -> None:
        """Bring a page into view, and have it select what `link` names."""
        entry = self._entries[key]
        page = self._pages.get(key)
        if page is None:
            page = self._pages[key] = entry.make()
            self._stack.addWidget(page.widget())
        self._current = key
        self._show_side(entry)
        self._show(self._context.hub.connection)
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        if link is not None:
            page.activate(link)
        page.shown()
        self.page_shown.emit(key)

    def _connection_changed(self, connection: Connection) -> None:
        self._banner.show_connection(connection)
        if self._current is not None:
            self._show(connection)

    def _show(self, connection: Connection) -> None:
        if self._current is None:
            return
        looking = connection.state is ConnectionState.SEARCHING and self._no_engine is not None
        if self._entries[self._current].needs_engine and (
            connection.state is ConnectionState.NONE
            or (looking and self._stack.currentWidget() is self._no_engine)
        ):
            panel = self._missing()
            panel.show_connection(connection)
            self._stack.setCurrentWidget(panel)
        else:
            self._stack.setCurrentWidget(self._pages[self._current].widget())

    def _missing(self) -> NoEngine:
        if self._no_engine is None:
            self._no_engine = NoEngine(self._context)
            self._stack.addWidget(self._no_engine)
        return self._no_engine

    def _show_side(self, entry: PageEntry) -> None:
        if self._make_side is not None and entry.beside_models:
            self._side_column.replaceWidget(self._side_waiting, self._make_side())
            self._side_waiting.deleteLater()
            self._make_side = None
            self._has_side = True
        self._side.setVisible(self._has_side and entry.beside_models)


def _bare(layout: LayoutT) -> LayoutT:
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(0)
    return layout


def _waiting(theme: Theme, rows: int) -> QWidget:
    holder = QWidget()
    column = QVBoxLayout(holder)
    column.setContentsMargins(Space.XL, Space.XL, Space.XL, Space.XL)
    column.addWidget(Skeleton(theme, rows))
    column.addStretch(1)
    return holder
