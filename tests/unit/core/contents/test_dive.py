"""dive's score, counted by hand."""

import pytest

from modeldesk.core.contents.dive import DiveScore, Reference, score
from modeldesk.core.contents.layer_index import LayerIndex
from tests.unit.core.contents.layers import (
    file,
    folder,
    hard_link,
    layer,
    opaque,
    removed,
    symlink,
)


def of(*layers: LayerIndex) -> DiveScore:
    return score(layers)


def test_its_own_published_case() -> None:
    found = of(
        layer(file("etc/nginx/nginx.conf", 2000), file("etc/nginx/public", 3000)),
        layer(file("etc/nginx/nginx.conf", 5000), file("etc/athing", 10000)),
        layer(removed("etc/nginx")),
    )

    assert found.efficiency == 0.75
    assert found.references == (Reference("/etc/nginx/nginx.conf", 2, 7000),)


def test_a_cache_removed_by_a_later_layer_scores_full_marks() -> None:
    found = of(
        layer(folder("bin"), file("bin/sh", 100)),
        layer(folder("cache"), file("cache/a", 300)),
        layer(removed("cache")),
    )

    # The folder is no leaf where it is full, so its path is met once, with what it hides.
    assert (found.efficiency, found.wasted_bytes, found.references) == (1.0, 0, ())


def test_a_folder_removed_twice_counts_what_it_hid() -> None:
    cache = layer(folder("cache"), file("cache/a", 300))
    found = of(layer(file("x", 1)), cache, layer(removed("cache")), cache, layer(removed("cache")))

    assert found.references == (Reference("/cache", 2, 600), Reference("/cache/a", 2, 600))
    assert found.efficiency == (1 + 300 + 300) / (1 + 600 + 600)
    assert found.wasted_user_percent == 1200 / 600


def test_a_removed_file_counts_nothing_more_but_is_met_twice() -> None:
    found = of(layer(file("a", 100)), layer(removed("a")))

    assert found.references == (Reference("/a", 2, 100),)
    assert (found.efficiency, found.wasted_bytes) == (0.0, 100)


def test_opaque_markers_are_dropped() -> None:
    base = layer(folder("d"), file("d/a", 50))

    assert of(base, layer(folder("d"), opaque("d"), file("d/b", 5))).efficiency == 1.0
    # Without anything else the folder is a leaf, and is met for the first time as one.
    assert of(base, layer(folder("d"), opaque("d"))).references == ()


def test_a_replaced_link_has_no_size() -> None:
    found = of(layer(symlink("l", "a/long/target")), layer(symlink("l", "b")))

    assert found.references == (Reference("/l", 2, 0),)
    assert (found.efficiency, found.size_bytes) == (1.0, 0)


def test_a_file_written_three_times_counts_all_three() -> None:
    found = of(layer(file("a", 10)), layer(file("a", 20)), layer(file("a", 30)))

    assert found == DiveScore(10 / 60, 60, 50, 60, 60 / 50, (Reference("/a", 3, 60),))


def test_one_layer_divides_by_nothing() -> None:
    found = of(layer(file("a", 10), hard_link("b", "a")))

    assert (found.efficiency, found.wasted_user_percent, found.user_size_bytes) == (1.0, 0.0, 0)


def test_an_image_without_layers_or_bytes() -> None:
    assert of() == DiveScore(1.0, 0, 0, 0, 0.0, ())
    assert of(layer(file("a", 0)), layer(file("b", 0))).efficiency == 1.0


def test_it_gives_up_on_a_layer_that_removes_what_is_not_there() -> None:
    base = layer(file("+a", 10), file("z", 20))
    found = of(base, layer(file("+a", 10), removed("m"), file("z", 20)))

    # “z” comes behind the whiteout of “m”, which itself is counted as less than nothing.
    assert [reference.path for reference in found.references] == ["/+a"]
    assert found.efficiency == (10 + 20 - 1) / (20 + 20)


def test_a_folder_without_an_entry_hides_nothing_when_it_is_removed() -> None:
    found = of(
        layer(file("x", 10)),
        layer(file("d/a", 300)),
        layer(removed("d")),
        layer(file("d", 7)),
    )

    assert found.references == (Reference("/d", 2, 7),)


@pytest.mark.parametrize(("name", "hidden"), [("cache", 300), (".cache", 0), (".x", 300)])
def test_a_name_before_its_whiteout_goes_with_it(name: str, hidden: int) -> None:
    again = layer(removed(name), folder(name), file(f"{name}/new", 300))
    old = layer(folder(name), file(f"{name}/old", 9))
    found = of(
        layer(file("_", 1)), old, again, layer(folder("y"), removed(name)), layer(file(name, 1))
    )

    # “.cache” sorts before “.wh..cache” and so is gone again: removing it once more finds nothing.
    expected = 9 + (hidden or 0) + 1
    assert {reference.path: reference.size_bytes for reference in found.references} == {
        f"/{name}": expected
    }
