"""What gives out tokens that a real registry takes: it signs them with a key of its own, through
the openssl program."""

import base64
import json
import secrets
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

HERE = "127.0.0.1"
_CONFIGURATION = """\
auth:
  token:
    realm: http://{address}/token
    service: tests
    issuer: tests
    rootcertbundle: {certificate}
"""
_LENIENCE_S = 60
"""So long after its end a token is taken still, by Docker's registry."""


@dataclass
class TokenServer:
    """It knows one user. `asked` has the scopes of each question."""

    folder: Path
    user: str = "mia"
    password: str = "secret-of-mia"
    refresh_token: str = "identity-of-mia"
    seconds: float = 300
    """How long a token is good for."""
    tells_seconds: bool = True
    forbidden: tuple[str, ...] = ()
    """Actions that nobody is allowed."""
    asked: list[tuple[str, ...]] = field(default_factory=list)
    address: str = ""

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
             "/CN=tests", "-keyout", str(self._key), "-out", str(self._certificate)],
            check=True, capture_output=True, timeout=30,
        )  # fmt: skip

    def configuration(self) -> str:
        """What a registry must be told of it."""
        return _CONFIGURATION.format(address=self.address, certificate=self._certificate)

    def token(self, scopes: tuple[str, ...]) -> str:
        """For all of that, but for what is forbidden."""
        now = time.time()
        access = []
        for scope in scopes:
            kind, _, rest = scope.partition(":")
            name, _, actions = rest.rpartition(":")
            allowed = [one for one in actions.split(",") if one not in self.forbidden]
            access.append({"type": kind, "name": name, "actions": allowed})
        certificate = self._certificate.read_text().split("-----")[2].replace("\n", "")
        header = {"typ": "JWT", "alg": "RS256", "x5c": [certificate]}
        claims = {
            "iss": "tests",
            "sub": self.user,
            "aud": "tests",
            "exp": int(now + self.seconds - _LENIENCE_S),
            "nbf": int(now) - 120,
            "iat": int(now) - 120,
            "jti": secrets.token_hex(8),
            "access": access,
        }
        signed = f"{_packed(json.dumps(header).encode())}.{_packed(json.dumps(claims).encode())}"
        done = subprocess.run(
            ["openssl", "dgst", "-sha256", "-sign", str(self._key)],
            input=signed.encode(), capture_output=True, check=True, timeout=30,
        )  # fmt: skip
        return f"{signed}.{_packed(done.stdout)}"

    def knows(self, authorization: str) -> bool:
        """Whether that is the user's name and password."""
        own = base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
        return authorization == f"Basic {own}"

    @property
    def _key(self) -> Path:
        return self.folder / "token.key"

    @property
    def _certificate(self) -> Path:
        return self.folder / "token.pem"


class _Handler(BaseHTTPRequestHandler):
    tokens: TokenServer
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        given = parse_qsl(urlsplit(self.path).query)
        self._answer(given, self.tokens.knows(self.headers.get("Authorization", "")))

    def do_POST(self) -> None:
        given = parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self._answer(given, ("refresh_token", self.tokens.refresh_token) in given)

    def _answer(self, given: list[tuple[str, str]], is_known: bool) -> None:
        if not is_known:
            self._say(401, {"details": "incorrect username or password"})
            return
        said = [value for name, value in given if name == "scope"]
        scopes = tuple(one for value in said for one in value.split())
        self.tokens.asked.append(scopes)
        found: dict[str, object] = {"token": self.tokens.token(scopes)}
        if self.tokens.tells_seconds:
            found["expires_in"] = self.tokens.seconds
        self._say(200, found)

    def _say(self, status: int, found: dict[str, object]) -> None:
        body = json.dumps(found).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None: ...


@contextmanager
def serve_tokens(tokens: TokenServer) -> Iterator[TokenServer]:
    """Its `address` is known while it runs."""
    handler = type("Handler", (_Handler,), {"tokens": tokens})
    with ThreadingHTTPServer((HERE, 0), handler) as server:
        tokens.address = f"{HERE}:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield tokens
        finally:
            server.shutdown()
            thread.join()


def _packed(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
