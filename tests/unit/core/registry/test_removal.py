"""Images taken out of a registry."""

import pytest

from modeldesk.core.errors import Cancelled, NotInRegistry, RegistryDenied, TagMoved
from modeldesk.core.jobs import CancelToken, Job, Progress
from modeldesk.core.registry.removal import kinds_of, plan_removal, remove
from modeldesk.core.registry.walk import MOVE_TYPE
from tests.fakes.registry import FakeRegistry
from tests.fakes.registry_contents import digest_of
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


def test_what_was_read_is_not_read_again_and_it_is_told_how_far_it_is(
    registry: FakeRegistry,
) -> None:
    for number in range(1100):
        registry.add_image(REC, f"v{number}", [b"w"], {"v": number})
    said: list[Progress] = []
    plan = plan_removal(registry, REC, "v7", Job(CancelToken(), said.append))
    assert {one.text for one in said} == {"Looking at tags", "Looking at what stays"}
    assert [one.done for one in said if one.text == "Looking at tags"] == [0, 512, 1024]
    assert said[-1].total == 1099
    # What stays is remembered by what matters of it alone.
    assert set(plan.seen.values()) == {((), (digest_of(b"w"),))}
    registry.asked.clear()
    remove(registry, plan, Job())
    # The image itself, and nothing else.
    assert registry.asked["manifest"] == 1
    assert registry.asked["digest"] == 1100 + 1


def test_it_can_be_cancelled_at_any_time(registry: FakeRegistry) -> None:
    for number in range(600):
        registry.add_image(REC, f"v{number}", [b"w"], {"v": number})
    token = CancelToken()
    with pytest.raises(Cancelled):
        plan_removal(
            registry, REC, "v7", Job(token, lambda one: token.cancel() if one.done else None)
        )
    assert registry.asked["digest"] <= 512
