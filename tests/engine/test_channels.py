"""Channels on a real engine and in a real registry: what docker itself sees of them."""

import io
import tarfile
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import docker
import pytest

from modeldesk.adapters.file_locks import FileDeploymentLocks
from modeldesk.adapters.oci_registry.registries import RegistryClients
from modeldesk.adapters.sqlite.channel_records import SqliteChannelRecords
from modeldesk.adapters.sqlite.database import open_database
from modeldesk.core.channels.model import Move, MovePlan, MoveState
from modeldesk.core.channels.no_engine import NoEngine
from modeldesk.core.channels.registry_records import RegistryChannelRecords
from modeldesk.core.channels.service import ChannelService
from modeldesk.core.channels.shared import SharedMoves
from modeldesk.core.errors import AlreadyRunning, ChannelMoved, NotInRegistry
from modeldesk.core.ids import ModelName
from modeldesk.core.jobs import CancelToken, Job
from modeldesk.core.library.find import find_models
from modeldesk.core.library.model import Model
from modeldesk.core.library.service import Library
from modeldesk.core.ports import ImageEngine
from tests.engine.bench import connected
from tests.fakes.records import FakeImageRecords
from tests.support.engine import TINY

VERSIONS = ("v1.0.0", "v1.1.0", "v1.2.0")


class Bench:
    """One program; several may share a folder."""

    def __init__(
        self, engine: ImageEngine, folder: Path, repository: str, who: str = "mei"
    ) -> None:
        self.engine = engine
        self.repository = repository
        self.name = ModelName(repository.partition("/")[2])
        self.database = open_database(folder / "records.sqlite").database
        self.registries = RegistryClients()
        self.service = ChannelService(
            SqliteChannelRecords(self.database),
            lambda: self.registries,
            FileDeploymentLocks(folder / "locks"),
            lambda: who,
            lambda: datetime.now(UTC),
            dict,
            shared=SharedMoves(lambda: self.registries),
        )

    def close(self) -> None:
        self.registries.close()
        self.database.close()

    def model(self) -> Model:
        return find_models(Library(FakeImageRecords()).reload(self.engine), self.name)[0]

    def plan(self, version: str, channel: str = "stable", *, here_only: bool = False) -> MovePlan:
        snapshot = Library(FakeImageRecords()).reload(self.engine)
        found = find_models(snapshot, self.name)[0].versions
        wanted = next(one for one in found if one.name == version)
        return self.service.plan(
            self.engine, snapshot, wanted, channel, CancelToken(), here_only=here_only
        )

    def carry_out(self, plan: MovePlan) -> Move:
        return self.service.move(self.engine, plan, "", Job())

    def undo(self, channel: str = "stable") -> Move:
        return self.carry_out(self.service.plan_undo(self.engine, self.name, channel))

    def there(self, tag: str) -> str:
        """The digest that a tag names in the registry; empty for none."""
        host, _, path = self.repository.partition("/")
        try:
            return self.registries.at(host).digest(path, tag, CancelToken())
        except NotInRegistry:
            return ""


@pytest.fixture
def repository(registry_address: str, unique_name: str) -> str:
    return f"{registry_address}/{unique_name}/rec"


@pytest.fixture
def images(engine_client: docker.DockerClient, repository: str) -> dict[str, str]:
    """The ids of the versions, each built and pushed by docker."""
    ids = {}
    for number, version in enumerate(VERSIONS):
        built, _ = engine_client.images.build(
            fileobj=_context(number), custom_context=True, tag=f"{repository}:{version}"
        )
        engine_client.images.push(repository, version)
        ids[version] = str(built.id)
    return ids


@pytest.fixture
def engine(engine_url: str) -> Iterator[ImageEngine]:
    with connected(engine_url) as found:
        yield found


@pytest.fixture
def opened(
    engine: ImageEngine, images: dict[str, str], tmp_path: Path, repository: str
) -> Iterator[Callable[[], Bench]]:
    made: list[Bench] = []

    def open_() -> Bench:
        made.append(Bench(engine, tmp_path, repository))
        return made[-1]

    yield open_
    for one in made:
        one.close()


def named(client: docker.DockerClient, name: str) -> str:
    """The id of what docker finds under a name; empty for nothing."""
    try:
        return str(client.images.get(name).id)
    except docker.errors.ImageNotFound:
        return ""


def test_docker_runs_and_pulls_what_the_channel_was_moved_to(
    opened: Callable[[], Bench],
    images: dict[str, str],
    repository: str,
    engine_client: docker.DockerClient,
) -> None:
    bench = opened()
    stable = f"{repository}:stable"
    bench.carry_out(bench.plan("v1.0.0"))
    move = bench.carry_out(bench.plan("v1.1.0"))
    assert (move.state, move.before, move.after) == (MoveState.DONE, "v1.0.0", "v1.1.0")
    assert named(engine_client, stable) == images["v1.1.0"]
    assert bench.there("stable") == bench.there("v1.1.0") != bench.there("v1.0.0")
    # As another machine would: by the registry alone.
    engine_client.images.remove(stable)
    engine_client.images.pull(repository, "stable")
    assert named(engine_client, stable) == images["v1.1.0"]
    assert bench.there("latest") == named(engine_client, f"{repository}:latest") == ""
    status = {
        one.channel: one for one in bench.service.status(bench.engine, bench.model(), CancelToken())
    }
    assert status["stable"].version == "v1.1.0"
    assert [one.same for one in status["stable"].registries] == [True]


def test_undo_goes_back_to_nothing_and_leaves_the_versions(
    opened: Callable[[], Bench],
    images: dict[str, str],
    repository: str,
    engine_client: docker.DockerClient,
) -> None:
    bench = opened()
    before = {version: bench.there(version) for version in VERSIONS}
    for version in VERSIONS[:2]:
        bench.carry_out(bench.plan(version))
    assert bench.undo().after == "v1.0.0"
    assert named(engine_client, f"{repository}:stable") == images["v1.0.0"]
    assert bench.there("stable") == before["v1.0.0"]
    # The registry deletes by digest alone, and every tag with it.
    assert bench.undo().after == ""
    assert bench.there("stable") == named(engine_client, f"{repository}:stable") == ""
    assert {version: bench.there(version) for version in VERSIONS} == before
    assert {v: named(engine_client, f"{repository}:{v}") for v in VERSIONS} == images


def test_several_versions_are_deprecated(
    opened: Callable[[], Bench], repository: str, engine_client: docker.DockerClient
) -> None:
    bench = opened()
    for version in VERSIONS[:2]:
        bench.carry_out(bench.plan(version, "deprecated"))
        assert bench.there(f"deprecated-{version}") == bench.there(version)
    found = {one.name: one.channels for one in bench.model().versions}
    assert found == {"v1.0.0": ("deprecated",), "v1.1.0": ("deprecated",), "v1.2.0": ()}
    bench.undo("deprecated")
    assert bench.there("deprecated-v1.1.0") == ""
    assert bench.there("v1.1.0")


def test_what_docker_pushed_meanwhile_is_left(
    opened: Callable[[], Bench],
    images: dict[str, str],
    repository: str,
    engine_client: docker.DockerClient,
) -> None:
    bench = opened()
    bench.carry_out(bench.plan("v1.0.0"))
    plan = bench.plan("v1.2.0")
    engine_client.images.get(images["v1.1.0"]).tag(repository, "stable")
    engine_client.images.push(repository, "stable")
    with pytest.raises(ChannelMoved) as refused:
        bench.carry_out(plan)
    assert refused.value.expected == bench.there("v1.0.0")
    assert refused.value.found == bench.there("stable") == bench.there("v1.1.0")
    assert named(engine_client, f"{repository}:stable") == images["v1.1.0"]


def test_two_programs_at_once_leave_both_places_alike(
    opened: Callable[[], Bench],
    images: dict[str, str],
    repository: str,
    engine_client: docker.DockerClient,
) -> None:
    first, second = opened(), opened()
    first.carry_out(first.plan("v1.0.0"))
    wanted = ((first, "v1.1.0"), (second, "v1.2.0"))
    plans = [(bench, bench.plan(version)) for bench, version in wanted]
    together = threading.Barrier(2, timeout=30)
    ended: list[str] = []

    def attempt(bench: Bench, plan: MovePlan) -> None:
        together.wait()
        try:
            ended.append(bench.carry_out(plan).after)
        except (AlreadyRunning, ChannelMoved):
            ended.append("")

    threads = [threading.Thread(target=attempt, args=one) for one in plans]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(map(bool, ended)) == [False, True], "one of them moved it"
    winner = next(filter(None, ended))
    assert named(engine_client, f"{repository}:stable") == images[winner]
    assert first.there("stable") == first.there(winner)
    moves = first.service.history(first.name).moves
    assert [one.after for one in moves if one.state is MoveState.DONE] == [winner, "v1.0.0"]


def test_two_machines_and_a_server_have_one_history(
    opened: Callable[[], Bench], engine: ImageEngine, repository: str, tmp_path: Path
) -> None:
    mine = opened()
    theirs = Bench(engine, tmp_path / "another", repository, "ana")
    with closing(theirs):
        first = mine.carry_out(mine.plan("v1.0.0"))
        # Only in the registry, as on a machine with another engine.
        plan = theirs.plan("v1.1.0")
        there = replace(plan, steps=plan.steps[:1])
        second = theirs.service.move(NoEngine(), there, "better", Job())
        told = [(second.id, "ana", "better"), (first.id, "mei", "")]
        for one in (mine, theirs):
            found = one.service.history(one.name, "stable").moves
            assert [(m.id, m.who, m.why) for m in found] == told
        host, _, path = repository.partition("/")
        server = RegistryChannelRecords(lambda: mine.registries.at(host))
        assert [one.id for one in server.moves(ModelName(path))] == [second.id, first.id]
        back = mine.undo()
        assert back.undoes == second.id
        assert mine.there("stable") == mine.there("v1.0.0")
        assert theirs.service.history(theirs.name, "stable").moves[0].id == back.id


def test_a_version_that_was_not_pushed_moves_here_alone_when_asked(
    opened: Callable[[], Bench],
    images: dict[str, str],
    repository: str,
    engine_client: docker.DockerClient,
) -> None:
    bench = opened()
    engine_client.images.build(
        fileobj=_context(99), custom_context=True, tag=f"{repository}:v2.0.0"
    )
    assert isinstance(bench.plan("v2.0.0").problems[0], NotInRegistry)
    bench.carry_out(bench.plan("v2.0.0", here_only=True))
    assert named(engine_client, f"{repository}:stable") == named(
        engine_client, f"{repository}:v2.0.0"
    )
    assert bench.there("stable") == ""


def _context(number: int) -> io.BytesIO:
    out = io.BytesIO()
    dockerfile = f'FROM {TINY}\nCMD ["true"]\nCOPY model.onnx /models/\n'.encode()
    with closing(tarfile.open(fileobj=out, mode="w")) as context:
        for name, content in (
            ("Dockerfile", dockerfile),
            ("model.onnx", Random(number).randbytes(5000)),
        ):
            member = tarfile.TarInfo(name)
            member.size = len(content)
            context.addfile(member, io.BytesIO(content))
    out.seek(0)
    return out
