"""Deploying, rolling back and healing, on an engine in memory and real records."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from modeldesk.core.containers.model import (
    ContainerLimits,
    ContainerSpec,
    Health,
    LogLine,
    PortBinding,
)
from modeldesk.core.errors import (
    AlreadyRunning,
    Cancelled,
    ContainerFailed,
    GatewayError,
    InvalidInput,
    NotFound,
    PortTaken,
    RecordsError,
    ReleaseError,
)
from modeldesk.core.gateway.ports import GatewayAnswer, SmokeRequest
from modeldesk.core.ids import ContainerId, DeploymentName
from modeldesk.core.jobs import CancelToken, Job
from modeldesk.core.releases.model import (
    EnvironmentName,
    ReleaseKind,
    ReleaseState,
    ServiceSettings,
)
from tests.fakes.engine_containers import Behaviour
from tests.unit.core.releases.desk import HEALTHY, MODEL, PORT, SHOP, SICK, Desk, killed_after


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    yield made
    made.database.close()


def test_a_first_deployment_runs_and_is_written_down(desk: Desk) -> None:
    outcome = desk.deploy("v1.0.0")
    assert outcome.problem is None
    assert not outcome.restored
    assert (outcome.from_digest, outcome.to_digest) == ("", desk.versions["v1.0.0"].digest)
    desk.assert_serves("v1.0.0")
    [release] = desk.history()
    assert (release.kind, release.state) == (ReleaseKind.DEPLOY, ReleaseState.SUCCEEDED)
    assert (release.who, release.why) == ("ana", "because")
    assert desk.containers()[0].id in outcome.changes.containers
    assert SHOP in outcome.changes.deployments


def test_roll_back_goes_to_the_version_before_then_further_back(desk: Desk) -> None:
    for version in desk.versions:
        desk.deploy(version)
    first = desk.rollback()
    desk.assert_serves("v1.1.0")
    assert first.from_digest == desk.versions["v1.2.0"].digest
    assert first.to_digest == desk.versions["v1.1.0"].digest
    desk.rollback()
    desk.assert_serves("v1.0.0")
    desk.rollback("v1.2.0")
    desk.assert_serves("v1.2.0")
    kinds = [release.kind for release in desk.history()]
    assert kinds == [ReleaseKind.ROLLBACK] * 3 + [ReleaseKind.DEPLOY] * 3


def test_a_target_that_never_becomes_healthy_costs_callers_nothing(desk: Desk) -> None:
    desk.deploy("v1.0.0")
    routed, routed_before = desk.gateway.routing(SHOP), len(desk.gateway.routed)
    desk.engine.behaves(desk.versions["v1.1.0"].image, SICK)
    outcome = desk.deploy("v1.1.0")
    assert outcome.restored
    assert isinstance(outcome.problem, ContainerFailed)
    assert "no weights" in outcome.problem.detail
    desk.assert_serves("v1.0.0")
    assert desk.gateway.routing(SHOP) == routed
    assert {routing.stable for _, routing in desk.gateway.routed[routed_before:]} == {"r1"}
    assert desk.engine.calls.get("stop_container", 0) == 0
    assert desk.history()[0].state is ReleaseState.RESTORED
    assert desk.service.earlier_versions(desk.deployment()) == ()


def test_a_first_start_that_fails_leaves_nothing(desk: Desk) -> None:
    desk.engine.behaves(desk.versions["v1.0.0"].image, Behaviour(exit_code=3))
    with pytest.raises(ContainerFailed) as caught:
        desk.deploy("v1.0.0")
    assert "exit code 3" in caught.value.message
    desk.assert_agrees()
    assert desk.service.deployments(desk.here) == ()
    assert desk.history()[0].state is ReleaseState.FAILED


def test_the_history_says_why_in_the_containers_own_last_words(desk: Desk) -> None:
    desk.deploy("v1.0.0")
    last = Behaviour(exit_code=3, prints=(LogLine("Loading"), LogLine("no weights\x1b[31m")))
    desk.engine.behaves(desk.versions["v1.1.0"].image, last)
    assert desk.deploy("v1.1.0").restored
    error = desk.history()[0].error
    # By its version, not by the name of a container that is gone.
    assert error.startswith("v1.1.0 ended with exit code 3. Its last line: no weights")
    assert "\x1b" not in error


def test_the_history_says_what_its_health_check_said(desk: Desk) -> None:
    settings = ServiceSettings(PORT.ports, {}, ("API_KEY",), (), 0.3)
    never = Behaviour(
        health=(Health.STARTING,),
        health_output="Traceback …\nConnectionRefusedError: s3cret-value",
        prints=(LogLine("waiting for weights"),),
    )
    desk.deploy("v1.1.0")
    desk.engine.behaves(desk.versions["v1.0.0"].image, never)
    target, secrets = desk.versions["v1.0.0"], {"API_KEY": "s3cret-value"}
    outcome = desk.service.deploy(desk.engine, SHOP, MODEL, target, settings, "", Job(), secrets)
    assert outcome.restored
    assert outcome.problem is not None
    assert outcome.problem.detail.startswith("Its health check said:\nTraceback")
    assert outcome.problem.detail.endswith("It printed:\nwaiting for weights")
    assert desk.history()[0].error == (
        "v1.0.0 did not become healthy within 0 seconds. Its health check said: "
        "ConnectionRefusedError: ••• Its last line: waiting for weights"
    )
    desk.assert_serves("v1.1.0")


def test_secrets_that_a_container_prints_as_its_last_words_are_not_kept(desk: Desk) -> None:
    settings = ServiceSettings(PORT.ports, {}, ("API_KEY", "CERTIFICATE"), (), 0.3)
    secrets = {"API_KEY": "s3cret-value", "CERTIFICATE": "begin\nm1ddle-line\nend"}
    last = Behaviour(exit_code=3, prints=(LogLine("refused: s3cret-value, m1ddle-line"),))
    desk.deploy("v1.1.0")

    def deploy(version: str) -> None:
        target = desk.versions[version]
        desk.service.deploy(desk.engine, SHOP, MODEL, target, settings, "", Job(), secrets)

    desk.engine.behaves(desk.versions["v1.0.0"].image, last)
    deploy("v1.0.0")
    assert desk.history()[0].error.endswith("Its last line: refused: •••, •••")
    # One that was kept has them from before.
    desk.engine.behaves(desk.versions["v1.0.0"].image, Behaviour())
    deploy("v1.0.0")
    deploy("v1.1.0")
    kept = desk.deployment().kept[0].version.container
    desk.engine.stop_container(kept, 0)
    desk.engine._containers[kept].behaviour = last
    assert desk.rollback().restored
    assert desk.history()[0].error.endswith("Its last line: refused: •••, •••")


def test_every_step_is_in_the_log(desk: Desk) -> None:
    first: list[str] = []
    second: list[str] = []
    back: list[str] = []
    desk.deploy("v1.0.0", job=Job(log=first.append))
    desk.deploy("v1.1.0", replace(PORT, keep_warm_s=0.0), job=Job(log=second.append))
    desk.deploy("v1.2.0")
    desk.rollback(job=Job(log=back.append))
    assert first == [
        "Looking after the gateway",
        "Preparing v1.0.0",
        "Starting v1.0.0 beside what runs",
        "Sending requests to v1.0.0",
        "Writing it down",
        "Cleaning up",
    ]
    assert second == [
        *(line.replace("v1.0.0", "v1.1.0") for line in first[:-1]),
        "Waiting for what the version before still answers",
        "Cleaning up",
    ]
    # The one it goes back to keeps nothing warm, and so this one is stopped at once.
    assert back == ["Sending requests to v1.1.0", "Writing it down", *second[-2:]]


def test_a_cancel_in_the_middle_undoes_everything(desk: Desk) -> None:
    desk.deploy("v1.0.0")
    token = CancelToken()
    desk.engine.behaves(desk.versions["v1.1.0"].image, SICK)
    seen: list[str] = []

    def report(progress: Any) -> None:
        seen.append(progress.text)
        if "healthy" in progress.text:
            token.cancel()

    with pytest.raises(Cancelled):
        desk.service.deploy(
            desk.engine, SHOP, MODEL, desk.versions["v1.1.0"], PORT, "", Job(token, report)
        )
    desk.assert_serves("v1.0.0")
    assert desk.history()[0].state is ReleaseState.RESTORED


def test_an_image_that_is_gone_is_said_before_anything_is_touched(desk: Desk) -> None:
    desk.deploy("v1.0.0")
    desk.engine.remove_image("team/rec:v1.1.0")
    calls = desk.engine.calls.get("create_container")
    with pytest.raises(NotFound) as caught:
        desk.deploy("v1.1.0")
    assert "team/rec:v1.1.0" in caught.value.message
    assert desk.engine.calls.get("create_container") == calls
    assert len(desk.history()) == 1


def test_nothing_to_go_back_to(desk: Desk) -> None:
    desk.deploy("v1.0.0")
    with pytest.raises(ReleaseError):
        desk.rollback()
    with pytest.raises(ReleaseError):
        desk.rollback("v1.0.0")


def test_a_port_the_engine_chose_is_kept_for_every_later_version(desk: Desk) -> None:
    first = desk.deploy("v1.0.0", ServiceSettings((PortBinding(5000),), health_timeout_s=0.3))
    chosen = first.deployment.settings.ports[0].host_port
    assert chosen
    second = desk.deploy("v1.1.0", first.deployment.settings)
    assert second.deployment.settings.ports[0].host_port == chosen


@pytest.mark.parametrize("taken", [False, True])
def test_a_port_chosen_for_a_first_try_that_failed_is_that_of_the_next(
    desk: Desk, taken: bool
) -> None:
    anything = ServiceSettings((PortBinding(5000),), health_timeout_s=0.3)
    good = desk.versions["v1.0.0"]
    desk.versions["v1.0.0"] = desk.add_version("v0", SICK)
    with pytest.raises(ContainerFailed):
        desk.deploy("v1.0.0", anything)
    (tried,) = desk.service.settings(desk.key)[1].ports
    assert tried.host_port
    desk.versions["v1.0.0"] = good
    # The engine would choose the next number.
    if taken:
        desk.engine.taken_ports.add(tried.host_port)
    (port,) = desk.deploy("v1.0.0", anything).deployment.settings.ports
    assert (port.host_port == tried.host_port) is not taken
    assert port.host_port
    desk.assert_serves("v1.0.0")


def test_one_that_was_removed_has_a_new_port(desk: Desk) -> None:
    anything = ServiceSettings((PortBinding(5000),), health_timeout_s=0.3)
    (first,) = desk.deploy("v1.0.0", anything).deployment.settings.ports
    desk.service.remove(desk.engine, desk.key, Job())
    desk.engine.taken_ports.add(first.host_port)
    (second,) = desk.deploy("v1.0.0", anything).deployment.settings.ports
    assert second.host_port != first.host_port


def test_secret_values_are_taken_from_what_runs_and_never_stored(desk: Desk) -> None:
    settings = ServiceSettings(PORT.ports, {"MODE": "x"}, ("API_KEY",), (), 0.3)
    with pytest.raises(ReleaseError) as caught:
        desk.deploy("v1.0.0", settings)
    assert "API_KEY" in caught.value.message
    desk.service.deploy(
        desk.engine,
        SHOP,
        MODEL,
        desk.versions["v1.0.0"],
        settings,
        "",
        Job(),
        {"API_KEY": "s3cret-value"},
    )
    desk.deploy("v1.1.0", settings)
    desk.rollback()
    for container in desk.containers():
        environment = desk.engine.container(container.id).environment
        assert environment["API_KEY"] == "s3cret-value"
        assert environment["MODE"] == "x"
    desk.database.close()
    for file in Path(desk.database.path).parent.iterdir():
        assert b"s3cret-value" not in file.read_bytes()


def test_stopped_and_started_again(desk: Desk) -> None:
    desk.deploy("v1.0.0")
    before = desk.deployment().container
    desk.service.stop(desk.engine, desk.key, Job())
    assert desk.answers() == ""
    assert not any(one.running for one in (*desk.containers(), *desk.gateways()))
    desk.service.start(desk.engine, desk.key, Job())
    desk.assert_serves("v1.0.0")
    assert desk.deployment().container == before
    assert desk.service.earlier_versions(desk.deployment()) == ()


def test_what_was_stopped_on_purpose_stays_stopped_when_the_target_fails(desk: Desk) -> None:
    desk.versions["v1.0.0"] = desk.add_version("v1.0.0", SICK)
    desk.deploy("v1.2.0")
    desk.service.stop(desk.engine, desk.key, Job())
    current = desk.deployment().container
    with pytest.raises(ContainerFailed):
        desk.rollback("v1.0.0")
    assert desk.answers() == ""
    assert [c.id for c in desk.containers()] == [current]
    assert not any(one.running for one in (*desk.containers(), *desk.gateways()))
    assert desk.history()[0].state is ReleaseState.FAILED


def test_a_container_removed_behind_our_back_is_no_obstacle(desk: Desk) -> None:
    desk.deploy("v1.0.0")
    desk.deploy("v1.1.0")
    for container in desk.containers():
        desk.engine.remove_container(container.id)
    desk.rollback()
    desk.assert_serves("v1.0.0")


def test_removed_with_its_container_but_not_its_history(desk: Desk) -> None:
    desk.deploy("v1.0.0")
    desk.service.remove(desk.engine, desk.key, Job())
    desk.assert_agrees()
    assert desk.engine.list_volumes() == ()
    assert desk.service.deployments(desk.here) == ()
    assert len(desk.history()) == 1


def test_a_container_removed_behind_our_back_does_not_keep_its_deployment(desk: Desk) -> None:
    desk.deploy("v1.0.0")
    desk.engine.remove_container(desk.containers()[0].id)
    assert desk.service.stop(desk.engine, desk.key, Job()).deployments == {SHOP}
    desk.service.remove(desk.engine, desk.key, Job())
    assert desk.service.deployments(desk.here) == ()


def test_a_release_names_who_did_it_as_of_then(desk: Desk) -> None:
    desk.deploy("v1.0.0")
    desk.who = "ben"
    desk.deploy("v1.1.0")
    assert [release.who for release in desk.history()] == ["ben", "ana"]


def test_one_deployment_is_changed_by_one_caller_at_a_time(desk: Desk) -> None:
    desk.deploy("v1.0.0")
    with desk.locks.hold(SHOP, desk.here), pytest.raises(AlreadyRunning):
        desk.deploy("v1.1.0")


@pytest.mark.parametrize("name", ["", "Shop", "a b", "-x", "x" * 64, "票据"])
def test_names_that_can_not_be_container_names_are_refused(desk: Desk, name: str) -> None:
    with pytest.raises(InvalidInput):
        desk.service.deploy(
            desk.engine, DeploymentName(name), MODEL, desk.versions["v1.0.0"], PORT, "", Job()
        )


class _FullDisk:
    """Records of which one write fails, as on a disk that is full for a moment."""

    def __init__(self, behind: object, fails_at: int) -> None:
        self._behind = behind
        self._left = fails_at
        self.failed = False

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._behind, name)

        def counted(*args: object, **named: object) -> object:
            self._left -= 1
            if self._left == -1:
                self.failed = True
                raise RecordsError("There is no room left.")
            return call(*args, **named)

        return counted


def test_records_that_fail_once_never_part_from_the_engine(tmp_path: Path) -> None:
    """At whichever call: afterwards one version serves, and it is the one that is recorded."""
    calls = 0
    while True:
        folder = tmp_path / str(calls)
        folder.mkdir()
        desk = Desk(folder)
        desk.deploy("v1.0.0")
        desk.deploy("v1.1.0")
        records = _FullDisk(desk.records, calls)
        service = desk.service_with(records, desk.gateway)
        with suppress(RecordsError):
            service.rollback(desk.engine, desk.key, None, "", Job())
        desk.service.recover(desk.engine, Job())
        assert desk.records.unfinished_releases() == ()
        current = desk.deployment().current
        assert current is not None
        desk.assert_serves(current.reference.partition(":")[2])
        desk.database.close()
        if not records.failed:
            assert calls > 10
            return
        calls += 1


def test_a_release_another_program_is_busy_with_is_left_alone(desk: Desk) -> None:
    desk.deploy("v1.0.0")
    assert killed_after(
        desk,
        25,
        lambda engine, service: service.deploy(
            engine, SHOP, MODEL, desk.versions["v1.1.0"], PORT, "", Job()
        ),
    )
    desk.locks.held.clear()
    assert len(desk.records.unfinished_releases()) == 1
    with desk.locks.hold(SHOP, desk.here):
        assert desk.service.recover(desk.engine, Job()).healed == ()
    assert len(desk.service.recover(desk.engine, Job()).healed) == 1


def test_a_release_that_ended_meanwhile_is_not_touched(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another program finished it between our look at the records and our hold of the lock."""
    desk.deploy("v1.0.0")
    desk.deploy("v1.1.0")
    stale = replace(desk.history()[0], state=ReleaseState.RUNNING)
    answers = [(stale,)]
    read = desk.records.unfinished_releases
    monkeypatch.setattr(
        desk.records, "unfinished_releases", lambda: answers.pop() if answers else read()
    )
    assert desk.service.recover(desk.engine, Job()).healed == ()
    desk.assert_serves("v1.1.0")


def test_ports_no_gateway_can_have_are_refused(desk: Desk) -> None:
    for ports in ((), (PortBinding(53, 53, protocol="udp"),), (PortBinding(5000),) * 2):
        with pytest.raises(InvalidInput):
            desk.deploy("v1.0.0", replace(PORT, ports=ports))
    assert desk.history() == ()


def test_a_gateway_that_does_not_obey_costs_callers_nothing(desk: Desk) -> None:
    desk.deploy("v1.0.0")
    desk.gateway.does_not_prove = True
    outcome = desk.deploy("v1.1.0")
    assert isinstance(outcome.problem, GatewayError)
    desk.gateway.does_not_prove = False
    desk.assert_serves("v1.0.0")
    assert desk.history()[0].state is ReleaseState.RESTORED


def test_a_smoke_request_that_fails_keeps_a_version_from_callers(desk: Desk) -> None:
    desk.deploy("v1.0.0")
    desk.gateway.answers["v1.1.0"] = GatewayAnswer(500, b"weights missing")
    settings = replace(PORT, smoke=SmokeRequest("POST", "/predict", b"{}"))
    outcome = desk.deploy("v1.1.0", settings)
    assert isinstance(outcome.problem, ContainerFailed)
    assert outcome.problem.message == "v1.1.0 answered POST /predict with 500."
    assert "weights missing" in outcome.problem.detail
    desk.assert_serves("v1.0.0")
    desk.gateway.answers["v1.1.0"] = GatewayAnswer(302)
    assert desk.deploy("v1.1.0", settings).problem is None
    desk.assert_serves("v1.1.0")


def test_without_a_health_check_an_answer_through_the_gateway_counts(desk: Desk) -> None:
    desk.versions["v1.0.0"] = desk.add_version("v1.0.0", Behaviour())
    desk.gateway.answers["v1.0.0"] = GatewayAnswer(404)
    desk.deploy("v1.0.0")
    desk.assert_serves("v1.0.0")
    desk.versions["v1.1.0"] = desk.add_version("v1.1.0", Behaviour())
    desk.gateway.answers["v1.1.0"] = GatewayAnswer(502)
    outcome = desk.deploy("v1.1.0")
    assert isinstance(outcome.problem, ContainerFailed)
    assert "did not become healthy" in outcome.problem.message


def test_going_back_to_a_warm_version_starts_nothing(desk: Desk) -> None:
    desk.deploy("v1.0.0")
    first = desk.deployment().container
    desk.deploy("v1.1.0")
    calls = dict(desk.engine.calls)
    desk.rollback()
    desk.assert_serves("v1.0.0")
    assert desk.deployment().container == first
    for call in ("create_container", "start_container", "check_health"):
        assert desk.engine.calls.get(call) == calls.get(call)
    # And forth again.
    desk.rollback("v1.1.0")
    desk.assert_serves("v1.1.0")
    assert [kept.version.container for kept in desk.deployment().kept] == [first]


def test_what_was_kept_is_stopped_after_a_while_and_started_again_to_go_back(desk: Desk) -> None:
    desk.deploy("v1.0.0")
    first = desk.deployment().container
    desk.deploy("v1.1.0")
    desk.service.recover(desk.engine, Job())
    assert all(one.running for one in desk.containers())
    desk.later += timedelta(seconds=601)
    desk.service.recover(desk.engine, Job())
    assert [one.id for one in desk.containers() if not one.running] == [first]
    created = desk.engine.calls["create_container"]
    desk.rollback()
    desk.assert_serves("v1.0.0")
    assert desk.deployment().container == first
    assert desk.engine.calls["create_container"] == created


def test_three_earlier_containers_are_kept(desk: Desk) -> None:
    for number in range(6):
        name = f"v2.{number}.0"
        desk.versions[name] = desk.add_version(name, HEALTHY)
        desk.deploy(name)
    kept = desk.deployment().kept
    assert [one.version.target.reference for one in kept] == [
        "team/rec:v2.4.0",
        "team/rec:v2.3.0",
        "team/rec:v2.2.0",
    ]
    assert len(desk.containers()) == 4
    # One that was removed is made anew.
    desk.rollback("v2.0.0")
    desk.assert_serves("v2.0.0")


def test_an_earlier_version_comes_back_with_its_settings_at_the_same_address(desk: Desk) -> None:
    desk.deploy("v1.0.0", replace(PORT, environment={"MODE": "a"}))
    settings = replace(PORT, ports=(PortBinding(5000, 6000),), environment={"MODE": "b"})
    desk.deploy("v1.1.0", settings)
    for kept in desk.deployment().kept:
        desk.engine.remove_container(kept.version.container)
    desk.rollback()
    deployment = desk.deployment()
    assert deployment.container is not None
    assert desk.engine.container(deployment.container).environment["MODE"] == "a"
    assert deployment.settings.ports == settings.ports
    assert deployment.settings.environment == {"MODE": "a"}
    assert [release.revision for release in desk.history()] == [3, 2, 1]
    assert desk.service.settings(desk.key)[2] == settings


def test_settings_that_were_there_before_have_their_old_number(desk: Desk) -> None:
    for version, timeout in (("v1.0.0", 0.3), ("v1.1.0", 0.4), ("v1.2.0", 0.3)):
        desk.deploy(version, replace(PORT, health_timeout_s=timeout))
    assert [release.revision for release in desk.history()] == [1, 2, 1]


def test_other_ports_change_hands_once_the_target_is_well(desk: Desk) -> None:
    desk.deploy("v1.0.0")
    moved = replace(PORT, ports=(PortBinding(8000, 5000),))
    desk.engine.behaves(desk.versions["v1.1.0"].image, SICK)
    gateway = desk.gateways()
    assert desk.deploy("v1.1.0", moved).restored
    assert [one.id for one in desk.gateways()] == [one.id for one in gateway]
    lines: list[str] = []
    desk.deploy("v1.2.0", moved, Job(log=lines.append))
    desk.assert_serves("v1.2.0")
    assert "Giving the ports to the gateway: nobody answers for a moment" in lines
    assert [one.ports for one in desk.gateways()] == [moved.ports]


def test_a_port_that_is_taken_leaves_the_gateway_as_it_was(desk: Desk) -> None:
    desk.deploy("v1.0.0")
    desk.engine.taken_ports.add(6000)
    outcome = desk.deploy("v1.1.0", replace(PORT, ports=(PortBinding(5000, 6000),)))
    assert isinstance(outcome.problem, PortTaken)
    desk.assert_serves("v1.0.0")
    assert [one.ports for one in desk.gateways()] == [PORT.ports]


def test_a_name_whose_containers_nobody_knows_is_refused(desk: Desk) -> None:
    desk.deploy("v1.0.0")
    desk.database.close()
    folder = Path(desk.database.path).parent / "other"
    folder.mkdir()
    other = Desk(folder)
    other.engine = desk.engine
    other.versions = desk.versions
    with pytest.raises(ReleaseError) as caught:
        other.deploy("v1.0.0")
    assert "modeldesk-gateway-shop" in caught.value.message
    assert other.history() == ()
    other.database.close()


def test_environments(desk: Desk) -> None:
    desk.deploy("v1.0.0")
    assert desk.deployment().environment == "production"
    target, canary = desk.versions["v1.1.0"], EnvironmentName("canary-7")
    for environment in (canary, None):
        desk.service.deploy(
            desk.engine, SHOP, MODEL, target, PORT, "", Job(), environment=environment
        )
        assert desk.deployment().environment == canary
    with pytest.raises(InvalidInput):
        desk.service.deploy(
            desk.engine,
            SHOP,
            MODEL,
            target,
            PORT,
            "",
            Job(),
            environment=EnvironmentName("No Name"),
        )


def test_limits_and_locks_reach_the_container(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    specs: list[ContainerSpec] = []
    create = desk.engine.create_container

    def create_noted(spec: ContainerSpec) -> ContainerId:
        specs.append(spec)
        return create(spec)

    monkeypatch.setattr(desk.engine, "create_container", create_noted)
    limits = ContainerLimits(memory_bytes=100_000_000, cpus=0.5)
    desk.deploy("v1.0.0", replace(PORT, limits=limits, locked_down=True))
    made = specs[-1]
    assert (made.limits, made.locked_down, made.ports) == (limits, True, ())
    assert made.restart_unless_stopped
    assert (made.network, made.address) == ("modeldesk-gateway-shop", "172.18.0.3")


def test_reasons_that_hold_a_secret_are_refused_before_anything_is_done(desk: Desk) -> None:
    desk.deploy("v1.0.0")
    desk.deploy("v1.1.0")
    before, secret = desk.history(), "token=ghp_0123456789abcdefghijABCDEFGHIJ012345"
    with pytest.raises(InvalidInput, match="as if it held a secret"):
        desk.service.deploy(desk.engine, SHOP, MODEL, desk.versions["v1.0.0"], PORT, secret, Job())
    with pytest.raises(InvalidInput, match="as if it held a secret"):
        desk.service.rollback(desk.engine, desk.key, None, secret, Job())
    assert desk.history() == before
    desk.service.rollback(desk.engine, desk.key, None, "  it was slow\n", Job())
    assert desk.history()[0].why == "it was slow"
