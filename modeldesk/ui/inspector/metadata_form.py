"""What a form of metadata says: texts in, an edit or sentences out (no Qt)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from modeldesk.core.errors import InvalidInput
from modeldesk.core.metadata.keys import checked_key, read_value, value_text
from modeldesk.core.metadata.model import DATASET, TRAINING_TIME, Key, Metadata, Section, Value
from modeldesk.core.words import tr

LISTED = (Section.METRIC, Section.PARAMETER, Section.TAG)
"""Sections of any number of names."""


TRAINING = (DATASET, TRAINING_TIME)
"""Values with a field each."""


@dataclass(frozen=True, slots=True)
class Draft:
    """Everything as it is typed."""

    rows: Mapping[Section, Sequence[tuple[str, ...]]]
    """Of each listed section, names with values."""
    training: Mapping[Key, str] = field(default_factory=dict)

    def texts(self) -> list[tuple[Key, str]]:
        """All that is not empty."""
        listed = [
            (Key(section, name), text) for section in LISTED for name, text in self.rows[section]
        ]
        return [*listed, *((key, text) for key, text in self.training.items() if text.strip())]


@dataclass(frozen=True, slots=True)
class Change:
    """What is to be done. Both empty: nothing."""

    set_values: Mapping[Key, Value]
    unset: frozenset[Key]


def draft_of(known: Metadata) -> Draft:
    """What is known, ready to be changed."""
    texts = {key: value_text(key, told.value) for key, told in known.values.items()}
    rows = {
        section: [(key.name, text) for key, text in texts.items() if key.section is section]
        for section in LISTED
    }
    return Draft(rows, {key: texts.get(key, "") for key in TRAINING})


def change_of(known: Metadata, draft: Draft) -> Change:
    """What changes `known` into `draft`. Raises `InvalidInput` for the first thing that can't be
    used."""
    was = dict(draft_of(known).texts())
    wanted: dict[Key, str] = {}
    for key, text in draft.texts():
        if checked_key(key) in wanted:
            raise InvalidInput(tr("“{key}” stands there twice.", key=key.text))
        wanted[key] = text
    # What was not touched is not read: text of labels may be odder than what is taken here.
    changed = {key: text for key, text in wanted.items() if was.get(key) != text}
    set_values = {key: read_value(key, text) for key, text in changed.items()}
    return Change(set_values, frozenset(key for key in was if key not in wanted))
