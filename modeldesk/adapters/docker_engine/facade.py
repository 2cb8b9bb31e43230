"""The engine port, by Docker's SDK."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from modeldesk.adapters.docker_engine import (
    build_cache,
    commands,
    containers,
    events,
    health,
    images,
    logs,
    networks,
    removal,
    starting,
    stats,
    transfer,
    uptime,
    volumes,
)
from modeldesk.adapters.docker_engine.addresses import PODMAN
from modeldesk.adapters.docker_engine.connection import Connection
from modeldesk.adapters.docker_engine.fields import mapping
from modeldesk.adapters.docker_engine.identity import identity_of
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
from modeldesk.core.engine.model import BuildCache, EngineIdentity, EngineInfo, EngineStart, Pulled
from modeldesk.core.ids import ContainerId, EngineId, ImageId
from modeldesk.core.images import ImageDetail, ImageSummary
from modeldesk.core.jobs import CancelToken, Part
from modeldesk.core.ports import BuildContext, FindSignIn
from modeldesk.core.references import Reference

if TYPE_CHECKING:
    from modeldesk.core.build.model import BuildEvent, EngineBuild


class DockerEngine:
    """Docker, Podman, or what answers like them; implements `ImageEngine`."""

    def __init__(
        self,
        connection: Connection,
        info: EngineInfo,
        identity: EngineId | None = None,
        containerd_store: bool = False,
        find_sign_in: FindSignIn | None = None,
    ) -> None:
        """`identity` is None where the engine did not tell it yet: it is asked when needed.
        `find_sign_in` says who one is at a registry: that of a private base image, or of what is
        pushed and pulled."""
        self._connection = connection
        self._info = info
        self._identity = identity
        self._containerd_store = containerd_store
        self._find_sign_in = find_sign_in
        self._names = events.KnownNames()

    @property
    def connection(self) -> Connection:
        """How it is reached."""
        return self._connection

    @property
    def info(self) -> EngineInfo:
        return self._info

    def identity(self) -> EngineIdentity:
        if self._identity is None:
            with self._connection.client() as client:
                more = mapping(client.info())
            address, podman = self._info.address, self._info.product == PODMAN
            # An answer without anything in it tells no id either.
            self._identity = identity_of(address, podman, more) or EngineId(address)
        return EngineIdentity(self._identity, self._info.address)

    def started(self) -> EngineStart | None:
        return uptime.engine_start(self._connection)

    def ping(self) -> None:
        events.ping(self._connection, CancelToken())

    def list_images(self) -> tuple[ImageSummary, ...]:
        found = images.list_images(self._connection)
        self._names.read_all(found)
        return found

    def image_summary(self, image: ImageId) -> ImageSummary | None:
        found = images.image_summary(self._connection, image, self._containerd_store)
        if found is not None:
            self._names.given(image, found.tags)
        return found

    def image_detail(self, image: ImageId) -> ImageDetail:
        return images.image_detail(self._connection, image, self._containerd_store)

    def tag_image(self, image: ImageId, reference: Reference) -> None:
        images.tag_image(self._connection, image, reference)

    def remove_image(self, name: str, *, force: bool = False) -> None:
        removal.remove_image(self._connection, name, force, self._containerd_store)

    def push(
        self, reference: Reference, on_part: Callable[[Part], None], token: CancelToken
    ) -> str:
        return transfer.push(self._connection, reference, on_part, token, self._find_sign_in)

    def pull(
        self, reference: Reference, on_part: Callable[[Part], None], token: CancelToken
    ) -> Pulled:
        return transfer.pull(self._connection, reference, on_part, token, self._find_sign_in)

    def build_cache(self) -> BuildCache:
        return build_cache.read_build_cache(self._connection)

    def empty_build_cache(self) -> int:
        return build_cache.empty_build_cache(self._connection)

    def events(self, token: CancelToken) -> Iterator[Changes]:
        return events.events(self._connection, self._names, token)

    def build(
        self,
        build: "EngineBuild",
        context: BuildContext,
        on_event: Callable[["BuildEvent"], None],
        token: CancelToken,
    ) -> ImageId:
        # It brings along all that a build is made of, which few commands need.
        from modeldesk.adapters.docker_engine.build import build as run_build

        return run_build(
            self._connection,
            self._info.builds_with_buildkit,
            build,
            context,
            on_event,
            token,
            self._find_sign_in,
        )

    def list_containers(self) -> tuple[ContainerSummary, ...]:
        return containers.list_containers(self._connection)

    def container(self, container: ContainerId) -> ContainerDetail:
        return containers.container(self._connection, container)

    def create_container(self, spec: ContainerSpec) -> ContainerId:
        return starting.create_container(self._connection, spec)

    def start_container(self, container: ContainerId) -> None:
        starting.start_container(self._connection, container)

    def stop_container(self, container: ContainerId, grace_seconds: int = 10) -> None:
        containers.stop_container(self._connection, container, grace_seconds)

    def remove_container(self, container: ContainerId) -> None:
        containers.remove_container(self._connection, container)

    def check_health(
        self, container: ContainerId, token: CancelToken, longest_s: float = math.inf
    ) -> HealthCheck | None:
        return health.check_health(self._connection, container, token, longest_s)

    def run_command(
        self,
        container: ContainerId,
        command: Sequence[str],
        token: CancelToken,
        longest_s: float = 30.0,
    ) -> CommandResult:
        return commands.run_command(self._connection, container, command, token, longest_s)

    def send_signal(self, container: ContainerId, signal: str) -> None:
        commands.send_signal(self._connection, container, signal)

    def processes(self, container: ContainerId) -> tuple[Process, ...]:
        return commands.processes(self._connection, container)

    def put_files(self, container: ContainerId, folder: str, files: Mapping[str, bytes]) -> None:
        volumes.put_files(self._connection, container, folder, files)

    def list_volumes(self) -> tuple[Volume, ...]:
        return volumes.list_volumes(self._connection)

    def create_volume(self, volume: Volume) -> None:
        volumes.create_volume(self._connection, volume)

    def remove_volume(self, name: str) -> None:
        volumes.remove_volume(self._connection, name)

    def volume_bytes(self, name: str, token: CancelToken) -> int | None:
        return volumes.volume_bytes(self._connection, name, token)

    def create_network(self, name: str, labels: Mapping[str, str]) -> Network:
        return networks.create_network(self._connection, name, labels)

    def used_addresses(self, network: str) -> frozenset[str]:
        return networks.used_addresses(self._connection, network)

    def remove_network(self, name: str) -> None:
        networks.remove_network(self._connection, name)

    def rename_container(self, container: ContainerId, name: str) -> None:
        containers.rename_container(self._connection, container, name)

    def recent_logs(self, container: ContainerId, lines: int = 50) -> tuple[LogLine, ...]:
        return logs.recent_logs(self._connection, container, lines)

    def follow_logs(
        self,
        container: ContainerId,
        token: CancelToken,
        tail: int | None = 500,
        since: float | None = None,
    ) -> Iterator[LogLine]:
        return logs.follow_logs(self._connection, container, token, tail, since)

    def follow_stats(self, container: ContainerId, token: CancelToken) -> Iterator[ContainerStats]:
        return stats.follow_stats(self._connection, container, token)

    def close(self) -> None:
        self._connection.close()
