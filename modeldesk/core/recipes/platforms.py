"""Which wheels load in an image, by its base and the engine's processor."""

import re
from collections.abc import Iterator

from modeldesk.core.errors import LockFailed
from modeldesk.core.recipes.base import Family, family_of, minor_of
from modeldesk.core.recipes.model import LockTarget
from modeldesk.core.references import Reference
from modeldesk.core.words import tr

_MACHINES = {"amd64": "x86_64", "x86_64": "x86_64", "arm64": "aarch64", "aarch64": "aarch64"}
_DOCKERS = {"x86_64": "amd64", "aarch64": "arm64"}
_GLIBC = {"bullseye": 31, "bookworm": 36, "trixie": 41, "ubuntu22.04": 35, "ubuntu24.04": 39,
          "debian11": 31, "debian12": 36, "debian13": 41}  # fmt: skip
"""The second number of glibc 2.x."""
_OLDEST_GLIBC = 36
"""Of Python's images without a Debian in their names, since 2023."""
_LEAST_GLIBC = 17
_MUSL = (2, 1)


def target_for(base: Reference, architecture: str) -> LockTarget:
    """What a lock for `base` holds for, on an engine of `architecture` as docker calls it. Raises
    `LockFailed` where it can't be told."""
    machine = _MACHINES.get(architecture)
    python = minor_of(base)
    if python is None or machine is None:
        raise LockFailed(
            tr("It is not known which Python {base} has, so nothing can be locked for it.",
               base=base)
            if python is None
            else tr("Nothing can be locked for the processor {name}.", name=architecture),
            tr("Choose one of the usual base images, or bring a lock of your own."),
        )  # fmt: skip
    name = tr("Python {version}, {platform}", version=f"3.{python}",
              platform=f"linux/{_DOCKERS[machine]}")  # fmt: skip
    return LockTarget(f"3.{python}", tuple(_tags(base, machine)), name)


def _tags(base: Reference, machine: str) -> Iterator[str]:
    if family_of(base) is Family.ALPINE:
        yield from (f"musllinux_1_{minor}_{machine}" for minor in _MUSL)
        return
    named = f"{base.repository}:{base.tag}"
    found = re.search("|".join(map(re.escape, _GLIBC)), named)
    newest = _GLIBC[found[0]] if found else _OLDEST_GLIBC
    for minor in range(newest, _LEAST_GLIBC - 1, -1):
        yield f"manylinux_2_{minor}_{machine}"
    yield f"manylinux2014_{machine}"
    yield f"linux_{machine}"
