"""Metadata as programs give it: plain mappings."""

import math
from collections.abc import Iterator, Mapping

from modeldesk.core.errors import InvalidInput
from modeldesk.core.metadata.keys import (
    LONGEST_TEXT,
    SECTIONS,
    SHORT,
    checked_key,
    parse_key,
    read_value,
)
from modeldesk.core.metadata.model import TRAINING_TIME, Key, Section, Value
from modeldesk.core.text import printable
from modeldesk.core.words import tr


def from_mapping(given: Mapping[str, object]) -> dict[Key, Value]:
    """``{"accuracy": 0.94, "dataset": "clicks-2025-11", "params": {"lr": 0.01}}``: names as
    `parse_key` reads them, or in a mapping of their section; a bare name is a metric where its
    value is a number, else a tag. Raises `InvalidInput`."""
    return dict(_values(given))


def _values(given: Mapping[str, object]) -> Iterator[tuple[Key, Value]]:
    for name, value in given.items():
        if isinstance(value, Mapping):
            section = SECTIONS.get(name)
            if section is None:
                raise InvalidInput(
                    tr("“{name}” is no section of metadata.", name=printable(str(name))),
                    tr("There are metrics, params and tags."),
                )
            for inner, one in value.items():
                key = checked_key(Key(section, str(inner)))
                yield key, _value(key, one)
        else:
            key = _key(str(name), value)
            yield key, _value(key, value)


def _key(name: str, value: object) -> Key:
    if name in SHORT or (name.partition(".")[0] in SECTIONS and "." in name):
        return parse_key(name)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return checked_key(Key(Section.METRIC if is_number else Section.TAG, name))


def _value(key: Key, value: object) -> Value:
    if isinstance(value, bool):
        value = str(value).lower()
    if isinstance(value, str):
        return read_value(key, value)
    if not isinstance(value, int | float):
        raise InvalidInput(
            tr("The value of “{key}” is neither a text nor a number.", key=key.text),
            tr("Write it as a text; what has parts goes into a file of the model."),
        )
    if key.section in (Section.METRIC, Section.PARAMETER) or key == TRAINING_TIME:
        # A whole number may be too large for what is kept.
        if not math.isfinite(value) or len(repr(value)) > LONGEST_TEXT:
            raise InvalidInput(tr("The value of “{key}” is no finite number.", key=key.text))
        if key == TRAINING_TIME and value < 0:
            raise InvalidInput(tr("A training takes no negative time."))
        return value
    return read_value(key, str(value))
