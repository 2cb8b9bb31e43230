"""What was taken away from deployments on a swarm is put back."""

from dataclasses import replace

import pytest

from modeldesk.core.containers.model import PortBinding
from modeldesk.core.errors import NoSuchDeployment, ReleaseError
from modeldesk.core.gateway.names import gateway_name
from modeldesk.core.jobs import Job
from modeldesk.core.releases.model import ReleaseState
from modeldesk.core.swarm.wanted import canary_name, service_name
from tests.unit.core.swarm.desk import QUICK, SETTINGS, SHOP, SwarmDesk

BEHIND = replace(
    SETTINGS, ports=(PortBinding(8000, 8080),), swarm=replace(QUICK, gateway=True, monitor_s=0.05)
)


def healed(desk: SwarmDesk) -> list[str]:
    return [one.text for one in desk.service.heal(desk.engine, Job()).mended]


def names(desk: SwarmDesk) -> list[str]:
    return [one.spec.name for one in desk.swarm.services()]


@pytest.fixture
def behind(desk: SwarmDesk) -> SwarmDesk:
    desk.deploy("v1.0.0", BEHIND)
    return desk


def stage(desk: SwarmDesk) -> int:
    staged = desk.service.canaries.stage(
        desk.engine, desk.key, desk.versions["v1.1.0"], None, "", Job()
    )
    return staged.release.id


def test_what_is_well_is_left_alone(behind: SwarmDesk) -> None:
    assert healed(behind) == []


@pytest.mark.parametrize("settings", [SETTINGS, BEHIND], ids=["ports of the swarm", "gateway"])
def test_a_service_that_went_is_made_again(desk: SwarmDesk, settings: object) -> None:
    desk.deploy("v1.0.0", settings)  # type: ignore[arg-type]
    desk.swarm.remove_service(desk.runs().id)
    assert healed(desk) == ["shop runs again; its service had gone."]
    assert desk.serving() == {desk.versions["v1.0.0"].image}
    assert desk.history()[0].state is ReleaseState.SUCCEEDED
    assert desk.history()[0].why == "its service had gone"
    assert healed(desk) == []


def test_a_gateway_that_went_is_put_back(behind: SwarmDesk) -> None:
    gateway = next(one for one in behind.engine.list_containers() if one.name == gateway_name(SHOP))
    behind.engine.remove_container(gateway.id)
    assert healed(behind) == ["The gateway of shop was put back."]
    assert healed(behind) == []


def test_one_that_is_stopped_stays_stopped(behind: SwarmDesk) -> None:
    behind.service.stop(behind.engine, behind.key, Job())
    behind.swarm.remove_service(behind.runs().id)
    assert healed(behind) == []
    assert names(behind) == []


def test_started_again_it_has_its_service_again(behind: SwarmDesk) -> None:
    behind.service.stop(behind.engine, behind.key, Job())
    behind.swarm.remove_service(behind.runs().id)
    outcome = behind.service.start(behind.engine, behind.key, Job())
    assert outcome.release.state is ReleaseState.SUCCEEDED
    assert behind.serving() == {behind.versions["v1.0.0"].image}
    assert not behind.deployment().stopped


def test_what_cannot_be_put_right_says_why(desk: SwarmDesk) -> None:
    desk.deploy("v1.0.0", replace(SETTINGS, secret_names=("TOKEN",)), TOKEN="1")
    desk.swarm.remove_service(desk.runs().id)
    (mended,) = desk.service.heal(desk.engine, Job()).mended
    assert isinstance(mended.problem, ReleaseError)
    assert mended.text == "shop can’t be put right: The value of TOKEN is not known."


def test_one_that_is_changed_by_another_program_is_left_alone(behind: SwarmDesk) -> None:
    behind.swarm.remove_service(behind.runs().id)
    with behind.locks.hold(SHOP, behind.here):
        assert healed(behind) == []


# Canaries, where something else is done to the deployment


def test_nothing_else_is_deployed_beside_a_canary(behind: SwarmDesk) -> None:
    stage(behind)
    with pytest.raises(ReleaseError, match="canary of “shop” is under way"):
        behind.deploy("v1.2.0", BEHIND)


def test_a_rollback_takes_a_canary_back_first(behind: SwarmDesk) -> None:
    release = stage(behind)
    outcome = behind.rollback()
    assert (outcome.release.id, outcome.release.state) == (release, ReleaseState.ABORTED)
    assert names(behind) == [service_name(SHOP)]
    assert behind.deployment().canary is None


@pytest.mark.parametrize("act", ["stop", "remove"])
def test_stopped_or_removed_its_canary_goes(behind: SwarmDesk, act: str) -> None:
    release = stage(behind)
    getattr(behind.service, act)(behind.engine, behind.key, Job())
    assert canary_name(SHOP) not in names(behind)
    (ended,) = [one for one in behind.history() if one.id == release]
    assert ended.state is ReleaseState.ABORTED
    if act == "remove":
        with pytest.raises(NoSuchDeployment):
            behind.service.stop(behind.engine, behind.key, Job())


def test_what_is_wrong_with_a_canary_is_said(behind: SwarmDesk) -> None:
    def problem() -> str:
        return behind.service.canaries.problem(behind.engine, behind.deployment())

    assert problem() == ""
    stage(behind)
    assert problem() == ""
    service = behind.swarm.service(canary_name(SHOP))
    behind.swarm.stands_still = True
    task = next(one for one in behind.swarm.tasks(service.id) if one.serves)
    behind.swarm.kill(task.id, 137)
    assert problem() == "v1.1.0 failed: A task on alone ended with code 137."
    behind.swarm.stands_still = False
    behind.swarm.remove_service(service.id)
    assert problem() == "The service of v1.1.0 is gone."
