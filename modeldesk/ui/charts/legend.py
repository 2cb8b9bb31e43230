"""The head of a chart: its title at the left, what its colours mean at the right."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from math import ceil

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QIcon, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from modeldesk.ui.charts.hatch import paint_hatched
from modeldesk.ui.theme.fonts import TextStyle, font
from modeldesk.ui.theme.icons import Icon
from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.widgets.buttons import LinkButton

LINE = 20
_SWATCH = 9
_GAP = 13
_TIGHT_GAP = 9
"""Between entries where it saves a line."""
_BEFORE_LINK = 4
_LINK_GAP = 5
_LINK_ICON = 14
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


class HeadLink(LinkButton):
    """Stands behind the title of a chart; a mark does where there is no room for the words."""

    def __init__(self, theme: Theme, text: str, hint: str, parent: QWidget) -> None:
        super().__init__(text, parent)
        self._theme = theme
        self._words = text
        self._as_mark = False
        self.setFont(font(TextStyle.LABEL))
        self.setToolTip(hint)
        theme.changed.connect(self._draw)
        self.hide()

    def room(self, *, as_mark: bool) -> int:
        """The width it has as words or as a mark."""
        self._show_as(as_mark)
        return _LINK_ICON + 4 if as_mark else self.sizeHint().width()

    def place(self, left: int, *, as_mark: bool) -> None:
        """Stand there."""
        self.setGeometry(left, 0, self.room(as_mark=as_mark), LINE)

    def _show_as(self, as_mark: bool) -> None:
        if as_mark != self._as_mark:
            self._as_mark = as_mark
            self.setText("" if as_mark else self._words)
            self._draw()

    def _draw(self) -> None:
        self.setIconSize(QSize(_LINK_ICON, _LINK_ICON))
        self.setIcon(self._theme.icon(Icon.INFO, "muted") if self._as_mark else QIcon())


class ChartHead(QWidget):
    """Title and legend. What of the legend does not fit beside the title stands below it, on as
    many lines as it needs: no colour is left without its name."""

    def __init__(self, theme: Theme, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._title = title
        self._entries: tuple[LegendEntry, ...] = ()
        self._link: HeadLink | None = None
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

    def add_link(self, text: str, hint: str) -> HeadLink:
        """A link behind the title, with its tooltip; hidden until `offer_link`."""
        self._link = HeadLink(self._theme, text, hint, self)
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
        for number, line in enumerate(self._lines(rect.width())):
            self._paint_line(painter, first.translated(0, number * LINE), line)

    def _lines(self, width: float) -> list[list[LegendEntry]]:
        """The entries of each line, the title's first."""
        lines: list[list[LegendEntry]] = [[]]
        gap = _BEFORE_LINK + self._link_room + _LINK_GAP if self._link_room else self._gap
        beside = width - self._title_width() - gap
        for entry in self._entries:
            room = beside if len(lines) == 1 else width
            if _length([*lines[-1], entry], self._gap) > room:
                lines.append([])
            lines[-1].append(entry)
        return lines

    def _title_width(self) -> float:
        return QFontMetricsF(font(TextStyle.STRONG)).horizontalAdvance(self._title)

    def _fit(self) -> None:
        """On as few lines as can be; as long as that holds the link in words, and roomy."""
        link = self._link if self._link is not None and not self._link.isHidden() else None
        marks = (False, True) if link is not None else (False,)
        ways = [(mark, gap) for gap in (_GAP, _TIGHT_GAP) for mark in marks]
        as_mark, gap = min(ways, key=lambda way: self._count_lines(link, *way))
        self.setFixedHeight(LINE * self._count_lines(link, as_mark, gap))
        if link is not None:
            link.place(ceil(self._title_width()) + _BEFORE_LINK, as_mark=as_mark)

    def _count_lines(self, link: HeadLink | None, as_mark: bool, gap: int) -> int:
        """With the link and the gaps like that, as they are from now on."""
        self._link_room = link.room(as_mark=as_mark) if link is not None else 0
        self._gap = gap
        return len(self._lines(self.width()))

    def _paint_line(self, painter: QPainter, rect: QRectF, entries: Sequence[LegendEntry]) -> None:
        left = rect.right() - _length(entries, self._gap)
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
