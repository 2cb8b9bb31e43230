"""Whether a canary's numbers are within its limits (pure)."""

from collections.abc import Iterator
from dataclasses import dataclass

from modeldesk.core.canary.model import (
    Evaluation,
    LimitCheck,
    Limits,
    Measure,
    RolloutPlan,
    Verdict,
    VersionNumbers,
    WindowNumbers,
)
from modeldesk.core.canary.numbers import RECENT, Recent
from modeldesk.core.canary.words import accuracy_text, ms_text, points_text, rate_text
from modeldesk.core.gateway.model import SplitKey
from modeldesk.core.words import tr, trn

HARD_STOP = RECENT // 2
"""So many errors of the newest `RECENT` requests stop a canary at once; with fewer requests than
that too, as no more successes could change it."""
LEAST_LABELLED = 20
"""So many labelled requests say something of the accuracy; fewer where fewer requests do."""
_LATENCY_FROM = 0.5
"""Before this part of its window few requests say little of latency and accuracy."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a look at the numbers came to."""

    verdict: Verdict
    limits: tuple[LimitCheck, ...]

    @property
    def why(self) -> str:
        """What was said where it failed, or where data lacked."""
        return " ".join(one.said for one in self.limits if one.verdict is self.verdict)


def hard_stop(recent: Recent) -> LimitCheck | None:
    """What is said where the canary is to be stopped at once; else None. One caller who leaves
    before the answer tells nothing; that nobody gets one does."""
    if recent.errors >= HARD_STOP:
        said = trn(
            "{errors} of the last {count} request failed (5xx or no answer).",
            "{errors} of the last {count} requests failed (5xx or no answer).",
            recent.requests,
            errors=recent.errors,
        )
    elif recent.unanswered >= RECENT:
        said = trn(
            "The last {count} caller had no answer and left.",
            "The last {count} callers had no answer and left.",
            recent.unanswered,
        )
    else:
        return None
    return LimitCheck(Measure.HARD_STOP, Verdict.FAILED, said)


def judge(
    numbers: WindowNumbers, plan: RolloutPlan, part: float, evaluation: Evaluation | None = None
) -> Judgement:
    """Hold the numbers against the plan's limits.

    `part` says how much of the window is over, 0 to 1. Before its end errors only count as too
    many when they would be too many for a whole window of as many requests a second, and latency
    and accuracy are looked at from its middle on. Too few requests, or too few labelled ones where
    a limit asks for them, are no data: neither good nor bad. An `evaluation` stands in for labelled
    requests where those are too few.
    """
    canary, stable, limits = numbers.canary, numbers.stable, plan.limits
    checks = [_requests(numbers, plan)]
    if canary.requests >= plan.least_requests:
        compared = stable.requests >= plan.least_requests
        checks += _errors(canary, stable if compared else None, limits, part)
        if part >= _LATENCY_FROM:
            checks += _latency(canary, stable if compared else None, limits)
        if not compared:
            checks += _not_compared(stable, limits)
    if part >= _LATENCY_FROM:
        checks += _accuracy(numbers, plan, evaluation)
    found = {one.verdict for one in checks}
    verdict = next(
        (one for one in (Verdict.FAILED, Verdict.NO_DATA) if one in found), Verdict.PASSED
    )
    return Judgement(verdict, tuple(checks))


def _requests(numbers: WindowNumbers, plan: RolloutPlan) -> LimitCheck:
    canary, least = numbers.canary, plan.least_requests
    if canary.requests >= least:
        said = trn("{count} request.", "{count} requests.", canary.requests)
        return LimitCheck(Measure.REQUESTS, Verdict.PASSED, said)
    said = trn(
        "The canary had {count} request; a window needs {least}.",
        "The canary had {count} requests; a window needs {least}.",
        canary.requests,
        least=f"{least:,}",
    )
    if canary.refused:
        said += " " + trn(
            "{count} more was refused (4xx).", "{count} more were refused (4xx).", canary.refused
        )
    if canary.cancelled:
        said += " " + trn(
            "{count} more caller left before the answer.",
            "{count} more callers left before the answer.",
            canary.cancelled,
        )
    if not canary.requests + canary.refused + canary.cancelled and numbers.stable.requests >= least:
        said += " " + _came_as_one(plan)
    return LimitCheck(Measure.REQUESTS, Verdict.NO_DATA, said)


def _came_as_one(plan: RolloutPlan) -> str:
    """Why the stable version may have all callers, whatever the canary's share is."""
    match plan.key:
        case SplitKey.ADDRESS:
            return tr(
                "Do all callers have one address, as behind a proxy and on the engine’s own "
                "machine? A header or a cookie tells those apart."
            )
        case SplitKey.HEADER:
            return tr("Do requests have the header {name}?", name=plan.field)
        case SplitKey.COOKIE:
            return tr("Do requests have the cookie {name}?", name=plan.field)


def _errors(
    canary: VersionNumbers, stable: VersionNumbers | None, limits: Limits, part: float
) -> Iterator[LimitCheck]:
    expected = canary.requests / max(part, 1e-3)
    rate = canary.errors / canary.requests
    figures = tr(
        "{rate} of {count} requests failed", rate=rate_text(rate), count=f"{canary.requests:,}"
    )
    if limits.error_rate is not None:
        yield _check(
            Measure.ERROR_RATE,
            canary.errors > limits.error_rate * expected + 1e-9,
            tr("{figures}; {limit} may.", figures=figures, limit=rate_text(limits.error_rate)),
        )
    if limits.error_rate_over_stable is not None and stable is not None:
        theirs = stable.errors / stable.requests
        most = theirs + limits.error_rate_over_stable
        yield _check(
            Measure.ERROR_RATE_OVER_STABLE,
            canary.errors > most * expected + 1e-9,
            tr(
                "{figures}, of the stable version’s {theirs}; it may be {limit} more.",
                figures=figures,
                theirs=rate_text(theirs),
                limit=points_text(limits.error_rate_over_stable),
            ),
        )


def _latency(
    canary: VersionNumbers, stable: VersionNumbers | None, limits: Limits
) -> Iterator[LimitCheck]:
    if canary.p95_ms is None:
        return
    ours = ms_text(canary.p95_ms)
    if limits.p95_ms is not None:
        yield _check(
            Measure.P95,
            canary.p95_ms > limits.p95_ms,
            tr("p95 is {ours}; it may be {limit}.", ours=ours, limit=ms_text(limits.p95_ms)),
        )
    if limits.p95_over_stable is not None and stable is not None and stable.p95_ms:
        times = canary.p95_ms / stable.p95_ms
        yield _check(
            Measure.P95_OVER_STABLE,
            times > limits.p95_over_stable,
            tr(
                "p95 is {ours}, {times} × the stable version’s {theirs}; it may be {limit} ×.",
                ours=ours,
                times=f"{times:.2f}",
                theirs=ms_text(stable.p95_ms),
                limit=f"{limits.p95_over_stable:g}",
            ),
        )


def _not_compared(stable: VersionNumbers, limits: Limits) -> Iterator[LimitCheck]:
    """Where all callers are the canary's, the stable version has none: that is no failing."""
    relative = (
        (Measure.ERROR_RATE_OVER_STABLE, limits.error_rate_over_stable),
        (Measure.P95_OVER_STABLE, limits.p95_over_stable),
    )
    said = trn(
        "Not compared: the stable version had {count} request.",
        "Not compared: the stable version had {count} requests.",
        stable.requests,
    )
    for measure, limit in relative:
        if limit is not None:
            yield LimitCheck(measure, Verdict.NOT_MEASURED, said)


def _accuracy(
    numbers: WindowNumbers, plan: RolloutPlan, evaluation: Evaluation | None
) -> Iterator[LimitCheck]:
    limits = plan.limits
    least = min(LEAST_LABELLED, plan.least_requests)
    ours, of = _told(numbers.canary, least, evaluation.canary.accuracy if evaluation else None)
    theirs, _ = _told(numbers.stable, least, evaluation.stable.accuracy if evaluation else None)
    if limits.accuracy is not None:
        if ours is None:
            yield _too_few_labels(Measure.ACCURACY, numbers.canary, least)
        else:
            yield _check(
                Measure.ACCURACY,
                ours < limits.accuracy - 1e-9,
                tr(
                    "The accuracy is {ours} ({of}); {limit} is asked for.",
                    ours=accuracy_text(ours),
                    of=of,
                    limit=accuracy_text(limits.accuracy),
                ),
            )
    if limits.accuracy_under_stable is not None:
        if ours is None:
            yield _too_few_labels(Measure.ACCURACY_UNDER_STABLE, numbers.canary, least)
        elif theirs is None:
            said = trn(
                "The accuracy is not compared: {count} of the stable version’s requests was told "
                "the truth about.",
                "The accuracy is not compared: {count} of the stable version’s requests were told "
                "the truth about.",
                numbers.stable.labelled,
            )
            yield LimitCheck(Measure.ACCURACY_UNDER_STABLE, Verdict.NOT_MEASURED, said)
        else:
            yield _check(
                Measure.ACCURACY_UNDER_STABLE,
                theirs - ours > limits.accuracy_under_stable + 1e-9,
                tr(
                    "The accuracy is {ours} ({of}), the stable version’s {theirs}; it may be "
                    "{limit} less.",
                    ours=accuracy_text(ours),
                    of=of,
                    theirs=accuracy_text(theirs),
                    limit=points_text(limits.accuracy_under_stable),
                ),
            )


def _told(numbers: VersionNumbers, least: int, evaluated: float | None) -> tuple[float | None, str]:
    """The accuracy, and of what; None where too little is known."""
    if numbers.labelled >= least:
        of = trn("{count} labelled request", "{count} labelled requests", numbers.labelled)
        return numbers.accuracy, of
    return evaluated, tr("evaluation set")


def _too_few_labels(measure: Measure, canary: VersionNumbers, least: int) -> LimitCheck:
    said = trn(
        "The truth is known of {count} of the canary’s requests; a window needs {least}.",
        "The truth is known of {count} of the canary’s requests; a window needs {least}.",
        canary.labelled,
        least=least,
    )
    return LimitCheck(measure, Verdict.NO_DATA, said)


def _check(measure: Measure, over: bool, said: str) -> LimitCheck:
    return LimitCheck(measure, Verdict.FAILED if over else Verdict.PASSED, said)
