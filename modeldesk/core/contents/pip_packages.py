"""Packages for Python, by the names of the folders that installers leave."""

import re
from collections.abc import Iterator

from modeldesk.core.contents.pieces import places_with
from modeldesk.core.contents.runs import run_of
from modeldesk.core.contents.view import FileView, State

_INFO = (b".dist-info", b".egg-info")
_DIST_INFO = re.compile(rb"(?P<name>[^/]+?)-(?P<version>[^/-]+)\.dist-info")
_EGG_INFO = re.compile(rb"(?P<name>[^/]+?)(?:-(?P<version>[^/-]+)(?:-py\d[^/]*)?)?\.egg-info")
_OTHER_NAMES = {
    "attrs": ("attr", "attrs"),
    "beautifulsoup4": ("bs4",),
    "grpcio": ("grpc",),
    "opencv-python": ("cv2",),
    "opencv-python-headless": ("cv2",),
    "pillow": ("PIL",),
    "protobuf": ("google/protobuf",),
    "python-dateutil": ("dateutil",),
    "pytorch-lightning": ("pytorch_lightning",),
    "pyyaml": ("yaml",),
    "pyzmq": ("zmq",),
    "scikit-image": ("skimage",),
    "scikit-learn": ("sklearn",),
    "setuptools": ("setuptools", "pkg_resources", "_distutils_hack"),
    "tensorflow-cpu": ("tensorflow",),
    "torch": ("torch", "functorch", "torchgen"),
}
"""Common packages whose folder is called otherwise."""


def normal_name(name: str) -> str:
    """As package indexes compare names."""
    return re.sub(r"[-_.]+", "-", name).lower()


def pip_packages(view: FileView) -> Iterator[tuple[str, str, int | None]]:
    """Name, version and bytes of each package that is there. The bytes are those of the folders
    and modules that are called as the package is; None where there are none."""
    seen = set[bytes]()
    rows = {row for mark in _INFO for row in places_with(view.paths, mark)}
    for row in sorted(rows):
        folder = _info_folder(view.paths[row])
        if folder in seen or view.states[row] == State.REMOVED:
            continue
        seen.add(folder)
        above, _, last = folder.rpartition(b"/")
        match = _DIST_INFO.fullmatch(last) or _EGG_INFO.fullmatch(last)
        if match:
            name = match["name"].decode("utf-8", "replace")
            version = (match["version"] or b"").decode("utf-8", "replace")
            yield normal_name(name), version, _size(view, above, name, folder)


def _info_folder(path: bytes) -> bytes:
    """The part of `path` up to the folder (or file) that tells of a package."""
    at = max(map(path.find, _INFO))
    end = path.find(b"/", at)
    return path if end < 0 else path[:end]


def _size(view: FileView, above: bytes, name: str, info: bytes) -> int | None:
    prefix = above + b"/" if above else b""
    rows = set[int]()
    for own in _folders(name):
        rows.update(_rows(view, prefix + own.encode()))
        rows.update(_rows(view, prefix + own.encode() + b".py"))
    if not rows:
        return None
    rows.update(_rows(view, info))
    return sum(view.sizes[row] for row in rows if view.states[row] != State.REMOVED)


def _folders(name: str) -> set[str]:
    """What a package's own folders may be called."""
    plain = name.replace("-", "_").replace(".", "_")
    names = {name, plain, plain.lower(), name.replace(".", "/").lower(), f"{plain}.libs"}
    names |= {f"{plain.lower()}.libs", f"{name}.libs"}
    return names.union(_OTHER_NAMES.get(normal_name(name), ()))


def _rows(view: FileView, path: bytes) -> Iterator[int]:
    """A file, or a folder with all in it."""
    row = view.row(path)
    if row is not None:
        yield row
    yield from run_of(view.paths, path)
