"""A rollout as a program reads it. Names and units do not change between versions."""

from modeldesk.core.canary.history import RolloutHistory
from modeldesk.core.canary.model import (
    Evaluation,
    Rollout,
    RolloutChange,
    RolloutCheck,
    RolloutPlan,
    VersionEvaluation,
    VersionNumbers,
    WindowNumbers,
)
from modeldesk.core.canary.shares import wanted
from modeldesk.core.canary.words import sentence
from modeldesk.core.compare.as_json import Json
from modeldesk.core.releases.model import VersionTarget


def as_json(history: RolloutHistory) -> dict[str, Json]:
    """Everything; shares in percent, rates 0 to 1, latencies in milliseconds."""
    return {
        **rollout_json(history.rollout),
        "changes": [_change(one) for one in history.changes],
        "checks": [check_json(one) for one in history.checks],
        "evaluation": _evaluation(history.evaluation) if history.evaluation else None,
    }


def rollout_json(rollout: Rollout) -> dict[str, Json]:
    """Where it stands, without its history."""
    finished = rollout.finished
    return {
        "id": rollout.id,
        "deployment": rollout.deployment.name,
        "release": rollout.release or None,
        "state": rollout.phase.value,
        "ending": rollout.ending.value if rollout.ending else None,
        "sentence": sentence(rollout),
        "why": rollout.why,
        "who": rollout.who,
        "ended_by": rollout.ended_by if rollout.ending or not rollout.open else None,
        "step": rollout.step + 1,
        "share": wanted(rollout).share / 100,
        "mirror": wanted(rollout).mirror,
        "since": rollout.since.isoformat(),
        "started": rollout.started.isoformat(),
        "finished": finished.isoformat() if finished else None,
        "failed_checks_in_a_row": rollout.failed_in_a_row,
        "silent_windows": rollout.silent_windows,
        "canary": _version(rollout.target),
        "stable": _version(rollout.stable),
        "plan": _plan(rollout.plan),
    }


def check_json(check: RolloutCheck) -> dict[str, Json]:
    """A check with its numbers, and what was said of each limit."""
    return {
        "time": check.time.isoformat(),
        "step": check.step + 1,
        "share": check.share / 100,
        "verdict": check.verdict.value,
        "numbers": window_json(check.numbers) if check.numbers else None,
        "limits": [
            {"measure": one.measure.value, "verdict": one.verdict.value, "said": one.said}
            for one in check.limits
        ],
    }


def window_json(window: WindowNumbers) -> dict[str, Json]:
    """Both versions over the same time."""
    return {
        "begin": round(window.begin, 3),
        "end": round(window.end, 3),
        "canary": _numbers(window.canary),
        "stable": _numbers(window.stable),
    }


def _version(target: VersionTarget) -> Json:
    return {"reference": target.reference, "digest": target.digest, "image_id": target.image}


def _plan(plan: RolloutPlan) -> Json:
    limits = plan.limits
    return {
        "steps": [share / 100 for share in plan.steps],
        "window_s": plan.window_s,
        "least_requests": plan.least_requests,
        "failed_checks": plan.failed_checks,
        "split_by": plan.key.value,
        "field": plan.field,
        "mirror_first": plan.mirror_first,
        "starts": plan.starts.isoformat() if plan.starts else None,
        "limits": {
            "error_rate": limits.error_rate,
            "error_rate_over_stable": limits.error_rate_over_stable,
            "p95_ms": limits.p95_ms,
            "p95_over_stable": limits.p95_over_stable,
            "accuracy": limits.accuracy,
            "accuracy_under_stable": limits.accuracy_under_stable,
        },
    }


def _change(change: RolloutChange) -> Json:
    return {
        "time": change.time.isoformat(),
        "state": change.phase.value,
        "step": change.step + 1,
        "share": change.share / 100,
        "who": change.who,
        "why": change.why,
    }


def _numbers(one: VersionNumbers) -> Json:
    return {
        "requests": one.requests,
        "errors": one.errors,
        "error_rate": _rounded(one.error_rate, 6),
        "refused": one.refused,
        "cancelled": one.cancelled,
        "p50_ms": _rounded(one.p50_ms),
        "p95_ms": _rounded(one.p95_ms),
        "p99_ms": _rounded(one.p99_ms),
        "labelled": one.labelled,
        "right": one.right,
        "accuracy": _rounded(one.accuracy, 6),
    }


def _evaluation(evaluation: Evaluation) -> Json:
    return {
        "time": evaluation.time.isoformat(),
        "set": evaluation.name,
        "canary": _evaluated(evaluation.canary),
        "stable": _evaluated(evaluation.stable),
    }


def _evaluated(one: VersionEvaluation) -> Json:
    return {
        "asked": one.asked,
        "failed": one.failed,
        "unread": one.unread,
        "right": one.right,
        "accuracy": _rounded(one.accuracy, 6),
        "p50_ms": _rounded(one.p50_ms),
        "p95_ms": _rounded(one.p95_ms),
    }


def _rounded(value: float | None, digits: int = 3) -> float | None:
    return None if value is None else round(value, digits)
