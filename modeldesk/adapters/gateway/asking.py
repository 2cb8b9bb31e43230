"""A gateway is asked at the port it publishes, or from within its own container where that port
can't be reached from this machine."""

import http.client
import socket
import time
from contextlib import suppress
from dataclasses import dataclass

from modeldesk.adapters.gateway.configuration import FOLDER, REVISION_PATH
from modeldesk.core.containers.model import ContainerDetail
from modeldesk.core.containers.reach import askable
from modeldesk.core.gateway.model import VERSION_HEADER
from modeldesk.core.gateway.ports import GatewayAnswer, SmokeRequest
from modeldesk.core.jobs import CancelToken
from modeldesk.core.ports import ImageEngine

_MOST_READ = 16 * 1024 * 1024
_BODY = "request.body"
_QUICK_S = 2.0
_HEADERS_END = "\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Told:
    """What a gateway says of itself: the revision it serves, and its clock."""

    revision: str
    time: float


class Asker:
    """Asks the gateways of one engine."""

    def __init__(self, engine: ImageEngine) -> None:
        self._engine = engine

    def told(self, gateway: ContainerDetail, token: CancelToken) -> Told | None:
        """None when it does not answer, or not as a gateway does."""
        answer = self.ask(gateway, "", SmokeRequest(path=REVISION_PATH), _QUICK_S, token)
        revision, _, clock = answer.body.decode("ascii", "replace").partition(" ")
        with suppress(ValueError):
            return Told(revision, float(clock)) if answer.status == 200 else None
        return None

    def ask(
        self,
        gateway: ContainerDetail,
        backend: str,
        request: SmokeRequest,
        timeout_s: float,
        token: CancelToken,
    ) -> GatewayAnswer:
        """`backend`, and nobody for it; whoever it is for where that is empty."""
        token.raise_if_cancelled()
        headers = {VERSION_HEADER: backend, "Connection": "close"}
        if request.body:
            headers["Content-Type"] = request.content_type
        places = askable(gateway.summary.ports, self._engine.info.host)
        if places:
            return _ask(*places[0], backend, request, headers, timeout_s, token)
        return self._ask_inside(gateway, backend, request, headers, timeout_s, token)

    def _ask_inside(
        self,
        gateway: ContainerDetail,
        backend: str,
        request: SmokeRequest,
        headers: dict[str, str],
        timeout_s: float,
        token: CancelToken,
    ) -> GatewayAnswer:
        """By curl, which the images of nginx have."""
        if not gateway.summary.running or not gateway.summary.ports:
            return GatewayAnswer(None)
        port = gateway.summary.ports[0].container_port
        command = ["curl", "-s", "-i", "-m", f"{timeout_s:.3f}", "-X", request.method]
        for name, value in headers.items():
            command += ["-H", f"{name}: {value}"]
        container = gateway.summary.id
        if request.body:
            self._engine.put_files(container, FOLDER, {_BODY: request.body})
            command += ["--data-binary", f"@{FOLDER}/{_BODY}"]
        command += ["--", f"http://127.0.0.1:{port}{request.path}"]
        begin = time.monotonic()
        result = self._engine.run_command(container, command, token, timeout_s + _QUICK_S)
        seconds = time.monotonic() - begin
        head, _, body = result.output.partition(_HEADERS_END)
        first, *lines = head.split("\r\n")
        words = first.split(" ")
        if result.exit_code != 0 or len(words) < 2 or not words[1].isdecimal():
            return GatewayAnswer(None, b"", seconds)
        pairs = (line.partition(": ") for line in lines)
        answered = {name.lower(): value for name, _, value in pairs}
        if backend and answered.get(VERSION_HEADER.lower()) != backend:
            return GatewayAnswer(None, b"", seconds)
        return GatewayAnswer(int(words[1]), body.encode(), seconds)


def _ask(
    address: str,
    port: int,
    backend: str,
    request: SmokeRequest,
    headers: dict[str, str],
    timeout_s: float,
    token: CancelToken,
) -> GatewayAnswer:
    begin = time.monotonic()
    connection = http.client.HTTPConnection(address, port, timeout=timeout_s)
    try:
        connection.connect()
        with token.closing(lambda: _break(connection)):
            connection.request(request.method, request.path, request.body or None, headers)
            answer = connection.getresponse()
            body = answer.read(_MOST_READ)
        seconds = time.monotonic() - begin
        if backend and answer.getheader(VERSION_HEADER) != backend:
            return GatewayAnswer(None, b"", seconds)
        return GatewayAnswer(answer.status, body, seconds)
    # A path or method that can't be sent makes a value error.
    except (OSError, http.client.HTTPException, ValueError):
        token.raise_if_cancelled()
        return GatewayAnswer(None, b"", time.monotonic() - begin)
    finally:
        connection.close()


def _break(connection: http.client.HTTPConnection) -> None:
    """Wake whoever waits for the answer; closing alone would not."""
    wire = connection.sock
    if wire is not None:
        with suppress(OSError):
            wire.shutdown(socket.SHUT_RDWR)
