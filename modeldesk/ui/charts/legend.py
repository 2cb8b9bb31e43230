"""The head of a chart: its title at the left, what its colours mean at the right, or at the left
where there is no title."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from math import ceil

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from modeldesk.ui.charts.hatch import paint_hatched
from modeldesk.ui.theme.fonts import TextStyle, font
from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.widgets.buttons import LinkButton

LINE = 20
_SWATCH = 9
_GAP = 13
_TIGHT_GAP = 9
"""Between entries where it saves a line."""
_BEFORE_LINK = 4
_LINK_GAP = 5
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class Swatch(Enum):
    """What stands before a text of the legend."""

    NONE = "none"
    """Nothing: the text has the colour."""
    FILLED = "filled"
    DASHED = "dashed"
    HATCHED = "hatched"


@dataclass(frozen=True, slots=True)
class LegendEntry:
    """One colour (``#RRGGBB``) or way of drawing, and its meaning."""

    color: str
    text: str
    swatch: Swatch = Swatch.FILLED


class ChartHead(QWidget):
    """Title and legend. A legend that does not fit beside the title stands below it, on as many
    lines as it needs: no colour is left without its name, and no link without its words."""

    def __init__(self, theme: Theme, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._title = title
        self._entries: tuple[LegendEntry, ...] = ()
        self._link: LinkButton | None = None
        self._link_room = 0
        self._gap = _GAP
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(LINE)
        theme.changed.connect(self.update)

    def set_entries(self, entries: Sequence[LegendEntry]) -> None:
        """Say what the colours mean, left to right."""
        self._entries = tuple(entries)
        self._fit()
        self.update()

    def set_title(self, title: str) -> None:
        """Say what the chart shows."""
        self._title = title
        self._fit()
        self.update()

    def add_link(self, text: str, hint: str) -> LinkButton:
        """A link behind the title, with its tooltip; hidden until `offer_link`."""
        self._link = LinkButton(text, self)
        self._link.setFont(font(TextStyle.LABEL))
        self._link.setToolTip(hint)
        self._link.hide()
        return self._link

    def offer_link(self, *, offered: bool) -> None:
        """Show the link, or take it away."""
        if self._link is not None and offered is self._link.isHidden():
            self._link.setVisible(offered)
            self._fit()
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, self.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._fit()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        self.paint(painter, QRectF(self.rect()))
        painter.end()

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Draw the head into `rect` of any picture."""
        tokens = self._theme.tokens
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(font(TextStyle.STRONG))
        painter.setPen(QColor(tokens.text))
        metrics = QFontMetricsF(font(TextStyle.STRONG))
        title = metrics.elidedText(self._title, Qt.TextElideMode.ElideRight, rect.width())
        first = QRectF(rect.left(), rect.top(), rect.width(), LINE)
        painter.drawText(first, _LEFT, title)
        for number, line in enumerate(self._lines(rect.width(), self._gap)):
            self._paint_line(painter, first.translated(0, number * LINE), line)

    def _lines(self, width: float, gap: int) -> list[list[LegendEntry]]:
        """The entries of each line, the title's first."""
        lines: list[list[LegendEntry]] = [[]]
        link = _BEFORE_LINK + self._link_room + _LINK_GAP if self._link_room else gap
        beside = width - self._title_width() - link
        if beside < _length(self._entries, gap) <= width:
            # Together below the title, rather than a last one alone.
            return [[], list(self._entries)]
        for entry in self._entries:
            room = beside if len(lines) == 1 else width
            if _length([*lines[-1], entry], gap) > room:
                lines.append([])
            lines[-1].append(entry)
        return lines

    def _title_width(self) -> float:
        return QFontMetricsF(font(TextStyle.STRONG)).horizontalAdvance(self._title)

    def _fit(self) -> None:
        """On as few lines as can be, and as long as that holds, roomy."""
        link = self._link if self._link is not None and not self._link.isHidden() else None
        self._link_room = link.sizeHint().width() if link is not None else 0
        self._gap = min((_GAP, _TIGHT_GAP), key=self._count_lines)
        self.setFixedHeight(LINE * self._count_lines(self._gap))
        if link is not None:
            left = ceil(self._title_width()) + _BEFORE_LINK
            link.setGeometry(left, 0, self._link_room, LINE)

    def _count_lines(self, gap: int) -> int:
        return len(self._lines(self.width(), gap))

    def _paint_line(self, painter: QPainter, rect: QRectF, entries: Sequence[LegendEntry]) -> None:
        at_right = bool(self._title)
        left = rect.right() - _length(entries, self._gap) if at_right else rect.left()
        for entry in entries:
            width = _width(entry)
            self._paint_entry(painter, QRectF(left, rect.top(), width, rect.height()), entry)
            left += width + self._gap

    def _paint_entry(self, painter: QPainter, rect: QRectF, entry: LegendEntry) -> None:
        painter.setFont(font(TextStyle.LABEL))
        if entry.swatch is not Swatch.NONE:
            top = rect.center().y() - _SWATCH / 2
            _paint_swatch(painter, QRectF(rect.left(), top, _SWATCH, _SWATCH), entry)
            rect = rect.adjusted(_SWATCH + 6, 0, 0, 0)
            painter.setPen(QColor(self._theme.tokens.muted))
        else:
            painter.setPen(QColor(entry.color))
        painter.drawText(rect, _LEFT, entry.text)


def _paint_swatch(painter: QPainter, rect: QRectF, entry: LegendEntry) -> None:
    color = QColor(entry.color)
    match entry.swatch:
        case Swatch.HATCHED:
            paint_hatched(painter, rect, color)
        case Swatch.DASHED:
            painter.setPen(QPen(color, 1, Qt.PenStyle.DashLine))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(rect)
        case _:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color)
            painter.drawRoundedRect(rect, 2, 2)


def _width(entry: LegendEntry) -> float:
    text = QFontMetricsF(font(TextStyle.LABEL)).horizontalAdvance(entry.text) + 1
    return text + (0 if entry.swatch is Swatch.NONE else _SWATCH + 6)


def _length(entries: Sequence[LegendEntry], gap: float) -> float:
    return sum(map(_width, entries)) + gap * max(len(entries) - 1, 0)
