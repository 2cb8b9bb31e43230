"""The narrow bar at the left with the program's pages."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QFrame, QVBoxLayout, QWidget

from modeldesk.ui.theme.fonts import TextStyle, font
from modeldesk.ui.theme.icons import Icon
from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.theme.tokens import ColorName, Radius, Space

WIDTH = 60
_ITEM = QSize(48, 46)
_ICON = 18


@dataclass(frozen=True, slots=True)
class NavItem:
    """One page in the rail."""

    key: str
    label: str
    icon: Icon


class NavRail(QFrame):
    """Pages top to bottom, `bottom_items` at the foot. Arrow keys move between them.

    `chosen` carries the key when a person chose a page.
    """

    chosen = Signal(str)

    def __init__(
        self,
        theme: Theme,
        items: Sequence[NavItem],
        bottom_items: Sequence[NavItem] = (),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setProperty("kind", "side-left")
        self.setFixedWidth(WIDTH)
        self._buttons: dict[str, _RailButton] = {}
        self._group = QButtonGroup(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, Space.M + 2, 1, Space.M + 2)
        column.setSpacing(Space.XS)
        for item in items:
            column.addWidget(self._button(theme, item), 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)
        for item in bottom_items:
            column.addWidget(self._button(theme, item), 0, Qt.AlignmentFlag.AlignHCenter)

    @property
    def current(self) -> str:
        """The key of the page that is on; empty before the first choice."""
        return next((key for key, button in self._buttons.items() if button.isChecked()), "")

    def select(self, key: str) -> None:
        """Mark `key` as the page that is on, without a signal."""
        self._buttons[key].setChecked(True)

    def set_badge(self, key: str, count: int) -> None:
        """Show a small `count` on a page's icon; 0 takes it away."""
        self._buttons[key].set_badge(count)

    def _button(self, theme: Theme, item: NavItem) -> "_RailButton":
        button = _RailButton(theme, item, self)
        button.clicked.connect(lambda: self.chosen.emit(item.key))
        self._buttons[item.key] = button
        self._group.addButton(button)
        return button


class _RailButton(QAbstractButton):
    """An icon over its name, on a tinted pill while its page is on."""

    def __init__(self, theme: Theme, item: NavItem, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._item = item
        self._badge = 0
        self.setCheckable(True)
        self.setFixedSize(_ITEM)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setAccessibleName(item.label)
        self.setToolTip(item.label)
        theme.changed.connect(self.update)

    def set_badge(self, count: int) -> None:
        if count != self._badge:
            self._badge = count
            self.setAccessibleDescription(str(count) if count else "")
            self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        tokens = self._theme.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        color: ColorName = "accent" if self.isChecked() else "muted"
        pill = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        if self.isChecked() or self.underMouse():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.accent_bg if self.isChecked() else tokens.track))
            painter.drawRoundedRect(pill, Radius.CONTROL, Radius.CONTROL)
        if self.hasFocus():
            painter.setPen(QPen(QColor(tokens.accent), 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(pill, Radius.CONTROL, Radius.CONTROL)
        icon = QRectF((self.width() - _ICON) / 2, 6, _ICON, _ICON)
        self._theme.paint_icon(painter, icon, self._item.icon, color)
        painter.setPen(QColor(tokens.color(color)))
        face = font(TextStyle.RAIL)
        painter.setFont(face)
        label = QFontMetricsF(face).elidedText(
            self._item.label, Qt.TextElideMode.ElideRight, self.width() - 2
        )
        painter.drawText(QRectF(0, 26, self.width(), 16), Qt.AlignmentFlag.AlignCenter, label)
        if self._badge:
            self._paint_badge(painter)
        painter.end()

    def _paint_badge(self, painter: QPainter) -> None:
        tokens = self._theme.tokens
        text = str(self._badge) if self._badge < 100 else "99+"
        face = font(TextStyle.RAIL)
        width = max(14.0, QFontMetricsF(face).horizontalAdvance(text) + 7)
        rect = QRectF(self.width() - width - 3, 3, width, 14)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.accent))
        painter.drawRoundedRect(rect, 7, 7)
        painter.setPen(QColor(tokens.on_accent))
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, text)
