"""Everything the library page shows, from images and containers."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modeldesk.core.containers.model import ContainerSummary
from modeldesk.core.ids import ModelName
from modeldesk.core.labels import BASE_DIGEST_LABEL, BASE_NAME_LABEL, METRICS_LABEL, REVISION_LABEL
from modeldesk.core.layers.kinds import LayerKind
from modeldesk.core.library.grouping import LocalImage
from modeldesk.core.library.model import (
    Group,
    LibrarySnapshot,
    Model,
    Version,
    VersionKey,
    VersionSizes,
    Where,
)
from modeldesk.core.library.snapshot import make_snapshot
from tests.unit.core.library.images import container, image, image_id, layers

DIGEST = "sha256:" + "d" * 64


def snapshot(*images: LocalImage, containers: tuple[ContainerSummary, ...] = ()) -> LibrarySnapshot:
    return make_snapshot(images, containers)


def model(found: LibrarySnapshot, name: str) -> Model:
    return next(one for one in (*found.models, *found.others) if one.name == name)


def versions(found: LibrarySnapshot, name: str) -> dict[str, Version]:
    return {version.name: version for version in model(found, name).versions}


def base_part(version: Version) -> int:
    return sum(layer.kind is LayerKind.BASE_IMAGE for layer in version.layers or ())


def test_nothing() -> None:
    assert snapshot() == LibrarySnapshot(total_bytes=0)


def test_a_model_and_its_versions() -> None:
    found = snapshot(
        image(
            1,
            "r.lan:5000/team/rec:v1.0.0",
            "r.lan:5000/team/rec:deprecated",
            stack="abc",
            model="recommendation",
            labels={METRICS_LABEL: '{"accuracy": 0.94}', REVISION_LABEL: "a" * 40},
            digests=[f"r.lan:5000/team/rec@{DIGEST}"],
        ),
        image(2, "team/rec:v1.1.0", "team/rec:latest", stack="abde", model="recommendation"),
    )

    (rec,) = found.models
    assert rec.name == "recommendation"
    assert rec.group is Group.MODEL
    assert rec.repositories == ("r.lan:5000/team/rec", "team/rec")
    assert (rec.total_bytes, rec.unique_bytes) == (70, 50)
    second, first = rec.versions
    assert (first.name, second.name) == ("v1.0.0", "v1.1.0")
    assert [str(r) for r in first.references] == [
        "r.lan:5000/team/rec:v1.0.0",
        "r.lan:5000/team/rec:deprecated",
    ]
    assert first.channels == ("deprecated",)
    assert dict(rec.channels) == {"latest": second, "deprecated": first}
    assert first.metrics == {"accuracy": 0.94}
    assert (first.commit, second.commit) == ("aaaaaaaa", "")
    assert (first.where, second.where) == (Where.LOCAL_AND_REGISTRY, Where.LOCAL)
    assert first.change is None
    assert second.change == pytest.approx(1 / 3)
    assert first.sizes == VersionSizes(10, 20)
    assert first.shared_with == (2, 2, 1)
    assert first.images_with == (2, 2, 1)
    assert (found.image_count, found.total_bytes, found.missing_details) == (2, 50, 0)
    assert found.version(VersionKey(ModelName("recommendation"), image_id(2))) == second


def test_an_image_without_a_fixed_tag_is_called_by_its_id() -> None:
    found = snapshot(image(0xABC, "rec:latest"), image(1, digests=[f"rec@{DIGEST}"]))

    assert [version.name for version in model(found, "rec").versions] == ["000000000000"] * 2
    assert model(found, "rec").versions[0].channels == ("latest",)
    assert model(found, "rec").repositories == ("rec",)


def test_a_digest_that_every_local_image_has_shows_no_registry() -> None:
    found = snapshot(image(1, "rec:v1.0.0", digests=[f"rec@{image_id(1)}"]))

    assert versions(found, "rec")["v1.0.0"].where is Where.LOCAL


def test_models_by_name_whatever_its_case() -> None:
    found = snapshot(image(1, "b:v1"), image(2, "x:v1", model="A"), image(3, "c:v1"))

    assert [one.name for one in found.models] == ["A", "b", "c"]


class TestWithoutLayers:
    def test_all_else_is_there(self) -> None:
        found = snapshot(image(1, "rec:v1.0.0"), image(2, "rec:v1.1.0", size=150))

        assert found.missing_details == 2
        assert found.total_bytes is None
        rec = model(found, "rec")
        assert rec.unique_bytes is None
        assert [version.change for version in rec.versions] == [0.5, None]
        assert rec.versions[0].layers is None
        assert rec.versions[0].sizes is None
        assert rec.versions[0].bytes_by_kind() == {LayerKind.OTHER: 150}

    def test_sizes_wait_for_the_last_one(self) -> None:
        found = snapshot(image(1, "rec:v1.0.0", stack="ab"), image(2, "rec:v1.1.0"))

        first = versions(found, "rec")["v1.0.0"]
        assert first.layers is not None
        assert first.shared_with == (1, 1)
        assert first.sizes is None

    def test_those_that_cannot_be_read_are_not_waited_for(self) -> None:
        found = make_snapshot(
            [image(1, "rec:v1.0.0", stack="ab"), image(2, "rec:v1.1.0")],
            unreadable=frozenset({image_id(2)}),
        )

        assert (found.missing_details, found.total_bytes) == (0, 20)
        assert versions(found, "rec")["v1.0.0"].sizes == VersionSizes(20, 0)
        assert versions(found, "rec")["v1.1.0"].sizes is None


class TestOthers:
    def test_what_models_stand_on(self) -> None:
        found = snapshot(
            image(1, "python:3.11-slim", "python:latest", stack="ab"),
            image(2, "python:3.12-slim", stack="ac"),
            image(3, "debian:12", stack="a"),
            image(4, "rec:v1.0.0", stack="abx"),
            image(5, "rec:v1.1.0", stack="aby"),
            image(6),
        )

        assert [one.name for one in found.models] == ["rec"]
        assert [(one.name, one.group, one.base_of) for one in found.others] == [
            ("debian", Group.BASE_IMAGE, 4),
            ("python", Group.BASE_IMAGE, 2),
            ("", Group.UNTAGGED, 0),
        ]
        rec = versions(found, "rec")["v1.0.0"]
        assert base_part(rec) == 2
        assert rec.shared_with == (5, 3, 1)
        assert rec.images_with == (5, 3, 1)
        assert base_part(versions(found, "python")["3.11-slim"]) == 1

    def test_a_labelled_model_stays_one(self) -> None:
        found = snapshot(
            image(1, "rec:v1.0.0", stack="ab", model="rec"),
            image(2, "gpu:v1.0.0", stack="abc"),
        )

        assert [one.name for one in found.models] == ["gpu", "rec"]

    def test_an_earlier_version_is_no_base_image(self) -> None:
        found = snapshot(image(1, "rec:v1.0.0", stack="ab"), image(2, "rec:v1.1.0", stack="abc"))

        assert [one.name for one in found.models] == ["rec"]
        assert base_part(versions(found, "rec")["v1.1.0"]) == 0

    def test_nor_is_the_same_image_in_another_model(self) -> None:
        found = snapshot(
            image(1, "a:v1.0.0", "b:v1.0.0", stack="ab"), image(2, "b:v1.1.0", stack="abc")
        )

        assert [one.name for one in found.models] == ["a", "b"]

    def test_untagged_ones_are_neither_base_nor_compared(self) -> None:
        found = snapshot(
            image(1, stack="a", model="rec"),
            image(2, stack="ab", size=99),
            image(3, "rec:v1", stack="abc"),
        )

        untagged = model(found, "")
        assert [int(version.key.image[-1]) for version in untagged.versions] == [2, 1]
        assert [version.change for version in untagged.versions] == [None, None]
        assert base_part(versions(found, "rec")["v1"]) == 0


class TestBaseImage:
    def test_marked_by_history_where_it_is_not_here(self) -> None:
        found = snapshot(image(1, "rec:v1", stack="abc", marked_base=2))

        assert base_part(versions(found, "rec")["v1"]) == 2

    def test_a_local_one_counts_more_than_a_mark(self) -> None:
        found = snapshot(
            image(1, "python:3.11", stack="a"), image(2, "rec:v1", stack="abc", marked_base=2)
        )

        assert base_part(versions(found, "rec")["v1"]) == 1

    def test_unless_a_label_says_it_is_another(self) -> None:
        found = snapshot(
            image(1, "debian:12", stack="a"),
            image(
                2,
                "rec:v1",
                stack="abc",
                marked_base=2,
                labels={BASE_NAME_LABEL: "docker.io/library/python:3.11"},
            ),
        )

        assert base_part(versions(found, "rec")["v1"]) == 2

    @pytest.mark.parametrize(
        "labels",
        [
            {BASE_NAME_LABEL: "docker.io/library/python:3.11"},
            {BASE_DIGEST_LABEL: DIGEST},
            {BASE_DIGEST_LABEL: image_id(1)},
        ],
    )
    def test_the_one_a_label_names_and_none_above(self, labels: dict[str, str]) -> None:
        """Another model built on the same base image by the same first steps is no base."""
        found = snapshot(
            image(1, "python:3.11", stack="ab", digests=[f"python@{DIGEST}"]),
            image(2, "train:v1", stack="abc", labels=labels),
            image(3, "serve:v1", stack="abcd", labels=labels),
        )

        assert [one.name for one in found.models] == ["serve", "train"]
        assert base_part(versions(found, "serve")["v1"]) == 2

    def test_one_with_just_the_same_layers_that_a_label_names(self) -> None:
        found = snapshot(
            image(1, "python:3.11", stack="ab"),
            image(2, "rec:v1", stack="ab", labels={BASE_NAME_LABEL: "python:3.11"}),
        )

        assert base_part(versions(found, "rec")["v1"]) == 2
        assert [one.group for one in found.others] == [Group.BASE_IMAGE]

    def test_one_with_just_the_same_layers_whose_history_goes_on(self) -> None:
        found = snapshot(
            image(1, "python:3.11", stack="ab", histories=(1, 2)),
            image(2, "rec:v1", stack="ab", histories=(1, 2, 3)),
            image(3, "other:v1", stack="ab", histories=(1, 4)),
        )

        assert base_part(versions(found, "rec")["v1"]) == 2
        assert base_part(versions(found, "other")["v1"]) == 0
        assert [one.name for one in found.others] == ["python"]

    def test_but_never_one_that_holds_weights(self) -> None:
        """The same folder built under two names."""
        weights = [replace(layers("a")[0], kind=LayerKind.MODEL_WEIGHTS)]
        found = snapshot(
            image(1, "train:v1", stack=weights, histories=(1,)),
            image(2, "serve:v1", stack=weights, histories=(1, 2)),
        )

        assert base_part(versions(found, "serve")["v1"]) == 0

    def test_a_label_that_is_no_name_is_passed_over(self) -> None:
        found = snapshot(
            image(1, "python:3.11", stack="ab"),
            image(2, "rec:v1", stack="abc", labels={BASE_NAME_LABEL: "Not A Name"}),
        )

        assert base_part(versions(found, "rec")["v1"]) == 2

    def test_a_commit_that_came_with_it_is_not_the_models(self) -> None:
        found = snapshot(
            image(1, "python:3.11", stack="a", labels={REVISION_LABEL: "b" * 40}),
            image(2, "rec:v1", stack="ab", labels={REVISION_LABEL: "b" * 40}),
            image(3, "rec:v2", stack="ac", labels={REVISION_LABEL: "c" * 40}),
        )

        assert {name: v.commit for name, v in versions(found, "rec").items()} == {
            "v1": "",
            "v2": "cccccccc",
        }


def test_an_image_in_two_models_is_unique_to_neither() -> None:
    found = snapshot(image(1, "a:v1", "b:v1", stack="xy"), image(2, "a:v2", stack="xz"))

    assert model(found, "a").unique_bytes == 10
    assert model(found, "b").unique_bytes == 0
    assert versions(found, "b")["v1"].sizes == VersionSizes(10, 10)


def test_containers_stand_by_every_version_of_their_image() -> None:
    used = container("one", of=1)
    found = snapshot(image(1, "a:v1", "b:v1"), image(2, "a:v2"), containers=(used,))

    assert versions(found, "a")["v1"].containers == (used,)
    assert versions(found, "b")["v1"].containers == (used,)
    assert versions(found, "a")["v2"].containers == ()


TAGS = st.lists(
    st.sampled_from(["a:v1", "a:v2.0.0", "r.lan/a:v3", "b:latest", "c/d:y", "odd:1-x"]),
    max_size=3,
    unique=True,
)
DRAWN = st.lists(
    st.tuples(TAGS, st.sampled_from(["", "m", "a"]), st.text(alphabet="abc", max_size=4)),
    max_size=10,
)


@given(DRAWN)
def test_every_image_is_shown_and_every_byte_counted_once(
    drawn: list[tuple[list[str], str, str]],
) -> None:
    found = make_snapshot(
        image(number, *tags, stack=stack, model=name)
        for number, (tags, name, stack) in enumerate(drawn)
    )

    shown = [v for one in (*found.models, *found.others) for v in one.versions]
    assert {version.key.image for version in shown} == set(map(image_id, range(len(drawn))))
    assert len({version.key for version in shown}) == len(shown)
    for version in shown:
        assert version.sizes is not None
        assert version.sizes.unique_bytes + version.sizes.shared_bytes == version.size_bytes
        assert sum(version.bytes_by_kind().values()) == version.size_bytes
        assert len(version.shared_with) == len(version.layers or ())
        assert all(count >= 1 for count in version.shared_with)
        assert found.version(version.key) == version
    assert found.total_bytes is not None
    assert sum(one.unique_bytes or 0 for one in (*found.models, *found.others)) <= found.total_bytes


def test_what_the_untagged_would_bring_back_is_without_what_containers_use() -> None:
    images = [image(1, "rec:v1", stack="a"), image(2, stack="abc"), image(3, stack="ax")]

    free = make_snapshot(images)
    used = make_snapshot(images, [container("c", of=2)])

    assert free.others[-1].reclaimable_bytes == free.reclaimable_bytes == 30
    assert used.reclaimable_bytes == 10
    assert make_snapshot(images[:1]).reclaimable_bytes == 0
    assert make_snapshot([image(1)]).reclaimable_bytes is None
