"""Looks at every deployment of an engine: one list of containers and one of images, and more of
those alone that something may be wrong with."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from modeldesk.core.changes import Changes
from modeldesk.core.containers.model import (
    ContainerDetail,
    ContainerStatus,
    ContainerSummary,
    Health,
)
from modeldesk.core.deployment_watch.channels import ChannelLook
from modeldesk.core.deployment_watch.judge import judge, with_remedies
from modeldesk.core.deployment_watch.model import (
    Finding,
    GatewayFacts,
    ServiceFacts,
    SwarmFacts,
)
from modeldesk.core.deployment_watch.ports import Followed, Services
from modeldesk.core.deployment_watch.restarts import RestartHistory, Sample
from modeldesk.core.errors import GatewayError, NoSwarm, NotFound, ReleaseError
from modeldesk.core.gateway.names import gateway_name
from modeldesk.core.ids import DeploymentName
from modeldesk.core.images import ImageSummary
from modeldesk.core.jobs import CancelToken
from modeldesk.core.ports import ImageEngine
from modeldesk.core.releases.model import Deployment, DeploymentKey, ReleaseState, Target
from modeldesk.core.releases.routing import gateway_spec
from modeldesk.core.releases.tools import is_off_network
from modeldesk.core.swarm.rolling import Rolling
from modeldesk.core.swarm.routing import has_gateway

if TYPE_CHECKING:
    from modeldesk.core.ids import ContainerId

ASK_GATEWAY_S = 15.0
"""A gateway that answered is asked again after that."""


class Looker:
    """For one engine, and one thread at a time."""

    def __init__(
        self,
        services: Services,
        on_swarm: Callable[[ImageEngine, DeploymentName], Rolling],
        followed: Followed,
        ticks: Callable[[], float],
    ) -> None:
        """`on_swarm` says how a service of the engine's swarm stands, as `SwarmReleases.state`.
        `ticks` is a clock that only goes forward, in seconds."""
        self._services = services
        self._on_swarm = on_swarm
        self._channels = ChannelLook(followed, ticks)
        self._ticks = ticks
        self._restarts: dict[ContainerId, RestartHistory] = {}
        self._answered: dict[DeploymentKey, float] = {}
        """When a gateway was heard last."""

    def look(
        self, engine: ImageEngine, changes: Changes, token: CancelToken
    ) -> tuple[Finding, ...]:
        """What is wrong now. `changes` are what happened since the last look: whatever is among
        them is suspect. Raises `EngineError`, `RecordsError`, `Cancelled`."""
        deployments = self._services.deployments(engine.identity().id)
        if not deployments:
            return ()
        containers = engine.list_containers()
        images = engine.list_images()
        by_id = {one.id: one for one in containers}
        by_name = {one.name: one for one in containers}
        self._restarts = {key: one for key, one in self._restarts.items() if key in by_id}
        found: list[Finding] = []
        for deployment in deployments:
            token.raise_if_cancelled()
            summary = by_id.get(deployment.container) if deployment.container else None
            gateway = by_name.get(gateway_name(deployment.name))
            facts = self._facts(engine, deployment, summary, images, changes, token)
            facts = replace(facts, gateway=self._gateway(engine, deployment, gateway))
            found += self._judged(facts)
        return tuple(found)

    def _judged(self, facts: ServiceFacts) -> tuple[Finding, ...]:
        found = judge(facts)
        if not found or self._is_released(facts.deployment):
            # Nothing of what is being changed is wrong yet.
            return ()
        earlier = self._services.earlier_versions(facts.deployment)
        previous = next(iter(earlier), None)
        return tuple(with_remedies(one, facts, previous) for one in found)

    def _facts(
        self,
        engine: ImageEngine,
        deployment: Deployment,
        summary: ContainerSummary | None,
        images: tuple[ImageSummary, ...],
        changes: Changes,
        token: CancelToken,
    ) -> ServiceFacts:
        detail = self._detail(engine, summary, changes)
        if detail is not None and summary is not None:
            summary = detail.summary
        current = deployment.current
        return ServiceFacts(
            deployment,
            summary,
            detail,
            self._restarted(summary, detail),
            current is None or any(one.id == current.image for one in images),
            None,
            self._channels.facts(deployment, images, token),
            self._swarm(engine, deployment),
            _is_cut_off(deployment, summary),
        )

    def _swarm(self, engine: ImageEngine, deployment: Deployment) -> SwarmFacts | None:
        if deployment.settings.target is not Target.SWARM or deployment.stopped:
            return None
        try:
            return SwarmFacts(self._on_swarm(engine, deployment.name))
        except (NoSwarm, ReleaseError) as problem:
            return SwarmFacts(None, problem.message)

    def _detail(
        self, engine: ImageEngine, summary: ContainerSummary | None, changes: Changes
    ) -> ContainerDetail | None:
        if summary is None or not self._is_suspect(summary, changes):
            return None
        try:
            return engine.container(summary.id)
        except NotFound:
            # It went a moment ago; the next list will say so.
            return None

    def _is_suspect(self, summary: ContainerSummary, changes: Changes) -> bool:
        return (
            summary.status is not ContainerStatus.RUNNING
            or summary.health is Health.UNHEALTHY
            or summary.id in changes.containers
            or summary.id in self._restarts
        )

    def _restarted(self, summary: ContainerSummary | None, detail: ContainerDetail | None) -> int:
        if summary is None or detail is None:
            return 0
        now = self._ticks()
        before = self._restarts.get(summary.id, RestartHistory())
        # One that is between two starts has been restarted all along.
        if not before.samples and summary.status is ContainerStatus.RESTARTING:
            before = before.with_sample(Sample(now, 0))
        history = before.with_sample(Sample(now, detail.restarts))
        if history.is_still(now):
            self._restarts.pop(summary.id, None)
        else:
            self._restarts[summary.id] = history
        return history.lately(now)

    def _gateway(
        self, engine: ImageEngine, deployment: Deployment, container: ContainerSummary | None
    ) -> GatewayFacts | None:
        has_one = deployment.behind_gateway or has_gateway(deployment)
        if not has_one or deployment.stopped or deployment.current is None:
            return None
        if container is None or not container.running:
            self._answered.pop(deployment.key, None)
            return GatewayFacts(container, None)
        now = self._ticks()
        heard = self._answered.get(deployment.key)
        if heard is not None and now - heard < ASK_GATEWAY_S:
            return GatewayFacts(container, True)
        try:
            gateway = self._services.gateway(engine)
            answers = gateway.applied(gateway_spec(deployment)) is not None
        except (GatewayError, NotFound):
            answers = False
        if answers:
            self._answered[deployment.key] = now
        else:
            self._answered.pop(deployment.key, None)
        return GatewayFacts(container, answers)

    def _is_released(self, deployment: Deployment) -> bool:
        last = next(iter(self._services.history(deployment.key)), None)
        return last is not None and last.state is ReleaseState.RUNNING


def _is_cut_off(deployment: Deployment, container: ContainerSummary | None) -> bool:
    version = deployment.version
    if container is None or version is None:
        return False
    return is_off_network(container, deployment.name, version)
