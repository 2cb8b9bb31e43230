"""Finding versions: keeps the index fresh, and asks it."""

import difflib
import hashlib
import logging
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from modeldesk.core.ids import EngineId
from modeldesk.core.jobs import CancelToken
from modeldesk.core.library.model import LibrarySnapshot
from modeldesk.core.library.ports import RemoteRecords
from modeldesk.core.library.remote_model import RemoteVersion
from modeldesk.core.metadata.ports import MetadataRecords
from modeldesk.core.search.asked import attributes
from modeldesk.core.search.entries import Channels, Edits, Sources, entry_of, sources
from modeldesk.core.search.folding import folded
from modeldesk.core.search.model import (
    Entry,
    Found,
    Names,
    Order,
    Query,
)
from modeldesk.core.search.parse import parse
from modeldesk.core.search.ports import EntryKey, SearchIndex

logger = logging.getLogger(__name__)

_AT_ONCE = 200
"""Entries that are put together: others may write between."""
MOST_SHOWN = 500


@dataclass(frozen=True, slots=True)
class Unknown:
    """A name that no version has."""

    name: str
    near: tuple[str, ...]
    """Those that look like it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a search."""

    query: Query
    found: Found
    unknown: tuple[Unknown, ...] = ()
    """Names it asks for in vain; told where nothing was found."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """What the records had when they were read last."""

    remote: tuple[RemoteVersion, ...]
    channels: Channels
    edits: Edits


class SearchService:
    """One per program; any thread may ask. Every method raises `RecordsError`."""

    def __init__(
        self,
        index: Callable[[], SearchIndex],
        remote: RemoteRecords,
        metadata: MetadataRecords,
        now: Callable[[], datetime],
    ) -> None:
        """`index` is called when it is first needed; `now` gives the time in the person's
        zone."""
        self._open_index = index
        self._remote = remote
        self._metadata = metadata
        self._now = now
        self._lock = threading.Lock()
        self._kept: _Kept | None = None
        self._known: tuple[EngineId, LibrarySnapshot] | None = None
        self._sources: dict[EntryKey, Sources] = {}

    def forget(self) -> None:
        """What the records have may have changed: read it again before the next answer."""
        self._kept = None

    def refresh(self, engine: EngineId, snapshot: LibrarySnapshot, token: CancelToken) -> None:
        """Bring the index in step with what `engine` was found to have and what the records
        keep of registries and edits: what is as it was costs next to nothing. Raises
        `Cancelled`; what was put until then stays."""
        with self._lock:
            if self._kept is not None and self._known is not None:
                known_engine, known = self._known
                if known_engine == engine and known is snapshot:
                    return
            self._refresh(engine, snapshot, token)

    def find(
        self, engine: EngineId, text: str, order: Order | None = None, most: int = MOST_SHOWN
    ) -> Answer:
        """What `text` finds among the versions of `engine` and of registries. Raises
        `InvalidQuery`."""
        now = self._now()
        query = parse(text, now)
        index = self._open_index()
        found = index.find(engine, query, order or Order(), now, most)
        unknown = () if found.total else tuple(_unknown(query, index.names(engine)))
        return Answer(query, found, unknown)

    def names(self, engine: EngineId) -> Names:
        """What can be asked for."""
        return self._open_index().names(engine)

    def _refresh(self, engine: EngineId, snapshot: LibrarySnapshot, token: CancelToken) -> None:
        index = self._open_index()
        if self._kept is None:
            self._kept = _Kept(
                self._remote.every_remote_version(),
                self._remote.remote_channels(),
                self._metadata.every_edit(),
            )
        kept = self._kept
        told = sources(snapshot, kept.remote, kept.channels, kept.edits)
        same_engine = self._known is not None and self._known[0] == engine
        before = self._sources if same_engine else {}
        stamps = index.stamps(engine)
        gone = [key for key in stamps if key not in told]
        due = _due(told, before, stamps.get)
        while some := dict(islice(due, _AT_ONCE)):
            token.raise_if_cancelled()
            index.update(engine, some, ())
        index.update(engine, {}, gone)
        self._known, self._sources = (engine, snapshot), told


def _due(
    told: dict[EntryKey, Sources],
    before: dict[EntryKey, Sources],
    stamp_of: Callable[[EntryKey], str | None],
) -> Iterator[tuple[EntryKey, tuple[str, Entry]]]:
    """The entries that are not as they were put, with their stamps."""
    for key, own in told.items():
        put = stamp_of(key)
        if put is not None and before.get(key) == own:
            continue
        entry = entry_of(key, own)
        stamp = hashlib.blake2b(repr(entry).encode("utf-8", "replace"), digest_size=12).hexdigest()
        if stamp != put:
            yield key, (stamp, entry)


def _unknown(query: Query, names: Names) -> Iterator[Unknown]:
    by_name = {folded(name): name for _, name in names.facts}
    whole = {(section, folded(name)) for section, name in names.facts}
    for attribute in dict.fromkeys(attributes(query)):
        name = folded(attribute.name)
        there = name in by_name if attribute.section is None else (attribute.section, name) in whole
        if not there:
            near = difflib.get_close_matches(name, by_name, n=3, cutoff=0.6)
            yield Unknown(attribute.name, tuple(by_name[one] for one in near))
