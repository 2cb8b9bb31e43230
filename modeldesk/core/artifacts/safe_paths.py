"""Paths that an artifact names: anybody's text, to be written below one folder and nowhere
else."""

import re
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from modeldesk.core.errors import ArtifactUnsafe
from modeldesk.core.text import printable
from modeldesk.core.words import tr

PART_ENDING = ".modeldesk-part"
"""Of names under which things lie that are not whole yet."""
_LONGEST_NAME = 255 - len(PART_ENDING) - 16
"""Bytes; what a name is given on the way must fit too."""
_LONGEST_PATH = 2048
_DRIVE = re.compile(r"[A-Za-z]:")
_DEVICE = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)
"""What some systems take for no file."""
_SHOWN = 120


def safe_path(text: str) -> PurePosixPath:
    """A relative path without a way up. Raises `ArtifactUnsafe`."""
    path = text
    while path.startswith("./"):
        path = path[2:]
    path = path.rstrip("/") if text.endswith("/") else path
    names = path.split("/")
    if (
        "\\" in text
        or _DRIVE.match(text)
        or len(path) > _LONGEST_PATH
        or not all(map(_is_name, names))
    ):
        raise ArtifactUnsafe(
            tr("The artifact names a file “{path}”, which is not written.",
               path=printable(text)[:_SHOWN]),
            tr("Its names must stay below the folder. Do not use what comes from there."),
        )  # fmt: skip
    return PurePosixPath(path)


def check_distinct(paths: Iterable[PurePosixPath]) -> None:
    """Raise `ArtifactUnsafe` where two files would have one place, or one lies below another."""
    files: set[PurePosixPath] = set()
    for path in paths:
        if path in files:
            raise twice(path)
        files.add(path)
    for path in files:
        for above in path.parents:
            if above in files:
                raise twice(above)


def check_no_links(folder: Path, path: PurePosixPath) -> None:
    """Raise `ArtifactUnsafe` where the way from `folder` to `path` leads through a link, or is
    barred by a file."""
    for above in [*path.parents][-2::-1]:
        place = folder / above
        if place.is_symlink() or (place.exists() and not place.is_dir()):
            raise ArtifactUnsafe(
                tr("“{path}” is no folder, so nothing is written below it.",
                   path=printable(str(above))),
                tr("Choose another folder, or take that away first."),
            )  # fmt: skip


def _is_name(name: str) -> bool:
    return (
        name not in ("", ".", "..")
        and name.isprintable()
        and name[-1] not in ". "
        and not name.endswith(PART_ENDING)
        and not _DEVICE.fullmatch(name)
        and len(name.encode("utf-8", "surrogatepass")) <= _LONGEST_NAME
    )


def twice(path: PurePosixPath) -> ArtifactUnsafe:
    """What is raised for two files of one name, or a file where a folder is to be."""
    return ArtifactUnsafe(
        tr("The artifact has two things in one place, “{path}”.", path=printable(str(path))),
        tr("It was packed wrongly. Have it packed again."),
    )
