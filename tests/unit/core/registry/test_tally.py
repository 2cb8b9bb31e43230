"""What the parts of a transfer add up to."""

from modeldesk.core.jobs import Part, PartState, Progress, Unit
from modeldesk.core.registry.tally import Tally


def test_parts_are_counted_and_their_speed_told() -> None:
    now = [100.0]
    said: list[Progress] = []
    tally = Tally("Pushing", said.append, lambda: now[0])
    tally(Part("a", PartState.MOVING, 0, 1000))
    tally(Part("b", PartState.THERE, 500, 500))
    assert (said[-1].done, said[-1].total, said[-1].unit) == (500, 1500, Unit.BYTES)
    now[0] += 1
    tally(Part("a", PartState.MOVING, 400, 1000))
    assert said[-1].rate == 400
    # An upload that goes on may begin again a little earlier; that is no negative speed.
    now[0] += 1
    tally(Part("a", PartState.MOVING, 300, 1000))
    assert said[-1].rate == 200
    assert said[-1].done == 800
    now[0] += 10
    tally(Part("a", PartState.DONE, 1000, 1000))
    assert [one.state for one in said[-1].parts] == [PartState.DONE, PartState.THERE]
    assert said[-1].fraction == 1.0
    assert (tally.moved_bytes, tally.there_bytes) == (1000, 500)


def test_no_more_than_ten_reports_a_second_and_every_end() -> None:
    said: list[Progress] = []
    tally = Tally("Pulling", said.append, lambda: 5.0)
    for done in range(100):
        tally(Part("a", PartState.MOVING, done, 100))
    assert len(said) <= 1
    tally(Part("a", PartState.UNPACKING))
    tally(Part("a", PartState.DONE, 100, 100))
    tally(Part("b", PartState.THERE))
    assert [one.state for one in said[-1].parts] == [PartState.DONE, PartState.THERE]
