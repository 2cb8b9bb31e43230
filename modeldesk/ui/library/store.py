"""Keeps the library in step with the engine: asks off the UI thread, tells through the hub."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject, QTimer, Signal

from modeldesk.core.changes import Changes
from modeldesk.core.engine.model import Connection, ConnectionState
from modeldesk.core.errors import EngineUnavailable, ModelDeskError
from modeldesk.core.jobs import Job
from modeldesk.core.library.catalog import RemoteCatalog
from modeldesk.core.library.model import LibrarySnapshot
from modeldesk.core.ports import ImageEngine
from modeldesk.core.words import tr
from modeldesk.ui.context import Context
from modeldesk.ui.tasks.lanes import Lane, serial
from modeldesk.ui.theme.tokens import Tone

if TYPE_CHECKING:
    from modeldesk.ui.tasks.handle import TaskHandle

_LANE = serial("library")
_KINDS = serial("kinds of layers")
_CATALOG = serial("catalog of registries")
_PAINT_FIRST_MS = 100


class LibrarySource(Protocol):
    """What the store drives: `modeldesk.core.library.service.Library`."""

    @property
    def snapshot(self) -> LibrarySnapshot: ...

    def reload(self, engine: ImageEngine) -> LibrarySnapshot: ...

    def apply(self, engine: ImageEngine, changes: Changes) -> LibrarySnapshot: ...

    def learn_kinds(self) -> LibrarySnapshot: ...

    def use_catalog(self, catalog: RemoteCatalog) -> LibrarySnapshot: ...

    def fill_details(
        self, engine: ImageEngine, job: Job, on_snapshot: Callable[[LibrarySnapshot], None]
    ) -> LibrarySnapshot: ...


class LibraryStore(QObject):
    """One per program. A connection makes it list everything; changes make it read what they
    name, those that come meanwhile together as one; then the layers of images not seen before
    are read in the background, and what is known of their content. While the engine is away the
    last snapshot stays."""

    loaded_changed = Signal()
    """`loaded` is not what it was."""

    def __init__(
        self, context: Context, library: LibrarySource, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._context = context
        self._library = library
        self._loaded = False
        self._pending = Changes()
        self._reading: TaskHandle[bool] | None = None
        self._filling: TaskHandle[LibrarySnapshot] | None = None
        self._fill_again = False
        self._kinds_due = False
        # Reading layers takes the interpreter's lock: the list is painted first.
        self._fill_due = QTimer(self, singleShot=True, interval=_PAINT_FIRST_MS)
        self._fill_due.timeout.connect(self._learn_kinds)
        self._fill_due.timeout.connect(self._fill)
        self._newer = context.tasks.feed(self, self._take_newer, limit=1)
        hub = context.hub
        hub.connection_changed.connect(self._follow)
        hub.changed.connect(self._note)
        hub.refresh_asked.connect(self.reload)
        self._follow(hub.connection)

    @property
    def loaded(self) -> bool:
        """Whether a list has been read yet; until then there is nothing to call empty."""
        return self._loaded

    def reload(self) -> None:
        """Read everything again."""
        self._note(Changes.everything(), None)

    def join(
        self, read: Callable[[], RemoteCatalog], on_joined: Callable[[RemoteCatalog], None]
    ) -> None:
        """Join what registries have, as `read` tells it in a worker thread, with what is here.
        Where it can't be read, all stays as it is: whatever needs the records says so itself."""

        def work(_job: Job) -> RemoteCatalog:
            catalog = read()
            self._library.use_catalog(catalog)
            return catalog

        def have(catalog: RemoteCatalog) -> None:
            on_joined(catalog)
            self._publish()

        self._context.tasks.submit(
            work,
            lane=_CATALOG,
            title="",
            owner=self,
            on_result=have,
            on_error=lambda _error: None,
            show_in_activity=False,
        )

    def _follow(self, connection: Connection) -> None:
        if connection.state is ConnectionState.CONNECTED:
            self.reload()
        elif self._filling is not None:
            self._filling.cancel()

    def _note(self, changes: Changes, _initiator: object) -> None:
        if changes.touches_images or changes.touches_containers or changes.layers:
            self._pending |= changes
            self._read()

    def _read(self) -> None:
        engine = self._context.engine()
        if engine is None or self._reading is not None or not self._pending:
            return
        changes, self._pending = self._pending, Changes()
        self._kinds_due |= changes.every_image
        self._reading = self._context.tasks.submit(
            lambda _job: self._ask(engine, changes),
            lane=_LANE,
            title=tr("Read the list of images"),
            owner=self,
            on_result=self._have_read,
            on_error=self._failed,
            on_cancelled=self._stopped,
            show_in_activity=False,
        )

    def _ask(self, engine: ImageEngine, changes: Changes) -> bool:
        """In a worker thread: whether the library is another than before."""
        before = self._library.snapshot
        if changes.every_image and changes.every_container:
            return self._library.reload(engine) != before
        return self._library.apply(engine, changes) != before

    def _have_read(self, altered: bool) -> None:
        self._reading = None
        first = not self._loaded
        self._loaded = True
        if altered or first:
            self._publish()
        if first:
            self.loaded_changed.emit()
        self._fill_due.start()
        self._read()

    def _failed(self, error: ModelDeskError) -> None:
        self._reading = None
        if isinstance(error, EngineUnavailable):
            # The connection says so itself, and everything is read again when it is back.
            return
        self._context.say(error.message, Tone.BAD, tr("Try again"), self.reload)

    def _stopped(self) -> None:
        self._reading = None

    def _learn_kinds(self) -> None:
        """After everything was listed: another program may have looked into images too."""
        if not self._kinds_due:
            return
        self._kinds_due = False
        self._context.tasks.submit(
            lambda _job: self._library.learn_kinds(),
            lane=_KINDS,
            title="",
            owner=self,
            on_result=lambda _snapshot: self._publish(),
            show_in_activity=False,
        )

    def _fill(self) -> None:
        """Read the layers that are missing, unless that is under way; then once more after."""
        engine = self._context.engine()
        if engine is None or not self._library.snapshot.missing_details:
            return
        if self._filling is not None:
            self._fill_again = True
            return
        self._filling = self._context.tasks.submit(
            lambda job: self._library.fill_details(engine, job, self._newer),
            lane=Lane.ANALYSIS,
            title=tr("Read the layers of new images"),
            owner=self,
            on_result=self._filled,
            on_error=self._not_filled,
            on_cancelled=self._end_filling,
            show_in_activity=False,
        )

    def _filled(self, _snapshot: LibrarySnapshot) -> None:
        self._publish()
        self._end_filling()

    def _not_filled(self, error: ModelDeskError) -> None:
        self._end_filling()
        if not isinstance(error, EngineUnavailable):
            self._context.say(error.message, Tone.BAD, tr("Try again"), self._fill)

    def _end_filling(self) -> None:
        self._filling = None
        if self._fill_again:
            self._fill_again = False
            self._fill()

    def _take_newer(self, _snapshots: list[LibrarySnapshot]) -> None:
        self._publish()

    def _publish(self) -> None:
        """Tell the newest: a late answer never takes its place."""
        newest = self._library.snapshot
        if newest is not self._context.hub.snapshot:
            self._context.hub.publish_snapshot(newest)
