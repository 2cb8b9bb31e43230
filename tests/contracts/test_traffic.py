"""The contract suite of traffic, for the fake, and over releases on an engine in memory."""

import time
from collections.abc import Callable

import pytest

from modeldesk.core.canary.model import Rollout
from modeldesk.core.canary.ports import Traffic
from modeldesk.core.canary.traffic import ReleaseTraffic
from modeldesk.core.errors import ContainerFailed, GatewayError
from modeldesk.core.jobs import CancelToken, Job
from modeldesk.core.releases.model import DeploymentKey, VersionTarget
from tests.contracts.traffic_contract import TrafficContract
from tests.fakes.traffic import FakeTraffic
from tests.unit.core.canary.rollouts import KEY, V1, V2, answered
from tests.unit.core.releases.desk import SHOP, SICK, Desk


class TestFakeTraffic(TrafficContract):
    @pytest.fixture
    def traffic(self) -> FakeTraffic:
        return FakeTraffic(KEY.engine, {KEY: V1})

    @pytest.fixture
    def key(self) -> DeploymentKey:
        return KEY

    @pytest.fixture
    def stable(self) -> VersionTarget:
        return V1

    @pytest.fixture
    def target(self) -> VersionTarget:
        return V2

    @pytest.fixture
    def call(self, traffic: FakeTraffic) -> Callable[[], None]:
        return lambda: traffic.tell(answered(1, time=time.time(), revision=traffic.revision(KEY)))


class TestReleaseTraffic(TrafficContract):
    @pytest.fixture
    def desk(self) -> Desk:
        desk = Desk()
        desk.deploy("v1.0.0")
        return desk

    @pytest.fixture
    def traffic(self, desk: Desk) -> ReleaseTraffic:
        return ReleaseTraffic(desk.engine, desk.service, desk.locks)

    @pytest.fixture
    def key(self, desk: Desk) -> DeploymentKey:
        return desk.key

    @pytest.fixture
    def stable(self, desk: Desk) -> VersionTarget:
        return desk.versions["v1.0.0"]

    @pytest.fixture
    def target(self, desk: Desk) -> VersionTarget:
        return desk.versions["v1.1.0"]

    @pytest.fixture
    def call(self, desk: Desk) -> Callable[[], None]:
        return lambda: _sent(desk)

    def test_a_gateway_that_is_gone_takes_no_truth(self, traffic: Traffic, desk: Desk) -> None:
        desk.gateway.silent = True
        with pytest.raises(GatewayError, match="no answer"):
            traffic.post_feedback(desk.key, b"{}", CancelToken())

    def test_one_that_does_not_get_healthy_leaves_nothing(
        self, traffic: Traffic, desk: Desk
    ) -> None:
        sick = desk.add_version("v2.0.0", SICK)
        with traffic.hold(desk.key), pytest.raises(ContainerFailed):
            traffic.begin(desk.key, sick, "", Job())
        assert traffic.rolling(desk.key) is None
        desk.assert_serves("v1.0.0")

    def test_a_target_that_is_not_well_says_so(
        self, traffic: Traffic, desk: Desk, rolling: Rollout
    ) -> None:
        canary = desk.deployment().canary
        assert canary is not None
        container = canary.version.container
        desk.engine.stop_container(container)
        assert traffic.problem(rolling).startswith("v1.1.0 ended with exit code")
        desk.engine.remove_container(container)
        assert traffic.problem(rolling) == "The container of v1.1.0 is gone."

    def test_what_its_engine_stopped_at_its_start_is_up_again(
        self, traffic: Traffic, desk: Desk, rolling: Rollout
    ) -> None:
        desk.engine.stop()
        desk.engine.come_back(stops=True)
        assert not traffic.up_again(rolling, CancelToken())
        assert traffic.problem(rolling) == ""
        assert desk.service.heal(desk.engine, Job()).mended
        assert traffic.up_again(rolling, CancelToken())

    def test_what_a_person_stopped_is_not(
        self, traffic: Traffic, desk: Desk, rolling: Rollout
    ) -> None:
        canary = desk.deployment().canary
        assert canary is not None
        desk.engine.stop_container(canary.version.container)
        assert not traffic.up_again(rolling, CancelToken())
        assert traffic.problem(rolling)

    def test_a_deployment_that_was_rolled_back_has_none(
        self, traffic: Traffic, desk: Desk, rolling: Rollout
    ) -> None:
        desk.rollback()
        assert traffic.standing(rolling).why == "oops"
        assert traffic.problem(rolling) == ""

    def test_nor_has_one_that_was_removed(
        self, traffic: Traffic, desk: Desk, rolling: Rollout
    ) -> None:
        desk.service.remove(desk.engine, desk.key, Job())
        standing = traffic.standing(rolling)
        assert standing.end is not None
        assert "shop" in standing.why


def _sent(desk: Desk) -> None:
    assert desk.gateway.send(SHOP) is not None
