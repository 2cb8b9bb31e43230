"""What the core asks of the outside world. Adapters implement these; tests have fakes that pass
the same contract suites. Every method may raise the errors of `modeldesk.core.errors` that its
docstring or its nature names; none lets a library's own error through."""

import math
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from modeldesk.core.build.model import BuildEvent, BuildRecord, EngineBuild
from modeldesk.core.build_context.scan import ContextEntry, ContextPlan
from modeldesk.core.changes import Changes
from modeldesk.core.containers.model import (
    ContainerDetail,
    ContainerSpec,
    ContainerStats,
    ContainerSummary,
    HealthCheck,
    LogLine,
)
from modeldesk.core.engine.model import (
    BuildCache,
    EngineAttempt,
    EngineIdentity,
    EngineInfo,
    SignIn,
)
from modeldesk.core.ids import BuildId, ContainerId, DiffId, EngineId, ImageId, ModelName
from modeldesk.core.images import ImageDetail, ImageSummary
from modeldesk.core.jobs import CancelToken
from modeldesk.core.layers.parts import Told
from modeldesk.core.library.model import KeptVersion, RemoteVersion, RemoteVersions
from modeldesk.core.references import Reference
from modeldesk.core.releases.model import Deployment, DeploymentKey, JournalEntry, Release
from modeldesk.core.versioning.git_facts import GitFacts

FindSignIn = Callable[[str], SignIn | None]
"""Who the person is at a registry, which is named as references name it; None for nobody."""


class BuildContext(Protocol):
    """What an engine builds from. Reading raises `FolderError` for what is no longer as it was
    planned, and `Cancelled`."""

    @property
    def plan(self) -> ContextPlan | None:
        """What there is, for an engine that asks for what it has not; None when it can only be
        had whole."""
        ...

    def tar(self) -> Iterator[bytes]:
        """All of it. Asked for once."""
        ...

    def asked(self, entry: ContextEntry) -> None:
        """The engine wants this file of the plan. From any thread."""
        ...

    def content(self, entry: ContextEntry) -> Iterator[bytes]:
        """A file of the plan, `entry.size_bytes` in all. In any thread."""
        ...


class ImageEngine(Protocol):
    """A container engine. Safe to call from several threads; streams end with `Cancelled` when
    their token is cancelled, within 100 ms, and leave no socket open."""

    @property
    def info(self) -> EngineInfo:
        """What was learned when the connection was made; costs nothing."""
        ...

    def identity(self) -> EngineIdentity:
        """Which engine this is: the same after a restart or an update, and for every address
        that an engine which tells its own id is reached at; another for one that keeps other
        containers. Costs nothing, unless the engine was too busy to tell when the connection
        was made: then it is asked. Raises `EngineUnavailable`."""
        ...

    def ping(self) -> None:
        """Return when the engine answers; raise `EngineUnavailable` within 5 s when not."""
        ...

    def list_images(self) -> tuple[ImageSummary, ...]:
        """Every image that is not an intermediate one, in one call to the engine."""
        ...

    def image_summary(self, image: ImageId) -> ImageSummary | None:
        """One image as `list_images` would tell of it; None when it is gone."""
        ...

    def image_detail(self, image: ImageId) -> ImageDetail:
        """Inspect and history of one image. Raises `NotFound`."""
        ...

    def tag_image(self, image: ImageId, reference: Reference) -> None: ...

    def remove_image(self, name: str, *, force: bool = False) -> None:
        """Remove a reference (the image goes with its last one) or an image id.
        Raises `NotFound`, `InUse`."""
        ...

    def build_cache(self) -> BuildCache:
        """How much the cache of builds holds; nothing where the engine keeps none. Costs up to
        seconds on an engine with many images: ask when a person wants to know."""
        ...

    def empty_build_cache(self) -> int:
        """Remove what the cache holds beyond the layers of images; the bytes that came back.
        What a running build uses stays."""
        ...

    def events(self, token: CancelToken) -> Iterator[Changes]:
        """What changes on the engine, as it happens. The first item is yielded as soon as the
        stream stands (and may be empty), so that a list taken after it misses nothing. Ends
        with `EngineUnavailable` when the engine stops or the link breaks."""
        ...

    def build(
        self,
        build: EngineBuild,
        context: BuildContext,
        on_event: Callable[[BuildEvent], None],
        token: CancelToken,
    ) -> ImageId:
        """Build from a context, which is sent as it is read, or file by file as the engine asks
        for what it has not. Events say whatever the builder does: whoever keeps them masks
        secrets. Raises `BuildFailed`, `DiskFull`, `Cancelled`; an error raised by `context` comes
        through unchanged."""
        ...

    def list_containers(self) -> tuple[ContainerSummary, ...]:
        """Every container, stopped ones too, in one call."""
        ...

    def container(self, container: ContainerId) -> ContainerDetail:
        """Raises `NotFound`."""
        ...

    def create_container(self, spec: ContainerSpec) -> ContainerId:
        """Create, not start. Raises `NotFound` (the image), `InvalidInput`."""
        ...

    def start_container(self, container: ContainerId) -> None:
        """Raises `PortTaken`, `NotFound`, `EngineError`."""
        ...

    def stop_container(self, container: ContainerId, grace_seconds: int = 10) -> None:
        """Ask it to end, kill it after the grace. Nothing happens when it does not run."""
        ...

    def remove_container(self, container: ContainerId) -> None:
        """Remove it, running or not. Nothing happens when it is gone."""
        ...

    def check_health(
        self, container: ContainerId, token: CancelToken, longest_s: float = math.inf
    ) -> HealthCheck | None:
        """Run the image's own HEALTHCHECK once, now, inside the running container: the engine
        itself waits a whole interval before it first does. None when the image has none. One
        that is not done after `longest_s`, or after the time its image gives it, has failed.
        Raises `NotFound`; a container that does not run fails the check."""
        ...

    def rename_container(self, container: ContainerId, name: str) -> None: ...

    def recent_logs(self, container: ContainerId, lines: int = 50) -> tuple[LogLine, ...]:
        """The last lines it printed, oldest first."""
        ...

    def follow_logs(
        self, container: ContainerId, token: CancelToken, tail: int = 500
    ) -> Iterator[LogLine]:
        """The last `tail` lines, then each new one until the container ends."""
        ...

    def follow_stats(self, container: ContainerId, token: CancelToken) -> Iterator[ContainerStats]:
        """About one sample a second until the container ends."""
        ...

    def close(self) -> None:
        """Let go of every connection."""
        ...


class EngineFinder(Protocol):
    """Looks for an engine. `preferred` is the address chosen in the settings, or empty."""

    def find(self, preferred: str = "") -> tuple[ImageEngine | None, tuple[EngineAttempt, ...]]:
        """Connect to the first that answers, in the documented order; with a preferred address
        only that one is tried. An engine that a person named for docker (DOCKER_HOST, a context)
        is not replaced by another when it does not answer. The attempts say what each address
        answered."""
        ...

    def known_addresses(self) -> tuple[tuple[str, str], ...]:
        """(source, address) of every place that is searched, in order, for a person to choose
        from. Asks nobody."""
        ...


class AnswerProbe(Protocol):
    """Asks whether a server answers at a published port."""

    def answers(self, address: str, port: int) -> bool:
        """Whether an HTTP request gets any answer, whatever its status, within two seconds.
        A connection that is accepted and closed at once does not count: that is the engine's
        own proxy, with nobody behind it yet."""
        ...


class ImageRecords(Protocol):
    """Image details kept by image id: they never change, so each is asked for once."""

    def image_details(self, ids: Iterable[ImageId]) -> Mapping[ImageId, ImageDetail]:
        """The details known among `ids`."""
        ...

    def keep_image_details(self, details: Iterable[ImageDetail]) -> None: ...


class ToldKinds(Protocol):
    """What layers that were looked into tell of their kinds."""

    def told_layers(self, layers: Collection[DiffId] | None = None) -> Mapping[DiffId, Told]:
        """What is known of `layers`; None: of every layer, by one query."""
        ...


class VersionRecords(Protocol):
    """Every version that was ever seen, so that a model's history outlives its images."""

    def keep_versions(self, versions: Iterable[KeptVersion]) -> None:
        """Keep them; one of the same model and image is replaced."""
        ...

    def kept_versions(self, model: ModelName) -> tuple[KeptVersion, ...]:
        """All of a model, in no order."""
        ...


class VersionRegistry(Protocol):
    """Asks registries which versions they have. Nothing is fetched but manifests and
    configurations."""

    def versions(
        self,
        repository: str,
        known: Sequence[RemoteVersion],
        on_news: Callable[[RemoteVersion], None],
        token: CancelToken,
    ) -> RemoteVersions:
        """The versions in `repository` (with its registry). What is among `known` by its digest
        is not read again. Each that is not as known goes to `on_news` as soon as it is, in the
        caller's thread, so that it can be kept. Raises `RegistryError` (`NotInRegistry` when
        there is no such repository), `InvalidReference`, `Cancelled`."""
        ...


class RemoteRecords(Protocol):
    """The versions that registries were found to have, so that each is read once."""

    def remote_versions(self, repository: str) -> tuple[RemoteVersion, ...]:
        """All that were kept of a repository, in no order."""
        ...

    def keep_remote_versions(self, versions: Iterable[RemoteVersion]) -> None:
        """Keep them; one of the same repository and tag is replaced."""
        ...

    def forget_remote_versions(self, repository: str, tags: Iterable[str]) -> None:
        """Nothing is kept of these tags any more."""
        ...


class BuildRecords(Protocol):
    """Every build that was started."""

    def add_build(self, record: BuildRecord) -> None: ...

    def update_build(self, record: BuildRecord) -> None: ...

    def build(self, build: BuildId) -> BuildRecord | None: ...

    def recent_builds(self, limit: int = 100) -> tuple[BuildRecord, ...]:
        """Newest first, without their logs."""
        ...

    def mark_interrupted_builds(self) -> int:
        """Records still RUNNING that no living program owns become INTERRUPTED; how many."""
        ...


class ReleaseRecords(Protocol):
    """Deployments of every engine, their releases, and the journal that survives a crash."""

    def deployments(self) -> tuple[Deployment, ...]:
        """By name, then engine."""
        ...

    def deployment(self, key: DeploymentKey) -> Deployment | None: ...

    def save_deployment(self, deployment: Deployment) -> None: ...

    def delete_deployment(self, key: DeploymentKey) -> None:
        """The deployment goes; its releases stay as history."""
        ...

    def move(self, key: DeploymentKey, engine: EngineId) -> None:
        """The deployment and its releases belong to `engine` from now on. Nothing happens when
        there is one of that name already."""
        ...

    def keep_engine(self, engine: EngineIdentity) -> None:
        """Remember where the engine was reached last."""
        ...

    def engine_addresses(self) -> Mapping[EngineId, str]:
        """Where each engine that was kept was reached last."""
        ...

    def add_release(self, release: Release) -> int:
        """Store a new release (its `id` is ignored) and return its id."""
        ...

    def finish_release(self, release: Release) -> None:
        """Replace the release with the same id."""
        ...

    def releases(self, key: DeploymentKey) -> tuple[Release, ...]:
        """Newest first."""
        ...

    def unfinished_releases(self) -> tuple[Release, ...]:
        """Those still RUNNING, of every engine: left by a crash, or under way in another
        program. Oldest first."""
        ...

    def write_journal(self, entry: JournalEntry) -> None:
        """On disk when this returns."""
        ...

    def journal(self, release: int) -> tuple[JournalEntry, ...]:
        """In the order written."""
        ...


class DeploymentLocks(Protocol):
    """Keeps two programs, or two threads, from changing one deployment, or giving one version,
    at once. A lock dies with the process that holds it."""

    def hold(self, name: str, engine: str = "") -> AbstractContextManager[None]:
        """Hold a deployment of an engine, or a version by its reference, while inside. Raises
        `AlreadyRunning` at once when it is held, `RecordsError` when no lock can be made."""
        ...


class SourceControl(Protocol):
    """Facts from version control about a folder."""

    def facts(self, folder: Path) -> GitFacts | None:
        """None when the folder is under no version control. Raises `SourceControlError`."""
        ...
