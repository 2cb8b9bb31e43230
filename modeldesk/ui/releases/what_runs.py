"""The list of what runs, above the one that is shown; one alone needs no list."""

from collections.abc import Sequence
from datetime import UTC, datetime

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from modeldesk.core.words import tr
from modeldesk.ui.presentation import age
from modeldesk.ui.releases.entries import RunningEntry, state_of
from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.widgets.card import Card
from modeldesk.ui.widgets.chip import ChipSpec
from modeldesk.ui.widgets.keyed_model import Cell, Column, KeyedModel
from modeldesk.ui.widgets.table import ROW_HEIGHT, Table

_ROWS_IN_SIGHT = 4
_EDGES = 14


class WhatRuns(Card):
    """Deployments and single containers; hidden while there are not two."""

    selected = Signal(str)
    """The key of the entry a person chose."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(padded=False, parent=parent)
        self._model = KeyedModel(_columns(), lambda entry: entry.key, self)
        self.table = Table(theme, self._model, name=tr("What runs"))
        self.table.row_selected.connect(self.selected)
        self.body.addWidget(self.table)
        self.hide()

    def rows(self) -> tuple[RunningEntry, ...]:
        """What is listed."""
        return self._model.rows()

    def set_rows(self, entries: Sequence[RunningEntry]) -> None:
        """List `entries`."""
        self._model.set_rows(entries)
        self.setVisible(len(entries) > 1)
        rows = min(len(entries), _ROWS_IN_SIGHT)
        head = self.table.header().sizeHint().height()
        self.setFixedHeight(head + rows * ROW_HEIGHT + _EDGES)

    def select(self, key: str) -> None:
        """Mark the entry that is shown."""
        self.table.select_key(key)


def _columns() -> tuple[Column[RunningEntry], ...]:
    return (
        Column("name", tr("Name"), _name_cell, stretch=True),
        Column("model", tr("Model"), lambda e: Cell(e.model, muted=True), gives_way=1),
        Column("environment", tr("Environment"), _environment_cell, gives_way=2),
        Column("runs", tr("Runs"), lambda e: Cell(e.version, mono=True)),
        Column("url", tr("Answers at"), lambda e: Cell(e.url, mono=True, muted=True), gives_way=3),
        Column("since", tr("Since"), _since_cell, gives_way=0),
    )


def _environment_cell(entry: RunningEntry) -> Cell:
    return Cell(entry.deployment.environment if entry.deployment is not None else "", muted=True)


def _name_cell(entry: RunningEntry) -> Cell:
    state, tone = state_of(entry)
    chips = [ChipSpec(state, tone, dot=entry.running)]
    if entry.deployment is None:
        chips.append(ChipSpec(tr("single container")))
    return Cell(entry.name, tuple(chips), bold=True)


def _since_cell(entry: RunningEntry) -> Cell:
    if entry.container is None or not entry.running:
        return Cell("")
    return Cell(age(entry.container.created, datetime.now(UTC)), muted=True)
