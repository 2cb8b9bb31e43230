"""The page that finds versions: a box for the question, a table for the answer."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from PySide6.QtCore import QModelIndex, Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QWidget

from modeldesk.core.errors import InvalidQuery, ModelDeskError
from modeldesk.core.library.placed import find_placed
from modeldesk.core.search.asked import usual_order
from modeldesk.core.search.gathering import Gathered
from modeldesk.core.search.model import Attribute, Entry, Order
from modeldesk.core.search.service import Answer, Unknown
from modeldesk.core.words import tr, trn
from modeldesk.ui import presentation
from modeldesk.ui.context import Context
from modeldesk.ui.find.columns import Sortable, columns_for
from modeldesk.ui.find.finding import Finding, GatherSource, Result, SearchSource
from modeldesk.ui.find.query_box import QueryBox
from modeldesk.ui.links import FindLink, LibraryLink, Link
from modeldesk.ui.registry.states import RegistryStates
from modeldesk.ui.registry.words import explained, summary
from modeldesk.ui.theme.fonts import TextStyle
from modeldesk.ui.theme.icons import Icon
from modeldesk.ui.theme.tokens import Space, Tone
from modeldesk.ui.widgets.buttons import LinkButton
from modeldesk.ui.widgets.card import Card
from modeldesk.ui.widgets.elided_label import ElidedLabel
from modeldesk.ui.widgets.keyed_model import KeyedModel
from modeldesk.ui.widgets.label import Label
from modeldesk.ui.widgets.list_page import ListFaces, frame_list_page
from modeldesk.ui.widgets.table import Table
from modeldesk.ui.widgets.tooltip import plain_tooltip

_OLD = timedelta(minutes=2)
"""Whoever goes to the page wants what is there now."""
_AGES_ALTER_MS = 60_000
_TYPED_MS = 120
"""After the last key, before the index is asked."""
_EXAMPLES = ("accuracy >= 0.9", "channel = stable", "size < 1GB age < 30d", "where = registry")
_LONGEST_OFFER = 60
_LEAST_VERSION = 150
_MEASURED = 20
"""Rows that tell how wide the columns must be."""


class FoundTable(Table):
    """Measures the first rows alone: another answer comes with every key that is typed."""

    stretch_room = _LEAST_VERSION

    def _measure(self, first: int, last: int) -> None:
        super()._measure(first, min(last, first + _MEASURED))


class FindPage(QWidget):
    """Asks while one types. A click on a version goes to it in the library."""

    def __init__(
        self,
        context: Context,
        search: Callable[[], SearchSource],
        gatherer: Callable[[], GatherSource],
        registries: RegistryStates,
        parent: QWidget | None = None,
    ) -> None:
        """`search` and `gatherer` are called in worker threads."""
        super().__init__(parent)
        self._context = context
        self._registries = registries
        self._order = Order()
        self._sorts: tuple[Sortable, ...] = ()
        self._shown_attributes: tuple[Attribute, ...] | None = None
        self._problem: InvalidQuery | None = None
        self._is_marking = False
        self._offered = _EXAMPLES[0]
        self.finding = Finding(context, search, gatherer, self)
        self.box = QueryBox()
        self.count = Label("", color="muted")
        self.freshness = ElidedLabel("", TextStyle.LABEL, "muted", Qt.TextElideMode.ElideRight)
        self.refresh = LinkButton(tr("Ask registries again"))
        self._ages = QTimer(self, interval=_AGES_ALTER_MS)
        self._model: KeyedModel[Entry] = KeyedModel([], _key, self)
        self.table = FoundTable(
            context.theme, self._model, sortable=True, name=tr("Versions found")
        )
        # Best first, then the other way round: who wants neither sorts by time.
        self.table.header().setSortIndicatorClearable(False)
        self._soon = QTimer(self, singleShot=True, interval=_TYPED_MS)
        self._lay_out()
        self._connect()

    def widget(self) -> QWidget:
        """The page itself."""
        return self

    def shown(self) -> None:
        """Ask again: what is known may have changed meanwhile."""
        self.box.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._renew()
        self._registries.refresh_old(_OLD)

    def activate(self, link: Link) -> None:
        """Ask what the link asks."""
        if isinstance(link, FindLink) and link.text is not None:
            self.box.set_text(link.text)

    def entries(self) -> tuple[Entry, ...]:
        """What is shown."""
        return self._model.rows()

    def _lay_out(self) -> None:
        line = QHBoxLayout()
        line.setSpacing(Space.S)
        line.addWidget(self.count)
        line.addStretch(1)
        line.addWidget(self.freshness)
        line.addWidget(self.refresh)
        card = Card(padded=False)
        card.body.addWidget(self.table)
        self._faces = ListFaces(self._context.theme, Icon.SEARCH, card)
        self._faces.empty.action_chosen.connect(lambda: self.box.set_text(self._offered))
        about = tr(
            "Conditions with and, or, not: metrics, parameters and tags by their names, "
            "model, version, channel, framework, dataset, where, size, created, age …"
        )
        frame_list_page(self, tr("Find versions"), about, (self.box, line), self._faces)

    def _connect(self) -> None:
        self.box.changed.connect(lambda _: self._soon.start())
        self.box.entered.connect(self._entered)
        self._soon.timeout.connect(self.ask)
        self.finding.found.connect(self._have)
        self.finding.failed.connect(self._failed)
        self.finding.gathered.connect(self._gathered)
        self.finding.gathering_changed.connect(self._show_freshness)
        self._registries.changed.connect(self._show_freshness)
        self._registries.joined.connect(self._renew_if_seen)
        self._ages.timeout.connect(self._show_freshness)
        self._ages.start()
        self._show_freshness()
        self.refresh.clicked.connect(self._gather)
        self.table.clicked.connect(self._clicked)
        self.table.row_activated.connect(self._go)
        self.table.header().sortIndicatorChanged.connect(self._sort)
        hub = self._context.hub
        hub.snapshot_changed.connect(lambda _: self._ask_if_seen())
        hub.connection_changed.connect(lambda _: self._ask_if_seen())

    def ask(self) -> None:
        """Ask what stands in the box now."""
        self._soon.stop()
        self.finding.ask(self.box.text(), self._order)

    def _ask_if_seen(self) -> None:
        if self.isVisible():
            self._soon.start()

    def _renew(self) -> None:
        """What registries have may be another by now."""
        self.finding.forget()
        self._soon.start()

    def _renew_if_seen(self) -> None:
        if self.isVisible():
            self._renew()

    def _show_freshness(self) -> None:
        states = self._registries.states()
        self.freshness.set_text(summary(states, datetime.now(UTC)) if states else "")
        self.freshness.setToolTip(plain_tooltip("\n".join(filter(None, map(explained, states)))))
        asking = self.finding.is_gathering or any(one.asking for one in states)
        self.refresh.setEnabled(not asking)
        self.refresh.set_text(tr("Asking registries…") if asking else tr("Ask registries again"))

    def _entered(self) -> None:
        if self._problem is not None:
            self.box.go_to(self._problem)
        elif self.entries() and not self._soon.isActive():
            self.table.setFocus(Qt.FocusReason.TabFocusReason)
            if not self.table.current_key():
                self.table.select_key(_key(self.entries()[0]))
        else:
            self.ask()

    def _have(self, result: Result) -> None:
        self._problem = None
        self.box.set_problem(None)
        self.box.set_names(result.names)
        if result.columns != self._shown_attributes:
            self._set_columns(result.columns)
        self._model.replace_rows(result.entries)
        self._tell(result.answer)

    def _set_columns(self, attributes: tuple[Attribute, ...]) -> None:
        self._shown_attributes = attributes
        made = columns_for(attributes)
        self._sorts = tuple(by for _, by in made)
        # A header that gets other columns forgets which it was sorted by, and tells so.
        self._is_marking = True
        self._model.set_columns([column for column, _ in made])
        self._is_marking = False
        by = self._order.by
        self._mark_order(self._sorts.index(by) if by in self._sorts else -1)

    def _tell(self, answer: Answer) -> None:
        total, shown = answer.found.total, len(answer.found.entries)
        figure = presentation.count(total)
        said = trn("{figure} version", "{figure} versions", total, figure=figure)
        if shown < total:
            said = tr(
                "{versions}, of which the first {count} are shown",
                versions=said,
                count=presentation.count(shown),
            )
        self.count.setText(said)
        if total:
            self._faces.show_filled()
            return
        self._faces.show_empty(*self._why_nothing(answer))

    def _why_nothing(self, answer: Answer) -> tuple[str, str, str]:
        if not self.box.text().strip():
            return tr("There are no versions yet."), "", ""
        for one in answer.unknown:
            name = presentation.printable(one.name)
            hint = tr("Did you mean {names}?", names=", ".join(one.near)) if one.near else ""
            self._offered = _with_name(self.box.text(), one)
            offer = presentation.shortened(self._offered, _LONGEST_OFFER)
            return tr("No version has “{name}”.", name=name), hint, offer
        self._offered = _EXAMPLES[0]
        return tr("No version is like that."), tr("An example:"), self._offered

    def _failed(self, error: ModelDeskError) -> None:
        if isinstance(error, InvalidQuery):
            self._problem = error
            self.box.set_problem(error)
            if self._faces.is_waiting:
                self._faces.show_empty(error.message, error.hint)
            return
        self._context.say(str(error), Tone.BAD, tr("Try again"), self.ask)

    def _sort(self, column: int, way: Qt.SortOrder) -> None:
        if self._is_marking:
            return
        if not 0 <= column < len(self._sorts):
            self._order = Order()
        else:
            by = self._sorts[column]
            first = by != self._order.by
            descending = way is Qt.SortOrder.DescendingOrder
            self._order = usual_order(by) if first else Order(by, descending)
            if first and self._order.descending is not descending:
                self._mark_order(column)
        self.ask()

    def _mark_order(self, column: int) -> None:
        """The arrow tells how it is sorted: best first, whatever Qt begins with."""
        self._is_marking = True
        way = Qt.SortOrder.DescendingOrder
        self.table.header().setSortIndicator(
            column, way if self._order.descending else Qt.SortOrder.AscendingOrder
        )
        self._is_marking = False

    def _gather(self) -> None:
        self._registries.refresh_all()
        self.finding.gather()

    def _gathered(self, done: Gathered) -> None:
        if done.problems:
            self._context.say(str(done.problems[0]), Tone.WARNING)
        elif not done.repositories and not self._registries.states():
            self._context.say(tr("No registry is known yet: those of tagged or pulled models are."))
        self.ask()

    def _clicked(self, index: QModelIndex) -> None:
        self._go(self._model.key(index.row()))

    def _go(self, key: str) -> None:
        entry = self._model.row(self._model.index_of(key).row())
        models = self._context.hub.snapshot.models
        model = next((one for one in models if one.name == entry.model), None)
        # What a registry has that nobody named is in no list.
        if entry.local or find_placed(model, entry.image) is not None:
            self._context.navigate(LibraryLink(entry.model, entry.image))
            return
        name = presentation.printable(entry.reference)
        self._context.say(
            tr("{name} is only in the registry.", name=name),
            Tone.NEUTRAL,
            tr("Copy its name"),
            lambda: QGuiApplication.clipboard().setText(entry.reference),
        )


def _key(entry: Entry) -> str:
    return f"{entry.image} {entry.model}"


def _with_name(asked: str, unknown: Unknown) -> str:
    """What was asked, with the likeliest name for one that no version has; empty without one."""
    if not unknown.near:
        return ""
    word = rf"(?<![\w.-]){re.escape(unknown.name)}(?![\w.-])"
    mended = re.sub(word, lambda _: unknown.near[0], asked, flags=re.IGNORECASE)
    return mended if mended != asked else ""
