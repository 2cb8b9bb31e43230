"""The lines that a gateway prints about requests (pure)."""

import json
from typing import Any

from modeldesk.core.gateway.model import CALLER_LEFT, Answered, FeedbackPosted

_NONE = ("", "-")
_TAKEN, _NOT_CHANGED = 202, 304
_WHOLE = "OK"


class LogReader:
    """Reads lines. Those that are cut or broken are passed over; `skipped` counts them."""

    def __init__(self) -> None:
        self.skipped = 0

    def read(self, line: str) -> Answered | FeedbackPosted | None:
        """None for what is no request: it was broken, or feedback that was not taken."""
        try:
            told = json.loads(line)
            return _feedback(told) if "body" in told else _answered(told)
        # Numbers may have too many digits, and brackets be nested too deep.
        except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):
            self.skipped += 1
            return None


def _feedback(told: Any) -> FeedbackPosted | None:
    taken = told["s"] == _TAKEN and isinstance(told["body"], str)
    return FeedbackPosted(float(told["t"]), told["body"]) if taken else None


def _answered(told: Any) -> Answered | None:
    """What stands for the backend that was meant: another that helped out comes after a colon,
    each with a status and a time for every try. A backend that sent no head, or less than it said
    it would, did not answer."""
    mirrored = told.get("m") == 1
    if mirrored and not told["us"]:
        return None
    status = int(told["s"])
    answered = _last(told["uh"]) not in _NONE and not _broke_off(told, status)
    return Answered(
        float(told["t"]),
        _text(told["v"]),
        status,
        int(_last(told["us"])) if answered else None,
        _sum(told["ut"]) if answered else None,
        _text(told["id"]),
        _text(told["r"]),
        told["f"] == 1,
        mirrored,
        # Who waited for a backend and left has no status of it, but a time.
        told["us"] not in _NONE or (status == CALLER_LEFT and told["ut"] not in _NONE),
    )


def _broke_off(told: Any, status: int) -> bool:
    """Nginx counts an answer as complete that the backend broke off, and one as not complete
    that the caller did not wait for."""
    said, sent = told["cl"], told["ul"]
    if told["ok"] != _WHOLE or not said.isdecimal() or not sent.isdecimal():
        return False
    return int(sent) < int(said) and told["q"] != "HEAD" and status != _NOT_CHANGED


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def _last(tries: str) -> str:
    """Of the first group's."""
    if " " not in tries:
        return tries
    every = [one for one in tries.partition(" : ")[0].split(", ") if one not in _NONE]
    return every[-1] if every else ""


def _sum(tries: str) -> float:
    """In seconds."""
    if " " not in tries:
        return float(tries)
    return sum(float(one) for one in tries.partition(" : ")[0].split(", ") if one not in _NONE)
