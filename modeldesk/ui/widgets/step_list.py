"""The steps of some work, each with its state."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter
from PySide6.QtWidgets import QWidget

from modeldesk.core.words import tr
from modeldesk.ui.theme.fonts import TextStyle, font
from modeldesk.ui.theme.icons import Icon
from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.theme.tokens import ColorName
from modeldesk.ui.widgets.keyed_model import Cell, Column, KeyedModel
from modeldesk.ui.widgets.row_view import RowView

ROW_HEIGHT = 34
_NAME_LEFT = 34
_RIGHT_SIDE = 7
_BETWEEN = 20
_MOST_OF_RESULT = 70
"""Percent of a line; the name keeps the rest."""


class StepState(Enum):
    """How far a step is."""

    DONE = "done"
    NOTED = "noted"
    """Done, and there is something to know about it."""
    RUNNING = "running"
    WAITING = "waiting"
    FAILED = "failed"
    CANCELLED = "cancelled"
    NOT_RUN = "not run"
    """The work ended before its turn came."""


_MARKS: dict[StepState, tuple[Icon, ColorName]] = {
    StepState.DONE: (Icon.CHECK, "good"),
    StepState.NOTED: (Icon.WARNING, "warning"),
    StepState.RUNNING: (Icon.HALF, "accent"),
    StepState.WAITING: (Icon.CIRCLE, "faint"),
    StepState.FAILED: (Icon.CROSS, "bad"),
    StepState.CANCELLED: (Icon.MINUS, "faint"),
    StepState.NOT_RUN: (Icon.MINUS, "faint"),
}


@dataclass(frozen=True, slots=True)
class Step:
    """One step. `result` is what it took ("cached", "4.1 s"), `note` stands before it."""

    key: str
    name: str
    state: StepState
    result: str = ""
    note: str = ""


class StepList(RowView):
    """Steps top to bottom; the running one is tinted and kept in sight as it moves on."""

    def __init__(
        self,
        theme: Theme,
        face: TextStyle = TextStyle.MONO_SMALL,
        parent: QWidget | None = None,
    ) -> None:
        """`face` is for the names: of instructions, or of what is not one."""
        self._face = face
        self._model = KeyedModel[Step](
            [Column("step", "", _spoken_cell, stretch=True)], lambda step: step.key
        )
        super().__init__(theme, self._model, ROW_HEIGHT, parent=parent)
        self._model.setParent(self)
        self._running = ""
        self.setAccessibleName(tr("Steps"))
        self.setHeaderHidden(True)
        self.header().setStretchLastSection(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def set_steps(self, steps: Sequence[Step]) -> None:
        """Show `steps`; only what differs is drawn again."""
        self._model.set_rows(steps)
        running = next((s.key for s in steps if s.state is StepState.RUNNING), "")
        if running and running != self._running:
            self.scrollTo(self._model.index_of(running))
        self._running = running

    def steps(self) -> tuple[Step, ...]:
        """What is shown."""
        return self._model.rows()

    def content_height(self) -> int:
        """The height at which nothing has to scroll."""
        return self._model.rowCount() * ROW_HEIGHT

    def paint_row(self, painter: QPainter, rect: QRect, row: int, selected: bool) -> None:
        step = self._model.row(row)
        tokens = self._theme.tokens
        if step.state is StepState.RUNNING and not selected:
            painter.fillRect(rect.adjusted(0, 0, 0, -1), QColor(tokens.selected))
        icon, color = _MARKS[step.state]
        mark = QRectF(rect.x() + 6, rect.center().y() - 7.5, 15, 15)
        self._theme.paint_icon(painter, mark, icon, color)
        line = rect.adjusted(_NAME_LEFT, 0, -_RIGHT_SIDE, -1)
        painter.setPen(QColor(tokens.muted))
        painter.setFont(font(TextStyle.BODY))
        metrics = QFontMetrics(font(TextStyle.BODY))
        for whole in (step.result, step.note):
            if whole:
                room = line.width() * _MOST_OF_RESULT // 100
                text = metrics.elidedText(whole, Qt.TextElideMode.ElideMiddle, room)
                painter.drawText(line, _RIGHT, text)
                line.setRight(line.right() - metrics.horizontalAdvance(text) - _BETWEEN)
        failed = step.state is StepState.FAILED
        left_out = step.state in (StepState.CANCELLED, StepState.NOT_RUN)
        painter.setPen(QColor(tokens.bad if failed else tokens.muted if left_out else tokens.text))
        painter.setFont(font(self._face))
        face = QFontMetrics(font(self._face))
        name = face.elidedText(step.name, Qt.TextElideMode.ElideRight, line.width())
        painter.drawText(line, _LEFT, name)


_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


def _state_name(state: StepState) -> str:
    return {
        StepState.DONE: tr("done"),
        StepState.NOTED: tr("done, with a note"),
        StepState.RUNNING: tr("running"),
        StepState.WAITING: tr("waiting"),
        StepState.FAILED: tr("failed"),
        StepState.CANCELLED: tr("cancelled"),
        StepState.NOT_RUN: tr("not run"),
    }[state]


def _spoken_cell(step: Step) -> Cell:
    parts = (step.name, _state_name(step.state), step.note, step.result)
    told = "\n".join(part for part in (step.name, step.result) if part)
    return Cell(", ".join(part for part in parts if part), tooltip=told)
