"""Identities, one type each, so that one can't be passed for another."""

from typing import NewType

ImageId = NewType("ImageId", str)
"""What the engine calls the image: ``sha256:`` and 64 hex digits."""

DiffId = NewType("DiffId", str)
"""Digest of a layer's uncompressed tar: the identity by which layers are shared."""

EngineId = NewType("EngineId", str)
"""Which engine, by whatever address it is reached; see `ImageEngine.identity`."""

NO_ENGINE = EngineId("")
"""Of records from before engines were told apart, until one is found to hold what they name."""

ContainerId = NewType("ContainerId", str)
DeploymentName = NewType("DeploymentName", str)
"""A deployment's name, unique on one engine."""

ModelName = NewType("ModelName", str)
BuildId = NewType("BuildId", str)


def short(identity: str, digits: int = 12) -> str:
    """The first hex digits of an id, without its algorithm, as docker prints them."""
    return identity.rpartition(":")[2][:digits]
