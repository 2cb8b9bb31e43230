"""The table of a model's versions, which drops what matters least where it is narrow."""

from collections.abc import Sequence

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QWidget

from modeldesk.core.ids import ImageId
from modeldesk.core.library.model import Model, PlacedVersion, Version
from modeldesk.core.library.placed import placed_versions
from modeldesk.core.words import tr
from modeldesk.ui.library.columns import columns_for
from modeldesk.ui.library.entries import Shown
from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.widgets.keyed_model import KeyedModel
from modeldesk.ui.widgets.table import Table

_AGES_ALTER_MS = 60_000
_MANY = 2000
_MEASURED = 40
"""Rows that tell how wide the columns must be: figures of one model are much alike."""


class VersionsTable(Table):
    """Keyed by image id. The current row is the chosen version; more rows may be selected."""

    stretch_room = 250
    version_chosen = Signal(str)
    """A person moved to another version; the image id."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        self._entry: Model | None = None
        self._shape: tuple[object, ...] = ()
        self._setting = False
        self._shown = Shown.ALL
        self._versions: KeyedModel[PlacedVersion] = KeyedModel([], lambda v: str(v.image))
        super().__init__(
            theme,
            self._versions,
            multi=True,
            sortable=True,
            name=tr("Versions"),
            parent=parent,
        )
        self._versions.setParent(self)
        self.row_selected.connect(self._selected)
        self._to_mark = ""
        self._mark_due = QTimer(self, singleShot=True, interval=0)
        self._mark_due.timeout.connect(self._mark_now)
        self._ages = QTimer(self, interval=_AGES_ALTER_MS)
        self._ages.timeout.connect(self._versions.refresh_cells)
        self._ages.start()

    def show_entry(self, entry: Model, chosen: ImageId | None) -> None:
        """Show the versions of `entry` with one of them chosen. The rest of a selection, the
        order and the place survive when it is the entry shown already."""
        if entry is self._entry:
            # Thousands of rows that are the very same are not compared.
            if chosen is not None and not (self.current_key() == chosen and self.selected_keys()):
                self._setting = True
                self._mark(chosen)
                self._setting = False
            return
        self._setting = True
        columns = columns_for(entry)
        shape = (entry.group, *(column.key for column in columns))
        other = self._entry is None or entry.name != self._entry.name
        if other:
            self._versions.set_rows(())
        if shape != self._shape:
            self._shape = shape
            self._versions.set_columns(columns)
        self._entry = entry
        self._versions.set_rows(self._rows(entry))
        # A row that goes leaves its neighbour current, but not selected.
        marked = self.current_key() == chosen and self.selected_keys()
        if chosen is not None and (other or not marked):
            self._mark(chosen)
        self._setting = False

    def show_only(self, shown: Shown) -> None:
        """Leave out what does not fit, of every entry."""
        if shown is not self._shown:
            self._shown = shown
            if self._entry is not None:
                self._setting = True
                self._versions.set_rows(self._rows(self._entry))
                self._setting = False

    def selected_versions(self) -> list[Version]:
        """The selected rows that are here, top first."""
        return [one.local for one in self.selected_rows() if one.local is not None]

    def selected_rows(self) -> list[PlacedVersion]:
        """The selected rows, top first."""
        return [
            self._versions.row(self._versions.index_of(key).row()) for key in self.selected_keys()
        ]

    def _mark(self, chosen: ImageId) -> None:
        """Of very many rows that were just set, in the next turn of the event loop: each step is
        a few ten milliseconds."""
        self._to_mark = str(chosen)
        if self._versions.rowCount() > _MANY:
            self._mark_due.start()
        else:
            self._mark_now()

    def _mark_now(self) -> None:
        self._setting = True
        self.select_key(self._to_mark)
        self._setting = False

    def _rows(self, entry: Model) -> Sequence[PlacedVersion]:
        rows = placed_versions(entry)
        # What a choice of another model left out would be an empty list.
        shown = self._shown if entry.placed else Shown.ALL
        return rows if shown is Shown.ALL else [one for one in rows if shown.fits(one)]

    def _selected(self, key: str) -> None:
        if key and not self._setting:
            self.version_chosen.emit(key)

    def _measure(self, first: int, last: int) -> None:
        super()._measure(first, min(last, first + _MEASURED))
