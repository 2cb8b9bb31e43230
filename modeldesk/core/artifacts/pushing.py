"""Models sent to a registry, without an engine."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from modeldesk.core.artifacts.folder import LayerPlan, ModelFiles
from modeldesk.core.artifacts.packing import (
    artifact_labels,
    configuration,
    content,
    digest_of,
    digest_of_bytes,
    is_same_model,
    manifest_of,
)
from modeldesk.core.errors import NotInRegistry
from modeldesk.core.jobs import CancelToken, Job, Part, PartState
from modeldesk.core.metadata.model import Key, Value
from modeldesk.core.references import Reference
from modeldesk.core.registry.at_once import at_once
from modeldesk.core.registry.model import Blob, Manifest
from modeldesk.core.registry.ports import Registries, Registry
from modeldesk.core.registry.tagging import check_free, put_tag
from modeldesk.core.registry.tally import Tally
from modeldesk.core.versioning.names import check_version
from modeldesk.core.words import tr

LAYERS_AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class PushRequest:
    """What to send where."""

    files: ModelFiles
    target: Reference
    """With the version as its tag."""
    values: Mapping[Key, Value] = field(default_factory=dict)
    """Metadata beside what the files say, and in place of it."""
    name: str = ""
    """Of the model; empty: its repository's path."""
    version: str = ""
    """In full, where a tag can't hold all of it; empty: the tag."""


@dataclass(frozen=True, slots=True)
class Pushed:
    """What came of it."""

    target: Reference
    """With its tag and digest."""
    is_new: bool
    """False where the registry had the same model under that name."""
    moved_bytes: int
    there_bytes: int


def push(registries: Registries, request: PushRequest, job: Job) -> Pushed:
    """Send a model's files, four at a time, each held against its digest by the registry, and
    then name them. Files that are there do not travel again: a push that was ended early is
    taken up by the next. Raises `InvalidVersion`, `TagTaken` for a version that exists with
    other content, `TagMoved`, `FolderError` where the files changed meanwhile, as `Registry`,
    and `Cancelled`: then there is no tag."""
    target = replace(request.target, digest="")
    check_version(target.tag)
    return _Push(registries.at(target.registry), request, target, job).run()


class _Push:
    def __init__(
        self, registry: Registry, request: PushRequest, target: Reference, job: Job
    ) -> None:
        self._registry = registry
        self._request = request
        self._files = request.files
        self._target = target
        self._token = job.token
        self._tally = Tally(tr("Sending"), job.report)

    def run(self) -> Pushed:
        repository, tag = self._target.repository, self._target.tag
        there = self._there()
        layers = self._files.layers
        for layer in layers:
            self._tell(layer, PartState.WAITING)
        if there is not None:
            # Whether it is the same is known before anything travels.
            digests = at_once(self._digest, layers, LAYERS_AT_ONCE, self._token)
            config, manifest = self._documents(digests)
            if is_same_model(there.content, manifest.content):
                for layer in layers:
                    self._tell(layer, PartState.THERE, layer.size_bytes)
                return self._pushed(there.digest, is_new=False)
            check_free(self._registry, repository, tag, manifest.digest, self._token)
        places = sorted(range(len(layers)), key=lambda place: -layers[place].size_bytes)
        sent = at_once(self._send_at, places, LAYERS_AT_ONCE, self._token)
        config, manifest = self._documents([digest for _, digest in sorted(sent)])
        self._registry.put_blob(repository, _blob(config), lambda _: None, self._token)
        put_tag(self._registry, repository, tag, manifest, self._token)
        return self._pushed(manifest.digest, is_new=True)

    def _there(self) -> Manifest | None:
        try:
            return self._registry.manifest(self._target.repository, self._target.tag, self._token)
        except NotInRegistry:
            return None

    def _digest(self, layer: LayerPlan, token: CancelToken) -> str:
        return digest_of(self._files, layer, token)

    def _documents(self, digests: Sequence[str]) -> tuple[bytes, Manifest]:
        request = self._request
        name = request.name or self._target.repository
        version = request.version or self._target.tag
        labels = artifact_labels(self._files, name, version, request.values)
        config = configuration(self._files, name, version, digests)
        return config, manifest_of(self._files, digests, config, labels)

    def _send_at(self, place: int, token: CancelToken) -> tuple[int, str]:
        layer = self._files.layers[place]
        digest = self._digest(layer, token)
        repository, size = self._target.repository, layer.size_bytes
        if self._registry.has_blob(repository, digest, token):
            self._tell(layer, PartState.THERE, size)
            return place, digest
        blob = Blob(digest, size, lambda first: content(self._files, layer, first, token))
        self._registry.put_blob(
            repository, blob, lambda done: self._tell(layer, PartState.MOVING, done), token
        )
        self._tell(layer, PartState.DONE, size)
        return place, digest

    def _tell(self, layer: LayerPlan, state: PartState, done: int = 0) -> None:
        self._tally(Part(layer.path, state, done, layer.size_bytes))

    def _pushed(self, digest: str, *, is_new: bool) -> Pushed:
        target = replace(self._target, digest=digest)
        return Pushed(target, is_new, self._tally.moved_bytes, self._tally.there_bytes)


def _blob(config: bytes) -> Blob:
    def read(first: int) -> Iterator[bytes]:
        yield config[first:]

    return Blob(digest_of_bytes(config), len(config), read)
