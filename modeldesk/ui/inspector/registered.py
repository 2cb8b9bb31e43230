"""What is registered with a version, here or in registries, and the way to change that."""

from collections.abc import Callable
from time import monotonic

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from modeldesk.core.attached.subject import Subject
from modeldesk.core.changes import Changes
from modeldesk.core.errors import ModelDeskError, RegistryError
from modeldesk.core.ids import ImageId
from modeldesk.core.jobs import Job
from modeldesk.core.metadata.labels import from_labels
from modeldesk.core.metadata.merge import merged
from modeldesk.core.metadata.model import Metadata, Section
from modeldesk.core.words import tr, trn
from modeldesk.ui.context import Context
from modeldesk.ui.inspector.fact_list import FactList
from modeldesk.ui.inspector.metadata_dialog import MetadataDialog
from modeldesk.ui.inspector.metadata_form import Change
from modeldesk.ui.inspector.metadata_source import MetadataSource
from modeldesk.ui.inspector.metadata_words import history_facts, rows_of
from modeldesk.ui.tasks.lanes import Lane, serial
from modeldesk.ui.tasks.latest import Latest
from modeldesk.ui.theme.fonts import TextStyle
from modeldesk.ui.theme.tokens import Space, Tone
from modeldesk.ui.widgets.buttons import LinkButton
from modeldesk.ui.widgets.key_value import KeyValueList
from modeldesk.ui.widgets.label import Label

_ASK_AGAIN_S = 300.0


class Registered(QWidget):
    """What the labels say is there at once; what was said since is read when this is looked at,
    and registries are asked for what others said there. The `history` is for the owner to put in
    its place."""

    def __init__(
        self,
        context: Context,
        source: Callable[[], MetadataSource],
        parent: QWidget | None = None,
    ) -> None:
        """`source` is called in worker threads."""
        super().__init__(parent)
        self._context = context
        self._source = source
        self._reading = Latest(context.tasks, self)
        self._asking = Latest(context.tasks, self)
        self._asked: dict[ImageId, float] = {}
        self._subject: Subject | None = None
        self._shown_image = ImageId("")
        self._due = False
        self.known = Metadata()
        self.edit = LinkButton(tr("Edit metadata…"))
        self.edit.clicked.connect(self.open_form)
        self.waiting = Label("", TextStyle.NOTE, "muted", wrap=True)
        self.sections = {
            section: _Section(caption)
            for section, caption in (
                (Section.METRIC, tr("Metrics")),
                (Section.TRAINING, tr("Training")),
                (Section.PARAMETER, tr("Training parameters")),
                (Section.TAG, tr("Tags")),
            )
        }
        self.metrics = self.sections[Section.METRIC].values
        self.history = FactList(tr("History"))
        head = QHBoxLayout()
        head.addWidget(self.waiting, 1)
        head.addWidget(self.edit)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.XS)
        column.addLayout(head)
        column.addSpacing(Space.XS)
        for section in self.sections.values():
            column.addWidget(section)

    def show_subject(self, subject: Subject) -> None:
        """Show what is known of `subject`, now or once this is looked at."""
        self._subject = subject
        self._due = True
        if self.isVisible():
            self._fill()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._fill()

    def open_form(self) -> None:
        """Change what is registered."""
        subject = self._subject
        if subject is None:
            return
        where = tr("It is kept here, and attached to the version when it is pushed.")
        if subject.places:
            names = ", ".join(str(place.repository) for place in subject.places)
            where = tr("It is kept here, and attached to the version in {names}.", names=names)

        def save(change: Change, why: str) -> None:
            self._save(subject, change, why)

        MetadataDialog(self._context.theme, subject.name, self.known, where, save, self).open()

    def _fill(self) -> None:
        subject = self._subject
        if subject is None or not self._due:
            return
        self._due = False
        self._reading.cancel()
        self._asking.cancel()
        # Of the same version what was said since is known already, and shown until it is read.
        if subject.image != self._shown_image:
            self._shown_image = subject.image
            self._show(merged(from_labels(subject.labels), ()), 0)
        self._read(subject)
        self._ask(subject)

    def _show(self, known: Metadata, waiting: int) -> None:
        self.known = known
        for section, shown in self.sections.items():
            rows = rows_of(known, section)
            shown.values.set_rows(rows)
            shown.setVisible(bool(rows))
        self.history.set_facts(history_facts(known))
        self.waiting.setText(
            trn(
                "{count} edit is not in the registry yet.",
                "{count} edits are not in the registry yet.",
                waiting,
            )
            if waiting
            else ""
        )

    def _read(self, subject: Subject) -> None:
        def work(_job: Job) -> tuple[Metadata, int]:
            source = self._source()
            known = source.metadata(subject.image, subject.labels)
            return known, source.waiting(subject.image, subject.places)

        self._reading.submit(
            work,
            title=tr("Read metadata"),
            on_result=lambda found: self._show(*found),
            # Whatever needs the records says so itself; the labels are there.
            on_error=lambda _error: None,
        )

    def _ask(self, subject: Subject) -> None:
        """Registries for what others attached: a question each, once in some minutes."""
        last = self._asked.get(subject.image)
        if not subject.places or (last is not None and monotonic() - last < _ASK_AGAIN_S):
            return
        self._asked[subject.image] = monotonic()

        def work(job: Job) -> int:
            news = 0
            for place in subject.places:
                try:
                    images = {place.digest: subject.image}
                    news += self._source().fetch(place.repository, images, job.token)
                except RegistryError:
                    # The page says of itself what registries are away.
                    continue
            return news

        self._asking.submit(
            work,
            title=tr("Ask registries for metadata"),
            on_result=lambda news: self._tell(subject) if news else None,
            on_error=lambda _error: None,
            lane=serial("metadata in registries"),
        )

    def _save(self, subject: Subject, change: Change, why: str) -> None:
        def work(_job: Job) -> Metadata:
            source = self._source()
            return source.edit(subject.image, subject.labels, change.set_values, change.unset, why)

        def kept(known: Metadata) -> None:
            if self._is_shown(subject):
                self._show(known, 0)
            self._tell(subject)
            if subject.places:
                self._attach(subject)

        self._context.tasks.submit(
            work,
            lane=Lane.STORAGE,
            title=tr("Save metadata of {name}", name=subject.name),
            owner=self,
            on_result=kept,
            on_error=lambda error: self._context.say(str(error), Tone.BAD),
            show_in_activity=False,
        )

    def _tell(self, subject: Subject) -> None:
        """Metrics are seen elsewhere, too."""
        self._read_if_shown(subject)
        self._context.hub.publish_changes(Changes(images=frozenset((subject.image,))), self)

    def _is_shown(self, subject: Subject) -> bool:
        return self._subject is not None and self._subject.image == subject.image

    def _read_if_shown(self, subject: Subject) -> None:
        if self._subject is not None and self._is_shown(subject):
            self._read(self._subject)

    def _attach(self, subject: Subject) -> None:
        def done(problem: ModelDeskError | None) -> None:
            if problem is not None:
                said = tr(
                    "It is kept here, but could not be attached in the registry: {problem}",
                    problem=problem.message,
                )
                self._context.say(
                    said, Tone.WARNING, tr("Try again"), lambda: self._attach(subject)
                )
            self._read_if_shown(subject)

        def work(job: Job) -> ModelDeskError | None:
            attached = self._source().attach(subject.image, subject.places, job.token)
            return next(iter(attached.problems), None)

        self._context.tasks.submit(
            work,
            lane=serial("metadata in registries"),
            title=tr("Attach metadata of {name}", name=subject.name),
            owner=self,
            on_result=done,
            on_error=lambda error: self._context.say(str(error), Tone.BAD),
        )


class _Section(QWidget):
    """A caption over figures."""

    def __init__(self, caption: str) -> None:
        super().__init__()
        self.values = KeyValueList()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, Space.M)
        column.setSpacing(Space.XS)
        column.addWidget(Label(caption, TextStyle.STRONG))
        column.addWidget(self.values)
        self.hide()
