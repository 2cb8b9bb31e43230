"""What the parts of a gateway are called on the engine, and how they are known (pure)."""

from collections.abc import Mapping

from modeldesk.core.gateway.model import GatewaySpec
from modeldesk.core.ids import DeploymentName

GATEWAY_LABEL = "io.modeldesk.gateway"
"""On a gateway's container, volume and network: the deployment's name."""


def gateway_name(deployment: DeploymentName) -> str:
    """Of the gateway's container, of the volume with its configuration, and of the network."""
    return f"modeldesk-gateway-{deployment}"


def gateway_labels(spec: GatewaySpec) -> Mapping[str, str]:
    """Of all its parts."""
    return {GATEWAY_LABEL: spec.deployment}
