"""What somebody or a crash took away from a deployment is put back."""

from dataclasses import replace
from datetime import timedelta

import pytest

from modeldesk.core.containers.model import Health
from modeldesk.core.errors import EngineError
from modeldesk.core.gateway.model import Routing
from modeldesk.core.ids import ContainerId
from modeldesk.core.jobs import CancelToken, Job
from modeldesk.core.releases.model import ReleaseState, ServiceSettings
from modeldesk.core.releases.routing import gateway_spec
from tests.fakes.engine_containers import Behaviour
from tests.unit.core.releases.desk import PORT, SICK, Desk

NOBODY = ContainerId("0" * 64)


@pytest.fixture
def desk() -> Desk:
    made = Desk()
    made.deploy("v1.0.0")
    return made


def heal(desk: Desk) -> list[str]:
    return [one.text for one in desk.service.heal(desk.engine, Job()).mended]


def test_a_gateway_that_was_removed_or_killed(desk: Desk) -> None:
    (gateway,) = desk.gateways()
    desk.engine.remove_container(gateway.id)
    assert desk.answers() == ""
    assert heal(desk) == ["The gateway of shop was put back."]
    desk.assert_serves("v1.0.0")
    (gateway,) = desk.gateways()
    desk.engine.end_container(gateway.id, 137)
    assert heal(desk) == ["The gateway of shop was put back."]
    desk.assert_serves("v1.0.0")
    assert heal(desk) == []


def test_a_routing_that_is_not_the_recorded_one(desk: Desk) -> None:
    deployment = desk.deployment()
    desk.gateway.apply(gateway_spec(deployment), Routing("", ()), CancelToken())
    assert desk.answers() == "503"
    assert heal(desk) == ["The gateway of shop has its routing again."]
    desk.assert_serves("v1.0.0")


def test_a_version_s_container_that_was_killed_is_started_again(desk: Desk) -> None:
    container = desk.deployment().container
    assert container is not None
    desk.engine.end_container(container, 137)
    assert desk.answers() == "502"
    assert heal(desk) == ["shop runs again; its container had gone."]
    desk.assert_serves("v1.0.0")
    assert desk.deployment().container == container
    assert desk.history()[0].why == "its container had gone"


def test_one_that_was_removed_is_made_anew(desk: Desk) -> None:
    container = desk.deployment().container
    assert container is not None
    desk.engine.remove_container(container)
    assert heal(desk) == ["shop runs again; its container had gone."]
    desk.assert_serves("v1.0.0")


def test_one_that_was_taken_from_its_network_is_made_anew(desk: Desk) -> None:
    container = desk.deployment().container
    assert container is not None
    desk.engine.disconnect(container)
    assert heal(desk) == ["shop runs again; its container was off its network."]
    desk.assert_serves("v1.0.0")
    assert desk.deployment().container != container
    assert heal(desk) == []


def test_the_way_back_to_a_warm_one_that_was_taken_from_its_network(desk: Desk) -> None:
    warm = desk.deployment().container
    assert warm is not None
    desk.deploy("v1.1.0")
    desk.engine.disconnect(warm)
    assert desk.service.rollback(desk.engine, desk.key, None, "", Job()).problem is None
    desk.assert_serves("v1.0.0")


def test_everything_that_was_removed_is_made_anew(desk: Desk) -> None:
    for container in desk.engine.list_containers():
        desk.engine.remove_container(container.id)
    desk.engine.remove_network("modeldesk-gateway-shop")
    assert heal(desk) == ["shop runs again; its container had gone."]
    desk.assert_serves("v1.0.0")


def test_a_container_that_can_t_be_started_any_more_is_made_anew(desk: Desk) -> None:
    """Its address is not of the network any more, say, which was made anew."""
    settings = replace(PORT, secret_names=("TOKEN",))
    name, model = desk.key.name, desk.deployment().model
    target, secrets = desk.versions["v1.0.0"], {"TOKEN": "s"}
    desk.service.deploy(desk.engine, name, model, target, settings, "", Job(), secrets)
    container = next(c for c in desk.containers() if c.id == desk.deployment().container)
    desk.engine.end_container(container.id, 137)
    error = EngineError("The address is not of the network.")
    desk.engine._containers[container.id].behaviour = Behaviour(start_error=error)
    assert heal(desk) == ["shop runs again; its container had gone."]
    desk.assert_serves("v1.0.0")
    made = desk.deployment().container
    assert made not in (None, container.id)
    assert desk.engine.container(made or container.id).environment["TOKEN"] == "s"


def test_what_can_not_be_put_back_is_said_and_tried_again(desk: Desk) -> None:
    container = desk.deployment().container
    assert container is not None
    desk.engine.remove_container(container)
    desk.engine.behaves(desk.versions["v1.0.0"].image, SICK)
    (mended,) = desk.service.heal(desk.engine, Job()).mended
    assert mended.problem is not None
    assert mended.text.startswith("shop can’t be put right: v1.0.0 did not become healthy")
    assert desk.history()[0].state is ReleaseState.FAILED
    desk.engine.behaves(desk.versions["v1.0.0"].image, Behaviour(health=(Health.HEALTHY,)))
    heal(desk)
    desk.assert_serves("v1.0.0")


def test_secrets_that_went_with_a_container_are_asked_for(desk: Desk) -> None:
    settings = replace(PORT, secret_names=("TOKEN",))
    desk.service.deploy(
        desk.engine,
        desk.key.name,
        desk.deployment().model,
        desk.versions["v1.1.0"],
        settings,
        "",
        Job(),
        {"TOKEN": "s"},
    )
    container = desk.deployment().container
    assert container is not None
    desk.engine.remove_container(container)
    (mended,) = desk.service.heal(desk.engine, Job()).mended
    assert "The value of TOKEN is not known." in mended.text


@pytest.mark.parametrize("ended", [0, 1, 143])
def test_a_container_that_somebody_stopped_stays_so_until_a_person_says_more(
    desk: Desk, ended: int
) -> None:
    """As by ``docker stop``: what ends by itself is started again by the engine."""
    container = desk.deployment().container
    assert container is not None
    desk.engine.end_container(container, ended)
    before = desk.history()
    assert heal(desk) == []
    assert (desk.answers(), desk.history()) == ("502", before)
    desk.service.start(desk.engine, desk.key, Job())
    desk.assert_serves("v1.0.0")
    desk.engine.stop_container(container)
    assert heal(desk) == []
    desk.engine.remove_container(container)
    assert heal(desk) == ["shop runs again; its container had gone."]
    desk.assert_serves("v1.0.0")


def test_a_gateway_that_somebody_stopped_stays_so_until_a_person_says_more(desk: Desk) -> None:
    (gateway,) = desk.gateways()
    desk.engine.stop_container(gateway.id)
    assert heal(desk) == []
    assert desk.answers() == ""
    desk.service.start(desk.engine, desk.key, Job())
    desk.assert_serves("v1.0.0")


def test_one_that_had_no_memory_left_is_started_again(desk: Desk) -> None:
    container = desk.deployment().container
    assert container is not None
    desk.engine._containers[container].behaviour = Behaviour(
        health=(Health.HEALTHY,), out_of_memory=True
    )
    desk.engine.end_container(container, 1)
    assert heal(desk) == ["shop runs again; its container had gone."]


def test_what_was_stopped_stays_stopped(desk: Desk) -> None:
    desk.service.stop(desk.engine, desk.key, Job())
    assert heal(desk) == []
    assert desk.answers() == ""


def test_one_that_another_program_is_busy_with_is_left_alone(desk: Desk) -> None:
    (gateway,) = desk.gateways()
    desk.engine.remove_container(gateway.id)
    with desk.locks.hold(desk.key.name, desk.here):
        assert heal(desk) == []
    assert desk.answers() == ""


def test_after_the_engine_came_back(desk: Desk) -> None:
    desk.engine.stop()
    desk.engine.come_back()
    assert heal(desk) == ["shop runs again; its container had gone."]
    desk.assert_serves("v1.0.0")


def test_what_a_killed_engine_stopped_at_its_start_runs_again(desk: Desk) -> None:
    """That looks as if a person had stopped it."""
    desk.engine.stop()
    desk.engine.come_back(stops=True)
    assert desk.engine.container(desk.deployment().container or NOBODY).exit_code == 0
    assert heal(desk) == ["shop runs again; its container had gone."]
    desk.assert_serves("v1.0.0")


def test_what_a_person_stopped_before_the_engine_s_start_stays_stopped(desk: Desk) -> None:
    container = desk.engine._containers[desk.deployment().container or NOBODY]
    desk.engine.stop_container(container.id)
    assert container.finished is not None
    container.finished -= timedelta(hours=1)
    desk.engine.come_back()
    assert heal(desk) == []


def test_an_engine_that_does_not_tell_its_start_is_taken_to_run_for_long(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.engine.stop()
    desk.engine.come_back(stops=True)
    monkeypatch.setattr(desk.engine, "started", lambda: None)
    assert heal(desk) == []


def test_settings_have_defaults_that_keep_what_was_replaced_warm() -> None:
    settings = ServiceSettings()
    assert settings.keep_warm_s >= settings.drain_s
