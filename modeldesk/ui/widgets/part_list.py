"""The parts of a transfer, each with its bar."""

from collections.abc import Sequence

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget

from modeldesk.core.jobs import Part, PartState
from modeldesk.core.words import tr
from modeldesk.ui import presentation
from modeldesk.ui.theme.fonts import TextStyle, font
from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.theme.tokens import Space
from modeldesk.ui.widgets.keyed_model import Cell, Column, KeyedModel
from modeldesk.ui.widgets.row_view import RowView

ROW_HEIGHT = 28
_BAR = 4
_NAME = 108
_WORDS = 190
_MOST_ROWS = 8
_NARROW = 420
_MIDDLE = Qt.AlignmentFlag.AlignVCenter


class PartList(RowView):
    """As high as its rows, up to eight of them; more are scrolled."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        self._model = KeyedModel[Part](
            [Column("part", "", _spoken, stretch=True)], lambda part: part.name
        )
        super().__init__(theme, self._model, ROW_HEIGHT, parent=parent)
        self._model.setParent(self)
        self.setAccessibleName(tr("Layers on their way"))
        self.setHeaderHidden(True)
        self.header().setStretchLastSection(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def parts(self) -> tuple[Part, ...]:
        """What is shown."""
        return tuple(self._model.row(row) for row in range(self._model.rowCount()))

    def set_parts(self, parts: Sequence[Part]) -> None:
        """Show `parts`; only what differs is drawn again."""
        before = self._model.rowCount()
        self._model.set_rows(parts)
        if self._model.rowCount() != before:
            self.updateGeometry()

    def sizeHint(self) -> QSize:
        return QSize(320, min(_MOST_ROWS, self._model.rowCount()) * ROW_HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return QSize(160, self.sizeHint().height())

    def paint_row(self, painter: QPainter, rect: QRect, row: int, _selected: bool) -> None:
        part = self._model.row(row)
        tokens = self._theme.tokens
        line = QRectF(rect).adjusted(Space.XS, 0, -Space.XS, 0)
        _write(painter, QRectF(line.left(), line.top(), _NAME, line.height()), part.name,
               TextStyle.MONO_SMALL, tokens.text)  # fmt: skip
        words = QRectF(line.right() - _WORDS, line.top(), _WORDS, line.height())
        color = tokens.muted if part.ended or part.state is PartState.WAITING else tokens.text
        _write(painter, words, presentation.part(part), TextStyle.NOTE, color, right=True)
        left = line.left() + _NAME + Space.M
        bar = QRectF(left, line.center().y() - _BAR / 2, words.left() - Space.M - left, _BAR)
        if line.width() >= _NARROW:
            self._paint_bar(painter, bar, part)

    def _paint_bar(self, painter: QPainter, whole: QRectF, part: Part) -> None:
        tokens = self._theme.tokens
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.track))
        painter.drawRoundedRect(whole, _BAR / 2, _BAR / 2)
        if fraction := part.fraction:
            moved = part.state in (PartState.MOVING, PartState.UNPACKING)
            ended = tokens.good if part.state is PartState.DONE else tokens.faint
            painter.setBrush(QColor(tokens.accent if moved else ended))
            done = QRectF(whole.left(), whole.top(), max(_BAR, whole.width() * fraction), _BAR)
            painter.drawRoundedRect(done, _BAR / 2, _BAR / 2)


def _spoken(part: Part) -> Cell:
    return Cell(f"{part.name}, {presentation.part(part)}")


def _write(
    painter: QPainter, line: QRectF, text: str, style: TextStyle, color: str, right: bool = False
) -> None:
    face = font(style)
    shown = QFontMetricsF(face).elidedText(text, Qt.TextElideMode.ElideRight, line.width())
    painter.setFont(face)
    painter.setPen(QColor(color))
    side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
    painter.drawText(line, side | _MIDDLE, shown)
