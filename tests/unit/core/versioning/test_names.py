from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from packaging.version import Version

from modeldesk.core.errors import InvalidVersion
from modeldesk.core.references import check_tag
from modeldesk.core.versioning.channels import CHANNELS
from modeldesk.core.versioning.names import (
    Scheme,
    check_version,
    is_channel,
    is_commit,
    is_mutable,
    is_semantic,
    is_timestamp,
    scheme_of,
    sort_key,
    tag_of,
)
from tests.unit.core.versioning.strategies import any_tag, semantic, word


def shuffled(tags: list[str]) -> list[str]:
    """The tags in their order, whichever they came in."""
    backwards = list(reversed(tags))
    return sorted(backwards, key=sort_key)


@pytest.mark.parametrize(
    ("tag", "said"),
    [
        ("", "no name"),
        ("a b", "can't name a version"),
        ("-x", "can't name a version"),
        ("版本", "can't name a version"),
        ("x" * 129, "can't name a version"),
        ("v1.0.0\n", "can't name a version"),
        ("latest", "that tag moves"),
        ("stable", "that tag moves"),
        ("v1.2.0+gpu", "Write v1.2.0_gpu"),
    ],
)
def test_what_can_not_name_a_version_is_said(tag: str, said: str) -> None:
    with pytest.raises(InvalidVersion) as raised:
        check_version(tag)
    assert said in str(raised.value)


def test_build_metadata_is_written_with_an_underscore() -> None:
    assert tag_of("v1.2.0+gpu") == "v1.2.0_gpu"
    assert tag_of("my_tag") == "my_tag"


@given(semantic)
def test_a_semantic_version_can_be_written_as_a_tag(tag: str) -> None:
    assert tag_of(tag.replace("_", "+", 1)) == tag
    check_tag(tag)


@pytest.mark.parametrize(
    ("tag", "kinds"),
    [
        ("v1.4.0", {"semantic"}),
        ("1.4.0-rc1", {"semantic"}),
        ("v1.0-rc1", {"semantic"}),
        ("v3", {"semantic"}),
        ("v20250405", {"timestamp"}),
        ("20250405-1430-prod", {"timestamp"}),
        ("v20251345", set()),
        ("20251345", {"commit"}),
        ("a1b2c3d4-dirty", {"commit"}),
        ("a1b2c3d4-2", {"commit"}),
        ("latest", {"mutable"}),
        ("candidate", {"mutable", "channel"}),
        ("slim", set()),
    ],
)
def test_kinds_of_tags(tag: str, kinds: set[str]) -> None:
    tests = {
        "semantic": is_semantic,
        "timestamp": is_timestamp,
        "commit": is_commit,
        "mutable": is_mutable,
        "channel": is_channel,
    }
    assert {name for name, test in tests.items() if test(tag)} == kinds


def test_order() -> None:
    semantics = ["v0.9", "v1.0.0-alpha", "v1.0.0-alpha.1", "v1.0.0-beta.2", "v1.0.0-beta.11",
                 "v1.0.0-rc2", "v1.0.0-rc10", "v1.0.0", "1.2.0", "v1.10.0"]  # fmt: skip
    assert shuffled(semantics) == semantics
    stamps = ["v20250404-prod", "v20250405", "v20250405-0000", "v20250405-1430-prod",
              "v20250405-143020"]  # fmt: skip
    assert shuffled(stamps) == stamps
    others = ["build-9", "build-10"]
    assert shuffled(others) == others


@given(st.lists(any_tag))
def test_any_tags_can_be_ordered(tags: list[str]) -> None:
    assert sorted(tags, key=sort_key) == shuffled(tags)


def test_channels_are_what_the_settings_and_labels_say() -> None:
    assert CHANNELS == ("stable", "candidate", "deprecated")
    assert [scheme.value for scheme in Scheme] == ["semantic", "commit", "timestamp"]


@pytest.mark.parametrize(
    ("tag", "better"),
    [
        ("v01.2.0", "v1.2.0"),
        ("1.02.0", "1.2.0"),
        ("v1.2.00", "v1.2.0"),
        ("v1.0.0-rc.01", "v1.0.0-rc.1"),
        ("v1.0.0-01_cu121", "v1.0.0-1_cu121"),
        ("2025.04.05", "2025.4.5"),
        ("v007", "v7"),
    ],
)
def test_leading_zeros_are_refused_with_what_to_write(tag: str, better: str) -> None:
    with pytest.raises(InvalidVersion, match="leading zeros") as raised:
        check_version(tag)
    assert raised.value.hint == f"Write {better}."
    check_version(better)
    assert is_semantic(better)
    assert not is_semantic(tag)


@given(
    st.lists(st.from_regex(r"0{0,2}[0-9]{1,3}", fullmatch=True), min_size=3, max_size=3),
    st.lists(st.one_of(word, st.from_regex(r"0[0-9]{1,2}", fullmatch=True)), max_size=3),
)
def test_what_is_refused_for_its_zeros_can_be_written_without(
    core: list[str], pre: list[str]
) -> None:
    tag = ".".join(core) + ("-" + ".".join(pre) if pre else "")
    padded = any(part.isdigit() and len(part) > 1 and part[0] == "0" for part in (*core, *pre))
    assert is_semantic(tag) is not padded
    if padded:
        with pytest.raises(InvalidVersion) as raised:
            check_version(tag)
        assert is_semantic(raised.value.hint.removeprefix("Write ").removesuffix("."))


@pytest.mark.parametrize("tag", ["slim", "build-09", "0a1b2c3d", "v20250405-0900", "1.0.0-0a"])
def test_zeros_elsewhere_are_no_matter(tag: str) -> None:
    check_version(tag)


def precedence(one: str, other: str) -> int:
    """SemVer 2.0.0, section 11, word for word."""

    def parts(version: str) -> tuple[list[int], list[str]]:
        core, _, pre = version.removeprefix("v").partition("_")[0].partition("-")
        return [int(n) for n in core.split(".")], pre.split(".") if pre else []

    (core, pre), (other_core, other_pre) = parts(one), parts(other)
    if core != other_core:
        return 1 if core > other_core else -1
    if not pre or not other_pre:
        return bool(other_pre) - bool(pre)
    for left, right in zip(pre, other_pre, strict=False):
        if left == right:
            continue
        if left.isdigit() and right.isdigit():
            return 1 if int(left) > int(right) else -1
        if left.isdigit() or right.isdigit():
            return -1 if left.isdigit() else 1
        return 1 if left > right else -1
    return (len(pre) > len(other_pre)) - (len(pre) < len(other_pre))


def ours(one: str, other: str) -> int:
    left, right = sort_key(one)[:-1], sort_key(other)[:-1]
    return (left > right) - (left < right)


few = st.integers(0, 3)
identifier = st.one_of(
    few.map(str), st.text("-0aZ", min_size=1, max_size=3).filter(lambda w: w[0] != "0")
)
full = st.builds(
    lambda major, minor, patch, pre, build: (
        f"v{major}.{minor}.{patch}{'-' + '.'.join(pre) if pre else ''}{build}"
    ),
    few,
    few,
    few,
    st.lists(identifier, max_size=3),
    st.sampled_from(["", "_cu121"]),
)


@given(full, full)
def test_semantic_versions_are_ordered_by_their_precedence(one: str, other: str) -> None:
    # Words in which several digits meet are the exception.
    assume("00" not in one + other)
    assert ours(one, other) == precedence(one, other)


def test_the_order_that_semver_gives_as_an_example() -> None:
    order = ["1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2",
             "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0"]  # fmt: skip
    assert all(precedence(one, other) == ours(one, other) == -1 for one, other in pairwise(order))


python = st.builds(
    lambda core, pre, count: ("{}.{}.{}".format(*core), f"{pre}{count}" if pre else ""),
    st.tuples(few, few, few),
    st.sampled_from(["", "a", "b", "rc"]),
    st.integers(0, 200),
)


@given(python, python)
def test_pre_releases_are_ordered_as_python_packages_are(
    one: tuple[str, str], other: tuple[str, str]
) -> None:
    def tag(version: tuple[str, str]) -> str:
        return "-".join(filter(None, version))

    left, right = Version("".join(one)), Version("".join(other))
    assert ours(tag(one), tag(other)) == (left > right) - (left < right)


@pytest.mark.parametrize(
    ("tag", "scheme"),
    [
        ("v1.4.0", Scheme.SEMANTIC),
        ("a1b2c3d4-dirty", Scheme.COMMIT),
        ("v20250405-prod", Scheme.TIMESTAMP),
        ("slim", None),
        ("stable", None),
        ("v1.04.0", None),
    ],
)
def test_the_scheme_of_a_name(tag: str, scheme: Scheme | None) -> None:
    assert scheme_of(tag) is scheme


def test_only_a_semantic_version_is_written_otherwise() -> None:
    assert tag_of("1.2.0-rc.1+cu121.sha") == "1.2.0-rc.1_cu121.sha"
    assert tag_of("a+b") == "a+b"
