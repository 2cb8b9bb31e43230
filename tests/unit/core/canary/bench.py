"""A service of canaries with records, callers and a clock in memory."""

from datetime import datetime, timedelta
from typing import Any

from modeldesk.core.canary.model import Phase, Rollout, RolloutChange, RolloutPlan
from modeldesk.core.canary.numbers import Measured
from modeldesk.core.canary.service import CanaryService
from modeldesk.core.jobs import Job
from tests.fakes.rollout_records import FakeRolloutRecords
from tests.fakes.traffic import FakeTraffic
from tests.unit.core.canary.rollouts import KEY, NOW, PLAN, V1, V2, measured


class Bench:
    """`service` is of a program that can be ended and begun anew."""

    def __init__(self) -> None:
        self.now = NOW
        self.records = FakeRolloutRecords()
        self.traffic = FakeTraffic(KEY.engine, {KEY: V1})
        self.told: list[RolloutChange] = []
        self.service = self.begin_anew()

    def begin_anew(self, records: Any = None, traffic: Any = None) -> CanaryService:
        """The program ended, and another one has the same records and engine."""
        self.service = CanaryService(
            records or self.records,
            traffic or self.traffic,
            lambda: "mei",
            lambda: self.now,
            lambda _, change: self.told.append(change),
            lambda: "salt",
        )
        return self.service

    def start(self, plan: RolloutPlan = PLAN) -> Rollout:
        return self.service.start(KEY, V2, plan, "try it", Job())

    def later(self, seconds: float) -> datetime:
        self.now += timedelta(seconds=seconds)
        return self.now

    def tick(self, seconds: float = 0.0, numbers: Measured | None = None) -> Rollout:
        self.later(seconds)
        ticked = self.service.tick(1, numbers or measured(), Job())
        assert ticked is not None
        return ticked

    def rollout(self) -> Rollout:
        found = self.records.rollout(1)
        assert found is not None
        return found

    @property
    def phases(self) -> list[tuple[Phase, int]]:
        """Of the history, with their shares."""
        return [(one.phase, one.share) for one in self.records.changes(1)]
