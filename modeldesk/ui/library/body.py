"""Where everything of the library page stands: its faces, and which of its two panels there is
room for."""

from enum import Enum

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSplitter, QStackedWidget, QVBoxLayout, QWidget

from modeldesk.core.library.model import Model
from modeldesk.core.words import tr
from modeldesk.ui.library.entries import Shown, worth_choosing
from modeldesk.ui.library.parts import LibraryParts
from modeldesk.ui.theme.icons import Icon
from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.theme.tokens import Space
from modeldesk.ui.widgets.card import Card
from modeldesk.ui.widgets.empty_state import EmptyState
from modeldesk.ui.widgets.segmented import Segmented
from modeldesk.ui.widgets.skeleton import Skeleton
from modeldesk.ui.widgets.tab_order import tab_through

_INSPECTOR = 372
_INSPECTOR_LEAST = 320
_CHART_HEIGHT = 230
_CHART_LEAST = 150


class Room(Enum):
    """How much fits beside each other; the value is the page's least width for it."""

    FOR_BOTH = 900
    """The versions, and one of them in detail."""
    FOR_A_SQUEEZE = 640
    """Both, when the details are asked for."""
    FOR_ONE = 0
    """Either the versions or the details."""

    @classmethod
    def of(cls, width: int) -> "Room":
        """What fits into `width` pixels."""
        return next(room for room in cls if width >= room.value)


class LibraryBody(QWidget):
    """The versions of one entry and one of them in detail, or why there are none."""

    build_asked = Signal()
    """By who has no model yet."""

    def __init__(self, theme: Theme, parts: LibraryParts, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._parts = parts
        self._details_wanted = False
        self._room: Room | None = None
        # From the outside in: what changes its place is looked at again with all that is in it.
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        self._faces = QStackedWidget()
        outer.addWidget(self._faces)
        self._empty = EmptyState(theme, Icon.LIBRARY, "")
        self._empty.action_chosen.connect(self.build_asked)
        self._waiting = QWidget()
        waiting = QVBoxLayout(self._waiting)
        waiting.setContentsMargins(Space.XL, Space.XL, Space.XL, 0)
        waiting.addWidget(Skeleton(theme, rows=12))
        self._splitter = QSplitter(Qt.Orientation.Horizontal)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.setHandleWidth(1)
        for face in (self._waiting, self._empty, self._splitter):
            self._faces.addWidget(face)
        self._versions = QWidget()
        self._splitter.addWidget(self._versions)
        self._splitter.addWidget(parts.inspector)
        self._splitter.setStretchFactor(0, 1)
        self._splitter.setStretchFactor(1, 0)
        parts.inspector.setMinimumWidth(_INSPECTOR_LEAST)
        # Until the page knows its width: two panels at once would hold the window wide.
        parts.inspector.hide()
        self.where = Segmented(
            [
                (Shown.ALL.value, tr("All")),
                (Shown.HERE.value, tr("Here")),
                (Shown.BOTH.value, tr("In both")),
                (Shown.THERE.value, tr("Only in registry")),
                (Shown.MOVED.value, tr("Moved")),
            ],
            tr("Which versions are listed"),
        )
        self.where.set_option_tip(
            Shown.MOVED.value, tr("Whose tag names another image in its registry")
        )
        self._chart_card = Card()
        self._fill_versions()
        self.where.chosen.connect(lambda key: parts.table.show_only(Shown(key)))
        parts.header.details_asked.connect(lambda: self.set_details(shown=True))
        parts.table.row_activated.connect(lambda _key: self.set_details(shown=True))
        parts.inspector.close_asked.connect(lambda: self.set_details(shown=False))
        # The chart is made late, and would be the last to get the focus.
        parts.chart.built.connect(
            lambda: tab_through(parts.header, parts.chart, parts.table, parts.inspector)
        )

    def _fill_versions(self) -> None:
        parts = self._parts
        self._chart_card.body.addWidget(parts.chart)
        self._chart_card.setMinimumHeight(_CHART_LEAST)
        self._chart_card.setMaximumHeight(_CHART_HEIGHT)
        self.where.hide()
        table_card = Card(padded=False)
        table_card.body.addWidget(parts.table)
        column = QVBoxLayout(self._versions)
        column.setContentsMargins(Space.XL, Space.L, Space.XL, Space.L)
        column.setSpacing(Space.M + 2)
        column.addWidget(parts.header)
        column.addWidget(self._chart_card, 2)
        column.addWidget(self.where)
        column.addWidget(table_card, 3)

    def minimumSizeHint(self) -> QSize:
        # Narrower than both panels need together: one of them makes room.
        return QSize(_INSPECTOR_LEAST, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        room = Room.of(self.width())
        if room is not self._room:
            self._room = room
            self._arrange()

    def show_entry(self, entry: Model, *, charted: bool) -> None:
        """Have the panels, with the chart where it is `charted`, and what the entry's list can be
        narrowed to, where that makes a difference."""
        self._faces.setCurrentWidget(self._splitter)
        self._chart_card.setVisible(charted)
        worth = worth_choosing(entry)
        self.where.setVisible(bool(worth))
        for shown in Shown:
            self.where.set_option_visible(shown.value, shown is Shown.ALL or shown in worth)
        if Shown(self.where.current) not in worth:
            self.where.choose(Shown.ALL.value)
        self._parts.table.show_only(Shown(self.where.current))

    def show_waiting(self) -> None:
        """Nothing was read yet."""
        self._faces.setCurrentWidget(self._waiting)

    def show_nothing(self) -> None:
        """There is no model."""
        self._empty.set_content(
            Icon.LIBRARY,
            tr("No models yet: drop a model folder on this window to build the first one."),
            "",
            tr("Build a model…"),
        )
        self._faces.setCurrentWidget(self._empty)

    def set_details(self, *, shown: bool) -> None:
        """Have one version in detail, or not, where there is no room for it beside all others."""
        if self._room is not Room.FOR_BOTH and shown != self._details_wanted:
            self._details_wanted = shown
            self._arrange()

    def _arrange(self) -> None:
        inspector = self._parts.inspector
        roomy = self._room is Room.FOR_BOTH
        shown = roomy or self._details_wanted
        inspector.setVisible(shown)
        inspector.close_button.setVisible(not roomy)
        self._versions.setVisible(not shown or self._room is not Room.FOR_ONE)
        self._parts.header.offer_details(not shown)
        width = _INSPECTOR if roomy else _INSPECTOR_LEAST
        self._splitter.setSizes([max(1, self.width() - width), width])
