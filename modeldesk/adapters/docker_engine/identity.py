"""Which engine answers, by whatever address."""

import os

from modeldesk.adapters.docker_engine.fields import Object, text
from modeldesk.core.ids import EngineId


def identity_of(address: str, podman: bool, more: Object) -> EngineId | None:
    """From the engine's answer to ``/info``; None where that is empty and so tells nothing.

    The engine's own id is not enough: up to Docker 20.10 it belongs to the machine, so that two
    engines on one machine have the same; what is different is where they keep their containers.
    Podman makes a new id up for every answer: there the address must do.
    """
    own, root = text(more.get("ID")), text(more.get("DockerRootDir"))
    if own and not podman:
        return EngineId(f"{own} {root}".strip())
    return EngineId(_place(address)) if more or podman else None


def _place(address: str) -> str:
    """The address, the same for every link that leads to a local socket."""
    path = address.removeprefix("unix://")
    return f"unix://{os.path.realpath(path)}" if path != address else address
