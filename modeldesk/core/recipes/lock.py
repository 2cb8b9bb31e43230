"""Locked requirements: exact versions with hashes, installed in place of a folder's own."""

from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from modeldesk.core.errors import FolderError
from modeldesk.core.model_folder.findings import about_folder
from modeldesk.core.model_folder.model import (
    FileEntry,
    Finding,
    ModelFolder,
    Requirements,
    package_name,
)
from modeldesk.core.model_folder.requirements import is_exact
from modeldesk.core.text import printable
from modeldesk.core.words import tr, trn


@dataclass(frozen=True, slots=True)
class Unlocked:
    """A requirement that is installed as it is written."""

    requirement: str
    reason: str
    """A sentence for people."""


@dataclass(frozen=True, slots=True)
class Lock:
    """A requirements file that goes to the engine with the folder."""

    path: PurePosixPath
    """None of the folder's own files."""
    text: str
    packages: tuple[str, ...]
    """Every package with its version, those that others need too: ``numpy==2.1.0``."""
    made_for: str
    """The Python and the platform it holds for: ``Python 3.11, linux/amd64``."""
    unlocked: tuple[Unlocked, ...] = ()
    hides_password: bool = False
    """Whether an index has a password that is not in `text`, so that the build must be given it
    in another way."""
    made_of: tuple[str, ...] = ()
    """The folder's own requirements that it was made of."""

    def fits(self, folder: ModelFolder) -> bool:
        """Whether `folder` asks for what this was made of, and has no such file by now."""
        own = folder.requirements
        return (
            own is not None
            and own.packages == self.made_of
            and all(entry.path != str(self.path) for entry in folder.files)
        )


def said_of(lock: Lock) -> tuple[str, ...]:
    """Sentences about what it does not hold, and what it was made for."""
    said = [
        trn("{count} package is installed in a locked version with hashes, for {target}.",
            "{count} packages are installed in locked versions with hashes, for {target}.",
            len(lock.packages), target=lock.made_for)
    ]  # fmt: skip
    said += [
        tr("Not locked: {requirement}. {reason}",
           requirement=printable(one.requirement)[:200], reason=one.reason)
        for one in lock.unlocked
    ]  # fmt: skip
    if lock.hides_password:
        said.append(
            tr("An index has a password, which the lock leaves out. Give it to the build as a "
               "secret, or in the pip.conf of the base image.")
        )  # fmt: skip
    return tuple(said)


def changes(own: Requirements, lock: Lock) -> tuple[tuple[str, str], ...]:
    """Each of the folder's own requirements with what it is locked to, empty where it is not;
    then, without a requirement, each package that those need."""
    left = {package_name(one): one for one in lock.packages}
    pairs = [(one, left.pop(package_name(one), "")) for one in own.packages]
    return (*pairs, *(("", one) for one in left.values()))


def save(folder: ModelFolder, lock: Lock) -> None:
    """Write the lock into the folder, where it then stands for the list it was made of. Raises
    `FolderError`; a file of its name is never replaced."""
    try:
        with (folder.path / lock.path).open("x", encoding="utf-8") as file:
            file.write(lock.text)
    except OSError as error:
        raise FolderError(
            tr("{path} could not be saved into the folder.", path=lock.path),
            tr("Check that the folder is yours, has room, and has no file of that name."),
            error.strerror or str(error),
        ) from error


def with_lock(folder: ModelFolder, lock: Lock) -> ModelFolder:
    """The folder as it would be built with `lock`."""
    own = folder.requirements
    replaced = (own.path, *own.includes) if own is not None else ()
    unlocked = tuple(one.requirement for one in lock.unlocked)
    requirements = Requirements(
        lock.path,
        (*lock.packages, *unlocked),
        pinned=all(map(is_exact, unlocked)),
        hashed=True,
        replaces=replaced,
        unhashed=unlocked,
    )
    files = (*folder.files, FileEntry(str(lock.path), len(lock.text.encode())))
    locked = replace(folder, requirements=requirements, files=tuple(sorted(files)))
    return replace(locked, findings=_findings(folder, locked))


def _findings(folder: ModelFolder, locked: ModelFolder) -> tuple[Finding, ...]:
    """Without what the lock mends, as that versions are not exact."""
    before = {one.text for one in about_folder(folder)}
    now = tuple(about_folder(locked))
    mended = before - {one.text for one in now}
    kept = [one for one in folder.findings if one.text not in mended]
    return (*kept, *(one for one in now if one.text not in before))
