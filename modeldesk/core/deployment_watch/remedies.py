"""Doing what a finding suggests."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from modeldesk.core.changes import Changes
from modeldesk.core.deployment_watch.model import Finding, Remedy
from modeldesk.core.deployment_watch.ports import Services
from modeldesk.core.deployment_watch.words import remedy_text
from modeldesk.core.errors import Cancelled, ModelDeskError, ReleaseError
from modeldesk.core.event_kinds import EventKind
from modeldesk.core.ids import ImageId
from modeldesk.core.jobs import Job, Progress
from modeldesk.core.ports import ImageEngine
from modeldesk.core.references import Reference
from modeldesk.core.release_events.model import FindingFacts, ReleaseEvent
from modeldesk.core.release_events.service import new_event_id
from modeldesk.core.releases.model import Deployment, VersionTarget
from modeldesk.core.releases.names import version_text
from modeldesk.core.releases.outcome import ReleaseOutcome
from modeldesk.core.words import tr


@dataclass(frozen=True, slots=True)
class Done:
    """What a remedy did, in a sentence."""

    text: str
    changes: Changes


class Remedies:
    """Safe to call from several threads: the deployment's lock keeps them apart."""

    def __init__(
        self,
        services: Services,
        tell: Callable[[ReleaseEvent], None],
        who: Callable[[], str],
        clock: Callable[[], datetime],
    ) -> None:
        """`tell` has an event sent to whoever wants it."""
        self._services = services
        self._tell = tell
        self._who = who
        self._clock = clock

    def take(self, engine: ImageEngine, finding: Finding, remedy: Remedy, job: Job) -> Done:
        """Do it, and have it told how it went. Raises as the services do, and what the release
        that was tried failed by; `Cancelled`."""
        key = finding.deployment
        deployment = self._services.deployment(key.engine, key.name)
        try:
            done = self._taken(engine, deployment, finding, remedy, job)
        except Cancelled:
            raise
        except ModelDeskError as problem:
            event = self._event(deployment, finding, remedy, EventKind.REMEDY_FAILED)
            self._tell(replace(event, error=problem.message))
            raise
        self._tell(self._event(deployment, finding, remedy, EventKind.REMEDY_TAKEN))
        return done

    def _taken(
        self,
        engine: ImageEngine,
        deployment: Deployment,
        finding: Finding,
        remedy: Remedy,
        job: Job,
    ) -> Done:
        match remedy:
            case Remedy.PULL_IMAGE:
                return _pulled(engine, deployment, job)
            case Remedy.RUN_AGAIN:
                outcome = self._services.start(engine, deployment.key, job)
            case Remedy.ROLL_BACK:
                outcome = self._services.rollback(
                    engine, deployment.key, finding.target, finding.text, job
                )
            case Remedy.REPLACE:
                outcome = self._deploy(engine, deployment, deployment.current, finding, job)
            case Remedy.DEPLOY_CHANNEL:
                target = _on_engine(engine, finding.target, job)
                outcome = self._deploy(engine, deployment, target, finding, job)
        if outcome.problem is not None:
            raise outcome.problem
        version = version_text(outcome.release.target.reference)
        text = tr("{name} runs {version}.", name=deployment.name, version=version)
        return Done(text, outcome.changes)

    def _deploy(
        self,
        engine: ImageEngine,
        deployment: Deployment,
        target: VersionTarget | None,
        finding: Finding,
        job: Job,
    ) -> ReleaseOutcome:
        if target is None:
            raise ReleaseError(tr("“{name}” has no version to start.", name=deployment.name))
        return self._services.deploy(
            engine,
            deployment.name,
            deployment.model,
            target,
            deployment.settings,
            finding.text,
            job,
        )

    def _event(
        self, deployment: Deployment, finding: Finding, remedy: Remedy, kind: EventKind
    ) -> ReleaseEvent:
        facts = FindingFacts(finding.problem.value, finding.text, remedy.value)
        return ReleaseEvent(
            new_event_id(),
            kind,
            self._clock(),
            deployment.engine,
            deployment.name,
            deployment.environment,
            deployment.model,
            version=deployment.current,
            who=self._who(),
            why=remedy_text(finding, remedy),
            finding=facts,
        )


def _on_engine(engine: ImageEngine, target: VersionTarget | None, job: Job) -> VersionTarget | None:
    """The target with its image, which is pulled where it is not there."""
    if target is None or (target.image and engine.image_summary(target.image) is not None):
        return target
    return replace(target, image=_pull(engine, target, job))


def _pulled(engine: ImageEngine, deployment: Deployment, job: Job) -> Done:
    current = deployment.current
    if current is None:
        raise ReleaseError(tr("“{name}” has no version to start.", name=deployment.name))
    image = _pull(engine, current, job)
    version = version_text(current.reference)
    return Done(
        tr("The image of {version} is on the engine again.", version=version),
        Changes(images=frozenset({image}), deployments=frozenset({deployment.name})),
    )


def _pull(engine: ImageEngine, target: VersionTarget, job: Job) -> ImageId:
    """By its digest, so that nothing else can come."""
    name = Reference.parse(target.reference)
    pinned = Reference(name.registry, name.repository, "", target.digest)
    job.report(Progress(tr("Pulling {name}", name=pinned)))
    pulled = engine.pull(pinned, lambda _: None, job.token)
    if name.tag:
        # A name that people know it by, unless another image has it by now.
        taken = any(name in one.tags for one in engine.list_images())
        if not taken:
            engine.tag_image(pulled.image, name.with_tag(name.tag))
    return pulled.image
