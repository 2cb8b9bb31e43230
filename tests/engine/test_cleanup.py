"""The bytes a clean-up promises and counts, beside the engine's own."""

import io
import itertools
import tarfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import docker
import pytest

from modeldesk.core.build.model import EngineBuild
from modeldesk.core.cleanup.candidates import Candidate, Cleanup, Reason, find_candidates
from modeldesk.core.cleanup.rules import KeepRules
from modeldesk.core.ids import ImageId
from modeldesk.core.jobs import CancelToken, Job
from modeldesk.core.keep_rule import KeepRule
from modeldesk.core.library.model import LibrarySnapshot
from modeldesk.core.library.removal import RemovalPlanner
from modeldesk.core.library.removing import RemovalRun
from modeldesk.core.library.service import Library
from modeldesk.core.ports import ImageEngine
from modeldesk.core.references import Reference
from tests.engine.bench import connected
from tests.fakes.records import FakeImageRecords
from tests.support.build_context import TarContext
from tests.support.engine import TINY, keeps_packed, layers_size

MB = 1_000_000
_salt = itertools.count()


@pytest.fixture
def engine(engine_url: str) -> Iterator[ImageEngine]:
    with connected(engine_url) as found:
        yield found


def context(*layers: str) -> bytes:
    """A build with one layer of a megabyte for each of `layers`, the same for the same name."""
    files = {name: name.encode() * (MB // len(name)) for name in layers}
    lines = [f"FROM {TINY}", *(f"COPY {name} /{name}" for name in layers)]
    files["Dockerfile"] = "\n".join(lines).encode()
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return written.getvalue()


def build(engine: ImageEngine, tag: str, *layers: str) -> ImageId:
    """As the program builds; what was built before comes from the cache, and is shared."""
    wanted = EngineBuild("Dockerfile", (Reference.parse(tag),), {"salt": str(next(_salt))})
    return engine.build(wanted, TarContext([context(*layers)]), lambda _: None, CancelToken())


def classic(client: docker.DockerClient, tag: str, *layers: str) -> None:
    """By the classic builder, whose images know their parents."""
    data = io.BytesIO(context(*layers))
    client.images.build(fileobj=data, custom_context=True, tag=tag, rm=True)


def read(engine: ImageEngine) -> LibrarySnapshot:
    library = Library(FakeImageRecords())
    library.reload(engine)
    return library.fill_details(engine, Job(), lambda _: None)


def look(engine: ImageEngine) -> Cleanup:
    """What could go where the newest of each model is kept."""
    # All are seconds old: look from the day after tomorrow.
    then = datetime.now(UTC) + timedelta(days=2)
    return find_candidates(read(engine), (), KeepRules(KeepRule(1, 1)), then)


def of(cleanup: Cleanup, name: str) -> list[Candidate]:
    return [one for one in cleanup.candidates if one.key.model == name and not one.locked]


def run(engine: ImageEngine, cleanup: Cleanup, chosen: list[Candidate]) -> RemovalRun:
    made = RemovalRun(cleanup.planner, cleanup.plan(chosen))
    made(engine, Job())
    return made


@pytest.mark.parametrize("builder", ["buildkit", "classic"])
def test_a_set_frees_what_the_engine_says(
    engine: ImageEngine, engine_client: docker.DockerClient, unique_name: str, builder: str
) -> None:
    stacks = {
        "v1.0.0": ("a1", "b1", "c1"),
        "v1.1.0": ("a1", "b1", "c2"),
        "v1.2.0": ("a1", "b2", "c1"),
        "v1.3.0": ("a1", "b2", "c3"),
    }
    for tag, layers in stacks.items():
        named = [f"{unique_name}{layer}" for layer in layers]
        if builder == "classic":
            classic(engine_client, f"{unique_name}:{tag}", *named)
        else:
            build(engine, f"{unique_name}:{tag}", *named)
    engine_client.api.tag(f"{unique_name}:v1.0.0", unique_name, "old")
    before = layers_size(engine_client)

    cleanup = look(engine)
    chosen = of(cleanup, unique_name)
    promised = cleanup.bytes_back(chosen)
    outcome = run(engine, cleanup, chosen).outcome

    size = MB // len(f"{unique_name}a1") * len(f"{unique_name}a1")
    assert {one.version.name for one in chosen} == {"v1.0.0", "v1.1.0", "v1.2.0"}
    # b1, both of what stood on it, and what stood on b2 in v1.2.0 alone.
    freed = before - layers_size(engine_client)
    assert promised == outcome.image_bytes
    assert promised is not None
    if keeps_packed(engine_client):
        # In blocks; and what was packed beside it goes, too.
        assert 4 * size < promised < 4.1 * size
        assert freed > promised
    else:
        assert freed == promised == 4 * size
    assert sum(one.version.size_bytes for one in chosen) > 2 * promised
    left = engine_client.images.get(f"{unique_name}:v1.3.0").attrs["RootFS"]["Layers"]
    assert len(left) == len(engine_client.images.get(TINY).attrs["RootFS"]["Layers"]) + 3


def test_what_the_build_cache_keeps_is_told_and_comes_back_with_it(
    engine: ImageEngine, engine_client: docker.DockerClient, unique_name: str
) -> None:
    if not engine.info.builds_with_buildkit:
        pytest.skip("this engine keeps no build cache")
    for tag, layer in (("v1.0.0", "x"), ("v1.1.0", "y")):
        build(engine, f"{unique_name}:{tag}", f"{unique_name}{layer}")
    cleanup = look(engine)
    chosen = of(cleanup, unique_name)

    outcome = run(engine, cleanup, chosen).outcome

    assert outcome.image_bytes == outcome.kept_by_cache > 0
    assert outcome.freed_bytes == 0
    own = engine.build_cache().own_bytes
    assert own >= outcome.kept_by_cache
    assert engine.empty_build_cache() >= outcome.kept_by_cache
    assert engine.build_cache().own_bytes <= own - outcome.kept_by_cache
    assert engine_client.images.get(f"{unique_name}:v1.1.0").id


def test_untagged_by_a_moved_tag_and_the_parent_of_a_kept_one(
    engine: ImageEngine, engine_client: docker.DockerClient, unique_name: str
) -> None:
    """The classic builder's images hold their parents: one that others were built on only loses
    its name, and no byte is promised for it."""
    classic(engine_client, f"{unique_name}:v1", f"{unique_name}a")
    lost = engine_client.images.get(f"{unique_name}:v1").id
    classic(engine_client, f"{unique_name}:v1", f"{unique_name}b")
    parent = f"{unique_name}-base:v1"
    classic(engine_client, parent, f"{unique_name}c")
    classic(engine_client, f"{unique_name}-app:v1", f"{unique_name}c", f"{unique_name}d")

    cleanup = look(engine)
    untagged = [one for one in cleanup.candidates if one.key.image == lost]

    assert [one.reason for one in untagged] == [Reason.UNTAGGED]
    assert run(engine, cleanup, untagged).outcome.image_bytes == cleanup.bytes_back(untagged)
    assert lost not in {image.id for image in engine.list_images()}
    base = engine_client.images.get(parent).id
    snapshot = read(engine)
    (version,) = (
        version
        for model in (*snapshot.models, *snapshot.others)
        for version in model.versions
        if version.key.image == base
    )
    planner = RemovalPlanner(snapshot)
    removal = RemovalRun(planner, planner.plan([version]))
    assert removal.plan.bytes_back == removal(engine, Job()).image_bytes == 0
    assert engine_client.images.get(f"{unique_name}-app:v1").id


def test_a_container_that_came_meanwhile_is_a_refusal_that_loses_no_name(
    engine: ImageEngine, engine_client: docker.DockerClient, unique_name: str
) -> None:
    for tag, layer in (("v1.0.0", "x"), ("v1.1.0", "y"), ("v1.2.0", "z")):
        build(engine, f"{unique_name}:{tag}", f"{unique_name}{layer}")
    engine_client.api.tag(f"{unique_name}:v1.0.0", unique_name, "extra")
    cleanup = look(engine)
    engine_client.containers.create(f"{unique_name}:v1.0.0", "true", name=unique_name)

    outcome = run(engine, cleanup, of(cleanup, unique_name)).outcome

    assert [one.removal.version.name for one in outcome.failed] == ["v1.0.0"]
    assert [one.version.name for one in outcome.removed] == ["v1.1.0"]
    kept = engine_client.images.get(f"{unique_name}:v1.0.0").tags
    assert sorted(kept) == [f"{unique_name}:extra", f"{unique_name}:v1.0.0"]
