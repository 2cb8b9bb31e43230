"""Finding out what became of releases on a swarm that were left in the middle. The engine went on
by itself, so nothing is undone that it has done; what is open is brought to an end."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from modeldesk.core.errors import AlreadyRunning, EngineError, EngineUnavailable, NotFound
from modeldesk.core.ids import EngineId
from modeldesk.core.jobs import Job
from modeldesk.core.ports import DeploymentLocks
from modeldesk.core.releases.model import (
    RELEASE_LABEL,
    Deployment,
    DeploymentKey,
    Release,
    ReleaseKind,
    ReleaseState,
    ServiceSettings,
    Target,
)
from modeldesk.core.releases.ports import ReleaseRecords
from modeldesk.core.releases.problems import kept
from modeldesk.core.releases.recovery import LeftOpen, Recovered
from modeldesk.core.releases.tools import is_on_a_swarm, release_label
from modeldesk.core.swarm.following import Ending, Followed, follow
from modeldesk.core.swarm.images import is_of
from modeldesk.core.swarm.model import SwarmService, UpdateState
from modeldesk.core.swarm.ports import SwarmEngine
from modeldesk.core.swarm.problems import why_failed
from modeldesk.core.swarm.steps import (
    SwarmStep,
    as_released,
    end_release,
    found_service,
    patience_for,
    tidy_secrets,
)
from modeldesk.core.swarm.wanted import canary_name
from modeldesk.core.words import tr


def has_something_open(records: ReleaseRecords, home: EngineId) -> bool:
    """Whether a release on the engine's swarm, or a deployment there, came to no end."""
    return any(
        one.engine == home and is_on_a_swarm(records, one) for one in records.unfinished_releases()
    ) or any(one.engine == home and _is_ghost(records, one) for one in records.deployments())


@dataclass(frozen=True, slots=True)
class SwarmHealer:
    """Brings open releases on one engine's swarm to an end."""

    swarm: SwarmEngine
    home: EngineId
    records: ReleaseRecords
    locks: DeploymentLocks
    clock: Callable[[], datetime]

    def heal_all(self, job: Job) -> Recovered:
        """Those that another running program is busy with are left alone."""
        healed: list[Release] = []
        left: list[LeftOpen] = []
        for release in self._open():
            job.token.raise_if_cancelled()
            try:
                with self.locks.hold(release.deployment, self.home):
                    # It may have come to its end in another program before the lock was ours.
                    if any(one.id == release.id for one in self._open()):
                        healed.append(self._heal(release, job))
            except AlreadyRunning:
                continue
            except EngineUnavailable:
                raise
            except EngineError as problem:
                left.append(LeftOpen(release, problem))
        self._forget_ghosts()
        return Recovered(tuple(healed), tuple(left))

    def _forget_ghosts(self) -> None:
        """Deployments go that were written down for a first release which was not begun."""
        for deployment in self.records.deployments():
            if deployment.engine == self.home and _is_ghost(self.records, deployment):
                with (
                    suppress(AlreadyRunning),
                    self.locks.hold(deployment.name, self.home),
                ):
                    self._forget_ghost(deployment.key)

    def _forget_ghost(self, key: DeploymentKey) -> None:
        now = self.records.deployment(key)
        if now is not None and _is_ghost(self.records, now):
            self.records.delete_deployment(key)

    def close(self, key: DeploymentKey, job: Job) -> None:
        """Put an end to the deployment's open releases, for somebody who holds its lock."""
        for release in self._open():
            if release.key == key:
                self._heal(release, job)
        self._forget_ghost(key)

    def _open(self) -> list[Release]:
        every = self.records.unfinished_releases()
        return [
            one for one in every if one.engine == self.home and is_on_a_swarm(self.records, one)
        ]

    def _heal(self, release: Release, job: Job) -> Release:
        if release.kind is ReleaseKind.CANARY:
            return self._canary_ended(release)
        service = found_service(self.swarm, release.deployment)
        steps = {entry.step for entry in self.records.journal(release.id)}
        if service is None:
            return self._end(release, ReleaseState.FAILED, _interrupted())
        if not _arrived(service, release, steps):
            return self._before_serves(service, release, job)
        followed = self._follow(service, release, job)
        if _serves_target(followed, release):
            return self._finished(release, service)
        return self._given_up(service, release, followed, job)

    def _canary_ended(self, release: Release) -> Release:
        """One that was not recorded leaves nothing; one that was stands."""
        deployment = self.records.deployment(release.key)
        canary = deployment.canary if deployment else None
        if canary is not None and canary.version.release == release.id:
            return self._end(release, ReleaseState.ROLLING)
        with suppress(NotFound):
            found = self.swarm.service(canary_name(release.deployment))
            self.swarm.remove_service(found.id)
        tidy_secrets(self.swarm, release.deployment, None)
        return self._end(release, ReleaseState.RESTORED, _interrupted())

    def _follow(self, service: SwarmService, release: Release, job: Job) -> Followed:
        expects = service.update is not UpdateState.NONE
        known = self.records.deployment(release.key)
        settings = known.settings if known else ServiceSettings()
        return follow(self.swarm, service.id, patience_for(settings, expects), job)

    def _finished(self, release: Release, service: SwarmService) -> Release:
        deployment = self.records.deployment(release.key)
        if deployment is not None:
            done = as_released(self.records, deployment, release, service.published)
            self.records.save_deployment(done)
        tidy_secrets(self.swarm, release.deployment, service)
        return self._end(release, ReleaseState.SUCCEEDED)

    def _before_serves(self, service: SwarmService, release: Release, job: Job) -> Release:
        """The engine was not asked yet, or has gone back already."""
        followed = self._follow(service, release, job)
        tidy_secrets(self.swarm, release.deployment, service)
        well = followed.ending in (Ending.READY, Ending.WENT_BACK)
        state = ReleaseState.RESTORED if well and release.previous else ReleaseState.FAILED
        return self._end(release, state, self._reason(release, followed))

    def _given_up(
        self, service: SwarmService, release: Release, followed: Followed, job: Job
    ) -> Release:
        """It stands, and does not get well."""
        reason = self._reason(release, followed)
        if release.previous is None:
            self.swarm.remove_service(service.id)
            return self._end(release, ReleaseState.FAILED, reason)
        if followed.ending is not Ending.WENT_BACK:
            self.swarm.roll_back_service(self.swarm.service(service.id))
            followed = self._follow(self.swarm.service(service.id), release, job)
        back = followed.ending in (Ending.READY, Ending.WENT_BACK)
        return self._end(release, ReleaseState.RESTORED if back else ReleaseState.FAILED, reason)

    def _reason(self, release: Release, followed: Followed) -> str:
        target = release.target
        failed = [
            task
            for task in followed.rolling.tasks
            if task.state.failed and is_of(task.image, target)
        ]
        if not failed:
            return _interrupted()
        return kept(why_failed(self.swarm, release, failed[0].image, followed))

    def _end(self, release: Release, state: ReleaseState, error: str = "") -> Release:
        return end_release(self.records, release, state, self.clock(), error)


def _is_ghost(records: ReleaseRecords, deployment: Deployment) -> bool:
    return (
        deployment.settings.target is Target.SWARM
        and deployment.current is None
        and not any(one.key == deployment.key for one in records.unfinished_releases())
    )


def _arrived(service: SwarmService, release: Release, steps: set[str]) -> bool:
    """Whether the service is, or becomes, what the release wants."""
    if service.spec.labels.get(RELEASE_LABEL) == release_label(release):
        return True
    return SwarmStep.ROLL_BACK.value in steps and is_of(service.spec.image, release.target)


def _serves_target(followed: Followed, release: Release) -> bool:
    well = followed.ending in (Ending.READY, Ending.WENT_BACK)
    return well and is_of(followed.rolling.service.spec.image, release.target)


def _interrupted() -> str:
    return tr("The program ended in the middle.")
