"""What an image's labels tell of it as metadata, and the labels a build writes for that."""

import json
import math
from collections.abc import Mapping
from itertools import islice
from typing import Any

from modeldesk.core.errors import InvalidInput
from modeldesk.core.images import Labels
from modeldesk.core.labels import (
    DATASET_VERSION_LABEL,
    METRICS_LABEL,
    MOST_METRICS,
    PARAMETERS_LABEL,
    TAGS_LABEL,
    TRAINING_SECONDS_LABEL,
)
from modeldesk.core.library.labels import metrics
from modeldesk.core.metadata.keys import LONGEST_TEXT, checked_key, number_in
from modeldesk.core.metadata.model import DATASET, TRAINING_TIME, Key, Section, Value

_OBJECTS = {Section.PARAMETER: PARAMETERS_LABEL, Section.TAG: TAGS_LABEL}


def from_labels(labels: Labels) -> dict[Key, Value]:
    """The values that labels tell: anybody's text, read with care."""
    found: dict[Key, Value] = {}
    for name, number in metrics(labels).items():
        _take(found, Key(Section.METRIC, name), number)
    for section, label in _OBJECTS.items():
        for name, value in islice(_object(labels.get(label, "")).items(), MOST_METRICS):
            _take(found, Key(section, name), value)
    _take(found, DATASET, labels.get(DATASET_VERSION_LABEL, "").strip())
    seconds = number_in(labels.get(TRAINING_SECONDS_LABEL, "").strip())
    if seconds is not None and seconds >= 0:
        found[TRAINING_TIME] = seconds
    return found


def to_labels(values: Mapping[Key, Value]) -> dict[str, str]:
    """The labels that `from_labels` reads as `values`."""
    written: dict[str, str] = {}
    for section, label in {Section.METRIC: METRICS_LABEL, **_OBJECTS}.items():
        own = {key.name: value for key, value in values.items() if key.section is section}
        if own:
            written[label] = json.dumps(own, sort_keys=True, ensure_ascii=False)
    if DATASET in values:
        written[DATASET_VERSION_LABEL] = str(values[DATASET])
    if TRAINING_TIME in values:
        written[TRAINING_SECONDS_LABEL] = repr(values[TRAINING_TIME])
    return written


def with_values(labels: Labels, values: Mapping[Key, Value]) -> dict[str, str]:
    """`labels` with `values` beside what they tell, and in place of it."""
    if not values:
        return dict(labels)
    return {**labels, **to_labels({**from_labels(labels), **values})}


def _take(found: dict[Key, Value], key: Key, value: Any) -> None:
    if isinstance(value, str):
        good = 0 < len(value) <= LONGEST_TEXT
    else:
        good = isinstance(value, int | float) and not isinstance(value, bool) and _finite(value)
    if good:
        try:
            found[checked_key(key)] = value
        except InvalidInput:
            return


def _object(text: str) -> Mapping[str, Any]:
    try:
        content = json.loads(text) if text else {}
    except (ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def _finite(value: float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:  # an integer too large for a float
        return False
