"""Deployments that run as services of a swarm: put a version in service there, go back, scale."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from modeldesk.core.changes import Changes
from modeldesk.core.containers.told import check_told
from modeldesk.core.errors import NotFound, RecordsError
from modeldesk.core.gateway.ports import Gateway
from modeldesk.core.ids import DeploymentName, EngineId, ModelName
from modeldesk.core.jobs import CancelToken, Job, Progress
from modeldesk.core.ports import DeploymentLocks, ImageEngine
from modeldesk.core.releases.book import DeploymentBook
from modeldesk.core.releases.healing import Healed
from modeldesk.core.releases.history import other_versions, previous_version
from modeldesk.core.releases.model import (
    Deployment,
    DeploymentKey,
    EnvironmentName,
    ReleaseKind,
    ServiceSettings,
    SwarmSettings,
    Target,
    VersionTarget,
)
from modeldesk.core.releases.names import check_deployment_name, check_environment
from modeldesk.core.releases.outcome import ReleaseOutcome, changes_of, outcome_of
from modeldesk.core.releases.ports import ReleaseRecords
from modeldesk.core.releases.preparing import settings_for_return
from modeldesk.core.releases.problems import no_way_back, runs_already
from modeldesk.core.releases.recovery import Recovered
from modeldesk.core.swarm.canaries import (
    SwarmCanaries,
    end_canary,
    remove_canary,
    take_back,
)
from modeldesk.core.swarm.following import look, watch
from modeldesk.core.swarm.healing import heal_all
from modeldesk.core.swarm.model import SwarmService
from modeldesk.core.swarm.ports import SwarmEngine
from modeldesk.core.swarm.problems import canary_service_gone, service_gone
from modeldesk.core.swarm.recovery import has_something_open
from modeldesk.core.swarm.releasing import SwarmIntent, SwarmReleasing
from modeldesk.core.swarm.rolling import Rolling
from modeldesk.core.swarm.routing import has_gateway
from modeldesk.core.swarm.scaling import restart, scale
from modeldesk.core.swarm.steps import found_service, tidy_secrets
from modeldesk.core.swarm.wanted import canary_name, check_settings
from modeldesk.core.words import tr


class SwarmReleases:
    """Deployments of every swarm that was ever used, with the records, journal and locks of those
    that are containers. Safe to call from several threads; one deployment is changed by one
    caller at a time, over all running programs."""

    def __init__(
        self,
        records: ReleaseRecords,
        swarm_of: Callable[[ImageEngine], SwarmEngine],
        gateways: Callable[[ImageEngine], Gateway],
        gateway_image: Callable[[ImageEngine, Job], str],
        locks: DeploymentLocks,
        who: Callable[[], str],
        clock: Callable[[], datetime],
        forgetful: RecordsError | None = None,
    ) -> None:
        """`gateway_image` is as for `ReleaseService`. `forgetful` says why `records` are gone when
        the program ends: then no deployment is made or changed."""
        book = DeploymentBook(records)
        self._parts = SwarmReleasing(
            records, book, locks, who, clock, forgetful, swarm_of, gateways, gateway_image
        )
        self.canaries = SwarmCanaries(self._parts)
        """Versions beside those that serve, behind a gateway."""

    def swarm(self, engine: ImageEngine) -> SwarmEngine:
        """The engine as a manager of its swarm."""
        return self._parts.swarm_of(engine)

    def deployments(self, engine: EngineId) -> tuple[Deployment, ...]:
        """Those that run on the swarm of the engine, by name."""
        return tuple(
            one for one in self._parts.book.on(engine) if one.settings.target is Target.SWARM
        )

    def state(self, engine: ImageEngine, name: DeploymentName) -> Rolling:
        """How the deployment's service stands now. Raises `ReleaseError` when it is not in the
        swarm any more, `NoSwarm` when the engine manages none any more."""
        swarm = self._parts.swarm_of(engine)
        return look(swarm, _service(swarm, name).id)

    def follow(
        self,
        engine: ImageEngine,
        name: DeploymentName,
        token: CancelToken,
        every_s: float = 1.0,
        *,
        canary: bool = False,
    ) -> Iterator[Rolling]:
        """How it stands, or the service of its canary, at once and whenever that has changed,
        looked at `every_s` seconds, until the token is cancelled. Raises as `state`."""
        swarm = self._parts.swarm_of(engine)
        try:
            found = swarm.service(canary_name(name)) if canary else _service(swarm, name)
            yield from watch(swarm, found.id, token, every_s)
        except NotFound as error:
            raise (canary_service_gone(name) if canary else service_gone(name)) from error

    def deploy(
        self,
        engine: ImageEngine,
        name: DeploymentName,
        model: ModelName,
        target: VersionTarget,
        settings: ServiceSettings,
        why: str,
        job: Job,
        secrets: Mapping[str, str] | None = None,
        *,
        environment: EnvironmentName | None = None,
    ) -> ReleaseOutcome:
        """Have the service `name` run `target`; it is made when there is none. The engine starts
        each task before it stops the one it replaces, where the ports allow that, and goes back
        by itself when tasks fail: the outcome is `restored` then, with the task's own error.

        `secrets` are values for `settings.secret_names`; for those left out the swarm's own are
        used again. Raises `NoSwarm`, `AlreadyRunning`, `NotFound` (the image), `InvalidInput`
        (a secret in `why`), `ReleaseError` (also for an image that not every machine could get),
        `ContainerFailed` when nothing ran before, `Cancelled` (after everything was undone).
        """
        check_deployment_name(name)
        if environment is not None:
            check_environment(environment)
        check_settings(settings)
        why = check_told(why)
        settings = settings if settings.swarm else replace(settings, swarm=SwarmSettings())
        key = DeploymentKey(engine.identity().id, name)
        with self._parts.to_deploy(engine, name, job) as known:
            deployment = self._parts.wanted(key, model, known, settings)
            if environment is not None:
                deployment = replace(deployment, environment=environment)
            intent = SwarmIntent(deployment, known, target, ReleaseKind.DEPLOY, why, secrets or {})
            return self._parts.release(engine, intent, job)

    def rollback(
        self,
        engine: ImageEngine,
        key: DeploymentKey,
        to: VersionTarget | None,
        why: str,
        job: Job,
    ) -> ReleaseOutcome:
        """Go back to `to`, or to the version before the one that runs: by the engine's own
        rollback where that leads there, which brings the settings back as well, else by an update.
        A canary is taken back first; without `to`, that is all. Raises as `deploy`, and
        `ReleaseError` when there is nothing to go to."""
        why, began = check_told(why), time.monotonic()
        with self._parts.held(engine, key, job) as found:
            deployment = found
            if found.canary is not None:
                reason = why or tr("rolled back")
                who = self._parts.who()
                deployment, aborted = take_back(self._parts, engine, found, reason, job, who)
                if to is None:
                    return outcome_of(deployment, aborted, found, began, None, None)
            history = self._parts.records.releases(deployment.key)
            target = to or previous_version(history)
            if target is None:
                others = other_versions(history)
                raise no_way_back(deployment, others)
            if deployment.current is not None and target.image == deployment.current.image:
                raise runs_already(deployment.name, target)
            settings = settings_for_return(self._parts.records, deployment, target, None)
            wanted = self._parts.wanted(deployment.key, deployment.model, deployment, settings)
            intent = SwarmIntent(wanted, deployment, target, ReleaseKind.ROLLBACK, why, {})
            return self._parts.release(engine, intent, job)

    def scale(self, engine: ImageEngine, key: DeploymentKey, replicas: int, job: Job) -> Rolling:
        """Have that many tasks, and wait until they are ready; 0 stops it, and keeps how many
        there are to be when it is started again. Raises `ReleaseError` with what keeps them from
        being ready; they stay wanted."""
        with self._parts.held(engine, key, job) as deployment:
            return scale(self._parts, engine, deployment, replicas, job)

    def stop(self, engine: ImageEngine, key: DeploymentKey, job: Job) -> Changes:
        """Stop every task; the service stays and can be started again. A canary is taken back."""
        with self._parts.held(engine, key, job) as found:
            job.report(Progress(tr("Stopping {name}", name=found.name)))
            deployment = self._without_canary(engine, found, tr("stopped"))
            scale(self._parts, engine, deployment, 0, job)
            return changes_of(deployment)

    def start(self, engine: ImageEngine, key: DeploymentKey, job: Job) -> ReleaseOutcome:
        """As many tasks as there were before it was stopped; where its service is gone, a release
        makes it again. Raises as `deploy`, and as `scale`."""
        with self._parts.held(engine, key, job) as deployment:
            return restart(self._parts, engine, deployment, tr("started again"), job)

    def remove(self, engine: ImageEngine, key: DeploymentKey, job: Job) -> Changes:
        """Remove the service with its tasks and secrets, then forget the deployment; its history
        stays."""
        with self._parts.held(engine, key, job) as found:
            job.report(Progress(tr("Removing {name}", name=found.name)))
            swarm = self._parts.swarm_of(engine)
            deployment = self._without_canary(engine, found, tr("removed"))
            service = found_service(swarm, deployment.name)
            if service is not None:
                swarm.remove_service(service.id)
            # One that a kill has left, too.
            remove_canary(swarm, deployment.name)
            if has_gateway(deployment):
                self._parts.gateway(engine).remove(deployment, job.token)
            tidy_secrets(swarm, deployment.name, None)
            self._parts.records.delete_deployment(deployment.key)
            return changes_of(deployment)

    def heal(self, engine: ImageEngine, job: Job) -> Healed:
        """After `recover`: put services and gateways back that were taken away, tell gateways of
        tasks that were replaced meanwhile, and remove services of canaries that are over.
        Deployments that another program is busy with are left alone."""
        return heal_all(self._parts, engine, job)

    def recover(self, engine: ImageEngine, job: Job) -> Recovered:
        """Find out what became of every release on this engine's swarm that a crash left in the
        middle: the engine has gone on without the program. Where there is none, no engine is
        asked."""
        if not has_something_open(self._parts.records, engine.identity().id):
            return Recovered()
        return self._parts.healer(engine).heal_all(job)

    def _without_canary(
        self, engine: ImageEngine, deployment: Deployment, reason: str
    ) -> Deployment:
        """For somebody who takes all of it away."""
        if deployment.canary is None:
            return deployment
        who = self._parts.who()
        after, _ = end_canary(self._parts, engine, deployment, deployment.canary, reason, who)
        return after


def _service(swarm: SwarmEngine, name: DeploymentName) -> SwarmService:
    found = found_service(swarm, name)
    if found is None:
        raise service_gone(name)
    return found
