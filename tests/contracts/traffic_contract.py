"""What every `Traffic` promises."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from modeldesk.core.canary.model import Phase, Rollout
from modeldesk.core.canary.ports import Standing, Traffic
from modeldesk.core.canary.shares import Wanted
from modeldesk.core.errors import (
    AlreadyRunning,
    Cancelled,
    NoSuchDeployment,
    ReleaseError,
)
from modeldesk.core.gateway.model import Answered, FeedbackPosted
from modeldesk.core.gateway.ports import SmokeRequest
from modeldesk.core.ids import DeploymentName
from modeldesk.core.jobs import CancelToken, Job
from modeldesk.core.releases.model import DeploymentKey, VersionTarget
from tests.unit.core.canary.rollouts import rollout

NOBODY = DeploymentName("nobody")


class TrafficContract:
    """`key` runs `stable`; `target` can stand beside it."""

    @pytest.fixture
    def traffic(self) -> Traffic:
        raise NotImplementedError

    @pytest.fixture
    def key(self) -> DeploymentKey:
        raise NotImplementedError

    @pytest.fixture
    def stable(self) -> VersionTarget:
        raise NotImplementedError

    @pytest.fixture
    def target(self) -> VersionTarget:
        raise NotImplementedError

    @pytest.fixture
    def call(self) -> Callable[[], None]:
        """A caller asks."""
        raise NotImplementedError

    def test_it_knows_for_how_long_its_engine_runs(self, traffic: Traffic) -> None:
        first = traffic.engine_up_s()
        assert first is not None
        assert first > 0

    def test_both_versions_answer(self, traffic: Traffic, rolling: Rollout) -> None:
        assert traffic.up_again(rolling, CancelToken())

    @pytest.fixture
    def rolling(
        self, traffic: Traffic, key: DeploymentKey, stable: VersionTarget, target: VersionTarget
    ) -> Rollout:
        """A canary that has begun, without callers."""
        with traffic.hold(key):
            release = traffic.begin(key, target, "try it", Job())
        return rollout(deployment=key, release=release, stable=stable, target=target)

    def test_it_is_held_by_one(self, traffic: Traffic, key: DeploymentKey) -> None:
        with traffic.hold(key), pytest.raises(AlreadyRunning), traffic.hold(key):
            pass
        with traffic.hold(key):
            assert key.engine == traffic.home()

    def test_it_tells_what_runs(
        self, traffic: Traffic, key: DeploymentKey, stable: VersionTarget
    ) -> None:
        assert traffic.stable(key) == stable
        assert traffic.rolling(key) is None
        with pytest.raises(NoSuchDeployment):
            traffic.stable(replace(key, name=NOBODY))

    def test_a_canary_begins_without_callers(
        self, traffic: Traffic, key: DeploymentKey, target: VersionTarget, rolling: Rollout
    ) -> None:
        assert traffic.rolling(key) == (rolling.release, target)
        assert traffic.standing(rolling) == Standing()
        assert traffic.routed(rolling) == Wanted(0)
        assert traffic.problem(rolling) == ""
        with traffic.hold(key), pytest.raises(ReleaseError):
            traffic.begin(key, target, "", Job())

    def test_it_gets_its_share_and_another_and_copies(
        self, traffic: Traffic, key: DeploymentKey, rolling: Rollout
    ) -> None:
        revisions = [traffic.revision(key)]
        with traffic.hold(key):
            for share in (Wanted(1_000), Wanted(10_000), Wanted(250), Wanted(0)):
                traffic.route(rolling, share, Job())
                assert traffic.routed(rolling) == share
                revisions.append(traffic.revision(key))
            traffic.route(rolling, Wanted(0, mirror=True), Job())
            assert traffic.routed(rolling) == Wanted(0, mirror=True)
        assert len(set(revisions)) == 4
        # The same share again is the same routing.
        assert revisions[0] == revisions[-1]

    def test_it_is_promoted(
        self, traffic: Traffic, key: DeploymentKey, target: VersionTarget, rolling: Rollout
    ) -> None:
        with traffic.hold(key):
            traffic.route(rolling, Wanted(5_000), Job())
            traffic.promote(rolling, Job())
        assert traffic.stable(key) == target
        assert traffic.standing(rolling).end is Phase.PROMOTED
        assert traffic.routed(rolling) is None
        assert traffic.rolling(key) is None

    def test_it_is_aborted(
        self, traffic: Traffic, key: DeploymentKey, stable: VersionTarget, rolling: Rollout
    ) -> None:
        with traffic.hold(key):
            traffic.route(rolling, Wanted(5_000), Job())
            traffic.abort(rolling, "too slow", Job())
        assert traffic.stable(key) == stable
        assert traffic.standing(rolling) == Standing(Phase.ABORTED, "too slow")
        assert traffic.routed(rolling) is None
        assert traffic.rolling(key) is None

    def test_one_that_ended_is_not_moved(
        self, traffic: Traffic, key: DeploymentKey, rolling: Rollout
    ) -> None:
        with traffic.hold(key):
            traffic.abort(rolling, "", Job())
            moves: tuple[Callable[[], None], ...] = (
                lambda: traffic.route(rolling, Wanted(1_000), Job()),
                lambda: traffic.promote(rolling, Job()),
                lambda: traffic.abort(rolling, "", Job()),
            )
            for move in moves:
                with pytest.raises(ReleaseError):
                    move()

    def test_both_can_be_asked(
        self, traffic: Traffic, key: DeploymentKey, rolling: Rollout
    ) -> None:
        for release in (None, rolling.release):
            answer = traffic.ask(key, release, SmokeRequest(), 5.0, CancelToken())
            assert answer.status == 200

    def test_it_tells_what_was_answered_until_it_is_cancelled(
        self,
        traffic: Traffic,
        key: DeploymentKey,
        rolling: Rollout,
        call: Callable[[], None],
    ) -> None:
        token = CancelToken()
        begun = time.time() - 1
        call()
        lines: list[Answered] = []
        deadline = time.monotonic() + 30
        stream: Iterator[object] = iter(traffic.follow(key, begun, token))
        while not lines and time.monotonic() < deadline:
            batch = next(stream)
            assert isinstance(batch, list | tuple)
            lines += [one for one in batch if isinstance(one, Answered) and not one.forced]
        assert [one.revision for one in lines] == [traffic.revision(key)]
        token.cancel()
        with pytest.raises(Cancelled):
            next(stream)

    def test_the_truth_is_told_to_whoever_follows(
        self, traffic: Traffic, key: DeploymentKey, rolling: Rollout
    ) -> None:
        token = CancelToken()
        stream = iter(traffic.follow(key, time.time() - 1, token))
        next(stream)
        traffic.post_feedback(key, b'{"id": "a", "prediction": 1, "truth": 1}', token)
        bodies: list[str] = []
        deadline = time.monotonic() + 30
        while not bodies and time.monotonic() < deadline:
            bodies += [one.body for one in next(stream) if isinstance(one, FeedbackPosted)]
        assert bodies == ['{"id": "a", "prediction": 1, "truth": 1}']
        token.cancel()
        with pytest.raises(Cancelled):
            next(stream)
