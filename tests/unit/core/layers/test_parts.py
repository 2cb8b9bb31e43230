"""The kinds within a layer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modeldesk.core.ids import DiffId
from modeldesk.core.layers.kinds import LayerKind
from modeldesk.core.layers.model import Layer
from modeldesk.core.layers.parts import Told, add_up, largest_first, parts_name, scaled

BASE, SYSTEM, DEPENDENCIES, APPLICATION, WEIGHTS, OTHER = LayerKind
SIZES = st.dictionaries(st.sampled_from(LayerKind), st.integers(0, 10**12))


def layer(kind: LayerKind, size: int) -> Layer:
    return Layer(DiffId("sha256:1"), "COPY . /app", size, kind)


def test_what_files_do_not_tell_is_what_the_instruction_says() -> None:
    told = Told(((DEPENDENCIES, 30),), 5)
    assert told.parts_with(APPLICATION) == ((DEPENDENCIES, 30), (APPLICATION, 5))
    assert told.parts_with(DEPENDENCIES) == ((DEPENDENCIES, 35),)


def test_what_came_with_weights_that_were_found_is_the_application() -> None:
    assert Told(((WEIGHTS, 9),), 5).parts_with(WEIGHTS) == ((WEIGHTS, 9), (APPLICATION, 5))
    assert Told((), 5).parts_with(WEIGHTS) == ((WEIGHTS, 5),)


def test_a_layer_that_is_judged_has_the_kind_of_its_largest_part() -> None:
    found = layer(APPLICATION, 100).judged(Told(((WEIGHTS, 90),), 10))
    assert (found.kind, found.parts) == (WEIGHTS, ((WEIGHTS, 90), (APPLICATION, 10)))

    found = layer(APPLICATION, 100).judged(Told(((WEIGHTS, 100),), 0))
    assert (found.kind, found.mixed, found.parts) == (WEIGHTS, (), ((WEIGHTS, 100),))


def test_a_base_image_is_one_part_whatever_is_in_it() -> None:
    assert layer(BASE, 100).judged(Told(((SYSTEM, 90),), 10)) == layer(BASE, 100)


def test_a_layer_without_bytes_is_what_its_instruction_says() -> None:
    assert layer(OTHER, 0).judged(Told((), 0)) == layer(OTHER, 0)


@pytest.mark.parametrize(("size", "expected"), [(200, (150, 50)), (50, (38, 12)), (1, (1, 0))])
def test_parts_add_up_to_what_the_engine_counts(size: int, expected: tuple[int, int]) -> None:
    found = layer(APPLICATION, size).judged(Told(((WEIGHTS, 75),), 25))
    parts = ((WEIGHTS, expected[0]), (APPLICATION, expected[1]))
    assert found.parts == tuple(part for part in parts if part[1])


@given(SIZES, st.integers(0, 10**12))
def test_scaled_parts_add_up(sizes: dict[LayerKind, int], total: int) -> None:
    parts = largest_first(sizes)
    found = scaled(parts, total)
    assert sum(size for _, size in found) == (total if parts else 0)
    assert all(size > 0 for _, size in found)
    assert add_up([found]) == {kind: dict(found)[kind] for kind in LayerKind if kind in dict(found)}


@pytest.mark.parametrize(
    ("parts", "name"),
    [
        (((WEIGHTS, 330), (APPLICATION, 70)), "Model weights + application"),
        (((WEIGHTS, 991), (APPLICATION, 9)), "Model weights"),
        (
            ((DEPENDENCIES, 60), (SYSTEM, 30), (OTHER, 10)),
            "Dependencies + system packages + other",
        ),
        ((), "Base image"),
    ],
)
def test_a_mixed_layer_is_named_by_all_that_counts(
    parts: tuple[tuple[LayerKind, int], ...], name: str
) -> None:
    assert parts_name(parts[0][0] if parts else BASE, parts) == name
