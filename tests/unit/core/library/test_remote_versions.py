"""Registries are asked, and what they said is kept."""

from collections.abc import Collection, Mapping
from dataclasses import replace

import pytest

from modeldesk.core.errors import (
    Cancelled,
    RecordsBusy,
    RecordsDamaged,
    RegistryDenied,
    RegistryError,
    RegistryUnavailable,
)
from modeldesk.core.ids import DiffId
from modeldesk.core.jobs import CancelToken
from modeldesk.core.layers.kinds import LayerKind
from modeldesk.core.layers.model import Layer
from modeldesk.core.layers.parts import Told
from modeldesk.core.library.remote_model import RemoteVersions
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
    made.repositories[HERE] = RemoteVersions(
        tuple(replace(one, labels={}, platforms=()) for one in (remote("v1", 1), remote("v2", 2)))
    )
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


def test_layers_that_were_looked_into_elsewhere_tell_their_kinds(
    records: FakeRemoteRecords, registry: FakeVersionRegistry
) -> None:
    layers = (
        Layer(DiffId("sha256:base"), "", 30, LayerKind.BASE_IMAGE),
        Layer(DiffId("sha256:all"), "", 100, LayerKind.APPLICATION),
    )
    guessed = {LayerKind.BASE_IMAGE: 30, LayerKind.APPLICATION: 100}
    version = replace(remote("v1", 1), compressed_by_kind=guessed, layers=layers)
    registry.repositories[HERE] = RemoteVersions((version,))
    kinds = FakeKinds()
    past = RemoteHistory(records, registry, lambda: kinds)
    assert past.ask([HERE], CancelToken()).versions == (version,)
    kinds.told = {
        DiffId("sha256:base"): Told(((LayerKind.SYSTEM_PACKAGES, 80),), 0),
        DiffId("sha256:all"): Told(((LayerKind.MODEL_WEIGHTS, 300),), 100),
    }
    for found in (past.ask([HERE], CancelToken()).versions, past.kept([HERE])):
        assert [one.compressed_by_kind for one in found] == [
            {
                LayerKind.BASE_IMAGE: 30,
                LayerKind.APPLICATION: 25,
                LayerKind.MODEL_WEIGHTS: 75,
            }
        ]
    # What was kept is what the registry said, so that it can be judged anew.
    assert records.remote_versions(HERE) == (version,)
    kinds.fails = True
    assert past.kept([HERE]) == (version,)


class FakeKinds:
    """What layers tell, and whether it can be read."""

    def __init__(self) -> None:
        self.told: dict[DiffId, Told] = {}
        self.fails = False

    def told_layers(self, layers: Collection[DiffId] | None = None) -> Mapping[DiffId, Told]:
        if self.fails:
            raise RecordsDamaged("They are damaged.")
        return {one: told for one, told in self.told.items() if layers is None or one in layers}
