"""The Activity page: what runs on top, then what ended; the chosen one with its log beside."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from modeldesk.core.words import tr, trn
from modeldesk.ui.activity.detail import TaskDetail
from modeldesk.ui.activity.row import TaskList, TaskRow
from modeldesk.ui.activity.store import ActivityStore
from modeldesk.ui.context import Context
from modeldesk.ui.links import ActivityLink, BuildLink, Link
from modeldesk.ui.tasks.handle import TaskHandle, TaskState
from modeldesk.ui.theme.fonts import TextStyle
from modeldesk.ui.theme.icons import Icon
from modeldesk.ui.theme.tokens import Space
from modeldesk.ui.widgets.buttons import PlainButton
from modeldesk.ui.widgets.card import Card
from modeldesk.ui.widgets.empty_state import EmptyState
from modeldesk.ui.widgets.label import Label, page_title

_TICK_MS = 500
_SOON_MS = 100


class ActivityPage(QWidget):
    """All work, with progress, cancel, log, retry and the way to what it is about."""

    def __init__(
        self,
        context: Context,
        store: ActivityStore,
        detail: TaskDetail,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._context = context
        self._store = store
        self._counts = Label("", TextStyle.BODY, "muted")
        self.clear = PlainButton(tr("Clear ended"))
        self.clear.clicked.connect(store.forget_ended)
        self.list = TaskList(context.theme)
        self.list.row_selected.connect(lambda key: self._choose(int(key)))
        self.detail = detail
        self.detail.go_to_asked.connect(context.navigate)
        self.detail.retried.connect(self._choose)
        empty = EmptyState(
            context.theme,
            Icon.ACTIVITY,
            tr("Nothing has been done yet."),
            tr(
                "Builds, runs, rollbacks and everything else that takes time is listed here. "
                "Drop a model folder to build it."
            ),
            tr("Build a model…"),
        )
        empty.action_chosen.connect(lambda: context.navigate(BuildLink()))
        self._stack = QStackedWidget()
        self._stack.addWidget(empty)
        self._stack.addWidget(self._two_panes())
        self._lay_out()
        self._tick = QTimer(self, interval=_TICK_MS)
        self._tick.timeout.connect(self._show_time)
        self._soon = QTimer(self, singleShot=True, interval=_SOON_MS)
        self._soon.timeout.connect(self._show_rows)
        store.changed.connect(self._show_rows)
        store.task_altered.connect(self._show_soon)
        self._show_rows()

    def widget(self) -> QWidget:
        """Itself."""
        return self

    def shown(self) -> None:
        """It came into view."""
        self._show_rows()

    def activate(self, link: Link) -> None:
        """Choose the task of an `ActivityLink`."""
        if isinstance(link, ActivityLink) and link.task is not None:
            self._choose(link.task)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._show_rows()
        self._tick.start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._tick.stop()
        self._soon.stop()

    def _two_panes(self) -> QWidget:
        card = Card(padded=False)
        card.body.setContentsMargins(0, Space.S, 0, 0)
        card.body.addWidget(self.list)
        panes = QWidget()
        row = QHBoxLayout(panes)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(Space.M + 2)
        row.addWidget(card, 3)
        row.addWidget(self.detail, 4)
        return panes

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.addWidget(page_title(tr("Activity")))
        head.addStretch(1)
        head.addWidget(self.clear)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.XL, Space.L, Space.XL, Space.XL)
        column.setSpacing(Space.XS)
        column.addLayout(head)
        column.addWidget(self._counts)
        column.addSpacing(Space.S)
        column.addWidget(self._stack, 1)

    def _choose(self, number: int) -> None:
        self._show_rows()
        self.list.select_key(str(number))
        self.detail.show_task(self._store.task(number))

    def _show_soon(self) -> None:
        if self.isVisible() and not self._soon.isActive():
            self._soon.start()

    def _show_time(self) -> None:
        if self._store.active:
            self._show_rows()
            self.detail.refresh()

    def _show_rows(self) -> None:
        tasks = self._store.tasks
        now = datetime.now(UTC)
        self.list.model_of_rows.set_rows([TaskRow.of(task, now) for task in tasks])
        ended = sum(not task.active for task in tasks)
        self._counts.setText(_counts_text(tasks))
        self._counts.setVisible(bool(tasks))
        self.clear.setVisible(bool(ended))
        self._stack.setCurrentIndex(1 if tasks else 0)
        shown = self.detail.task
        if shown is None or self._store.task(shown.id) is None:
            self.detail.show_task(tasks[0] if tasks else None)
            if tasks:
                self.list.select_key(str(tasks[0].id))


def _counts_text(tasks: Sequence[TaskHandle[Any]]) -> str:
    ended = sum(not task.active for task in tasks)
    waiting = sum(task.state is TaskState.WAITING for task in tasks)
    running = len(tasks) - ended - waiting
    parts = (
        trn("{count} running", "{count} running", running) if running else "",
        trn("{count} waiting", "{count} waiting", waiting) if waiting else "",
        trn("{count} ended", "{count} ended", ended) if ended else "",
    )
    return " · ".join(part for part in parts if part)
