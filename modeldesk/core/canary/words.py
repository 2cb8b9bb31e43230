"""A rollout's figures and states in words, the same in the window, on the command line and in
reports."""

from modeldesk.core.canary.model import Measure, Phase, Rollout, Verdict
from modeldesk.core.canary.plan import share_text
from modeldesk.core.canary.shares import wanted
from modeldesk.core.compare.figures import MINUS
from modeldesk.core.gateway.model import SplitKey
from modeldesk.core.releases.names import version_text
from modeldesk.core.text import printable
from modeldesk.core.words import tr

NOTHING = "–"


def rate_text(rate: float | None) -> str:
    """A rate with as many digits as tell something: ``0 %``, ``0.25 %``, ``12.5 %``."""
    if rate is None:
        return NOTHING
    percent = rate * 100
    if 0 < percent < 0.005:
        return "<0.01 %"
    return f"{f'{percent:.2f}'.rstrip('0').rstrip('.')} %"


def accuracy_text(accuracy: float | None) -> str:
    """An accuracy with one decimal: ``97.5 %``."""
    if accuracy is None:
        return NOTHING
    return "100 %" if accuracy == 1 else f"{min(accuracy * 100, 99.9):.1f} %"


def points_text(difference: float) -> str:
    """A difference of rates: ``1 point``, in percentage points."""
    points = f"{difference * 100:.2f}".rstrip("0").rstrip(".").replace("-", MINUS)
    return tr("{points} points", points=points) if points != "1" else tr("1 point")


def ms_text(ms: float | None) -> str:
    """A latency with three digits: ``0.83 ms``, ``41.2 ms``, ``1.25 s``."""
    if ms is None:
        return NOTHING
    if ms >= 999.5:
        return f"{ms / 1000:.3g} s" if ms < 999_500 else f"{ms / 1000:,.0f} s"
    return f"{ms:.3g} ms"


def phase_name(phase: Phase) -> str:
    """What a phase is called."""
    return {
        Phase.SCHEDULED: tr("Scheduled"),
        Phase.MIRRORING: tr("Copies of requests"),
        Phase.STEP: tr("Running"),
        Phase.PAUSED: tr("Paused"),
        Phase.PROMOTED: tr("Promoted"),
        Phase.ABORTED: tr("Aborted"),
    }[phase]


def verdict_name(verdict: Verdict) -> str:
    """What a verdict is called."""
    return {
        Verdict.PASSED: tr("Passed"),
        Verdict.FAILED: tr("Failed"),
        Verdict.NO_DATA: tr("No data"),
        Verdict.NOT_MEASURED: tr("Not measured"),
    }[verdict]


def measure_name(measure: Measure) -> str:
    """What a limit is about."""
    return {
        Measure.REQUESTS: tr("Requests"),
        Measure.HARD_STOP: tr("Last requests"),
        Measure.ERROR_RATE: tr("Errors"),
        Measure.ERROR_RATE_OVER_STABLE: tr("Errors, against stable"),
        Measure.P95: "p95",
        Measure.P95_OVER_STABLE: tr("p95, against stable"),
        Measure.ACCURACY: tr("Accuracy"),
        Measure.ACCURACY_UNDER_STABLE: tr("Accuracy, against stable"),
    }[measure]


def split_text(key: SplitKey, field: str) -> str:
    """What makes two requests one caller's."""
    return {
        SplitKey.ADDRESS: tr("their address"),
        SplitKey.HEADER: tr("header {name}", name=field),
        SplitKey.COOKIE: tr("cookie {name}", name=field),
    }[key]


def taken_back_text(who: str, why: str) -> str:
    """By whom a canary was sent back, or that the program did it, and why: the person's words, or
    the numbers."""
    if who:
        return tr("Rolled back by {who}: {why}", who=who, why=why) if why else tr(
            "Rolled back by {who}.", who=who
        )  # fmt: skip
    return tr("Rolled back automatically: {why}", why=why) if why else tr(
        "Rolled back automatically."
    )  # fmt: skip


def reason_text(rollout: Rollout) -> str:
    """Why it is paused, or how it came to its end; empty where there is nothing to be said."""
    if (rollout.ending or rollout.phase) is Phase.ABORTED:
        return taken_back_text(printable(rollout.ended_by), rollout.why)
    return rollout.why


def sentence(rollout: Rollout) -> str:
    """Where it stands."""
    name, version = rollout.deployment.name, version_text(rollout.target.reference)
    share = share_text(wanted(rollout).share)
    match rollout.ending or rollout.phase:
        case Phase.SCHEDULED if rollout.plan.starts is not None:
            when = f"{rollout.plan.starts.astimezone():%Y-%m-%d %H:%M}"
            return tr("{version} begins in {name} at {when}.",
                      version=version, name=name, when=when)  # fmt: skip
        case Phase.SCHEDULED:
            return tr("{version} is being started in {name}.", version=version, name=name)
        case Phase.MIRRORING:
            return tr("{version} gets copies of {name}’s requests.", version=version, name=name)
        case Phase.STEP:
            return tr("{version} has {share} of {name}’s callers, step {step} of {steps}.",
                      version=version, share=share, name=name, step=rollout.step + 1,
                      steps=len(rollout.plan.steps))  # fmt: skip
        case Phase.PAUSED:
            return tr("{version} is paused with {share} of {name}’s callers.",
                      version=version, share=share, name=name)  # fmt: skip
        case Phase.PROMOTED:
            if rollout.open:
                return tr("{version} is being given all of {name}’s callers.",
                          version=version, name=name)  # fmt: skip
            return tr("{version} was promoted: it serves all of {name}’s callers.",
                      version=version, name=name)  # fmt: skip
        case Phase.ABORTED:
            if rollout.open:
                return tr("{version} is being taken back from {name}’s callers.",
                          version=version, name=name)  # fmt: skip
            return tr("{version} was taken back: {stable} serves all of {name}’s callers.",
                      version=version, stable=version_text(rollout.stable.reference),
                      name=name)  # fmt: skip
