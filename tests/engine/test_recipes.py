"""Proposed Dockerfiles on a real engine: they build with both of its builders, and what they make
serves predictions."""

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

SAMPLE = Path(__file__).parents[2] / "resources" / "sample_model"
BOTH = pytest.mark.parametrize("with_buildkit", [False, True], ids=["classic", "buildkit"])


@dataclass(frozen=True, slots=True)
class Recipes:
    """Builds the sample model by what is proposed for it."""

    url: str
    client: docker.DockerClient
    name: str
    work: Path

    def folder(self, requirements: str) -> Path:
        folder = self.work / "digits"
        ignored = shutil.ignore_patterns(".*", "__pycache__")
        shutil.copytree(SAMPLE, folder, ignore=ignored, dirs_exist_ok=True)
        (folder / "requirements.txt").write_text(requirements)
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
        """Proposed, sent and built as the program does it."""
        folder = self.folder(requirements)
        recipe = propose(inspect(folder), RecipeChoice(base, stages, form_for(with_buildkit)))
        files = build_files(folder, recipe.dockerfile, recipe.dockerignore)
        token = CancelToken()
        plan = scan(folder, files.rules, token, files.given, files.always)
        name = Reference.parse(f"{self.name}:{stages.value}-{with_buildkit}".lower())
        with building_engine(self.url, with_buildkit=with_buildkit) as engine:
            return engine.build(
                EngineBuild(files.dockerfile, (name,)),
                TarContext(stream(plan, token)),
                lambda _: None,
                token,
            )

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


@pytest.fixture
def recipes(
    engine_url: str, engine_client: docker.DockerClient, unique_name: str, tmp_path: Path
) -> Recipes:
    return Recipes(engine_url, engine_client, unique_name, tmp_path)


@BOTH
@pytest.mark.parametrize("stages", list(Stages), ids=[stages.value for stages in Stages])
def test_the_sample_model_predicts(recipes: Recipes, stages: Stages, with_buildkit: bool) -> None:
    image = recipes.build("idna==3.10\n", stages, with_buildkit=with_buildkit)
    with recipes.running(image) as container:
        assert predicted(container) == expected()
        assert said(container, "import os; print(os.getuid())") == "10001"
        assert said(container, "import idna; print(idna.__version__)") == "3.10"
        assert until_healthy(container)


@BOTH
def test_without_packages_there_is_one_stage(recipes: Recipes, with_buildkit: bool) -> None:
    image = recipes.build("", Stages.MULTI, with_buildkit=with_buildkit)
    with recipes.running(image) as container:
        assert predicted(container) == expected()


@BOTH
def test_several_stages_make_the_image_no_larger(recipes: Recipes, with_buildkit: bool) -> None:
    one, several = (
        recipes.size(recipes.build("idna==3.10\n", stages, with_buildkit=with_buildkit))
        for stages in Stages
    )
    # The file that describes the environment is all that there is more.
    assert several <= one + 500


def test_a_compiler_stays_behind(recipes: Recipes) -> None:
    """A package that there is no wheel of: the image has it, and not what compiled it."""
    base = recipes.base_with_headers()
    image = recipes.build("annoy==1.17.3\n", Stages.MULTI, with_buildkit=True, base=base)
    with recipes.running(image) as container:
        assert said(container, "import annoy; print(annoy.AnnoyIndex(2, 'dot').f)") == "2"
        assert said(container, "import shutil; print(shutil.which('gcc'))") == "None"
    assert recipes.size(image) - recipes.size(ImageId(base)) < 10_000_000


def predicted(container: Container) -> object:
    """The digit that the server answers to the sample's own request."""
    body = (SAMPLE / "example_request.json").read_bytes()
    deadline = time.monotonic() + 30
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
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        container.reload()
        if container.attrs["State"]["Health"]["Status"] == "healthy":
            return True
        time.sleep(0.2)
    return False
