"""The trials that were made before."""

from collections.abc import Sequence
from datetime import UTC, datetime

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from modeldesk.core.trial.model import TrialSummary
from modeldesk.core.words import tr
from modeldesk.ui.presentation import age, moment, printable
from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.widgets.card import Card
from modeldesk.ui.widgets.keyed_model import Cell, Column, KeyedModel
from modeldesk.ui.widgets.table import Table


class RecentTrials(Card):
    """Newest first. `chosen` carries the trial's id."""

    chosen = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(tr("Measured before"), padded=False, parent=parent)
        self._model = KeyedModel(_columns(), lambda one: one.id, self)
        self.table = Table(theme, self._model, name=tr("Measured before"))
        self.body.addWidget(self.table, 1)
        self.table.row_selected.connect(self.chosen)

    def show_trials(self, trials: Sequence[TrialSummary]) -> None:
        """Show `trials`; ages are counted from now."""
        self._model.set_rows(trials)
        self._model.refresh_cells()

    def trials(self) -> tuple[TrialSummary, ...]:
        """What is shown."""
        return self._model.rows()


def _columns() -> tuple[Column[TrialSummary], ...]:
    return (
        Column("model", tr("Model"), lambda one: Cell(printable(one.model), bold=True)),
        Column("commit", tr("Commit"), lambda one: Cell(printable(one.commit), mono=True)),
        Column("folder", tr("Folder"), _folder_cell, stretch=True),
        Column("when", tr("Measured"), _when_cell),
    )


def _folder_cell(one: TrialSummary) -> Cell:
    text = printable(one.folder)
    return Cell(text, muted=True, tooltip=text)


def _when_cell(one: TrialSummary) -> Cell:
    return Cell(age(one.started, datetime.now(UTC)), muted=True, tooltip=moment(one.started))
