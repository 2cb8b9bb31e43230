"""What is seen of a rollout as JSON can hold it, and back. What unpacks raises `LookupError`,
`TypeError` or `ValueError` for anything that was not packed here."""

from typing import Any

from modeldesk.adapters.sqlite.connections import Value
from modeldesk.adapters.sqlite.packing import from_json, plain, to_json, to_text, to_time
from modeldesk.core.canary.model import (
    Evaluation,
    LimitCheck,
    Limits,
    Measure,
    Phase,
    Rollout,
    RolloutCheck,
    RolloutPlan,
    Verdict,
    VersionEvaluation,
    VersionNumbers,
    WindowNumbers,
)
from modeldesk.core.gateway.model import SplitKey
from modeldesk.core.ids import DeploymentName, EngineId, ImageId
from modeldesk.core.releases.model import DeploymentKey, VersionTarget

Packed = dict[str, Any]


def rollout_row(rollout: Rollout) -> tuple[Value, ...]:
    """What the columns of a rollout hold, from its engine on."""
    return (
        rollout.deployment.engine,
        rollout.deployment.name,
        rollout.release,
        packed_target(rollout.target),
        packed_target(rollout.stable),
        packed_plan(rollout.plan),
        rollout.salt,
        rollout.phase.value,
        rollout.step,
        to_text(rollout.since),
        to_text(rollout.started),
        rollout.failed_in_a_row,
        rollout.silent_windows,
        rollout.not_measured,
        plain(rollout.why),
        plain(rollout.who),
        to_text(rollout.finished) if rollout.finished else None,
        to_text(rollout.checked) if rollout.checked else None,
        rollout.paused_from.value if rollout.paused_from else None,
        rollout.ending.value if rollout.ending else None,
        plain(rollout.ended_by),
    )


def rollout_of(row: tuple[Value, ...]) -> Rollout:
    """The rollout of a row: its number, then what `rollout_row` gave."""
    number, engine, deployment, release, target, stable, plan, salt, phase, step, *rest = row
    since, started, failed, silent, not_measured, why, who, finished, checked, *ways = rest
    paused_from, ending, ended_by = ways
    return Rollout(
        id=int(str(number)),
        deployment=DeploymentKey(EngineId(str(engine)), DeploymentName(str(deployment))),
        release=int(str(release)),
        target=unpacked_target(str(target)),
        stable=unpacked_target(str(stable)),
        plan=unpacked_plan(str(plan)),
        salt=str(salt),
        phase=Phase(phase),
        step=int(str(step)),
        since=to_time(since),
        started=to_time(started),
        failed_in_a_row=int(str(failed)),
        silent_windows=int(str(silent)),
        not_measured=int(str(not_measured)),
        why=str(why),
        who=str(who),
        finished=None if finished is None else to_time(finished),
        checked=None if checked is None else to_time(checked),
        paused_from=None if paused_from is None else Phase(paused_from),
        ending=None if ending is None else Phase(ending),
        ended_by=str(ended_by),
    )


def packed_target(target: VersionTarget) -> str:
    """A version."""
    return to_json((target.image, plain(target.reference), target.digest))


def unpacked_target(text: str) -> VersionTarget:
    """What `packed_target` was given."""
    image, reference, digest = from_json(text)
    return VersionTarget(ImageId(image), reference, digest)


def packed_plan(plan: RolloutPlan) -> str:
    """A plan, limits and all."""
    limits = plan.limits
    return to_json(
        {
            "steps": plan.steps,
            "window_s": plan.window_s,
            "least_requests": plan.least_requests,
            "failed_checks": plan.failed_checks,
            "limits": {
                "error_rate": limits.error_rate,
                "error_rate_over_stable": limits.error_rate_over_stable,
                "p95_ms": limits.p95_ms,
                "p95_over_stable": limits.p95_over_stable,
                "accuracy": limits.accuracy,
                "accuracy_under_stable": limits.accuracy_under_stable,
            },
            "key": plan.key.value,
            "field": plan.field,
            "mirror_first": plan.mirror_first,
            "starts": to_text(plan.starts) if plan.starts else None,
        }
    )


def unpacked_plan(text: str) -> RolloutPlan:
    """What `packed_plan` was given."""
    content: Packed = from_json(text)
    starts = content["starts"]
    return RolloutPlan(
        steps=tuple(content["steps"]),
        window_s=content["window_s"],
        least_requests=content["least_requests"],
        failed_checks=content["failed_checks"],
        limits=Limits(**content["limits"]),
        key=SplitKey(content["key"]),
        field=content["field"],
        mirror_first=content["mirror_first"],
        starts=to_time(starts) if starts else None,
    )


def packed_check(check: RolloutCheck) -> str:
    """A check with its numbers."""
    window = check.numbers
    return to_json(
        {
            "time": to_text(check.time),
            "step": check.step,
            "share": check.share,
            "verdict": check.verdict.value,
            "window": window
            and (window.begin, window.end, _numbers(window.stable), _numbers(window.canary)),
            "limits": [(one.measure.value, one.verdict.value, one.said) for one in check.limits],
        }
    )


def unpacked_check(text: str) -> RolloutCheck:
    """What `packed_check` was given."""
    content: Packed = from_json(text)
    window = None
    if content["window"]:
        begin, end, stable, canary = content["window"]
        window = WindowNumbers(begin, end, VersionNumbers(*stable), VersionNumbers(*canary))
    return RolloutCheck(
        to_time(content["time"]),
        content["step"],
        content["share"],
        Verdict(content["verdict"]),
        window,
        tuple(
            LimitCheck(Measure(measure), Verdict(verdict), said)
            for measure, verdict, said in content["limits"]
        ),
    )


def packed_evaluation(evaluation: Evaluation) -> str:
    """An evaluation of both versions."""
    return to_json(
        (
            to_text(evaluation.time),
            evaluation.name,
            *(_evaluated(one) for one in (evaluation.stable, evaluation.canary)),
        )
    )


def unpacked_evaluation(text: str) -> Evaluation:
    """What `packed_evaluation` was given."""
    time, name, stable, canary = from_json(text)
    return Evaluation(to_time(time), name, VersionEvaluation(*stable), VersionEvaluation(*canary))


def _evaluated(one: VersionEvaluation) -> tuple[float | None, ...]:
    return one.asked, one.failed, one.unread, one.right, one.p50_ms, one.p95_ms


def _numbers(one: VersionNumbers) -> tuple[float | None, ...]:
    return (
        one.requests,
        one.errors,
        one.refused,
        one.cancelled,
        one.p50_ms,
        one.p95_ms,
        one.p99_ms,
        one.labelled,
        one.right,
    )
