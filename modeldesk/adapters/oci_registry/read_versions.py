"""Reading a repository, or all that a registry has, with many questions at once."""

import re
from collections.abc import Callable, Collection, Generator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from queue import SimpleQueue

from modeldesk.adapters.oci_registry.client import RegistryClient
from modeldesk.adapters.oci_registry.learned import (
    Channel,
    Counted,
    Ended,
    Found,
    Learned,
    Listed,
    News,
    Unreadable,
)
from modeldesk.adapters.oci_registry.read_tag import TagReader
from modeldesk.core.attached.artifact import artifacts_among
from modeldesk.core.errors import (
    ArchiveDamaged,
    Cancelled,
    ModelDeskError,
    NotInRegistry,
    RegistryBusy,
    RegistryDenied,
    RegistryError,
    RegistryUnavailable,
)
from modeldesk.core.jobs import CancelToken
from modeldesk.core.references import Reference

CONNECT_SECONDS = 4.0
"""Nobody asked for this: a registry that is away is not waited for long."""

_AT_ONCE = 16
_PATIENCE = 8
"""How many failures of the registry itself are taken for faults of single tags."""
_SPEAKS_OF_ANOTHER = re.compile(r"sha(?:256-[0-9a-f]{64}|512-[0-9a-f]{128})(?:\..*)?")
"""Tags under which signatures and the like are kept where a registry has no better place."""

MakeClient = Callable[[str], RegistryClient]
KnownDigests = Mapping[str, Collection[str]]
"""By repository, with its registry."""


def impatient_client(registry: str) -> RegistryClient:
    """For questions that nobody waits for."""
    return RegistryClient(registry, connect_seconds=CONNECT_SECONDS)


def read_versions(
    repository: str,
    known: Collection[str],
    token: CancelToken,
    make_client: MakeClient = impatient_client,
) -> Generator[Learned, None, None]:
    """What there is to learn of each tag of one repository, in no order. Raises as
    `VersionRegistry.versions`."""
    name = Reference.parse(repository).name
    own = CancelToken()
    with (
        token.closing(own.cancel),
        closing(make_client(Reference.parse(repository).registry)) as client,
        closing(_Reading(client, {name: known}, own).of([name])) as news,
    ):
        for one in news:
            token.raise_if_cancelled()
            if isinstance(one, Ended) and one.error is not None:
                raise one.error
            if isinstance(one, Found) and one.learned is not None:
                yield one.learned


def read_registry(
    registry: str,
    named: Collection[str],
    known: KnownDigests,
    token: CancelToken,
    make_client: MakeClient = impatient_client,
) -> Generator[News, None, None]:
    """What there is to learn of each tag of each repository of a registry, those `named` (with the
    registry) among them whether it lists them or not. Raises as `VersionRegistry.browse`."""
    own = CancelToken()
    with token.closing(own.cancel), closing(make_client(registry)) as client:
        listed = _listed(client, named, own)
        token.raise_if_cancelled()
        yield listed
        with closing(_Reading(client, known, own).of(listed.repositories)) as news:
            for one in news:
                token.raise_if_cancelled()
                yield one


def _listed(client: RegistryClient, named: Collection[str], token: CancelToken) -> Listed:
    """Raises `RegistryError` where there is nothing to read."""
    try:
        names = [f"{client.name}/{one}" for one in client.repositories(token)]
    except (NotInRegistry, RegistryDenied):
        token.raise_if_cancelled()
        if not named:
            raise
        return Listed(tuple(dict.fromkeys(named)), whole=False)
    return Listed(tuple(dict.fromkeys((*names, *named))), whole=True)


class _Reading:
    """Asks many things at once, in threads; whoever listens hears of each as it is known."""

    def __init__(self, client: RegistryClient, known: KnownDigests, token: CancelToken) -> None:
        """`token` is cancelled at the end: whoever still asks is not waited for."""
        self._client = client
        self._known = known
        self._token = token
        self._pool = ThreadPoolExecutor(_AT_ONCE, "registry")
        self._news: SimpleQueue[News | None] = SimpleQueue()
        """None for an error that ends it all."""
        self._verdict: BaseException = Cancelled()
        """That error, once there is one."""
        self._failures = 0

    def of(self, repositories: Collection[str]) -> Generator[News, None, None]:
        """What is learned of them; `Ended` is the last of each. Raises an error that tells of the
        registry and not of a tag or repository, and `Cancelled`."""
        try:
            reads = {one: _Repository(self._reader(one)) for one in repositories}
            for read in reads.values():
                self._do(partial(self._list, read))
            open_ = set(reads)
            while open_:
                news = self._news.get()
                if news is None:
                    raise self._verdict
                if isinstance(news, Found):
                    read = reads[news.repository]
                    if read.error is not None:
                        continue
                    yield news
                    self._go_on(read, news.learned)
                    continue
                if isinstance(news, Ended):
                    # Several threads may meet the same refusal.
                    if news.repository not in open_:
                        continue
                    open_.discard(news.repository)
                yield news
        finally:
            self._token.cancel()
            self._pool.shutdown(cancel_futures=True)

    def _reader(self, repository: str) -> TagReader:
        known = self._known.get(repository, ())
        return TagReader(self._client, Reference.parse(repository), known, self._token)

    def _do(self, work: Callable[[], None]) -> None:
        """In some thread, soon."""

        def done() -> None:
            try:
                self._token.raise_if_cancelled()
                work()
            except BaseException as error:  # noqa: BLE001 - raised again by whoever listens
                self._end(error)

        try:
            self._pool.submit(done)
        except RuntimeError:  # closed meanwhile: nobody listens
            self._token.raise_if_cancelled()
            raise

    def _end(self, error: BaseException) -> None:
        if isinstance(self._verdict, Cancelled):
            self._verdict = error
        self._news.put(None)

    def _list(self, read: "_Repository") -> None:
        """Ask which tags there are, and for each."""
        name = read.reader.name
        try:
            every = read.reader.tags()
        except RegistryError as error:
            self._weigh(error)
            self._news.put(Ended(name, error))
            return
        tags = [one for one in every if not _SPEAKS_OF_ANOTHER.fullmatch(one)]
        read.edits = tuple(tag for found in artifacts_among(every).values() for tag in found)
        read.left = len(tags)
        self._news.put(Counted(name, len(tags)))
        if not tags:
            self._news.put(Ended(name, edits=read.edits))
        for tag in tags:
            self._do(partial(self._read, read, tag, read.reader.read))

    def _read(self, read: "_Repository", tag: str, ask: Callable[[str], Learned | None]) -> None:
        name = read.reader.name
        if read.error is not None:
            return
        try:
            self._news.put(Found(name, ask(tag)))
        except RegistryDenied as error:
            # The same would be said of every tag.
            read.error = error
            self._news.put(Ended(name, error))
        except (RegistryError, ArchiveDamaged) as error:
            self._weigh(error)
            self._news.put(Found(name, Unreadable(tag)))

    def _weigh(self, error: ModelDeskError) -> None:
        """Tells faults of single tags from those of the registry, after which nobody asks on."""
        self._failures += isinstance(error, RegistryBusy)
        if isinstance(error, RegistryUnavailable) or self._failures > _PATIENCE:
            raise error

    def _go_on(self, read: "_Repository", learned: Learned | None) -> None:
        """In the listener's thread: nobody else counts."""
        nameless = read.after(learned)
        if nameless is None:
            self._news.put(Ended(read.reader.name, edits=read.edits))
        for tag in nameless or ():
            self._do(partial(self._read, read, tag, read.reader.read_whole))


class _Repository:
    """How far one is."""

    def __init__(self, reader: TagReader) -> None:
        self.reader = reader
        self.left = 0
        """Tags of which nothing was heard yet."""
        self.edits: tuple[str, ...] = ()
        """See `Ended.edits`."""
        self.error: RegistryError | None = None
        """Why no more is asked."""
        self._named: set[str] = set()
        self._channels: list[Channel] = []

    def after(self, learned: Learned | None) -> Collection[str] | None:
        """What to ask for next, after this was heard: once all else is known, the tags that move
        whose images nothing else names, one for each. None when that was the last."""
        self.left -= 1
        if isinstance(learned, Channel):
            self._channels.append(learned)
        elif learned is not None and not isinstance(learned, Unreadable):
            self._named.add(learned.digest)
        if self.left:
            return ()
        nameless = {
            one.digest: one.tag
            for one in sorted(self._channels, key=lambda one: one.tag, reverse=True)
            if one.digest not in self._named
        }
        self._channels = []
        self.left = len(nameless)
        return nameless.values() or None
