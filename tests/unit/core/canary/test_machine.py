"""Every way a rollout can take."""

from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modeldesk.adapters.sqlite.rollout_packing import rollout_of, rollout_row
from modeldesk.core.canary.events import (
    Abort,
    Effect,
    Ended,
    EndedElsewhere,
    Event,
    Interrupted,
    Pause,
    Promote,
    PromotionFailed,
    Replan,
    Resume,
    Routed,
    Skip,
    Started,
    StartFailed,
    TargetUnwell,
    Tick,
    Turn,
)
from modeldesk.core.canary.machine import MOST_NOT_MEASURED, advance, due, window_end
from modeldesk.core.canary.model import Phase, Rollout, RolloutCheck, Verdict, VersionNumbers
from modeldesk.core.canary.numbers import Measured
from modeldesk.core.canary.shares import Wanted, wanted
from modeldesk.core.errors import InvalidInput, ReleaseError
from modeldesk.core.gateway.model import WHOLE, SplitKey
from tests.unit.core.canary.rollouts import (
    BAD,
    FEW,
    GOOD,
    NOW,
    PLAN,
    SLOW,
    after,
    measured,
    rollout,
)

ENDS = (Phase.PROMOTED, Phase.ABORTED)


@dataclass
class Course:
    """A rollout that goes on event by event."""

    now: Rollout
    turns: list[Turn] = field(default_factory=list)

    def at(self, seconds: float, event: Event) -> Turn:
        turn = advance(self.now, event, after(seconds))
        self.now = turn.rollout
        self.turns.append(turn)
        return turn

    def ticks(
        self, begin: float, end: float, numbers: Measured | None, step: float = 0.25
    ) -> float:
        """Until something is to be done or the time is over; when that was."""
        seconds = begin
        while seconds <= end:
            if self.at(seconds, Tick(numbers)).effects or self.now.phase is Phase.PAUSED:
                return seconds
            seconds += step
        return seconds

    @property
    def checks(self) -> list[RolloutCheck]:
        return [turn.check for turn in self.turns if turn.check]


# --- beginning


def test_a_scheduled_one_starts_at_its_time_and_no_earlier() -> None:
    course = Course(rollout(Phase.SCHEDULED, plan=replace(PLAN, starts=after(60))))
    assert course.at(59, Tick(None)).effects == ()
    assert wanted(course.now) == Wanted(0)
    assert course.at(60, Tick(None)).effects == (Effect.START,)
    # Until it was started it is tried again.
    assert course.at(61, Tick(None)).effects == (Effect.START,)
    turn = course.at(70, Started(12))
    assert turn.effects == (Effect.ROUTE,)
    assert (course.now.phase, course.now.step, course.now.release) == (Phase.STEP, 0, 12)
    assert wanted(course.now) == Wanted(1_000)
    assert turn.change is not None
    assert (turn.change.phase, turn.change.share) == (Phase.STEP, 1_000)


def test_the_window_counts_from_when_the_share_is_there() -> None:
    course = Course(rollout())
    course.at(7, Routed())
    assert course.now.since == after(7)
    assert window_end(course.now) == after(107)


def test_copies_of_requests_come_before_the_first_step() -> None:
    course = Course(rollout(Phase.SCHEDULED, plan=replace(PLAN, mirror_first=True)))
    course.at(0, Started(12))
    assert course.now.phase is Phase.MIRRORING
    assert wanted(course.now) == Wanted(0, mirror=True)
    # Nobody gets their answers, so that silence does no harm.
    assert course.ticks(0, 200, measured(FEW)) == 100
    assert (course.now.phase, course.now.step) == (Phase.STEP, 0)
    assert wanted(course.now) == Wanted(1_000)


def test_copies_that_go_wrong_end_it() -> None:
    course = Course(rollout(Phase.MIRRORING))
    assert course.ticks(0, 200, measured(BAD)) < 100
    assert course.now.ending is Phase.ABORTED


def test_a_target_that_never_gets_healthy_ends_it() -> None:
    course = Course(rollout(Phase.SCHEDULED))
    turn = course.at(5, StartFailed("It ended with code 1."))
    assert turn.effects == ()
    assert (course.now.phase, course.now.why) == (Phase.ABORTED, "It ended with code 1.")
    assert course.now.finished == after(5)
    assert course.at(6, Started(13)).rollout.phase is Phase.ABORTED


# --- a window


def test_good_numbers_lead_through_every_step_to_the_end() -> None:
    course = Course(rollout())
    for step in (1, 2):
        begin = (step - 1) * 100
        assert course.ticks(begin, begin + 200, measured()) == begin + 100
        assert (course.now.step, course.now.phase) == (step, Phase.STEP)
        course.at(begin + 100, Routed())
    assert course.ticks(200, 400, measured(stable=VersionNumbers())) == 300
    assert course.now.ending is Phase.PROMOTED
    assert wanted(course.now) == Wanted(WHOLE)
    assert course.now.phase is Phase.STEP
    turn = course.at(301, Ended())
    assert (course.now.phase, course.now.finished) == (Phase.PROMOTED, after(301))
    assert turn.effects == ()
    assert [check.verdict for check in course.checks] == [Verdict.PASSED] * 30


def test_a_window_is_looked_at_ten_times_at_least_a_second_apart() -> None:
    course = Course(rollout())
    course.ticks(0, 99, measured())
    assert [check.time for check in course.checks] == [after(10 * n) for n in range(1, 10)]
    short = Course(rollout(plan=replace(PLAN, window_s=4.0)))
    short.ticks(0, 3.75, measured())
    assert [check.time for check in short.checks] == [after(n) for n in (1, 2, 3)]


def test_three_failed_checks_in_a_row_end_it_in_the_window() -> None:
    course = Course(rollout())
    assert course.ticks(0, 200, measured(BAD)) == 30
    assert course.now.ending is Phase.ABORTED
    assert "30 % of 1,000 requests failed" in course.now.why
    assert wanted(course.now) == Wanted(0)
    turn = course.turns[-1]
    assert turn.effects == (Effect.ABORT,)
    assert turn.check is not None
    assert turn.check.numbers is not None
    assert turn.change is not None
    assert turn.change.why == course.now.why


def test_a_check_that_passes_between_them_begins_the_count_anew() -> None:
    course = Course(rollout())
    for n, numbers in enumerate((BAD, BAD, GOOD, BAD, BAD, GOOD), 1):
        course.at(10 * n, Tick(measured(numbers)))
    assert course.now.failed_in_a_row == 0
    assert course.now.ending is None


def test_silence_between_them_does_not() -> None:
    course = Course(rollout())
    for n, numbers in enumerate((BAD, FEW, BAD, FEW, BAD), 1):
        course.at(10 * n, Tick(measured(numbers)))
    assert course.now.ending is Phase.ABORTED


@pytest.mark.parametrize("failed_checks", [1, 2, 3, 5, 9])
@pytest.mark.parametrize("window_s", [3.0, 10.0, 300.0, 3600.0])
def test_numbers_over_a_limit_end_it_within_a_window_and_a_second(
    failed_checks: int, window_s: float
) -> None:
    """At the window's end alone too: errors so few that only then they are too many."""
    plan = replace(PLAN, window_s=window_s, failed_checks=failed_checks)
    course = Course(rollout(plan=plan))
    just_over = replace(GOOD, errors=11)
    ended = course.ticks(0, 2 * window_s, measured(just_over), step=0.125)
    assert course.now.ending is Phase.ABORTED
    assert window_s <= ended <= window_s + 1.2
    slow = Course(rollout(plan=plan))
    assert slow.ticks(0, 2 * window_s, measured(SLOW), step=0.125) <= window_s + 1.2
    assert slow.now.ending is Phase.ABORTED


def test_one_that_fails_outright_is_stopped_at_once() -> None:
    course = Course(rollout())
    turn = course.at(0.5, Tick(measured(FEW, recent_errors=10)))
    assert turn.effects == (Effect.ABORT,)
    assert course.now.why == "10 of the last 20 requests failed (5xx or no answer)."
    assert turn.check is not None
    assert turn.check.verdict is Verdict.FAILED
    assert turn.check.share == 1_000


def test_so_it_is_while_it_is_paused() -> None:
    course = Course(rollout())
    course.at(1, Pause("mei"))
    assert course.at(2, Tick(measured(recent_errors=9))).effects == ()
    assert course.at(3, Tick(measured(recent_errors=10))).effects == (Effect.ABORT,)


def test_a_target_that_died_ends_it_wherever_it_is() -> None:
    for phase in (Phase.STEP, Phase.MIRRORING):
        course = Course(rollout(phase))
        assert course.at(1, TargetUnwell("It is gone.")).effects == (Effect.ABORT,)
        assert course.now.why == "It is gone."
    paused = Course(rollout())
    paused.at(1, Pause("mei"))
    assert paused.at(2, TargetUnwell("It is gone.")).effects == (Effect.ABORT,)
    for nothing in (rollout(Phase.SCHEDULED), rollout(Phase.ABORTED), rollout(Phase.PROMOTED)):
        assert advance(nothing, TargetUnwell("x"), after(1)) == Turn(nothing)


def test_an_engine_that_was_started_anew_has_the_window_begin_again() -> None:
    for phase in (Phase.STEP, Phase.MIRRORING):
        course = Course(rollout(phase, failed_in_a_row=2, checked=after(10), not_measured=1))
        turn = course.at(20, Interrupted())
        assert (turn.effects, turn.check) == ((), None)
        assert turn.change is not None
        assert "started anew" in turn.change.why
        assert (course.now.since, course.now.checked) == (after(20), None)
        assert (course.now.failed_in_a_row, course.now.not_measured) == (0, 0)
    for nothing in (
        rollout(Phase.SCHEDULED),
        rollout(Phase.PAUSED),
        rollout(Phase.ABORTED),
        rollout(ending=Phase.ABORTED),
    ):
        assert advance(nothing, Interrupted(), after(1)) == Turn(nothing)


# --- silence, and numbers that can't be had


def test_silence_holds_and_then_pauses_and_says_so() -> None:
    course = Course(rollout())
    assert course.ticks(0, 500, measured(FEW)) == 200
    assert course.now.phase is Phase.PAUSED
    assert course.now.why == "The canary had 7 requests; a window needs 50."
    assert wanted(course.now) == Wanted(1_000)
    change = course.turns[-1].change
    assert change is not None
    assert (change.phase, change.who, change.why) == (Phase.PAUSED, "", course.now.why)
    # Nothing happens by itself any more.
    assert course.ticks(200.25, 900, measured()) == 200.25


def test_a_window_that_is_held_passes_with_enough_requests_at_its_end() -> None:
    course = Course(rollout())
    assert course.ticks(0, 150, measured(FEW)) > 150
    assert (course.now.silent_windows, course.now.step) == (1, 0)
    assert course.ticks(150.25, 300, measured()) == 200
    assert course.now.step == 1
    assert course.now.silent_windows == 0


def test_numbers_that_can_not_be_had_pause_it_and_never_end_it() -> None:
    course = Course(rollout())
    assert course.ticks(0, 300, None) == 10 * MOST_NOT_MEASURED
    assert course.now.phase is Phase.PAUSED
    assert course.now.why == "The gateway’s numbers could not be had at 4 checks in a row."
    assert [check.verdict for check in course.checks] == [Verdict.NOT_MEASURED] * 4
    assert all(check.numbers is None for check in course.checks)


def test_numbers_that_come_back_begin_that_count_anew() -> None:
    course = Course(rollout())
    for n, numbers in enumerate((None, None, None, measured(), None, None, None), 1):
        course.at(10 * n, Tick(numbers))
    assert course.now.phase is Phase.STEP
    assert course.now.not_measured == 3
    # At the end without numbers nothing is decided.
    course.at(80, Tick(measured()))
    course.at(100, Tick(None))
    assert (course.now.phase, course.now.step) == (Phase.STEP, 0)


def test_a_clock_that_was_put_back_begins_the_window_anew() -> None:
    course = Course(rollout())
    course.at(50, Tick(measured()))
    course.at(-3600, Tick(measured()))
    assert course.now.since == after(-3600)
    assert course.ticks(-3600, -3000, measured()) == -3500


# --- what a person wants


def test_a_person_pauses_and_resumes_and_the_window_begins_anew() -> None:
    course = Course(rollout(step=1, failed_in_a_row=2))
    turn = course.at(50, Pause("mei", "lunch"))
    assert turn.change is not None
    assert (turn.change.who, turn.change.why) == ("mei", "lunch")
    assert wanted(course.now) == Wanted(5_000)
    assert course.ticks(60, 400, measured(BAD)) == 60
    turn = course.at(500, Resume("li"))
    assert turn.effects == (Effect.ROUTE,)
    assert (course.now.phase, course.now.step, course.now.failed_in_a_row) == (Phase.STEP, 1, 0)
    assert (course.now.since, course.now.why) == (after(500), "")
    assert course.ticks(500, 700, measured()) == 600


def test_a_scheduled_one_can_be_paused_too() -> None:
    course = Course(rollout(Phase.SCHEDULED))
    course.at(1, Pause("mei"))
    assert course.at(2, Tick(None)).effects == ()
    assert wanted(course.now) == Wanted(0)
    assert course.at(3, Resume("mei")).effects == ()
    assert course.now.phase is Phase.SCHEDULED
    assert course.at(4, Tick(None)).effects == (Effect.START,)


def test_copies_go_on_while_it_is_paused() -> None:
    course = Course(rollout(Phase.MIRRORING))
    course.at(1, Pause("mei"))
    assert wanted(course.now) == Wanted(0, mirror=True)
    course.at(2, Resume("mei"))
    assert course.now.phase is Phase.MIRRORING


def test_a_person_skips_to_the_next_step_and_at_the_last_to_the_end() -> None:
    course = Course(rollout(Phase.SCHEDULED, plan=replace(PLAN, starts=after(1e6))))
    assert course.at(1, Skip("mei")).effects == (Effect.START,)
    course.at(2, Started(12))
    course.at(3, Skip("mei"))
    assert course.now.step == 1
    course.at(4, Pause("mei"))
    assert course.at(5, Skip("mei")).effects == (Effect.ROUTE,)
    assert (course.now.phase, course.now.step, course.now.paused_from) == (Phase.STEP, 2, None)
    assert course.at(6, Skip("mei")).effects == (Effect.PROMOTE,)
    mirrored = Course(rollout(Phase.MIRRORING))
    mirrored.at(1, Skip("mei"))
    assert (mirrored.now.phase, mirrored.now.step) == (Phase.STEP, 0)


def test_a_person_promotes_or_aborts_from_anywhere_it_runs() -> None:
    for begin in (rollout(), rollout(Phase.MIRRORING), advance(rollout(), Pause("x"), NOW).rollout):
        promoted = advance(begin, Promote("mei", "it is good"), after(1))
        assert promoted.effects == (Effect.PROMOTE,)
        assert promoted.change is not None
        assert (promoted.change.who, promoted.change.share) == ("mei", WHOLE)
        aborted = advance(begin, Abort("mei"), after(1))
        assert aborted.effects == (Effect.ABORT,)
        assert (aborted.rollout.why, aborted.rollout.ended_by) == ("", "mei")
        assert (promoted.rollout.why, promoted.rollout.ended_by) == ("it is good", "mei")
        done = advance(aborted.rollout, Ended(), after(2)).rollout
        assert (done.phase, done.ending, done.paused_from) == (Phase.ABORTED, None, None)
        assert done.ended_by == "mei"
        failed = advance(promoted.rollout, PromotionFailed("no memory"), after(2)).rollout
        assert (failed.phase, failed.ended_by) == (Phase.PAUSED, "")


def test_a_new_plan_is_gone_on_by_from_the_share_it_has() -> None:
    course = Course(rollout(step=1, failed_in_a_row=2))
    finer = replace(PLAN, steps=(1_000, 2_500, 5_000, 7_500, 10_000), window_s=20.0)
    turn = course.at(50, Replan("li", replace(finer, starts=NOW, mirror_first=True)))
    assert turn.effects == ()
    assert (course.now.step, course.now.plan) == (2, finer)
    assert wanted(course.now) == Wanted(5_000)
    assert (course.now.since, course.now.failed_in_a_row) == (after(50), 0)
    assert turn.change is not None
    assert (turn.change.who, turn.change.why) == ("li", "By a new plan.")
    assert course.ticks(50, 100, measured()) == 70
    assert wanted(course.now) == Wanted(7_500)


def test_one_that_is_paused_stays_so_with_a_new_plan() -> None:
    course = Course(rollout(step=1))
    course.at(1, Pause("mei", "lunch"))
    course.at(2, Replan("li", replace(PLAN, window_s=20.0)))
    assert (course.now.phase, course.now.paused_from) == (Phase.PAUSED, Phase.STEP)
    assert (course.now.why, wanted(course.now)) == ("lunch", Wanted(5_000))


def test_one_that_waits_may_have_any_other_plan() -> None:
    other = replace(PLAN, steps=(10_000,), key=SplitKey.HEADER, field="X-User", starts=after(9))
    course = Course(rollout(Phase.SCHEDULED))
    course.at(1, Replan("li", other))
    assert (course.now.plan, course.now.phase) == (other, Phase.SCHEDULED)


def test_a_plan_that_moves_callers_to_and_fro_is_refused() -> None:
    for plan in (
        replace(PLAN, steps=(2_000, 10_000)),
        replace(PLAN, key=SplitKey.HEADER, field="X-User"),
    ):
        with pytest.raises(InvalidInput):
            advance(rollout(), Replan("li", plan), after(1))
    with pytest.raises(ReleaseError):
        advance(rollout(Phase.ABORTED), Replan("li", PLAN), after(1))


def test_what_can_not_be_is_refused_with_a_sentence() -> None:
    paused = advance(rollout(), Pause("mei"), NOW).rollout
    promoting = advance(rollout(), Promote("mei"), NOW).rollout
    aborting = advance(rollout(), Abort("mei"), NOW).rollout
    refused: list[tuple[Rollout, Event]] = [
        (paused, Pause("mei")),
        (rollout(), Resume("mei")),
        (rollout(Phase.SCHEDULED), Promote("mei")),
        (advance(rollout(Phase.SCHEDULED), Pause("mei"), NOW).rollout, Promote("mei")),
        (promoting, Abort("mei")),
        (promoting, Pause("mei")),
        (aborting, Promote("mei")),
        (advance(promoting, Ended(), NOW).rollout, Abort("mei")),
        (advance(aborting, Ended(), NOW).rollout, Skip("mei")),
    ]
    said = set()
    for one, event in refused:
        with pytest.raises(ReleaseError) as caught:
            advance(one, event, after(1))
        said.add(caught.value.message)
    assert len(said) == 7


# --- the end


def test_an_end_that_was_decided_is_tried_until_it_came_about() -> None:
    course = Course(rollout())
    course.at(1, Abort("mei", "no"))
    assert course.at(2, Tick(measured())).effects == (Effect.ABORT,)
    assert course.at(3, Tick(None)).effects == (Effect.ABORT,)
    assert course.at(4, TargetUnwell("gone")).effects == ()
    course.at(5, Ended())
    assert course.at(6, Tick(measured())) == Turn(course.now)
    assert course.at(7, Ended()) == Turn(course.now)
    assert course.now.finished == after(5)
    assert course.now.why == "no"


def test_a_release_that_ended_without_it_ends_it() -> None:
    course = Course(rollout(step=1))
    turn = course.at(1, EndedElsewhere(Phase.ABORTED, "rolled back"))
    assert turn.effects == ()
    assert (course.now.phase, course.now.why, course.now.finished) == (
        Phase.ABORTED, "rolled back", after(1),
    )  # fmt: skip
    assert turn.change is not None
    assert turn.change.phase is Phase.ABORTED
    assert course.at(2, EndedElsewhere(Phase.PROMOTED)) == Turn(course.now)
    assert advance(rollout(Phase.SCHEDULED), EndedElsewhere(Phase.ABORTED), NOW).change is None
    # What was decided came about, and only that was not written down.
    promoting = advance(rollout(), Promote("mei", "good"), NOW).rollout
    done = advance(promoting, EndedElsewhere(Phase.PROMOTED), after(1))
    assert (done.rollout.phase, done.rollout.why, done.change) == (Phase.PROMOTED, "good", None)


def test_a_promotion_that_fails_leaves_it_paused_at_its_step() -> None:
    course = Course(rollout(step=1))
    course.at(1, Promote("mei"))
    assert course.at(2, PromotionFailed("The gateway refused.")).effects == (Effect.ROUTE,)
    assert (course.now.phase, course.now.why) == (Phase.PAUSED, "The gateway refused.")
    assert wanted(course.now) == Wanted(5_000)
    course.at(3, Resume("mei"))
    assert (course.now.phase, course.now.step) == (Phase.STEP, 1)
    assert course.at(4, PromotionFailed("late")) == Turn(course.now)
    assert course.at(5, Ended()) == Turn(course.now)


# --- whatever happens

_NUMBERS = st.sampled_from([None, GOOD, BAD, SLOW, FEW, VersionNumbers()])
_EVENTS = st.one_of(
    st.builds(
        lambda numbers, recent: Tick(
            None if numbers is None else measured(numbers, recent_errors=recent)
        ),
        _NUMBERS,
        st.sampled_from([0, 0, 0, 9, 10]),
    ),
    st.sampled_from(
        [
            Tick(measured()),
            Started(12),
            StartFailed("no"),
            Routed(),
            TargetUnwell("gone"),
            Pause("mei"),
            Resume("mei"),
            Skip("mei"),
            Replan("mei", replace(PLAN, window_s=50.0)),
            EndedElsewhere(Phase.ABORTED, "rolled back"),
            Promote("mei"),
            Abort("mei"),
            Ended(),
            PromotionFailed("no"),
        ]
    ),
)
_BEGINNINGS = st.sampled_from(
    [
        rollout(Phase.SCHEDULED),
        rollout(Phase.SCHEDULED, plan=replace(PLAN, mirror_first=True, failed_checks=1)),
        rollout(),
        rollout(step=2),
    ]
)


class Witness:
    """Sees every turn, and says what may not be."""

    def __init__(self, begin: Rollout) -> None:
        self.passed = set(range(begin.step))
        self.by_hand = False
        self.ended: Phase | None = None

    def sees(self, before: Rollout, event: Event, turn: Turn) -> None:
        now = turn.rollout
        self.by_hand |= isinstance(event, Skip | Promote)
        if turn.check is not None and turn.check.verdict is Verdict.PASSED:
            self.passed.add(turn.check.step)
        self.steps(before, event, turn)
        self.end(before, turn)
        self.share(before, turn)
        # Each change of where it stands is in the history.
        if (now.phase, now.step) != (before.phase, before.step) and before.ending is None:
            assert turn.change is not None

    def steps(self, before: Rollout, event: Event, turn: Turn) -> None:
        now = turn.rollout
        # Nothing is promoted unless every step was passed, or a person said so.
        if Effect.PROMOTE in turn.effects or now.phase is Phase.PROMOTED:
            assert self.by_hand or self.passed >= set(range(len(now.plan.steps)))
        # It goes on step by step, and by itself only from one that was passed.
        if now.step != before.step:
            assert now.step == before.step + 1
            assert isinstance(event, Skip | Started) or before.step in (-1, *self.passed)

    def end(self, before: Rollout, turn: Turn) -> None:
        now = turn.rollout
        assert (now.finished is not None) is (now.phase in ENDS)
        if self.ended is not None:
            assert now == before
            assert turn.effects == ()
        if now.phase in ENDS:
            self.ended = self.ended or now.phase
            assert (now.phase, now.ending, now.paused_from) == (self.ended, None, None)
        elif before.ending is not None:
            assert now.ending in (before.ending, None)

    def share(self, before: Rollout, turn: Turn) -> None:
        now = turn.rollout
        assert 0 <= wanted(now).share <= WHOLE
        if not now.open or now.ending or before.ending:
            return
        # While it is paused nobody is added to it, and whatever else changes the gateway is told.
        if before.phase is Phase.PAUSED and now.phase is Phase.PAUSED:
            assert wanted(now) == wanted(before)
        if wanted(now) != wanted(before):
            assert Effect.ROUTE in turn.effects


@settings(max_examples=600)
@given(_BEGINNINGS, st.lists(st.tuples(st.floats(0, 130), _EVENTS), max_size=60), st.booleans())
def test_no_course_of_events_breaks_what_is_promised(
    begin: Rollout, events: list[tuple[float, Event]], restarts: bool
) -> None:
    now, current, witness = NOW, begin, Witness(begin)
    for seconds, event in events:
        now += timedelta(seconds=seconds)
        try:
            turn = advance(current, event, now)
        except ReleaseError:
            continue
        witness.sees(current, event, turn)
        current = turn.rollout
        # Stored and read again it is the same, and goes on the same.
        if restarts:
            current = rollout_of((current.id, *rollout_row(current)))
            assert current == turn.rollout


@given(st.lists(st.floats(0.2, 40), min_size=20, max_size=60), st.integers(1, 4))
def test_however_seldom_it_is_looked_at_a_window_is_never_shorter(
    gaps: list[float], failed_checks: int
) -> None:
    current = rollout(plan=replace(PLAN, failed_checks=failed_checks))
    now = NOW
    for gap in gaps:
        now += timedelta(seconds=gap)
        turn = advance(current, Tick(measured()), now)
        if turn.rollout.step > current.step:
            assert (now - current.since).total_seconds() >= PLAN.window_s
        assert due(current, now) is (turn.check is not None) or not current.open or current.ending
        current = turn.rollout
