"""Where the pages are shown, each made when it is first gone to, or before."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from modeldesk.core.engine.model import Connection, ConnectionState
from modeldesk.ui.context import Context, Page, PageEntry
from modeldesk.ui.links import Link, PageKey
from modeldesk.ui.making import Maker, Making
from modeldesk.ui.onboarding.lost_banner import LostBanner
from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.theme.tokens import Space
from modeldesk.ui.widgets.skeleton import Skeleton

if TYPE_CHECKING:
    # What is nearly never needed is not waited for by the first paint.
    from modeldesk.ui.onboarding.no_engine import NoEngine

SIDE_WIDTH = 272
LayoutT = TypeVar("LayoutT", bound=QBoxLayout)


class PageArea(QWidget):
    """The page in view, the models beside it where they belong, and what is said of a missing
    engine. Where a page is still being made there are grey bars."""

    page_shown = Signal(object)
    """The `PageKey` of the page that was gone to; it may still be on its way."""
    page_made = Signal(object)
    """The `PageKey` of a page that stands in its place."""
    grown = Signal()
    """There are widgets that were not there before."""

    def __init__(
        self,
        context: Context,
        entries: Sequence[PageEntry],
        side: Callable[[], Making[QWidget]] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._context = context
        self._entries = {entry.key: entry for entry in entries}
        self._pages: dict[PageKey, Page] = {}
        self._maker = Maker(context.tasks.courtesy, self)
        self._under_way: dict[PageKey, Making[None]] = {}
        self._links: dict[PageKey, list[Link]] = {}
        """What pages are to select once they are made."""
        self._make_side = side
        self._with_side = side is not None
        self._current: PageKey | None = None
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._no_engine: NoEngine | None = None
        self._side = QFrame()
        self._side.setProperty("kind", "side-left")
        self._side.setFixedWidth(SIDE_WIDTH)
        self._side.setVisible(self._with_side)
        self._side_column = _bare(QVBoxLayout(self._side))
        self._side_waiting = _waiting(context.theme, 8)
        self._side_column.addWidget(self._side_waiting)
        self._stack = QStackedWidget()
        self._waiting = _waiting(context.theme, 12)
        self._stack.addWidget(self._waiting)
        self._banner = LostBanner(context.theme, context.engine_control)
        self._banner.why_asked.connect(self._show_why)
        self._why_shown = False
        """What was tried is shown, though a registry has something."""
        column = _bare(QVBoxLayout())
        column.addWidget(self._banner)
        column.addWidget(self._stack, 1)
        row = _bare(QHBoxLayout(self))
        row.addWidget(self._side)
        row.addLayout(column, 1)
        context.hub.connection_changed.connect(self._connection_changed)
        context.hub.snapshot_changed.connect(self._models_changed)

    @property
    def current(self) -> PageKey | None:
        """The page that was gone to last."""
        return self._current

    def page(self, key: PageKey) -> Page | None:
        """A page, if it was made already."""
        return self._pages.get(key)

    def open(self, key: PageKey, link: Link | None = None) -> None:
        """Bring a page into view, and have it select what `link` names; both as soon as it is
        made."""
        with self._context.tasks.courtesy.first():
            self._open(key, link)

    def _open(self, key: PageKey, link: Link | None) -> None:
        self._current = key
        self._why_shown = False
        if link is not None:
            self._links.setdefault(key, []).append(link)
        self._show(self._context.hub.connection)
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        if key in self._pages:
            self._came_into_view(key)
        else:
            self._maker.hurry(self._making_of(key))
        self._show_side(self._entries[key])
        self.page_shown.emit(key)

    def make_ahead(self) -> None:
        """Make the pages that were not gone to yet, while nothing else is waited for."""
        for key in self._entries:
            if key not in self._pages and key not in self._under_way:
                self._maker.later(self._making_of(key))

    def stop_making(self) -> None:
        """The program ends: begin no page any more."""
        self._maker.stop()

    def _making_of(self, key: PageKey) -> Making[None]:
        if key not in self._under_way:
            self._under_way[key] = self._make(key)
        return self._under_way[key]

    def _make(self, key: PageKey) -> Making[None]:
        """A page's own steps, then those that put it in its place: each change of place looks
        at every widget in it again."""
        try:
            page = yield from self._entries[key].make()
            yield
            self._stack.addWidget(page.widget())
            yield
            page.widget().ensurePolished()
            yield
            self.grown.emit()
            yield
            self._pages[key] = page
        finally:
            del self._under_way[key]
        if key is self._current:
            self._show(self._context.hub.connection)
            self._came_into_view(key)
        else:
            self._follow_links(key)
        self.page_made.emit(key)

    def _came_into_view(self, key: PageKey) -> None:
        self._follow_links(key)
        self._pages[key].shown()

    def _follow_links(self, key: PageKey) -> None:
        for link in self._links.pop(key, ()):
            self._pages[key].activate(link)

    def _connection_changed(self, connection: Connection) -> None:
        self._why_shown = False
        if self._current is not None:
            self._show(connection)
        else:
            self._banner.show_connection(connection)

    def _models_changed(self, _snapshot: object) -> None:
        """Without an engine, the first that registries are known to have is something to see."""
        connection = self._context.hub.connection
        if connection.state is ConnectionState.NONE:
            self._show(connection)

    def _show_why(self) -> None:
        self._why_shown = True
        self._show(self._context.hub.connection)

    def _shows_registries(self, entry: PageEntry) -> bool:
        """Whether there is no engine, and something to be seen all the same."""
        return (
            entry.shows_registries
            and self._context.hub.connection.state is ConnectionState.NONE
            and not self._why_shown
            and bool(self._context.hub.snapshot.models)
        )

    def _show(self, connection: Connection) -> None:
        if self._current is None:
            return
        page = self._pages.get(self._current)
        entry = self._entries[self._current]
        looking = connection.state is ConnectionState.SEARCHING and self._no_engine is not None
        registries = self._shows_registries(entry)
        self._banner.show_connection(connection, registries=registries)
        if entry.needs_engine and (
            (connection.state is ConnectionState.NONE and not registries)
            or (looking and self._stack.currentWidget() is self._no_engine)
        ):
            panel = self._missing()
            panel.show_connection(connection)
            self._stack.setCurrentWidget(panel)
        else:
            self._stack.setCurrentWidget(page.widget() if page is not None else self._waiting)

    def _missing(self) -> "NoEngine":
        if self._no_engine is None:
            from modeldesk.ui.onboarding.no_engine import NoEngine

            self._no_engine = NoEngine(self._context)
            self._stack.addWidget(self._no_engine)
            self.grown.emit()
        return self._no_engine

    def _show_side(self, entry: PageEntry) -> None:
        self._side.setVisible(self._with_side and entry.beside_models)
        if self._make_side is not None and entry.beside_models:
            making, self._make_side = self._make_side(), None
            self._maker.hurry(self._side_from(making))

    def _side_from(self, making: Making[QWidget]) -> Making[None]:
        panel = yield from making
        self._side_column.replaceWidget(self._side_waiting, panel)
        self._side_waiting.deleteLater()
        self.grown.emit()


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
