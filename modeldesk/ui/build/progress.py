"""How a build goes: its steps, the Dockerfile, the log."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QVBoxLayout, QWidget

from modeldesk.core.build.model import BuildState, BuildStep, ContextProgress
from modeldesk.core.words import tr
from modeldesk.ui.build.words import (
    Outline,
    fraction,
    headline,
    saved_text,
    sent_text,
    step_name,
    step_result,
)
from modeldesk.ui.presentation import duration
from modeldesk.ui.theme.fonts import TextStyle
from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.theme.tokens import Space
from modeldesk.ui.widgets.card import Card
from modeldesk.ui.widgets.code_view import CodeView
from modeldesk.ui.widgets.elided_label import ElidedLabel
from modeldesk.ui.widgets.label import Label
from modeldesk.ui.widgets.log_view import HEAD_HEIGHT, LogView
from modeldesk.ui.widgets.step_list import ROW_HEIGHT, Step, StepList, StepState
from modeldesk.ui.widgets.task_progress import ThinBar

_TICK_MS = 200
_NARROW = 560
_LEAST_ROWS = 3
_STEPS_SHARE, _STEPS_SHARE_NARROW = 0.45, 0.3


@dataclass(frozen=True, slots=True)
class Moment:
    """A build as it stands now."""

    state: BuildState
    outline: Outline
    seconds: float
    sent: ContextProgress | None = None
    cancelling: bool = False
    saved: Mapping[str, float] = field(default_factory=dict)


class StepsCard(Card):
    """Where the build is. Its clock runs while there is something to count and to see."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._seconds = 0.0
        self._runs = False
        self._room = _LEAST_ROWS * ROW_HEIGHT
        self.head = Label(style=TextStyle.STRONG)
        self.sent = ElidedLabel(color="muted", mode=Qt.TextElideMode.ElideRight)
        self.elapsed = Label(color="muted")
        self.bar = ThinBar(theme)
        self.list = StepList(theme)
        row = QHBoxLayout()
        row.setSpacing(Space.S)
        row.addWidget(self.head)
        row.addWidget(self.sent, 1)
        row.addWidget(self.elapsed)
        self.body.addLayout(row)
        self.body.addWidget(self.bar)
        self.body.addWidget(self.list)
        self._clock = QTimer(self, interval=_TICK_MS)
        self._clock.timeout.connect(self._tick)

    def show_moment(self, moment: Moment) -> None:
        """Show how far the build is."""
        where = moment.outline
        self._runs = moment.state is BuildState.RUNNING
        self._seconds = moment.seconds
        head = headline(moment.state, where, moment.seconds)
        self.head.setText(tr("Cancelling") if moment.cancelling else head)
        sent = sent_text(moment.sent)
        self.sent.set_text(f"· {sent}" if sent else "")
        done = 1.0 if moment.state is BuildState.SUCCEEDED else fraction(moment.sent, where)
        self.bar.set_fraction(done if self._runs else done or 0.0)
        self.bar.set_failed(moment.state is BuildState.FAILED)
        self.bar.set_stopped(moment.state in (BuildState.CANCELLED, BuildState.INTERRUPTED))
        self.list.set_steps([_row(step, moment) for step in where.steps])
        self._fit()
        self._show_elapsed()
        self._settle()

    @property
    def counting(self) -> bool:
        """Whether the clock runs."""
        return self._clock.isActive()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._settle()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._clock.stop()

    def _settle(self) -> None:
        if not self._runs or not self.isVisible():
            self._clock.stop()
        elif not self._clock.isActive():
            self._clock.start()

    def _tick(self) -> None:
        self._seconds += _TICK_MS / 1000
        self._show_elapsed()

    def _show_elapsed(self) -> None:
        shown = self._seconds if self._seconds >= 1 or not self._runs else round(self._seconds, 1)
        time = duration(shown)
        self.elapsed.setText(tr("elapsed {time}", time=time) if self._runs else time)

    def set_room(self, height: int) -> None:
        """The steps may take this much; more of them scroll."""
        self._room = height
        self._fit()

    def _fit(self) -> None:
        steps = len(self.list.steps())
        # A build that ended before its first step has none to come.
        self.list.setVisible(self._runs or steps > 0)
        wanted = max(steps, _LEAST_ROWS) * ROW_HEIGHT + 2
        self.list.setFixedHeight(max(min(wanted, self._room), _LEAST_ROWS * ROW_HEIGHT))


class BuildView(QWidget):
    """Steps above, Dockerfile and log side by side below, or over each other where it is
    narrow."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.steps = StepsCard(theme)
        self.dockerfile = CodeView(theme, numbered=True)
        self.dockerfile.set_name(tr("Dockerfile"))
        self.code_card = Card(tr("Dockerfile"))
        self.code_card.set_header_height(HEAD_HEIGHT)
        self.code_card.body.addWidget(self.dockerfile)
        self.log = LogView(theme, title=tr("Log"))
        log_card = Card()
        log_card.body.addWidget(self.log)
        self._lower = QSplitter(Qt.Orientation.Horizontal)
        self._lower.setProperty("kind", "gap")
        self._lower.setHandleWidth(Space.L)
        self._lower.setChildrenCollapsible(False)
        self._lower.addWidget(self.code_card)
        self._lower.addWidget(log_card)
        self._lower.setSizes([500, 500])
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.L)
        column.addWidget(self.steps)
        column.addWidget(self._lower, 1)

    def show_texts(self, dockerfile: str, lines: Sequence[str]) -> None:
        """Begin with these texts; without a Dockerfile the log has all the room."""
        self.dockerfile.set_text(dockerfile)
        self.dockerfile.mark_line(None)
        self.code_card.setVisible(bool(dockerfile))
        self.log.clear()
        self.log.set_following(True)
        self.log.append(lines)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = event.size().width() < _NARROW
        share = _STEPS_SHARE_NARROW if narrow else _STEPS_SHARE
        self.steps.set_room(round(event.size().height() * share))
        self._lower.setOrientation(Qt.Orientation.Vertical if narrow else Qt.Orientation.Horizontal)


def _row(step: BuildStep, moment: Moment) -> Step:
    state = StepState(step.state.value)
    if state is StepState.WAITING and moment.state is not BuildState.RUNNING:
        state = StepState.NOT_RUN
    return Step(
        key=step.id,
        name=step_name(step.name),
        state=state,
        result=step_result(step),
        note=saved_text(step, moment.saved),
    )
