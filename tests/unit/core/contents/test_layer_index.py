"""Layer indexes, packed and unpacked."""

from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modeldesk.core.contents import index_packing
from modeldesk.core.contents.entries import Entry, FileType
from modeldesk.core.contents.index_packing import LayerIndexWriter, unpack
from modeldesk.core.errors import ArchiveDamaged, ArchiveError

PATHS = st.lists(st.binary(min_size=1, max_size=4).map(lambda path: path.replace(b"\0", b"-")))


def packed(paths: list[bytes]) -> bytes:
    """Files and links in this order; sizes and targets tell which row was which."""
    writer = LayerIndexWriter()
    for number, path in enumerate(paths):
        owner = writer.owner((0o644, number % 3, 0))
        link = b"to %d" % number if number % 2 else b""
        kind = FileType.SYMLINK if link else FileType.FILE
        writer.add_row((path, kind, number, owner, -number, number * 512), link)
        writer.pack_when_large()
    return writer.finish()


@given(PATHS, st.sampled_from((1, 2, 3, 100)))
def test_it_comes_out_sorted_with_the_later_of_two(paths: list[bytes], part_rows: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(index_packing, "_PART_ROWS", part_rows)
        content = packed(paths)
    last = {path: number for number, path in enumerate(paths)}
    assert list(unpack(content)) == [
        Entry(
            path.removesuffix(b"/"),
            FileType.SYMLINK if number % 2 else FileType.FILE,
            number,
            0o644,
            number % 3,
            0,
            -number,
            b"to %d" % number if number % 2 else b"",
            number * 512,
        )
        for path, number in sorted(last.items())
    ]


def test_large_names_make_parts_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index_packing, "_PART_TEXT", 50)
    paths = [b"%d" % number * 20 for number in range(9)]
    assert list(unpack(packed(paths)).paths) == sorted(paths)


def test_columns_are_added_as_rows_are() -> None:
    rows, columns = LayerIndexWriter(), LayerIndexWriter()
    for writer in (rows, columns):
        writer.add_row((b"z", 0, 1, writer.owner((0o600, 1, 1)), 5, 512))
    rows.add_row((b"b", FileType.SYMLINK, 2, 0, 6, 1024), b"to")
    rows.add_row((b"a", 0, 3, 0, 7, 1536))
    links = {0: b"to"}
    sizes, owners, times, offsets = np.array([[2, 3], [0, 0], [6, 7], [1024, 1536]])
    columns.add_columns([b"b", b"a"], b"\2\0", sizes, owners, times, offsets, links, 2)
    assert rows.finish() == columns.finish()


@pytest.mark.parametrize(
    ("name", "value"), [("_MOST_TEXT", 100), ("_MOST_OWNERS", 1), ("MOST_ROWS", 5)]
)
def test_there_is_an_end_to_it(monkeypatch: pytest.MonkeyPatch, name: str, value: int) -> None:
    monkeypatch.setattr(index_packing, name, value)
    writer = LayerIndexWriter(index_packing.MOST_ROWS)
    for number in range(10):
        writer.add_row((b"%020d" % number, 0, 0, writer.owner((0, number, 0)), 0, 0))
    with pytest.raises(ArchiveError, match="more files than"):
        writer.pack_when_large()


@given(st.data())
def test_damage_is_noticed_or_harmless(data: st.DataObject) -> None:
    content = bytearray(packed([b"a", b"b/", b"b/c", b"d"]))
    place = data.draw(st.integers(0, len(content) - 1))
    content[place] ^= data.draw(st.integers(1, 255))
    cut = data.draw(st.sampled_from((len(content), place)))
    with suppress(ArchiveDamaged):
        found = unpack(bytes(content[:cut]))
        assert len(found.paths) == len(found.types) == len(found.sizes)


def test_an_empty_layer() -> None:
    index = unpack(LayerIndexWriter().finish())
    assert (len(index), index.size_bytes, index.file_count, list(index)) == (0, 0, 0, [])
    assert index.row(b"a") is None
