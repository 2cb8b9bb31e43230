"""Putting right what a crash left in the middle, and finding out where deployments live."""

from contextlib import suppress
from dataclasses import dataclass, field, replace

from modeldesk.core.changes import Changes
from modeldesk.core.errors import (
    AlreadyRunning,
    EngineError,
    EngineUnavailable,
    GatewayError,
)
from modeldesk.core.ids import NO_ENGINE, ContainerId, DeploymentName, EngineId
from modeldesk.core.jobs import Job
from modeldesk.core.ports import DeploymentLocks, ImageEngine
from modeldesk.core.releases.model import (
    RELEASE_LABEL,
    Deployment,
    DeploymentKey,
    Release,
    ReleaseState,
)
from modeldesk.core.releases.names import version_text
from modeldesk.core.releases.plan import Step
from modeldesk.core.releases.ports import ReleaseRecords
from modeldesk.core.releases.settle import finish_removal, is_being_removed, settle
from modeldesk.core.releases.tidy import tidy
from modeldesk.core.releases.tools import (
    Tools,
    containers_of,
    is_on_a_swarm,
    release_label,
    runs,
)
from modeldesk.core.words import tr

_REHEARSE = "rehearse"
"""A step of before there were gateways, in their journals: the target ran beside what ran."""


@dataclass(frozen=True, slots=True)
class LeftOpen:
    """A release that could not be put right now, and why."""

    release: Release
    problem: EngineError | GatewayError
    serves: bool = False
    """Whether what ran before runs all the same."""


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

    tools: Tools
    locks: DeploymentLocks

    def heal_all(self, job: Job) -> Recovered:
        """Those that another running program is busy with are left alone."""
        home = self.tools.engine.identity().id
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
            except (EngineError, GatewayError) as problem:
                left.append(LeftOpen(release, problem, self._serves(release)))
        self._end_canaries(home)
        self._tidy_all(home, job)
        return Recovered(tuple(healed), tuple(left))

    def close(self, key: DeploymentKey, job: Job) -> None:
        """Put an end to the deployment's open releases, for somebody who holds its lock and is
        about to decide anew what it runs: no container is started again."""
        for release in self._open(key.engine):
            if release.key == key:
                try:
                    self._heal(release, job, restart=False)
                except EngineUnavailable:
                    raise
                except (EngineError, GatewayError) as problem:
                    # What comes now brings the engine in line anew.
                    self._end(release, ReleaseState.FAILED, release.error or problem.message)

    def _open(self, home: EngineId) -> list[Release]:
        records = self.tools.records
        return [
            one
            for one in records.unfinished_releases()
            if one.engine == home and not is_on_a_swarm(records, one)
        ]

    def _heal(self, release: Release, job: Job, *, restart: bool = True) -> Release:
        tools, key = self.tools, release.key
        deployment = tools.records.deployment(key)
        if deployment is not None and self._was_recorded(release, deployment):
            self._remove_replaced(release, deployment)
            settle(tools, key, deployment, job, restart=restart)
            canary = deployment.canary
            rolls = canary is not None and canary.version.release == release.id
            state = ReleaseState.ROLLING if rolls else ReleaseState.SUCCEEDED
            return self._end(release, state)
        interrupted = restart and deployment is not None
        again = interrupted and self._stopped_what_ran(release, deployment)
        settled = settle(tools, key, deployment, job, restart=again)
        state = ReleaseState.RESTORED if settled.runs else ReleaseState.FAILED
        error = settled.problem.message if settled.problem else release.error or _interrupted()
        return self._end(release, state, error)

    def _was_recorded(self, release: Release, deployment: Deployment) -> bool:
        """Whether the deployment is what the release was to make it. A program from before there
        were gateways has not written that, but its container says so."""
        if deployment.release or deployment.behind_gateway:
            return deployment.release == release.id
        made = {one.id for one in containers_of(self.tools.engine, release)}
        return deployment.container in made

    def _stopped_what_ran(self, release: Release, deployment: Deployment | None) -> bool:
        """Whether the release has stopped the container that owns the ports while that ran, and
        nobody has decided anything since: then it is to run again. A release of before there
        were gateways stopped it also when it did not run, but then rehearsed nothing."""
        records = self.tools.records
        container = deployment.container if deployment else None
        before: set[str] = set()
        for entry in records.journal(release.id):
            if entry.step == Step.STOP_PREVIOUS.value:
                since = any(one.id > release.id for one in records.releases(release.key))
                ran = bool(before & {_REHEARSE, Step.START.value})
                return ran and not since and entry.container in (container, None)
            before.add(entry.step)
        return False

    def _remove_replaced(self, release: Release, deployment: Deployment) -> None:
        """Remove the container that owned the ports before, which the journal names."""
        kept = {deployment.container, *(one.version.container for one in deployment.kept)}
        for entry in self.tools.records.journal(release.id):
            replaced = entry.container
            if entry.step == Step.STOP_PREVIOUS.value and replaced and replaced not in kept:
                self.tools.engine.remove_container(replaced)

    def _serves(self, release: Release) -> bool:
        deployment = self.tools.records.deployment(release.key)
        try:
            return deployment is not None and runs(self.tools.engine, deployment.container)
        except EngineError:
            return False

    def _end_canaries(self, home: EngineId) -> None:
        """Those that were promoted or taken back, but for this last line."""
        for release in self.tools.records.rolling_releases():
            if release.engine != home or is_on_a_swarm(self.tools.records, release):
                continue
            with suppress(AlreadyRunning), self.locks.hold(release.deployment, home):
                rolling = self.tools.records.rolling_releases()
                if any(one.id == release.id for one in rolling):
                    self._end_canary(release)

    def _end_canary(self, release: Release) -> None:
        deployment = self.tools.records.deployment(release.key)
        canary = deployment.canary if deployment else None
        if canary is not None and canary.version.release == release.id:
            return
        if deployment is not None and deployment.serving == release.id:
            self._end(release, ReleaseState.SUCCEEDED)
        else:
            self._end(release, ReleaseState.ABORTED, release.error or _interrupted())

    def _tidy_all(self, home: EngineId, job: Job) -> None:
        """Stop what was kept running long enough, and remove what was to be removed."""
        for deployment in self.tools.records.deployments():
            to_do = deployment.kept or is_being_removed(deployment)
            if deployment.engine != home or not to_do:
                continue
            job.token.raise_if_cancelled()
            with suppress(AlreadyRunning), self.locks.hold(deployment.name, home):
                now = self.tools.records.deployment(deployment.key)
                if now is None or any(one.key == now.key for one in self._open(home)):
                    continue
                if is_being_removed(now):
                    finish_removal(self.tools, now, job)
                else:
                    tidy(self.tools, now)

    def _end(self, release: Release, state: ReleaseState, error: str = "") -> Release:
        finished = None if state is ReleaseState.ROLLING else self.tools.clock()
        ended = replace(release, state=state, finished=finished, error=error)
        self.tools.records.finish_release(ended)
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
    if release.state is ReleaseState.ROLLING:
        return tr(
            "The canary {version} for {name} was interrupted and has been finished: it stands "
            "beside what runs.",
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
    if release.previous is None or left.serves:
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
