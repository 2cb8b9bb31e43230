"""Putting right what a crash left in the middle, and finding out where deployments live."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from modeldesk.core.changes import Changes
from modeldesk.core.errors import AlreadyRunning, EngineError, EngineUnavailable
from modeldesk.core.ids import NO_ENGINE, ContainerId, DeploymentName, EngineId
from modeldesk.core.jobs import Job
from modeldesk.core.ports import AnswerProbe, DeploymentLocks, ImageEngine, ReleaseRecords
from modeldesk.core.releases.model import (
    RELEASE_LABEL,
    DeploymentKey,
    Release,
    ReleaseState,
)
from modeldesk.core.releases.names import version_text
from modeldesk.core.releases.plan import Step
from modeldesk.core.releases.undo import Before, containers_of, release_label, undo_release
from modeldesk.core.words import tr


@dataclass(frozen=True, slots=True)
class LeftOpen:
    """A release that could not be put right now, and why."""

    release: Release
    problem: EngineError


@dataclass(frozen=True, slots=True)
class Recovered:
    """What a recovery did: the releases it put right, those that it will have to try again, and
    the deployments that were found to live on the engine."""

    healed: tuple[Release, ...] = ()
    left: tuple[LeftOpen, ...] = ()
    adopted: frozenset[DeploymentName] = frozenset()

    @property
    def changes(self) -> Changes:
        """What is to be read again."""
        names = self.adopted | {release.deployment for release in self.healed}
        return Changes(deployments=names, every_container=bool(self.healed))


@dataclass(slots=True)
class _Stray:
    """A deployment that the records do not tie to the engine, and by what its containers would
    be known."""

    containers: set[ContainerId] = field(default_factory=set)
    labels: set[str] = field(default_factory=set)


def adopt(engine: ImageEngine, records: ReleaseRecords) -> frozenset[DeploymentName]:
    """Tie to the engine every deployment that a container on it belongs to.

    A container is never on two engines. So where one is found of a deployment that is tied to
    another engine, that is this engine by another identity (its data were moved, or it tells no
    id and is reached at another address), and all of that one's deployments are here.
    """
    home = engine.identity().id
    strays = _strays(records, home)
    if not strays:
        return frozenset()
    here = engine.list_containers()
    ids = {container.id for container in here}
    labels = {container.labels.get(RELEASE_LABEL, "") for container in here}
    met = {key for key, stray in strays.items() if stray.containers & ids or stray.labels & labels}
    same = {key.engine for key in met} - {NO_ENGINE}
    moved = [key for key in strays if key in met or key.engine in same]
    for key in moved:
        records.move(key, home)
    return frozenset(key.name for key in moved)


def _strays(records: ReleaseRecords, home: EngineId) -> dict[DeploymentKey, _Stray]:
    strays: dict[DeploymentKey, _Stray] = {}
    for deployment in records.deployments():
        if deployment.engine != home:
            stray = strays.setdefault(deployment.key, _Stray())
            if deployment.container:
                stray.containers.add(deployment.container)
            stray.labels |= {release_label(one) for one in records.releases(deployment.key)}
    for release in records.unfinished_releases():
        if release.engine != home:
            strays.setdefault(release.key, _Stray()).labels.add(release_label(release))
    return strays


@dataclass(frozen=True, slots=True)
class Healer:
    """Finishes or undoes the releases of one engine that came to no end."""

    engine: ImageEngine
    probe: AnswerProbe
    records: ReleaseRecords
    locks: DeploymentLocks
    clock: Callable[[], datetime]

    def heal_all(self, job: Job) -> Recovered:
        """Those that another running program is busy with are left alone."""
        home = self.engine.identity().id
        healed: list[Release] = []
        left: list[LeftOpen] = []
        for release in self._open(home):
            job.token.raise_if_cancelled()
            try:
                with self.locks.hold(release.deployment, home):
                    # It may have come to its end in another program before the lock was ours.
                    if any(one.id == release.id for one in self._open(home)):
                        healed.append(self._heal(release, job))
            except AlreadyRunning:
                continue
            except EngineUnavailable:
                raise
            except EngineError as problem:
                left.append(LeftOpen(release, problem))
        return Recovered(tuple(healed), tuple(left))

    def close(self, key: DeploymentKey, job: Job) -> None:
        """Put an end to the deployment's open releases, for somebody who holds its lock and is
        about to decide anew what it runs: nothing is started again."""
        for release in self._open(key.engine):
            if release.key == key:
                self._heal(release, job, restart=False)

    def _open(self, home: EngineId) -> list[Release]:
        return [one for one in self.records.unfinished_releases() if one.engine == home]

    def _heal(self, release: Release, job: Job, *, restart: bool = True) -> Release:
        deployment = self.records.deployment(release.key)
        made = containers_of(self.engine, release)
        container = deployment.container if deployment else None
        if any(c.id == container for c in made):
            for leftover in made:
                if leftover.id != container:
                    self.engine.remove_container(leftover.id)
            self._remove_replaced(release, container)
            return self._end(release, ReleaseState.SUCCEEDED)
        before = Before(
            container,
            restart and self._was_interrupted(release, container),
            deployment.settings.health_timeout_s if deployment else 0.0,
        )
        undone = undo_release(self.engine, self.probe, release, before, job)
        state = ReleaseState.RESTORED if undone.runs else ReleaseState.FAILED
        error = undone.problem.message if undone.problem else release.error or _interrupted()
        return self._end(release, state, error)

    def _was_interrupted(self, release: Release, container: ContainerId | None) -> bool:
        """Whether the release has stopped what ran, and nobody has decided anything since: then
        it is to run again. Only where something ran there was a rehearsal."""
        journal = self.records.journal(release.id)
        stopped = {e.container for e in journal if e.step == Step.STOP_PREVIOUS.value}
        since = any(one.id > release.id for one in self.records.releases(release.key))
        rehearsed = any(e.step == Step.REHEARSE.value for e in journal)
        return rehearsed and not since and stopped <= {container, None}

    def _remove_replaced(self, release: Release, serving: ContainerId | None) -> None:
        """Remove the container the journal says was stopped for this release."""
        for entry in self.records.journal(release.id):
            replaced = entry.container
            if entry.step == Step.STOP_PREVIOUS.value and replaced and replaced != serving:
                self.engine.remove_container(replaced)

    def _end(self, release: Release, state: ReleaseState, error: str = "") -> Release:
        ended = replace(release, state=state, finished=self.clock(), error=error)
        self.records.finish_release(ended)
        return ended


def healed_text(release: Release) -> str:
    """What became of a release that was interrupted, in a sentence."""
    name, version = release.deployment, version_text(release.target.reference)
    if release.state is ReleaseState.SUCCEEDED:
        return tr(
            "The release of {version} for {name} was interrupted and has been finished: "
            "{name} runs {version}.",
            version=version,
            name=name,
        )
    if release.state is ReleaseState.RESTORED and release.previous is not None:
        return tr(
            "The release of {version} for {name} was interrupted and has been undone: "
            "{name} runs {previous} as before.",
            version=version,
            name=name,
            previous=version_text(release.previous.reference),
        )
    if release.error not in ("", _interrupted()):
        return tr(
            "The release of {version} for {name} was interrupted and has been undone, but {name} "
            "is not in service: {reason}",
            version=version,
            name=name,
            reason=release.error,
        )
    return tr(
        "The release of {version} for {name} was interrupted and has been undone; "
        "{name} does not run.",
        version=version,
        name=name,
    )


def left_text(left: LeftOpen) -> str:
    """What is to be said of a release that could not be put right, in a sentence or two."""
    release = left.release
    if release.previous is None:
        return tr(
            "The release of {version} for {name} can’t be undone yet: {reason}",
            version=version_text(release.target.reference),
            name=release.deployment,
            reason=left.problem.message,
        )
    return tr(
        "{name} may run nothing: {version} can’t be started again yet. {reason}",
        name=release.deployment,
        version=version_text(release.previous.reference),
        reason=left.problem.message,
    )


def _interrupted() -> str:
    return tr("The program ended in the middle.")
