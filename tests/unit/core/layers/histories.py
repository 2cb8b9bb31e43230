"""Histories as builders leave them."""

from collections.abc import Iterable
from datetime import UTC, datetime

from modeldesk.core.ids import DiffId
from modeldesk.core.images import HistoryEntry
from modeldesk.core.layers.align import EMPTY_LAYER

DAY = datetime(2026, 4, 5, tzinfo=UTC)


def history(*lines: str | tuple[str, int] | tuple[str, int, str]) -> tuple[HistoryEntry, ...]:
    """Oldest first; a line without a size has none."""
    entries = []
    for line in lines:
        text, size, comment = (line, 0, "") if isinstance(line, str) else (*line, "")[:3]
        entries.append(HistoryEntry(text, size, DAY, comment))
    return tuple(entries)


def diffs(text: str | Iterable[str]) -> tuple[DiffId, ...]:
    """One diff ID per character; ``0`` is the empty layer's."""
    return tuple(EMPTY_LAYER if name == "0" else DiffId(f"sha256:{name}") for name in text)
