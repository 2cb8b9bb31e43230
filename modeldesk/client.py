"""Models in a registry, from Python: register, find, move channels, download.

::

    from modeldesk.client import ModelRegistry

    with ModelRegistry("registry.lan:5000") as registry:
        version = registry.register_model(
            name="team/rec", model_path="model/", metadata={"accuracy": 0.943}
        )
        best = registry.search("accuracy >= 0.9 and channel != deprecated")[0]
        registry.set_channel("team/rec", "candidate", version.name, why="better than v1.4.2")
        registry.download("team/rec", version.name, to="here/")

It is the same as in the program's window and on its command line: the same settings (registries,
their certificates, rules of channels), the same sign-ins, the same history of channels. No window
is opened and no engine is asked.

What goes wrong and is expected to is a `ModelDeskError` with `message` and `hint`; the tree of them
is in `modeldesk.core.errors`. Every method that asks a registry raises `RegistryUnavailable`,
`RegistryDenied`, `RegistryBusy`, `RegistryLied` and `RegistryError`, and `Cancelled` when its
`cancel` is; `InvalidInput` (or `InvalidReference`, a kind of it) is for what was written wrongly.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from os import PathLike, fspath
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from modeldesk.core.errors import ModelDeskError
from modeldesk.core.jobs import CancelToken, Job, Part, PartState, Progress
from modeldesk.late import Once

if TYPE_CHECKING:
    from datetime import datetime

    from modeldesk.core.artifacts.catalogue import Catalogue, HeldVersion
    from modeldesk.core.references import Reference
    from modeldesk.core.versioning.names import Scheme

__all__ = [
    "CancelToken",
    "Model",
    "ModelDeskError",
    "ModelRegistry",
    "Part",
    "PartState",
    "Progress",
    "Version",
]

MetadataValue = str | float | bool | Mapping[str, str | float | bool]
Metadata = Mapping[str, MetadataValue]
Hear = Callable[[Progress], None]


@dataclass(frozen=True, slots=True)
class Version:
    """A version of a model, as its registry tells of it."""

    model: str
    name: str
    """Such as ``v1.2.0``; the digest for what has no name but a channel's."""
    digest: str
    reference: str
    """With registry, repository, name and digest: what others pull it by."""
    kind: str
    """``ModelPack``, ``KitOps ModelKit``, ``Docker model``, or ``image``."""
    size_bytes: int
    created: "datetime"
    framework: str = ""
    metrics: Mapping[str, float] = field(default_factory=dict)
    parameters: Mapping[str, str | float] = field(default_factory=dict)
    """What it was trained with."""
    tags: Mapping[str, str | float] = field(default_factory=dict)
    dataset: str = ""
    training_seconds: float | None = None
    channels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Model:
    """A model and its versions."""

    name: str
    versions: tuple[Version, ...]
    """The newest name first."""

    @property
    def channels(self) -> Mapping[str, str]:
        """Channels that name one version, with its name; ``deprecated`` names any number, and is
        said by `Version.channels`."""
        return {
            channel: version.name
            for version in self.versions
            for channel in version.channels
            if channel != "deprecated"
        }


class ModelRegistry:
    """One registry. Any number of threads may use it; leave it with `close`, or as a context."""

    def __init__(
        self, registry: str | None = None, *, home: "str | PathLike[str] | None" = None
    ) -> None:
        """`registry` is a host with its port, such as ``registry.lan:5000``, and may have the
        beginning of names behind it: ``registry.lan:5000/team``. None takes the default registry
        of the settings. `home` is the folder for settings and history, in place of the user's
        own. Nothing is asked yet. Raises `InvalidReference`, and `InvalidInput` where no registry
        is named anywhere."""
        from modeldesk.composition import Parts
        from modeldesk.core.registry.place import registry_place
        from modeldesk.paths import Paths

        paths = Paths.of_user() if home is None else Paths.under(Path(fspath(home)))
        self._parts = Parts(paths)
        self._place = registry_place(registry or self._parts.settings.default_registry)

    @Once
    def _catalogue(self) -> "Catalogue":
        from modeldesk.core.artifacts.catalogue import Catalogue

        return Catalogue(self._parts.registries)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of connections and files."""
        self._parts.close()

    def register_model(
        self,
        name: str,
        model_path: "str | PathLike[str]",
        metadata: Metadata | None = None,
        version: str | None = None,
        progress: Hear | None = None,
        *,
        scheme: str | None = None,
        cancel: CancelToken | None = None,
    ) -> Version:
        """Send a folder with a model, or a single file of weights, as a ModelPack artifact.

        `metadata` is kept beside what the files say of themselves, and in place of it:
        ``{"accuracy": 0.94, "dataset": "clicks-2025-11", "training_time": "90min",
        "params": {"lr": 0.01}, "tags": {"owner": "mia"}}``; a bare name is a metric where its value
        is a number, else a tag. Without a `version` it gets the next one by `scheme`
        (``semantic``, ``commit`` or ``timestamp``; None: as in the settings). `progress` is called
        from worker threads with the parts of the transfer.

        The same model under the same version again is no error, and nothing moves. Raises
        `TagTaken` for a version that exists with other content, `InvalidVersion`, `FolderError`,
        `ArtifactError` where there are no weights, `InvalidInput` for metadata that can't be.
        Cancelled or failed, no version is left, and what was sent is not sent again."""
        from modeldesk.composition import now
        from modeldesk.core.artifacts.registering import Registration, register
        from modeldesk.core.metadata.given import from_mapping

        chosen = scheme or self._parts.settings.version_scheme
        wanted = Registration(
            Path(fspath(model_path)),
            self._repository(name),
            version or "",
            _scheme(chosen),
            from_mapping(metadata or {}),
        )
        job = _job(progress, cancel)
        done = register(self._parts.registries, wanted, self._parts.git_facts, now, job)
        return self.get_version(name, done.pushed.target.tag, cancel=cancel)

    def list_models(self, *, cancel: CancelToken | None = None) -> tuple[Model, ...]:
        """Every repository that has a model or image, by name. Where a registry does not tell its
        repositories, those are asked that the settings name for it; with none there either,
        raises `NotInRegistry`."""
        return tuple(
            Model(name, versions)
            for name in self._names(cancel or CancelToken())
            if (versions := self._versions(name, cancel))
        )

    def get_version(self, name: str, version: str, *, cancel: CancelToken | None = None) -> Version:
        """A version by its name, by a channel that one version has, or by its digest. Raises
        `NotInRegistry`."""
        return _version(name, self._held(name, version, cancel))

    def download(
        self,
        name: str,
        version: str,
        to: "str | PathLike[str]",
        progress: Hear | None = None,
        *,
        replace: bool = False,
        cancel: CancelToken | None = None,
    ) -> Path:
        """Have the files of a version (named as for `get_version`) in the folder `to`, which is
        made where it is not there; its path. Every file is held against its digest before it has
        its name; files that are there and the same are not fetched again, and one that was broken
        off is gone on with. Raises `NotInRegistry`, `NoArtifact` for a container image,
        `ArtifactUnsafe` for one whose files would lie elsewhere, `ExtractFailed` where other files
        are in the way (unless `replace`) or the disk is full, `AlreadyRunning` while another
        program downloads to the same folder."""
        from modeldesk.core.artifacts.pulling import PullRequest, pull

        held = self._held(name, version, cancel)
        folder = Path(fspath(to))
        request = PullRequest(held.reference, folder, replace=replace)
        pull(self._parts.registries, request, self._parts.locks, _job(progress, cancel))
        return folder

    def search(self, query: str = "", *, cancel: CancelToken | None = None) -> tuple[Version, ...]:
        """The versions that a query is true of, the newest first: ``accuracy >= 0.9 and dataset =
        "clicks-2025-11" and channel != deprecated``, in the language of the window's and the
        command line's search; the empty query finds all. What was read of a digest once is not
        read again. Raises `InvalidQuery` with the column, and as `list_models`."""
        from modeldesk.composition import now
        from modeldesk.core.search.evaluate import matches
        from modeldesk.core.search.parse import parse

        moment = now().astimezone()
        wanted = parse(query, moment)
        token = cancel or CancelToken()
        found: list[Version] = []
        for name in self._names(token):
            versions = self._catalogue.versions(self._repository(name), token)
            found += [_version(name, one) for one in versions if matches(wanted, one.entry, moment)]
        return tuple(sorted(found, key=lambda one: one.created, reverse=True))

    def set_channel(
        self,
        name: str,
        channel: str,
        version: str,
        why: str = "",
        *,
        override: bool = False,
        cancel: CancelToken | None = None,
    ) -> Version:
        """Let a channel name this version from now on, in the registry. Who did it, when, why and
        from which digest is kept in the channel's history, in the registry: every program sees
        it, the window too. A version that has the channel
        already stays as it is.

        Raises `NotInRegistry`, `InvalidInput` for no channel, `RuleBroken` where the version does
        not meet the channel's rules (with `override` and a reason it moves all the same),
        `ChannelMoved` where somebody else moved it in the same moment, `AlreadyRunning` while
        another program moves it, `RecordsError` where the history can't be kept: then nothing has
        moved."""
        from modeldesk.core.channels.no_engine import NoEngine
        from modeldesk.core.channels.rules import judged_in_registry

        token = cancel or CancelToken()
        repository = self._repository(name)
        versions = self._catalogue.versions(repository, token)
        held = _chosen(name, version, versions)
        names = {one.held.digest: one.name for one in versions if one.name}
        judged = judged_in_registry(held.name, held.held.digest, held.channels, held.held.labels)
        service = self._parts.channels
        plan = service.plan_in_registry(
            repository, judged, held.held.digest, channel, lambda one: names.get(one, one), token
        )
        if plan.alters:
            service.move(NoEngine(), plan, why, Job(token), override=override)
        return self.get_version(name, held.name, cancel=cancel)

    def _held(self, name: str, version: str, cancel: CancelToken | None) -> "HeldVersion":
        found = self._catalogue.versions(self._repository(name), cancel or CancelToken())
        return _chosen(name, version, found)

    def _versions(self, name: str, cancel: CancelToken | None) -> tuple[Version, ...]:
        found = self._catalogue.versions(self._repository(name), cancel or CancelToken())
        return tuple(_version(name, one) for one in found)

    def _names(self, token: CancelToken) -> tuple[str, ...]:
        """Of models, as they are asked for here."""
        from modeldesk.core.errors import NotInRegistry
        from modeldesk.core.registry.known import known_as

        registry, below = self._place.registry, self._place.prefix
        try:
            listed = self._parts.registries.at(registry).repositories(token)
        except NotInRegistry:
            listed = known_as(self._parts.settings.registries, registry).repositories
            if not listed:
                raise
        return tuple(one.removeprefix(below) for one in listed if one.startswith(below))

    def _repository(self, name: str) -> "Reference":
        return self._place.repository(name)


def _chosen(name: str, version: str, found: "tuple[HeldVersion, ...]") -> "HeldVersion":
    from modeldesk.core.errors import NotInRegistry
    from modeldesk.core.versioning.names import tag_of
    from modeldesk.core.words import tr

    tag = tag_of(version)
    for one in found:
        moving = [channel for channel in one.channels if channel != "deprecated"]
        if tag in (one.name, one.held.digest) or tag in moving:
            return one
    raise NotInRegistry(
        tr("There is no version {version} of {model}.", version=version, model=name),
        tr("There are {names}.", names=", ".join(one.name for one in found[:10])) if found else "",
    )


def _version(name: str, held: "HeldVersion") -> Version:
    from modeldesk.core.labels import FRAMEWORK_LABEL
    from modeldesk.core.metadata.model import DATASET, TRAINING_TIME, Section

    told = held.metadata.values
    by_section: dict[Section, dict[str, str | float]] = {section: {} for section in Section}
    for key, one in told.items():
        by_section[key.section][key.name] = one.value
    artifact = held.held.artifact
    framework = artifact.framework if artifact is not None else ""
    dataset, training = told.get(DATASET), told.get(TRAINING_TIME)
    return Version(
        model=name,
        name=held.name or held.held.digest,
        digest=held.held.digest,
        reference=str(held.reference),
        kind=artifact.kind.value if artifact is not None else "image",
        size_bytes=held.held.size_bytes,
        created=held.held.created,
        framework=framework or held.held.labels.get(FRAMEWORK_LABEL, ""),
        metrics={
            key: one for key, one in by_section[Section.METRIC].items() if not isinstance(one, str)
        },
        parameters=by_section[Section.PARAMETER],
        tags=by_section[Section.TAG],
        dataset=str(dataset.value) if dataset else "",
        training_seconds=(
            float(training.value) if training and not isinstance(training.value, str) else None
        ),
        channels=held.channels,
    )


def _scheme(name: str) -> "Scheme":
    from modeldesk.core.errors import InvalidInput
    from modeldesk.core.versioning.names import Scheme
    from modeldesk.core.words import tr

    try:
        return Scheme(name)
    except ValueError:
        names = ", ".join(scheme.value for scheme in Scheme)
        raise InvalidInput(
            tr("Versions are not named by “{scheme}”.", scheme=name),
            tr("There are {names}.", names=names),
        ) from None


def _job(progress: Hear | None, cancel: CancelToken | None) -> Job:
    token = cancel or CancelToken()
    return Job(token, progress) if progress is not None else Job(token)
