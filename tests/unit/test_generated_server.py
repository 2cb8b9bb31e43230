"""The server that is generated for a model, run as a program with a tiny model of its own."""

import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from modeldesk import resources

PATIENCE_S = 10.0
PROGRAM = """
import time
from server import BadInput, path_of, rows_of, serve

def load(settings):
    factor = float(path_of(settings).read_text())
    def predict(inputs):
        if inputs == "broken":
            raise LookupError("secret detail")
        if inputs == "not a number":
            return {"outputs": float("nan")}
        if inputs == "slow":
            time.sleep(0.5)
            return {"outputs": "late"}
        return {"outputs": [factor * sum(row) for row in rows_of(inputs)]}
    return predict

serve(load)
"""


class Server:
    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process
        assert process.stdout is not None
        first = process.stdout.readline()
        found = re.search(r"Listening on http://127\.0\.0\.1:(\d+)", first)
        assert found, first
        self.port = int(found[1])

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)

    def ask(self, method: str, path: str, body: bytes | None = None) -> tuple[int, object]:
        with closing(self.connect()) as connection:
            connection.request(method, path, body)
            response = connection.getresponse()
            return response.status, json.loads(response.read())

    def predict(self, inputs: object) -> tuple[int, object]:
        return self.ask("POST", "/predict", json.dumps({"inputs": inputs}).encode())

    def stop(self) -> tuple[int, float]:
        began = time.perf_counter()
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(PATIENCE_S)
        return code, time.perf_counter() - began


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    folder = tmp_path / "modeldesk_server"
    folder.mkdir()
    shutil.copy(resources.path("serving/server.py"), folder)
    (folder / "serve.py").write_text(PROGRAM)
    (folder / "model.json").write_text('{"model": "doubler", "weights": "factor.txt"}')
    (tmp_path / "factor.txt").write_text("2")
    # -S hides the installed packages: the server may use the standard library alone.
    process = subprocess.Popen(
        [sys.executable, "-S", str(folder / "serve.py")],
        env={**os.environ, "HOST": "127.0.0.1", "PORT": "0"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    with process:
        try:
            yield Server(process)
        finally:
            process.kill()


def test_it_predicts_and_says_what_it_is(server: Server) -> None:
    assert server.predict([[1, 2.5], [3, 4]]) == (200, {"outputs": [7.0, 14.0]})
    assert server.ask("GET", "/health") == (200, {"status": "ok"})
    status, about = server.ask("GET", "/metadata?x=1")
    assert (status, about) == (200, {"model": "doubler", "weights": "factor.txt"})


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"{", "not valid JSON"),
        (b"\xff", "not valid JSON"),
        (b"[" * 100_000, "not valid JSON"),
        (b'{"inputs": [[NaN]]}', "NaN is not a JSON number"),
        (b"[1]", 'object with "inputs"'),
        (b"{}", 'object with "inputs"'),
        (b'{"inputs": 1}', "list of rows"),
        (b'{"inputs": []}', "list of rows"),
        (b'{"inputs": [1]}', "Row 0 is not a list"),
        (b'{"inputs": [[1], [1, 2]]}', "Row 1 has 2 numbers; it must have 1."),
        (b'{"inputs": [[1, true]]}', "Row 0 has no number at place 1."),
        (b'{"inputs": [[1e999]]}', "Row 0 has no number at place 0."),
        (b'{"inputs": [[1' + b"0" * 400 + b"]]}", "Row 0 has no number at place 0."),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(server: Server, body: bytes, sentence: str) -> None:
    status, answer = server.ask("POST", "/predict", body)
    assert status == 400
    assert isinstance(answer, dict)
    assert sentence in answer["error"]


def test_a_model_that_fails_keeps_its_details_to_the_log(server: Server) -> None:
    for inputs, kind in (("broken", "LookupError"), ("not a number", "ValueError")):
        status, answer = server.predict(inputs)
        assert status == 500
        assert answer == {"error": f"The model failed: {kind}. The server's log says more."}
    assert server.predict([[1]])[0] == 200
    server.stop()
    assert server.process.stdout is not None
    assert "secret detail" in server.process.stdout.read()


def test_other_paths_and_methods(server: Server) -> None:
    assert server.ask("GET", "/")[0] == 404
    assert server.ask("POST", "/health", b"")[0] == 405
    assert server.ask("GET", "/predict")[0] == 405
    assert server.ask("DELETE", "/predict")[0] == 501


def test_a_body_that_is_too_large_is_refused(server: Server) -> None:
    status, answer = server.ask("POST", "/predict", b" " * (16 * 1024 * 1024 + 1))
    assert status == 413
    assert answer == {"error": "The body has 16777217 bytes; at most 16777216 are taken."}


@pytest.mark.parametrize(
    ("head", "status"),
    [
        ("Transfer-Encoding: chunked", 411),
        ("X: y", 411),
        ("Content-Length: +4", 400),
        ("Content-Length: 99999999999999999999", 400),
    ],
)
def test_bodies_without_a_sane_length(server: Server, head: str, status: int) -> None:
    with socket.create_connection(("127.0.0.1", server.port), PATIENCE_S) as client:
        client.sendall(f"POST /predict HTTP/1.1\r\nHost: x\r\n{head}\r\n\r\n".encode())
        assert client.recv(4096).startswith(f"HTTP/1.1 {status} ".encode())


def test_an_answer_leaves_in_one_piece(server: Server) -> None:
    """Head and body apart would wait 40 ms for each other, each time."""
    with closing(server.connect()) as connection:
        began = time.perf_counter()
        for _ in range(20):
            connection.request("POST", "/predict", b'{"inputs": [[1]]}')
            assert connection.getresponse().read()
        assert time.perf_counter() - began < 20 * 0.03


def test_a_slow_client_holds_up_neither_others_nor_the_end(server: Server) -> None:
    with socket.create_connection(("127.0.0.1", server.port), PATIENCE_S) as slow:
        slow.sendall(b"POST /predict HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{")
        assert server.predict([[1]])[0] == 200
        code, seconds = server.stop()
    assert code == 0
    assert seconds < 1


def test_an_answer_under_way_is_given_before_the_end(server: Server) -> None:
    with closing(server.connect()) as connection:
        connection.request("POST", "/predict", b'{"inputs": "slow"}')
        time.sleep(0.2)
        code, seconds = server.stop()
        assert json.loads(connection.getresponse().read()) == {"outputs": "late"}
    assert code == 0
    assert seconds < 1
