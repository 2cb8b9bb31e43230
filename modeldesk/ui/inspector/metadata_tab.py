"""What was registered with a version: metrics, names, labels."""

import re

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QWidget

from modeldesk.core.library.measures import is_a_name
from modeldesk.core.library.model import Version
from modeldesk.core.words import tr
from modeldesk.ui import presentation
from modeldesk.ui.inspector.fact_list import Fact, FactList, secretive
from modeldesk.ui.inspector.label_words import as_written, in_words
from modeldesk.ui.inspector.page_scroll import PageScroll
from modeldesk.ui.inspector.secret_note import SecretNote
from modeldesk.ui.theme.fonts import TextStyle
from modeldesk.ui.theme.tokens import Space
from modeldesk.ui.widgets.key_value import KeyValue, KeyValueList
from modeldesk.ui.widgets.label import Label


class MetadataTab(PageScroll):
    """Known at once: all of it comes with the list."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._metrics_caption = Label(tr("Metrics"), TextStyle.STRONG)
        self.metrics = KeyValueList()
        self.metrics.setContentsMargins(0, 0, 0, Space.M)
        self.about = FactList(tr("About"))
        self.names = FactList(tr("References"))
        self.labels = FactList(tr("Other labels"))
        self.secret_note = SecretNote()
        for widget in (
            self.secret_note,
            self._metrics_caption,
            self.metrics,
            self.about,
            self.names,
            self.labels,
        ):
            self.body.addWidget(widget)
        self.body.addStretch(1)
        self._due: Version | None = None

    def show_version(self, version: Version) -> None:
        """Show what is known of `version`, now or once the tab is looked at: its many labels take
        their time, and most versions are passed by on another tab."""
        self._due = version
        if self.isVisible():
            self._fill()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._fill()

    def _fill(self) -> None:
        version, self._due = self._due, None
        if version is None:
            return
        for widget in (self._metrics_caption, self.metrics):
            widget.setVisible(bool(version.metrics))
        self.metrics.set_rows(
            [
                KeyValue(
                    presentation.printable(name)[:_LONGEST_NAME],
                    _figure(name, value),
                    tooltip=name,
                )
                for name, value in sorted(version.metrics.items())
            ]
        )
        self.about.set_facts(
            [
                Fact(tr("Created"), presentation.moment(version.created)),
                *(
                    secretive(name, value, mono=bool(_HASH.fullmatch(value)))
                    for name, value in in_words(version.labels)
                ),
            ]
        )
        self.names.set_facts(_names(version))
        self.labels.set_facts(
            [secretive(name, value) for name, value in as_written(version.labels)]
        )
        facts = (*self.about.facts(), *self.labels.facts())
        self.secret_note.tell_of(fact.value for fact in facts)


_LONGEST_NAME = 32
_HASH = re.compile(r"(sha\d+:)?[0-9a-f]{7,128}(-dirty)?", re.IGNORECASE)
"""Commits and digests, which are read letter by letter."""
_LARGEST_EXACT = 2**53
"""From here on a number with a point no longer tells one whole number from the next."""


def _figure(name: str, value: float) -> str:
    exact = isinstance(value, int) or (value.is_integer() and abs(value) < _LARGEST_EXACT)
    if is_a_name(name) and exact:
        return str(int(value))
    return presentation.metric(value)


def _names(version: Version) -> list[Fact]:
    tags = [Fact("", str(r), mono=True, copied=str(r)) for r in version.references]
    digests = [
        Fact(tr("In the registry {name}", name=r.registry), str(r), mono=True, copied=str(r))
        for r in version.digests
    ]
    image = version.key.image
    return [*tags, *digests, Fact(tr("Image ID"), image, mono=True, copied=image)]
