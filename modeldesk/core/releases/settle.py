"""Bringing the engine in line with what the records say of a deployment. Undoing a release,
finishing one and putting back what somebody took away are all this: the records change in one
moment, and the engine follows them."""

from dataclasses import dataclass

from modeldesk.core.containers.readiness import Asked, wait_until_well
from modeldesk.core.errors import ContainerFailed, NotFound
from modeldesk.core.gateway.model import GatewaySpec
from modeldesk.core.jobs import Job
from modeldesk.core.releases.model import Deployment, DeploymentKey, Target
from modeldesk.core.releases.names import version_text
from modeldesk.core.releases.routing import gateway_spec, routing_of
from modeldesk.core.releases.tidy import tidy
from modeldesk.core.releases.tools import Tools, gateway_container, own_containers, runs, stop


@dataclass(frozen=True, slots=True)
class Settled:
    """What came of it. `problem` says why what was started again is not well."""

    runs: bool
    problem: ContainerFailed | None = None


def settle(
    tools: Tools, key: DeploymentKey, deployment: Deployment | None, job: Job, *, restart: bool
) -> Settled:
    """Have on the engine what the records say, and nothing else of the deployment's releases.
    Where a container owns the ports itself it is started again only if `restart` says so. Raises
    `EngineError` (`PortTaken` when the port is another's by now), `GatewayError`, `Cancelled`."""
    if deployment is None or deployment.container is None:
        for container in own_containers(tools, key):
            tools.engine.remove_container(container.id)
        remove_gateway(tools, key)
        return Settled(runs=False)
    if not deployment.behind_gateway:
        return _settle_port_owner(tools, deployment, job, restart=restart)
    if deployment.stopped:
        stop_everything(tools, deployment)
        tidy(tools, deployment)
        return Settled(runs=False)
    tools.gateway.ensure(gateway_spec(deployment), routing_of(deployment), job.token)
    tidy(tools, deployment)
    return Settled(runs(tools.engine, deployment.container))


def remove_gateway(tools: Tools, key: DeploymentKey) -> None:
    """The gateway goes, with its network: no container may be on that any more."""
    tools.gateway.remove(GatewaySpec(key.name, "", ()))


def finish_removal(tools: Tools, deployment: Deployment, job: Job) -> None:
    """The rest of a deployment that a person removed goes, and last its record."""
    settle(tools, deployment.key, deployment, job, restart=False)
    tools.records.delete_deployment(deployment.key)


def is_being_removed(deployment: Deployment) -> bool:
    """Whether a person removed it, and something kept that from its end."""
    service = deployment.settings.target is Target.SWARM
    return deployment.stopped and deployment.container is None and not service


def stop_everything(tools: Tools, deployment: Deployment) -> None:
    """Neither the gateway nor a version runs, and the ports are free."""
    gateway = gateway_container(tools.engine, deployment.name)
    stop(tools.engine, gateway.id if gateway else None)
    stop(tools.engine, deployment.container)


def _settle_port_owner(tools: Tools, deployment: Deployment, job: Job, *, restart: bool) -> Settled:
    """The ports go back to the container that owned them, and no gateway is left."""
    container = deployment.container
    assert container is not None
    tidy(tools, deployment)
    remove_gateway(tools, deployment.key)
    running = runs(tools.engine, container)
    if running or not restart:
        return Settled(running)
    try:
        tools.engine.start_container(container)
        timeout = deployment.settings.health_timeout_s
        called = version_text(deployment.current.reference) if deployment.current else ""
        wait_until_well(tools.engine, container, lambda _: Asked(None), timeout, job, called)
    except NotFound:
        return Settled(runs=False)
    except ContainerFailed as problem:
        return Settled(runs=False, problem=problem)
    return Settled(runs=True)
