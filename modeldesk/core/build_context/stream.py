"""A planned context as a tar stream, or file by file, read from disk as it is sent: nothing is
kept or copied."""

import os
import stat
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress

from modeldesk.core.build_context.scan import ContextEntry, ContextPlan, unreadable
from modeldesk.core.build_context.tar import END, EntryKind, header, padding
from modeldesk.core.errors import FolderError
from modeldesk.core.jobs import CancelToken
from modeldesk.core.text import printable
from modeldesk.core.words import tr

CHUNK_BYTES = 1 << 17
"""Small enough for buffers to be used again: chunks of 1 MB cost twice the system's time."""
_FLAGS = (
    os.O_RDONLY
    # Whatever the file has become meanwhile: no link is followed, no pipe waited for.
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_BINARY", 0)
)


Read = Callable[[ContextPlan, ContextEntry, CancelToken], Iterator[bytes]]
"""Reads a file of the plan, as `content` does."""


def stream(
    plan: ContextPlan, token: CancelToken, read: Read | None = None
) -> Generator[bytes, None, None]:
    """The tar, in chunks of about 128 kB and `plan.total_bytes` in all. Files are what `read`
    gives of them: their content, unless told otherwise.

    Raises `FolderError` when a file is no longer as it was planned, before the tar could become
    wrong: the engine never gets a whole context that mixes two states. Raises `Cancelled`.
    """
    waiting: list[bytes] = []
    size = 0
    for piece in _pieces(plan, token, read or content):
        waiting.append(piece)
        size += len(piece)
        if size >= CHUNK_BYTES:
            token.raise_if_cancelled()
            yield waiting[0] if len(waiting) == 1 else b"".join(waiting)
            waiting, size = [], 0
    token.raise_if_cancelled()
    yield b"".join(waiting)


def _pieces(plan: ContextPlan, token: CancelToken, read: Read) -> Iterator[bytes]:
    for entry in plan.entries:
        head = header(
            entry.path,
            entry.kind,
            mode=entry.mode,
            modified=entry.modified,
            size_bytes=entry.size_bytes,
            target=entry.target,
        )
        if entry.kind is not EntryKind.FILE:
            yield head
            continue
        yield head
        yield from read(plan, entry, token)
        yield padding(entry.size_bytes)
    yield END


def content(plan: ContextPlan, entry: ContextEntry, token: CancelToken) -> Iterator[bytes]:
    """What is in a file, in chunks of up to 128 kB and `entry.size_bytes` in all. Raises as
    `stream` does."""
    text = plan.texts.get(entry.path)
    if text is not None:
        yield text
    else:
        yield from part_of_file(plan, entry, token, 0, entry.size_bytes)


def part_of_file(
    plan: ContextPlan, entry: ContextEntry, token: CancelToken, start: int, size: int
) -> Iterator[bytes]:
    """`size` bytes of a file of the folder, from `start` on. Raises as `stream` does."""
    try:
        descriptor = os.open(f"{plan.folder}/{entry.path}", _FLAGS)
    except OSError as error:
        raise unreadable(plan.folder, entry.path, error) from error
    try:
        before = os.fstat(descriptor)
        if not stat.S_ISREG(before.st_mode) or before.st_size != entry.size_bytes:
            raise _changed(entry, before.st_size)
        if start:
            os.lseek(descriptor, start, os.SEEK_SET)
        left = size
        while left:
            token.raise_if_cancelled()
            data = os.read(descriptor, min(left, CHUNK_BYTES))
            if not data:
                raise _changed(entry, start + size - left)
            left -= len(data)
            yield data
        after = os.fstat(descriptor)
        if (after.st_size, after.st_mtime_ns) != (before.st_size, before.st_mtime_ns):
            raise _changed(entry, after.st_size)
    except OSError as error:
        raise unreadable(plan.folder, entry.path, error) from error
    finally:
        with suppress(OSError):
            os.close(descriptor)


def _changed(entry: ContextEntry, now_bytes: int) -> FolderError:
    path = printable(entry.path)
    if now_bytes < entry.size_bytes:
        message = tr("“{path}” became smaller while it was sent.", path=path)
    elif now_bytes > entry.size_bytes:
        message = tr("“{path}” grew while it was sent.", path=path)
    else:
        message = tr("“{path}” was changed while it was sent.", path=path)
    return FolderError(
        message,
        tr(
            "Wait until nothing writes into the folder, then build again; "
            "or keep the file out with a line in .dockerignore."
        ),
    )
