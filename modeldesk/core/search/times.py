"""Moments as whole numbers, which sort and compare exactly."""

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def microseconds(moment: datetime) -> int:
    """Since the epoch, exactly."""
    return (moment - _EPOCH) // _MICROSECOND


def age_s(created: int, now: int) -> float:
    """Seconds between two moments in microseconds."""
    return (now - created) / 1e6
