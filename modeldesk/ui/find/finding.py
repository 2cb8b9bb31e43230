"""Asks the index in worker threads, and keeps it in step with the library meanwhile."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import QObject, Signal

from modeldesk.core.errors import EngineError, ModelDeskError
from modeldesk.core.ids import NO_ENGINE, EngineId
from modeldesk.core.jobs import CancelToken, Job
from modeldesk.core.library.measures import is_measure
from modeldesk.core.library.model import LibrarySnapshot
from modeldesk.core.metadata.model import Section
from modeldesk.core.search.asked import asked_for
from modeldesk.core.search.gathering import Gathered
from modeldesk.core.search.model import Attribute, Entry, Names, Order
from modeldesk.core.search.service import Answer
from modeldesk.core.words import tr
from modeldesk.ui.context import Context
from modeldesk.ui.tasks.lanes import Lane
from modeldesk.ui.tasks.latest import Latest

_MOST_SHOWN = 200
"""Versions that are shown: whoever has more asks for fewer, or another order."""


class SearchSource(Protocol):
    """What is asked: `modeldesk.core.search.service.SearchService`."""

    def forget(self) -> None: ...

    def refresh(self, engine: EngineId, snapshot: LibrarySnapshot, token: CancelToken) -> None: ...

    def find(
        self, engine: EngineId, text: str, order: Order | None = None, most: int = 0
    ) -> Answer: ...

    def names(self, engine: EngineId) -> Names: ...


class GatherSource(Protocol):
    """Who asks registries: `modeldesk.core.search.gathering.Gatherer`."""

    def gather(self, snapshot: LibrarySnapshot, named: Collection[str], job: Job) -> Gathered: ...


@dataclass(frozen=True, slots=True)
class Result:
    """An answer, and what it is shown with."""

    text: str
    order: Order
    answer: Answer
    names: Names
    columns: tuple[Attribute, ...]
    """What was asked for; where that was nothing, what most versions are measured by."""

    @property
    def entries(self) -> tuple[Entry, ...]:
        return self.answer.found.entries


class Finding(QObject):
    """One per page. A newer question takes the place of an older one."""

    found = Signal(object)
    """A `Result`."""
    failed = Signal(object)
    """A `ModelDeskError`; `InvalidQuery` where the question is none."""
    gathered = Signal(object)
    """A `Gathered`: registries were asked."""
    gathering_changed = Signal()
    """`is_gathering` is not what it was."""

    def __init__(
        self,
        context: Context,
        search: Callable[[], SearchSource],
        gatherer: Callable[[], GatherSource],
        parent: QObject | None = None,
    ) -> None:
        """`search` and `gatherer` are called in worker threads."""
        super().__init__(parent)
        self._context = context
        self._search = search
        self._gatherer = gatherer
        self._asking = Latest(context.tasks, self)
        self._is_gathering = False
        self._names: tuple[EngineId, LibrarySnapshot, Names] | None = None

    def ask(self, text: str, order: Order) -> None:
        """`found` or `failed` tells the answer."""
        snapshot, engine = self._context.hub.snapshot, self._context.engine()

        def work(job: Job) -> Result:
            search = self._search()
            where = NO_ENGINE
            if engine is not None:
                try:
                    where = engine.identity().id
                except EngineError:
                    where = NO_ENGINE
            search.refresh(where, snapshot, job.token)
            answer = search.find(where, text, order, _MOST_SHOWN)
            names = self._known_names(search, where, snapshot)
            return Result(text, order, answer, names, _columns(answer, order, names))

        self._asking.submit(
            work, title=tr("Find versions"), on_result=self.found.emit, on_error=self.failed.emit
        )

    def forget(self) -> None:
        """What registries have, or was said of versions, may have changed."""
        self._names = None
        self._context.tasks.submit(
            lambda _: self._search().forget(),
            lane=Lane.INTERACTIVE,
            title="",
            owner=self,
            show_in_activity=False,
        )

    @property
    def is_gathering(self) -> bool:
        """Whether registries are being asked."""
        return self._is_gathering

    def gather(self) -> None:
        """Ask the registries that nobody named for what they have; `gathered` or `failed` tells
        the end."""
        if self._is_gathering:
            return
        self._is_gathering = True
        self.gathering_changed.emit()
        snapshot = self._context.hub.snapshot
        named = {one.host for one in self._context.settings.current.registries}

        def work(job: Job) -> Gathered:
            try:
                return self._gatherer().gather(snapshot, named, job)
            finally:
                self._search().forget()

        self._context.tasks.submit(
            work,
            lane=Lane.TRANSFER,
            title=tr("Ask registries for their versions"),
            owner=self,
            on_result=self._have_gathered,
            on_error=self._not_gathered,
            on_cancelled=self._end_gathering,
        )

    def _known_names(
        self, search: SearchSource, engine: EngineId, snapshot: LibrarySnapshot
    ) -> Names:
        kept = self._names
        if kept is None or kept[0] != engine or kept[1] is not snapshot:
            kept = self._names = (engine, snapshot, search.names(engine))
        return kept[2]

    def _have_gathered(self, done: Gathered) -> None:
        self._end_gathering()
        self.gathered.emit(done)

    def _not_gathered(self, error: ModelDeskError) -> None:
        self._end_gathering()
        self.failed.emit(error)

    def _end_gathering(self) -> None:
        self._is_gathering = False
        self._names = None
        self.gathering_changed.emit()


def _columns(answer: Answer, order: Order, names: Names) -> tuple[Attribute, ...]:
    asked = asked_for(answer.query, order)
    return asked or usual(names)


def usual(names: Names) -> tuple[Attribute, ...]:
    """The two measures that most versions have."""
    measures = [
        Attribute(section, name)
        for section, name in names.facts
        if section is Section.METRIC and is_measure(name)
    ]
    return tuple(measures[:2])
