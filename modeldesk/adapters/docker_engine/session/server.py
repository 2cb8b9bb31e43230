"""Answers the calls that the engine makes on a connection."""

import threading
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from urllib.parse import quote

from h2.events import (
    ConnectionTerminated,
    DataReceived,
    Event,
    RequestReceived,
    StreamEnded,
    StreamReset,
)

from modeldesk.adapters.docker_engine.session.frames import Frames, frame, frame_head
from modeldesk.adapters.docker_engine.session.link import CallEnded, Link

UNKNOWN, NOT_FOUND, UNIMPLEMENTED = 2, 5, 12
_MOST_CALLS = 8
_HEALTH = "/grpc.health.v1.Health/Check"
_SERVING = b"\x08\x01"
Metadata = Mapping[str, tuple[str, ...]]


class Refused(Exception):
    """A call gets a status instead of an answer."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class Call:
    """One call of the engine's, on its way."""

    def __init__(self, link: Link, stream: int, method: str, metadata: Metadata) -> None:
        self.method = method
        self.metadata = metadata
        self._link = link
        self._stream = stream
        self._frames = Frames()
        self._state = threading.Condition()
        self._messages: deque[bytes] = deque()
        self._whole = self._ended = self._begun = False

    def receive(self) -> bytes | None:
        """The next message; None after the last. Waits. Raises `CallEnded`."""
        with self._state:
            self._state.wait_for(lambda: self._messages or self._whole or self._ended)
            if self._ended:
                raise CallEnded
            return self._messages.popleft() if self._messages else None

    def received(self) -> list[bytes]:
        """The messages that are here already."""
        with self._state:
            found = list(self._messages)
            self._messages.clear()
            return found

    def send(self, *messages: bytes) -> None:
        """Send messages. Raises `CallEnded`."""
        self._begin()
        self._link.send(self._stream, (b"".join(map(frame, messages)),))

    def send_in_pieces(self, *pieces: bytes) -> None:
        """Send one message that is made of `pieces`. Raises `CallEnded`."""
        self._begin()
        head = frame_head(sum(map(len, pieces)))
        self._link.send(self._stream, (head + b"".join(pieces[:-1]), pieces[-1]))

    def finish(self, status: int = 0, message: str = "") -> None:
        """The last that is said. Raises `CallEnded`."""
        self._begin()
        trailers = [("grpc-status", str(status)), ("grpc-message", quote(message))]
        self._link.send_headers(self._stream, trailers, end=True)

    def feed(self, data: bytes) -> None:
        """A piece of what the engine sends."""
        try:
            messages = self._frames.feed(data)
        except ValueError:
            self._link.reset(self._stream)
            self.end()
            return
        with self._state:
            self._messages.extend(messages)
            self._state.notify_all()

    def close(self) -> None:
        """The engine sends no more."""
        with self._state:
            self._whole = True
            self._state.notify_all()

    def end(self) -> None:
        """Nobody waits for an answer any more."""
        with self._state:
            self._ended = True
            self._state.notify_all()

    def _begin(self) -> None:
        if not self._begun:
            self._begun = True
            headers = [(":status", "200"), ("content-type", "application/grpc")]
            self._link.send_headers(self._stream, headers)


Handler = Callable[[Call], None]


def unary(answer: Callable[[bytes], bytes]) -> Handler:
    """A handler for calls of one message that are answered with one."""

    def handle(call: Call) -> None:
        call.send(answer(call.receive() or b""))

    return handle


class Server:
    """Reads a connection in the thread that calls `serve`, and answers in threads of its own."""

    def __init__(self, link: Link, handlers: Mapping[str, Handler]) -> None:
        """`handlers` by the paths of their calls."""
        self._link = link
        # An engine that has no answer for a while gives the session up. Not even this is answered
        # by the thread that reads: sending may have to wait for what only reading brings.
        self._handlers = {_HEALTH: unary(lambda _: _SERVING), **handlers}
        self._calls: dict[int, Call] = {}
        self._workers = ThreadPoolExecutor(_MOST_CALLS, "build-session")
        self._lock = threading.Lock()
        self._error: BaseException | None = None

    @property
    def error(self) -> BaseException | None:
        """The first error that an answer ended with."""
        with self._lock:
            return self._error

    def serve(self) -> None:
        """Until the engine or `Link.close` ends the connection."""
        try:
            while True:
                for event in self._link.read():
                    self._hear(event)
        except CallEnded:
            pass
        finally:
            self._link.close()
            with self._lock:
                calls = list(self._calls.values())
            for call in calls:
                call.end()
            # A helper that is asked for a password may take its time; nobody waits for it.
            self._workers.shutdown(wait=False, cancel_futures=True)

    def _hear(self, event: Event) -> None:
        match event:
            case RequestReceived():
                self._begin(event)
            case DataReceived():
                self._link.took(_stream(event), event.flow_controlled_length or 0)
                if call := self._calls.get(_stream(event)):
                    call.feed(event.data or b"")
            case StreamEnded():
                if call := self._calls.get(_stream(event)):
                    call.close()
            case StreamReset():
                if call := self._calls.get(_stream(event)):
                    call.end()
            case ConnectionTerminated():
                raise CallEnded

    def _begin(self, event: RequestReceived) -> None:
        stream, metadata = _stream(event), _metadata(event)
        (method,) = metadata.get(":path", ("",))
        call = Call(self._link, stream, method, metadata)
        with self._lock:
            self._calls[stream] = call
        answer = self._workers.submit(self._answer, call)
        answer.add_done_callback(lambda _: self._answered(stream))

    def _answer(self, call: Call) -> None:
        try:
            handler = self._handlers.get(call.method)
            if handler is None:
                raise Refused(UNIMPLEMENTED, "unknown method")
            handler(call)
            call.finish()
        except Refused as refused:
            with suppress(CallEnded):
                call.finish(refused.status, str(refused))
        except CallEnded:
            pass
        except BaseException as error:
            # Known before the engine hears of it: it may end the build at once.
            with self._lock:
                self._error = self._error or error
            with suppress(CallEnded):
                call.finish(UNKNOWN, "the file, secret or sign-in could not be had")
            raise

    def _answered(self, stream: int) -> None:
        with self._lock:
            self._calls.pop(stream, None)


def _stream(event: Event) -> int:
    number = getattr(event, "stream_id", None)
    return number if isinstance(number, int) else 0


def _metadata(event: RequestReceived) -> Metadata:
    found: dict[str, tuple[str, ...]] = {}
    for name, value in event.headers or ():
        key = bytes(name).decode("latin-1")
        found[key] = (*found.get(key, ()), bytes(value).decode("utf-8", "surrogateescape"))
    return found
