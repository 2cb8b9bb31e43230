"""Clients for registries, each reached as the person said."""

from dataclasses import dataclass

from modeldesk.adapters.oci_registry.client import CONNECT_SECONDS, RegistryClient
from modeldesk.core.registry.known import KnownRegistry, known_as


@dataclass(frozen=True, slots=True)
class Connections:
    """What is known of registries; small, to be handed to another process."""

    known: tuple[KnownRegistry, ...] = ()

    def client(self, registry: str, connect_seconds: float = CONNECT_SECONDS) -> RegistryClient:
        """A client for `registry`, signed in as whoever is when it asks; no connection is made
        yet."""
        return RegistryClient(
            registry, connect_seconds=connect_seconds, known=known_as(self.known, registry)
        )
