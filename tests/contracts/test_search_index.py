"""The contract suite of search indexes, run for the fake and for SQLite, and SQLite's answers held
against those of asking every version in turn."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from modeldesk.adapters.sqlite.database import open_database
from modeldesk.adapters.sqlite.migrations import SEARCH
from modeldesk.adapters.sqlite.search_index import SqliteSearchIndex
from modeldesk.core.search.evaluate import matches
from modeldesk.core.search.model import Entry, Order, Query
from modeldesk.core.search.ports import SearchIndex
from tests.contracts.search_index_contract import HERE, SearchIndexContract, key_of, put
from tests.fakes.search_index import FakeSearchIndex
from tests.unit.core.search.strategies import ENTRIES, NOW, QUERIES


@pytest.fixture
def sqlite_index(tmp_path: Path) -> Iterator[SqliteSearchIndex]:
    opened = SqliteSearchIndex(open_database(tmp_path / "search.sqlite", schema=SEARCH).database)
    yield opened
    opened.close()


class TestFakeSearchIndex(SearchIndexContract):
    @pytest.fixture
    def index(self) -> SearchIndex:
        return FakeSearchIndex()


class TestSqliteSearchIndex(SearchIndexContract):
    @pytest.fixture
    def index(self, sqlite_index: SqliteSearchIndex) -> SearchIndex:
        return sqlite_index


@given(st.lists(ENTRIES, max_size=6, unique_by=key_of), st.lists(QUERIES, min_size=1, max_size=6))
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_sqlite_answers_as_each_version_does(
    sqlite_index: SqliteSearchIndex, entries: list[Entry], queries: list[Query]
) -> None:
    sqlite_index.update(HERE, {}, list(sqlite_index.stamps(HERE)))
    put(sqlite_index, *entries)
    for query in queries:
        answer = sqlite_index.find(HERE, query, Order(), NOW, 100)
        wanted = {key_of(one) for one in entries if matches(query, one, NOW)}
        assert {key_of(one) for one in answer.entries} == wanted
        assert answer.total == len(wanted)
