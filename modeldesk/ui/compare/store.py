"""The two images that are compared, and how far it is with them."""

from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from modeldesk.core.changes import Changes
from modeldesk.core.compare.compare import Named, compare
from modeldesk.core.compare.model import Comparison
from modeldesk.core.compare.names import names_of
from modeldesk.core.contents.model import ImageContents, Place
from modeldesk.core.errors import ModelDeskError
from modeldesk.core.jobs import CancelToken, Job, Progress
from modeldesk.core.words import tr
from modeldesk.ui.compare.picks import Pick, base_layers, pick_text, place_of
from modeldesk.ui.context import Context
from modeldesk.ui.inspector.contents_source import ContentsSource
from modeldesk.ui.links import CompareLink
from modeldesk.ui.tasks.lanes import Lane
from modeldesk.ui.tasks.latest import Latest

if TYPE_CHECKING:
    from modeldesk.ui.tasks.handle import TaskHandle


class State(Enum):
    """How far it is."""

    CHOOSING = "choosing"
    """One image or both are still to be chosen."""
    LOOKING = "looking"
    """For what is known of them: a moment."""
    READING = "reading"
    READY = "ready"
    FAILED = "failed"
    STOPPED = "stopped"
    """A person cancelled it."""


@dataclass(frozen=True, slots=True)
class _Image:
    """One of them, as a worker needs it."""

    place: Place
    base_layers: int | None

    def known(self, source: ContentsSource, token: CancelToken) -> ImageContents | None:
        return source.known(self.place, token, self.base_layers)

    def read(self, source: ContentsSource, job: Job) -> ImageContents:
        def report(progress: Progress) -> None:
            job.report(replace(progress, text=f"{progress.text} · {self.place.name}"))

        return source.read(self.place, replace(job, report=report), self.base_layers)


@dataclass(frozen=True, slots=True)
class _Pair:
    left: _Image
    right: _Image

    def look(self, source: ContentsSource, job: Job) -> Comparison | None:
        """The comparison, where all layers of both were read before."""
        left = self.left.known(source, job.token)
        right = self.right.known(source, job.token) if left else None
        return self._compared(left, right, job.token) if left and right else None

    def read(self, source: ContentsSource, job: Job) -> Comparison:
        left, right = self.left.read(source, job), self.right.read(source, job)
        job.report(Progress(tr("Comparing")))
        return self._compared(left, right, job.token)

    def _compared(
        self, left: ImageContents, right: ImageContents, token: CancelToken
    ) -> Comparison:
        names = names_of(self.left.place, self.right.place)
        return compare(Named(names[0], left), Named(names[1], right), token)


class CompareStore(QObject):
    """UI thread only. Layers that were read before are compared at once; others are read as a
    task that Activity shows, and that ends when other images are chosen."""

    changed = Signal()
    progressed = Signal(object)
    """The `Progress` of reading."""

    def __init__(self, context: Context, source: ContentsSource, parent: QObject) -> None:
        super().__init__(parent)
        self._context = context
        self._source = source
        self._latest = Latest(context.tasks, self)
        self._reading: TaskHandle[Comparison] | None = None
        self.left: Pick | None = None
        self.right: Pick | None = None
        self.state = State.CHOOSING
        self.comparison: Comparison | None = None
        """While `state` is READY."""
        self.failure: ModelDeskError | None = None

    def choose(self, left: Pick | None, right: Pick | None) -> None:
        """Compare two images, as soon as both are chosen."""
        if (left, right) == (self.left, self.right) and self.state not in _ENDED:
            return
        self.left, self.right = left, right
        self.begin()

    def swap(self) -> None:
        """Have them the other way round."""
        self.choose(self.right, self.left)

    def begin(self) -> None:
        """Start, or start again."""
        self._latest.cancel()
        if self._reading is not None:
            self._reading.abandon()
            self._reading = None
        self.comparison = self.failure = None
        if self.left is None or self.right is None:
            self._become(State.CHOOSING)
            return
        try:
            pair = _Pair(self._image(self.left), self._image(self.right))
        except ModelDeskError as error:
            self._failed(error)
            return
        source = self._source
        self._become(State.LOOKING)
        self._latest.submit(
            lambda job: pair.look(source, job),
            title=tr("Compare images"),
            on_result=lambda found: self._ready(found) if found else self._read(pair),
            on_error=self._failed,
        )

    def cancel(self) -> None:
        """Stop reading."""
        if self._reading is not None:
            self._reading.cancel()

    def _image(self, pick: Pick) -> _Image:
        snapshot, address = self._context.hub.snapshot, engine_address(self._context)
        return _Image(place_of(snapshot, pick, address), base_layers(snapshot, pick))

    def _read(self, pair: _Pair) -> None:
        source = self._source
        snapshot = self._context.hub.snapshot
        names = [pick_text(snapshot, pick) for pick in (self.left, self.right) if pick]
        self._reading = self._context.tasks.submit(
            lambda job: pair.read(source, job),
            lane=Lane.ANALYSIS,
            title=tr("Compare {left} with {right}", left=names[0], right=names[1]),
            owner=self,
            on_result=self._ready,
            on_error=self._failed,
            on_cancelled=self._stopped,
            on_progress=self.progressed.emit,
            link=CompareLink(),
        )
        self._become(State.READING)

    def _ready(self, comparison: Comparison) -> None:
        self._reading = None
        self.comparison = comparison
        self._become(State.READY)
        # Whoever shows kinds of layers may know more now.
        self._context.hub.publish_changes(Changes(layers=comparison.diff_ids), self)

    def _failed(self, error: ModelDeskError) -> None:
        self._reading = None
        self.failure = error
        self._become(State.FAILED)

    def _stopped(self) -> None:
        self._reading = None
        self._become(State.STOPPED)

    def _become(self, state: State) -> None:
        self.state = state
        self.changed.emit()


def engine_address(context: Context) -> str:
    """Of the engine in use; empty while there is none."""
    engine = context.hub.connection.engine
    return engine.address if engine and context.engine() else ""


_ENDED = (State.FAILED, State.STOPPED)
