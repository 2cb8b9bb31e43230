"""What an image's contents tell in a few figures."""

from dataclasses import replace

import pytest

from modeldesk.core.contents.advice.advise import advise
from modeldesk.core.contents.figures import figures, kinds_of_rows, largest_by_kind
from modeldesk.core.contents.kinds import tell
from modeldesk.core.contents.model import ImageContents
from modeldesk.core.contents.stack import Stack
from modeldesk.core.contents.waste import find_waste
from modeldesk.core.layers.kinds import LayerKind
from tests.fakes.contents import image_contents, layer_index

BASE, WEIGHTS = LayerKind.BASE_IMAGE, LayerKind.MODEL_WEIGHTS


def image() -> ImageContents:
    """100 bytes of a base of which 40 are removed, 60 of weights of which 10 replace base's 10."""
    return image_contents(
        [
            ("ADD /", BASE, layer_index({"a": 40, "b": 50, "m/c": 10})),
            ("COPY w", WEIGHTS, layer_index({"a": None, "m/c": 10, "m/w": 50})),
        ]
    )


def stack_of(contents: ImageContents) -> Stack:
    return Stack([layer.index for layer in contents.layers])


def test_waste_efficiency_and_what_is_sent() -> None:
    contents = image()
    stack = stack_of(contents)
    found = figures(contents, find_waste(stack), stack.view())
    assert (found.layers_bytes, found.reclaimable_bytes) == (160, 50)
    assert found.efficiency == pytest.approx(110 / 160)
    assert found.compressed_bytes == 100 * 2 // 5 + 60 * 2 // 5


def test_the_largest_files_are_those_that_are_there_by_who_wrote_them() -> None:
    contents = image()
    view = stack_of(contents).view()
    found = largest_by_kind(view, contents.layers)
    assert [(f.path, f.size_bytes) for f in found[BASE]] == [(b"b", 50)]
    assert [(f.path, f.size_bytes) for f in found[WEIGHTS]] == [(b"m/w", 50), (b"m/c", 10)]


def test_every_row_has_the_kind_of_its_layer() -> None:
    assert kinds_of_paths(image()) == {b"a": BASE, b"b": BASE, b"m/c": WEIGHTS, b"m/w": WEIGHTS}


def test_in_a_layer_of_several_kinds_each_file_has_its_own() -> None:
    index = layer_index({"app/site-packages/a.py": 900, "app/serve.py": 500, "app/x": 40})
    [layer] = image_contents([("COPY . /app", LayerKind.APPLICATION, index)]).layers
    parts = tell(index).parts_with(LayerKind.APPLICATION)
    mixed = replace(layer, kind=LayerKind.DEPENDENCIES, parts=parts)
    contents = replace(image_contents([]), layers=(mixed,))
    assert kinds_of_paths(contents) == {
        b"app/site-packages/a.py": LayerKind.DEPENDENCIES,
        b"app/serve.py": LayerKind.APPLICATION,
        b"app/x": LayerKind.APPLICATION,
    }


def kinds_of_paths(contents: ImageContents) -> dict[bytes, LayerKind]:
    view, kinds = stack_of(contents).view(), list(LayerKind)
    codes = kinds_of_rows(view, contents.layers)
    return {view.paths[row]: kinds[code] for row, code in enumerate(codes)}


def test_an_image_without_bytes_wastes_nothing() -> None:
    contents = image_contents([("RUN true", LayerKind.OTHER, layer_index({}))])
    stack = stack_of(contents)
    found = figures(contents, find_waste(stack), stack.view())
    assert (found.efficiency, found.reclaimable_bytes, found.largest) == (1.0, 0, {})


def test_advice_saves_no_more_than_there_is() -> None:
    contents = image_contents(
        [
            ("RUN make", LayerKind.OTHER, layer_index({"left": 30_000_000, "kept": 1})),
            ("RUN rm left", LayerKind.OTHER, layer_index({"left": None})),
        ]
    )
    stack = stack_of(contents)
    waste = find_waste(stack)
    found = figures(contents, waste, stack.view())
    advice = advise(contents, stack, waste)
    assert found.saving_bytes(advice) == 30_000_000
    assert found.saving_bytes(advice * 100) == 30_000_001
    assert found.saving_bytes(()) == 0
