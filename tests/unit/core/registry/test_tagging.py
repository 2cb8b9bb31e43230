"""Tags of a registry."""

import pytest

from modeldesk.core.errors import (
    Cancelled,
    InvalidReference,
    NotInRegistry,
    RegistryDenied,
    RegistryUnavailable,
    TagMoved,
    TagTaken,
)
from modeldesk.core.jobs import CancelToken
from modeldesk.core.registry.model import Manifest
from modeldesk.core.registry.tagging import Tagged, retag, tags_by_digest, untag
from tests.fakes.registry import FakeRegistry

REC = "team/rec"


@pytest.fixture
def registry() -> FakeRegistry:
    return FakeRegistry()


@pytest.fixture
def image(registry: FakeRegistry) -> Manifest:
    return registry.add_image(REC, "v1.4.0", [b"weights"])


def test_a_tag_more_is_the_same_bytes(registry: FakeRegistry, image: Manifest) -> None:
    done = retag(registry, REC, "v1.4.0", "candidate", CancelToken())
    assert done == Tagged(REC, "candidate", image.digest, "")
    assert not done.moved
    assert registry.kept[REC].tags == {"v1.4.0": image.digest, "candidate": image.digest}
    assert registry.kept[REC].manifests == {image.digest: image}
    assert registry.asked["blob"] == registry.asked["put_blob"] == registry.sent == 0


def test_a_channel_moves_and_a_version_does_not(registry: FakeRegistry, image: Manifest) -> None:
    older = registry.add_image(REC, "stable", [b"older"])
    registry.kept[REC].tags["v1.3.0"] = older.digest
    done = retag(registry, REC, image.digest, "stable", CancelToken(), expected=older.digest)
    assert done.moved
    assert done.before == older.digest
    with pytest.raises(TagTaken) as caught:
        retag(registry, REC, "v1.4.0", "v1.3.0", CancelToken())
    assert caught.value.hint
    assert registry.kept[REC].tags["v1.3.0"] == older.digest
    own = retag(registry, REC, "v1.4.0", "v1.3.0", CancelToken(), moves=lambda _: True)
    assert own.before == older.digest


def test_what_is_named_already_is_left(registry: FakeRegistry, image: Manifest) -> None:
    retag(registry, REC, image.digest, "v1.4.0", CancelToken())
    assert registry.asked["put_manifest"] == 0


@pytest.mark.parametrize("now", ["other", "gone"])
def test_one_that_moved_meanwhile_is_left(
    registry: FakeRegistry, image: Manifest, now: str
) -> None:
    older = registry.add_image(REC, "stable", [b"older"])
    tags = registry.kept[REC].tags
    if now == "gone":
        del tags["stable"]
    else:
        registry.add_image(REC, "stable", [b"other"])
    before = dict(tags)
    with pytest.raises(TagMoved):
        retag(registry, REC, image.digest, "stable", CancelToken(), expected=older.digest)
    assert tags == before
    with pytest.raises(TagMoved):
        untag(registry, REC, "v1.4.0", CancelToken(), expected=older.digest)
    assert tags == before


def test_one_that_must_not_be_there_yet(registry: FakeRegistry, image: Manifest) -> None:
    retag(registry, REC, image.digest, "stable", CancelToken(), expected="")
    with pytest.raises(TagMoved):
        retag(registry, REC, image.digest, "stable", CancelToken(), expected="")


def test_who_writes_at_the_same_time_is_noticed(registry: FakeRegistry, image: Manifest) -> None:
    def write(method: str, _repository: str, _what: str) -> None:
        if method == "put_manifest":
            registry.before = overwrite

    def overwrite(*_: str) -> None:
        registry.before = lambda *_: None
        registry.add_image(REC, "stable", [b"of a colleague"])

    registry.before = write
    with pytest.raises(TagMoved):
        retag(registry, REC, image.digest, "stable", CancelToken())


def test_names_that_can_not_be(registry: FakeRegistry, image: Manifest) -> None:
    with pytest.raises(InvalidReference):
        retag(registry, REC, "v1.4.0", "not a tag", CancelToken())
    assert not registry.asked
    with pytest.raises(NotInRegistry):
        retag(registry, REC, "v9", "stable", CancelToken())


def test_one_tag_goes_and_the_others_stay(registry: FakeRegistry, image: Manifest) -> None:
    retag(registry, REC, "v1.4.0", "candidate", CancelToken())
    done = untag(registry, REC, "candidate", CancelToken(), expected=image.digest)
    assert done == Tagged(REC, "candidate", "", image.digest)
    assert registry.kept[REC].tags == {"v1.4.0": image.digest}
    assert list(registry.kept[REC].manifests) == [image.digest]


def test_where_nothing_is_deleted_nothing_changes(registry: FakeRegistry, image: Manifest) -> None:
    registry.deletes = False
    with pytest.raises(RegistryDenied):
        untag(registry, REC, "v1.4.0", CancelToken())
    assert registry.asked["put_manifest"] == 0
    assert registry.kept[REC].tags == {"v1.4.0": image.digest}


@pytest.mark.parametrize("error", [RegistryUnavailable("gone"), Cancelled()])
def test_the_tag_is_put_back_when_the_stand_in_stays(
    registry: FakeRegistry, image: Manifest, error: RegistryUnavailable | Cancelled
) -> None:
    registry.errors["delete_manifest"] = [NotInRegistry("nothing"), error]
    with pytest.raises(type(error)):
        untag(registry, REC, "v1.4.0", CancelToken())
    assert registry.kept[REC].tags == {"v1.4.0": image.digest}


@pytest.fixture
def cut_off(registry: FakeRegistry, image: Manifest) -> str:
    """What is left where a program was killed while it took ``v1.5.0`` away."""
    registry.kept[REC].tags["v1.5.0"] = image.digest
    registry.errors["delete_manifest"] = [NotInRegistry("nothing"), RegistryUnavailable("killed")]
    registry.errors["put_manifest"] = []

    def die(method: str, _repository: str, _what: str) -> None:
        if method == "delete_manifest" and len(registry.errors["delete_manifest"]) < 2:
            registry.errors["put_manifest"] = [RegistryUnavailable("killed")]

    registry.before = die
    with pytest.raises(RegistryUnavailable):
        untag(registry, REC, "v1.5.0", CancelToken())
    registry.before = lambda *_: None
    left = registry.kept[REC].tags["v1.5.0"]
    assert left != image.digest
    return left


def test_a_removal_that_was_killed_can_be_repeated(
    registry: FakeRegistry, image: Manifest, cut_off: str
) -> None:
    done = untag(registry, REC, "v1.5.0", CancelToken(), expected=image.digest)
    assert done == Tagged(REC, "v1.5.0", "", "")
    assert registry.kept[REC].tags == {"v1.4.0": image.digest}
    assert cut_off not in registry.kept[REC].manifests


@pytest.mark.parametrize("expected", [None, ""])
def test_a_tag_whose_removal_was_killed_is_free(
    registry: FakeRegistry, image: Manifest, cut_off: str, expected: str | None
) -> None:
    assert cut_off
    done = retag(registry, REC, "v1.4.0", "v1.5.0", CancelToken(), expected)
    assert done == Tagged(REC, "v1.5.0", image.digest, "")
    assert registry.kept[REC].tags["v1.5.0"] == image.digest


def test_tags_by_what_they_name(registry: FakeRegistry, image: Manifest) -> None:
    other = registry.add_image(REC, "v2", [b"x"])
    for number in range(40):
        registry.kept[REC].tags[f"b-{number:02}"] = other.digest

    def vanish(method: str, _repository: str, what: str) -> None:
        if method == "digest" and what == "b-07":
            registry.kept[REC].tags.pop("b-07", None)

    registry.before = vanish
    found = tags_by_digest(registry, REC, CancelToken())
    assert found[image.digest] == ("v1.4.0",)
    assert found[other.digest] == (*(f"b-{n:02}" for n in range(40) if n != 7), "v2")
