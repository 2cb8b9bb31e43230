"""Editing metadata, here and in registries."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from modeldesk.core.attached.artifact import MEDIA_TYPE, artifacts_among
from modeldesk.core.attached.attaching import attach, attached
from modeldesk.core.attached.service import MOST_CHANGED, MetadataService, Place, places_of
from modeldesk.core.errors import (
    Cancelled,
    InvalidInput,
    NotInRegistry,
    RecordsError,
    RegistryDenied,
    RegistryUnavailable,
)
from modeldesk.core.ids import ImageId
from modeldesk.core.jobs import CancelToken
from modeldesk.core.metadata.model import DATASET, Edit, Key, Section
from modeldesk.core.references import Reference
from tests.fakes.records import FakeMetadataRecords
from tests.fakes.registry import FakeRegistries, FakeRegistry

ACCURACY, OWNER = Key(Section.METRIC, "accuracy"), Key(Section.TAG, "owner")
IMAGE = ImageId("sha256:" + "1" * 64)
LABELS = {"io.modeldesk.model.metrics": '{"accuracy": 0.5}'}
NOON = datetime(2026, 4, 5, 12, tzinfo=UTC)
REC = Reference("registry.lan", "team/rec")


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        self.now += timedelta(minutes=1)
        return self.now


@pytest.fixture
def token() -> CancelToken:
    return CancelToken()


@pytest.fixture
def registries() -> FakeRegistries:
    return FakeRegistries("registry.lan")


@pytest.fixture
def registry(registries: FakeRegistries) -> FakeRegistry:
    return registries.hosts["registry.lan"]


@pytest.fixture
def place(registry: FakeRegistry) -> Place:
    return Place(REC, registry.add_image("team/rec", "v1", [b"layer"]).digest)


def service(
    registries: FakeRegistries, records: FakeMetadataRecords | None = None, author: str = "Ann"
) -> MetadataService:
    return MetadataService(
        records or FakeMetadataRecords(), lambda: registries, lambda: author, Clock()
    )


def edit(minute: int, value: float = 0.5) -> Edit:
    return Edit(NOON + timedelta(minutes=minute), "Ann", "", {ACCURACY: value})


def test_an_edit_tells_who_when_and_why(registries: FakeRegistries) -> None:
    one = service(registries)
    found = one.edit(IMAGE, LABELS, {ACCURACY: 0.9, OWNER: "bo"}, [], " measured again ")
    assert {key: told.value for key, told in found.values.items()} == {ACCURACY: 0.9, OWNER: "bo"}
    (made,) = found.history
    assert (made.author, made.reason, made.time) == (
        "Ann", "measured again", NOON + timedelta(minutes=1),
    )  # fmt: skip
    assert one.metadata(IMAGE, LABELS) == found


def test_what_changes_nothing_is_no_edit(registries: FakeRegistries) -> None:
    one = service(registries)
    assert one.edit(IMAGE, LABELS, {ACCURACY: 0.5}, [OWNER]).history == ()
    found = one.edit(IMAGE, LABELS, {ACCURACY: 0.5, OWNER: "bo"}, [ACCURACY])
    assert found.history[0].set == {OWNER: "bo"}
    assert found.history[0].unset == frozenset()


def test_too_much_at_once(registries: FakeRegistries) -> None:
    many = {Key(Section.TAG, str(number)): "x" for number in range(MOST_CHANGED + 1)}
    with pytest.raises(InvalidInput):
        service(registries).edit(IMAGE, {}, many)


def test_edits_are_attached_once_and_found_by_others(
    registries: FakeRegistries, registry: FakeRegistry, place: Place, token: CancelToken
) -> None:
    mine = service(registries)
    mine.edit(IMAGE, LABELS, {ACCURACY: 0.9})
    mine.edit(IMAGE, LABELS, {}, [ACCURACY])
    assert mine.waiting(IMAGE, [place]) == 2
    done = mine.attach(IMAGE, [place], token)
    assert (done.places, done.absent, done.problems) == ((place,), (), ())
    assert mine.waiting(IMAGE, [place]) == 0
    listed = registry.referrers("team/rec", place.digest, token)
    assert [one.artifact_type for one in listed] == [MEDIA_TYPE] * 2
    puts = registry.asked["put_manifest"]
    mine.attach(IMAGE, [place], token)
    assert registry.asked["put_manifest"] == puts

    theirs = service(registries, author="Bo")
    assert theirs.fetch(REC, {place.digest: IMAGE}, token) == 2
    assert theirs.metadata(IMAGE, LABELS) == mine.metadata(IMAGE, LABELS)
    read = registry.asked["document"]
    assert theirs.fetch(REC, {place.digest: IMAGE}, token) == 0
    assert registry.asked["document"] == read
    # What came from there needs not be taken there.
    assert theirs.waiting(IMAGE, [place]) == 0


def test_two_who_attach_the_same_edit_make_one_artifact(
    registry: FakeRegistry, place: Place, token: CancelToken
) -> None:
    for _ in range(2):
        attach(registry, "team/rec", place.digest, [edit(1)], token)
    tags = artifacts_among(registry.tags("team/rec", token))
    assert [len(own) for own in tags.values()] == [1]
    assert len(registry.referrers("team/rec", place.digest, token)) == 1


def test_a_line_that_another_writer_lost_is_written_again(
    registry: FakeRegistry, place: Place, token: CancelToken
) -> None:
    """Where the list is a tag, whoever writes it last wins: here somebody else's list, without
    ours, three times."""
    own = registry.kept["team/rec"]
    list_tag = place.digest.replace(":", "-")
    empty = registry.add_manifest(
        "team/rec", "", {"mediaType": "application/vnd.oci.image.index.v1+json", "manifests": []}
    )
    left = [3]

    def overwrite(method: str, _repository: str, _what: str) -> None:
        if method == "referrers" and left[0]:
            left[0] -= 1
            own.tags[list_tag] = empty.digest

    registry.before = overwrite
    attach(registry, "team/rec", place.digest, [edit(1), edit(2)], token)
    assert len(registry.referrers("team/rec", place.digest, token)) == 2


def test_a_list_that_never_holds_is_no_failure_since_tags_tell(
    registry: FakeRegistry, place: Place, token: CancelToken
) -> None:
    own = registry.kept["team/rec"]

    def lose(method: str, _repository: str, _what: str) -> None:
        if method == "referrers":
            own.tags.pop(place.digest.replace(":", "-"), None)

    registry.before = lose
    attach(registry, "team/rec", place.digest, [edit(1)], token)
    found = list(attached(registry, "team/rec", [place.digest], (), token))
    assert [one for _, _, one in found] == [edit(1)]


def test_a_registry_with_a_list_of_its_own(
    registry: FakeRegistry, place: Place, token: CancelToken
) -> None:
    registry.has_referrers = True
    attach(registry, "team/rec", place.digest, [edit(1)], token)
    assert len(registry.referrers("team/rec", place.digest, token)) == 1
    assert place.digest.replace(":", "-") not in registry.tags("team/rec", token)


def test_a_version_that_is_not_there(registries: FakeRegistries, token: CancelToken) -> None:
    one = service(registries)
    one.edit(IMAGE, {}, {OWNER: "ann"})
    nowhere = Place(REC, "sha256:" + "0" * 64)
    assert one.attach(IMAGE, [nowhere], token).absent == (nowhere,)
    assert one.waiting(IMAGE, [nowhere]) == 1
    with pytest.raises(NotInRegistry):
        attach(registries.at("registry.lan"), "team/rec", nowhere.digest, [edit(1)], token)
    assert one.fetch(REC, {nowhere.digest: IMAGE}, token) == 0


def test_a_registry_that_refuses_or_is_away_loses_nothing(
    registries: FakeRegistries, registry: FakeRegistry, place: Place, token: CancelToken
) -> None:
    one = service(registries)
    one.edit(IMAGE, {}, {OWNER: "ann"})
    registry.errors["put_manifest"] = [RegistryDenied("no")]
    (problem,) = one.attach(IMAGE, [place], token).problems
    assert isinstance(problem, RegistryDenied)
    registry.is_away = True
    (problem,) = one.attach(IMAGE, [place], token).problems
    assert isinstance(problem, RegistryUnavailable)
    registry.is_away = False
    assert one.attach(IMAGE, [place], token).places == (place,)


def test_cancelled(registries: FakeRegistries, place: Place) -> None:
    one, token = service(registries), CancelToken()
    one.edit(IMAGE, {}, {OWNER: "ann"})
    token.cancel()
    with pytest.raises(Cancelled):
        one.attach(IMAGE, [place], token)


def test_what_is_no_metadata_is_passed_over(
    registry: FakeRegistry, place: Place, token: CancelToken
) -> None:
    attach(registry, "team/rec", place.digest, [edit(1)], token)
    own = registry.kept["team/rec"]
    (good,) = artifacts_among(registry.tags("team/rec", token))[place.digest]
    manifest = json.loads(registry.manifest("team/rec", good, token).content)
    head = f"{place.digest.replace(':', '-')}.metadata."
    other = {**manifest["layers"][0], "digest": registry.add_blob("team/rec", b"[]")}
    changes: list[dict[str, object]] = [
        {"subject": {**manifest["subject"], "digest": "sha256:" + "9" * 64}},
        {"artifactType": "application/x"},
        {"layers": []},
        {"layers": [{**manifest["layers"][0], "size": 10**9}]},
        {"layers": [other]},
        # All of it is good, but for the tag: it would be taken for known, and is another.
        {},
    ]
    for number, change in enumerate(changes):
        registry.add_manifest("team/rec", f"{head}{number:032x}", {**manifest, **change})
    own.tags[f"{head}{'f' * 32}"] = "sha256:gone"
    found = list(attached(registry, "team/rec", [place.digest], (), token))
    assert [one for _, _, one in found] == [edit(1)]


def test_what_lies_is_passed_over(registry: FakeRegistry, place: Place, token: CancelToken) -> None:
    attach(registry, "team/rec", place.digest, [edit(1), edit(2)], token)
    tag = min(artifacts_among(registry.tags("team/rec", token))[place.digest])
    manifest = json.loads(registry.manifest("team/rec", tag, token).content)
    damaged = manifest["layers"][0]["digest"]
    registry.damaged.add(damaged)
    assert len(list(attached(registry, "team/rec", [place.digest], (), token))) == 1


def test_a_digest_that_no_tag_can_hold(registries: FakeRegistries, token: CancelToken) -> None:
    registry = registries.at("registry.lan")
    digest = "sha512:" + "0" * 128
    one = service(registries)
    one.edit(IMAGE, {}, {OWNER: "ann"})
    registry.kept.clear()
    (problem,) = one.attach(IMAGE, [Place(REC, digest)], token).problems
    assert isinstance(problem, InvalidInput)


def test_records_that_fail(registries: FakeRegistries) -> None:
    records = FakeMetadataRecords()
    records.failure = RecordsError("full")
    with pytest.raises(RecordsError):
        service(registries, records).edit(IMAGE, {}, {DATASET: "c"})


def test_places() -> None:
    mine = Reference.parse("registry.lan:5000/rec@sha256:" + "1" * 64)
    hub = Reference.parse("rec@sha256:" + "1" * 64)
    assert places_of([mine, hub, mine]) == (
        Place(Reference("registry.lan:5000", "rec"), "sha256:" + "1" * 64),
    )
