"""The way to an address: straight, or by the proxy that the environment names."""

import base64
import http.client
import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import SplitResult, unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

_ONE_AT_A_TIME = threading.Lock()
"""Reading the system's certificates keeps every other thread waiting; several at once would do so
for longer than whoever cancels is promised."""
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Route:
    """What is connected to, and what is asked there."""

    host: str
    """With its port, of the receiver itself."""
    path: str
    """As the request names it."""
    encrypted: bool
    name: str
    port: int
    proxy: tuple[str, int] | None = None
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    """For whoever is connected to."""
    tunnel_headers: Mapping[str, str] = field(default_factory=dict, repr=False)

    def connection(self, seconds: float) -> http.client.HTTPConnection:
        """Not connected yet."""
        first, port = self.proxy or (self.name, self.port)
        if not self.encrypted:
            return http.client.HTTPConnection(first, port, timeout=seconds)
        with _ONE_AT_A_TIME:
            trusted = ssl.create_default_context()
        made = http.client.HTTPSConnection(first, port, timeout=seconds, context=trusted)
        if self.proxy is not None:
            made.set_tunnel(self.name, self.port, dict(self.tunnel_headers))
        return made


def route_to(address: str) -> Route:
    """`address` is one that `modeldesk.core.event_receiver` has checked."""
    parts = urlsplit(address)
    encrypted = parts.scheme == "https"
    name = parts.hostname or ""
    port = parts.port or (443 if encrypted else 80)
    path = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
    proxy = _proxy(parts.scheme, parts.netloc, name)
    if proxy is None or not proxy.hostname:
        return Route(parts.netloc, path, encrypted, name, port)
    place = (proxy.hostname, proxy.port or 80)
    sign_in = _sign_in(proxy)
    if encrypted:
        return Route(parts.netloc, path, True, name, port, place, tunnel_headers=sign_in)
    # An unencrypted request goes to the proxy whole.
    whole = f"http://{parts.netloc}{path}"
    return Route(parts.netloc, whole, False, name, port, place, headers=sign_in)


def _proxy(scheme: str, netloc: str, name: str) -> SplitResult | None:
    if name in _LOOPBACK or proxy_bypass(netloc):
        return None
    proxies = getproxies()
    given = proxies.get(scheme) or proxies.get("all") or ""
    found = urlsplit(given if "://" in given else f"http://{given}") if given else None
    return found if found is not None and found.scheme == "http" else None


def _sign_in(proxy: SplitResult) -> dict[str, str]:
    if proxy.username is None:
        return {}
    pair = f"{unquote(proxy.username)}:{unquote(proxy.password or '')}"
    return {"Proxy-Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}
