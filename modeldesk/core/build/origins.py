"""Where the files of a build are: in the folder as it is, or in a clean checkout of a commit,
which is there for as long as the build is."""

import hashlib
import logging
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from modeldesk.core.build.laid_out import join, lay_out
from modeldesk.core.errors import AlreadyRunning, FolderError, RecordsError, SourceControlError
from modeldesk.core.jobs import CancelToken
from modeldesk.core.ports import DeploymentLocks
from modeldesk.core.versioning.git_facts import GitFacts
from modeldesk.core.versioning.ports import SourceControl
from modeldesk.core.words import tr

log = logging.getLogger(__name__)

_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the files are, and what git knows of them."""

    folder: Path
    git: GitFacts | None
    problem: str = ""
    """A sentence when git facts could not be read."""
    kept_as: str = ""
    """What an engine is to keep the files as: the same for every commit of one folder of one
    repository. Empty for the folder as it is."""


class Origins:
    """Lays out commits in folders of the program's own, under `checkouts`, and takes them away
    again. Each is held by a lock that dies with the program, so that what one that was killed
    left behind is told from what another builds from."""

    def __init__(self, source: SourceControl, locks: DeploymentLocks, checkouts: Path) -> None:
        self._source = source
        self._locks = locks
        self._checkouts = checkouts

    @contextmanager
    def of(
        self, folder: Path, revision: str, token: CancelToken, weights: Path | None = None
    ) -> Iterator[Origin]:
        """The files of `folder` in a commit, while inside; without a `revision` the folder
        itself. `weights` is a folder whose files join them, which stay out of the folder itself.
        Raises what `SourceControl.checkout` does, and `FolderError` where a file is in the way of
        weights."""
        if not revision and weights is None:
            yield self._as_it_is(folder, token)
            return
        with self._place_for(folder) as place:
            if revision:
                found = self._source.checkout(folder, revision, place, token)
                kept_as = "\0".join(("commits", str(found.repository), found.facts.below))
                origin = Origin(found.folder, found.facts, kept_as=kept_as)
            else:
                lay_out(folder, place, token)
                kept_as = f"weights\0{folder.resolve()}"
                origin = replace(self._as_it_is(folder, token), folder=place, kept_as=kept_as)
            if weights is not None:
                join(weights, origin.folder, token)
            yield origin

    def sweep(self) -> None:
        """Take away what programs left behind that were killed."""
        with suppress(OSError):
            for place in self._checkouts.iterdir():
                with suppress(AlreadyRunning, RecordsError), self._held(place):
                    _take_away(place)

    def _as_it_is(self, folder: Path, token: CancelToken) -> Origin:
        try:
            return Origin(folder, self._source.facts(folder, token))
        except SourceControlError as error:
            return Origin(folder, None, str(error))

    @contextmanager
    def _place_for(self, folder: Path) -> Iterator[Path]:
        # A folder has one name for good, so that what was left of it is taken away with the next.
        name = hashlib.sha256(str(folder.resolve()).encode("utf-8", "surrogateescape")).hexdigest()
        for number in range(_AT_ONCE):
            place = self._checkouts / f"{name[:16]}-{number}"
            try:
                with self._held(place):
                    _take_away(place)
                    _make(place)
                    try:
                        yield place
                    finally:
                        _take_away(place)
                    return
            except _Taken:
                continue
        raise AlreadyRunning(
            tr("Too many commits of {folder} are being built at once.", folder=folder),
            tr("Wait until one is done, then try again."),
        )

    @contextmanager
    def _held(self, place: Path) -> Iterator[None]:
        lock = self._locks.hold(f"checkout {place}")
        try:
            lock.__enter__()
        except AlreadyRunning as error:
            raise _Taken(error.message) from error
        try:
            yield
        finally:
            lock.__exit__(None, None, None)


class _Taken(AlreadyRunning):
    """Another build is in that place: told from what may be raised inside of it."""


def _make(place: Path) -> None:
    try:
        place.mkdir(mode=0o700, parents=True)
    except OSError as error:
        raise FolderError(
            tr("A commit can’t be laid out in {path}.", path=place.parent),
            tr("Check that the folder is yours and has room."),
            error.strerror or str(error),
        ) from error


def _take_away(place: Path) -> None:
    try:
        shutil.rmtree(place)
    except FileNotFoundError:
        pass
    except OSError as error:
        log.warning("A checkout could not be taken away: %s", error)
