"""Models that were really trained and have no program: built with the generated server, run, and
asked."""

import json
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import docker
import pytest
from docker.models.containers import Container

from modeldesk import resources
from modeldesk.core.build.model import BuildRequest
from modeldesk.core.build.service import BuildService
from modeldesk.core.ids import ModelName
from modeldesk.core.jobs import Job
from modeldesk.core.library.model import LibrarySnapshot
from modeldesk.core.references import Reference
from modeldesk.core.settings import Settings
from tests.engine.build_bench import building_engine
from tests.engine.training import taken_out
from tests.fakes.deployment_locks import FakeDeploymentLocks
from tests.fakes.records import FakeBuildRecords
from tests.fakes.source_control import FakeSourceControl
from tests.support.engine import PYTHON, TINY
from tests.support.waiting import SLOW_MACHINE_S

FLOWERS = [[5.1, 3.5, 1.4, 0.2], [6.2, 2.9, 4.3, 1.3], [6.5, 3.0, 5.8, 2.2]]
"""One of each kind: 0, 1 and 2."""
_ASK = """
import http.client, sys
connection = http.client.HTTPConnection("127.0.0.1", 8000, timeout=10)
connection.request(sys.argv[1], sys.argv[2], sys.argv[3] or None)
answer = connection.getresponse()
print(answer.status, answer.read().decode())
"""


@pytest.mark.parametrize(
    ("name", "with_buildkit"),
    [
        ("model.joblib", False),
        ("model.joblib", True),
        ("model.json", True),
        ("model.txt", True),
        ("model.onnx", True),
    ],
    ids=["sklearn-classic", "sklearn-buildkit", "xgboost", "lightgbm", "onnx"],
)
def test_a_trained_model_without_a_program_is_served(
    engine_url: str,
    engine_client: docker.DockerClient,
    unique_name: str,
    tmp_path: Path,
    trained: Mapping[str, bytes],
    name: str,
    with_buildkit: bool,
) -> None:
    folder = tmp_path / unique_name
    folder.mkdir()
    (folder / name).write_bytes(trained[name])
    build(engine_url, folder, with_buildkit=with_buildkit)
    assert [path.name for path in folder.iterdir()] == [name]
    container = running(engine_client, unique_name)
    assert ask(container, "GET", "/health") == (200, {"status": "ok"})
    status, about = ask(container, "GET", "/metadata")
    assert (status, about["weights"]) == (200, name)
    status, answer = ask(container, "POST", "/predict", {"inputs": FLOWERS})
    assert status == 200, answer
    assert kinds(answer) == [0, 1, 2]
    status, answer = ask(container, "POST", "/predict", {"inputs": [[1, 2]]})
    assert status == 400, answer
    assert container.attrs["Config"]["User"] == "10001"
    began = time.monotonic()
    container.stop(timeout=10)
    assert time.monotonic() - began < 5
    assert container.wait()["StatusCode"] == 0


@pytest.mark.parametrize("with_buildkit", [False, True], ids=["classic", "buildkit"])
def test_generated_files_reach_the_builder_whatever_the_folder_keeps_out(
    engine_url: str,
    engine_client: docker.DockerClient,
    unique_name: str,
    tmp_path: Path,
    with_buildkit: bool,
) -> None:
    text = f"FROM {TINY}\nCOPY weights server/serve.py /app/server/\nCOPY server/ /whole/\n"
    for name, content in {"weights": "1", "Dockerfile": text, ".dockerignore": "*\n!w*"}.items():
        (tmp_path / name).write_text(content)
    request = BuildRequest(
        tmp_path,
        ModelName(unique_name),
        (Reference.parse(f"{unique_name}:v1.0.0"),),
        texts={"server/serve.py": "print()\n"},
    )
    with building_engine(engine_url, with_buildkit=with_buildkit) as engine:
        service().build(engine, request, Job(), lambda _: None)
    container = engine_client.containers.create(f"{unique_name}:v1.0.0", "/none", name=unique_name)
    assert taken_out(container, "app/server/serve.py") == b"print()\n"
    assert taken_out(container, "whole/serve.py") == b"print()\n"


def build(url: str, folder: Path, *, with_buildkit: bool) -> None:
    plan = service().prepare(folder, LibrarySnapshot(), Settings(base_image=PYTHON))
    assert plan.serving is not None
    with building_engine(url, with_buildkit=with_buildkit) as engine:
        service().build(engine, plan.request("v1.0.0"), Job(), lambda _: None)


def service() -> BuildService:
    return BuildService(
        FakeBuildRecords(),
        FakeSourceControl(),
        lambda: datetime.now(UTC),
        FakeDeploymentLocks(),
        resources.path("serving"),
    )


def running(client: docker.DockerClient, unique_name: str) -> Container:
    """A container of the image, once it is healthy."""
    container = client.containers.run(f"{unique_name}:v1.0.0", name=unique_name, detach=True)
    deadline = time.monotonic() + SLOW_MACHINE_S
    while container.attrs["State"].get("Health", {}).get("Status") != "healthy":
        state = container.attrs["State"]
        assert time.monotonic() < deadline, (state, container.logs().decode())
        time.sleep(0.2)
        container.reload()
    return container


def ask(
    container: Container, method: str, path: str, body: object = None
) -> tuple[int, dict[str, object]]:
    """From inside the container: its ports are published nowhere."""
    content = json.dumps(body) if body is not None else ""
    code, output = container.exec_run(["python", "-c", _ASK, method, path, content])
    assert code == 0, output
    assert isinstance(output, bytes)
    status, _, answer = output.decode().partition(" ")
    return int(status), json.loads(answer)


def kinds(answer: dict[str, object]) -> list[int]:
    """What it takes each flower for: the classes themselves, or the most probable of them."""
    found = answer.get("outputs", answer.get("output_label"))
    assert isinstance(found, list)
    return [row.index(max(row)) if isinstance(row, list) else row for row in found]
