"""Painting a treemap."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from modeldesk.ui import presentation
from modeldesk.ui.charts.tiles import HEAD, Placed
from modeldesk.ui.theme.fonts import TextStyle, font
from modeldesk.ui.theme.tokens import Tokens

_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_LEAST_TEXT = (34.0, 16.0)
_LIGHT, _DARK = "#FFFFFF", "#1B2330"
_FRAME_TINT = 0.22


def paint_tiles(
    painter: QPainter,
    placed: Sequence[Placed],
    tokens: Tokens,
    hovered: int | None,
    current: int | None,
) -> None:
    """Draw all; `hovered` and `current` are places in `placed`."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    for one in placed:
        _paint_ground(painter, one, tokens)
    for one in placed:
        _paint_words(painter, one, tokens)
    for number, width in ((hovered, 1.0), (current, 2.0)):
        if number is not None:
            edge = width / 2
            painter.setPen(QPen(QColor(tokens.text), width))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(placed[number].rect.adjusted(edge, edge, -edge, -edge))


def ink_on(color: str) -> str:
    """Black or white, whichever is read more easily on `color` (``#RRGGBB``)."""
    parts = [int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    light = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return _DARK if (light + 0.05) ** 2 > 0.05 * 1.05 else _LIGHT


def _paint_ground(painter: QPainter, one: Placed, tokens: Tokens) -> None:
    color = QColor(tokens.kind(one.tile.kind))
    # A pixel between neighbours; where they are small, they need it themselves.
    gap = 1.0 if min(one.rect.width(), one.rect.height()) >= 4 else 0.0
    rect = one.rect.adjusted(0, 0, -gap, -gap)
    if one.is_frame:
        painter.fillRect(rect, QColor(tokens.panel))
        color.setAlphaF(_FRAME_TINT)
    painter.fillRect(rect, color)
    if not one.tile.key:
        painter.fillRect(rect, QColor(0, 0, 0, 40))


def _paint_words(painter: QPainter, one: Placed, tokens: Tokens) -> None:
    rect = one.rect.adjusted(4, 0, -4, 0)
    if one.is_frame:
        line = QRectF(rect.left(), rect.top(), rect.width(), HEAD)
        ink = tokens.text
    elif rect.width() >= _LEAST_TEXT[0] - 8 and rect.height() >= _LEAST_TEXT[1]:
        line = QRectF(rect.left(), rect.top() + 1, rect.width(), min(HEAD, rect.height()))
        ink = ink_on(tokens.kind(one.tile.kind))
    else:
        return
    face = font(TextStyle.LABEL_STRONG if one.is_frame else TextStyle.LABEL)
    size = presentation.size(one.tile.size_bytes)
    metrics = QFontMetricsF(face)
    painter.setFont(face)
    painter.setPen(QColor(ink))
    right = metrics.horizontalAdvance(size)
    if one.is_frame and line.width() > right + 60:
        painter.drawText(line, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, size)
        line.setWidth(line.width() - right - 8)
    name = metrics.elidedText(one.tile.name, Qt.TextElideMode.ElideMiddle, line.width())
    painter.drawText(line, _LEFT, name)
    if not one.is_frame and rect.height() >= 2 * HEAD and right <= rect.width():
        painter.drawText(line.translated(0, HEAD - 2), _LEFT, size)
