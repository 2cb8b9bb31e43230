"""An engine in memory, for tests that need none to run. It passes the contract suite of real
ones. What it holds, how its containers and builds go, and when it is gone, is scripted."""

import itertools
import math
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from modeldesk.core.build.model import BuildEvent, EngineBuild
from modeldesk.core.changes import Changes
from modeldesk.core.containers.model import (
    CommandResult,
    ContainerDetail,
    ContainerSpec,
    ContainerStats,
    ContainerStatus,
    ContainerSummary,
    Health,
    HealthCheck,
    LogLine,
    Network,
    PortBinding,
    Process,
    Volume,
)
from modeldesk.core.engine.model import (
    AttemptOutcome,
    BuildCache,
    EngineAttempt,
    EngineIdentity,
    EngineInfo,
    EngineStart,
    Pulled,
)
from modeldesk.core.errors import (
    EngineError,
    EngineUnavailable,
    InUse,
    InvalidInput,
    ModelDeskError,
    NotFound,
    PortTaken,
)
from modeldesk.core.ids import ContainerId, EngineId, ImageId
from modeldesk.core.images import ImageConfig, ImageDetail, ImageSummary
from modeldesk.core.jobs import CancelToken, Part
from modeldesk.core.ports import BuildContext, ImageEngine
from modeldesk.core.references import Reference
from tests.fakes.engine_build import BuildScript, FakeBuild
from tests.fakes.engine_build_files import FakeReceiver, KeptFiles
from tests.fakes.engine_containers import Behaviour, FakeContainer, bound
from tests.fakes.engine_images import BASE_STEPS, FakeImage, Step, diff_ids, digest, make_image
from tests.fakes.engine_networks import FakeNetworks
from tests.fakes.engine_registries import EngineRegistries
from tests.fakes.engine_volumes import FakeVolumes

INFO = EngineInfo(
    address="unix:///fake/docker.sock",
    source="fake",
    product="Docker Engine",
    version="28.5.2",
    api_version="1.51",
    operating_system="Debian GNU/Linux 12 (bookworm)",
    architecture="x86_64",
    storage_driver="overlay2",
    builds_with_buildkit=True,
)
_FIRST_FREE_PORT = 49153
_LOST = 255
"""What is said of a process that went with its engine."""


class FakeEngine:
    """Implements `ImageEngine`. `calls` counts every call by name; `latency_s` delays each.
    `own_id` is what it says it is; its address where that is empty."""

    def __init__(self, info: EngineInfo = INFO, latency_s: float = 0.0, own_id: str = "") -> None:
        self.latency_s = latency_s
        self.build_script = BuildScript()
        self.cache = BuildCache()
        """What its builds have left; `keeps_layers` moves layers of images there that go."""
        self.keeps_layers = False
        self.taken_ports: set[int] = set()
        """Host ports that something else on the machine holds."""
        self.calls: dict[str, int] = {}
        self.closed = False
        self.registries = EngineRegistries()
        """What it reaches, and what is there."""
        self.volumes = FakeVolumes()
        self.networks = FakeNetworks()
        self.has_gpu = False
        self._info = info
        self._own_id = EngineId(own_id or info.address)
        self._state = threading.Condition(threading.RLock())
        self._up = True
        self._started = datetime.now(UTC) - timedelta(days=1)
        self._images: dict[ImageId, FakeImage] = {}
        self._holders: dict[Reference, ImageId] = {}
        """Which image has which tag."""
        self._containers: dict[ContainerId, FakeContainer] = {}
        self._behaviours: dict[ImageId, Behaviour] = {}
        self._failures: dict[str, list[ModelDeskError]] = {}
        self._listeners: list[list[Changes]] = []
        self._made_layers: set[str] = set()
        self._kept_files: KeptFiles = {}
        self._numbers = itertools.count(1)

    # Scripting

    def add_image(
        self,
        *tags: str,
        steps: Iterable[Step | tuple[str, int]] = (),
        base: Iterable[Step | tuple[str, int]] = BASE_STEPS,
        labels: Mapping[str, str] | None = None,
        created: datetime | None = None,
        config: ImageConfig | None = None,
        digests: Iterable[str] = (),
        behaviour: Behaviour | None = None,
    ) -> ImageId:
        """An image of `base` and then `steps` appears, as by the command line. A tag that
        another image has moves."""
        image = make_image(
            (),
            tuple(Step(*step) for step in (*base, *steps)),
            labels or {},
            created,
            config,
            [Reference.parse(name) for name in digests],
            salt=str(next(self._numbers)),
        )
        with self._state:
            self._images[image.id] = image
            if behaviour:
                self._behaviours[image.id] = behaviour
            touched = {image.id}
            for tag in tags:
                touched |= self._give(image, Reference.parse(tag))
            self.emit(Changes(images=frozenset(touched)))
        return image.id

    def behaves(self, image: ImageId, behaviour: Behaviour) -> None:
        """How containers of `image` that are made from now on behave."""
        with self._state:
            self._behaviours[image] = behaviour

    def now_behaves(self, container: ContainerId, behaviour: Behaviour) -> None:
        """How a container that is there goes on."""
        with self._state:
            self._container(container).behaviour = behaviour

    def signals(self, container: ContainerId) -> list[str]:
        """What was sent to it."""
        with self._state:
            return list(self._container(container).signals)

    def set_health(self, container: ContainerId, health: Health) -> None:
        """Its health from now on, with the event."""
        with self._state:
            found = self._container(container)
            found.behaviour = _with_health(found.behaviour, health)
            self._container_changed(container)

    def print_line(self, container: ContainerId, text: str, error: bool = False) -> None:
        """The container prints a line."""
        with self._state:
            self._container(container).prints(LogLine(text, error))
            self._state.notify_all()

    def end_container(self, container: ContainerId, exit_code: int = 1) -> None:
        """It ends by itself."""
        with self._state:
            self._container(container).end(exit_code)
            self._container_changed(container)

    def fail_next(self, method: str, error: ModelDeskError) -> None:
        """The next call of `method` raises `error`; call again for the one after."""
        with self._state:
            self._failures.setdefault(method, []).append(error)

    def pause(self, container: ContainerId) -> None:
        """As ``docker pause`` does."""
        with self._state:
            self._containers[container].status = ContainerStatus.PAUSED

    def disconnect(self, container: ContainerId) -> None:
        """As ``docker network disconnect`` does."""
        with self._state:
            found = self._containers[container]
            found.spec = replace(found.spec, network="", address="")

    def emit(self, changes: Changes) -> None:
        """Every stream of events tells of `changes`."""
        with self._state:
            for listener in self._listeners:
                listener.append(changes)
            self._state.notify_all()

    def stop(self) -> None:
        """The engine is gone: streams end, calls fail, containers end."""
        with self._state:
            self._up = False
            for container in self._containers.values():
                if container.running:
                    container.end(_LOST)
            self._state.notify_all()

    def come_back(self, *, stops: bool = False) -> None:
        """With `stops` it finds its containers alive, and stops them before it runs itself."""
        with self._state:
            self._up = True
            for container in self._containers.values():
                if stops and container.exit_code == _LOST:
                    container.end(0)
            self._started = datetime.now(UTC)

    def runs_at(self, network: str, address: str) -> bool:
        """Whether a container runs that has this fixed address."""
        with self._state:
            return any(
                one.running and (one.spec.network, one.spec.address) == (network, address)
                for one in self._containers.values()
            )

    @property
    def up(self) -> bool:
        return self._up

    @property
    def streams(self) -> int:
        """How many streams of events are being read."""
        with self._state:
            return len(self._listeners)

    # The port

    @property
    def info(self) -> EngineInfo:
        return self._info

    def identity(self) -> EngineIdentity:
        return EngineIdentity(self._own_id, self._info.address)

    def started(self) -> EngineStart | None:
        with self._call("started"):
            ago = datetime.now(UTC) - self._started
            return EngineStart(self._started, ago.total_seconds())

    def ping(self) -> None:
        with self._call("ping"):
            pass

    def list_images(self) -> tuple[ImageSummary, ...]:
        with self._call("list_images"):
            images = sorted(self._images.values(), key=lambda one: one.created, reverse=True)
            return tuple(image.summary() for image in images)

    def image_summary(self, image: ImageId) -> ImageSummary | None:
        with self._call("image_summary"):
            found = self._images.get(image)
            return found.summary() if found else None

    def image_detail(self, image: ImageId) -> ImageDetail:
        with self._call("image_detail"):
            return self._image(image).detail()

    def tag_image(self, image: ImageId, reference: Reference) -> None:
        with self._call("tag_image"):
            touched = self._give(self._image(image), reference)
            self.emit(Changes(images=frozenset(touched)))

    def remove_image(self, name: str, *, force: bool = False) -> None:
        with self._call("remove_image"):
            image = self._image(name)
            by_name = name != image.id
            names = {_tagged(name)} if by_name else set(image.tags)
            if not by_name and len(names) > 1 and not force:
                raise InUse("The image has several names.", "Remove every one of its names.")
            if names >= image.tags:
                self._check_unused(image, force)
                del self._images[image.id]
                self._move_to_cache(image)
            else:
                image.tags -= names
            for tag in names:
                self._holders.pop(tag, None)
            self.emit(Changes(images=frozenset({image.id})))

    def push(
        self, reference: Reference, on_part: Callable[[Part], None], token: CancelToken
    ) -> str:
        token.raise_if_cancelled()
        with self._call("push"):
            found = self._image(str(reference))
        pushed = self.registries.push(found, reference, on_part, token)
        with self._call("push_end"):
            found.digests.add(replace(reference, tag="", digest=pushed))
            self.emit(Changes(images=frozenset({found.id})))
        return pushed

    def pull(
        self, reference: Reference, on_part: Callable[[Part], None], token: CancelToken
    ) -> Pulled:
        token.raise_if_cancelled()
        with self._call("pull"):
            here = {diff for image in self._images.values() for diff in diff_ids(image.steps)}
        image, pulled = self.registries.pull(reference, here, on_part, token)
        with self._call("pull_end"):
            image = self._images.setdefault(image.id, image)
            image.digests.add(replace(reference, tag="", digest=pulled))
            touched = {image.id}
            if not reference.digest:
                touched |= self._give(image, reference)
            self.emit(Changes(images=frozenset(touched)))
        return Pulled(image.id, pulled)

    def build_cache(self) -> BuildCache:
        with self._call("build_cache"):
            return self.cache

    def empty_build_cache(self) -> int:
        with self._call("empty_build_cache"):
            came_back = self.cache.own_bytes
            self.cache = BuildCache(0, self.cache.shared_bytes)
            return came_back

    def events(self, token: CancelToken) -> Iterator[Changes]:
        with self._call("events"):
            waiting: list[Changes] = [Changes()]
            self._listeners.append(waiting)
        try:
            with token.closing(self._wake):
                while True:
                    yield self._next(waiting, token)
        finally:
            with self._state:
                self._listeners = [one for one in self._listeners if one is not waiting]

    def build(
        self,
        build: EngineBuild,
        context: BuildContext,
        on_event: Callable[[BuildEvent], None],
        token: CancelToken,
    ) -> ImageId:
        token.raise_if_cancelled()
        with self._call("build"):
            script = self.build_script
        kept = self._kept_files if self._info.builds_with_buildkit else None
        receiver = FakeReceiver(context, kept, self._check_up)
        work = FakeBuild(script, self._find_image, self._made_layers, on_event, token)
        image = work.run(build, receiver)
        with self._call("build_end"):
            image = self._images.setdefault(image.id, image)
            touched = {image.id}
            for tag in build.tags:
                touched |= self._give(image, tag)
            self.emit(Changes(images=frozenset(touched)))
        return image.id

    def list_containers(self) -> tuple[ContainerSummary, ...]:
        with self._call("list_containers"):
            return tuple(one.summary() for one in reversed(self._containers.values()))

    def container(self, container: ContainerId) -> ContainerDetail:
        with self._call("container"):
            found = self._container(container)
            self._inspected(found)
            return found.detail()

    def create_container(self, spec: ContainerSpec) -> ContainerId:
        with self._call("create_container"):
            image = self._image(spec.image)
            number = next(self._numbers)
            name = spec.name or f"fake_{number}"
            self._check_name_free(name)
            made = FakeContainer(
                self._new_container_id(number),
                name,
                image.id,
                spec,
                self._behaviours.get(image.id, Behaviour()).of(spec),
                datetime.now(UTC).replace(microsecond=0),
            )
            self._containers[made.id] = made
            for mount in spec.mounts:
                if not mount.source.startswith("/"):
                    self.volumes.create(Volume(mount.source))
            self._container_changed(made.id)
            return made.id

    def start_container(self, container: ContainerId) -> None:
        with self._call("start_container"):
            found = self._container(container)
            if found.running:
                return
            if found.behaviour.start_error:
                raise found.behaviour.start_error
            if found.spec.limits.gpus and not self.has_gpu:
                del self._containers[container]
                raise EngineError(
                    "The engine has no GPU that a container could get.", "Ask for none."
                )
            self.networks.check(found, self._containers.values())
            found.start(self._bound_ports(found.spec.ports))
            self._container_changed(container)

    def stop_container(self, container: ContainerId, grace_seconds: int = 10) -> None:
        with self._call("stop_container"):
            found = self._container(container)
            if found.running:
                found.end(143)
                self._container_changed(container)

    def remove_container(self, container: ContainerId) -> None:
        with self._call("remove_container"):
            if self._containers.pop(container, None):
                self._container_changed(container)

    def check_health(
        self, container: ContainerId, token: CancelToken, longest_s: float = math.inf
    ) -> HealthCheck | None:
        """Passes when the scripted health, moved on by one inspection, is HEALTHY."""
        token.raise_if_cancelled()
        with self._call("check_health"):
            found = self._container(container)
            if not found.behaviour.health:
                return None
            self._inspected(found)
            passed = found.running and found.health is Health.HEALTHY
        if found.behaviour.check_hangs:
            token.wait(min(60, longest_s))
            token.raise_if_cancelled()
            passed = False
        return HealthCheck(passed, found.behaviour.health_output)

    def run_command(
        self,
        container: ContainerId,
        command: Sequence[str],
        token: CancelToken,
        longest_s: float = 30.0,
    ) -> CommandResult:
        token.raise_if_cancelled()
        with self._call("run_command"):
            result = self._running(container).behaviour.runs(tuple(command))
        if result is None:
            token.wait(min(60, longest_s))
            token.raise_if_cancelled()
            return CommandResult(None)
        return result

    def send_signal(self, container: ContainerId, signal: str) -> None:
        with self._call("send_signal"):
            found = self._running(container)
            found.signals.append(signal)
            heard = found.behaviour.on_signal
            if signal not in found.behaviour.heeds:
                found.end(137 if signal == "KILL" else 143)
                self._container_changed(container)
        if heard is not None:
            heard(signal)

    def processes(self, container: ContainerId) -> tuple[Process, ...]:
        with self._call("processes"):
            return self._running(container).behaviour.processes

    def put_files(self, container: ContainerId, folder: str, files: Mapping[str, bytes]) -> None:
        with self._call("put_files"):
            self.volumes.put(self._container(container), folder, files)

    def list_volumes(self) -> tuple[Volume, ...]:
        with self._call("list_volumes"):
            return tuple(one.volume for one in self.volumes.by_name.values())

    def create_volume(self, volume: Volume) -> None:
        with self._call("create_volume"):
            self.volumes.create(volume)

    def remove_volume(self, name: str) -> None:
        with self._call("remove_volume"):
            self.volumes.remove(name, list(self._containers.values()))

    def volume_bytes(self, name: str, token: CancelToken) -> int | None:
        token.raise_if_cancelled()
        with self._call("volume_bytes"):
            return self.volumes.size(name)

    def create_network(self, name: str, labels: Mapping[str, str]) -> Network:
        with self._call("create_network"):
            return self.networks.create(name, labels)

    def used_addresses(self, network: str) -> frozenset[str]:
        with self._call("used_addresses"):
            return self.networks.used(network, self._containers.values())

    def remove_network(self, name: str) -> None:
        with self._call("remove_network"):
            self.networks.remove(name, self._containers.values())

    def rename_container(self, container: ContainerId, name: str) -> None:
        with self._call("rename_container"):
            found = self._container(container)
            self._check_name_free(name)
            found.name = name
            self._container_changed(container)

    def recent_logs(self, container: ContainerId, lines: int = 50) -> tuple[LogLine, ...]:
        with self._call("recent_logs"):
            return tuple(self._container(container).lines[-lines:])

    def follow_logs(
        self,
        container: ContainerId,
        token: CancelToken,
        tail: int | None = 500,
        since: float | None = None,
    ) -> Iterator[LogLine]:
        with self._call("follow_logs"):
            found = self._container(container)
            read = found.printed_before(since)
            if tail is not None:
                read = max(read, len(found.lines) - tail)
        every = found.behaviour.prints_every_s
        with token.closing(self._wake):
            while True:
                with self._state:
                    self._check_stream(token)
                    new, ended = found.lines[read:], not self._runs(found)
                    if not new and not ended:
                        self._state.wait(every)
                        if every and not token.cancelled and self._runs(found):
                            found.prints(LogLine(f"line {len(found.lines)}"))
                read += len(new)
                yield from new
                if ended and not new:
                    return

    def follow_stats(self, container: ContainerId, token: CancelToken) -> Iterator[ContainerStats]:
        with self._call("follow_stats"):
            found = self._container(container)
        behaviour = found.behaviour
        while True:
            token.wait(behaviour.stats_every_s)
            with self._state:
                self._check_stream(token)
                if not self._runs(found):
                    return
            yield ContainerStats(datetime.now(UTC), behaviour.cpu_percent, behaviour.memory_bytes)

    def close(self) -> None:
        self.closed = True

    # Inside

    @contextmanager
    def _call(self, name: str) -> Iterator[None]:
        if self.latency_s:
            time.sleep(self.latency_s)
        with self._state:
            self.calls[name] = self.calls.get(name, 0) + 1
            self._check_up()
            failures = self._failures.get(name)
            if failures:
                raise failures.pop(0)
            yield

    def _check_up(self) -> None:
        if not self._up:
            raise EngineUnavailable(
                "The connection to the container engine broke.", "Check that the engine runs."
            )

    def _check_stream(self, token: CancelToken) -> None:
        token.raise_if_cancelled()
        self._check_up()

    def _wake(self) -> None:
        with self._state:
            self._state.notify_all()

    def _next(self, waiting: list[Changes], token: CancelToken) -> Changes:
        with self._state:
            while not waiting:
                self._check_stream(token)
                self._state.wait()
            self._check_stream(token)
            return waiting.pop(0)

    def _move_to_cache(self, gone: FakeImage) -> None:
        """The layers that only the image had, where the cache has them too."""
        if not self.keeps_layers:
            return
        left = {diff for image in self._images.values() for diff in diff_ids(image.steps)}
        layers = [step.size_bytes for step in gone.steps if step.size_bytes]
        moved = sum(
            size
            for diff, size in zip(diff_ids(gone.steps), layers, strict=True)
            if diff not in left
        )
        self.cache = BuildCache(self.cache.own_bytes + moved, self.cache.shared_bytes - moved)

    def _runs(self, container: FakeContainer) -> bool:
        return container.running and container.id in self._containers

    def _container_changed(self, container: ContainerId) -> None:
        self.emit(Changes(containers=frozenset({container})))

    def _inspected(self, container: FakeContainer) -> None:
        before = container.health
        container.inspections += container.running
        if container.health is not before:
            self._container_changed(container.id)

    def _new_container_id(self, number: int) -> ContainerId:
        """No two engines have a container of one id."""
        made = digest("container", self._own_id, str(number))
        return ContainerId(made.removeprefix("sha256:"))

    def _find_image(self, name: str) -> FakeImage | None:
        with self._state:
            by_id = self._images.get(ImageId(name))
            if by_id or name.startswith("sha256:"):
                return by_id
            wanted = _tagged(name)
            if wanted in self._holders:
                return self._images[self._holders[wanted]]
            found = (one for one in self._images.values() if wanted in one.digests)
            return next(found, None)

    def _image(self, name: str) -> FakeImage:
        found = self._find_image(name)
        if found is None:
            raise NotFound("The image is not on the engine, or no longer.", "Look again.", name)
        return found

    def _container(self, container: ContainerId) -> FakeContainer:
        found = self._containers.get(container)
        if found is None:
            raise NotFound("The container is not there, or no longer.", "", container)
        return found

    def _running(self, container: ContainerId) -> FakeContainer:
        found = self._container(container)
        if not found.running:
            raise EngineError(f"The container {container[:12]} does not run.", "Start it first.")
        return found

    def _give(self, image: FakeImage, tag: Reference) -> set[ImageId]:
        named = _tagged(str(tag))
        loser = self._holders.get(named)
        if loser is not None:
            self._images[loser].tags.discard(named)
        self._holders[named] = image.id
        image.tags.add(named)
        return {image.id} if loser is None else {image.id, loser}

    def _check_unused(self, image: FakeImage, force: bool) -> None:
        for container in self._containers.values():
            if container.image == image.id and (container.running or not force):
                raise InUse(
                    f"It is used by container {container.id[:12]}.",
                    "Stop and remove that container first.",
                )

    def _check_name_free(self, name: str) -> None:
        if any(container.name == name for container in self._containers.values()):
            raise InvalidInput("The name is taken by another container.", "Choose another name.")

    def _bound_ports(self, ports: tuple[PortBinding, ...]) -> tuple[PortBinding, ...]:
        held = {
            port.host_port
            for container in self._containers.values()
            if container.running
            for port in container.ports
        } | self.taken_ports
        for port in ports:
            if port.host_port in held:
                raise PortTaken(
                    port.host_port,
                    f"Port {port.host_port} is already in use on this machine.",
                    "Choose another port, or stop what uses it.",
                )
        return bound(ports, max((*held, _FIRST_FREE_PORT - 1)) + 1)


class FakeFinder:
    """Implements `EngineFinder`: finds the engine it was given while that is up, unless another
    address is preferred; it answers at `also` too. `searches` holds what was preferred."""

    def __init__(
        self,
        engine: FakeEngine | None,
        attempts: Sequence[EngineAttempt] | None = None,
        also: Sequence[str] = (),
    ) -> None:
        self.engine = engine
        self._also = also
        self.searches: list[str] = []
        self._attempts = tuple(attempts) if attempts is not None else None

    def find(self, preferred: str = "") -> tuple[ImageEngine | None, tuple[EngineAttempt, ...]]:
        self.searches.append(preferred)
        if (
            self.engine is not None
            and self.engine.up
            and preferred in ("", self._address, *self._also)
        ):
            return self.engine, self._said(preferred, AttemptOutcome.ANSWERED, "")
        return None, self._said(preferred, AttemptOutcome.NOT_RUNNING, "Start Docker.")

    def known_addresses(self) -> tuple[tuple[str, str], ...]:
        return (("default", self._address),)

    @property
    def _address(self) -> str:
        return self.engine.info.address if self.engine else "unix:///var/run/docker.sock"

    def _said(
        self, preferred: str, outcome: AttemptOutcome, hint: str
    ) -> tuple[EngineAttempt, ...]:
        if self._attempts is not None:
            return self._attempts
        known = preferred in ("", self._address)
        source = "default" if known else "Settings"
        return (EngineAttempt(source, preferred or self._address, outcome, hint),)


def many_images(count: int, tags: int = 3) -> FakeEngine:
    """An engine with `count` images of `tags` tags each: versions of a model per 25 of them,
    each an hour older than the one before."""
    engine = FakeEngine()
    now = datetime.now(UTC).replace(microsecond=0)
    for number in range(count):
        model, version = f"team/model-{number // 25:03}", 25 - number % 25
        further = [f"{model}:build-{number}-{index}" for index in range(tags - 1)]
        engine.add_image(
            *[f"{model}:v1.{version}.0", *further][:tags],
            steps=[
                ("RUN pip install -r requirements.txt", 180_000_000),
                ("COPY model.pkl /app/", 20_000_000 + version * 1_000_000),
                ("COPY serve.py /app/", 4_000),
            ],
            labels={"io.modeldesk.model.name": model.rpartition("/")[2]},
            created=now - timedelta(hours=number),
        )
    return engine


def _tagged(name: str) -> Reference:
    reference = Reference.parse(name)
    return reference if reference.tag or reference.digest else reference.with_tag("latest")


def _with_health(behaviour: Behaviour, health: Health) -> Behaviour:
    return replace(behaviour, health=(health,))
