"""What is connected to when a registry is asked: itself, or the proxy that the environment
names."""

from dataclasses import dataclass
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from modeldesk.adapters.oci_registry.transport import address_of
from modeldesk.core.registry.hosts import host_name, is_loopback
from modeldesk.core.registry.known import KnownRegistry

_PROXY_PORTS = {"http": 80, "https": 443, "socks5": 1080}


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A host and port; `is_proxy` when others are behind it. `may_be_other_port` when the port is
    only the usual one."""

    host: str
    port: int
    is_proxy: bool = False
    may_be_other_port: bool = False


def endpoint_of(known: KnownRegistry) -> Endpoint:
    """Where the first connection goes."""
    address = address_of(known.host)
    proxy = "" if is_loopback(address) or proxy_bypass(address) else _proxy()
    parts = urlsplit(proxy if "://" in proxy else f"http://{proxy}") if proxy else None
    if parts is not None and parts.hostname:
        port = parts.port or _PROXY_PORTS.get(parts.scheme, 80)
        return Endpoint(parts.hostname, port, is_proxy=True)
    name = host_name(address)
    given = address.rpartition(":")[2]
    if given.isdecimal() and address != name:
        return Endpoint(name, int(given))
    return Endpoint(name, 443, may_be_other_port=True)


def _proxy() -> str:
    proxies = getproxies()
    return proxies.get("https") or proxies.get("all") or ""
