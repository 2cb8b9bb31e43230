"""The builds that were made before."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from modeldesk.core.build.model import BuildRecord
from modeldesk.core.words import tr
from modeldesk.ui.build.words import STATE_TONES, short_folder, state_text
from modeldesk.ui.presentation import age, duration, exact_size, moment, printable, size
from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.widgets.buttons import LinkButton
from modeldesk.ui.widgets.card import Card
from modeldesk.ui.widgets.chip import ChipSpec
from modeldesk.ui.widgets.keyed_model import Cell, Column, KeyedModel
from modeldesk.ui.widgets.table import Table


class RecentBuilds(Card):
    """Newest first. `chosen` carries the build's id."""

    chosen = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(tr("Recent builds"), padded=False, parent=parent)
        self._model = KeyedModel(_columns(), lambda record: record.id, self)
        self.table = Table(theme, self._model, name=tr("Recent builds"))
        self.all = LinkButton(tr("All builds"))
        self.add_header_widget(self.all)
        self.body.addWidget(self.table, 1)
        self.table.row_selected.connect(self.chosen)

    def show_records(self, records: Sequence[BuildRecord]) -> None:
        """Show `records`; ages are counted from now."""
        self._model.set_rows(records)
        self._model.refresh_cells()

    def records(self) -> tuple[BuildRecord, ...]:
        """What is shown."""
        return self._model.rows()


def _columns() -> tuple[Column[BuildRecord], ...]:
    return (
        Column("model", tr("Model"), lambda r: Cell(printable(r.model), bold=True)),
        Column("version", tr("Version"), _version_cell),
        Column("state", tr("State"), _state_cell),
        Column("folder", tr("Folder"), _folder_cell, stretch=True),
        Column("when", tr("Started"), _when_cell, gives_way=2),
        Column("took", tr("Took"), _took_cell, align="right", gives_way=1),
        Column("context", tr("Sent"), _context_cell, align="right", gives_way=0),
    )


def _version_cell(record: BuildRecord) -> Cell:
    names = "\n".join(map(str, record.references))
    return Cell(record.references[0].tag if record.references else "", mono=True, tooltip=names)


def _state_cell(record: BuildRecord) -> Cell:
    spec = ChipSpec(state_text(record.state), STATE_TONES[record.state])
    return Cell("", (spec,), tooltip=record.error)


def _folder_cell(record: BuildRecord) -> Cell:
    return Cell(short_folder(Path(record.folder)), muted=True, tooltip=printable(record.folder))


def _when_cell(record: BuildRecord) -> Cell:
    text = age(record.started, datetime.now(UTC))
    return Cell(text, muted=True, tooltip=moment(record.started))


def _took_cell(record: BuildRecord) -> Cell:
    return Cell(duration(record.seconds) if record.seconds else "", muted=True)


def _context_cell(record: BuildRecord) -> Cell:
    if not record.context_bytes:
        return Cell("")
    return Cell(size(record.context_bytes), muted=True, tooltip=exact_size(record.context_bytes))
