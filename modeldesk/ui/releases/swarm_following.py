"""Which service of a swarm the page follows."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from modeldesk.core.ids import DeploymentName, short
from modeldesk.core.jobs import CancelToken
from modeldesk.core.ports import ImageEngine
from modeldesk.core.releases.model import Deployment, DeploymentKey, Release, Target
from modeldesk.core.releases.names import version_text
from modeldesk.core.swarm.images import is_of
from modeldesk.core.swarm.rolling import Rolling
from modeldesk.ui.releases.body import ReleaseBody

FollowSwarm = Callable[[ImageEngine, DeploymentName, CancelToken, bool], Iterator[Rolling]]
"""See `SwarmReleases.follow`; the last says whether the canary's service is meant."""


class SwarmFollowing:
    """Gives the body's panels the services of what is shown, and leaves one alone that it has."""

    def __init__(self, engine: Callable[[], ImageEngine], follow: FollowSwarm) -> None:
        """Both are called in a thread of the panel."""
        self._engine = engine
        self._follow = follow
        self._shown: tuple[DeploymentKey, int] | None = None
        self._canary: tuple[DeploymentKey, int] | None = None

    def show(
        self,
        deployment: Deployment | None,
        histories: Mapping[DeploymentName, Sequence[Release]],
        body: ReleaseBody,
    ) -> None:
        """Follow it, where it is on a swarm. What was lost with its service is asked for again
        once something was released."""
        self._show_canary(deployment, histories, body)
        if deployment is None or deployment.settings.target is not Target.SWARM:
            if self._shown is not None or not body.swarm.isHidden():
                self._shown = None
                body.show_swarm(None)
            return
        releases = histories.get(deployment.name, ())
        shown = deployment.key, deployment.release
        if shown == self._shown:
            return
        self._shown, name = shown, deployment.name
        body.show_swarm(
            lambda token: self._follow(self._engine(), name, token, False),
            lambda image: version_of_image(image, releases),
        )

    def _show_canary(
        self,
        deployment: Deployment | None,
        histories: Mapping[DeploymentName, Sequence[Release]],
        body: ReleaseBody,
    ) -> None:
        on_swarm = deployment is not None and deployment.settings.target is Target.SWARM
        if deployment is None or deployment.canary is None or not on_swarm:
            if self._canary is not None:
                self._canary = None
                body.show_swarm_canary(None)
            return
        shown = deployment.key, deployment.canary.version.release
        if shown == self._canary:
            return
        self._canary, name = shown, deployment.name
        releases = histories.get(name, ())
        body.show_swarm_canary(
            lambda token: self._follow(self._engine(), name, token, True),
            lambda image: version_of_image(image, releases),
        )


def version_of_image(image: str, releases: Sequence[Release]) -> str:
    """What a task's image is called, by the releases that ran it; else the beginning of its
    digest."""
    for release in releases:
        if is_of(image, release.target):
            return version_text(release.target.reference)
    return short(image.rpartition("@")[2])
