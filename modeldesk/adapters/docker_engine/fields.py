"""Reading the engine's JSON: what is missing, null or of another type reads as empty."""

from collections.abc import Mapping
from datetime import UTC, datetime

EPOCH = datetime.fromtimestamp(0, UTC)
Object = Mapping[str, object]
"""A JSON object as the engine sent it."""


def text(value: object) -> str:
    return value if isinstance(value, str) else ""


def number(value: object) -> int:
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) else 0


def mapping(value: object) -> Object:
    return value if isinstance(value, dict) else {}


def items(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def texts(value: object) -> tuple[str, ...]:
    return tuple(item for item in items(value) if isinstance(item, str))


def labels(value: object) -> dict[str, str]:
    """Labels with values that are no text left out."""
    return {key: item for key, item in mapping(value).items() if isinstance(item, str)}


def moment(value: object) -> datetime:
    """A time given as seconds since the epoch or as RFC 3339 with up to nine decimals; the epoch
    for what is neither, and for the engine's “never” (the year 1)."""
    try:
        found = _read_time(value) if isinstance(value, str) else _at(number(value))
    except (ValueError, OverflowError, OSError):
        return EPOCH
    return EPOCH if found.tzinfo is None or found.year == 1 else found


def happened(value: object) -> datetime | None:
    """As `moment`, None for “never”."""
    found = moment(value)
    return None if found == EPOCH else found


def _at(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _read_time(written: str) -> datetime:
    whole, dot, rest = written.partition(".")
    if not dot:
        return datetime.fromisoformat(whole)
    zone = rest.lstrip("0123456789")
    decimals = rest[: len(rest) - len(zone)]
    return datetime.fromisoformat(f"{whole}.{decimals[:6]:0<6}{zone}")
