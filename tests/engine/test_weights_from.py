"""A build on a real engine that takes its weights from an artifact in Docker's own registry."""

import io
import tarfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import docker
import pytest

from modeldesk import resources
from modeldesk.adapters.git import GitSourceControl
from modeldesk.adapters.oci_registry.registries import RegistryClients
from modeldesk.core.artifacts.weights_cache import WeightsCache
from modeldesk.core.build.model import BuildOutcome, BuildRequest
from modeldesk.core.build.service import BuildService
from modeldesk.core.ids import ModelName
from modeldesk.core.jobs import Job
from modeldesk.core.labels import WEIGHTS_LABEL
from modeldesk.core.ports import ImageEngine
from modeldesk.core.references import Reference
from tests.engine.build_bench import building_engine
from tests.engine.registries.artifact_work import NAME, make_weights, push_folder
from tests.engine.registries.conftest import RegistrySite, run_registry
from tests.fakes.deployment_locks import FakeDeploymentLocks
from tests.fakes.records import FakeBuildRecords
from tests.support.engine import TINY, remove_named

DOCKERFILE = f"FROM {TINY}\nCOPY model.safetensors /model/\nCOPY serve.py /app/\n"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[RegistrySite]:
    with run_registry(tmp_path / "registry") as site:
        yield site


@pytest.fixture(params=[True, False], ids=["buildkit", "classic"])
def engine(request: pytest.FixtureRequest, engine_url: str) -> Iterator[ImageEngine]:
    with building_engine(engine_url, with_buildkit=request.param) as engine:
        yield engine


def test_weights_reach_the_image_and_never_the_folder(
    site: RegistrySite,
    engine: ImageEngine,
    engine_client: docker.DockerClient,
    unique_name: str,
    tmp_path: Path,
) -> None:
    trained, folder = tmp_path / "trained", tmp_path / "service"
    trained.mkdir()
    folder.mkdir()
    make_weights(trained / "model.safetensors", 3)
    digest = push_folder(site.address, str(trained), "v1.0.0").target.digest
    (folder / "Dockerfile").write_text(DOCKERFILE)
    (folder / "serve.py").write_text("print(1)\n")
    registries, locks = RegistryClients(), FakeDeploymentLocks()
    service = BuildService(
        FakeBuildRecords(),
        GitSourceControl(),
        lambda: datetime.now(UTC),
        locks,
        resources.path("serving"),
        checkouts=tmp_path / "checkouts",
        weights=WeightsCache(tmp_path / "weights", registries, locks, 10**12).fetch,
    )
    name = f"{site.address}/{NAME}@{digest}"

    def build(tag: str) -> BuildOutcome:
        reference = Reference("docker.io", unique_name, tag)
        request = BuildRequest(folder, ModelName(unique_name), (reference,), weights_from=name)
        return service.build(engine, request, Job(), lambda _: None)

    try:
        first = build("v1")
        (folder / "serve.py").write_text("print(2)\n")
        second = build("v2")
        image = engine_client.images.get(second.image)
        assert image.labels[WEIGHTS_LABEL] == name
        assert (
            image.attrs["RootFS"]["Layers"][-2]
            in (engine_client.images.get(first.image).attrs["RootFS"]["Layers"])
        )
        container = engine_client.containers.create(second.image, ["x"], name=unique_name)
        pieces, _ = container.get_archive("/model/model.safetensors")
        with tarfile.open(fileobj=io.BytesIO(b"".join(pieces))) as archive:
            file = archive.extractfile("model.safetensors")
            assert file is not None
            assert file.read() == (trained / "model.safetensors").read_bytes()
        assert sorted(one.name for one in folder.iterdir()) == ["Dockerfile", "serve.py"]
    finally:
        registries.close()
        remove_named(engine_client, unique_name)
