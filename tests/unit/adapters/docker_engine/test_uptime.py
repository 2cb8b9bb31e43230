"""Since when an engine runs."""

from datetime import UTC, datetime

import pytest

from modeldesk.adapters.docker_engine.connection import Connection
from modeldesk.adapters.docker_engine.uptime import engine_start
from modeldesk.core.engine.model import EngineStart
from modeldesk.core.errors import EngineUnavailable
from tests.unit.adapters.docker_engine.server import EngineServer, json_of

STARTED = datetime(2026, 11, 30, 12, 49, 21, 765311, tzinfo=UTC)


def test_by_the_network_that_is_made_at_each_start(
    server: EngineServer, connection: Connection
) -> None:
    server.answers["/networks/bridge"] = json_of({"Created": "2026-11-30T12:49:21.765311103Z"})
    server.answers["/info"] = json_of({"SystemTime": "2026-11-30T12:50:21.765311999Z"})
    found = engine_start(connection)
    assert found is not None
    assert found.at.replace(microsecond=0) == STARTED.replace(microsecond=0)
    assert found.ago_s == pytest.approx(60, abs=1)


def test_a_clock_that_was_put_back_makes_it_no_time_ago(
    server: EngineServer, connection: Connection
) -> None:
    server.answers["/networks/bridge"] = json_of({"Created": "2026-11-30T12:49:21Z"})
    server.answers["/info"] = json_of({"SystemTime": "2026-11-30T10:00:00Z"})
    assert engine_start(connection) == EngineStart(STARTED.replace(microsecond=0), 0.0)


def test_an_engine_without_that_network_does_not_tell(
    server: EngineServer, connection: Connection
) -> None:
    assert engine_start(connection) is None
    server.answers["/networks/bridge"] = json_of({"Created": "2026-11-30T12:49:21Z"})
    server.answers["/info"] = json_of({})
    assert engine_start(connection) is None
    server.answers["/networks/bridge"] = json_of({"Name": "bridge"})
    assert engine_start(connection) is None


def test_one_that_does_not_answer_is_not_there(
    server: EngineServer, connection: Connection
) -> None:
    connection.close()
    with pytest.raises(EngineUnavailable):
        engine_start(connection)
