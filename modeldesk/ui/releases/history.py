"""Everything that happened to a deployment, and the way back to each version."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from PySide6.QtCore import QPoint, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QMouseEvent, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import QMenu, QWidget

from modeldesk.core.ids import ImageId
from modeldesk.core.words import tr, trn
from modeldesk.ui.presentation import count, moment
from modeldesk.ui.releases.presented import HistoryRow
from modeldesk.ui.releases.words import when_text
from modeldesk.ui.theme.fonts import TextStyle, font
from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.theme.tokens import Radius, Space, Tone
from modeldesk.ui.widgets.card import Card
from modeldesk.ui.widgets.keyed_model import Cell, Column, KeyedModel
from modeldesk.ui.widgets.label import Label
from modeldesk.ui.widgets.log_view import HEAD_HEIGHT
from modeldesk.ui.widgets.table import ROW_HEIGHT, Table

_NARROW = 620
_ROWS_IN_SIGHT = 5
_ROUNDING = 2
_SIDE = 7
_ROOM_FOR_NUMBERS = 240
_BUTTON_HEIGHT = 24
_BUTTON_PAD = 9
_WHAT, _DETAIL, _WHO = 1, 2, 3
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_CENTRED = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter


class HistoryTable(Table):
    """Rows with a button at the right of those that lead somewhere. A click on it, or Enter and
    the row's menu, asks for the way back."""

    stretch_room = 250
    stretch_least = 110
    widest = 400
    back_asked = Signal(str)
    """The key of the row whose button was pressed."""

    def __init__(self, theme: Theme, model: KeyedModel[HistoryRow], name: str) -> None:
        self._rows = model
        self._offered = True
        self._over_button = ""
        super().__init__(theme, model, name=name)
        self.setHeaderHidden(True)

    @property
    def offered(self) -> bool:
        """Whether the buttons can be pressed."""
        return self._offered

    def offer(self, offered: bool) -> None:
        """Let the buttons be pressed, or not."""
        if offered != self._offered:
            self._offered = offered
            self.viewport().update()

    def button_rect(self, key: str) -> QRect:
        """Where a row's button stands in the viewport; empty when it has none."""
        index = self._rows.index_of(key)
        if not index.isValid() or self._rows.row(index.row()).back is None:
            return QRect()
        return self._button(self.row_rect(key))

    def paint_row(self, painter: QPainter, rect: QRect, row: int, selected: bool) -> None:
        super().paint_row(painter, rect, row, selected)
        shown = self._rows.row(row)
        self._paint_note(painter, rect, shown)
        if shown.back is not None:
            over = self._over_button == self._rows.key(row)
            self._paint_button(painter, self._button(rect), over)

    def cell_rect(self, rect: QRect, row: int, number: int) -> QRect:
        """The numbers that sent a canary back are read where there is no button: they go on over
        the next column, and who it was stands in the button's place."""
        own = super().cell_rect(rect, row, number)
        if number not in (_DETAIL, _WHO) or not self._goes_on(rect, row):
            return own
        beside = super().cell_rect(rect, row, number + 1)
        if number == _WHO:
            return beside
        return own if self.header().isSectionHidden(_WHO) else own.united(beside)

    def _goes_on(self, rect: QRect, row: int) -> bool:
        shown = self._rows.row(row)
        if not shown.bad or shown.back is not None:
            return False
        room = super().cell_rect(rect, row, _DETAIL).width()
        needed = QFontMetrics(font(TextStyle.MONO_SMALL)).horizontalAdvance(shown.detail)
        # Where there is room for most of it, columns stay level.
        return room < min(needed, _ROOM_FOR_NUMBERS)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        over = self._key_at(event.position().toPoint())
        if over != self._over_button:
            self._over_button = over
            pointing = bool(over) and self._offered
            shape = Qt.CursorShape.PointingHandCursor if pointing else Qt.CursorShape.ArrowCursor
            self.viewport().setCursor(shape)
            self.viewport().update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        key = self._key_at(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and key and self._offered:
            self.back_asked.emit(key)

    def _key_at(self, place: QPoint) -> str:
        index = self.indexAt(place)
        if not index.isValid():
            return ""
        key = self._rows.key(index.row())
        return key if self.button_rect(key).contains(place) else ""

    def _button(self, row: QRect) -> QRect:
        width = _button_width()
        top = row.y() + (row.height() - 1 - _BUTTON_HEIGHT) // 2
        return QRect(row.right() - _SIDE - width, top, width, _BUTTON_HEIGHT)

    def _paint_note(self, painter: QPainter, rect: QRect, shown: HistoryRow) -> None:
        """Why, behind what happened, while there is room for it."""
        if not shown.note:
            return
        header = self.header()
        begin = header.sectionViewportPosition(_WHAT) + _SIDE
        taken = QFontMetrics(font(TextStyle.STRONG)).horizontalAdvance(shown.what) + Space.S
        room = header.sectionSize(_WHAT) - 2 * _SIDE - taken
        if room < 40:
            return
        metrics = QFontMetrics(font(TextStyle.BODY))
        text = metrics.elidedText(shown.note, Qt.TextElideMode.ElideRight, room)
        painter.setFont(font(TextStyle.BODY))
        painter.setPen(QColor(self._theme.tokens.muted))
        place = QRect(begin + taken, rect.y(), room, rect.height() - 1)
        painter.drawText(place, _LEFT, text)

    def _paint_button(self, painter: QPainter, rect: QRect, over: bool) -> None:
        tokens = self._theme.tokens
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        lively = over and self._offered
        painter.setPen(QPen(QColor(tokens.faint if lively else tokens.line), 1))
        painter.setBrush(QColor(tokens.hover if lively else tokens.panel))
        inside = QRectF(rect).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(inside, Radius.CHIP, Radius.CHIP)
        painter.setFont(font(TextStyle.MEDIUM))
        painter.setPen(QColor(tokens.text if self._offered else tokens.faint))
        painter.drawText(rect, _CENTRED, _button_text())
        painter.restore()


class ReleaseHistory(Card):
    """The history of one deployment, newest first, however long it is."""

    roll_back_to = Signal(object)
    """The `VersionTarget` of the row whose way back was asked for."""
    compare_with = Signal(object)
    """The `ImageId` that is to be compared with what runs."""
    copy_asked = Signal(str)
    """What is to be put into the clipboard."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(tr("Release history"), padded=False, parent=parent)
        self._model = KeyedModel(_columns(self._now), lambda row: row.key, self)
        self._time = datetime.now(UTC)
        self._running: ImageId | None = None
        self.table = HistoryTable(theme, self._model, tr("Release history"))
        self._note = Label("", color="muted")
        self.add_header_widget(self._note)
        # The title stands level with that of the output beside it.
        self.set_header_height(HEAD_HEIGHT)
        self.body.addWidget(self.table, 1)
        self.table.back_asked.connect(self._back_asked)
        self.table.row_activated.connect(self._menu_at_row)
        self.table.context_requested.connect(self._menu_at)

    @property
    def rows(self) -> tuple[HistoryRow, ...]:
        """What is shown."""
        return self._model.rows()

    def show_rows(self, rows: Sequence[HistoryRow], running: ImageId | None, now: datetime) -> None:
        """Show `rows`, newest first; `running` is what serves."""
        self._running = running
        before = self._model.rows()
        minute = now.replace(second=0, microsecond=0)
        old = self._time.replace(second=0, microsecond=0)
        self._time = now
        if tuple(rows) != before:
            if before and (not rows or rows[-1].key != before[-1].key):
                self._model.replace_rows(rows)
            else:
                self._model.set_rows(rows)
            self._say_count()
        if minute != old:
            self._model.refresh_cells()

    def offer_ways_back(self, offered: bool) -> None:
        """Whether the buttons can be pressed: not while a release is under way."""
        self.table.offer(offered)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._note.setVisible(self.width() >= _NARROW)

    def menu_of(self, key: str) -> QMenu:
        """What can be done with a row; the caller shows and deletes it."""
        row = self._model.row(self._model.index_of(key).row())
        menu = QMenu(self)
        target = row.back
        if target is not None:
            back = menu.addAction(tr("Roll back to this"))
            back.setEnabled(self.table.offered)
            back.triggered.connect(lambda: self.roll_back_to.emit(target))
        if row.image is not None and row.image != self._running and self._running is not None:
            compare = menu.addAction(tr("Compare with running"))
            compare.triggered.connect(lambda: self.compare_with.emit(row.image))
        copy = menu.addAction(tr("Copy digest") if not row.bad else tr("Copy details"))
        copy.triggered.connect(lambda: self.copy_asked.emit(row.detail_whole))
        return menu

    def _now(self) -> datetime:
        return self._time

    def _say_count(self) -> None:
        rows = self._model.rowCount()
        if rows > 100:
            text = trn("{figure} entry, each with its digest", "{figure} entries, each with its "
                       "digest", rows, figure=count(rows))  # fmt: skip
        else:
            text = tr("every step is kept, with its digest")
        self._note.setText(text)
        in_sight = min(max(rows, 2), _ROWS_IN_SIGHT)
        self.table.setMinimumHeight(in_sight * ROW_HEIGHT + _ROUNDING)

    def _back_asked(self, key: str) -> None:
        target = self._model.row(self._model.index_of(key).row()).back
        if target is not None:
            self.roll_back_to.emit(target)

    def _menu_at_row(self, key: str) -> None:
        rect = self.table.row_rect(key)
        place = QPoint(rect.x() + Space.XL, rect.bottom())
        self._menu_at(key, self.table.viewport().mapToGlobal(place))

    def _menu_at(self, key: str, place: QPoint) -> None:
        menu = self.menu_of(key)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(place)


def _button_text() -> str:
    return tr("Roll back to this")


def _button_width() -> int:
    metrics = QFontMetrics(font(TextStyle.MEDIUM))
    return metrics.horizontalAdvance(_button_text()) + 2 * _BUTTON_PAD


def _columns(now: Callable[[], datetime]) -> tuple[Column[HistoryRow], ...]:
    return (
        Column("when", tr("When"), lambda row: _when_cell(row, now())),
        Column("what", tr("What"), _what_cell, stretch=True),
        Column("detail", tr("Digest"), _detail_cell, least=72),
        Column("who", tr("Who"), lambda r: Cell(r.who, muted=True, tooltip=r.who), gives_way=0),
        Column("action", tr("Way back"), _action_cell, width=_button_width() + 2 * _SIDE),
    )


def _when_cell(row: HistoryRow, now: datetime) -> Cell:
    text = when_text(row.time, now, ongoing=row.ongoing)
    return Cell(text, muted=True, tooltip=moment(row.time))


def _what_cell(row: HistoryRow) -> Cell:
    told = "\n".join(filter(None, (row.what, row.note)))
    return Cell(
        row.what, tone=Tone.BAD if row.bad else None, bold=True, tooltip=told, prose=True
    )  # fmt: skip


def _detail_cell(row: HistoryRow) -> Cell:
    return Cell(row.detail, muted=True, mono=True, tooltip=row.detail_whole, prose=row.bad)


def _action_cell(row: HistoryRow) -> Cell:
    # The button is painted by the table; those who hear the row are told of it in the tooltip.
    return Cell("", tooltip=tr("Enter: what can be done") if row.back is not None else "")
