"""What came of a trial: sizes, cold starts, figures, and where the files differ."""

from PySide6.QtWidgets import QSizePolicy, QWidget

from modeldesk.core.layers.kinds import kind_name
from modeldesk.core.trial.document import trial_notes
from modeldesk.core.trial.model import Trial
from modeldesk.core.trial.words import published, sentences
from modeldesk.core.words import tr
from modeldesk.ui import presentation
from modeldesk.ui.charts.bars import SizeBar, kinds_in
from modeldesk.ui.charts.dots import DotRow, DotsChart
from modeldesk.ui.charts.kind_bars import KindBars
from modeldesk.ui.charts.legend import ChartHead, LegendEntry
from modeldesk.ui.compare import columns
from modeldesk.ui.compare.card_rows import CardRows
from modeldesk.ui.compare.row_table import RowTable
from modeldesk.ui.theme.fonts import TextStyle
from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.widgets.card import Card
from modeldesk.ui.widgets.label import Label
from modeldesk.ui.widgets.segmented import Segmented

_SIDE_BY_SIDE = 800
_UPPER, _LOWER = 314, 440
_HEALTHY, _PREDICTED = "healthy", "predicted"


class TrialResult(CardRows):
    """Two rows of two cards where there is room, else one below the other."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(_SIDE_BY_SIDE, (_UPPER, _LOWER), parent)
        self._theme = theme
        self._bars: tuple[SizeBar, ...] = ()
        self._trial: Trial | None = None
        self.bars = KindBars(theme)
        self.legend = ChartHead(theme, "")
        self.until = Segmented(
            [(_HEALTHY, tr("Healthy")), (_PREDICTED, tr("First prediction"))],
            tr("Until what a start is measured"),
        )
        self.starts = DotsChart(theme, tr("Cold start"))
        self.no_starts = Label("", TextStyle.BODY, "muted", wrap=True)
        self.words = Label("", TextStyle.BODY, wrap=True, selectable=True)
        self.notes = Label("", TextStyle.NOTE, "muted", wrap=True, selectable=True)
        self.published = Label(published(), TextStyle.NOTE, "muted", wrap=True, selectable=True)
        for label in (self.words, self.notes, self.published):
            label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        self.facts = RowTable(theme, tr("Figures"))
        self.folders = RowTable(theme, tr("Largest differences in files"))
        self._lay_out()
        self.until.chosen.connect(lambda _: self._show_starts())
        theme.changed.connect(self._name_colours)

    def show_trial(self, trial: Trial) -> None:
        """Show it from the top."""
        self._trial = trial
        left, right = trial.comparison.left, trial.comparison.right
        self._bars = (
            SizeBar("left", presentation.printable(left.name), left.bytes_by_kind),
            SizeBar("right", presentation.printable(right.name), right.bytes_by_kind),
        )
        self.bars.set_bars(self._bars)
        self._name_colours()
        self.words.setText(" ".join(map(presentation.printable, sentences(trial))))
        self.notes.setText("\n".join(map(presentation.printable, trial_notes(trial))))
        predicted = trial.left.predicted is not None and trial.right.predicted is not None
        why = tr("No prediction was measured.")
        self.until.set_option_enabled(_PREDICTED, predicted, why)
        if not predicted:
            self.until.choose(_HEALTHY)
        self._show_starts()
        names = left.name, right.name
        self.facts.show_rows(columns.fact_columns(*names), columns.trial_rows(trial))
        shape, rows = columns.folder_columns(), columns.folder_rows(trial.comparison)
        self.folders.show_rows(shape, rows)
        self.verticalScrollBar().setValue(0)

    def _show_starts(self) -> None:
        trial = self._trial
        if trial is None:
            return
        until = self.until.current
        rows = [
            DotRow(
                presentation.printable(side.name),
                tuple(
                    value
                    for start in measures.starts
                    if (value := start.healthy if until == _HEALTHY else start.predicted)
                    is not None
                ),
                strong,
            )
            for side, measures, strong in (
                (trial.comparison.left, trial.left, False),
                (trial.comparison.right, trial.right, True),
            )
        ]
        any_starts = any(row.values for row in rows)
        self.starts.set_rows(rows)
        self.starts.setVisible(any_starts)
        self.until.setVisible(any_starts)
        why = " ".join(map(presentation.printable, trial.notes)) or tr("No start was measured.")
        self.no_starts.setText("" if any_starts else why)
        self.no_starts.setVisible(not any_starts)

    def _lay_out(self) -> None:
        size = Card(tr("Image size"))
        size.body.addWidget(self.bars, 1)
        starts = Card(tr("Cold start: container created → first answer"))
        starts.add_header_widget(self.until)
        for card in (size, starts):
            card.set_header_height(self.until.sizeHint().height())
        starts.body.addWidget(self.starts)
        starts.body.addWidget(self.no_starts)
        starts.body.addWidget(self.legend)
        starts.body.addWidget(self.words)
        starts.body.addWidget(self.published)
        starts.body.addStretch(1)
        figures = Card(padded=False)
        figures.body.addWidget(self.facts, 1)
        files = Card(tr("Largest differences in files"), padded=False)
        files.body.addWidget(self.folders, 1)
        self.set_cards((size, starts), (figures, files), ((9, 13), (13, 9)), self.notes)

    def _name_colours(self) -> None:
        tokens = self._theme.tokens
        self.legend.set_entries(
            [LegendEntry(tokens.kind(kind), kind_name(kind)) for kind in kinds_in(self._bars)]
        )
