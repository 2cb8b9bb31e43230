"""What is sent of a folder, by us and by the docker command line.

The command line is asked to build at an endpoint that only keeps the context it is given; so what
is compared is what either would send, and nothing is built.
"""

import io
import os
import shutil
import socketserver
import subprocess
import tarfile
import tempfile
import threading
from http.server import BaseHTTPRequestHandler
from pathlib import Path

from modeldesk.core.build_context.ignore import DOCKERIGNORE, IgnoreRules
from modeldesk.core.build_context.scan import scan
from modeldesk.core.build_context.stream import stream
from modeldesk.core.errors import FolderError
from modeldesk.core.jobs import CancelToken

Sent = dict[str, tuple[bytes, int, str]] | None
"""Files and links: type, mode, link target; None for patterns that are refused."""

FILES = (
    "Dockerfile", "README.md", "serve.py", "a", "ab", "abc", "a.txt", "b.txt", "A.TXT", ".env",
    ".env.example", "#hash", "!bang", "sp ace", "caf\udce9", "模型.bin", "[x]", "x*y",
    "back\\slash",
    "data/train.csv", "data/raw/1.csv", "data/raw/deep/2.csv", "data/README.md", "data/.keep",
    "models/v1/weights.bin", "models/v1/config.json", "models/v2/weights.bin", "models/notes.txt",
    "src/app.py", "src/app.pyc", "src/__pycache__/app.cpython-311.pyc", "src/pkg/__init__.py",
    "src/pkg/test_a.py", ".git/config", ".git/objects/ab/cd", "docs/a/b/c/d.md", "docs/a/b.md",
    "build/Dockerfile", "build/out.o", "-rf", "v1", "v10", "vd", "]", "^x", "node_modules/a/b.js",
)  # fmt: skip


class Catcher:
    """An endpoint that says it is an old engine, takes contexts, and refuses to build them."""

    def __init__(self) -> None:
        # Sockets need a short path.
        self._folder = Path(tempfile.mkdtemp(prefix="mdt-", dir="/tmp"))
        self.context = b""
        catcher = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_HEAD(self) -> None:
                self._answer(200)

            def do_GET(self) -> None:
                self._answer(200, b"OK")

            def do_POST(self) -> None:
                received = bytearray()
                while size := int(self.rfile.readline(), 16):
                    received += self.rfile.read(size)
                    self.rfile.readline()
                self.rfile.readline()
                catcher.context = bytes(received)
                self._answer(500, b'{"message":"caught"}')

            def _answer(self, status: int, body: bytes = b"") -> None:
                self.send_response(status)
                self.send_header("API-Version", "1.41")
                self.send_header("OSType", "linux")
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def address_string(self) -> str:
                return "local"

            def log_message(self, *_: object) -> None:
                pass

        self._server = socketserver.ThreadingUnixStreamServer(
            str(self._folder / "docker.sock"), Handler
        )
        self._server.daemon_threads = False
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()

    @property
    def address(self) -> str:
        return f"unix://{self._folder}/docker.sock"

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        shutil.rmtree(self._folder)


def make_folder(folder: Path) -> None:
    """A folder with names and kinds of entries that patterns may find hard."""
    for name in FILES:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name.encode("utf-8", "replace").decode())
    (folder / "src/app.py").chmod(0o4755)
    (folder / "loop").symlink_to("loop")
    (folder / "data/up").symlink_to("..")
    (folder / "empty").mkdir()


def sent_by_docker(catcher: Catcher, folder: Path) -> Sent:
    catcher.context = b""
    environment = {**os.environ, "DOCKER_HOST": catcher.address, "DOCKER_BUILDKIT": "0"}
    done = subprocess.run(
        ["docker", "build", "--quiet", str(folder)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    if not catcher.context:
        assert "pattern" in done.stderr, done.stderr
        return None
    assert "caught" in done.stderr
    return contents(catcher.context)


def sent_by_us(folder: Path, *, classic: bool = True) -> Sent:
    text = (folder / DOCKERIGNORE).read_bytes().decode("utf-8", "surrogateescape")
    try:
        rules = IgnoreRules.parse(text, classic=classic)
    except FolderError:
        return None
    always = frozenset({"Dockerfile", DOCKERIGNORE})
    plan = scan(folder, rules, CancelToken(), always=always)
    return contents(b"".join(stream(plan, CancelToken())))


def contents(context: bytes) -> Sent:
    """Without folders: those that hold nothing else of the context may be left out."""
    with tarfile.open(fileobj=io.BytesIO(context), errors="surrogateescape") as archive:
        return {
            one.name: (one.type, one.mode & 0o7777, one.linkname)
            for one in archive
            if not one.isdir()
        }


def compare(catcher: Catcher, folder: Path, patterns: str) -> None:
    """Both send the same with `patterns` as .dockerignore."""
    ignore = folder / DOCKERIGNORE
    ignore.write_bytes(patterns.encode("utf-8", "surrogateescape"))
    try:
        assert sent_by_us(folder) == sent_by_docker(catcher, folder)
    finally:
        ignore.unlink(missing_ok=True)
