"""Proposed Dockerfiles on a real engine: they build with both of its builders, and what they make
serves predictions."""

from modeldesk.core.ids import ImageId
from modeldesk.core.recipes.choice import Stages
from tests.engine.recipe_bench import (
    BOTH,
    EACH,
    Recipes,
    expected,
    predicted,
    said,
    until_healthy,
)


@BOTH
@EACH
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


@BOTH
def test_other_weights_are_one_other_layer_also_beside_code_in_folders(
    recipes: Recipes, with_buildkit: bool
) -> None:
    folder = recipes.folder("idna==3.10\n")
    (folder / "parts").mkdir()
    (folder / "parts/rank.py").write_text("RANK = 1\n")

    before, after = recipes.layers_with_other_weights(Stages.MULTI, with_buildkit=with_buildkit)
    changed = [pair for pair in zip(before, after, strict=True) if pair[0] != pair[1]]
    assert len(changed) == 1
    assert changed[0][0] not in after


@BOTH
def test_in_a_single_stage_other_weights_leave_what_lies_below_them(
    recipes: Recipes, with_buildkit: bool
) -> None:
    before, after = recipes.layers_with_other_weights(Stages.SINGLE, with_buildkit=with_buildkit)
    same = [left == right for left, right in zip(before, after, strict=True)]
    # The weights, and the code that is copied after them.
    assert same[-2:] == [False, False]
    assert all(same[:-2])


def test_a_compiler_stays_behind(recipes: Recipes) -> None:
    """A package that there is no wheel of: the image has it, and not what compiled it."""
    base = recipes.base_with_headers()
    image = recipes.build("annoy==1.17.3\n", Stages.MULTI, with_buildkit=True, base=base)
    with recipes.running(image) as container:
        assert said(container, "import annoy; print(annoy.AnnoyIndex(2, 'dot').f)") == "2"
        assert said(container, "import shutil; print(shutil.which('gcc'))") == "None"
    assert recipes.size(image) - recipes.size(ImageId(base)) < 10_000_000
