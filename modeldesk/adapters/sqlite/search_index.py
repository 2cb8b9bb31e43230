"""The index of versions, in a file of its own."""

import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from modeldesk.adapters.sqlite.connections import Database, Value
from modeldesk.adapters.sqlite.entry_packing import pack_entry, unpack_entry
from modeldesk.adapters.sqlite.errors import readable
from modeldesk.adapters.sqlite.packing import plain
from modeldesk.adapters.sqlite.search_conditions import Asked, condition, order_by, rank_of
from modeldesk.core.ids import EngineId, ImageId, ModelName
from modeldesk.core.search.evaluate import fact_number, fact_text, texts_of
from modeldesk.core.search.folding import folded
from modeldesk.core.search.model import (
    KINDS,
    SECTIONS,
    Entry,
    Field,
    Found,
    Kind,
    Names,
    Order,
    Query,
)
from modeldesk.core.search.ports import EntryKey
from modeldesk.core.search.times import microseconds

_TEXTS = tuple(field for field, kind in KINDS.items() if kind is Kind.TEXT)
_FEW = (Field.CHANNEL, Field.FRAMEWORK, Field.DATASET, Field.MODEL, Field.WHERE)
"""Fields whose values are offered while a query is written."""
_AT_ONCE = 250
_MOST_NAMES = 500
_MOST_VALUES = 100


class SqliteSearchIndex:
    """Implements `SearchIndex`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._writing = threading.Lock()

    def stamps(self, engine: EngineId) -> Mapping[EntryKey, str]:
        """See `modeldesk.core.search.ports.SearchIndex`."""
        rows = self._database.read(
            "SELECT model, image, stamp FROM entry WHERE scope = ?", (self._scope(engine),)
        )
        return {
            (ModelName(str(model)), ImageId(str(image))): str(stamp) for model, image, stamp in rows
        }

    def update(
        self, engine: EngineId, put: Mapping[EntryKey, tuple[str, Entry]], gone: Iterable[EntryKey]
    ) -> None:
        """See `modeldesk.core.search.ports.SearchIndex`."""
        keys = [(plain(model), image) for model, image in (*gone, *put)]
        if not keys:
            return
        with self._writing, self._database.writing() as connection:
            connection.execute("INSERT OR IGNORE INTO scope (engine) VALUES (?)", (engine,))
            found = connection.execute("SELECT id FROM scope WHERE engine = ?", (engine,))
            scope = int(found.fetchone()[0])
            connection.executemany(
                "DELETE FROM entry WHERE scope = ? AND model = ? AND image = ?",
                [(scope, *key) for key in keys],
            )
            for stamp, entry in put.values():
                _put(connection, scope, stamp, entry)

    def find(self, engine: EngineId, query: Query, order: Order, now: datetime, most: int) -> Found:
        """See `modeldesk.core.search.ports.SearchIndex`."""
        asked = Asked(self._scope(engine), now)
        held, by = condition(query, asked), order_by(order.by, asked)
        way = "DESC" if order.descending else "ASC"
        # All of their numbers: that tells how many there are, too.
        rows = self._database.read(
            f"SELECT id FROM entry WHERE scope = ? AND ({held.text}) "
            f"ORDER BY {by.text} {way} NULLS LAST, created DESC, model, image",
            (asked.scope, *held.values, *by.values),
        )
        shown = [number for (number,) in rows[:most]]
        with readable(self._database.path):
            entries = tuple(map(unpack_entry, self._contents(shown)))
        return Found(entries, len(rows))

    def names(self, engine: EngineId) -> Names:
        """See `modeldesk.core.search.ports.SearchIndex`."""
        scope = self._scope(engine)
        facts = self._database.read(
            "SELECT rank, min(shown) FROM fact WHERE scope = ? GROUP BY name, rank "
            "ORDER BY count(*) DESC, rank, name LIMIT ?",
            (scope, _MOST_NAMES),
        )
        values = {field: self._values(scope, field) for field in _FEW}
        return Names(
            tuple((SECTIONS[int(rank or 0)], str(shown)) for rank, shown in facts),
            {field: found for field, found in values.items() if found},
        )

    def _values(self, scope: int, field: Field) -> tuple[str, ...]:
        rows = self._database.read(
            "SELECT text FROM word WHERE scope = ? AND field = ? "
            "GROUP BY text ORDER BY count(*) DESC, text LIMIT ?",
            (scope, field.value, _MOST_VALUES),
        )
        return tuple(str(text) for (text,) in rows)

    def _contents(self, numbers: list[Value]) -> Iterator[Value]:
        for first in range(0, len(numbers), _AT_ONCE):
            some = numbers[first : first + _AT_ONCE]
            marks = ", ".join("?" * len(some))
            rows = self._database.read(
                f"SELECT entry, content_json FROM content WHERE entry IN ({marks})", some
            )
            # One that another program put anew meanwhile is gone under its old number.
            contents: dict[Value, Value] = {row[0]: row[1] for row in rows}
            yield from (contents[number] for number in some if number in contents)

    def _scope(self, engine: EngineId) -> int:
        """0 for an engine of which nothing was put."""
        rows = self._database.read("SELECT id FROM scope WHERE engine = ?", (engine,))
        return int(rows[0][0] or 0) if rows else 0

    def close(self) -> None:
        """Close the file."""
        self._database.close()


def _put(connection: sqlite3.Connection, scope: int, stamp: str, entry: Entry) -> None:
    made = connection.execute(
        "INSERT INTO entry (scope, model, image, stamp, size, compressed, created, training) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            scope,
            plain(entry.model),
            entry.image,
            stamp,
            entry.size_bytes,
            entry.compressed_bytes,
            microseconds(entry.created),
            entry.training_s,
        ),
    )
    number = made.lastrowid
    connection.execute("INSERT INTO content VALUES (?, ?)", (number, pack_entry(entry)))
    connection.executemany(
        "INSERT OR IGNORE INTO word VALUES (?, ?, ?, ?)",
        [
            (scope, field.value, plain(folded(text)), number)
            for field in _TEXTS
            for text in texts_of(entry, field)
        ],
    )
    connection.executemany(
        "INSERT OR IGNORE INTO fact VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [(scope, name, rank, number, *rest) for name, rank, *rest in _facts(entry)],
    )


def _facts(entry: Entry) -> list[tuple[Value, ...]]:
    """Name, rank, whether it is the first of its name, number, text, and the name as written; of
    two names that only differ in case, the first."""
    rows: dict[tuple[str, int], tuple[Value, ...]] = {}
    for fact in entry.facts:
        name, rank = plain(folded(fact.name)), rank_of(fact.section)
        first = not any((name, earlier) in rows for earlier in range(rank))
        rows.setdefault(
            (name, rank),
            (
                name,
                rank,
                int(first),
                fact_number(fact),
                plain(folded(fact_text(fact))),
                plain(fact.name),
            ),
        )
    return list(rows.values())
