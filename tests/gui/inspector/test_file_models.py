"""Files as Qt's views ask for them: right by Qt's own checks, and only as much as is in sight."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QAbstractItemModel, QModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from modeldesk.core.contents.search import PathSearch
from modeldesk.core.contents.stack import Stack
from modeldesk.core.contents.tree import Children, FileTree, Order
from modeldesk.core.contents.view import FileView
from modeldesk.ui.inspector.file_columns import CHUNK, NAME, SIZE
from modeldesk.ui.inspector.file_tree_model import FileTreeModel
from modeldesk.ui.inspector.found_files import FoundFilesModel
from tests.fakes.contents import FileSpec, layer_index


def view(*layers: dict[str | bytes, FileSpec]) -> FileView:
    return Stack([layer_index(files) for files in layers]).view()


class Loads:
    """Large folders, handed over when the test says so."""

    def __init__(self) -> None:
        self.tree: FileTree | None = None
        self.waiting: list[tuple[bytes, Order, Callable[[Children], None]]] = []

    def __call__(self, path: bytes, order: Order, then: Callable[[Children], None]) -> None:
        self.waiting.append((path, order, then))

    def finish(self) -> None:
        tree = self.tree
        assert tree is not None
        for path, order, then in self.waiting:
            then(tree.children(path, order))
        self.waiting.clear()


@pytest.fixture
def loads() -> Loads:
    return Loads()


@pytest.fixture
def model(qtbot: QtBot, loads: Loads) -> FileTreeModel:
    made = FileTreeModel()
    made.load = loads
    return made


def show(model: FileTreeModel, loads: Loads, shown: FileView, order: Order = Order.SIZE) -> None:
    loads.tree = FileTree(shown)
    model.show(loads.tree, order, loads.tree.children(b"", order))


def check(model: QAbstractItemModel) -> None:
    """By Qt's own rules, which open every folder."""
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)


def names(model: FileTreeModel, parent: QModelIndex | None = None) -> list[str]:
    above = parent or QModelIndex()
    return [model.index(row, NAME, above).data() for row in range(model.rowCount(above))]


def test_folders_are_read_when_they_are_opened(model: FileTreeModel, loads: Loads) -> None:
    show(model, loads, view({"a/small": 1, "a/b/large": 100, "top": 7, "z/": b""}))
    assert names(model) == ["a", "top", "z"]
    first = model.index(0, NAME)
    assert model.index(0, SIZE).data() == "101 B"
    assert (model.hasChildren(first), model.rowCount(first)) == (True, 0)
    assert not model.hasChildren(model.index(1, NAME))
    model.fetchMore(first)
    assert names(model, first) == ["b", "small"]
    inner = model.index(0, NAME, first)
    model.fetchMore(inner)
    assert names(model, inner) == ["large"]
    assert model.parent(model.index(0, NAME, inner)) == inner
    assert model.parent(inner) == first
    check(model)


def test_sorting_by_name(model: FileTreeModel, loads: Loads) -> None:
    show(model, loads, view({"b": 9, "A": 1, "c/x": 5}), Order.NAME)
    assert names(model) == ["A", "b", "c"]
    assert model.headerData(NAME, Qt.Orientation.Horizontal) == "Name ↑"


def test_marks_are_signs_and_words_and_not_colour_alone(model: FileTreeModel, loads: Loads) -> None:
    shown = view(
        {"same": 1, "rewritten": 2, "gone": 3, "f/x": 1},
        {"rewritten": 2, "gone": None, "new": 5, "f/y": 1},
    )
    show(model, loads, shown, Order.NAME)
    found = {}
    for row in range(model.rowCount()):
        index = model.index(row, NAME)
        mark = model.line(index).mark
        found[index.data()] = mark.sign if mark else ""
        spoken = index.data(Qt.ItemDataRole.AccessibleTextRole)
        assert mark is None or mark.words in spoken
        assert mark is None or mark.words in index.data(Qt.ItemDataRole.ToolTipRole)
    assert found == {"f": "•", "gone": "−", "new": "+", "rewritten": "~", "same": ""}


def test_a_tooltip_tells_owner_permissions_and_exact_size_as_plain_text(
    model: FileTreeModel, loads: Loads
) -> None:
    show(model, loads, view({"<b>x": 1234, "link": "/etc/<i>"}))
    first = model.index(0, NAME).data(Qt.ItemDataRole.ToolTipRole)
    assert "1,234 bytes" in first
    assert "-rw-r--r-- 0:0" in first
    tip = model.index(1, NAME).data(Qt.ItemDataRole.ToolTipRole)
    assert "→ /etc/&lt;i&gt;" in tip


def test_of_a_large_folder_only_the_first_are_told_and_then_more(
    model: FileTreeModel, loads: Loads
) -> None:
    total = 2 * CHUNK + 10
    show(model, loads, view({f"f{number:05}": total - number for number in range(total)}))
    assert model.rowCount() == CHUNK + 1
    check(model)
    last = model.index(CHUNK, NAME)
    assert last.data() == f"… and {total - CHUNK:,} more"
    model.show_more(last)
    assert model.rowCount() == 2 * CHUNK + 1
    assert model.index(CHUNK, NAME).data() == f"f{CHUNK:05}"
    model.show_more(model.index(2 * CHUNK, NAME))
    assert model.rowCount() == total
    assert model.index(total - 1, NAME).data() == f"f{total - 1:05}"
    check(model)


def test_one_left_over_takes_the_place_of_the_line_for_more(
    model: FileTreeModel, loads: Loads
) -> None:
    show(model, loads, view({f"f{number:05}": 1 for number in range(CHUNK + 1)}))
    assert model.rowCount() == CHUNK + 1
    model.show_more(model.index(CHUNK, NAME))
    assert model.rowCount() == CHUNK + 1
    assert model.line(model.index(CHUNK, NAME)).path == f"f{CHUNK:05}".encode()


def test_a_very_large_folder_is_read_elsewhere(model: FileTreeModel, loads: Loads) -> None:
    show(model, loads, view({f"d/f{number:05}": number for number in range(5000)}))
    folder = model.index(0, NAME)
    model.fetchMore(folder)
    model.fetchMore(folder)
    assert (model.rowCount(folder), len(loads.waiting)) == (0, 1)
    loads.finish()
    assert model.index(0, NAME, folder).data() == "f04999"


def test_an_answer_for_a_tree_that_is_gone_is_dropped(model: FileTreeModel, loads: Loads) -> None:
    big = view({f"d/f{number:05}": number for number in range(5000)})
    show(model, loads, big)
    model.fetchMore(model.index(0, NAME))
    late = loads.waiting.pop()
    old = loads.tree
    assert old is not None
    show(model, loads, view({"d/only": 1}))
    late[2](old.children(late[0], late[1]))
    assert model.rowCount(model.index(0, NAME)) == 0


def test_a_chain_opens_every_folder_down_to_a_path(model: FileTreeModel, loads: Loads) -> None:
    shown = view({f"a/b/f{number:04}": number for number in range(3 * CHUNK)})
    show(model, loads, shown)
    tree = loads.tree
    assert tree is not None
    chain = []
    for folder, path in ((b"", b"a"), (b"a", b"a/b"), (b"a/b", b"a/b/f0003")):
        children = tree.children(folder)
        row = children.position(path)
        assert row is not None
        chain.append((folder, children, row))
    index = model.open_chain(chain)
    assert model.line(index).path == b"a/b/f0003"
    assert index.row() == 3 * CHUNK - 4


def test_what_was_found_is_told_as_it_is_scrolled_to(qtbot: QtBot) -> None:
    model = FoundFilesModel()
    shown = view({f"d/{number:05}.so": number for number in range(CHUNK + 5)})
    model.show(shown, PathSearch(shown).find(".so"))
    assert model.rowCount() == CHUNK
    assert model.index(0, NAME).data() == f"d/{CHUNK + 4:05}.so"
    assert model.canFetchMore(QModelIndex())
    model.fetchMore(QModelIndex())
    assert model.rowCount() == CHUNK + 5
    assert not model.canFetchMore(QModelIndex())
    check(model)
