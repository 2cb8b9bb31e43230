"""Keeps what registries have in step with them: asks each in the background, and tells how fresh
what is known of it is."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject, QTimer, Signal

from modeldesk.core.changes import Changes
from modeldesk.core.engine.model import Connection, ConnectionState
from modeldesk.core.errors import ModelDeskError
from modeldesk.core.jobs import Job, Progress
from modeldesk.core.library.browsing import Looked
from modeldesk.core.library.catalog import RemoteCatalog
from modeldesk.core.library.remote_versions import remote_repositories
from modeldesk.core.registry.known import KnownRegistry
from modeldesk.core.settings import Settings
from modeldesk.core.words import tr
from modeldesk.ui import presentation
from modeldesk.ui.context import Context
from modeldesk.ui.library.store import LibraryStore
from modeldesk.ui.registry.states import RegistryState, RegistryStates
from modeldesk.ui.tasks.lanes import Lane
from modeldesk.ui.theme.tokens import Tone

if TYPE_CHECKING:
    from modeldesk.ui.tasks.handle import TaskHandle

_LOOK_MS = 60_000
"""How often it is seen whether a registry is to be asked again unasked."""
_OLD = timedelta(minutes=10)
_REREAD_MS = 300
"""What several registries and models have to tell is joined with the list at once."""


class BrowsingSource(Protocol):
    """What the store drives: `modeldesk.core.library.browsing.Browsing`."""

    def catalog(self, registries: Collection[KnownRegistry]) -> RemoteCatalog: ...

    def browse(self, known: KnownRegistry, also: Collection[str], job: Job) -> Looked: ...


class RegistryCatalog(RegistryStates):
    """One per program. The list stands from what was kept; then every registry is asked at its
    own pace, again when what is known of it has become old, and when somebody wants it; never
    twice at a time. One that is away is said once."""

    details_asked = Signal()
    """Somebody wants to see all registries."""

    def __init__(
        self,
        context: Context,
        store: LibraryStore,
        source: Callable[[], BrowsingSource],
        parent: QObject | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`source` is called in worker threads."""
        super().__init__(parent)
        self._context = context
        self._store = store
        self._source = source
        self._now = now
        self._known: tuple[KnownRegistry, ...] = ()
        self._states: dict[str, RegistryState] = {}
        self._handles: dict[str, TaskHandle[Looked]] = {}
        self._began: dict[str, float] = {}
        self._due = QTimer(self, singleShot=True, interval=_REREAD_MS)
        self._due.timeout.connect(self._join)
        self._begun = False
        self._clock = QTimer(self, interval=_LOOK_MS)
        self._clock.timeout.connect(lambda: self.refresh_old(_OLD))
        store.loaded_changed.connect(self._begin)
        context.hub.connection_changed.connect(self._begin_without)
        context.hub.changed.connect(self._note)
        context.settings.changed.connect(self._follow)
        context.hub.refresh_asked.connect(self.refresh_all)
        if store.loaded:
            self._begin()
        self._begin_without(context.hub.connection)

    def states(self) -> tuple[RegistryState, ...]:
        return tuple(self._states[one.host] for one in self._known)

    def refresh_all(self) -> None:
        for one in self._known:
            self.refresh(one.host)

    def refresh_old(self, old: timedelta) -> None:
        now = self._now()
        for one in self.states() if self._begun else ():
            if one.is_due(now, old):
                self.refresh(one.known.host, shown=False)

    def refresh(self, host: str, *, shown: bool = True) -> None:
        """Ask one; nothing happens while it is being asked. `shown` says that somebody waits for
        it, who finds it in Activity."""
        state = self._states.get(host)
        # One that is forgotten and named again may still be on its way out.
        if state is None or state.asking or host in self._handles:
            return
        known = state.known
        models = self._context.hub.snapshot.models
        also = [name for model in models for name in remote_repositories(model)]
        self._set(replace(state, asking=True, progress=None))
        self._began[host] = monotonic()
        self._handles[host] = self._context.tasks.submit(
            lambda job: self._source().browse(known, also, job),
            lane=Lane.REGISTRIES,
            title=tr("Look through {registry}", registry=presentation.printable(known.title)),
            owner=self,
            on_result=lambda looked: self._looked(host, looked),
            on_error=lambda error: self._failed(host, error),
            on_cancelled=lambda: self._ended(host),
            on_progress=lambda progress: self._progressed(host, progress),
            show_in_activity=shown,
            told=True,
        )

    def cancel(self, host: str) -> None:
        """Ask no more; what was read until now stays."""
        handle = self._handles.get(host)
        if handle is not None:
            handle.cancel()

    def cancel_all(self) -> None:
        for host in list(self._handles):
            self.cancel(host)

    def reread(self) -> None:
        """The records have something else by now: join it with the list."""
        self._due.start()

    def _begin_without(self, connection: Connection) -> None:
        """No engine is there to list anything: what registries have is all there is."""
        if connection.state is ConnectionState.NONE and not self._begun:
            self._begin()

    def _note(self, changes: Changes, _initiator: object) -> None:
        """What was said of a version: the list hears of it with the engine's news, else here."""
        if changes.touches_images and self._context.engine() is None:
            self.reread()

    def _begin(self) -> None:
        """The list of what is here stands."""
        self._begun = True
        self._clock.start()
        self._take(self._context.settings.current.registries)
        self._join()
        for one in self._known:
            self.refresh(one.host, shown=False)

    def _follow(self, settings: Settings) -> None:
        if not self._begun or settings.registries == self._known:
            return
        before = {one.host: one for one in self._known}
        self._take(settings.registries)
        self.reread()
        for one in self._known:
            was = before.get(one.host)
            # Another name is no other registry; who is signed in may see more.
            if was is None or replace(was, name="") != replace(one, name=""):
                self.refresh(one.host, shown=False)

    def _take(self, registries: Sequence[KnownRegistry]) -> None:
        self._known = tuple(registries)
        hosts = {one.host for one in registries}
        for host in self._states.keys() - hosts:
            self.cancel(host)
        self._states = {
            one.host: replace(self._states.get(one.host, RegistryState(one)), known=one)
            for one in registries
        }
        self.changed.emit()

    def _join(self) -> None:
        known, source = self._known, self._source
        self._store.join(lambda: source().catalog(known), self._joined)

    def _joined(self, catalog: RemoteCatalog) -> None:
        for host, state in self._states.items():
            self._states[host] = replace(state, look=catalog.look(host))
        self.joined.emit()
        self.changed.emit()

    def _progressed(self, host: str, progress: Progress) -> None:
        state = self._states.get(host)
        if state is not None and state.asking:
            self._set(replace(state, progress=progress))

    def _looked(self, host: str, looked: Looked) -> None:
        self._ended(host, looked=looked)

    def _failed(self, host: str, error: ModelDeskError) -> None:
        state = self._states.get(host)
        told = state is not None and state.trouble is not None
        self._ended(host, trouble=error)
        if not told:
            said = " ".join(filter(None, (error.message, error.hint)))
            self._context.say(said, Tone.WARNING, tr("Registries…"), self.details_asked.emit)

    def _ended(
        self, host: str, looked: Looked | None = None, trouble: ModelDeskError | None = None
    ) -> None:
        self._handles.pop(host, None)
        # Also of what failed: what was read until then is kept.
        self.reread()
        state = self._states.get(host)
        if state is None:
            return
        took = timedelta(seconds=monotonic() - self._began.get(host, monotonic()))
        ended = replace(state, asking=False, progress=None, tried=self._now(), took=took)
        if looked is not None:
            ended = replace(ended, looked=looked, look=looked.look, trouble=None)
        elif trouble is not None:
            ended = replace(ended, trouble=trouble)
        self._set(ended)

    def _set(self, state: RegistryState) -> None:
        self._states[state.known.host] = state
        self.changed.emit()
