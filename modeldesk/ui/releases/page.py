"""The releases page: what runs, how it does, and the way back."""

from collections.abc import Callable
from datetime import UTC, datetime

from PySide6.QtCore import Qt
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QStackedLayout, QVBoxLayout, QWidget

from modeldesk.core.containers.reach import out_of_reach
from modeldesk.core.ids import ModelName
from modeldesk.core.releases.book import elsewhere_text
from modeldesk.core.releases.model import VersionTarget
from modeldesk.core.releases.names import version_text
from modeldesk.core.words import tr
from modeldesk.ui.context import Context
from modeldesk.ui.links import LibraryLink, Link, ReleasesLink
from modeldesk.ui.opening import open_url
from modeldesk.ui.presentation import age, short_digest
from modeldesk.ui.releases.actions import ReleaseActions
from modeldesk.ui.releases.entries import (
    RunningEntry,
    deployment_key,
    entries,
    state_of,
)
from modeldesk.ui.releases.parts import ReleasesParts
from modeldesk.ui.releases.store import ReleaseFacts, ReleaseStore
from modeldesk.ui.theme.fonts import TextStyle
from modeldesk.ui.theme.icons import Icon
from modeldesk.ui.theme.tokens import Space, Tone
from modeldesk.ui.widgets.buttons import DangerButton, PlainButton
from modeldesk.ui.widgets.card import Card
from modeldesk.ui.widgets.chip import ChipRow, ChipSpec
from modeldesk.ui.widgets.elided_label import ElidedLabel
from modeldesk.ui.widgets.empty_state import EmptyState
from modeldesk.ui.widgets.keyed_model import Cell, Column, KeyedModel
from modeldesk.ui.widgets.table import ROW_HEIGHT, Table
from modeldesk.ui.widgets.tooltip import plain_tooltip

_ROWS_IN_SIGHT = 5
_SHORT = 14
_LONG_NAME = 420
"""A longer name is cut rather than parted from its buttons."""


class ReleasesPage(QWidget):
    """Deployments and single containers of models; one of them in full."""

    def __init__(
        self,
        context: Context,
        store: ReleaseStore,
        actions: ReleaseActions,
        parts: ReleasesParts,
        mark: Callable[[ModelName | None], None] = lambda _: None,
        parent: QWidget | None = None,
    ) -> None:
        """`mark` is told which model the page is about while it is in sight."""
        super().__init__(parent)
        self._mark = mark
        self._context = context
        self._store = store
        self._actions = actions
        self._entry: RunningEntry | None = None
        self._wanted = ""
        self._newest: ReleaseFacts | None = None
        """The records, while nothing newer was heard from the library."""
        self.title = ElidedLabel("", TextStyle.TITLE)
        self.chips = ChipRow(context.theme)
        self.line = ElidedLabel(color="muted", mode=Qt.TextElideMode.ElideRight)
        self.open_button = PlainButton(tr("Open"))
        self.stop_button = PlainButton(tr("Stop"))
        self.remove_button = PlainButton(tr("Remove…"))
        self.rollback_button = DangerButton("")
        self._model = KeyedModel(_columns(), lambda entry: entry.key, self)
        self.table = Table(context.theme, self._model, name=tr("What runs"))
        self.history = parts.history
        self.panel = parts.panel
        self._empty = EmptyState(
            context.theme,
            Icon.RELEASES,
            tr("Nothing that ModelDesk started here runs."),
            tr("Run a version from the library; as a service it gets a history and a way back."),
            tr("Go to the library"),
        )
        self.elsewhere = ElidedLabel(color="muted", mode=Qt.TextElideMode.ElideRight)
        self._lay_out()
        self._connect()
        self._update()

    def widget(self) -> QWidget:
        """See `Page`."""
        return self

    def shown(self) -> None:
        """See `Page`."""
        self._store.read()

    def activate(self, link: Link) -> None:
        """Select the deployment the link names, now or when it is known."""
        if isinstance(link, ReleasesLink) and link.deployment:
            self._wanted = deployment_key(link.deployment)
            self._update()
        elif isinstance(link, ReleasesLink) and link.model:
            found = (entry.key for entry in self._model.rows() if entry.model == link.model)
            self._selected(next(found, ""))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._tell_model()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._mark(None)

    def _tell_model(self) -> None:
        if self.isVisible():
            self._mark(ModelName(self._entry.model) if self._entry and self._entry.model else None)

    def _lay_out(self) -> None:
        self._stack = QStackedLayout()
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self._content())
        self._foot = QWidget()
        foot = QHBoxLayout(self._foot)
        foot.setContentsMargins(Space.XL, 0, Space.XL, Space.M)
        foot.addWidget(self.elsewhere)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._stack, 1)
        column.addWidget(self._foot)

    def _content(self) -> QWidget:
        content = QWidget()
        self._names = QHBoxLayout()
        self._names.setSpacing(Space.S)
        self._names.addWidget(self.title)
        self._names.addWidget(self.chips)
        self._names.addStretch(1)
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(Space.S)
        for button in (
            self.open_button,
            self.stop_button,
            self.remove_button,
            self.rollback_button,
        ):
            self._buttons.addWidget(button)
        self._buttons.addStretch(0)
        self._heading = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._heading.setSpacing(Space.S)
        self._heading.addLayout(self._names, 1)
        self._heading.addLayout(self._buttons)
        self._list = Card(padded=False)
        self._list.body.addWidget(self.table)
        column = QVBoxLayout(content)
        column.setContentsMargins(Space.XL, Space.L, Space.XL, Space.L)
        column.setSpacing(Space.M)
        head = QVBoxLayout()
        head.setSpacing(Space.XS)
        head.addLayout(self._heading)
        head.addWidget(self.line)
        column.addLayout(head)
        column.addWidget(self._list)
        column.addWidget(self.panel, 1)
        return content

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange_heading()

    def _arrange_heading(self) -> None:
        """Where the window is narrow, the buttons stand below the name."""
        for row in (self._names, self._buttons):
            # Texts and chips were just set; a layout hears of that later.
            row.invalidate()
        room = self.width() - 2 * Space.XL
        name = min(self._names.sizeHint().width(), _LONG_NAME)
        narrow = name + Space.S + self._buttons.sizeHint().width() > room
        self._heading.setDirection(
            QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight
        )

    def _connect(self) -> None:
        self._store.changed.connect(self._facts_changed)
        self._context.hub.snapshot_changed.connect(self._snapshot_changed)
        self.table.row_selected.connect(self._selected)
        self._empty.action_chosen.connect(lambda: self._context.navigate(LibraryLink()))
        self.history.roll_back_to.connect(self._roll_back)
        self.open_button.clicked.connect(self._open)
        self.stop_button.clicked.connect(self._start_or_stop)
        self.remove_button.clicked.connect(self._remove)
        self.rollback_button.clicked.connect(self._roll_back_one)

    def _facts_changed(self, facts: ReleaseFacts) -> None:
        """A deployment's new container may be read before the library hears of it."""
        self._newest = facts
        self._update()

    def _snapshot_changed(self, _snapshot: object) -> None:
        self._newest = None
        self._update()

    def _update(self) -> None:
        """Show what is known now; the selected row stays selected while it exists."""
        facts = self._store.facts
        listed = entries(
            self._context.hub.snapshot,
            facts.deployments,
            self._context.engine_host,
            self._newest.containers if self._newest else {},
            self._store.changing,
            facts.proved,
        )
        self.elsewhere.set_text(elsewhere_text(facts.elsewhere))
        self._foot.setVisible(bool(facts.elsewhere))
        self._stack.setCurrentIndex(1 if listed else 0)
        self._model.set_rows(listed)
        # One entry says everything in the heading.
        self._list.setVisible(len(listed) > 1)
        rows = min(len(listed), _ROWS_IN_SIGHT)
        self._list.setFixedHeight(self.table.header().sizeHint().height() + rows * ROW_HEIGHT + 28)
        by_key = {entry.key: entry for entry in listed}
        key = self._wanted if self._wanted in by_key else (self._entry.key if self._entry else "")
        if key == self._wanted:
            self._wanted = ""
        self._show(by_key.get(key) or (listed[0] if listed else None))

    def _selected(self, key: str) -> None:
        for entry in self._model.rows():
            if entry.key == key:
                self._show(entry)

    def _show(self, entry: RunningEntry | None) -> None:
        self._entry = entry
        self._tell_model()
        if entry is None:
            self.panel.show_container(None)
            return
        self.table.select_key(entry.key)
        now = datetime.now(UTC)
        state, tone = state_of(entry)
        self.title.set_text(_title(entry))
        chips = [ChipSpec(state, tone, dot=entry.running)]
        if entry.version:
            chips.insert(0, ChipSpec(entry.version, Tone.ACCENT))
        self.chips.set_chips(chips)
        self.line.set_text(self._line(entry, now))
        self.open_button.setVisible(bool(entry.url))
        self.stop_button.set_text(tr("Stop") if entry.running else tr("Start"))
        self._show_way_back(entry, now)
        self._arrange_heading()
        self.panel.show_container(entry.container)

    def _show_way_back(self, entry: RunningEntry, now: datetime) -> None:
        target = self._previous()
        self.rollback_button.setVisible(entry.deployment is not None)
        self.rollback_button.setEnabled(target is not None and not entry.changing)
        self.stop_button.setEnabled(entry.running or not entry.changing)
        if target is not None:
            version = version_text(target.reference)
            shown = version if len(version) <= _SHORT else f"{version[:_SHORT]}…"
            self.rollback_button.set_text(tr("Roll back to {version}", version=shown))
            self.rollback_button.setToolTip(plain_tooltip(target.reference))
        else:
            self.rollback_button.set_text(tr("Roll back"))
            self.rollback_button.setToolTip(
                tr("No version ran before this one; the history has the others.")
            )
        self.history.setVisible(entry.deployment is not None)
        if entry.deployment is not None:
            releases = self._store.facts.histories.get(entry.deployment.name, ())
            self.history.show_releases(releases, entry.deployment.current, now)
            self.history.offer_ways_back(not entry.changing)

    def _line(self, entry: RunningEntry, now: datetime) -> str:
        parts = [entry.url]
        if entry.container is not None and entry.running:
            parts.append(out_of_reach(entry.container.ports, self._context.engine_host))
        if entry.deployment is not None and entry.deployment.current is not None:
            parts.append(short_digest(entry.deployment.current.digest))
            parts.append(tr("a rollback tries its target beside what runs, then switches"))
        elif entry.container is not None:
            when = age(entry.container.created, now)
            parts.append(
                tr("started {age}", age=when) if entry.running else tr("made {age}", age=when)
            )
        return " · ".join(part for part in parts if part)

    def _previous(self) -> VersionTarget | None:
        if self._entry is None or self._entry.deployment is None:
            return None
        return next(iter(self._store.facts.earlier.get(self._entry.deployment.name, ())), None)

    def _open(self) -> None:
        if self._entry is not None and self._entry.url:
            open_url(self._context, self._entry.url)

    def _start_or_stop(self) -> None:
        entry = self._entry
        if entry is None:
            return
        if entry.deployment is not None:
            if entry.running:
                self._actions.stop(entry.deployment.key)
            else:
                self._actions.start(entry.deployment.key)
        elif entry.container is not None:
            if entry.running:
                self._actions.stop_container(entry.container)
            else:
                self._actions.start_container(entry.container)

    def _remove(self) -> None:
        entry = self._entry
        if entry is None:
            return
        if entry.deployment is not None:
            self._actions.confirm_remove(entry.deployment, entry.container, self)
        elif entry.container is not None:
            self._actions.confirm_remove_container(entry.container, self)

    def _roll_back_one(self) -> None:
        target = self._previous()
        if target is not None:
            self._roll_back(target)

    def _roll_back(self, target: VersionTarget) -> None:
        if self._entry is not None and self._entry.deployment is not None:
            self._actions.confirm_rollback(self._entry.deployment, target, self)


def _title(entry: RunningEntry) -> str:
    """``model · deployment``; one of them where they are the same or there is no model."""
    return " · ".join(dict.fromkeys(filter(None, (entry.model, entry.name))))


def _columns() -> tuple[Column[RunningEntry], ...]:
    return (
        Column("name", tr("Name"), _name_cell, stretch=True),
        Column("model", tr("Model"), lambda e: Cell(e.model, muted=True), gives_way=1),
        Column("runs", tr("Runs"), lambda e: Cell(e.version, mono=True)),
        Column("url", tr("Answers at"), lambda e: Cell(e.url, mono=True, muted=True), gives_way=2),
        Column("since", tr("Since"), _since_cell, gives_way=0),
    )


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
