"""Events on their way, in memory."""

import threading
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from modeldesk.core.ids import EngineId
from modeldesk.core.release_events.model import Addressed, Delivery, Note, Standing
from modeldesk.core.release_events.ports import StandingFinding

if TYPE_CHECKING:
    from modeldesk.core.errors import RecordsError


class FakeOutbox:
    """Implements `Outbox`. `notes` are what the records have noted; `failure` is raised by every
    call while it is set."""

    def __init__(self, most_waiting: int = 10_000, most_given_up: int = 1_000) -> None:
        self.failure: RecordsError | None = None
        self.notes: list[Note] = []
        self._most_waiting, self._most_given_up = most_waiting, most_given_up
        self._lock = threading.RLock()
        self._deliveries: dict[int, Delivery] = {}
        self._findings: dict[tuple[str, str, str], StandingFinding] = {}
        self._number = 0

    def take_notes(self, make: Callable[[Note], Addressed | None], most: int = 100) -> int:
        with self._held():
            taken = self.notes[:most]
            self.add([made for note in taken if (made := make(note)) is not None])
            del self.notes[: len(taken)]
            return len(taken)

    def add(self, events: Sequence[Addressed]) -> None:
        with self._held():
            for one in events:
                for receiver in one.receivers:
                    self._put(one, receiver)

    def head(self, receiver: str) -> Delivery | None:
        with self._held():
            return next(iter(self._of(receiver, given_up=False)), None)

    def waiting(self, receiver: str, most: int = 100) -> tuple[Delivery, ...]:
        with self._held():
            return tuple(self._of(receiver, given_up=False))[:most]

    def delivered(self, number: int) -> None:
        with self._held():
            self._deliveries.pop(number, None)

    def put_off(self, number: int, not_before: datetime, problem: str) -> None:
        with self._held():
            one = self._deliveries[number]
            self._deliveries[number] = replace(
                one, tries=one.tries + 1, not_before=not_before, problem=problem
            )

    def give_up(self, number: int, at: datetime, problem: str) -> None:
        with self._held():
            one = self._deliveries[number]
            self._give_up(replace(one, tries=one.tries + 1), at, problem)

    def give_up_older(self, receiver: str, than: datetime, at: datetime, problem: str) -> int:
        with self._held():
            old = [one for one in self._of(receiver, given_up=False) if one.queued <= than]
            for one in old:
                self._give_up(one, at, problem)
            return len(old)

    def given_up(self, receiver: str, most: int = 100) -> tuple[Delivery, ...]:
        with self._held():
            return tuple(reversed(self._of(receiver, given_up=True)))[:most]

    def retry(self, receiver: str, at: datetime) -> int:
        with self._held():
            found = self._of(receiver, given_up=True)
            for one in found:
                self._deliveries[one.number] = replace(one, given_up=None, tries=0, queued=at)
            for one in self._of(receiver, given_up=False):
                self._deliveries[one.number] = replace(one, not_before=None)
            return len(found)

    def standing(self, receivers: Sequence[str]) -> tuple[Standing, ...]:
        with self._held():
            return tuple(
                Standing(
                    one,
                    len(self._of(one, given_up=False)),
                    len(self._of(one, given_up=True)),
                    self.head(one),
                )
                for one in receivers
            )

    def keep_only(self, receivers: Collection[str]) -> None:
        with self._held():
            self._deliveries = {
                number: one for number, one in self._deliveries.items() if one.receiver in receivers
            }

    def findings(self, engine: EngineId) -> tuple[StandingFinding, ...]:
        with self._held():
            return tuple(one for one in self._findings.values() if one.engine == engine)

    def found(self, finding: StandingFinding, event: Addressed) -> bool:
        with self._held():
            if _key(finding) in self._findings:
                return False
            self._findings[_key(finding)] = finding
            self.add((event,))
            return True

    def gone(self, finding: StandingFinding, event: Addressed) -> bool:
        with self._held():
            if self._findings.pop(_key(finding), None) is None:
                return False
            self.add((event,))
            return True

    def _held(self) -> threading.RLock:
        if self.failure is not None:
            raise self.failure
        return self._lock

    def _put(self, one: Addressed, receiver: str) -> None:
        there = self._of(receiver, given_up=False) + self._of(receiver, given_up=True)
        if any(other.event.id == one.event.id for other in there):
            return
        self._number += 1
        self._deliveries[self._number] = Delivery(self._number, receiver, one.event, one.queued)
        waiting = self._of(receiver, given_up=False)
        for old in waiting[: max(0, len(waiting) - self._most_waiting)]:
            self._give_up(old, one.queued, "Too many events waited.")

    def _give_up(self, one: Delivery, at: datetime, problem: str) -> None:
        self._deliveries[one.number] = replace(one, given_up=at, problem=problem)
        up = self._of(one.receiver, given_up=True)
        for old in up[: max(0, len(up) - self._most_given_up)]:
            del self._deliveries[old.number]

    def _of(self, receiver: str, *, given_up: bool) -> list[Delivery]:
        return [
            one
            for _, one in sorted(self._deliveries.items())
            if one.receiver == receiver and (one.given_up is not None) == given_up
        ]


def _key(finding: StandingFinding) -> tuple[str, str, str]:
    return finding.engine, finding.deployment, finding.problem
