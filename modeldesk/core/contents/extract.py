"""Files of an image, written out to a folder: never outside it, through no link, all or nothing.

Everything is first written beside where it will be, under a name of ours; it takes its own name
when all of it is there. What is written lies in a folder that was just made, so nobody's link can
lead elsewhere.
"""

import os
import shutil
import tempfile
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import chain, groupby
from pathlib import Path

from modeldesk.core.contents.entries import Entry, FileType
from modeldesk.core.contents.links import linked_file
from modeldesk.core.contents.runs import run_of
from modeldesk.core.contents.safe_names import free_name, safe_name
from modeldesk.core.contents.view import FileView, State
from modeldesk.core.errors import ArchiveDamaged, ExtractFailed
from modeldesk.core.jobs import CancelToken, Job, Progress, Unit
from modeldesk.core.words import tr

Read = Callable[[int, Sequence[Entry], CancelToken], Iterator[tuple[Entry, bytes]]]
"""Gives the content of files as a layer has them, in pieces, each file's together, by their order
in the layer's archive."""


_DEEPEST = 400
"""Folders in each other: few systems take paths that are longer, and Python none that nest much
deeper."""


class IfThere(Enum):
    """What to do where the name is taken."""

    KEEP_BOTH = "keep both"
    REPLACE = "replace"
    """Of files only: a folder is never put in another's place."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file to be written: where below what is extracted, and where its content is."""

    path: bytes
    layer: int
    entry: Entry


@dataclass(frozen=True, slots=True)
class Plan:
    """What extracting a path would write."""

    name: str
    """Of the file or folder that is made."""
    is_folder: bool
    files: tuple[Wanted, ...]
    """In the order of the layers' archives."""
    folders: tuple[bytes, ...]
    """Those with an entry, below what is extracted, the upper ones first."""
    left_out: int
    """Links, devices and pipes, which are not made."""

    @property
    def size_bytes(self) -> int:
        return sum(file.entry.size_bytes for file in self.files)


def plan(view: FileView, path: bytes, token: CancelToken) -> Plan:
    """What there is to extract at `path` (without a slash at its end; empty for all)."""
    run, is_folder = run_of(view.paths, path), True
    if path and not run:
        first = next(iter(_file_at(view, path)), None)
        run, is_folder = (range(first, first + 1) if first is not None else range(0)), False
    gone = all(view.states[row] == State.REMOVED for row in run)
    begin = len(path) + 1 if path else 0
    files: list[Wanted] = []
    folders: list[bytes] = []
    left_out = 0
    for row in run:
        if row % 1000 == 0:
            token.raise_if_cancelled()
        if view.states[row] == State.REMOVED and not gone:
            continue
        below = view.paths[row][begin:] if is_folder else b""
        if view.types[row] == FileType.FOLDER:
            folders.append(below.removesuffix(b"/"))
        elif (wanted := _content(view, row, below)) is not None:
            files.append(wanted)
        else:
            left_out += 1
    files.sort(key=lambda file: (file.layer, file.entry.offset))
    name = safe_name(path.rpartition(b"/")[2]) if path else tr("image")
    return Plan(name, is_folder, tuple(files), tuple(filter(None, folders)), left_out)


def extract(planned: Plan, folder: Path, if_there: IfThere, read: Read, job: Job) -> Path:
    """Write `planned` into `folder` and return what was made. Raises `ExtractFailed`, what
    reading raises, and `Cancelled`; then nothing of it is left."""
    if not planned.files and not planned.is_folder:
        raise ExtractFailed(tr("A link or device has no content to extract."))
    paths = chain(planned.folders, (file.path for file in planned.files))
    if any(path.count(b"/") > _DEEPEST for path in paths):
        raise ExtractFailed(
            tr("Its folders lie deeper in each other than can be written."),
            tr("Extract one of the inner folders."),
        )
    try:
        room = Path(tempfile.mkdtemp(prefix=".modeldesk-", dir=folder))
    except OSError as error:
        raise _failed(folder, error) from error
    try:
        made = room / "content"
        if planned.is_folder:
            made.mkdir()
        _write_all(planned, made, read, job)
        return _put_in_place(made, folder, planned, if_there)
    except OSError as error:
        raise _failed(folder, error) from error
    finally:
        shutil.rmtree(room, ignore_errors=True)


def taken(planned: Plan, folder: Path) -> bool:
    """Whether there is something of that name, be it a link that leads nowhere."""
    return os.path.lexists(folder / planned.name)


def _file_at(view: FileView, path: bytes) -> Sequence[int]:
    place = bisect_left(view.paths, path)
    return (place,) if place < len(view) and view.paths[place] == path else ()


def _content(view: FileView, row: int, below: bytes) -> Wanted | None:
    """Where the bytes of a file are; a hard link has those of the file it names."""
    layer = view.layer_of(row)
    if view.types[row] == FileType.HARD_LINK:
        index = view.layers[layer]
        file = linked_file(index, view.rows[row] - view.begins[layer])
        return None if file is None else Wanted(below, layer, index.entry(file))
    return Wanted(below, layer, view.entry(row)) if view.types[row] == FileType.FILE else None


def _write_all(planned: Plan, made: Path, read: Read, job: Job) -> None:
    places = _Places(made)
    for below in planned.folders:
        places.folder(below)
    done = 0

    def count(size: int) -> None:
        nonlocal done
        done += size
        job.report(Progress(tr("Extracting"), done, planned.size_bytes, Unit.BYTES))

    for layer, files in groupby(planned.files, key=lambda file: file.layer):
        targets: dict[int, list[tuple[Path, Entry]]] = {}
        for file in files:
            target = places.file(file.path) if planned.is_folder else made
            # Its place is taken from now on, so that no other gets the same name.
            target.touch(exist_ok=False)
            targets.setdefault(file.entry.offset, []).append((target, file.entry))
        _write_layer(layer, targets, read, job.token, count)


def _write_layer(
    layer: int,
    targets: dict[int, list[tuple[Path, Entry]]],
    read: Read,
    token: CancelToken,
    count: Callable[[int], None],
) -> None:
    """Files of one layer by their place in its archive; those at one place are hard links."""
    pieces = read(layer, [same[0][1] for same in targets.values()], token)
    written = 0
    for _, group in groupby(pieces, key=lambda piece: piece[0].offset):
        entry, first = next(group)
        (target, _), *others = targets[entry.offset]
        with target.open("wb") as out:
            for piece in chain((first,), (content for _, content in group)):
                token.raise_if_cancelled()
                out.write(piece)
                count(len(piece))
            length = out.tell()
        if length != entry.size_bytes:
            raise ArchiveDamaged(tr("A file is not as long as its layer says."))
        _dress(target, entry)
        for other, _ in others:
            shutil.copyfile(target, other)
            _dress(other, entry)
            count(length)
        written += 1
    if written < sum(1 for same in targets.values() if same[0][1].size_bytes):
        raise ArchiveDamaged(tr("A file is not as long as its layer says."))


def _dress(target: Path, entry: Entry) -> None:
    """Its permissions, without those that lend rights, and its time where it is one."""
    target.chmod(entry.mode & 0o755 | 0o600)
    try:
        os.utime(target, (entry.modified, entry.modified))
    except (OSError, OverflowError):
        return


def _put_in_place(made: Path, folder: Path, planned: Plan, if_there: IfThere) -> Path:
    replaces = if_there is IfThere.REPLACE and not planned.is_folder
    target = folder / planned.name
    if replaces and (target.is_symlink() or not target.is_dir()):
        made.replace(target)
        return target
    target = folder / free_name(planned.name, lambda name: os.path.lexists(folder / name))
    made.rename(target)
    return target


class _Places:
    """Where paths of the image go: each gets a name that no other has."""

    def __init__(self, root: Path) -> None:
        self._folders: dict[bytes, Path] = {b"": root}

    def folder(self, path: bytes) -> Path:
        """Its folder, made with all above it."""
        known = self._folders.get(path)
        if known is None:
            above, _, name = path.rpartition(b"/")
            known = self._free(self.folder(above), name)
            known.mkdir()
            self._folders[path] = known
        return known

    def file(self, path: bytes) -> Path:
        """Where a file goes; its folder is there."""
        above, _, name = path.rpartition(b"/")
        return self._free(self.folder(above), name)

    def _free(self, folder: Path, name: bytes) -> Path:
        # Names may be one to the file system that are two in the image.
        return folder / free_name(safe_name(name), lambda n: os.path.lexists(folder / n))


def _failed(folder: Path, error: OSError) -> ExtractFailed:
    reason = error.strerror or str(error)
    return ExtractFailed(
        tr("{folder} can't be written to: {reason}.", folder=folder, reason=reason),
        tr("Choose another folder, or make room in this one."),
    )
