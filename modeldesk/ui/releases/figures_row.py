"""The charts of a rollout, side by side."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QWidget

from modeldesk.ui.charts.live_lines import LiveLinesChart
from modeldesk.ui.making import Making
from modeldesk.ui.releases.figures import accuracy_spec, errors_spec, latency_spec
from modeldesk.ui.releases.presented import FiguresView
from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.theme.tokens import Space
from modeldesk.ui.widgets.card import Card

_HEIGHT = 168
_LEAST_BESIDE = 300
"""Charts narrower than this stand one below the other."""


class FiguresRow(QWidget):
    """Latency, error rate and, where there is feedback, accuracy."""

    exported = Signal(str)
    export_failed = Signal(str)

    def __init__(
        self,
        latency: LiveLinesChart,
        errors: LiveLinesChart,
        accuracy: LiveLinesChart,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.latency, self.errors, self.accuracy = latency, errors, accuracy
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(Space.M)
        self._cards: list[Card] = []
        for chart in (latency, errors, accuracy):
            card = Card()
            card.body.addWidget(chart)
            card.setFixedHeight(_HEIGHT)
            chart.exported.connect(self.exported)
            chart.export_failed.connect(self.export_failed)
            self._cards.append(card)
            self._row.addWidget(card, 1)
        self._cards[-1].hide()

    def present(self, view: FiguresView) -> None:
        """Show newer figures; a chart whose figures are the same is not painted again."""
        self.latency.show_lines(view.latency, view.latency_limit)
        self.errors.show_lines(view.errors, view.errors_limit)
        self._cards[-1].setVisible(bool(view.accuracy))
        if view.accuracy:
            self.accuracy.show_lines(view.accuracy, view.accuracy_limit)
        self._arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        shown = sum(not card.isHidden() for card in self._cards)
        narrow = self.width() < shown * _LEAST_BESIDE + (shown - 1) * Space.M
        self._row.setDirection(
            QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight
        )


def figures_row(theme: Theme) -> Making[FiguresRow]:
    """Make the charts in steps."""
    latency = LiveLinesChart(theme, latency_spec())
    yield
    errors = LiveLinesChart(theme, errors_spec())
    yield
    accuracy = LiveLinesChart(theme, accuracy_spec())
    yield
    return FiguresRow(latency, errors, accuracy)
