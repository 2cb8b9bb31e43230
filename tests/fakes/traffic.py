"""The callers of deployments, in memory."""

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from modeldesk.core.canary.model import Phase, Rollout
from modeldesk.core.canary.ports import Standing
from modeldesk.core.canary.shares import Wanted
from modeldesk.core.errors import AlreadyRunning, NoSuchDeployment, ReleaseError
from modeldesk.core.gateway.model import Answered, FeedbackPosted
from modeldesk.core.gateway.ports import GatewayAnswer, SmokeRequest
from modeldesk.core.ids import EngineId
from modeldesk.core.jobs import CancelToken, Job
from modeldesk.core.releases.model import DeploymentKey, VersionTarget

if TYPE_CHECKING:
    from collections.abc import Callable

    from modeldesk.core.errors import ModelDeskError

Line = Answered | FeedbackPosted


class FakeTraffic:
    """Implements `Traffic` for one engine. `failures` are raised by the next calls of a method, by
    its name; `cut` is raised once after what the named method did: as if the program ended there.
    """

    def __init__(self, engine: EngineId, stable: dict[DeploymentKey, VersionTarget]) -> None:
        self.engine = engine
        self.current = dict(stable)
        self.failures: dict[str, list[ModelDeskError]] = {}
        self.cut: tuple[str, BaseException] | None = None
        self.calls: list[str] = []
        """What was done, in order: ``begin``, ``route 1000``, ``mirror``, ``promote``,
        ``abort``."""
        self.problems: dict[int, str] = {}
        self.up_s: float | None = 86_400.0
        """For how long the engine runs."""
        self.up = True
        """Whether both versions answer again."""
        self.answers: Callable[[int | None, SmokeRequest], GatewayAnswer] = (
            lambda _release, _request: GatewayAnswer(200, b"{}", 0.01)
        )
        self.lines: list[Line] = []
        self.followed = 0
        self.broken = False
        """Whether who follows is told that it ended."""
        self.news = threading.Condition()
        self._held: set[DeploymentKey] = set()
        self._standing: dict[int, Standing] = {}
        self._routed: dict[int, Wanted] = {}
        self._rolling: dict[DeploymentKey, tuple[int, VersionTarget]] = {}

    # Scripting

    def tell(self, *lines: Line) -> None:
        """The gateway tells of these."""
        with self.news:
            self.lines += lines
            self.news.notify_all()

    def take_back(self, key: DeploymentKey, why: str, who: str = "") -> None:
        """Somebody else ends the canary."""
        release, _ = self._rolling.pop(key)
        self._standing[release] = Standing(Phase.ABORTED, why, who)
        self._routed.pop(release)

    def shift(self, rollout: Rollout, share: Wanted) -> None:
        """Somebody else gives it another share."""
        self._routed[rollout.release] = share

    # The port

    def home(self) -> EngineId:
        return self.engine

    @contextmanager
    def hold(self, key: DeploymentKey) -> Iterator[None]:
        if key in self._held:
            raise AlreadyRunning(f"“{key.name}” is being changed.")
        self._held.add(key)
        try:
            yield
        finally:
            self._held.remove(key)

    def stable(self, key: DeploymentKey) -> VersionTarget:
        if key not in self.current:
            raise NoSuchDeployment(f"There is no {key.name}.")
        return self.current[key]

    def begin(self, key: DeploymentKey, target: VersionTarget, why: str, job: Job) -> int:
        self._called("begin", key)
        if key in self._rolling:
            raise ReleaseError("There is a canary already.")
        release = 12 + len(self._standing)
        self._standing[release] = Standing()
        self._rolling[key] = (release, target)
        self._routed[release] = Wanted(0)
        self._ended("begin")
        return release

    def rolling(self, key: DeploymentKey) -> tuple[int, VersionTarget] | None:
        return self._rolling.get(key)

    def standing(self, rollout: Rollout) -> Standing:
        return self._standing[rollout.release]

    def routed(self, rollout: Rollout) -> Wanted | None:
        return self._routed.get(rollout.release)

    def route(self, rollout: Rollout, share: Wanted, job: Job) -> None:
        self._called("route", rollout.deployment, "mirror" if share.mirror else str(share.share))
        self._check_rolling(rollout)
        self._routed[rollout.release] = share
        self._ended("route")

    def revision(self, key: DeploymentKey) -> str:
        rolling = self._rolling.get(key)
        return f"share-{self._routed[rolling[0]].share}" if rolling else "all"

    def promote(self, rollout: Rollout, job: Job) -> None:
        self._called("promote", rollout.deployment)
        self._check_rolling(rollout)
        self.current[rollout.deployment] = rollout.target
        self._end(rollout, Standing(Phase.PROMOTED))
        self._ended("promote")

    def abort(self, rollout: Rollout, why: str, job: Job) -> None:
        self._called("abort", rollout.deployment)
        self._check_rolling(rollout)
        self._end(rollout, Standing(Phase.ABORTED, why))
        self._ended("abort")

    def problem(self, rollout: Rollout) -> str:
        return self.problems.get(rollout.release, "")

    def engine_up_s(self) -> float | None:
        return self.up_s

    def up_again(self, rollout: Rollout, token: CancelToken) -> bool:
        return self.up

    def follow(
        self, key: DeploymentKey, since: float | None, token: CancelToken
    ) -> Iterator[Sequence[Line]]:
        self.followed += 1
        read = 0
        with token.closing(self._wake):
            while True:
                with self.news:
                    if read == len(self.lines):
                        self.news.wait(0.05)
                    token.raise_if_cancelled()
                    if self.broken:
                        return
                    lines, read = self.lines[read:], len(self.lines)
                yield [line for line in lines if since is None or line.time > since]

    def ask(
        self,
        key: DeploymentKey,
        release: int | None,
        request: SmokeRequest,
        timeout_s: float,
        token: CancelToken,
    ) -> GatewayAnswer:
        token.raise_if_cancelled()
        return self.answers(release, request)

    def post_feedback(self, key: DeploymentKey, body: bytes, token: CancelToken) -> None:
        token.raise_if_cancelled()
        if failures := self.failures.get("post_feedback"):
            raise failures.pop(0)
        self.tell(FeedbackPosted(time.time(), body.decode()))

    def _called(self, name: str, key: DeploymentKey, what: str = "") -> None:
        assert key in self._held, "it is called by whoever holds the canary"
        self.calls.append(f"{name} {what}".strip())
        if failures := self.failures.get(name):
            raise failures.pop(0)

    def _ended(self, name: str) -> None:
        if self.cut is not None and self.cut[0] == name:
            cut, self.cut = self.cut[1], None
            raise cut

    def _check_rolling(self, rollout: Rollout) -> None:
        rolling = self._rolling.get(rollout.deployment)
        if rolling is None or rolling[0] != rollout.release:
            raise ReleaseError("The canary is not there any more.")

    def _end(self, rollout: Rollout, standing: Standing) -> None:
        self._standing[rollout.release] = standing
        del self._rolling[rollout.deployment], self._routed[rollout.release]

    def _wake(self) -> None:
        with self.news:
            self.news.notify_all()
