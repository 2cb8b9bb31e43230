"""A real gateway with versions behind it, all of them gone afterwards."""

import http.client
import itertools
import socket
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from modeldesk.adapters.gateway.nginx import NginxGateway
from modeldesk.core.containers.model import LOOPBACK, ContainerSpec, PortBinding
from modeldesk.core.gateway.model import (
    FEEDBACK_PATH,
    MISSING_HEADER,
    REQUEST_HEADER,
    VERSION_HEADER,
    Backend,
    GatewaySpec,
)
from modeldesk.core.gateway.ports import Gateway
from modeldesk.core.ids import ContainerId, DeploymentName, ImageId
from modeldesk.core.ports import ImageEngine
from tests.contracts.gateway_contract import CALLER_HEADER, PORT
from tests.fakes.gateway import Sent
from tests.support.engine import NGINX
from tests.support.ports import free_port

_SERVER = """
printf 'user root; worker_processes 1; error_log stderr crit; pid /tmp/pid;
events {{ worker_connections 4096; }}
http {{ access_log off; keepalive_timeout 0; server {{
    listen {port} backlog=4096;
    location / {{ return {status} "{name}"; }}
}} }}' > /tmp/server.conf
exec nginx -c /tmp/server.conf -g 'daemon off;'
"""
"""A version that answers its name."""
_TIMEOUT_S = 20
_AT_ONCE = 8


class NginxBench:
    """Implements `GatewayBench`."""

    gateway: Gateway

    def __init__(self, engine: ImageEngine, image: ImageId, deployment: str) -> None:
        self.engine = engine
        self.gateway = NginxGateway(engine)
        self.port = free_port()
        ports = (PortBinding(PORT, self.port),)
        self.spec = GatewaySpec(DeploymentName(deployment), image, ports)
        self.made: list[Backend] = []
        """Every backend, oldest first."""
        self._containers: dict[str, ContainerId] = {}
        self._taken: list[socket.socket] = []
        self._numbers = itertools.count(1)

    def close(self) -> None:
        """What the bench made goes."""
        for taken in self._taken:
            taken.close()
        for one in self.engine.list_containers():
            if self.spec.deployment in one.name:
                self.engine.remove_container(one.id)
        self.gateway.remove(self.spec)

    def backend(self, name: str, version: str = "", status: int = 200) -> Backend:
        server = _SERVER.format(port=PORT, status=status, name=name)
        return self.backend_of(NGINX, ("sh", "-c", server), name, version)

    def backend_of(
        self, image: str, command: tuple[str, ...], name: str, version: str = ""
    ) -> Backend:
        """One that runs a command of an image."""
        network = self.gateway.network(self.spec)
        address = self.gateway.free_address(self.spec)
        spec = ContainerSpec(
            _image(self.engine, image),
            f"{self.spec.deployment}-{name}-{next(self._numbers)}",
            command=command,
            network=network,
            address=address,
        )
        self._containers[name] = self.engine.create_container(spec)
        self.engine.start_container(self._containers[name])
        self.made.append(Backend(name, address, version or name))
        return self.made[-1]

    def container_of(self, backend: Backend) -> ContainerId:
        return self._containers[backend.name]

    def send(self, caller: str = "someone", version: str = "") -> Sent | None:
        headers = {CALLER_HEADER: caller}
        if version:
            headers[VERSION_HEADER] = version
        connection = http.client.HTTPConnection(LOOPBACK, self.port, timeout=_TIMEOUT_S)
        try:
            connection.request("GET", "/predict?a=1", headers=headers)
            answer = connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            return None
        finally:
            connection.close()
        by, request = answer.getheader(VERSION_HEADER, ""), answer.getheader(REQUEST_HEADER, "")
        return Sent(answer.status, by, request, answer.getheader(MISSING_HEADER, ""))

    def asked_by(self, callers: Sequence[str]) -> list[tuple[str, str]]:
        """Each of the callers, with the backend that answered. Many share a connection."""
        shares = [callers[number::_AT_ONCE] for number in range(_AT_ONCE)]
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            return [one for answers in pool.map(self._asked_in_turn, shares) for one in answers]

    def _asked_in_turn(self, callers: Sequence[str]) -> list[tuple[str, str]]:
        connection = http.client.HTTPConnection(LOOPBACK, self.port, timeout=_TIMEOUT_S)
        answered = []
        try:
            for caller in callers:
                connection.request("GET", "/predict", headers={CALLER_HEADER: caller})
                answer = connection.getresponse()
                answer.read()
                answered.append((caller, answer.getheader(VERSION_HEADER, "")))
        finally:
            connection.close()
        return answered

    def post_feedback(self, body: str) -> int:
        connection = http.client.HTTPConnection(LOOPBACK, self.port, timeout=_TIMEOUT_S)
        try:
            connection.request("POST", FEEDBACK_PATH, body.encode())
            return connection.getresponse().status
        finally:
            connection.close()

    def taken_port(self) -> int:
        taken = socket.socket()
        self._taken.append(taken)
        taken.bind((LOOPBACK, 0))
        taken.listen()
        port: int = taken.getsockname()[1]
        return port


@contextmanager
def gateway_bench_on(engine: ImageEngine, image: str, name: str) -> Iterator[NginxBench]:
    """One whose gateway is of `image`, a reference that the engine has."""
    bench = NginxBench(engine, _image(engine, image), name)
    try:
        yield bench
    finally:
        bench.close()


def _image(engine: ImageEngine, reference: str) -> ImageId:
    images = engine.list_images()
    return next(one.id for one in images if reference in map(str, one.tags))
