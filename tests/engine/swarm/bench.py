"""A swarm of engines that are the tests' own, each in a network of its own."""

import io
import itertools
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Self

from docker import APIClient
from docker.errors import APIError

from modeldesk.adapters.docker_engine.swarm import swarm_of
from modeldesk.core.ids import ContainerId
from modeldesk.core.swarm.model import SwarmTask
from modeldesk.core.swarm.ports import SwarmEngine
from tests.contracts.swarm_contract import MODEL_LABEL, Kind
from tests.engine.bench import connected
from tests.engine.own_engine import OwnEngine, own_engine
from tests.support.engine import TINY

_DOCKERFILES = {
    # As the first process it would not hear of SIGTERM, and be waited for.
    Kind.SERVER: 'STOPSIGNAL SIGKILL\nCMD ["sleep", "3600"]',
    Kind.CRASHER: 'CMD ["sh", "-c", "echo no weights >&2; exit 3"]',
    Kind.SICK: (
        'STOPSIGNAL SIGKILL\nCMD ["sleep", "3600"]\nHEALTHCHECK --interval=1s --retries=1 CMD false'
    ),
}
MISSING = [name for name in ("dockerd", "ip", "nsenter", "unshare") if not shutil.which(name)]
NEEDS = f"needs root and {', '.join(MISSING) or 'the programs of iproute2 and util-linux'}"
CAN_RUN = os.geteuid() == 0 and not MISSING
FIRST, SECOND = "10.77.0.1", "10.77.0.2"


def within(engine: OwnEngine, *command: str) -> str:
    """What a program says in the engine's own network."""
    done = subprocess.run(
        ["nsenter", "-t", str(engine.process.pid), "--net", *command],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@contextmanager
def own_swarm(source_url: str) -> Iterator[OwnEngine]:
    """An engine that manages a swarm of one machine."""
    with own_engine(source_url) as engine:
        within(engine, "ip", "link", "set", "lo", "up")
        within(engine, "ip", "address", "add", f"{FIRST}/32", "dev", "lo")
        client = APIClient(engine.url)
        try:
            client.init_swarm(advertise_addr=FIRST, listen_addr=FIRST)
            yield engine
        finally:
            client.close()


def reach(engine: OwnEngine) -> str:
    """An address of the engine's machine, which this one can reach from now on."""
    number = engine.process.pid
    link, net = f"mdt{number}", f"10.{78 + number % 100}.{number // 100 % 250}"
    subprocess.run(
        f"ip link add {link} type veth peer name outside netns {number}".split(),
        check=True,
        timeout=30,
    )
    subprocess.run(f"ip address add {net}.1/24 dev {link}".split(), check=True, timeout=30)
    subprocess.run(f"ip link set {link} up".split(), check=True, timeout=30)
    within(engine, "ip", "address", "add", f"{net}.2/24", "dev", "outside")
    within(engine, "ip", "link", "set", "outside", "up")
    return f"{net}.2"


@dataclass(frozen=True, slots=True)
class TwoEngines:
    """The first manages a swarm that the second is part of."""

    first: OwnEngine
    second: OwnEngine


@contextmanager
def swarm_of_two(source_url: str) -> Iterator[TwoEngines]:
    """Two engines whose networks are joined by a cable."""
    with ExitStack() as stack:
        first = stack.enter_context(own_engine(source_url, hostname="one"))
        second = stack.enter_context(own_engine(source_url, hostname="two"))
        _join_by_cable(first, second)
        manager, worker = APIClient(first.url), APIClient(second.url)
        stack.callback(manager.close)
        stack.callback(worker.close)
        manager.init_swarm(advertise_addr=FIRST, listen_addr=FIRST)
        token = manager.inspect_swarm()["JoinTokens"]["Worker"]
        worker.join_swarm([FIRST], token, listen_addr=SECOND, advertise_addr=SECOND)
        yield TwoEngines(first, second)


def _join_by_cable(first: OwnEngine, second: OwnEngine) -> None:
    number = str(first.process.pid)
    other = str(second.process.pid)
    cable = f"ip link add cable netns {number} type veth peer name cable netns {other}"
    subprocess.run(cable.split(), check=True, timeout=30)
    for engine, address in ((first, FIRST), (second, SECOND)):
        within(engine, "ip", "link", "set", "lo", "up")
        within(engine, "ip", "address", "add", f"{address}/24", "dev", "cable")
        within(engine, "ip", "link", "set", "cable", "up")


class RealSwarmBench:
    """Implements `SwarmBench` on a swarm of one engine."""

    _numbers = itertools.count(1)

    def __init__(self, url: str, engine: SwarmEngine) -> None:
        self.engine = engine
        self.client: Any = APIClient(url)
        self._containers: list[str] = []
        self._name = f"mdt-swarm-{os.getpid()}-{next(self._numbers)}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for service in self.engine.services():
            if service.spec.name.startswith(self._name):
                self.engine.remove_service(service.id)
        for container in self._containers:
            self.client.remove_container(container, force=True)
        for secret in self.client.secrets(filters={"names": [self._name]}):
            self.client.remove_secret(secret["ID"])
        for network in self.client.networks(names=[self._name]):
            # The engine still takes the tasks away that are on it.
            with suppress(APIError):
                self.client.remove_network(network["Id"])
        self.client.close()

    def name(self) -> str:
        return f"{self._name}-{next(self._numbers)}"

    def image(self, kind: Kind) -> str:
        return self.build(_DOCKERFILES[kind])

    def build(self, lines: str, base: str = TINY) -> str:
        """The id of an image of its own from the last lines of its Dockerfile."""
        text = f"FROM {base}\nLABEL {MODEL_LABEL}={self.name()}\n{lines}"
        built = list(self.client.build(fileobj=io.BytesIO(text.encode()), rm=True, decode=True))
        ids = [line["aux"]["ID"] for line in built if "aux" in line]
        assert ids, built
        return str(ids[-1])

    def container(self) -> ContainerId:
        host = self.client.create_host_config(auto_remove=True)
        made = self.client.create_container(TINY, ["sleep", "3600"], host_config=host)
        self.client.start(made["Id"])
        self._containers.append(made["Id"])
        return ContainerId(made["Id"])

    def kill(self, task: SwarmTask) -> None:
        assert task.container
        self.client.kill(task.container)


@contextmanager
def bench_on(engine: OwnEngine) -> Iterator[RealSwarmBench]:
    """The program's own adapter on the engine's swarm, and what a test makes there gone after."""
    with (
        connected(engine.url) as connection,
        RealSwarmBench(engine.url, swarm_of(connection)) as bench,
    ):
        yield bench
