"""What a gateway passes on: streams as they come, sockets, large bodies, and who asked."""

import http.client
import json
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from modeldesk.adapters.gateway.nginx import NginxGateway
from modeldesk.core.containers.model import LOOPBACK
from modeldesk.core.gateway.model import VERSION_HEADER, Answered, Routing, Split
from modeldesk.core.gateway.ports import SmokeRequest
from modeldesk.core.gateway.revision import revision_of
from modeldesk.core.jobs import CancelToken
from modeldesk.core.ports import ImageEngine
from tests.contracts.gateway_contract import following
from tests.engine.bench import connected
from tests.engine.gateway import server
from tests.engine.gateway.bench import NginxBench, gateway_bench_on
from tests.support.engine import NGINX, NGINX_NEW, PYTHON
from tests.support.waiting import until

_LONG_S = 30.0
_LARGE = 11_000_000
_CALLERS, _REQUESTS = 8, 200


@pytest.fixture
def bench(engine_url: str, unique_name: str) -> Iterator[NginxBench]:
    """Its one version answers by `server`."""
    with _bench_of(NGINX, engine_url, unique_name) as made:
        yield made


@contextmanager
def _bench_of(image: str, engine_url: str, unique_name: str) -> Iterator[NginxBench]:
    with connected(engine_url) as engine, gateway_bench_on(engine, image, unique_name) as made:
        program = ("python3", "-c", Path(server.__file__).read_text(encoding="utf-8"))
        version = made.backend_of(PYTHON, program, "r1")
        made.gateway.ensure(made.spec, Routing("r1", (version,)), CancelToken())
        until(lambda: _answers(made), _LONG_S)
        yield made


def test_a_stream_is_passed_on_as_it_comes(bench: NginxBench) -> None:
    connection = _connection(bench)
    connection.request("GET", "/stream")
    answer = connection.getresponse()
    assert answer.read(5) == b"first"
    assert (
        bench.gateway.ask(bench.spec, "r1", SmokeRequest(path="/go"), _LONG_S, CancelToken()).status
        == 204
    )
    assert answer.read() == b"last"
    connection.close()


def test_a_socket_is_passed_on(bench: NginxBench) -> None:
    with socket.create_connection((LOOPBACK, bench.port), _LONG_S) as wire:
        wire.sendall(
            b"GET /socket HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n"
        )
        with wire.makefile("rb") as reader:
            assert b"101" in reader.readline()
            while reader.readline() != b"\r\n":
                pass
            wire.sendall(b"hello\n")
            assert reader.readline() == b"hello\n"


def test_what_was_asked_is_passed_on_as_it_is(bench: NginxBench) -> None:
    connection = _connection(bench)
    path = "/predict//a%2Fb/../c?x=%20&y=1;2"
    connection.request("POST", path, bytes(_LARGE), {"Host": "models.lan", "X-Own": "1"})
    told = json.loads(connection.getresponse().read())
    connection.close()
    assert told["method"] == "POST"
    assert told["path"] == path
    assert told["bytes"] == _LARGE
    headers = told["headers"]
    assert headers["host"] == headers["x-forwarded-host"] == "models.lan"
    assert headers["x-forwarded-proto"] == "http"
    assert headers["x-forwarded-for"]
    assert headers["x-own"] == "1"


def test_an_answer_that_breaks_off_is_a_failure_of_its_version(bench: NginxBench) -> None:
    with following(bench) as lines:
        connection = _connection(bench)
        connection.request("GET", "/broken")
        with pytest.raises(http.client.IncompleteRead):
            connection.getresponse().read()
        connection.close()
        (line,) = lines.expect(1)
    assert isinstance(line, Answered)
    assert line.failed


@pytest.mark.parametrize("image", [NGINX, NGINX_NEW])
def test_a_version_that_closes_without_a_word_drops_no_request(
    image: str, engine_url: str, unique_name: str
) -> None:
    def statuses(bench: NginxBench) -> set[int]:
        connection, found = _connection(bench), set[int]()
        for _ in range(_REQUESTS):
            connection.request("GET", "/")
            answer = connection.getresponse()
            answer.read()
            found.add(answer.status)
        connection.close()
        return found

    with _bench_of(image, engine_url, unique_name) as bench, ThreadPoolExecutor(_CALLERS) as pool:
        assert set().union(*pool.map(statuses, [bench] * _CALLERS)) == {200}


def test_a_caller_who_leaves_is_no_failure_of_the_version(bench: NginxBench) -> None:
    with following(bench) as lines:
        connection = _connection(bench)
        connection.request("GET", "/stream")
        answer = connection.getresponse()
        assert answer.read(5) == b"first"
        answer.close()
        connection.close()
        bench.gateway.ask(bench.spec, "r1", SmokeRequest(path="/go"), _LONG_S, CancelToken())
        told = lines.expect(2)
    assert not any(line.failed for line in told if isinstance(line, Answered)), told


def test_a_version_sends_the_gateway_nowhere(bench: NginxBench) -> None:
    connection = _connection(bench)
    connection.request("GET", "/elsewhere")
    answer = connection.getresponse()
    assert (answer.status, answer.read()) == (200, b"me")
    assert answer.getheader(VERSION_HEADER) == "r1"
    connection.close()


@pytest.mark.parametrize(
    "request_line",
    ["POST / HTTP/1.1\r\nTransfer-Encoding: gzip", "GET / HTTP/3.0", "TRACE / HTTP/1.1"],
)
def test_what_the_gateway_refuses_is_held_against_no_version(
    bench: NginxBench, request_line: str
) -> None:
    with following(bench) as lines:
        with socket.create_connection((LOOPBACK, bench.port), _LONG_S) as wire:
            wire.sendall(f"{request_line}\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
            while wire.recv(4096):
                pass
        (line,) = lines.expect(1)
    assert isinstance(line, Answered)
    assert line.status >= 400
    assert not line.passed_on
    assert not line.failed


def test_a_caller_does_not_wait_for_who_gets_copies(bench: NginxBench) -> None:
    program = ("python3", "-c", Path(server.__file__).read_text(encoding="utf-8"), "--slow")
    slow = bench.backend_of(PYTHON, program, "r2")
    (stable,) = [one for one in bench.made if one.name == "r1"]
    token = CancelToken()
    bench.gateway.apply(bench.spec, Routing("r1", (stable, slow)), token)
    go = SmokeRequest(path="/go")
    until(lambda: bench.gateway.ask(bench.spec, "r2", SmokeRequest(), 5, token).status == 200, 30)
    bench.gateway.apply(bench.spec, Routing("r1", (stable, slow), mirror="r2"), token)
    with following(bench) as lines:
        connection = _connection(bench)
        for number in range(3):
            connection.request("POST", "/wait", b"{}" * number, {"Host": "models.lan"})
            answer = connection.getresponse()
            assert json.loads(answer.read())["bytes"] == 2 * number
        connection.close()
        # Told while the copies still wait.
        callers = [one for one in lines.expect(3) if isinstance(one, Answered)]
        assert [one.backend for one in callers] == ["r1"] * 3
        assert bench.gateway.ask(bench.spec, "r2", go, _LONG_S, token).status == 204
        told = [one for one in lines.expect(7) if isinstance(one, Answered)]
    copies = [one for one in told if one.mirrored]
    assert {one.request for one in copies} == {one.request for one in callers}
    assert [(one.backend, one.backend_status) for one in copies] == [("r2", 200)] * 3


def test_a_large_request_reaches_the_stable_version_when_the_canary_is_gone(
    bench: NginxBench,
) -> None:
    gone = bench.backend("r2")
    bench.engine.remove_container(bench.container_of(gone))
    (stable,) = [one for one in bench.made if one.name == "r1"]
    routing = Routing("r1", (stable, gone), Split("r2", 9_999))
    bench.gateway.apply(bench.spec, routing, CancelToken())
    connection = _connection(bench)
    connection.request("POST", "/predict", bytes(_LARGE))
    answer = connection.getresponse()
    assert json.loads(answer.read())["bytes"] == _LARGE
    assert answer.getheader(VERSION_HEADER) == "r1"
    connection.close()


def test_bodies_of_smoke_requests_are_sent(bench: NginxBench) -> None:
    request = SmokeRequest("POST", "/predict", b'{"a": 1}', "application/x-own")
    answer = bench.gateway.ask(bench.spec, "r1", request, _LONG_S, CancelToken())
    assert answer.status == 200
    told = json.loads(answer.body)
    assert told["bytes"] == len(request.body)
    assert told["headers"]["content-type"] == "application/x-own"


def test_a_gateway_that_only_its_own_machine_reaches_is_asked_from_within(
    bench: NginxBench,
) -> None:
    gateway = NginxGateway(cast("ImageEngine", _Elsewhere(bench.engine)))
    token = CancelToken()
    (version,) = bench.made
    new = Routing("r1", (version, replace(version, name="r2")))
    assert gateway.applied(bench.spec) is not None
    assert gateway.apply(bench.spec, new, token) == revision_of(bench.spec, new)
    body = b'{"text": "\x00' + "狗".encode() + b'"}'
    answer = gateway.ask(bench.spec, "r2", SmokeRequest("POST", "/a?b=c", body), _LONG_S, token)
    assert answer.status == 200
    assert json.loads(answer.body)["bytes"] == len(body)
    assert gateway.ask(bench.spec, "r9", SmokeRequest(), _LONG_S, token).status is None
    bench.engine.remove_container(bench.container_of(version))
    assert gateway.ask(bench.spec, "r1", SmokeRequest(), _LONG_S, token).status is None


class _Elsewhere:
    """The engine, as if another machine had it whose ports can't be reached from this one."""

    def __init__(self, engine: ImageEngine) -> None:
        self._engine = engine
        self.info = replace(engine.info, address="tcp://192.0.2.1:2375")

    def __getattr__(self, name: str) -> object:
        return getattr(self._engine, name)


def _answers(bench: NginxBench) -> bool:
    return bench.gateway.ask(bench.spec, "r1", SmokeRequest(), _LONG_S, CancelToken()).status == 200


def _connection(bench: NginxBench) -> http.client.HTTPConnection:
    return http.client.HTTPConnection(LOOPBACK, bench.port, timeout=_LONG_S)
