"""Getting to know an engine at an address: whether it answers, what it is, which API to speak."""

import json
import threading
import time

from docker.tls import TLSConfig

from modeldesk.adapters.docker_engine.addresses import PODMAN, Candidate, TlsFiles
from modeldesk.adapters.docker_engine.connection import Connection
from modeldesk.adapters.docker_engine.errors import not_an_engine, too_slow, translated
from modeldesk.adapters.docker_engine.facade import DockerEngine
from modeldesk.adapters.docker_engine.fields import Object, items, mapping, text, texts
from modeldesk.adapters.docker_engine.identity import identity_of
from modeldesk.adapters.docker_engine.streams import EngineRequest, open_stream
from modeldesk.core.engine.model import EngineInfo
from modeldesk.core.errors import (
    Cancelled,
    EngineError,
    EngineTooOld,
    InvalidInput,
    NotFound,
)
from modeldesk.core.jobs import CancelToken
from modeldesk.core.ports import FindSignIn
from modeldesk.core.words import tr

OLDEST_API = (1, 40)
"""Docker 19.03: the first that builds with BuildKit over its API."""
NEWEST_API = (1, 51)
"""The newest that was tried with; newer engines are spoken to in this version."""


def connect(
    candidate: Candidate, seconds: float, find_sign_in: FindSignIn | None = None
) -> DockerEngine:
    """The engine at the address, within `seconds`. Raises `EngineUnavailable`,
    `EngineNotPermitted`, `EngineTooOld`, `EngineError`."""
    tls = _tls(candidate.tls)
    deadline = time.monotonic() + seconds
    first = Connection(candidate.address, _dotted(OLDEST_API), tls)
    version = _asked(first, "/version", seconds, versioned=False)
    connection = Connection(candidate.address, agreed_api(version), tls)
    # What the version does not tell is not worth failing for: a busy engine takes its time.
    remaining = deadline - time.monotonic()
    try:
        more = _asked(connection, "/info", remaining, versioned=True) if remaining > 0 else {}
    except EngineError:
        more = {}
    info = read_info(candidate, connection.api_version, version, more)
    identity = identity_of(candidate.address, info.product == PODMAN, more)
    containerd_store = _has_containerd_store(more)
    return DockerEngine(connection, info, identity, containerd_store, find_sign_in)


def agreed_api(version: Object) -> str:
    """The API version to speak with an engine that says `version` of itself."""
    newest = _numbers(text(version.get("ApiVersion")))
    oldest = _numbers(text(version.get("MinAPIVersion")))
    if not newest:
        raise not_an_engine()
    if newest < OLDEST_API:
        raise EngineTooOld(
            tr("The engine is too old: it speaks API {version}.", version=_dotted(newest)),
            tr("Update it to Docker 19.03 or later."),
        )
    return _dotted(max(min(newest, NEWEST_API), oldest))


def read_info(candidate: Candidate, api_version: str, version: Object, more: Object) -> EngineInfo:
    """What the engine is, from its answers to ``/version`` and ``/info``."""
    parts = [text(mapping(part).get("Name")) for part in items(version.get("Components"))]
    podman = any("podman" in part.lower() for part in parts)
    return EngineInfo(
        address=candidate.address,
        source=candidate.source,
        product=PODMAN if podman else "Docker Engine",
        version=text(version.get("Version")),
        api_version=api_version,
        operating_system=text(more.get("OperatingSystem")) or text(version.get("Os")),
        architecture=text(version.get("Arch")),
        storage_driver=text(more.get("Driver")),
        builds_with_buildkit=not podman and text(version.get("Os")) == "linux",
    )


def _has_containerd_store(more: Object) -> bool:
    """Whether images are kept by containerd, as ``/info`` tells among the driver's facts."""
    facts = [texts(fact) for fact in items(more.get("DriverStatus"))]
    return any("io.containerd.snapshotter" in word for fact in facts for word in fact)


def _asked(connection: Connection, path: str, seconds: float, versioned: bool) -> Object:
    """The JSON at `path`. The limit is for the whole answer, however it trickles in."""
    token = CancelToken()
    timer = threading.Timer(seconds, token.cancel)
    timer.name = "engine-search-limit"
    timer.start()
    try:
        request = EngineRequest(path, wait_seconds=(seconds, seconds), versioned=versioned)
        with open_stream(connection, token, request) as answer:
            body = b"".join(answer.chunks())
        return mapping(json.loads(body))
    except Cancelled as error:
        raise too_slow() from error
    except (ValueError, NotFound, InvalidInput) as error:
        raise not_an_engine(str(error)) from error
    finally:
        timer.cancel()
        timer.join()


def _tls(files: TlsFiles | None) -> TLSConfig | None:
    if files is None:
        return None
    with translated():
        return TLSConfig(
            client_cert=(str(files.certificate), str(files.key)),
            ca_cert=str(files.ca) if files.verify else None,
            verify=files.verify,
        )


def _numbers(version: str) -> tuple[int, ...]:
    parts = version.split(".")
    return tuple(map(int, parts)) if all(part.isdecimal() for part in parts) else ()


def _dotted(numbers: tuple[int, ...]) -> str:
    return ".".join(map(str, numbers))
