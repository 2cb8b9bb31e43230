"""What every `ChannelRecords` promises."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from modeldesk.core.channels.model import Move, MoveState, Place, Step, StepState
from modeldesk.core.channels.ports import ChannelRecords
from modeldesk.core.ids import EngineId, ModelName
from modeldesk.core.references import Reference

REC = ModelName("rec · 票据")
TAG = Reference.parse("registry.lan:5000/team/rec:stable")
MOVE = Move(
    0,
    REC,
    "stable",
    EngineId("engine-1"),
    "v1.3.0",
    "v1.4.0",
    (
        Step(Place.REGISTRY, TAG, "sha256:" + "a" * 64, "sha256:" + "b" * 64),
        Step(Place.ENGINE, TAG, "", "sha256:" + "c" * 64, StepState.DONE),
    ),
    datetime(2026, 4, 5, 12, 0, 0, 123456, tzinfo=UTC),
    "mei",
    "fewer false alarms",
    MoveState.RUNNING,
    ("metrics", "after"),
)


class ChannelRecordsContract:
    model = REC
    """That moves are recorded of."""

    @property
    def move(self) -> Move:
        return replace(MOVE, model=self.model)

    @pytest.fixture
    def records(self) -> ChannelRecords:
        raise NotImplementedError

    def test_a_move_comes_back_as_it_was(self, records: ChannelRecords) -> None:
        number = records.add_move(self.move)
        assert records.moves(self.model) == (replace(self.move, id=number),)

    def test_so_does_one_with_next_to_nothing(self, records: ChannelRecords) -> None:
        bare = replace(
            self.move, before="", after="", why="", who="", broken=(), steps=(), undoes=7
        )
        number = records.add_move(bare)
        assert records.moves(self.model) == (replace(bare, id=number),)

    def test_it_is_replaced_by_its_id(self, records: ChannelRecords) -> None:
        first, second = records.add_move(self.move), records.add_move(self.move)
        ended = replace(self.move, id=first, state=MoveState.HALF_DONE, error="it went away")
        records.save_move(ended)
        assert records.moves(self.model) == (replace(self.move, id=second), ended)

    def test_what_was_never_added_is_not_saved(self, records: ChannelRecords) -> None:
        records.save_move(replace(self.move, id=99))
        assert records.moves(self.model) == ()

    def test_they_are_of_a_model_and_a_channel_newest_first(self, records: ChannelRecords) -> None:
        ids = [
            records.add_move(replace(self.move, channel=channel))
            for channel in ("stable", "candidate", "stable")
        ]
        records.add_move(replace(self.move, model=ModelName("another")))
        assert [one.id for one in records.moves(self.model)] == ids[::-1]
        assert [one.id for one in records.moves(self.model, "stable")] == [ids[2], ids[0]]
        assert records.moves(self.model, "deprecated") == ()

    def test_threads_get_ids_of_their_own(self, records: ChannelRecords) -> None:
        with ThreadPoolExecutor(4) as pool:
            ids = list(pool.map(lambda _: records.add_move(self.move), range(20)))
        assert len(set(ids)) == 20
        assert {one.id for one in records.moves(self.model)} == set(ids)
