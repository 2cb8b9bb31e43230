"""Builds of the past in words and as figures of a chart (no Qt)."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from modeldesk.core.build.model import BuildRecord, BuildState, CacheUse
from modeldesk.core.text import KILO
from modeldesk.core.words import tr
from modeldesk.ui.build.words import state_text
from modeldesk.ui.charts.trend import TrendPoint, TrendSpec
from modeldesk.ui.presentation import age, duration, exact_size, printable, size

MOST_BARS = 60
_MINUTE, _HOUR = 60.0, 3600.0


def duration_spec() -> TrendSpec:
    """How long builds took."""
    return TrendSpec(tr("Duration"), _whole_duration, _time_base, tr("seconds"))


def size_spec() -> TrendSpec:
    """How large the images are that came of them."""
    return TrendSpec(tr("Size of the image"), lambda value: size(round(value)), _size_base,
                     tr("bytes"))  # fmt: skip


def duration_points(records: Sequence[BuildRecord]) -> list[TrendPoint]:
    """The newest builds, oldest first."""
    return [
        TrendPoint(one.id, version_of(one), one.seconds or None, _told(one), one.state in _WHOLE)
        for one in _shown(records)
    ]


def size_points(records: Sequence[BuildRecord]) -> list[TrendPoint]:
    """Those of the newest builds that made an image, oldest first."""
    return [
        TrendPoint(one.id, version_of(one), float(one.image_bytes), _told(one))
        for one in _shown([one for one in records if one.image_bytes is not None])
        if one.image_bytes is not None
    ]


def version_of(record: BuildRecord) -> str:
    """The version that was built."""
    return record.references[0].tag if record.references else ""


def cache_text(cache: CacheUse | None) -> str:
    """``5 of 7``: how many steps were cached; empty where nobody counted."""
    if cache is None or not cache.steps:
        return ""
    return tr("{cached} of {steps}", cached=cache.cached, steps=cache.steps)


def saved_time(cache: CacheUse | None) -> str:
    """What the cache spared, where it is worth saying."""
    return duration(cache.saved_seconds) if cache is not None and cache.saved_seconds >= 1 else ""


def matching(
    records: Iterable[BuildRecord], model: str, state: BuildState | None, words: str
) -> list[BuildRecord]:
    """Those of a model (empty: of all) that ended so (None: in any way), and whose names or
    folder have every word."""
    wanted = words.lower().split()
    return [
        one
        for one in records
        if model in ("", one.model)
        and state in (None, one.state)
        and (not wanted or all(word in _searched(one) for word in wanted))
    ]


def _searched(record: BuildRecord) -> str:
    names = " ".join(str(one) for one in record.references)
    return f"{record.model} {names} {record.folder}".lower()


def _shown(records: Sequence[BuildRecord]) -> list[BuildRecord]:
    ended = [one for one in records if one.state is not BuildState.RUNNING]
    return ended[:MOST_BARS][::-1]


def _told(record: BuildRecord) -> str:
    lines = [
        f"{printable(version_of(record))} · {age(record.started, datetime.now(UTC))}",
        f"{state_text(record.state)}, {duration(record.seconds)}",
    ]
    if cached := cache_text(record.cache):
        lines.append(tr("cached: {steps}", steps=cached))
    if record.image_bytes is not None:
        lines.append(f"{size(record.image_bytes)} ({exact_size(record.image_bytes)})")
    return "\n".join(lines)


def _time_base(largest: float) -> float:
    return _HOUR if largest >= 2 * _HOUR else _MINUTE if largest >= 2 * _MINUTE else 1.0


def _size_base(largest: float) -> float:
    base = 1.0
    while largest >= base * KILO:
        base *= KILO
    return base


def _whole_duration(seconds: float) -> str:
    """A mark of the axis."""
    if seconds >= _HOUR:
        return tr("{n} h", n=f"{seconds / _HOUR:g}")
    if seconds >= _MINUTE and seconds % _MINUTE == 0:
        return tr("{n} min", n=f"{seconds / _MINUTE:g}")
    return tr("{n} s", n=f"{seconds:g}")


_WHOLE = (BuildState.SUCCEEDED,)
