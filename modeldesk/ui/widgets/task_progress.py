"""How far something is: words and a thin bar."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QBoxLayout, QProgressBar, QSizePolicy, QWidget

from modeldesk.ui.theme.fonts import TextStyle
from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.theme.tokens import Space
from modeldesk.ui.widgets.elided_label import ElidedLabel
from modeldesk.ui.widgets.pulse import Pulse

_STEPS = 1000
_BEAT_MS = 40
_BEATS_PER_RUN = 40
HEIGHT = 6


class ThinBar(QProgressBar):
    """A bar six pixels high. While the share is unknown a piece of it wanders, on screen only."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._failed = False
        self._stopped = False
        self.setTextVisible(False)
        self.setFixedHeight(HEIGHT)
        self.setRange(0, _STEPS)
        self._pulse = Pulse(self, _BEAT_MS)
        self._pulse.set_active(False)
        theme.changed.connect(self.update)

    def set_fraction(self, fraction: float | None) -> None:
        """Show a share of one; None while it is not known."""
        if fraction is None:
            self.setRange(0, 0)
        else:
            self.setRange(0, _STEPS)
            self.setValue(round(min(max(fraction, 0.0), 1.0) * _STEPS))
        self._pulse.set_active(fraction is None)

    def fraction(self) -> float | None:
        """The share shown; None while it is not known."""
        return self.value() / _STEPS if self.maximum() else None

    def set_failed(self, failed: bool) -> None:
        """Draw it in the colour of what went wrong."""
        self._failed = failed
        self.update()

    def set_stopped(self, stopped: bool) -> None:
        """Draw it without colour: it will go no further, and nothing went wrong."""
        self._stopped = stopped
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(120, HEIGHT)

    def paintEvent(self, _event: QPaintEvent) -> None:
        tokens = self._theme.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        whole = QRectF(self.rect())
        radius = whole.height() / 2
        painter.setBrush(QColor(tokens.track))
        painter.drawRoundedRect(whole, radius, radius)
        done_color = tokens.faint if self._stopped else tokens.accent
        painter.setBrush(QColor(tokens.bad if self._failed else done_color))
        done = self._done_part(whole)
        if done.width() > 0:
            painter.drawRoundedRect(done, radius, radius)
        painter.end()

    def _done_part(self, whole: QRectF) -> QRectF:
        fraction = self.fraction()
        if fraction is not None:
            width = max(whole.height(), whole.width() * fraction) if fraction > 0 else 0.0
            return QRectF(0, 0, width, whole.height())
        piece = whole.width() * 0.3
        there = (self._pulse.beat % _BEATS_PER_RUN) / _BEATS_PER_RUN
        left = there * (whole.width() + piece) - piece
        return QRectF(left, 0, piece, whole.height()).intersected(whole)


class TaskProgress(QWidget):
    """Words and bar side by side, or one above the other when `vertical`."""

    def __init__(
        self, theme: Theme, *, vertical: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.bar = ThinBar(theme)
        self._text = ElidedLabel("", TextStyle.NOTE, "muted", Qt.TextElideMode.ElideRight)
        way = QBoxLayout.Direction.TopToBottom if vertical else QBoxLayout.Direction.LeftToRight
        box = QBoxLayout(way, self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(Space.XS if vertical else Space.M)
        box.addWidget(self._text, 0 if vertical else 1)
        box.addWidget(self.bar)
        if not vertical:
            self.bar.setFixedWidth(120)
            self.bar.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_state(self, text: str, fraction: float | None) -> None:
        """Say what goes on and how far it is (a share of one; None while it is not known)."""
        self._text.set_text(text)
        self.bar.set_fraction(fraction)
        self.bar.setAccessibleName(text)
