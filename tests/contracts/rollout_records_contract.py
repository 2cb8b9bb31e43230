"""What every `RolloutRecords` promises."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from modeldesk.core.canary.model import (
    Evaluation,
    LimitCheck,
    Limits,
    Measure,
    Phase,
    Rollout,
    RolloutChange,
    RolloutCheck,
    RolloutPlan,
    Verdict,
    VersionEvaluation,
)
from modeldesk.core.canary.ports import KEPT_CHECKS, RolloutRecords
from modeldesk.core.errors import RecordsError
from modeldesk.core.gateway.model import SplitKey
from modeldesk.core.ids import DeploymentName, EngineId
from modeldesk.core.releases.model import DeploymentKey
from tests.unit.core.canary.rollouts import KEY, NOW, after, measured, rollout

BEGUN = RolloutChange(NOW, Phase.SCHEDULED, -1, 0, "mei", "beauté · 美")
OTHER = DeploymentKey(EngineId("engine-2"), DeploymentName("shop"))
CHECK = RolloutCheck(
    after(10),
    1,
    2_500,
    Verdict.FAILED,
    measured().window,
    (
        LimitCheck(Measure.ERROR_RATE, Verdict.FAILED, "30 % of 1,000 requests failed."),
        LimitCheck(Measure.P95_OVER_STABLE, Verdict.NOT_MEASURED, "Not compared."),
    ),
)


def ended(one: Rollout, phase: Phase = Phase.ABORTED) -> Rollout:
    return replace(one, phase=phase, finished=after(100), ended_by="mei · 美")


class RolloutRecordsContract:
    @pytest.fixture
    def records(self) -> RolloutRecords:
        raise NotImplementedError

    def test_a_rollout_comes_back_as_it_was(self, records: RolloutRecords) -> None:
        number = records.add_rollout(rollout(), BEGUN)
        stored = replace(rollout(), id=number)
        assert records.rollout(number) == stored
        assert records.open_rollout(KEY) == stored
        assert records.open_rollouts() == records.rollouts(KEY) == (stored,)
        assert records.changes(number) == (BEGUN,)
        assert records.checks(number) == ()
        assert records.rollout(number + 1) is None

    def test_so_does_one_with_all_that_can_be_set(self, records: RolloutRecords) -> None:
        plan = RolloutPlan(
            (25, 10_000),
            3.5,
            7,
            1,
            Limits(None, 0.5, 12.25, None, 0.9, 0.02),
            SplitKey.COOKIE,
            "session",
            True,
            NOW + timedelta(microseconds=1),
        )
        odd = rollout(
            plan=plan,
            phase=Phase.PAUSED,
            paused_from=Phase.MIRRORING,
            ending=Phase.ABORTED,
            step=-1,
            failed_in_a_row=2,
            silent_windows=1,
            not_measured=3,
            checked=after(9),
            why="x ≤ 1 %",
            who="",
        )
        number = records.add_rollout(odd, BEGUN)
        assert records.rollout(number) == replace(odd, id=number)

    def test_it_is_replaced_with_its_check_and_change(self, records: RolloutRecords) -> None:
        number = records.add_rollout(rollout(), BEGUN)
        later = replace(rollout(step=1), id=number, checked=after(10))
        change = RolloutChange(after(10), Phase.STEP, 1, 5_000, "", "")
        records.save_rollout(later, CHECK, change)
        records.save_rollout(later, replace(CHECK, numbers=None, limits=()))
        assert records.rollout(number) == later
        assert records.checks(number) == (CHECK, replace(CHECK, numbers=None, limits=()))
        assert records.changes(number) == (BEGUN, change)

    def test_what_was_never_added_is_not_saved(self, records: RolloutRecords) -> None:
        records.save_rollout(replace(rollout(), id=99), CHECK, BEGUN)
        assert records.rollouts(KEY) == ()
        assert records.checks(99) == ()
        assert records.changes(99) == ()

    def test_a_deployment_has_one_that_is_open(self, records: RolloutRecords) -> None:
        first = replace(rollout(), id=records.add_rollout(rollout(), BEGUN))
        with pytest.raises(RecordsError):
            records.add_rollout(rollout(), BEGUN)
        elsewhere = records.add_rollout(rollout(deployment=OTHER), BEGUN)
        records.save_rollout(ended(first))
        second = records.add_rollout(rollout(), BEGUN)
        assert [one.id for one in records.rollouts(KEY)] == [second, first.id]
        assert [one.id for one in records.open_rollouts()] == [elsewhere, second]
        found = records.open_rollout(KEY)
        assert found is not None
        assert found.id == second
        records.save_rollout(ended(found, Phase.PROMOTED))
        assert records.open_rollout(KEY) is None

    def test_the_newest_checks_are_kept(self, records: RolloutRecords) -> None:
        number = records.add_rollout(rollout(), BEGUN)
        other = records.add_rollout(rollout(deployment=OTHER), BEGUN)
        records.save_rollout(replace(rollout(deployment=OTHER), id=other), CHECK)
        one = replace(rollout(), id=number)
        for step in range(KEPT_CHECKS + 3):
            records.save_rollout(one, replace(CHECK, step=step))
        steps = [check.step for check in records.checks(number)]
        assert steps == list(range(3, KEPT_CHECKS + 3))
        assert len(records.checks(other)) == 1

    def test_the_newest_evaluation_is_kept(self, records: RolloutRecords) -> None:
        number = records.add_rollout(rollout(), BEGUN)
        assert records.evaluation(number) is None
        some = VersionEvaluation(100, 1, 2, 90, 12.5, 40.0)
        evaluation = Evaluation(after(1), "set · 集.jsonl", some, VersionEvaluation(0, 0, 0, 0))
        records.keep_evaluation(number, evaluation)
        assert records.evaluation(number) == evaluation
        newer = replace(evaluation, time=after(2))
        records.keep_evaluation(number, newer)
        records.save_rollout(replace(rollout(step=1), id=number))
        assert records.evaluation(number) == newer
        records.keep_evaluation(number + 1, newer)
        assert records.evaluation(number + 1) is None

    def test_only_one_of_many_threads_begins_one(self, records: RolloutRecords) -> None:
        def begin(_: int) -> int:
            try:
                return records.add_rollout(rollout(), BEGUN)
            except RecordsError:
                return 0

        with ThreadPoolExecutor(4) as pool:
            begun = [number for number in pool.map(begin, range(12)) if number]
        assert [one.id for one in records.rollouts(KEY)] == begun
        assert len(begun) == 1
