"""Which versions a size history tells of, and in which order."""

from datetime import UTC, datetime, timedelta

from modeldesk.core.ids import ImageId, ModelName
from modeldesk.core.layers.kinds import LayerKind
from modeldesk.core.library.history import GoneVersion, Past, history
from modeldesk.core.library.model import KeptVersion, Model, Version
from modeldesk.core.library.remote_model import RemoteVersion
from modeldesk.core.library.snapshot import make_snapshot
from tests.unit.core.library.images import image, image_id

NOON = datetime(2026, 4, 5, 12, tzinfo=UTC)


def kept(name: str, number: int, days: int = 0) -> KeptVersion:
    made = NOON + timedelta(days=days)
    return KeptVersion(ModelName("rec"), image_id(number), name, made, {LayerKind.OTHER: number})


def remote(
    tag: str, number: int, days: int = 0, *, repository: str = "r.lan/rec", label: str = ""
) -> RemoteVersion:
    made = NOON + timedelta(days=days)
    digest = f"sha256:{number + 1000:064x}"
    return RemoteVersion(
        repository, tag, digest, image_id(number), made, label, {LayerKind.OTHER: number}
    )


def model(*tags: str, digests: tuple[str, ...] = ()) -> Model:
    images = [
        image(number, f"rec:{tag}", stack="b" + "xyz"[number - 1], digests=digests)
        for number, tag in enumerate(tags, 1)
    ]
    return make_snapshot(images).models[0]


def told(found: tuple[Past, ...]) -> list[tuple[str, str]]:
    def one(version: Past) -> tuple[str, str]:
        match version:
            case Version():
                return version.name, "here"
            case GoneVersion():
                return version.kept.name, "kept" if version.in_registry else "gone"
        return version.tag, "remote"

    return [one(version) for version in found]


class TestGone:
    def test_without_a_past(self) -> None:
        found = history(model("v1.1.0", "v1.0.0"), [])
        assert told(found) == [("v1.0.0", "here"), ("v1.1.0", "here")]

    def test_those_that_went_stand_in_their_place(self) -> None:
        found = history(model("v1.0.0", "v2.0.0"), [kept("v1.10.0", 12), kept("v1.9.0", 11)])
        assert told(found) == [
            ("v1.0.0", "here"), ("v1.9.0", "gone"), ("v1.10.0", "gone"), ("v2.0.0", "here"),
        ]  # fmt: skip

    def test_of_one_name_the_one_that_has_it(self) -> None:
        found = history(
            model("v1.0.0"),
            [kept("v1.0.0", 11), kept("v2.0.0", 13, days=2), kept("v2.0.0", 12, days=1)],
        )
        assert told(found) == [("v1.0.0", "here"), ("v2.0.0", "gone")]
        assert isinstance(found[1], GoneVersion)
        assert found[1].kept.image == image_id(13)

    def test_what_is_still_here_is_told_once(self) -> None:
        here = model("v1.0.0")
        same = KeptVersion(here.name, here.versions[0].key.image, "old name", NOON, {})
        assert history(here, [same]) == here.versions


class TestRemote:
    def test_those_only_in_a_registry_stand_in_their_place(self) -> None:
        found = history(
            model("v1.0.0", "v3.0.0"), [], [remote("v2.0.0", 20), remote("v10.0.0", 21)]
        )
        assert told(found) == [
            ("v1.0.0", "here"), ("v2.0.0", "remote"), ("v3.0.0", "here"), ("v10.0.0", "remote"),
        ]  # fmt: skip

    def test_one_that_was_here_is_told_with_the_sizes_it_had(self) -> None:
        found = history(
            model("v1.0.0"),
            [kept("v0.9.0", 9), kept("v0.8.0", 8), kept("v0.7.0", 7)],
            # One is the same image; one the same name as an engine with other ids kept it.
            [remote("v0.9.0", 9), remote("v0.8.0", 88)],
        )
        assert told(found) == [
            ("v0.7.0", "gone"), ("v0.8.0", "kept"), ("v0.9.0", "kept"), ("v1.0.0", "here"),
        ]  # fmt: skip

    def test_what_is_here_is_not_told_again(self) -> None:
        by_image = remote("another-name", 1)
        by_digest = remote("v7.0.0", 70)
        by_name = remote("v1.0.0", 71)
        found = history(
            model("v1.0.0", digests=(f"r.lan/rec@{by_digest.digest}",)),
            [],
            [by_image, by_digest, by_name],
        )
        assert told(found) == [("v1.0.0", "here")]

    def test_an_image_by_its_best_name_and_a_name_by_its_last_image(self) -> None:
        found = history(
            model("v1.0.0"),
            [],
            [
                remote("0a1b2c3d", 20),
                remote("v2.0.0", 20),
                remote("v2.0.0", 21, days=1, repository="other.lan/rec"),
            ],
        )
        assert told(found) == [("v1.0.0", "here"), ("v2.0.0", "remote")]
        assert isinstance(found[1], RemoteVersion)
        assert found[1].image == ImageId(image_id(21))

    def test_versions_of_another_model_in_the_same_repository(self) -> None:
        others = [
            remote("v2.0.0", 20, label="other"),
            remote("v3.0.0", 21, repository="r.lan/team/rec"),
        ]
        mine = [
            remote("v4.0.0", 22, repository="r.lan/team/rec", label="rec"),
            remote("v5.0.0", 23),
        ]
        found = history(model("v1.0.0"), [], [*others, *mine])
        assert [name for name, _ in told(found)] == ["v1.0.0", "v4.0.0", "v5.0.0"]
