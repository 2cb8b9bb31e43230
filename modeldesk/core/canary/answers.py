"""What an answer counts as (pure)."""

from enum import Enum

from modeldesk.core.gateway.model import CALLER_LEFT, Answered


class Counted(Enum):
    """Success and error are what a version is judged by."""

    SUCCESS = "success"
    ERROR = "error"
    REFUSED = "refused"
    CANCELLED = "cancelled"


def counted_as(answer: Answered) -> Counted:
    """5xx of the backend it was for, and no answer of it, are errors, whatever the caller got from
    another; 4xx is the caller's mistake, and so is what the gateway passes on to nobody; a caller
    who left tells nothing."""
    theirs = answer.backend_status
    if not answer.passed_on and answer.status != CALLER_LEFT:
        return Counted.REFUSED
    if answer.failed:
        return Counted.ERROR
    if answer.status == CALLER_LEFT or theirs is None:
        return Counted.CANCELLED
    return Counted.REFUSED if theirs >= 400 else Counted.SUCCESS
