"""The history of channels in a registry."""

from dataclasses import replace

import pytest

from modeldesk.core.channels.model import MoveState, Place, Step
from modeldesk.core.channels.move_document import from_bytes, tags_of_moves, to_bytes
from modeldesk.core.channels.ports import ChannelRecords
from modeldesk.core.channels.registry_records import RegistryChannelRecords
from modeldesk.core.errors import InvalidInput
from modeldesk.core.ids import ModelName
from modeldesk.core.references import Reference
from tests.contracts.channel_records_contract import MOVE, ChannelRecordsContract
from tests.fakes.registry import FakeRegistry
from tests.unit.core.hub.hubs import GO, Desk


class TestRegistryChannelRecords(ChannelRecordsContract):
    model = ModelName("team/rec")

    @pytest.fixture
    def records(self) -> ChannelRecords:
        registry = FakeRegistry()
        return RegistryChannelRecords(lambda: registry)


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_another_program_reads_the_same(desk: Desk) -> None:
    first, second = (RegistryChannelRecords(lambda: desk.registry) for _ in range(2))
    move = replace(MOVE, model=ModelName("team/rec"))
    number = first.add_move(move)
    assert second.moves(move.model) == (replace(move, id=number),)
    ended = replace(move, id=number, state=MoveState.UNDONE)
    first.save_move(ended)
    assert second.moves(move.model) == (ended,)


def test_what_ended_is_read_once(desk: Desk) -> None:
    records = RegistryChannelRecords(lambda: desk.registry)
    digest = desk.add("team/rec", "v1")
    step = Step(Place.REGISTRY, Reference.parse("registry.lan/team/rec:stable"), "", digest)
    move = replace(MOVE, model=ModelName("team/rec"), steps=(step,), state=MoveState.DONE)
    records.add_move(move)
    records.moves(move.model)
    before = desk.registry.asked["manifest"]
    records.moves(move.model)
    assert desk.registry.asked["manifest"] == before


def test_what_ended_refers_to_its_version(desk: Desk) -> None:
    desk.registry.has_referrers = True
    records = RegistryChannelRecords(lambda: desk.registry)
    digest = desk.add("team/rec", "v1")
    step = Step(Place.REGISTRY, Reference.parse("registry.lan/team/rec:stable"), "", digest)
    move = replace(MOVE, model=ModelName("team/rec"), steps=(step,))
    number = records.add_move(move)
    assert desk.registry.referrers("team/rec", digest, GO) == ()
    records.save_move(replace(move, id=number, state=MoveState.DONE))
    assert len(desk.registry.referrers("team/rec", digest, GO)) == 1


def test_what_anybody_put_under_such_a_tag_is_passed_over(desk: Desk) -> None:
    digest = desk.add("team/rec", "v1")
    tag = f"{digest.replace(':', '-')}.channel.{5:016x}"
    desk.registry.add_image("team/rec", tag, [b"no move"])
    records = RegistryChannelRecords(lambda: desk.registry)
    assert tags_of_moves([tag]) == {5: (tag, digest)}
    assert records.moves(ModelName("team/rec")) == ()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{}",
        b'{"schema": 2}',
        b'{"schema": 1, "time": "2026-01-01"}',
        b"[" * 100_000,
        b" " * 70_000,
        to_bytes(MOVE).replace(b'"running"', b'"flying"'),
        to_bytes(MOVE).replace(b'"steps":[', b'"steps":[1,'),
        to_bytes(MOVE).replace(b'"who":"mei"', b'"who":7'),
    ],
)
def test_what_is_no_move_is_refused(content: bytes) -> None:
    with pytest.raises(InvalidInput):
        from_bytes(1, content)
