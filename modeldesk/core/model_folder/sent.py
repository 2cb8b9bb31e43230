"""What a build sends of a folder: how much each part of it is, and what had better stay behind."""

import fnmatch
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from heapq import nsmallest

from modeldesk.core.build_context.folder_files import DOCKERFILES
from modeldesk.core.build_context.ignore import DOCKERIGNORE, literal_rule
from modeldesk.core.build_context.scan import ContextPlan
from modeldesk.core.build_context.tar import EntryKind
from modeldesk.core.model_folder.ignored import (
    ENVIRONMENTS,
    REPOSITORY,
    SECRETS,
    SECRETS_PERHAPS,
    Rules,
    is_example,
    names_of,
)
from modeldesk.core.model_folder.magic import LARGE
from modeldesk.core.model_folder.model import FileEntry

_LARGEST = 5
_LARGE_FOLDER = 1_000_000_000
_SHOWN = 20
_DATA = re.compile(
    r".*\.(?:csv|tsv|parquet|feather|arrow|jsonl|ndjson|tfrecords?|avro|orc|npy|npz|sqlite3?|db|"
    r"zip|tar|tgz|gz|bz2|xz|zst|7z|wav|flac|mp3|mp4|avi|jpe?g|png|tiff?)",
    re.IGNORECASE,
).fullmatch
_DATA_PLACES = frozenset({"data", "dataset", "datasets", "raw_data", "training_data"})
_CHECKPOINTS = re.compile(r"checkpoints?|checkpoint-\d+|global_step\d+|lightning_logs")
_TRAINING_STATE = re.compile(r"optimizer\.(?:pt|bin|pth)|scheduler\.pt|rng_state.*\.pth").fullmatch
_SECRETS = Rules((*SECRETS, *SECRETS_PERHAPS))
_LIKE_SECRET = re.compile(
    "|".join(map(fnmatch.translate, sorted(names_of((*SECRETS, *SECRETS_PERHAPS)))))
).fullmatch
_REPOSITORIES = names_of(REPOSITORY)
_ENVIRONMENTS = names_of(ENVIRONMENTS)


class Why(Enum):
    """Why something had better not be sent."""

    SECRET = "secret"
    REPOSITORY = "repository"
    ENVIRONMENT = "environment"
    DATA = "data"
    CHECKPOINTS = "checkpoints"
    LARGE = "large"


@dataclass(frozen=True, slots=True)
class Share:
    """What is sent of a folder at the top; with an empty path: of the files at the top."""

    path: str
    files: int
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Unwanted:
    """Something that would be sent and had better not be."""

    why: Why
    path: str
    """A file or folder, or the first of those alike."""
    files: int
    size_bytes: int
    rule: str
    """The line of a .dockerignore that keeps it out, with those alike."""


@dataclass(frozen=True, slots=True)
class Sent:
    """Bytes are those of files, without what the stream adds."""

    files: int = 0
    size_bytes: int = 0
    shares: tuple[Share, ...] = ()
    """Largest first."""
    largest: tuple[FileEntry, ...] = ()
    unwanted: tuple[Unwanted, ...] = ()
    """Secrets first, then the largest."""


def sent_of(files: Collection[FileEntry], weights: Collection[str] = ()) -> Sent:
    """What it is when `files` are sent. `weights` are the paths of the model's weights, files or
    folders."""
    sizes: dict[str, list[int]] = {}
    for path, size in files:
        top, slash, _ = path.partition("/")
        share = sizes.setdefault(top if slash else "", [0, 0])
        share[0] += 1
        share[1] += size
    shares = [Share(path, number, size) for path, (number, size) in sizes.items()]
    return Sent(
        files=len(files),
        size_bytes=sum(share.size_bytes for share in shares),
        shares=tuple(sorted(shares, key=lambda one: (-one.size_bytes, one.path))),
        largest=tuple(nsmallest(_LARGEST, files, key=lambda one: (-one.size_bytes, one.path))),
        unwanted=tuple(_Search(weights, _environments(files)).run(files)),
    )


def files_of(plan: ContextPlan) -> list[FileEntry]:
    """What `plan` sends, but for what the builder alone gets and the texts it follows."""
    proposed = plan.texts.keys() & {*DOCKERFILES, DOCKERIGNORE}
    left_out = plan.builder_only | proposed
    return [
        FileEntry(entry.path, entry.size_bytes)
        for entry in plan.entries
        if entry.kind is EntryKind.FILE and entry.path not in left_out
    ]


def _environments(files: Iterable[FileEntry]) -> frozenset[str]:
    """Folders that are environments by what is in them, whatever they are called."""
    marks = (path for path, _ in files if path.endswith(("/pyvenv.cfg", "/conda-meta/history")))
    return frozenset(path.rpartition("/")[0].removesuffix("/conda-meta") for path in marks)


@dataclass(slots=True)
class _Found:
    """Files under one rule."""

    why: Why
    path: str
    files: int = 0
    size_bytes: int = 0
    holds_weights: bool = False


class _Search:
    """Looks at every file once."""

    def __init__(self, weights: Collection[str], environments: frozenset[str]) -> None:
        self._weights = weights
        self._environments = environments
        self._found: dict[str, _Found] = {}
        self._rest: dict[str, _Found] = {}
        self._folders: dict[str, tuple[str, bool]] = {"": ("", False)}
        """Folder → the rule of the unwanted one it is, or lies in; whether it is weights."""
        self._weights_elsewhere = False

    def run(self, files: Iterable[FileEntry]) -> Iterator[Unwanted]:
        for entry in files:
            found = self._found_for(entry)
            if found is not None:
                found.files += 1
                found.size_bytes += entry.size_bytes
        several = [(rule, one) for rule, one in self._found.items() if self._matters(one)]
        several += [(rule, one) for rule, one in self._rest.items() if _is_data_set(one)]
        several.sort(key=lambda pair: (pair[1].why is not Why.SECRET, -pair[1].size_bytes, pair[0]))
        for rule, one in several[:_SHOWN]:
            yield Unwanted(one.why, one.path, one.files, one.size_bytes, rule)

    def _folder(self, path: str) -> tuple[str, bool]:
        known = self._folders.get(path)
        if known is not None:
            return known
        above, _, name = path.rpartition("/")
        rule, is_weight = self._folder(above)
        if not rule and (why := _why_folder(path, name, self._environments)):
            rule = f"**/{name}" if why in (Why.REPOSITORY, Why.SECRET) else literal_rule(path)
            self._found.setdefault(rule, _Found(why, path))
        # A SavedModel is a folder.
        self._folders[path] = rule, is_weight or path in self._weights
        return self._folders[path]

    def _found_for(self, entry: FileEntry) -> _Found | None:
        folder, _, name = entry.path.rpartition("/")
        rule, in_weights = self._folder(folder)
        is_weight = in_weights or entry.path in self._weights
        if rule:
            found = self._found[rule]
            found.holds_weights = found.holds_weights or is_weight
            return found
        if _LIKE_SECRET(name):
            if is_example(name):
                return None
            pattern = _SECRETS.match(name, at_top=False)
            return self._found.setdefault(pattern, _Found(Why.SECRET, entry.path))
        if is_weight:
            self._weights_elsewhere = True
            return None
        return self._by_size(entry, folder, name)

    def _by_size(self, entry: FileEntry, folder: str, name: str) -> _Found:
        if _TRAINING_STATE(name):
            return self._found.setdefault(f"**/{name}", _Found(Why.CHECKPOINTS, entry.path))
        if _DATA(name):
            place = _data_place(folder) or folder or entry.path
            return _among(self._found, place, Why.DATA)
        if entry.size_bytes >= LARGE:
            return _among(self._found, entry.path, Why.LARGE)
        return _among(self._rest, folder.partition("/")[0], Why.DATA)

    def _matters(self, found: _Found) -> bool:
        match found.why:
            case Why.SECRET | Why.REPOSITORY | Why.ENVIRONMENT:
                return found.files > 0
            case Why.CHECKPOINTS if found.holds_weights and not self._weights_elsewhere:
                # The model itself.
                return False
        return found.size_bytes >= LARGE


def _among(found: dict[str, _Found], path: str, why: Why) -> _Found:
    rule = _rule(path)
    one = found.get(rule)
    if one is None:
        one = found[rule] = _Found(why, path)
    return one


@lru_cache(maxsize=4096)
def _rule(path: str) -> str:
    return literal_rule(path) if path else ""


def _why_folder(path: str, name: str, environments: frozenset[str]) -> Why | None:
    if name in _REPOSITORIES:
        return Why.REPOSITORY
    if path in environments or name in _ENVIRONMENTS:
        return Why.ENVIRONMENT
    if _CHECKPOINTS.fullmatch(name):
        return Why.CHECKPOINTS
    # Such as .aws; what looks like one by its ending is a file.
    return Why.SECRET if f"**/{name}" in SECRETS else None


def _data_place(folder: str) -> str:
    """The outermost folder above that is called as those with data are; empty where none is."""
    parts = folder.split("/")
    for number, part in enumerate(parts, 1):
        if part.lower() in _DATA_PLACES:
            return "/".join(parts[:number])
    return ""


def _is_data_set(found: _Found) -> bool:
    """Many small files of no kind that is known."""
    return bool(found.path) and found.size_bytes >= _LARGE_FOLDER
