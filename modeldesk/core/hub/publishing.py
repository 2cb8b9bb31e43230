"""What was sent to a hub becomes a version: a tar of a folder, or one file of weights."""

import os
import shutil
import tarfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from modeldesk.core.artifacts.registering import Registered, Registration, register
from modeldesk.core.artifacts.safe_paths import safe_path
from modeldesk.core.artifacts.unpacking import unpack
from modeldesk.core.errors import ArtifactError, ModelDeskError
from modeldesk.core.jobs import Job
from modeldesk.core.metadata.model import Key, Value
from modeldesk.core.references import Reference
from modeldesk.core.registry.ports import Registries
from modeldesk.core.words import tr

_TAR_WORD_AT = 257
_TAR_WORD = b"ustar"


@dataclass(frozen=True, slots=True)
class Arrived:
    """What somebody sent, as it lies on the disk."""

    file: Path
    """Goes when it is taken in."""
    name: str = ""
    """Of one file of weights; empty for a tar of a folder."""


def publish(
    registries: Registries,
    arrived: Arrived,
    repository: Reference,
    version: str,
    values: Mapping[Key, Value],
    now: Callable[[], datetime],
    job: Job,
) -> Registered:
    """Send it to the registry as a version; the next one where `version` is empty. Nothing is
    written but beside `arrived.file`. Raises `ArtifactError` for what is no model,
    `ArtifactUnsafe`, `TagTaken`, and as `register` does."""
    folder = arrived.file.with_name("model")
    try:
        folder.mkdir()
        if arrived.name:
            path = folder / safe_path(arrived.name)
            path.parent.mkdir(parents=True, exist_ok=True)
            arrived.file.rename(path)
        else:
            _check_tar(arrived.file)
            unpack(arrived.file, folder, job.token, replace=False)
            arrived.file.unlink()
            path = folder
        wanted = Registration(path, repository, version, values=values)
        return register(registries, wanted, lambda *_: None, now, job)
    except ModelDeskError as error:
        # Where it lies for now is nobody's business.
        for name, shown in ((f"{folder}{os.sep}", ""), (str(folder), tr("what was sent"))):
            error.message = error.message.replace(name, shown)
        raise
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _check_tar(file: Path) -> None:
    """Compressed ones are not taken: how large one grows could only be found out by trying."""
    with file.open("rb") as opened:
        head = opened.read(tarfile.BLOCKSIZE)
    if head[_TAR_WORD_AT : _TAR_WORD_AT + len(_TAR_WORD)] != _TAR_WORD:
        raise ArtifactError(
            tr("What was sent is no plain tar."),
            tr("Send the folder as a tar without compression: tar -cf - -C FOLDER ."),
        )
