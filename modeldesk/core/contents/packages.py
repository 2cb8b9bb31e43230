"""The packages in an image: what Debian, Alpine, pip and conda say is installed.

Only what is there in the end counts: a package database that a later layer writes again, or
removes, is no longer asked.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from modeldesk.core.contents.pieces import places_with
from modeldesk.core.contents.pip_packages import pip_packages
from modeldesk.core.contents.runs import run_of
from modeldesk.core.contents.view import FileView, State

_DPKG = b"var/lib/dpkg/status"
_DPKG_FOLDER = b"var/lib/dpkg/status.d"
_APK = (b"lib/apk/db/installed", b"usr/lib/apk/db/installed")
_CONDA = re.compile(r"(?P<name>.+)-(?P<version>[^-]+)-[^-]+\.json")


class Manager(Enum):
    """Who installed a package."""

    DEBIAN = "debian"
    ALPINE = "alpine"
    PIP = "pip"
    CONDA = "conda"


@dataclass(frozen=True, slots=True)
class Package:
    """A package that is installed."""

    manager: Manager
    name: str
    """As the package manager compares it: pip's in small letters with single hyphens."""
    version: str
    """Empty where nothing tells."""
    size_bytes: int | None
    """Installed, as the manager says; for pip and conda as far as the files are found by name.
    None where nothing tells."""


def find_packages(view: FileView) -> tuple[Package, ...]:
    """All packages that are there once the view's topmost layer is on, by manager and name."""
    found = {*_debian(view), *_alpine(view), *_conda(view)}
    found.update(
        Package(Manager.PIP, name, version, size) for name, version, size in pip_packages(view)
    )
    order = list(Manager)
    return tuple(sorted(found, key=lambda one: (order.index(one.manager), one.name, one.version)))


def _debian(view: FileView) -> Iterator[Package]:
    for content in (_content(view, _DPKG), *_contents_in(view, _DPKG_FOLDER)):
        for fields in _stanzas(content, ": "):
            status = fields.get("Status", "install ok installed")
            if "Package" in fields and status.endswith(" installed"):
                size = fields.get("Installed-Size", "")
                yield Package(
                    Manager.DEBIAN,
                    fields["Package"],
                    fields.get("Version", ""),
                    int(size) * 1024 if _is_number(size) else None,
                )


def _alpine(view: FileView) -> Iterator[Package]:
    for path in _APK:
        for fields in _stanzas(_content(view, path), ":"):
            if "P" in fields:
                size = fields.get("I", "")
                yield Package(
                    Manager.ALPINE,
                    fields["P"],
                    fields.get("V", ""),
                    int(size) if _is_number(size) else None,
                )


def _conda(view: FileView) -> Iterator[Package]:
    for place in places_with(view.paths, b"conda-meta/"):
        path = view.paths[place]
        if path.endswith(b".json") and view.states[place] != State.REMOVED:
            match = _CONDA.fullmatch(path.rpartition(b"/")[2].decode("utf-8", "replace"))
            if match:
                yield Package(Manager.CONDA, match["name"], match["version"], None)


def _content(view: FileView, path: bytes) -> bytes:
    """What was kept of a file that is there."""
    row = view.row(path)
    if row is None or view.states[row] == State.REMOVED:
        return b""
    return view.layers[view.layer_of(row)].kept.get(path, b"")


def _contents_in(view: FileView, folder: bytes) -> Sequence[bytes]:
    """What was kept of the files in a folder that are there."""
    return [
        _content(view, view.paths[row])
        for row in run_of(view.paths, folder)
        if not view.paths[row].endswith((b"/", b".md5sums"))
    ]


def _stanzas(content: bytes, mark: str) -> Iterator[dict[str, str]]:
    """Blocks of fields, divided by empty lines. Lines that go on are left out."""
    for block in content.decode("utf-8", "replace").split("\n\n"):
        pairs = (line.partition(mark) for line in block.split("\n"))
        fields = {name: value.strip() for name, found, value in pairs if found}
        if fields:
            yield fields


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()
