"""The engine's side of a session, to ask what it would: a client of gRPC over HTTP/2, one call at
a time."""

import socket
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from h2.connection import H2Connection
from h2.events import DataReceived, Event, StreamEnded, StreamReset, TrailersReceived

from modeldesk.adapters.docker_engine.protobuf import fields, number
from modeldesk.adapters.docker_engine.session.frames import Frames, frame
from modeldesk.adapters.docker_engine.session.link import Link
from modeldesk.adapters.docker_engine.session.server import Handler, Server

_STAT, _REQUEST, _DATA, _FINISH = range(4)
Stat = Mapping[int, int | bytes]


@dataclass
class Answer:
    """How a call ended. `status` is None for one that was cut off."""

    messages: list[bytes] = field(default_factory=list)
    status: int | None = None
    said: str = ""
    stream: int = 0
    over: bool = False


class SessionClient:
    """Calls a server at the other end of a socket."""

    def __init__(self, connected: socket.socket) -> None:
        self.socket = connected
        self.h2 = H2Connection()
        self.h2.initiate_connection()
        self._flush()

    def call(
        self,
        method: str,
        message: bytes = b"",
        metadata: Sequence[tuple[str, str]] = (),
        answer_to: Callable[[bytes], bytes] | None = None,
    ) -> Answer:
        """Call with one message. With `answer_to` the call stays open, and each message that
        comes is answered with what that gives."""
        stream = self.begin(method, metadata)
        if answer_to is None:
            self.send(stream, frame(message), end=True)
        answer, frames = Answer(stream=stream), Frames()
        while not answer.over:
            for event in self._events(stream):
                self._take(event, answer, frames, answer_to)
        return answer

    def begin(self, method: str, metadata: Sequence[tuple[str, str]] = ()) -> int:
        """Open a call and give its number."""
        stream = self.h2.get_next_available_stream_id()
        head = [(":method", "POST"), (":scheme", "http"), (":path", method), (":authority", "x")]
        self.h2.send_headers(stream, [*head, *metadata])
        self._flush()
        return stream

    def send(self, stream: int, data: bytes, *, end: bool = False) -> None:
        self.h2.send_data(stream, data, end_stream=end)
        self._flush()

    def _take(
        self,
        event: Event,
        answer: Answer,
        frames: Frames,
        answer_to: Callable[[bytes], bytes] | None,
    ) -> None:
        match event:
            case DataReceived():
                self.h2.acknowledge_received_data(event.flow_controlled_length or 0, answer.stream)
                for message in frames.feed(event.data or b""):
                    answer.messages.append(message)
                    reply = answer_to(message) if answer_to else b""
                    if reply:
                        self.h2.send_data(answer.stream, reply)
            case TrailersReceived():
                trailers = {bytes(name): bytes(value) for name, value in event.headers or ()}
                answer.status = int(trailers[b"grpc-status"])
                answer.said = trailers[b"grpc-message"].decode()
            case StreamEnded() | StreamReset():
                answer.over = True
        self._flush()

    def _events(self, stream: int) -> list[Event]:
        data = self.socket.recv(65536)
        if not data:
            raise ConnectionError
        events = self.h2.receive_data(data)
        self._flush()
        return [event for event in events if getattr(event, "stream_id", None) == stream]

    def _flush(self) -> None:
        self.socket.sendall(self.h2.data_to_send())


class Receiver:
    """Takes a folder as BuildKit does, and asks for the files that `wants` says."""

    def __init__(self, wants: Callable[[str], bool] = lambda _: True) -> None:
        self.stats: list[Stat] = []
        self.files: dict[str, bytes] = {}
        self._wants = wants
        self._left = 0
        self._all_told = False

    def __call__(self, message: bytes) -> bytes:
        packet = dict(fields(message))
        match packet.get(1, _STAT):
            case 0 if isinstance(stat := packet.get(2), bytes):
                return self._stat(dict(fields(stat)))
            case 0:
                self._all_told = True
            case 2:
                self._data(packet)
            case 3:
                return b""
        return frame(number(1, _FINISH)) if self._all_told and not self._left else b""

    @property
    def paths(self) -> list[str]:
        return [path_of(stat) for stat in self.stats]

    def _stat(self, stat: Stat) -> bytes:
        self.stats.append(stat)
        if stat.get(2, 0) & ((1 << 31) | (1 << 27)) or not self._wants(path_of(stat)):  # type: ignore[operator]
            return b""
        self._left += 1
        self.files[path_of(stat)] = b""
        return frame(number(1, _REQUEST) + number(3, len(self.stats) - 1))

    def _data(self, packet: Stat) -> None:
        file, data = packet.get(3, 0), packet.get(4, b"")
        assert isinstance(file, int)
        assert isinstance(data, bytes)
        self.files[path_of(self.stats[file])] += data
        self._left -= not data


def path_of(stat: Stat) -> str:
    path = stat[1]
    assert isinstance(path, bytes)
    return path.decode("utf-8", "surrogateescape")


@contextmanager
def serving(handlers: Mapping[str, Handler]) -> Iterator[tuple[SessionClient, Server]]:
    """A client at one end, a server at the other."""
    ours, theirs = socket.socketpair()
    ours.settimeout(10)
    server = Server(Link(theirs, b""), handlers)
    thread = threading.Thread(target=server.serve)
    thread.start()
    try:
        yield SessionClient(ours), server
    finally:
        ours.shutdown(socket.SHUT_RDWR)
        thread.join()
        ours.close()
        theirs.close()
