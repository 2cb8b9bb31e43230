"""What stands over several looks: a finding that lasts is news once, and one that comes and goes in
a moment never."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from modeldesk.core.deployment_watch.model import Finding, Problem
from modeldesk.core.releases.model import DeploymentKey

PATIENCE_S = {
    Problem.GONE: 5.0,
    Problem.STOPPED: 5.0,
    Problem.GATEWAY_GONE: 5.0,
    Problem.GATEWAY_SILENT: 10.0,
    Problem.SERVICE_GONE: 5.0,
    Problem.REPLICAS_MISSING: 20.0,
    Problem.MACHINE_DOWN: 10.0,
}
"""So long it must last: whoever takes a container away may be about to put another in its place."""

_Identity = tuple[DeploymentKey, Problem]


@dataclass(frozen=True, slots=True)
class News:
    """After a look. `altered`: something else is said of what stood before. `again_s`: when to look
    again, where something may be about to stand."""

    standing: tuple[Finding, ...] = ()
    appeared: tuple[Finding, ...] = ()
    gone: tuple[Finding, ...] = ()
    again_s: float | None = None
    altered: bool = False

    @property
    def is_new(self) -> bool:
        return bool(self.appeared or self.gone) or self.altered


class Standing:
    """Of one engine, for one thread."""

    def __init__(self) -> None:
        self._seen: dict[_Identity, float] = {}
        """When each was first seen, by the ticks."""
        self._standing: dict[_Identity, Finding] = {}

    def update(self, found: Sequence[Finding], ticks: float, now: datetime) -> News:
        """Take in what a look found, at `ticks` of a clock that only goes forward."""
        here = {one.identity: one for one in found}
        self._seen = {key: self._seen.get(key, ticks) for key in here}
        left = {key: self._left_s(key, ticks) for key in here}
        before = self._standing
        self._standing = {
            key: replace(one, since=before[key].since if key in before else now)
            for key, one in here.items()
            if key in before or left[key] <= 0
        }
        return News(
            tuple(self._standing.values()),
            tuple(one for key, one in self._standing.items() if key not in before),
            tuple(one for key, one in before.items() if key not in self._standing),
            min((one for key, one in left.items() if key not in self._standing), default=None),
            any(before.get(key, one) != one for key, one in self._standing.items()),
        )

    def _left_s(self, key: _Identity, ticks: float) -> float:
        return PATIENCE_S.get(key[1], 0.0) - (ticks - self._seen[key])
