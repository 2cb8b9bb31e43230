"""Servers that speak as hosted registries do: how they ask who is there, what they refuse and with
which words, and where they send one for blobs. As their public documents and their users tell."""

import base64
import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar
from urllib.parse import parse_qs, parse_qsl, urlsplit

HERE = "127.0.0.1"
USER, PASSWORD = "mia", "secret-of-mia"
OTHER, OTHERS_PASSWORD = "ben", "secret-of-ben"


def digest_of(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


Access = tuple[str, str, list[str]]
"""Kind, name, and what is allowed."""


@dataclass(frozen=True)
class Asked:
    """A request."""

    method: str
    path: str
    query: dict[str, str]
    scopes: tuple[str, ...]
    authorization: str
    body: bytes
    kind: str

    @property
    def basic(self) -> tuple[str, str]:
        """User and password; empty for none."""
        scheme, _, encoded = self.authorization.partition(" ")
        if scheme != "Basic":
            return "", ""
        user, _, password = base64.b64decode(encoded).decode().partition(":")
        return user, password


@dataclass(frozen=True)
class Said:
    """An answer."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


def refusal(status: int, code: str, message: str, **headers: str) -> Said:
    """As the specification words one."""
    body = json.dumps({"errors": [{"code": code, "message": message}]}).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Said(status, body, {"Content-Type": "application/json", **named})


def said(content: object, **headers: str) -> Said:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Said(200, json.dumps(content).encode(), {"Content-Type": "application/json", **named})


@dataclass
class Repository:
    """`readers` may read it; None: everybody. `writers` may write to it, too."""

    readers: frozenset[str] | None = frozenset({USER})
    writers: frozenset[str] = frozenset({USER})
    blobs: dict[str, bytes] = field(default_factory=dict)
    manifests: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)

    def allows(self, user: str, action: str) -> bool:
        if action == "pull":
            return self.readers is None or user in self.readers | self.writers
        return user in self.writers


class Hosted:
    """What they have in common: the specification, and tokens for a scope."""

    service: ClassVar[str]
    realm: ClassVar[str] = "/token"
    makes_repositories = True
    """With the first push."""
    lists_referrers = False
    deletes = True
    page = 2
    """Names in one answer."""

    def __init__(self) -> None:
        self.users = {USER: PASSWORD, OTHER: OTHERS_PASSWORD}
        self.repositories: dict[str, Repository] = {}
        self.uploads: dict[str, bytearray] = {}
        self.address = ""
        self.storage = ""
        """Where blobs are had from."""
        self.epoch = 0
        """Tokens of an earlier one are over."""
        self.immutable = False
        self.limited = False
        self.asked: list[Asked] = []

    # Who is there

    def scope_of(self, asked: Asked) -> tuple[str, tuple[str, ...]]:
        """The repository, and the actions that are needed; none for the catalogue's."""
        if asked.path in ("/v2/", "/v2/_catalog"):
            return "", ()
        name = asked.path.removeprefix("/v2/")
        for part in ("/manifests/", "/blobs/", "/tags/list", "/referrers/"):
            name = name.partition(part)[0]
        actions = {"GET": ("pull",), "HEAD": ("pull",), "DELETE": ("delete",)}
        return name, actions.get(asked.method, ("pull", "push"))

    def may(self, user: str, name: str, action: str) -> bool:
        repository = self.repositories.get(name)
        if repository is None:
            return self.makes_repositories and bool(user) and name.startswith("team/")
        return repository.allows(user, "push" if action == "delete" else action)

    def token(self, asked: Asked) -> Said:
        user, password = asked.basic
        if user and self.users.get(user) != password:
            return self.wrong_password()
        access: list[Access] = []
        for scope in asked.scopes:
            kind, _, rest = scope.partition(":")
            name, _, actions = rest.rpartition(":")
            allowed = [
                one
                for one in actions.split(",")
                if (kind == "repository" and self.may(user, name, one))
                or (kind == "registry" and self.may_list(user))
            ]
            access.append((kind, name, allowed))
        if self.keeps_tokens_from(user, access):
            return refusal(403, "DENIED", "requested access to the resource is denied")
        made = base64.urlsafe_b64encode(json.dumps([self.epoch, user, access]).encode()).decode()
        return self.token_said(made)

    def token_said(self, token: str) -> Said:
        return said({"token": token})

    def keeps_tokens_from(self, user: str, access: list[Access]) -> bool:
        """Whether a token that allows nothing is not given at all."""
        return False

    def wrong_password(self) -> Said:
        return refusal(401, "UNAUTHORIZED", "authentication required")

    def may_list(self, user: str) -> bool:
        return False

    def opened(self, asked: Asked) -> Said | None:
        """None for whoever may ask this; else what they are told."""
        name, actions = self.scope_of(asked)
        scheme, _, token = asked.authorization.partition(" ")
        if scheme != "Bearer":
            return self.question(name, actions)
        try:
            epoch, _, access = json.loads(base64.urlsafe_b64decode(token))
        except ValueError:
            return self.question(name, actions)
        if epoch != self.epoch:
            return self.over(name, actions)
        if asked.path == "/v2/":
            return None
        wanted = ("registry", "catalog", ("*",)) if not name else ("repository", name, actions)
        for kind, given, allowed in access:
            if (kind, given) == wanted[:2] and set(wanted[2]) <= set(allowed):
                return None
        return self.not_enough(name, actions)

    def question(self, name: str, actions: tuple[str, ...], error: str = "") -> Said:
        asks = f'Bearer realm="http://{self.address}{self.realm}",service="{self.service}"'
        if name or actions:
            asks += f',scope="repository:{name}:{",".join(reversed(actions))}"'
        if error:
            asks += f',error="{error}"'
        return refusal(401, "UNAUTHORIZED", "authentication required", WWW_Authenticate=asks)

    def over(self, name: str, actions: tuple[str, ...]) -> Said:
        return self.question(name, actions, "invalid_token")

    def not_enough(self, name: str, actions: tuple[str, ...]) -> Said:
        return self.question(name, actions, "insufficient_scope")

    # What is there

    def answer(self, asked: Asked) -> Said:
        self.asked.append(asked)
        if asked.path == self.realm:
            return self.token(asked)
        refused = self.opened(asked)
        if refused is not None:
            return refused
        if asked.path == "/v2/":
            return said({})
        if asked.path == "/v2/_catalog":
            return self.pages(asked, "repositories", sorted(self.repositories))
        return self.inside(asked, self.scope_of(asked)[0])

    def inside(self, asked: Asked, name: str) -> Said:
        repository = self.repositories.get(name)
        if repository is None:
            if asked.method not in ("POST", "PUT", "PATCH") or not self.makes_repositories:
                return self.no_repository(name)
            repository = self.repositories[name] = Repository()
        rest = asked.path.removeprefix(f"/v2/{name}/")
        kind, _, reference = rest.partition("/")
        match kind:
            case "tags":
                return self.pages(asked, "tags", sorted(repository.tags))
            case "referrers":
                return self.referrers(repository, reference)
            case "manifests":
                return self.manifest(asked, repository, reference)
        if reference.startswith("uploads"):
            return self.upload(asked, name, repository, reference.partition("/")[2])
        if reference not in repository.blobs:
            return refusal(404, "BLOB_UNKNOWN", "blob unknown to registry")
        if asked.method == "HEAD":
            length = {"Content-Length": str(len(repository.blobs[reference]))}
            return Said(200, b"", length)
        there = f"http://{self.storage}/{name}/{reference}?X-Amz-Signature=abc"
        return Said(307, b"", {"Location": there})

    def no_repository(self, name: str) -> Said:
        return refusal(404, "NAME_UNKNOWN", "repository name not known to registry")

    def pages(self, asked: Asked, what: str, names: list[str]) -> Said:
        last = asked.query.get("last", "")
        left = [one for one in names if one > last]
        now = left[: self.page]
        if len(left) <= self.page:
            return said({what: now})
        link = f'<{asked.path}?n={self.page}&last={now[-1]}>; rel="next"'
        return said({what: now}, Link=link)

    def referrers(self, repository: Repository, digest: str) -> Said:
        if not self.lists_referrers:
            return refusal(404, "UNSUPPORTED", "unsupported")
        found = [
            {"mediaType": kind, "digest": one, "size": len(content)}
            for one, (kind, content) in repository.manifests.items()
            if json.loads(content).get("subject", {}).get("digest") == digest
        ]
        index = "application/vnd.oci.image.index.v1+json"
        return said({"schemaVersion": 2, "mediaType": index, "manifests": found})

    def manifest(self, asked: Asked, repository: Repository, reference: str) -> Said:
        digest = repository.tags.get(reference, reference)
        if asked.method == "PUT":
            return self.put_manifest(asked, repository, reference)
        if digest not in repository.manifests:
            return refusal(404, "MANIFEST_UNKNOWN", "manifest unknown")
        if asked.method == "DELETE":
            if not self.deletes:
                return refusal(405, "UNSUPPORTED", "The operation is unsupported.")
            del repository.manifests[digest]
            repository.tags = {tag: one for tag, one in repository.tags.items() if one != digest}
            return Said(202)
        if self.limited:
            return refusal(429, "TOOMANYREQUESTS", "You have reached your pull rate limit.")
        kind, content = repository.manifests[digest]
        return Said(200, content, {"Content-Type": kind, "Docker-Content-Digest": digest})

    def put_manifest(self, asked: Asked, repository: Repository, reference: str) -> Said:
        digest = digest_of(asked.body)
        if self.immutable and reference in repository.tags:
            return self.kept_as_it_is(reference)
        for part in json.loads(asked.body).get("layers", []):
            if part["digest"] not in repository.blobs:
                return refusal(400, "MANIFEST_BLOB_UNKNOWN", "blob unknown to registry")
        repository.manifests[digest] = (asked.kind, asked.body)
        if ":" not in reference:
            repository.tags[reference] = digest
        headers = {"Docker-Content-Digest": digest}
        subject = json.loads(asked.body).get("subject", {}).get("digest", "")
        if subject and self.lists_referrers:
            headers["OCI-Subject"] = subject
        return Said(201, b"", headers)

    def kept_as_it_is(self, tag: str) -> Said:
        return refusal(409, "CONFLICT", f"{tag} is immutable")

    def upload(self, asked: Asked, name: str, repository: Repository, upload: str) -> Said:
        if asked.method == "POST":
            upload = f"u{len(self.uploads)}"
            self.uploads[upload] = bytearray()
        self.uploads[upload] += asked.body
        content = bytes(self.uploads[upload])
        if asked.method == "PUT":
            digest = asked.query["digest"]
            if digest_of(content) != digest:
                return refusal(400, "DIGEST_INVALID", "provided digest did not match")
            repository.blobs[digest] = content
            return Said(201, b"", {"Docker-Content-Digest": digest})
        there = f"http://{self.address}/v2/{name}/blobs/uploads/{upload}"
        end = max(len(content) - 1, 0)
        return Said(202, b"", {"Location": there, "Range": f"0-{end}"})


class DockerHub(Hosted):
    """No catalogue; whoever may not is given a token that allows nothing."""

    service = "registry.docker.io"

    def token_said(self, token: str) -> Said:
        issued = "2026-04-05T12:00:00.123456789Z"
        return said({"token": token, "access_token": token, "expires_in": 300, "issued_at": issued})

    def wrong_password(self) -> Said:
        return said_with(401, {"details": "incorrect username or password"})


class Ghcr(Hosted):
    """Whoever may not gets no token, or is refused without a question; nothing is deleted."""

    service = "ghcr.io"
    deletes = False

    def keeps_tokens_from(self, user: str, access: list[Access]) -> bool:
        return not user and any(not allowed for _, _, allowed in access)

    def not_enough(self, name: str, actions: tuple[str, ...]) -> Said:
        return refusal(403, "DENIED", "permission_denied: The token provided does not match "
                       "expected scopes.")  # fmt: skip

    def wrong_password(self) -> Said:
        return refusal(403, "DENIED", "denied")


class GitLab(Hosted):
    """Names of many parts; the catalogue is for administrators."""

    service = "container_registry"
    realm = "/jwt/auth"

    def wrong_password(self) -> Said:
        return refusal(403, "DENIED", "access forbidden")


class Harbor(Hosted):
    """Projects are made before; a token that is over is answered as a password would be."""

    service = "harbor-registry"
    realm = "/service/token"
    makes_repositories = False
    lists_referrers = True

    def __init__(self) -> None:
        super().__init__()
        self.projects = {"team"}

    def may(self, user: str, name: str, action: str) -> bool:
        if name in self.repositories:
            return super().may(user, name, action)
        return bool(user)

    def may_list(self, user: str) -> bool:
        return user == USER

    def over(self, name: str, actions: tuple[str, ...]) -> Said:
        return refusal(401, "UNAUTHORIZED", "unauthorized", WWW_Authenticate='Basic realm="harbor"')

    def inside(self, asked: Asked, name: str) -> Said:
        project = name.partition("/")[0]
        if project not in self.projects:
            return refusal(404, "NOT_FOUND", f"project {project} not found")
        if asked.method == "POST":
            self.repositories.setdefault(name, Repository())
        return super().inside(asked, name)

    def kept_as_it_is(self, tag: str) -> Said:
        message = f"Failed to process request due to '{tag}' configured as immutable."
        return refusal(412, "PRECONDITION", message)


class Ecr(Hosted):
    """A password that is over in twelve hours, and no tokens; repositories are made before."""

    service = "ecr.amazonaws.com"
    makes_repositories = False

    def __init__(self) -> None:
        super().__init__()
        self.users = {"AWS": PASSWORD}
        self.over_passwords = set[str]()

    def opened(self, asked: Asked) -> Said | None:
        user, password = asked.basic
        if password in self.over_passwords:
            return refusal(
                403, "DENIED", "Your authorization token has expired. Reauthenticate and try again."
            )
        if user and self.users.get(user) == password:
            return None
        asks = f'Basic realm="http://{self.address}/",service="{self.service}"'
        return Said(401, b"Not Authorized", {"WWW-Authenticate": asks})

    def no_repository(self, name: str) -> Said:
        return refusal(
            404,
            "NAME_UNKNOWN",
            f"The repository with name '{name}' does not exist in the registry with id '1234'",
        )

    def kept_as_it_is(self, tag: str) -> Said:
        return refusal(
            400,
            "TAG_INVALID",
            f"The image tag '{tag}' already exists in the 'team/rec' repository and cannot be "
            "overwritten because the tag is immutable.",
        )


def said_with(status: int, content: object) -> Said:
    """Words of its own."""
    return Said(status, json.dumps(content).encode(), {"Content-Type": "application/json"})


class _Handler(BaseHTTPRequestHandler):
    hosted: Hosted
    protocol_version = "HTTP/1.1"

    def __getattr__(self, name: str) -> object:
        """All methods are one."""
        if name.startswith("do_"):
            return self._serve
        raise AttributeError(name)

    def _serve(self) -> None:
        parts = urlsplit(self.path)
        query = dict(parse_qsl(parts.query))
        scopes = parse_qs(parts.query).get("scope", [])
        asked = Asked(
            self.command,
            parts.path,
            query,
            tuple(one for scope in scopes for one in scope.split()),
            self.headers.get("Authorization", ""),
            self._body(),
            self.headers.get("Content-Type", ""),
        )
        self._say(self.hosted.answer(asked))

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", "0")))
        body = b""
        while length := int(self.rfile.readline(), 16):
            body += self.rfile.read(length)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def _say(self, answer: Said) -> None:
        self.send_response(answer.status)
        headers = {"Content-Length": str(len(answer.body))} | answer.headers
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    def log_message(self, *_: object) -> None: ...


class _Storage(_Handler):
    """Signed addresses, as of S3: whoever shows a token as well is refused."""

    def _serve(self) -> None:
        name, _, digest = urlsplit(self.path).path[1:].rpartition("/")
        if self.headers.get("Authorization"):
            self._say(Said(400, b"<Code>InvalidArgument</Code>"))
            return
        content = self.hosted.repositories[name].blobs[digest]
        first = int(self.headers.get("Range", "bytes=0-")[6:].partition("-")[0])
        self._say(Said(206 if first else 200, content[first:]))


@contextmanager
def hosted(registry: Hosted) -> Iterator[str]:
    """Its host and port, while it runs."""
    with _running(_Handler, registry) as address, _running(_Storage, registry) as storage:
        registry.address, registry.storage = address, storage
        yield address


@contextmanager
def _running(kind: type[_Handler], registry: Hosted) -> Iterator[str]:
    handler = type("Handler", (kind,), {"hosted": registry})
    with ThreadingHTTPServer((HERE, 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"{HERE}:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
