"""Steps along a line: what is behind, where it stands, and what is to come."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QHelpEvent,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from modeldesk.core.words import tr
from modeldesk.ui.theme.fonts import TextStyle, font
from modeldesk.ui.theme.icons import Icon
from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.theme.tokens import ColorName, Radius, Tokens
from modeldesk.ui.widgets.tooltip import plain_tooltip

_TOP = 15.0
_RADIUS = 8.0
_LINE = 4.0
_GAP = 5.0
"""Between a mark and the lines beside it."""
_SIGN = 11.0
_TITLE_TOP = 30.0
_TEXT_LINE = 16.0
_SIDE = 8.0
_LEAST_ROOM = 88.0
"""With less for each, the notes of steps that are over or to come are left to the tooltip."""
_CENTRED = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter


class TrackState(Enum):
    """How far a step is. Each has a sign of its own beside its colour."""

    DONE = "done"
    CURRENT = "current"
    PAUSED = "paused"
    SILENT = "silent"
    """It waits, because nothing is heard that would say how it does."""
    STOPPED = "stopped"
    """It ended here, and not well."""
    ENDED = "ended"
    """It ended here, because somebody wanted that."""
    WAITING = "waiting"


_SIGNS: dict[TrackState, Icon] = {
    TrackState.DONE: Icon.CHECK,
    TrackState.STOPPED: Icon.CROSS,
    TrackState.ENDED: Icon.CROSS,
}
_COLORS: dict[TrackState, ColorName] = {
    TrackState.DONE: "good",
    TrackState.CURRENT: "accent",
    TrackState.PAUSED: "warning",
    TrackState.SILENT: "warning",
    TrackState.STOPPED: "bad",
    TrackState.ENDED: "faint",
    TrackState.WAITING: "line",
}


@dataclass(frozen=True, slots=True)
class TrackStep:
    """One step. `notes` stand below the title: in one line where there is room, else one below
    the other. `fraction` of it is over, where that is known."""

    title: str
    state: TrackState
    notes: tuple[str, ...] = ()
    fraction: float | None = None


class StepTrack(QWidget):
    """Steps from left to right. Tab reaches it, and the arrow keys go from step to step, each
    told to those who hear it."""

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        """`name` is what a screen reader calls the row."""
        super().__init__(parent)
        self._theme = theme
        self._name = name
        self._steps: tuple[TrackStep, ...] = ()
        self._current = 0
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        theme.changed.connect(self.update)

    def steps(self) -> tuple[TrackStep, ...]:
        """What is shown."""
        return self._steps

    def set_steps(self, steps: Sequence[TrackStep]) -> None:
        """Show `steps`, first to last."""
        if tuple(steps) == self._steps:
            return
        self._steps = tuple(steps)
        at = next((n for n, s in enumerate(steps) if s.state not in _PLACES_PASSED), 0)
        if not self.hasFocus() or self._current >= len(steps):
            self._current = at
        spoken = self.spoken(at) if steps else ""
        self.setAccessibleName(f"{self._name}: {spoken}" if spoken else self._name)
        self._describe()
        self.updateGeometry()
        self.update()

    def spoken(self, number: int) -> str:
        """A step as a screen reader says it."""
        step = self._steps[number]
        place = tr("step {number} of {total}", number=number + 1, total=len(self._steps))
        return ", ".join((place, step.title, _state_name(step.state), *step.notes))

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return round(_TITLE_TOP + (1 + self._note_lines(width)) * _TEXT_LINE + 6)

    def sizeHint(self) -> QSize:
        return QSize(480, self.minimumSizeHint().height())

    def minimumSizeHint(self) -> QSize:
        # With notes of one line; what more is needed depends on the width.
        return QSize(120, round(_TITLE_TOP + 2 * _TEXT_LINE + 6))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for number in range(len(self._steps) - 1):
            self._paint_way(painter, number)
        for number, step in enumerate(self._steps):
            self._paint_mark(painter, QPointF(self._centre(number), _TOP), step)
            self._paint_words(painter, number, step)
        if self.hasFocus() and self._steps:
            painter.setPen(QPen(QColor(self._theme.tokens.accent), 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            left = self._centre(self._current) - self._room() / 2
            rect = QRectF(left, 1, self._room(), self.height() - 2)
            painter.drawRoundedRect(rect.adjusted(1, 0, -1, 0), Radius.CHIP, Radius.CHIP)
        painter.end()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        last = len(self._steps) - 1
        places = {
            Qt.Key.Key_Left: max(self._current - 1, 0),
            Qt.Key.Key_Right: min(self._current + 1, last),
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: last,
        }
        place = places.get(Qt.Key(event.key()))
        if place is None or not self._steps:
            super().keyPressEvent(event)
            return
        self._current = place
        self._describe()
        self.update()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            number = int(event.pos().x() // self._room()) if self._steps else -1
            inside = 0 <= number < len(self._steps)
            text = plain_tooltip(self.spoken(number)) if inside else ""
            QToolTip.showText(event.globalPos(), text, self)
            return True
        return super().event(event)

    def _describe(self) -> None:
        self.setAccessibleDescription(self.spoken(self._current) if self._steps else "")

    def _room(self) -> float:
        return self.width() / max(len(self._steps), 1)

    def _centre(self, number: int) -> float:
        return (number + 0.5) * self._room()

    def _note_lines(self, width: int) -> int:
        """How many lines the notes take: one, where the notes of each step fit beside each
        other."""
        room = width / max(len(self._steps), 1) - 2 * _SIDE
        if room < _LEAST_ROOM:
            return 1
        metrics = QFontMetricsF(font(TextStyle.LABEL))
        most = 1
        for step in self._steps:
            if metrics.horizontalAdvance(_joined(step.notes)) > room:
                most = max(most, len(_broken(step.notes, room, metrics)))
        return most

    def _paint_way(self, painter: QPainter, number: int) -> None:
        """The line from a step to the next."""
        tokens = self._theme.tokens
        step = self._steps[number]
        left = self._centre(number) + _RADIUS + _GAP
        right = self._centre(number + 1) - _RADIUS - _GAP
        if right <= left:
            return
        way = QRectF(left, _TOP - _LINE / 2, right - left, _LINE)
        painter.setPen(Qt.PenStyle.NoPen)
        passed = step.state is TrackState.DONE
        painter.setBrush(QColor(tokens.good if passed else tokens.track))
        painter.drawRoundedRect(way, _LINE / 2, _LINE / 2)
        if step.fraction and not passed:
            way.setWidth(max(_LINE, way.width() * min(step.fraction, 1.0)))
            painter.setBrush(QColor(tokens.color(_COLORS[step.state])))
            painter.drawRoundedRect(way, _LINE / 2, _LINE / 2)

    def _paint_mark(self, painter: QPainter, centre: QPointF, step: TrackStep) -> None:
        tokens = self._theme.tokens
        color = QColor(tokens.color(_COLORS[step.state]))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        if step.state is TrackState.SILENT:
            # A ring: nothing is in it.
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(color, 2.5))
            painter.drawEllipse(centre, _RADIUS - 1.25, _RADIUS - 1.25)
            painter.drawLine(centre + QPointF(-2.5, 0), centre + QPointF(2.5, 0))
            return
        painter.drawEllipse(centre, _RADIUS, _RADIUS)
        if step.state is TrackState.CURRENT:
            painter.setBrush(QColor(tokens.panel))
            painter.drawEllipse(centre, 3, 3)
        elif step.state is TrackState.PAUSED:
            painter.setBrush(QColor(tokens.panel))
            for side in (-3.0, 1.0):
                painter.drawRect(QRectF(centre.x() + side, centre.y() - 3.5, 2, 7))
        elif step.state in _SIGNS:
            self._paint_sign(painter, centre, _SIGNS[step.state], tokens)

    def _paint_sign(self, painter: QPainter, centre: QPointF, sign: Icon, tokens: Tokens) -> None:
        rect = QRectF(centre.x() - _SIGN / 2, centre.y() - _SIGN / 2, _SIGN, _SIGN)
        self._theme.paint_icon(painter, rect, sign, "on_bad" if tokens.dark else "on_accent")

    def _paint_words(self, painter: QPainter, number: int, step: TrackStep) -> None:
        tokens = self._theme.tokens
        left = self._centre(number) - self._room() / 2 + _SIDE
        line = QRectF(left, _TITLE_TOP, self._room() - 2 * _SIDE, _TEXT_LINE)
        painter.setFont(font(TextStyle.STRONG))
        painter.setPen(QColor(tokens.text))
        _draw(painter, line, step.title)
        painter.setFont(font(TextStyle.LABEL))
        painter.setPen(QColor(tokens.muted))
        if line.width() < _LEAST_ROOM:
            if step.state in _ASIDE:
                return
            # Only what is going on is told, over the room of its neighbours.
            line = line.adjusted(-2 * self._room(), 0, 2 * self._room(), 0)
            line.moveLeft(min(max(line.left(), 0.0), self.width() - line.width()))
        lines: Sequence[str] = (_joined(step.notes),)
        if self._note_lines(self.width()) > 1:
            lines = _broken(step.notes, line.width(), QFontMetricsF(painter.font()))
        for text in lines:
            line.translate(0, _TEXT_LINE)
            _draw(painter, line, text)


_PLACES_PASSED = (TrackState.DONE,)
_ASIDE = (TrackState.DONE, TrackState.WAITING)


def _joined(notes: Sequence[str]) -> str:
    return " · ".join(notes)


def _broken(notes: Sequence[str], room: float, metrics: QFontMetricsF) -> tuple[str, ...]:
    """Notes below each other, each in as many lines as its words need."""
    lines = []
    for note in notes:
        line = ""
        for word in note.split(" "):
            longer = f"{line} {word}" if line else word
            if line and metrics.horizontalAdvance(longer) > room:
                lines.append(line)
                longer = word
            line = longer
        lines.append(line)
    return tuple(lines)


def _draw(painter: QPainter, rect: QRectF, text: str) -> None:
    metrics = QFontMetricsF(painter.font())
    shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, rect.width())
    painter.drawText(rect, _CENTRED, shown)


def _state_name(state: TrackState) -> str:
    return {
        TrackState.DONE: tr("passed"),
        TrackState.CURRENT: tr("running"),
        TrackState.PAUSED: tr("paused"),
        TrackState.SILENT: tr("silent"),
        TrackState.STOPPED: tr("stopped"),
        TrackState.ENDED: tr("ended"),
        TrackState.WAITING: tr("to come"),
    }[state]
