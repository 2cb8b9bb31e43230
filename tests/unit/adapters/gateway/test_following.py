"""A gateway's log is told once, and goes on over restarts."""

import json
import time
from collections.abc import Iterator

import pytest

from modeldesk.adapters.gateway.following import Follower
from modeldesk.core.containers.model import ContainerSpec
from modeldesk.core.errors import EngineError
from modeldesk.core.gateway.model import Answered
from modeldesk.core.ids import ContainerId
from modeldesk.core.jobs import CancelToken
from tests.fakes.engine import FakeEngine

_LONG_S = 30


def test_lines_that_the_engine_tells_again_are_told_once() -> None:
    engine, container = _gateway()
    now = time.time()
    for name in ("a", "b", "a", "b", "c"):
        engine.print_line(container, _line(name, now))
    assert _told(engine, container, 3) == ["a", "b", "c"]


def test_what_is_no_line_of_the_log_is_passed_over() -> None:
    engine, container = _gateway()
    engine.print_line(container, "/docker-entrypoint.sh: ready")
    engine.print_line(container, _line("error"), error=True)
    engine.print_line(container, _line("a"))
    assert _told(engine, container, 1) == ["a"]


def test_lines_of_before_are_left_out() -> None:
    engine, container = _gateway()
    engine.print_line(container, _line("old", time.time() - 100))
    engine.print_line(container, _line("new"))
    assert _told(engine, container, 1, since=time.time() - 50) == ["new"]


def test_a_restart_tells_nothing_twice_and_leaves_nothing_out() -> None:
    engine, container = _gateway()
    engine.print_line(container, _line("a"))
    told = _batches(engine, container)
    assert _until(told, 1) == ["a"]
    engine.print_line(container, _line("b"))
    engine.stop_container(container)
    engine.start_container(container)
    engine.print_line(container, _line("c"))
    assert _until(told, 2) == ["b", "c"]


def test_a_broken_stream_is_the_caller_s_matter() -> None:
    engine, container = _gateway()
    engine.fail_next("follow_logs", EngineError("It broke."))
    with pytest.raises(EngineError):
        _told(engine, container, 1)


def _gateway() -> tuple[FakeEngine, ContainerId]:
    engine = FakeEngine()
    container = engine.create_container(ContainerSpec(engine.add_image("nginx:1")))
    engine.start_container(container)
    return engine, container


def _batches(engine: FakeEngine, container: ContainerId, since: float = 0.0) -> Iterator[str]:
    """The requests of what is told; an empty text for a batch without one."""
    follower = Follower(engine, lambda: engine.container(container), since)
    for batch in follower.batches(CancelToken()):
        yield from [one.request for one in batch if isinstance(one, Answered)] or [""]


def _told(engine: FakeEngine, container: ContainerId, count: int, since: float = 0.0) -> list[str]:
    return _until(_batches(engine, container, since), count)


def _until(told: Iterator[str], count: int) -> list[str]:
    found: list[str] = []
    end = time.monotonic() + _LONG_S
    while len(found) < count:
        assert time.monotonic() < end, found
        found += filter(None, [next(told)])
    return found


def _line(request: str, when: float | None = None) -> str:
    told = {"t": when or time.time(), "v": "r1", "s": 200, "us": "200", "ut": "0.004"}
    told |= {"ul": "2", "cl": "2", "q": "GET"}
    return json.dumps({**told, "uh": "0.003", "ok": "OK", "id": request, "r": "1", "f": 0})
