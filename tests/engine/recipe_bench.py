"""What is proposed for the sample model, built on a real engine and asked."""

import http.client
import json
import shutil
import sysconfig
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import docker
import pytest
from docker.models.containers import Container

from modeldesk.core.build.model import EngineBuild
from modeldesk.core.build_context.folder_files import build_files
from modeldesk.core.build_context.scan import scan
from modeldesk.core.build_context.stream import stream
from modeldesk.core.ids import ImageId
from modeldesk.core.jobs import CancelToken
from modeldesk.core.model_folder.inspect import inspect
from modeldesk.core.recipes.choice import RecipeChoice, Stages, form_for
from modeldesk.core.recipes.dockerfile import propose
from modeldesk.core.references import Reference
from tests.engine.build_bench import building_engine
from tests.support.build_context import TarContext
from tests.support.engine import PYTHON
from tests.support.waiting import SLOW_MACHINE_S

SAMPLE = Path(__file__).parents[2] / "resources" / "sample_model"
BOTH = pytest.mark.parametrize("with_buildkit", [False, True], ids=["classic", "buildkit"])
EACH = pytest.mark.parametrize("stages", list(Stages), ids=[stages.value for stages in Stages])


@dataclass(slots=True)
class Recipes:
    """Builds the sample model by what is proposed for it."""

    url: str
    client: docker.DockerClient
    name: str
    work: Path
    weights: bytes | None = None
    """In place of the sample's own."""
    _built: int = 0

    def folder(self, requirements: str) -> Path:
        folder = self.work / "digits"
        ignored = shutil.ignore_patterns(".*", "__pycache__")
        shutil.copytree(SAMPLE, folder, ignore=ignored, dirs_exist_ok=True)
        (folder / "requirements.txt").write_text(requirements)
        if self.weights is not None:
            (folder / "digits.safetensors").write_bytes(self.weights)
        return folder

    def base_with_headers(self) -> str:
        """The base image with what a compiler includes of Python; one that the tests made lacks
        it."""
        ask = (
            "import os, sysconfig; folder = sysconfig.get_path('include'); "
            "print(folder, os.path.exists(folder + '/Python.h'))"
        )
        said = self.client.containers.run(PYTHON, ["python", "-c", ask], remove=True)
        place, there = said.decode().split()
        if there == "True":
            return PYTHON
        headers = Path(sysconfig.get_path("include"))
        if headers.name != Path(place).name or not (headers / "Python.h").exists():
            pytest.skip(f"the header files of {Path(place).name} are not on this machine")
        context = self.work / "base"
        shutil.copytree(headers, context / "include")
        (context / "Dockerfile").write_text(f"FROM {PYTHON}\nCOPY include {place}\n")
        name = f"{self.name}-python:3.11-slim"
        self.client.images.build(path=str(context), tag=name)
        return name

    def build(
        self, requirements: str, stages: Stages, *, with_buildkit: bool, base: str = PYTHON
    ) -> ImageId:
        """The sample with `requirements`, on `base`."""
        choice = RecipeChoice(base, stages, form_for(with_buildkit))
        return self.built(self.folder(requirements), choice, with_buildkit=with_buildkit)

    def built(
        self,
        folder: Path,
        choice: RecipeChoice,
        *,
        with_buildkit: bool,
        no_cache: bool = False,
        at: int | None = None,
    ) -> ImageId:
        """Proposed, sent and built as the program does it; `at` is the time of all files."""
        recipe = propose(inspect(folder), choice)
        files = build_files(folder, recipe.dockerfile, recipe.dockerignore, recipe.texts)
        token = CancelToken()
        plan = scan(folder, files.rules, token, files.given, files.always)
        self._built += 1
        name = Reference.parse(f"{self.name}:{self._built}")
        with building_engine(self.url, with_buildkit=with_buildkit) as engine:
            return engine.build(
                EngineBuild(files.dockerfile, (name,), no_cache=no_cache),
                TarContext(stream(plan if at is None else plan.at(at), token)),
                lambda _: None,
                token,
            )

    def layers(self, image: ImageId | str) -> list[str]:
        """Its diff IDs, from the base image on."""
        found: list[str] = self.client.images.get(str(image)).attrs["RootFS"]["Layers"]
        return found

    def layers_with_other_weights(
        self, stages: Stages, *, with_buildkit: bool
    ) -> tuple[list[str], list[str]]:
        """The diff IDs as it is, and after a change of the weights alone."""
        before = self._layers(stages, with_buildkit)
        # Folders tell their times in seconds.
        time.sleep(1.1)
        content = (SAMPLE / "digits.safetensors").read_bytes()
        self.weights = content[:-1] + bytes([content[-1] ^ 1])
        return before, self._layers(stages, with_buildkit)

    def _layers(self, stages: Stages, with_buildkit: bool) -> list[str]:
        return self.layers(self.build("idna==3.10\n", stages, with_buildkit=with_buildkit))

    def size(self, image: ImageId) -> int:
        found = self.client.images.get(image).attrs["Size"]
        assert isinstance(found, int)
        return found

    @contextmanager
    def running(self, image: ImageId) -> Iterator[Container]:
        container = self.client.containers.run(str(image), detach=True, ports={"5000/tcp": 0})
        try:
            yield container
        finally:
            container.remove(force=True, v=True)


def predicted(container: Container) -> object:
    """The digit that the server answers to the sample's own request."""
    body = (SAMPLE / "example_request.json").read_bytes()
    deadline = time.monotonic() + SLOW_MACHINE_S
    while True:
        try:
            return _asked(container, body)["digit"]
        except (OSError, http.client.HTTPException):
            assert time.monotonic() < deadline, container.logs().decode()
            time.sleep(0.1)


def _asked(container: Container, body: bytes) -> dict[str, object]:
    container.reload()
    published = container.ports.get("5000/tcp")
    if not published:
        raise ConnectionError("no port yet")
    port = int(published[0]["HostPort"])
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("POST", "/predict", body)
        answer = json.loads(connection.getresponse().read())
    finally:
        connection.close()
    assert isinstance(answer, dict)
    return answer


def expected() -> int:
    """Which digit the sample's request shows."""
    return 4


def said(container: Container, program: str) -> str:
    """What Python in the container prints."""
    code, output = container.exec_run(["python", "-c", program])
    assert code == 0, output
    assert isinstance(output, bytes)
    return output.decode().strip()


def until_healthy(container: Container) -> bool:
    deadline = time.monotonic() + SLOW_MACHINE_S
    while time.monotonic() < deadline:
        container.reload()
        if container.attrs["State"]["Health"]["Status"] == "healthy":
            return True
        time.sleep(0.2)
    return False
