"""What is known of the inside of the version that is looked at, and how it comes to be known."""

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from modeldesk.core.changes import Changes
from modeldesk.core.contents.advice.model import Advice
from modeldesk.core.contents.figures import Figures
from modeldesk.core.contents.model import ImageContents, Place
from modeldesk.core.errors import ModelDeskError
from modeldesk.core.jobs import Job, Progress
from modeldesk.core.words import tr
from modeldesk.ui.context import Context
from modeldesk.ui.inspector.contents_source import ContentsSource
from modeldesk.ui.inspector.open_image import OpenImage
from modeldesk.ui.links import Link
from modeldesk.ui.tasks.lanes import Lane
from modeldesk.ui.tasks.latest import Latest

if TYPE_CHECKING:
    from modeldesk.ui.tasks.handle import TaskHandle

_REST_MS = 80


class Knowing(Enum):
    """How far it is with one image."""

    NOTHING_CHOSEN = "nothing chosen"
    LOOKING_UP = "looking up"
    UNREAD = "unread"
    READING = "reading"
    READ = "read"


@dataclass(frozen=True, slots=True)
class Subject:
    """The image that is looked at."""

    place: Place
    name: str
    size_bytes: int
    link: Link
    """Where Activity's go-to leads."""
    base_layers: int | None = None
    """How many of its lowest layers are its base image's; None where that is not known."""


class ContentsStore(QObject):
    """One for the inspector. A reading goes on when another image is looked at, and is found
    again when one comes back to it. UI thread only."""

    changed = Signal()
    """Another image, or another state of knowing it."""
    progressed = Signal(object)
    """The `Progress` of the reading of the image that is looked at."""
    counted = Signal()
    """`figures`, or `advice`, are there."""

    def __init__(self, context: Context, source: ContentsSource, parent: QObject) -> None:
        super().__init__(parent)
        self._context = context
        self.source = source
        self._latest = Latest(context.tasks, self)
        # Whoever walks through the versions asks for the one where they stop.
        self._due = QTimer(self, singleShot=True, interval=_REST_MS)
        self._due.timeout.connect(self._look_up)
        self._counting = Latest(context.tasks, self)
        self._readings: dict[Place, TaskHandle[ImageContents]] = {}
        self._failures: dict[Place, ModelDeskError] = {}
        self.subject: Subject | None = None
        self.knowing = Knowing.NOTHING_CHOSEN
        self.image: OpenImage | None = None
        """The contents, while `knowing` is READ."""
        self.figures: Figures | None = None
        self.advice: tuple[Advice, ...] = ()

    @property
    def failure(self) -> ModelDeskError | None:
        """Why the image could not be read, if so."""
        return self._failures.get(self.subject.place) if self.subject else None

    @property
    def progress(self) -> Progress | None:
        """How far the reading is."""
        reading = self._readings.get(self.subject.place) if self.subject else None
        return reading.progress if reading else None

    def look_at(self, subject: Subject | None) -> None:
        """Look at another image; what is known of it is shown at once. One that is found to stand
        on another base is looked at anew, since its layers are of other kinds."""
        before = self.subject
        same = (
            subject is not None
            and before is not None
            and (subject.place, subject.base_layers) == (before.place, before.base_layers)
        )
        self.subject = subject
        if same:
            return
        self._latest.cancel()
        self._counting.cancel()
        self.image = self.figures = None
        self.advice = ()
        if subject is None:
            self._become(Knowing.NOTHING_CHOSEN)
        elif subject.place in self._readings:
            self._become(Knowing.READING)
        else:
            self._become(Knowing.LOOKING_UP)
            self._due.start()

    def read(self) -> None:
        """Read the layers that are not known."""
        subject = self.subject
        if subject is None or self.knowing is not Knowing.UNREAD:
            return
        source, place, base_layers = self.source, subject.place, subject.base_layers
        self._failures.pop(place, None)

        def work(job: Job) -> ImageContents:
            return source.read(place, job, base_layers)

        self._readings[place] = self._context.tasks.submit(
            work,
            lane=Lane.ANALYSIS,
            title=tr("Look inside {name}", name=subject.name),
            owner=self,
            on_result=lambda contents: self._was_read(place, contents),
            on_error=lambda error: self._failed(place, error),
            on_cancelled=lambda: self._stopped(place),
            on_progress=lambda progress: self._progressed(place, progress),
            retry=False,
            link=subject.link,
        )
        self._become(Knowing.READING)

    def cancel(self) -> None:
        """Stop reading the image that is looked at."""
        if self.subject and (reading := self._readings.get(self.subject.place)):
            reading.cancel()

    def _look_up(self) -> None:
        subject = self.subject
        if subject is None or self.knowing is not Knowing.LOOKING_UP:
            return
        source, place, base_layers = self.source, subject.place, subject.base_layers

        def work(job: Job) -> OpenImage | None:
            contents = source.known(place, job.token, base_layers)
            return OpenImage(place, contents) if contents is not None else None

        self._latest.submit(
            work,
            title=tr("Look for what is known of {name}", name=subject.name),
            on_result=self._looked_up,
            on_error=lambda error: self._not_looked_up(place, error),
        )

    def _looked_up(self, image: OpenImage | None) -> None:
        if image is None:
            self._become(Knowing.UNREAD)
        else:
            self._tell(image.contents)
            self._open(image)

    def _tell(self, contents: ImageContents) -> None:
        """Whoever shows kinds of layers may know more now."""
        layers = frozenset(contents.image.detail.diff_ids)
        self._context.hub.publish_changes(Changes(layers=layers), self)

    def _not_looked_up(self, place: Place, error: ModelDeskError) -> None:
        self._failures[place] = error
        self._become(Knowing.UNREAD)

    def _open(self, image: OpenImage) -> None:
        self.image = image
        self._become(Knowing.READ)

    def count(self) -> None:
        """Have the figures counted, once the files are on screen."""
        image = self.image
        if image is None or self.figures is not None:
            return
        self._counting.submit(
            lambda _job: image.figures(),
            title=tr("Count what is reclaimable"),
            on_result=self._were_counted,
        )

    def _were_counted(self, figures: Figures) -> None:
        self.figures = figures
        self.counted.emit()
        if image := self.image:
            self._counting.submit(
                lambda _job: image.advice(),
                title=tr("Look for what could be better"),
                on_result=self._was_advised,
            )

    def _was_advised(self, advice: tuple[Advice, ...]) -> None:
        self.advice = advice
        self.counted.emit()

    def _was_read(self, place: Place, contents: ImageContents) -> None:
        del self._readings[place]
        self._tell(contents)
        if self._is_looked_at(place):
            self._open(OpenImage(place, contents))

    def _failed(self, place: Place, error: ModelDeskError) -> None:
        self._failures[place] = error
        self._stopped(place)

    def _stopped(self, place: Place) -> None:
        del self._readings[place]
        if self._is_looked_at(place):
            self._become(Knowing.UNREAD)

    def _progressed(self, place: Place, progress: Progress) -> None:
        if self._is_looked_at(place):
            self.progressed.emit(progress)

    def _is_looked_at(self, place: Place) -> bool:
        return self.subject is not None and self.subject.place == place

    def _become(self, knowing: Knowing) -> None:
        self.knowing = knowing
        self.changed.emit()
