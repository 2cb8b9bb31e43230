"""The sizes of a model's versions, oldest first, stacked by layer kind."""

from collections.abc import Sequence
from html import escape
from pathlib import Path

from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QContextMenuEvent, QFocusEvent, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QVBoxLayout, QWidget

from modeldesk.core.layers.kinds import LayerKind, kind_name
from modeldesk.core.words import tr, trn
from modeldesk.ui import presentation
from modeldesk.ui.charts.bar_places import Frame
from modeldesk.ui.charts.bars import SizeBar, exact_figures, state_sentence, state_text
from modeldesk.ui.charts.legend import ChartHead, LegendEntry, Swatch
from modeldesk.ui.charts.note import ChartNote
from modeldesk.ui.charts.pictures import PictureMenu, save_csv, save_png, save_svg
from modeldesk.ui.charts.plot_view import PlotView
from modeldesk.ui.charts.stacked_bars import BOTTOM, LEFT, RIGHT, TOP, BarData, paint_bars
from modeldesk.ui.theme.fonts import TextStyle, font
from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.theme.tokens import Radius

_FEWEST_SLOTS = 6
_ALL_SEEN = 40
_LEAST_SEEN = 8
_SAME_AS_BEFORE = (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason)
"""The focus comes back from a menu or another window."""


class SizeHistoryChart(QWidget):
    """Bars that tell their figures on hover and go to their version on a click.

    Left and Right move along the versions. `version_clicked` carries a bar's key; `exported` a
    path, `export_failed` a sentence. `note_asked`: the link of the note was clicked;
    `changes_asked`: somebody wants to know what changed.
    """

    version_clicked = Signal(str)
    note_asked = Signal()
    changes_asked = Signal()
    exported = Signal(str)
    export_failed = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._data = BarData(())
        self._selected: int | None = None
        self._hovered: int | None = None
        self._ring = False
        self._title = tr("Size history")
        self._head = ChartHead(theme, self._title)
        self.changes_link = self._head.add_link(
            tr("What changed?"),
            tr("What changed, by kind of layer, and the bytes pushed because of it"),
        )
        self.changes_link.clicked.connect(self.changes_asked)
        self._note = ChartNote(tr("Try again"))
        self._note.asked.connect(self.note_asked)
        self._plot = PlotView((LEFT, TOP, RIGHT, BOTTOM), self._paint)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._head)
        column.addWidget(self._note)
        column.addWidget(self._plot, 1)
        self._plot.hovered.connect(self._hover)
        self._plot.left.connect(self._leave)
        self._plot.clicked.connect(self._click)
        self._plot.resized.connect(self._fit)
        theme.changed.connect(self._recolour)
        self._recolour()
        self.set_bars(())

    def set_bars(self, bars: Sequence[SizeBar]) -> None:
        """Show `bars`, oldest first. The selection stays with its key."""
        if tuple(bars) == self._data.bars and bars:
            return
        selected = self.selected_key
        count_before = len(self._data.bars)
        self._data = BarData(tuple(bars))
        self._hovered = None
        self._selected = self._number_of(selected)
        many = len(bars) > _ALL_SEEN
        self._plot.set_zoom((-0.5, len(bars) - 0.5) if many else None, _LEAST_SEEN)
        if len(bars) != count_before or not bars:
            slots = max(len(bars), _FEWEST_SLOTS)
            middle = (len(bars) - 1) / 2
            self._plot.set_x_range(middle - slots / 2, middle + slots / 2)
        self._fit()
        self._legend()
        self._describe()

    def select(self, key: str | None) -> None:
        """Mark the version with `key`, in sight; None or an unknown key marks none."""
        self._selected = self._number_of(key)
        self._bring_into_sight()
        self._describe()
        self._plot.redraw()

    def set_note(self, text: str) -> None:
        """Say `text` below the head, with a link to try again; an empty one says nothing."""
        self._note.say(text)

    def offer_changes(self, *, offered: bool) -> None:
        """Whether the head has the link that asks what changed."""
        self._head.offer_link(offered=offered)

    @property
    def note(self) -> str:
        """What is said below the head."""
        return self._note.text

    @property
    def selected_key(self) -> str | None:
        """The key of the marked version."""
        return None if self._selected is None else self._data.bars[self._selected].key

    def save_png(self, path: Path) -> None:
        """Write what is seen as a PNG at twice the size. Raises `OSError`."""
        save_png(path, self._picture_size(), self._theme.tokens.panel, self._paint_all)

    def save_svg(self, path: Path) -> None:
        """Write what is seen as an SVG. Raises `OSError`."""
        ground = self._theme.tokens.panel
        save_svg(path, self._picture_size(), ground, self._title, self._paint_all)

    def save_csv(self, path: Path) -> None:
        """Write every version's bytes by kind, where it is, and which kind of sizes they are.
        Raises `OSError`."""
        head = [
            tr("version"), *(kind_name(kind) for kind in LayerKind), tr("total"), tr("where"),
            tr("sizes are"),
        ]  # fmt: skip
        lines = (
            [
                bar.label,
                *(bar.size_of(kind) for kind in LayerKind),
                bar.total,
                state_text(bar.state),
                tr("compressed") if bar.compressed else tr("uncompressed"),
            ]
            for bar in self._data.bars
        )
        save_csv(path, head, lines)

    def picture_menu(self) -> PictureMenu:
        """The menu of a right click; the caller keeps or deletes it."""
        writers = [("png", self.save_png), ("svg", self.save_svg), ("csv", self.save_csv)]
        return PictureMenu(self, writers, self.exported, self.export_failed)

    def bar_place(self, key: str) -> QPoint:
        """The middle of a version's column, in this widget's pixels."""
        frame = self._frame()
        x = frame.x(self._number_of(key) or 0)
        place = QPointF(x, frame.plot.center().y()).toPoint()
        return self._plot.mapTo(self, place)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if self._data.bars:
            self.picture_menu().pop_up(event.globalPos())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self._ring = True
        stops = [n for n, bar in enumerate(self._data.bars) if bar.here]
        last = len(stops) - 1
        here = stops.index(self._selected) if self._selected in stops else None
        targets = {
            Qt.Key.Key_Left: last if here is None else max(here - 1, 0),
            Qt.Key.Key_Right: last if here is None else min(here + 1, last),
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: last,
        }
        target = targets.get(Qt.Key(event.key()))
        if target is None or last < 0:
            super().keyPressEvent(event)
        elif target != here:
            self._go_to(stops[target])

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if event.reason() is Qt.FocusReason.MouseFocusReason:
            self._ring = False
        elif event.reason() not in _SAME_AS_BEFORE:
            self._ring = True
        self._plot.redraw()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._plot.redraw()

    def _number_of(self, key: str | None) -> int | None:
        return next((n for n, bar in enumerate(self._data.bars) if bar.key == key), None)

    def _frame(self) -> Frame:
        first, last = self._plot.x_range()
        plot = self._plot.plot_rect()
        return Frame(plot, first, last, self._data.ticks[-1])

    def _fit(self) -> None:
        self._plot.set_y_range(self._data.ticks[-1])
        self._plot.redraw()

    def _paint(self, painter: QPainter) -> None:
        tokens = self._theme.tokens
        if not self._data.bars:
            painter.setFont(font(TextStyle.BODY))
            painter.setPen(QColor(tokens.muted))
            painter.drawText(
                QRectF(self._plot.rect()),
                Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap,
                tr("Sizes are drawn here once this model has a version."),
            )
            return
        # What is chosen at the moment is no part of a picture that is kept.
        marks = (None, None) if self._plot.rendering else (self._selected, self._hovered)
        paint_bars(painter, self._frame(), self._data, tokens, *marks)
        if self._ring and self.hasFocus() and not self._plot.rendering:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QColor(tokens.accent), 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            edge = QRectF(self._plot.rect()).adjusted(1, 1, -1, -1)
            painter.drawRoundedRect(edge, Radius.CHIP, Radius.CHIP)

    def _paint_all(self, painter: QPainter) -> None:
        self._head.paint(painter, QRectF(0, 0, self.width(), self._head.height()))
        target = QRectF(0, self._head.height(), self._plot.width(), self._plot.height())
        self._plot.render_into(painter, target)

    def _picture_size(self) -> QSize:
        """Without the note, which is of this moment."""
        return QSize(self.width(), self._head.height() + self._plot.height())

    def _legend(self) -> None:
        tokens, bars = self._theme.tokens, self._data.bars
        entries = [
            LegendEntry(tokens.kind(kind), kind_name(kind)) for kind in self._data.kinds_present
        ]
        if any(bar.gone for bar in bars):
            entries.append(LegendEntry(tokens.muted, tr("No longer here"), Swatch.DASHED))
        if any(bar.compressed for bar in bars):
            text = tr("Only in the registry, compressed")
            entries.append(LegendEntry(tokens.muted, text, Swatch.HATCHED))
        self._head.set_entries(entries)

    def _recolour(self) -> None:
        self._plot.set_ground(self._theme.tokens.panel)
        self._legend()
        self._plot.redraw()

    def _describe(self) -> None:
        bars = self._data.bars
        parts = [self._title, trn("{count} version", "{count} versions", len(bars))]
        if self._selected is not None:
            bar = bars[self._selected]
            parts.append(f"{bar.label}: {presentation.size(bar.total)}")
        self.setAccessibleName(", ".join(parts))

    def _hover(self, place: QPointF) -> None:
        number = self._frame().number_at(place.x())
        inside = self._plot.plot_rect().adjusted(0, -TOP, 0, BOTTOM).contains(place)
        found = number if inside and 0 <= number < len(self._data.bars) else None
        if found != self._hovered:
            self._hovered = found
            self._plot.redraw()
        if found is None:
            QToolTip.hideText()
        else:
            at = self._plot.mapToGlobal(place.toPoint())
            QToolTip.showText(at, self.tooltip_of(found), self._plot)

    def tooltip_of(self, number: int) -> str:
        """The figures of bar `number` as a small table; names in it are escaped."""
        before = self._data.bars[number - 1] if number else None
        bar = self._data.bars[number]
        rows = []
        for line in exact_figures(bar, before):
            color = "transparent" if line.kind is None else self._theme.tokens.kind(line.kind)
            weight = "bold" if line.kind is None else "normal"
            rows.append(
                f"<tr style='font-weight:{weight}'><td style='color:{color}'>■&nbsp;</td>"
                "<td style='white-space:nowrap'>"
                f"{escape(presentation.printable(line.name))}&nbsp;&nbsp;</td>"
                f"<td align='right' style='white-space:nowrap'>{escape(line.size)}</td>"
                "<td align='right' style='white-space:nowrap'>"
                f"&nbsp;&nbsp;{escape(line.change)}</td></tr>"
            )
        table = f"<table cellspacing='0' cellpadding='1'>{''.join(rows)}</table>"
        return table + escape(state_sentence(bar.state))

    def _leave(self) -> None:
        self._hovered = None
        QToolTip.hideText()
        self._plot.redraw()

    def _click(self, place: QPointF) -> None:
        number = self._frame().number_at(place.x())
        if 0 <= number < len(self._data.bars) and self._data.bars[number].here:
            self._go_to(number)

    def _go_to(self, number: int) -> None:
        self.select(self._data.bars[number].key)
        self.version_clicked.emit(self._data.bars[number].key)

    def _bring_into_sight(self) -> None:
        if self._selected is None or len(self._data.bars) <= _ALL_SEEN:
            return
        first, last = self._plot.x_range()
        if not first <= self._selected <= last:
            half = (last - first) / 2
            self._plot.set_x_range(self._selected - half, self._selected + half)
