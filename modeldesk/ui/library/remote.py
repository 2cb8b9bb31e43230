"""The versions that registries have of the model a person looks at. Of registries that were named,
which are looked through as a whole, what is kept is read; another is asked for the model, and no
more often than helps."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from time import monotonic
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject, QTimer, Signal

from modeldesk.core.errors import ModelDeskError
from modeldesk.core.ids import ModelName
from modeldesk.core.jobs import CancelToken, Job
from modeldesk.core.library.model import Model
from modeldesk.core.library.remote_model import RemoteVersion
from modeldesk.core.library.remote_versions import RemoteAnswer, remote_repositories
from modeldesk.core.references import Reference
from modeldesk.core.words import trn
from modeldesk.ui.context import Context
from modeldesk.ui.tasks.lanes import Lane, serial

if TYPE_CHECKING:
    from modeldesk.ui.tasks.handle import TaskHandle

_LANE = serial("versions in registries")
_SETTLED_MS = 400
"""Whoever goes through the models with the arrow keys wants to know of the last alone."""
_ASK_AGAIN_S = 300.0


class RemoteSource(Protocol):
    """What the store drives: `modeldesk.core.library.remote_versions.RemoteHistory`."""

    def kept(self, repositories: Iterable[str]) -> tuple[RemoteVersion, ...]: ...

    def ask(self, repositories: Iterable[str], token: CancelToken) -> RemoteAnswer: ...


@dataclass(frozen=True, slots=True)
class Remote:
    """What is known of a model's versions in registries."""

    versions: tuple[RemoteVersion, ...] = ()
    trouble: str = ""
    """Why that is not all, in a line; empty when it is."""


class RemotePast(QObject):
    """One per program. What was known last is told at once; then a registry that nobody named is
    asked, if it was not in the last minutes. Another model ends what is asked for the one
    before."""

    changed = Signal(object)
    """More is known of the model of that name."""

    def __init__(
        self, context: Context, source: Callable[[], RemoteSource], parent: QObject | None = None
    ) -> None:
        """`source` is called in worker threads."""
        super().__init__(parent)
        self._context = context
        self._source = source
        self._known: dict[ModelName, Remote] = {}
        self._asked: dict[tuple[str, ...], float] = {}
        self._model = ModelName("")
        self._repositories: tuple[str, ...] = ()
        self._asking: TaskHandle[RemoteAnswer] | None = None
        self._due = QTimer(self, singleShot=True, interval=_SETTLED_MS)
        self._due.timeout.connect(self._ask)
        context.hub.refresh_asked.connect(self.ask_again)

    def of(self, model: Model, *, ask: bool) -> Remote:
        """What is known by now of a model. With `ask`, it is looked at: `changed` tells when more
        is known."""
        repositories = remote_repositories(model)
        if ask:
            self._look(model, repositories)
        return self._known.get(model.name, Remote()) if repositories else Remote()

    def _look(self, model: Model, repositories: tuple[str, ...]) -> None:
        if (model.name, repositories) != (self._model, self._repositories):
            self._leave()
            self._model, self._repositories = model.name, repositories
            if repositories:
                if model.name not in self._known:
                    self._read_kept()
                if self._unnamed(repositories):
                    self._due.start()
        elif self._unnamed(repositories) and self._asking is None and not self._due.isActive():
            # A window that is left open for days is looked at again one day.
            self._due.start()

    def ask_again(self) -> None:
        """Ask for the model that is looked at, however short a time ago that was done."""
        if not self._unnamed(self._repositories) or self._asking is not None:
            return
        self._asked.pop(self._repositories, None)
        known = self._known.get(self._model, Remote())
        self._tell(self._model, replace(known, trouble=""))
        self._due.stop()
        self._ask()

    def reread(self) -> None:
        """The records have something else by now: read again what is shown."""
        # The others, when they are looked at.
        self._known = {name: one for name, one in self._known.items() if name == self._model}
        if self._repositories and self._asking is None:
            self._read_kept()

    def _leave(self) -> None:
        self._due.stop()
        if self._asking is not None:
            self._asking.abandon()
            self._asking = None

    def _read_kept(self) -> None:
        model, repositories = self._model, self._repositories

        def have(found: tuple[RemoteVersion, ...]) -> None:
            known = self._known.get(model, Remote())
            if self._asking is None and _in_order(found) != _in_order(known.versions):
                self._tell(model, replace(known, versions=found))

        self._context.tasks.submit(
            lambda _job: self._source().kept(repositories),
            lane=Lane.STORAGE,
            title="",
            owner=self,
            on_result=have,
            # Whatever needs the records says so itself.
            on_error=lambda _error: None,
            show_in_activity=False,
        )

    def _ask(self) -> None:
        model, repositories = self._model, self._repositories
        unnamed = self._unnamed(repositories)
        named = [one for one in repositories if one not in unnamed]
        last = self._asked.get(repositories)
        if self._asking is not None or (last is not None and monotonic() - last < _ASK_AGAIN_S):
            return

        def ask(job: Job) -> RemoteAnswer:
            answer = self._source().ask(unnamed, job.token)
            kept = self._source().kept(named) if named else ()
            return replace(answer, versions=(*kept, *answer.versions))

        def have(answer: RemoteAnswer) -> None:
            self._asking = None
            self._asked[repositories] = monotonic()
            self._tell(model, Remote(answer.versions, _trouble(answer)))

        def failed(error: ModelDeskError) -> None:
            self._asking = None
            self._asked[repositories] = monotonic()
            versions = self._known.get(model, Remote()).versions
            self._tell(model, Remote(versions, error.message))

        self._asking = self._context.tasks.submit(
            ask,
            lane=_LANE,
            title="",
            owner=self,
            on_result=have,
            on_error=failed,
            show_in_activity=False,
        )

    def _unnamed(self, repositories: Iterable[str]) -> tuple[str, ...]:
        """Those in registries that nobody named."""
        hosts = {one.host for one in self._context.settings.current.registries}
        return tuple(one for one in repositories if Reference.parse(one).registry not in hosts)

    def _tell(self, model: ModelName, remote: Remote) -> None:
        before = self._known.get(model, Remote())
        self._known[model] = remote
        if remote != before:
            self.changed.emit(model)


def _in_order(versions: Iterable[RemoteVersion]) -> list[RemoteVersion]:
    return sorted(versions, key=lambda one: (one.repository, one.tag))


def _trouble(answer: RemoteAnswer) -> str:
    """One line, however much went wrong."""
    said = [error.message for error in answer.errors]
    if answer.unreadable:
        said.append(
            trn(
                "{count} version in the registry can't be read.",
                "{count} versions in the registry can't be read.",
                answer.unreadable,
            )
        )
    return " ".join(said)
