"""The Dockerfile and .dockerignore of a folder, or the texts given in their place."""

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from modeldesk.core.build_context.ignore import DOCKERIGNORE, IgnoreRules
from modeldesk.core.build_context.scan import unreadable
from modeldesk.core.errors import FolderError
from modeldesk.core.text import printable
from modeldesk.core.words import tr

DOCKERFILES = ("Dockerfile", "Containerfile", "dockerfile")
"""What a folder's own Dockerfile may be called, the first of them that is there."""
_LARGEST = 1 << 20


@dataclass(frozen=True, slots=True)
class BuildFiles:
    """What a build follows. The texts that were given are in `given`, path → bytes; those of the
    folder itself are sent as they are."""

    dockerfile: str
    """Its path in the context."""
    dockerfile_text: str
    rules: IgnoreRules
    given: dict[str, bytes]

    @property
    def always(self) -> frozenset[str]:
        """What the builder needs whatever is kept out."""
        own_ignore = f"{self.dockerfile}{DOCKERIGNORE}"
        return frozenset({self.dockerfile, DOCKERIGNORE}).union({own_ignore} & self.given.keys())


def build_files(
    folder: Path,
    dockerfile: str | None,
    dockerignore: str | None,
    texts: Mapping[str, str] | None = None,
    *,
    classic: bool = False,
) -> BuildFiles:
    """Read the folder's own files where no text is given, as the classic builder reads them or
    as BuildKit does, which alone knows a .dockerignore of the Dockerfile's own. `texts` join the
    folder's files.

    Raises `FolderError` when there is no Dockerfile, when one of them can't be read, when a
    pattern is malformed, or when one of `texts` would take the place of a file."""
    given = _joining(folder, texts or {})
    name = own_dockerfile(folder) or DOCKERFILES[0]
    if dockerfile is not None:
        given[name] = dockerfile.encode("utf-8", "surrogateescape")
    text = dockerfile if dockerfile is not None else read_own(folder, name)
    if text is None:
        raise FolderError(
            tr("The folder has no Dockerfile."),
            tr("Build with the proposed one, or add a Dockerfile to the folder."),
        )
    if dockerignore is not None:
        given[DOCKERIGNORE] = dockerignore.encode("utf-8", "surrogateescape")
        if (folder / f"{name}{DOCKERIGNORE}").is_file():
            # The builder would go by that one.
            given[f"{name}{DOCKERIGNORE}"] = given[DOCKERIGNORE]
        return BuildFiles(name, text, IgnoreRules.parse(dockerignore, classic=classic), given)
    for ignore_name in (DOCKERIGNORE,) if classic else (f"{name}{DOCKERIGNORE}", DOCKERIGNORE):
        patterns = read_own(folder, ignore_name)
        if patterns is not None:
            return BuildFiles(
                name, text, IgnoreRules.parse(patterns, ignore_name, classic=classic), given
            )
    return BuildFiles(name, text, IgnoreRules(), given)


def _joining(folder: Path, texts: Mapping[str, str]) -> dict[str, bytes]:
    for path in texts:
        if os.path.lexists(folder / path):
            raise FolderError(
                tr("“{path}” is in the folder by now; a generated file would take its place.",
                   path=printable(path)),
                tr("Plan the build again, and the generated files have other names."),
            )  # fmt: skip
    return {path: text.encode("utf-8", "surrogateescape") for path, text in texts.items()}


def own_dockerfile(folder: Path) -> str:
    """The name of the folder's Dockerfile; empty when it has none."""
    return next((name for name in DOCKERFILES if (folder / name).is_file()), "")


def own_ignore_text(folder: Path, dockerfile: str) -> str:
    """The rules that BuildKit goes by for a Dockerfile of this name: its own, else the folder's;
    empty when there are none. Raises `FolderError`."""
    own = read_own(folder, f"{dockerfile}{DOCKERIGNORE}")
    return own if own is not None else read_own(folder, DOCKERIGNORE) or ""


def read_own(folder: Path, name: str) -> str | None:
    """The text of a file at the top of `folder`; None when there is none of that name. Raises
    `FolderError` when it can't be read or is no text file of a sane size."""
    try:
        descriptor = os.open(folder / name, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except FileNotFoundError as error:
        if not folder.is_dir():
            raise unreadable(folder, name, error, needed=True) from error
        return None
    except OSError as error:
        raise unreadable(folder, name, error, needed=True) from error
    try:
        facts = os.fstat(descriptor)
        if not stat.S_ISREG(facts.st_mode) or facts.st_size > _LARGEST:
            raise FolderError(
                tr("“{path}” is no text file.", path=name),
                tr("Replace it with one, or remove it."),
            )
        with os.fdopen(os.dup(descriptor), "rb") as file:
            return file.read().decode("utf-8", "surrogateescape")
    except OSError as error:
        raise unreadable(folder, name, error, needed=True) from error
    finally:
        os.close(descriptor)
