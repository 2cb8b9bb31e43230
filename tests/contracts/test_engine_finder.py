"""What every `EngineFinder` promises, held against the fake and sockets that engines listen at."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol

import pytest

from modeldesk.adapters.docker_engine import addresses
from modeldesk.adapters.docker_engine.addresses import Surroundings
from modeldesk.adapters.docker_engine.discovery import DockerEngineFinder
from modeldesk.core.engine.model import AttemptOutcome
from modeldesk.core.ports import EngineFinder
from tests.fakes.engine import FakeEngine, FakeFinder
from tests.unit.adapters.docker_engine.server import EngineServer

ELSEWHERE = "unix:///nowhere/engine.sock"


class World(Protocol):
    """A finder, and one known address where an engine may listen."""

    finder: EngineFinder
    address: str

    def listening(self) -> AbstractContextManager[object]:
        """While inside, an engine answers at `address`."""
        ...


class RealWorld:
    def __init__(self, folder: Path) -> None:
        path = folder / "default.sock"
        self.address = f"unix://{path}"
        self._path = path
        around = Surroundings({"XDG_RUNTIME_DIR": str(folder)}, folder / "home", "linux")
        self.finder: EngineFinder = DockerEngineFinder(around)

    def listening(self) -> AbstractContextManager[object]:
        return EngineServer(self._path)


class FakeWorld:
    def __init__(self, _: Path) -> None:
        self._engine = FakeEngine()
        self._engine.stop()
        self.address = self._engine.info.address
        self.finder: EngineFinder = FakeFinder(self._engine)

    @contextmanager
    def listening(self) -> Iterator[None]:
        self._engine.come_back()
        yield
        self._engine.stop()


@pytest.fixture(params=[FakeWorld, RealWorld])
def world(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(addresses, "DEFAULT_SOCKET", str(tmp_path / "default.sock"))
    make: Callable[[Path], World] = request.param
    return make(tmp_path)


def test_nothing_found_tells_every_known_address(world: World) -> None:
    engine, attempts = world.finder.find()
    assert engine is None
    assert [(one.source, one.address) for one in attempts] == list(world.finder.known_addresses())
    assert all(one.outcome is not AttemptOutcome.ANSWERED for one in attempts)


def test_what_answers_is_found_and_is_the_last_that_was_tried(world: World) -> None:
    with world.listening():
        engine, attempts = world.finder.find()
        assert engine is not None
        assert engine.info.address == attempts[-1].address == world.address
        assert attempts[-1].outcome is AttemptOutcome.ANSWERED
        engine.close()


def test_a_preferred_address_is_tried_alone(world: World) -> None:
    with world.listening():
        engine, attempts = world.finder.find(ELSEWHERE)
        assert engine is None
        assert [(one.source, one.address) for one in attempts] == [("Settings", ELSEWHERE)]


def test_a_preferred_address_that_is_known_keeps_its_source(world: World) -> None:
    with world.listening():
        engine, attempts = world.finder.find(world.address)
        assert engine is not None
        known = {address: source for source, address in world.finder.known_addresses()}
        assert [one.source for one in attempts] == [known[world.address]]
        engine.close()


def test_an_engine_that_comes_is_found_by_the_next_search(world: World) -> None:
    assert world.finder.find()[0] is None
    with world.listening():
        engine, _ = world.finder.find()
        assert engine is not None
        engine.close()
    assert world.finder.find()[0] is None
