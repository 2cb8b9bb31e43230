"""Rollouts and numbers as the tests want them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from modeldesk.core.canary.model import (
    Phase,
    Rollout,
    RolloutPlan,
    VersionNumbers,
    WindowNumbers,
)
from modeldesk.core.canary.numbers import RECENT, Measured, Recent
from modeldesk.core.gateway.model import Answered
from modeldesk.core.ids import DeploymentName, EngineId, ImageId
from modeldesk.core.releases.model import DeploymentKey, VersionTarget

NOW = datetime(2026, 4, 5, 12, 0, tzinfo=UTC)
KEY = DeploymentKey(EngineId("engine-1"), DeploymentName("shop"))
V1 = VersionTarget(ImageId("sha256:" + "1" * 64), "rec:v1.3.0", "sha256:" + "a" * 64)
V2 = VersionTarget(ImageId("sha256:" + "2" * 64), "rec:v1.4.0", "sha256:" + "b" * 64)
PLAN = RolloutPlan(steps=(1_000, 5_000, 10_000), window_s=100.0)
GOOD = VersionNumbers(1_000, 2, 0, 0, 20.0, 40.0, 60.0)
BAD = VersionNumbers(1_000, 300, 0, 0, 20.0, 40.0, 60.0)
SLOW = VersionNumbers(1_000, 2, 0, 0, 90.0, 140.0, 260.0)
FEW = VersionNumbers(7, 0, 0, 0, 20.0, 40.0, 60.0)


def rollout(phase: Phase = Phase.STEP, step: int = 0, **values: object) -> Rollout:
    begun = Rollout(
        1,
        KEY,
        0 if phase is Phase.SCHEDULED else 12,
        V2,
        V1,
        PLAN,
        "salt",
        phase,
        -1 if phase in (Phase.SCHEDULED, Phase.MIRRORING) else step,
        NOW,
        NOW,
        who="mei",
    )
    return replace(begun, **values)  # type: ignore[arg-type]


def measured(
    canary: VersionNumbers = GOOD, stable: VersionNumbers = GOOD, recent_errors: int = 0
) -> Measured:
    window = WindowNumbers(NOW.timestamp(), NOW.timestamp() + 100, stable, canary)
    return Measured(window, Recent(RECENT, recent_errors))


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def answered(
    number: int,
    backend: str = "r12",
    status: int = 200,
    *,
    time: float | None = None,
    theirs: int | None = 200,
    seconds: float | None = 0.02,
    revision: str = "one",
    forced: bool = False,
    passed_on: bool = True,
) -> Answered:
    """A request of its own for each `number`."""
    when = NOW.timestamp() + number * 0.01 if time is None else time
    identity = f"{number:032x}"
    return Answered(
        when,
        backend,
        status,
        theirs,
        seconds,
        identity,
        revision,
        forced,
        passed_on=passed_on,
    )
