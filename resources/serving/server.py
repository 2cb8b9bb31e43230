"""Serve one model over HTTP with nothing but the standard library.

POST /predict takes {"inputs": …} and answers with what the model says of them. GET /health says
that the model is loaded, GET /metadata what it is. Every answer is JSON; a request that is
refused is answered with {"error": "a sentence"}. HOST and PORT in the environment say where it
listens: 0.0.0.0:8000 unless they do.
"""

import json
import logging
import math
import os
import signal
import socket
import socketserver
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

Answer = Mapping[str, object]
Predict = Callable[[object], Answer]
"""Answers for the "inputs" of a request; raises `BadInput` for those the model can't take."""

HERE = Path(__file__).resolve().parent
MAX_BODY_BYTES = 16 * 1024 * 1024
# A refused body is still read up to here, so that its sender gets to see the answer.
MAX_DISCARDED_BYTES = 64 * 1024 * 1024
# How long an answer under way may hold the end up; an engine kills after ten seconds.
DRAIN_SECONDS = 5.0

log = logging.getLogger("server")


class BadInput(Exception):
    """Inputs that the model can't take; the message is the sentence in the answer."""


class Refused(Exception):
    """A request without an answer of the model; the message is the sentence in its place."""

    def __init__(self, status: HTTPStatus, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


def read_settings() -> dict[str, object]:
    """What the model is and where its weights are, from model.json beside this file."""
    settings = json.loads((HERE / "model.json").read_bytes())
    if not isinstance(settings, dict):
        raise SystemExit("model.json is no JSON object.")
    return settings


def path_of(settings: Mapping[str, object]) -> Path:
    """The file or folder with the weights, which is told relative to the folder above."""
    return HERE.parent / str(settings["weights"])


class ModelServer(ThreadingHTTPServer):
    """One thread a connection. Leaving its `with` block closes the port."""

    request_queue_size = 128

    def __init__(self, address: tuple[str, int], predict: Predict, about: Answer) -> None:
        self.about = about
        self.stopping = False
        self._predict = predict
        self._predicting = threading.Lock()
        self._answering = 0
        self._changed = threading.Condition()
        super().__init__(address, ModelHandler)

    def server_bind(self) -> None:
        # HTTPServer looks its own name up here, which takes seconds without a name server.
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = self.socket.getsockname()[:2]

    def predict(self, inputs: object) -> Answer:
        """One at a time: not every framework is safe from several threads, and each uses all
        cores by itself."""
        with self._predicting:
            return self._predict(inputs)

    def answer_began(self) -> None:
        with self._changed:
            self._answering += 1

    def answer_ended(self) -> None:
        with self._changed:
            self._answering -= 1
            self._changed.notify_all()

    def drain(self) -> None:
        """Take no more connections; let answers under way finish, for a short while."""
        self.stopping = True
        self.socket.close()
        with self._changed:
            self._changed.wait_for(lambda: self._answering == 0, DRAIN_SECONDS)

    def handle_error(
        self, request: socket.socket | tuple[bytes, socket.socket], client_address: object
    ) -> None:
        """A client that went away is no fault of the server; anything else is reported."""
        if not isinstance(sys.exc_info()[1], ConnectionError | TimeoutError):
            super().handle_error(request, client_address)


class ModelHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "model"
    sys_version = ""
    # Headers and body leave in one write: two would wait for each other's acknowledgement.
    wbufsize = 64 * 1024
    disable_nagle_algorithm = True
    # Longer than a proxy keeps an idle connection, so that the proxy is the one to close it.
    timeout = 75.0
    server: ModelServer
    # What the log shows of a request too malformed to have them.
    command = "-"
    path = "-"

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path == "/health":
            self._answer(HTTPStatus.OK, {"status": "ok"})
        elif path == "/metadata":
            self._answer(HTTPStatus.OK, self.server.about)
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
        except Refused as refusal:
            self._answer(refusal.status, {"error": str(refusal)})
            return
        path = self.path.partition("?")[0]
        # From here on nobody is waited for, so an end waits for the answer.
        self.server.answer_began()
        try:
            if path == "/predict":
                self._predict(body)
            elif path in ("/health", "/metadata"):
                error = {"error": f"Send a GET to {path}."}
                self._answer(HTTPStatus.METHOD_NOT_ALLOWED, error, allow="GET, HEAD")
            else:
                self._not_found()
        finally:
            self.server.answer_ended()

    def _predict(self, body: bytes) -> None:
        try:
            answer = self.server.predict(read_inputs(body))
            content = encode(answer)
        except BadInput as error:
            self._answer(HTTPStatus.BAD_REQUEST, {"error": str(error)})
        except Exception as error:
            log.exception("The model failed")
            sentence = f"The model failed: {type(error).__name__}. The server's log says more."
            self._answer(HTTPStatus.INTERNAL_SERVER_ERROR, {"error": sentence})
        else:
            self._send(HTTPStatus.OK, content)

    def _read_body(self) -> bytes:
        if "Transfer-Encoding" in self.headers:
            self.close_connection = True
            sentence = "Send the body in one piece, with a Content-Length."
            raise Refused(HTTPStatus.LENGTH_REQUIRED, sentence)
        declared = self.headers.get("Content-Length")
        if declared is None:
            self.close_connection = True
            raise Refused(HTTPStatus.LENGTH_REQUIRED, "The request has no Content-Length.")
        # int() alone would also take signs, blanks and underscores.
        if not (declared.isascii() and declared.isdigit() and len(declared) < 19):
            self.close_connection = True
            raise Refused(HTTPStatus.BAD_REQUEST, "The Content-Length is not a number of bytes.")
        length = int(declared)
        if length > MAX_BODY_BYTES:
            self.close_connection = True
            self._discard(min(length, MAX_DISCARDED_BYTES))
            sentence = f"The body has {length} bytes; at most {MAX_BODY_BYTES} are taken."
            raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, sentence)
        body = self.rfile.read(length)
        if len(body) < length:
            self.close_connection = True
            sentence = f"The body ended after {len(body)} of {length} bytes."
            raise Refused(HTTPStatus.BAD_REQUEST, sentence)
        return body

    def _discard(self, length: int) -> None:
        while length > 0 and (piece := self.rfile.read(min(length, 64 * 1024))):
            length -= len(piece)

    def handle_expect_100(self) -> bool:
        proceed = super().handle_expect_100()
        self.wfile.flush()
        return proceed

    def _not_found(self) -> None:
        sentence = "There is /predict (POST), /health (GET) and /metadata (GET), and nothing else."
        self._answer(HTTPStatus.NOT_FOUND, {"error": sentence})

    def _answer(self, status: HTTPStatus, content: Answer, *, allow: str = "") -> None:
        self._send(status, encode(content), allow)

    def _send(self, status: HTTPStatus, body: bytes, allow: str = "") -> None:
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
        self.wfile.flush()

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """What the base class refuses (a malformed request, an unknown method) is JSON too."""
        status = HTTPStatus(code)
        self.close_connection = True
        reason = f": {explain}" if explain else ""
        self._answer(status, {"error": f"{message or status.phrase}{reason}."})

    def log_request(self, code: int | str = "-", *_: object) -> None:
        """A line for each request. The query is left out: it may hold what no log should."""
        status = code.value if isinstance(code, HTTPStatus) else code
        path = self.path.partition("?")[0][:200].encode("unicode_escape").decode()
        log.info("%s %s %s %s", self.address_string(), self.command, path, status)


def read_inputs(body: bytes) -> object:
    """The "inputs" of a request. Raises `BadInput` for anything but an object that has them."""
    try:
        request = json.loads(body.decode("utf-8"), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise BadInput(f"The body is not valid JSON: {error}.") from error
    if not isinstance(request, dict) or "inputs" not in request:
        raise BadInput('The body must be an object with "inputs".')
    return request["inputs"]


def rows_of(inputs: object, width: int | None = None) -> list[list[float]]:
    """Rows of numbers, all as long, and `width` long where that is known. Raises `BadInput`."""
    rows: list[list[float]] = []
    if not isinstance(inputs, list) or not inputs:
        raise BadInput('"inputs" must be a list of rows, each a list of numbers.')
    for number, row in enumerate(inputs):
        if not isinstance(row, list) or not row:
            raise BadInput(f"Row {number} is not a list of numbers.")
        wanted = width or len(inputs[0])
        if len(row) != wanted:
            raise BadInput(f"Row {number} has {len(row)} numbers; it must have {wanted}.")
        rows.append([_number(value, number, place) for place, value in enumerate(row)])
    return rows


def _number(value: object, row: int, place: int) -> float:
    # A bool is an int to Python, but true is no number; 1e999 is one too large for any.
    if not isinstance(value, bool) and isinstance(value, int | float):
        with suppress(OverflowError):
            if math.isfinite(number := float(value)):
                return number
    raise BadInput(f"Row {row} has no number at place {place}.")


def texts_of(inputs: object) -> list[str]:
    """One text or a list of them. Raises `BadInput`."""
    texts = [inputs] if isinstance(inputs, str) else inputs
    if not isinstance(texts, list) or not texts or not all(isinstance(one, str) for one in texts):
        raise BadInput('"inputs" must be a text or a list of texts.')
    return texts


def encode(content: Answer) -> bytes:
    """JSON; raises `ValueError` for numbers that it does not have."""
    return json.dumps(content, allow_nan=False).encode() + b"\n"


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is not a JSON number")


def read_address() -> tuple[str, int]:
    """Host and port from the environment; port 0 lets the system choose a free one."""
    host = os.environ.get("HOST") or "0.0.0.0"
    port = os.environ.get("PORT") or "8000"
    if not (port.isascii() and port.isdigit() and len(port) < 6 and int(port) < 65536):
        raise SystemExit(f"PORT is {port!r}; it must be a number from 0 to 65535.")
    return host, int(port)


def serve(load: Callable[[Mapping[str, object]], Predict]) -> None:
    """Load the model and answer until a signal ends the process."""
    # As process 1 of a container a signal without a handler would be ignored.
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)
    logging.basicConfig(format="%(asctime)s %(message)s", level=logging.INFO, stream=sys.stdout)
    address = read_address()
    settings = read_settings()
    predict = load(settings)
    try:
        server = ModelServer(address, predict, settings)
    except OSError as error:
        raise SystemExit(f"Cannot listen on {address[0]}:{address[1]}: {error.strerror}.") from None
    with server:
        try:
            log.info("Listening on http://%s:%s", server.server_name, server.server_port)
            server.serve_forever()
        finally:
            server.drain()
            log.info("Stopped")


def _stop(*_: object) -> None:
    # A second signal must not interrupt the way out.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    raise SystemExit(0)
