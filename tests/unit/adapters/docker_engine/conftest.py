from collections.abc import Iterator
from pathlib import Path

import pytest

from modeldesk.adapters.docker_engine.connection import Connection
from tests.unit.adapters.docker_engine.server import EngineServer


@pytest.fixture
def server(tmp_path: Path) -> Iterator[EngineServer]:
    """A scripted engine."""
    with EngineServer(tmp_path / "engine.sock") as server:
        yield server


@pytest.fixture
def connection(server: EngineServer) -> Iterator[Connection]:
    """A connection to it."""
    connection = Connection(server.address, "1.51")
    yield connection
    connection.close()
