"""What is here joined with what registries have, and where they disagree."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from modeldesk.core.ids import ModelName
from modeldesk.core.layers.kinds import LayerKind
from modeldesk.core.library.catalog import Joiner, RemoteCatalog
from modeldesk.core.library.model import Drift, Group, LibrarySnapshot, Model, Place, PlacedVersion
from modeldesk.core.library.placed import find_placed, placed_versions
from modeldesk.core.library.remote_model import RemoteVersion
from modeldesk.core.library.snapshot import make_snapshot
from tests.unit.core.library.images import image, image_id

NOON = datetime(2026, 4, 5, 12, tzinfo=UTC)
REC = "r.lan/team/rec"
NAMED = frozenset({"r.lan"})


def digest(number: int) -> str:
    return f"sha256:{number + 1000:064x}"


def remote(tag: str, number: int, repository: str = REC, label: str = "") -> RemoteVersion:
    return RemoteVersion(
        repository,
        tag,
        digest(number),
        image_id(number),
        NOON + timedelta(days=number),
        label,
        {LayerKind.OTHER: number},
        labels={},
        platforms=("linux/amd64",),
    )


def joined(
    snapshot: LibrarySnapshot,
    *versions: RemoteVersion,
    channels: dict[str, dict[str, str]] | None = None,
    registries: frozenset[str] = NAMED,
) -> LibrarySnapshot:
    catalog = RemoteCatalog(versions, channels or {}, registries=registries)
    return Joiner(catalog).join(snapshot)


def here(*tags: str, digests: tuple[str, ...] = ()) -> LibrarySnapshot:
    images = [
        image(number, f"{REC}:{tag}", stack="b" + "xyz"[number - 1], digests=digests)
        for number, tag in enumerate(tags, 1)
    ]
    return make_snapshot(images)


def drifts_in(snapshot: LibrarySnapshot) -> tuple[Drift, ...]:
    models = (*snapshot.models, *snapshot.others)
    return tuple(drift for model in models for one in model.placed for drift in one.drifts)


def told(model: Model) -> list[tuple[str, Place]]:
    return [(one.name, one.place) for one in placed_versions(model)]


class TestJoining:
    def test_nothing_is_altered_without_registries(self) -> None:
        snapshot = here("v1.0.0")
        assert joined(snapshot) is snapshot
        (one,) = placed_versions(snapshot.models[0])
        assert one == PlacedVersion(snapshot.models[0].versions[0])

    def test_versions_here_there_and_in_both(self) -> None:
        found = joined(here("v1.0.0", "v2.0.0"), remote("v2.0.0", 2), remote("v3.0.0", 3))
        (model,) = found.models
        assert told(model) == [
            ("v3.0.0", Place.REGISTRY), ("v2.0.0", Place.BOTH), ("v1.0.0", Place.LOCAL),
        ]  # fmt: skip
        both = placed_versions(model)[1]
        assert (both.compressed_bytes, both.repositories) == (2, (REC,))
        assert model.versions == here("v1.0.0", "v2.0.0").models[0].versions

    def test_the_same_by_its_digest_in_the_registry(self) -> None:
        """Engines know images by other ids than registries, as after a pull for a platform."""
        snapshot = here("v1.0.0", digests=(f"{REC}@{digest(50)}",))
        found = joined(snapshot, replace(remote("v1.0.0", 50)))
        assert told(found.models[0]) == [("v1.0.0", Place.BOTH)]

    def test_what_was_pushed_and_is_gone_from_there(self) -> None:
        snapshot = here("v1.0.0", digests=(f"{REC}@{digest(1)}",))
        assert told(snapshot.models[0]) == [("v1.0.0", Place.BOTH)]
        found = joined(snapshot, remote("v0.9.0", 9))
        assert told(found.models[0])[0] == ("v1.0.0", Place.LOCAL)

    def test_models_that_only_a_registry_has(self) -> None:
        found = joined(
            here("v1.0.0"),
            remote("v1", 5, "r.lan/team/ocr"),
            remote("v1", 6, "r.lan/a", label="churn"),
            remote("v2", 7, "r.lan/b", label="churn"),
        )
        assert [model.name for model in found.models] == ["churn", "team/ocr", "team/rec"]
        churn = found.models[0]
        assert (churn.group, churn.versions, churn.total_bytes) == (Group.MODEL, (), 0)
        assert churn.repositories == ("r.lan/a", "r.lan/b")
        assert told(churn) == [("v2", Place.REGISTRY), ("v1", Place.REGISTRY)]

    def test_registries_that_nobody_named(self) -> None:
        """What a model here is tagged for is told; what else such a registry has is not."""
        other = (remote("v2.0.0", 2), remote("v1", 5, "r.lan/team/ocr"))
        found = joined(here("v1.0.0"), *other, registries=frozenset())
        assert [model.name for model in found.models] == ["team/rec"]
        assert told(found.models[0]) == [("v2.0.0", Place.REGISTRY), ("v1.0.0", Place.LOCAL)]

    def test_several_tags_of_one_image_are_one_version(self) -> None:
        found = joined(
            make_snapshot([]),
            remote("0a1b2c3d", 3),
            remote("v1.0.0", 3),
            remote("v1.0.0", 3, "r.lan/copy/rec", label="team/rec"),
        )
        (one,) = placed_versions(found.models[0])
        assert one.name == "v1.0.0"
        assert {other.name for other in one.remote} == {
            f"{REC}:0a1b2c3d", f"{REC}:v1.0.0", "r.lan/copy/rec:v1.0.0",
        }  # fmt: skip
        assert one.repositories == ("r.lan/copy/rec", REC)

    def test_channels_there(self) -> None:
        channels = {REC: {"stable": digest(3), "deprecated-v1": digest(3), "latest": digest(4)}}
        found = joined(make_snapshot([]), remote("v1", 3), remote("latest", 4), channels=channels)
        latest, one = placed_versions(found.models[0])
        assert (one.name, one.channels) == ("v1", ("stable", "deprecated"))
        assert latest.name == image_id(4).removeprefix("sha256:")[:12]
        assert latest.channels == ("latest",)

    def test_base_images_are_joined_and_what_is_untagged_is_not(self) -> None:
        snapshot = make_snapshot(
            [image(1, "r.lan/base:1", stack="a"), image(2, "x:1", stack="ab"), image(3, stack="q")]
        )
        found = joined(snapshot, remote("1", 1, "r.lan/base"), remote("2", 9, "r.lan/base"))
        base, untagged = found.others
        assert told(base) == [("2", Place.REGISTRY), ("1", Place.BOTH)]
        assert untagged == snapshot.others[1]

    def test_finding_one(self) -> None:
        model = joined(here("v1.0.0"), remote("v2.0.0", 2)).models[0]
        assert find_placed(model, image_id(2)) == model.placed[0]
        assert find_placed(model, image_id(1)) == model.placed[1]
        assert find_placed(model, image_id(7)) is None
        alone = here("v1.0.0").models[0]
        assert find_placed(alone, image_id(1)) == PlacedVersion(alone.versions[0])
        assert find_placed(None, image_id(1)) is find_placed(alone, None) is None


class TestDrift:
    def test_the_same_tag_names_another_image_there(self) -> None:
        snapshot = here("v1.0.0", digests=(f"{REC}@{digest(1)}",))
        found = joined(snapshot, remote("v1.0.0", 9))
        (drift,) = drifts_in(found)
        assert str(drift.reference) == f"{REC}:v1.0.0"
        assert (drift.local_digest, drift.remote_digest) == (digest(1), digest(9))
        assert drift.remote == remote("v1.0.0", 9)
        # What is there under that name alone is told by the version here.
        assert told(found.models[0]) == [("v1.0.0", Place.LOCAL)]

    def test_another_name_of_what_is_there_is_a_version(self) -> None:
        found = joined(here("v1.0.0"), remote("v1.0.0", 9), remote("v1.0.1", 9))
        assert told(found.models[0]) == [("v1.0.1", Place.REGISTRY), ("v1.0.0", Place.LOCAL)]

    def test_what_was_never_pushed_is_told_by_its_id(self) -> None:
        (drift,) = drifts_in(joined(here("v1.0.0"), remote("v1.0.0", 9)))
        assert drift.local_digest == image_id(1)

    def test_the_same_image_or_digest_is_none(self) -> None:
        same_digest = here("v1.0.0", digests=(f"{REC}@{digest(9)}",))
        assert drifts_in(joined(same_digest, remote("v1.0.0", 9))) == ()
        assert drifts_in(joined(here("v1.0.0"), remote("v1.0.0", 1))) == ()
        by_manifest = replace(remote("v1.0.0", 9), digest=image_id(1))
        assert drifts_in(joined(here("v1.0.0"), by_manifest)) == ()

    def test_other_repositories_and_the_public_default_are_none(self) -> None:
        snapshot = make_snapshot([image(1, "rec:v1.0.0", "other.lan/team/rec:v1.0.0", stack="a")])
        versions = (remote("v1.0.0", 9), remote("v1.0.0", 8, "docker.io/rec"))
        assert drifts_in(joined(snapshot, *versions)) == ()

    def test_a_channel_that_moved(self) -> None:
        snapshot = make_snapshot(
            [
                image(1, f"{REC}:v1.0.0", f"{REC}:stable", stack="a",
                      digests=(f"{REC}@{digest(1)}",)),
            ]
        )  # fmt: skip
        versions = (remote("v1.0.0", 1), remote("v2.0.0", 2))
        found = joined(snapshot, *versions, channels={REC: {"stable": digest(2)}})
        (drift,) = drifts_in(found)
        assert (drift.reference.tag, drift.remote) == ("stable", versions[1])
        assert drifts_in(joined(snapshot, *versions, channels={REC: {"stable": digest(1)}})) == ()

    def test_a_channel_of_which_only_the_digest_is_known(self) -> None:
        """Without a digest here nothing says whether both are the same."""
        snapshot = make_snapshot([image(1, f"{REC}:v1.0.0", f"{REC}:stable", stack="a")])
        channels = {REC: {"stable": digest(77)}}
        assert drifts_in(joined(snapshot, remote("v1.0.0", 1), channels=channels)) == ()
        pushed = make_snapshot(
            [image(1, f"{REC}:stable", stack="a", digests=(f"{REC}@{digest(1)}",))]
        )
        (drift,) = drifts_in(joined(pushed, channels=channels))
        assert (drift.remote, drift.remote_digest) == (None, digest(77))


def test_the_models_come_by_name() -> None:
    found = joined(here("v1"), remote("v1", 5, "r.lan/Zeta".lower()), remote("v1", 6, "r.lan/a"))
    assert [model.name for model in found.models] == [
        ModelName("a"), ModelName("team/rec"), ModelName("zeta"),
    ]  # fmt: skip


def test_what_was_said_since_counts_for_what_is_only_there() -> None:
    one = replace(
        remote("v1", 1, label="rec"),
        labels={"io.modeldesk.model.metrics": '{"accuracy": 0.9, "loss": 2, "f1": 0.8}'},
    )
    edited = {one.image: {"accuracy": 0.95, "loss": None, "recall": 0.7}}
    snapshot = Joiner(RemoteCatalog((one,), registries=NAMED)).join(LibrarySnapshot(), edited)
    (model,) = snapshot.models
    assert model.placed[0].metrics == {"accuracy": 0.95, "f1": 0.8, "recall": 0.7}
    assert model.places is not None
    assert set(model.places.metrics) == {"accuracy", "f1", "recall"}
