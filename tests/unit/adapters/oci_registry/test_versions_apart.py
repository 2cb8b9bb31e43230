"""Versions read by another process, which a cancel ends at once."""

import multiprocessing
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from modeldesk.adapters.oci_registry.learned import Known, Learned, Unreadable
from modeldesk.adapters.oci_registry.read_versions import read_versions
from modeldesk.adapters.oci_registry.versions_apart import read_versions_apart
from modeldesk.core.errors import Cancelled, NotInRegistry, RegistryUnavailable
from modeldesk.core.jobs import CancelToken
from tests.unit.adapters.oci_registry.registry import MemoryRegistry


@pytest.fixture
def registry() -> MemoryRegistry:
    return MemoryRegistry()


@pytest.fixture
def address(registry: MemoryRegistry) -> Iterator[str]:
    """Where the registry answers on the loopback."""

    class Handler(BaseHTTPRequestHandler):
        def handle_one_request(self) -> None:
            self.raw_requestline = self.rfile.readline(65537)
            if not self.raw_requestline or not self.parse_request():
                self.close_connection = True
                return
            answer = registry.answer(httpx.Request(self.command, f"http://r.lan{self.path}"))
            content = answer.read()
            self.send_response(answer.status_code)
            for name, value in answer.headers.items():
                if name not in ("content-length", "transfer-encoding"):
                    self.send_header(name, value)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(content)

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def _nothing_left() -> Iterator[None]:
    yield
    assert multiprocessing.active_children() == []


def learned(repository: str, known: set[str]) -> list[Learned]:
    with closing(read_versions_apart(repository, known, CancelToken())) as found:
        return sorted(found, key=lambda one: one.tag)


def test_as_from_this_process(registry: MemoryRegistry, address: str) -> None:
    digests = [registry.push(f"v1.{n}.0", [("COPY m.onnx /", n)]) for n in range(70)]
    registry.put("no-json", b"{")
    repository = f"{address}/team/rec"
    found = learned(repository, {digests[3]})
    assert found[0] == Unreadable("no-json")
    assert Known("v1.3.0", digests[3]) in found
    assert len(found) == 71
    with closing(read_versions(repository, {digests[3]}, CancelToken())) as here:
        assert found == sorted(here, key=lambda one: one.tag)


def test_its_errors_come_through(registry: MemoryRegistry, address: str) -> None:
    registry.missing = True
    with pytest.raises(NotInRegistry) as caught:
        learned(f"{address}/team/rec", set())
    assert caught.value.hint
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        with pytest.raises(RegistryUnavailable):
            learned(f"127.0.0.1:{port}/rec", set())


def test_a_registry_that_says_nothing_does_not_hold_up_a_cancel() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        token = CancelToken()
        timer = threading.Timer(1.5, token.cancel)
        timer.start()
        begin = time.monotonic()
        repository = f"127.0.0.1:{silent.getsockname()[1]}/rec"
        with closing(read_versions_apart(repository, (), token)) as found, pytest.raises(Cancelled):
            list(found)
        assert time.monotonic() - begin < 10
        timer.join()
