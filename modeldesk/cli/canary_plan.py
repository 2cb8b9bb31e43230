"""A canary's plan as it is given on the command line: what is named is changed, the rest stays."""

import argparse
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from modeldesk.core.canary.model import DEFAULT_STEPS, Limits, RolloutPlan
from modeldesk.core.canary.plan import (
    parse_ms,
    parse_percent,
    parse_steps,
    parse_times,
    parse_window,
    share_text,
    window_text,
)
from modeldesk.core.errors import InvalidInput
from modeldesk.core.gateway.model import SplitKey
from modeldesk.core.words import tr

_T = TypeVar("_T")
_NONE = "none"
_DEFAULTS = RolloutPlan()


def add_plan(parser: argparse.ArgumentParser) -> None:
    """Everything a plan has, but its steps."""
    group = parser.add_argument_group("plan of a canary", "a limit can be none")
    group.add_argument(
        "--window",
        metavar="TIME",
        help=f"how long each step lasts, such as 5m ({window_text(_DEFAULTS.window_s)})",
    )
    group.add_argument(
        "--requests",
        type=int,
        metavar="N",
        help=f"that a window needs to say something ({_DEFAULTS.least_requests})",
    )
    group.add_argument(
        "--checks",
        type=int,
        metavar="N",
        help=f"failed in a row that send it back ({_DEFAULTS.failed_checks})",
    )
    group.add_argument("--errors", metavar="PERCENT", help="at most (1)")
    group.add_argument(
        "--errors-over", metavar="POINTS", help="over the stable version's at most (1)"
    )
    group.add_argument("--p95", metavar="MS", help="at most (none)")
    group.add_argument("--p95-times", metavar="TIMES", help="the stable version's at most (1.5)")
    group.add_argument("--accuracy", metavar="PERCENT", help="at least (none)")
    group.add_argument(
        "--accuracy-under", metavar="POINTS", help="under the stable version's at most (none)"
    )
    group.add_argument(
        "--by",
        metavar="KEY",
        help="what makes two requests one caller's: address, header:NAME or cookie:NAME (address)",
    )
    group.add_argument(
        "--mirror-first",
        action=argparse.BooleanOptionalAction,
        help="copies of requests before the first callers, whose answers nobody gets",
    )
    group.add_argument(
        "--at", metavar="TIME", help="begin then, such as 2026-04-05T22:00, by this machine's clock"
    )


def steps_help() -> str:
    """What is said of the steps, whatever option they are."""
    shares = ",".join(share_text(share).removesuffix(" %") for share in DEFAULT_STEPS)
    return f"percentages of the callers, such as {shares}; 100 is added when it lacks"


def read_plan(
    arguments: argparse.Namespace, steps: str | None, known: RolloutPlan = _DEFAULTS
) -> RolloutPlan:
    """`known` with what was named. Raises `InvalidInput`."""
    limits = known.limits
    key, field = _key(arguments.by, known)
    return replace(
        known,
        steps=parse_steps(steps) if steps is not None else known.steps,
        window_s=_read(arguments.window, parse_window, known.window_s),
        least_requests=_given(arguments.requests, known.least_requests),
        failed_checks=_given(arguments.checks, known.failed_checks),
        limits=Limits(
            _limit(arguments.errors, parse_percent, limits.error_rate),
            _limit(arguments.errors_over, parse_percent, limits.error_rate_over_stable),
            _limit(arguments.p95, parse_ms, limits.p95_ms),
            _limit(arguments.p95_times, parse_times, limits.p95_over_stable),
            _limit(arguments.accuracy, parse_percent, limits.accuracy),
            _limit(arguments.accuracy_under, parse_percent, limits.accuracy_under_stable),
        ),
        key=key,
        field=field,
        mirror_first=_given(arguments.mirror_first, known.mirror_first),
        starts=_read(arguments.at, _time, known.starts),
    )


def _given(given: _T | None, known: _T) -> _T:
    return known if given is None else given


def _read(text: str | None, read: Callable[[str], _T], known: _T) -> _T:
    return known if text is None else read(text)


def _limit(text: str | None, read: Callable[[str], float], known: float | None) -> float | None:
    if text is None:
        return known
    return None if text.strip() == _NONE else read(text)


def _key(text: str | None, known: RolloutPlan) -> tuple[SplitKey, str]:
    if text is None:
        return known.key, known.field
    name, colon, field = text.partition(":")
    found = next((key for key in SplitKey if key.value == name.strip()), None)
    if found is None or bool(colon) is (found is SplitKey.ADDRESS):
        raise InvalidInput(
            tr("Callers can’t be told apart by “{name}”.", name=text),
            tr("Write address, header:NAME or cookie:NAME."),
        )
    return found, field.strip()


def _time(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text.strip()).astimezone()
    # Other zones may lead out of the calendar.
    except (ValueError, OverflowError):
        raise InvalidInput(
            tr("“{text}” is no time.", text=text), tr("Write one such as 2026-04-05T22:00.")
        ) from None
