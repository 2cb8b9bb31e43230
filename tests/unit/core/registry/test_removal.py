"""Images taken out of a registry."""

import pytest

from modeldesk.core.errors import Cancelled, NotInRegistry, RegistryDenied, TagMoved
from modeldesk.core.jobs import CancelToken, Job, Progress
from modeldesk.core.registry.removal import kinds_of, plan_removal, remove
from modeldesk.core.registry.walk import MOVE_TYPE
from tests.fakes.registry import FakeRegistry
from tests.unit.core.registry.images import AMD, ARM, add_index, attach

REC = "team/rec"


@pytest.fixture
def registry() -> FakeRegistry:
    return FakeRegistry()


def test_every_tag_is_named_and_the_room_is_what_nothing_else_needs(
    registry: FakeRegistry,
) -> None:
    image = registry.add_image(REC, "v1", [b"w" * 1000, b"base" * 50], {"v": 1})
    other = registry.add_image(REC, "v2", [b"x" * 3000, b"base" * 50], {"v": 2})
    for tag in ("stable", "0a1b2c3d"):
        registry.kept[REC].tags[tag] = image.digest
    plan = plan_removal(registry, REC, image.digest, Job())
    assert plan.tags == ("0a1b2c3d", "stable", "v1")
    assert plan.manifests == (image.digest,)
    assert (plan.freed_bytes, plan.kept_bytes) == (1000 + len(b'{"v": 1}'), 200)
    assert registry.asked["blob"] == registry.asked["document"] == 0
    remove(registry, plan, Job())
    assert registry.kept[REC].tags == {"v2": other.digest}
    assert list(registry.kept[REC].manifests) == [other.digest]


@pytest.mark.parametrize("has_list", [True, False])
def test_platforms_and_attachments_go_with_it(registry: FakeRegistry, has_list: bool) -> None:
    registry.has_referrers = has_list
    other = registry.add_image(REC, "v2", [b"other"])
    index, images = add_index(registry, REC, "v1", AMD, ARM)
    note = attach(registry, REC, images[ARM], b"note")
    signature = registry.add_image(REC, f"{index.digest.replace(':', '-')}.sig", [b"s"], {"s": 1})
    plan = plan_removal(registry, REC, "v1", Job())
    assert plan.tags == ("v1",)
    assert plan.manifests[0] == index.digest
    assert {note.digest, signature.digest, *(i.digest for i in images.values())} < set(
        plan.manifests
    )
    remove(registry, plan, Job())
    assert registry.kept[REC].tags == {"v2": other.digest}
    assert not registry.kept[REC].manifests.keys() & set(plan.manifests)


def test_a_platform_with_a_name_of_its_own_stays(registry: FakeRegistry) -> None:
    _, images = add_index(registry, REC, "v1", AMD, ARM, attested=False)
    registry.kept[REC].tags["v1-arm"] = images[ARM].digest
    both, _ = add_index(registry, REC, "v1-again", AMD, attested=False)
    plan = plan_removal(registry, REC, "v1", Job())
    assert len(plan.manifests) == 1
    assert plan.freed_bytes == 0
    remove(registry, plan, Job())
    assert registry.kept[REC].tags == {"v1-arm": images[ARM].digest, "v1-again": both.digest}
    assert images[AMD].digest in registry.kept[REC].manifests


def test_a_tag_that_came_meanwhile_stops_it(registry: FakeRegistry) -> None:
    image = registry.add_image(REC, "v1", [b"w"])
    plan = plan_removal(registry, REC, "v1", Job())
    registry.kept[REC].tags["stable"] = image.digest
    with pytest.raises(TagMoved, match="stable, v1"):
        remove(registry, plan, Job())
    assert registry.asked["delete_manifest"] == 0


@pytest.mark.parametrize("by", ["tag", "index"])
def test_a_platform_that_was_named_meanwhile_stops_it(registry: FakeRegistry, by: str) -> None:
    _, images = add_index(registry, REC, "v1", AMD, ARM, attested=False)
    plan = plan_removal(registry, REC, "v1", Job())
    assert images[ARM].digest in plan.manifests
    if by == "tag":
        registry.kept[REC].tags["v1-arm"] = images[ARM].digest
    else:
        add_index(registry, REC, "v1-again", ARM, attested=False)
    before = dict(registry.kept[REC].tags)
    with pytest.raises(TagMoved, match="names a part of"):
        remove(registry, plan, Job())
    assert registry.asked["delete_manifest"] == 0
    assert registry.kept[REC].tags == before


def test_what_can_not_go(registry: FakeRegistry) -> None:
    with pytest.raises(NotInRegistry):
        plan_removal(registry, REC, "v1", Job())
    image = registry.add_image(REC, "v1", [b"w"])
    plan = plan_removal(registry, REC, "v1", Job())
    registry.deletes = False
    with pytest.raises(RegistryDenied):
        remove(registry, plan, Job())
    assert registry.kept[REC].tags == {"v1": image.digest}


def test_one_without_a_tag_goes_too(registry: FakeRegistry) -> None:
    image = registry.add_image(REC, "", [b"w"])
    plan = plan_removal(registry, REC, image.digest, Job())
    assert plan.tags == ()
    remove(registry, plan, Job())
    assert registry.kept[REC].manifests == {}


def test_what_is_attached_goes_and_is_named_and_moves_of_channels_stay(
    registry: FakeRegistry,
) -> None:
    image = registry.add_image(REC, "v1", [b"w"])
    head = image.digest.replace(":", "-")
    said = f"{head}.metadata.{'a' * 32}"
    moved = f"{head}.channel.{7:016x}"
    attach(registry, REC, image, b"said", said)
    move = attach(registry, REC, image, b"moved", moved, kind=MOVE_TYPE)
    plan = plan_removal(registry, REC, "v1", Job())
    assert plan.attached == (said,)
    assert kinds_of(plan.attached) == (("metadata", 1),)
    assert move.digest not in plan.manifests
    remove(registry, plan, Job())
    assert registry.kept[REC].tags == {moved: move.digest}


def test_each_tag_is_asked_for_once_and_it_is_told_how_far_that_is(
    registry: FakeRegistry,
) -> None:
    for number in range(1100):
        registry.add_image(REC, f"v{number}", [b"w"], {"v": number})
    said: list[Progress] = []
    plan = plan_removal(registry, REC, "v7", Job(CancelToken(), said.append))
    assert [(one.text, one.done, one.total) for one in said] == [
        ("Looking at tags", done, 1100) for done in (0, 512, 1024)
    ]
    # Each tag's manifest tells its digest, too; the first is the image itself.
    assert registry.asked["manifest"] == 1 + 1100
    assert registry.asked["digest"] == 0
    registry.asked.clear()
    remove(registry, plan, Job())
    # The image and its tag, and what would stand for a list of attachments.
    assert registry.asked["manifest"] == 1
    assert registry.asked["digest"] == 1 + 1
    assert registry.asked["tags"] == 2


def test_what_many_tags_share_is_read_once(registry: FakeRegistry) -> None:
    images = [registry.add_image(REC, f"a{n}", [b"w"], {"v": n}) for n in range(2)]
    for number in range(2000):
        registry.kept[REC].tags[f"b{number}"] = images[1].digest
    add_index(registry, REC, "multi", AMD, ARM, attested=False)
    said: list[Progress] = []
    plan = plan_removal(registry, REC, "a0", Job(CancelToken(), said.append))
    assert plan.tags == ("a0",)
    assert plan.kept_bytes == 1
    # Only the first tags are read as such; then the index, and its platforms.
    assert registry.asked["manifest"] == 1 + 512 + 1 + 2
    assert registry.asked["digest"] == 2003 - 512
    assert {one.text for one in said} == {"Looking at tags", "Looking at what stays"}


@pytest.mark.parametrize("tag", ["v2", "stable"])
def test_a_name_that_was_moved_to_it_meanwhile_is_not_lost(
    registry: FakeRegistry, tag: str
) -> None:
    image = registry.add_image(REC, "v1", [b"w"], {"v": 1})
    registry.add_image(REC, tag, [b"x"], {"v": 2})
    kept = registry.add_image(REC, "v3", [b"y"], {"v": 3})
    plan = plan_removal(registry, REC, "v1", Job())
    registry.kept[REC].tags[tag] = image.digest
    with pytest.raises(TagMoved, match=tag):
        remove(registry, plan, Job())
    assert registry.kept[REC].tags[tag] == image.digest
    assert registry.kept[REC].tags["v3"] == kept.digest
    # A channel moves, and is looked at before anything goes.
    assert ("v1" in registry.kept[REC].tags) == (tag == "stable")


@pytest.mark.parametrize("when", ["before", "between"])
def test_a_name_that_was_moved_to_a_platform_meanwhile_is_not_lost(
    registry: FakeRegistry, when: str
) -> None:
    index, images = add_index(registry, REC, "v1", AMD, ARM, attested=False)
    registry.add_image(REC, "v2", [b"x"], {"v": 2})
    plan = plan_removal(registry, REC, "v1", Job())

    def move(method: str, _repository: str, what: str) -> None:
        if method == "delete_manifest" and (what == index.digest) == (when == "before"):
            registry.kept[REC].tags["v2"] = images[ARM].digest

    registry.before = move
    with pytest.raises(TagMoved, match="v2"):
        remove(registry, plan, Job())
    assert registry.kept[REC].tags == {"v2": images[ARM].digest}
    assert images[ARM].digest in registry.kept[REC].manifests


def test_who_cancels_between_comes_too_late_to_lose_a_name(registry: FakeRegistry) -> None:
    image = registry.add_image(REC, "v1", [b"w"])
    registry.add_image(REC, "v2", [b"x"], {"v": 2})
    plan = plan_removal(registry, REC, "v1", Job())
    registry.kept[REC].tags["v2"] = image.digest
    token = CancelToken()
    registry.before = lambda method, *_: token.cancel() if method == "delete_manifest" else None
    with pytest.raises(TagMoved):
        remove(registry, plan, Job(token))
    assert registry.kept[REC].tags == {"v2": image.digest}


def test_it_can_be_cancelled_at_any_time(registry: FakeRegistry) -> None:
    for number in range(600):
        registry.add_image(REC, f"v{number}", [b"w"], {"v": number})
    token = CancelToken()
    with pytest.raises(Cancelled):
        plan_removal(
            registry, REC, "v7", Job(token, lambda one: token.cancel() if one.done else None)
        )
    assert registry.asked["manifest"] <= 1 + 512
