"""Moves that every program sees: each is kept in the repositories whose tags it moved, beside what
the machine that made it remembers of it."""

import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from modeldesk.core.channels.model import FIRST_SHARED_ID, Move, MoveState, Place, Step
from modeldesk.core.channels.registry_records import RegistryChannelRecords
from modeldesk.core.errors import ModelDeskError
from modeldesk.core.ids import NO_ENGINE, ModelName
from modeldesk.core.references import Reference
from modeldesk.core.registry.ports import Registries
from modeldesk.core.versioning.channels import channel_of
from modeldesk.core.versioning.names import LATEST, scheme_of

logger = logging.getLogger(__name__)

_SHARED = (MoveState.DONE, MoveState.HALF_DONE)
"""What is told to others; what came to nothing is known where it was tried."""


@dataclass(frozen=True, slots=True)
class History:
    """Moves of a model's channels, newest first."""

    moves: tuple[Move, ...]
    problems: tuple[ModelDeskError, ...] = ()
    """Of registries that did not tell theirs."""


class SharedMoves:
    """Any thread may ask. What ended is read once."""

    def __init__(self, registries: Callable[[], Registries]) -> None:
        """`registries` gives those that are reached as the settings say now."""
        self._registries = registries
        self._lock = threading.Lock()
        self._records: dict[str, RegistryChannelRecords] = {}

    def read(self, model: ModelName, repositories: Iterable[Reference]) -> History:
        """What `repositories` tell, as moves of `model`: of steps in registries alone. A registry
        that is away is waited for once."""
        found: dict[int, Move] = {}
        away: dict[str, ModelDeskError] = {}
        for one in repositories:
            if one.registry in away:
                continue
            try:
                moves = self._of(one.registry).moves(ModelName(one.repository))
            except ModelDeskError as error:
                away[one.registry] = error
                continue
            for move in moves:
                read = _as_told(move, model, one)
                if read is not None:
                    found[read.id] = _both(found.get(read.id), read)
        moves = tuple(sorted(found.values(), key=lambda one: one.id, reverse=True))
        return History(moves, tuple(away.values()))

    def share(self, move: Move, before: Sequence[Move]) -> ModelDeskError | None:
        """Keep `move` in each repository that it moved a tag of, and those of `before` that are
        not there yet: a registry may have been away. Why that failed; nothing is lost by it."""
        problem: ModelDeskError | None = None
        for repository in repositories_of(move):
            try:
                self._share_in(repository, move, before)
            except ModelDeskError as error:
                logger.info("a move is not kept in %s: %s", repository, error)
                problem = error
        return problem

    def _share_in(self, repository: Reference, move: Move, before: Sequence[Move]) -> None:
        records = self._of(repository.registry)
        there = records.ids(ModelName(repository.repository))
        for one in before:
            told = _to_tell(one, repository)
            if told is not None and told.state in _SHARED and one.id not in {*there, move.id}:
                records.put(told)
        told = _to_tell(move, repository)
        if told is not None and (told.state in _SHARED or told.id in there):
            records.put(told)

    def _of(self, host: str) -> RegistryChannelRecords:
        with self._lock:
            if host not in self._records:
                self._records[host] = RegistryChannelRecords(lambda: self._registries().at(host))
            return self._records[host]


def repositories_of(move: Move) -> tuple[Reference, ...]:
    """Those of registries that it moves a tag of, each once."""
    return tuple(
        dict.fromkeys(
            Reference(step.reference.registry, step.reference.repository)
            for step in move.steps
            if step.place is Place.REGISTRY
        )
    )


def merged(own: Sequence[Move], told: Iterable[Move]) -> tuple[Move, ...]:
    """What this machine remembers, which is more, and what else registries tell; newest first."""
    known = {one.id: one for one in told} | {one.id: one for one in own}
    return tuple(sorted(known.values(), key=lambda one: one.id, reverse=True))


def _to_tell(move: Move, repository: Reference) -> Move | None:
    """What of a move concerns `repository`: which engine it was made on is nobody's business
    there. None for one that others can't tell from their own."""
    steps = tuple(_steps_in(move, repository))
    if not steps or move.id < FIRST_SHARED_ID:
        return None
    if move.state not in (*_SHARED, MoveState.UNDONE):
        return None
    return replace(move, model=ModelName(repository.repository), engine=NO_ENGINE, steps=steps)


def _as_told(move: Move, model: ModelName, repository: Reference) -> Move | None:
    """A move as it was read in `repository`: it is anybody's word, and speaks of channels of that
    repository or of nothing. The registry may be called otherwise by whoever wrote it."""
    steps = tuple(
        replace(step, reference=replace(step.reference, registry=repository.registry))
        for step in move.steps
    )
    good = all(
        step.place is Place.REGISTRY
        and step.reference.repository == repository.repository
        and _says(step.reference.tag, move.channel)
        for step in steps
    )
    return replace(move, model=model, engine=NO_ENGINE, steps=steps) if good and steps else None


def _says(tag: str, channel: str) -> bool:
    """Whether a tag can be of a channel; another person may have channels of their own."""
    own = tag == channel and scheme_of(tag) is None and tag != LATEST
    return own or channel_of(tag) == channel


def _both(one: Move | None, other: Move) -> Move:
    """A move of two repositories, as each tells its part of it."""
    if one is None:
        return other
    more = tuple(step for step in other.steps if step not in one.steps)
    return replace(one, steps=(*one.steps, *more))


def _steps_in(move: Move, repository: Reference) -> Iterator[Step]:
    for step in move.steps:
        own = step.reference
        if step.place is Place.REGISTRY and (own.registry, own.repository) == (
            repository.registry,
            repository.repository,
        ):
            yield step
