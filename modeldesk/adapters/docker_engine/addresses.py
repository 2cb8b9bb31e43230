"""Where a container engine may listen, in the order they are tried. Nothing is connected to and
no library loaded here."""

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from modeldesk.core.words import tr

DEFAULT_SOCKET = "/var/run/docker.sock"
DEFAULT_PIPE = "npipe:////./pipe/docker_engine"
PODMAN = "Podman"


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """Files for a connection by TLS."""

    ca: Path
    certificate: Path
    key: Path
    verify: bool = True


@dataclass(frozen=True, slots=True)
class Candidate:
    """An address to try. `problem` says why it can't even be tried. `named` says that a person
    named this engine for docker: another must not take its place unasked."""

    source: str
    address: str
    tls: TlsFiles | None = None
    problem: str = ""
    named: bool = False

    @property
    def socket_path(self) -> str:
        """The path of a local socket; empty for other kinds of address."""
        return self.address.removeprefix("unix://") if self.address.startswith("unix://") else ""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the search looks at: variables, the home folder and the platform (as in
    ``sys.platform``)."""

    variables: Mapping[str, str]
    home: Path
    platform: str

    @property
    def docker_folder(self) -> Path:
        chosen = self.variables.get("DOCKER_CONFIG")
        return Path(chosen) if chosen else self.home / ".docker"

    @property
    def runtime_folder(self) -> Path:
        """Where this user's own services have their sockets."""
        chosen = self.variables.get("XDG_RUNTIME_DIR")
        if chosen:
            return Path(chosen)
        return Path("/run/user") / str(os.getuid() if hasattr(os, "getuid") else 0)


def candidates(around: Surroundings, preferred: str = "") -> tuple[Candidate, ...]:
    """Every address once, in order; `preferred` alone where it is given."""
    found = _distinct(_in_order(around))
    if not preferred.strip():
        return found
    address = complete(preferred)
    known = (one for one in found if one.address == address)
    return (next(known, Candidate(tr("Settings"), address)),)


def complete(address: str) -> str:
    """The address with its scheme: a bare path is a local socket."""
    address = address.strip()
    return f"unix://{address}" if address.startswith("/") else address


def _in_order(around: Surroundings) -> Iterator[Candidate]:
    host = around.variables.get("DOCKER_HOST", "").strip()
    if host:
        yield Candidate("DOCKER_HOST", complete(host), _tls_by_variables(around), named=True)
    context = _current_context(around)
    if context not in ("", "default"):
        yield _of_context(context, around.docker_folder)
    if around.platform == "win32":
        yield Candidate(tr("Default address"), DEFAULT_PIPE)
        yield Candidate("Docker Desktop", "npipe:////./pipe/dockerDesktopLinuxEngine")
        yield Candidate(PODMAN, "npipe:////./pipe/podman-machine-default")
        return
    yield _socket(tr("Default address"), DEFAULT_SOCKET)
    home, runtime = around.home, around.runtime_folder
    yield _socket(tr("Rootless Docker"), runtime / "docker.sock")
    yield _socket("Docker Desktop", home / ".docker/run/docker.sock")
    yield _socket("Docker Desktop", home / ".docker/desktop/docker.sock")
    yield _socket("Colima", home / ".colima/default/docker.sock")
    yield _socket("Colima", home / ".config/colima/default/docker.sock")
    yield _socket("Rancher Desktop", home / ".rd/docker.sock")
    yield _socket("OrbStack", home / ".orbstack/run/docker.sock")
    yield _socket(PODMAN, runtime / "podman/podman.sock")
    yield _socket(PODMAN, "/run/podman/podman.sock")
    if around.platform == "darwin":
        yield _socket(PODMAN, home / ".local/share/containers/podman/machine/podman.sock")


def _socket(source: str, path: str | Path) -> Candidate:
    return Candidate(source, f"unix://{path}")


def _distinct(found: Iterable[Candidate]) -> tuple[Candidate, ...]:
    """The first of those that lead to the same place, by whatever links."""
    kept: dict[str, Candidate] = {}
    for one in found:
        place = os.path.realpath(one.socket_path) if one.socket_path else one.address
        kept.setdefault(place or one.source, one)
    return tuple(kept.values())


def _current_context(around: Surroundings) -> str:
    chosen = around.variables.get("DOCKER_CONTEXT")
    if chosen is not None:
        return chosen
    current = _json(around.docker_folder / "config.json").get("currentContext")
    return current if isinstance(current, str) else ""


def _of_context(name: str, folder: Path) -> Candidate:
    """A context as docker keeps it, in a folder named by the digest of its name."""
    source = tr("Context {name}", name=name)
    kept = hashlib.sha256(name.encode()).hexdigest()
    endpoints = _json(folder / "contexts" / "meta" / kept / "meta.json").get("Endpoints")
    endpoint = endpoints.get("docker") if isinstance(endpoints, dict) else None
    host = endpoint.get("Host") if isinstance(endpoint, dict) else None
    if not isinstance(endpoint, dict) or not isinstance(host, str) or not host:
        problem = tr("The docker context “{name}” has no address that can be read.", name=name)
        return Candidate(source, "", problem=problem, named=True)
    verify = endpoint.get("SkipTLSVerify") is not True
    tls = _tls(folder / "contexts/tls" / kept / "docker", verify)
    return Candidate(source, complete(host), tls, named=True)


def _tls_by_variables(around: Surroundings) -> TlsFiles | None:
    if not around.variables.get("DOCKER_TLS_VERIFY"):
        return None
    chosen = around.variables.get("DOCKER_CERT_PATH")
    folder = Path(chosen) if chosen else around.docker_folder
    return TlsFiles(folder / "ca.pem", folder / "cert.pem", folder / "key.pem")


def _tls(folder: Path, verify: bool) -> TlsFiles | None:
    if not folder.is_dir():
        return None
    return TlsFiles(folder / "ca.pem", folder / "cert.pem", folder / "key.pem", verify)


def _json(path: Path) -> dict[str, object]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}
