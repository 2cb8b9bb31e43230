"""A release service whose gateways are in memory."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from modeldesk.core.containers.model import ContainerSpec
from modeldesk.core.errors import RecordsError
from modeldesk.core.ids import ContainerId, ModelName
from modeldesk.core.jobs import Job
from modeldesk.core.ports import DeploymentLocks, ImageEngine
from modeldesk.core.releases.model import (
    DEPLOYMENT_LABEL,
    RELEASE_LABEL,
    ROLE_LABEL,
    SERVING,
    Deployment,
    DeploymentKey,
    Release,
    ReleaseKind,
    ReleaseState,
    ServiceSettings,
    VersionTarget,
)
from modeldesk.core.releases.service import ReleaseService
from modeldesk.core.releases.tools import release_label
from tests.fakes.deployment_locks import FakeDeploymentLocks
from tests.fakes.engine import FakeEngine
from tests.fakes.gateway import FakeGateway

GATEWAY_IMAGE = "web/nginx:1"


class FakeGateways:
    """Those of every engine that is asked for."""

    def __init__(self) -> None:
        self._known: list[FakeGateway] = []

    def __call__(self, engine: Any) -> FakeGateway:
        """The gateways of that engine."""
        for gateway in self._known:
            if gateway.engine is engine:
                return gateway
        self._known.append(FakeGateway(engine))
        return self._known[-1]


def gateway_image(engine: Any, _: Job) -> str:
    """What gateways are made of; it comes when it is first asked for."""
    assert isinstance(engine, FakeEngine)
    for image in engine.list_images():
        if GATEWAY_IMAGE in map(str, image.tags):
            return image.id
    return engine.add_image(GATEWAY_IMAGE)


def release_service(
    records: Any,
    locks: DeploymentLocks | None = None,
    who: Callable[[], str] = lambda: "mlops",
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    forgetful: RecordsError | None = None,
    gateways: Callable[[Any], FakeGateway] | None = None,
) -> ReleaseService:
    """A service for fake engines."""
    return ReleaseService(
        records,
        gateways or FakeGateways(),
        gateway_image,
        locks or FakeDeploymentLocks(),
        who,
        clock,
        forgetful,
    )


def run_as_before(
    engine: ImageEngine,
    records: Any,
    key: DeploymentKey,
    model: ModelName,
    target: VersionTarget,
    settings: ServiceSettings,
) -> ContainerId:
    """A deployment of before there were gateways: its container owns the ports. What it ran is
    replaced."""
    now, known = datetime.now(UTC), records.deployment(key)
    release = Release(
        0,
        key.engine,
        key.name,
        ReleaseKind.DEPLOY,
        target,
        known.current if known else None,
        now,
        "ana",
        "",
        ReleaseState.SUCCEEDED,
        now,
    )
    number = records.add_release(release)
    if known is not None and known.container is not None:
        engine.remove_container(known.container)
    container = engine.create_container(
        ContainerSpec(
            target.image,
            f"{key.name}-{number}-abcd",
            settings.ports,
            labels={
                DEPLOYMENT_LABEL: key.name,
                RELEASE_LABEL: release_label(records.releases(key)[0]),
                ROLE_LABEL: SERVING,
            },
            restart_unless_stopped=True,
        )
    )
    engine.start_container(container)
    records.save_deployment(
        Deployment(key.engine, key.name, model, settings, target, container, now, revision=1)
    )
    return container
