"""Each deployment is dealt with by what it runs as, beside others on the same engine."""

from dataclasses import replace

import pytest

from modeldesk.core.containers.model import PortBinding
from modeldesk.core.deployments.service import EveryDeployment
from modeldesk.core.errors import NoSuchDeployment, ReleaseError
from modeldesk.core.ids import DeploymentName
from modeldesk.core.jobs import Job
from modeldesk.core.releases.model import DeploymentKey, ReleaseState, ServiceSettings
from modeldesk.core.releases.service import ReleaseService
from modeldesk.core.swarm import following
from modeldesk.core.swarm.wanted import service_name
from tests.fakes.engine_containers import Behaviour
from tests.unit.core.releases.desk import HEALTHY
from tests.unit.core.swarm.desk import MODEL, SETTINGS, SHOP, SwarmDesk

HERE = DeploymentName("here")
PORT = ServiceSettings(ports=(PortBinding(5000, 5000),), health_timeout_s=0.3)


class Both(SwarmDesk):
    """`shop` is on the swarm, `here` a container."""

    def __init__(self) -> None:
        super().__init__()
        self.add_container_version("v9.0.0", HEALTHY)
        containers = ReleaseService(
            self.records,
            lambda _: self.gateway,
            lambda _engine, _job: self.gateway_image,
            self.locks,
            lambda: "ana",
            self.service_time,
        )
        self.every = EveryDeployment(containers, self.service)
        self.put(SHOP, "v1.0.0", SETTINGS)
        self.put(HERE, "v9.0.0", PORT)

    def add_container_version(self, name: str, behaviour: Behaviour) -> None:
        image = self.engine.add_image(f"team/rec:{name}", behaviour=behaviour)
        self.versions[name] = replace(
            self.versions["v1.0.0"], image=image, reference=f"team/rec:{name}", digest=image
        )

    def put(self, name: DeploymentName, version: str, settings: ServiceSettings) -> None:
        self.every.deploy(self.engine, name, MODEL, self.versions[version], settings, "", Job())

    def key_of(self, name: DeploymentName) -> DeploymentKey:
        return DeploymentKey(self.here, name)

    def containers(self, name: DeploymentName) -> bool:
        """Whether the deployment's container runs."""
        held = self.every.deployment(self.here, name).container
        return held is not None and self.engine.container(held).summary.running

    def services(self) -> list[str]:
        return [one.spec.name for one in self.swarm.services()]


@pytest.fixture
def both(monkeypatch: pytest.MonkeyPatch) -> Both:
    monkeypatch.setattr(following, "_PAUSE_S", 0.001)
    return Both()


def test_each_runs_as_what_its_settings_are_for(both: Both) -> None:
    assert [one.name for one in both.every.deployments(both.here)] == [HERE, SHOP]
    assert both.services() == [service_name(SHOP)]
    assert both.containers(HERE)
    assert both.every.deployment(both.here, SHOP).container is None


def test_stop_start_and_remove(both: Both) -> None:
    for name in (SHOP, HERE):
        both.every.stop(both.engine, both.key_of(name), Job())
        assert both.every.deployment(both.here, name).stopped
    assert both.serving() == set()
    for name in (SHOP, HERE):
        both.every.start(both.engine, both.key_of(name), Job())
    assert both.serving() == {both.versions["v1.0.0"].image}
    assert both.containers(HERE)
    for name in (SHOP, HERE):
        both.every.remove(both.engine, both.key_of(name), Job())
    assert both.services() == []
    assert both.every.deployments(both.here) == ()


def test_each_goes_back_its_own_way(both: Both) -> None:
    both.add_container_version("v9.1.0", HEALTHY)
    both.put(HERE, "v9.1.0", PORT)
    both.put(SHOP, "v1.1.0", SETTINGS)
    for name, version in ((HERE, "v9.0.0"), (SHOP, "v1.0.0")):
        deployment = both.every.deployment(both.here, name)
        (earlier,) = both.every.earlier_versions(deployment)
        outcome = both.every.rollback(both.engine, deployment.key, earlier, "", Job())
        assert outcome.release.state is ReleaseState.SUCCEEDED
        assert outcome.deployment.current == both.versions[version]
    assert both.serving() == {both.versions["v1.0.0"].image}


def test_what_it_was_made_as_it_stays(both: Both) -> None:
    with pytest.raises(ReleaseError, match="runs as a service of the swarm"):
        both.put(SHOP, "v9.0.0", PORT)
    with pytest.raises(ReleaseError, match="runs as a container"):
        both.put(HERE, "v1.0.0", SETTINGS)


def test_what_was_taken_away_is_put_back_on_both(both: Both) -> None:
    held = both.every.deployment(both.here, HERE).container
    assert held is not None
    both.engine.remove_container(held)
    both.swarm.remove_service(both.runs().id)
    assert both.every.recover(both.engine, Job()).left == ()
    mended = both.every.heal(both.engine, Job()).mended
    assert [(one.deployment, one.problem) for one in mended] == [(HERE, None), (SHOP, None)]
    assert both.containers(HERE)
    assert both.serving() == {both.versions["v1.0.0"].image}


def test_one_that_nobody_knows(both: Both) -> None:
    with pytest.raises(NoSuchDeployment):
        both.every.stop(both.engine, both.key_of(DeploymentName("nobody")), Job())
