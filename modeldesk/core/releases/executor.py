"""Takes the steps of a release, each written to the journal before and after, and undoes them
when one fails. Containers are found again by their labels, so that a crash between an engine
call and its journal line loses none."""

import uuid
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace

from modeldesk.core.containers.model import ContainerSpec, PortBinding
from modeldesk.core.errors import (
    Cancelled,
    EngineError,
    EngineUnavailable,
    GatewayError,
    NotFound,
    PortTaken,
)
from modeldesk.core.ids import ContainerId
from modeldesk.core.jobs import Job, Progress
from modeldesk.core.releases import asking
from modeldesk.core.releases.history import never_served
from modeldesk.core.releases.model import (
    DEPLOYMENT_LABEL,
    RELEASE_LABEL,
    ROLE_LABEL,
    SERVING,
    CanaryContainer,
    Deployment,
    JournalEntry,
    KeptContainer,
    Release,
    StepPhase,
    VersionContainer,
)
from modeldesk.core.releases.names import version_text
from modeldesk.core.releases.plan import ReleasePlan, Step
from modeldesk.core.releases.routing import chosen_ports, gateway_spec, routing_of
from modeldesk.core.releases.settle import Settled, settle
from modeldesk.core.releases.tidy import kept_after, tidy
from modeldesk.core.releases.tools import Tools, is_cut_off, release_label, stop
from modeldesk.core.words import tr


@dataclass(slots=True)
class ReleaseExecutor:
    """One release under way. `secrets` are held in memory only."""

    tools: Tools
    before: Deployment | None
    """As the records have it; None for a first deployment."""
    wanted: Deployment
    """What it is to be, but for what runs."""
    release: Release
    secrets: Mapping[str, str]
    reused: VersionContainer | None = None
    """The target's own container, which served before and was kept."""
    made: VersionContainer | None = None
    ports_asked: tuple[PortBinding, ...] = ()
    """See `Intent`."""
    beside: bool = False
    """Whether the target gets no callers yet, as a canary."""
    recorded: bool = False
    undone: Settled | None = None
    stuck: EngineError | GatewayError | None = None
    """Why it could not be undone."""
    position: int = 0
    takes_over: bool = False

    @property
    def previous(self) -> ContainerId | None:
        """What served before."""
        return self.before.container if self.before else None

    @property
    def secret_values(self) -> frozenset[str]:
        """Of its target's container, as far as they are known: it may print them."""
        values = set(self.secrets.values())
        if self.reused is not None:
            with suppress(EngineError):
                has = self.tools.engine.container(self.reused.container).environment
                values |= {has[one] for one in self.wanted.settings.secret_names if one in has}
        return frozenset(values)

    def execute(self, plan: ReleasePlan, job: Job) -> Deployment:
        """Take every step. When one raises before the deployment was recorded, what was done
        is undone (`undone`, or else `stuck`) and the error comes through."""
        actions: Mapping[Step, Callable[[Job], ContainerId | None]] = {
            Step.GATEWAY: self._gateway,
            Step.CREATE: self._create,
            Step.START: self._start,
            Step.STOP_PREVIOUS: self._stop_previous,
            Step.TAKE_OVER: self._take_over,
            Step.SMOKE: self._smoke,
            Step.SWITCH: self._switch,
            Step.RECORD: self._record,
            Step.DRAIN: self._drain,
            Step.TIDY: self._tidy,
        }
        self.takes_over = Step.TAKE_OVER in plan.steps
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
        return self.wanted

    def _undo(self, plan: ReleasePlan, job: Job) -> None:
        # Whoever cancels the release does not mean what ran before.
        patient = Job(report=job.report, log=job.log)
        stopped = Step.STOP_PREVIOUS in plan.steps
        key = self.release.key
        try:
            undone = settle(self.tools, key, self.before, patient, restart=stopped)
        except (EngineError, GatewayError) as problem:
            # What went wrong first is what is said; a recovery undoes what could not be undone.
            self.stuck = problem
            return
        for step in reversed(plan.steps[: plan.steps.index(Step.RECORD)]):
            self._journal(step, StepPhase.UNDONE)
        self.undone = undone

    def _gateway(self, job: Job) -> ContainerId:
        gateway, routing = self.tools.gateway, routing_of(self.before)
        try:
            container = gateway.ensure(gateway_spec(self.wanted), routing, job.token)
        except PortTaken:
            if not self.ports_asked:
                raise
            # Nobody was told of that port; any other will do.
            settings = replace(self.wanted.settings, ports=self.ports_asked)
            self.wanted = replace(self.wanted, settings=settings)
            container = gateway.ensure(gateway_spec(self.wanted), routing, job.token)
        if self._learn_ports(container):
            container = gateway.ensure(gateway_spec(self.wanted), routing, job.token)
        return container

    def _learn_ports(self, gateway: ContainerId) -> bool:
        """Those the engine chose are the deployment's from now on, so that it is reached at them
        after a restart too; whether there were any."""
        settings = self.wanted.settings
        if all(port.host_port for port in settings.ports):
            return False
        summary = self.tools.engine.container(gateway).summary
        chosen = replace(settings, ports=chosen_ports(settings.ports, summary))
        self.wanted = replace(self.wanted, settings=chosen)
        self.tools.records.keep_settings(self.wanted.key, self.wanted.revision, chosen)
        return True

    def _create(self, _: Job) -> ContainerId:
        gateway, spec = self.tools.gateway, gateway_spec(self.wanted)
        network, address = gateway.network(spec), gateway.free_address(spec)
        container = self.tools.engine.create_container(self._spec(network, address))
        self.made = VersionContainer(
            self.release.id, container, address, self.release.target, self.wanted.revision
        )
        return container

    def _start(self, job: Job) -> ContainerId:
        if self.reused and is_cut_off(self.tools.engine, self.wanted.name, self.reused):
            self._make_anew(self.reused, job)
        try:
            self.tools.engine.start_container(self._version().container)
        except EngineUnavailable:
            raise
        except EngineError:
            if self.reused is None:
                raise
            job.log(tr("The container that was kept can’t be started again: another one is made."))
            self.tools.engine.start_container(self._make_anew(self.reused, job))
        version, settings = self._version(), self.wanted.settings
        if not self.takes_over:
            spec = gateway_spec(self.wanted)
            self.tools.gateway.apply(spec, routing_of(self.before, version), job.token)
            asking.wait_behind(self.tools, spec, version, settings, job)
        else:
            asking.wait_beside(self.tools, version, settings, job)
        return version.container

    def _make_anew(self, kept: VersionContainer, job: Job) -> ContainerId:
        """Another container in the place of one whose network was removed, say."""
        has = self.tools.engine.container(kept.container).environment
        names = self.wanted.settings.secret_names
        self.secrets = {name: has[name] for name in names if name in has}
        self.reused = None
        container = self._create(job)
        self.tools.engine.remove_container(kept.container)
        return container

    def _stop_previous(self, _: Job) -> ContainerId | None:
        stop(self.tools.engine, self.previous)
        return self.previous

    def _take_over(self, job: Job) -> ContainerId:
        spec, version = gateway_spec(self.wanted), self._version()
        routing = routing_of(self._after())
        container = self.tools.gateway.ensure(spec, routing, job.token)
        if self._learn_ports(container):
            spec = gateway_spec(self.wanted)
            container = self.tools.gateway.ensure(spec, routing, job.token)
        asking.wait_behind(self.tools, spec, version, self.wanted.settings, job)
        return container

    def _smoke(self, job: Job) -> ContainerId:
        version, request = self._version(), self.wanted.settings.smoke
        if request is not None:
            asking.smoke(self.tools, gateway_spec(self.wanted), version, request, job)
        return version.container

    def _switch(self, job: Job) -> ContainerId:
        spec, routing = gateway_spec(self.wanted), routing_of(self._after())
        self.tools.gateway.apply(spec, routing, job.token)
        return self._version().container

    def _record(self, _: Job) -> ContainerId:
        after = self._after()
        self.tools.records.save_deployment(after)
        # From here on nothing is undone, even if the journal can't be written any more.
        self.recorded = True
        self.wanted = after
        return self._version().container

    def _after(self) -> Deployment:
        """What the records are to say once the target is in its place."""
        version, before, wanted = self._version(), self.before, self.wanted
        if self.beside and before is not None:
            return replace(before, canary=CanaryContainer(version), release=self.release.id)
        left = before.version if before and before.version else None
        after = replace(
            wanted,
            current=version.target,
            container=version.container,
            serving=version.release,
            address=version.address,
            release=self.release.id,
            stopped=False,
            canary=self._goes_on(version),
        )
        replaced = (KeptContainer(left, self.tools.clock()),) if left else ()
        unserved = never_served(self.tools.records.releases(after.key))
        return replace(after, kept=kept_after(after, *replaced, unserved=unserved))

    def _goes_on(self, version: VersionContainer) -> CanaryContainer | None:
        """A canary that stands stays beside what is only run again; what is promoted is none any
        more."""
        canary = self.before.canary if self.before else None
        return canary if canary and canary.version.container != version.container else None

    def _drain(self, job: Job) -> None:
        settings = self.wanted.settings
        # Whoever cancels from here on means the waiting.
        with suppress(Cancelled):
            spec = gateway_spec(self.wanted)
            if not self.tools.gateway.drain(spec, settings.drain_s, job.token):
                job.log(
                    tr(
                        "Some requests took longer than {seconds} seconds and were cut off.",
                        seconds=round(settings.drain_s),
                    )
                )

    def _tidy(self, _: Job) -> None:
        self.wanted = tidy(self.tools, self.wanted)

    def _version(self) -> VersionContainer:
        found = self.reused or self.made
        if found is None:
            raise NotFound(tr("The container of this release is gone."))
        return found

    def _spec(self, network: str, address: str) -> ContainerSpec:
        settings, name = self.wanted.settings, self.wanted.name
        return ContainerSpec(
            image=self.release.target.image,
            name=f"{name}-{self.release.id}-{uuid.uuid4().hex[:4]}",
            environment={**settings.environment, **self.secrets},
            mounts=settings.mounts,
            labels={
                DEPLOYMENT_LABEL: name,
                RELEASE_LABEL: release_label(self.release),
                ROLE_LABEL: SERVING,
            },
            restart_unless_stopped=True,
            network=network,
            address=address,
            limits=settings.limits,
            locked_down=settings.locked_down,
        )

    def _journal(self, step: Step, phase: StepPhase, container: ContainerId | None = None) -> None:
        now = self.tools.clock()
        self.tools.records.write_journal(
            JournalEntry(self.release.id, self.position, step.value, phase, container, now)
        )
        self.position += 1


def step_text(step: Step, release: Release) -> str:
    """The step for a person."""
    version = version_text(release.target.reference)
    return {
        Step.GATEWAY: tr("Looking after the gateway"),
        Step.CREATE: tr("Preparing {version}", version=version),
        Step.START: tr("Starting {version} beside what runs", version=version),
        Step.STOP_PREVIOUS: tr("Stopping what owns the ports"),
        Step.TAKE_OVER: tr("Giving the ports to the gateway: nobody answers for a moment"),
        Step.SMOKE: tr("Asking {version} for a first answer", version=version),
        Step.SWITCH: tr("Sending requests to {version}", version=version),
        Step.RECORD: tr("Writing it down"),
        Step.DRAIN: tr("Waiting for what the version before still answers"),
        Step.TIDY: tr("Cleaning up"),
    }[step]
