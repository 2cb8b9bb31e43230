"""Facts as the tests want them: a deployment that is well, to be spoiled."""

from dataclasses import replace
from datetime import UTC, datetime

from modeldesk.core.containers.model import (
    ContainerDetail,
    ContainerStatus,
    ContainerSummary,
    Health,
    PortBinding,
)
from modeldesk.core.deployment_watch.model import ChannelFacts, GatewayFacts, ServiceFacts
from modeldesk.core.ids import ContainerId, DeploymentName, EngineId, ImageId, ModelName
from modeldesk.core.releases.model import Deployment, ServiceSettings, VersionTarget

NOW = datetime(2026, 4, 5, 12, 0, tzinfo=UTC)
CURRENT = VersionTarget(ImageId("sha256:" + "4" * 64), "r.lan/rec:v1.4.0", "sha256:" + "d" * 64)
PREVIOUS = VersionTarget(ImageId("sha256:" + "3" * 64), "r.lan/rec:v1.3.0", "sha256:" + "c" * 64)
DEPLOYMENT = Deployment(
    EngineId("E"),
    DeploymentName("shop"),
    ModelName("rec"),
    ServiceSettings((PortBinding(5000, 5000),)),
    CURRENT,
    ContainerId("c4"),
    NOW,
    address="172.20.0.3",
)
RUNNING = ContainerSummary(
    ContainerId("c4"), "shop-4", CURRENT.image, ContainerStatus.RUNNING, Health.HEALTHY, (), NOW
)
GATEWAY = replace(RUNNING, id=ContainerId("g"), name="modeldesk-gateway-shop")
WELL = ServiceFacts(DEPLOYMENT, RUNNING, None, 0, True, GatewayFacts(GATEWAY, True))


def with_status(status: ContainerStatus, health: Health = Health.NONE) -> ServiceFacts:
    return replace(WELL, container=replace(RUNNING, status=status, health=health))


def detail(exit_code: int = 0, out_of_memory: bool = False, error: str = "") -> ContainerDetail:
    return ContainerDetail(RUNNING, exit_code, out_of_memory, error, NOW, NOW, 0, {}, ())


def channel(same: bool = False) -> ChannelFacts:
    return ChannelFacts("stable", "v1.5.0", PREVIOUS, same, None)
