"""Ctrl+K: go anywhere and do anything by typing a few letters of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QKeyEvent, QPainter
from PySide6.QtWidgets import QFrame, QLineEdit, QVBoxLayout, QWidget

from modeldesk.core.words import tr
from modeldesk.ui.shell.ranking import rank
from modeldesk.ui.theme.fonts import TextStyle, font
from modeldesk.ui.theme.icons import Icon
from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.theme.tokens import Radius, Space
from modeldesk.ui.widgets.keyed_model import Cell, Column, KeyedModel
from modeldesk.ui.widgets.label import Label
from modeldesk.ui.widgets.row_view import RowView

_WIDTH = 620
_ROW = 36
_ROWS_SHOWN = 9
_LISTED = 60
_FROM_TOP = 84


@dataclass(frozen=True, slots=True)
class PaletteEntry:
    """Something to go to or to do. `detail` is searched too; `shortcut` is only shown."""

    title: str
    icon: Icon
    run: Callable[[], None]
    detail: str = ""
    shortcut: str = ""


class CommandPalette(QFrame):
    """Lies over the upper middle of `window` while it is open. Typing filters, the arrow keys
    choose, Enter does it, Esc or a click elsewhere closes."""

    def __init__(
        self, theme: Theme, window: QWidget, entries: Callable[[], Sequence[PaletteEntry]]
    ) -> None:
        super().__init__(window)
        self._window = window
        self._source = entries
        self._entries: Sequence[PaletteEntry] = ()
        self._titles: list[str] = []
        self._details: list[str] = []
        self._before: QWidget | None = None
        self.setProperty("kind", "toast")
        self.setAccessibleName(tr("Command palette"))
        self.field = QLineEdit()
        self.field.setPlaceholderText(tr("Go to a page, a model or a version, or do something"))
        self.field.setAccessibleName(tr("What to go to or to do"))
        self.field.setMinimumHeight(38)
        self.field.textChanged.connect(self._filter)
        self.field.installEventFilter(self)
        self._model: KeyedModel[tuple[int, PaletteEntry]] = KeyedModel(
            [Column("entry", "", _spoken, stretch=True)], lambda row: str(row[0]), self
        )
        self.rows = _Rows(theme, self._model)
        self.rows.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.rows.clicked.connect(self._clicked)
        self._nothing = Label(tr("Nothing matches."), TextStyle.BODY, "muted")
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.S, Space.S, Space.S, Space.S)
        column.setSpacing(Space.XS)
        column.addWidget(self.field)
        column.addWidget(self._nothing)
        column.addWidget(self.rows)
        self.hide()

    def open(self) -> None:
        """Appear, empty and with the focus, over what there is now."""
        self._before = self._window.focusWidget()
        self._entries = self._source()
        self._titles = [entry.title.casefold() for entry in self._entries]
        self._details = [entry.detail.casefold() for entry in self._entries]
        self.field.clear()
        self._filter("")
        self.show()
        self.raise_()
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def close_palette(self) -> None:
        """Go, and give the focus back."""
        if self.isVisible():
            self.hide()
            if self._before is not None and self._before.isVisible():
                self._before.setFocus(Qt.FocusReason.OtherFocusReason)

    def shown(self) -> tuple[PaletteEntry, ...]:
        """What matches, best first."""
        return tuple(entry for _, entry in self._model.rows())

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusOut and not self.isHidden():
            self.hide()
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            return self._key(event)
        return False

    def _key(self, event: QKeyEvent) -> bool:
        key = event.key()
        if key == Qt.Key.Key_Escape:
            self.close_palette()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._run(self.rows.currentIndex().row())
        elif key in _STEPS:
            self._move(_STEPS[key])
        else:
            return False
        return True

    def _move(self, step: int) -> None:
        count = self._model.rowCount()
        if count:
            row = self.rows.currentIndex().row() + step
            row = row % count if abs(step) == 1 else min(max(row, 0), count - 1)
            self.rows.setCurrentIndex(self._model.index(row, 0))

    def _filter(self, query: str) -> None:
        places = rank(query, self._titles, self._details, _LISTED)
        self._model.set_rows([(place, self._entries[place]) for place in places])
        self._nothing.setVisible(not places)
        self.rows.setVisible(bool(places))
        self.rows.setFixedHeight(min(len(places), _ROWS_SHOWN) * _ROW)
        if places:
            self.rows.setCurrentIndex(self._model.index(0, 0))
            self.rows.scrollToTop()
        self.arrange()

    def arrange(self) -> None:
        """Take the place that fits the window's size and the number of matches."""
        layout = self.layout()
        if layout is not None:
            layout.activate()
        width = min(_WIDTH, self._window.width() - 2 * Space.XL)
        left = (self._window.width() - width) // 2
        self.setGeometry(left, _FROM_TOP, width, self.sizeHint().height())

    def _clicked(self) -> None:
        self._run(self.rows.currentIndex().row())

    def _run(self, row: int) -> None:
        if 0 <= row < self._model.rowCount():
            entry = self._model.row(row)[1]
            self.close_palette()
            entry.run()


_STEPS = {
    int(Qt.Key.Key_Down): 1,
    int(Qt.Key.Key_Up): -1,
    int(Qt.Key.Key_PageDown): _ROWS_SHOWN,
    int(Qt.Key.Key_PageUp): -_ROWS_SHOWN,
}


def _spoken(row: tuple[int, PaletteEntry]) -> Cell:
    return Cell(", ".join(part for part in (row[1].title, row[1].detail) if part))


class _Rows(RowView):
    """Icon, title, detail, and the shortcut at the right."""

    def __init__(self, theme: Theme, model: KeyedModel[tuple[int, PaletteEntry]]) -> None:
        super().__init__(theme, model, _ROW)
        self._entries = model
        self.setHeaderHidden(True)
        self.header().setStretchLastSection(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(tr("Matches"))

    def paint_ground(self, painter: QPainter, rect: QRect, hovered: bool, selected: bool) -> None:
        if selected or hovered:
            tokens = self._theme.tokens
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.accent_bg if selected else tokens.hover))
            painter.drawRoundedRect(QRectF(rect), Radius.CONTROL, Radius.CONTROL)

    def paint_row(self, painter: QPainter, rect: QRect, row: int, selected: bool) -> None:
        entry = self._entries.row(row)[1]
        tokens = self._theme.tokens
        icon = QRectF(rect.left() + Space.M, rect.center().y() - 8, 17, 17)
        self._theme.paint_icon(painter, icon, entry.icon, "accent" if selected else "muted")
        line = QRectF(rect).adjusted(Space.M + 17 + Space.M, 0, -Space.M, 0)
        if entry.shortcut:
            line.setRight(
                line.right()
                - _write(painter, line, entry.shortcut, TextStyle.KEY, tokens.muted, right=True)
                - Space.M
            )
        used = _write(painter, line, entry.title, TextStyle.BODY, tokens.text)
        line.setLeft(line.left() + used + Space.M)
        _write(painter, line, entry.detail, TextStyle.NOTE, tokens.muted)


def _write(
    painter: QPainter, line: QRectF, text: str, style: TextStyle, color: str, right: bool = False
) -> float:
    """Draw `text` into `line`, cut where it does not fit; return its width."""
    metrics = QFontMetricsF(font(style))
    shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, max(0.0, line.width()))
    side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
    painter.setFont(font(style))
    painter.setPen(QColor(color))
    painter.drawText(line, side | Qt.AlignmentFlag.AlignVCenter, shown)
    return metrics.horizontalAdvance(shown)
