"""Put a version in service and go back to an earlier one."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime

from modeldesk.core.changes import Changes
from modeldesk.core.errors import (
    Cancelled,
    EngineUnavailable,
    ModelDeskError,
    NotFound,
    RecordsError,
    ReleaseError,
)
from modeldesk.core.ids import ContainerId, DeploymentName, EngineId, ModelName
from modeldesk.core.jobs import Job, Progress
from modeldesk.core.ports import AnswerProbe, DeploymentLocks, ImageEngine, ReleaseRecords
from modeldesk.core.releases.book import DeploymentBook, Elsewhere
from modeldesk.core.releases.executor import ReleaseExecutor
from modeldesk.core.releases.history import earlier_versions, other_versions, previous_version
from modeldesk.core.releases.model import (
    Deployment,
    DeploymentKey,
    Release,
    ReleaseKind,
    ReleaseState,
    ServiceSettings,
    VersionTarget,
)
from modeldesk.core.releases.names import check_deployment_name
from modeldesk.core.releases.outcome import ReleaseOutcome, changes_of, outcome_of
from modeldesk.core.releases.plan import plan_release
from modeldesk.core.releases.problems import kept, no_way_back, not_well, nothing_runs
from modeldesk.core.releases.recovery import Healer, Recovered, adopt
from modeldesk.core.words import tr


class ReleaseService:
    """Deployments of every engine that was ever used. Safe to call from several threads; one
    deployment is changed by one caller at a time, over all running programs."""

    def __init__(
        self,
        records: ReleaseRecords,
        probe: AnswerProbe,
        locks: DeploymentLocks,
        who: Callable[[], str],
        clock: Callable[[], datetime],
        forgetful: RecordsError | None = None,
    ) -> None:
        """`forgetful` says why `records` are gone when the program ends: then no deployment is
        made or changed."""
        self._forgetful = forgetful
        self._records = records
        self._book = DeploymentBook(records)
        self._probe = probe
        self._locks = locks
        self._who = who
        self._clock = clock

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
    ) -> ReleaseOutcome:
        """Run `target` under the deployment `name` of this engine, which is made when there is
        none.

        `secrets` are values for `settings.secret_names`; those left out are taken from the
        container that runs now. Raises `AlreadyRunning`, `NotFound` (the image), `ReleaseError`
        (nothing could be restored), `Cancelled` (after everything was undone).
        """
        check_deployment_name(name)
        self._check_memory()
        home = engine.identity()
        with self._locks.hold(name, home.id):
            known = self._book.take_up(home, name)
            self._healer(engine).close(DeploymentKey(home.id, name), job)
            deployment = Deployment(
                home.id,
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
        key: DeploymentKey,
        to: VersionTarget | None,
        why: str,
        job: Job,
    ) -> ReleaseOutcome:
        """Go back to `to`, or to the version before the one that runs, with the settings the
        deployment has. Raises as `deploy`, `ReleaseError` when there is nothing to go to, and
        `NoSuchDeployment` when it lives on another engine."""
        with self._held(engine, key, job) as deployment:
            name = deployment.name
            target = to or previous_version(self.history(deployment.key))
            if target is None:
                raise no_way_back(deployment, self.other_versions(deployment))
            if deployment.current is not None and target.image == deployment.current.image:
                raise ReleaseError(
                    tr("“{name}” already runs {version}.", name=name, version=target.reference)
                )
            return self._release(
                engine, deployment, deployment, target, ReleaseKind.ROLLBACK, why, job, {}
            )

    def stop(self, engine: ImageEngine, key: DeploymentKey, job: Job) -> Changes:
        """Stop what serves; the deployment stays and can be started again. Raises
        `NoSuchDeployment`."""
        with self._held(engine, key, job) as deployment:
            job.report(Progress(tr("Stopping {name}", name=deployment.name)))
            _stop(engine, deployment.container)
            return changes_of(deployment)

    def start(self, engine: ImageEngine, key: DeploymentKey, job: Job) -> ReleaseOutcome:
        """Run the deployment's current version again, after a stop or when its container is
        gone; nothing is done when it runs. Raises as `rollback`."""
        begin = time.monotonic()
        with self._held(engine, key, job) as deployment:
            if deployment.current is None:
                raise ReleaseError(tr("“{name}” has no version to start.", name=deployment.name))
            last = next(iter(self.history(key)), None)
            if last and deployment.container and _runs(engine, deployment.container):
                return outcome_of(deployment, last, deployment, begin, None, None)
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

    def remove(self, engine: ImageEngine, key: DeploymentKey, job: Job) -> Changes:
        """Stop and remove what serves, then forget the deployment; its history stays. Raises
        `NoSuchDeployment`."""
        with self._held(engine, key, job) as deployment:
            job.report(Progress(tr("Removing {name}", name=deployment.name)))
            _stop(engine, deployment.container)
            if deployment.container:
                engine.remove_container(deployment.container)
            self._records.delete_deployment(deployment.key)
            return changes_of(deployment)

    def recover(self, engine: ImageEngine, job: Job) -> Recovered:
        """Find out which deployments live on this engine, then finish or undo every release of
        it that a crash left in the middle."""
        self._book.seen(engine.identity())
        adopted = adopt(engine, self._records)
        return replace(self._healer(engine).heal_all(job), adopted=adopted)

    def _healer(self, engine: ImageEngine) -> Healer:
        return Healer(engine, self._probe, self._records, self._locks, self._clock)

    @contextmanager
    def _held(self, engine: ImageEngine, key: DeploymentKey, job: Job) -> Iterator[Deployment]:
        """The deployment, while inside for this caller alone, and without an open release. It
        must live on the engine."""
        self._check_memory()
        home = engine.identity()
        self._book.check_here(home, key)
        with self._locks.hold(key.name, home.id):
            found = self._book.take_up(home, key.name) or self._book.get(home.id, key.name)
            self._healer(engine).close(found.key, job)
            yield found

    def _check_memory(self) -> None:
        if self._forgetful is not None:
            raise RecordsError(
                tr("No deployment can be made or changed, because it would be forgotten."),
                str(self._forgetful),
                self._forgetful.detail,
            )

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
        return outcome_of(done, ended, deployment, begin, None, previous)

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
            return outcome_of(executor.deployment, release, known, begin, None, executor.previous)
        undone = executor.undone
        if undone is None:
            raise self._left_open(engine, executor, problem)
        if undone.problem is not None:
            problem = not_well(release, problem, undone.problem)
        state = ReleaseState.RESTORED if undone.runs else ReleaseState.FAILED
        ended = self._end(release, state, kept(problem))
        if isinstance(problem, Cancelled) or not undone.runs or known is None:
            raise problem
        return outcome_of(known, ended, known, begin, problem, executor.previous)

    def _left_open(
        self, engine: ImageEngine, executor: ReleaseExecutor, problem: ModelDeskError
    ) -> ModelDeskError:
        """What to raise when the steps could not be undone; the release stays open, with the
        reason, for a recovery to try it again."""
        previous, stuck = executor.previous, executor.stuck
        if stuck is None or isinstance(stuck, EngineUnavailable):
            return problem
        self._records.finish_release(replace(executor.release, error=kept(problem)))
        if previous is None or _runs(engine, previous):
            return problem
        return nothing_runs(executor.release, problem, stuck)

    def _begin(
        self, deployment: Deployment, target: VersionTarget, kind: ReleaseKind, why: str
    ) -> Release:
        release = Release(
            0,
            deployment.engine,
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


def _but_current(
    deployment: Deployment, versions: tuple[VersionTarget, ...]
) -> tuple[VersionTarget, ...]:
    current = deployment.current
    return tuple(v for v in versions if current is None or v.image != current.image)


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
