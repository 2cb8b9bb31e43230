"""Takes the steps of a release, each written to the journal before and after, and undoes them
when one fails. Containers are found again by their labels, so that a crash between an engine
call and its journal line loses none."""

import uuid
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from modeldesk.core.containers.model import ContainerSpec, ContainerSummary, PortBinding
from modeldesk.core.containers.readiness import wait_until_ready
from modeldesk.core.errors import EngineError, NotFound
from modeldesk.core.ids import ContainerId
from modeldesk.core.jobs import Job, Progress
from modeldesk.core.ports import AnswerProbe, ImageEngine, ReleaseRecords
from modeldesk.core.releases.model import (
    DEPLOYMENT_LABEL,
    RELEASE_LABEL,
    ROLE_LABEL,
    Deployment,
    JournalEntry,
    Release,
    ServiceSettings,
    StepPhase,
)
from modeldesk.core.releases.names import version_text
from modeldesk.core.releases.plan import ReleasePlan, Step
from modeldesk.core.releases.undo import Before, Undone, release_label, undo_release
from modeldesk.core.words import tr

SERVING = "serving"
REHEARSAL = "rehearsal"


@dataclass(slots=True)
class ReleaseExecutor:
    """One release under way. `secrets` are held in memory only."""

    engine: ImageEngine
    probe: AnswerProbe
    records: ReleaseRecords
    clock: Callable[[], datetime]
    deployment: Deployment
    release: Release
    secrets: Mapping[str, str]
    previous: ContainerId | None
    serving: ContainerId | None = None
    recorded: bool = False
    undone: Undone | None = None
    stuck: EngineError | None = None
    """Why it could not be undone."""
    position: int = 0

    def execute(self, plan: ReleasePlan, job: Job) -> Deployment:
        """Take every step. When one raises before the deployment was recorded, what was done
        is undone (`undone`, or else `stuck`) and the error comes through."""
        actions: Mapping[Step, Callable[[Job], ContainerId | None]] = {
            Step.REHEARSE: self._rehearse,
            Step.CREATE: self._create,
            Step.STOP_PREVIOUS: self._stop_previous,
            Step.START: self._start,
            Step.RECORD: self._record,
            Step.CLEAN_UP: self._clean_up,
        }
        try:
            for number, step in enumerate(plan.steps):
                if not self.recorded:
                    job.token.raise_if_cancelled()
                text = step_text(step, self.release)
                job.report(Progress(text, number, len(plan.steps)))
                job.log(text)
                self._journal(step, StepPhase.STARTED)
                container = actions[step](job)
                self._journal(step, StepPhase.DONE, container)
        except BaseException:
            if not self.recorded:
                self._undo(plan, job)
            raise
        return self.deployment

    def _undo(self, plan: ReleasePlan, job: Job) -> None:
        timeout = self.deployment.settings.health_timeout_s
        before = Before(self.previous, Step.REHEARSE in plan.steps, timeout)
        # Whoever cancels the release does not mean what ran before.
        patient = Job(report=job.report, log=job.log)
        try:
            undone = undo_release(self.engine, self.probe, self.release, before, patient)
        except EngineError as problem:
            # What went wrong first is what is said; a recovery undoes what could not be undone.
            self.stuck = problem
            return
        for step in reversed(plan.steps[: plan.steps.index(Step.RECORD)]):
            self._journal(step, StepPhase.UNDONE)
        self.undone = undone

    def _rehearse(self, job: Job) -> ContainerId:
        settings = self.deployment.settings
        ports = tuple(replace(port, host_port=0) for port in settings.ports)
        container = self.engine.create_container(self._spec(REHEARSAL, ports))
        self.engine.start_container(container)
        self._wait(container, job)
        # It has shown what it had to; it must not hold memory or a GPU the target needs.
        self.engine.remove_container(container)
        return container

    def _create(self, _: Job) -> ContainerId:
        self.serving = self.engine.create_container(
            self._spec(SERVING, self.deployment.settings.ports, keeps_running=True)
        )
        return self.serving

    def _stop_previous(self, _: Job) -> ContainerId | None:
        if self.previous:
            with suppress(NotFound):
                self.engine.stop_container(self.previous)
        return self.previous

    def _start(self, job: Job) -> ContainerId:
        container = self._made()
        self.engine.start_container(container)
        self._wait(container, job)
        return container

    def _wait(self, container: ContainerId, job: Job) -> None:
        """Until it is ready. It is called by its version: the container's name is ours."""
        timeout = self.deployment.settings.health_timeout_s
        called = version_text(self.release.target.reference)
        wait_until_ready(self.engine, self.probe, container, timeout, job, called)

    def _record(self, _: Job) -> ContainerId:
        container = self._made()
        summary = self.engine.container(container).summary
        self.deployment = replace(
            self.deployment,
            current=self.release.target,
            container=container,
            settings=_with_ports(self.deployment.settings, summary),
        )
        self.records.save_deployment(self.deployment)
        # From here on nothing is undone, even if the journal can't be written any more.
        self.recorded = True
        return container

    def _clean_up(self, _: Job) -> None:
        if self.previous:
            self.engine.remove_container(self.previous)

    def _made(self) -> ContainerId:
        if self.serving is None:
            raise NotFound(tr("The container of this release is gone."))
        return self.serving

    def _spec(
        self, role: str, ports: tuple[PortBinding, ...], *, keeps_running: bool = False
    ) -> ContainerSpec:
        settings = self.deployment.settings
        name = self.deployment.name
        suffix = "rehearsal" if role == REHEARSAL else str(self.release.id)
        return ContainerSpec(
            image=self.release.target.image,
            name=f"{name}-{suffix}-{uuid.uuid4().hex[:4]}",
            ports=ports,
            environment={**settings.environment, **self.secrets},
            mounts=settings.mounts,
            labels={
                DEPLOYMENT_LABEL: name,
                RELEASE_LABEL: release_label(self.release),
                ROLE_LABEL: role,
            },
            restart_unless_stopped=keeps_running,
        )

    def _journal(self, step: Step, phase: StepPhase, container: ContainerId | None = None) -> None:
        self.records.write_journal(
            JournalEntry(self.release.id, self.position, step.value, phase, container, self.clock())
        )
        self.position += 1


def step_text(step: Step, release: Release) -> str:
    """The step for a person."""
    version = release.target.reference
    return {
        Step.REHEARSE: tr("Trying {version} beside what runs", version=version),
        Step.CREATE: tr("Preparing {version}", version=version),
        Step.STOP_PREVIOUS: tr("Stopping what ran"),
        Step.START: tr("Starting {version}", version=version),
        Step.RECORD: tr("Writing it down"),
        Step.CLEAN_UP: tr("Cleaning up"),
    }[step]


def _with_ports(settings: ServiceSettings, summary: ContainerSummary) -> ServiceSettings:
    """The settings with the ports the engine chose, so that every later version has the same."""
    chosen = {(p.container_port, p.protocol): p.host_port for p in summary.ports if p.host_port}
    return replace(
        settings,
        ports=tuple(
            replace(p, host_port=p.host_port or chosen.get((p.container_port, p.protocol), 0))
            for p in settings.ports
        ),
    )
