"""Which layers touched a path."""

from hypothesis import given, settings

from modeldesk.core.contents.entries import FileType
from modeldesk.core.contents.layer_index import LayerIndex
from modeldesk.core.contents.touches import Touch, Touched, touches
from tests.unit.core.contents.layers import (
    LAYERS,
    Node,
    file,
    folder,
    layer,
    opaque,
    plain_stack,
    removed,
)


def told(layers: list[LayerIndex], path: str) -> list[tuple[int, str]]:
    return [(touch.layer, touch.how.value) for touch in touches(layers, path.encode())]


def test_written_changed_removed_and_written_again() -> None:
    layers = [
        layer(file("d/a", 1)),
        layer(file("other", 1)),
        layer(file("d/a", 2)),
        layer(removed("d")),
        layer(file("d/a", 3)),
    ]

    assert touches(layers, b"d/a") == (
        Touch(0, Touched.WROTE, 1),
        Touch(2, Touched.CHANGED, 2),
        Touch(3, Touched.REMOVED),
        Touch(4, Touched.WROTE, 3),
    )


def test_hidden_by_an_opaque_folder_above() -> None:
    layers = [layer(file("d/e/a", 1)), layer(folder("d"), opaque("d"))]

    assert told(layers, "d/e/a") == [(0, "wrote"), (1, "removed")]
    assert told(layers, "d") == [(0, "wrote")]


def test_replaced_by_a_file_above_it() -> None:
    layers = [layer(file("d/a", 1)), layer(file("d", 1))]

    assert told(layers, "d/a") == [(0, "wrote"), (1, "removed")]
    assert told(layers, "d") == [(0, "wrote"), (1, "changed")]


def test_a_folder_is_touched_by_another_owner() -> None:
    layers = [layer(folder("d")), layer(folder("d")), layer(folder("d", owner=5))]

    assert told(layers, "d") == [(0, "wrote"), (2, "changed")]


def test_what_one_archive_has_twice() -> None:
    assert told([layer(file("p/x", 4), file("p", 1))], "p/x") == [(0, "wrote"), (0, "removed")]


def test_a_path_nobody_knows() -> None:
    assert told([layer(file("a", 1))], "b") == []


@settings(max_examples=150)
@given(LAYERS)
def test_as_stacking_entry_by_entry_tells(layers: list[LayerIndex]) -> None:
    after = plain_stack(layers)
    for path in {path for files in after for path in files}:
        expected = []
        before: Node | None = None
        for number, files in enumerate(after):
            now = files.get(path)
            if now is None and before is not None:
                expected.append((number, "removed"))
            elif now is not None and before is None:
                expected.append((number, "wrote"))
            elif now is not None and before is not None and _differ(before, now):
                expected.append((number, "changed"))
            before = now
        assert told(layers, path.decode()) == expected


def _differ(before: Node, now: Node) -> bool:
    """A folder without an entry has no owner that could be another one."""
    if before.layer == now.layer:
        return False
    if now.entry.type == before.entry.type == FileType.FOLDER:
        return before.entry.offset >= 0 <= now.entry.offset and before.entry.uid != now.entry.uid
    return True
