"""What two images are called beside each other."""

from pathlib import Path

from modeldesk.core.contents.model import ArchiveImage, Place


def names_of(left: Place, right: Place) -> tuple[str, str]:
    """Their names, without what is the same in both: the version where it is one model's, the
    file's name where those differ."""
    if isinstance(left, ArchiveImage) and isinstance(right, ArchiveImage):
        if left.path == right.path and left.image != right.image:
            return left.image or left.name, right.image or right.name
        return _file_names(left, right)
    first, second = left.name.rpartition(":"), right.name.rpartition(":")
    if first[0] and first[0] == second[0] and first[2] != second[2]:
        return first[2], second[2]
    return _short(left), _short(right)


def _file_names(left: ArchiveImage, right: ArchiveImage) -> tuple[str, str]:
    names = left.path.name, right.path.name
    return names if names[0] != names[1] else (left.name, right.name)


def _short(place: Place) -> str:
    return Path(place.name).name if isinstance(place, ArchiveImage) else place.name
