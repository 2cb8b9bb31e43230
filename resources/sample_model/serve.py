"""Serve the handwritten digits model over HTTP with nothing but the standard library.

    python serve.py          listen on HOST:PORT (0.0.0.0:5000 unless the environment says else)
    python serve.py --ping   ask a running server for its health; exit code 0 or 1

POST /predict takes {"pixels": [64 numbers from 0 to 16]} and answers with the digit.
GET /health says that the model is loaded. GET /metadata says what the model is.
Every answer is JSON; a refused request is answered with {"error": "a sentence"}.
"""

import hashlib
import http.client
import json
import math
import operator
import os
import signal
import socket
import socketserver
import struct
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
PIXELS = 64
DIGITS = 10
BRIGHTEST = 16
MAX_BODY_BYTES = 16 * 1024
# A refused body is still read up to here, so that its sender gets to see the answer.
MAX_DISCARDED_BYTES = 8 * 1024 * 1024
MAX_DIGITS_OF_A_LENGTH = 19
# How long a request under way may hold the end up; an engine kills after ten seconds.
DRAIN_SECONDS = 3.0
PING_SECONDS = 2.0


class StartError(Exception):
    """The server cannot start; the message is a sentence that says why."""


class RefusedError(Exception):
    """A request that gets no prediction; the message is the sentence in the answer."""

    def __init__(self, status: HTTPStatus, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


@dataclass(frozen=True, slots=True)
class Layer:
    """A dense layer: one row of weights and one bias for each unit."""

    weight: tuple[tuple[float, ...], ...]
    bias: tuple[float, ...]

    def __call__(self, values: Sequence[float]) -> list[float]:
        return [
            sum(map(operator.mul, row, values), bias)
            for row, bias in zip(self.weight, self.bias, strict=True)
        ]


@dataclass(frozen=True, slots=True)
class Model:
    """A perceptron with one hidden layer, and the digest of the file it came from."""

    hidden: Layer
    output: Layer
    sha256: str

    @property
    def parameters(self) -> int:
        layers = (self.hidden, self.output)
        return sum(len(layer.bias) * (len(layer.weight[0]) + 1) for layer in layers)

    def probabilities(self, pixels: Sequence[float]) -> list[float]:
        """The probability of each digit, 0 to 9, for 64 pixels from 0 to 16."""
        scaled = [pixel / BRIGHTEST for pixel in pixels]
        scores = self.output([max(0.0, value) for value in self.hidden(scaled)])
        highest = max(scores)
        powers = [math.exp(score - highest) for score in scores]
        total = sum(powers)
        return [power / total for power in powers]


def load_model(path: Path) -> Model:
    """Read the weights; raise StartError when they are missing, damaged or of another shape."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise StartError(f"The weights {path} cannot be read: {error.strerror}.") from error
    try:
        tensors = _read_safetensors(content)
        hidden = _layer(tensors, "hidden")
        output = _layer(tensors, "output")
    except (ValueError, KeyError, TypeError, struct.error, RecursionError) as error:
        raise StartError(f"The weights {path} are damaged: {error}.") from error
    if len(hidden.weight[0]) != PIXELS or len(output.bias) != DIGITS:
        raise StartError(f"The weights {path} are not those of a digits model.")
    if len(hidden.bias) != len(output.weight[0]):
        raise StartError(f"The weights {path} have layers that do not fit together.")
    return Model(hidden, output, hashlib.sha256(content).hexdigest())


@dataclass(frozen=True, slots=True)
class Tensor:
    shape: tuple[int, ...]
    values: tuple[float, ...]


def _read_safetensors(content: bytes) -> dict[str, Tensor]:
    """The float32 tensors of a safetensors file: header length, JSON header, raw data."""
    (length,) = struct.unpack_from("<Q", content)
    if length > len(content) - 8:
        raise ValueError("the header is longer than the file")
    header = json.loads(content[8 : 8 + length])
    if not isinstance(header, dict):
        raise ValueError("the header is not a JSON object")
    data = content[8 + length :]
    tensors = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        if entry["dtype"] != "F32":
            raise ValueError(f"{name} is {entry['dtype']}, not F32")
        shape = tuple(int(size) for size in entry["shape"])
        begin, end = entry["data_offsets"]
        count = math.prod(shape)
        if not 0 <= begin <= end <= len(data) or end - begin != 4 * count:
            raise ValueError(f"{name} does not lie within the file")
        values = struct.unpack_from(f"<{count}f", data, begin)
        if not all(map(math.isfinite, values)):
            raise ValueError(f"{name} holds a value that is not a number")
        tensors[name] = Tensor(shape, values)
    return tensors


def _layer(tensors: dict[str, Tensor], name: str) -> Layer:
    weight, bias = tensors[f"{name}.weight"], tensors[f"{name}.bias"]
    units, inputs = weight.shape
    if units < 1 or inputs < 1 or bias.shape != (units,):
        raise ValueError(f"{name} has a weight of {weight.shape} and a bias of {bias.shape}")
    rows = (weight.values[start : start + inputs] for start in range(0, units * inputs, inputs))
    return Layer(tuple(rows), bias.values)


def read_pixels(body: bytes) -> list[float]:
    """The pixels of a request; raise RefusedError with a sentence for anything but 64 numbers."""
    try:
        request = json.loads(body.decode("utf-8"), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise RefusedError(
            HTTPStatus.BAD_REQUEST, f"The body is not valid JSON: {error}."
        ) from error
    pixels = request.get("pixels") if isinstance(request, dict) else None
    if not isinstance(pixels, list):
        sentence = 'The body must be an object with a list "pixels".'
        raise RefusedError(HTTPStatus.BAD_REQUEST, sentence)
    if len(pixels) != PIXELS:
        sentence = f'"pixels" has {len(pixels)} numbers; it must have {PIXELS}, 8 rows of 8.'
        raise RefusedError(HTTPStatus.BAD_REQUEST, sentence)
    for position, pixel in enumerate(pixels):
        # A bool is an int to Python, but true is no brightness.
        if isinstance(pixel, bool) or not isinstance(pixel, int | float):
            sentence = f"Pixel {position} is not a number."
            raise RefusedError(HTTPStatus.BAD_REQUEST, sentence)
        if not 0 <= pixel <= BRIGHTEST:
            sentence = f"Pixel {position} is out of range; it must be from 0 to {BRIGHTEST}."
            raise RefusedError(HTTPStatus.BAD_REQUEST, sentence)
    return [float(pixel) for pixel in pixels]


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is not a JSON number")


class DigitsServer(ThreadingHTTPServer):
    """One thread a connection. Leaving its `with` block closes the port."""

    request_queue_size = 128

    def __init__(self, address: tuple[str, int], model: Model, metrics: dict[str, object]) -> None:
        self.model = model
        self.metrics = metrics
        self.stopping = False
        self._in_flight = 0
        self._changed = threading.Condition()
        super().__init__(address, DigitsHandler)

    def server_bind(self) -> None:
        # HTTPServer looks its own name up here, which takes seconds without a name server.
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = self.socket.getsockname()[:2]

    def request_began(self) -> None:
        with self._changed:
            self._in_flight += 1

    def request_ended(self) -> None:
        with self._changed:
            self._in_flight -= 1
            self._changed.notify_all()

    def drain(self) -> None:
        """Take no more connections; let the requests under way finish, for a short while."""
        self.stopping = True
        self.socket.close()
        with self._changed:
            self._changed.wait_for(lambda: self._in_flight == 0, DRAIN_SECONDS)

    def handle_error(
        self, request: socket.socket | tuple[bytes, socket.socket], client_address: object
    ) -> None:
        """A client that went away is no fault of the server; anything else is reported."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class DigitsHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "digits"
    sys_version = ""
    # Headers and body leave in one write: two would wait for each other's acknowledgement.
    wbufsize = 64 * 1024
    disable_nagle_algorithm = True
    # Longer than a proxy keeps an idle connection, so that the proxy is the one to close it.
    timeout = 75.0
    server: DigitsServer
    # What the log shows of a request too malformed to have them.
    command = "-"
    path = "-"
    _busy = False

    def parse_request(self) -> bool:
        self.path = "-"
        self._busy = True
        self._began = time.perf_counter()
        self.server.request_began()
        return super().parse_request()

    def handle_one_request(self) -> None:
        self._began = time.perf_counter()
        try:
            super().handle_one_request()
        finally:
            if self._busy:
                self._busy = False
                self.server.request_ended()

    def handle_expect_100(self) -> bool:
        proceed = super().handle_expect_100()
        self.wfile.flush()
        return proceed

    def do_GET(self) -> None:
        routes: dict[str, Callable[[], Mapping[str, object]]] = {
            "/health": lambda: {"status": "ok"},
            "/metadata": self._metadata,
        }
        path = self.path.partition("?")[0]
        if path in routes:
            self._answer(HTTPStatus.OK, routes[path]())
        elif path == "/predict":
            self._answer(
                HTTPStatus.METHOD_NOT_ALLOWED, {"error": "Send a POST to /predict."}, allow="POST"
            )
        else:
            self._not_found()

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_POST(self) -> None:
        try:
            body = self._read_body()
            path = self.path.partition("?")[0]
            if path == "/predict":
                self._answer(HTTPStatus.OK, self._predict(read_pixels(body)))
            elif path in ("/health", "/metadata"):
                error = {"error": f"Send a GET to {path}."}
                self._answer(HTTPStatus.METHOD_NOT_ALLOWED, error, allow="GET, HEAD")
            else:
                self._not_found()
        except RefusedError as refusal:
            self._answer(refusal.status, {"error": str(refusal)})

    def _predict(self, pixels: list[float]) -> dict[str, object]:
        probabilities = self.server.model.probabilities(pixels)
        confidence = max(probabilities)
        return {
            "digit": probabilities.index(confidence),
            "confidence": round(confidence, 6),
            "probabilities": [round(value, 6) for value in probabilities],
        }

    def _metadata(self) -> dict[str, object]:
        model = self.server.model
        units = len(model.hidden.bias)
        return {
            "model": "digits",
            "task": "image classification",
            "architecture": f"{PIXELS}-{units}-{DIGITS} perceptron",
            "parameters": model.parameters,
            "weights_sha256": model.sha256,
            "input": f'"pixels": {PIXELS} numbers from 0 to {BRIGHTEST}, 8 rows of 8',
            "metrics": self.server.metrics,
        }

    def _read_body(self) -> bytes:
        if "Transfer-Encoding" in self.headers:
            self.close_connection = True
            sentence = "Send the body in one piece, with a Content-Length."
            raise RefusedError(HTTPStatus.LENGTH_REQUIRED, sentence)
        declared = self.headers.get("Content-Length")
        if declared is None:
            self.close_connection = True
            raise RefusedError(HTTPStatus.LENGTH_REQUIRED, "The request has no Content-Length.")
        # int() alone would also take signs, blanks and underscores.
        if not (
            declared.isascii() and declared.isdigit() and len(declared) < MAX_DIGITS_OF_A_LENGTH
        ):
            self.close_connection = True
            raise RefusedError(
                HTTPStatus.BAD_REQUEST, "The Content-Length is not a number of bytes."
            )
        length = int(declared)
        if length > MAX_BODY_BYTES:
            self.close_connection = True
            self._discard(min(length, MAX_DISCARDED_BYTES))
            sentence = f"The body has {length} bytes; at most {MAX_BODY_BYTES} are taken."
            raise RefusedError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, sentence)
        body = self.rfile.read(length)
        if len(body) < length:
            self.close_connection = True
            sentence = f"The body ended after {len(body)} of {length} bytes."
            raise RefusedError(HTTPStatus.BAD_REQUEST, sentence)
        return body

    def _discard(self, length: int) -> None:
        while length > 0 and (piece := self.rfile.read(min(length, 64 * 1024))):
            length -= len(piece)

    def _not_found(self) -> None:
        sentence = "There is /predict (POST), /health (GET) and /metadata (GET), and nothing else."
        self._answer(HTTPStatus.NOT_FOUND, {"error": sentence})

    def _answer(
        self, status: HTTPStatus, content: Mapping[str, object], *, allow: str = ""
    ) -> None:
        body = json.dumps(content).encode() + b"\n"
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        if allow:
            self.send_header("Allow", allow)
        if self.close_connection or self.server.stopping:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
        # Before the answer leaves: who has it may ask again, and lines keep the requests' order.
        self._log(status)
        self.wfile.flush()

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """What the base class refuses (a malformed request, an unknown method) is JSON too."""
        status = HTTPStatus(code)
        self.close_connection = True
        reason = f": {explain}" if explain else ""
        self._answer(status, {"error": f"{message or status.phrase}{reason}."})

    def _log(self, status: HTTPStatus) -> None:
        milliseconds = (time.perf_counter() - self._began) * 1000
        # The query is left out: it may hold what no log should. A path may hold control bytes.
        request = f"{self.command or '-'} {self.path.partition('?')[0]}"[:200]
        shown = request.encode("unicode_escape").decode()
        say(f"{self.address_string()} {shown} {status.value} {milliseconds:.1f} ms")

    def log_message(self, *_: object) -> None:
        """Nothing: `_log` writes the one line of each request."""


def say(sentence: str) -> None:
    """Write a dated line to standard output, in one piece and without a buffer to lose."""
    stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    with suppress(OSError):
        os.write(1, f"{stamp} {sentence}\n".encode())


def read_address() -> tuple[str, int]:
    """Host and port from the environment; port 0 lets the system choose a free one."""
    host = os.environ.get("HOST") or "0.0.0.0"
    port = os.environ.get("PORT") or "5000"
    if not (port.isascii() and port.isdigit() and len(port) < 6 and int(port) < 65536):
        raise StartError(f"PORT is {port!r}; it must be a number from 0 to 65535.")
    return host, int(port)


def read_metrics(path: Path) -> dict[str, object]:
    """What was measured at training; empty when the file was not shipped."""
    try:
        metrics = json.loads(path.read_bytes())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise StartError(f"The metrics {path} cannot be read: {error}.") from error
    if not isinstance(metrics, dict):
        raise StartError(f"The metrics {path} are not a JSON object.")
    return metrics


def ping() -> None:
    """Return when the server on this machine answers its health check, else raise StartError."""
    host, port = read_address()
    host = "127.0.0.1" if host == "0.0.0.0" else host
    connection = http.client.HTTPConnection(host, port, timeout=PING_SECONDS)
    try:
        connection.request("GET", "/health")
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        raise StartError(f"No answer from {host}:{port}: {error}.") from error
    finally:
        connection.close()
    if status != HTTPStatus.OK:
        raise StartError(f"{host}:{port} answered {status}.")


def serve() -> None:
    """Answer requests until SystemExit is raised by a signal."""
    address = read_address()
    model = load_model(FOLDER / "digits.safetensors")
    metrics = read_metrics(FOLDER / "metrics.json")
    try:
        server = DigitsServer(address, model, metrics)
    except OSError as error:
        where = f"{address[0]}:{address[1]}"
        raise StartError(f"Cannot listen on {where}: {error.strerror}.") from error
    with server:
        try:
            say(f"Listening on http://{server.server_name}:{server.server_port}")
            server.serve_forever()
        finally:
            server.drain()
            say("Stopped")


def _stop(*_: object) -> None:
    # A second signal must not interrupt the way out.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    raise SystemExit(0)


def main() -> None:
    # As process 1 of a container a signal without a handler would be ignored.
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)
    if sys.argv[1:] not in ([], ["--ping"]):
        raise SystemExit("Usage: serve.py [--ping]")
    try:
        ping() if sys.argv[1:] else serve()
    except StartError as error:
        raise SystemExit(str(error)) from error


if __name__ == "__main__":
    main()
