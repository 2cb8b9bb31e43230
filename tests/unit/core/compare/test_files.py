"""Which files differ, and the few folders that say so."""

from hypothesis import given, settings
from hypothesis import strategies as st

from modeldesk.core.compare.files import FileChange, FileDifferences, Files, diff_files
from modeldesk.core.compare.folders import FolderDifference, by_folder
from modeldesk.core.contents.entries import FileType
from modeldesk.core.contents.layer_index import LayerIndex
from modeldesk.core.contents.stack import Stack
from tests.unit.core.contents.layers import (
    LAYERS,
    Item,
    file,
    folder,
    hard_link,
    layer,
    removed,
    symlink,
)


def in_the_end(*layers: LayerIndex) -> Files:
    return Files(Stack(layers).view())


def rows(found: FileDifferences) -> list[tuple[str, FileChange, int, int]]:
    return [
        (path.decode(), FileChange(change), left, right)
        for path, change, left, right in zip(
            found.paths, found.changes, found.left_sizes, found.right_sizes, strict=True
        )
    ]


def folders(left: Files, right: Files) -> list[FolderDifference]:
    return list(by_folder(diff_files(left, right), left.paths, right.paths))


def named(found: list[FolderDifference]) -> list[tuple[str, int]]:
    return [(row.path.decode() + ("/…" if row.is_rest else ""), row.delta_bytes) for row in found]


def test_what_came_went_and_changed() -> None:
    left = in_the_end(layer(file("a", 1), file("b", 20), file("c", 3), folder("d"), file("d/e", 5)))
    right = in_the_end(layer(file("b", 25), file("c", 3, modified=9), file("f", 7)))
    assert rows(diff_files(left, right)) == [
        ("a", FileChange.REMOVED, 1, 0),
        ("b", FileChange.RESIZED, 20, 25),
        ("c", FileChange.REWRITTEN, 3, 3),
        ("d/e", FileChange.REMOVED, 5, 0),
        ("f", FileChange.ADDED, 0, 7),
    ]


def test_only_what_is_there_in_the_end_counts() -> None:
    left = in_the_end(layer(file("a", 1), file("b", 2)), layer(removed("a"), file("b", 9)))
    right = in_the_end(layer(file("b", 9)))
    assert rows(diff_files(left, right)) == []


def test_owner_type_and_target_make_another_file() -> None:
    left = in_the_end(
        layer(file("a", 3), file("b", 3), symlink("c", "one"), symlink("d", "one"), file("e", 3))
    )
    right = in_the_end(
        layer(
            file("a", 3, owner=10001),
            symlink("b", "two"),
            symlink("c", "two"),
            symlink("d", "one"),
            file("e", 3),
        )
    )
    assert [(name, change) for name, change, _, _ in rows(diff_files(left, right))] == [
        ("a", FileChange.REWRITTEN),
        ("b", FileChange.REWRITTEN),
        ("c", FileChange.REWRITTEN),
    ]


def test_a_folder_of_one_image_is_named_whole() -> None:
    base = [file("usr/bin/python", 10), file("usr/lib/libc.so", 20)]
    gcc = [
        file("usr/lib/gcc/x86_64-linux-gnu/12/cc1", 900),
        file("usr/lib/gcc/x86_64-linux-gnu/12/lto1", 700),
    ]
    cache = [file(f"root/.cache/pip/http/{n}/body", 100) for n in range(20)]
    left = in_the_end(layer(*base, *gcc, *cache))
    right = in_the_end(layer(*base, file("venv/pyvenv.cfg", 84)))
    found = folders(left, right)
    assert named(found) == [
        ("root/.cache/pip/http", -2000),
        ("usr/lib/gcc/x86_64-linux-gnu/12", -1600),
        ("venv/pyvenv.cfg", 84),
    ]
    assert [(row.is_gone, row.is_new, row.is_file) for row in found] == [
        (True, False, False),
        (True, False, False),
        (False, True, True),
    ]
    assert found[0].removed == 20
    assert found[1].removed_bytes == 1600


def test_what_both_have_is_opened_where_a_part_says_more() -> None:
    site = "usr/local/lib/python3.11/site-packages"

    def image(torch: int, numpy: int, small: int) -> Files:
        many = [file(f"{site}/small{n}/a.py", small) for n in range(50)]
        return in_the_end(
            layer(
                file(f"{site}/torch/lib/libtorch.so", torch),
                file(f"{site}/torch/version.py", 10),
                file(f"{site}/numpy/core.so", numpy),
                *many,
            )
        )

    found = folders(image(70_000, 900, 10), image(50_000, 1900, 11))
    assert named(found) == [
        (f"{site}/torch/lib/libtorch.so", -20_000),
        (f"{site}/numpy/core.so", 1_000),
        (f"{site}/…", 50),
    ]


def test_many_small_parts_are_one_row() -> None:
    def image(size: int) -> Files:
        return in_the_end(layer(*(file(f"opt/app/m{n}/code.py", size) for n in range(300))))

    [row] = folders(image(10), image(12))
    assert (row.path, row.resized, row.delta_bytes) == (b"opt/app", 300, 600)
    assert not row.is_rest
    assert not row.is_file


def test_a_file_that_became_a_folder() -> None:
    left, right = in_the_end(layer(file("a", 5))), in_the_end(layer(file("a/b", 7)))
    found = folders(left, right)
    assert sorted(named(found)) == [("a", -5), ("a/b", 7)]


def test_deep_paths_end() -> None:
    deep = "/".join("d" * 2000)
    left = in_the_end(layer(file(f"{deep}/a", 1), file("b", 3)))
    right = in_the_end(layer(file(f"{deep}/a", 9), file(f"{deep}/c", 9)))
    assert sum(row.delta_bytes for row in folders(left, right)) == 14


@given(LAYERS, LAYERS)
@settings(max_examples=150)
def test_folders_add_up_to_the_difference(a: list[LayerIndex], b: list[LayerIndex]) -> None:
    first, second = Stack(a).view(), Stack(b).view()
    left, right = Files(first), Files(second)
    found = by_folder(diff_files(left, right), left.paths, right.paths)
    present = second.size_bytes - first.size_bytes
    assert sum(row.delta_bytes for row in found) == present
    assert sum(right.sizes) - sum(left.sizes) == present
    for row in found:
        assert not (row.is_new and row.is_gone)
        if row.is_new:
            assert row.removed == row.resized == row.rewritten == 0


@given(LAYERS, LAYERS, st.integers(1, 3))
@settings(max_examples=100)
def test_pieces_tell_what_a_plain_comparison_does(
    a: list[LayerIndex], b: list[LayerIndex], piece: int
) -> None:
    found = diff_files(in_the_end(*a), in_the_end(*b), piece)
    assert rows(found) == plain(Stack(a), Stack(b))


def plain(a: Stack, b: Stack) -> list[tuple[str, FileChange, int, int]]:
    """The same, a file at a time."""
    left, right = contents(a), contents(b)
    told = []
    for path in sorted(left.keys() | right.keys()):
        before, after = left.get(path), right.get(path)
        name = path.decode()
        if before is None and after is not None:
            told.append((name, FileChange.ADDED, 0, after[0]))
        elif after is None and before is not None:
            told.append((name, FileChange.REMOVED, before[0], 0))
        elif before and after and before[0] != after[0]:
            told.append((name, FileChange.RESIZED, before[0], after[0]))
        elif before and after and before != after:
            told.append((name, FileChange.REWRITTEN, before[0], after[0]))
    return told


def contents(stack: Stack) -> dict[bytes, tuple[int, object]]:
    view = stack.view()
    present = view.present()
    found: dict[bytes, tuple[int, object]] = {}
    for row in range(len(view)):
        entry = view.entry(row)
        if present[row] and entry.type != FileType.FOLDER:
            facts = (entry.type, entry.modified, entry.mode, entry.uid, entry.gid, entry.link)
            found[view.paths[row]] = (view.sizes[row], facts)
    return found


def test_hard_links_whose_target_moved_are_written_again() -> None:
    both = [file("a", 3), file("b", 3)]
    left = in_the_end(layer(*both, hard_link("c", "a")))
    right = in_the_end(layer(*both, hard_link("c", "b")))
    assert rows(diff_files(left, right)) == [("c", FileChange.REWRITTEN, 0, 0)]


def test_a_tree_of_nothing() -> None:
    left = in_the_end()
    right = in_the_end(layer(Item("a", 4), Item("b/c", 5), Item("b/d", 6)))
    assert named(folders(left, right)) == [("b", 11), ("a", 4)]
    assert folders(left, left) == []
