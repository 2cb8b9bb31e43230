"""A lock as the text of a requirements file."""

import os
from collections.abc import Iterable, Iterator

from modeldesk.core.model_folder.model import ModelFolder, package_name
from modeldesk.core.recipes.lock_input import LockInput, without_password
from modeldesk.core.recipes.model import LockTarget, ResolvedPackage

NAME = "requirements.lock"
_OTHERS = (
    "requirements.modeldesk.lock",
    *(f"requirements.modeldesk-{n}.lock" for n in range(2, 100)),
)


def lock_text(packages: Iterable[ResolvedPackage], given: LockInput, target: LockTarget) -> str:
    """Every package with its version and hashes, sorted, after the indexes it comes from. No
    password is in it."""
    return "\n".join(_lines(packages, given, target)) + "\n"


def _lines(
    packages: Iterable[ResolvedPackage], given: LockInput, target: LockTarget
) -> Iterator[str]:
    yield f"# Locked for Python {target.python} on {target.platforms[0]}."
    asked = {package_name(one) for one in given.requirements}
    yield from map(without_password, given.options)
    for one in sorted(packages, key=lambda one: package_name(one.name)):
        hashes = "".join(f" \\\n    --hash={text}" for text in one.hashes)
        needed = "" if package_name(one.name) in asked else "\n    # needed by others"
        yield f"{one.name}=={one.version}{hashes}{needed}"


def free_name(folder: ModelFolder) -> str:
    """A name that no file of the folder has."""
    names = (NAME, *_OTHERS)
    return next(name for name in names if not os.path.lexists(folder.path / name))
