"""Pointers of Git LFS: the small texts that stand where a large file should be, until it is
fetched. They are told by content."""

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from modeldesk.core.jobs import CancelToken
from modeldesk.core.model_folder.magic import BY_EXTENSION, NEVER_WEIGHTS, extension_of
from modeldesk.core.model_folder.model import FileEntry, Finding, Severity
from modeldesk.core.text import printable, size_text
from modeldesk.core.words import tr, trn

LONGEST = 1023
"""Bytes that a pointer has at most."""
_SHORTEST = 100
_USUAL = range(120, 160)
"""Bytes of a pointer without extensions."""
_OF_WEIGHTS = frozenset(
    {*BY_EXTENSION, ".safetensors", ".gguf", ".bin", ".pt", ".pth", ".h5", ".keras", ".tflite",
     ".pkl", ".joblib", ".pb", ".ubj", ""}
)  # fmt: skip
"""What is looked at whatever its size: a pointer may tell of extensions too."""
_MOST_NAMED = 10
_MOST_READ = 20_000
_POINTER = re.compile(
    rb"version https://(?:git-lfs\.github\.com|hawser\.github\.com)/spec/v1\n"
    rb"(?:ext-\d-[^\n]*\n)*oid sha256:(?P<oid>[0-9a-f]{64})\nsize (?P<size>\d{1,15})\n"
)


@dataclass(frozen=True, slots=True)
class LfsPointer:
    """What a pointer stands for."""

    oid: str
    """The SHA-256 of the file, in hexadecimal."""
    size_bytes: int


def read_pointer(path: str) -> LfsPointer | None:
    """The pointer in a file; None where there is another content, or none to be read."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        descriptor = os.open(path, flags)
        try:
            start = os.read(descriptor, LONGEST + 1)
        finally:
            os.close(descriptor)
    except OSError:
        return None
    match = _POINTER.fullmatch(start)
    return LfsPointer(match["oid"].decode(), int(match["size"])) if match else None


def find_pointers(
    folder: Path, files: Iterable[FileEntry], token: CancelToken
) -> dict[str, LfsPointer]:
    """The pointers among `files`, by path. Only files of such a size are opened, and a bounded
    number of them. Raises `Cancelled`."""
    found = {}
    likely = [one for one in files if _is_likely(one)][:_MOST_READ]
    for entry in likely:
        token.raise_if_cancelled()
        pointer = read_pointer(f"{folder}/{entry.path}")
        if pointer is not None:
            found[entry.path] = pointer
    return found


def about_pointers(pointers: dict[str, LfsPointer]) -> Iterator[Finding]:
    """What is to be said of them, the largest first."""
    ordered = sorted(pointers.items(), key=lambda one: (-one[1].size_bytes, one[0]))
    for path, pointer in ordered[:_MOST_NAMED]:
        severity = Severity.WARNING if extension_of(path) in NEVER_WEIGHTS else Severity.ERROR
        yield Finding(
            severity,
            tr("{path} is a pointer of Git LFS and not the file: the {size} it stands for are not "
               "here, and the image would hold the pointer. Run “git lfs pull” first.",
               path=printable(path), size=size_text(pointer.size_bytes)),
            PurePosixPath(path),
        )  # fmt: skip
    rest = ordered[_MOST_NAMED:]
    if rest:
        size = size_text(sum(pointer.size_bytes for _, pointer in rest))
        yield Finding(
            Severity.ERROR,
            trn("{count} more file is a pointer of Git LFS, for {size}.",
                "{count} more files are pointers of Git LFS, for {size}.", len(rest), size=size),
        )  # fmt: skip


def _is_likely(entry: FileEntry) -> bool:
    if entry.size_bytes in _USUAL:
        return True
    odd = _SHORTEST <= entry.size_bytes <= LONGEST
    return odd and extension_of(entry.path) in _OF_WEIGHTS
