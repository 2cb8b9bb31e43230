"""Chips: a word or two on a tinted ground, as a widget or painted into a cell."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from modeldesk.ui.theme.fonts import TextStyle, font
from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.theme.tokens import Radius, Space, Tokens, Tone
from modeldesk.ui.widgets.tooltip import plain_tooltip

HEIGHT = 20
GAP = 6
_SIDE = 8
_DOT = 8
_LEAST = 96
"""A chip is not cut below this: a version's first letters, or a state's whole word."""


@dataclass(frozen=True, slots=True)
class ChipSpec:
    """What a chip says. `dot` puts a filled dot before the text (something runs)."""

    text: str
    tone: Tone = Tone.NEUTRAL
    dot: bool = False


def chip_width(spec: ChipSpec) -> float:
    """The width `spec` takes, in logical pixels."""
    text = QFontMetricsF(font(TextStyle.LABEL_STRONG)).horizontalAdvance(spec.text)
    dot = _DOT + (4 if spec.text else 0) if spec.dot else 0
    return float(round(text + dot + 2 * _SIDE))


def paint_chip(painter: QPainter, rect: QRectF, spec: ChipSpec, tokens: Tokens) -> None:
    """Draw one chip that fills `rect`; text that does not fit is cut at the right."""
    ink, ground = tokens.tone(spec.tone)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    edged = spec.tone is Tone.NEUTRAL
    painter.setPen(QPen(QColor(tokens.line), 1) if edged else Qt.PenStyle.NoPen)
    painter.setBrush(QColor(ground))
    inside = rect.adjusted(0.5, 0.5, -0.5, -0.5) if edged else rect
    painter.drawRoundedRect(inside, Radius.CHIP, Radius.CHIP)
    left = rect.left() + _SIDE
    if spec.dot:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(ink))
        painter.drawEllipse(QPointF(left + _DOT / 2, rect.center().y()), _DOT / 2, _DOT / 2)
        left += _DOT + 4
    face = font(TextStyle.LABEL_STRONG)
    painter.setFont(face)
    painter.setPen(QColor(ink))
    room = rect.right() - _SIDE - left + 1
    text = QFontMetricsF(face).elidedText(spec.text, Qt.TextElideMode.ElideRight, room)
    painter.drawText(
        QRectF(left, rect.top(), room, rect.height()),
        Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft,
        text,
    )
    painter.restore()


def paint_chips(
    painter: QPainter, rect: QRectF, specs: Sequence[ChipSpec], tokens: Tokens
) -> float:
    """Draw chips from the left edge of `rect`, centred in its height; return the width used.

    What does not fit is left out; the first chip is shortened rather than left out.
    """
    left = rect.left()
    top = rect.center().y() - HEIGHT / 2
    for index, spec in enumerate(specs):
        room = rect.right() - left
        width = min(chip_width(spec), room) if index == 0 else chip_width(spec)
        if width > room or width < 3 * _SIDE:
            break
        paint_chip(painter, QRectF(left, round(top), width, HEIGHT), spec, tokens)
        left += width + GAP
    return left - rect.left()


class Chip(QWidget):
    """One chip as a widget."""

    def __init__(self, theme: Theme, spec: ChipSpec, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._spec = spec
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.set_spec(spec)
        theme.changed.connect(self.update)

    def set_spec(self, spec: ChipSpec) -> None:
        """Show `spec` instead."""
        self._spec = spec
        self.setAccessibleName(spec.text)
        self.setToolTip(plain_tooltip(spec.text))
        self.updateGeometry()
        self.update()

    def spec(self) -> ChipSpec:
        """What it shows."""
        return self._spec

    def sizeHint(self) -> QSize:
        return QSize(int(chip_width(self._spec)), HEIGHT + 1)

    def minimumSizeHint(self) -> QSize:
        return QSize(min(int(chip_width(self._spec)), _LEAST), HEIGHT + 1)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint_chip(painter, QRectF(self.rect()), self._spec, self._theme.tokens)
        painter.end()


class ChipRow(QWidget):
    """A row of chips that is replaced as a whole."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._chips: list[Chip] = []
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(Space.S)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)

    def set_chips(self, specs: Sequence[ChipSpec]) -> None:
        """Show `specs`, left to right."""
        for chip, spec in zip(self._chips, specs, strict=False):
            chip.set_spec(spec)
        while len(self._chips) > len(specs):
            surplus = self._chips.pop()
            self._row.removeWidget(surplus)
            surplus.hide()
            surplus.deleteLater()
        for spec in specs[len(self._chips) :]:
            chip = Chip(self._theme, spec, self)
            self._chips.append(chip)
            self._row.addWidget(chip)
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        # Counted from the chips: new ones are hidden, and so of no size, until they are painted.
        widths = [chip.sizeHint().width() for chip in self._chips]
        gaps = self._row.spacing() * max(len(widths) - 1, 0)
        return QSize(sum(widths) + gaps, HEIGHT + 1)

    def specs(self) -> list[ChipSpec]:
        """What the chips say, left to right."""
        return [chip.spec() for chip in self._chips]
