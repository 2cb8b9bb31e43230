"""Layers put on one another, by hand and against stacking done the plain way."""

import pytest
from hypothesis import given, settings

from modeldesk.core.contents.entries import FileType
from modeldesk.core.contents.layer_index import LayerIndex
from modeldesk.core.contents.stack import Stack
from modeldesk.core.contents.view import FileView, State
from tests.unit.core.contents.layers import (
    LAYERS,
    PlainFiles,
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


def shown(view: FileView) -> dict[str, tuple[str, int, int]]:
    """Path → what the topmost layer did, who wrote it, and its size."""
    return {
        path.decode(): (State(view.states[row]).name.lower(), view.layer_of(row), view.sizes[row])
        for row, path in enumerate(view.paths)
    }


def stacked(*layers: LayerIndex) -> dict[str, tuple[str, int, int]]:
    return shown(Stack(layers).view())


def test_a_base_layer_is_all_new() -> None:
    assert stacked(layer(folder("etc"), file("etc/a", 5))) == {
        "etc/": ("added", 0, 0),
        "etc/a": ("added", 0, 5),
    }


def test_added_changed_removed_and_left() -> None:
    base = layer(folder("d"), file("d/left", 1), file("d/changed", 2), file("d/removed", 3))
    upper = layer(folder("d"), file("d/changed", 20), removed("d/removed"), file("d/added", 4))

    assert stacked(base, upper) == {
        "d/": ("unchanged", 1, 0),
        "d/added": ("added", 1, 4),
        "d/changed": ("changed", 1, 20),
        "d/left": ("unchanged", 0, 1),
        "d/removed": ("removed", 0, 3),
    }


def test_what_was_removed_is_shown_once() -> None:
    layers = (layer(file("a", 1)), layer(removed("a")), layer(file("b", 1)))

    assert stacked(*layers) == {"b": ("added", 2, 1)}


def test_a_folder_removed_goes_with_all_in_it_from_all_layers() -> None:
    layers = (
        layer(folder("d"), file("d/a", 1), file("d.txt", 7), file("d0", 7)),
        layer(file("d/b/c", 2)),
        layer(removed("d")),
    )

    assert stacked(*layers) == {
        "d.txt": ("unchanged", 0, 7),
        "d/": ("removed", 0, 0),
        "d/a": ("removed", 0, 1),
        "d/b/c": ("removed", 1, 2),
        "d0": ("unchanged", 0, 7),
    }


def test_an_opaque_marker_hides_what_is_below_it_only() -> None:
    base = layer(folder("d"), file("d/a", 1), file("d/b", 2), file("e", 3))
    upper = layer(folder("d"), opaque("d"), file("d/b", 5), file("d/c", 4))

    assert stacked(base, upper) == {
        "d/": ("unchanged", 1, 0),
        "d/a": ("removed", 0, 1),
        "d/b": ("changed", 1, 5),
        "d/c": ("added", 1, 4),
        "e": ("unchanged", 0, 3),
    }


def test_an_opaque_root_hides_everything() -> None:
    view = Stack([layer(file("a", 1), file("b/c", 2)), layer(opaque(""), file("d", 4))]).view()

    assert (view.size_bytes, view.file_count) == (4, 1)


def test_removed_and_written_again_in_one_layer_is_changed() -> None:
    base, upper = layer(file("a", 1)), layer(removed("a"), file("a", 2))

    assert stacked(base, upper) == {"a": ("changed", 1, 2)}


def test_a_folder_becomes_a_file_and_one_again() -> None:
    layers = (
        layer(folder("p"), file("p/x", 1), file("p-other", 9)),
        layer(file("p", 5)),
        layer(folder("p"), file("p/y", 2)),
    )
    stack = Stack(layers)

    assert shown(stack.view(1)) == {
        "p": ("added", 1, 5),
        "p-other": ("unchanged", 0, 9),
        "p/": ("removed", 0, 0),
        "p/x": ("removed", 0, 1),
    }
    assert shown(stack.view(2)) == {
        "p": ("removed", 1, 5),
        "p-other": ("unchanged", 0, 9),
        "p/": ("added", 2, 0),
        "p/y": ("added", 2, 2),
    }


def test_folders_without_an_entry_replace_files_too() -> None:
    layers = (layer(file("p", 5)), layer(file("p/x", 1)), layer(file("p", 6)))
    stack = Stack(layers)

    assert shown(stack.view(1)) == {"p": ("removed", 0, 5), "p/x": ("added", 1, 1)}
    assert shown(stack.view(2)) == {"p": ("added", 2, 6), "p/x": ("removed", 1, 1)}


def test_a_replaced_link_is_changed_though_its_target_has_the_same_length() -> None:
    base, upper = layer(symlink("l", "old")), layer(symlink("l", "new"))

    assert stacked(base, upper) == {"l": ("changed", 1, 3)}


def test_a_link_replaced_by_a_folder() -> None:
    base, upper = layer(symlink("lib", "usr/lib")), layer(folder("lib"), file("lib/a", 1))

    assert stacked(base, upper) == {
        "lib": ("removed", 0, 7),
        "lib/": ("added", 1, 0),
        "lib/a": ("added", 1, 1),
    }


def test_a_folder_is_changed_by_another_owner_only() -> None:
    base = layer(folder("a"), folder("b"))
    upper = layer(folder("a", owner=7), folder("b"))

    assert stacked(base, upper) == {"a/": ("changed", 1, 0), "b/": ("unchanged", 1, 0)}


def test_a_hard_link_keeps_the_bytes_of_a_file_that_is_removed() -> None:
    base = layer(file("a", 100), hard_link("b", "a"), hard_link("c", "./a"))

    assert Stack([base]).view().size_bytes == 100
    assert stacked(base, layer(removed("a"))) == {
        "a": ("removed", 0, 100),
        "b": ("unchanged", 0, 100),
        "c": ("unchanged", 0, 0),
    }
    assert Stack([base, layer(removed("a"), removed("b"))]).view().size_bytes == 100
    everything = layer(removed("a"), removed("b"), removed("c"))
    assert Stack([base, everything]).view().size_bytes == 0


def test_hard_links_that_lead_nowhere_or_in_a_circle_have_no_bytes() -> None:
    odd = layer(hard_link("a", "b"), hard_link("b", "a"), hard_link("c", "nothing"))

    assert Stack([odd]).view().size_bytes == 0


@pytest.mark.parametrize("order", [("p", "p/x"), ("p/x", "p")])
def test_a_path_that_one_archive_has_as_file_and_folder_is_what_came_later(
    order: tuple[str, str],
) -> None:
    base = layer(file("p/old", 3))
    odd = layer(*(file(path, 5) for path in order))

    there = {path for path, (state, _, _) in stacked(base, odd).items() if state != "removed"}
    assert there == ({"p"} if order[-1] == "p" else {"p/x", "p/old"})


def test_markers_that_name_nothing_do_nothing() -> None:
    base = layer(file("a", 1))
    odd = layer(removed("missing"), removed("d/"), opaque("nowhere"))

    assert stacked(base, odd) == {"a": ("unchanged", 0, 1)}


def test_the_same_layer_twice() -> None:
    twice = layer(folder("d"), file("d/a", 1))

    assert stacked(twice, twice) == {"d/": ("unchanged", 1, 0), "d/a": ("changed", 1, 1)}


def test_empty_layers_and_no_layers() -> None:
    assert stacked() == {}
    assert stacked(layer(), layer(file("a", 1)), layer()) == {"a": ("unchanged", 1, 1)}
    assert len(Stack([]).view()) == 0


def test_a_layer_alone() -> None:
    base = layer(folder("d"), file("d/a", 1), file("d/b", 2))
    upper = layer(folder("d"), removed("d/a"), file("d/c", 3))

    assert shown(Stack([base, upper]).view().of_top_layer()) == {
        "d/": ("unchanged", 1, 0),
        "d/a": ("removed", 0, 1),
        "d/c": ("added", 1, 3),
    }


def test_an_entry_is_the_one_of_the_layer_that_wrote_it() -> None:
    view = Stack([layer(file("b", 1)), layer(file("a", 2, owner=3))]).view()

    assert view.entry(0).path == b"a"
    assert view.entry(0).uid == 3
    assert view.entry(1).size_bytes == 1


def plain_states(before: PlainFiles, after: PlainFiles, top: int) -> dict[bytes, State]:
    """What became of each path that has an entry, as told by the dicts before and after."""
    states = {}
    for path, node in after.items():
        old = before.get(path)
        is_folder = node.entry.type == FileType.FOLDER
        if node.entry.offset < 0:
            continue
        if node.layer < top:
            states[key(path, is_folder)] = State.UNCHANGED
        elif old is None or old.entry.offset < 0 or _kind(old.entry.type) != _kind(node.entry.type):
            states[key(path, is_folder)] = State.ADDED
        elif is_folder and (old.entry.mode, old.entry.uid) == (node.entry.mode, node.entry.uid):
            states[key(path, is_folder)] = State.UNCHANGED
        else:
            states[key(path, is_folder)] = State.CHANGED
    for path, node in before.items():
        name = key(path, node.entry.type == FileType.FOLDER)
        if node.entry.offset >= 0 and name not in states:
            states[name] = State.REMOVED
    return states


def key(path: bytes, is_folder: bool) -> bytes:
    return path + b"/" if is_folder else path


def _kind(found: FileType) -> bool:
    return found == FileType.FOLDER


@settings(max_examples=200)
@given(LAYERS)
def test_as_stacking_entry_by_entry_does_it(layers: list[LayerIndex]) -> None:
    stack, plain = Stack(layers), plain_stack(layers)
    for top, after in enumerate(plain):
        view = stack.view(top)
        before = plain[top - 1] if top else {}
        states = {path: State(view.states[row]) for row, path in enumerate(view.paths)}

        assert states == plain_states(before, after, top)
        sizes = with_links(layers, after)
        assert view.size_bytes == sum(sizes.values())
        for row, path in enumerate(view.paths):
            if view.states[row] != State.REMOVED:
                assert view.layer_of(row) == after[path.removesuffix(b"/")].layer
        files = [node for node in after.values() if node.entry.type != FileType.FOLDER]
        assert view.file_count == len(files)
    if layers:
        kept = stack.squashed()
        there = [path for path, here in zip(stack.merged.paths, kept.there, strict=True) if here]
        assert there == sorted(
            key(path, node.entry.type == FileType.FOLDER)
            for path, node in plain[-1].items()
            if node.entry.offset >= 0
        )
