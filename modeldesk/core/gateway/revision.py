"""A routing's name: the same routing has the same, so that what a gateway says it serves can be
held against what it should serve (pure)."""

import hashlib
import json
from dataclasses import asdict
from enum import Enum

from modeldesk.core.gateway.model import GatewaySpec, Routing

_DIGITS = 16


def revision_of(spec: GatewaySpec, routing: Routing) -> str:
    """Stands for the routing at the gateway's ports, whatever its image is."""
    ports = sorted({port.container_port for port in spec.ports})
    told = json.dumps([spec.deployment, ports, asdict(routing)], default=_plain, sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()[:_DIGITS]


def _plain(value: object) -> object:
    if isinstance(value, Enum):
        return value.value
    raise TypeError(type(value))
