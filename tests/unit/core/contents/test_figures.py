"""What an image's contents tell in a few figures."""

import pytest

from modeldesk.core.contents.advice.advise import advise
from modeldesk.core.contents.figures import figures, kinds_of_rows, largest_by_kind
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
    found = largest_by_kind(view, [BASE, WEIGHTS])
    assert [(f.path, f.size_bytes) for f in found[BASE]] == [(b"b", 50)]
    assert [(f.path, f.size_bytes) for f in found[WEIGHTS]] == [(b"m/w", 50), (b"m/c", 10)]


def test_every_row_has_the_kind_of_its_layer() -> None:
    view = stack_of(image()).view()
    kinds = list(LayerKind)
    named = {
        view.paths[row]: kinds[code]
        for row, code in enumerate(kinds_of_rows(view, [BASE, WEIGHTS]))
    }
    assert named == {b"a": BASE, b"b": BASE, b"m/c": WEIGHTS, b"m/w": WEIGHTS}


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
