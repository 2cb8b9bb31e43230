"""Unique, shared, and what comes back."""

from collections.abc import Iterable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modeldesk.core.ids import ImageId
from modeldesk.core.layers.model import Layer
from modeldesk.core.library.model import VersionSizes
from modeldesk.core.library.sizes import LayerTree, tree_of
from tests.unit.core.library.images import image_id, layers


def stacks(names: Iterable[str]) -> dict[ImageId, Sequence[Layer]]:
    """Images numbered from 0 on, each with a layer per letter."""
    return {image_id(number): layers(name) for number, name in enumerate(names)}


def tree(*names: str) -> LayerTree:
    return tree_of(stacks(names))


def test_shared_layers_count_once() -> None:
    found = tree("abc", "abd", "ab")

    assert found.total_bytes == 40
    assert found.version_sizes(image_id(0), layers("abc")) == VersionSizes(10, 20)
    assert found.version_sizes(image_id(2), layers("ab")) == VersionSizes(0, 20)


def test_the_same_content_on_other_layers_is_stored_again() -> None:
    found = tree("ax", "bx")

    assert found.total_bytes == 40
    assert found.version_sizes(image_id(0), layers("ax")) == VersionSizes(20, 0)


def test_a_layer_listed_twice_is_two() -> None:
    found = tree("aa")

    assert found.version_sizes(image_id(0), layers("aa")) == VersionSizes(20, 0)


@pytest.mark.parametrize(
    ("chosen", "back"),
    [((), 0), ((0,), 10), ((0, 1), 20), ((0, 2), 10), ((0, 1, 2), 40), ((9,), 0)],
)
def test_what_comes_back(chosen: tuple[int, ...], back: int) -> None:
    assert tree("abc", "abd", "ab").bytes_only_in(map(image_id, chosen)) == back


STACKS = st.lists(st.text(alphabet="abcd", max_size=6), max_size=8)


@given(STACKS)
def test_unique_and_shared_are_the_whole(drawn: list[str]) -> None:
    found = tree(*drawn)

    for number, stack in enumerate(drawn):
        sizes = found.version_sizes(image_id(number), layers(stack))
        assert sizes.unique_bytes + sizes.shared_bytes == 10 * len(stack)
        assert found.bytes_only_in([image_id(number)]) == sizes.unique_bytes


@given(STACKS, st.data())
def test_removing_some_leaves_what_the_rest_needs(drawn: list[str], data: st.DataObject) -> None:
    every = stacks(drawn)
    gone = data.draw(st.sets(st.sampled_from(sorted(every)))) if every else set()

    back = tree_of(every).bytes_only_in(gone)

    left = {image: stack for image, stack in every.items() if image not in gone}
    assert tree_of(every).total_bytes - back == tree_of(left).total_bytes
