"""`modeldesk diff` on a real engine: two images, and what docker saved of one of them."""

import argparse
import io
import json
import tarfile
from collections.abc import Iterator
from pathlib import Path

import docker
import pytest

from modeldesk.cli.commands import diff
from modeldesk.cli.session import Session
from modeldesk.composition import Parts
from modeldesk.core.library.find import find_version
from modeldesk.paths import Paths
from tests.support.engine import TINY, keeps_packed

BEFORE = f"""
FROM {TINY}
RUN mkdir -p /opt/tools /tmp && head -c 3000000 /dev/urandom > /opt/tools/compiler \\
    && head -c 500000 /dev/urandom > /tmp/junk
RUN rm /tmp/junk
COPY model.bin /models/model.bin
"""
AFTER = f"""
FROM {TINY}
COPY model.bin /models/model.bin
USER 10001
ENV MODE=fast
"""
MODEL = bytes(range(256)) * 4000


@pytest.fixture
def session(tmp_path: Path, engine_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    monkeypatch.setenv("DOCKER_HOST", engine_url)
    made = Session(Parts(Paths.under(tmp_path / "home")))
    yield made
    made.close()


@pytest.fixture
def names(engine_client: docker.DockerClient, unique_name: str) -> tuple[str, str]:
    """References of both images."""
    built = []
    for tag, dockerfile in (("v1.0.0", BEFORE), ("v1.1.0", AFTER)):
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w") as context:
            for name, content in (("Dockerfile", dockerfile.encode()), ("model.bin", MODEL)):
                member = tarfile.TarInfo(name)
                member.size = len(content)
                context.addfile(member, io.BytesIO(content))
        out.seek(0)
        reference = f"{unique_name}:{tag}"
        engine_client.images.build(fileobj=out, custom_context=True, tag=reference, rm=True)
        built.append(reference)
    return built[0], built[1]


def told(session: Session, left: str, right: str) -> dict[str, object]:
    parser = argparse.ArgumentParser()
    diff.add_arguments(parser)
    answer = diff.execute(parser.parse_args([left, right]), session)
    found = json.loads(json.dumps(answer.json))
    assert isinstance(found, dict)
    return found


def test_two_images_on_the_engine(
    session: Session, engine_client: docker.DockerClient, names: tuple[str, str]
) -> None:
    found = told(session, *names)
    assert found["delta_bytes"] == -3_500_000
    if not keeps_packed(engine_client):
        sizes = [engine_client.images.get(name).attrs["Size"] for name in names]
        assert sizes[1] - sizes[0] == -3_500_000
    assert (found["files_delta_bytes"], found["reclaimable_delta_bytes"]) == (-3_000_000, -500_000)
    sentences = found["sentences"]
    assert isinstance(sentences, list)
    assert sentences[:2] == [
        "v1.1.0 is 3.50 MB smaller than v1.0.0.",
        "Most of the difference: /opt/tools/compiler (3.00 MB) is gone.",
    ]
    config = found["config"]
    assert isinstance(config, list)
    assert {"setting": "user", "name": "", "left": None, "right": "10001"} in config
    assert {"setting": "environment", "name": "MODE", "left": None, "right": "fast"} in config


def test_the_library_tells_the_same_kinds_and_the_engines_sizes(
    session: Session,
    engine_client: docker.DockerClient,
    names: tuple[str, str],
    tmp_path: Path,
) -> None:
    found = told(session, *names)
    another = Session(Parts(Paths.under(tmp_path / "home")))
    try:
        another.snapshot()
        snapshot = another.library().learn_kinds()
        for name, side in zip(names, ("left", "right"), strict=True):
            sizes = find_version(snapshot, name).bytes_by_kind()
            looked_at = found[side]
            assert isinstance(looked_at, dict)
            by_kind = {kind.value: size for kind, size in sizes.items()}
            if keeps_packed(engine_client):
                # It counts blocks of the disk, here the bytes of files are counted.
                assert by_kind.keys() == looked_at["bytes_by_kind"].keys()
            else:
                assert by_kind == looked_at["bytes_by_kind"]
                assert sum(sizes.values()) == engine_client.images.get(name).attrs["Size"]
    finally:
        another.close()


def test_an_image_and_what_docker_saved_of_it(
    session: Session,
    engine_client: docker.DockerClient,
    names: tuple[str, str],
    tmp_path: Path,
) -> None:
    path = tmp_path / "saved.tar"
    with path.open("wb") as file:
        for chunk in engine_client.images.get(names[0]).save(named=names[0]):
            file.write(chunk)
    found = told(session, names[0], str(path))
    assert found["delta_bytes"] == 0
    same = (
        f"{path.name} and {names[0]} have the same layers."
        if keeps_packed(engine_client)
        else "It is the same image twice."
    )
    assert found["sentences"] == [same]
    both = told(session, str(path), names[1])
    assert both["delta_bytes"] == -3_500_000
