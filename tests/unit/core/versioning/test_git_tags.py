import pytest

from modeldesk.core.errors import InvalidInput
from modeldesk.core.versioning.git_tags import (
    TAG_PATTERNS,
    GtoAct,
    GtoTag,
    check_tag_name,
    gto_text,
    read_gto,
    tag_name,
)


@pytest.mark.parametrize(
    ("tag", "read"),
    [
        ("rec@v1.2.3", GtoTag(GtoAct.VERSION, "rec", "v1.2.3")),
        ("team/rec@v1.2.3-rc1", GtoTag(GtoAct.VERSION, "team/rec", "v1.2.3-rc1")),
        ("rec@v1.2.3!#2", GtoTag(GtoAct.VERSION_TAKEN_BACK, "rec", "v1.2.3", 2)),
        ("rec#prod", GtoTag(GtoAct.STAGE, "rec", "prod")),
        ("rec#prod#1", GtoTag(GtoAct.STAGE, "rec", "prod", 1)),
        ("rec#prod!#12", GtoTag(GtoAct.STAGE_TAKEN_BACK, "rec", "prod", 12)),
        ("rec@deprecated", GtoTag(GtoAct.DEPRECATED, "rec", "")),
        ("rec@deprecated#4", GtoTag(GtoAct.DEPRECATED, "rec", "", 4)),
        ("v1.2.3", None),
        ("rec@", None),
        ("@v1", None),
        ("rec@other", None),
        ("rec#a#b#c", None),
        ("rec#prod#99999999999", None),
    ],
)
def test_tags_are_read_by_gtos_rules(tag: str, read: GtoTag | None) -> None:
    assert read_gto(tag) == read
    assert bool(gto_text(tag)) is (read is not None)


def test_every_kind_is_said_in_its_own_words() -> None:
    tags = ("rec@v1", "rec@v1!", "rec#prod", "rec#prod!", "rec@deprecated")
    assert len({gto_text(tag) for tag in tags}) == 5


@pytest.mark.parametrize("pattern", TAG_PATTERNS)
def test_names_by_every_pattern_are_names(pattern: str) -> None:
    name = tag_name(pattern, "team/rec", "v1.2.0")
    check_tag_name(name)
    assert name.endswith("v1.2.0")


@pytest.mark.parametrize(
    "name",
    ["", "-a", "/a", "a/", "a//b", "a/.b", ".a", "a.", "a.lock", "a.lock/b", "a..b", "a b", "a~",
     "a^", "a:", "a?", "a*", "a[", "a\\b", "a@{b", "@", "a\x7f", "a\n", "x" * 300],
)  # fmt: skip
def test_names_that_git_refuses_are_refused(name: str) -> None:
    with pytest.raises(InvalidInput):
        check_tag_name(name)
