"""Canaries for the page: builders of their facts, and a service that does what it is asked."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from modeldesk.core.canary.history import RolloutHistory
from modeldesk.core.canary.model import (
    Limits,
    Phase,
    Rollout,
    RolloutPlan,
    VersionNumbers,
    WindowNumbers,
)
from modeldesk.core.changes import Changes
from modeldesk.core.errors import ReleaseError
from modeldesk.core.ids import DeploymentName, EngineId, ImageId
from modeldesk.core.jobs import Job
from modeldesk.core.ports import ImageEngine
from modeldesk.core.releases.model import DeploymentKey, VersionTarget
from modeldesk.ui.releases.presented import (
    By,
    Moment,
    MomentKind,
    RolloutFacts,
    StepPassed,
)
from modeldesk.ui.releases.rollouts import CanaryRequest

SHOP = DeploymentKey(EngineId("E"), DeploymentName("shop"))
PLAN = RolloutPlan(
    steps=(1000, 2500, 5000, 10_000),
    window_s=600.0,
    limits=Limits(error_rate_over_stable=None, p95_ms=80.0, p95_over_stable=None, accuracy=0.92),
)


def target(version: str, digit: str = "a", model: str = "recommendation") -> VersionTarget:
    """A version, pinned."""
    image = ImageId(f"sha256:{digit * 64}")
    return VersionTarget(image, f"{model}:{version}", f"sha256:{digit * 64}")


STABLE = target("v1.4.0", "c")
CANARY = target("v1.5.0-rc1", "9")


def rollout(
    phase: Phase = Phase.STEP,
    step: int = 1,
    *,
    key: DeploymentKey = SHOP,
    canary: VersionTarget = CANARY,
    stable: VersionTarget = STABLE,
    plan: RolloutPlan = PLAN,
    ago: timedelta = timedelta(minutes=6, seconds=10),
    now: datetime | None = None,
    why: str = "",
    silent: int = 0,
    ended_by: str = "",
) -> Rollout:
    """A canary that came to its step so long `ago`."""
    now = now or datetime.now(UTC)
    since = now - ago
    over = phase in (Phase.PROMOTED, Phase.ABORTED)
    return Rollout(
        1,
        key,
        7,
        canary,
        stable,
        plan,
        "salt",
        phase,
        step,
        since,
        since - timedelta(minutes=10 * max(step, 0)),
        silent_windows=silent,
        why=why,
        who="mlops",
        finished=since if over else None,
        ended_by=ended_by,
    )


def window(
    end: float,
    p95: tuple[float | None, float | None] = (41.0, 38.0),
    errors: tuple[float, float] = (0.0016, 0.0021),
    accuracy: tuple[float, float] | None = None,
    requests: tuple[int, int] = (9000, 3000),
) -> WindowNumbers:
    """What both versions did in five minutes."""

    def numbers(side: int) -> VersionNumbers:
        count = requests[side]
        labelled = 1000 if accuracy is not None else 0
        right = round(labelled * accuracy[side]) if accuracy is not None else 0
        failed = round(errors[side] * count)
        return VersionNumbers(count, failed, p95_ms=p95[side], labelled=labelled, right=right)

    return WindowNumbers(end - 300, end, numbers(0), numbers(1))


def windows(
    count: int,
    every_s: float = 20.0,
    *,
    end: float | None = None,
    accurate: bool = False,
    worse: Callable[[int], float] = lambda _: 1.0,
) -> tuple[WindowNumbers, ...]:
    """A canary's measurements: waves around what is usual, the canary's `worse` times as much."""
    last = end if end is not None else datetime.now(UTC).timestamp()
    made = []
    for number in range(count):
        wave = math.sin(number * 1.7) + math.sin(number * 0.6 + 1)
        other = math.sin(number * 1.3 + 2) + math.sin(number * 0.4)
        bad = worse(number)
        made.append(
            window(
                last - (count - 1 - number) * every_s,
                (41 + 1.6 * wave, (38 + 1.6 * other) * bad),
                (0.0016 + 0.0003 * wave, (0.0021 + 0.0005 * other) * bad**3),
                (0.947 + 0.002 * wave, 0.951 + 0.002 * other) if accurate else None,
                (9000, 3000),
            )
        )
    return tuple(made)


def facts(one: Rollout, **more: object) -> RolloutFacts:
    """What is known of a canary; without more, an hour's measurements and what it passed."""
    passed = tuple(
        StepPassed(number, one.since - timedelta(minutes=10 * (max(one.step, 0) - 1 - number)),
                   1204 + 1707 * number)
        for number in range(max(one.step, 0))
    )  # fmt: skip
    made = RolloutFacts(one, passed, 2911, windows(60, end=one.since.timestamp() + 370))
    return replace(made, **more)  # type: ignore[arg-type]


def moments(one: Rollout) -> tuple[Moment, ...]:
    """What happened in it, newest first."""
    begun = Moment(
        "1", one.started, MomentKind.STARTED, one.plan.steps[0], one.target, one.stable, By.PERSON,
        one.who,
    )  # fmt: skip
    made = [begun]
    for step in range(1, max(one.step, 0) + 1):
        when = one.started + timedelta(minutes=10 * step)
        here = step == one.step and one.phase is Phase.STEP
        share = one.plan.steps[step]
        made.append(
            Moment(str(step + 1), when, MomentKind.STEP, share, one.target, one.stable, By.SCHEDULE,
                   ongoing=here)
        )  # fmt: skip
    kind = {
        Phase.PAUSED: MomentKind.PAUSED,
        Phase.ABORTED: MomentKind.ABORTED,
        Phase.PROMOTED: MomentKind.PROMOTED,
    }.get(one.phase)
    if kind is not None:
        share = one.plan.steps[max(one.step, 0)]
        by = By.AUTOMATIC if kind is not MomentKind.PROMOTED else By.SCHEDULE
        by = By.PERSON if one.ended_by else by
        made.append(
            Moment("99", one.since, kind, share, one.target, one.stable, by, one.ended_by, one.why,
                   ongoing=kind is MomentKind.PAUSED)
        )  # fmt: skip
    return tuple(reversed(made))


@dataclass
class FakeRollouts:
    """Keeps one canary a deployment, moves it as it is asked, and remembers what that was."""

    known: dict[str, RolloutFacts] = field(default_factory=dict)
    told: dict[str, tuple[Moment, ...]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    started: list[CanaryRequest] = field(default_factory=list)
    fails: str = ""
    """What the next act fails with."""

    def put(self, known: RolloutFacts) -> None:
        """A canary there is from now on."""
        name = known.rollout.deployment.name
        self.known[name] = known
        self.told[name] = moments(known.rollout)

    def facts(self, key: DeploymentKey) -> RolloutFacts | None:
        return self.known.get(key.name)

    def moments(self, key: DeploymentKey) -> tuple[Moment, ...]:
        return self.told.get(key.name, ())

    def history(self, key: DeploymentKey) -> RolloutHistory | None:
        known = self.known.get(key.name)
        return RolloutHistory(known.rollout, (), ()) if known is not None else None

    def start(
        self, _engine: ImageEngine, key: DeploymentKey, request: CanaryRequest, _job: Job
    ) -> Changes:
        self.started.append(request)
        begun = rollout(Phase.STEP, 0, key=key, canary=request.target, plan=request.plan)
        self.put(facts(begun))
        return self._done("start", key)

    def pause(self, _engine: ImageEngine, key: DeploymentKey, _job: Job) -> Changes:
        return self._move("pause", key, Phase.PAUSED)

    def resume(self, _engine: ImageEngine, key: DeploymentKey, _job: Job) -> Changes:
        return self._move("resume", key, Phase.STEP)

    def skip(self, _engine: ImageEngine, key: DeploymentKey, _job: Job) -> Changes:
        return self._move("skip", key, Phase.STEP, 1)

    def promote(self, _engine: ImageEngine, key: DeploymentKey, _job: Job) -> Changes:
        return self._move("promote", key, Phase.PROMOTED)

    def abort(self, _engine: ImageEngine, key: DeploymentKey, _why: str, _job: Job) -> Changes:
        return self._move("abort", key, Phase.ABORTED)

    def replan(
        self, _engine: ImageEngine, key: DeploymentKey, plan: RolloutPlan, _job: Job
    ) -> Changes:
        known = self.known[key.name]
        self.put(replace(known, rollout=replace(known.rollout, plan=plan)))
        return self._done("replan", key)

    def _move(self, what: str, key: DeploymentKey, phase: Phase, steps: int = 0) -> Changes:
        if self.fails:
            said, self.fails = self.fails, ""
            raise ReleaseError(said)
        known = self.known[key.name]
        before = known.rollout
        self.put(replace(known, rollout=replace(before, phase=phase, step=before.step + steps)))
        return self._done(what, key)

    def _done(self, what: str, key: DeploymentKey) -> Changes:
        self.asked.append(what)
        return Changes(deployments=frozenset({key.name}))
