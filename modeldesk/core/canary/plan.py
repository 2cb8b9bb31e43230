"""What a person says of a canary's plan, read and checked (pure)."""

import math
import re
from itertools import pairwise

from modeldesk.core.canary.model import Limits, RolloutPlan
from modeldesk.core.errors import InvalidInput
from modeldesk.core.gateway.model import WHOLE, SplitKey
from modeldesk.core.words import tr, trn

MOST_STEPS = 50
LEAST_WINDOW_S, MOST_WINDOW_S = 3.0, 7 * 86_400.0
MOST_REQUESTS = 10_000_000
MOST_CHECKS = 100
_LONGEST = 1000
"""Characters of what was typed that are looked at."""
_SHARE = re.compile(r"(\d{1,3})(?:\.(\d{1,2}))? ?%?", re.ASCII)
_WINDOW = re.compile(
    r"(?:(?P<h>\d{1,4})h)? ?(?:(?P<min>\d{1,5})m(?:in)?)? ?(?:(?P<s>\d{1,6})s)?", re.ASCII
)
_NUMBER = re.compile(r"\d{1,12}(?:\.\d{1,12})?", re.ASCII)
_FIELDS = {
    SplitKey.HEADER: re.compile(r"[A-Za-z0-9-]{1,64}", re.ASCII),
    SplitKey.COOKIE: re.compile(r"[A-Za-z0-9_]{1,64}", re.ASCII),
}
"""What a header or cookie can be called that nginx has a variable for."""


def parse_steps(text: str) -> tuple[int, ...]:
    """Shares in hundredths of a percent of ``10,25,50``. They grow, and all callers are the last
    step: where it was not written, it is added. Raises `InvalidInput`."""
    parts = [part.strip() for part in text[:_LONGEST].split(",")]
    steps = tuple(_share(part) for part in parts)
    if steps[-1] < WHOLE:
        steps = (*steps, WHOLE)
    check_steps(steps)
    return steps


def check_steps(steps: tuple[int, ...]) -> None:
    """Raise `InvalidInput` unless a canary can go by them."""
    for before, after in pairwise(steps):
        if after <= before:
            raise InvalidInput(
                tr(
                    "The steps must grow, and {after} does not follow {before}.",
                    before=share_text(before),
                    after=share_text(after),
                ),
                _steps_hint(),
            )
    if not steps or not steps[0] > 0 or steps[-1] != WHOLE:
        raise InvalidInput(
            tr("The steps must lead from more than 0 % to 100 % of the callers."), _steps_hint()
        )
    if len(steps) > MOST_STEPS:
        raise InvalidInput(
            trn("There is {count} step.", "There are {count} steps.", len(steps)),
            tr("Use {most} at most.", most=MOST_STEPS),
        )


def parse_window(text: str) -> float:
    """Seconds of ``5m``, ``30s``, ``1h30m``. Raises `InvalidInput`."""
    found = _WINDOW.fullmatch(text.strip()[:_LONGEST])
    if not found or not any(found.groups()):
        raise InvalidInput(
            tr("“{text}” is no length of time.", text=text[:_LONGEST]),
            tr("Write 5m, 30s or 1h30m."),
        )
    hours, minutes, seconds = (int(found[part] or 0) for part in ("h", "min", "s"))
    window = float(hours * 3600 + minutes * 60 + seconds)
    check_window(window)
    return window


def check_window(seconds: float) -> None:
    """Raise `InvalidInput` unless a step can last so long."""
    if not LEAST_WINDOW_S <= seconds <= MOST_WINDOW_S:
        raise InvalidInput(
            tr("A step can’t last so long, or so short."), tr("Choose between 3 s and 7 days.")
        )


def parse_percent(text: str) -> float:
    """A share, 0 to 1, of ``1``, ``0.5%``, ``97.5``. Raises `InvalidInput`."""
    share = _number(text.strip()[:_LONGEST].removesuffix("%").rstrip()) / 100
    if share > 1:
        raise InvalidInput(
            tr("{text} is more than all.", text=text[:_LONGEST]), tr("Write 100 % at most.")
        )
    return share


def parse_ms(text: str) -> float:
    """Milliseconds of ``250``, ``250ms``, ``1.5s``. Raises `InvalidInput`."""
    written = text.strip()[:_LONGEST]
    if written.endswith("ms"):
        found = _number(written.removesuffix("ms").rstrip())
    elif written.endswith("s"):
        found = _number(written.removesuffix("s").rstrip()) * 1000
    else:
        found = _number(written)
    if not found:
        raise InvalidInput(tr("No answer takes no time."), tr("Write 250ms or 1.5s."))
    return found


def parse_times(text: str) -> float:
    """How many times as much, of ``1.5`` or ``2x``. Raises `InvalidInput`."""
    found = _number(text.strip()[:_LONGEST].removesuffix("x").removesuffix("×").rstrip())
    if found < 1:
        raise InvalidInput(
            tr("A canary can’t be asked to be faster than the stable version."),
            tr("Write 1 or more, such as 1.5."),
        )
    return found


def check_plan(plan: RolloutPlan) -> None:
    """Raise `InvalidInput` unless a canary can go by it, whoever made it."""
    check_steps(plan.steps)
    check_window(plan.window_s)
    if not 1 <= plan.least_requests <= MOST_REQUESTS:
        raise InvalidInput(
            tr("A window can’t be judged by {count} requests.", count=plan.least_requests),
            tr("Choose between 1 and {most}.", most=f"{MOST_REQUESTS:,}"),
        )
    if not 1 <= plan.failed_checks <= MOST_CHECKS:
        raise InvalidInput(
            tr("{count} failed checks in a row can’t be waited for.", count=plan.failed_checks),
            tr("Choose between 1 and {most}.", most=MOST_CHECKS),
        )
    _check_limits(plan.limits)
    allowed = _FIELDS.get(plan.key)
    if allowed and not allowed.fullmatch(plan.field):
        raise InvalidInput(
            tr("Callers can’t be told apart by “{name}”.", name=plan.field[:_LONGEST]),
            tr(
                "A header’s name can have letters, digits and dashes, a cookie’s letters, digits "
                "and underscores."
            ),
        )


def _check_limits(limits: Limits) -> None:
    shares = (
        limits.error_rate,
        limits.error_rate_over_stable,
        limits.accuracy,
        limits.accuracy_under_stable,
    )
    if any(one is not None and not 0 <= one <= 1 for one in shares):
        raise InvalidInput(tr("A limit of a rate must lie between 0 % and 100 %."))
    p95, times = limits.p95_ms, limits.p95_over_stable
    if (p95 is not None and not 0 < p95 < math.inf) or (
        times is not None and not 1 <= times < math.inf
    ):
        raise InvalidInput(
            tr("A limit of latencies must be more than 0 ms, and at least 1 × stable’s.")
        )


def share_text(share: int) -> str:
    """A share in hundredths of a percent: ``10 %``, ``2.5 %``, ``0.25 %``."""
    whole, part = divmod(share, 100)
    return f"{whole}{f'.{part:02}'.rstrip('0') if part else ''} %"


def window_text(seconds: float) -> str:
    """As `parse_window` reads it: ``5m``, ``1h30m``, ``90s`` as ``1m30s``."""
    whole = max(0, round(seconds))
    hours, minutes, rest = whole // 3600, whole % 3600 // 60, whole % 60
    parts = ((hours, "h"), (minutes, "m"), (rest, "s"))
    return "".join(f"{count}{unit}" for count, unit in parts if count) or "0s"


def _share(part: str) -> int:
    found = _SHARE.fullmatch(part)
    share = int(found[1]) * 100 + int((found[2] or "").ljust(2, "0")) if found else 0
    if not 0 < share <= WHOLE:
        raise InvalidInput(tr("“{text}” is no share of the callers.", text=part), _steps_hint())
    return share


def _steps_hint() -> str:
    return tr("Write percentages with two decimals at most, such as 10,25,50,100.")


def _number(text: str) -> float:
    if not _NUMBER.fullmatch(text):
        raise InvalidInput(
            tr("“{text}” is no number.", text=text), tr("Write digits, and a point for decimals.")
        )
    return float(text)
