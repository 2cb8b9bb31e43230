"""The sample model's server, run as a program: what it answers, refuses and how it stops."""

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
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

RESOURCES = Path(__file__).resolve().parents[2] / "resources"
SAMPLE = RESOURCES / "sample_model"
VARIANTS = RESOURCES / "sample_model_variants"
PATIENCE_SECONDS = 10.0

# `train.py --examples`: the first two held-out examples of each digit, right or wrong.
# A digit and its 64 pixels, one character each, 0 to g for 0 to 16.
HELD_OUT = """
0 004dc10002fegd0006g46g5008f10c8008c00c8005d01d8001facg30006gd400
0 005ea70000gggg3003ga2g7007g30c8008g10c8007g52g4002gfed00007fd200
1 005cc930008ggg40009gge1000bggc0000cggc0000bggc00004ggc00006cc600
1 000b9000000be000000bd000000fd000000dd000000d9000000aa0000009b000
2 03fge10002cdg4000006g300001fa000006g400002fa000004gb8b3003gggc30
2 006e800006gae4000b50b4000462g200000d7000007e000000ca8840007eeed0
3 02acg8000485dg000007f700006ga0000005gb0000006g300000ag5002egc900
3 04eggc1002c7eg600005ga000004g7000004g6000001fb00018aga0005ggf100
4 0006f100003g9f3001f75f0009g4bea009gggg900024g2000006e0000007a000
4 0005e000000dec00007d6d0002g3ab0006gdgg500289gb200003g0000007c000
5 0098cd1003f854000692620006ge9d4002700780000007a000856e3000aef500
5 003af80000ce810001g3000002g9bg3004ge9f7001400f300003c800002a8000
6 002c900000ca100004e00000089000000895b80004ge6c5000d70a80003egg50
6 001eg80000agb400001b100001c3000002ged81003ggdg8000cg7fc0001dgg80
7 006dg60003gefg1000508g2000008g3003fggg9005degb30000cf100004g7000
7 0019ggg1008faed000e60e6000626g30000cgga00006g8000007d000000e6000
8 01a9b5001e812b000e30b50002ccb000002fe40000b51c2000d00e20009dg900
8 00a9ea0002ff4e2000d59c00004ge20000bca00000f1c00003c2d000009g7000
9 02bdb20007c4d80006d5ed00003b9b5000000880000003b0002019a001fgge20
9 009fe80006g42g3005g55g40009ggg40000009800000088002a21c6001deeb10
"""


def held_out_examples() -> list[tuple[int, list[int]]]:
    rows = (line.split() for line in HELD_OUT.split("\n") if line)
    return [(int(digit), [int(pixel, 17) for pixel in pixels]) for digit, pixels in rows]


class Server:
    """A running serve.py, its port, and the lines it wrote so far."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        assert process.stdout is not None
        first = process.stdout.readline()
        found = re.search(r"Listening on http://127\.0\.0\.1:(\d+)", first)
        assert found, first
        self.port = int(found[1])

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_SECONDS)

    def ask(self, method: str, path: str, body: bytes | None = None) -> tuple[int, object]:
        with closing(self.connect()) as connection:
            connection.request(method, path, body)
            response = connection.getresponse()
            return response.status, json.loads(response.read())

    def predict(self, pixels: list[int]) -> int:
        status, answer = self.ask("POST", "/predict", json.dumps({"pixels": pixels}).encode())
        assert status == 200, answer
        assert isinstance(answer, dict)
        digit = answer["digit"]
        assert isinstance(digit, int)
        return digit

    def refusal(self, body: bytes, status: int = 400) -> str:
        answered, answer = self.ask("POST", "/predict", body)
        assert answered == status, answer
        assert isinstance(answer, dict)
        assert list(answer) == ["error"]
        sentence = answer["error"]
        assert isinstance(sentence, str)
        assert sentence.endswith(".")
        return sentence

    def stop(self) -> tuple[int, float]:
        """The exit code and the seconds from SIGTERM to the exit."""
        started = time.perf_counter()
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(PATIENCE_SECONDS)
        return code, time.perf_counter() - started


def environment(**changes: str) -> dict[str, str]:
    return {**os.environ, "HOST": "127.0.0.1", **changes}


@contextmanager
def running(folder: Path = SAMPLE) -> Iterator[Server]:
    # -I and -S hide the installed packages: the server may use the standard library alone.
    process = subprocess.Popen(
        [sys.executable, "-I", "-S", str(folder / "serve.py")],
        env=environment(PORT="0"),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    with process:
        try:
            yield Server(process)
        finally:
            process.kill()


def run_program(
    *arguments: str, folder: Path = SAMPLE, **changes: str
) -> subprocess.CompletedProcess[str]:
    """Run serve.py to its end."""
    return subprocess.run(
        [sys.executable, "-I", "-S", str(folder / "serve.py"), *arguments],
        env=environment(**changes),
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )


def overlaid(target: Path, version: str) -> Path:
    """The sample folder with the weights of another version laid over it."""
    shutil.copytree(SAMPLE, target)
    shutil.copytree(VARIANTS / version, target, dirs_exist_ok=True)
    return target


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with running() as started:
        yield started


def test_health(server: Server) -> None:
    assert server.ask("GET", "/health") == (200, {"status": "ok"})


def test_metadata_carries_the_metrics_and_names_the_weights(server: Server) -> None:
    status, answer = server.ask("GET", "/metadata")
    assert status == 200
    assert isinstance(answer, dict)
    assert answer["metrics"] == json.loads((SAMPLE / "metrics.json").read_text())
    assert answer["parameters"] == 64 * 48 + 48 + 48 * 10 + 10
    assert re.fullmatch("[0-9a-f]{64}", answer["weights_sha256"])


def test_the_example_request_is_the_four_it_shows(server: Server) -> None:
    status, answer = server.ask("POST", "/predict", (SAMPLE / "example_request.json").read_bytes())
    assert status == 200
    assert isinstance(answer, dict)
    assert answer["digit"] == 4
    assert answer["confidence"] == max(answer["probabilities"]) == answer["probabilities"][4]
    assert sum(answer["probabilities"]) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("version", ["v1.0.0", "v1.1.0", "v1.2.0"])
def test_held_out_examples_bear_out_the_claimed_accuracy(version: str, tmp_path: Path) -> None:
    folder = SAMPLE if version == "v1.2.0" else overlaid(tmp_path / "model", version)
    claimed = json.loads((folder / "metrics.json").read_text())["accuracy"]
    examples = held_out_examples()
    with running(folder) as started:
        right = sum(started.predict(pixels) == digit for digit, pixels in examples)
    # Twenty examples can only bear a claim out loosely; `train.py --check` is exact.
    assert right / len(examples) == pytest.approx(claimed, abs=0.1)


def test_later_versions_claim_a_higher_accuracy() -> None:
    folders = [VARIANTS / "v1.0.0", VARIANTS / "v1.1.0", SAMPLE]
    claims = [json.loads((folder / "metrics.json").read_text())["accuracy"] for folder in folders]
    assert claims == sorted(set(claims))


def test_the_files_are_small_and_hold_no_dockerfile() -> None:
    files = [path for folder in (SAMPLE, VARIANTS) for path in folder.rglob("*") if path.is_file()]
    shipped = [path for path in files if "cache" not in str(path.relative_to(RESOURCES))]
    assert sum(path.stat().st_size for path in shipped) < 100_000
    assert not any("docker" in path.name.lower() for path in shipped)


NUMBERS = ", ".join(["0"] * 63)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "not valid JSON"),
        (b"{", "not valid JSON"),
        (b"\xff\xfe", "not valid JSON"),
        (b"[" * 10_000, "not valid JSON"),
        (b"[1, 2]", 'a list "pixels"'),
        (b'{"pixels": "0"}', 'a list "pixels"'),
        (b'{"pixels": []}', "has 0 numbers"),
        (f'{{"pixels": [{NUMBERS}]}}'.encode(), "has 63 numbers"),
        (f'{{"pixels": [{NUMBERS}, 0, 0]}}'.encode(), "has 65 numbers"),
        (f'{{"pixels": [{NUMBERS}, NaN]}}'.encode(), "NaN is not a JSON number"),
        (f'{{"pixels": [{NUMBERS}, Infinity]}}'.encode(), "Infinity is not a JSON number"),
        (f'{{"pixels": [{NUMBERS}, 1e999]}}'.encode(), "Pixel 63 is out of range"),
        (f'{{"pixels": [{NUMBERS}, -1]}}'.encode(), "Pixel 63 is out of range"),
        (f'{{"pixels": [{NUMBERS}, {"9" * 5000}]}}'.encode(), "not valid JSON"),
        (f'{{"pixels": [{NUMBERS}, true]}}'.encode(), "Pixel 63 is not a number"),
        (f'{{"pixels": [{NUMBERS}, null]}}'.encode(), "Pixel 63 is not a number"),
    ],
    ids=lambda value: str(value)[-40:],
)
def test_a_bad_body_is_refused_with_a_sentence(server: Server, body: bytes, said: str) -> None:
    assert said in server.refusal(body)


def test_a_huge_body_is_refused_and_its_sender_sees_why(server: Server) -> None:
    assert "at most 16384" in server.refusal(b" " * 4_000_000, status=413)


@pytest.mark.parametrize(
    ("header", "status"),
    [
        ("Content-Length: -1", 400),
        ("Content-Length: many", 400),
        ("Content-Length: " + "9" * 30, 400),
        ("Transfer-Encoding: chunked", 411),
        ("Accept: */*", 411),
    ],
)
def test_a_body_of_unknown_length_is_refused(server: Server, header: str, status: int) -> None:
    answer = exchange(server, f"POST /predict HTTP/1.1\r\n{header}\r\n\r\n".encode())
    assert answer.startswith(f"HTTP/1.1 {status} ".encode())
    assert b'{"error": ' in answer


@pytest.mark.parametrize("request_line", [b"\x16\x03\x01 garbage", b"GET /" + b"a" * 70_000])
def test_a_malformed_request_is_answered_in_json(server: Server, request_line: bytes) -> None:
    answer = exchange(server, request_line + b" HTTP/1.1\r\n\r\n")
    assert b'{"error": ' in answer
    assert server.ask("GET", "/health")[0] == 200


def exchange(server: Server, content: bytes) -> bytes:
    """Send bytes as they are; everything the server answers until it closes."""
    address = ("127.0.0.1", server.port)
    with socket.create_connection(address, timeout=PATIENCE_SECONDS) as connection:
        connection.sendall(content)
        with connection.makefile("rb") as answer:
            return answer.read()


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 404),
        ("POST", "/nothing", 404),
        ("GET", "/predict", 405),
        ("POST", "/health", 405),
        ("BREW", "/health", 501),
    ],
)
def test_other_requests_are_refused(server: Server, method: str, path: str, status: int) -> None:
    answered, answer = server.ask(method, path, b"" if method == "POST" else None)
    assert answered == status
    assert isinstance(answer, dict)
    assert list(answer) == ["error"]


def test_a_connection_is_kept(server: Server) -> None:
    body = (SAMPLE / "example_request.json").read_bytes()
    with closing(server.connect()) as connection:
        connection.connect()
        kept = connection.sock
        for _ in range(50):
            connection.request("POST", "/predict", body)
            connection.getresponse().read()
            assert connection.sock is kept


def test_one_line_is_logged_for_each_request() -> None:
    with running() as started:
        started.ask("GET", "/health?token=secret")
        started.refusal(b"{")
        exchange(started, b"GET /\x1b[31m HTTP/1.1\r\nConnection: close\r\n\r\n")
        started.stop()
        assert started.process.stdout is not None
        lines = started.process.stdout.read().splitlines()
    said = [re.sub(r"^\S+ (127\.0\.0\.1 )?|[\d.]+ ms$", "", line).strip() for line in lines]
    assert said == ["GET /health 200", "POST /predict 400", r"GET /\x1b[31m 404", "Stopped"]


def test_sigterm_ends_it_beside_an_idle_connection() -> None:
    with running() as started, closing(started.connect()) as idle:
        idle.request("GET", "/health")
        idle.getresponse().read()
        code, taken = started.stop()
    assert code == 0
    assert taken < 9  # an engine kills after ten


def test_a_request_that_never_ends_does_not_hold_sigterm_up() -> None:
    with running() as started:
        address = ("127.0.0.1", started.port)
        with socket.create_connection(address, timeout=PATIENCE_SECONDS) as connection:
            begin_prediction(connection, 100)
            code, taken = started.stop()
    assert code == 0
    assert taken < 9


def test_a_request_under_way_at_sigterm_is_answered() -> None:
    body = (SAMPLE / "example_request.json").read_bytes()
    with running() as started:
        address = ("127.0.0.1", started.port)
        with socket.create_connection(address, timeout=PATIENCE_SECONDS) as connection:
            begin_prediction(connection, len(body))
            started.process.send_signal(signal.SIGTERM)
            connection.sendall(body)
            with connection.makefile("rb") as answer:
                assert b'"digit": 4' in answer.read()
        assert started.process.wait(PATIENCE_SECONDS) == 0


def begin_prediction(connection: socket.socket, length: int) -> None:
    """Send the headers, and return once the server said that it awaits the body."""
    head = f"POST /predict HTTP/1.1\r\nContent-Length: {length}\r\nExpect: 100-continue\r\n\r\n"
    connection.sendall(head.encode())
    assert connection.recv(1024).startswith(b"HTTP/1.1 100 ")


def test_ping_is_content_with_a_healthy_server(server: Server) -> None:
    done = run_program("--ping", PORT=str(server.port))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_ping_says_when_nobody_answers() -> None:
    with socket.socket() as bound:
        # Bound but not listening: a connection is refused, and nobody else takes the port.
        bound.bind(("127.0.0.1", 0))
        port = bound.getsockname()[1]
        done = run_program("--ping", PORT=str(port))
    assert done.returncode == 1
    assert f"No answer from 127.0.0.1:{port}" in done.stderr


def test_a_taken_port_is_said(server: Server) -> None:
    done = run_program(PORT=str(server.port))
    assert done.returncode == 1
    assert done.stderr.startswith(f"Cannot listen on 127.0.0.1:{server.port}: ")


@pytest.mark.parametrize("port", ["http", "65536", "-1"])
def test_a_port_that_is_none_is_said(port: str) -> None:
    done = run_program(PORT=port)
    assert done.returncode == 1
    assert done.stderr.startswith(f"PORT is '{port}'")


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: b"",
        lambda content: content[:-4],
        lambda content: b"\xff" * 8 + content[8:],
        lambda content: content.replace(b'"F32"', b'"F16"', 1),
        lambda content: content.replace(b"hidden.bias", b"hidden.bios"),
        lambda content: content[:-4] + b"\x00\x00\xc0\x7f",
        lambda content: b"\x02" + b"\x00" * 7 + b"[]",
    ],
    ids=["empty", "cut", "header", "dtype", "name", "not a number", "list"],
)
def test_damaged_weights_are_said(damage: Callable[[bytes], bytes], tmp_path: Path) -> None:
    shutil.copy(SAMPLE / "serve.py", tmp_path)
    weights = tmp_path / "digits.safetensors"
    weights.write_bytes(damage((SAMPLE / "digits.safetensors").read_bytes()))
    done = run_program(folder=tmp_path, PORT="0")
    assert done.returncode == 1
    assert done.stderr.startswith(f"The weights {weights} are damaged: ")


def test_missing_weights_are_said(tmp_path: Path) -> None:
    shutil.copy(SAMPLE / "serve.py", tmp_path)
    done = run_program(folder=tmp_path, PORT="0")
    assert done.returncode == 1
    assert "cannot be read: No such file" in done.stderr


def test_it_serves_without_metrics(tmp_path: Path) -> None:
    shutil.copy(SAMPLE / "serve.py", tmp_path)
    shutil.copy(SAMPLE / "digits.safetensors", tmp_path)
    with running(tmp_path) as started:
        _, answer = started.ask("GET", "/metadata")
    assert isinstance(answer, dict)
    assert answer["metrics"] == {}
