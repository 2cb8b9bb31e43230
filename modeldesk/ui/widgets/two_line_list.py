"""Lists whose rows have two lines: models in the side bar, layers in the inspector."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, takewhile

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter
from PySide6.QtWidgets import QWidget

from modeldesk.core.layers.parts import Parts
from modeldesk.ui.theme.fonts import TextStyle, font
from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.theme.tokens import Radius, Tone
from modeldesk.ui.widgets.keyed_model import Cell, Column, KeyedModel
from modeldesk.ui.widgets.layer_stack import GAP, shares
from modeldesk.ui.widgets.row_view import RowView
from modeldesk.ui.widgets.sparkline import paint_sparkline

_Index = QModelIndex | QPersistentModelIndex
_ROUNDED_HEIGHT = 53
_LINED_HEIGHT = 55
_CAPTION_HEIGHT = 44
_FIRST_CAPTION_HEIGHT = 30
_SPARK_WIDTH = 56
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, slots=True)
class TwoLineRow:
    """One row. `title_note` follows the title in pale letters, `right` and `right_note` stand at
    the right of each line, `spark` is drawn there instead. A `header` row is the caption of a
    group and can't be chosen; its `right` is a count.
    """

    key: str
    title: str
    subtitle: str = ""
    title_note: str = ""
    right: str = ""
    right_note: str = ""
    dot: Tone | None = None
    parts: Parts = ()
    """What it holds by layer kind, for a bar before it."""
    spark: tuple[float, ...] = ()
    mono_subtitle: bool = False
    mono_right: bool = False
    header: bool = False
    tooltip: str = ""


class TwoLineList(RowView):
    """Rows of two lines: with a rounded tint (for a side bar), or `lined` (for a panel)."""

    def __init__(
        self, theme: Theme, *, lined: bool = False, name: str = "", parent: QWidget | None = None
    ) -> None:
        self._lined = lined
        self._model = _Rows()
        height = _LINED_HEIGHT if lined else _ROUNDED_HEIGHT
        super().__init__(theme, self._model, height, parent=parent)
        self._model.setParent(self)
        self.setUniformRowHeights(False)
        self.setAccessibleName(name)
        self.setHeaderHidden(True)
        self.header().setStretchLastSection(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def set_rows(self, rows: Sequence[TwoLineRow]) -> None:
        """Show `rows`; selection and place survive."""
        self._model.set_rows(rows)

    def rows(self) -> tuple[TwoLineRow, ...]:
        """What is shown."""
        return self._model.rows()

    def content_height(self) -> int:
        """The height at which nothing has to scroll."""
        return sum(self.row_height(row) for row in range(self._model.rowCount()))

    def whole_rows(self, room: int) -> int:
        heights = accumulate(map(self.row_height, range(self._model.rowCount())))
        return max(takewhile(lambda height: height <= room, heights), default=0)

    def row_height(self, row: int) -> int:
        if self._model.row(row).header:
            return _CAPTION_HEIGHT if row else _FIRST_CAPTION_HEIGHT
        return _LINED_HEIGHT if self._lined else _ROUNDED_HEIGHT

    def paint_ground(self, painter: QPainter, rect: QRect, hovered: bool, selected: bool) -> None:
        if self._lined:
            super().paint_ground(painter, rect, hovered, selected)
        elif selected or hovered:
            tokens = self._theme.tokens
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.accent_bg if selected else tokens.track))
            painter.setOpacity(1.0 if selected else 0.5)
            tint = QRectF(rect).adjusted(0, 0.5, 0, -0.5)
            painter.drawRoundedRect(tint, Radius.CONTROL, Radius.CONTROL)
            painter.setOpacity(1.0)

    def paint_row(self, painter: QPainter, rect: QRect, row: int, selected: bool) -> None:
        entry = self._model.row(row)
        if entry.header:
            self._paint_caption(painter, rect, entry)
            return
        side = 0 if self._lined else 8
        inside = QRectF(rect).adjusted(side, 0, -side, 0)
        if entry.parts:
            self._paint_parts(painter, inside, entry.parts)
            inside.setLeft(inside.left() + 15)
        middle = inside.center().y()
        first = QRectF(inside.left(), middle - 19, inside.width(), 19)
        second = QRectF(inside.left(), middle + 0.5, inside.width(), 17)
        if entry.spark:
            spark = QRectF(inside.right() - _SPARK_WIDTH - 2, middle - 17, _SPARK_WIDTH, 20)
            tokens = self._theme.tokens
            paint_sparkline(
                painter, spark, entry.spark, tokens.accent if selected else tokens.faint
            )
            first.setRight(spark.left() - 8)
        self._paint_title(painter, first, entry)
        self._paint_subtitle(painter, second, entry)

    def _paint_title(self, painter: QPainter, line: QRectF, entry: TwoLineRow) -> None:
        tokens = self._theme.tokens
        if entry.right:
            style = TextStyle.MONO_SMALL if entry.mono_right else _NUMBER
            line.setRight(line.right() - self._right(painter, line, entry.right, style) - 8)
        if entry.dot is not None:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.tone(entry.dot)[0]))
            painter.drawEllipse(QPointF(line.left() + 3.5, line.center().y() + 0.5), 3.5, 3.5)
            line.setLeft(line.left() + 13)
        used = _text(painter, line, entry.title, TextStyle.STRONG, tokens.text)
        if entry.title_note:
            line.setLeft(line.left() + used + 4)
            note = f"· {entry.title_note}"
            _text(painter, line, note, TextStyle.BODY, tokens.muted)

    def _paint_subtitle(self, painter: QPainter, line: QRectF, entry: TwoLineRow) -> None:
        tokens = self._theme.tokens
        if entry.right_note:
            taken = self._right(painter, line, entry.right_note, TextStyle.BODY, tokens.muted)
            line.setRight(line.right() - max(taken, 64) - 8)
        style = TextStyle.MONO_SMALL if entry.mono_subtitle else TextStyle.NOTE
        _text(painter, line, entry.subtitle, style, tokens.muted)

    def _right(
        self, painter: QPainter, line: QRectF, text: str, style: TextStyle, color: str = ""
    ) -> float:
        painter.setFont(font(style))
        painter.setPen(QColor(color or self._theme.tokens.text))
        painter.drawText(line, _RIGHT, text)
        return QFontMetricsF(font(style)).horizontalAdvance(text)

    def _paint_parts(self, painter: QPainter, inside: QRectF, parts: Parts) -> None:
        """A bar of them, the largest on top; each can be seen."""
        bar = QRectF(inside.left(), inside.center().y() - 19, 5, 38)
        heights = shares([max(1, size) for _, size in parts], bar.height())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        for (kind, _), height in zip(parts, heights, strict=True):
            painter.setBrush(QColor(self._theme.tokens.kind(kind)))
            painter.drawRoundedRect(QRectF(bar.left(), bar.top(), 5, height), 2, 2)
            bar.setTop(bar.top() + height + GAP)

    def _paint_caption(self, painter: QPainter, rect: QRect, entry: TwoLineRow) -> None:
        tokens = self._theme.tokens
        side = 0 if self._lined else 8
        line = QRectF(rect).adjusted(side, rect.height() - 28, -side, -5)
        face = font(TextStyle.LABEL_STRONG)
        painter.setPen(QColor(tokens.muted))
        painter.setFont(face)
        painter.drawText(line, _RIGHT, entry.right)
        face.setCapitalization(QFont.Capitalization.AllUppercase)
        painter.setFont(face)
        painter.drawText(line, _LEFT, entry.title)


_NUMBER = TextStyle.NUMBER


class _Rows(KeyedModel[TwoLineRow]):
    """One column that says everything a row shows."""

    def __init__(self) -> None:
        super().__init__([Column("row", "", _spoken_cell, stretch=True)], lambda row: row.key)

    def flags(self, index: _Index) -> Qt.ItemFlag:
        if index.isValid() and self.row(index.row()).header:
            return Qt.ItemFlag.NoItemFlags
        return super().flags(index)


def _spoken_cell(row: TwoLineRow) -> Cell:
    parts = (row.title, row.title_note, row.right, row.right_note, row.subtitle)
    return Cell(", ".join(part for part in parts if part), tooltip=row.tooltip)


def _text(painter: QPainter, line: QRectF, text: str, style: TextStyle, color: str) -> float:
    """Draw `text` from the left of `line`, cut at the right; return the width it took."""
    metrics = QFontMetricsF(font(style))
    shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, max(0.0, line.width()))
    painter.setFont(font(style))
    painter.setPen(QColor(color))
    painter.drawText(line, _LEFT, shown)
    return metrics.horizontalAdvance(shown)
