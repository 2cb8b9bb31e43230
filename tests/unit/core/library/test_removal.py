"""What goes, what comes back, and what can't be picked."""

from modeldesk.core.containers.model import ContainerStatus, ContainerSummary
from modeldesk.core.library.grouping import LocalImage
from modeldesk.core.library.model import LibrarySnapshot, Version
from modeldesk.core.library.removal import locked_reason, plan_removal
from modeldesk.core.library.snapshot import make_snapshot
from tests.unit.core.library.images import container, image, image_id

DIGEST = "sha256:" + "d" * 64


def library(*images: LocalImage, containers: tuple[ContainerSummary, ...] = ()) -> LibrarySnapshot:
    return make_snapshot(images, containers)


def pick(snapshot: LibrarySnapshot, *names: str) -> list[Version]:
    """Versions by ``model/name``."""
    shown = {
        f"{model.name}/{version.name}": version
        for model in (*snapshot.models, *snapshot.others)
        for version in model.versions
    }
    return [shown[name] for name in names]


def test_every_name_of_a_version_goes_and_its_bytes_come_back() -> None:
    found = library(
        image(1, "rec:v1.0.0", "rec:stable", "r.lan/rec:v1.0.0", stack="abc"),
        image(2, "rec:v1.1.0", stack="abd"),
    )

    plan = plan_removal(found, pick(found, "rec/v1.0.0"))

    assert plan.names == ("rec:v1.0.0", "rec:stable", "r.lan/rec:v1.0.0")
    assert plan.bytes_back == 10
    assert plan.removals[0].image_goes
    assert plan.command == f"docker image rm {' '.join(plan.names)}"
    assert plan.changes.images == {image_id(1)}
    assert plan.locked == ()


def test_versions_that_share_bring_back_what_they_share_when_all_go() -> None:
    found = library(
        image(1, "rec:v1.0.0", stack="abc"),
        image(2, "rec:v1.1.0", stack="abd"),
        image(3, "rec:v1.2.0", stack="a"),
    )

    assert plan_removal(found, pick(found, "rec/v1.0.0")).bytes_back == 10
    assert plan_removal(found, pick(found, "rec/v1.0.0", "rec/v1.1.0")).bytes_back == 30


def test_an_image_that_another_model_has_stays() -> None:
    found = library(image(1, "a:v1", "b:v1", stack="xy"), containers=(container("c", of=1),))
    (version,) = pick(found, "a/v1")

    plan = plan_removal(found, [version])

    assert plan.names == ("a:v1",)
    assert plan.bytes_back == 0
    assert not plan.removals[0].image_goes
    assert plan.locked == ()
    assert locked_reason(found, version) == ""


def test_unless_it_goes_from_both() -> None:
    found = library(image(1, "a:v1", "b:v1", stack="xy"))

    plan = plan_removal(found, pick(found, "a/v1", "b/v1"))

    assert plan.names == ("a:v1", "b:v1")
    assert plan.bytes_back == 20


def test_untagged_ones_go_by_id_and_pulled_ones_by_digest() -> None:
    found = library(
        image(1, stack="a"),
        image(2, digests=[f"rec@{DIGEST}"], stack="b"),
        image(3, "rec:v1", digests=[f"rec@{DIGEST}", f"r.lan/rec@{DIGEST}"], stack="c"),
    )
    versions = [v for model in (*found.models, *found.others) for v in model.versions]

    plan = plan_removal(found, sorted(versions, key=lambda version: version.key.image))

    assert plan.names == (image_id(1), f"rec@{DIGEST}", "rec:v1", f"r.lan/rec@{DIGEST}")
    assert plan.command.startswith("docker image rm 000000000000 rec@sha256:")
    assert plan.bytes_back == 30


class TestInUse:
    def test_a_running_one(self) -> None:
        used = container("serving", of=1)
        found = library(
            image(1, "rec:v1", stack="ab"), image(2, "rec:v2", stack="ac"), containers=(used,)
        )
        plan = plan_removal(found, pick(found, "rec/v1", "rec/v2"))

        (locked,) = plan.locked
        assert locked.version.name == "v1"
        assert locked.containers == (used,)
        assert locked.reason == (
            "In use by a running container: serving. Stop and remove it first."
        )
        assert plan.names == ("rec:v2",)
        assert plan.bytes_back == 10
        assert locked_reason(found, locked.version) == locked.reason

    def test_a_stopped_one(self) -> None:
        stopped = container("old", of=1, status=ContainerStatus.EXITED)
        found = library(image(1, "rec:v1"), containers=(stopped,))

        assert locked_reason(found, *pick(found, "rec/v1")) == (
            "A stopped container still needs it: old. Remove it first."
        )

    def test_many(self) -> None:
        used = tuple(container(name, of=1) for name in "abcde")
        found = library(image(1, "rec:v1"), containers=used)

        assert "a, b, c and 2 more" in locked_reason(found, *pick(found, "rec/v1"))

    def test_nothing_is_left_to_do(self) -> None:
        found = library(image(1, "rec:v1"), containers=(container("c", of=1),))
        plan = plan_removal(found, pick(found, "rec/v1"))

        assert plan.command == ""
        assert plan.bytes_back == 0
        assert not plan.changes


def test_bytes_are_unknown_while_layers_are() -> None:
    found = library(image(1, "rec:v1", stack="a"), image(2, "rec:v2"))

    assert plan_removal(found, pick(found, "rec/v1")).bytes_back is None
