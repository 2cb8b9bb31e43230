"""An HTTP/2 connection on which the engine calls and we answer, used by several threads.

One thread reads; any other sends, and waits while the engine takes no more. What is sent as data
is cut into frames here: the library, asked for each frame of a gigabyte, takes longer than all
else together. It still keeps account of how much the engine takes.
"""

import selectors
import ssl
import struct
import threading
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from socket import socket

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.errors import ErrorCodes
from h2.events import Event
from h2.exceptions import H2Error

_READ_BYTES = 1 << 16
_FRAME_HEAD = struct.Struct(">HBBBI")
_MOST_PIECES = 128
Headers = Sequence[tuple[str, str]]


class CallEnded(Exception):
    """The engine ended a call, or the connection is gone: nobody waits for an answer."""


class Link:
    """A connection of which `read` gives what the engine says; the rest may be called from any
    thread and raises `CallEnded`."""

    def __init__(self, connected: socket, first: bytes) -> None:
        """`first` is what was read of the connection already."""
        self._socket = connected
        self._first = first
        self._state = threading.Condition()
        self._down = False
        configuration = H2Configuration(
            client_side=False, header_encoding=None, validate_inbound_headers=False
        )
        self._h2 = H2Connection(configuration)
        with self._state:
            self._h2.initiate_connection()
            self._flush()

    def read(self) -> list[Event]:
        """Wait for what the engine says next. Raises `CallEnded` at the end."""
        data = self._first or self._receive()
        self._first = b""
        try:
            with self._state:
                events = self._h2.receive_data(data)
                self._flush()
                self._state.notify_all()
        except H2Error as error:
            raise CallEnded from error
        return events

    def took(self, stream: int, length: int) -> None:
        """Let the engine send as much again."""
        with self._state, suppress(H2Error):
            self._h2.acknowledge_received_data(length, stream)
            self._flush()

    def send_headers(self, stream: int, headers: Headers, *, end: bool = False) -> None:
        self._answer(lambda: self._h2.send_headers(stream, headers, end_stream=end))

    def reset(self, stream: int) -> None:
        """End a call without an answer."""
        with suppress(CallEnded):
            self._answer(lambda: self._h2.reset_stream(stream, ErrorCodes.CANCEL))

    def send(self, stream: int, pieces: Iterable[bytes]) -> None:
        """Send data, as the engine takes it."""
        for piece in pieces:
            left = memoryview(piece)
            while left:
                with self._state:
                    count = min(self._window(stream), len(left))
                    self._send_frames(stream, left[:count])
                left = left[count:]

    def close(self) -> None:
        """Whoever waits is let go. The socket is its owner's to close."""
        with self._state:
            self._down = True
            self._state.notify_all()

    def _answer(self, send: Callable[[], None]) -> None:
        with self._state:
            if self._down:
                raise CallEnded
            try:
                send()
            except H2Error as error:
                raise CallEnded from error
            self._flush()

    def _window(self, stream: int) -> int:
        """How much may be sent now; waits until it is something."""
        while True:
            if self._down:
                raise CallEnded
            try:
                window = self._h2.local_flow_control_window(stream)
            except H2Error as error:
                raise CallEnded from error
            if window > 0:
                return window
            self._state.wait()

    def _send_frames(self, stream: int, data: memoryview) -> None:
        size = self._h2.max_outbound_frame_size
        pieces: list[bytes | memoryview] = []
        for at in range(0, len(data), size):
            part = data[at : at + size]
            pieces += (_FRAME_HEAD.pack(len(part) >> 8, len(part) & 255, 0, 0, stream), part)
        self._h2.outbound_flow_control_window -= len(data)
        self._h2.streams[stream].outbound_flow_control_window -= len(data)
        for first in range(0, len(pieces), _MOST_PIECES):
            self._write(b"".join(pieces[first : first + _MOST_PIECES]))

    def _flush(self) -> None:
        data = self._h2.data_to_send()
        if data:
            self._write(data)

    def _write(self, data: bytes) -> None:
        try:
            self._socket.sendall(data)
        except OSError as error:
            self._down = True
            raise CallEnded from error

    def _receive(self) -> bytes:
        try:
            while True:
                self._await_readable()
                # A TLS socket is not one that two threads may use at once.
                with self._state, suppress(ssl.SSLWantReadError):
                    data = self._socket.recv(_READ_BYTES)
                    if not data:
                        raise CallEnded
                    return data
        except OSError as error:
            raise CallEnded from error

    def _await_readable(self) -> None:
        if isinstance(self._socket, ssl.SSLSocket):
            with self._state:
                if self._socket.pending():
                    return
        with selectors.DefaultSelector() as selector:
            selector.register(self._socket, selectors.EVENT_READ)
            selector.select()
