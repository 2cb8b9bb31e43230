"""Reading a registry: manifests, small blobs, and large ones as streams, each held against its
digest before it counts."""

import hashlib
import ipaddress
import logging
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import httpx

from modeldesk.adapters.oci_registry.challenge import Challenge, read_challenges
from modeldesk.adapters.oci_registry.credentials import Credentials, find_credentials
from modeldesk.adapters.oci_registry.errors import (
    lied,
    not_a_registry,
    refusal,
    translated,
)
from modeldesk.adapters.oci_registry.tags import LARGEST_PAGE, TagPages
from modeldesk.core.errors import RegistryError
from modeldesk.core.jobs import CancelToken
from modeldesk.core.references import DEFAULT_REGISTRY

MANIFESTS = (
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
)
"""All are asked for always: a registry hides what is not."""
LARGEST_DOCUMENT = 8 * 1024 * 1024
"""Bytes of a manifest or configuration; honest ones take a hundredth of it."""

_HUB_HOST = "registry-1.docker.io"
_CONNECT_SECONDS = 10.0
_SILENCE_SECONDS = 60.0
_MOST_REDIRECTS = 5
_TRIES = 4
_WORTH_TRYING_AGAIN = (429, 500, 502, 503, 504)
_LONGEST_WAIT_S = 20.0
_PIECE = 1024 * 1024

# It tells every address at INFO, and those of blobs are signed: whoever has one may read it.
logging.getLogger("httpx").setLevel(logging.WARNING)

FindCredentials = Callable[[str], Credentials | None]


class RegistryClient:
    """One registry, for one reader. Several threads may ask at once, all with one token."""

    def __init__(
        self,
        registry: str,
        find: FindCredentials = find_credentials,
        transport: httpx.BaseTransport | None = None,
        connect_seconds: float = _CONNECT_SECONDS,
    ) -> None:
        self.registry = registry
        self._host = _HUB_HOST if registry == DEFAULT_REGISTRY else registry
        self._base = ""
        self._find = find
        self._authorization: dict[str, str] = {}
        """Repository → header."""
        self._signing_in = threading.Lock()
        self._sockets: list[socket.socket] = []
        self._is_cut = False
        self._http = httpx.Client(
            transport=transport,
            timeout=httpx.Timeout(_SILENCE_SECONDS, connect=connect_seconds),
            follow_redirects=True,
            max_redirects=_MOST_REDIRECTS,
            headers={"User-Agent": "modeldesk"},
        )

    def manifest(self, repository: str, reference: str, token: CancelToken) -> tuple[bytes, str]:
        """A manifest or index by tag or digest, as it is kept, and its digest."""
        what = f"{repository}{'@' if ':' in reference else ':'}{reference}"
        path = f"/v2/{repository}/manifests/{reference}"
        content = self._document(repository, path, what, token, ", ".join(MANIFESTS))
        digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
        if ":" in reference:
            _check(self.registry, content, reference)
        return content, digest

    def digest(self, repository: str, tag: str, token: CancelToken) -> str:
        """What a tag names, as the registry says; empty where it does not say."""
        path = f"/v2/{repository}/manifests/{tag}"
        accept = ", ".join(MANIFESTS)
        with self._ask(repository, path, f"{repository}:{tag}", token, accept, "HEAD") as answer:
            return str(answer.headers.get("docker-content-digest", ""))

    def tags(self, repository: str, token: CancelToken) -> tuple[str, ...]:
        """Every tag, sorted as text. Raises `NotInRegistry` when there is no such repository."""
        pages = TagPages(self.registry, repository)
        while pages.query:
            path = f"/v2/{repository}/tags/list?{pages.query}"
            with self._ask(repository, path, repository, token, "application/json") as answer:
                following = answer.links.get("next", {}).get("url", "")
                pages.add(self._content(answer, LARGEST_PAGE), following, self._base)
        return pages.tags

    def document(self, repository: str, digest: str, token: CancelToken) -> bytes:
        """A small blob, such as an image's configuration."""
        path = f"/v2/{repository}/blobs/{digest}"
        content = self._document(repository, path, digest, token, "*/*")
        _check(self.registry, content, digest)
        return content

    def blob(self, repository: str, digest: str, token: CancelToken) -> Iterator[bytes]:
        """A blob in pieces. Raises `RegistryLied` at its end when it is not what the digest
        says; so what was made of the pieces counts only once all of them came."""
        algorithm, hasher = _hasher(self.registry, digest)
        with self._ask(
            repository, f"/v2/{repository}/blobs/{digest}", digest, token, "*/*"
        ) as answer:
            pieces = answer.iter_raw(_PIECE)
            while True:
                token.raise_if_cancelled()
                with translated(self.registry):
                    piece = next(pieces, None)
                if piece is None:
                    break
                hasher.update(piece)
                yield piece
        if f"{algorithm}:{hasher.hexdigest()}" != digest:
            raise lied(self.registry, digest)

    def close(self) -> None:
        """Let go of every connection."""
        self._http.close()

    def _document(
        self, repository: str, path: str, what: str, token: CancelToken, accept: str
    ) -> bytes:
        with self._ask(repository, path, what, token, accept) as answer:
            return self._content(answer, LARGEST_DOCUMENT)

    def _content(self, answer: httpx.Response, largest: int) -> bytes:
        content = bytearray()
        with translated(self.registry):
            for piece in answer.iter_bytes():
                content += piece
                if len(content) > largest:
                    raise not_a_registry(self.registry, f"more than {largest} bytes")
        return bytes(content)

    @contextmanager
    def _ask(
        self,
        repository: str,
        path: str,
        what: str,
        token: CancelToken,
        accept: str,
        method: str = "GET",
    ) -> Iterator[httpx.Response]:
        """An answer of 200, opened. Signs in when asked to, tries again when it is worth it."""
        token.raise_if_cancelled()
        self._is_cut = False
        with token.closing(self._cut):
            answer = self._answered(method, repository, path, token, accept)
            try:
                if answer.status_code != 200:
                    raise refusal(self.registry, what, answer.status_code, _beginning(answer))
                if "text/html" in answer.headers.get("content-type", ""):
                    raise not_a_registry(self.registry, _beginning(answer))
                yield answer
            except RegistryError:
                # A cancel breaks the connection, and that is what the reader met.
                token.raise_if_cancelled()
                raise
            finally:
                answer.close()

    def _answered(
        self, method: str, repository: str, path: str, token: CancelToken, accept: str
    ) -> httpx.Response:
        signed_in = False
        for attempt in range(_TRIES):
            headers = {"Accept": accept}
            known = self._authorization.get(repository, "")
            if known:
                headers["Authorization"] = known
            try:
                with translated(self.registry):
                    answer = self._send(method, path, headers)
            except RegistryError:
                token.raise_if_cancelled()
                raise
            if answer.status_code == 401 and not signed_in:
                answer.close()
                signed_in = True
                with self._signing_in:
                    # Another thread may have met the same question meanwhile.
                    if self._authorization.get(repository, "") == known:
                        self._sign_in(repository, answer.headers.get("www-authenticate", ""))
                continue
            if answer.status_code not in _WORTH_TRYING_AGAIN or attempt == _TRIES - 1:
                return answer
            answer.close()
            if token.wait(_pause(answer, attempt)):
                token.raise_if_cancelled()
        return answer

    def _send(self, method: str, path: str, headers: dict[str, str]) -> httpx.Response:
        base = self._base or f"https://{self._host}"
        try:
            answer = self._http.send(self._request(method, base + path, headers), stream=True)
        except (httpx.ConnectError, httpx.RemoteProtocolError):
            # As docker does: what never leaves the machine may be plain.
            if self._base or not _is_loopback(self._host):
                raise
            base = f"http://{self._host}"
            answer = self._http.send(self._request(method, base + path, headers), stream=True)
        self._base = base
        return answer

    def _request(self, method: str, url: str, headers: dict[str, str]) -> httpx.Request:
        return self._http.build_request(
            method, url, headers=headers, extensions={"trace": self._notice}
        )

    def _sign_in(self, repository: str, header: str) -> None:
        """Answer a challenge; when nobody is known, as nobody."""
        credentials = self._find(self.registry)
        for challenge in read_challenges(header):
            if challenge.scheme == "basic" and credentials is not None and credentials.user:
                basic = httpx.BasicAuth(credentials.user, credentials.password)
                request = next(basic.auth_flow(httpx.Request("GET", self._base)))
                self._authorization[repository] = request.headers["Authorization"]
                return
            if challenge.scheme == "bearer" and challenge.parameters.get("realm"):
                token = self._fetch_token(repository, challenge, credentials)
                self._authorization[repository] = f"Bearer {token}"
                return

    def _fetch_token(
        self, repository: str, challenge: Challenge, credentials: Credentials | None
    ) -> str:
        asked = {
            "service": challenge.parameters.get("service", ""),
            "scope": challenge.parameters.get("scope") or f"repository:{repository}:pull",
        }
        realm = challenge.parameters["realm"]
        if not _may_be_asked(realm, self._base):
            raise not_a_registry(self.registry, f"sign-in at {realm}")
        with translated(self.registry):
            if credentials is not None and credentials.identity_token:
                form = {
                    **asked,
                    "grant_type": "refresh_token",
                    "refresh_token": credentials.identity_token,
                    "client_id": "modeldesk",
                }
                answer = self._http.post(realm, data=form)
            else:
                auth = (
                    httpx.BasicAuth(credentials.user, credentials.password)
                    if credentials is not None
                    else None
                )
                answer = self._http.get(realm, params=asked, auth=auth)
        if answer.status_code != 200:
            raise refusal(self.registry, repository, 401, answer.text)
        try:
            content = answer.json()
            token = content.get("token") or content.get("access_token")
        except (ValueError, AttributeError) as error:
            raise not_a_registry(self.registry, answer.text) from error
        if not isinstance(token, str) or not token:
            raise not_a_registry(self.registry, "no token")
        return token

    def _cut(self) -> None:
        """Break every connection, from any thread: closing one frees nobody who reads from it."""
        self._is_cut = True
        sockets, self._sockets = self._sockets, []
        for one in sockets:
            _break(one)

    def _notice(self, event: str, info: dict[str, Any]) -> None:
        """The library tells of the connections it opens."""
        if event == "connection.connect_tcp.complete":
            found = info["return_value"].get_extra_info("socket")
            if isinstance(found, socket.socket):
                self._sockets.append(found)
                if self._is_cut:
                    _break(found)


def _break(connection: socket.socket) -> None:
    with suppress(OSError):
        # Past the TLS layer, which must not be touched from two threads.
        socket.socket.shutdown(connection, socket.SHUT_RDWR)


def _check(registry: str, content: bytes, digest: str) -> None:
    algorithm, hasher = _hasher(registry, digest)
    hasher.update(content)
    if f"{algorithm}:{hasher.hexdigest()}" != digest:
        raise lied(registry, digest)


def _hasher(registry: str, digest: str) -> tuple[str, Any]:
    algorithm = digest.partition(":")[0]
    if algorithm not in ("sha256", "sha512"):
        raise not_a_registry(registry, f"digest {digest}")
    return algorithm, hashlib.new(algorithm)


def _beginning(answer: httpx.Response) -> str:
    """Its first words, whatever it is."""
    with suppress(httpx.HTTPError):
        for piece in answer.iter_bytes(2048):
            return piece.decode("utf-8", "replace")
    return ""


def _pause(answer: httpx.Response, attempt: int) -> float:
    said = answer.headers.get("retry-after", "")
    seconds = float(said) if said.isdecimal() else 0.5 * 2.0**attempt
    return min(seconds, _LONGEST_WAIT_S)


def _is_loopback(host: str) -> bool:
    name = host.rpartition(":")[0] if host.rpartition(":")[2].isdecimal() else host
    name = name.strip("[]")
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def _may_be_asked(realm: str, base: str) -> bool:
    """Whether a name and password may be sent there: in the clear only where the registry
    itself is spoken to so."""
    try:
        url = httpx.URL(realm)
    except httpx.InvalidURL:
        return False
    return url.scheme == "https" or (url.scheme == "http" and base.startswith("http://"))
