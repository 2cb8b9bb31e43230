"""One task as a row of the Activity page, and how it is drawn."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter
from PySide6.QtWidgets import QWidget

from modeldesk.core.words import tr
from modeldesk.ui import presentation
from modeldesk.ui.activity.words import STATE_TONES, progress_text, so_far, state_text
from modeldesk.ui.tasks.handle import TaskHandle, TaskState
from modeldesk.ui.theme.fonts import TextStyle, font
from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.theme.tokens import Space
from modeldesk.ui.widgets.chip import ChipSpec, chip_width, paint_chip
from modeldesk.ui.widgets.keyed_model import Cell, Column, KeyedModel
from modeldesk.ui.widgets.row_view import RowView

ROW_HEIGHT = 56
_BAR = 4
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, slots=True)
class TaskRow:
    """What a row shows. `fraction` None while it is not known; `active` draws the bar."""

    number: int
    title: str
    chip: ChipSpec
    note: str
    when: str
    active: bool
    fraction: float | None

    @classmethod
    def of(cls, handle: TaskHandle[Any], now: datetime) -> "TaskRow":
        """The row of a task, its age as seen at `now`."""
        when = so_far(handle)
        if handle.ended is not None:
            ago = presentation.age(handle.ended, now)
            when = tr("{ago} · took {time}", ago=ago, time=presentation.duration(handle.seconds))
        return cls(
            handle.id,
            presentation.printable(handle.title),
            ChipSpec(
                state_text(handle.state),
                STATE_TONES[handle.state],
                handle.state is TaskState.RUNNING,
            ),
            presentation.printable(_note(handle)),
            when,
            handle.active and handle.state is not TaskState.WAITING,
            handle.progress.fraction if handle.progress is not None else None,
        )


def _note(handle: TaskHandle[Any]) -> str:
    if handle.active:
        return progress_text(handle)
    return handle.error.message if handle.error is not None else ""


def _spoken(row: TaskRow) -> Cell:
    return Cell(", ".join(part for part in (row.title, row.chip.text, row.note, row.when) if part))


class TaskList(RowView):
    """The tasks, one above the other."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        self._model: KeyedModel[TaskRow] = KeyedModel(
            [Column("task", "", _spoken, stretch=True)], lambda row: str(row.number)
        )
        super().__init__(theme, self._model, ROW_HEIGHT, parent=parent)
        self._model.setParent(self)
        self.setAccessibleName(tr("Tasks"))
        self.setHeaderHidden(True)
        self.header().setStretchLastSection(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    @property
    def model_of_rows(self) -> KeyedModel[TaskRow]:
        """Where the rows are set."""
        return self._model

    def paint_row(self, painter: QPainter, rect: QRect, row: int, _selected: bool) -> None:
        task = self._model.row(row)
        tokens = self._theme.tokens
        inside = QRectF(rect).adjusted(Space.M, 0, -Space.M, 0)
        middle = inside.center().y()
        first = QRectF(inside.left(), middle - 20, inside.width(), 20)
        second = QRectF(inside.left(), middle + 2, inside.width(), 18)
        chip = chip_width(task.chip)
        paint_chip(painter, QRectF(first.right() - chip, first.top(), chip, 20), task.chip, tokens)
        first.setRight(first.right() - chip - Space.S)
        _write(painter, first, task.title, TextStyle.STRONG, tokens.text)
        if not task.note:
            _write(painter, second, task.when, TextStyle.NOTE, tokens.muted)
            return
        when = QFontMetricsF(font(TextStyle.NOTE)).horizontalAdvance(task.when)
        _write(painter, second, task.when, TextStyle.NOTE, tokens.muted, right=True)
        second.setRight(second.right() - when - Space.M)
        color = tokens.bad if task.chip.tone is STATE_TONES[TaskState.FAILED] else tokens.muted
        _write(painter, second, task.note, TextStyle.NOTE, color)
        if task.active:
            self._paint_bar(
                painter,
                QRectF(inside.left(), rect.bottom() - 6, inside.width(), _BAR),
                task.fraction,
            )

    def _paint_bar(self, painter: QPainter, whole: QRectF, fraction: float | None) -> None:
        tokens = self._theme.tokens
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.track))
        painter.drawRoundedRect(whole, _BAR / 2, _BAR / 2)
        if fraction:
            painter.setBrush(QColor(tokens.accent))
            done = QRectF(whole.left(), whole.top(), max(_BAR, whole.width() * fraction), _BAR)
            painter.drawRoundedRect(done, _BAR / 2, _BAR / 2)


def _write(
    painter: QPainter, line: QRectF, text: str, style: TextStyle, color: str, right: bool = False
) -> None:
    metrics = QFontMetricsF(font(style))
    shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, max(0.0, line.width()))
    painter.setFont(font(style))
    painter.setPen(QColor(color))
    painter.drawText(line, _RIGHT if right else _LEFT, shown)
