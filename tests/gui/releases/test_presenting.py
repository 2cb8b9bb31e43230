"""What the page shows of a rollout, from what the core knows of it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import isnan

import pytest

from modeldesk.core.canary.model import (
    Limits,
    Phase,
    RolloutChange,
    RolloutCheck,
    RolloutPlan,
    Verdict,
)
from modeldesk.core.gateway.model import SplitKey
from modeldesk.core.ids import DeploymentName
from modeldesk.core.releases.model import Release, ReleaseKind, ReleaseState
from modeldesk.ui.charts.lines import LineRole
from modeldesk.ui.releases.canary_view import canary_view, rule_text, rule_view, track_steps
from modeldesk.ui.releases.figures import figures_of
from modeldesk.ui.releases.history_rows import history_rows
from modeldesk.ui.releases.moments import moments_of, passed_steps
from modeldesk.ui.releases.presented import By, MomentKind, Standing
from modeldesk.ui.releases.words import clock_text, passed_text, when_text
from modeldesk.ui.theme.tokens import Tone
from modeldesk.ui.widgets.step_track import TrackState
from tests.gui.releases.rollouts import CANARY, PLAN, SHOP, STABLE, facts, rollout, target, window

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
DONE, CURRENT, WAITING = TrackState.DONE, TrackState.CURRENT, TrackState.WAITING


def notes(*steps: object) -> list[str]:
    return [" · ".join(step.notes) for step in steps]  # type: ignore[attr-defined]


def test_a_canary_on_its_way_is_shown_as_designed() -> None:
    one = rollout(now=NOW)
    view = canary_view(facts(one), NOW)
    assert view.standing is Standing.ROLLING
    assert [chip.text for chip in view.chips] == ["v1.4.0 · 75 %", "v1.5.0-rc1 · 25 %"]
    steps = view.steps.steps
    assert [step.title for step in steps] == ["10 %", "25 %", "50 %", "100 %"]
    assert [step.state for step in steps] == [DONE, CURRENT, WAITING, WAITING]
    passed = clock_text(one.since, NOW)
    assert notes(*steps) == [
        f"passed {passed} · 1,204 requests",
        "6 of 10 min · 2,911 requests",
        "10 min",
        "then promote to stable",
    ]
    assert steps[1].fraction == pytest.approx(370 / 600)
    assert view.steps.sentence == ""
    assert (view.rule.chip.text, view.rule.chip.tone) == ("armed", Tone.GOOD)


def test_the_rule_is_one_sentence() -> None:
    assert rule_text(replace(PLAN, window_s=30.0)) == (
        "when, over 30 s and at least 50 requests: error rate > 1 % · p95 > 80 ms · "
        "accuracy of labelled feedback < 92.0 % · 3 failed checks in a row"
    )
    relative = Limits(None, 0.01, None, 1.5, None, 0.02)
    said = "error rate > stable’s + 1 point · p95 > 1.5 × stable’s · accuracy < stable’s − 2 points"
    assert said in rule_text(RolloutPlan(limits=relative))


@pytest.mark.parametrize(
    ("phase", "chip", "editable"),
    [
        (Phase.STEP, "armed", True),
        (Phase.PAUSED, "waits", True),
        (Phase.SCHEDULED, "waits", True),
        (Phase.ABORTED, "ended", False),
        (Phase.PROMOTED, "ended", False),
    ],
)
def test_whether_it_is_armed(phase: Phase, chip: str, editable: bool) -> None:
    view = rule_view(rollout(phase))
    assert (view.chip.text, view.editable) == (chip, editable)


def test_without_limits_only_failures_send_it_back() -> None:
    bare = replace(PLAN, limits=Limits(None, None, None, None, None, None))
    assert rule_view(rollout(plan=bare)).chip.text == "only failures"


def test_a_pause_by_silence_is_told_from_one_by_a_person() -> None:
    why = "The canary had 12 requests; a window needs 50."
    silent = canary_view(facts(rollout(Phase.PAUSED, silent=2, why=why)), NOW)
    person = canary_view(facts(rollout(Phase.PAUSED)), NOW)
    assert silent.steps.steps[1].state is TrackState.SILENT
    assert person.steps.steps[1].state is TrackState.PAUSED
    assert "nothing was heard" in silent.steps.sentence
    assert silent.steps.reason == why
    assert person.steps.sentence == "Paused: v1.5.0-rc1 keeps its 25 %."


def test_one_that_was_sent_back_says_why_where_it_stopped() -> None:
    view = canary_view(facts(rollout(Phase.ABORTED, why="error rate 4.1 % > 1 %")), NOW)
    assert [step.state for step in view.steps.steps] == [DONE, TrackState.STOPPED, WAITING, WAITING]
    assert view.steps.tone is Tone.BAD
    assert view.steps.reason == "Rolled back automatically: error rate 4.1 % > 1 %"
    assert view.standing is Standing.PLAIN
    assert [chip.text for chip in view.chips] == ["v1.4.0 · 100 %"]


@pytest.mark.parametrize(
    ("why", "said"),
    [("the labels are wrong", "Rolled back by ann: the labels are wrong"),
     ("", "Rolled back by ann.")],
)  # fmt: skip
def test_one_that_a_person_called_back_is_no_failure(why: str, said: str) -> None:
    ended = replace(rollout(Phase.ABORTED, why=why), ended_by="ann")
    view = canary_view(facts(ended), NOW)
    assert [step.state for step in view.steps.steps] == [DONE, TrackState.ENDED, WAITING, WAITING]
    assert (view.steps.reason, view.steps.tone) == (said, Tone.NEUTRAL)


def test_one_that_waits_for_requests_says_how_many_it_has() -> None:
    late = rollout(now=NOW, ago=timedelta(minutes=11))
    step = track_steps(facts(late, requests=12), NOW)[1]
    assert step.notes == ("waits for requests", "12 of 50 requests")


def test_copies_are_a_step_before_the_first() -> None:
    plan = replace(PLAN, mirror_first=True)
    first = track_steps(facts(rollout(Phase.MIRRORING, -1, plan=plan)), NOW)
    assert [step.title for step in first[:2]] == ["copies", "10 %"]
    assert [step.state for step in first[:2]] == [CURRENT, WAITING]
    later = track_steps(facts(rollout(Phase.STEP, 0, plan=plan)), NOW)
    assert [step.state for step in later[:2]] == [DONE, CURRENT]


def test_what_is_about_to_end_says_how() -> None:
    ending = replace(rollout(), ending=Phase.ABORTED, why="p95 is 120 ms; it may be 80 ms.")
    view = canary_view(facts(ending), NOW)
    assert view.steps.sentence == "v1.5.0-rc1 is being taken off traffic."
    assert view.steps.reason == "Rolled back automatically: p95 is 120 ms; it may be 80 ms."
    assert view.steps.tone is Tone.WARNING
    by_person = canary_view(facts(replace(ending, ended_by="ann")), NOW)
    assert by_person.steps.tone is Tone.NEUTRAL


def test_lines_have_the_figures_of_both_and_their_limits() -> None:
    plan = replace(PLAN, limits=replace(PLAN.limits, p95_over_stable=1.5))
    both = (window(100.0, (40.0, 38.0)), window(120.0, (None, None)))
    view = figures_of(facts(rollout(plan=plan), windows=both))
    bound, stable, canary = view.latency
    assert (bound.role, stable.role, canary.role) == (
        LineRole.LIMIT,
        LineRole.STABLE,
        LineRole.CANARY,
    )
    assert (bound.values[0], stable.values[0], canary.values[0]) == (60.0, 40.0, 38.0)
    assert all(isnan(line.values[1]) for line in view.latency)
    assert view.latency_limit == 80.0
    assert view.errors_limit == 0.01
    assert len(view.errors) == 2
    assert view.accuracy == ()


def test_accuracy_has_a_chart_once_there_is_feedback() -> None:
    view = figures_of(facts(rollout(), windows=(window(1.0, accuracy=(0.95, 0.9)),)))
    assert [line.newest for line in view.accuracy] == [0.95, 0.9]
    assert view.accuracy_limit == 0.92


def change(minute: int, phase: Phase, step: int, who: str = "", why: str = "") -> RolloutChange:
    share = PLAN.steps[step] if step >= 0 else 0
    return RolloutChange(NOW + timedelta(minutes=minute), phase, step, share, who, why)


CHANGES = (
    change(0, Phase.SCHEDULED, -1, "mlops", "weekly training"),
    change(0, Phase.STEP, 0),
    change(10, Phase.STEP, 1),
    change(12, Phase.PAUSED, 1, "ann"),
    change(15, Phase.STEP, 1, "ann"),
    change(16, Phase.ABORTED, 1, "", "error rate 4.1 % > 1 %"),
)


def test_changes_of_a_rollout_become_moments_with_who_made_them() -> None:
    told = moments_of(rollout(Phase.ABORTED), CHANGES)
    assert [(one.kind, one.by, one.who) for one in reversed(told)] == [
        (MomentKind.STARTED, By.PERSON, "mlops"),
        (MomentKind.STEP, By.SCHEDULE, ""),
        (MomentKind.PAUSED, By.PERSON, "ann"),
        (MomentKind.RESUMED, By.PERSON, "ann"),
        (MomentKind.ABORTED, By.AUTOMATIC, ""),
    ]
    assert not any(one.ongoing for one in told)
    assert [one.why for one in reversed(told)] == [
        "weekly training", "", "", "", "error rate 4.1 % > 1 %",
    ]  # fmt: skip


def test_the_newest_moment_of_an_open_rollout_is_now() -> None:
    told = moments_of(rollout(), CHANGES[:3])
    assert [one.ongoing for one in told] == [True, False]


def test_one_that_waits_for_its_time_was_scheduled_before_it_began() -> None:
    plan = replace(PLAN, starts=NOW + timedelta(hours=5))
    waits = rollout(Phase.SCHEDULED, -1, plan=plan)
    (scheduled,) = moments_of(waits, CHANGES[:1])
    assert (scheduled.kind, scheduled.who) == (MomentKind.SCHEDULED, "mlops")
    began = moments_of(waits, (CHANGES[0], change(300, Phase.STEP, 0)))[0]
    assert (began.kind, began.by, began.why) == (MomentKind.STARTED, By.SCHEDULE, "")


def test_passed_steps_have_the_time_of_the_next_and_the_last_count() -> None:
    checks = [
        RolloutCheck(NOW, 0, 1000, Verdict.PASSED, window(1.0, requests=(9, 700))),
        RolloutCheck(NOW, 0, 1000, Verdict.PASSED, window(2.0, requests=(9, 1204))),
        RolloutCheck(NOW, 1, 2500, Verdict.NOT_MEASURED, None),
    ]
    (first,) = passed_steps(rollout(), CHANGES[:3], checks)
    assert (first.step, first.ended, first.requests) == (0, NOW + timedelta(minutes=10), 1204)


def release(
    number: int, state: ReleaseState, version: str, digit: str, kind: ReleaseKind, minute: int
) -> Release:
    return Release(
        number,
        SHOP.engine,
        DeploymentName("shop"),
        kind,
        target(version, digit),
        None,
        NOW + timedelta(minutes=minute),
        "mlops",
        "",
        state,
    )


DEPLOYED = release(6, ReleaseState.SUCCEEDED, "v1.4.0", "c", ReleaseKind.DEPLOY, -4000)
EARLIER = release(5, ReleaseState.SUCCEEDED, "v1.3.1", "8", ReleaseKind.DEPLOY, -9000)


def test_a_canary_that_rolled_itself_back_is_in_the_history_with_its_numbers() -> None:
    canary = release(7, ReleaseState.ABORTED, "v1.5.0-rc1", "9", ReleaseKind.CANARY, 0)
    told = moments_of(rollout(Phase.ABORTED), CHANGES)
    rows = history_rows((canary, DEPLOYED, EARLIER), told, STABLE)
    assert [row.what for row in rows] == [
        "Rolled back v1.5.0-rc1 → v1.4.0",
        "Canary v1.5.0-rc1 resumed at 25 %",
        "Canary v1.5.0-rc1 paused at 25 %",
        "Canary v1.5.0-rc1 at 25 %",
        "Canary v1.5.0-rc1 started at 10 %",
        "Deployed v1.4.0",
        "Deployed v1.3.1",
    ]
    assert (rows[0].detail, rows[0].who, rows[0].bad) == (
        "error rate 4.1 % > 1 %",
        "automatic",
        True,
    )
    assert not rows[0].note
    assert rows[3].detail == "ccccccc → 9999999"
    assert rows[3].who == "by schedule"
    assert CANARY.digest in rows[3].detail_whole
    assert STABLE.digest in rows[3].detail_whole
    assert [row.back for row in rows if row.back] == [EARLIER.target]


def test_a_canary_that_a_person_called_back_is_told_as_their_decision() -> None:
    course = (*CHANGES[:-1], change(16, Phase.ABORTED, 1, "ann", "the labels are wrong"))
    (row, *_) = history_rows((), moments_of(rollout(Phase.ABORTED), course), STABLE)
    assert (row.what, row.note) == ("Rolled back v1.5.0-rc1 → v1.4.0", "the labels are wrong")
    assert (row.detail, row.who, row.bad) == ("ccccccc → 9999999", "ann", False)


@pytest.mark.parametrize(("ended_by", "who"), [("ann", "ann"), ("", "automatic")])
def test_so_is_its_release_where_no_more_is_known(ended_by: str, who: str) -> None:
    ended = release(7, ReleaseState.ABORTED, "v1.5.0-rc1", "9", ReleaseKind.CANARY, 0)
    (row,) = history_rows((replace(ended, ended_by=ended_by),))
    assert (row.who, row.bad) == (who, not ended_by)


def test_a_promoted_canary_leads_back_where_it_was_promoted() -> None:
    canary = release(7, ReleaseState.SUCCEEDED, "v1.5.0-rc1", "9", ReleaseKind.CANARY, 0)
    later = release(8, ReleaseState.SUCCEEDED, "v1.6.0", "6", ReleaseKind.DEPLOY, 60)
    told = moments_of(rollout(Phase.PROMOTED, 3), (*CHANGES[:3], change(40, Phase.PROMOTED, 3)))
    rows = history_rows((later, canary, DEPLOYED), told, later.target)
    (promoted,) = (row for row in rows if row.what == "Canary v1.5.0-rc1 promoted to stable")
    assert promoted.back == CANARY
    assert [row.back for row in rows if row.back] == [CANARY, STABLE]


@pytest.mark.parametrize(
    ("spent", "whole", "text"),
    [
        (370, 600, "6 of 10 min"),
        (12.9, 30, "12 of 30 s"),
        (5400, 10_800, "1.5 of 3 h"),
        (9999, 600, "10 of 10 min"),
        (-5, 600, "0 of 10 min"),
    ],
)
def test_how_much_of_a_window_is_over(spent: float, whole: float, text: str) -> None:
    assert passed_text(spent, whole) == text


def test_when_something_happened() -> None:
    noon = NOW.astimezone().replace(hour=12)
    assert when_text(noon, noon, ongoing=True) == "now"
    assert when_text(noon - timedelta(seconds=20), noon) == "just now"
    assert when_text(noon - timedelta(minutes=30), noon) == "11:30"
    assert when_text(noon - timedelta(days=3), noon) == "3 days ago"


def test_by_what_callers_are_told_apart() -> None:
    by_cookie = replace(PLAN, key=SplitKey.COOKIE, field="session")
    assert canary_view(facts(rollout(plan=by_cookie)), NOW).line == "split by the cookie session"
