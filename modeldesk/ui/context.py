"""What every page is given: work, looks, settings, and the news of the program.

Made once by the composition root and passed to constructors; there is no global.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from modeldesk.core.changes import Changes
from modeldesk.core.engine.model import Connection, ConnectionState
from modeldesk.core.errors import EngineUnavailable, ModelDeskError
from modeldesk.core.settings import Settings
from modeldesk.core.settings_file import SettingsFile, merged
from modeldesk.core.words import tr
from modeldesk.paths import Paths
from modeldesk.ui.links import Link, PageKey
from modeldesk.ui.making import Making
from modeldesk.ui.tasks.lanes import Lane
from modeldesk.ui.tasks.runner import TaskRunner
from modeldesk.ui.theme.icons import Icon
from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.theme.tokens import Tone

if TYPE_CHECKING:
    # They bring every room of the core with them, and the first paint needs none.
    from modeldesk.core.library.model import LibrarySnapshot
    from modeldesk.core.ports import ImageEngine


@dataclass(frozen=True, slots=True)
class Saying:
    """A short message at the window's lower edge, gone by itself. `action` names a link in it
    that calls `on_action`."""

    text: str
    tone: Tone = Tone.NEUTRAL
    action: str = ""
    on_action: Callable[[], None] | None = None
    link: Link | None = None
    """Where it leads: it is so important that the desktop tells it too, when the window is not in
    front."""


class Hub(QObject):
    """The program's news, each kind as one signal with one type. UI thread only: news from
    another thread comes through `TaskRunner.post` or `TaskRunner.feed`."""

    changed = Signal(object, object)
    """(`Changes`, initiator): read those ids again. The initiator is the object that did it and
    may know already; None for the engine's own events."""
    connection_changed = Signal(object)
    """The new `Connection`."""
    snapshot_changed = Signal(object)
    """The new `LibrarySnapshot`."""
    link_followed = Signal(object)
    """A `Link` the window goes to."""
    said = Signal(object)
    """A `Saying` the window shows."""
    refresh_asked = Signal()
    """F5: read everything again."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._connection = Connection(ConnectionState.SEARCHING)
        self._snapshot: LibrarySnapshot | None = None

    @property
    def connection(self) -> Connection:
        """The connection as last published."""
        return self._connection

    @property
    def snapshot(self) -> "LibrarySnapshot":
        """The library as last published."""
        if self._snapshot is None:
            from modeldesk.core.library.model import LibrarySnapshot

            self._snapshot = LibrarySnapshot()
        return self._snapshot

    def publish_connection(self, connection: Connection) -> None:
        """Keep and tell where the engine stands."""
        self._connection = connection
        self.connection_changed.emit(connection)

    def publish_snapshot(self, snapshot: "LibrarySnapshot") -> None:
        """Keep and tell what the library holds."""
        self._snapshot = snapshot
        self.snapshot_changed.emit(snapshot)

    def publish_changes(self, changes: Changes, initiator: QObject | None = None) -> None:
        """Tell what a write or an event has changed; nothing is told of no change."""
        if changes:
            self.changed.emit(changes, initiator)


class SettingsStore(QObject):
    """The settings in use. A change takes hold at once and is saved in the background, beside what
    another program of ours changed meanwhile."""

    changed = Signal(object)
    """The new `Settings`."""
    save_failed = Signal(object)
    """The `ModelDeskError`; what was chosen stays in use until the program ends, and is tried
    again with the next change."""

    def __init__(
        self,
        tasks: TaskRunner,
        file: SettingsFile,
        settings: Settings,
        parent: QObject | None = None,
    ) -> None:
        """`settings` are those of the file."""
        super().__init__(parent)
        self._tasks = tasks
        self._file = file
        self._current = settings
        self._kept = settings
        """What the file has once all that was begun is done, as far as is known."""
        self._saving = 0

    @property
    def current(self) -> Settings:
        """What holds now."""
        return self._current

    def change(self, settings: Settings) -> None:
        """Use and save `settings` (made with `dataclasses.replace` from `current`)."""
        if settings == self._current:
            return
        before, self._kept, self._current = self._kept, settings, settings
        self._saving += 1
        self.changed.emit(settings)

        def failed(error: ModelDeskError) -> None:
            self._saving -= 1
            self._kept = merged(settings, before, self._kept)
            self.save_failed.emit(error)

        def saved(found: Settings) -> None:
            self._saving -= 1
            self._take(found)

        self._tasks.submit(
            lambda _: self._file.change(before, settings),
            lane=Lane.STORAGE,
            title=tr("Save settings"),
            owner=self,
            on_result=saved,
            on_error=failed,
            show_in_activity=False,
        )

    def read_again(self) -> None:
        """Use what another program of ours has changed, if it has."""
        self._tasks.submit(
            lambda _: self._file.read_changed(),
            lane=Lane.STORAGE,
            title=tr("Read the settings"),
            owner=self,
            on_result=lambda found: self._take(found) if found is not None else None,
            show_in_activity=False,
        )

    def _take(self, found: Settings) -> None:
        """Use what the file has, with what could not be saved. While more is on its way there,
        that will tell."""
        if self._saving:
            return
        settings = merged(self._kept, self._current, found)
        self._kept = found
        if settings != self._current:
            self._current = settings
            self.changed.emit(settings)


class EngineControl(Protocol):
    """What pages may ask of the engine's watch. Neither call waits."""

    def retry(self) -> None:
        """Look for an engine now."""
        ...

    def use(self, address: str) -> None:
        """Let go of the engine in use and connect to `address` (empty: find one)."""
        ...


@dataclass(frozen=True, slots=True)
class Context:
    """What a page gets beside the services it needs."""

    tasks: TaskRunner
    theme: Theme
    settings: SettingsStore
    hub: Hub
    paths: Paths
    engine: "Callable[[], ImageEngine | None]"
    """The engine in use, or None; ask each time, it comes and goes."""
    engine_control: EngineControl

    @property
    def engine_host(self) -> str:
        """The machine the engine is on, where that is another than this one; else empty."""
        engine = self.hub.connection.engine
        return engine.host if engine else ""

    def require_engine(self) -> "ImageEngine":
        """The engine in use. Raises `EngineUnavailable`; for work that needs one to begin."""
        engine = self.engine()
        if engine is None:
            raise EngineUnavailable(
                tr("No engine answers."), tr("Start it; the window connects by itself.")
            )
        return engine

    def navigate(self, link: Link) -> None:
        """Go to a page and select something there."""
        self.hub.link_followed.emit(link)

    def say(
        self,
        text: str,
        tone: Tone = Tone.NEUTRAL,
        action: str = "",
        on_action: Callable[[], None] | None = None,
        link: Link | None = None,
    ) -> None:
        """Show a short message at the window's lower edge; with `link` also by the desktop, when
        the window is not in front."""
        self.hub.said.emit(Saying(text, tone, action, on_action, link))


class Page(Protocol):
    """A page of the main window. Made when it is first gone to, or before, then kept."""

    def widget(self) -> QWidget:
        """What is shown; always the same widget."""
        ...

    def shown(self) -> None:
        """Called each time the page comes into view."""
        ...

    def activate(self, link: Link) -> None:
        """Select what the link names. It may not be known yet: remember it until it is."""
        ...


@dataclass(frozen=True, slots=True)
class PageEntry:
    """A page as the window knows it before it is made."""

    key: PageKey
    title: str
    icon: Icon
    make: Callable[[], Making[Page]]
    """Called once, on the first visit or some time before. Import the page's module inside
    it."""
    needs_engine: bool = False
    """While no engine was ever found, the window shows what was tried in the page's place."""
    shows_registries: bool = False
    """Then it is shown all the same, as soon as a registry is known to have something."""
    beside_models: bool = False
    """Show the window's side panel (the models) to the left of the page."""
    under: PageKey | None = None
    """The page in whose place of the rail it stands; None for one with a place of its own."""
