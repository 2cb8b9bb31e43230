"""Names and order of versions."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modeldesk.core.images import ImageSummary
from modeldesk.core.library.grouping import LocalImage
from modeldesk.core.library.labels import created
from modeldesk.core.library.versions import channels_of, newest_first, own_reference
from modeldesk.core.references import Reference
from tests.unit.core.library.images import image


def references(*names: str) -> list[Reference]:
    return [Reference.parse(name) for name in names]


@pytest.mark.parametrize(
    ("tags", "own"),
    [
        (("v1.4.0",), "v1.4.0"),
        (("v1.4.0", "stable", "latest"), "v1.4.0"),
        (("nightly", "9f31c0a4", "v20250405-prod", "v1.4.0"), "v1.4.0"),
        (("nightly", "9f31c0a4", "v20250405-prod"), "v20250405-prod"),
        (("nightly", "9f31c0a4"), "9f31c0a4"),
        (("nightly",), "nightly"),
        (("v1.9.0", "v1.10.0"), "v1.10.0"),
        (("v1.5.0-rc1", "v1.5.0"), "v1.5.0"),
        (("stable", "candidate", "deprecated", "latest"), None),
        ((), None),
    ],
)
def test_own_name(tags: tuple[str, ...], own: str | None) -> None:
    found = own_reference(references(*(f"team/rec:{tag}" for tag in tags)))

    assert (found.tag if found else None) == own


def test_same_tag_in_two_registries_gives_the_same_name_every_time() -> None:
    both = references("registry.lan:5000/team/rec:v1.0.0", "other.lan/team/rec:v1.0.0")

    assert own_reference(both) == own_reference(both[::-1]) == both[1]


def test_channels_each_once_in_their_order() -> None:
    tags = references("a/m:latest", "a/m:deprecated", "a/m:stable", "b.lan/a/m:stable", "a/m:v1.0")

    assert channels_of(tags) == ("stable", "deprecated", "latest")
    assert channels_of(references("a/m:v1.0")) == ()


def facts(tag: str, summary: ImageSummary) -> tuple[str, datetime, str]:
    return tag, created(summary), summary.id


def order(*images: LocalImage) -> list[str]:
    def tag(one: LocalImage) -> str:
        own = own_reference(one.summary.tags)
        return own.tag if own else ""

    return [tag(one) for one in newest_first(images, lambda one: facts(tag(one), one.summary))]


def test_semantic_versions_by_precedence_whenever_they_were_built() -> None:
    found = order(
        image(1, "m:v1.10.0"),
        image(2, "m:v1.9.0"),
        image(3, "m:v1.10.0-rc2"),
        image(4, "m:v1.10.0-rc10"),
    )

    assert found == ["v1.10.0", "v1.10.0-rc10", "v1.10.0-rc2", "v1.9.0"]


def test_by_time_as_soon_as_one_is_not_semantic() -> None:
    assert order(image(1, "m:v1.10.0"), image(3, "m:v1.9.0"), image(2, "m:nightly")) == [
        "v1.9.0",
        "nightly",
        "v1.10.0",
    ]
    assert order(image(1, "m:v1.10.0"), image(2)) == ["", "v1.10.0"]


@given(st.permutations(range(6)))
def test_the_order_depends_on_nothing_else(numbers: list[int]) -> None:
    """Reproducible builds all carry the same time."""
    images = [image(number, f"m:build-{number // 2}", created=0) for number in numbers]

    found = newest_first(images, lambda one: facts(one.summary.tags[0].tag, one.summary))

    assert [int(one.summary.id[-1]) for one in found] == [5, 4, 3, 2, 1, 0]
