"""Which COPY instructions bring a folder into an image, and how names are written in them.

A name is only ever written as itself when it is harmless; any other character becomes ``?``,
which matches it, so that no file name can say anything to the builder.
"""

import json
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath

from modeldesk.core.model_folder.magic import LARGE
from modeldesk.core.model_folder.model import ModelFolder, WeightFile

_PLAIN = re.compile(r"[A-Za-z0-9._/+=,@-]+")
_HARMLESS = " ._-/+=,@~%#()"
_MOST_COPIES = 60
_MOST_FILES = 200


@dataclass(frozen=True, slots=True)
class Copy:
    """One COPY: files into a folder, or one folder's content into a folder."""

    sources: tuple[str, ...]
    target: str
    """Ends with a slash."""

    def instruction(self, owner: str = "") -> str:
        """Its line in a Dockerfile; `owner` becomes ``--chown``."""
        flag = f"--chown={owner} " if owner else ""
        words = [_source(name) for name in self.sources] + [self.target]
        if all(map(_PLAIN.fullmatch, words)):
            return f"COPY {flag}{' '.join(words)}"
        return f"COPY {flag}{json.dumps(words, ensure_ascii=False)}"


@dataclass(frozen=True, slots=True)
class CopyPlan:
    """The copies of a folder, in their order."""

    weights: tuple[Copy, ...]
    code: tuple[Copy, ...]
    left_out: tuple[str, ...] = ()
    """What can't be copied because of its name."""
    everything: bool = False
    """Whether `code` copies the whole folder, weights too, as it has too many parts."""


def plan_copies(folder: ModelFolder, omitted: Iterable[str]) -> CopyPlan:
    """Weights first, each large file by itself, then everything else but `omitted`."""
    weights = {str(weight.path) for weight in folder.weights}
    bundles = tuple(f"{path}/" for path in weights)
    skipped = set(omitted)
    kept = [
        entry.path
        for entry in folder.files
        if entry.path not in skipped
        and entry.path not in weights
        and not entry.path.startswith(bundles)
    ]
    left_out: list[str] = []
    code = _code(kept, {*weights, *skipped}, left_out)
    files = sum(len(copy.sources) for copy in code)
    if len(code) > _MOST_COPIES or files > _MOST_FILES + len(code):
        return CopyPlan((), (Copy((".",), "./"),), everything=True)
    return CopyPlan(tuple(_weights(folder, left_out)), tuple(code), tuple(left_out))


def _weights(folder: ModelFolder, left_out: list[str]) -> list[Copy]:
    files = {entry.path for entry in folder.files}
    copies: list[Copy] = []
    small: dict[str, list[str]] = {}
    for weight in folder.weights:
        target = _target(weight.path.parent)
        if not _is_literal(target if str(weight.path) in files else f"{weight.path}/"):
            left_out.append(str(weight.path))
        elif str(weight.path) not in files:
            copies.append(Copy((f"{weight.path}/",), f"./{weight.path}/"))
        elif _is_large(weight) and len(copies) < _MOST_COPIES // 2:
            copies.append(Copy((str(weight.path),), target))
        else:
            small.setdefault(target, []).append(str(weight.path))
    copies += [Copy(tuple(sorted(paths)), target) for target, paths in sorted(small.items())]
    return copies


def _is_large(weight: WeightFile) -> bool:
    return weight.size_bytes >= LARGE


def _code(kept: list[str], apart: set[str], left_out: list[str]) -> list[Copy]:
    """One COPY for the files of the top, one for each folder; a folder that holds something that
    is copied apart or not at all is taken to pieces."""
    mixed = {str(parent) for path in apart for parent in PurePosixPath(path).parents}
    files: dict[str, list[str]] = {}
    folders: dict[str, None] = {}
    for path in kept:
        whole = _topmost_whole(path, mixed)
        if whole:
            folders[whole] = None
        else:
            files.setdefault(path.rpartition("/")[0] or ".", []).append(path)
    copies: list[Copy] = []
    for parent, paths in sorted(files.items()):
        target = _target(PurePosixPath(parent))
        if _is_literal(target):
            copies.append(Copy(tuple(sorted(paths)), target))
        else:
            left_out += paths
    for name in sorted(folders):
        if _is_literal(name):
            copies.append(Copy((f"{name}/",), f"./{name}/"))
        else:
            left_out.append(f"{name}/")
    return copies


def _topmost_whole(path: str, mixed: set[str]) -> str:
    """The highest folder above `path` that can be copied as it is; empty when there is none."""
    ends = (at for at, char in enumerate(path) if char == "/")
    return next((path[:end] for end in ends if path[:end] not in mixed), "")


def _target(parent: PurePosixPath) -> str:
    return "./" if str(parent) == "." else f"./{parent}/"


def _is_literal(name: str) -> bool:
    return _pattern(name) == name


def _source(name: str) -> str:
    pattern = _pattern(name)
    # A leading dash would be read as a flag, a leading # in some builders as a comment.
    return f"./{pattern}" if pattern[:1] in "-#" else pattern


def _pattern(name: str) -> str:
    return "".join(c if _is_harmless(c) else "?" for c in name)


def _is_harmless(c: str) -> bool:
    # Marks belong to letters: an accent may be a character of its own.
    return c.isalnum() or c in _HARMLESS or unicodedata.category(c)[0] == "M"
