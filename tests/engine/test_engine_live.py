"""What happens on a real engine by other hands: the command line, a restart, a freeze."""

import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from modeldesk.adapters.docker_engine.discovery import DockerEngineFinder
from modeldesk.core.changes import Changes
from modeldesk.core.engine.model import Connection, ConnectionState
from modeldesk.core.engine.watch import EngineWatch
from modeldesk.core.ids import ImageId
from modeldesk.core.ports import ImageEngine
from tests.contracts.engine_contract import Kind, listening, open_sockets
from tests.engine.bench import DockerBench, connected
from tests.engine.private_daemon import PrivateDaemon, can_start, private_daemon
from tests.support.waiting import SLOW_MACHINE_S, until


@pytest.fixture
def bench(engine_url: str) -> Iterator[DockerBench]:
    with connected(engine_url) as engine, DockerBench(engine) as bench:
        yield bench


@pytest.fixture
def docker(engine_url: str) -> Callable[..., str]:
    """The docker command line on the same engine."""
    command = shutil.which("docker")
    assert command is not None

    def run(*arguments: str) -> str:
        done = subprocess.run(
            [command, "-H", engine_url, *arguments], capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    return run


@pytest.fixture
def daemon() -> Iterator[PrivateDaemon]:
    if not can_start():
        pytest.skip("only root can start an engine")
    with private_daemon() as daemon:
        yield daemon


class Watched:
    """A watch on an engine, and what it said."""

    def __init__(self, address: str) -> None:
        self._news = threading.Condition()
        self.connections: list[Connection] = []
        self.changes: list[Changes] = []
        self.watch = EngineWatch(
            DockerEngineFinder(), address, self._heard_connection, self._heard_changes
        )

    @property
    def states(self) -> list[ConnectionState]:
        return [connection.state for connection in self.connections]

    @property
    def engine(self) -> ImageEngine:
        engine = self.watch.engine
        assert engine is not None
        return engine

    def expect(self, condition: Callable[[], bool], seconds: float = SLOW_MACHINE_S) -> None:
        with self._news:
            assert self._news.wait_for(condition, seconds), (self.states, self.changes)

    def _heard_connection(self, connection: Connection) -> None:
        with self._news:
            self.connections.append(connection)
            self._news.notify_all()

    def _heard_changes(self, changes: Changes) -> None:
        with self._news:
            self.changes.append(changes)
            self._news.notify_all()


@pytest.fixture
def watching() -> Iterator[Callable[[str], Watched]]:
    """Begins to watch an address, until the test ends."""
    begun: list[Watched] = []

    def begin(address: str) -> Watched:
        watched = Watched(address)
        begun.append(watched)
        watched.watch.start()
        watched.expect(lambda: bool(watched.changes))
        return watched

    yield begin
    for watched in begun:
        watched.watch.stop(10)


def test_what_the_command_line_does_is_heard(
    bench: DockerBench, docker: Callable[..., str]
) -> None:
    name = bench.name()
    old, new = bench.image(Kind.SLEEPER, f"{name}:1"), bench.image(Kind.CRASHER, f"{name}:2")
    bench.engine.list_images()
    with listening(bench.engine) as heard:
        docker("tag", f"{name}:1", f"{name}:3")
        heard.expect(lambda seen: old in seen.images)
        heard.forget()
        docker("tag", f"{name}:2", f"{name}:1")
        heard.expect(lambda seen: {old, new} <= seen.images)
        heard.forget()
        docker("rmi", f"{name}:3")
        heard.expect(lambda seen: old in seen.images)
        assert bench.engine.image_summary(old) is None
        heard.forget()
        container = docker("run", "-d", new)
        heard.expect(lambda seen: container in seen.containers)
        heard.forget()
        docker("rm", "-f", container)
        heard.expect(lambda seen: container in seen.containers)


def test_an_image_that_is_loaded_takes_its_names_from_others(
    bench: DockerBench, docker: Callable[..., str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    name = bench.name()
    archive = tmp_path_factory.mktemp("saved") / "image.tar"
    saved = bench.image(Kind.SLEEPER, f"{name}:1")
    docker("save", "-o", str(archive), f"{name}:1")
    docker("rmi", f"{name}:1")
    other = bench.image(Kind.CRASHER, f"{name}:1")
    bench.engine.list_images()
    with listening(bench.engine) as heard:
        docker("load", "-i", str(archive))
        heard.expect(lambda seen: {saved, other} <= seen.images)


def test_an_image_that_is_built_is_heard_of(
    bench: DockerBench,
    docker: Callable[..., str],
    tmp_path_factory: pytest.TempPathFactory,
    engine_url: str,
) -> None:
    name, base = bench.name(), bench.image(Kind.SLEEPER)
    folder = tmp_path_factory.mktemp("context")
    (folder / "Dockerfile").write_text(f"FROM {base}\nLABEL again=yes\n")
    with listening(bench.engine) as heard:
        subprocess.run(
            ["docker", "-H", engine_url, "build", "-q", "-t", f"{name}:1", str(folder)],
            env={"DOCKER_BUILDKIT": "0", "PATH": "/usr/local/bin:/usr/bin:/bin"},
            capture_output=True,
            check=True,
        )
        image = ImageId(docker("image", "inspect", "-f", "{{.Id}}", f"{name}:1"))
        heard.expect(lambda seen: image in seen.images)


def test_many_streams_leave_no_socket(bench: DockerBench) -> None:
    before = open_sockets()
    for _ in range(20):
        with listening(bench.engine):
            bench.engine.ping()
    until(lambda: open_sockets() <= before, seen=open_sockets)


def test_the_watch_hears_the_command_line(
    bench: DockerBench,
    docker: Callable[..., str],
    watching: Callable[[str], Watched],
    engine_url: str,
) -> None:
    name = bench.name()
    image = bench.image(Kind.SLEEPER, f"{name}:1")
    watched = watching(engine_url)
    docker("tag", f"{name}:1", f"{name}:2")
    watched.expect(lambda: any(image in changes.images for changes in watched.changes), 1)


def test_an_engine_that_restarts_is_lost_and_found_again(
    daemon: PrivateDaemon, watching: Callable[[str], Watched]
) -> None:
    watched = watching(daemon.address)
    assert watched.engine.list_images() == ()
    daemon.stop()
    watched.expect(lambda: watched.states[-1] is ConnectionState.LOST, 2)
    assert watched.connections[-1].engine is not None
    assert watched.connections[-1].reason
    daemon.start()
    watched.expect(lambda: watched.states[-1] is ConnectionState.CONNECTED)
    watched.expect(lambda: watched.changes[-1] == Changes.everything(), 1)
    assert watched.changes.count(Changes.everything()) == 2
    assert watched.engine.list_images() == ()


def test_an_engine_that_freezes_is_lost_and_found_again(
    daemon: PrivateDaemon, watching: Callable[[str], Watched]
) -> None:
    watched = watching(daemon.address)
    daemon.freeze()
    try:
        watched.expect(lambda: watched.states[-1] is ConnectionState.LOST, 16)
    finally:
        daemon.thaw()
    watched.expect(lambda: watched.states[-1] is ConnectionState.CONNECTED)


def test_the_watch_stops_in_time_on_a_frozen_engine(
    daemon: PrivateDaemon, watching: Callable[[str], Watched]
) -> None:
    watched = watching(daemon.address)
    daemon.freeze()
    try:
        began = time.monotonic()
        watched.watch.stop()
        assert time.monotonic() - began < 1
    finally:
        daemon.thaw()


def test_a_frozen_engine_holds_the_search_for_two_seconds(daemon: PrivateDaemon) -> None:
    daemon.freeze()
    try:
        began = time.monotonic()
        engine, attempts = DockerEngineFinder().find(daemon.address)
        assert time.monotonic() - began < 2.5
    finally:
        daemon.thaw()
    assert engine is None
    assert attempts[0].hint
