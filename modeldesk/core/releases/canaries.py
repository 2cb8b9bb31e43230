"""A version beside the one that serves: put there, given a share, promoted or taken back. Who
decides when is not here."""

import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from modeldesk.core.containers.model import ContainerDetail, ContainerStatus, Health
from modeldesk.core.errors import NotFound, ReleaseError
from modeldesk.core.gateway.model import Split
from modeldesk.core.gateway.revision import revision_of as routing_revision
from modeldesk.core.jobs import Job, Progress
from modeldesk.core.ports import ImageEngine
from modeldesk.core.releases.executor import ReleaseExecutor
from modeldesk.core.releases.history import never_served
from modeldesk.core.releases.model import (
    CanaryContainer,
    Deployment,
    DeploymentKey,
    KeptContainer,
    Release,
    ReleaseKind,
    ReleaseState,
    ServiceSettings,
    VersionTarget,
)
from modeldesk.core.releases.names import version_text
from modeldesk.core.releases.outcome import ReleaseOutcome
from modeldesk.core.releases.plan import plan_release
from modeldesk.core.releases.ports import ReleaseRecords
from modeldesk.core.releases.preparing import Intent, revision_of, situation
from modeldesk.core.releases.problems import last_check
from modeldesk.core.releases.releasing import Releasing
from modeldesk.core.releases.routing import gateway_spec, routing_of
from modeldesk.core.releases.tidy import kept_after, tidy
from modeldesk.core.releases.tools import Tools
from modeldesk.core.words import tr


@dataclass(frozen=True, slots=True)
class CanaryReleases:
    """What a rollout does to a deployment. Every method raises `AlreadyRunning` while another
    caller changes it, `NoSuchDeployment`, and `GatewayError` when what held before holds."""

    parts: Releasing

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
        """Run `target` beside what serves, healthy, with no share yet; only requests that ask for
        it get there. `settings` None are those of the deployment; its ports stay in any case. The
        release is ROLLING then. Raises as `ReleaseService.deploy`; where the target fails, the
        outcome says so."""
        with self.parts.held(engine, key, job) as deployment:
            runs = not deployment.stopped and deployment.container is not None
            check_can_have_one(deployment, runs=runs)
            _check_gateway(deployment)
            chosen = replace(settings or deployment.settings, ports=deployment.settings.ports)
            revision = revision_of(self.parts.records, deployment.key, chosen)
            wanted = replace(deployment, settings=chosen, revision=revision)
            intent = Intent(ReleaseKind.CANARY, deployment, wanted, target, why, None, secrets)
            return self.parts.release(engine, intent, job)

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
        the routing, once the gateway goes by it. Raises `ReleaseError` when the deployment has
        no such canary any more."""
        with self.parts.held(engine, key, job) as deployment:
            canary = canary_of(deployment, release)
            after = replace(
                deployment, canary=CanaryContainer(canary.version, split, mirrored=mirrored)
            )
            revision = route(self.parts.tools(engine), after, job)
            self.parts.records.save_deployment(after)
            return revision

    def promote(
        self, engine: ImageEngine, key: DeploymentKey, release: int, job: Job
    ) -> ReleaseOutcome:
        """The canary serves all callers from now on; what served is kept as after any release.
        Raises as `shift`; where it can't be done the canary goes on as one."""
        began = time.monotonic()
        with self.parts.held(engine, key, job) as deployment:
            canary = canary_of(deployment, release)
            records, version = self.parts.records, canary.version
            settings = records.settings(deployment.key).get(version.revision)
            wanted = replace(
                deployment,
                settings=settings or deployment.settings,
                revision=version.revision if settings else deployment.revision,
            )
            rolling = release_of(self.parts.records, deployment, release)
            tools = self.parts.tools(engine)
            intent = Intent(ReleaseKind.ROLLBACK, deployment, wanted, version.target, "", version)
            executor = ReleaseExecutor(tools, deployment, wanted, rolling, {}, version)
            executor.position = len(records.journal(release))
            plan = plan_release(situation(tools, intent))
            return self.parts.run(executor, plan, deployment, began, job)

    def abort(
        self,
        engine: ImageEngine,
        key: DeploymentKey,
        release: int,
        reason: str,
        job: Job,
        who: str = "",
    ) -> Release:
        """All callers get what serves again; the canary's container is kept a while, to look at.
        The release is ABORTED, for `reason`, by `who`: empty where the program does it by itself.
        Raises as `shift`."""
        with self.parts.held(engine, key, job) as deployment:
            canary_of(deployment, release)
            _, aborted = take_back(self.parts, engine, deployment, reason, job, who)
            return aborted

    def revision(self, _engine: ImageEngine, deployment: Deployment, /) -> str:
        """Of the routing that the deployment is to have."""
        return routing_revision(gateway_spec(deployment), routing_of(deployment))

    def problem(self, engine: ImageEngine, deployment: Deployment, /) -> str:
        """What is wrong with its canary, as a sentence; empty where there is none, or it runs and
        is not unhealthy."""
        if deployment.canary is None:
            return ""
        canary = deployment.canary.version
        version = version_text(canary.target.reference)
        try:
            detail = engine.container(canary.container)
        except NotFound:
            return tr("The container of {version} is gone.", version=version)
        return _not_well(detail, version, deployment.settings.secret_names)


def route(tools: Tools, deployment: Deployment, job: Job) -> str:
    """Send requests as the deployment says, through a gateway that is put back if need be; the
    revision it goes by."""
    spec, routing = gateway_spec(deployment), routing_of(deployment)
    if tools.gateway.applied(spec) is None:
        tools.gateway.ensure(spec, routing, job.token)
    return tools.gateway.apply(spec, routing, job.token)


def take_back(
    parts: Releasing,
    engine: ImageEngine,
    deployment: Deployment,
    reason: str,
    job: Job,
    who: str,
) -> tuple[Deployment, Release]:
    """See `CanaryReleases.abort`; the deployment without its canary, and the canary's release."""
    canary = deployment.canary
    if canary is None:
        raise no_canary(deployment)
    tools, version = parts.tools(engine), canary.version
    job.report(Progress(tr("Sending all requests to what serves")))
    after = replace(deployment, canary=None)
    # Whoever cancels the job does not mean that callers stay with the canary.
    route(tools, after, Job(report=job.report, log=job.log))
    unserved = {version.release, *never_served(parts.records.releases(deployment.key))}
    left = KeptContainer(version, parts.clock())
    after = replace(after, kept=kept_after(after, left, unserved=unserved))
    parts.records.save_deployment(after)
    rolling = release_of(parts.records, deployment, version.release)
    aborted = parts.end(replace(rolling, ended_by=who), ReleaseState.ABORTED, reason)
    return tidy(tools, after), aborted


def check_can_have_one(deployment: Deployment, *, runs: bool) -> None:
    """Raise `ReleaseError` for one that has a canary, or nothing that it could stand beside."""
    if deployment.canary is not None:
        raise ReleaseError(
            tr("“{name}” has a canary already.", name=deployment.name),
            tr("Promote it or take it back first."),
        )
    if not runs:
        raise ReleaseError(
            tr(
                "“{name}” does not run, so a canary has nothing to stand beside.",
                name=deployment.name,
            ),
            tr("Start it, or deploy the version for all callers."),
        )


def _check_gateway(deployment: Deployment) -> None:
    if not deployment.behind_gateway:
        raise ReleaseError(
            tr("“{name}” is not behind a gateway yet.", name=deployment.name),
            tr("Its next release puts it there; canaries are possible from then on."),
        )


def canary_of(deployment: Deployment, release: int) -> CanaryContainer:
    """The canary of that release. Raises `ReleaseError` when it is not there any more."""
    canary = deployment.canary
    if canary is None or canary.version.release != release:
        raise no_canary(deployment)
    return canary


def no_canary(deployment: Deployment) -> ReleaseError:
    """Somebody else ended it."""
    return ReleaseError(
        tr("The canary of “{name}” is not there any more.", name=deployment.name),
        tr("It was promoted or taken back, here or in another window."),
    )


def release_of(records: ReleaseRecords, deployment: Deployment, release: int) -> Release:
    """Raises `ReleaseError` when its canary is not there any more."""
    every = records.releases(deployment.key)
    found = next((one for one in every if one.id == release), None)
    if found is None:
        raise no_canary(deployment)
    return found


def _not_well(detail: ContainerDetail, version: str, secret_names: Collection[str]) -> str:
    if detail.out_of_memory and not detail.summary.running:
        return tr("{version} was ended because it used too much memory.", version=version)
    if not detail.summary.running:
        code = detail.exit_code
        return tr("{version} ended with exit code {code}.", version=version, code=code)
    if detail.summary.status is ContainerStatus.PAUSED:
        return tr("{version} is paused on the engine and answers nobody.", version=version)
    if detail.summary.health is Health.UNHEALTHY:
        said = last_check(detail, secret_names)
        if said:
            return tr(
                "{version} is unhealthy; its health check said: {said}",
                version=version,
                said=said,
            )
        return tr("{version} says itself that it is unhealthy.", version=version)
    return ""
