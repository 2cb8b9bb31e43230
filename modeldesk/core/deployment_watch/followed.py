"""Which channel a deployment follows, by what it is for."""

from collections.abc import Callable, Mapping

from modeldesk.core.channels.tags import registry_digest
from modeldesk.core.jobs import CancelToken
from modeldesk.core.references import Reference
from modeldesk.core.registry.ports import Registries
from modeldesk.core.releases.model import Deployment


class FollowedByEnvironment:
    """Implements `modeldesk.core.deployment_watch.ports.Followed`."""

    def __init__(
        self, channels: Callable[[], Mapping[str, str]], registries: Callable[[], Registries]
    ) -> None:
        """`channels` are those of environments, as the settings have them by now."""
        self._channels = channels
        self._registries = registries

    def channel(self, deployment: Deployment) -> str:
        """See `Followed`."""
        return self._channels().get(deployment.environment, "")

    def digest(self, reference: Reference, token: CancelToken) -> str:
        """See `Followed`."""
        return registry_digest(self._registries(), reference, token)
