"""The version of scikit-learn that saved a pickle. Each of its estimators writes it down; it is
found by its opcodes, also where arrays lie between them, and nothing is unpickled."""

import re
from pathlib import Path, PurePosixPath

from modeldesk.core.model_folder.walk import opened

_SEARCHED = 256 * 1024 * 1024
_PIECE = 1024 * 1024
_OVERLAP = 128
_NOTED = re.compile(
    # The key, then what remembers it and what begins a frame, then a short text with its length.
    rb"_sklearn_version(?:\x94|q.|r....)?(?:\x95.{8})?(?:\x8c(.)|X(.)\x00\x00\x00)",
    re.DOTALL,
)
_RELEASED = re.compile(rb"\d{1,4}\.\d{1,4}(?:\.\d{1,4})?(?:\.post\d)?")


def sklearn_version(folder: Path, path: PurePosixPath) -> str:
    """``1.5.2``; empty when it is not told, or is no released version."""
    try:
        with opened(folder, path) as file:
            overlap, read = b"", 0
            while read < _SEARCHED and (piece := file.read(_PIECE)):
                read += len(piece)
                if version := _find(overlap + piece):
                    return version
                overlap = piece[-_OVERLAP:]
    except OSError:
        return ""
    return ""


def _find(content: bytes) -> str:
    for found in _NOTED.finditer(content):
        length = (found[1] or found[2])[0]
        text = content[found.end() : found.end() + length]
        if len(text) == length and _RELEASED.fullmatch(text):
            return text.decode()
    return ""
