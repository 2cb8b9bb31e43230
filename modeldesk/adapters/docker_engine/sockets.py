"""The sockets behind a client of the library, which tells of them only once an answer begins."""

import socket
import threading
from contextlib import suppress
from typing import Any

from docker import APIClient


class ClientSockets:
    """The sockets a client opens, to shut them down from another thread. A socket that is
    opened after the shutting is shut at once.

    The library does not tell of its sockets before an answer begins, so its transport is asked
    at the one seam that all of its kinds (local socket, pipe, TCP, TLS) share.
    """

    def __init__(self, client: APIClient) -> None:
        self._lock = threading.Lock()
        self._open: list[Any] = []
        self._shut = False
        transport: Any = client.get_adapter(client.base_url)
        self._pool_of = transport.get_connection_with_tls_context
        transport.get_connection_with_tls_context = self._watched_pool

    def only(self) -> Any:
        """The one that is open; None for none, or several."""
        with self._lock:
            return self._open[0] if len(self._open) == 1 else None

    def shut(self) -> None:
        """Every call that is blocked on one of the sockets returns."""
        with self._lock:
            self._shut = True
            sockets, self._open = self._open, []
        for one in sockets:
            _shut_down(one)

    def _watched_pool(self, *args: Any, **named: Any) -> Any:
        pool = self._pool_of(*args, **named)
        make_connection = pool._new_conn

        def make_watched() -> Any:
            connection = make_connection()
            connect = connection.connect

            def connect_watched() -> None:
                if hasattr(connection, "unix_socket"):
                    _connect_unix(connection)
                else:
                    connect()
                self._opened(connection.sock)

            connection.connect = connect_watched
            return connection

        pool._new_conn = make_watched
        return pool

    def _opened(self, opened: Any) -> None:
        with self._lock:
            if not self._shut:
                self._open.append(opened)
                return
        _shut_down(opened)


def _connect_unix(connection: Any) -> None:
    """As the library does, which leaves the socket open when nobody listens."""
    opened = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        opened.settimeout(connection.timeout)
        opened.connect(connection.unix_socket)
    except BaseException:
        opened.close()
        raise
    connection.sock = opened


def _shut_down(one: Any) -> None:
    with suppress(OSError):
        if isinstance(one, socket.socket):
            # Past the TLS layer, which must not be touched from two threads.
            socket.socket.shutdown(one, socket.SHUT_RDWR)
        else:
            # A Windows pipe.
            one.close()
