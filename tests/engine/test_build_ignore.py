"""What is sent is what the docker command line sends.

The command line is asked to build at an endpoint that only keeps the context it is given; so what
is compared is what either would send, and nothing is built.
"""

import io
import os
import re
import shutil
import socketserver
import subprocess
import tarfile
import tempfile
import threading
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

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

PATTERNS = (
    "",
    "# nothing\n#hash",
    " #hash",
    "*",
    "**",
    "*\n!serve.py",
    "*\n!src",
    "*\n!**/*.md",
    "data\n!**/*.csv",
    "*\n!*/*.py\n!models/*",
    "*\n!src/**\nsrc/**/*.pyc",
    "**\n!data/raw/deep/2.csv",
    "data\n!data/README.md",
    "data/\n!data/raw",
    "data/*\n!data/raw\ndata/raw/deep",
    "/data\n/a.txt/",
    "./data/../docs/a",
    "//src//pkg",
    "**/*.pyc\n**/__pycache__",
    "**/.git\n**/node_modules",
    "*.txt",
    "*/*.txt",
    "**/*.txt",
    "a?",
    "a??\n[a-b].txt\n[^a].txt",
    "?",
    "[[]x]",
    "\\[x\\]",
    "x\\*y\nback\\\\slash",
    "!bang\n\\!bang",
    "v\\d",
    "v[0-9]*",
    "models/*/weights.bin",
    "models/**/weights.bin",
    "models/**",
    "**/v1",
    "**v1",
    "**/v*/**",
    "docs\n!docs/a/b\ndocs/a/b/c",
    "!docs\ndocs/a",
    "Dockerfile\n.dockerignore",
    "**/Dockerfile",
    "*.md\n!README.md",
    "*.md\n!README*.md\nREADME-secret.md",
    "  serve.py\t\n\r\nab\r",
    "\ufeffserve.py\nab",
    "sp ace",
    "模*",
    "caf?",
    "..\n../outside\n.",
    "/",
    "**/a*/**/[b-d]*",
    "[",
    "a[",
    "!",
    "! ",
    "[]a]",
    "[a-]",
    "\\",
    "[z-a]",
)

READ_OTHERWISE_BEFORE_25 = (
    "docs/**/d.md\n!docs/a",
    "docs/a\n!docs",
    "\udce9*\ncaf\udcff",
    "-rf\n^x\n]",
)


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


@pytest.fixture(scope="module")
def catcher() -> Iterator[Catcher]:
    if shutil.which("docker") is None:
        pytest.skip("needs the docker command line")
    made = Catcher()
    yield made
    made.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("context")
    for name in FILES:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name.encode("utf-8", "replace").decode())
    (folder / "src/app.py").chmod(0o4755)
    (folder / "loop").symlink_to("loop")
    (folder / "data/up").symlink_to("..")
    (folder / "empty").mkdir()
    return folder


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


@pytest.mark.parametrize("patterns", PATTERNS)
def test_what_is_sent_is_what_docker_sends(catcher: Catcher, folder: Path, patterns: str) -> None:
    compare(catcher, folder, patterns)


@pytest.mark.parametrize("patterns", READ_OTHERWISE_BEFORE_25)
def test_what_is_sent_is_what_newer_dockers_send(
    catcher: Catcher, folder: Path, patterns: str
) -> None:
    """Corners that Docker 23 to 25 mended."""
    told = subprocess.run(["docker", "--version"], capture_output=True, text=True, check=True)
    version = re.search(r"version (\d+)", told.stdout)
    if version is None or int(version[1]) < 25:
        pytest.skip("this docker command line reads these patterns in an older way")
    compare(catcher, folder, patterns)


def compare(catcher: Catcher, folder: Path, patterns: str) -> None:
    ignore = folder / DOCKERIGNORE
    ignore.write_bytes(patterns.encode("utf-8", "surrogateescape"))
    try:
        assert sent_by_us(folder) == sent_by_docker(catcher, folder)
    finally:
        with suppress(FileNotFoundError):
            ignore.unlink()


def test_exceptions_with_wildcards_reach_further_with_buildkit(folder: Path) -> None:
    """The one difference between the builders: the classic one does not look into an excluded
    folder for what a wildcard could bring back."""
    ignore = folder / DOCKERIGNORE
    ignore.write_text("*\n!**/*.md")
    try:
        classic, buildkit = sent_by_us(folder), sent_by_us(folder, classic=False)
    finally:
        ignore.unlink()
    assert classic is not None
    assert buildkit is not None
    assert classic.keys() < buildkit.keys()
    assert buildkit.keys() - classic.keys() == {
        "data/README.md",
        "docs/a/b.md",
        "docs/a/b/c/d.md",
    }
