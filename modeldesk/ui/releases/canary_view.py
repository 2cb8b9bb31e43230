"""How a rollout stands, in steps, chips and sentences (no Qt)."""

from datetime import datetime

from modeldesk.core.canary.model import Limits, Phase, Rollout, RolloutPlan
from modeldesk.core.canary.plan import share_text
from modeldesk.core.canary.words import accuracy_text, ms_text, points_text, rate_text, reason_text
from modeldesk.core.gateway.model import WHOLE
from modeldesk.core.words import tr, trn
from modeldesk.ui.releases.figures import figures_of
from modeldesk.ui.releases.presented import (
    CanaryView,
    RolloutFacts,
    RuleView,
    Standing,
    StepsView,
)
from modeldesk.ui.releases.words import (
    clock_text,
    passed_text,
    requests_text,
    span_text,
    split_text,
    version_of,
)
from modeldesk.ui.theme.tokens import Tone
from modeldesk.ui.widgets.chip import ChipSpec
from modeldesk.ui.widgets.step_track import TrackState, TrackStep

_STANDINGS = {
    Phase.SCHEDULED: Standing.SCHEDULED,
    Phase.MIRRORING: Standing.ROLLING,
    Phase.STEP: Standing.ROLLING,
    Phase.PAUSED: Standing.PAUSED,
    Phase.PROMOTED: Standing.PLAIN,
    Phase.ABORTED: Standing.PLAIN,
}


def canary_view(facts: RolloutFacts, now: datetime) -> CanaryView:
    """What is shown of a rollout, at the moment `now`."""
    rollout = facts.rollout
    return CanaryView(
        _STANDINGS[rollout.phase],
        share_chips(rollout),
        split_text(rollout.plan),
        StepsView(track_steps(facts, now), *_said(facts, now)),
        figures_of(facts),
        rule_view(rollout),
    )


def is_over(rollout: Rollout) -> bool:
    """Whether nothing goes on by itself or by a person any more."""
    return rollout.phase in (Phase.PROMOTED, Phase.ABORTED)


def canary_share(rollout: Rollout) -> int:
    """What the canary has of the callers, in hundredths of a percent."""
    if rollout.phase is Phase.PROMOTED:
        return WHOLE
    if is_over(rollout) or rollout.step < 0:
        return 0
    return rollout.plan.steps[min(rollout.step, len(rollout.plan.steps) - 1)]


def share_chips(rollout: Rollout) -> tuple[ChipSpec, ...]:
    """Each version with its share; one without a share is not there."""
    share = canary_share(rollout)
    stable = ChipSpec(_chip(version_of(rollout.stable), WHOLE - share), Tone.GOOD)
    canary = ChipSpec(_chip(version_of(rollout.target), share), Tone.ACCENT)
    if rollout.phase is Phase.MIRRORING:
        copies = tr("{version} · copies only", version=version_of(rollout.target))
        return stable, ChipSpec(copies, Tone.ACCENT)
    if rollout.phase is Phase.PROMOTED:
        return (ChipSpec(_chip(version_of(rollout.target), WHOLE), Tone.GOOD),)
    return (stable, canary) if share else (stable,)


def _chip(version: str, share: int) -> str:
    return f"{version} · {share_text(share)}"


def track_steps(facts: RolloutFacts, now: datetime) -> tuple[TrackStep, ...]:
    """The plan as steps along a line."""
    rollout = facts.rollout
    shares = rollout.plan.steps
    steps = [_step(facts, number, now) for number in range(len(shares))]
    if shares[-1] != WHOLE:
        promoted = rollout.phase is Phase.PROMOTED
        state = TrackState.DONE if promoted else TrackState.WAITING
        steps.append(TrackStep(share_text(WHOLE), state, (tr("then promote to stable"),)))
    if rollout.plan.mirror_first:
        steps.insert(0, _mirror_step(facts, now))
    return tuple(steps)


def _mirror_step(facts: RolloutFacts, now: datetime) -> TrackStep:
    rollout = facts.rollout
    if rollout.step >= 0 or rollout.phase is Phase.PROMOTED:
        return TrackStep(tr("copies"), TrackState.DONE, (tr("before the first step"),))
    return _here_or_to_come(facts, now, tr("copies"), rollout.phase is not Phase.SCHEDULED, False)


def _step(facts: RolloutFacts, number: int, now: datetime) -> TrackStep:
    rollout = facts.rollout
    title = share_text(rollout.plan.steps[number])
    if rollout.phase is Phase.PROMOTED or number < rollout.step:
        return TrackStep(title, TrackState.DONE, _passed(facts, number, now))
    last = number == len(rollout.plan.steps) - 1
    return _here_or_to_come(facts, now, title, number == rollout.step, last)


def _here_or_to_come(
    facts: RolloutFacts, now: datetime, title: str, here: bool, last: bool
) -> TrackStep:
    rollout = facts.rollout
    window = rollout.plan.window_s
    heard = () if facts.requests is None else (requests_text(facts.requests),)
    if not here:
        notes = (tr("then promote to stable"),) if last else (span_text(window),)
        return TrackStep(title, TrackState.WAITING, notes)
    spent = (now - rollout.since).total_seconds()
    match rollout.phase:
        case Phase.PAUSED:
            state = TrackState.SILENT if rollout.silent_windows else TrackState.PAUSED
            since = tr("paused {time}", time=clock_text(rollout.since, now))
            return TrackStep(title, state, (since, *heard))
        case Phase.ABORTED:
            ended = rollout.finished or rollout.since
            stopped = tr("stopped {time}", time=clock_text(ended, now))
            state = TrackState.ENDED if rollout.ended_by else TrackState.STOPPED
            return TrackStep(title, state, (stopped, *heard))
        case _:
            short = facts.requests is not None and facts.requests < rollout.plan.least_requests
            if spent >= window and short:
                needed = f"{rollout.plan.least_requests:,}"
                few = tr("{count} of {needed} requests", count=facts.requests, needed=needed)
                return TrackStep(title, TrackState.CURRENT, (tr("waits for requests"), few), 1.0)
            notes = (passed_text(spent, window), *heard)
            return TrackStep(title, TrackState.CURRENT, notes, min(spent / window, 1.0))


def _passed(facts: RolloutFacts, number: int, now: datetime) -> tuple[str, ...]:
    for one in facts.passed:
        if one.step == number:
            passed = tr("passed {time}", time=clock_text(one.ended, now))
            return (passed,) if one.requests is None else (passed, requests_text(one.requests))
    return (tr("passed"),)


def _said(facts: RolloutFacts, now: datetime) -> tuple[str, str, Tone]:
    """The sentence above the steps, its reason and its tone; empty while all goes as planned."""
    rollout = facts.rollout
    canary, stable = version_of(rollout.target), version_of(rollout.stable)
    match rollout.phase:
        case _ if rollout.ending is not None:
            tone = Tone.NEUTRAL if rollout.ended_by else Tone.WARNING
            return _ending_text(rollout.ending, canary), reason_text(rollout), tone
        case Phase.SCHEDULED if rollout.plan.starts is not None:
            time = clock_text(rollout.plan.starts, now)
            said = tr("{version} gets its first requests at {time}.", version=canary, time=time)
            return said, "", Tone.ACCENT
        case Phase.PAUSED if rollout.silent_windows:
            said = tr(
                "Paused: nothing was heard of {version}. Silence neither promotes nor aborts it.",
                version=canary,
            )
            return said, rollout.why, Tone.WARNING
        case Phase.PAUSED:
            share = share_text(canary_share(rollout))
            said = tr("Paused: {version} keeps its {share}.", version=canary, share=share)
            return said, rollout.why, Tone.WARNING
        case Phase.ABORTED:
            said = tr(
                "{canary} was taken off traffic; {stable} has all requests.",
                canary=canary,
                stable=stable,
            )
            return said, reason_text(rollout), Tone.NEUTRAL if rollout.ended_by else Tone.BAD
        case Phase.PROMOTED:
            said = tr("{version} passed every step and has all requests.", version=canary)
            return said, "", Tone.GOOD
        case _ if rollout.failed_in_a_row:
            said = trn(
                "{count} of {limit} checks failed in a row.",
                "{count} of {limit} checks failed in a row.",
                rollout.failed_in_a_row,
                limit=rollout.plan.failed_checks,
            )
            return said, rollout.why, Tone.WARNING
        case _:
            return "", "", Tone.NEUTRAL


def _ending_text(ending: Phase, version: str) -> str:
    if ending is Phase.PROMOTED:
        return tr("{version} is being promoted.", version=version)
    return tr("{version} is being taken off traffic.", version=version)


def rule_view(rollout: Rollout) -> RuleView:
    """Whether the numbers send the canary back by themselves, and when."""
    match rollout.phase:
        case Phase.PROMOTED | Phase.ABORTED:
            chip, editable = ChipSpec(tr("ended")), False
        case Phase.PAUSED | Phase.SCHEDULED:
            chip, editable = ChipSpec(tr("waits"), Tone.WARNING), True
        case _ if not limits_words(rollout.plan.limits):
            chip, editable = ChipSpec(tr("only failures"), Tone.WARNING), True
        case _:
            chip, editable = ChipSpec(tr("armed"), Tone.GOOD), True
    return RuleView(chip, rule_text(rollout.plan), editable)


def rule_text(plan: RolloutPlan) -> str:
    """The rule as a sentence."""
    checks = trn(
        "{count} failed check", "{count} failed checks in a row", plan.failed_checks
    )  # fmt: skip
    begin = trn(
        "when, over {window} and at least {count} request: ",
        "when, over {window} and at least {count} requests: ",
        plan.least_requests,
        window=span_text(plan.window_s),
    )
    return begin + " · ".join((*limits_words(plan.limits), checks))


def limits_words(limits: Limits) -> tuple[str, ...]:
    """Each limit in a few words."""
    words = []
    if limits.error_rate is not None:
        words.append(tr("error rate > {limit}", limit=rate_text(limits.error_rate)))
    if limits.error_rate_over_stable is not None:
        points = points_text(limits.error_rate_over_stable)
        words.append(tr("error rate > stable’s + {points}", points=points))
    if limits.p95_ms is not None:
        words.append(tr("p95 > {limit}", limit=ms_text(limits.p95_ms)))
    if limits.p95_over_stable is not None:
        times = f"{limits.p95_over_stable:g}"
        words.append(tr("p95 > {times} × stable’s", times=times))
    if limits.accuracy is not None:
        limit = accuracy_text(limits.accuracy)
        words.append(tr("accuracy of labelled feedback < {limit}", limit=limit))
    if limits.accuracy_under_stable is not None:
        points = points_text(limits.accuracy_under_stable)
        words.append(tr("accuracy < stable’s − {points}", points=points))
    return tuple(words)


def plain_rule() -> RuleView:
    """Automatic rollback while no canary runs."""
    return RuleView(
        ChipSpec(tr("off")),
        tr("one version has all requests; while a canary runs, its numbers are compared with it"),
        editable=False,
    )
