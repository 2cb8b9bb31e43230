"""Images of the engine pushed, on fakes."""

import json
from dataclasses import replace

import pytest

from modeldesk.core.errors import (
    Cancelled,
    InvalidReference,
    InvalidVersion,
    NotFound,
    RegistryDenied,
    RegistryUnavailable,
    TagTaken,
)
from modeldesk.core.ids import ImageId
from modeldesk.core.jobs import CancelToken, Job, PartState, Progress
from modeldesk.core.references import Reference
from modeldesk.core.transfers.pushing import push, push_target
from tests.fakes.engine import FakeEngine
from tests.fakes.registry import FakeRegistries

HOST = "registry.lan:5000"
NAME = Reference.parse(f"{HOST}/rec:v1.0.0")


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine()


@pytest.fixture
def registries() -> FakeRegistries:
    return FakeRegistries(HOST)


@pytest.fixture
def image(engine: FakeEngine) -> ImageId:
    return engine.add_image("rec:v1.0.0", steps=[("COPY m.pkl /", 5_000_000)])


def tags(engine: FakeEngine, image: ImageId) -> set[str]:
    found = engine.image_summary(image)
    assert found is not None
    return {str(tag) for tag in found.tags}


def test_it_has_the_name_afterwards_and_its_digest_is_known(
    engine: FakeEngine, registries: FakeRegistries, image: ImageId
) -> None:
    said: list[Progress] = []
    job = Job(CancelToken(), said.append)
    outcome = push(engine, registries, image, [NAME, NAME.with_tag("cu121")], job)
    assert [one.reference.tag for one in outcome.pushed] == ["v1.0.0", "cu121"]
    found = engine.image_summary(image)
    assert found is not None
    assert {one.reference.digest for one in outcome.pushed} == {one.digest for one in found.digests}
    assert tags(engine, image) == {"rec:v1.0.0", str(NAME), f"{HOST}/rec:cu121"}
    # What the second tag needed was there by then.
    assert {part.state for part in said[-1].parts} == {PartState.THERE}
    assert outcome.moved_bytes > 5_000_000
    assert outcome.changes.images == {image}


def test_a_version_of_somebody_else_is_not_replaced(
    engine: FakeEngine, registries: FakeRegistries, image: ImageId
) -> None:
    registries.hosts[HOST].add_image("rec", "v1.0.0", [b"other"])
    with pytest.raises(TagTaken) as caught:
        push(engine, registries, image, [NAME], Job())
    assert str(NAME) in caught.value.message
    assert "push" not in engine.calls
    assert tags(engine, image) == {"rec:v1.0.0"}


def test_the_same_image_is_pushed_again(
    engine: FakeEngine, registries: FakeRegistries, image: ImageId
) -> None:
    outcome = push(engine, registries, image, [NAME], Job())
    known = outcome.pushed[0].reference.digest
    registry = registries.hosts[HOST]
    manifest = registry.add_image("rec", "v1.0.0", [b"weights"])
    # As its registry has it from now on, by the digest that the engine knows.
    own = registry.kept["rec"]
    own.tags["v1.0.0"] = known
    own.manifests[known] = replace(manifest, digest=known)
    again = push(engine, registries, image, [NAME], Job())
    assert again.pushed[0].before == known
    assert not again.pushed[0].moved


def test_an_image_is_known_by_its_configuration_too(
    engine: FakeEngine, registries: FakeRegistries, image: ImageId
) -> None:
    registry = registries.hosts[HOST]
    made = registry.add_image("rec", "v1.0.0", [b"x"])
    document = json.loads(made.content)
    document["config"]["digest"] = image
    registry.add_manifest("rec", "v1.0.0", document)
    assert push(engine, registries, image, [NAME], Job()).pushed[0].before


def test_a_channel_moves_and_who_had_it_is_told(
    engine: FakeEngine, registries: FakeRegistries, image: ImageId
) -> None:
    older = registries.hosts[HOST].add_image("rec", "stable", [b"older"])
    outcome = push(engine, registries, image, [NAME.with_tag("stable")], Job())
    assert outcome.pushed[0].before == older.digest
    assert outcome.pushed[0].moved


@pytest.mark.parametrize("error", [RegistryUnavailable("away"), RegistryDenied("no")])
def test_what_can_not_be_seen_from_here_is_left_to_the_engine(
    engine: FakeEngine, registries: FakeRegistries, image: ImageId, error: RegistryDenied
) -> None:
    registries.hosts[HOST].errors["digest"] = [error]
    assert push(engine, registries, image, [NAME], Job()).pushed[0].before == ""


def test_a_name_given_for_a_push_that_failed_goes_again(
    engine: FakeEngine, registries: FakeRegistries, image: ImageId
) -> None:
    other = engine.add_image(f"{HOST}/rec:candidate", "rec:old")
    engine.registries.away.add(HOST)
    for target in (NAME, NAME.with_tag("candidate")):
        with pytest.raises(RegistryUnavailable):
            push(engine, registries, image, [target], Job())
    assert tags(engine, image) == {"rec:v1.0.0"}
    assert tags(engine, other) == {f"{HOST}/rec:candidate", "rec:old"}


def test_an_image_without_another_name_is_not_lost_by_a_failure(
    engine: FakeEngine, registries: FakeRegistries
) -> None:
    image = engine.add_image(steps=[("COPY m.pkl /", 5)])
    engine.registries.away.add(HOST)
    with pytest.raises(RegistryUnavailable):
        push(engine, registries, image, [NAME], Job())
    assert tags(engine, image) == {str(NAME)}


def test_names_that_are_taken_here_and_images_that_are_gone(
    engine: FakeEngine, registries: FakeRegistries, image: ImageId
) -> None:
    engine.add_image(str(NAME))
    with pytest.raises(InvalidVersion):
        push(engine, registries, image, [NAME], Job())
    engine.remove_image("rec:v1.0.0")
    with pytest.raises(NotFound):
        push(engine, registries, image, [NAME], Job())


def test_a_push_that_is_cancelled(
    engine: FakeEngine, registries: FakeRegistries, image: ImageId
) -> None:
    token = CancelToken()
    job = Job(token, lambda progress: token.cancel() if progress.done else None)
    with pytest.raises(Cancelled):
        push(engine, registries, image, [NAME], job)
    assert tags(engine, image) == {"rec:v1.0.0"}


@pytest.mark.parametrize(
    ("text", "own", "expected"),
    [
        ("r.lan/rec", ["rec:v1", "rec:stable"], "r.lan/rec:v1"),
        ("r.lan/rec", ["rec:latest", "rec:v1"], "r.lan/rec:v1"),
        ("r.lan/rec:latest", ["rec:v1"], "r.lan/rec:latest"),
    ],
)
def test_a_repository_gets_the_versions_own_tag(text: str, own: list[str], expected: str) -> None:
    names = [Reference.parse(name) for name in own]
    assert str(push_target(text, names)) == expected


@pytest.mark.parametrize(
    ("text", "own", "meant"),
    [
        ("v1.0.0", ["rec:v1"], "registry.lan:5000/team/rec:v1.0.0"),
        ("v1.0.0", ["rec:v1", "r.lan/own/rec:v1"], "r.lan/own/rec:v1.0.0"),
        ("other:v2", ["rec:v1", "r.lan/own/rec:v1"], "r.lan/own/other:v2"),
    ],
)
def test_a_tag_alone_is_no_repository_of_the_public_default(
    text: str, own: list[str], meant: str
) -> None:
    with pytest.raises(InvalidReference, match="says no repository") as caught:
        push_target(text, [Reference.parse(name) for name in own])
    assert caught.value.hint.endswith(f": {meant}")


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("r.lan/rec", ["rec:latest"]),
        ("r.lan/rec", []),
        (f"r.lan/rec@sha256:{'a' * 64}", ["rec:v1"]),
        ("R.lan/Rec", ["rec:v1"]),
    ],
)
def test_latest_is_never_written_unasked(text: str, own: list[str]) -> None:
    with pytest.raises(InvalidReference):
        push_target(text, [Reference.parse(name) for name in own])
