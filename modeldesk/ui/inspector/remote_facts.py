"""A version that only a registry has: what its manifest and configuration tell, and what is
registered with it."""

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from modeldesk.core.attached.subject import subject_there
from modeldesk.core.labels import DATASET_VERSION_LABEL
from modeldesk.core.layers.kinds import kind_name
from modeldesk.core.library.model import PlacedVersion
from modeldesk.core.words import tr, trn
from modeldesk.ui import presentation
from modeldesk.ui.context import Context
from modeldesk.ui.inspector.fact_list import Fact, FactList, secretive
from modeldesk.ui.inspector.label_words import as_written, in_words
from modeldesk.ui.inspector.metadata_source import MetadataSource
from modeldesk.ui.inspector.page_scroll import PageScroll
from modeldesk.ui.inspector.registered import Registered
from modeldesk.ui.theme.fonts import TextStyle
from modeldesk.ui.theme.tokens import Space
from modeldesk.ui.widgets.buttons import PlainButton
from modeldesk.ui.widgets.key_value import KeyValue, KeyValueList
from modeldesk.ui.widgets.label import Label


class RemoteFacts(PageScroll):
    """Nothing of it was fetched but these documents."""

    pull_asked = Signal()

    def __init__(
        self,
        context: Context,
        source: Callable[[], MetadataSource],
        parent: QWidget | None = None,
    ) -> None:
        """`source` is called in worker threads."""
        super().__init__(tr("In the registry"), parent)
        self._shown: PlacedVersion | None = None
        self.said = Label("", TextStyle.BODY, "muted", wrap=True)
        self.pull = PlainButton(tr("Pull"))
        self.pull.clicked.connect(lambda _=False: self.pull_asked.emit())
        self.facts = KeyValueList()
        self.kinds_caption = Label(tr("Compressed in the registry"), TextStyle.STRONG)
        self.kinds = KeyValueList()
        self.registered = Registered(context, source)
        self.names = FactList(tr("Names"))
        self.labels = FactList(tr("Labels"))
        self.body.addWidget(self.said)
        self.body.addWidget(self.pull)
        for group in ((self.facts,), (self.kinds_caption, self.kinds), (self.registered,)):
            self.body.addSpacing(Space.S)
            for widget in group:
                self.body.addWidget(widget)
        for listed in (self.names, self.labels, self.registered.history):
            self.body.addWidget(listed)
        self.body.addStretch(1)

    def show_version(self, placed: PlacedVersion) -> None:
        """Show what is known of a version that is not here."""
        if placed == self._shown:
            return
        self._shown = placed
        first = placed.remote[0]
        self.said.setText(
            tr("Weights without an image, packed as {kind}. Pull them to a folder, or build a "
               "version from them.", kind=presentation.printable(placed.artifact))
            if placed.artifact
            else tr("Only a registry has it. Pull it to look into it or run it.")
        )  # fmt: skip
        self.pull.set_text(tr("Pull to a folder…") if placed.artifact else tr("Pull"))
        self.kinds_caption.setText(
            tr("In the registry") if placed.artifact else tr("Compressed in the registry")
        )
        self.facts.set_rows(_facts(placed))
        self.kinds.set_rows(
            [
                KeyValue(kind_name(kind), presentation.size(size))
                for kind, size in first.compressed_by_kind.items()
            ]
        )
        self.registered.show_subject(subject_there(placed.remote, placed.name))
        self.names.set_facts(
            [Fact("", one.name, mono=True, copied=f"{one.name}@{one.digest}")
             for one in placed.remote]
        )  # fmt: skip
        labels = {k: v for k, v in placed.labels.items() if k != DATASET_VERSION_LABEL}
        self.labels.set_facts(
            [secretive(name, value)
             for name, value in (*in_words(labels), *as_written(labels))]
        )  # fmt: skip

    def offer_pull(self, offered: bool, why: str) -> None:
        """Whether there is an engine to pull to; `why` not is the tooltip."""
        self.pull.setEnabled(offered)
        self.pull.setToolTip("" if offered else why)


def _facts(placed: PlacedVersion) -> list[KeyValue]:
    first = placed.remote[0]
    platforms = ", ".join(first.platforms or ())
    size = tr("Size") if placed.artifact else tr("Size, compressed")
    rows = [
        KeyValue(size, presentation.size(first.compressed_bytes)),
        KeyValue(tr("Created"), presentation.moment(placed.created)),
    ]
    if not placed.artifact:
        shown = presentation.printable(platforms)
        rows.append(KeyValue(tr("Platforms"), shown or tr("not told"), tooltip=shown))
    if first.attestations:
        said = trn("{count} manifest", "{count} manifests", first.attestations)
        about = tr("Provenance, bills of materials and the like, kept beside the image")
        rows.append(KeyValue(tr("Attestations"), said, tooltip=about))
    if placed.commit:
        rows.append(KeyValue(tr("Commit"), placed.commit, mono=True))
    return rows
