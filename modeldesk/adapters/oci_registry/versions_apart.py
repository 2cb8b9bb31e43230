"""Reading a repository's versions in another process: thousands of answers of a registry, taken in
by many threads, would hold up the window, and a registry that is away can't be cut off."""

from collections.abc import Callable, Collection, Generator
from contextlib import closing

from modeldesk.adapters.oci_registry.read_versions import read_versions
from modeldesk.adapters.oci_registry.versions import Learned
from modeldesk.adapters.other_process import ShortOfMemory, hear
from modeldesk.core.errors import RegistryError
from modeldesk.core.jobs import CancelToken
from modeldesk.core.references import Reference
from modeldesk.core.words import tr

_SAID_AT_ONCE = 32


def read_versions_apart(
    repository: str, known: Collection[str], token: CancelToken
) -> Generator[Learned, None, None]:
    """As `read_versions`."""
    arguments = (repository, frozenset(known))
    try:
        with closing(hear(_work, arguments, "modeldesk-registry", token)) as heard:
            for some in heard:
                yield from some
    except ShortOfMemory as error:
        registry = Reference.parse(repository).registry
        raise RegistryError(
            tr("What {registry} has was not read to the end: the machine ran short of memory.",
               registry=registry),
            tr("Close what else needs much memory, and try again."),
            error.detail,
        ) from None  # fmt: skip


def _work(say: Callable[[list[Learned]], None], repository: str, known: frozenset[str]) -> None:
    """Runs in the other process. Says some at a time: each takes its time to be heard."""
    waiting: list[Learned] = []
    try:
        with closing(read_versions(repository, known, CancelToken())) as learned:
            for one in learned:
                waiting.append(one)
                if len(waiting) >= _SAID_AT_ONCE:
                    say(waiting)
                    waiting = []
    finally:
        say(waiting)
