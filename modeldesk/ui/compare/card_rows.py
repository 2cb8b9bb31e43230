"""Two rows of two cards, which scroll where they do not fit."""

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QVBoxLayout, QWidget

from modeldesk.core.words import tr
from modeldesk.ui.theme.tokens import Space
from modeldesk.ui.widgets.card import Card
from modeldesk.ui.widgets.scroll_stop import ScrollStop

_ACROSS = QBoxLayout.Direction.LeftToRight
_DOWN = QBoxLayout.Direction.TopToBottom

Cards = tuple[Card, Card]
Stretches = tuple[int, int]


class CardRows(ScrollStop):
    """The cards of a row stand beside each other where there is room, else below."""

    def __init__(self, beside_from: int, heights: tuple[int, int], parent: QWidget | None) -> None:
        """`beside_from` is the least width for two cards; `heights` are the least of the cards
        in the upper and in the lower row."""
        super().__init__(tr("What differs"), parent)
        self._beside_from, self._heights = beside_from, heights
        self._rows = (QBoxLayout(_ACROSS), QBoxLayout(_ACROSS))
        self._cards: tuple[Cards, ...] = ()

    def set_cards(
        self, upper: Cards, lower: Cards, stretches: tuple[Stretches, Stretches], *below: QWidget
    ) -> None:
        """Lay them out, once; `below` stands under both rows."""
        self._cards = (upper, lower)
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.M + 2)
        for row, cards, shares in zip(self._rows, self._cards, stretches, strict=True):
            row.setSpacing(Space.M + 2)
            for card, share in zip(cards, shares, strict=True):
                row.addWidget(card, share)
        column.addLayout(self._rows[0], 4)
        column.addLayout(self._rows[1], 5)
        for widget in below:
            column.addWidget(widget)
        self.setWidget(content)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        beside = self.viewport().width() >= self._beside_from
        for row in self._rows:
            row.setDirection(_ACROSS if beside else _DOWN)
        for cards, height in zip(self._cards, self._heights, strict=False):
            for card in cards:
                card.setMinimumHeight(height)
