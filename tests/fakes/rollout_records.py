"""Rollouts, in memory."""

import threading
from dataclasses import replace
from typing import TYPE_CHECKING

from modeldesk.core.canary.model import Evaluation, Rollout, RolloutChange, RolloutCheck
from modeldesk.core.canary.ports import KEPT_CHECKS
from modeldesk.core.errors import RecordsError
from modeldesk.core.releases.model import DeploymentKey

if TYPE_CHECKING:
    from collections.abc import Callable


class FakeRolloutRecords:
    """Implements `RolloutRecords`. `failure` is raised by every call while it is set, `cut` by the
    next that writes, before it does: as if the program ended there."""

    def __init__(self) -> None:
        self.failure: RecordsError | None = None
        self.cut: BaseException | None = None
        self.saved: Callable[[Rollout], None] = lambda _: None
        """Told of each rollout that was written."""
        self._lock = threading.Lock()
        self._rollouts: dict[int, Rollout] = {}
        self._checks: dict[int, list[RolloutCheck]] = {}
        self._changes: dict[int, list[RolloutChange]] = {}
        self._evaluations: dict[int, Evaluation] = {}

    def add_rollout(self, rollout: Rollout, change: RolloutChange) -> int:
        self._called(writes=True)
        with self._lock:
            if any(one.deployment == rollout.deployment for one in self._open()):
                raise RecordsError("The deployment has a rollout that is open.")
            number = len(self._rollouts) + 1
            self._rollouts[number] = replace(rollout, id=number)
            self._checks[number], self._changes[number] = [], [change]
        self.saved(self._rollouts[number])
        return number

    def save_rollout(
        self,
        rollout: Rollout,
        check: RolloutCheck | None = None,
        change: RolloutChange | None = None,
    ) -> None:
        self._called(writes=True)
        with self._lock:
            known = self._rollouts.get(rollout.id)
            if known is None:
                return
            self._rollouts[rollout.id] = replace(rollout, deployment=known.deployment)
            if check is not None:
                self._checks[rollout.id] = [*self._checks[rollout.id], check][-KEPT_CHECKS:]
            if change is not None:
                self._changes[rollout.id].append(change)
        self.saved(rollout)

    def rollout(self, number: int) -> Rollout | None:
        self._called()
        return self._rollouts.get(number)

    def rollouts(self, key: DeploymentKey) -> tuple[Rollout, ...]:
        self._called()
        with self._lock:
            return tuple(one for one in reversed(self._rollouts.values()) if one.deployment == key)

    def open_rollout(self, key: DeploymentKey) -> Rollout | None:
        self._called()
        with self._lock:
            return next((one for one in self._open() if one.deployment == key), None)

    def open_rollouts(self) -> tuple[Rollout, ...]:
        self._called()
        with self._lock:
            return self._open()

    def checks(self, number: int) -> tuple[RolloutCheck, ...]:
        self._called()
        with self._lock:
            return tuple(self._checks.get(number, ()))

    def changes(self, number: int) -> tuple[RolloutChange, ...]:
        self._called()
        with self._lock:
            return tuple(self._changes.get(number, ()))

    def keep_evaluation(self, number: int, evaluation: Evaluation) -> None:
        self._called(writes=True)
        with self._lock:
            if number in self._rollouts:
                self._evaluations[number] = evaluation

    def evaluation(self, number: int) -> Evaluation | None:
        self._called()
        return self._evaluations.get(number)

    def _open(self) -> tuple[Rollout, ...]:
        return tuple(one for one in self._rollouts.values() if one.finished is None)

    def _called(self, *, writes: bool = False) -> None:
        if self.failure is not None:
            raise self.failure
        if writes and self.cut is not None:
            cut, self.cut = self.cut, None
            raise cut
