"""The few calls to a container engine that the scripts need, over its socket, without a library."""

import http.client
import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote, urlsplit

_PIECE = 1 << 20


class EngineRefused(Exception):
    """The engine answered with an error; the message is its own."""


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: str, timeout: float | None) -> None:
        super().__init__("localhost", timeout=timeout)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


class Engine:
    """An engine at a ``unix://`` or a plain ``tcp://`` endpoint."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint

    def _connection(self, timeout: float | None) -> http.client.HTTPConnection:
        parts = urlsplit(self.endpoint)
        if parts.scheme == "unix":
            return _UnixConnection(parts.path, timeout)
        if parts.scheme in ("tcp", "http"):
            return http.client.HTTPConnection(
                parts.hostname or "127.0.0.1", parts.port or 2375, timeout=timeout
            )
        raise EngineRefused(f"cannot speak to {self.endpoint} from here")

    @contextmanager
    def _response(
        self, method: str, path: str, body: BinaryIO | None = None, timeout: float | None = None
    ) -> Iterator[http.client.HTTPResponse]:
        connection = self._connection(timeout)
        try:
            headers = {"Content-Type": "application/x-tar"} if body else {}
            connection.request(method, path, body, headers, encode_chunked=body is not None)
            response = connection.getresponse()
            if response.status >= 400:
                text = response.read().decode(errors="replace")
                raise EngineRefused(f"{response.status}: {text.strip()}")
            yield response
        finally:
            connection.close()

    def _follow(self, method: str, path: str, body: BinaryIO | None = None) -> None:
        """Read a stream of progress to its end; the engine reports errors inside it."""
        with self._response(method, path, body) as response:
            said: list[str] = []
            for line in response:
                try:
                    event = json.loads(line)
                except ValueError:
                    continue
                said.append(str(event.get("stream", "")))
                if "error" in event:
                    log = "".join(said)[-2000:]
                    raise EngineRefused(f"{log}{event['error']}")

    def answers(self, timeout: float = 3) -> bool:
        """Whether an engine is there and lets us in."""
        try:
            with self._response("GET", "/_ping", timeout=timeout) as response:
                return response.read() == b"OK"
        except (OSError, http.client.HTTPException, EngineRefused):
            return False

    def has_image(self, reference: str) -> bool:
        try:
            with self._response("GET", f"/images/{quote(reference)}/json"):
                return True
        except EngineRefused:
            return False

    def pull(self, reference: str) -> None:
        name, _, tag = reference.rpartition(":")
        self._follow("POST", f"/images/create?fromImage={quote(name, safe='')}&tag={quote(tag)}")

    def tag(self, reference: str, new: str) -> None:
        name, _, tag = new.rpartition(":")
        query = f"repo={quote(name, safe='')}&tag={quote(tag)}"
        with self._response("POST", f"/images/{quote(reference)}/tag?{query}"):
            pass

    def import_root(self, archive: Path, reference: str, changes: tuple[str, ...]) -> None:
        """Make an image of one layer from a tar of a file system."""
        name, _, tag = reference.rpartition(":")
        query = f"fromSrc=-&repo={quote(name, safe='')}&tag={quote(tag)}"
        query += "".join(f"&changes={quote(change)}" for change in changes)
        with archive.open("rb") as body:
            self._follow("POST", f"/images/create?{query}", body)

    def build(self, context: Path, reference: str) -> None:
        """Build the Dockerfile at the root of the tar `context`."""
        with context.open("rb") as body:
            self._follow("POST", f"/build?t={quote(reference, safe='')}&rm=1&forcerm=1", body)

    def load(self, archive: Path) -> None:
        with archive.open("rb") as body:
            self._follow("POST", "/images/load?quiet=1", body)

    def save(self, references: tuple[str, ...], to: Path) -> None:
        """Write `references` as one archive that `load` reads."""
        query = "&".join(f"names={quote(name, safe='')}" for name in references)
        with self._response("GET", f"/images/get?{query}") as response, to.open("wb") as file:
            while piece := response.read(_PIECE):
                file.write(piece)

    def remove_image(self, reference: str) -> None:
        with self._response("DELETE", f"/images/{quote(reference)}"):
            pass
