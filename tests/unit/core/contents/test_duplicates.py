"""Equal files at several paths."""

from collections.abc import Iterator, Sequence

import pytest

from modeldesk.core.contents.duplicates import SMALLEST, Duplicates, candidates, find_duplicates
from modeldesk.core.contents.entries import Entry
from modeldesk.core.contents.stack import Stack
from modeldesk.core.contents.view import FileView
from modeldesk.core.errors import Cancelled
from modeldesk.core.jobs import CancelToken, Job, Progress
from tests.unit.core.contents.layers import file, hard_link, layer, removed, symlink

BIG, MORE = SMALLEST, SMALLEST + 1
MB = 1024 * 1024


def view() -> FileView:
    base = layer(
        file("z/a", BIG),
        file("b", BIG),
        file("c", MORE),
        file("gone", MORE),
        file("small", BIG - 1),
        file("small2", BIG - 1),
        hard_link("link", "b"),
        symlink("soft", "b"),
    )
    return Stack([base, layer(file("d", BIG), removed("gone"))]).view()


class Reader:
    """Gives contents by path, and keeps what was read."""

    def __init__(self, **contents: bytes) -> None:
        self.contents = contents
        self.read: list[tuple[int, str]] = []

    def __call__(
        self, layer: int, entries: Sequence[Entry], _token: CancelToken
    ) -> Iterator[tuple[Entry, bytes]]:
        for entry in entries:
            name = entry.path.decode()
            self.read.append((layer, name))
            content = self.contents.get(name[-1], b"same")
            yield entry, content[:2]
            yield entry, content[2:]


def test_equal_content_is_found_and_only_files_of_equal_size_are_read() -> None:
    read = Reader(b=b"other")
    found = find_duplicates(view(), read, Job())

    assert found == (Duplicates((b"d", b"z/a"), BIG, (1, 0)),)
    assert found[0].copies_bytes == BIG
    # In the order of the archives, so that a source reads each layer once.
    assert read.read == [(0, "z/a"), (0, "b"), (1, "d")]


def test_the_largest_waste_is_first() -> None:
    made = layer(*(file(f"a{n}", BIG) for n in range(3)), *(file(f"b{n}", 3 * BIG) for n in (1, 2)))
    found = find_duplicates(Stack([made]).view(), Reader(), Job())

    assert [group.copies_bytes for group in found] == [3 * BIG, 2 * BIG]


def test_another_beginning_needs_no_reading() -> None:
    kept = {"a": b"GGUF1", "b": b"GGUF2", "c": b"GGUF1"}
    made = layer(file("a", MB), file("b", MB), file("c", MB), kept=kept)
    found = Stack([made]).view()

    assert [[found.paths[row] for row in group] for group in candidates(found)] == [[b"a", b"c"]]


def test_it_can_be_stopped_and_tells_how_far_it_is() -> None:
    token, told = CancelToken(), list[Progress]()

    def report(progress: Progress) -> None:
        told.append(progress)
        token.cancel()

    with pytest.raises(Cancelled):
        find_duplicates(view(), Reader(), Job(token, report))
    assert [(progress.done, progress.total) for progress in told] == [(2, 3 * BIG)]
