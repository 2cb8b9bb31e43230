"""The library's figures beside the engine's own."""

import io
import tarfile
from collections.abc import Iterator

import docker
import pytest

from modeldesk.core.build.model import EngineBuild
from modeldesk.core.changes import Changes
from modeldesk.core.ids import ImageId
from modeldesk.core.jobs import CancelToken, Job
from modeldesk.core.layers.kinds import LayerKind
from modeldesk.core.library.model import LibrarySnapshot, Version
from modeldesk.core.library.removal import RemovalPlanner
from modeldesk.core.library.removing import RemovalRun
from modeldesk.core.library.service import Library
from modeldesk.core.ports import ImageEngine
from modeldesk.core.references import Reference
from tests.engine.bench import connected
from tests.fakes.records import FakeImageRecords
from tests.support.build_context import TarContext
from tests.support.engine import DEBIAN, TINY, counted, keeps_packed, layers_size

WEIGHTS = 3_000_000
DOCKERFILE = """
FROM {base}
ARG TOKEN=hunter2
WORKDIR /app
RUN true
RUN mkdir data && echo done > data/log
COPY {weights}.safetensors ./
COPY serve.py ./
HEALTHCHECK CMD true
EXPOSE 5000
CMD ["sh"]
"""


@pytest.fixture
def engine(engine_url: str) -> Iterator[ImageEngine]:
    with connected(engine_url) as found:
        yield found


def context(weights: str) -> bytes:
    files = {
        "Dockerfile": DOCKERFILE.format(base=TINY, weights=weights).encode(),
        f"{weights}.safetensors": weights.encode() * (WEIGHTS // len(weights)),
        "serve.py": b"print('serving')\n",
    }
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return written.getvalue()


def build(engine: ImageEngine, tag: str, weights: str = "one") -> ImageId:
    """A small model, built as the program builds."""
    wanted = EngineBuild("Dockerfile", (Reference.parse(tag),), no_cache=True)
    return engine.build(wanted, TarContext([context(weights)]), lambda _: None, CancelToken())


def read(engine: ImageEngine) -> tuple[Library, LibrarySnapshot]:
    library = Library(FakeImageRecords())
    library.reload(engine)
    return library, library.fill_details(engine, Job(), lambda _: None)


def versions(snapshot: LibrarySnapshot, name: str) -> dict[str, Version]:
    (model,) = (one for one in snapshot.models if one.name == name)
    return {version.name: version for version in model.versions}


def own_layers(engine: ImageEngine, name: str, base: int) -> list[tuple[str, LayerKind]]:
    """Of the only version of the model, whose lowest layers are to be its base image's."""
    _, snapshot = read(engine)
    (version,) = versions(snapshot, name).values()
    assert version.layers is not None
    assert [layer.kind for layer in version.layers[:base]] == [LayerKind.BASE_IMAGE] * base
    assert 0 < sum(layer.size_bytes for layer in version.layers) <= version.size_bytes
    assert not any("hunter2" in layer.instruction for layer in version.layers)
    return [(layer.instruction, layer.kind) for layer in version.layers[base:]]


@pytest.fixture
def tiny_layers(engine_client: docker.DockerClient) -> int:
    return len(engine_client.images.get(TINY).attrs["RootFS"]["Layers"])


def test_layers_of_an_image_of_ours(
    engine: ImageEngine, unique_name: str, tiny_layers: int
) -> None:
    build(engine, f"{unique_name}:v1.0.0")

    assert own_layers(engine, unique_name, tiny_layers) == [
        ("WORKDIR /app", LayerKind.OTHER),
        ("RUN true", LayerKind.OTHER),
        ("RUN mkdir data && echo done > data/log", LayerKind.OTHER),
        ("COPY one.safetensors ./", LayerKind.MODEL_WEIGHTS),
        ("COPY serve.py ./", LayerKind.APPLICATION),
    ]


def test_layers_of_the_classic_builder(
    engine: ImageEngine, engine_client: docker.DockerClient, unique_name: str, tiny_layers: int
) -> None:
    """It keeps no names of files, and makes no layer where nothing changed."""
    engine_client.images.build(
        fileobj=io.BytesIO(context("one")),
        custom_context=True,
        tag=f"{unique_name}:v1.0.0",
        nocache=True,
        rm=True,
    )

    assert own_layers(engine, unique_name, tiny_layers) == [
        ("WORKDIR /app", LayerKind.OTHER),
        ("RUN mkdir data && echo done > data/log", LayerKind.OTHER),
        ("COPY … ./", LayerKind.APPLICATION),
        ("COPY … ./", LayerKind.APPLICATION),
    ]


def test_every_local_image_adds_up(
    engine: ImageEngine, engine_client: docker.DockerClient, unique_name: str
) -> None:
    engine_client.api.tag(DEBIAN, unique_name, "imported")

    _, snapshot = read(engine)

    shown = [v for one in (*snapshot.models, *snapshot.others) for v in one.versions]
    assert snapshot.missing_details == 0
    for version in shown:
        unpacked = sum(layer.size_bytes for layer in version.layers or ())
        packed = version.size_bytes - unpacked
        assert packed > 0 if keeps_packed(engine_client) else packed == 0


def test_unique_and_shared_are_what_the_engine_says(
    engine: ImageEngine, engine_client: docker.DockerClient, unique_name: str
) -> None:
    for tag, weights in (("v1.0.0", "one"), ("v1.1.0", "two")):
        build(engine, f"{unique_name}:{tag}", weights)

    _, snapshot = read(engine)

    said = {image["Id"]: image for image in counted(engine_client)["Images"]}
    for version in versions(snapshot, unique_name).values():
        assert version.sizes is not None
        image = said[version.key.image]
        assert version.sizes.shared_bytes == image["SharedSize"]
        assert version.sizes.unique_bytes + image["SharedSize"] == (
            sum(layer.size_bytes for layer in version.layers or ())
            if keeps_packed(engine_client)
            else image["Size"]
        )


def test_what_a_removal_promises_comes_back(
    engine: ImageEngine, engine_client: docker.DockerClient, unique_name: str
) -> None:
    for tag, weights in (("v1.0.0", "one"), ("v1.1.0", "two")):
        build(engine, f"{unique_name}:{tag}", weights)
    engine_client.api.tag(f"{unique_name}:v1.0.0", unique_name, "stable")
    library, snapshot = read(engine)
    chosen = list(versions(snapshot, unique_name).values())
    before = layers_size(engine_client)

    planner = RemovalPlanner(snapshot)
    run = RemovalRun(planner, planner.plan(chosen))
    outcome = run(engine, Job())
    after = library.apply(engine, run.changes)

    freed = before - layers_size(engine_client)
    assert run.plan.bytes_back == outcome.image_bytes
    assert outcome.image_bytes is not None
    # What was packed beside it goes, too.
    packed = freed - outcome.image_bytes
    assert packed > 0 if keeps_packed(engine_client) else packed == 0
    assert outcome.image_bytes > 2 * WEIGHTS
    assert all(model.name != unique_name for model in after.models)


def test_a_tag_moved_by_the_command_line(
    engine: ImageEngine, engine_client: docker.DockerClient, unique_name: str
) -> None:
    first = build(engine, f"{unique_name}:v1.0.0")
    second = build(engine, f"{unique_name}:v1.1.0", "two")
    engine_client.api.tag(first, unique_name, "stable")
    library, _ = read(engine)

    engine_client.api.tag(second, unique_name, "stable", force=True)
    snapshot = library.apply(engine, Changes(images=frozenset({second})))

    found = versions(snapshot, unique_name)
    assert {name: version.channels for name, version in found.items()} == {
        "v1.0.0": (),
        "v1.1.0": ("stable",),
    }
    assert versions(library.reload(engine), unique_name) == found
