"""The tree of a view, a page at a time."""

from hypothesis import given, settings

from modeldesk.core.contents.entries import FileType
from modeldesk.core.contents.layer_index import LayerIndex
from modeldesk.core.contents.stack import Stack
from modeldesk.core.contents.tree import FileTree, Node, Order
from modeldesk.core.contents.view import State
from tests.unit.core.contents.layers import (
    LAYERS,
    file,
    folder,
    layer,
    plain_stack,
    removed,
    with_links,
)


def tree(*layers: LayerIndex) -> FileTree:
    return FileTree(Stack(layers).view())


def names(found: FileTree, path: str = "", order: Order = Order.SIZE) -> list[str]:
    return [node.name.decode() for node in found.children(path.encode(), order).page(0, 99)]


SMALL = layer(
    folder("a"), file("a/x", 5), folder("a/b"), file("a/b/y", 30), file("a.txt", 7), file("Z", 50)
)


def test_the_root_holds_everything() -> None:
    root = tree(SMALL).root()

    assert (root.path, root.size_bytes, root.file_count) == (b"", 92, 4)
    assert root.type == FileType.FOLDER


def test_folders_count_all_that_is_in_them_and_the_largest_is_first() -> None:
    found = tree(SMALL)

    assert names(found) == ["Z", "a", "a.txt"]
    assert names(found, "a") == ["b", "x"]
    node = found.find(b"a")
    assert node is not None
    assert (node.size_bytes, node.file_count, node.state) == (35, 2, State.ADDED)
    assert names(found, "a/b") == ["y"]
    assert names(found, "nowhere") == []


def test_by_name_capitals_stand_beside_small_letters() -> None:
    found = tree(layer(file("B", 1), file("a", 2), file("c/d", 3)))

    assert names(found, order=Order.NAME) == ["a", "B", "c"]


def test_pages() -> None:
    children = tree(
        layer(*(file(f"f{number:03}", 500 - number) for number in range(300)))
    ).children(b"")

    assert len(children) == 300
    assert [node.path for node in children.page(298, 10)] == [b"f298", b"f299"]
    assert children.position(b"f120") == 120
    assert children.position(b"nothing") is None
    assert children.position(b"zzz") is None


def test_the_way_to_a_path_leads_through_the_children() -> None:
    found = tree(SMALL)
    children = found.children(b"")

    place = children.position(b"a/b/y")
    assert place is not None
    assert children.page(place, 1)[0].path == b"a"
    assert found.children(b"a").position(b"a/b/y") == 0


def test_marks_of_files_and_of_what_is_in_folders() -> None:
    base = layer(folder("d"), file("d/old", 10), file("d/gone", 4), folder("e"), file("e/x", 1))
    found = tree(base, layer(folder("d"), removed("d/gone"), file("d/new", 3), file("f/n", 2)))

    d = found.find(b"d")
    assert d is not None
    assert (d.state, d.changed_inside, d.size_bytes, d.removed_bytes) == (0, True, 13, 4)
    assert (d.file_count, d.layer) == (2, 1)
    e, f = found.find(b"e"), found.find(b"f")
    assert e is not None
    assert f is not None
    assert (e.state, e.changed_inside) == (State.UNCHANGED, False)
    # No layer has an entry for it, and all in it is new.
    assert (f.state, f.row, f.layer) == (State.ADDED, None, None)
    gone = found.find(b"d/gone")
    assert gone is not None
    assert (gone.state, gone.size_bytes, gone.removed_bytes) == (State.REMOVED, 0, 4)
    assert gone.file_count == 0
    assert names(found, "d") == ["old", "new", "gone"]


def test_what_took_a_place_is_found_before_what_was_there() -> None:
    found = tree(layer(file("p/x", 1)), layer(file("p", 2)))
    node = found.find(b"p")

    assert node is not None
    assert (node.type, node.size_bytes) == (FileType.FILE, 2)
    back = tree(layer(file("p", 2)), layer(file("p/x", 1))).find(b"p")
    assert back is not None
    assert back.type == FileType.FOLDER
    assert found.find(b"q") is None


def test_an_empty_image() -> None:
    found = tree()

    assert found.root().file_count == 0
    assert len(found.children(b"")) == 0


@settings(max_examples=150)
@given(LAYERS)
def test_folders_add_up(layers: list[LayerIndex]) -> None:
    found = tree(*layers)
    expected: dict[bytes, int] = {b"": 0}
    files = plain_stack(layers)[-1] if layers else {}
    for path, size in (with_links(layers, files) if layers else {}).items():
        parts = path.split(b"/")
        for end in range(len(parts) + 1):
            above = b"/".join(parts[:end])
            expected[above] = expected.get(above, 0) + size

    seen = {node.path: node.size_bytes for node in _walk(found, found.root())}
    assert {path: size for path, size in seen.items() if path in expected} == {
        path: size for path, size in expected.items() if path in seen
    }
    missing = expected.keys() - seen.keys()
    assert not missing or all(files[path].entry.offset < 0 for path in missing)


def _walk(found: FileTree, node: Node) -> list[Node]:
    if node.state == State.REMOVED:
        return []
    nodes = [node]
    if node.type == FileType.FOLDER:
        children = found.children(node.path).page(0, 1000)
        inside = [child for above in children for child in _walk(found, above)]
        assert node.size_bytes == sum(child.size_bytes for child in children)
        assert node.file_count == sum(child.file_count for child in children)
        nodes += inside
    return nodes
