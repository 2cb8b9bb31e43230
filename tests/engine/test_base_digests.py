"""Base images by their digest: told by a real registry and a real engine, and built from."""

from pathlib import Path

import docker
import pytest

from modeldesk.adapters.oci_registry.digests import RegistryDigests
from modeldesk.core.build.model import EngineBuild
from modeldesk.core.build_context.folder_files import build_files
from modeldesk.core.build_context.scan import scan
from modeldesk.core.build_context.stream import stream
from modeldesk.core.jobs import CancelToken
from modeldesk.core.model_folder.inspect import inspect
from modeldesk.core.recipes.choice import RecipeChoice, form_for
from modeldesk.core.recipes.dockerfile import propose
from modeldesk.core.recipes.service import RecipeService
from modeldesk.core.references import Reference
from tests.engine.build_bench import building_engine
from tests.support.build_context import TarContext
from tests.support.engine import DEBIAN, keeps_packed

BOTH = pytest.mark.parametrize("with_buildkit", [False, True], ids=["classic", "buildkit"])


@BOTH
def test_a_base_is_built_from_by_its_digest(
    engine_url: str,
    engine_client: docker.DockerClient,
    registry_address: str,
    unique_name: str,
    tmp_path: Path,
    with_buildkit: bool,
) -> None:
    base = f"{registry_address}/{unique_name}/python:3.11-slim"
    repository, _, tag = base.rpartition(":")
    engine_client.images.get(DEBIAN).tag(repository, tag)
    engine_client.images.push(base)
    engine_client.images.remove(base)
    (tmp_path / "serve.py").write_text("import http.server\n")
    folder, token = inspect(tmp_path), CancelToken()
    choice = RecipeChoice(base, form=form_for(with_buildkit))
    service = RecipeService(RegistryDigests(), None)
    with building_engine(engine_url, with_buildkit=with_buildkit) as engine:
        pinned = service.pin(folder, choice, None, token)
        digest = pinned.digests[base]
        recipe = propose(folder, pinned)
        assert recipe.dockerfile.startswith(f"FROM {base}@{digest}\n")
        engine_client.images.pull(repository, tag)
        # What the engine has says the same, and the registry is not asked; but a containerd store
        # gives a digest to what no registry has, too.
        asked = RegistryDigests() if keeps_packed(engine_client) else None
        on_engine = RecipeService(asked, None).pin(folder, choice, engine, token)
        assert on_engine.digests == {base: digest}
        files = build_files(tmp_path, recipe.dockerfile, recipe.dockerignore)
        plan = scan(tmp_path, files.rules, token, files.given, files.always)
        name = Reference.parse(f"{unique_name}:made")
        image = engine.build(
            EngineBuild(files.dockerfile, (name,)),
            TarContext(stream(plan, token)),
            lambda _: None,
            token,
        )
    layers = engine_client.images.get(str(image)).attrs["RootFS"]["Layers"]
    own = engine_client.images.get(DEBIAN).attrs["RootFS"]["Layers"]
    assert layers[: len(own)] == own
