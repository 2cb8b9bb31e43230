"""One release of a deployment on a swarm: its steps, each in the journal before and after, and
the way back when it fails. The engine replaces the tasks; it is asked, followed, and believed."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum
from uuid import uuid4

from modeldesk.core.errors import InUse, NotFound, ReleaseError
from modeldesk.core.ids import DeploymentName
from modeldesk.core.jobs import Job
from modeldesk.core.releases.model import (
    Deployment,
    JournalEntry,
    Release,
    ReleaseState,
    ServiceSettings,
    StepPhase,
    SwarmSettings,
    VersionTarget,
)
from modeldesk.core.releases.names import version_text
from modeldesk.core.releases.ports import ReleaseRecords
from modeldesk.core.swarm.following import Ending, Followed, Patience, follow
from modeldesk.core.swarm.images import is_of
from modeldesk.core.swarm.model import (
    PublishMode,
    SecretId,
    SecretRef,
    ServiceId,
    ServiceSpec,
    SwarmPort,
    SwarmService,
    UpdateRule,
    UpdateState,
)
from modeldesk.core.swarm.ports import SwarmEngine
from modeldesk.core.swarm.problems import service_gone
from modeldesk.core.swarm.rolling import Rolling
from modeldesk.core.swarm.wanted import SECRET_LABEL, service_name
from modeldesk.core.words import tr


class SwarmStep(Enum):
    """What is done. The values stand in the journal, and begin with `SWARM_STEP`."""

    BEGIN = "swarm begin"
    SECRETS = "swarm secrets"
    CREATE = "swarm create"
    UPDATE = "swarm update"
    ROLL_BACK = "swarm roll back"
    """The engine goes back to what it keeps of the service before."""
    FOLLOW = "swarm follow"
    """Until every task is replaced, or the engine has gone back."""
    ROUTE = "swarm route"
    """The gateway, where there is one, sends requests to the tasks."""
    RECORD = "swarm record"


@dataclass(slots=True)
class SwarmRelease:
    """A release under way. `before` is the service as it was found, None where there was none."""

    swarm: SwarmEngine
    records: ReleaseRecords
    clock: Callable[[], datetime]
    release: Release
    settings: ServiceSettings
    before: SwarmService | None
    on_look: Callable[[Rolling], None] | None = None
    """Hears of each look at the service while its tasks are replaced."""
    service: ServiceId | None = None
    made_secrets: list[SecretId] = field(default_factory=list)
    position: int = 0

    def secrets(self, wanted: tuple[str, ...], given: Mapping[str, str]) -> tuple[SecretRef, ...]:
        """A secret of the swarm for every name: made of the value that is given, else the one that
        the service has; `check_secrets` has found one of them."""
        kept = _kept_secrets(self.before)
        if not any(name in given for name in wanted):
            return tuple(kept[name] for name in wanted)
        self.journal(SwarmStep.SECRETS, StepPhase.STARTED)
        found = tuple(
            self._made_secret(name, given[name]) if name in given else kept[name] for name in wanted
        )
        self.journal(SwarmStep.SECRETS, StepPhase.DONE)
        return found

    def _made_secret(self, file: str, value: str) -> SecretRef:
        deployment = self.release.deployment
        name = f"{service_name(deployment)[:40]}-{uuid4().hex[:16]}"
        made = self.swarm.create_secret(name, value, {SECRET_LABEL: deployment})
        self.made_secrets.append(made)
        return SecretRef(made, name, file)

    def apply(self, spec: ServiceSpec, job: Job) -> Followed:
        """Have the service as `spec` says, and wait what becomes of it."""
        before = self.before
        if before is None:
            self.journal(SwarmStep.CREATE, StepPhase.STARTED)
            self.service = self.swarm.create_service(spec)
            self.journal(SwarmStep.CREATE, StepPhase.DONE)
            return self._follow(expects_update=False, job=job)
        if before.spec == spec and before.update.moving:
            # Asked for before a kill; asked again, tasks would be left between two updates.
            self.service = before.id
            return self._follow(expects_update=True, job=job)
        self.journal(SwarmStep.UPDATE, StepPhase.STARTED)
        self.swarm.update_service(before, spec)
        self.service = before.id
        self.journal(SwarmStep.UPDATE, StepPhase.DONE)
        return self._follow(expects_update=replaces_tasks(before.spec, spec), job=job)

    def roll_back(self, job: Job) -> Followed:
        """Have the engine go back to what it keeps of the service before."""
        before = self.before
        if before is None:
            raise service_gone(self.release.deployment)
        self.journal(SwarmStep.ROLL_BACK, StepPhase.STARTED)
        self.swarm.roll_back_service(before)
        self.service = before.id
        self.journal(SwarmStep.ROLL_BACK, StepPhase.DONE)
        return self._follow(expects_update=True, job=job)

    def _follow(self, *, expects_update: bool, job: Job) -> Followed:
        assert self.service is not None
        self.journal(SwarmStep.FOLLOW, StepPhase.STARTED)
        followed = follow(
            self.swarm,
            self.service,
            patience_for(self.settings, expects_update),
            job,
            self.on_look if self.before else None,
        )
        self.journal(SwarmStep.FOLLOW, StepPhase.DONE)
        return followed

    def undo(self, job: Job) -> Followed | None:
        """Have what was before; None when that was nothing, and nothing is left. Raises
        `EngineError`."""
        if self.service is None:
            self.forget_secrets()
            return None
        if self.before is None:
            self.swarm.remove_service(self.service)
            self.forget_secrets()
            self.journal(SwarmStep.CREATE, StepPhase.UNDONE)
            return None
        followed = go_back(self.swarm, self.before, self.settings, job, self.on_look)
        self.journal(SwarmStep.UPDATE, StepPhase.UNDONE)
        self.forget_secrets()
        return followed

    def record(self, deployment: Deployment) -> Deployment:
        """The deployment runs the target from here on, which is written down."""
        self.journal(SwarmStep.RECORD, StepPhase.STARTED)
        published = self.swarm.service(service_name(deployment.name)).published
        done = as_released(self.records, deployment, self.release, published)
        self.records.save_deployment(done)
        self.journal(SwarmStep.RECORD, StepPhase.DONE)
        tidy_secrets(self.swarm, deployment.name, self.before)
        return done

    def forget_secrets(self) -> None:
        """Those that were made for it go, where nothing uses them."""
        for secret in self.made_secrets:
            with suppress(InUse):
                self.swarm.remove_secret(secret)

    def journal(self, step: SwarmStep, phase: StepPhase) -> None:
        """A line of it."""
        entry = JournalEntry(self.release.id, self.position, step.value, phase, None, self.clock())
        self.records.write_journal(entry)
        self.position += 1


def check_secrets(
    before: SwarmService | None, wanted: tuple[str, ...], given: Mapping[str, str]
) -> None:
    """Raise `ReleaseError` for those whose value is neither given nor kept by the swarm."""
    kept = _kept_secrets(before)
    missing = [name for name in wanted if name not in given and name not in kept]
    if missing:
        raise ReleaseError(
            tr("The value of {names} is not known.", names=", ".join(missing)),
            tr("Secret values are never stored: deploy again and enter them."),
        )


def _kept_secrets(before: SwarmService | None) -> dict[str, SecretRef]:
    return {one.file: one for one in before.spec.secrets} if before else {}


def as_released(
    records: ReleaseRecords,
    deployment: Deployment,
    release: Release,
    published: tuple[SwarmPort, ...],
) -> Deployment:
    """The deployment once it runs what the release is for, with the settings of that, and with
    the ports that the engine chose, so that every later version has the same."""
    settings = records.settings(release.key).get(release.revision)
    chosen = settings or deployment.settings
    found = {(one.container_port, one.protocol): one.published for one in published}
    ports = tuple(
        replace(one, host_port=one.host_port or found.get((one.container_port, one.protocol), 0))
        for one in chosen.ports
    )
    return replace(
        deployment,
        settings=replace(chosen, ports=ports),
        revision=release.revision if settings else deployment.revision,
        current=release.target,
        release=release.id,
        serving=release.id,
        stopped=False,
    )


def end_release(
    records: ReleaseRecords,
    release: Release,
    state: ReleaseState,
    finished: datetime,
    error: str = "",
) -> Release:
    """The release as it ended, written down. A deployment that never ran goes with it."""
    if release.previous is None and state is not ReleaseState.SUCCEEDED:
        records.delete_deployment(release.key)
    over = None if state is ReleaseState.ROLLING else finished
    ended = replace(release, state=state, finished=over, error=error)
    records.finish_release(ended)
    return ended


def go_back(
    swarm: SwarmEngine,
    before: SwarmService,
    settings: ServiceSettings,
    job: Job,
    on_look: Callable[[Rolling], None] | None = None,
) -> Followed:
    """Have the service as it was, by the engine's own way back where that leads there."""
    now = swarm.service(before.id)
    if now.update is not UpdateState.ROLLING_BACK and now.spec != before.spec:
        job.log(tr("Going back to what ran before"))
        if now.previous_image == before.spec.image and now.spec.image != before.spec.image:
            swarm.roll_back_service(now)
        else:
            swarm.update_service(now, before.spec)
        expects = replaces_tasks(now.spec, before.spec)
    else:
        expects = now.update is UpdateState.ROLLING_BACK
    return follow(swarm, before.id, patience_for(settings, expects), job, on_look)


def is_back(followed: Followed, before: SwarmService) -> bool:
    """Whether what was before serves again."""
    well = followed.ending in (Ending.READY, Ending.WENT_BACK)
    return well and followed.rolling.service.spec.image == before.spec.image


def patience_for(settings: ServiceSettings, expects_update: bool) -> Patience:
    """What the settings allow."""
    swarm = settings.swarm or SwarmSettings()
    still = settings.health_timeout_s + max(swarm.delay_s, swarm.monitor_s)
    return Patience(still, min(swarm.monitor_s, settings.health_timeout_s), expects_update)


def replaces_tasks(before: ServiceSpec, after: ServiceSpec) -> bool:
    """Whether tasks made from one can't serve for the other."""
    return _made_from(before) != _made_from(after)


def _made_from(spec: ServiceSpec) -> ServiceSpec:
    held = tuple(port for port in spec.ports if port.mode is PublishMode.HOST)
    rule = UpdateRule()
    return replace(
        spec, replicas=0, labels={}, update=rule, rollback=rule, ports=held, stop_grace_s=0
    )


def tidy_secrets(swarm: SwarmEngine, name: DeploymentName, before: SwarmService | None) -> None:
    """Secrets of the deployment go that neither its service nor the way back needs."""
    needed = {one.id for one in (before.spec.secrets if before else ())}
    for secret in swarm.secrets({SECRET_LABEL: name}):
        if secret.id not in needed:
            # Most are those that it uses now.
            with suppress(InUse):
                swarm.remove_secret(secret.id)


def found_service(swarm: SwarmEngine, name: DeploymentName) -> SwarmService | None:
    """The deployment's service; None where there is none."""
    try:
        return swarm.service(service_name(name))
    except NotFound:
        return None


def leads_to(service: SwarmService, target: VersionTarget) -> bool:
    """Whether the engine's own way back is to that version."""
    back = service.previous_image
    return bool(back) and back != service.spec.image and is_of(back, target)


def step_text(release: Release) -> str:
    """What is done, for a person."""
    return tr("Bringing {version} to the swarm", version=version_text(release.target.reference))
