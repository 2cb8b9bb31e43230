"""A release service on a real engine, with real gateways and servers of models."""

import http.client
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import docker

from modeldesk.adapters.file_locks import FileDeploymentLocks
from modeldesk.adapters.gateway.nginx import NginxGateway
from modeldesk.adapters.sqlite.database import open_database
from modeldesk.adapters.sqlite.release_records import SqliteReleaseRecords
from modeldesk.core.containers.model import LOOPBACK, PortBinding
from modeldesk.core.gateway.names import gateway_name
from modeldesk.core.ids import DeploymentName, ImageId, ModelName
from modeldesk.core.jobs import Job
from modeldesk.core.ports import ImageEngine
from modeldesk.core.releases.model import (
    DEPLOYMENT_LABEL,
    Deployment,
    DeploymentKey,
    ServiceSettings,
    VersionTarget,
)
from modeldesk.core.releases.outcome import ReleaseOutcome
from modeldesk.core.releases.service import ReleaseService
from modeldesk.paths import Paths
from tests.engine.bench import connected
from tests.engine.releases.models import PORT, Kind, add_version
from tests.support.engine import NGINX_NEW
from tests.support.ports import free_port

GENEROUS_S = 120.0


class RealDesk:
    """What a test takes hold of. The deployment has the test's own name."""

    def __init__(
        self, engine: ImageEngine, client: docker.DockerClient, name: str, folder: Path
    ) -> None:
        self.engine = engine
        self.client = client
        self.name = DeploymentName(name)
        self.port = free_port()
        self.gateway = NginxGateway(engine)
        # The same files as the command line has with this folder for its home.
        self.database = open_database(Paths.under(folder).database).database
        self.records = SqliteReleaseRecords(self.database)
        self.locks_folder = folder / "locks"
        image = str(client.images.get(NGINX_NEW).id)
        self.service = ReleaseService(
            self.records,
            lambda _: self.gateway,
            lambda _engine, _job: image,
            FileDeploymentLocks(self.locks_folder),
            lambda: "ana",
            lambda: datetime.now(UTC),
        )

    @property
    def key(self) -> DeploymentKey:
        return DeploymentKey(self.engine.identity().id, self.name)

    def deployment(self) -> Deployment:
        return self.service.deployment(self.key.engine, self.name)

    def settings(self, **given: object) -> ServiceSettings:
        ports = (PortBinding(PORT, self.port),)
        return ServiceSettings(ports, health_timeout_s=GENEROUS_S, **given)  # type: ignore[arg-type]

    def version(self, name: str, kind: Kind | None = None) -> VersionTarget:
        """One whose image is made for it."""
        image = add_version(self.client, self.name, name, kind or Kind())
        return VersionTarget(ImageId(image), f"{self.name}:{name}", image)

    def deploy(
        self,
        target: VersionTarget,
        settings: ServiceSettings | None = None,
        job: Job | None = None,
    ) -> ReleaseOutcome:
        return self.service.deploy(
            self.engine,
            self.name,
            ModelName(self.name),
            target,
            settings or self.settings(),
            "",
            job or Job(),
        )

    def rollback(self, job: Job | None = None) -> ReleaseOutcome:
        return self.service.rollback(self.engine, self.key, None, "", job or Job())

    def ask(self, path: str = "/", headers: dict[str, str] | None = None) -> str:
        """What a caller gets: the version's name; the status of another answer; else nothing."""
        connection = http.client.HTTPConnection(LOOPBACK, self.port, timeout=30)
        try:
            connection.request("GET", path, headers=headers or {})
            answer = connection.getresponse()
            said = answer.read().decode()
        except (OSError, http.client.HTTPException):
            return ""
        finally:
            connection.close()
        return said if answer.status == http.HTTPStatus.OK else str(answer.status)

    def wait_for(self, said: str) -> None:
        """Until callers get it."""
        deadline = time.monotonic() + GENEROUS_S
        while (found := self.ask()) != said:
            assert time.monotonic() < deadline, f"callers get “{found}” instead of “{said}”"
            time.sleep(0.05)

    def containers(self) -> dict[str, str]:
        """State by id, of those of versions."""
        found = self.client.api.containers(
            all=True, filters={"label": f"{DEPLOYMENT_LABEL}={self.name}"}
        )
        return {one["Id"]: one["State"] for one in found}

    def gateway_ids(self) -> list[str]:
        """The containers of gateways, also those that were to be one."""
        found = self.client.api.containers(all=True, filters={"name": gateway_name(self.name)})
        return [one["Id"] for one in found]

    def assert_agrees(self) -> None:
        """The engine has what the records name and nothing else, and no release is open."""
        assert self.records.unfinished_releases() == ()
        deployment = self.records.deployment(self.key)
        if deployment is None:
            assert self.containers() == {}
            assert self.gateway_ids() == []
            return
        named = {deployment.container, *(kept.version.container for kept in deployment.kept)}
        assert set(self.containers()) == named, json.dumps(self.containers())
        assert len(self.gateway_ids()) == 1

    def remove(self) -> None:
        """Everything of it."""
        for container in (*self.containers(), *self.gateway_ids()):
            self.client.api.remove_container(container, force=True, v=True)


@contextmanager
def real_desk(url: str, client: docker.DockerClient, name: str, folder: Path) -> Iterator[RealDesk]:
    """One that leaves nothing but images, which bear the test's name."""
    with connected(url) as engine:
        desk = RealDesk(engine, client, name, folder)
        try:
            yield desk
        finally:
            desk.remove()
            desk.database.close()
