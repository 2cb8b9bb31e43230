"""A reproducible recipe on a real engine: built twice without a cache, at different times, it
makes the same layers with both builders."""

import io
import tarfile
import time

from modeldesk.core.ids import ImageId
from modeldesk.core.recipes.choice import RecipeChoice, Stages, form_for
from modeldesk.core.recipes.fixed_times import LAYER_TIME
from tests.engine.recipe_bench import BOTH, EACH, Recipes
from tests.support.engine import PYTHON


def built(recipes: Recipes, stages: Stages, *, with_buildkit: bool) -> ImageId:
    """Without a cache, from a folder whose files are new."""
    folder = recipes.folder("idna==3.10\n")
    inner = folder / "words" / "german"
    inner.mkdir(parents=True, exist_ok=True)
    (inner / "digits.txt").write_text("null eins zwei drei\n", encoding="ascii")
    (inner.parent / "digits.txt").write_text("zero one two three\n", encoding="ascii")
    for path in folder.rglob("*"):
        path.touch()
    choice = RecipeChoice(PYTHON, stages, form_for(with_buildkit), reproducible=True)
    return recipes.built(folder, choice, with_buildkit=with_buildkit, no_cache=True, at=LAYER_TIME)


def own_layers(recipes: Recipes, image: ImageId) -> list[str]:
    """The diff IDs above the base image."""
    layers, base = recipes.layers(image), recipes.layers(PYTHON)
    assert layers[: len(base)] == base
    return layers[len(base) :]


def files_of(recipes: Recipes, image: ImageId) -> list[tarfile.TarInfo]:
    """What is in its folder."""
    container = recipes.client.api.create_container(str(image), ["true"])
    try:
        data, _ = recipes.client.api.get_archive(container["Id"], "/app")
        with tarfile.open(fileobj=io.BytesIO(b"".join(data))) as archive:
            return archive.getmembers()
    finally:
        recipes.client.api.remove_container(container["Id"])


@BOTH
@EACH
def test_the_same_folder_makes_the_same_layers(
    recipes: Recipes, stages: Stages, with_buildkit: bool
) -> None:
    made = []
    for _ in range(2):
        image = built(recipes, stages, with_buildkit=with_buildkit)
        made.append(own_layers(recipes, image))
        time.sleep(1.5)  # a time stamp of the build would be another one
    assert made[0] == made[1]
    assert len(made[0]) >= 4
    files = {member.name: member for member in files_of(recipes, image)}
    assert {"app/serve.py", "app/words/german/digits.txt"} <= files.keys()
    assert {name: member.mtime for name, member in files.items()} == dict.fromkeys(
        files, LAYER_TIME
    )
    folders = {name: member.mode & 0o7777 for name, member in files.items() if member.isdir()}
    assert folders == dict.fromkeys(("app", "app/words", "app/words/german"), 0o755)
