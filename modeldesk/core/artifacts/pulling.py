"""Models pulled to a folder, without an engine."""

import shutil
from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path

from modeldesk.core.artifacts.arriving import (
    Source,
    check_digest,
    fetch,
    has_content,
    not_written,
    part_of,
    settle,
)
from modeldesk.core.artifacts.model import Artifact, ArtifactLayer, Form, Role
from modeldesk.core.artifacts.reading import fetch_artifact
from modeldesk.core.artifacts.safe_paths import check_distinct, check_no_links, safe_path
from modeldesk.core.artifacts.unpacking import in_the_way, unpack
from modeldesk.core.errors import ArtifactError, Cancelled, ExtractFailed, InvalidReference
from modeldesk.core.jobs import CancelToken, Job, Part, PartState
from modeldesk.core.ports import DeploymentLocks
from modeldesk.core.references import Reference
from modeldesk.core.registry.at_once import at_once
from modeldesk.core.registry.ports import Registries
from modeldesk.core.registry.tally import Tally
from modeldesk.core.text import printable, size_text
from modeldesk.core.words import tr

LAYERS_AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class PullRequest:
    """What to have where."""

    source: Reference
    """With a tag or a digest; the digest counts."""
    folder: Path
    """Made where it is not there."""
    roles: Collection[Role] = frozenset(Role)
    """Only layers of these."""
    replace: bool = False
    """Whether other files of the same names may be replaced."""


@dataclass(frozen=True, slots=True)
class Pulled:
    """What came of it."""

    source: Reference
    """With the digest that was pulled."""
    artifact: Artifact
    moved_bytes: int
    there_bytes: int


def pull(registries: Registries, request: PullRequest, locks: DeploymentLocks, job: Job) -> Pulled:
    """Have a model's files in a folder, four at a time, each held against its digest before it
    has its name. Files that are there and the same are not sent again, and a file that was broken
    off is gone on with. Raises `NoArtifact`, `ArtifactUnsafe` and `ArtifactError` before anything
    is written, `ExtractFailed`, `RegistryLied`, `AlreadyRunning`, as `Registry`, and `Cancelled`,
    after which nothing half-written is left."""
    source = request.source
    registry = registries.at(source.registry)
    wanted = source.digest or source.tag
    if not wanted:
        raise InvalidReference(
            tr("“{name}” says no tag.", name=source),
            tr("Write the version behind it, or the digest."),
        )
    _, artifact = fetch_artifact(registry, source.repository, wanted, job.token)
    layers = _checked(artifact, request)
    with locks.hold(f"pull {request.folder.resolve()}"):
        pulling = _Pull(Source(registry, source.repository), request, job)
        pulling.run(layers)
        return Pulled(
            replace(source, digest=artifact.digest),
            artifact,
            pulling.tally.moved_bytes,
            pulling.tally.there_bytes,
        )


def _checked(artifact: Artifact, request: PullRequest) -> tuple[ArtifactLayer, ...]:
    """The layers to pull, whose names lead nowhere else."""
    layers = tuple(one for one in artifact.layers if one.role in request.roles)
    unknown = next((one for one in layers if one.role is Role.OTHER), None)
    if unknown is not None:
        raise ArtifactError(
            tr("A layer of the artifact is of a type that is not known here: {type}.",
               type=printable(unknown.media_type)[:200] or tr("none")),
            tr("Pull it with the program that packed it."),
        )  # fmt: skip
    paths = [safe_path(one.path) for one in layers if one.form is Form.FILE]
    check_distinct(paths)
    for layer in layers:
        check_digest(layer.digest)
    for path in paths:
        check_no_links(request.folder, path)
    return layers


class _Pull:
    def __init__(self, source: Source, request: PullRequest, job: Job) -> None:
        self._source = source
        self._request = request
        self._folder = request.folder
        self._token = job.token
        self.tally = Tally(tr("Fetching"), job.report)

    def run(self, layers: tuple[ArtifactLayer, ...]) -> None:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise not_written(self._folder, error) from error
        for layer in layers:
            self._tell(layer, PartState.WAITING)
        missing = [one for one in layers if not self._is_there(one)]
        self._check_room(missing)
        # Two layers may be of the same bytes: they are fetched once each, under one name, so not
        # at the same time.
        by_digest: dict[str, list[ArtifactLayer]] = {}
        for layer in missing:
            by_digest.setdefault(layer.digest, []).append(layer)
        largest = sorted(by_digest.values(), key=lambda same: -same[0].size_bytes)
        try:
            at_once(self._fetch_all, largest, LAYERS_AT_ONCE, self._token)
            for same in by_digest.values():
                if same[0].form is Form.TAR:
                    self._unpack(same[0])
        except Cancelled:
            self._sweep(missing)
            raise

    def _is_there(self, layer: ArtifactLayer) -> bool:
        if layer.form is Form.TAR:
            return False
        path = safe_path(layer.path)
        target = self._folder / path
        if not target.exists() and not target.is_symlink():
            return False
        if has_content(target, layer, self._token):
            self._tell(layer, PartState.THERE, layer.size_bytes)
            return True
        if not self._request.replace or target.is_dir():
            raise in_the_way(path)
        return False

    def _check_room(self, missing: list[ArtifactLayer]) -> None:
        needed = sum(one.size_bytes for one in missing)
        free = shutil.disk_usage(self._folder).free
        begun = sum(_size_of(self._part(one)) for one in missing)
        if needed - begun > free:
            raise ExtractFailed(
                tr("{needed} do not fit: there are {free} free.",
                   needed=size_text(needed), free=size_text(free)),
                tr("Make room, or choose another disk."),
            )  # fmt: skip

    def _fetch_all(self, same: list[ArtifactLayer], token: CancelToken) -> None:
        for layer in same:
            self._fetch(layer, token)

    def _fetch(self, layer: ArtifactLayer, token: CancelToken) -> None:
        part = self._part(layer)
        try:
            part.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise not_written(part.parent, error) from error
        fetch(
            self._source,
            layer,
            part,
            lambda done: self._tell(layer, PartState.MOVING, done),
            token,
        )
        if layer.form is Form.FILE:
            target = self._folder / safe_path(layer.path)
            settle(part, target, executable=layer.executable, modified=layer.modified)
        self._tell(layer, PartState.DONE, layer.size_bytes)

    def _unpack(self, layer: ArtifactLayer) -> None:
        part = self._part(layer)
        self._tell(layer, PartState.UNPACKING, layer.size_bytes)
        unpack(part, self._folder, self._token, replace=self._request.replace)
        part.unlink()
        self._tell(layer, PartState.DONE, layer.size_bytes)

    def _sweep(self, missing: list[ArtifactLayer]) -> None:
        for layer in missing:
            self._part(layer).unlink(missing_ok=True)

    def _part(self, layer: ArtifactLayer) -> Path:
        name = safe_path(layer.path) if layer.form is Form.FILE else "tar"
        return part_of(self._folder / name, layer)

    def _tell(self, layer: ArtifactLayer, state: PartState, done: int = 0) -> None:
        self.tally(Part(layer.path, state, done, layer.size_bytes))


def _size_of(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
