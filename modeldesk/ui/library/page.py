"""The library page: a model's size history and versions, and one version in detail."""

from collections.abc import Callable

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QCursor, QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from modeldesk.core.channels.service import ChannelService
from modeldesk.core.ids import ImageId
from modeldesk.core.library.model import Drift, Group, Model
from modeldesk.core.library.placed import find_placed
from modeldesk.core.library.remote_model import RemoteVersion
from modeldesk.core.releases.model import Deployment, VersionTarget
from modeldesk.core.words import tr
from modeldesk.ui.charts.bars import SizeBar
from modeldesk.ui.context import Context
from modeldesk.ui.library.actions import RunVersion, VersionActions
from modeldesk.ui.library.bar_maker import BarMaker
from modeldesk.ui.library.body import LibraryBody
from modeldesk.ui.library.choice import LibraryChoice
from modeldesk.ui.library.header import WayBack
from modeldesk.ui.library.parts import LibraryParts
from modeldesk.ui.library.past import PastVersions
from modeldesk.ui.library.remote import RemotePast
from modeldesk.ui.library.store import LibraryStore
from modeldesk.ui.library.what_changed import WhatChanged
from modeldesk.ui.links import BuildLink, CleanupLink, LibraryLink, Link
from modeldesk.ui.registry.actions import RegistryActions
from modeldesk.ui.releases.store import ReleaseStore
from modeldesk.ui.theme.tokens import Tone

_TWO = 2
RollBack = Callable[[Deployment, VersionTarget, QWidget], object]


class LibraryPage(LibraryBody):
    """Shows what `choice` says is chosen, from the first `show_choice` on."""

    def __init__(
        self,
        context: Context,
        store: LibraryStore,
        choice: LibraryChoice,
        past: PastVersions,
        remote: RemotePast,
        releases: ReleaseStore,
        channels: Callable[[], ChannelService],
        run_version: RunVersion,
        roll_back: RollBack,
        parts: LibraryParts,
        parent: QWidget | None = None,
        *,
        verify_version: RunVersion | None = None,
        registry: RegistryActions | None = None,
    ) -> None:
        """`channels` is called in worker threads; `run_version` asks how to run a version and runs
        it; `roll_back` asks and rolls back; `verify_version` makes one again; `registry` moves
        them to and from registries. Each of these gets the widget over which to ask."""
        super().__init__(context.theme, parts, parent)
        self._context = context
        self._store = store
        self._choice = choice
        self._past = past
        self._remote = remote
        self._releases = releases
        self._roll_back = roll_back
        self._bars = BarMaker(context, self)
        # One version in full, and the chart of a thousand, get each a turn of the event loop of
        # their own.
        self._details_due = QTimer(self, singleShot=True, interval=0)
        self._details_due.timeout.connect(self._show_details)
        self._chart_due = QTimer(self, singleShot=True, interval=0)
        self._chart_due.timeout.connect(self._show_chart)
        self.acts = VersionActions(
            context, channels, run_version, self, releases.ways_back_to, verify_version, registry
        )
        if registry is not None:
            registry.transfers.registries_changed.connect(remote.ask_again)
        self.header = parts.header
        self.chart = parts.chart
        self.changes = WhatChanged(context, parts.chart, self)
        self.table = parts.table
        self.inspector = parts.inspector
        self._connect()

    def widget(self) -> QWidget:
        """The page itself."""
        return self

    def shown(self) -> None:
        """Read the deployments again: their way back may have changed meanwhile. Registries are
        asked only while this is seen."""
        self._releases.read()
        self._chart_due.start()

    def activate(self, link: Link) -> None:
        """Go to a model, or one version of it."""
        if isinstance(link, LibraryLink):
            self._choice.follow_link(link)

    def _connect(self) -> None:
        hub = self._context.hub
        self._choice.changed.connect(self.show_choice)
        self._store.loaded_changed.connect(self._loaded)
        self._past.changed.connect(lambda _model: self._chart_due.start())
        self._remote.changed.connect(lambda _model: self._chart_due.start())
        self._bars.made.connect(self._draw_bars)
        self.chart.note_asked.connect(self._remote.ask_again)
        hub.connection_changed.connect(lambda _connection: self.show_choice())
        self._releases.changed.connect(lambda _facts: self._show_ways_back())
        self.table.version_chosen.connect(self._choose)
        self.table.context_requested.connect(lambda _key, place: self._open_menu(place))
        self.chart.version_clicked.connect(self._choose_bar)
        self.chart.exported.connect(lambda path: self._context.say(tr("Saved {path}", path=path)))
        self.chart.export_failed.connect(lambda why: self._context.say(why, Tone.BAD))
        self.inspector.menu_asked.connect(self._open_version_menu)
        self.inspector.remote.pull_asked.connect(self._pull)
        self.inspector.drift.pull_asked.connect(self._pull_theirs)
        self.inspector.drift.push_asked.connect(self._push_mine)
        self.build_asked.connect(self._build)
        self.header.build_asked.connect(self._build)
        self.header.run_asked.connect(self._run)
        self.header.push_asked.connect(self._push)
        self.header.compare_asked.connect(self._compare)
        self.table.selectionModel().selectionChanged.connect(lambda *_: self._offer_compare())
        self.header.clean_up_asked.connect(self._clean_up)
        self.header.roll_back_asked.connect(self._go_back)
        for keys, act in (
            (QKeySequence(QKeySequence.StandardKey.Delete), self._remove_selected),
            (QKeySequence(QKeySequence.StandardKey.Copy), self._copy_selected),
        ):
            shortcut = QShortcut(keys, self.table, context=Qt.ShortcutContext.WidgetShortcut)
            shortcut.activated.connect(act)

    def show_choice(self) -> None:
        """Show what is chosen now; what is chosen later is shown by itself."""
        entry, version = self._choice.entry, self._choice.version
        if entry is None:
            if self._store.loaded:
                self.show_nothing()
            else:
                self.show_waiting()
            return
        self.header.show_entry(entry, online=self._context.engine() is not None)
        placed = self._choice.placed
        self.header.offer_version(version is not None or not entry.placed)
        self.show_entry(entry, charted=entry.group is not Group.UNTAGGED)
        self.table.show_entry(entry, placed.image if placed else None)
        self._offer_compare()
        self._details_due.start()
        self._show_ways_back()

    def _loaded(self) -> None:
        """A list was read; a page that shows something of it has done so already."""
        if self._choice.entry is None:
            self.show_choice()

    def _show_details(self) -> None:
        placed = self._choice.placed
        if placed is not None and placed.local is None:
            self.inspector.show_remote(placed)
        else:
            self.inspector.show_version(self._choice.entry, self._choice.version)
            self.inspector.show_drift(placed)
        self._chart_due.start()

    def _show_chart(self) -> None:
        entry = self._choice.entry
        if entry is None or entry.group is Group.UNTAGGED:
            return
        past = self._past.of(entry.name) if entry.group is Group.MODEL else ()
        remote = self._remote.of(entry, ask=self.isVisible())
        self._bars.make(entry, past, remote.versions)
        self.changes.look_at(entry, past, remote.versions)
        self.chart.set_note(remote.trouble)
        self._mark_bar()

    def _draw_bars(self, bars: list[SizeBar]) -> None:
        self.chart.set_bars(bars)
        self._mark_bar()

    def _mark_bar(self) -> None:
        placed = self._choice.placed
        self.chart.select(str(placed.image) if placed else None)

    def _show_ways_back(self) -> None:
        entry = self._choice.entry
        self.header.set_ways_back(self._ways_back(entry) if entry else [])

    def _ways_back(self, entry: Model) -> list[WayBack]:
        """Each deployment of the model with the nearest earlier version that is still here."""
        facts = self._releases.facts
        here = {version.key.image for version in entry.versions}
        ways = []
        for deployment in facts.deployments:
            earlier = facts.earlier.get(deployment.name, ())
            target = next((t for t in earlier if t.image in here), None)
            if deployment.model == entry.name and target is not None:
                changing = deployment.name in self._releases.changing
                ways.append(WayBack(deployment, target, changing))
        return ways

    def _choose(self, image: str) -> None:
        self._choice.choose_version(ImageId(image))

    def _choose_bar(self, image: str) -> None:
        """Of what only a registry has there is nothing to show, but there is something to do."""
        remote = self._only_there(ImageId(image))
        if remote is None:
            self._choose(image)
            return
        entry = self._choice.entry
        menu = self.acts.remote_menu(remote, entry.name) if entry is not None else None
        if menu is not None:
            menu.popup(QCursor.pos())

    def _only_there(self, image: ImageId) -> RemoteVersion | None:
        entry = self._choice.entry
        if entry is None or find_placed(entry, image) is not None:
            return None
        known = self._remote.of(entry, ask=False).versions
        return next((one for one in known if one.image == image), None)

    def _open_menu(self, place: QPoint) -> None:
        versions = self.table.selected_versions()
        if versions:
            self.acts.menu(versions).popup(place)
        else:
            self._open_remote_menu(place)

    def _open_remote_menu(self, place: QPoint) -> None:
        """Of a version that only a registry has."""
        entry, placed = self._choice.entry, self._choice.placed
        if entry is not None and placed is not None and placed.local is None:
            menu = self.acts.remote_menu(placed.remote[0], entry.name)
            if menu is not None:
                menu.popup(place)

    def _pull(self) -> None:
        entry, placed = self._choice.entry, self._choice.placed
        if entry is not None and placed is not None and placed.remote:
            self.acts.pull(placed.remote[0], entry.name)

    def _pull_theirs(self, drift: Drift) -> None:
        self.acts.pull_drifted(drift)

    def _push_mine(self, drift: Drift) -> None:
        self.acts.push(drift.local)

    def _open_version_menu(self, place: QPoint) -> None:
        if self._choice.version is not None:
            self.acts.menu([self._choice.version]).popup(place)
        else:
            self._open_remote_menu(place)

    def _build(self) -> None:
        entry = self._choice.entry
        model = entry.name if entry is not None and entry.group is Group.MODEL else None
        self._context.navigate(BuildLink(model=model))

    def _run(self) -> None:
        if self._choice.version is not None:
            self.acts.run(self._choice.version)

    def _push(self) -> None:
        if self._choice.version is not None:
            self.acts.push(self._choice.version)

    def _offer_compare(self) -> None:
        self.header.offer_compare(len(self.table.selected_keys()) == _TWO)

    def _compare(self) -> None:
        versions = self.table.selected_versions()
        if len(versions) == _TWO:
            self.acts.compare(*versions)

    def _go_back(self, way: WayBack) -> None:
        self._roll_back(way.deployment, way.target, self)

    def _clean_up(self) -> None:
        self._context.navigate(CleanupLink())

    def _remove_selected(self) -> None:
        versions = self.table.selected_versions()
        if not versions or self._context.engine() is None:
            return
        refusal = self.acts.removal_refusal(versions)
        if refusal:
            self._context.say(refusal, Tone.WARNING)
        else:
            self.acts.confirm_removal(versions)

    def _copy_selected(self) -> None:
        self.acts.copy_names(self.table.selected_versions())
