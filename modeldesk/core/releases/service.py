"""Put a version in service, go back to an earlier one, and heal what a crash left."""

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from modeldesk.core.changes import Changes
from modeldesk.core.errors import (
    AlreadyRunning,
    Cancelled,
    ModelDeskError,
    NoSuchDeployment,
    NotFound,
    ReleaseError,
)
from modeldesk.core.ids import ContainerId, DeploymentName, ModelName
from modeldesk.core.jobs import Job, Progress
from modeldesk.core.ports import AnswerProbe, DeploymentLocks, ImageEngine, ReleaseRecords
from modeldesk.core.releases.executor import ReleaseExecutor, containers_of, undo_release
from modeldesk.core.releases.history import earlier_versions, previous_version
from modeldesk.core.releases.model import (
    Deployment,
    Release,
    ReleaseKind,
    ReleaseState,
    ServiceSettings,
    VersionTarget,
)
from modeldesk.core.releases.names import check_deployment_name
from modeldesk.core.releases.plan import Step, plan_release
from modeldesk.core.words import tr


@dataclass(frozen=True, slots=True)
class ReleaseOutcome:
    """How a release ended. `restored` says that the target failed (`problem` says why) and what
    ran before runs again."""

    deployment: Deployment
    release: Release
    from_digest: str
    to_digest: str
    seconds: float
    restored: bool
    problem: ModelDeskError | None
    changes: Changes


class ReleaseService:
    """Deployments of this engine. Safe to call from several threads; one deployment is changed
    by one caller at a time, over all running programs."""

    def __init__(
        self,
        records: ReleaseRecords,
        probe: AnswerProbe,
        locks: DeploymentLocks,
        who: Callable[[], str],
        clock: Callable[[], datetime],
    ) -> None:
        self._records = records
        self._probe = probe
        self._locks = locks
        self._who = who
        self._clock = clock

    def deployments(self) -> tuple[Deployment, ...]:
        """Every deployment, by name."""
        return self._records.deployments()

    def deployment(self, name: DeploymentName) -> Deployment:
        """Raises `NoSuchDeployment` when there is none of that name."""
        found = self._records.deployment(name)
        if found is None:
            raise NoSuchDeployment(
                tr("There is no deployment named “{name}”.", name=name),
                tr("See the names on the Releases page or with: modeldesk deployments"),
            )
        return found

    def history(self, name: DeploymentName) -> tuple[Release, ...]:
        """Every release of the deployment, newest first."""
        return self._records.releases(name)

    def earlier_versions(self, name: DeploymentName) -> tuple[VersionTarget, ...]:
        """What can be gone back to, nearest first."""
        current = self.deployment(name).current
        return tuple(
            version
            for version in earlier_versions(self.history(name))
            if current is None or version.image != current.image
        )

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
    ) -> ReleaseOutcome:
        """Run `target` under the deployment `name`, which is made when there is none.

        `secrets` are values for `settings.secret_names`; those left out are taken from the
        container that runs now. Raises `AlreadyRunning`, `NotFound` (the image), `ReleaseError`
        (nothing could be restored), `Cancelled` (after everything was undone).
        """
        check_deployment_name(name)
        with self._locks.hold(name):
            known = self._records.deployment(name)
            deployment = Deployment(
                name,
                model,
                settings,
                known.current if known else None,
                known.container if known else None,
                known.created if known else self._clock(),
            )
            return self._release(
                engine, deployment, known, target, ReleaseKind.DEPLOY, why, job, secrets or {}
            )

    def rollback(
        self,
        engine: ImageEngine,
        name: DeploymentName,
        to: VersionTarget | None,
        why: str,
        job: Job,
    ) -> ReleaseOutcome:
        """Go back to `to`, or to the version before the one that runs, with the settings the
        deployment has. Raises as `deploy`, and `ReleaseError` when there is nothing to go to."""
        with self._locks.hold(name):
            deployment = self.deployment(name)
            target = to or previous_version(self.history(name))
            if target is None:
                raise ReleaseError(
                    tr("“{name}” has run no version before the one that runs.", name=name),
                    tr("Choose one from its history, or name it with --to."),
                )
            if deployment.current is not None and target.image == deployment.current.image:
                raise ReleaseError(
                    tr("“{name}” already runs {version}.", name=name, version=target.reference)
                )
            return self._release(
                engine, deployment, deployment, target, ReleaseKind.ROLLBACK, why, job, {}
            )

    def stop(self, engine: ImageEngine, name: DeploymentName, job: Job) -> Changes:
        """Stop what serves; the deployment stays and can be started again."""
        with self._locks.hold(name):
            deployment = self.deployment(name)
            job.report(Progress(tr("Stopping {name}", name=name)))
            _stop(engine, deployment.container)
            return _changes(deployment)

    def start(self, engine: ImageEngine, name: DeploymentName, job: Job) -> ReleaseOutcome:
        """Run the deployment's current version again, after a stop or when its container is
        gone. Raises as `deploy`."""
        with self._locks.hold(name):
            deployment = self.deployment(name)
            if deployment.current is None:
                raise ReleaseError(tr("“{name}” has no version to start.", name=name))
            return self._release(
                engine,
                deployment,
                deployment,
                deployment.current,
                ReleaseKind.DEPLOY,
                tr("started again"),
                job,
                {},
            )

    def remove(self, engine: ImageEngine, name: DeploymentName, job: Job) -> Changes:
        """Stop and remove what serves, then forget the deployment; its history stays."""
        with self._locks.hold(name):
            deployment = self.deployment(name)
            job.report(Progress(tr("Removing {name}", name=name)))
            _stop(engine, deployment.container)
            if deployment.container:
                engine.remove_container(deployment.container)
            self._records.delete_deployment(name)
            return _changes(deployment)

    def recover(self, engine: ImageEngine, job: Job) -> tuple[Release, ...]:
        """Finish or undo every release that a crash left in the middle; those that another
        running program is busy with are left alone. What was healed."""
        healed = []
        for release in self._records.unfinished_releases():
            job.token.raise_if_cancelled()
            try:
                with self._locks.hold(release.deployment):
                    # It may have come to its end in another program before the lock was ours.
                    if any(one.id == release.id for one in self._records.unfinished_releases()):
                        healed.append(self._heal(engine, release))
            except AlreadyRunning:
                continue
        return tuple(healed)

    def _release(
        self,
        engine: ImageEngine,
        deployment: Deployment,
        known: Deployment | None,
        target: VersionTarget,
        kind: ReleaseKind,
        why: str,
        job: Job,
        secrets: Mapping[str, str],
    ) -> ReleaseOutcome:
        begin = time.monotonic()
        if engine.image_summary(target.image) is None:
            raise NotFound(
                tr("The image of {version} is no longer on the engine.", version=target.reference),
                tr("Pull it or build it again, or choose another version."),
            )
        previous, running = _previous(engine, deployment.container)
        values = self._secrets(engine, deployment, previous, secrets)
        release = self._begin(deployment, target, kind, why)
        executor = ReleaseExecutor(
            engine,
            self._probe,
            self._records,
            self._clock,
            deployment,
            release,
            values,
            previous,
        )
        plan = plan_release(previous_exists=previous is not None, previous_running=running)
        try:
            done = executor.execute(plan, job)
        except ModelDeskError as problem:
            return self._failed(engine, executor, known, problem, begin)
        ended = self._end(release, ReleaseState.SUCCEEDED)
        return _outcome(done, ended, deployment, begin, None, previous)

    def _failed(
        self,
        engine: ImageEngine,
        executor: ReleaseExecutor,
        known: Deployment | None,
        problem: ModelDeskError,
        begin: float,
    ) -> ReleaseOutcome:
        """What is left to do after the executor undid its steps: write it down, then either
        say that it was restored or raise."""
        release = executor.release
        if executor.recorded:
            # The target serves; only the cleaning up failed. The release stays open, and the
            # next recovery repeats it.
            return _outcome(executor.deployment, release, known, begin, None, executor.previous)
        if not executor.undone:
            raise problem
        restored = executor.previous is not None and _runs(engine, executor.previous)
        state = ReleaseState.RESTORED if restored else ReleaseState.FAILED
        ended = self._end(release, state, str(problem))
        if isinstance(problem, Cancelled) or not restored or known is None:
            raise problem
        return _outcome(known, ended, known, begin, problem, executor.previous)

    def _heal(self, engine: ImageEngine, release: Release) -> Release:
        deployment = self._records.deployment(release.deployment)
        made = containers_of(engine, release)
        container = deployment.container if deployment else None
        if any(c.id == container for c in made):
            for leftover in made:
                if leftover.id != container:
                    engine.remove_container(leftover.id)
            self._remove_replaced(engine, release, container)
            return self._end(release, ReleaseState.SUCCEEDED)
        again = undo_release(engine, release, container, restart=self._was_running(release))
        state = ReleaseState.RESTORED if again else ReleaseState.FAILED
        return self._end(release, state, tr("The program ended in the middle."))

    def _was_running(self, release: Release) -> bool:
        """Whether something ran when the release began: only then is there a rehearsal."""
        return any(e.step == Step.REHEARSE.value for e in self._records.journal(release.id))

    def _remove_replaced(
        self, engine: ImageEngine, release: Release, serving: ContainerId | None
    ) -> None:
        """Remove the container the journal says was stopped for this release."""
        for entry in self._records.journal(release.id):
            replaced = entry.container
            if entry.step == Step.STOP_PREVIOUS.value and replaced and replaced != serving:
                engine.remove_container(replaced)

    def _begin(
        self, deployment: Deployment, target: VersionTarget, kind: ReleaseKind, why: str
    ) -> Release:
        release = Release(
            0,
            deployment.name,
            kind,
            target,
            deployment.current,
            self._clock(),
            self._who(),
            why,
            ReleaseState.RUNNING,
        )
        return replace(release, id=self._records.add_release(release))

    def _end(self, release: Release, state: ReleaseState, error: str = "") -> Release:
        ended = replace(release, state=state, finished=self._clock(), error=error)
        self._records.finish_release(ended)
        return ended

    def _secrets(
        self,
        engine: ImageEngine,
        deployment: Deployment,
        previous: ContainerId | None,
        given: Mapping[str, str],
    ) -> dict[str, str]:
        """A value for every secret variable: as given, else as the running container has it."""
        wanted = deployment.settings.secret_names
        missing = [name for name in wanted if name not in given]
        kept = engine.container(previous).environment if previous and missing else {}
        unknown = [name for name in missing if name not in kept]
        if unknown:
            raise ReleaseError(
                tr("The value of {names} is not known.", names=", ".join(unknown)),
                tr("Secret values are never stored: deploy again and enter them."),
            )
        return {name: given.get(name, kept.get(name, "")) for name in wanted}


def _previous(
    engine: ImageEngine, container: ContainerId | None
) -> tuple[ContainerId | None, bool]:
    """The container that served so far, if it is still there, and whether it runs."""
    if container is None:
        return None, False
    try:
        return container, engine.container(container).summary.running
    except NotFound:
        return None, False


def _stop(engine: ImageEngine, container: ContainerId | None) -> None:
    """What somebody else has removed needs no stopping."""
    if container is not None:
        with suppress(NotFound):
            engine.stop_container(container)


def _runs(engine: ImageEngine, container: ContainerId) -> bool:
    try:
        return engine.container(container).summary.running
    except ModelDeskError:
        return False


def _changes(deployment: Deployment, *containers: ContainerId | None) -> Changes:
    ids = {c for c in (deployment.container, *containers) if c}
    return Changes(containers=frozenset(ids), deployments=frozenset({deployment.name}))


def _outcome(
    now: Deployment,
    release: Release,
    before: Deployment | None,
    begin: float,
    problem: ModelDeskError | None,
    previous: ContainerId | None,
) -> ReleaseOutcome:
    came_from = release.previous
    return ReleaseOutcome(
        deployment=now,
        release=release,
        from_digest=came_from.digest if came_from else "",
        to_digest=release.target.digest,
        seconds=time.monotonic() - begin,
        restored=problem is not None,
        problem=problem,
        changes=_changes(now, previous, before.container if before else None),
    )
