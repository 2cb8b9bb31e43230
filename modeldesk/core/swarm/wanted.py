"""A deployment as a service of a swarm (pure)."""

from dataclasses import replace

from modeldesk.core.containers.model import LOOPBACK, PortBinding
from modeldesk.core.errors import InvalidInput
from modeldesk.core.ids import DeploymentName
from modeldesk.core.releases.model import (
    DEPLOYMENT_LABEL,
    RELEASE_LABEL,
    ServiceSettings,
    SwarmSettings,
)
from modeldesk.core.swarm.model import (
    FailureAction,
    Order,
    PublishMode,
    SecretRef,
    ServiceSpec,
    SwarmPort,
    UpdateRule,
)
from modeldesk.core.words import tr

SECRET_LABEL = "io.modeldesk.secret-of"
"""On a secret of the swarm: the deployment it belongs to."""
SECRETS_FOLDER = "/run/secrets"


def service_name(name: DeploymentName) -> str:
    """What the deployment's service is called."""
    return f"modeldesk-{name.replace('.', '-').replace('_', '-')}"


def canary_name(name: DeploymentName) -> str:
    """What the service of its canary is called."""
    return f"{service_name(name)}-canary"


def network_name(name: DeploymentName) -> str:
    """What the network of its services and its gateway is called."""
    return f"{service_name(name)}-network"


def service_of(
    name: DeploymentName,
    settings: ServiceSettings,
    image: str,
    label: str,
    secrets: tuple[SecretRef, ...],
) -> ServiceSpec:
    """What is wanted of the swarm for the release that `label` marks."""
    swarm = settings.swarm or SwarmSettings()
    ports = () if swarm.gateway else tuple(_port(port, swarm) for port in settings.ports)
    rule = _rule(swarm, ports)
    return ServiceSpec(
        name=service_name(name),
        image=image,
        replicas=swarm.replicas,
        environment={**settings.environment, **_places(secrets)},
        mounts=settings.mounts,
        limits=settings.limits,
        locked_down=settings.locked_down,
        secrets=secrets,
        ports=ports,
        networks=(network_name(name),) if swarm.gateway else (),
        one_address=swarm.gateway and swarm.every_machine,
        labels={DEPLOYMENT_LABEL: name, RELEASE_LABEL: label},
        update=rule,
        # A way back that fails as well is left to a person.
        rollback=replace(rule, failure_action=FailureAction.PAUSE, delay_s=0),
    )


def open_ports(settings: ServiceSettings) -> tuple[PortBinding, ...]:
    """Those that were meant for this machine alone, which no swarm can keep to."""
    if settings.swarm is not None and settings.swarm.gateway:
        return ()
    return tuple(port for port in settings.ports if port.host_address == LOOPBACK)


def check_settings(settings: ServiceSettings) -> None:
    """Raise `InvalidInput` for what no swarm can meet."""
    if settings.swarm is not None and settings.swarm.replicas < 1:
        raise InvalidInput(
            tr("A service has at least one replica, not {count}.", count=settings.swarm.replicas),
            tr("Ask for 1 or more; a service that is not to run can be stopped."),
        )
    if settings.limits.gpus:
        raise InvalidInput(
            tr("A swarm gives no GPU to the tasks of a service by their number."),
            tr("Leave the GPUs out, or run the version as a container."),
        )


def _port(port: PortBinding, swarm: SwarmSettings) -> SwarmPort:
    mode = PublishMode.INGRESS if swarm.every_machine else PublishMode.HOST
    return SwarmPort(port.container_port, port.host_port, mode, port.protocol)


def _rule(swarm: SwarmSettings, ports: tuple[SwarmPort, ...]) -> UpdateRule:
    """Where a task holds a port of its machine, its successor can't be started beside it."""
    held = any(port.mode is PublishMode.HOST and port.published for port in ports)
    return UpdateRule(
        swarm.parallelism,
        swarm.delay_s,
        swarm.monitor_s,
        swarm.max_failure_ratio,
        Order.STOP_FIRST if held else Order.START_FIRST,
        FailureAction.ROLLBACK,
    )


def _places(secrets: tuple[SecretRef, ...]) -> dict[str, str]:
    """Values of secrets never stand in the environment of a service, which anybody can read: a
    program finds where each lies, as images of databases do."""
    return {f"{secret.file}_FILE": f"{SECRETS_FOLDER}/{secret.file}" for secret in secrets}
