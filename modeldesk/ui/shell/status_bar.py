"""The line at the foot of the window: the engine, what is stored, what runs."""

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from PySide6.QtCore import QPointF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QFrame, QHBoxLayout, QSizePolicy, QWidget

from modeldesk.core.engine.model import Connection, ConnectionState, EngineInfo
from modeldesk.core.words import tr, trn
from modeldesk.ui import presentation
from modeldesk.ui.activity.store import ActivityStore
from modeldesk.ui.activity.words import progress_text
from modeldesk.ui.tasks.handle import TaskState
from modeldesk.ui.theme.fonts import TextStyle, font
from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.theme.tokens import ColorName, Space
from modeldesk.ui.widgets.buttons import LinkButton
from modeldesk.ui.widgets.label import Label
from modeldesk.ui.widgets.task_progress import TaskProgress
from modeldesk.ui.widgets.tooltip import plain_tooltip

if TYPE_CHECKING:
    from modeldesk.core.library.model import LibrarySnapshot

HEIGHT = 30
_TASK_WIDTH = 460


def place(address: str) -> str:
    """Where an engine's address leads: ``local`` or the name of a machine."""
    parts = urlsplit(address)
    if parts.scheme in ("tcp", "http", "https", "ssh") and parts.hostname:
        return parts.hostname
    return tr("local")


def engine_text(engine: EngineInfo) -> str:
    """An engine in a few words: ``Docker Engine 27.3 · local``."""
    version = ".".join(engine.version.split(".")[:2])
    return f"{engine.product} {version} · {place(engine.address)}"


class StatusBar(QFrame):
    """Shows the connection, the size of all images, and the newest running task."""

    engine_clicked = Signal()
    reclaimable_clicked = Signal()
    activity_clicked = Signal()

    def __init__(self, theme: Theme, activity: ActivityStore, parent: QWidget | None = None):
        super().__init__(parent)
        self._activity = activity
        self.setProperty("kind", "status")
        self.setFixedHeight(HEIGHT)
        self.engine = EngineButton(theme)
        self.engine.clicked.connect(self.engine_clicked)
        self.images = Label("", TextStyle.NOTE, "muted")
        self.reclaimable = LinkButton("")
        self.reclaimable.setFont(font(TextStyle.NOTE))
        self.reclaimable.clicked.connect(self.reclaimable_clicked)
        self.reclaimable.hide()
        self.task = TaskProgress(theme)
        self.task.setMaximumWidth(_TASK_WIDTH)
        self.running = LinkButton("")
        self.running.setFont(font(TextStyle.NOTE))
        self.running.clicked.connect(self.activity_clicked)
        row = QHBoxLayout(self)
        row.setContentsMargins(Space.S, 0, Space.M, 0)
        row.setSpacing(Space.L)
        row.addWidget(self.engine)
        row.addWidget(self.images)
        row.addWidget(self.reclaimable)
        row.addStretch(1)
        row.addWidget(self.task)
        row.addWidget(self.running)
        activity.changed.connect(self._show_running)
        activity.task_altered.connect(self._show_running)
        self._show_running()

    def show_connection(self, connection: Connection) -> None:
        """Say where the engine stands."""
        self.engine.show_connection(connection)
        known = connection.state in (ConnectionState.CONNECTED, ConnectionState.LOST)
        self.images.setVisible(known)
        self.reclaimable.setVisible(known and bool(self.reclaimable.text()))

    def show_snapshot(self, snapshot: "LibrarySnapshot") -> None:
        """Say how much is stored, once layers are known."""
        self._show_reclaimable(snapshot)
        count = trn("{count} image", "{count} images", snapshot.image_count)
        if snapshot.total_bytes is None:
            self.images.setText(count)
            self.images.setToolTip("")
            return
        self.images.setText(tr("Images {size}", size=presentation.size(snapshot.total_bytes)))
        self.images.setToolTip(
            tr(
                "{count}; on disk {bytes}, each shared layer counted once",
                count=count,
                bytes=presentation.exact_size(snapshot.total_bytes),
            )
        )

    def _show_reclaimable(self, snapshot: "LibrarySnapshot") -> None:
        back = snapshot.reclaimable_bytes
        text = tr("reclaimable {size}", size=presentation.size(back)) if back else ""
        self.reclaimable.set_text(text)
        self.reclaimable.setVisible(bool(text) and not self.images.isHidden())
        self.reclaimable.setToolTip(
            tr(
                "{bytes} come back when untagged images go that nothing uses. See what could go",
                bytes=presentation.exact_size(back or 0),
            )
        )

    def _show_running(self) -> None:
        active = self._activity.active
        self.task.setVisible(bool(active))
        self.running.setVisible(bool(active))
        if active:
            newest = active[0]
            fraction = newest.progress.fraction if newest.progress else None
            said = progress_text(newest)
            self.task.set_state(f"{newest.title} · {said}" if said else newest.title, fraction)
            running = sum(task.state is not TaskState.WAITING for task in active)
            self.running.set_text(trn("{count} running", "{count} running", running))


class EngineButton(QAbstractButton):
    """A dot and the engine's name; a click leads to the engine's settings."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._color: ColorName = "faint"
        self.setFont(font(TextStyle.NOTE))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)
        self.show_connection(Connection(ConnectionState.SEARCHING))

    def show_connection(self, connection: Connection) -> None:
        """Name the engine and how it is."""
        self._color = _COLORS[connection.state]
        self.setText(_connection_text(connection))
        self.setAccessibleName(self.text())
        self.setToolTip(plain_tooltip(connection.engine.address if connection.engine else ""))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(metrics.horizontalAdvance(self.text()) + 24, metrics.height() + 6)

    def paintEvent(self, _event: QPaintEvent) -> None:
        tokens = self._theme.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.hasFocus():
            painter.setPen(QColor(tokens.accent))
            painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1), 4, 4)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.color(self._color)))
        painter.drawEllipse(QPointF(9, self.height() / 2), 3.5, 3.5)
        painter.setPen(QColor(tokens.text if self.underMouse() else tokens.muted))
        painter.setFont(self.font())
        words = self.rect().adjusted(19, 0, 0, 0)
        text = self.fontMetrics().elidedText(
            self.text(), Qt.TextElideMode.ElideRight, words.width()
        )
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, text)
        painter.end()


_COLORS: dict[ConnectionState, ColorName] = {
    ConnectionState.SEARCHING: "faint",
    ConnectionState.CONNECTED: "good",
    ConnectionState.LOST: "warning",
    ConnectionState.NONE: "bad",
}


def _connection_text(connection: Connection) -> str:
    if connection.state is ConnectionState.SEARCHING:
        return tr("Looking for an engine…")
    if connection.engine is None or connection.state is ConnectionState.NONE:
        return tr("No engine")
    if connection.state is ConnectionState.LOST:
        return tr("{engine} · does not answer", engine=engine_text(connection.engine))
    return engine_text(connection.engine)
