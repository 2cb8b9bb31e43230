"""Weights of artifacts, kept on this disk by their content: fetched once, for every build that
takes them."""

import os
import re
import shutil
import time
from contextlib import suppress
from pathlib import Path

from modeldesk.core.artifacts.arriving import not_written
from modeldesk.core.artifacts.model import Role
from modeldesk.core.artifacts.pulling import PullRequest, pull
from modeldesk.core.errors import InvalidReference
from modeldesk.core.jobs import Job
from modeldesk.core.ports import DeploymentLocks
from modeldesk.core.references import Reference
from modeldesk.core.registry.ports import Registries
from modeldesk.core.words import tr

_OURS = re.compile(r"sha(?:256|512)-[0-9a-f]{64,128}(?:\.new|\.gone)?")
_IN_USE_S = 3600.0
"""A build takes weights for about as long after they were fetched."""
_ROLES = frozenset({Role.WEIGHTS, Role.CONFIGURATION})


class WeightsCache:
    """Folders named by the digest of the artifact whose weights they hold; those that were wanted
    longest ago go first where they take more than they may. Any thread may ask."""

    def __init__(
        self, folder: Path, registries: Registries, locks: DeploymentLocks, limit_bytes: int
    ) -> None:
        self.folder = folder
        self.registries = registries
        self.locks = locks
        self._limit_bytes = limit_bytes

    @property
    def limit_bytes(self) -> int:
        """What they may take together; a build that needs more by itself has it all the same."""
        return self._limit_bytes

    @limit_bytes.setter
    def limit_bytes(self, limit_bytes: int) -> None:
        self._limit_bytes = limit_bytes
        self._trim()

    def size_bytes(self) -> int:
        """What they take now, with what was begun."""
        return sum(_size_of(one) for one in self._kept())

    def forget_all(self) -> None:
        """Let go of everything, but of what a build may be sending now."""
        self._remove(self._kept())

    def fetch(self, name: str, job: Job) -> Path:
        """The folder with the weights of ``REGISTRY/REPOSITORY@sha256:…`` and with what belongs
        to them (configuration, tokenizers). No registry is asked for what is here already.
        Raises `InvalidReference` for a name without a digest, and as
        `modeldesk.core.artifacts.pulling.pull`."""
        source = pinned(name)
        whole = self.folder / source.digest.replace(":", "-")
        if whole.is_dir():
            # Its time says when it was wanted last.
            with suppress(OSError):
                os.utime(whole)
            return whole
        # What was begun is gone on with, under a name that no build takes.
        begun = whole.with_name(f"{whole.name}.new")
        pull(self.registries, PullRequest(source, begun, _ROLES, replace=True), self.locks, job)
        try:
            if whole.is_dir():
                shutil.rmtree(begun, ignore_errors=True)
            else:
                begun.rename(whole)
        except OSError as error:
            raise not_written(whole, error) from error
        self._trim()
        return whole

    def _kept(self) -> list[Path]:
        """Those wanted longest ago first."""
        try:
            found = [one for one in self.folder.iterdir() if _OURS.fullmatch(one.name)]
        except OSError:
            return []
        return sorted(found, key=_wanted)

    def _trim(self) -> None:
        kept = self._kept()
        sizes = {one: _size_of(one) for one in kept}
        over = sum(sizes.values()) - self._limit_bytes
        going = []
        for one in kept:
            if over <= 0:
                break
            if not _is_in_use(one):
                going.append(one)
                over -= sizes[one]
        self._remove(going)

    def _remove(self, going: list[Path]) -> None:
        for one in going:
            if not _is_in_use(one):
                # Under another name at once, so that no build takes half of it.
                gone = one.with_name(f"{one.name}.gone")
                with suppress(OSError):
                    one.rename(gone)
                    shutil.rmtree(gone, ignore_errors=True)


def pinned(name: str) -> Reference:
    """The artifact that `name` says by its digest: what a tag names may be another by tomorrow.
    Raises `InvalidReference`."""
    found = Reference.parse(name)
    if not found.digest:
        raise InvalidReference(
            tr("“{name}” says no digest, so a build by it could not be made again.", name=name),
            tr("Write REGISTRY/REPOSITORY@sha256:…, as “modeldesk artifact show” prints it."),
        )
    return found


def _wanted(folder: Path) -> float:
    """When a folder was wanted last, in seconds since the epoch."""
    try:
        return folder.stat().st_mtime
    except OSError:
        return 0.0


def _is_in_use(folder: Path) -> bool:
    return time.time() - _wanted(folder) < _IN_USE_S


def _size_of(folder: Path) -> int:
    total = 0
    for at, _, files in os.walk(folder):
        for name in files:
            with suppress(OSError):
                total += os.lstat(os.path.join(at, name)).st_size  # noqa: PTH118 - many files
    return total
