"""The columns of what was found."""

from collections.abc import Sequence
from datetime import UTC, datetime

from modeldesk.core.containers.secrets import shown_value
from modeldesk.core.metadata.keys import value_text
from modeldesk.core.metadata.model import Key, Section
from modeldesk.core.search.evaluate import fact_of
from modeldesk.core.search.literals import name_of
from modeldesk.core.search.model import Attribute, Entry, Field
from modeldesk.core.words import tr
from modeldesk.ui import presentation
from modeldesk.ui.widgets.channel_chip import channel_chip
from modeldesk.ui.widgets.keyed_model import Cell, Column

_LONGEST_TITLE = 18
_LEAST_VERSION = 150
_LEAST_FACT = 64
_LEAST_MODEL = 110
Sortable = Field | Attribute


def columns_for(shown: Sequence[Attribute]) -> tuple[tuple[Column[Entry], Sortable], ...]:
    """Each with what it is sorted by: who sorts is the index, which knows of those too that are
    not shown."""
    return (
        (Column("model", tr("Model"), _model, least=110), Field.MODEL),
        (
            Column("version", tr("Version"), _version, stretch=True, least=_LEAST_VERSION),
            Field.VERSION,
        ),
        *((_fact_column(attribute), attribute) for attribute in shown),
        (Column("dataset", tr("Data set"), _dataset, gives_way=1), Field.DATASET),
        (Column("size", tr("Size"), _size, "right", gives_way=3), Field.SIZE),
        (Column("created", tr("Created"), _created, gives_way=2), Field.CREATED),
        (Column("where", tr("Where"), _where, gives_way=0), Field.WHERE),
    )


def where_text(entry: Entry) -> str:
    """Where a version is."""
    if not entry.local:
        return tr("Registry")
    return tr("Local + registry") if entry.repositories else tr("Local")


def _model(entry: Entry) -> Cell:
    name = presentation.printable(entry.model)
    return Cell(name, tooltip=name)


def _version(entry: Entry) -> Cell:
    chips = tuple(channel_chip(channel) for channel in entry.channels if channel != entry.name)
    names = dict.fromkeys((entry.reference, *entry.versions))
    return Cell(
        presentation.printable(entry.name),
        chips,
        bold=True,
        tooltip="\n".join(map(presentation.printable, names)),
    )


def _fact_column(attribute: Attribute) -> Column[Entry]:
    def cell(entry: Entry) -> Cell:
        fact = fact_of(entry, attribute)
        if fact is None:
            return Cell()
        text = shown_value(fact.name, value_text(Key(fact.section, fact.name), fact.value))
        if isinstance(fact.value, str):
            return Cell(presentation.printable(presentation.cut(text)), tooltip=text, prose=True)
        return Cell(presentation.metric(fact.value), tooltip=text)

    # A metric is what a bare name means.
    bare = attribute.section in (None, Section.METRIC)
    title = presentation.printable(attribute.name if bare else name_of(attribute))
    if len(title) > _LONGEST_TITLE:
        title = title[: _LONGEST_TITLE - 1] + presentation.ELLIPSIS
    return Column(
        f"fact {name_of(attribute)}",
        title,
        cell,
        "right" if bare else "left",
        least=_LEAST_FACT,
        tooltip=name_of(attribute),
    )


def _dataset(entry: Entry) -> Cell:
    text = presentation.printable(entry.dataset)
    return Cell(text, muted=True, tooltip=text)


def _size(entry: Entry) -> Cell:
    if entry.size_bytes is not None:
        size = presentation.exact_size(entry.size_bytes)
        return Cell(presentation.size(entry.size_bytes), tooltip=tr("{size} on disk", size=size))
    if entry.compressed_bytes is None:
        return Cell()
    size = presentation.exact_size(entry.compressed_bytes)
    return Cell(
        presentation.size(entry.compressed_bytes),
        muted=True,
        tooltip=tr("{size} compressed in the registry", size=size),
    )


def _created(entry: Entry) -> Cell:
    if entry.created.year <= 1980:
        return Cell(tr("unknown"), muted=True, tooltip=tr("The image does not say when"))
    text = presentation.age(entry.created, datetime.now(UTC))
    return Cell(text, muted=True, tooltip=presentation.moment(entry.created))


def _where(entry: Entry) -> Cell:
    return Cell(where_text(entry), muted=True, tooltip="\n".join(entry.repositories))
