"""Images pushed to and pulled from registries by the engine, layer by layer."""

import base64
import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import quote

from modeldesk.adapters.docker_engine.connection import Connection
from modeldesk.adapters.docker_engine.errors import refusal
from modeldesk.adapters.docker_engine.fields import Object, mapping, number, text
from modeldesk.adapters.docker_engine.images import asked, references
from modeldesk.adapters.docker_engine.streams import EngineRequest, open_stream
from modeldesk.adapters.docker_engine.transfer_errors import understood
from modeldesk.core.engine.model import Pulled, SignIn
from modeldesk.core.errors import (
    Cancelled,
    DiskFull,
    EngineError,
    EngineNotPermitted,
    EngineUnavailable,
    ModelDeskError,
)
from modeldesk.core.ids import ImageId
from modeldesk.core.jobs import CancelToken, Part, PartState
from modeldesk.core.ports import FindSignIn
from modeldesk.core.references import DEFAULT_REGISTRY, Reference
from modeldesk.core.words import tr

_HUB_ADDRESS = "https://index.docker.io/v1/"
_DIGEST = re.compile(r"digest:\s*(sha256:[0-9a-f]{64})", re.IGNORECASE)
_MOUNTED = "Mounted from "
_STATES = {
    "Preparing": PartState.WAITING,
    "Waiting": PartState.WAITING,
    "Pulling fs layer": PartState.WAITING,
    "Pushing": PartState.MOVING,
    "Downloading": PartState.MOVING,
    "Verifying Checksum": PartState.UNPACKING,
    "Download complete": PartState.UNPACKING,
    "Extracting": PartState.UNPACKING,
    "Pushed": PartState.DONE,
    "Pull complete": PartState.DONE,
    "Layer already exists": PartState.THERE,
    "Already exists": PartState.THERE,
}


def push(
    connection: Connection,
    reference: Reference,
    on_part: Callable[[Part], None],
    token: CancelToken,
    find_sign_in: FindSignIn | None,
) -> str:
    """See `modeldesk.core.ports.ImageEngine.push`."""
    path = f"/images/{quote(reference.name, safe='/:')}/push"
    request = EngineRequest(
        path, "POST", {"tag": reference.tag}, sign_in_headers(reference.registry, find_sign_in)
    )
    reader = _Reader(on_part)
    with _translated(reference, pushing=True):
        _run(connection, token, request, reader)
    digest = reader.digest or _known_digest(connection, reference)
    if not digest:
        raise EngineError(tr("The engine does not say what became of {name}.", name=reference))
    return digest


def pull(
    connection: Connection,
    reference: Reference,
    on_part: Callable[[Part], None],
    token: CancelToken,
    find_sign_in: FindSignIn | None,
) -> Pulled:
    """See `modeldesk.core.ports.ImageEngine.pull`."""
    wanted = reference.digest or reference.tag
    request = EngineRequest(
        "/images/create",
        "POST",
        {"fromImage": reference.name, "tag": wanted},
        sign_in_headers(reference.registry, find_sign_in),
    )
    reader = _Reader(on_part)
    with _translated(reference, pushing=False):
        _run(connection, token, request, reader)
    name = f"{reference.name}{'@' if reference.digest else ':'}{wanted}"
    with connection.client() as client:
        found = mapping(asked(client.inspect_image, name))
    digest = reference.digest or reader.digest or _of_name(reference, found)
    return Pulled(ImageId(text(found.get("Id"))), digest)


def _run(
    connection: Connection, token: CancelToken, request: EngineRequest, reader: "_Reader"
) -> None:
    with open_stream(connection, token, request) as stream:
        for message in stream.objects():
            words = text(mapping(message.get("errorDetail")).get("message"))
            if words := words or text(message.get("error")):
                raise refusal(500, words)
            reader.read(message)


@contextmanager
def _translated(reference: Reference, *, pushing: bool) -> Iterator[None]:
    """The engine's words about a registry, which come with any status and in the stream."""
    try:
        yield
    except (Cancelled, EngineUnavailable, EngineNotPermitted):
        raise
    except ModelDeskError as error:
        if not error.detail or (isinstance(error, DiskFull) and not pushing):
            raise
        raise understood(error.detail, reference, pushing=pushing) from error


class _Reader:
    """What the engine says of a transfer, as parts."""

    def __init__(self, on_part: Callable[[Part], None]) -> None:
        self._on_part = on_part
        self._parts: dict[str, Part] = {}
        self.digest = ""

    def read(self, message: Object) -> None:
        status, name = text(message.get("status")), text(message.get("id"))
        told = text(mapping(message.get("aux")).get("Digest"))
        if not told and (match := _DIGEST.search(status)):
            told = match[1]
        self.digest = told or self.digest
        mounted = status.startswith(_MOUNTED)
        state = PartState.MOUNTED if mounted else _STATES.get(status)
        if state is None or not name:
            return
        part = self._next(name, state, mapping(message.get("progressDetail")))
        if part != self._parts.get(name):
            self._parts[name] = part
            self._on_part(part)

    def _next(self, name: str, state: PartState, detail: Object) -> Part:
        before = self._parts.get(name)
        total = before.total if before else None
        done = before.done if before else 0
        if state is PartState.MOVING:
            done = number(detail.get("current"))
            total = number(detail.get("total")) or total
            # What is packed on its way can take more room than unpacked.
            return Part(name, state, done if total is None else min(done, total), total)
        if state in (PartState.UNPACKING, PartState.DONE) and total is not None:
            done = total
        return Part(name, state, done, total)


def _known_digest(connection: Connection, reference: Reference) -> str:
    """What the engine knows the image by in that repository, where it did not say."""
    with connection.client() as client:
        found = mapping(asked(client.inspect_image, str(reference)))
    return _of_name(reference, found)


def _of_name(reference: Reference, found: Object) -> str:
    digests = found.get("RepoDigests")
    names = [one for one in digests if isinstance(one, str)] if isinstance(digests, list) else []
    own = (one.digest for one in references(names) if one.name == reference.name)
    return next(own, "")


def sign_in_headers(registry: str, find_sign_in: FindSignIn | None) -> dict[str, str]:
    """With them the engine, and the machines of a swarm, are signed in as the person is."""
    found = find_sign_in(registry) if find_sign_in is not None else None
    return {"X-Registry-Auth": _encoded(registry, found)}


def _encoded(registry: str, found: SignIn | None) -> str:
    """As engines take it; they want the header for nobody too."""
    content: dict[str, str] = {}
    if found is not None:
        content["serveraddress"] = _HUB_ADDRESS if registry == DEFAULT_REGISTRY else registry
        if found.user:
            content |= {"username": found.user, "password": found.secret}
        else:
            content["identitytoken"] = found.secret
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode()
