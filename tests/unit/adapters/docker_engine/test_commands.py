"""Commands whose output breaks off."""

import struct

import pytest

from modeldesk.adapters.docker_engine.commands import run_command
from modeldesk.adapters.docker_engine.connection import Connection
from modeldesk.core.containers.model import CommandResult
from modeldesk.core.errors import EngineUnavailable, NotFound
from modeldesk.core.ids import ContainerId
from modeldesk.core.jobs import CancelToken
from tests.unit.adapters.docker_engine.server import EngineServer, Request, json_of

BOX = ContainerId("a" * 64)


@pytest.fixture(autouse=True)
def _breaks(server: EngineServer) -> None:
    """As when the container ends meanwhile."""

    def begin(request: Request) -> None:
        request.begin_stream()
        request.send_chunk(struct.pack(">BxxxL", 1, 4) + b"half")
        request.close_connection = True

    server.answers[f"/containers/{BOX}/exec"] = json_of({"Id": "run-1"})
    server.answers["/exec/run-1/start"] = begin


def run(connection: Connection) -> CommandResult:
    return run_command(connection, BOX, ("sleep", "60"), CancelToken(), 30)


def test_an_engine_that_is_there_tells_how_it_ended(
    server: EngineServer, connection: Connection
) -> None:
    server.answers["/exec/run-1/json"] = json_of({"Running": False, "ExitCode": 137})
    assert run(connection) == CommandResult(137, "half")
    server.answers["/exec/run-1/json"] = json_of({"Running": False, "ExitCode": None})
    assert run(connection) == CommandResult(None, "half")


def test_an_engine_that_was_started_anew_knows_nothing_of_it(connection: Connection) -> None:
    with pytest.raises(NotFound):
        run(connection)


def test_an_engine_that_went_is_not_there(server: EngineServer, connection: Connection) -> None:
    def cut(request: Request) -> None:
        request.close_connection = True

    server.answers["/exec/run-1/json"] = cut
    with pytest.raises(EngineUnavailable):
        run(connection)
