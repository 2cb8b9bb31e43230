"""What every search index must do."""

from abc import ABC, abstractmethod
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from modeldesk.core.ids import EngineId, ImageId, ModelName
from modeldesk.core.metadata.model import Section
from modeldesk.core.search.model import Attribute, Entry, Fact, Field, Order
from modeldesk.core.search.parse import parse
from modeldesk.core.search.ports import EntryKey, SearchIndex

HERE, ELSEWHERE = EngineId("here"), EngineId("elsewhere")
NOW = datetime(2026, 4, 5, 12, tzinfo=UTC)
METRIC, PARAMETER, TAG = Section.METRIC, Section.PARAMETER, Section.TAG


def entry(number: int, **changes: object) -> Entry:
    """A version, by default here alone and a day older than the one before."""
    name = f"v1.{number}.0"
    made = Entry(
        ModelName("rec"),
        ImageId(f"sha256:{number:064x}"),
        name,
        f"rec:{name}",
        local=True,
        repositories=(),
        created=NOW - timedelta(days=number),
        versions=(name,),
        framework="PyTorch",
        size_bytes=number * 1_000_000,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def key_of(one: Entry) -> EntryKey:
    return one.model, one.image


def put(index: SearchIndex, *entries: Entry, engine: EngineId = HERE) -> None:
    index.update(engine, {key_of(one): ("stamp", one) for one in entries}, ())


def found(index: SearchIndex, text: str, order: Order | None = None) -> list[str]:
    answer = index.find(HERE, parse(text, NOW), order or Order(), NOW, 1000)
    assert answer.total == len(answer.entries)
    return [one.name for one in answer.entries]


class SearchIndexContract(ABC):
    @pytest.fixture
    @abstractmethod
    def index(self) -> SearchIndex: ...

    def test_gives_back_what_was_put(self, index: SearchIndex) -> None:
        whole = entry(
            1,
            repositories=("r.lan/rec",),
            channels=("stable",),
            dataset="clicks",
            commit="9f31c0a2",
            digests=("sha256:aa",),
            compressed_bytes=5,
            training_s=1.5,
            facts=(Fact(METRIC, "acc", 0.5), Fact(TAG, "owner", "ann")),
            created=NOW - timedelta(microseconds=1),
        )
        put(index, whole, entry(2))
        answer = index.find(HERE, parse("", NOW), Order(), NOW, 1)
        assert (answer.entries, answer.total) == ((whole,), 2)

    def test_each_engine_has_its_own(self, index: SearchIndex) -> None:
        put(index, entry(1))
        put(index, entry(2), engine=ELSEWHERE)
        assert found(index, "") == ["v1.1.0"]
        assert list(index.stamps(ELSEWHERE)) == [key_of(entry(2))]

    def test_putting_again_replaces(self, index: SearchIndex) -> None:
        put(index, entry(1, facts=(Fact(METRIC, "acc", 0.5),)), entry(2))
        news = entry(1, name="v9")
        index.update(HERE, {key_of(news): ("newer", news)}, [key_of(entry(2))])
        assert found(index, "") == ["v9"]
        assert found(index, "acc > 0") == []
        assert index.stamps(HERE) == {key_of(news): "newer"}

    def test_bare_names_find_metrics_first(self, index: SearchIndex) -> None:
        put(
            index,
            entry(1, facts=(Fact(METRIC, "x", 1), Fact(PARAMETER, "x", 5), Fact(TAG, "x", "7"))),
            entry(2, facts=(Fact(PARAMETER, "X", 5),)),
            entry(3, facts=(Fact(TAG, "x", "5"),)),
        )
        assert found(index, "x = 5") == ["v1.2.0", "v1.3.0"]
        assert found(index, "param.x = 5") == ["v1.1.0", "v1.2.0"]
        assert found(index, "tag.x >= 5") == ["v1.1.0", "v1.3.0"]
        assert found(index, 'x = "5"') == ["v1.2.0", "v1.3.0"]

    def test_what_has_no_value(self, index: SearchIndex) -> None:
        put(index, entry(1, channels=("stable",)), entry(2, size_bytes=None))
        assert found(index, "channel != deprecated") == ["v1.1.0", "v1.2.0"]
        assert found(index, "size < 1GB") == ["v1.1.0"]
        assert found(index, "not size < 1GB") == ["v1.2.0"]
        assert found(index, "size != 1") == ["v1.1.0", "v1.2.0"]
        assert found(index, "acc != 1") == ["v1.1.0", "v1.2.0"]

    def test_where(self, index: SearchIndex) -> None:
        put(
            index,
            entry(1),
            entry(2, repositories=("r.lan/rec",)),
            entry(3, local=False, repositories=("r.lan/rec",)),
        )
        assert found(index, "where = local") == ["v1.1.0", "v1.2.0"]
        assert found(index, "where = both") == ["v1.2.0"]
        assert found(index, "where != local") == ["v1.3.0"]
        assert found(index, "r.lan") == ["v1.2.0", "v1.3.0"]

    def test_text_without_regard_to_case_or_signs(self, index: SearchIndex) -> None:
        put(index, entry(1, dataset="Clicks_100%"), entry(2, dataset="clicksX100"))
        assert found(index, "dataset = clicks_100%") == ["v1.1.0"]
        assert found(index, "dataset ~ S_1") == ["v1.1.0"]
        assert found(index, "dataset ~ %") == ["v1.1.0"]
        assert found(index, "framework = pytorch and dataset !~ x") == ["v1.1.0"]

    def test_dates_and_ages(self, index: SearchIndex) -> None:
        put(index, *map(entry, (1, 2, 3)))
        assert found(index, "created = 2026-04-03") == ["v1.2.0"]
        assert found(index, "created > 2026-04-03") == ["v1.1.0"]
        assert found(index, "created >= 2026-04-03") == ["v1.1.0", "v1.2.0"]
        assert found(index, "created < 2026-04-03") == ["v1.3.0"]
        assert found(index, "age <= 2d") == ["v1.1.0", "v1.2.0"]

    def test_what_is_written_is_never_a_command(self, index: SearchIndex) -> None:
        put(index, entry(1))
        for text in ("'; DROP TABLE entry; --", '" OR 1=1 --', "x') OR 1=1"):
            for form in ("dataset = {}", "tag.{} = 1", "{}"):
                quoted = '"' + text.replace('"', '\\"') + '"'
                assert found(index, form.format(quoted)) == []
        assert found(index, "") == ["v1.1.0"]

    def test_order(self, index: SearchIndex) -> None:
        put(
            index,
            entry(1, facts=(Fact(METRIC, "acc", 0.5),)),
            entry(2, facts=(Fact(METRIC, "ACC", 0.9),)),
            entry(3),
            entry(4, facts=(Fact(METRIC, "acc", 0.5),), framework=""),
        )
        acc = Attribute(METRIC, "acc")
        assert found(index, "", Order(acc)) == ["v1.2.0", "v1.1.0", "v1.4.0", "v1.3.0"]
        assert found(index, "", Order(acc, descending=False)) == [
            "v1.1.0", "v1.4.0", "v1.2.0", "v1.3.0",
        ]  # fmt: skip
        assert found(index, "", Order(Field.SIZE))[0] == "v1.4.0"
        assert found(index, "", Order(Field.AGE))[0] == "v1.4.0"
        assert found(index, "", Order(Field.FRAMEWORK))[-1] == "v1.4.0"

    def test_names_that_can_be_asked_for(self, index: SearchIndex) -> None:
        put(
            index,
            entry(1, facts=(Fact(METRIC, "F1", 0.5), Fact(TAG, "owner", "x")), channels=("a",)),
            entry(2, facts=(Fact(TAG, "owner", "y"),), channels=("a", "b")),
        )
        names = index.names(HERE)
        assert names.facts == ((TAG, "owner"), (METRIC, "F1"))
        assert names.values[Field.CHANNEL] == ("a", "b")
        assert Field.DATASET not in names.values
        assert not index.names(ELSEWHERE).facts
