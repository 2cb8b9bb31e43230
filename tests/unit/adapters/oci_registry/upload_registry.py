"""A registry in memory that takes uploads as the specification says, behind httpx's mock
transport: it knows what it has, and goes on from there."""

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import httpx

from modeldesk.adapters.oci_registry.client import RegistryClient
from modeldesk.core.registry.credentials import Credentials

Answer = httpx.Response | None
_SECRET = "?_state=a%2Bb%3D"


@dataclass
class Session:
    """One upload. `part` counts the addresses it had."""

    content: bytearray = field(default_factory=bytearray)
    part: int = 0


class UploadRegistry:
    """`before` may answer in the registry's place, and sees each request; `breaks` are byte counts
    after which the connection goes, one for each request that sends something."""

    def __init__(self) -> None:
        self.host = "r.lan"
        self.blobs: dict[str, bytes] = {}
        self.sessions: dict[str, Session] = {}
        self.asked: Counter[str] = Counter()
        self.sent: list[int] = []
        """Bytes of each request that sent some."""
        self.ranges: list[str] = []
        """What each said of its place."""
        self.breaks: list[int] = []
        self.before: Callable[[httpx.Request], Answer] = lambda _: None
        self.location = "/v2/team/model/blobs/uploads/{name}" + _SECRET
        self.tells_range = True

    def client(self, user: Credentials | None = None) -> RegistryClient:
        return RegistryClient(self.host, lambda _: user, httpx.MockTransport(self.answer))

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.asked[request.method] += 1
        answered = self.before(request)
        if answered is not None:
            return answered
        path = request.url.path
        if request.method == "HEAD":
            return httpx.Response(200 if path.rpartition("/")[2] in self.blobs else 404)
        if request.method == "POST":
            name = f"u{self.asked['POST']}"
            self.sessions[name] = Session()
            return self._session(202, name)
        found = re.fullmatch(r"(u\d+)-(\d+)", path.rpartition("/")[2])
        assert found is not None, path
        name = found[1]
        session = self.sessions.get(name)
        if session is None or session.part != int(found[2]):
            return httpx.Response(404, json={"errors": [{"code": "BLOB_UPLOAD_UNKNOWN"}]})
        match request.method:
            case "GET":
                return self._session(204, name)
            case "DELETE":
                del self.sessions[name]
                return httpx.Response(204)
            case "PATCH":
                self._take(session, request)
                return self._session(202, name)
        self._take(session, request)
        return self._end(name, request)

    def _end(self, name: str, request: httpx.Request) -> httpx.Response:
        assert request.url.params["_state"] == "a+b="
        content = bytes(self.sessions.pop(name).content)
        digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
        if digest != request.url.params["digest"]:
            return httpx.Response(400, json={"errors": [{"code": "DIGEST_INVALID"}]})
        self.blobs[digest] = content
        return httpx.Response(201, headers={"Docker-Content-Digest": digest})

    def _take(self, session: Session, request: httpx.Request) -> None:
        self.ranges.append(request.headers.get("content-range", ""))
        taken = 0
        limit = self.breaks.pop(0) if self.breaks else None
        for piece in _pieces(request):
            session.content += piece if limit is None else piece[: limit - taken]
            taken += len(piece)
            if limit is not None and taken >= limit:
                self.sent.append(limit)
                raise httpx.WriteError("broken pipe", request=request)
        if taken:
            self.sent.append(taken)

    def _session(self, status: int, name: str) -> httpx.Response:
        session = self.sessions[name]
        headers = {"Location": self.location.format(name=f"{name}-{session.part}")}
        if self.tells_range:
            headers["Range"] = f"0-{max(len(session.content) - 1, 0)}"
        return httpx.Response(status, headers=headers)


def _pieces(request: httpx.Request) -> Iterator[bytes]:
    assert isinstance(request.stream, httpx.SyncByteStream)
    yield from request.stream
