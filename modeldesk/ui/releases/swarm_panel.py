"""A deployment on a swarm: how many tasks are ready, which machine has which, and how far an
update is."""

from datetime import UTC, datetime

from PySide6.QtCore import Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from modeldesk.core.errors import ModelDeskError
from modeldesk.core.swarm.rolling import Rolling
from modeldesk.core.words import tr
from modeldesk.ui.releases.swarm_stream import Follow, SwarmStream
from modeldesk.ui.releases.swarm_view import SwarmRow, SwarmView, VersionName, swarm_view
from modeldesk.ui.tasks.runner import TaskRunner
from modeldesk.ui.theme.fonts import TextStyle
from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.theme.tokens import Space
from modeldesk.ui.widgets.card import Card
from modeldesk.ui.widgets.chip import ChipRow
from modeldesk.ui.widgets.keyed_model import Cell, Column, KeyedModel
from modeldesk.ui.widgets.label import Label
from modeldesk.ui.widgets.table import ROW_HEIGHT, Table
from modeldesk.ui.widgets.task_progress import ThinBar

_ROWS_IN_SIGHT = 6
_EDGES = 14


class SwarmPanel(Card):
    """Follows the service it is given while it is in sight."""

    changed = Signal()
    """It stands otherwise than before."""

    def __init__(
        self, theme: Theme, tasks: TaskRunner, title: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(title, padded=False, parent=parent)
        self._follow: Follow | None = None
        self._version_name: VersionName = str
        self._stream = SwarmStream(tasks, self)
        self._stream.stood.connect(self._stood)
        self._stream.failed.connect(self._failed)
        self._ready = Label("", TextStyle.STRONG)
        self._state = ChipRow(theme)
        self._bar = ThinBar(theme)
        self._bar.setAccessibleName(tr("Replaced tasks"))
        self._said = Label("", TextStyle.BODY, "muted", wrap=True, selectable=True)
        self._model = KeyedModel(_columns(), lambda row: row.key, self)
        self.table = Table(theme, self._model, name=tr("Tasks by machine"))
        head = QHBoxLayout()
        inset = self.header.contentsMargins()
        head.setContentsMargins(inset)
        head.setSpacing(Space.M)
        head.addWidget(self._ready)
        head.addWidget(self._state)
        head.addWidget(self._bar, 1)
        head.addStretch(0)
        words = QHBoxLayout()
        words.setContentsMargins(inset)
        words.addWidget(self._said, 1)
        self.body.addLayout(head)
        self.body.addLayout(words)
        self.body.addWidget(self.table)
        self._clear()

    @property
    def following(self) -> bool:
        """Whether a service is asked how it stands."""
        return self._stream.following

    @property
    def said(self) -> str:
        """What is amiss, in sentences; empty for nothing."""
        return self._said.text()

    def rows(self) -> tuple[SwarmRow, ...]:
        """What is listed."""
        return self._model.rows()

    def show_service(self, follow: Follow | None, version_name: VersionName = str) -> None:
        """Follow another service, or none."""
        self._follow, self._version_name = follow, version_name
        self._clear()
        self._restart()

    def present(self, view: SwarmView) -> None:
        """Show how it stands."""
        self._ready.setText(view.ready)
        self._state.set_chips((view.state,))
        self._bar.setVisible(view.moving)
        self._bar.set_fraction(view.updated / max(1, view.wanted))
        self._say("\n".join(view.troubles))
        self._model.set_rows(view.rows)
        self._fit(len(view.rows))
        self.changed.emit()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._restart()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._stream.stop()

    def _restart(self) -> None:
        if self._follow is None or not self.isVisible():
            self._stream.stop()
        else:
            self._stream.follow(self._follow)

    def _stood(self, rolling: Rolling) -> None:
        self.present(swarm_view(rolling, self._version_name, datetime.now(UTC)))

    def _failed(self, problem: ModelDeskError) -> None:
        self._clear()
        self._say(str(problem))
        self.changed.emit()

    def _clear(self) -> None:
        self._ready.setText("")
        self._state.set_chips(())
        self._bar.hide()
        self._say("")
        self._model.set_rows(())
        self._fit(0)

    def _say(self, text: str) -> None:
        self._said.setText(text)
        self._said.setVisible(bool(text))

    def _fit(self, rows: int) -> None:
        self.table.setVisible(rows > 0)
        height = self.table.header().sizeHint().height()
        self.table.setFixedHeight(height + min(rows, _ROWS_IN_SIGHT) * ROW_HEIGHT + _EDGES)


def _columns() -> tuple[Column[SwarmRow], ...]:
    return (
        Column("machine", tr("Machine"), lambda r: Cell(r.machine, r.machine_chips)),
        Column("task", tr("Task"), lambda r: Cell(r.task, muted=r.state is None)),
        Column("state", tr("State"), lambda r: Cell("", (r.state,) if r.state else ())),
        Column("version", tr("Runs"), lambda r: Cell(r.version, mono=True)),
        Column("since", tr("Since"), lambda r: Cell(r.since, muted=True), gives_way=0),
        Column(
            "error",
            tr("What it waits for"),
            lambda r: Cell(r.error, muted=True, prose=True, tooltip=r.error),
            stretch=True,
        ),
    )
