"""Asking servers at published ports, for as long as somebody waits for the answer."""

import http.client
import socket
from contextlib import suppress

from modeldesk.core.jobs import CancelToken
from modeldesk.core.trial.ports import HttpRequest

_MOST_READ = 64 * 1024 * 1024
"""Of an answer; what is longer is not read to its end."""


class HttpServerAsker:
    """Implements the `HttpAsker` port. A connection for each request."""

    def status(
        self, address: str, port: int, request: HttpRequest, timeout_s: float, token: CancelToken
    ) -> int | None:
        """See `modeldesk.core.trial.ports.HttpAsker`."""
        token.raise_if_cancelled()
        connection = http.client.HTTPConnection(address, port, timeout=timeout_s)
        try:
            connection.connect()
            with token.closing(lambda: _break(connection)):
                return _answer(connection, request)
        except (OSError, http.client.HTTPException):
            token.raise_if_cancelled()
            return None
        finally:
            connection.close()


def _answer(connection: http.client.HTTPConnection, request: HttpRequest) -> int:
    headers = {"Content-Type": "application/json"} if request.body else {}
    connection.request(request.method, request.path, request.body or None, headers)
    answer = connection.getresponse()
    content = answer.read(_MOST_READ)
    if answer.length and len(content) < _MOST_READ:
        raise http.client.IncompleteRead(content)
    return answer.status


def _break(connection: http.client.HTTPConnection) -> None:
    """Wake whoever waits for the answer; closing alone would not."""
    wire = connection.sock
    if wire is not None:
        with suppress(OSError):
            wire.shutdown(socket.SHUT_RDWR)
