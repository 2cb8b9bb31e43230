"""The side panel: a search field over the models and the other images."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QStackedWidget, QVBoxLayout, QWidget

from modeldesk.core.engine.model import ConnectionState
from modeldesk.core.ids import ModelName
from modeldesk.core.library.model import Group, LibrarySnapshot, Model
from modeldesk.core.library.placed import placed_versions
from modeldesk.core.search.parse import looks_asked
from modeldesk.core.words import tr
from modeldesk.ui import presentation
from modeldesk.ui.context import Context
from modeldesk.ui.library import entries
from modeldesk.ui.library.choice import LibraryChoice
from modeldesk.ui.library.registries import RegistryCatalog
from modeldesk.ui.library.registries_strip import RegistriesStrip
from modeldesk.ui.library.search import LibrarySearch, Match
from modeldesk.ui.library.store import LibraryStore
from modeldesk.ui.links import FindLink, LibraryLink, Link
from modeldesk.ui.theme.fonts import TextStyle
from modeldesk.ui.theme.tokens import Space
from modeldesk.ui.widgets.label import Label
from modeldesk.ui.widgets.search_field import SearchField
from modeldesk.ui.widgets.segmented import Segmented
from modeldesk.ui.widgets.skeleton import Skeleton
from modeldesk.ui.widgets.two_line_list import TwoLineList, TwoLineRow

_KEY = "entry "
"""Before a name, so that the empty name of the untagged images is a key too."""


class ModelsPanel(QFrame):
    """Beside every page that speaks of models. Choosing a row goes to the library page, or to
    what the page in view has of the model."""

    palette_asked = Signal()
    """A click on the hint in the search field."""

    def __init__(
        self,
        context: Context,
        store: LibraryStore,
        choice: LibraryChoice,
        stays: Callable[[ModelName], Link | None] = lambda _: None,
        parent: QWidget | None = None,
        *,
        registries: RegistryCatalog | None = None,
    ) -> None:
        """`stays` says where the page in view shows something of a model; None: nowhere, the
        library is gone to. `registries` are told of below the list."""
        super().__init__(parent)
        self._stays = stays
        self._context = context
        self._store = store
        self._choice = choice
        self._finder = LibrarySearch()
        self._matches: dict[ModelName, Match] = {}
        self._had_list = False
        self.search = SearchField(tr("Search models, tags, digests"), hint="Ctrl K")
        self.search.hint_clicked.connect(self.palette_asked)
        self.search.textChanged.connect(self._show)
        self.search.returnPressed.connect(self._choose_first)
        self.search.installEventFilter(self)
        self.where = Segmented([(one.value, "") for one in _PLACES], tr("Which models are listed"))
        for place, label in _place_labels():
            self.where.set_option_label(place.value, label)
        self.where.chosen.connect(self._show)
        self.where.hide()
        self._made: dict[ModelName, tuple[Model, TwoLineRow]] = {}
        self.list = TwoLineList(context.theme, name=tr("Models and other images"))
        self.list.row_selected.connect(self._chosen)
        self.list.row_activated.connect(self._chosen)
        self._nothing = Label("", TextStyle.BODY, "muted", wrap=True)
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignHCenter)
        self._nothing.setContentsMargins(Space.S, Space.XL, Space.S, 0)
        self._skeleton = Skeleton(context.theme, rows=7, row_height=52)
        self._stack = QStackedWidget()
        for widget in (self._skeleton, self.list, self._nothing):
            self._stack.addWidget(widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.S + 2, Space.M + 2, Space.S + 2, 0)
        column.setSpacing(Space.S)
        column.addWidget(self.search)
        column.addWidget(self.where)
        column.addWidget(self._stack, 1)
        if registries is not None:
            column.addWidget(RegistriesStrip(context.theme, registries))
        choice.changed.connect(self._mark_chosen)
        choice.marked_changed.connect(self._mark_chosen)
        store.loaded_changed.connect(self._loaded)
        context.hub.snapshot_changed.connect(self._show)
        context.hub.connection_changed.connect(self._show)
        self._show()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if (
            watched is self.search
            and isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.KeyPress
            and event.key() == Qt.Key.Key_Down
        ):
            self.list.setFocus(Qt.FocusReason.TabFocusReason)
            if not self.list.selected_keys():
                self._choose_first()
            return True
        return super().eventFilter(watched, event)

    def _show(self, _news: object = None) -> None:
        snapshot = self._context.hub.snapshot
        text = self.search.text().strip()
        if text:
            found = self._finder.matches(snapshot, text)
            self._matches = {match.entry.name: match for match in found}
            shown = LibrarySnapshot(
                tuple(m.entry for m in found if m.entry.group is Group.MODEL),
                tuple(m.entry for m in found if m.entry.group is not Group.MODEL),
            )
        else:
            self._matches = {}
            shown = snapshot
        self.where.setVisible(any(entry.placed for entry in entries.entries(snapshot)))
        shown = self._filtered(shown)
        if not text:
            there = {entry.name for entry in entries.entries(snapshot)}
            self._made = {name: made for name, made in self._made.items() if name in there}
        self.list.set_rows(self._rows(shown))
        self._mark_chosen()
        self._choose_face(text, shown)

    def _filtered(self, shown: LibrarySnapshot) -> LibrarySnapshot:
        """Without what is not where the person wants it."""
        place = entries.Shown(self.where.current)
        if self.where.isHidden() or place is entries.Shown.ALL:
            return shown

        def fits(entry: Model) -> bool:
            return any(map(place.fits, placed_versions(entry)))

        return LibrarySnapshot(tuple(filter(fits, shown.models)), tuple(filter(fits, shown.others)))

    def _loaded(self) -> None:
        """A list was read; what is in it is shown already."""
        if not self.list.rows():
            self._show()

    def _choose_face(self, text: str, shown: LibrarySnapshot) -> None:
        if shown.models or shown.others:
            self._stack.setCurrentWidget(self.list)
            self._focus_list_first()
        elif text:
            said = tr("Nothing matches “{text}”.", text=presentation.printable(text))
            if looks_asked(text, datetime.now(UTC)):
                said = tr("Press Enter to find versions by this.")
            self._nothing.setText(said)
            self._stack.setCurrentWidget(self._nothing)
        elif self._store.loaded:
            self._nothing.setText(tr("No images yet."))
            self._stack.setCurrentWidget(self._nothing)
        elif self._context.hub.connection.state is ConnectionState.NONE:
            # The page says what was tried; nothing is on its way here.
            self._nothing.setText("")
            self._stack.setCurrentWidget(self._nothing)
        else:
            self._stack.setCurrentWidget(self._skeleton)

    def _focus_list_first(self) -> None:
        """Arrow keys work from the start, without a field that looks as if it were in use."""
        if not self._had_list and self.isVisible():
            self._had_list = True
            if not self.search.text() and self.window().focusWidget() in (None, self.search):
                self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def _rows(self, shown: LibrarySnapshot) -> list[TwoLineRow]:
        rows = []
        if shown.models:
            rows.append(_caption("models", tr("Models"), len(shown.models)))
            rows += map(self._row, shown.models)
        if shown.others:
            images = sum(len(entry.versions) for entry in shown.others)
            rows.append(_caption("others", tr("Other images"), images))
            rows += map(self._row, shown.others)
        return rows

    def _row(self, entry: Model) -> TwoLineRow:
        match = self._matches.get(entry.name)
        if match is not None and match.versions:
            found = presentation.printable(", ".join(v.name for v in match.versions[:4]))
            return self._row_of(entry, found)
        before, row = self._made.get(entry.name, (None, None))
        # Of a thousand models, news change a few.
        if row is None or before != entry:
            row = self._row_of(entry, entries.subtitle(entry))
            self._made[entry.name] = entry, row
        return row

    def _row_of(self, entry: Model, subtitle: str) -> TwoLineRow:
        return TwoLineRow(
            key=_KEY + entry.name,
            title=entries.title(entry),
            subtitle=subtitle,
            dot=entries.running_tone(entry),
            spark=entries.sparkline(entry),
            tooltip=f"{entries.title(entry)}\n{subtitle}",
        )

    def _mark_chosen(self) -> None:
        marked = self._choice.marked
        key = _KEY + marked if marked is not None else ""
        if self.list.current_key() != key or not self.list.selected_keys():
            self.list.select_key(key)

    def _chosen(self, key: str) -> None:
        self._go(ModelName(key.removeprefix(_KEY)))

    def _choose_first(self) -> None:
        text = self.search.text()
        if looks_asked(text, datetime.now(UTC)):
            self._context.navigate(FindLink(text))
            return
        first = next((row.key for row in self.list.rows() if not row.header), None)
        if first is not None:
            self.list.select_key(first)
            self._chosen(first)

    def _go(self, name: ModelName) -> None:
        """To the model; while searching, to the first version that was found in it."""
        match = self._matches.get(name)
        image = match.versions[0].image if match and match.versions else None
        link = LibraryLink(model=name, image=image)
        self._choice.follow_link(link)
        self._context.navigate(self._stays(name) or link)


_PLACES = (entries.Shown.ALL, entries.Shown.HERE, entries.Shown.THERE)


def _place_labels() -> Iterable[tuple[entries.Shown, str]]:
    return zip(_PLACES, (tr("All"), tr("Here"), tr("Only in registry")), strict=True)


def _caption(key: str, text: str, count: int) -> TwoLineRow:
    return TwoLineRow(key=key, title=text, right=presentation.count(count), header=True)
