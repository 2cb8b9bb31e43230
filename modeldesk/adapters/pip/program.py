"""Which pip is asked: that of the Python that runs this program, else that of the first Python on
the PATH which has one that is new enough."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from modeldesk.core.errors import NoResolver
from modeldesk.core.words import tr

_OLDEST = (23, 0)
"""The first whose report has the form that is read here."""
_NAMES = ("python3", "python", "py")
_SECONDS = 20
_SAID = re.compile(r"pip (\d+)\.(\d+).*\(python (\d+\.\d+)\)", re.DOTALL)
_NOT_TAKEN = ("PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_USER", "PIP_PYTHON", "PIP_REPORT",
              "PIP_REQUIREMENT", "PIP_REQUIRE_VIRTUALENV", "PIP_NO_BINARY", "PIP_ONLY_BINARY",
              "PIP_PLATFORM", "PIP_PYTHON_VERSION", "PIP_ABI", "PIP_IMPLEMENTATION",
              "PIP_REQUIRE_HASHES", "PIP_EDITABLE", "PIP_LOG", "PYTHONPATH",
              "PYTHONHOME")  # fmt: skip
"""They would say where and what, which is said here. Indexes and certificates stay as the person
has set them up."""


@dataclass(frozen=True, slots=True)
class Pip:
    """One that is new enough."""

    command: tuple[str, ...]
    python: str
    """The version of its Python, ``3.11``."""


def pip_command(python: str) -> tuple[str, ...]:
    """What starts pip: one of a Python of that version where there is one, as markers are read
    for the Python it runs in. Raises `NoResolver`."""
    found = _found(python)
    if not found:
        raise NoResolver(
            tr("There is no pip {version} or newer on this machine, which is needed to lock "
               "requirements.", version=".".join(map(str, _OLDEST))),
            tr("Install Python with pip so that python3 -m pip works, or bring a lock of your "
               "own."),
        )  # fmt: skip
    same = (one for one in found if one.python == python)
    return next(same, found[0]).command


def environment(temporary: str) -> dict[str, str]:
    """What pip is started with; what it writes for the time being is in `temporary`."""
    kept = {name: value for name, value in os.environ.items() if name not in _NOT_TAKEN}
    own = {"PIP_NO_INPUT": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_COLOR": "1"}
    return {**kept, **own, "TMPDIR": temporary, "TEMP": temporary, "TMP": temporary}


@cache
def _found(python: str) -> tuple[Pip, ...]:
    """Up to the first of the right Python."""
    found: list[Pip] = []
    for command in _candidates(python):
        one = _looked_at(command)
        if one is not None:
            found.append(one)
            if one.python == python:
                break
    return tuple(found)


def _candidates(python: str) -> Iterator[tuple[str, ...]]:
    # What was packed into one file is no Python that could run pip.
    if not getattr(sys, "frozen", False) and sys.executable:
        yield (sys.executable, "-m", "pip")
    for name in (f"python{python}", *_NAMES):
        if path := shutil.which(name):
            yield (path, "-m", "pip")


def _looked_at(command: tuple[str, ...]) -> Pip | None:
    try:
        done = subprocess.run(
            [*command, "--version"],
            capture_output=True,
            text=True,
            errors="replace",
            stdin=subprocess.DEVNULL,
            timeout=_SECONDS,
            check=False,
            # Python looks for modules where it is started: never in a folder of models.
            cwd=Path(command[0]).parent,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    said = _SAID.match(done.stdout)
    if said is None or (int(said[1]), int(said[2])) < _OLDEST:
        return None
    return Pip(command, said[3])
