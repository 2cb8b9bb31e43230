"""Keys and values as people write them."""

import math
import re
from collections.abc import Mapping

from modeldesk.core.containers.told import check_value
from modeldesk.core.errors import InvalidInput
from modeldesk.core.metadata.model import DATASET, TRAINING_TIME, Key, Section, Value
from modeldesk.core.text import DURATION_UNITS, duration_of, duration_text
from modeldesk.core.words import tr

LONGEST_NAME = 128
LONGEST_TEXT = 16_384
SHORT = {"dataset": DATASET, "training_time": TRAINING_TIME}
"""Keys that need no section."""
SECTIONS: Mapping[str, Section] = {
    **{section.value: section for section in Section},
    "metrics": Section.METRIC,
    "params": Section.PARAMETER,
    "parameter": Section.PARAMETER,
    "tags": Section.TAG,
}
"""How keys may begin; MLflow says it in the plural."""
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_WHOLE = re.compile(r"[+-]?\d{1,15}", re.ASCII)


def parse_key(text: str) -> Key:
    """``metric.accuracy``, ``dataset``. Raises `InvalidInput` for one of no section."""
    if text in SHORT:
        return SHORT[text]
    head, dot, name = text.partition(".")
    section = SECTIONS.get(head)
    if not dot or section is None:
        raise InvalidInput(
            tr("“{text}” is no key of metadata.", text=text),
            tr("Write metric.NAME, param.NAME, tag.NAME, dataset or training_time."),
        )
    return checked_key(Key(section, name))


def checked_key(key: Key) -> Key:
    """`key`, if it can be one. Raises `InvalidInput`."""
    if not key.name or len(key.name) > LONGEST_NAME or not key.name.isprintable():
        raise InvalidInput(
            tr("“{text}” can’t be the name of a value.", text=key.name[:LONGEST_NAME]),
            tr("Use up to {count} characters that can be printed.", count=LONGEST_NAME),
        )
    if key.name != key.name.strip():
        raise InvalidInput(tr("The name of a value can’t begin or end with a space."))
    if key.section is Section.TRAINING and key not in (DATASET, TRAINING_TIME):
        raise InvalidInput(
            tr("“{text}” is no key of metadata.", text=key.text),
            tr("Of a training there are dataset and training_time; else use param.NAME."),
        )
    return key


def read_value(key: Key, text: str) -> Value:
    """What `text` means for `key`: metrics are numbers, a training's time is a duration, tags and
    data sets are text as it stands, and parameters are numbers where they look like one. Raises
    `InvalidInput`, also for a text that looks like a secret."""
    text = text.strip()
    if not text:
        raise InvalidInput(
            tr("“{key}” has no value.", key=key.text), tr("Unset it where it should have none.")
        )
    if len(text) > LONGEST_TEXT:
        raise InvalidInput(
            tr("The value of “{key}” is too long.", key=key.text),
            tr("Use up to {count} characters.", count=LONGEST_TEXT),
        )
    if key == TRAINING_TIME:
        seconds = duration_of(text)
        if seconds is None:
            raise InvalidInput(
                tr("“{text}” is no duration.", text=text),
                tr("Write a number and one of {units}: 90min, 2.5h.", units=units_text()),
            )
        return seconds
    number = number_in(text)
    if key.section is Section.METRIC and number is None:
        raise InvalidInput(
            tr("“{text}” is no number, and “{key}” is one.", text=text, key=key.text),
            tr("Write it as 0.943; what is no number is a param.NAME or a tag.NAME."),
        )
    takes_numbers = key.section in (Section.METRIC, Section.PARAMETER)
    if takes_numbers and number is not None:
        return number
    check_value(key.text, key.name, text)
    return text


def read_pair(text: str) -> tuple[Key, Value]:
    """``KEY=VALUE``. Raises `InvalidInput`."""
    name, sign, value = text.partition("=")
    if not sign:
        raise InvalidInput(tr("“{text}” sets nothing.", text=text), tr("Write it as KEY=VALUE."))
    key = parse_key(name.strip())
    return key, read_value(key, value)


def number_in(text: str) -> float | None:
    """A finite number, whole ones as ints; None for other text."""
    if _WHOLE.fullmatch(text):
        return int(text)
    if not _NUMBER.fullmatch(text) or not math.isfinite(value := float(text)):
        return None
    return value


def value_text(key: Key, value: Value) -> str:
    """A value as `read_value` reads it."""
    if isinstance(value, str):
        return value
    if key != TRAINING_TIME:
        return repr(value)
    short = duration_text(value)
    exact = f"{value:.9f}".rstrip("0").rstrip(".") + "s"
    return short if duration_of(short) == value else exact


def units_text() -> str:
    """The units of durations, for a hint."""
    return ", ".join(DURATION_UNITS)
