"""Which channel a deployment follows, by what it is for."""

from collections.abc import Callable, Mapping

from modeldesk.core.canary.model import Rollout
from modeldesk.core.channels.tags import registry_digest
from modeldesk.core.jobs import CancelToken
from modeldesk.core.references import Reference
from modeldesk.core.registry.ports import Registries
from modeldesk.core.releases.model import Deployment, DeploymentKey, VersionTarget


class FollowedByEnvironment:
    """Implements `modeldesk.core.deployment_watch.ports.Followed`."""

    def __init__(
        self,
        channels: Callable[[], Mapping[str, str]],
        registries: Callable[[], Registries],
        open_rollout: Callable[[DeploymentKey], Rollout | None],
    ) -> None:
        """`channels` are those of environments, as the settings have them by now."""
        self._channels = channels
        self._registries = registries
        self._open_rollout = open_rollout

    def channel(self, deployment: Deployment) -> str:
        """See `Followed`."""
        return self._channels().get(deployment.environment, "")

    def coming(self, deployment: Deployment) -> VersionTarget | None:
        """See `Followed`."""
        rollout = self._open_rollout(deployment.key)
        return rollout.target if rollout is not None else None

    def digest(self, reference: Reference, token: CancelToken) -> str:
        """See `Followed`."""
        return registry_digest(self._registries(), reference, token)
