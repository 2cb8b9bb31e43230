"""What is said of canaries, for a person and for a program."""

from collections.abc import Iterator, Sequence

from modeldesk.cli.answer import Answer, table
from modeldesk.core.canary.as_json import as_json, rollout_json
from modeldesk.core.canary.history import RolloutHistory
from modeldesk.core.canary.model import Evaluation, Rollout, VersionNumbers, WindowNumbers
from modeldesk.core.canary.plan import share_text
from modeldesk.core.canary.shares import wanted
from modeldesk.core.canary.words import (
    accuracy_text,
    ms_text,
    phase_name,
    rate_text,
    reason_text,
    sentence,
    verdict_name,
)
from modeldesk.core.releases.names import version_text
from modeldesk.core.words import tr


def rollout_answer(rollout: Rollout) -> Answer:
    """Where it stands, after something was done."""
    return Answer(rollout_json(rollout), tuple(_lead(rollout)))


def status_answer(history: RolloutHistory) -> Answer:
    """Where it stands, its last numbers, and its course."""
    lines = list(_lead(history.rollout))
    check = history.deciding
    if check is not None and check.numbers is not None:
        verdict = verdict_name(check.verdict)
        when = f"{check.time.astimezone():%H:%M:%S}"
        lines += ["", tr("Last check at {when}: {verdict}", when=when, verdict=verdict)]
        lines += [f"  {one.said}" for one in check.limits]
        lines += ["", *_numbers(check.numbers)]
    if history.evaluation is not None:
        lines += ["", *_evaluation(history.evaluation)]
    course = [
        (
            f"{one.time.astimezone():%Y-%m-%d %H:%M:%S}",
            phase_name(one.phase),
            share_text(one.share),
            one.who or "–",
            one.why,
        )
        for one in history.changes
    ]
    lines += ["", *table(("WHEN", "STATE", "SHARE", "WHO", "WHY"), course, "  r")]
    return Answer(as_json(history), tuple(lines))


def list_answer(rollouts: Sequence[Rollout]) -> Answer:
    """Every canary of an engine that has not ended."""
    rows = [
        (
            one.deployment.name,
            version_text(one.target.reference),
            phase_name(one.phase),
            share_text(wanted(one).share),
            f"{one.started.astimezone():%Y-%m-%d %H:%M}",
            one.who,
        )
        for one in rollouts
    ]
    header = ("DEPLOYMENT", "VERSION", "STATE", "SHARE", "BEGUN", "WHO")
    lines = table(header, rows, "   r") if rows else [tr("There is no canary.")]
    return Answer([rollout_json(one) for one in rollouts], tuple(lines))


def evaluation_answer(evaluation: Evaluation, left_out: Sequence[str]) -> Answer:
    """How both did."""
    both = (("canary", evaluation.canary), ("stable", evaluation.stable))
    return Answer(
        {
            "set": evaluation.name,
            **{
                name: {
                    "asked": one.asked,
                    "failed": one.failed,
                    "unread": one.unread,
                    "right": one.right,
                    "accuracy": one.accuracy,
                    "p50_ms": one.p50_ms,
                    "p95_ms": one.p95_ms,
                }
                for name, one in both
            },
            "left_out": list(left_out),
        },
        (*_evaluation(evaluation), *left_out),
    )


def _lead(rollout: Rollout) -> Iterator[str]:
    yield sentence(rollout)
    reason = reason_text(rollout)
    if reason:
        yield reason


def _numbers(window: WindowNumbers) -> list[str]:
    header = ("", "REQUESTS", "ERRORS", "P50", "P95", "P99", "ACCURACY")
    rows = [_row("canary", window.canary), _row("stable", window.stable)]
    return table(header, rows, " rrrrrr")


def _row(name: str, one: VersionNumbers) -> tuple[str, ...]:
    latencies = map(ms_text, (one.p50_ms, one.p95_ms, one.p99_ms))
    return (
        name,
        f"{one.requests:,}",
        rate_text(one.error_rate),
        *latencies,
        accuracy_text(one.accuracy),
    )


def _evaluation(evaluation: Evaluation) -> list[str]:
    header = ("EVALUATION", "ASKED", "FAILED", "UNREAD", "ACCURACY", "P50", "P95")
    rows = [
        (
            name,
            f"{one.asked:,}",
            f"{one.failed:,}",
            f"{one.unread:,}",
            accuracy_text(one.accuracy),
            ms_text(one.p50_ms),
            ms_text(one.p95_ms),
        )
        for name, one in (("canary", evaluation.canary), ("stable", evaluation.stable))
    ]
    return table(header, rows, " rrrrrr")
