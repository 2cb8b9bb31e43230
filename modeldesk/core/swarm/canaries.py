"""A version beside the one that serves, as a second service behind the gateway: put there, given a
share, promoted or taken back. Who decides when is not here."""

import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace

from modeldesk.core.errors import Cancelled, ModelDeskError, NotFound, ReleaseError
from modeldesk.core.gateway.model import WHOLE, Split
from modeldesk.core.gateway.revision import revision_of as routing_revision
from modeldesk.core.ids import ContainerId, DeploymentName
from modeldesk.core.jobs import CancelToken, Job, Progress
from modeldesk.core.ports import ImageEngine
from modeldesk.core.releases.canaries import canary_of, check_can_have_one, no_canary, release_of
from modeldesk.core.releases.model import (
    CanaryContainer,
    Deployment,
    DeploymentKey,
    Release,
    ReleaseKind,
    ReleaseState,
    ServiceSettings,
    StepPhase,
    VersionContainer,
    VersionTarget,
)
from modeldesk.core.releases.names import version_text
from modeldesk.core.releases.outcome import ReleaseOutcome, outcome_of
from modeldesk.core.releases.problems import kept
from modeldesk.core.releases.routing import gateway_spec
from modeldesk.core.releases.tools import release_label
from modeldesk.core.swarm.following import Ending, follow, look
from modeldesk.core.swarm.ports import SwarmEngine
from modeldesk.core.swarm.problems import why_failed
from modeldesk.core.swarm.releasing import SwarmIntent, SwarmReleasing
from modeldesk.core.swarm.rolling import failure_text
from modeldesk.core.swarm.routing import has_gateway
from modeldesk.core.swarm.steps import SwarmRelease, SwarmStep, found_service, patience_for
from modeldesk.core.swarm.wanted import canary_name, service_of
from modeldesk.core.words import tr


@dataclass(frozen=True, slots=True)
class SwarmCanaries:
    """What a rollout does to a deployment on a swarm: the same as `CanaryReleases` to containers.
    Every method raises `AlreadyRunning` while another caller changes it, `NoSuchDeployment`,
    `NoSwarm`, and `GatewayError` when what held before holds."""

    parts: SwarmReleasing

    def stage(
        self,
        engine: ImageEngine,
        key: DeploymentKey,
        target: VersionTarget,
        settings: ServiceSettings | None,
        why: str,
        job: Job,
        secrets: Mapping[str, str] | None = None,
    ) -> ReleaseOutcome:
        """Run `target` as a service beside the one that serves, ready, with no share yet. The
        release is ROLLING then; where the target fails, the outcome says so, and nothing of it is
        left."""
        began = time.monotonic()
        with self.parts.held(engine, key, job) as deployment:
            _check_gateway(deployment)
            check_can_have_one(deployment, runs=not deployment.stopped)
            chosen = replace(settings or deployment.settings, ports=deployment.settings.ports)
            wanted = self.parts.wanted(deployment.key, deployment.model, deployment, chosen)
            intent = SwarmIntent(wanted, deployment, target, ReleaseKind.CANARY, why, secrets or {})
            swarm = self.parts.swarm_of(engine)
            image = self.parts.image(engine, swarm, target, job)
            release = self.parts.begin(intent)
            work = self._work(swarm, release, wanted)
            work.journal(SwarmStep.BEGIN, StepPhase.DONE)
            try:
                version = self._create(work, intent, image, job)
            except ModelDeskError as problem:
                return self._failed(work, deployment, problem, began)
            standing = replace(deployment, canary=CanaryContainer(version))
            self.parts.records.save_deployment(standing)
            rolling = self.parts.end(release, ReleaseState.ROLLING)
            self.parts.gateway(engine).route(standing, job.token)
            return outcome_of(standing, rolling, deployment, began, None, None)

    def shift(
        self,
        engine: ImageEngine,
        key: DeploymentKey,
        release: int,
        split: Split | None,
        job: Job,
        *,
        mirrored: bool = False,
    ) -> str:
        """Give the canary of that release this share, or copies of all requests; the revision of
        the routing, once the gateway goes by it."""
        with self.parts.held(engine, key, job) as deployment:
            canary = canary_of(deployment, release)
            after = replace(
                deployment, canary=CanaryContainer(canary.version, split, mirrored=mirrored)
            )
            revision = self.parts.gateway(engine).route(after, job.token)
            self.parts.records.save_deployment(after)
            return revision

    def promote(
        self, engine: ImageEngine, key: DeploymentKey, release: int, job: Job
    ) -> ReleaseOutcome:
        """The canary's tasks get all callers while the engine replaces those of the service that
        served; then that one serves, and the canary's goes. Where it can't be done the canary goes
        on as one."""
        began = time.monotonic()
        with self.parts.held(engine, key, job) as deployment:
            canary = canary_of(deployment, release)
            gateway, swarm = self.parts.gateway(engine), self.parts.swarm_of(engine)
            everyone = Split(canary.version.backend, WHOLE)
            alone = replace(deployment, canary=CanaryContainer(canary.version, everyone))
            gateway.route(alone, job.token)
            rolling = release_of(self.parts.records, deployment, release)
            problem = self._replace_stable(swarm, deployment, rolling, job)
            if problem is not None:
                gateway.route(deployment, CancelToken())
                raise problem
            done = self.parts.released(deployment, rolling)
            gateway.route(replace(done, canary=None), CancelToken())
            done = replace(done, canary=None)
            self.parts.records.save_deployment(done)
            gateway.gateway.drain(gateway_spec(done), done.settings.drain_s, job.token)
            remove_canary(swarm, deployment.name)
            ended = self.parts.end(rolling, ReleaseState.SUCCEEDED)
            return outcome_of(done, ended, deployment, began, None, None)

    def abort(
        self,
        engine: ImageEngine,
        key: DeploymentKey,
        release: int,
        reason: str,
        job: Job,
        who: str = "",
    ) -> Release:
        """All callers get what serves again, and the canary's service goes. The release is
        ABORTED, for `reason`, by `who`: empty where the program does it by itself."""
        with self.parts.held(engine, key, job) as deployment:
            canary_of(deployment, release)
            _, aborted = take_back(self.parts, engine, deployment, reason, job, who)
            return aborted

    def revision(self, engine: ImageEngine, deployment: Deployment, /) -> str:
        """Of the routing that the deployment is to have, by the tasks that serve now."""
        return routing_revision(
            gateway_spec(deployment), self.parts.gateway(engine).routing(deployment)
        )

    def problem(self, engine: ImageEngine, deployment: Deployment, /) -> str:
        """What is wrong with its canary, as a sentence; empty where there is none, or all of its
        tasks are ready or on their way."""
        if deployment.canary is None:
            return ""
        version = version_text(deployment.canary.version.target.reference)
        swarm = self.parts.swarm_of(engine)
        try:
            rolling = look(swarm, swarm.service(canary_name(deployment.name)).id)
        except NotFound:
            return tr("The service of {version} is gone.", version=version)
        failure = rolling.last_failure
        if failure is None or rolling.ready >= rolling.wanted:
            return ""
        return tr("{version} failed: {why}", version=version, why=failure_text(failure, rolling))

    def _work(self, swarm: SwarmEngine, release: Release, wanted: Deployment) -> SwarmRelease:
        before = found_service(swarm, wanted.name)
        parts = self.parts
        return SwarmRelease(swarm, parts.records, parts.clock, release, wanted.settings, before)

    def _create(
        self, work: SwarmRelease, intent: SwarmIntent, image: str, job: Job
    ) -> VersionContainer:
        """The canary's service, once all its tasks are ready."""
        deployment, release = intent.deployment, work.release
        refs = work.secrets(deployment.settings.secret_names, intent.secrets)
        spec = service_of(deployment.name, deployment.settings, image, release_label(release), refs)
        work.journal(SwarmStep.CREATE, StepPhase.STARTED)
        service = work.swarm.create_service(replace(spec, name=canary_name(deployment.name)))
        work.journal(SwarmStep.CREATE, StepPhase.DONE)
        followed = follow(
            work.swarm, service, patience_for(deployment.settings, expects_update=False), job
        )
        if followed.ending is not Ending.READY:
            raise why_failed(work.swarm, release, image, followed)
        container = ContainerId(service)
        return VersionContainer(release.id, container, "", release.target, release.revision)

    def _failed(
        self, work: SwarmRelease, deployment: Deployment, problem: ModelDeskError, began: float
    ) -> ReleaseOutcome:
        remove_canary(work.swarm, deployment.name)
        work.forget_secrets()
        ended = self.parts.end(work.release, ReleaseState.RESTORED, kept(problem))
        if isinstance(problem, Cancelled):
            raise problem
        return outcome_of(deployment, ended, deployment, began, problem, None)

    def _replace_stable(
        self, swarm: SwarmEngine, deployment: Deployment, rolling: Release, job: Job
    ) -> ModelDeskError | None:
        """Nobody is sent there meanwhile. What kept it from being done, if anything."""
        settings = self.parts.records.settings(deployment.key).get(rolling.revision)
        chosen = settings or deployment.settings
        before, beside = (
            found_service(swarm, deployment.name),
            swarm.service(canary_name(deployment.name)),
        )
        work = SwarmRelease(swarm, self.parts.records, self.parts.clock, rolling, chosen, before)
        work.position = len(self.parts.records.journal(rolling.id))
        label, refs = release_label(rolling), beside.spec.secrets
        spec = service_of(deployment.name, chosen, beside.spec.image, label, refs)
        try:
            followed = work.apply(spec, job)
        except ModelDeskError as problem:
            work.undo(Job(report=job.report, log=job.log))
            return problem
        if followed.ending is Ending.READY:
            return None
        if followed.ending is not Ending.WENT_BACK:
            work.undo(Job(report=job.report, log=job.log))
        return why_failed(swarm, rolling, beside.spec.image, followed)


def remove_canary(swarm: SwarmEngine, name: DeploymentName) -> None:
    """Its service goes. Nothing happens when it is gone."""
    with suppress(NotFound):
        swarm.remove_service(swarm.service(canary_name(name)).id)


def take_back(
    parts: SwarmReleasing,
    engine: ImageEngine,
    deployment: Deployment,
    reason: str,
    job: Job,
    who: str,
) -> tuple[Deployment, Release]:
    """See `SwarmCanaries.abort`; the deployment without its canary, and the canary's release."""
    if deployment.canary is None:
        raise no_canary(deployment)
    job.report(Progress(tr("Sending all requests to what serves")))
    # Whoever cancels the job does not mean that callers stay with the canary.
    parts.gateway(engine).route(replace(deployment, canary=None), CancelToken())
    return end_canary(parts, engine, deployment, deployment.canary, reason, who)


def end_canary(
    parts: SwarmReleasing,
    engine: ImageEngine,
    deployment: Deployment,
    canary: CanaryContainer,
    reason: str,
    who: str,
) -> tuple[Deployment, Release]:
    """As `take_back`, for somebody who sends all callers elsewhere."""
    after = replace(deployment, canary=None)
    parts.records.save_deployment(after)
    remove_canary(parts.swarm_of(engine), deployment.name)
    rolling = release_of(parts.records, deployment, canary.version.release)
    return after, parts.end(replace(rolling, ended_by=who), ReleaseState.ABORTED, reason)


def _check_gateway(deployment: Deployment) -> None:
    if not has_gateway(deployment):
        raise ReleaseError(
            tr("“{name}” has no gateway, which a canary needs.", name=deployment.name),
            tr("Deploy it again with one; its ports are those of this engine’s machine then."),
        )
