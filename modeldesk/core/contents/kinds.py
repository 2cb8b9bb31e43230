"""What a layer is for, judged by what is in it."""

import re
from collections.abc import Iterator

from modeldesk.core.contents.entries import FileType
from modeldesk.core.contents.layer_index import LayerIndex
from modeldesk.core.contents.runs import run_of
from modeldesk.core.contents.weights import (
    LOOKED_AT,
    format_by_content,
    format_of,
    looks_like_weights,
)
from modeldesk.core.layers.kinds import LayerKind
from modeldesk.core.layers.parts import Told, largest_first
from modeldesk.core.model_folder.magic import LARGE, extension_of

UNTOLD = 255
"""A file that could be of any kind."""

_DEPENDENCIES = re.compile(
    rb"(?:^|/)(?:site-packages|dist-packages|site-library|node_modules|\.?venv|virtualenv|"
    rb"(?:ana|mini|micro)?conda\d?|mini(?:forge|mamba)\d?|mambaforge)/"
)
_DATABASE = re.compile(
    rb"(?:var/lib/(?:dpkg|rpm|pacman)|(?:usr/)?lib/apk/db|usr/lib/sysimage/rpm)/"
)
_DATABASE_FOLDERS = (
    b"var/lib/dpkg",
    b"lib/apk/db",
    b"usr/lib/apk/db",
    b"var/lib/rpm",
    b"usr/lib/sysimage/rpm",
    b"var/lib/pacman/local",
)
_SYSTEM = re.compile(
    rb"(?:usr/(?!local/|src/app/)|lib(?:32|64|x32)?/|s?bin/|etc/|boot/|var/(?:lib|cache|log)/)"
)


def tell(layer: LayerIndex) -> Told:
    """What the layer's files tell, whatever made it; all of it adds up to the layer's size."""
    sizes = dict.fromkeys(LayerKind, 0)
    untold = 0
    for row, kind in _judged(layer):
        if kind is None:
            untold += layer.sizes[row]
        else:
            sizes[kind] += layer.sizes[row]
    return Told(largest_first(sizes), untold)


def kinds_of_files(layer: LayerIndex) -> bytes:
    """For each row the place in `LayerKind` of its file's kind, and `UNTOLD` where the files do not
    tell it."""
    numbers = {kind: number for number, kind in enumerate(LayerKind)}
    found = bytearray((UNTOLD,)) * len(layer)
    for row, kind in _judged(layer):
        if kind is not None:
            found[row] = numbers[kind]
    return bytes(found)


def _judged(layer: LayerIndex) -> Iterator[tuple[int, LayerKind | None]]:
    """Rows that have bytes, and what they are."""
    has_packages = any(_has_file(layer, folder) for folder in _DATABASE_FOLDERS)
    known = dict[bytes, LayerKind | None]()
    """Folder → kind of the files in it."""
    for row, size in enumerate(layer.sizes):
        if not size:
            continue
        path = layer.paths[row]
        folder = path.rpartition(b"/")[0]
        if folder in known:
            kind = known[folder]
        else:
            kind = known[folder] = _kind_of_folder(folder + b"/", has_packages)
        if size >= LOOKED_AT and _is_weights(layer, row, kind):
            kind = LayerKind.MODEL_WEIGHTS
        yield row, kind


def is_of_packages(path: bytes) -> bool:
    """Whether a file or folder lies where pip, conda, npm or R install."""
    return bool(_DEPENDENCIES.search(path))


def _kind_of_folder(folder: bytes, has_packages: bool) -> LayerKind | None:
    if _DATABASE.match(folder):
        return LayerKind.SYSTEM_PACKAGES
    is_system = has_packages and _SYSTEM.match(folder)
    if is_system and folder.startswith(b"usr/lib/python3/"):
        # Modules that Debian's own packages bring.
        return LayerKind.SYSTEM_PACKAGES
    if _DEPENDENCIES.search(folder):
        return LayerKind.DEPENDENCIES
    return LayerKind.SYSTEM_PACKAGES if is_system else None


def _is_weights(layer: LayerIndex, row: int, kind: LayerKind | None) -> bool:
    if layer.types[row] != FileType.FILE:
        return False
    path, size = layer.paths[row], layer.sizes[row]
    start = layer.kept.get(path, b"")
    if kind is None and not _SYSTEM.match(path):
        return bool(format_of(path, size, start)) or looks_like_weights(layer, row)
    # Packages bring small samples and tables in such formats.
    extension = extension_of(path.decode("latin-1"))
    return size >= LARGE and format_by_content(extension, size, start) not in ("", "HDF5", "NumPy")


def _has_file(layer: LayerIndex, folder: bytes) -> bool:
    run = run_of(layer.paths, folder)
    return any(layer.sizes[run.start : run.stop])
