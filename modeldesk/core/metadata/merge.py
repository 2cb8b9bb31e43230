"""Labels and the edits made since, as one (pure)."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from modeldesk.core.metadata.document import edit_id
from modeldesk.core.metadata.model import Edit, Key, Metadata, Told, Value

_MOMENT = timedelta(milliseconds=1)


def merged(labels: Mapping[Key, Value], edits: Iterable[Edit]) -> Metadata:
    """The labels' values first, then each edit's, the newest last: by key, what was said last
    counts. One edit that is met twice counts once."""
    told = {key: Told(value, None) for key, value in labels.items()}
    history = in_order(edits)
    for edit in history:
        for key in edit.unset:
            told.pop(key, None)
        told.update((key, Told(value, edit)) for key, value in edit.set.items())
    return Metadata({key: told[key] for key in sorted(told, key=str)}, tuple(reversed(history)))


def in_order(edits: Iterable[Edit]) -> list[Edit]:
    """Oldest first, each once. Two of one moment stand in the same order everywhere."""
    by_id = {edit_id(edit): edit for edit in edits}
    return [by_id[one] for one in sorted(by_id, key=lambda one: (by_id[one].time, one))]


def time_for_next(now: datetime, edits: Iterable[Edit]) -> datetime:
    """When the next edit is said to be made: now, but after all that are known, so that a clock
    that goes wrong somewhere does not undo it."""
    return max((now, *(edit.time + _MOMENT for edit in edits)))
