"""Where the scripts look for an engine, and what they say when there is none."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import ThreadingUnixStreamServer
from typing import Any

import pytest

import engine
from docker_api import Engine, EngineRefused


class _Answer(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/_ping":
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"OK")
        else:
            self.send_error(404)

    def do_DELETE(self) -> None:
        self.send_error(404)

    def address_string(self) -> str:
        return "local"

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - likewise
        """Nothing."""


@pytest.fixture
def endpoint(tmp_path: Path) -> Iterator[str]:
    """An engine that answers a ping and has nothing."""
    path = tmp_path / "engine.sock"
    with ThreadingUnixStreamServer(str(path), _Answer) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield f"unix://{path}"
        server.shutdown()
        thread.join()


def _write_context(folder: Path, name: str, host: str) -> None:
    meta = folder / "contexts" / "meta" / "some-digest"
    meta.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps({"currentContext": name}))
    text = json.dumps({"Name": name, "Endpoints": {"docker": {"Host": host}}})
    (meta / "meta.json").write_text(text)


def test_docker_host_is_asked_and_nothing_else(
    endpoint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_HOST", endpoint)
    assert engine.find() == endpoint
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/engine.sock")
    assert engine.find() is None
    assert engine.is_chosen()


def test_current_context_is_used(
    endpoint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _write_context(tmp_path, "lab", endpoint)
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    assert engine.find() == endpoint
    monkeypatch.setenv("DOCKER_CONTEXT", "default")
    assert not engine.is_chosen()


def test_damaged_context_counts_as_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    (tmp_path / "config.json").write_text("{")
    assert not engine.is_chosen()


def test_engine_far_away_is_the_programs_business(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "ssh://lab.example")
    assert engine.find() is None
    assert engine.is_chosen()


def test_missing_image_is_told_from_a_missing_engine(endpoint: str) -> None:
    assert not Engine(endpoint).has_image("nothing:1")
    with pytest.raises(EngineRefused, match="404"):
        Engine(endpoint).remove_image("nothing:1")
    assert not Engine("unix:///nowhere/engine.sock").answers()
