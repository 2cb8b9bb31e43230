"""What every `Outbox` promises."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from modeldesk.core.ids import DeploymentName, EngineId
from modeldesk.core.release_events.model import Addressed, CloudEvent, Standing
from modeldesk.core.release_events.ports import Outbox, StandingFinding

NOW = datetime(2026, 4, 5, 12, 0, 0, 123456, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ANN, BOB = "aa11", "bb22"
MOST_WAITING, MOST_GIVEN_UP = 6, 3
EVENT = CloudEvent(
    "e0",
    "urn:modeldesk:engine:E",
    "io.modeldesk.release.succeeded",
    NOW,
    "shop · 店",
    '{"deployment":"shop"}',
)
FINDING = StandingFinding(
    EngineId("E"), DeploymentName("shop"), "unhealthy", "It is unwell · 病", NOW
)


def event(number: int, *receivers: str, queued: datetime = NOW) -> Addressed:
    return Addressed(replace(EVENT, id=f"e{number}"), receivers or (ANN,), queued)


def waiting(outbox: Outbox, receiver: str = ANN) -> list[str]:
    """The ids, in their order; they are delivered by the way."""
    found = []
    while (head := outbox.head(receiver)) is not None:
        found.append(head.event.id)
        outbox.delivered(head.number)
    return found


class OutboxContract:
    @pytest.fixture
    def outbox(self) -> Outbox:
        """That lets `MOST_WAITING` wait, and keeps `MOST_GIVEN_UP` of what was given up."""
        raise NotImplementedError

    def test_an_event_comes_back_as_it_was(self, outbox: Outbox) -> None:
        assert outbox.head(ANN) is None
        outbox.add((event(1, ANN, BOB),))
        head = outbox.head(ANN)
        assert head is not None
        assert (head.event, head.queued, head.tries) == (replace(EVENT, id="e1"), NOW, 0)
        assert (head.not_before, head.problem, head.given_up) == (None, "", None)
        outbox.delivered(head.number)
        assert outbox.head(ANN) is None
        assert outbox.head(BOB) is not None

    def test_what_came_first_is_sent_first(self, outbox: Outbox) -> None:
        outbox.add((event(2), event(1)))
        outbox.add((event(3),))
        assert [one.event.id for one in outbox.waiting(ANN)] == ["e2", "e1", "e3"]
        assert [one.event.id for one in outbox.waiting(ANN, 1)] == ["e2"]
        assert waiting(outbox) == ["e2", "e1", "e3"]

    def test_an_event_is_there_once(self, outbox: Outbox) -> None:
        outbox.add((event(1),))
        outbox.add((event(1), event(1, BOB)))
        assert waiting(outbox) == ["e1"]
        assert waiting(outbox, BOB) == ["e1"]

    def test_what_is_put_off_stays_first(self, outbox: Outbox) -> None:
        outbox.add((event(1), event(2)))
        head = outbox.head(ANN)
        assert head is not None
        outbox.put_off(head.number, NOW + MINUTE, "busy · 忙")
        again = outbox.head(ANN)
        assert again == replace(head, tries=1, not_before=NOW + MINUTE, problem="busy · 忙")
        outbox.put_off(head.number, NOW + 2 * MINUTE, "busy")
        assert outbox.standing([ANN, BOB]) == (
            Standing(
                ANN,
                2,
                0,
                replace(head, tries=2, not_before=NOW + 2 * MINUTE, problem="busy"),
            ),
            Standing(BOB, 0, 0, None),
        )

    def test_what_is_given_up_is_kept_and_can_be_sent_again(self, outbox: Outbox) -> None:
        outbox.add((event(1), event(2), event(3)))
        for problem in ("no", "never"):
            head = outbox.head(ANN)
            assert head is not None
            outbox.give_up(head.number, NOW + MINUTE, problem)
        found = outbox.given_up(ANN)
        assert [(one.event.id, one.problem, one.tries) for one in found] == [
            ("e2", "never", 1),
            ("e1", "no", 1),
        ]
        assert {one.given_up for one in found} == {NOW + MINUTE}
        assert len(outbox.given_up(ANN, 1)) == 1
        [standing] = outbox.standing([ANN])
        assert (standing.waiting, standing.given_up) == (1, 2)
        assert outbox.retry(ANN, NOW + 5 * MINUTE) == 2
        head = outbox.head(ANN)
        assert head is not None
        assert (head.event.id, head.tries, head.queued) == ("e1", 0, NOW + 5 * MINUTE)
        assert waiting(outbox) == ["e1", "e2", "e3"]

    def test_what_waits_is_tried_at_once_when_it_is_asked(self, outbox: Outbox) -> None:
        outbox.add((event(1),))
        head = outbox.head(ANN)
        assert head is not None
        outbox.put_off(head.number, NOW + MINUTE, "busy")
        assert outbox.retry(ANN, NOW) == 0
        head = outbox.head(ANN)
        assert head is not None
        assert head.not_before is None

    def test_what_is_too_old_is_given_up_together(self, outbox: Outbox) -> None:
        outbox.add([event(n, ANN, BOB, queued=NOW + n * MINUTE) for n in range(3)])
        assert outbox.give_up_older(ANN, NOW + MINUTE, NOW + 5 * MINUTE, "too late") == 2
        assert waiting(outbox) == ["e2"]
        assert len(waiting(outbox, BOB)) == 3

    def test_no_more_wait_than_there_is_room_for(self, outbox: Outbox) -> None:
        outbox.add([event(n) for n in range(MOST_WAITING + 2)])
        [standing] = outbox.standing([ANN])
        assert (standing.waiting, standing.given_up) == (MOST_WAITING, 2)
        assert [one.event.id for one in outbox.given_up(ANN)] == ["e1", "e0"]
        for number in range(MOST_WAITING + 2, MOST_WAITING + 12):
            outbox.add((event(number),))
        [standing] = outbox.standing([ANN])
        assert (standing.waiting, standing.given_up) == (MOST_WAITING, MOST_GIVEN_UP)

    def test_what_is_for_nobody_goes(self, outbox: Outbox) -> None:
        outbox.add((event(1, ANN, BOB),))
        outbox.keep_only([BOB])
        assert outbox.head(ANN) is None
        assert outbox.head(BOB) is not None
        outbox.keep_only([])
        assert outbox.head(BOB) is None

    def test_a_finding_that_lasts_is_told_once(self, outbox: Outbox) -> None:
        assert outbox.found(FINDING, event(1))
        assert not outbox.found(replace(FINDING, since=NOW + MINUTE), event(2))
        assert outbox.findings(FINDING.engine) == (FINDING,)
        assert outbox.findings(EngineId("another")) == ()
        assert outbox.gone(FINDING, event(3))
        assert not outbox.gone(FINDING, event(4))
        assert outbox.findings(FINDING.engine) == ()
        assert waiting(outbox) == ["e1", "e3"]

    def test_threads_lose_nothing(self, outbox: Outbox) -> None:
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda n: outbox.add((event(n, f"r{n % 5}"),)), range(20)))
        found = [waiting(outbox, f"r{n}") for n in range(5)]
        assert sorted(map(len, found)) == [4, 4, 4, 4, 4]
