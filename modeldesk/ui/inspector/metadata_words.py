"""What metadata is called, and what is said of where it is from."""

from modeldesk.core.containers.secrets import shown_value
from modeldesk.core.library.measures import is_a_name
from modeldesk.core.metadata.keys import value_text
from modeldesk.core.metadata.model import (
    DATASET,
    TRAINING_TIME,
    Edit,
    Key,
    Metadata,
    Section,
    Told,
    Value,
)
from modeldesk.core.words import tr
from modeldesk.ui import presentation
from modeldesk.ui.inspector.fact_list import Fact
from modeldesk.ui.widgets.key_value import KeyValue

_LONGEST_NAME = 32
_LARGEST_EXACT = 2**53
"""From here on a number with a point no longer tells one whole number from the next."""


def rows_of(known: Metadata, section: Section) -> list[KeyValue]:
    """The values of a section, each with who said it."""
    return [
        KeyValue(
            _name(key),
            presentation.printable(presentation.cut(value_shown(key, told.value))),
            tooltip=f"{key.name}\n{source_text(told)}",
        )
        for key, told in known.values.items()
        if key.section is section
    ]


def value_shown(key: Key, value: Value) -> str:
    """A value for a person; what looks secret in it is not shown."""
    if isinstance(value, str):
        return shown_value(key.name, value)
    if key == TRAINING_TIME:
        return presentation.duration(value)
    exact = isinstance(value, int) or (value.is_integer() and abs(value) < _LARGEST_EXACT)
    if is_a_name(key.name) and exact:
        return str(int(value))
    return presentation.metric(value)


def source_text(told: Told) -> str:
    """What says a value."""
    if told.by is None:
        return tr("From the image’s labels")
    return edit_head(told.by)


def edit_head(edit: Edit) -> str:
    """Who, when, and why."""
    said = tr("{author}, {moment}", author=edit.author, moment=presentation.moment(edit.time))
    return f"{said}: {edit.reason}" if edit.reason else said


def history_facts(known: Metadata) -> list[Fact]:
    """A line for each edit, newest first."""
    return [Fact(edit_head(edit), _changed(edit)) for edit in known.history]


def _changed(edit: Edit) -> str:
    changed = [
        f"{_name(key)} = {shown_value(key.name, value_text(key, value))}"
        for key, value in edit.set.items()
    ]
    changed += [tr("{name} taken away", name=_name(key)) for key in sorted(edit.unset, key=str)]
    return " · ".join(changed)


def _name(key: Key) -> str:
    if key == DATASET:
        return tr("Dataset version")
    if key == TRAINING_TIME:
        return tr("Training time")
    return presentation.printable(key.name)[:_LONGEST_NAME]
