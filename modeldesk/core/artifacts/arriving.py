"""One blob on its way into a file: written under a name of its own in the same folder, held
against its digest, and given its name when all of it is there. What a program that was killed left
of it is gone on with."""

import hashlib
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from modeldesk.core.artifacts.model import ArtifactLayer
from modeldesk.core.artifacts.safe_paths import PART_ENDING
from modeldesk.core.errors import ArtifactError, ExtractFailed, ModelDeskError, RegistryLied
from modeldesk.core.ids import short
from modeldesk.core.jobs import CancelToken
from modeldesk.core.registry.ports import Registry
from modeldesk.core.text import printable
from modeldesk.core.words import tr

_PIECE = 1 << 20
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128}")


@dataclass(frozen=True, slots=True)
class Source:
    """Where blobs are had from."""

    registry: Registry
    repository: str


def part_of(target: Path, layer: ArtifactLayer) -> Path:
    """Where a layer is written to until it is whole."""
    return target.with_name(f".{layer.digest.partition(':')[2][:12]}{PART_ENDING}")


def fetch(
    source: Source,
    layer: ArtifactLayer,
    part: Path,
    on_bytes: Callable[[int], None],
    token: CancelToken,
) -> None:
    """Have the whole layer in `part`, as its digest says. Raises `RegistryLied` for anything
    else, and nothing of it is left; `ExtractFailed` where it can't be written, as `Registry`, and
    `Cancelled`: then what came is left for the next try, unless the caller takes it away."""
    try:
        with _opened(part) as file:
            _Arrival(source, layer, file, on_bytes, token).run()
    except ModelDeskError as error:
        with suppress(OSError):
            if isinstance(error, RegistryLied) or not part.stat().st_size:
                part.unlink()
        raise
    except OSError as error:
        raise not_written(part.parent, error) from error


def has_content(path: Path, layer: ArtifactLayer, token: CancelToken) -> bool:
    """Whether a file is what the layer holds. Raises `ExtractFailed`."""
    found = _hasher(layer.digest)
    try:
        if path.is_symlink() or not path.is_file() or path.stat().st_size != layer.size_bytes:
            return False
        with path.open("rb") as file:
            while piece := file.read(_PIECE):
                token.raise_if_cancelled()
                found.update(piece)
    except OSError as error:
        raise not_written(path, error) from error
    return _is(found, layer.digest)


def settle(part: Path, target: Path, *, executable: bool, modified: float | None) -> None:
    """Give a whole file its name, in one step. Raises `ExtractFailed`."""
    try:
        if executable:
            part.chmod(part.stat().st_mode | 0o111)
        if modified is not None:
            # A time that the disk can't hold is not worth failing for.
            with suppress(OverflowError, ValueError, OSError):
                os.utime(part, (modified, modified))
        part.replace(target)
    except OSError as error:
        raise not_written(target, error) from error


def not_written(path: Path, error: OSError) -> ExtractFailed:
    """What is raised for a disk that is full, or a folder that is not ours."""
    return ExtractFailed(
        tr("{path} can’t be written: {reason}.",
           path=printable(str(path)), reason=error.strerror or str(error)),
        tr("Check that the folder is yours and has room. What came whole stays, and is not sent "
           "again."),
    )  # fmt: skip


class _Arrival:
    def __init__(
        self,
        source: Source,
        layer: ArtifactLayer,
        file: IO[bytes],
        on_bytes: Callable[[int], None],
        token: CancelToken,
    ) -> None:
        self._source = source
        self._layer = layer
        self._file = file
        self._on_bytes = on_bytes
        self._token = token

    def run(self) -> None:
        place = self._file.seek(0, os.SEEK_END)
        if 0 < place <= self._layer.size_bytes:
            with suppress(RegistryLied):
                return self._go_on(place)
        # What was left is of no use: all of it, from the beginning.
        self._file.seek(0)
        self._file.truncate()
        self._take(0, None)
        return None

    def _go_on(self, place: int) -> None:
        found = _hasher(self._layer.digest)
        self._file.seek(0)
        while piece := self._file.read(_PIECE):
            self._token.raise_if_cancelled()
            found.update(piece)
        self._take(place, found)
        if not _is(found, self._layer.digest):
            raise self._lied()

    def _take(self, place: int, found: "hashlib._Hash | None") -> None:
        """The rest from `place` on. From the beginning on, the registry's client holds it against
        the digest."""
        size = self._layer.size_bytes
        self._on_bytes(place)
        if place < size or not place:
            pieces = self._source.registry.blob(
                self._source.repository, self._layer.digest, self._token, place
            )
            with _letting_go(pieces):
                for piece in pieces:
                    place += len(piece)
                    if place > size:
                        raise self._lied()
                    self._file.write(piece)
                    if found is not None:
                        found.update(piece)
                    self._on_bytes(place)
        if place != size:
            raise self._lied()
        self._file.flush()

    def _lied(self) -> RegistryLied:
        return RegistryLied(
            tr("What came for “{path}” is not what its manifest says ({digest}).",
               path=printable(self._layer.path), digest=short(self._layer.digest)),
            tr("Nothing of it was kept. Try again; if it stays so, have it pushed again."),
        )  # fmt: skip


def _opened(part: Path) -> IO[bytes]:
    """To be gone on with, never through a link."""
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    return os.fdopen(os.open(part, flags, 0o666), "r+b", buffering=_PIECE)


def check_digest(digest: str) -> None:
    """Raise `ArtifactError` for one that can't be checked; files are named by it on their way."""
    if not _DIGEST.fullmatch(digest):
        raise ArtifactError(
            tr("The artifact names something by “{digest}”, which can’t be checked.",
               digest=printable(digest)[:80])
        )  # fmt: skip


def _hasher(digest: str) -> "hashlib._Hash":
    check_digest(digest)
    return hashlib.new(digest.partition(":")[0])


def _is(found: "hashlib._Hash", digest: str) -> bool:
    return f"{found.name}:{found.hexdigest()}" == digest


@contextmanager
def _letting_go(pieces: Iterator[bytes]) -> Iterator[None]:
    """Of the connection that pieces come by."""
    try:
        yield
    finally:
        close = getattr(pieces, "close", None)
        if close is not None:
            close()
