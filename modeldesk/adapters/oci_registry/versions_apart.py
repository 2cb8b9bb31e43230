"""Reading a repository's versions in another process: thousands of answers of a registry, taken in
by many threads, would hold up the window, and a registry that is away can't be cut off."""

from collections.abc import Collection, Generator, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection

from modeldesk.adapters.oci_registry.errors import unavailable
from modeldesk.adapters.oci_registry.read_versions import read_versions
from modeldesk.adapters.oci_registry.versions import Learned
from modeldesk.adapters.other_process import give_way, hear
from modeldesk.core.errors import ModelDeskError
from modeldesk.core.jobs import CancelToken
from modeldesk.core.references import Reference

_SAID_AT_ONCE = 32


@dataclass(frozen=True, slots=True)
class _Failed:
    error: ModelDeskError


@dataclass(frozen=True, slots=True)
class _Finished:
    pass


def read_versions_apart(
    repository: str, known: Collection[str], token: CancelToken
) -> Generator[Learned, None, None]:
    """As `read_versions`."""
    registry = Reference.parse(repository).registry
    arguments = (repository, frozenset(known))
    with closing(hear(_work, arguments, "modeldesk-registry", token)) as heard:
        for said in heard:
            match said:
                case _Finished():
                    return
                case _Failed(error):
                    raise error
                case _:
                    yield from said
    raise unavailable(registry, "the process that asked ended")


def _work(speak: Connection, repository: str, known: frozenset[str]) -> None:
    """Runs in the other process. Ends when nobody listens any more."""
    give_way()
    with suppress(BrokenPipeError, ConnectionResetError), speak:
        for said in _told(repository, known):
            speak.send(said)


def _told(repository: str, known: frozenset[str]) -> Iterator[list[Learned] | _Failed | _Finished]:
    """Some at a time: each takes its time to be heard."""
    waiting: list[Learned] = []
    try:
        with closing(read_versions(repository, known, CancelToken())) as learned:
            for one in learned:
                waiting.append(one)
                if len(waiting) >= _SAID_AT_ONCE:
                    yield waiting
                    waiting = []
    except ModelDeskError as error:
        yield waiting
        yield _Failed(error)
    else:
        yield waiting
        yield _Finished()
