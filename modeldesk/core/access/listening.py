"""Where a server may listen, and to whom (pure)."""

import ipaddress
from dataclasses import dataclass, field
from pathlib import Path

from modeldesk.core.access.limits import Limits
from modeldesk.core.errors import InvalidInput
from modeldesk.core.words import tr


@dataclass(frozen=True, slots=True)
class Listening:
    """How a server is to be reached."""

    host: str
    port: int
    open: bool = False
    """Whether nobody has to say who they are."""
    encrypted: bool = False
    plain_http: bool = False
    """Whether tokens may travel unencrypted, since something before this server encrypts."""

    @property
    def address(self) -> str:
        """As a browser writes it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.encrypted else 'http'}://{host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Serving:
    """How to serve."""

    listening: Listening
    uploads: Path
    """A folder for what is being sent."""
    certificate: Path | None = None
    key: Path | None = None
    proxies: tuple[str, ...] = ()
    """Addresses whose word on where a request came from is believed."""
    limits: Limits = field(default_factory=Limits)


def check_listening(wanted: Listening) -> None:
    """Raise `InvalidInput` for what would let others in, or let them see tokens."""
    if not 0 <= wanted.port <= 65_535:
        raise InvalidInput(tr("There is no port {port}.", port=wanted.port))
    if is_loopback(wanted.host):
        return
    if wanted.open:
        raise InvalidInput(
            tr(
                "Without tokens this server listens on this machine alone, not on {host}.",
                host=wanted.host,
            ),
            tr(
                "Leave out --open, and make tokens: "
                "modeldesk serve token add NAME --role read --model '*'"
            ),
        )
    if not wanted.encrypted and not wanted.plain_http:
        raise InvalidInput(
            tr("On {host} tokens would travel unencrypted.", host=wanted.host),
            tr(
                "Give --cert and --key. Where a proxy before this server encrypts, "
                "say --plain-http."
            ),
        )


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches it. A name is not looked up: ``localhost`` is the only
    one that is known to be."""
    if host.lower().rstrip(".") == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def names_loopback(header: str) -> bool:
    """Whether a Host header is of this machine: a page of the web that got a name of its own to
    point here is not heard."""
    host = header.strip()
    if host.startswith("["):
        host = host[1:].partition("]")[0]
    elif host.count(":") == 1:
        host = host.partition(":")[0]
    return is_loopback(host)
