"""One request, one answer, one connection."""

import http.client
import socket
import ssl
from contextlib import suppress
from threading import Lock

from modeldesk.adapters.webhook.route import Route, route_to
from modeldesk.adapters.within import within
from modeldesk.core.errors import EventNotSent
from modeldesk.core.jobs import CancelToken
from modeldesk.core.release_events.cloud_events import Message
from modeldesk.core.release_events.ports import Posted
from modeldesk.core.words import tr

SECONDS = 20.0
"""For all of it: an answer that drips does not hold up what waits behind."""
_MOST_READ = 4096
"""Of an answer, for a person; the rest is left where it is."""


class HttpEventPoster:
    """Implements the `EventPoster` port."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds

    def post(self, message: Message, token: CancelToken) -> Posted:
        """See `modeldesk.core.release_events.ports.EventPoster`."""
        exchange = _Exchange(message, self._seconds)
        try:
            with token.closing(exchange.end):
                return within(self._seconds, exchange.run, token, "event-post")
        except TimeoutError:
            raise EventNotSent(
                tr("{host} did not answer within {seconds} seconds.",
                   host=exchange.route.host, seconds=round(self._seconds)),
            ) from None  # fmt: skip
        except (OSError, http.client.HTTPException) as error:
            token.raise_if_cancelled()
            raise _not_sent(exchange.route, error) from error
        finally:
            exchange.end()


class _Exchange:
    """A connection that any thread may end; whoever waits for it is woken."""

    def __init__(self, message: Message, seconds: float) -> None:
        self.route = route_to(message.address)
        self._message = message
        self._seconds = seconds
        self._lock = Lock()
        self._ended = False
        self._connection: http.client.HTTPConnection | None = None

    def run(self) -> Posted:
        connection = self.route.connection(self._seconds)
        try:
            connection.connect()
            with self._lock:
                if self._ended:
                    raise TimeoutError
                self._connection = connection
            headers = {**dict(self._message.headers), **self.route.headers}
            connection.request("POST", self.route.path, self._message.body, headers)
            answer = connection.getresponse()
            return Posted(answer.status, answer.getheader("Retry-After", ""), _beginning(answer))
        finally:
            connection.close()

    def end(self) -> None:
        with self._lock:
            self._ended = True
            wire = self._connection.sock if self._connection is not None else None
        if wire is not None:
            with suppress(OSError):
                wire.shutdown(socket.SHUT_RDWR)


def _beginning(answer: http.client.HTTPResponse) -> str:
    """What it says; that the rest of it breaks off changes nothing of its status."""
    if 200 <= answer.status < 300:
        return ""
    with suppress(OSError, http.client.HTTPException):
        return answer.read1(_MOST_READ).decode("utf-8", "replace")
    return ""


def _not_sent(route: Route, error: Exception) -> EventNotSent:
    host = route.host
    if isinstance(error, ssl.SSLCertVerificationError):
        return EventNotSent(
            tr("The certificate of {host} is not one that this machine trusts.", host=host),
            tr("Add its CA to the system’s certificates, or name it in SSL_CERT_FILE."),
            error.verify_message,
        )
    if isinstance(error, socket.gaierror):
        return EventNotSent(
            tr("The host {host} is not known.", host=host),
            tr("Check the address, and the network."),
            str(error),
        )
    if isinstance(error, ConnectionRefusedError):
        return EventNotSent(
            tr("Nobody listens at {host}.", host=host),
            tr("Check the address, and whether the receiver runs."),
            str(error),
        )
    return EventNotSent(
        tr("The connection to {host} broke.", host=host), "", str(error) or type(error).__name__
    )
