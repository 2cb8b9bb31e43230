"""Locked requirements from end to end: pip's resolver here, and an image there that installs
what it said and nothing else."""

from dataclasses import replace

import pytest

from modeldesk.adapters.pip import PipResolver
from modeldesk.core.errors import BuildFailed
from modeldesk.core.jobs import Job
from modeldesk.core.model_folder.inspect import inspect
from modeldesk.core.recipes.choice import RecipeChoice
from modeldesk.core.recipes.service import RecipeService
from tests.engine.recipe_bench import Recipes, predicted, said
from tests.support.engine import PYTHON


def test_what_was_locked_is_installed(recipes: Recipes) -> None:
    folder = recipes.folder("idna>=3\n")
    service = RecipeService(None, PipResolver())
    lock = service.lock(inspect(folder), RecipeChoice(PYTHON), "amd64", Job())
    (package,) = lock.packages
    image = recipes.built(folder, RecipeChoice(PYTHON, lock=lock), with_buildkit=False)
    with recipes.running(image) as container:
        version = said(container, "import importlib.metadata as m; print(m.version('idna'))")
        assert package == f"idna=={version}"
        assert predicted(container) == 4
    # A wheel that is another than the lock says is not installed.
    digest = lock.text.partition("--hash=sha256:")[2][:64]
    other = replace(lock, text=lock.text.replace(digest, "0" * 64))
    with pytest.raises(BuildFailed):
        recipes.built(folder, RecipeChoice(PYTHON, lock=other), with_buildkit=False)
