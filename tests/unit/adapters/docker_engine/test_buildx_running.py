"""Running buildx: what it is fed, how it is stopped, what its end means. In its place stands a
script."""

import json
import os
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from modeldesk.adapters.docker_engine.buildx import running
from modeldesk.adapters.docker_engine.buildx.running import build_by_buildx
from modeldesk.adapters.docker_engine.connection import Connection
from modeldesk.core.build.model import BuildEvent, EngineBuild, StepChanged
from modeldesk.core.build.secret import Secret
from modeldesk.core.errors import (
    BuildFailed,
    Cancelled,
    EngineError,
    EngineUnavailable,
    FolderError,
)
from modeldesk.core.ids import ImageId
from modeldesk.core.jobs import CancelToken
from tests.support.build_context import TarContext
from tests.unit.adapters.docker_engine.server import EngineServer, json_of

pytestmark = pytest.mark.skipif(os.name != "posix", reason="the script is one for a shell")

IMAGE = "sha256:" + "a" * 64
STEP = {"digest": "1", "name": "[2/2] RUN make", "started": "2026-04-05T12:00:00Z"}
WRITE_METADATA = """
path = [w.partition("=")[2] for w in sys.argv if w.startswith("--metadata-file=")][0]
json.dump({"containerimage.digest": IMAGE}, open(path, "w"))
"""
Write = Callable[[str], None]


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Writes the program that stands for buildx."""
    place = tmp_path / "config" / "cli-plugins" / "docker-buildx"
    place.parent.mkdir(parents=True)
    (tmp_path / "runtime").mkdir()
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "runtime"))

    def write(text: str) -> None:
        head = f"#!{sys.executable}\nimport json, os, signal, sys, time\nIMAGE = {IMAGE!r}\n"
        step = f"STEP = {json.dumps(STEP)}\n"
        say = "def say(**said): print(json.dumps(said), file=sys.stderr, flush=True)\n"
        place.write_text(head + step + say + text)
        place.chmod(0o755)

    return write


@pytest.fixture(autouse=True)
def _nothing_left(tmp_path: Path) -> Iterator[None]:
    threads = threading.active_count()
    yield
    assert list((tmp_path / "runtime").iterdir()) == []
    assert threading.active_count() <= threads + 1


def build(
    connection: Connection,
    token: CancelToken | None = None,
    chunks: Iterable[bytes] = (),
    hear: Callable[[BuildEvent], None] = lambda _: None,
    **given: Secret,
) -> ImageId:
    asked = EngineBuild("Dockerfile", (), secrets=given)
    return build_by_buildx(connection, asked, TarContext(chunks), hear, token or CancelToken())


def test_it_is_fed_and_heard(server: EngineServer, connection: Connection, script: Write) -> None:
    server.answers[f"/images/{IMAGE}/json"] = json_of({"Id": IMAGE, "RootFS": {}, "Config": {}})
    server.answers[f"/images/{IMAGE}/history"] = json_of([])
    script(
        "size = len(sys.stdin.buffer.read())\n"
        "secret = [os.environ[n] for n in os.environ if n.startswith('MODELDESK_SECRET')]\n"
        "say(vertexes=[{**STEP, 'name': f'[1/1] RUN {size} {secret}'}])\n" + WRITE_METADATA
    )
    events: list[BuildEvent] = []
    chunks = iter([bytes(1 << 20)] * 3)
    found = build(connection, chunks=chunks, hear=events.append, hub=Secret(b"hush"))
    assert found == IMAGE
    (event,) = events
    assert isinstance(event, StepChanged)
    assert event.step.name == f"[1/1] RUN {3 << 20} ['hush']"


def test_what_failed_is_understood(
    server: EngineServer, connection: Connection, script: Write
) -> None:
    server.answers["/_ping"] = json_of("OK")
    script(
        "say(vertexes=[STEP])\n"
        "print(' > [2/2] RUN make:\\nERROR: failed to solve: exit code: 2', file=sys.stderr)\n"
        "sys.exit(1)\n"
    )
    with pytest.raises(BuildFailed, match="exit code 2") as caught:
        # It reads nothing of what it is sent.
        build(connection, chunks=iter([bytes(1 << 20)] * 3))
    assert caught.value.step == "[2/2] RUN make"


def test_an_engine_that_is_gone(tmp_path: Path, script: Write) -> None:
    script("print('ERROR: Cannot connect', file=sys.stderr)\nsys.exit(1)\n")
    connection = Connection(f"unix://{tmp_path}/nobody.sock", "1.51")
    with pytest.raises(EngineUnavailable):
        build(connection)


def test_a_word_is_enough_to_stop_it(connection: Connection, script: Write) -> None:
    script("say(vertexes=[STEP])\ntime.sleep(60)\n")
    token = CancelToken()
    with pytest.raises(Cancelled):
        build(connection, token, hear=lambda _: token.cancel())


def test_one_that_does_not_listen_is_ended(
    connection: Connection, script: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "_GRACE_S", 0.1)
    script("signal.signal(signal.SIGINT, signal.SIG_IGN)\nsay(vertexes=[STEP])\ntime.sleep(60)\n")
    token = CancelToken()
    with pytest.raises(Cancelled):
        build(connection, token, hear=lambda _: token.cancel())


def test_an_error_of_the_context_stops_it(connection: Connection, script: Write) -> None:
    script("say(vertexes=[STEP])\ntime.sleep(60)\n")
    error = FolderError("It grew.")

    def chunks() -> Iterator[bytes]:
        yield b"some"
        raise error

    with pytest.raises(FolderError) as caught:
        build(connection, chunks=chunks())
    assert caught.value is error


def test_an_image_that_went_elsewhere(
    connection: Connection, script: Write, caplog: pytest.LogCaptureFixture
) -> None:
    script(WRITE_METADATA)
    with pytest.raises(EngineError, match="not on this engine"):
        build(connection)
    script("")
    caplog.set_level("INFO")
    with pytest.raises(EngineError, match="not on this engine"):
        build(connection)
    assert "told nothing" in caplog.text


def test_a_program_that_is_none(connection: Connection, script: Write, tmp_path: Path) -> None:
    script("")
    (tmp_path / "config" / "cli-plugins" / "docker-buildx").write_bytes(b"\x7fELF nothing")
    with pytest.raises(EngineError, match="could not be started"):
        build(connection)


def test_a_failure_without_a_word(
    server: EngineServer, connection: Connection, script: Write
) -> None:
    server.answers["/_ping"] = json_of("OK")
    script("sys.exit(7)\n")
    with pytest.raises(BuildFailed, match="without a word"):
        build(connection)
