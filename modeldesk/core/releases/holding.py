"""One deployment for one caller at a time, whatever it runs as: what every release begins and ends
with."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar, Protocol

from modeldesk.core.errors import RecordsError
from modeldesk.core.ids import DeploymentName
from modeldesk.core.jobs import Job
from modeldesk.core.ports import DeploymentLocks, ImageEngine
from modeldesk.core.releases.book import DeploymentBook
from modeldesk.core.releases.model import (
    Deployment,
    DeploymentKey,
    Release,
    ReleaseKind,
    ReleaseState,
    Target,
    VersionTarget,
)
from modeldesk.core.releases.ports import ReleaseRecords
from modeldesk.core.releases.preparing import check_target
from modeldesk.core.releases.problems import canary_stands
from modeldesk.core.words import tr


class Closes(Protocol):
    """What puts open releases right."""

    def close(self, key: DeploymentKey, job: Job) -> None:
        """Put an end to the deployment's open releases, for somebody who holds its lock."""
        ...


@dataclass(frozen=True, slots=True)
class Holding(ABC):
    """What every part of a service of deployments shares."""

    records: ReleaseRecords
    book: DeploymentBook
    locks: DeploymentLocks
    who: Callable[[], str]
    clock: Callable[[], datetime]
    forgetful: RecordsError | None
    target: ClassVar[Target]

    @abstractmethod
    def healer(self, engine: ImageEngine) -> Closes:
        """Puts open releases right."""

    @abstractmethod
    def check_unclaimed(self, engine: ImageEngine, key: DeploymentKey) -> None:
        """Raise `ReleaseError` when there is something of that name on the engine which these
        records do not know: another account's, or what was left when records were lost."""

    @contextmanager
    def held(self, engine: ImageEngine, key: DeploymentKey, job: Job) -> Iterator[Deployment]:
        """The deployment, while inside for this caller alone, and without an open release. It
        must live on the engine."""
        self._check_memory()
        home = engine.identity()
        self.book.check_here(home, key)
        with self.locks.hold(key.name, home.id):
            known = self.book.take_up(home, key.name) or self.book.get(home.id, key.name)
            check_target(known, self.target)
            self.healer(engine).close(known.key, job)
            # Closing may have tidied it.
            yield self.book.get(home.id, key.name)

    @contextmanager
    def to_deploy(
        self, engine: ImageEngine, name: DeploymentName, job: Job
    ) -> Iterator[Deployment | None]:
        """As `held`; None where there is none of that name yet, nor anything that could be taken
        for it. It has no canary."""
        self._check_memory()
        home = engine.identity()
        key = DeploymentKey(home.id, name)
        with self.locks.hold(name, home.id):
            known = self.book.take_up(home, name)
            if known is not None:
                check_target(known, self.target)
            self.healer(engine).close(key, job)
            known = self.records.deployment(key)
            if known is None:
                self.check_unclaimed(engine, key)
            elif known.canary is not None:
                raise canary_stands(known)
            yield known

    def begun(
        self, wanted: Deployment, kind: ReleaseKind, target: VersionTarget, why: str
    ) -> Release:
        """A release of what the deployment is to be, written down with its settings."""
        self.records.keep_settings(wanted.key, wanted.revision, wanted.settings)
        release = Release(
            0,
            wanted.engine,
            wanted.name,
            kind,
            target,
            wanted.current,
            self.clock(),
            self.who(),
            why,
            ReleaseState.RUNNING,
            revision=wanted.revision,
        )
        return replace(release, id=self.records.add_release(release))

    def _check_memory(self) -> None:
        """Raise `RecordsError` when what is done would be forgotten."""
        if self.forgetful is not None:
            raise RecordsError(
                tr("No deployment can be made or changed, because it would be forgotten."),
                str(self.forgetful),
                self.forgetful.detail,
            )
