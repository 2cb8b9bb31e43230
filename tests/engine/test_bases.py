"""Proposed Dockerfiles on other bases. Their images can't be had everywhere, so others stand in
for them under their names: Python without a shell for distroless, Debian for CUDA's Ubuntu."""

from collections.abc import Iterator

import docker
import pytest

from modeldesk.core.ids import ImageId
from modeldesk.core.recipes.choice import RecipeChoice, form_for
from tests.engine.recipe_bench import BOTH, Recipes, expected, predicted, said, until_healthy
from tests.support.engine import DEBIAN, PYTHON

WITHOUT_SHELL = f"""\
FROM {PYTHON} AS full
RUN cp -a /usr/local/. /usr/ && rm -rf /usr/local/* && ldconfig \\
    && ln -sf python3.11 /usr/bin/python3 && ln -sf python3.11 /usr/bin/python \\
    && /usr/bin/python3 -c "import os; [os.remove(f'{{d}}/{{n}}') for d in ('/bin', '/usr/bin') \\
for n in ('sh', 'dash', 'bash') if os.path.lexists(f'{{d}}/{{n}}')]"
FROM scratch
COPY --from=full / /
ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
USER 65532
ENTRYPOINT ["/usr/bin/python3.11"]
"""


def built(
    recipes: Recipes, base: str, *, with_buildkit: bool, reproducible: bool = False
) -> ImageId:
    folder = recipes.folder("idna==3.10\n")
    choice = RecipeChoice(
        base, form=form_for(with_buildkit), mirror=f"{recipes.name}.lan/hub",
        reproducible=reproducible,
    )  # fmt: skip
    return recipes.built(folder, choice, with_buildkit=with_buildkit)


def stand_in(recipes: Recipes, image: str, name: str) -> str:
    """`image` under another name, which is removed with the test's."""
    repository, _, tag = name.rpartition(":")
    recipes.client.images.get(image).tag(repository, tag)
    return name


@pytest.fixture(scope="module")
def shell_less(engine_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The image that stands in for distroless Python."""
    context = tmp_path_factory.mktemp("base")
    (context / "Dockerfile").write_text(WITHOUT_SHELL)
    client = docker.DockerClient(base_url=engine_url)
    name = "bases.lan/distroless/python3-debian12:nonroot"
    client.images.build(path=str(context), tag=name)
    try:
        yield name
    finally:
        client.images.remove(name, force=True)
        client.close()


@BOTH
@pytest.mark.parametrize("reproducible", [False, True], ids=["usual", "reproducible"])
def test_without_a_shell(
    recipes: Recipes, shell_less: str, with_buildkit: bool, reproducible: bool
) -> None:
    stand_in(recipes, PYTHON, f"{recipes.name}.lan/hub/python:3.11-slim-bookworm")
    base = shell_less
    image = built(recipes, base, with_buildkit=with_buildkit, reproducible=reproducible)
    with recipes.running(image) as container:
        assert predicted(container) == expected()
        assert said(container, "import os; print(os.getuid())") == "65532"
        assert said(container, "import idna; print(idna.__version__)") == "3.10"
        assert said(container, "import sys; print(sys.base_prefix)") == "/usr"
        assert until_healthy(container)
        code, _ = container.exec_run(["sh", "-c", "true"])
        assert code != 0


def test_cuda(recipes: Recipes) -> None:
    """Ubuntu's Python is in the way of none, and the program starts as any other does."""
    base = stand_in(recipes, DEBIAN, f"{recipes.name}.lan/nvidia/cuda:12.6.3-runtime-ubuntu24.04")
    image = built(recipes, base, with_buildkit=True)
    with recipes.running(image) as container:
        assert predicted(container) == expected()
        assert said(container, "import idna; print(idna.__version__)") == "3.10"
        assert until_healthy(container)
    environment = recipes.client.images.get(str(image)).attrs["Config"]["Env"]
    assert "NVIDIA_VISIBLE_DEVICES=all" in environment
