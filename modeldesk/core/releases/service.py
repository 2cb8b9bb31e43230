"""Put a version in service and go back to an earlier one."""

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from modeldesk.core.changes import Changes
from modeldesk.core.containers.told import check_told
from modeldesk.core.errors import RecordsError
from modeldesk.core.gateway.ports import Gateway
from modeldesk.core.ids import DeploymentName, EngineId, ModelName
from modeldesk.core.jobs import Job, Progress
from modeldesk.core.ports import DeploymentLocks, ImageEngine
from modeldesk.core.releases.book import DeploymentBook, Elsewhere
from modeldesk.core.releases.canaries import CanaryReleases, take_back
from modeldesk.core.releases.healing import Healed, heal_all
from modeldesk.core.releases.history import earlier_versions, other_versions, previous_version
from modeldesk.core.releases.model import (
    PRODUCTION,
    Deployment,
    DeploymentKey,
    EnvironmentName,
    Release,
    ReleaseKind,
    ReleaseState,
    ServiceSettings,
    VersionTarget,
)
from modeldesk.core.releases.names import check_deployment_name, check_environment
from modeldesk.core.releases.outcome import ReleaseOutcome, changes_of, outcome_of
from modeldesk.core.releases.ports import ReleaseRecords
from modeldesk.core.releases.preparing import (
    Intent,
    kept_container,
    ports_of_last_try,
    revision_of,
    settings_for_return,
)
from modeldesk.core.releases.problems import no_way_back, runs_already
from modeldesk.core.releases.recovery import Recovered, adopt
from modeldesk.core.releases.releasing import Releasing
from modeldesk.core.releases.restarting import restart
from modeldesk.core.releases.routing import check_ports, settled_ports
from modeldesk.core.releases.settle import finish_removal, stop_everything
from modeldesk.core.releases.tidy import tidy
from modeldesk.core.words import tr


class ReleaseService:
    """Deployments of every engine that was ever used. Safe to call from several threads; one
    deployment is changed by one caller at a time, over all running programs."""

    def __init__(
        self,
        records: ReleaseRecords,
        gateways: Callable[[ImageEngine], Gateway],
        gateway_image: Callable[[ImageEngine, Job], str],
        locks: DeploymentLocks,
        who: Callable[[], str],
        clock: Callable[[], datetime],
        forgetful: RecordsError | None = None,
    ) -> None:
        """`gateway_image` is what a new gateway runs, as an image id or ``repository@digest``; it
        is on the engine when this returns. `forgetful` says why `records` are gone when the
        program ends: then no deployment is made or changed."""
        self._records = records
        self._book = DeploymentBook(records)
        self._parts = Releasing(
            records, self._book, locks, who, clock, forgetful, gateways, gateway_image
        )
        self.canaries = CanaryReleases(self._parts)
        """Versions beside those that serve."""

    def gateway(self, engine: ImageEngine) -> Gateway:
        """The gateways of the engine's deployments."""
        return self._parts.gateways(engine)

    def deployments(self, engine: EngineId) -> tuple[Deployment, ...]:
        """Every deployment that lives on the engine, by name."""
        return self._book.on(engine)

    def elsewhere(self, engine: EngineId) -> tuple[Elsewhere, ...]:
        """Those that live on other engines."""
        return self._book.elsewhere(engine)

    def deployment(self, engine: EngineId, name: DeploymentName) -> Deployment:
        """Raises `NoSuchDeployment` when the engine has none of that name."""
        return self._book.get(engine, name)

    def history(self, key: DeploymentKey) -> tuple[Release, ...]:
        """Every release of the deployment, newest first."""
        return self._records.releases(key)

    def settings(self, key: DeploymentKey) -> Mapping[int, ServiceSettings]:
        """Every revision of its settings, the newest first."""
        return self._records.settings(key)

    def earlier_versions(self, deployment: Deployment) -> tuple[VersionTarget, ...]:
        """What can be gone back to, nearest first; where `rollback` goes to by itself."""
        return _but_current(deployment, earlier_versions(self.history(deployment.key)))

    def other_versions(self, deployment: Deployment) -> tuple[VersionTarget, ...]:
        """Every version that once served and does not now, those of `earlier_versions` first."""
        return _but_current(deployment, other_versions(self.history(deployment.key)))

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
        """Run `target` under the deployment `name` of this engine, which is made when there is
        none, without a request dropped. Only where the ports change hands (they are owned by a
        container from before there were gateways, or are to be others) there is a moment without
        answers, which the job's log says. `environment` None leaves what it is.

        `secrets` are values for `settings.secret_names`; those left out are taken from the
        container that runs now. Raises `AlreadyRunning`, `NotFound` (the image), `InvalidInput`
        (ports no gateway can have, a secret in `why`), `ReleaseError` (a canary is under way;
        nothing could be restored), `GatewayError`, `Cancelled` (after everything was undone).
        """
        check_deployment_name(name)
        check_ports(settings.ports)
        why = check_told(why)
        if environment is not None:
            check_environment(environment)
        key = DeploymentKey(engine.identity().id, name)
        with self._parts.to_deploy(engine, name, job) as known:
            wanted = self._wanted(engine, key, model, known, settings, job)
            if environment is not None:
                wanted = replace(wanted, environment=environment)
            again = known is None and wanted.settings.ports != settings.ports
            asked = settings.ports if again else ()
            intent = Intent(ReleaseKind.DEPLOY, known, wanted, target, why, None, secrets, asked)
            return self._parts.release(engine, intent, job)

    def rollback(
        self,
        engine: ImageEngine,
        key: DeploymentKey,
        to: VersionTarget | None,
        why: str,
        job: Job,
    ) -> ReleaseOutcome:
        """Go back to `to`, or to the version before the one that runs, with the settings it ran
        with. Where its container was kept, it is that one again: still running, it gets the
        callers at once. A canary is taken back first; without `to`, that is all. Raises as
        `deploy`, `ReleaseError` when there is nothing to go to, and `NoSuchDeployment` when it
        lives on another engine."""
        began = time.monotonic()
        why = check_told(why)
        with self._parts.held(engine, key, job) as found:
            deployment = found
            if found.canary is not None:
                reason = why or tr("rolled back")
                who = self._parts.who()
                deployment, aborted = take_back(self._parts, engine, found, reason, job, who)
                if to is None:
                    return outcome_of(deployment, aborted, found, began, None, None)
            target = to or previous_version(self.history(deployment.key))
            if target is None:
                raise no_way_back(deployment, self.other_versions(deployment))
            if deployment.current is not None and target.image == deployment.current.image:
                raise runs_already(deployment.name, target)
            reused = kept_container(engine, deployment, target)
            settings = settings_for_return(self._records, deployment, target, reused)
            check_ports(settings.ports)
            wanted = self._wanted(
                engine, deployment.key, deployment.model, deployment, settings, job
            )
            intent = Intent(ReleaseKind.ROLLBACK, deployment, wanted, target, why, reused)
            return self._parts.release(engine, intent, job)

    def stop(self, engine: ImageEngine, key: DeploymentKey, job: Job) -> Changes:
        """Stop what serves and the gateway, so that the ports are free; the deployment stays and
        can be started again. A canary is taken back. Raises `NoSuchDeployment`."""
        with self._parts.held(engine, key, job) as deployment:
            job.report(Progress(tr("Stopping {name}", name=deployment.name)))
            stopped = replace(self._end_canary(deployment, tr("stopped")), stopped=True)
            self._records.save_deployment(stopped)
            tools = self._parts.tools(engine)
            stop_everything(tools, stopped)
            tidy(tools, stopped)
            return replace(changes_of(deployment), every_container=True)

    def start(self, engine: ImageEngine, key: DeploymentKey, job: Job) -> ReleaseOutcome:
        """Run the deployment's current version again, after a stop or when its container is
        gone; nothing is done when it runs behind its gateway. Raises as `rollback`."""
        with self._parts.held(engine, key, job) as deployment:
            return restart(self._parts, engine, deployment, tr("started again"), job)

    def remove(self, engine: ImageEngine, key: DeploymentKey, job: Job) -> Changes:
        """Stop and remove what serves, what was kept and the gateway, then forget the deployment;
        its history stays. Raises `NoSuchDeployment`."""
        with self._parts.held(engine, key, job) as deployment:
            job.report(Progress(tr("Removing {name}", name=deployment.name)))
            # From here on it is removed to the end, by the next start if need be.
            nothing = replace(
                self._end_canary(deployment, tr("removed")), container=None, stopped=True, kept=()
            )
            self._records.save_deployment(nothing)
            tools = self._parts.tools(engine)
            stop_everything(tools, deployment)
            finish_removal(tools, nothing, job)
            return replace(changes_of(deployment), every_container=True)

    def recover(self, engine: ImageEngine, job: Job) -> Recovered:
        """Find out which deployments live on this engine, then finish or undo every release of
        it that a crash left in the middle, and stop what was kept running long enough."""
        self._book.seen(engine.identity())
        adopted = adopt(engine, self._records)
        return replace(self._parts.healer(engine).heal_all(job), adopted=adopted)

    def heal(self, engine: ImageEngine, job: Job) -> Healed:
        """After `recover`: put back what somebody or a crash took away from deployments that are
        to run: their gateways, their routing, and the containers that serve. Deployments that
        another program is busy with are left alone, and so is a container that somebody stopped:
        `start` runs that again."""
        return heal_all(self._parts, engine, job)

    def _wanted(
        self,
        engine: ImageEngine,
        key: DeploymentKey,
        model: ModelName,
        known: Deployment | None,
        settings: ServiceSettings,
        job: Job,
    ) -> Deployment:
        """The deployment with these settings. A gateway that stands keeps its image."""
        has = known.settings.ports if known else ports_of_last_try(self._records, key)
        settled = replace(settings, ports=settled_ports(settings.ports, has))
        revision = revision_of(self._records, key, settled)
        stands = known is not None and known.behind_gateway and not known.stopped
        image = (
            known.gateway_image
            if known is not None and stands
            else self._parts.gateway_image(engine, job)
        )
        if known is None:
            return Deployment(
                key.engine,
                key.name,
                model,
                settled,
                None,
                None,
                self._parts.clock(),
                PRODUCTION,
                revision,
                gateway_image=image,
            )
        return replace(known, model=model, settings=settled, revision=revision, gateway_image=image)

    def _end_canary(self, deployment: Deployment, why: str) -> Deployment:
        """Its release is aborted, for somebody who takes all of the deployment away."""
        canary = deployment.canary
        if canary is None:
            return deployment
        without = replace(deployment, canary=None)
        self._records.save_deployment(without)
        for release in self.history(deployment.key):
            if release.id == canary.version.release:
                ended = replace(release, ended_by=self._parts.who())
                self._parts.end(ended, ReleaseState.ABORTED, why)
        return without


def _but_current(
    deployment: Deployment, versions: tuple[VersionTarget, ...]
) -> tuple[VersionTarget, ...]:
    current = deployment.current
    return tuple(v for v in versions if current is None or v.image != current.image)
