"""What asks registries: their clients, accounts, versions and artifacts."""

from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from modeldesk.composition.contents import ContentParts
from modeldesk.composition.people import account
from modeldesk.late import Once
from modeldesk.paths import Paths

if TYPE_CHECKING:
    from modeldesk.adapters.oci_registry.connections import Connections
    from modeldesk.adapters.oci_registry.registries import RegistryClients
    from modeldesk.core.artifacts.catalogue import Catalogue
    from modeldesk.core.artifacts.weights_cache import WeightsCache
    from modeldesk.core.jobs import Job
    from modeldesk.core.library.ports import RemoteRecords, VersionRegistry
    from modeldesk.core.library.remote_versions import RemoteHistory
    from modeldesk.core.own_registry.service import OwnRegistries
    from modeldesk.core.registry.accounts import Accounts
    from modeldesk.core.registry.known import KnownRegistry


class RegistryParts(ContentParts):
    """Registries, and what they were found to have."""

    def __init__(self, paths: Paths) -> None:
        super().__init__(paths)
        self._registries_lock = Lock()
        self._registries: dict[tuple[KnownRegistry, ...], RegistryClients] = {}
        """By what is known of them."""

    @property
    def _connections(self) -> "Connections":
        from modeldesk.adapters.oci_registry.connections import Connections

        return Connections(self.settings.registries)

    @property
    def registries(self) -> "RegistryClients":
        """Registries, to be read and written, reached as the settings say by now."""
        from modeldesk.adapters.oci_registry.registries import RegistryClients

        connections = self._connections
        with self._registries_lock:
            # What is under way goes on with what it began with.
            if connections.known not in self._registries:
                self._registries[connections.known] = RegistryClients(connections.client)
            return self._registries[connections.known]

    @Once
    def accounts(self) -> "Accounts":
        """Signing in to registries."""
        from modeldesk.adapters.oci_registry.check import HttpRegistryChecker
        from modeldesk.adapters.oci_registry.credentials import SystemCredentials
        from modeldesk.core.registry.accounts import Accounts

        return Accounts(SystemCredentials(), HttpRegistryChecker())

    @Once
    def own_registries(self) -> "OwnRegistries":
        """A registry on the engine itself."""
        from modeldesk.adapters.password_file import password_line
        from modeldesk.core.own_registry.service import OwnRegistries

        return OwnRegistries(
            account(),
            self.accounts,
            lambda: self.registries,
            self.probe,
            self.locks,
            password_line,
        )

    @property
    def catalogue(self) -> "Catalogue":
        """What repositories hold: artifacts and images. It remembers for whoever keeps it."""
        from modeldesk.core.artifacts.catalogue import Catalogue

        return Catalogue(self.registries)

    @property
    def weights(self) -> "WeightsCache":
        """Weights that builds take from artifacts."""
        from modeldesk.core.artifacts.weights_cache import WeightsCache

        limit = self.settings.weights_cache_mb * 1_000_000
        return WeightsCache(self.paths.weights, self.registries, self.locks, limit)

    def _fetch_weights(self, name: str, job: "Job") -> Path:
        return self.weights.fetch(name, job)

    @Once
    def _version_registry(self) -> "VersionRegistry":
        """Asks registries in another process, reached as the settings say by then."""
        from modeldesk.adapters.oci_registry.versions import RegistryVersions
        from modeldesk.adapters.oci_registry.versions_apart import (
            read_registry_apart,
            read_versions_apart,
        )

        return RegistryVersions(
            lambda repository, known, token: read_versions_apart(
                repository, known, token, self._connections
            ),
            lambda registry, named, known, token: read_registry_apart(
                registry, named, known, token, self._connections
            ),
        )

    @Once
    def remote_records(self) -> "RemoteRecords":
        """What registries were found to have."""
        from modeldesk.adapters.sqlite.remote_records import SqliteRemoteRecords

        return SqliteRemoteRecords(self.opened.database)

    @Once
    def remote_versions(self) -> "RemoteHistory":
        """Versions that registries have of a model."""
        from modeldesk.core.library.remote_versions import RemoteHistory

        registry = self._version_registry
        return RemoteHistory(self.remote_records, registry, lambda: self.layer_records)

    def close(self) -> None:
        """See `Ground.close`."""
        for clients in self._registries.values():
            clients.close()
        super().close()
