"""Everything about one task: how far it is, what it said, and what can be done with it."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QWidget

from modeldesk.core.errors import ModelDeskError
from modeldesk.core.words import tr
from modeldesk.ui import presentation
from modeldesk.ui.activity.store import ActivityStore
from modeldesk.ui.activity.words import STATE_TONES, go_to_text, progress_text, so_far, state_text
from modeldesk.ui.tasks.handle import TaskHandle, TaskState
from modeldesk.ui.theme.fonts import TextStyle
from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.theme.tokens import Space, Tone
from modeldesk.ui.widgets.banner import Banner, Notice
from modeldesk.ui.widgets.buttons import DangerButton, PlainButton
from modeldesk.ui.widgets.card import Card
from modeldesk.ui.widgets.chip import ChipRow, ChipSpec
from modeldesk.ui.widgets.elided_label import ElidedLabel
from modeldesk.ui.widgets.label import Label
from modeldesk.ui.widgets.log_view import LogView
from modeldesk.ui.widgets.part_list import PartList
from modeldesk.ui.widgets.task_progress import TaskProgress


class TaskDetail(Card):
    """Follows one task of the store, while it runs and after."""

    go_to_asked = Signal(object)
    """The task's `Link`."""
    retried = Signal(int)
    """The number of the task that was started again."""

    def __init__(self, theme: Theme, store: ActivityStore, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._store = store
        self._task: TaskHandle[Any] | None = None
        self._name = ElidedLabel("", TextStyle.SUBTITLE)
        self._chips = ChipRow(theme)
        self._times = Label("", TextStyle.LABEL, "muted", wrap=True)
        self._progress = TaskProgress(theme, vertical=True)
        self.parts = PartList(theme)
        self._error = Banner(theme)
        self._error.action_chosen.connect(self._copy_error)
        self.cancel = _button(DangerButton(tr("Cancel"), filled=False), self._cancel)
        self.retry = _button(PlainButton(tr("Try again")), self._retry)
        self.go_to = _button(PlainButton(""), self._go_to)
        self.log = LogView(theme, title=tr("Log"))
        self._lay_out()
        store.task_altered.connect(self._altered)
        store.lines_added.connect(self._lines_added)

    @property
    def task(self) -> TaskHandle[Any] | None:
        """The task shown."""
        return self._task

    def show_task(self, task: TaskHandle[Any] | None) -> None:
        """Follow another task; None shows nothing."""
        if task is self._task:
            return
        self._task = task
        self.log.clear()
        if task is not None:
            self.log.append(self._store.lines(task.id))
        self.refresh()

    def refresh(self) -> None:
        """Show the task as it is now."""
        task = self._task
        self.setVisible(task is not None)
        if task is None:
            return
        self._name.set_text(presentation.printable(task.title))
        self._chips.set_chips([ChipSpec(state_text(task.state), STATE_TONES[task.state])])
        self._times.setText(_times(task))
        self._progress.setVisible(task.active)
        if task.active:
            fraction = task.progress.fraction if task.progress is not None else None
            self._progress.set_state(presentation.printable(progress_text(task)), fraction)
        self._show_parts(task)
        self.cancel.setVisible(task.active)
        self.cancel.setEnabled(task.state is not TaskState.CANCELLING)
        self.retry.setVisible(task.can_retry)
        self.go_to.setVisible(task.link is not None)
        if task.link is not None:
            self.go_to.set_text(go_to_text(task.link))
        self._show_error(task.error)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(Space.S)
        head.addWidget(self._name, 1)
        head.addWidget(self._chips)
        buttons = QHBoxLayout()
        buttons.setSpacing(Space.S)
        for button in (self.cancel, self.retry, self.go_to):
            buttons.addWidget(button)
        buttons.addStretch(1)
        self.body.addLayout(head)
        self.body.addWidget(self._times)
        self.body.addWidget(self._progress)
        self.body.addWidget(self.parts)
        self.body.addWidget(self._error)
        self.body.addLayout(buttons)
        self.body.addSpacing(Space.XS)
        self.body.addWidget(self.log, 1)

    def _show_parts(self, task: TaskHandle[Any]) -> None:
        """What moves in parts shows each of them, and at the end how each ended."""
        parts = task.progress.parts if task.progress is not None else ()
        self.parts.set_parts(parts)
        self.parts.setVisible(bool(parts))

    def _show_error(self, error: ModelDeskError | None) -> None:
        if error is None:
            self._error.dismiss()
            return
        actions = (tr("Copy details"),) if error.detail else ()
        self._error.present(
            Notice(
                presentation.printable(error.message),
                presentation.printable(error.hint),
                actions,
                Tone.BAD,
                closable=False,
            )
        )

    def _altered(self, task: TaskHandle[Any]) -> None:
        if task is self._task:
            self.refresh()

    def _lines_added(self, number: int, lines: list[str]) -> None:
        if self._task is not None and self._task.id == number:
            self.log.append(lines)

    def _copy_error(self) -> None:
        if self._task is not None and self._task.error is not None:
            error = self._task.error
            QGuiApplication.clipboard().setText(f"{error}\n\n{error.detail}")

    def _cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()

    def _retry(self) -> None:
        again = self._store.retry(self._task.id) if self._task is not None else None
        if again is not None:
            self.retried.emit(again.id)

    def _go_to(self) -> None:
        if self._task is not None and self._task.link is not None:
            self.go_to_asked.emit(self._task.link)


def _times(task: TaskHandle[Any]) -> str:
    began = presentation.moment(task.submitted)
    if task.state is TaskState.WAITING:
        return tr("asked for {moment}", moment=began)
    if task.active:
        return tr("started {moment} · {time} so far", moment=began, time=so_far(task))
    took = presentation.duration(task.seconds)
    return tr("started {moment} · took {time}", moment=began, time=took)


def _button(button: PlainButton, run: Callable[[], None]) -> PlainButton:
    button.clicked.connect(lambda _checked=False: run())
    return button
