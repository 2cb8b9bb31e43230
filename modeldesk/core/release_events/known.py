"""What the records of releases and canaries know of what a note is about."""

from modeldesk.core.canary.model import Rollout, WindowNumbers
from modeldesk.core.canary.ports import RolloutRecords
from modeldesk.core.releases.model import Deployment, DeploymentKey
from modeldesk.core.releases.ports import ReleaseRecords


class KnownByRecords:
    """Implements `modeldesk.core.release_events.ports.Known`."""

    def __init__(self, releases: ReleaseRecords, rollouts: RolloutRecords) -> None:
        self._releases = releases
        self._rollouts = rollouts

    def deployment(self, key: DeploymentKey) -> Deployment | None:
        """See `Known`."""
        return self._releases.deployment(key)

    def rollout(self, number: int) -> Rollout | None:
        """See `Known`."""
        return self._rollouts.rollout(number)

    def rollout_of(self, key: DeploymentKey, release: int) -> Rollout | None:
        """See `Known`."""
        found = (one for one in self._rollouts.rollouts(key) if one.release == release)
        return next(found, None)

    def numbers(self, rollout: Rollout) -> WindowNumbers | None:
        """See `Known`."""
        seen = (one.numbers for one in reversed(self._rollouts.checks(rollout.id)))
        return next((one for one in seen if one is not None), None)
