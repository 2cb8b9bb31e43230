"""What the charts of a rollout draw (no Qt)."""

from collections.abc import Callable, Sequence
from math import nan

from modeldesk.core.canary.model import Rollout, VersionNumbers, WindowNumbers
from modeldesk.core.canary.words import accuracy_text, ms_text, rate_text
from modeldesk.core.words import tr
from modeldesk.ui.charts.lines import Line, LineRole, LinesSpec
from modeldesk.ui.presentation import percent
from modeldesk.ui.releases.presented import FiguresView, RolloutFacts
from modeldesk.ui.releases.words import button_version

_Figure = Callable[[VersionNumbers], float | None]
_Bound = Callable[[VersionNumbers], float | None]


def latency_spec() -> LinesSpec:
    """The 95th percentile of the successes' latencies."""
    return LinesSpec(tr("Latency p95, ms"), ms_text, lambda v: f"{v:g}", "p95 ms", 1.0, 10.0)


def errors_spec() -> LinesSpec:
    """The share of requests that failed."""
    return LinesSpec(
        tr("Error rate"), rate_text, lambda v: percent(v, _digits(v)), tr("error rate"), 0.01, 0.01
    )


def accuracy_spec() -> LinesSpec:
    """The share of labelled requests that were predicted rightly."""
    return LinesSpec(
        tr("Accuracy of labelled feedback"),
        accuracy_text,
        lambda v: percent(v, _digits(v)),
        tr("accuracy"),
        least_top=0.1,
        most=1.0,
        from_zero=False,
    )


def _digits(value: float) -> int:
    return 0 if abs(value * 100 - round(value * 100)) < 1e-6 else 1


def figures_of(facts: RolloutFacts) -> FiguresView:
    """Lines and limits of a rollout."""
    rollout, windows = facts.rollout, facts.windows
    limits = rollout.plan.limits
    over, times_stable = limits.error_rate_over_stable, limits.p95_over_stable
    under = limits.accuracy_under_stable
    accurate = any(w.canary.labelled or w.stable.labelled for w in windows)
    return FiguresView(
        _lines(rollout, windows, lambda n: n.p95_ms, _bound(
            times_stable, lambda s, by: None if s.p95_ms is None else s.p95_ms * by)),
        limits.p95_ms,
        _lines(rollout, windows, lambda n: n.error_rate, _bound(
            over, lambda s, by: None if s.error_rate is None else s.error_rate + by)),
        limits.error_rate,
        _lines(rollout, windows, lambda n: n.accuracy, _bound(
            under, lambda s, by: None if s.accuracy is None else s.accuracy - by))
        if accurate
        else (),
        limits.accuracy,
    )  # fmt: skip


def _bound(
    amount: float | None, of_stable: Callable[[VersionNumbers, float], float | None]
) -> _Bound | None:
    """A limit that goes with stable; None where there is none."""
    return None if amount is None else lambda stable: of_stable(stable, amount)


def _lines(
    rollout: Rollout,
    windows: Sequence[WindowNumbers],
    figure: _Figure,
    bound: _Bound | None,
) -> tuple[Line, ...]:
    times = tuple(window.end for window in windows)

    def line(name: str, role: LineRole, values: Sequence[float | None]) -> Line:
        return Line(name, role, times, tuple(nan if v is None else v for v in values))

    stable = [figure(window.stable) for window in windows]
    canary = [figure(window.canary) for window in windows]
    lines = [
        line(button_version(rollout.stable), LineRole.STABLE, stable),
        line(button_version(rollout.target), LineRole.CANARY, canary),
    ]
    if bound is not None:
        name = tr("limit by {version}", version=button_version(rollout.stable))
        bounds = [bound(window.stable) for window in windows]
        lines.insert(0, line(name, LineRole.LIMIT, bounds))
    return tuple(lines)
