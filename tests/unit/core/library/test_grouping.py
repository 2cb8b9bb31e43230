"""Which images belong together."""

from hypothesis import given
from hypothesis import strategies as st

from modeldesk.core.ids import ModelName
from modeldesk.core.library.grouping import LocalImage, group_images
from tests.unit.core.library.images import image, image_id

DIGEST = "sha256:" + "d" * 64


def names(*images: LocalImage) -> dict[str, list[int]]:
    return {
        name: [int(member.image.summary.id[-4:], 16) for member in group.members]
        for name, group in group_images(images).items()
    }


def test_by_label_else_by_path_without_registry() -> None:
    assert names(
        image(1, "registry.lan:5000/team/rec:v1", model="recommendation"),
        image(2, "team/rec:v2"),
        image(3, "registry.lan:5000/team/rec:v3"),
        image(4, "localhost/team/rec:v4"),
        image(5, "docker.io/library/python:3.11"),
    ) == {"recommendation": [1], "team/rec": [2, 3, 4], "python": [5]}


def test_one_image_in_two_models_has_the_names_of_each_there() -> None:
    groups = group_images([image(1, "a:v1", "a:stable", "b:v9", digests=[f"b@{DIGEST}"])])

    told = {
        name: ([str(r) for r in m.references], [str(d) for d in m.digests])
        for name, group in groups.items()
        for m in group.members
    }
    assert told == {"a": (["a:stable", "a:v1"], []), "b": (["b:v9"], [f"b@{DIGEST}"])}


def test_a_label_takes_all_names() -> None:
    groups = group_images([image(1, "a:v1", "b:v9", model="m")])

    assert [str(r) for r in groups[ModelName("m")].members[0].references] == [
        "a:v1",
        "b:v9",
    ]


def test_without_tags() -> None:
    assert names(
        image(1),
        image(2, model="m"),
        image(3, digests=[f"team/rec@{DIGEST}"]),
        image(4, digests=[f"team/rec@{DIGEST}"], model="m"),
    ) == {"": [1, 2], "team/rec": [3], "m": [4]}


def test_a_blank_label_is_none() -> None:
    assert names(image(1, "a:v1", model="  ")) == {"a": [1]}


def test_a_label_that_names_another_repository_joins_it() -> None:
    groups = group_images([image(1, "python:3.11"), image(2, "x:v1", model="python")])

    assert list(groups) == ["python"]
    assert next(iter(groups.values())).labelled


TAGS = st.lists(
    st.sampled_from(["a:v1", "a:v2", "r.lan/a:v1", "b:latest", "r.lan:5000/c/d:x", "c/d:y"]),
    max_size=4,
    unique=True,
)


@given(st.lists(st.tuples(TAGS, st.sampled_from(["", " ", "m", "a"])), max_size=12))
def test_no_image_and_no_name_is_lost(drawn: list[tuple[list[str], str]]) -> None:
    images = [image(number, *tags, model=model) for number, (tags, model) in enumerate(drawn)]

    groups = group_images(images)

    members = [member for group in groups.values() for member in group.members]
    assert {member.image.summary.id for member in members} == {
        image_id(number) for number in range(len(drawn))
    }
    for one in images:
        given_names = [
            reference
            for member in members
            if member.image.summary.id == one.summary.id
            for reference in member.references
        ]
        assert sorted(given_names) == list(one.summary.tags)
