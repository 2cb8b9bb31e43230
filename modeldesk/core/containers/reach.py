"""Where a published port is reached from this machine (pure). `host` is the machine the engine is
on, empty where that is this one."""

from collections.abc import Iterable
from ipaddress import ip_address

from modeldesk.core.containers.model import LOOPBACK, PortBinding
from modeldesk.core.words import tr

_EVERY_ADDRESS = ("", "0.0.0.0", "::")


def reachable_address(port: PortBinding, host: str) -> str:
    """The address to ask at; empty where another machine keeps the port to itself."""
    if port.host_address in _EVERY_ADDRESS:
        return host or LOOPBACK
    return "" if host and _is_loopback(port.host_address) else port.host_address


def service_url(ports: Iterable[PortBinding], host: str) -> str:
    """The address of the first published TCP port that can be reached, or empty."""
    for port in _published(ports):
        address = reachable_address(port, host)
        if address:
            shown = f"[{address}]" if ":" in address else address
            return f"http://{shown}:{port.host_port}"
    return ""


def askable(ports: Iterable[PortBinding], host: str) -> tuple[tuple[str, int], ...]:
    """Address and port of every published TCP port that can be reached."""
    reached = ((reachable_address(port, host), port.host_port) for port in _published(ports))
    return tuple((address, number) for address, number in reached if address)


def out_of_reach(ports: Iterable[PortBinding], host: str) -> str:
    """A sentence where TCP ports are published and none can be reached from here; else empty."""
    published = _published(ports)
    if not published or askable(published, host):
        return ""
    return tr(
        "Port {port} is published on {host} for that machine alone and can't be asked from here; "
        "publish it on 0.0.0.0 to reach it.",
        port=published[0].host_port,
        host=host,
    )


def _published(ports: Iterable[PortBinding]) -> tuple[PortBinding, ...]:
    return tuple(port for port in ports if port.host_port and port.protocol == "tcp")


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False
