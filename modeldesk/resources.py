"""The files that ship with the program: icons, fonts, translations, templates, the sample model.

They lie beside the package in a checkout and inside it when it is installed.
"""

from functools import cache
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


@cache
def _folder() -> Path:
    installed = _PACKAGE / "_resources"
    return installed if installed.is_dir() else _PACKAGE.parent / "resources"


def path(name: str) -> Path:
    """The file or folder `name` (such as ``icons/modeldesk.svg``) of the shipped resources.

    Raises `FileNotFoundError` when nothing of that name ships: a fault of the program, never
    of the person.
    """
    found = _folder() / name
    if not found.exists():
        raise FileNotFoundError(found)
    return found
