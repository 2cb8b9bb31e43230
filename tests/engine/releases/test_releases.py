"""Releases with real gateways and servers: no caller loses anything, whatever happens."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Self

import docker
import pytest

from modeldesk.core.containers.model import ContainerLimits, ContainerSpec, PortBinding
from modeldesk.core.errors import Cancelled, ContainerFailed
from modeldesk.core.gateway.ports import SmokeRequest
from modeldesk.core.ids import ModelName
from modeldesk.core.jobs import CancelToken, Job
from modeldesk.core.releases.model import ReleaseState
from modeldesk.core.releases.routing import gateway_spec
from tests.engine.releases.desk import GENEROUS_S, RealDesk, real_desk
from tests.engine.releases.journey import AFTER, STEADY, journey, serves
from tests.engine.releases.models import PORT, Kind
from tests.support.load import Load
from tests.support.releases import run_as_before

SLOW_START_S = 2.0
SLOW_MACHINE_MS = 2_000


@pytest.fixture
def desk(
    engine_url: str, engine_client: docker.DockerClient, unique_name: str, tmp_path: Path
) -> Iterator[RealDesk]:
    with real_desk(engine_url, engine_client, unique_name, tmp_path) as made:
        yield made


def restart(api: docker.APIClient, *containers: str) -> None:
    """As they are after the engine was started anew."""
    for container in containers:
        api.restart(container, timeout=1)


class Callers:
    """Counts what the gateway has answered, so that a test waits for callers and not for time."""

    def __init__(self, desk: RealDesk) -> None:
        self._desk = desk
        self._token = CancelToken()
        self._times: list[float] = []
        self._thread = threading.Thread(target=self._follow)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._token.cancel()
        self._thread.join()

    def wait(self, count: int = 200) -> None:
        """Until so many were answered from now on; the log tells of them a little later."""
        begin, deadline = time.time(), time.monotonic() + GENEROUS_S
        while (answered := sum(one >= begin for one in list(self._times))) < count:
            assert time.monotonic() < deadline, f"{answered} of {count} were answered"
            time.sleep(0.05)

    def _follow(self) -> None:
        spec = gateway_spec(self._desk.deployment())
        with suppress(Cancelled):
            for lines in self._desk.gateway.follow(spec, None, self._token):
                self._times += [line.time for line in lines]


def test_nobody_loses_a_request_to_deploys_and_rollbacks(desk: RealDesk) -> None:
    """Fifty clients send without pause through a deploy, a rollback to what is warm, one to what
    is cold, and a deploy that is aborted."""
    first, second = desk.version("v1"), desk.version("v2", Kind(starts_s=0.5))
    third = desk.version("v3", Kind(healthy=False))
    desk.deploy(first)
    with Load(desk.port) as load, Callers(desk) as callers:
        callers.wait()
        load.phase("deploy")
        assert desk.deploy(second).problem is None
        callers.wait()
        load.phase("back, warm")
        assert desk.rollback().problem is None
        callers.wait()
        kept = desk.deployment().kept[0].version
        desk.client.api.stop(kept.container)
        load.phase("cold")
        back = desk.service.rollback(desk.engine, desk.key, second, "", Job())
        assert back.problem is None
        callers.wait()
        load.phase("aborted")
        patience = replace(desk.settings(), health_timeout_s=2.0)
        outcome = desk.deploy(third, patience)
        load.phase("after")
        callers.wait()
        phases = load.finish()
    assert isinstance(outcome.problem, ContainerFailed)
    assert "waiting for weights" in outcome.problem.detail
    for name, phase in phases.items():
        assert phase.failed == 0, (name, phase.problems)
    assert set(phases["after"].by) == {"r2"}
    assert sum(phase.sent for phase in phases.values()) > 1_000
    assert desk.ask() == "v2"
    desk.assert_agrees()


def test_a_whole_life_costs_nobody_anything(desk: RealDesk) -> None:
    """`tests.benchmarks.release_load` does the same for longer, and measures."""
    versions = [desk.version(name) for name in ("v1", "v2", "v3", "v4")]
    desk.deploy(versions[0])
    with Load(desk.port) as load, Callers(desk) as callers:
        callers.wait(400)
        for step, act in journey(desk, versions):
            load.phase(step)
            act()
        load.phase(AFTER)
        callers.wait(400)
        phases = load.finish()
    for name, phase in phases.items():
        assert phase.failed == 0, (name, phase.problems)
    assert sum(phase.sent for phase in phases.values()) > 1_000, phases
    assert {"r2", "r3"} <= set(phases["canary 50 %"].by) | set(phases["canary 75 %"].by)
    steady = max(phases[STEADY].p99_ms, phases[AFTER].p99_ms)
    slowest = max(phase.p99_ms for phase in phases.values())
    assert slowest < steady * 4 + SLOW_MACHINE_MS, phases
    assert desk.ask() == serves(desk) == "v2"
    states = [one.state for one in desk.service.history(desk.key)]
    assert states == [ReleaseState.SUCCEEDED, ReleaseState.ABORTED, *[ReleaseState.SUCCEEDED] * 3]
    desk.assert_agrees()


def test_going_back_is_quick(desk: RealDesk) -> None:
    """Generous for a machine that does much else; `tests.benchmarks.release_speed` measures."""
    first = desk.version("v1", Kind(starts_s=SLOW_START_S))
    desk.deploy(first)
    desk.deploy(desk.version("v2"))
    began = time.monotonic()
    desk.rollback()
    warm_s = time.monotonic() - began
    assert desk.ask() == "v1"
    assert warm_s < 5
    desk.deploy(desk.version("v3"))
    desk.client.api.stop(desk.deployment().kept[0].version.container)
    began = time.monotonic()
    desk.rollback()
    cold_s = time.monotonic() - began
    assert desk.ask() == "v1"
    assert SLOW_START_S < cold_s < SLOW_START_S + 10


def test_a_long_request_is_answered_by_whom_it_was_sent_to(desk: RealDesk) -> None:
    """Also when the version is stopped as soon as it may be."""
    settings = desk.settings(keep_warm_s=0.0)
    desk.deploy(desk.version("v1"), settings)
    answers: list[str] = []
    asking = threading.Thread(target=lambda: answers.append(desk.ask("/", {"X-Takes": "3"})))
    asking.start()
    time.sleep(0.5)
    desk.deploy(desk.version("v2"), settings)
    asking.join()
    assert answers == ["v1"]
    assert desk.ask() == "v2"
    assert sorted(desk.containers().values()) == ["exited", "running"]


def test_a_smoke_request_keeps_a_bad_version_from_callers(desk: RealDesk) -> None:
    desk.deploy(desk.version("v1"))
    settings = desk.settings(smoke=SmokeRequest("POST", "/predict", b'{"inputs": [[1]]}'))
    outcome = desk.deploy(desk.version("v2", Kind(status=500)), settings)
    assert outcome.problem is not None
    assert outcome.problem.message == "v2 answered POST /predict with 500."
    assert desk.ask() == "v1"
    assert desk.deploy(desk.version("v3"), settings).problem is None
    assert desk.ask() == "v3"
    desk.assert_agrees()


def test_a_version_that_dies_is_not_put_in_service(desk: RealDesk) -> None:
    desk.deploy(desk.version("v1", Kind(checked=True)))
    outcome = desk.deploy(
        desk.version("v2", Kind(starts_s=30, lives_s=0, healthy=True)),
        replace(desk.settings(), health_timeout_s=1.0),
    )
    assert isinstance(outcome.problem, ContainerFailed)
    assert "loading v2" in outcome.problem.detail
    assert desk.ask() == "v1"
    desk.assert_agrees()


@pytest.mark.parametrize(
    "harm",
    [
        "gateway removed",
        "nginx killed",
        "version killed",
        "version removed",
        "everything removed",
        "restarted",
    ],
)
def test_what_was_taken_away_is_put_back(desk: RealDesk, harm: str) -> None:
    desk.deploy(desk.version("v1"))
    (gateway,), (version,) = desk.gateway_ids(), tuple(desk.containers())
    api = desk.client.api
    harms: dict[str, Callable[[], object]] = {
        "gateway removed": lambda: api.remove_container(gateway, force=True),
        "nginx killed": lambda: api.kill(gateway),
        "version killed": lambda: api.kill(version),
        "version removed": lambda: api.remove_container(version, force=True),
        "everything removed": desk.remove,
        "restarted": lambda: restart(api, version, gateway),
    }
    harms[harm]()
    healed = desk.service.heal(desk.engine, Job())
    assert all(one.problem is None for one in healed.mended), healed
    desk.wait_for("v1")
    desk.assert_agrees()
    assert desk.service.heal(desk.engine, Job()).mended == ()


def test_settings_reach_the_container(desk: RealDesk) -> None:
    limits = ContainerLimits(memory_bytes=128 * 1024 * 1024, cpus=0.5)
    settings = desk.settings(
        environment={"MODE": "x"}, limits=limits, locked_down=True, secret_names=("TOKEN",)
    )
    desk.service.deploy(
        desk.engine,
        desk.name,
        ModelName(desk.name),
        desk.version("v1"),
        settings,
        "",
        Job(),
        {"TOKEN": "s3cret"},
    )
    (container,) = desk.containers()
    found = desk.client.api.inspect_container(container)
    host = found["HostConfig"]
    assert {"MODE=x", "TOKEN=s3cret"} <= set(found["Config"]["Env"])
    assert (host["Memory"], host["NanoCpus"]) == (limits.memory_bytes, 500_000_000)
    assert host["ReadonlyRootfs"]
    assert host["CapDrop"] == ["ALL"]
    assert host["PortBindings"] in ({}, None)
    assert host["RestartPolicy"]["Name"] == "unless-stopped"
    assert desk.ask() == "v1"


def test_one_of_before_there_were_gateways_is_taken_over(desk: RealDesk) -> None:
    first, second = desk.version("v1"), desk.version("v2")
    before = run_as_before(
        desk.engine, desk.records, desk.key, ModelName(desk.name), first, desk.settings()
    )
    desk.wait_for("v1")
    third = desk.version("v3", Kind(healthy=False))
    outcome = desk.deploy(third, replace(desk.settings(), health_timeout_s=3.0))
    # Nothing tells of it but that it runs; only behind the gateway it is found not to answer.
    assert outcome.problem is not None
    desk.wait_for("v1")
    assert list(desk.containers()) == [before]
    assert desk.gateway_ids() == []
    desk.deploy(second)
    assert desk.ask() == "v2"
    desk.assert_agrees()
    desk.rollback()
    assert desk.ask() == "v1"


def test_stopped_the_port_is_free_and_started_it_is_the_same(desk: RealDesk) -> None:
    first = desk.version("v1")
    desk.deploy(first)
    before = desk.deployment().container
    desk.service.stop(desk.engine, desk.key, Job())
    assert desk.ask() == ""
    ports = (PortBinding(PORT, desk.port),)
    taken = desk.engine.create_container(ContainerSpec(first.image, f"{desk.name}-other", ports))
    desk.engine.start_container(taken)
    desk.engine.remove_container(taken)
    desk.service.start(desk.engine, desk.key, Job())
    assert desk.ask() == "v1"
    assert desk.deployment().container == before
    desk.service.remove(desk.engine, desk.key, Job())
    desk.assert_agrees()
    names = [str(one.name) for one in desk.client.networks.list()]
    assert not any(desk.name in name for name in names)


def test_any_free_port_stays_the_same(desk: RealDesk) -> None:
    anything = replace(desk.settings(), ports=(PortBinding(PORT),))
    outcome = desk.deploy(desk.version("v1"), anything)
    (port,) = outcome.deployment.settings.ports
    desk.port = port.host_port
    assert desk.ask() == "v1"
    (gateway,) = desk.gateway_ids()
    desk.client.api.restart(gateway, timeout=1)
    desk.wait_for("v1")
    desk.deploy(desk.version("v2"), anything)
    assert desk.ask() == "v2"
    assert desk.gateway_ids() == [gateway]
