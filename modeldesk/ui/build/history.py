"""Every build on record: found again, seen as a trend, opened, compared, repeated."""

from collections.abc import Sequence
from datetime import UTC, datetime

from PySide6.QtCore import QPoint, Signal
from PySide6.QtWidgets import QHBoxLayout, QMenu, QVBoxLayout, QWidget

from modeldesk.core.build.model import BuildRecord, BuildState
from modeldesk.core.words import tr, trn
from modeldesk.ui.build.history_words import (
    cache_text,
    duration_points,
    duration_spec,
    matching,
    saved_time,
    size_points,
    size_spec,
    version_of,
)
from modeldesk.ui.build.words import STATE_TONES, state_text
from modeldesk.ui.charts.trend import TrendChart
from modeldesk.ui.presentation import (
    age,
    count,
    duration,
    exact_size,
    moment,
    printable,
    size,
)
from modeldesk.ui.theme.icons import Icon
from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.theme.tokens import Space
from modeldesk.ui.widgets.buttons import IconButton, PlainButton, PrimaryButton
from modeldesk.ui.widgets.card import Card
from modeldesk.ui.widgets.chip import ChipSpec
from modeldesk.ui.widgets.drop_down import DropDown
from modeldesk.ui.widgets.elided_choice import ElidedChoice
from modeldesk.ui.widgets.empty_state import EmptyState
from modeldesk.ui.widgets.keyed_model import Cell, Column, KeyedModel
from modeldesk.ui.widgets.label import Label, page_title
from modeldesk.ui.widgets.search_field import SearchField
from modeldesk.ui.widgets.table import Table

_CHOICE_WIDTH = 190
_LEAST_MODEL = 140


class HistoryView(QWidget):
    """Newest first. The charts are of the model that is chosen, or of the build that is."""

    back_asked = Signal()
    open_asked = Signal(str)
    """A build's id."""
    repeat_asked = Signal(str)
    compare_asked = Signal(str, str)
    """The earlier build's id, then the later one's."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._records: tuple[BuildRecord, ...] = ()
        self.back = IconButton(theme, Icon.CHEVRON_LEFT, tr("Back to the start of a build"))
        self.repeat = PlainButton(tr("Repeat…"))
        self.compare = PlainButton(tr("Compare"))
        self.open = PrimaryButton(tr("Open"))
        self.models = ElidedChoice()
        self.states = DropDown()
        self.search = SearchField(tr("Version or folder"))
        self.number = Label(color="muted")
        self.durations = TrendChart(theme, duration_spec())
        self.sizes = TrendChart(theme, size_spec())
        self.trend = Card(tr("Trend"))
        self._model = KeyedModel(_columns(), lambda record: record.id, self)
        self.table = Table(theme, self._model, multi=True, sortable=True, name=tr("All builds"))
        self.table.stretch_room = _LEAST_MODEL
        self.nothing = EmptyState(
            theme, Icon.SEARCH, tr("No build is like that."), tr("Choose fewer conditions.")
        )
        self._lay_out()
        self._connect()
        self._fill_states()
        self._chosen()

    def show_records(self, records: Sequence[BuildRecord]) -> None:
        """Show every build there is."""
        self._records = tuple(records)
        chosen = self.models.currentData() or ""
        names = sorted({one.model for one in records})
        self.models.blockSignals(True)
        self.models.clear()
        self.models.addItem(tr("All models"), "")
        for name in names:
            self.models.addItem(printable(name), name)
        self.models.setCurrentIndex(max(0, self.models.findData(chosen)))
        self.models.blockSignals(False)
        found = self._found()
        self._model.set_rows(found)
        if found and not self.table.current_key():
            self.table.select_key(found[0].id)
        self._say(found)

    def choose_model(self, model: str) -> None:
        """Show the builds of one model alone, where it has any."""
        self.models.setCurrentIndex(max(0, self.models.findData(model)))

    def shown(self) -> tuple[BuildRecord, ...]:
        """The builds in the table."""
        return self._model.rows()

    def _lay_out(self) -> None:
        head, filters, charts = QHBoxLayout(), QHBoxLayout(), QHBoxLayout()
        head.setSpacing(Space.S)
        head.addWidget(self.back)
        head.addWidget(page_title(tr("All builds")))
        head.addStretch(1)
        for button in (self.repeat, self.compare, self.open):
            head.addWidget(button)
        filters.setSpacing(Space.S)
        self.models.setFixedWidth(_CHOICE_WIDTH)
        self.models.setAccessibleName(tr("Model"))
        self.states.setAccessibleName(tr("State"))
        filters.addWidget(self.models)
        filters.addWidget(self.states)
        filters.addWidget(self.search, 1)
        filters.addWidget(self.number)
        charts.setSpacing(Space.XL)
        charts.addWidget(self.durations)
        charts.addWidget(self.sizes)
        self.trend.body.addLayout(charts)
        self._list = Card(padded=False)
        self._list.body.addWidget(self.table, 1)
        self._list.body.addWidget(self.nothing, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.XL, Space.L, Space.XL, Space.L)
        column.setSpacing(Space.M)
        for row in (head, filters):
            column.addLayout(row)
        column.addWidget(self.trend)
        column.addWidget(self._list, 1)

    def _connect(self) -> None:
        self.back.clicked.connect(self.back_asked)
        self.models.currentIndexChanged.connect(self._filter)
        self.states.currentIndexChanged.connect(self._filter)
        self.search.textChanged.connect(self._filter)
        selection = self.table.selectionModel()
        selection.selectionChanged.connect(self._chosen)
        self.table.row_activated.connect(self.open_asked)
        self.table.context_requested.connect(self._menu)
        self.open.clicked.connect(lambda: self.open_asked.emit(self.table.current_key()))
        self.repeat.clicked.connect(lambda: self.repeat_asked.emit(self.table.current_key()))
        self.compare.clicked.connect(self._compare)
        for chart in (self.durations, self.sizes):
            chart.picked.connect(self._picked)

    def _fill_states(self) -> None:
        self.states.blockSignals(True)
        self.states.addItem(tr("All states"), None)
        for state in BuildState:
            self.states.addItem(state_text(state), state.value)
        self.states.blockSignals(False)

    def _found(self) -> list[BuildRecord]:
        state = self.states.currentData()
        return matching(
            self._records,
            self.models.currentData() or "",
            BuildState(state) if state else None,
            self.search.text(),
        )

    def _filter(self) -> None:
        """Another condition makes another list; what was chosen stays so, where it is in it."""
        current = self.table.current_key()
        found = self._found()
        self._model.replace_rows(found)
        if current:
            self.table.select_key(current)
        self._say(found)

    def _say(self, found: list[BuildRecord]) -> None:
        self.table.setVisible(bool(found))
        self.nothing.setVisible(not found)
        self.number.setText(
            trn("{number} build", "{number} builds", len(found), number=count(len(found)))
        )
        self._chosen()

    def _chosen(self) -> None:
        keys = self.table.selected_keys()
        self.open.setEnabled(len(keys) == 1)
        self.repeat.setEnabled(len(keys) == 1)
        self.compare.setEnabled(len(keys) == 2)
        self.compare.setToolTip("" if len(keys) == 2 else tr("Choose two builds to compare."))
        self._show_trend(keys)

    def _show_trend(self, keys: list[str]) -> None:
        """Of one model: a curve over several would say nothing."""
        rows = self._model.rows()
        model = self.models.currentData()
        if not model and rows:
            chosen = next((one.model for one in rows if keys and one.id == keys[0]), None)
            model = chosen or rows[0].model
        records = [one for one in self._records if one.model == model]
        self.trend.set_title(tr("Trend of {model}", model=printable(model or "")))
        self.trend.setVisible(bool(records))
        self.durations.set_points(duration_points(records))
        self.sizes.set_points(size_points(records))

    def _picked(self, key: str) -> None:
        if not self.table.select_key(key):
            self.open_asked.emit(key)
        self._chosen()

    def _compare(self) -> None:
        chosen = frozenset(self.table.selected_keys())
        older = sorted(
            (one for one in self._records if one.id in chosen), key=lambda one: one.started
        )
        if len(older) == 2:
            self.compare_asked.emit(older[0].id, older[1].id)

    def _menu(self, key: str, place: QPoint) -> None:
        menu = QMenu(self)
        menu.addAction(tr("Open"), lambda: self.open_asked.emit(key))
        menu.addAction(tr("Repeat…"), lambda: self.repeat_asked.emit(key))
        compare = menu.addAction(tr("Compare"), self._compare)
        compare.setEnabled(self.compare.isEnabled())
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(place)


def _columns() -> tuple[Column[BuildRecord], ...]:
    return (
        Column("model", tr("Model"), _model_cell, width=_LEAST_MODEL,
               stretch=True, sort=lambda r: r.model),
        Column("version", tr("Version"), _version_cell, width=104, sort=version_of),
        Column("state", tr("State"), _state_cell, width=100, sort=lambda r: r.state.value),
        Column("when", tr("Started"), _when_cell, width=98, gives_way=3, sort=lambda r: r.started),
        Column("took", tr("Took"), _took_cell, width=94, align="right", sort=lambda r: r.seconds),
        Column("cached", tr("Cached"), _cached_cell, width=72, align="right", gives_way=2,
               sort=lambda r: r.cache.cached / max(1, r.cache.steps) if r.cache else -1),
        Column("saved", tr("Saved"), _saved_cell, width=94, align="right", gives_way=1,
               tooltip=tr("What the cached steps took when they last ran"),
               sort=lambda r: r.cache.saved_seconds if r.cache else -1),
        Column("size", tr("Size"), _size_cell, width=76, align="right", gives_way=4,
               sort=lambda r: r.image_bytes or -1),
        Column("sent", tr("Sent"), _sent_cell, width=74, align="right", gives_way=0,
               sort=lambda r: r.context_bytes),
    )  # fmt: skip


def _model_cell(record: BuildRecord) -> Cell:
    return Cell(printable(record.model), bold=True, tooltip=printable(record.folder))


def _version_cell(record: BuildRecord) -> Cell:
    names = "\n".join(map(str, record.references))
    return Cell(printable(version_of(record)), mono=True, tooltip=names)


def _state_cell(record: BuildRecord) -> Cell:
    spec = ChipSpec(state_text(record.state), STATE_TONES[record.state])
    return Cell("", (spec,), tooltip=record.error)


def _when_cell(record: BuildRecord) -> Cell:
    text = age(record.started, datetime.now(UTC))
    return Cell(text, muted=True, tooltip=moment(record.started))


def _took_cell(record: BuildRecord) -> Cell:
    return Cell(duration(record.seconds) if record.seconds else "")


def _cached_cell(record: BuildRecord) -> Cell:
    return Cell(cache_text(record.cache), muted=True)


def _saved_cell(record: BuildRecord) -> Cell:
    return Cell(saved_time(record.cache), muted=True)


def _size_cell(record: BuildRecord) -> Cell:
    if record.image_bytes is None:
        return Cell("")
    return Cell(size(record.image_bytes), tooltip=exact_size(record.image_bytes))


def _sent_cell(record: BuildRecord) -> Cell:
    if not record.context_bytes:
        return Cell("")
    return Cell(size(record.context_bytes), muted=True, tooltip=exact_size(record.context_bytes))
