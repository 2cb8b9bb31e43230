"""Packed indexes of layers, by diff ID and stamp, within a limit, and what they tell of kinds."""

import logging
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import islice

from modeldesk.adapters.sqlite.connections import Database, Value
from modeldesk.adapters.sqlite.errors import readable
from modeldesk.adapters.sqlite.packing import from_json, to_json
from modeldesk.core.contents.index_packing import unpack
from modeldesk.core.contents.layer_index import LayerIndex
from modeldesk.core.contents.model import IndexedLayer
from modeldesk.core.errors import ArchiveDamaged, RecordsDamaged
from modeldesk.core.ids import DiffId
from modeldesk.core.layers.kinds import LayerKind
from modeldesk.core.layers.parts import Told

logger = logging.getLogger(__name__)

_Key = tuple[DiffId, str]
"""Diff ID and stamp."""

_FORGET = "DELETE FROM layer_index WHERE layer = ? AND stamp = ?"
_KINDS = {kind.value: kind for kind in LayerKind}
_TOLD = "SELECT layer, parts_json, untold FROM layer_kinds"
_AT_ONCE = 500
"""Ids in one query: less than the fewest parameters an SQLite of today takes."""


class SqliteContentRecords:
    """Implements the `ContentRecords` port. When more than `limit_bytes` are kept, what was not
    used for longest goes; the layer that was kept last stays, however large."""

    def __init__(self, database: Database, limit_bytes: int) -> None:
        self._database = database
        self.limit_bytes = limit_bytes

    def known_layers(self, layers: Collection[DiffId], stamp: str) -> frozenset[DiffId]:
        """See `modeldesk.core.contents.ports.ContentRecords`."""
        found: set[DiffId] = set()
        for batch, marks in _batches(layers):
            rows = self._database.read(
                f"SELECT layer FROM layer_index WHERE stamp = ? AND layer IN ({marks})",
                (stamp, *batch),
            )
            found.update(DiffId(str(layer)) for (layer,) in rows)
        return frozenset(found)

    def layer_indexes(self, layers: Collection[DiffId], stamp: str) -> Mapping[DiffId, LayerIndex]:
        """See `modeldesk.core.contents.ports.ContentRecords`."""
        found: dict[DiffId, LayerIndex] = {}
        used: list[_Key] = []
        damaged: list[_Key] = []
        for layer in dict.fromkeys(layers):
            index = self._index((layer, stamp), damaged)
            if index is not None:
                found[layer] = index
                used.append((layer, stamp))
        self._use(used, damaged)
        return found

    def keep_layer_index(self, layer: IndexedLayer) -> None:
        """See `modeldesk.core.contents.ports.ContentRecords`."""
        with self._database.writing() as connection:
            now, size = _tick(connection), len(layer.packed)
            connection.execute(
                "INSERT OR REPLACE INTO layer_index (layer, stamp, used, size, packed)"
                " VALUES (?, ?, ?, ?, ?)",
                (layer.diff_id, layer.stamp, now, size, layer.packed),
            )
            self._make_room(connection, (layer.diff_id, layer.stamp))
        self._database.give_back_space()

    def told_layers(self, layers: Collection[DiffId] | None = None) -> Mapping[DiffId, Told]:
        """See `modeldesk.core.contents.ports.ContentRecords`."""
        if layers is None:
            return self._told(self._database.read(_TOLD))
        found: dict[DiffId, Told] = {}
        for batch, marks in _batches(layers):
            rows = self._database.read(f"{_TOLD} WHERE layer IN ({marks})", batch)
            found.update(self._told(rows))
        return found

    def keep_told(self, told: Mapping[DiffId, Told]) -> None:
        """See `modeldesk.core.contents.ports.ContentRecords`."""
        rows = [
            (
                layer,
                to_json({kind.value: size for kind, size in one.parts}),
                one.untold_bytes,
            )
            for layer, one in told.items()
        ]
        if rows:
            with self._database.writing() as connection:
                connection.executemany("INSERT OR REPLACE INTO layer_kinds VALUES (?, ?, ?)", rows)

    def size_bytes(self) -> int:
        """See `modeldesk.core.contents.ports.ContentRecords`."""
        ((total,),) = self._database.read("SELECT coalesce(sum(size), 0) FROM layer_index")
        return int(total or 0)

    def forget_all(self) -> None:
        """See `modeldesk.core.contents.ports.ContentRecords`."""
        with self._database.writing() as connection:
            connection.execute("DELETE FROM layer_index")
        self._database.give_back_space()

    def close(self) -> None:
        """See `modeldesk.core.contents.ports.ContentRecords`."""
        self._database.close()

    def _told(self, rows: Iterable[tuple[Value, ...]]) -> dict[DiffId, Told]:
        found: dict[DiffId, Told] = {}
        for layer, sizes, untold in rows:
            # The layer's files tell it again, and the instruction lets one guess until then.
            try:
                with readable(self._database.path):
                    parts = dict(from_json(sizes)).items()
                    named = tuple((_KINDS[kind], int(size)) for kind, size in parts)
                    told = Told(named, int(untold or 0))
            except RecordsDamaged as error:
                logger.info("the kept kinds of %s are damaged: %s", layer, error.detail)
            else:
                found[DiffId(str(layer))] = told
        return found

    def _index(self, key: _Key, damaged: list[_Key]) -> LayerIndex | None:
        """The index kept under `key`, which is added to `damaged` when it can't be read."""
        rows = self._database.read(
            "SELECT packed FROM layer_index WHERE layer = ? AND stamp = ?", key
        )
        for (packed,) in rows:
            try:
                return unpack(packed if isinstance(packed, bytes) else b"")
            except ArchiveDamaged as error:
                logger.info("the kept index of %s is damaged: %s", key[0], error.detail)
                damaged.append(key)
        return None

    def _use(self, used: list[_Key], damaged: list[_Key]) -> None:
        if not used and not damaged:
            return
        with self._database.writing() as connection:
            now = _tick(connection)
            connection.executemany(
                "UPDATE layer_index SET used = ? WHERE layer = ? AND stamp = ?",
                [(now, *key) for key in used],
            )
            connection.executemany(_FORGET, damaged)

    def _make_room(self, connection: sqlite3.Connection, newest: _Key) -> None:
        (total,) = connection.execute("SELECT sum(size) FROM layer_index").fetchone()
        oldest = connection.execute(
            "SELECT layer, stamp, size FROM layer_index"
            " WHERE (layer, stamp) != (?, ?) ORDER BY used",
            newest,
        )
        going = []
        for layer, stamp, size in oldest:
            if total <= self.limit_bytes:
                break
            going.append((layer, stamp))
            total -= size
        connection.executemany(_FORGET, going)


def _batches(layers: Collection[DiffId]) -> Iterator[tuple[list[DiffId], str]]:
    remaining = iter(layers)
    while batch := list(islice(remaining, _AT_ONCE)):
        yield batch, ",".join("?" * len(batch))


def _tick(connection: sqlite3.Connection) -> int:
    """A count that only goes up: clocks of machines go back."""
    connection.execute("UPDATE clock SET now = now + 1")
    return int(connection.execute("SELECT now FROM clock").fetchone()[0])
