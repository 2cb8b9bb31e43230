"""Machines of a real swarm pull from a registry that answers nobody without a sign-in."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from docker.errors import ImageNotFound

import registry
from modeldesk.adapters.docker_engine.swarm import swarm_of
from modeldesk.core.engine.model import SignIn
from modeldesk.core.errors import ContainerFailed
from modeldesk.core.ids import ImageId
from modeldesk.core.jobs import Job
from modeldesk.core.releases.model import VersionTarget
from tests.engine.bench import connected
from tests.engine.own_engine import OwnEngine
from tests.engine.swarm.bench import CAN_RUN, NEEDS, RealSwarmBench
from tests.engine.swarm.desk import SERVER, SETTINGS, desk_on

pytestmark = [
    pytest.mark.skipif(not CAN_RUN, reason=NEEDS),
    pytest.mark.skipif(not registry.can_start(), reason="no registry is installed"),
]

PORT = 18_700
USER, SECRET = "mia", "s3cret-of-the-swarm"
HOST = f"127.0.0.1:{PORT}"
_START = """\
import sys
from pathlib import Path
import registry
process = registry.start(Path(sys.argv[1]), int(sys.argv[2]), (sys.argv[3], sys.stdin.readline()))
print("started", flush=True)
sys.stdin.read()
process.terminate()
process.wait()
"""


@dataclass
class Private:
    """A version that the registry alone has, until a machine pulls it."""

    target: VersionTarget
    image: str


@pytest.fixture
def private(manager: OwnEngine, swarm: RealSwarmBench, tmp_path: Path) -> Iterator[Private]:
    """In the network of the engine's machine, where its address is a local one."""
    command = ["nsenter", "-t", str(manager.process.pid), "--net", sys.executable, "-c", _START]
    folder = str(Path(registry.__file__).parent)
    with subprocess.Popen(
        [*command, str(tmp_path / "registry"), str(PORT), USER],
        env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "PYTHONPATH": folder},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(f"{SECRET}\n")
        process.stdin.flush()
        assert process.stdout.readline() == "started\n"
        yield _pushed(swarm)
        process.stdin.close()
        process.wait(20)


def _pushed(swarm: RealSwarmBench) -> Private:
    image = swarm.build(SERVER.format(said="private"))
    name = f"{HOST}/team/rec"
    swarm.client.tag(image, name, "v1")
    sign_in = {"username": USER, "password": SECRET}
    lines = list(swarm.client.push(name, "v1", stream=True, decode=True, auth_config=sign_in))
    (digest,) = [line["aux"]["Digest"] for line in lines if "aux" in line] or [str(lines)]
    _forget(swarm, image)
    return Private(VersionTarget(ImageId(image), f"{name}:v1", digest), image)


def _forget(swarm: RealSwarmBench, image: str) -> None:
    with suppress(ImageNotFound):
        swarm.client.remove_image(image, force=True)


def test_it_is_pulled_with_the_persons_sign_in(
    manager: OwnEngine, swarm: RealSwarmBench, private: Private
) -> None:
    asked: list[str] = []

    def sign_in(host: str) -> SignIn:
        asked.append(host)
        return SignIn(USER, SECRET)

    with connected(manager.url) as engine:
        # Two of one version on one machine would need a port each.
        settings = replace(SETTINGS, ports=())
        nobody = desk_on(engine, swarm)
        with pytest.raises(ContainerFailed) as caught:
            nobody.deploy(private.target, settings)
        assert "has not got the image, and could not pull it" in caught.value.message
        desk = desk_on(engine, swarm, swarm_of(engine, sign_in))
        outcome = desk.deploy(private.target, settings)
        try:
            assert not outcome.restored
            state = desk.state()
            assert state.ready == 2
            assert state.service.spec.image == f"{HOST}/team/rec@{private.target.digest}"
            assert {task.image for task in state.current} == {state.service.spec.image}
            assert asked == [HOST]
            here = swarm.client.inspect_image(private.image)
            assert here["RepoDigests"] == [state.service.spec.image]
            # It is nowhere to be read.
            assert SECRET not in str(swarm.client.inspect_service(state.service.id))
        finally:
            desk.service.remove(engine, desk.key, Job())
