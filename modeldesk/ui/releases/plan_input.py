"""A rollout's plan as it is typed, and what is wrong with it (no Qt)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from typing import TypeVar

from modeldesk.core.canary.model import Limits, RolloutPlan
from modeldesk.core.canary.plan import (
    check_plan,
    check_window,
    parse_ms,
    parse_percent,
    parse_steps,
    parse_times,
    parse_window,
)
from modeldesk.core.errors import InvalidInput
from modeldesk.core.gateway.model import WHOLE, SplitKey
from modeldesk.core.words import tr, trn

T = TypeVar("T")
U = TypeVar("U")


class PlanField(Enum):
    """What a person fills in."""

    STEPS = "steps"
    WINDOW = "window"
    LEAST_REQUESTS = "least requests"
    FAILED_CHECKS = "failed checks"
    ERROR_RATE = "error rate"
    ERROR_OVER = "error over"
    P95 = "p95"
    P95_OVER = "p95 over"
    ACCURACY = "accuracy"
    ACCURACY_UNDER = "accuracy under"
    NAME = "name"
    STARTS = "starts"


LIMIT_FIELDS = (
    PlanField.ERROR_RATE,
    PlanField.ERROR_OVER,
    PlanField.P95,
    PlanField.P95_OVER,
    PlanField.ACCURACY,
    PlanField.ACCURACY_UNDER,
)


@dataclass(frozen=True, slots=True)
class PlanInput:
    """What stands in the fields. Limits are as they are read: rates in percent, an empty one is
    not looked at."""

    texts: Mapping[PlanField, str]
    key: SplitKey = SplitKey.ADDRESS
    mirror_first: bool = False
    starts: datetime | None = None


@dataclass(frozen=True, slots=True)
class PlanRead:
    """The plan, or what is wrong by field."""

    plan: RolloutPlan | None
    wrong: Mapping[PlanField, str]


def input_of(plan: RolloutPlan) -> PlanInput:
    """A plan as a person would type it."""
    limits = plan.limits
    return PlanInput(
        {
            PlanField.STEPS: ", ".join(f"{share / 100:g}" for share in plan.steps),
            PlanField.WINDOW: span_input(plan.window_s),
            PlanField.LEAST_REQUESTS: str(plan.least_requests),
            PlanField.FAILED_CHECKS: str(plan.failed_checks),
            PlanField.ERROR_RATE: _number_text(limits.error_rate, 100),
            PlanField.ERROR_OVER: _number_text(limits.error_rate_over_stable, 100),
            PlanField.P95: _number_text(limits.p95_ms),
            PlanField.P95_OVER: _number_text(limits.p95_over_stable),
            PlanField.ACCURACY: _number_text(limits.accuracy, 100),
            PlanField.ACCURACY_UNDER: _number_text(limits.accuracy_under_stable, 100),
            PlanField.NAME: plan.field,
        },
        plan.key,
        plan.mirror_first,
        plan.starts,
    )


def read_plan(given: PlanInput, now: datetime, begun: tuple[int, ...] = ()) -> PlanRead:
    """The plan that was typed; each field that can't be used has a sentence. `begun` are the
    steps that a canary that runs has behind it, with the one it is at: they stay."""
    reading = _Reading(given)
    whole: tuple[int, ...] = (WHOLE,)
    steps = reading.read(PlanField.STEPS, parse_steps, whole)
    if PlanField.STEPS not in reading.wrong and steps[: len(begun)] != begun:
        shares = ", ".join(f"{share / 100:g}" for share in begun)
        reading.wrong[PlanField.STEPS] = trn(
            "The canary has come so far already: begin with {shares}.",
            "The canary has come so far already: begin with {shares}.",
            len(begun),
            shares=shares,
        )
    limits = Limits(
        reading.limit(PlanField.ERROR_RATE, parse_percent),
        reading.limit(PlanField.ERROR_OVER, parse_percent),
        reading.limit(PlanField.P95, parse_ms),
        reading.limit(PlanField.P95_OVER, parse_times),
        reading.limit(PlanField.ACCURACY, parse_percent),
        reading.limit(PlanField.ACCURACY_UNDER, parse_percent),
    )
    plan = RolloutPlan(steps, limits=limits, mirror_first=given.mirror_first, starts=given.starts)
    plan = replace(plan, window_s=reading.read(PlanField.WINDOW, _window, plan.window_s))
    least = reading.read(PlanField.LEAST_REQUESTS, _whole, plan.least_requests)
    checks = reading.read(PlanField.FAILED_CHECKS, _whole, plan.failed_checks)
    reading.check(PlanField.LEAST_REQUESTS, replace(plan, least_requests=least))
    reading.check(PlanField.FAILED_CHECKS, replace(plan, failed_checks=checks))
    name = given.texts.get(PlanField.NAME, "").strip()
    named = given.key is not SplitKey.ADDRESS
    if named:
        reading.check(PlanField.NAME, replace(plan, key=given.key, field=name))
    if given.starts is not None and given.starts <= now:
        reading.wrong[PlanField.STARTS] = tr("That time is past.")
    if reading.wrong:
        return PlanRead(None, reading.wrong)
    plan = replace(plan, least_requests=least, failed_checks=checks)
    return PlanRead(replace(plan, key=given.key, field=name if named else ""), {})


class _Reading:
    """Reads field by field, and gathers what is wrong."""

    def __init__(self, given: PlanInput) -> None:
        self._texts = given.texts
        self.wrong: dict[PlanField, str] = {}

    def read(self, field: PlanField, how: Callable[[str], T], otherwise: U) -> T | U:
        try:
            return how(self._texts.get(field, "").strip())
        except InvalidInput as error:
            self.wrong[field] = _said(error)
            return otherwise

    def limit(self, field: PlanField, how: Callable[[str], float]) -> float | None:
        """None for an empty field: it is not looked at."""
        if not self._texts.get(field, "").strip():
            return None
        read: float | None = self.read(field, how, None)
        return read

    def check(self, field: PlanField, plan: RolloutPlan) -> None:
        """The plan differs in that field alone from one that can be used."""
        if field not in self.wrong:
            try:
                check_plan(plan)
            except InvalidInput as error:
                self.wrong[field] = _said(error)


def span_input(seconds: float) -> str:
    """Seconds as they are typed, in every language: ``10 min``, ``30 s``."""
    for unit, size in (("h", 3600.0), ("min", 60.0)):
        if seconds >= size and seconds % size == 0:
            return f"{seconds / size:g} {unit}"
    return f"{seconds:g} s"


def _window(text: str) -> float:
    # A space between a figure and its unit, as it is read, is as good.
    window = parse_window(text.replace(" ", ""))
    check_window(window)
    return window


def _whole(text: str) -> int:
    digits = text.replace(",", "")
    if not (digits.isascii() and digits.isdigit() and len(digits) < 12):
        raise InvalidInput(tr("Write a whole number."))
    return int(digits)


def _said(error: InvalidInput) -> str:
    return " ".join(filter(None, (error.message, error.hint)))


def _number_text(value: float | None, times: float = 1) -> str:
    return "" if value is None else f"{round(value * times, 6):g}"
