"""What releases ask of the outside world; where requests go is a port of the gateway's."""

from collections.abc import Mapping
from typing import Protocol

from modeldesk.core.engine.model import EngineIdentity
from modeldesk.core.ids import EngineId
from modeldesk.core.releases.model import (
    Deployment,
    DeploymentKey,
    JournalEntry,
    Release,
    ServiceSettings,
)


class ReleaseRecords(Protocol):
    """Deployments of every engine, their releases, and the journal that survives a crash."""

    def deployments(self) -> tuple[Deployment, ...]:
        """By name, then engine."""
        ...

    def deployment(self, key: DeploymentKey) -> Deployment | None: ...

    def save_deployment(self, deployment: Deployment) -> None:
        """All of it in one moment, with its settings as those of its revision."""
        ...

    def keep_settings(self, key: DeploymentKey, revision: int, settings: ServiceSettings) -> None:
        """Keep them in the place of what was kept as that revision."""
        ...

    def settings(self, key: DeploymentKey) -> Mapping[int, ServiceSettings]:
        """Every revision that was kept, the newest first."""
        ...

    def delete_deployment(self, key: DeploymentKey) -> None:
        """The deployment goes; its releases and their settings stay as history."""
        ...

    def move(self, key: DeploymentKey, engine: EngineId) -> None:
        """The deployment and its releases belong to `engine` from now on. Nothing happens when
        there is one of that name already."""
        ...

    def keep_engine(self, engine: EngineIdentity) -> None:
        """Remember where the engine was reached last."""
        ...

    def engine_addresses(self) -> Mapping[EngineId, str]:
        """Where each engine that was kept was reached last."""
        ...

    def add_release(self, release: Release) -> int:
        """Store a new release (its `id` is ignored) and return its id."""
        ...

    def finish_release(self, release: Release) -> None:
        """Replace the release with the same id."""
        ...

    def releases(self, key: DeploymentKey) -> tuple[Release, ...]:
        """Newest first."""
        ...

    def unfinished_releases(self) -> tuple[Release, ...]:
        """Those still RUNNING, of every engine: left by a crash, or under way in another
        program. Oldest first."""
        ...

    def rolling_releases(self) -> tuple[Release, ...]:
        """Those that are ROLLING, of every engine, oldest first."""
        ...

    def write_journal(self, entry: JournalEntry) -> None:
        """On disk when this returns."""
        ...

    def journal(self, release: int) -> tuple[JournalEntry, ...]:
        """In the order written."""
        ...
