"""What several rooms of the core ask of the outside world; what one room asks is in the `ports` of
that room. Adapters implement these; tests have fakes that pass the same contract suites. Every
method may raise the errors of `modeldesk.core.errors` that its docstring or its nature names; none
lets a library's own error through."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Protocol

from modeldesk.core.changes import Changes
from modeldesk.core.containers.model import (
    CommandResult,
    ContainerDetail,
    ContainerSpec,
    ContainerStats,
    ContainerSummary,
    HealthCheck,
    LogLine,
    Network,
    Process,
    Volume,
)
from modeldesk.core.engine.model import (
    BuildCache,
    EngineAttempt,
    EngineIdentity,
    EngineInfo,
    EngineStart,
    Pulled,
    SignIn,
)
from modeldesk.core.ids import ContainerId, ImageId
from modeldesk.core.images import ImageDetail, ImageSummary
from modeldesk.core.jobs import CancelToken, Part
from modeldesk.core.references import Reference

if TYPE_CHECKING:
    # All that a build is made of comes with them, and whoever asks for none need not wait for it.
    from modeldesk.core.build.model import BuildEvent, EngineBuild
    from modeldesk.core.build_context.scan import ContextEntry, ContextPlan

FindSignIn = Callable[[str], SignIn | None]
"""Who the person is at a registry, which is named as references name it; None for nobody."""


class BuildContext(Protocol):
    """What an engine builds from. Reading raises `FolderError` for what is no longer as it was
    planned, and `Cancelled`."""

    @property
    def plan(self) -> "ContextPlan | None":
        """What there is, for an engine that asks for what it has not; None when it can only be
        had whole."""
        ...

    def tar(self) -> Iterator[bytes]:
        """All of it. Asked for once."""
        ...

    def asked(self, entry: "ContextEntry") -> None:
        """The engine wants this file of the plan. From any thread."""
        ...

    def content(self, entry: "ContextEntry") -> Iterator[bytes]:
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

    def started(self) -> EngineStart | None:
        """When the engine itself was started, within about a second; None where it does not tell.
        A start that left its containers running need not count."""
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

    def push(
        self, reference: Reference, on_part: Callable[[Part], None], token: CancelToken
    ) -> str:
        """Send the image that `reference` (with a tag) names to its registry, signed in as the
        person is there; the digest the registry knows it by. Raises `NotFound` for no such image
        here, `RegistryDenied`, `RegistryUnavailable`, `RegistryBusy`, `RegistryError`,
        `Cancelled`."""
        ...

    def pull(
        self, reference: Reference, on_part: Callable[[Part], None], token: CancelToken
    ) -> Pulled:
        """Have an image sent that `reference` names by its digest (it gets no tag then) or else
        its tag. Raises as `push`, `NotInRegistry` for what is not there, and `DiskFull`."""
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
        build: "EngineBuild",
        context: BuildContext,
        on_event: Callable[["BuildEvent"], None],
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
        """Raises `PortTaken`, `NotFound` (the network too), `EngineError`. One that asks for a
        GPU which the engine has not can never start: it is removed."""
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

    def run_command(
        self,
        container: ContainerId,
        command: Sequence[str],
        token: CancelToken,
        longest_s: float = 30.0,
    ) -> CommandResult:
        """Run a command inside the running container, with no input. One that is not done after
        `longest_s` is cut off; a command that is not there has a code of 126 or 127. Raises
        `NotFound`, `EngineError` (the container does not run), `Cancelled`."""
        ...

    def send_signal(self, container: ContainerId, signal: str) -> None:
        """Send a signal, such as ``HUP``, to what the container runs. Raises `NotFound`,
        `EngineError` (it does not run)."""
        ...

    def processes(self, container: ContainerId) -> tuple[Process, ...]:
        """What runs in the container now. Raises `NotFound`, `EngineError` (it does not run)."""
        ...

    def put_files(self, container: ContainerId, folder: str, files: Mapping[str, bytes]) -> None:
        """Write files below a folder that is there (of a writable mount, where the container is
        locked down), in the place of those of the same path, whether it runs or not. Every
        process in the container may read them. Raises `NotFound`."""
        ...

    def list_volumes(self) -> tuple[Volume, ...]:
        """Every named volume, in one call."""
        ...

    def create_volume(self, volume: Volume) -> None:
        """Nothing happens when there is one of that name."""
        ...

    def remove_volume(self, name: str) -> None:
        """With all that is in it. Nothing happens when it is gone. Raises `InUse`."""
        ...

    def volume_bytes(self, name: str, token: CancelToken) -> int | None:
        """What it takes on the engine's disk; None where the engine can't tell. Costs up to
        seconds, as `build_cache` does. Raises `NotFound`, `Cancelled`."""
        ...

    def create_network(self, name: str, labels: Mapping[str, str]) -> Network:
        """A network of containers alone on one machine, with a subnet of the engine's choice, on
        which containers can have fixed addresses. One of that name stays as it is."""
        ...

    def used_addresses(self, network: str) -> frozenset[str]:
        """The addresses that containers have on it, and those that stopped ones will have
        again. Raises `NotFound`."""
        ...

    def remove_network(self, name: str) -> None:
        """Nothing happens when it is gone. Raises `InUse` while a running container is on it."""
        ...

    def rename_container(self, container: ContainerId, name: str) -> None: ...

    def recent_logs(self, container: ContainerId, lines: int = 50) -> tuple[LogLine, ...]:
        """The last lines it printed, oldest first."""
        ...

    def follow_logs(
        self,
        container: ContainerId,
        token: CancelToken,
        tail: int | None = 500,
        since: float | None = None,
    ) -> Iterator[LogLine]:
        """The last `tail` lines (None: all), then each new one until the container ends. With
        `since` (seconds since the epoch) what was printed before then is left out."""
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


class DeploymentLocks(Protocol):
    """Keeps two programs, or two threads, from changing one deployment, or giving one version,
    at once. A lock dies with the process that holds it."""

    def hold(self, name: str, engine: str = "") -> AbstractContextManager[None]:
        """Hold a deployment of an engine, or a version or channel by its reference, while inside.
        Raises `AlreadyRunning` at once when it is held, `RecordsError` when no lock can be made."""
        ...
