"""A registry of one's own: started, stopped, freed of garbage and removed, by one program of ours
at a time."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from modeldesk.core.changes import Changes
from modeldesk.core.errors import CredentialsError, EngineError, NotFound
from modeldesk.core.jobs import CancelToken, Job, Progress
from modeldesk.core.own_registry.collecting import Collected, collect
from modeldesk.core.own_registry.files import volume_of
from modeldesk.core.own_registry.finding import find
from modeldesk.core.own_registry.model import USER, OwnRegistry, OwnState
from modeldesk.core.own_registry.starting import HashPassword, Started, Starter
from modeldesk.core.ports import AnswerProbe, DeploymentLocks, ImageEngine
from modeldesk.core.references import Reference
from modeldesk.core.registry.accounts import Accounts
from modeldesk.core.registry.known import KnownRegistry, known_as
from modeldesk.core.registry.ports import Registries
from modeldesk.core.words import tr

Known = Iterable[KnownRegistry]


@dataclass(frozen=True, slots=True)
class WhatGoes:
    """What removing would take away. `None` where it can't be told: repositories of a registry
    that does not run, bytes where the engine does not count them."""

    own: OwnRegistry
    repositories: tuple[str, ...] | None
    data_bytes: int | None


@dataclass(frozen=True, slots=True)
class Removed:
    """What went. `problem` is why a password could not be erased."""

    host: str
    changes: Changes
    problem: CredentialsError | None = None


class OwnRegistries:
    """Those of `owner`, one on each engine. Any thread may ask."""

    def __init__(
        self,
        owner: str,
        accounts: Accounts,
        registries: Callable[[], Registries],
        probe: AnswerProbe,
        locks: DeploymentLocks,
        hash_password: HashPassword,
    ) -> None:
        self._owner = owner
        self._accounts = accounts
        self._registries = registries
        self._probe = probe
        self._locks = locks
        self._starter = Starter(owner, accounts, probe, hash_password)

    def find(self, engine: ImageEngine, known: Known, token: CancelToken) -> OwnRegistry | None:
        """What there is of it; None for nothing. Raises `EngineError`, `Cancelled`."""
        return find(engine, self._owner, self._accounts, known, token)

    def start(self, engine: ImageEngine, image: Reference, known: Known, job: Job) -> Started:
        """Make it of `image`, start it again, or finish what was begun and not ended; it answers
        then, and lets in who is signed in here. What was kept of an earlier one is in it.

        Raises `NoKeyring` and other `CredentialsError` where nothing keeps its password,
        `AlreadyRunning`, `PortTaken`, `ContainerFailed`, `RegistryError`, `EngineError`,
        `Cancelled`. Whatever is raised, all is as it was before."""
        registries = tuple(known)
        with self._alone(engine):
            own = self._swept(engine, registries, job)
            if own is not None and own.container is not None:
                if engine.container(own.container).started is not None:
                    return self._starter.resume(engine, own, registries, job)
                engine.remove_container(own.container)
            return self._starter.make(engine, image, registries, job)

    def stop(self, engine: ImageEngine, known: Known, job: Job) -> Changes:
        """Stop it. It stays so when the engine starts anew. Raises `NotFound`, `EngineError`."""
        with self._alone(engine):
            own = self._there(engine, known, job)
            if own.container is None:
                raise _nothing()
            job.report(Progress(tr("Stopping")))
            engine.stop_container(own.container)
            return Changes(containers=frozenset({own.container}))

    def collect(self, engine: ImageEngine, known: Known, job: Job) -> Collected:
        """Free the room of what nothing in it names any more. It does not answer meanwhile; a
        stopped one is started to be looked at, and stopped again. Raises `NotFound`,
        `AlreadyRunning`, `ContainerFailed`, `RegistryError`, `EngineError`, `Cancelled`."""
        with self._alone(engine):
            own = self._there(engine, known, job)
            if own.state not in (OwnState.RUNNING, OwnState.UNHEALTHY, OwnState.STOPPED):
                raise NotFound(
                    tr("The registry is not whole."),
                    tr("Start it first: that puts it right."),
                )
            registry = self._registries().at(own.host)
            return collect(engine, registry, self._probe, self._owner, own, job)

    def what_goes(self, engine: ImageEngine, known: Known, job: Job) -> WhatGoes:
        """What removing it would take away. Raises `NotFound`, `EngineError`, `RegistryError`,
        `Cancelled`."""
        own = self.find(engine, known, job.token)
        if own is None:
            raise _nothing()
        repositories = None
        if own.state is OwnState.RUNNING:
            repositories = self._registries().at(own.host).repositories(job.token)
        try:
            size = engine.volume_bytes(own.volume, job.token)
        except NotFound:
            size = 0
        return WhatGoes(own, repositories, size)

    def remove(self, engine: ImageEngine, known: Known, job: Job, *, data: bool) -> Removed:
        """Remove its container and the password that is kept for it; with `data` what is in it
        too, else a start takes that up. Raises `NotFound`, `AlreadyRunning`, `EngineError`."""
        registries = tuple(known)
        with self._alone(engine):
            own = self._there(engine, registries, job)
            job.report(Progress(tr("Removing")))
            gone = [one for one in (own.collector, own.container) if one is not None]
            if own.container is not None:
                engine.stop_container(own.container)
            for one in gone:
                engine.remove_container(one)
            if data:
                engine.remove_volume(own.volume)
            problem = self._forget(registries, own.host)
        return Removed(own.host, Changes(containers=frozenset(gone)), problem)

    @contextmanager
    def _alone(self, engine: ImageEngine) -> Iterator[None]:
        host = engine.info.host
        if host:
            raise EngineError(
                tr("The engine is on {host}: a registry there would be of use on that machine "
                   "alone.", host=host),
                tr("Start it on that machine, or choose an engine of this one."),
            )  # fmt: skip
        with self._locks.hold(volume_of(self._owner).name, engine.identity().id):
            yield

    def _there(self, engine: ImageEngine, known: Known, job: Job) -> OwnRegistry:
        own = self.find(engine, known, job.token)
        if own is None:
            raise _nothing()
        return own

    def _swept(
        self, engine: ImageEngine, known: tuple[KnownRegistry, ...], job: Job
    ) -> OwnRegistry | None:
        """What there is, without a collector: whoever started one would hold our lock."""
        own = self.find(engine, known, job.token)
        if own is None or own.collector is None:
            return own
        engine.remove_container(own.collector)
        return self.find(engine, known, job.token)

    def _forget(self, known: tuple[KnownRegistry, ...], host: str) -> CredentialsError | None:
        if not host:
            return None
        token = CancelToken()
        account = self._accounts.who(host, token)
        if account.user != USER:
            return None
        try:
            one = known_as(known, host)
            self._accounts.sign_out(account.at(one), token)
        except CredentialsError as error:
            return error
        return None


def _nothing() -> NotFound:
    return NotFound(
        tr("There is no registry of yours on this engine."),
        tr("“modeldesk registry start” makes one."),
    )
