"""What is shown of a registry of one's own, and what is done with it, as tasks."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from PySide6.QtCore import QObject, QTimer, Signal

from modeldesk.core.changes import Changes
from modeldesk.core.engine.model import Connection, ConnectionState
from modeldesk.core.errors import ModelDeskError
from modeldesk.core.jobs import Job
from modeldesk.core.own_registry.model import OwnRegistry
from modeldesk.core.own_registry.words import collected_text
from modeldesk.core.references import Reference
from modeldesk.core.registry.known import KnownRegistry, with_registry, without_registry
from modeldesk.core.words import tr
from modeldesk.ui.context import Context
from modeldesk.ui.links import ActivityLink, SettingsLink, SettingsSection
from modeldesk.ui.tasks.lanes import serial
from modeldesk.ui.tasks.latest import Latest
from modeldesk.ui.theme.tokens import Tone

if TYPE_CHECKING:
    from modeldesk.core.own_registry.collecting import Collected
    from modeldesk.core.own_registry.service import OwnRegistries, Removed, WhatGoes
    from modeldesk.core.own_registry.starting import Started
    from modeldesk.ui.tasks.handle import TaskHandle

T = TypeVar("T")
_LANE = serial("own registry")
_SETTLES_MS = 300
"""An engine tells of a container several times while it starts or ends."""


class OwnStore(QObject):
    """The registry of one's own on the engine in use. It is looked at again with every change of
    the engine's containers, once somebody wanted to know it."""

    changed = Signal()

    def __init__(
        self,
        context: Context,
        service: "Callable[[], OwnRegistries]",
        parent: QObject | None = None,
    ) -> None:
        """`service` is called in worker threads."""
        super().__init__(parent)
        self._context = context
        self._service = service
        self._wanted = False
        self.own: OwnRegistry | None = None
        self.known = False
        """Whether it was looked for on this engine."""
        self.busy: TaskHandle[Any] | None = None
        """What is being done with it from here."""
        self._latest = Latest(context.tasks, self)
        self._due = QTimer(self, singleShot=True, interval=_SETTLES_MS)
        self._due.timeout.connect(self.look)
        context.hub.changed.connect(self._engine_changed)
        context.hub.connection_changed.connect(self._connection_changed)

    @property
    def refusal(self) -> str:
        """Why none can be started on the engine in use; empty where one can."""
        if self._context.hub.connection.state is not ConnectionState.CONNECTED:
            return tr("No engine answers.")
        host = self._context.engine_host
        if host:
            return tr("The engine is on {host}: a registry there would be of use on that machine "
                      "alone.", host=host)  # fmt: skip
        return ""

    def look(self) -> None:
        """Find out how it stands."""
        self._wanted = True
        if self.refusal:
            self._found(None, known=False)
            return
        known = self._registries
        self._latest.submit(
            lambda job: self._service().find(self._context.require_engine(), known, job.token),
            title=tr("Your own registry"),
            on_result=lambda own: self._found(own, known=True),
            # It is looked for again with the next change.
            on_error=lambda _: self._found(None, known=False),
        )

    def start(self) -> None:
        """Make it, start it again, or put it right."""
        image = self._context.settings.current.registry_image
        known = self._registries

        def work(job: Job) -> "Started":
            wanted = Reference.parse(image)
            return self._service().start(self._context.require_engine(), wanted, known, job)

        def done(started: "Started") -> None:
            self._save(with_registry(self._registries, started.known))
            self._ended(started.changes)
            self._context.say(
                tr("Your own registry answers at {host}.", host=started.host), Tone.GOOD
            )

        self._do(work, tr("Start your own registry"), done)

    def stop(self) -> None:
        """Stop it, until it is started."""
        known = self._registries
        self._do(
            lambda job: self._service().stop(self._context.require_engine(), known, job),
            tr("Stop your own registry"),
            self._ended,
        )

    def collect(self) -> None:
        """Free the room of what nothing in it names any more."""
        known = self._registries

        def done(found: "Collected") -> None:
            self._ended(Changes())
            self._context.say(collected_text(found), Tone.GOOD)

        self._do(
            lambda job: self._service().collect(self._context.require_engine(), known, job),
            tr("Collect the garbage of your own registry"),
            done,
        )

    def remove(self, *, data: bool) -> None:
        """Remove it; with `data` what is in it too."""
        known = self._registries

        def work(job: Job) -> "Removed":
            return self._service().remove(self._context.require_engine(), known, job, data=data)

        def done(removed: "Removed") -> None:
            self._save(without_registry(self._registries, removed.host))
            self._ended(removed.changes)
            self._context.say(
                tr("Your own registry is removed, with what was in it.")
                if data
                else tr("Your own registry is removed; what was in it is kept.")
            )
            if removed.problem is not None:
                self._context.say(str(removed.problem), Tone.BAD)

        self._do(work, tr("Remove your own registry"), done)

    def what_goes(
        self,
        owner: QObject,
        on_result: "Callable[[WhatGoes], None]",
        on_error: Callable[[ModelDeskError], None],
    ) -> "TaskHandle[WhatGoes]":
        """What a removal would take away."""
        known = self._registries
        return self._context.tasks.submit(
            lambda job: self._service().what_goes(self._context.require_engine(), known, job),
            lane=_LANE,
            title=tr("What is in your own registry"),
            owner=owner,
            on_result=on_result,
            on_error=on_error,
            show_in_activity=False,
        )

    def _do(self, work: Callable[[Job], T], title: str, on_result: Callable[[T], None]) -> None:
        if self.busy is not None:
            return

        def done(result: T) -> None:
            self.busy = None
            on_result(result)

        def failed(error: ModelDeskError) -> None:
            self._ended(Changes())
            said = " ".join(filter(None, (error.message, error.hint)))
            link = ActivityLink(handle.id)
            self._context.say(
                said, Tone.BAD, tr("Show details"), lambda: self._context.navigate(link)
            )

        handle = self.busy = self._context.tasks.submit(
            work,
            lane=_LANE,
            title=title,
            owner=self,
            on_result=done,
            on_error=failed,
            on_cancelled=lambda: self._ended(Changes()),
            told=True,
            link=SettingsLink(SettingsSection.REGISTRIES),
        )
        self.changed.emit()

    def _ended(self, changes: Changes) -> None:
        self.busy = None
        self._context.hub.publish_changes(changes, self)
        self.changed.emit()
        self.look()

    def _found(self, own: OwnRegistry | None, *, known: bool) -> None:
        self.own, self.known = own, known
        self.changed.emit()

    def _engine_changed(self, changes: Changes, initiator: object) -> None:
        if self._wanted and initiator is not self and changes.touches_containers:
            self._due.start()

    def _connection_changed(self, _: Connection) -> None:
        self._found(None, known=False)
        if self._wanted:
            self._due.start()

    @property
    def _registries(self) -> tuple[KnownRegistry, ...]:
        return self._context.settings.current.registries

    def _save(self, registries: tuple[KnownRegistry, ...]) -> None:
        settings = self._context.settings
        settings.change(replace(settings.current, registries=registries))
