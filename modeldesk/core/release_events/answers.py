"""What follows from a receiver's answer: it has the event, it is tried again, or it is given up."""

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import Enum

from modeldesk.core.release_events.ports import Posted
from modeldesk.core.text import printable
from modeldesk.core.words import tr

FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 300.0
LONGEST_ASKED_S = 3600.0
"""A receiver that asks to be left alone for longer is tried again after that all the same."""
GIVE_UP_AFTER_S = 24 * 3600.0
"""What is older than that when a try fails is given up."""
LEAST_TRIES = 5
"""But not before so many: the machine may have slept."""
_AGAIN = (408, 425, 429)
_SHOWN = 200


class Fate(Enum):
    """What becomes of an event."""

    DELIVERED = "delivered"
    AGAIN = "again"
    REFUSED = "refused"
    """It would be refused again."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an answer means. `pause_s` is what the receiver asked for at least."""

    fate: Fate
    text: str
    pause_s: float = 0.0


def verdict(posted: Posted, now: datetime) -> Verdict:
    """Any 2xx is taken for a receipt."""
    status = posted.status
    said = _said(posted)
    if 200 <= status < 300:
        return Verdict(Fate.DELIVERED, tr("It was received."))
    if 300 <= status < 400:
        return Verdict(
            Fate.REFUSED,
            tr("It answered with a redirect ({status}), which is not followed: give the address "
               "that it leads to.", status=status),
        )  # fmt: skip
    if status >= 500 or status in _AGAIN:
        pause = min(_asked_s(posted.retry_after, now), LONGEST_ASKED_S)
        return Verdict(Fate.AGAIN, tr("It answered {said}.", said=said), pause)
    if status in (401, 403):
        return Verdict(
            Fate.REFUSED, tr("It does not accept the signature or token ({said}).", said=said)
        )
    return Verdict(Fate.REFUSED, tr("It refused the event ({said}).", said=said))


def pause_s(tries: int, asked_s: float = 0.0) -> float:
    """How long is waited after the `tries`-th try: twice as long each time, and never quite as
    long as others that failed at the same moment."""
    grown = min(FIRST_PAUSE_S * 2.0 ** min(tries - 1, 20), LONGEST_PAUSE_S)
    return max(asked_s, grown * random.uniform(0.8, 1.2))


def _said(posted: Posted) -> str:
    words = " ".join(printable(posted.text.replace("\n", " ")).split())[:_SHOWN]
    return f"{posted.status}: {words}" if words else str(posted.status)


def _asked_s(text: str, now: datetime) -> float:
    """Seconds, from a number of them or a date; 0 for neither."""
    asked = text.strip()
    if asked.isascii() and asked.isdigit():
        return float(asked[:9])
    try:
        until = parsedate_to_datetime(asked)
    except ValueError:
        return 0.0
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return max(0.0, (until - now) / timedelta(seconds=1))
