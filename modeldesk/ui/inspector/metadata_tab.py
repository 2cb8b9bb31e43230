"""What is registered with a version: metrics, training, tags, names, labels; and the way to change
that."""

import re
from collections.abc import Callable
from time import monotonic

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from modeldesk.core.attached.service import places_of
from modeldesk.core.changes import Changes
from modeldesk.core.errors import ModelDeskError, RegistryError
from modeldesk.core.jobs import Job
from modeldesk.core.labels import DATASET_VERSION_LABEL
from modeldesk.core.library.model import Version
from modeldesk.core.metadata.labels import from_labels
from modeldesk.core.metadata.merge import merged
from modeldesk.core.metadata.model import Metadata, Section
from modeldesk.core.words import tr, trn
from modeldesk.ui import presentation
from modeldesk.ui.context import Context
from modeldesk.ui.inspector.fact_list import Fact, FactList, secretive
from modeldesk.ui.inspector.label_words import as_written, in_words
from modeldesk.ui.inspector.metadata_dialog import MetadataDialog
from modeldesk.ui.inspector.metadata_form import Change
from modeldesk.ui.inspector.metadata_source import MetadataSource
from modeldesk.ui.inspector.metadata_words import history_facts, rows_of
from modeldesk.ui.inspector.page_scroll import PageScroll
from modeldesk.ui.inspector.secret_note import SecretNote
from modeldesk.ui.tasks.lanes import Lane, serial
from modeldesk.ui.tasks.latest import Latest
from modeldesk.ui.theme.fonts import TextStyle
from modeldesk.ui.theme.tokens import Space, Tone
from modeldesk.ui.widgets.buttons import LinkButton
from modeldesk.ui.widgets.key_value import KeyValueList
from modeldesk.ui.widgets.label import Label

_ASK_AGAIN_S = 300.0
_HASH = re.compile(r"(sha\d+:)?[0-9a-f]{7,128}(-dirty)?", re.IGNORECASE)
"""Commits and digests, which are read letter by letter."""


class MetadataTab(PageScroll):
    """What the labels say is there at once; what was said since is read when the tab is looked
    at, and registries are asked for what others said there."""

    def __init__(
        self,
        context: Context,
        source: Callable[[], MetadataSource],
        parent: QWidget | None = None,
    ) -> None:
        """`source` is called in worker threads."""
        super().__init__(tr("Metadata"), parent)
        self._context = context
        self._source = source
        self._reading = Latest(context.tasks, self)
        self._asking = Latest(context.tasks, self)
        self._asked: dict[str, float] = {}
        self._version: Version | None = None
        self._shown_image = ""
        self._due = False
        self.known = Metadata()
        self.edit = LinkButton(tr("Edit…"))
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
        self.about = FactList(tr("About"))
        self.names = FactList(tr("References"))
        self.labels = FactList(tr("Other labels"))
        self.history = FactList(tr("History"))
        self.secret_note = SecretNote()
        head = QHBoxLayout()
        head.addWidget(self.waiting, 1)
        head.addWidget(self.edit)
        self.body.addWidget(self.secret_note)
        self.body.addLayout(head)
        for widget in (
            *self.sections.values(),
            self.about,
            self.names,
            self.labels,
            self.history,
        ):
            self.body.addWidget(widget)
        self.body.addStretch(1)

    def show_version(self, version: Version) -> None:
        """Show what is known of `version`, now or once the tab is looked at: its many labels take
        their time, and most versions are passed by on another tab."""
        self._version = version
        self._due = True
        if self.isVisible():
            self._fill()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._fill()

    def open_form(self) -> None:
        """Change what is registered."""
        version = self._version
        if version is None:
            return
        places = places_of(version.digests)
        where = tr("It is kept here, and attached to the version when it is pushed.")
        if places:
            names = ", ".join(str(place.repository) for place in places)
            where = tr("It is kept here, and attached to the version in {names}.", names=names)

        def save(change: Change, why: str) -> None:
            self._save(version, change, why)

        MetadataDialog(self._context.theme, version.name, self.known, where, save, self).open()

    def _fill(self) -> None:
        version = self._version
        if version is None or not self._due:
            return
        self._due = False
        self._reading.cancel()
        self._asking.cancel()
        # Of the same version what was said since is known already, and shown until it is read.
        if version.key.image != self._shown_image:
            self._shown_image = version.key.image
            self._show(merged(from_labels(version.labels), ()), 0)
        dataset = {DATASET_VERSION_LABEL}
        labels = {k: v for k, v in version.labels.items() if k not in dataset}
        self.about.set_facts(
            [
                Fact(tr("Created"), presentation.moment(version.created)),
                *(
                    secretive(name, value, mono=bool(_HASH.fullmatch(value)))
                    for name, value in in_words(labels)
                ),
            ]
        )
        self.names.set_facts(_names(version))
        self.labels.set_facts(
            [secretive(name, value) for name, value in as_written(version.labels)]
        )
        facts = (*self.about.facts(), *self.labels.facts())
        self.secret_note.tell_of(fact.value for fact in facts)
        self._read(version)
        self._ask(version)

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

    def _read(self, version: Version) -> None:
        image, labels, places = version.key.image, version.labels, places_of(version.digests)

        def work(_job: Job) -> tuple[Metadata, int]:
            source = self._source()
            return source.metadata(image, labels), source.waiting(image, places)

        self._reading.submit(
            work,
            title=tr("Read metadata"),
            on_result=lambda found: self._show(*found),
            # Whatever needs the records says so itself; the labels are there.
            on_error=lambda _error: None,
        )

    def _ask(self, version: Version) -> None:
        """Registries for what others attached: a question each, once in some minutes."""
        image, places = version.key.image, places_of(version.digests)
        last = self._asked.get(image)
        if not places or (last is not None and monotonic() - last < _ASK_AGAIN_S):
            return
        self._asked[image] = monotonic()

        def work(job: Job) -> int:
            news = 0
            for place in places:
                try:
                    images = {place.digest: image}
                    news += self._source().fetch(place.repository, images, job.token)
                except RegistryError:
                    # The page says of itself what registries are away.
                    continue
            return news

        self._asking.submit(
            work,
            title=tr("Ask registries for metadata"),
            on_result=lambda news: self._tell(version) if news else None,
            on_error=lambda _error: None,
            lane=serial("metadata in registries"),
        )

    def _save(self, version: Version, change: Change, why: str) -> None:
        image, labels, places = version.key.image, version.labels, places_of(version.digests)

        def work(_job: Job) -> Metadata:
            return self._source().edit(image, labels, change.set_values, change.unset, why)

        def kept(known: Metadata) -> None:
            if self._version is not None and self._version.key.image == image:
                self._show(known, 0)
            self._tell(version)
            if places:
                self._attach(version)

        self._context.tasks.submit(
            work,
            lane=Lane.STORAGE,
            title=tr("Save metadata of {name}", name=version.name),
            owner=self,
            on_result=kept,
            on_error=lambda error: self._context.say(str(error), Tone.BAD),
            show_in_activity=False,
        )

    def _tell(self, version: Version) -> None:
        """Metrics are seen elsewhere, too."""
        self._read_if_shown(version)
        self._context.hub.publish_changes(Changes(images=frozenset((version.key.image,))), self)

    def _read_if_shown(self, version: Version) -> None:
        if self._version is not None and self._version.key.image == version.key.image:
            self._read(self._version)

    def _attach(self, version: Version) -> None:
        image, places = version.key.image, places_of(version.digests)

        def done(problem: ModelDeskError | None) -> None:
            if problem is not None:
                said = tr(
                    "It is kept here, but could not be attached in the registry: {problem}",
                    problem=problem.message,
                )
                self._context.say(
                    said, Tone.WARNING, tr("Try again"), lambda: self._attach(version)
                )
            self._read_if_shown(version)

        def work(job: Job) -> ModelDeskError | None:
            attached = self._source().attach(image, places, job.token)
            return next(iter(attached.problems), None)

        self._context.tasks.submit(
            work,
            lane=serial("metadata in registries"),
            title=tr("Attach metadata of {name}", name=version.name),
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


def _names(version: Version) -> list[Fact]:
    tags = [Fact("", str(r), mono=True, copied=str(r)) for r in version.references]
    digests = [
        Fact(tr("In the registry {name}", name=r.registry), str(r), mono=True, copied=str(r))
        for r in version.digests
    ]
    image = version.key.image
    return [*tags, *digests, Fact(tr("Image ID"), image, mono=True, copied=image)]
