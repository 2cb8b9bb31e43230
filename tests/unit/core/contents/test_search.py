"""Files found by text."""

from fnmatch import fnmatchcase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modeldesk.core.contents.layer_index import LayerIndex
from modeldesk.core.contents.search import Matches, PathSearch
from modeldesk.core.contents.stack import Stack
from modeldesk.core.contents.view import FileView
from tests.unit.core.contents.layers import file, folder, layer, removed

FILES = layer(
    folder("usr"),
    folder("usr/numpy"),
    file("usr/numpy/core.PY", 10),
    file("usr/numpy/data.bin", 900),
    file("app/Main.py", 40),
    file("app/py.txt", 5),
)


def view_of(*layers: LayerIndex) -> FileView:
    return Stack(layers).view()


def paths(view: FileView, found: Matches) -> list[str]:
    return [view.paths[row].decode() for row in found.rows]


def look(text: str, *layers: LayerIndex) -> list[str]:
    view = view_of(*(layers or (FILES,)))
    return paths(view, PathSearch(view).find(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("NUMPY", ["usr/numpy/data.bin", "usr/numpy/core.PY"]),
        ("main", ["app/Main.py"]),
        ("app/", ["app/Main.py", "app/py.txt"]),
        ("nothing", []),
        ("bin\0app", []),
        ("*.py", ["app/Main.py", "usr/numpy/core.PY"]),
        ("*PY*", ["app/Main.py", "usr/numpy/core.PY", "app/py.txt"]),
        ("py*", ["app/py.txt"]),
        ("????.py", ["app/Main.py", "usr/numpy/core.PY"]),
        ("[mc]*", ["app/Main.py", "usr/numpy/core.PY"]),
        ("usr/*.bin", ["usr/numpy/data.bin"]),
        ("*", ["usr/numpy/data.bin", "app/Main.py", "usr/numpy/core.PY", "app/py.txt"]),
        ("  ", ["usr/numpy/data.bin", "app/Main.py", "usr/numpy/core.PY", "app/py.txt"]),
    ],
)
def test_found_and_the_largest_first(text: str, expected: list[str]) -> None:
    assert look(text) == expected


def test_the_count_and_the_bytes_are_exact() -> None:
    found = PathSearch(view_of(FILES)).find("numpy")

    assert (len(found), found.size_bytes) == (2, 910)


def test_removed_files_are_found_too() -> None:
    assert look("a", layer(file("a", 3)), layer(removed("a"))) == ["a"]


def test_names_that_are_not_utf_8() -> None:
    view = view_of(layer(file("caf\u00e9", 1)))

    assert len(PathSearch(view).find("f\u00e9")) == 1
    assert len(PathSearch(view).find("caf?")) == 0
    assert len(PathSearch(view).find("caf*")) == 1


_TEXT = st.text(alphabet="abAB/.", min_size=1, max_size=3)
_NAMES = st.lists(st.sampled_from(["a", "b", "ab", "a.b", "BA"]), min_size=1, max_size=3)


@given(st.lists(_NAMES.map("/".join), max_size=20, unique=True), _TEXT)
def test_as_asking_every_path(drawn: list[str], text: str) -> None:
    made = layer(*(file(f"{path}.", number) for number, path in enumerate(drawn)))
    view = view_of(made)
    found = PathSearch(view).find(text)

    expected = [path.decode() for path in view.paths if text.lower().encode() in path.lower()]
    assert sorted(paths(view, found)) == sorted(expected)
    sizes = [view.sizes[row] for row in found.rows]
    assert sizes == sorted(sizes, reverse=True)


@given(
    st.lists(_NAMES.map("/".join), max_size=20, unique=True),
    st.text(alphabet="ab*?.", min_size=1, max_size=4),
)
def test_patterns_as_the_standard_library_has_them(drawn: list[str], pattern: str) -> None:
    made = layer(*(file(f"{path}.", number) for number, path in enumerate(drawn)))
    view = view_of(made)
    found = PathSearch(view).find(f"*{pattern}")

    names = [(path, path.lower().rpartition(b"/")[2].decode()) for path in view.paths]
    expected = [path.decode() for path, name in names if fnmatchcase(name, f"*{pattern}")]
    assert sorted(paths(view, found)) == sorted(expected)
