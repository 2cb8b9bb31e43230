"""How a registry is reached: its address, encrypted or not, whose certificates are trusted, and
past which proxy."""

import ssl
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

import httpx

from modeldesk.adapters.oci_registry.errors import untrusted_file
from modeldesk.core.references import DEFAULT_REGISTRY
from modeldesk.core.registry.hosts import host_name, is_loopback
from modeldesk.core.registry.known import KnownRegistry

_HUB_HOST = "registry-1.docker.io"
_DOCKER_CERTIFICATES = Path("/etc/docker/certs.d")
_LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
MOST_REDIRECTS = 5


def address_of(registry: str) -> str:
    """Host and port that are asked for the registry of that name."""
    return _HUB_HOST if registry == DEFAULT_REGISTRY else registry


def may_be_plain(known: KnownRegistry) -> bool:
    """Whether it may be spoken to unencrypted: where that was allowed, and as docker does, where
    nothing leaves the machine."""
    return known.plain_http or is_loopback(known.host)


def open_http(
    known: KnownRegistry,
    timeout: httpx.Timeout,
    transport: httpx.BaseTransport | None = None,
    tls: ssl.SSLContext | None = None,
) -> httpx.Client:
    """What asks the registry, and whoever it sends one to. Proxies are those that the environment
    names, but none between this machine and itself. `tls` is what `trust` made, to be used again.
    Raises `RegistryUntrusted` when the
    certificates to trust can't be read."""
    return httpx.Client(
        transport=transport,
        verify=True if transport is not None else tls or trust(known),
        mounts=no_proxy_here(known),
        timeout=timeout,
        follow_redirects=True,
        max_redirects=MOST_REDIRECTS,
        headers={"User-Agent": "modeldesk"},
    )


def no_proxy_here(known: KnownRegistry) -> dict[str, None]:
    """As httpx takes it: no proxy stands between this machine and itself."""
    return {f"all://{host}": None for host in (*_LOOPBACK, *_own_loopback(known))}


def trust(known: KnownRegistry) -> ssl.SSLContext:
    """The system's certificates, those that Mozilla trusts, those that docker was given for the
    registry, and its own CA file. Raises `RegistryUntrusted`."""
    of_docker = tuple(filter(None, map(_as_it_is, _of_docker(known.host))))
    if not known.ca_file:
        return _context(of_docker, None)
    try:
        return _context(of_docker, (known.ca_file, Path(known.ca_file).stat().st_mtime_ns))
    except OSError as error:  # an SSLError is one too
        raise untrusted_file(known.host, known.ca_file, error.strerror or str(error)) from error


_File = tuple[str, int]
"""A path, and when its file was changed last."""


@lru_cache(maxsize=16)
def _context(of_docker: tuple[_File, ...], own: _File | None) -> ssl.SSLContext:
    """Made once, since reading the system's takes a tenth of a second. Raises `OSError`."""
    context = httpx.create_ssl_context()
    context.load_default_certs()
    for file, _ in of_docker:
        with suppress(OSError):
            context.load_verify_locations(file)
    if own is not None:
        context.load_verify_locations(own[0])
    return context


def _as_it_is(file: Path) -> _File | None:
    try:
        return str(file), file.stat().st_mtime_ns
    except OSError:
        return None


def _own_loopback(known: KnownRegistry) -> tuple[str, ...]:
    """Its host, where it is another name of this machine, as ``127.0.0.2``."""
    address = address_of(known.host)
    name = host_name(address)
    bracketed = f"[{name}]" if ":" in name else name
    return (bracketed,) if is_loopback(address) else ()


def _of_docker(registry: str) -> list[Path]:
    with suppress(OSError):
        return sorted((_DOCKER_CERTIFICATES / registry).glob("*.crt"))
    return []
