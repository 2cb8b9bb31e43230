"""What every `TrialRecords` promises."""

from dataclasses import replace
from datetime import timedelta

import pytest

from modeldesk.core.trial.model import Start, Trial
from modeldesk.core.trial.ports import TrialRecords
from tests.unit.core.trial.bench import STARTED, measured


class TrialRecordsContract:
    @pytest.fixture
    def records(self) -> TrialRecords:
        raise NotImplementedError

    def test_a_trial_comes_back_as_it_was(self, records: TrialRecords) -> None:
        trial = measured()
        records.add_trial(trial)
        assert records.trial(trial.id) == trial
        assert records.trial("another") is None

    def test_so_does_one_with_next_to_nothing_and_odd_names(self, records: TrialRecords) -> None:
        trial = measured(starts=((Start(1.25),), ()), model="票据识别")
        trial = replace(
            trial,
            commit="",
            sample="",
            folder="/tmp/a\udcff",
            notes=("one", "two"),
            left=replace(trial.left, rebuild=None, kept_as="x:1"),
            comparison=replace(
                trial.comparison,
                left=replace(trial.comparison.left, compressed_bytes=None),
                folders=(replace(trial.comparison.folders[0], path=b"a\xff/b\n"),),
            ),
        )
        records.add_trial(trial)
        assert records.trial(trial.id) == trial

    def test_the_newest_come_first_and_only_so_many(self, records: TrialRecords) -> None:
        for number in (2, 0, 3, 1):
            records.add_trial(_at(number))
        assert [one.id for one in records.recent_trials()] == ["3", "2", "1", "0"]
        assert [one.id for one in records.recent_trials(2)] == ["3", "2"]
        newest = records.recent_trials(1)[0]
        assert (newest.model, newest.commit) == ("recommendation", "c81a5f9d")
        assert newest.started == STARTED + timedelta(minutes=3)


def _at(minutes: int) -> Trial:
    started = STARTED + timedelta(minutes=minutes)
    return replace(measured(), id=str(minutes), started=started)
