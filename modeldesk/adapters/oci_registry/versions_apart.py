"""Reading what registries have in another process: thousands of answers of a registry, taken in
by many threads, would hold up the window, and a registry that is away can't be cut off."""

from collections.abc import Callable, Collection, Generator, Mapping
from contextlib import closing
from functools import partial
from typing import TypeVar

from modeldesk.adapters.oci_registry.connections import Connections
from modeldesk.adapters.oci_registry.learned import Learned, News
from modeldesk.adapters.oci_registry.read_versions import (
    CONNECT_SECONDS,
    read_registry,
    read_versions,
)
from modeldesk.adapters.other_process import ShortOfMemory, hear
from modeldesk.core.errors import RegistryError
from modeldesk.core.jobs import CancelToken
from modeldesk.core.references import Reference
from modeldesk.core.words import tr

T = TypeVar("T")

_SAID_AT_ONCE = 32


def read_versions_apart(
    repository: str,
    known: Collection[str],
    token: CancelToken,
    connections: Connections | None = None,
) -> Generator[Learned, None, None]:
    """As `read_versions`."""
    arguments = (repository, frozenset(known), connections or Connections())
    yield from _heard(_read_versions, arguments, Reference.parse(repository).registry, token)


def read_registry_apart(
    registry: str,
    named: Collection[str],
    known: Mapping[str, Collection[str]],
    token: CancelToken,
    connections: Connections | None = None,
) -> Generator[News, None, None]:
    """As `read_registry`."""
    arguments = (registry, tuple(named), known, connections or Connections())
    yield from _heard(_read_registry, arguments, registry, token)


def _heard(
    work: Callable[..., None], arguments: tuple[object, ...], registry: str, token: CancelToken
) -> Generator[T, None, None]:
    try:
        with closing(hear(work, arguments, "modeldesk-registry", token)) as heard:
            for some in heard:
                yield from some
    except ShortOfMemory as error:
        raise RegistryError(
            tr("What {registry} has was not read to the end: the machine ran short of memory.",
               registry=registry),
            tr("Close what else needs much memory, and try again."),
            error.detail,
        ) from None  # fmt: skip


def _read_versions(
    say: Callable[[list[Learned]], None],
    repository: str,
    known: frozenset[str],
    connections: Connections,
) -> None:
    """Runs in the other process."""
    client = partial(connections.client, connect_seconds=CONNECT_SECONDS)
    _say_all(say, read_versions(repository, known, CancelToken(), client))


def _read_registry(
    say: Callable[[list[News]], None],
    registry: str,
    named: tuple[str, ...],
    known: Mapping[str, Collection[str]],
    connections: Connections,
) -> None:
    """Runs in the other process."""
    client = partial(connections.client, connect_seconds=CONNECT_SECONDS)
    _say_all(say, read_registry(registry, named, known, CancelToken(), client))


def _say_all(say: Callable[[list[T]], None], read: Generator[T, None, None]) -> None:
    """Some at a time: each takes its time to be heard."""
    waiting: list[T] = []
    try:
        with closing(read) as learned:
            for one in learned:
                waiting.append(one)
                if len(waiting) >= _SAID_AT_ONCE:
                    say(waiting)
                    waiting = []
    finally:
        say(waiting)
