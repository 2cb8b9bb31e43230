"""A swarm of one for all tests of this folder that don't harm it."""

from collections.abc import Iterator

import docker
import pytest

from tests.engine.own_engine import OwnEngine
from tests.engine.swarm.bench import RealSwarmBench, bench_on, own_swarm, reach
from tests.support.engine import NGINX_NEW


@pytest.fixture(scope="package")
def manager(engine_url: str) -> Iterator[OwnEngine]:
    """An engine that manages a swarm of one machine."""
    with own_swarm(engine_url) as engine:
        yield engine


@pytest.fixture(scope="package")
def outside(engine_url: str, manager: OwnEngine) -> str:
    """An address of the machine which this one reaches; it has an image for gateways then."""
    giver = docker.DockerClient(base_url=engine_url)
    taker = docker.DockerClient(base_url=manager.url)
    try:
        taker.images.load(b"".join(giver.images.get(NGINX_NEW).save(named=True)))
    finally:
        giver.close()
        taker.close()
    return reach(manager)


@pytest.fixture
def swarm(manager: OwnEngine) -> Iterator[RealSwarmBench]:
    """The swarm, by the program's own adapter."""
    with bench_on(manager) as bench:
        yield bench
