"""The index is kept in step with what is here, in registries, and said since."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from modeldesk.core.attached.service import MetadataService, Place
from modeldesk.core.errors import Cancelled, InvalidQuery, RegistryDenied
from modeldesk.core.ids import EngineId, ImageId
from modeldesk.core.jobs import CancelToken, Job
from modeldesk.core.layers.kinds import LayerKind
from modeldesk.core.library.model import LibrarySnapshot
from modeldesk.core.library.remote_model import RemoteVersion, RemoteVersions
from modeldesk.core.library.remote_versions import RemoteHistory
from modeldesk.core.library.snapshot import make_snapshot
from modeldesk.core.metadata.model import DATASET, TRAINING_TIME, Edit, Key, Section, Value
from modeldesk.core.references import Reference
from modeldesk.core.search.gathering import Gatherer
from modeldesk.core.search.model import Attribute, Entry, Field, Order
from modeldesk.core.search.service import SearchService
from modeldesk.core.versioning.channels import use_own_channels
from tests.fakes.records import FakeMetadataRecords, FakeRemoteRecords
from tests.fakes.registry import FakeRegistries
from tests.fakes.search_index import FakeSearchIndex
from tests.fakes.version_registry import FakeVersionRegistry
from tests.unit.core.library.images import image, image_id

HERE = EngineId("here")
NOW = datetime(2026, 4, 5, 12, tzinfo=UTC)
REPOSITORY = "r.lan/team/rec"
ACCURACY = Key(Section.METRIC, "accuracy")


def remote(tag: str, number: int, **labels: str) -> RemoteVersion:
    told = {f"io.modeldesk.model.{name}": text for name, text in labels.items()}
    digest = f"sha256:{number:063x}d"
    sizes = {LayerKind.BASE_IMAGE: 3, LayerKind.MODEL_WEIGHTS: 4}
    return RemoteVersion(REPOSITORY, tag, digest, image_id(number), NOW, "rec", sizes, (), told)


class Bench:
    """A search with all it asks."""

    def __init__(self) -> None:
        self.index = FakeSearchIndex()
        self.remote = FakeRemoteRecords()
        self.metadata = FakeMetadataRecords()
        self.service = SearchService(lambda: self.index, self.remote, self.metadata, lambda: NOW)

    def refresh(self, *images: object, snapshot: LibrarySnapshot | None = None) -> None:
        made = snapshot or make_snapshot(images)  # type: ignore[arg-type]
        self.service.refresh(HERE, made, CancelToken())

    def find(self, text: str, order: Order | None = None) -> tuple[Entry, ...]:
        return self.service.find(HERE, text, order).found.entries

    def names(self, text: str) -> set[str]:
        return {one.name for one in self.find(text)}


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_a_version_here(bench: Bench) -> None:
    labels = {
        "io.modeldesk.model.metrics": '{"accuracy": 0.94}',
        "io.modeldesk.model.framework": "PyTorch",
        "io.modeldesk.model.dataset.version": "clicks-2025-11",
        "org.opencontainers.image.revision": "9f31c0a2" * 5,
    }
    bench.refresh(image(1, "rec:v1.0.0", "rec:stable", model="rec", labels=labels))
    (found,) = bench.find("accuracy >= 0.9 and dataset = clicks-2025-11 and channel != deprecated")
    assert (found.name, found.reference, found.channels) == ("v1.0.0", "rec:v1.0.0", ("stable",))
    assert (found.framework, found.commit, found.size_bytes) == ("PyTorch", "9f31c0a2", 100)
    assert (found.local, found.repositories, found.compressed_bytes) == (True, (), None)


def test_a_version_of_a_registry(bench: Bench) -> None:
    bench.remote.keep_remote_versions(
        [remote("v1.0", 1, metrics='{"accuracy": 0.9}'), remote("v1.0.1", 1), remote("v2.0.0", 2)]
    )
    bench.remote.keep_remote_channels(REPOSITORY, {"stable": remote("", 1).digest})
    bench.refresh()
    (found,) = bench.find("accuracy > 0.5 and where = registry and where != local")
    assert (found.name, set(found.versions)) == ("v1.0.1", {"v1.0", "v1.0.1"})
    assert (found.channels, found.compressed_bytes, found.size_bytes) == (("stable",), 7, None)
    assert found.reference == f"{REPOSITORY}:v1.0.1"
    assert bench.names("v2") == {"v2.0.0"}


@pytest.mark.parametrize("by_digest", [False, True])
def test_one_that_is_in_both(bench: Bench, by_digest: bool) -> None:
    there = remote("v1.0.0", 7 if by_digest else 1)
    bench.remote.keep_remote_versions([there])
    bench.remote.keep_remote_channels(REPOSITORY, {"candidate": there.digest})
    digests = [f"{REPOSITORY}@{there.digest}"]
    bench.refresh(image(1, f"{REPOSITORY}:v1.0.0", model="rec", digests=digests))
    (found,) = bench.find("where = both")
    assert (found.image, found.channels) == (image_id(1), ("candidate",))
    assert found.repositories == (REPOSITORY,)
    assert len(bench.find("")) == 1


def test_what_was_said_since_the_build(bench: Bench) -> None:
    bench.remote.keep_remote_versions([remote("v1", 7)])
    values: dict[Key, Value] = {ACCURACY: 0.7, DATASET: "later", TRAINING_TIME: 60}
    bench.metadata.keep_edits(image_id(7), [Edit(NOW, "Ann", "", values)])
    labels = {"io.modeldesk.model.metrics": '{"accuracy": 0.1}'}
    digests = [f"{REPOSITORY}@{remote('', 7).digest}"]
    bench.refresh(image(1, "rec:v1", model="rec", labels=labels, digests=digests))
    assert bench.names("accuracy = 0.7 and dataset = later and training_time = 1min") == {"v1"}


def test_only_what_changed_is_put_again(bench: Bench) -> None:
    one, two = image(1, "rec:v1", model="rec"), image(2, "rec:v2", model="rec")
    bench.refresh(one, two)
    bench.refresh(one, two)
    bench.refresh(one, image(2, "rec:v2", "rec:stable", model="rec"))
    bench.refresh(one)
    first, second = (("rec", image_id(number)) for number in (1, 2))
    assert [update for update in bench.index.updates if any(update)] == [
        ({first, second}, set()),
        ({second}, set()),
        (set(), {second}),
    ]


def test_another_program_starts_where_this_one_was(bench: Bench) -> None:
    one = image(1, "rec:v1", model="rec")
    bench.refresh(one)
    other = SearchService(lambda: bench.index, bench.remote, bench.metadata, lambda: NOW)
    other.refresh(HERE, make_snapshot([one]), CancelToken())
    assert len([update for update in bench.index.updates if any(update)]) == 1


def test_the_records_are_read_again_when_told(bench: Bench) -> None:
    snapshot = make_snapshot([image(1, "rec:v1", model="rec")])
    bench.refresh(snapshot=snapshot)
    asked = bench.metadata.calls
    bench.refresh(snapshot=snapshot)
    assert bench.metadata.calls == asked
    bench.metadata.keep_edits(image_id(1), [Edit(NOW, "Ann", "", {ACCURACY: 0.7})])
    bench.service.forget()
    bench.refresh(snapshot=snapshot)
    assert bench.names("accuracy > 0") == {"v1"}


def test_cancelled(bench: Bench) -> None:
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        bench.service.refresh(HERE, make_snapshot([image(1, "rec:v1")]), token)
    bench.refresh(image(1, "rec:v1"))
    assert bench.names("") == {"v1"}


def test_what_leaves_no_name_is_not_found(bench: Bench) -> None:
    bench.refresh(image(1), image(2, "rec:v1", model="rec"))
    assert bench.names("") == {"v1"}


def test_a_name_that_nothing_has(bench: Bench) -> None:
    labels = {"io.modeldesk.model.metrics": '{"accuracy": 0.1}'}
    bench.refresh(image(1, "rec:v1", model="rec", labels=labels))
    answer = bench.service.find(HERE, "acuracy > 0.5 or not param.lr = 1")
    assert answer.found.total == 1
    assert answer.unknown == ()
    answer = bench.service.find(HERE, "acuracy > 0.5 or tag.accuracy = 1 or accuracy > 0.5")
    assert [(one.name, one.near) for one in answer.unknown] == [
        ("acuracy", ("accuracy",)),
        ("accuracy", ("accuracy",)),
    ]


def test_order_and_errors(bench: Bench) -> None:
    bench.refresh(
        *(
            image(n, f"rec:v{n}", model="rec",
                  labels={"io.modeldesk.model.metrics": f'{{"accuracy": 0.{n}}}'})
            for n in (1, 3, 2)
        )
    )  # fmt: skip
    order = Order(Attribute(Section.METRIC, "accuracy"))
    assert [one.name for one in bench.find("", order)] == ["v3", "v2", "v1"]
    with pytest.raises(InvalidQuery):
        bench.find("accuracy >")
    assert Field.MODEL in bench.service.names(HERE).values


def test_every_known_registry_is_asked() -> None:
    records, versions, registries = (
        FakeRemoteRecords(),
        FakeVersionRegistry(),
        FakeRegistries("r.lan"),
    )
    metadata = MetadataService(
        FakeMetadataRecords(), lambda: registries, lambda: "Ann", lambda: NOW
    )
    theirs = MetadataService(FakeMetadataRecords(), lambda: registries, lambda: "Bo", lambda: NOW)
    manifest = registries.at("r.lan").add_image("team/rec", "v1", [b"x"])
    there = replace(remote("v1", 1), digest=manifest.digest)
    versions.repositories[REPOSITORY] = RemoteVersions((there,))
    place = Place(Reference("r.lan", "team/rec"), manifest.digest)
    theirs.edit(image_id(1), {}, {ACCURACY: 0.7})
    theirs.attach(image_id(1), [place], CancelToken())
    records.keep_remote_versions([replace(remote("v9", 9), repository="r.lan/gone")])
    versions.failing["r.lan/gone"] = RegistryDenied("no")
    # Looked through as a whole elsewhere.
    records.keep_remote_versions([replace(remote("v9", 9), repository="named.lan/rec")])
    gatherer = Gatherer(records, RemoteHistory(records, versions), metadata)
    snapshot = make_snapshot([image(5, f"{REPOSITORY}:v5", model="rec")])
    said: list[str] = []
    job = Job(CancelToken(), lambda progress: said.append(progress.text), lambda _: None)
    found = gatherer.gather(snapshot, {"named.lan"}, job)
    assert (found.repositories, found.versions, found.edits) == (2, 2, 1)
    assert [type(one) for one in found.problems] == [RegistryDenied]
    assert len(said) == 2
    assert metadata.metadata(ImageId(image_id(1)), {}).values[ACCURACY].value == 0.7


def test_channels_said_by_other_tags(bench: Bench) -> None:
    use_own_channels(["canary"])
    try:
        bench.remote.keep_remote_versions([remote("v1", 1), remote("canary", 1), remote("v2", 2)])
        bench.remote.keep_remote_channels(REPOSITORY, {"deprecated-v2": remote("", 2).digest})
        bench.refresh()
        assert bench.names("channel = canary") == {"v1"}
        assert bench.names("channel = deprecated") == {"v2"}
        assert bench.names("version = canary") == set()
    finally:
        use_own_channels([])
