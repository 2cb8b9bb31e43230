"""Thousands of files that differ, told by the few folders that say what it was.

A folder is named as high up as it tells something: one that only one of the images has is named
whole, a package that was installed anew is, and ``/usr`` is not. The rows never overlap, and
together they are all of the difference.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, compress
from operator import add, mul, sub

from modeldesk.core.compare.files import FileChange, FileDifferences
from modeldesk.core.contents.pieces import pieces
from modeldesk.core.contents.runs import run_of

_LEAST_SHARE = 100
"""What is less than one of so many parts of all that changed has no row of its own."""


@dataclass(frozen=True, slots=True)
class FolderDifference:
    """A file or folder that differs, with all in it that does."""

    path: bytes
    """Without slashes at its ends; empty for the root."""
    is_file: bool
    is_rest: bool
    """Only what other rows do not say of the folder."""
    added: int
    added_bytes: int
    removed: int
    removed_bytes: int
    resized: int
    left_bytes: int
    """Of the resized, before."""
    right_bytes: int
    rewritten: int
    rewritten_bytes: int
    is_new: bool
    """Only the right image has anything there."""
    is_gone: bool
    """Only the left one has."""

    @property
    def delta_bytes(self) -> int:
        """How much more of it is in the right image."""
        return self.added_bytes - self.removed_bytes + self.right_bytes - self.left_bytes

    @property
    def moved_bytes(self) -> int:
        """What came, went, and grew or shrank, in all."""
        return self.added_bytes + self.removed_bytes + abs(self.right_bytes - self.left_bytes)


def by_folder(
    differences: FileDifferences, left: Sequence[bytes], right: Sequence[bytes]
) -> tuple[FolderDifference, ...]:
    """The rows, largest difference first. `left` and `right` are all files of both images."""
    if not differences:
        return ()
    rows = _Folding(differences, left, right).rows()
    return tuple(sorted(rows, key=lambda row: (-abs(row.delta_bytes), -_weight(row), row.path)))


def _weight(row: FolderDifference) -> int:
    return row.moved_bytes + row.rewritten_bytes


class _Folding:
    def __init__(
        self, differences: FileDifferences, left: Sequence[bytes], right: Sequence[bytes]
    ) -> None:
        self._files = differences
        self._paths = differences.paths
        self._left, self._right = left, right
        self._moved = _moved(differences)
        """Bytes that changed before each file: those of a run are a difference of two."""
        self._least = max(1, self._moved[-1] // _LEAST_SHARE)

    def rows(self) -> Iterator[FolderDifference]:
        waiting = [(range(len(self._paths)), b"")]
        while waiting:
            run, above = waiting.pop()
            folder = self._common_folder(run, above)
            children = list(self._children(run, len(folder)))
            if len(run) == 1 or (above and not self._tells_more(run, folder, children)):
                yield self._row([run], folder)
                continue
            rest = []
            for child in children:
                if self._amount(child) >= self._least:
                    waiting.append((child, folder or b"/"))
                else:
                    rest.append(child)
            if len(rest) == 1:
                yield self._row(rest, self._common_folder(rest[0], folder or b"/"))
            elif rest:
                yield self._row(rest, folder, is_rest=True)

    def _common_folder(self, run: range, above: bytes) -> bytes:
        """The lowest folder that all of a run is in, with a slash at its end; a single file's
        own path."""
        first, last = self._paths[run.start], self._paths[run.stop - 1]
        if len(run) == 1:
            return first
        end = next(
            (n for n, (a, b) in enumerate(zip(first, last, strict=False)) if a != b),
            min(len(first), len(last)),
        )
        return first[: first.rfind(b"/", 0, end) + 1] if above else b""

    def _tells_more(self, run: range, folder: bytes, children: Sequence[range]) -> bool:
        """Whether what is in a folder says more than the folder: when both images have it, and
        most of what changed there is a few large parts of it."""
        name = folder[:-1]
        if not run_of(self._left, name) or not run_of(self._right, name):
            return False
        large = sum(size for child in children if (size := self._amount(child)) >= self._least)
        return 2 * large >= self._amount(run)

    def _children(self, run: range, depth: int) -> Iterator[range]:
        """What is directly in a folder: files and folders with all in them."""
        place = run.start
        while place < run.stop:
            path, first = self._paths[place], place
            slash = path.find(b"/", depth)
            place += 1
            if slash >= 0:
                # "0" is the byte that follows the slash.
                place = bisect_left(self._paths, path[:slash] + b"0", place, run.stop)
            yield range(first, place)

    def _amount(self, run: range) -> int:
        return self._moved[run.stop] - self._moved[run.start]

    def _row(
        self, runs: Sequence[range], folder: bytes, *, is_rest: bool = False
    ) -> FolderDifference:
        counts = dict.fromkeys(FileChange, 0)
        lefts, rights = dict.fromkeys(FileChange, 0), dict.fromkeys(FileChange, 0)
        for run in runs:
            part = slice(run.start, run.stop)
            changes = self._files.changes[part]
            for change in map(FileChange, set(changes)):
                chosen = changes.translate(_IS[change])
                counts[change] += chosen.count(1)
                lefts[change] += sum(compress(self._files.left_sizes[part], chosen))
                rights[change] += sum(compress(self._files.right_sizes[part], chosen))
        name = folder.removesuffix(b"/")
        is_file = sum(map(len, runs)) == 1 and not folder.endswith(b"/") and bool(folder)
        one_sided = not is_rest and bool(name)
        return FolderDifference(
            name,
            is_file,
            is_rest,
            counts[FileChange.ADDED],
            rights[FileChange.ADDED],
            counts[FileChange.REMOVED],
            lefts[FileChange.REMOVED],
            counts[FileChange.RESIZED],
            lefts[FileChange.RESIZED],
            rights[FileChange.RESIZED],
            counts[FileChange.REWRITTEN],
            rights[FileChange.REWRITTEN],
            one_sided and not self._has(self._left, name),
            one_sided and not self._has(self._right, name),
        )

    def _has(self, paths: Sequence[bytes], name: bytes) -> bool:
        if run_of(paths, name):
            return True
        place = bisect_left(paths, name)
        return place < len(paths) and paths[place] == name


def _moved(files: FileDifferences) -> list[int]:
    """Before each file, and behind the last, how many bytes came or went in all. What was written
    again counts whole: nobody knows how much of it is new."""
    moved = [0]
    for part in pieces(len(files)):
        again = files.changes[part].translate(_IS[FileChange.REWRITTEN])
        left, right = files.left_sizes[part], files.right_sizes[part]
        grown = map(abs, map(sub, right, left))
        moved.extend(accumulate(map(add, grown, map(mul, right, again)), initial=moved.pop()))
    return moved


_IS = {change: bytes(kind == change for kind in range(256)) for change in FileChange}
