"""Taking a release on a swarm from its intent to its end, for one deployment whose lock is held."""

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace

from modeldesk.core.errors import (
    Cancelled,
    EngineError,
    EngineUnavailable,
    GatewayError,
    ModelDeskError,
    NotFound,
)
from modeldesk.core.gateway.ports import Gateway
from modeldesk.core.ids import ModelName
from modeldesk.core.jobs import CancelToken, Job, Progress
from modeldesk.core.ports import ImageEngine
from modeldesk.core.releases.holding import Holding
from modeldesk.core.releases.model import (
    DEPLOYMENT_LABEL,
    RELEASE_LABEL,
    Deployment,
    DeploymentKey,
    Release,
    ReleaseKind,
    ReleaseState,
    ServiceSettings,
    StepPhase,
    Target,
    VersionTarget,
)
from modeldesk.core.releases.names import version_text
from modeldesk.core.releases.outcome import ReleaseOutcome, outcome_of
from modeldesk.core.releases.preparing import revision_of
from modeldesk.core.releases.problems import kept
from modeldesk.core.releases.tools import release_label
from modeldesk.core.swarm.following import Ending, Followed
from modeldesk.core.swarm.images import can_be_pulled, swarm_image
from modeldesk.core.swarm.ports import SwarmEngine
from modeldesk.core.swarm.problems import not_back, only_here, strange_service, why_failed
from modeldesk.core.swarm.recovery import SwarmHealer
from modeldesk.core.swarm.routing import SwarmGateway, has_gateway
from modeldesk.core.swarm.steps import (
    SwarmRelease,
    SwarmStep,
    as_released,
    check_secrets,
    end_release,
    found_service,
    is_back,
    leads_to,
    step_text,
)
from modeldesk.core.swarm.wanted import network_name, open_ports, service_of
from modeldesk.core.words import tr


@dataclass(frozen=True, slots=True)
class SwarmIntent:
    """A release that is wanted. `deployment` is what it is to be, but for what runs; `known` what
    it is, None for a first one."""

    deployment: Deployment
    known: Deployment | None
    target: VersionTarget
    kind: ReleaseKind
    why: str
    secrets: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SwarmReleasing(Holding):
    """What every part of the service shares."""

    swarm_of: Callable[[ImageEngine], SwarmEngine]
    gateways: Callable[[ImageEngine], Gateway]
    gateway_image: Callable[[ImageEngine, Job], str]
    target = Target.SWARM

    def gateway(self, engine: ImageEngine) -> SwarmGateway:
        """The gateways in front of the engine's swarm."""
        return SwarmGateway(self.swarm_of(engine), self.gateways(engine))

    def healer(self, engine: ImageEngine) -> SwarmHealer:
        """Brings open releases to an end."""
        return SwarmHealer(
            self.swarm_of(engine), engine.identity().id, self.records, self.locks, self.clock
        )

    def wanted(
        self,
        key: DeploymentKey,
        model: ModelName,
        known: Deployment | None,
        settings: ServiceSettings,
    ) -> Deployment:
        """The deployment with these settings."""
        revision = revision_of(self.records, key, settings)
        if known is not None:
            return replace(known, model=model, settings=settings, revision=revision)
        return Deployment(
            key.engine,
            key.name,
            model,
            settings,
            None,
            None,
            self.clock(),
            revision=revision,
        )

    def check_unclaimed(self, engine: ImageEngine, key: DeploymentKey) -> None:
        """Raise `ReleaseError` when the swarm has a service of that name which these records do not
        know: another account's, or what was left when records were lost."""
        found = found_service(self.swarm_of(engine), key.name)
        own = {release_label(one) for one in self.records.releases(key)}
        if found is not None and found.spec.labels.get(RELEASE_LABEL) not in own:
            raise strange_service(key.name, found.spec.name)

    def release(self, engine: ImageEngine, intent: SwarmIntent, job: Job) -> ReleaseOutcome:
        """Make it, from the first step to the end. Raises what can't be restored from."""
        began = time.monotonic()
        swarm, deployment = self.swarm_of(engine), intent.deployment
        before = found_service(swarm, deployment.name)
        image = self.image(engine, swarm, intent.target, job)
        by_engine = (
            intent.kind is ReleaseKind.ROLLBACK
            and before is not None
            and leads_to(before, intent.target)
        )
        if not by_engine:
            check_secrets(before, deployment.settings.secret_names, intent.secrets)
        _say_open_ports(deployment.settings, job)
        release = self.begin(intent)
        job.log(step_text(release))
        job.report(Progress(step_text(release)))
        work = SwarmRelease(swarm, self.records, self.clock, release, deployment.settings, before)
        work.journal(SwarmStep.BEGIN, StepPhase.DONE)
        try:
            intent = self._with_gateway(engine, intent, work, job)
            followed = work.roll_back(job) if by_engine else self._update(work, intent, image, job)
            well = followed.ending is Ending.READY or (
                followed.ending is Ending.WENT_BACK and followed.rolling.service.spec.image == image
            )
            if well:
                intent = self._routed(engine, intent, work, job)
        except EngineUnavailable:
            # The engine goes on by itself: what became of it is found out when it answers again.
            raise
        except ModelDeskError as problem:
            return self._undone(engine, work, intent, problem, began, job)
        if well:
            done = work.record(intent.deployment)
            ended = self.end(release, ReleaseState.SUCCEEDED)
            return outcome_of(done, ended, intent.known, began, None, None)
        why = why_failed(swarm, release, image, followed)
        if before is not None and followed.ending is Ending.WENT_BACK and is_back(followed, before):
            work.forget_secrets()
            return self._restored(intent, release, why, began)
        job.log(why.message)
        return self._undone(engine, work, intent, why, began, job)

    def _update(self, work: SwarmRelease, intent: SwarmIntent, image: str, job: Job) -> Followed:
        settings = intent.deployment.settings
        refs = work.secrets(settings.secret_names, intent.secrets)
        label = release_label(work.release)
        spec = service_of(intent.deployment.name, settings, image, label, refs)
        return work.apply(spec, job)

    def _with_gateway(
        self, engine: ImageEngine, intent: SwarmIntent, work: SwarmRelease, job: Job
    ) -> SwarmIntent:
        """What a gateway needs before the service is there: the network of both, and its image."""
        deployment, known = intent.deployment, intent.known
        if not has_gateway(deployment):
            return intent
        labels = {DEPLOYMENT_LABEL: deployment.name}
        work.swarm.ensure_network(network_name(deployment.name), labels)
        image = deployment.gateway_image or self.gateway_image(engine, job)
        if known is not None and has_gateway(known):
            work.on_look = self.gateway(engine).follow_tasks(known, CancelToken())
        return replace(intent, deployment=replace(deployment, gateway_image=image))

    def _routed(
        self, engine: ImageEngine, intent: SwarmIntent, work: SwarmRelease, job: Job
    ) -> SwarmIntent:
        """Callers reach the tasks through the gateway, where there is one."""
        if not has_gateway(intent.deployment):
            return intent
        work.journal(SwarmStep.ROUTE, StepPhase.STARTED)
        wanted = as_released(self.records, intent.deployment, work.release, ())
        self.gateway(engine).route(wanted, job.token)
        work.journal(SwarmStep.ROUTE, StepPhase.DONE)
        return intent

    def _gateway_back(self, engine: ImageEngine, intent: SwarmIntent) -> None:
        """The gateway as it was before the release, which may have been none."""
        if not has_gateway(intent.deployment):
            return
        known, gateway = intent.known, self.gateway(engine)
        # What went wrong first is what is said.
        with suppress(GatewayError, EngineError):
            if known is None:
                gateway.remove(intent.deployment, CancelToken())
            elif has_gateway(known):
                gateway.route(known, CancelToken())

    def _undone(
        self,
        engine: ImageEngine,
        work: SwarmRelease,
        intent: SwarmIntent,
        problem: ModelDeskError,
        began: float,
        job: Job,
    ) -> ReleaseOutcome:
        """Have what was before, then say that it was restored, or raise why not."""
        # Whoever cancels the release does not mean what ran before.
        patient = Job(report=job.report, log=job.log)
        followed = work.undo(patient)
        self._gateway_back(engine, intent)
        release, before = work.release, work.before
        untouched = work.service is None and before is not None
        back = untouched or (
            followed is not None and before is not None and is_back(followed, before)
        )
        if followed is not None and not back:
            failed = not_back(release, problem, followed.rolling)
            self.end(release, ReleaseState.FAILED, kept(failed))
            raise failed
        if not back or isinstance(problem, Cancelled):
            self.end(release, _state(back), kept(problem))
            raise problem
        return self._restored(intent, release, problem, began)

    def _restored(
        self, intent: SwarmIntent, release: Release, problem: ModelDeskError, began: float
    ) -> ReleaseOutcome:
        ended = self.end(release, ReleaseState.RESTORED, kept(problem))
        known = intent.known
        if known is None:
            raise problem
        return outcome_of(known, ended, known, began, problem, None)

    def image(
        self, engine: ImageEngine, swarm: SwarmEngine, target: VersionTarget, job: Job
    ) -> str:
        """What the swarm is told to run. Raises `NotFound`, `ReleaseError` for one that not every
        machine could get."""
        here = engine.image_summary(target.image)
        image, version = swarm_image(target, here), version_text(target.reference)
        if can_be_pulled(image):
            return image
        if here is None:
            raise NotFound(
                tr("The image of {version} is no longer on the engine.", version=target.reference),
                tr("Pull it or build it again, or choose another version."),
            )
        own = swarm.own_node()
        others = tuple(node for node in swarm.nodes() if node.takes_tasks and node.id != own)
        if others:
            raise only_here(version, others)
        job.log(
            tr(
                "{version} is on this machine alone. Push it to a registry before the swarm gets "
                "more machines.",
                version=version,
            )
        )
        return image

    def begin(self, intent: SwarmIntent) -> Release:
        """The release, written down."""
        deployment = intent.deployment
        if intent.known is None:
            # So that a recovery knows whose release it is.
            self.records.save_deployment(deployment)
        return self.begun(deployment, intent.kind, intent.target, intent.why)

    def released(self, deployment: Deployment, release: Release) -> Deployment:
        """The deployment once it runs what the release is for, behind a gateway."""
        return as_released(self.records, deployment, release, ())

    def end(self, release: Release, state: ReleaseState, error: str = "") -> Release:
        """The release as it ended, written down."""
        return end_release(self.records, release, state, self.clock(), error)


def _state(back: bool) -> ReleaseState:
    return ReleaseState.RESTORED if back else ReleaseState.FAILED


def _say_open_ports(settings: ServiceSettings, job: Job) -> None:
    ports = ", ".join(str(port.host_port or port.container_port) for port in open_ports(settings))
    if ports:
        job.log(
            tr(
                "A swarm publishes ports at every address of its machines, not on this one alone: "
                "{ports}.",
                ports=ports,
            )
        )
