"""What is registered with a version that is here, with its names and labels."""

import re
from collections.abc import Callable

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QWidget

from modeldesk.core.attached.subject import subject_here
from modeldesk.core.labels import DATASET_VERSION_LABEL
from modeldesk.core.library.model import Version
from modeldesk.core.words import tr
from modeldesk.ui import presentation
from modeldesk.ui.context import Context
from modeldesk.ui.inspector.fact_list import Fact, FactList, secretive
from modeldesk.ui.inspector.label_words import as_written, in_words
from modeldesk.ui.inspector.metadata_source import MetadataSource
from modeldesk.ui.inspector.page_scroll import PageScroll
from modeldesk.ui.inspector.registered import Registered
from modeldesk.ui.inspector.secret_note import SecretNote

_HASH = re.compile(r"(sha\d+:)?[0-9a-f]{7,128}(-dirty)?", re.IGNORECASE)
"""Commits and digests, which are read letter by letter."""


class MetadataTab(PageScroll):
    """Filled when it is looked at."""

    def __init__(
        self,
        context: Context,
        source: Callable[[], MetadataSource],
        parent: QWidget | None = None,
    ) -> None:
        """`source` is called in worker threads."""
        super().__init__(tr("Metadata"), parent)
        self._version: Version | None = None
        self._due = False
        self.secret_note = SecretNote()
        self.registered = Registered(context, source)
        self.about = FactList(tr("About"))
        self.names = FactList(tr("References"))
        self.labels = FactList(tr("Other labels"))
        for widget in (
            self.secret_note,
            self.registered,
            self.about,
            self.names,
            self.labels,
            self.registered.history,
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

    def _fill(self) -> None:
        version = self._version
        if version is None or not self._due:
            return
        self._due = False
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
        self.registered.show_subject(subject_here(version, version.name))


def _names(version: Version) -> list[Fact]:
    tags = [Fact("", str(r), mono=True, copied=str(r)) for r in version.references]
    digests = [
        Fact(tr("In the registry {name}", name=r.registry), str(r), mono=True, copied=str(r))
        for r in version.digests
    ]
    image = version.key.image
    return [*tags, *digests, Fact(tr("Image ID"), image, mono=True, copied=image)]
