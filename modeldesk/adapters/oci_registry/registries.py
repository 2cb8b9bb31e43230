"""Where registries are had from: one client each, for all who ask."""

import threading
from collections.abc import Callable

from modeldesk.adapters.oci_registry.client import RegistryClient
from modeldesk.core.references import check_registry


class RegistryClients:
    """Implements `Registries`. Sign-ins and connections are kept until it is closed."""

    def __init__(self, connect: Callable[[str], RegistryClient] = RegistryClient) -> None:
        self._connect = connect
        self._clients: dict[str, RegistryClient] = {}
        self._lock = threading.Lock()

    def at(self, registry: str) -> RegistryClient:
        """See `modeldesk.core.registry.ports.Registries`."""
        host = check_registry(registry)
        with self._lock:
            if host not in self._clients:
                self._clients[host] = self._connect(host)
            return self._clients[host]

    def close(self) -> None:
        """Let go of every connection."""
        with self._lock:
            clients, self._clients = self._clients, {}
        for client in clients.values():
            client.close()
