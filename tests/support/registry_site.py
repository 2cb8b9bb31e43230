"""A server of the tests' own that speaks as registries do when they are asked who is there, and as
what gives out their tokens."""

import base64
import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from tests.support.certificates import Certificate

HERE = "127.0.0.1"


@dataclass
class Site:
    """How it answers. `scheme` is ``basic``, ``token``, another that nobody speaks, or empty: it
    serves everyone."""

    scheme: str = "basic"
    users: dict[str, str] = field(default_factory=dict)
    lists: bool = True
    repositories: tuple[str, ...] = ()
    status: int = 200
    """What ``/v2/`` answers with where it is not 200."""
    html: bool = False
    realm: str = ""
    """Where tokens are said to be had; empty for this very server."""
    public_tokens: bool = True
    seen: list[tuple[str, str]] = field(default_factory=list)
    """Path and authorization of each question."""


class _Handler(BaseHTTPRequestHandler):
    site: Site
    scheme = "http"
    protocol_version = "HTTP/1.1"

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        self.site.seen.append((self.path, self.headers.get("Authorization", "")))
        path = urlsplit(self.path).path
        if path == "/token":
            self._token()
        elif self.site.html:
            self._say(200, b"<html>sign in</html>", {"Content-Type": "text/html"})
        elif self.site.status != 200:
            self._say(self.site.status, b"{}")
        elif not self._is_open(path):
            self._say(401, b"{}", {"WWW-Authenticate": self._question()})
        else:
            self._serve(path)

    def _serve(self, path: str) -> None:
        if path == "/v2/":
            self._say(200, b"{}", {"Docker-Distribution-Api-Version": "registry/2.0"})
        elif path == "/v2/_catalog" and self.site.lists:
            self._say(200, json.dumps({"repositories": list(self.site.repositories)}).encode())
        elif path.removeprefix("/v2/").removesuffix("/tags/list") in self.site.repositories:
            self._say(200, b'{"tags": []}')
        else:
            self._say(404, b'{"errors": []}')

    def _is_open(self, path: str) -> bool:
        given = self.headers.get("Authorization", "")
        match self.site.scheme:
            case "":
                return True
            case "basic":
                return self._user() is not None
            case "token":
                # As real ones, it looks at what the token is for, but for the first question.
                needed = "catalog" if path == "/v2/_catalog" else path.removeprefix("/v2/")
                return given.startswith("Bearer t-") and needed.removesuffix("/tags/list") in given
        return False

    def _user(self) -> str | None:
        scheme, _, encoded = self.headers.get("Authorization", "").partition(" ")
        user, _, password = base64.b64decode(encoded).decode().partition(":")
        known = scheme == "Basic" and user in self.site.users
        return user if known and self.site.users[user] == password else None

    def _question(self) -> str:
        if self.site.scheme != "token":
            return f'{self.site.scheme.capitalize()} realm="test"'
        host, port = HERE, self.server.server_port  # type: ignore[attr-defined]
        realm = self.site.realm or f"{self.scheme}://{host}:{port}/token"
        return f'Bearer realm="{realm}",service="test"'

    def _token(self) -> None:
        scope = parse_qs(urlsplit(self.path).query).get("scope", [""])[0]
        if self.headers.get("Authorization") and self._user() is None:
            self._say(401, b'{"details": "incorrect username or password"}')
        elif not self.headers.get("Authorization") and not self.site.public_tokens:
            self._say(401, b"{}")
        else:
            self._say(200, json.dumps({"token": f"t-{scope}"}).encode())

    def _say(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_: object) -> None: ...


class _Server(ThreadingHTTPServer):
    # A client that does not trust the certificate leaves in the middle of the greeting.
    def handle_error(self, *_: object) -> None: ...


@contextmanager
def serve(site: Site, certificate: Certificate | None = None) -> Iterator[str]:
    """Its host and port, while it runs; encrypted with a certificate."""
    scheme = "http" if certificate is None else "https"
    handler = type("Handler", (_Handler,), {"site": site, "scheme": scheme})
    with _Server((HERE, 0), handler) as server:
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate.file, certificate.key)
            server.socket = context.wrap_socket(
                server.socket, server_side=True, do_handshake_on_connect=False
            )
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"{HERE}:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
