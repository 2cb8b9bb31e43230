"""What an image wastes, counted by hand and against stacking done the plain way."""

from hypothesis import given, settings

from modeldesk.core.contents.layer_index import LayerIndex
from modeldesk.core.contents.stack import Stack
from modeldesk.core.contents.waste import Waste, WastedPath, find_waste
from tests.unit.core.contents.layers import (
    LAYERS,
    file,
    folder,
    hard_link,
    layer,
    opaque,
    plain_stack,
    removed,
    symlink,
    with_links,
)


def waste(*layers: LayerIndex) -> Waste:
    return find_waste(Stack(layers))


def wasted(*layers: LayerIndex) -> dict[str, int]:
    return {found.path.decode(): found.size_bytes for found in waste(*layers).paths}


def test_a_cache_that_a_later_layer_removes() -> None:
    found = waste(
        layer(file("bin/sh", 100)),
        layer(folder("root/.cache"), file("root/.cache/a", 300), file("root/.cache/b", 200)),
        layer(removed("root/.cache")),
    )

    assert (found.layers_bytes, found.squashed_bytes, found.reclaimable_bytes) == (600, 100, 500)
    assert list(found.paths) == [
        WastedPath(b"root/.cache/a", 300, 0, (1,), (), (2,)),
        WastedPath(b"root/.cache/b", 200, 0, (1,), (), (2,)),
    ]
    assert found.paths[0].layers == (1, 2)
    assert found.paths[1:] == (found.paths[1],)


def test_a_file_rewritten_twice_wastes_all_but_the_last() -> None:
    found = waste(layer(file("a", 10)), layer(file("a", 20)), layer(file("a", 30)))

    assert list(found.paths) == [WastedPath(b"a", 30, 0, (0,), (1, 2), ())]


def test_an_opaque_marker() -> None:
    base = layer(folder("d"), file("d/a", 5), file("d/b", 7))

    assert wasted(base, layer(folder("d"), opaque("d"), file("d/b", 1))) == {"d/a": 5, "d/b": 7}


def test_a_replaced_link() -> None:
    base = layer(symlink("l", "long/target"), file("long/target", 10))

    assert wasted(base, layer(symlink("l", "x"))) == {"l": 11}


def test_a_folder_replaced_by_a_file() -> None:
    assert wasted(layer(file("p/x", 4), file("p/y", 5)), layer(file("p", 1))) == {
        "p/y": 5,
        "p/x": 4,
    }


def test_a_file_that_a_hard_link_keeps_is_not_wasted() -> None:
    base = layer(file("a", 50), hard_link("b", "a"))

    assert wasted(base, layer(removed("a"))) == {}
    assert wasted(base, layer(removed("a"), file("b", 1))) == {"a": 50}


def test_copies_for_another_owner_are_told_apart() -> None:
    base = layer(file("same", 10, modified=5), file("newer", 20, modified=5))
    found = waste(
        base, layer(file("same", 10, modified=5, owner=7), file("newer", 20, modified=6, owner=7))
    )

    assert found.copied_bytes == 10
    assert {path.path: path.copied_bytes for path in found.paths} == {b"same": 10, b"newer": 0}


def test_a_layer_listed_twice_counts_twice() -> None:
    twice = layer(file("a", 9))

    assert (waste(twice, twice).layers_bytes, waste(twice, twice).reclaimable_bytes) == (18, 9)


def test_one_layer_and_none_waste_nothing() -> None:
    assert waste(layer(file("a", 9))).reclaimable_bytes == 0
    assert waste().reclaimable_bytes == 0
    assert len(waste().paths) == 0


@settings(max_examples=200)
@given(LAYERS)
def test_the_paths_add_up_to_what_squashing_saves(layers: list[LayerIndex]) -> None:
    found = waste(*layers)
    files = plain_stack(layers)[-1] if layers else {}
    squashed = sum(with_links(layers, files).values()) if layers else 0

    assert found.squashed_bytes == squashed
    assert found.reclaimable_bytes == sum(index.size_bytes for index in layers) - squashed
    assert sum(path.size_bytes for path in found.paths) == found.reclaimable_bytes
    sizes = [path.size_bytes for path in found.paths]
    assert sizes == sorted(sizes, reverse=True)
    for path in found.paths:
        assert path.written
        assert path.changed or path.removed
        assert 0 <= path.copied_bytes <= path.size_bytes
