"""Where a build begins: a place to drop a folder, and the builds before."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QVBoxLayout, QWidget

from modeldesk.core.build.model import BuildRecord
from modeldesk.core.words import tr
from modeldesk.ui.build.recent import RecentBuilds
from modeldesk.ui.theme.icons import Icon
from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.theme.tokens import Radius, Space
from modeldesk.ui.widgets.empty_state import EmptyState
from modeldesk.ui.widgets.label import page_title

_LEAST_HEIGHT, _MOST_HEIGHT = 210, 260


class DropPlace(EmptyState):
    """Says that a folder can be dropped, inside a dashed line. The window takes the drop."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(
            theme,
            Icon.FOLDER,
            tr("Drop a model folder anywhere on the window to build its next version."),
            tr(
                "It is looked into first: a version and, where it has none, a Dockerfile are "
                "proposed. Nothing is built before you say so."
            ),
            tr("Choose folder…"),
            parent,
        )

    def paintEvent(self, _event: QPaintEvent) -> None:
        tokens = self._theme.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(QColor(tokens.panel))
        painter.setPen(QPen(QColor(tokens.faint), 1.2, Qt.PenStyle.DashLine))
        frame = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.drawRoundedRect(frame, Radius.CARD, Radius.CARD)
        painter.end()


class StartView(QWidget):
    """The page while nothing is planned."""

    folder_asked = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.place = DropPlace(theme)
        self.recent = RecentBuilds(theme)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.XL, Space.L, Space.XL, Space.L)
        column.setSpacing(Space.L)
        column.addWidget(page_title(tr("Build")))
        column.addWidget(self.place)
        column.addWidget(self.recent, 1)
        self.place.action_chosen.connect(self.folder_asked)
        self.set_any(False)

    def show_builds(self, records: Sequence[BuildRecord]) -> None:
        """List the newest builds, if there are any."""
        self.recent.show_records(records)
        self.set_any(bool(records))

    def set_any(self, any_builds: bool) -> None:
        """Whether there are builds to list; without any the drop place has all the room."""
        self.recent.setVisible(any_builds)
        self.place.setMinimumHeight(_LEAST_HEIGHT)
        self.place.setMaximumHeight(_MOST_HEIGHT if any_builds else 16_777_215)
