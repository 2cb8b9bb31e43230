"""Registries are asked, and what they said is kept."""

import pytest

from modeldesk.core.errors import (
    Cancelled,
    RecordsBusy,
    RegistryDenied,
    RegistryError,
    RegistryUnavailable,
)
from modeldesk.core.jobs import CancelToken
from modeldesk.core.library.model import RemoteVersions
from modeldesk.core.library.remote_versions import RemoteHistory, remote_repositories
from modeldesk.core.library.snapshot import make_snapshot
from tests.fakes.records import FakeRemoteRecords
from tests.fakes.version_registry import FakeVersionRegistry
from tests.unit.core.library.images import image
from tests.unit.core.library.test_history import remote

HERE, THERE = "r.lan/rec", "r.lan/team/rec"


@pytest.fixture
def records() -> FakeRemoteRecords:
    return FakeRemoteRecords()


@pytest.fixture
def registry() -> FakeVersionRegistry:
    made = FakeVersionRegistry()
    made.repositories[HERE] = RemoteVersions((remote("v1", 1), remote("v2", 2)))
    return made


@pytest.fixture
def past(records: FakeRemoteRecords, registry: FakeVersionRegistry) -> RemoteHistory:
    return RemoteHistory(records, registry)


def test_only_registries_of_somebodys_own_are_asked() -> None:
    tags = ("rec:v1", "docker.io/rec:v2", "index.docker.io/rec:v3", "r.lan:5000/rec:v4",
            "localhost/rec:v5")  # fmt: skip
    model = make_snapshot([image(1, *tags, stack="ab")]).models[0]
    assert remote_repositories(model) == ("localhost/rec", "r.lan:5000/rec")
    base = make_snapshot([image(1, "r.lan/base:1", stack="a"), image(2, "x:1", stack="ab")])
    assert remote_repositories(base.others[0]) == ()


def test_each_version_is_read_once(
    past: RemoteHistory, registry: FakeVersionRegistry, records: FakeRemoteRecords
) -> None:
    for _ in range(2):
        answer = past.ask([HERE], CancelToken())
        assert [one.tag for one in answer.versions] == ["v1", "v2"]
        assert answer.errors == ()
    assert len(registry.read) == 2
    assert past.kept([HERE, THERE]) == answer.versions


def test_what_is_gone_from_the_registry_is_forgotten(
    past: RemoteHistory, registry: FakeVersionRegistry
) -> None:
    past.ask([HERE], CancelToken())
    registry.repositories[HERE] = RemoteVersions((), ("v1",))
    answer = past.ask([HERE], CancelToken())
    assert (answer.versions, answer.unreadable) == ((), 1)
    # Unreadable is not gone.
    assert [one.tag for one in past.kept([HERE])] == ["v1"]
    del registry.repositories[HERE]
    assert past.ask([HERE], CancelToken()).errors == ()
    assert past.kept([HERE]) == ()


def test_a_registry_that_is_away_is_asked_once_and_its_last_answer_holds(
    past: RemoteHistory, registry: FakeVersionRegistry
) -> None:
    past.ask([HERE], CancelToken())
    registry.asked.clear()
    away = RegistryUnavailable("r.lan does not answer")
    registry.failing = {HERE: away, THERE: away}
    registry.repositories["other.lan/rec"] = RemoteVersions(
        (remote("v9", 9, repository="other.lan/rec"),)
    )
    answer = past.ask([HERE, THERE, "other.lan/rec"], CancelToken())
    assert [one.tag for one in answer.versions] == ["v1", "v2", "v9"]
    assert answer.errors == (away,)
    assert registry.asked == [HERE, "other.lan/rec"]


def test_a_refusal_holds_for_one_repository(
    past: RemoteHistory, registry: FakeVersionRegistry
) -> None:
    denied: RegistryError = RegistryDenied("no")
    registry.failing = {THERE: denied}
    answer = past.ask([THERE, HERE], CancelToken())
    assert [one.tag for one in answer.versions] == ["v1", "v2"]
    assert answer.errors == (denied,)


def test_records_that_fail_cost_only_time(
    past: RemoteHistory, registry: FakeVersionRegistry, records: FakeRemoteRecords
) -> None:
    records.failure = RecordsBusy("busy")
    for _ in range(2):
        assert len(past.ask([HERE], CancelToken()).versions) == 2
    assert len(registry.read) == 4
    with pytest.raises(RecordsBusy):
        past.kept([HERE])


def test_a_cancel_keeps_what_was_read(
    past: RemoteHistory, registry: FakeVersionRegistry, records: FakeRemoteRecords
) -> None:
    class Cancelling(FakeVersionRegistry):
        def versions(self, *asked: object) -> RemoteVersions:
            registry.versions(*asked)  # type: ignore[arg-type]
            raise Cancelled

    with pytest.raises(Cancelled):
        RemoteHistory(records, Cancelling()).ask([HERE], CancelToken())
    assert [one.tag for one in past.kept([HERE])] == ["v1", "v2"]
