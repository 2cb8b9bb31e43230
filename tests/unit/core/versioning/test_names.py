from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modeldesk.core.errors import InvalidVersion
from modeldesk.core.references import check_tag
from modeldesk.core.versioning.git_facts import GitFacts
from modeldesk.core.versioning.names import (
    CHANNELS,
    ProposedVersion,
    Scheme,
    Step,
    check_version,
    is_channel,
    is_commit,
    is_mutable,
    is_semantic,
    is_timestamp,
    propose,
    sort_key,
    tag_of,
)

NOW = datetime(2025, 4, 5, 14, 30, 20)  # noqa: DTZ001 - a name has no zone
COMMIT = "a1b2c3d4e5f60718293a4b5c6d7e8f9001122334"

numbers = st.integers(0, 10**6)
word = st.text("0123456789abcrxyzABZ-", min_size=1, max_size=12)
semantic = st.builds(
    lambda v, major, minor, patch, pre, build: (
        f"{v}{major}.{minor}{patch}{'-' + '.'.join(pre) if pre else ''}{build}"
    ),
    st.sampled_from(["v", ""]),
    numbers,
    numbers,
    st.one_of(st.just(""), numbers.map(lambda n: f".{n}")),
    st.lists(word, max_size=3),
    st.one_of(st.just(""), word.map(lambda w: f"_{w}")),
)
any_tag = st.one_of(semantic, st.text(max_size=140), st.sampled_from(["latest", "stable"]))
moments = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1))  # noqa: DTZ001


def next_semantic(*existing: str, step: Step = Step.MINOR) -> ProposedVersion:
    return propose(Scheme.SEMANTIC, existing, None, NOW, step=step)


def git(*, commit: str = COMMIT, branch: str = "main", dirty: bool = False) -> GitFacts:
    return GitFacts(commit, branch, dirty, "")


def shuffled(tags: list[str]) -> list[str]:
    """The tags in their order, whichever they came in."""
    backwards = list(reversed(tags))
    return sorted(backwards, key=sort_key)


@pytest.mark.parametrize(
    ("existing", "tag"),
    [
        ([], "v1.0.0"),
        (["latest", "stable", "v20250101", "a1b2c3d4"], "v1.0.0"),
        (["v1.4.1", "v1.3.9"], "v1.5.0"),
        (["v1.9.0", "v1.10.0"], "v1.11.0"),
        (["1.2"], "1.3.0"),
        (["v2"], "v2.1.0"),
        (["v1.4.0", "v1.5.0-rc1"], "v1.5.0-rc2"),
        (["v1.0.0-rc9", "v1.0.0-rc10"], "v1.0.0-rc11"),
        (["v1.0.0-rc1", "v1.0.0"], "v1.1.0"),
        (["v1.0.0-beta.3"], "v1.0.0-beta.4"),
        (["v1.0.0-rc"], "v1.0.0-rc2"),
        (["v1.0.0_gpu"], "v1.1.0"),
        (["v1.0.0-" + "a" * 121], "v1.0.0"),
    ],
)
def test_the_next_semantic_version(existing: list[str], tag: str) -> None:
    assert next_semantic(*existing).tag == tag


def test_the_part_that_goes_up_can_be_chosen() -> None:
    assert next_semantic("v1.4.1", step=Step.MAJOR).tag == "v2.0.0"
    assert next_semantic("v1.4.1", step=Step.PATCH).tag == "v1.4.2"


def test_the_reason_is_said() -> None:
    assert next_semantic("v1.4.1").reason == "next after v1.4.1"
    assert next_semantic().reason == "first version"


@given(st.lists(any_tag, max_size=8), st.sampled_from(Step))
def test_a_semantic_proposal_is_valid_new_and_the_highest(existing: list[str], step: Step) -> None:
    proposed = propose(Scheme.SEMANTIC, existing, None, NOW, step=step).tag
    check_version(proposed)
    assert is_semantic(proposed)
    assert all(sort_key(tag) < sort_key(proposed) for tag in existing if is_semantic(tag))


def test_commits() -> None:
    assert propose(Scheme.COMMIT, [], git(), NOW) == ProposedVersion("a1b2c3d4", "commit on main")
    assert propose(Scheme.COMMIT, [], git(dirty=True), NOW).tag == "a1b2c3d4-dirty"
    assert propose(Scheme.COMMIT, [], git(branch=""), NOW).reason == "checked-out commit"


def test_a_commit_built_again_gets_a_count() -> None:
    taken = ["a1b2c3d4-dirty", "a1b2c3d4-dirty-2"]
    assert propose(Scheme.COMMIT, taken, git(dirty=True), NOW).tag == "a1b2c3d4-dirty-3"


@pytest.mark.parametrize("facts", [None, git(commit="")])
def test_without_a_commit_there_is_no_name_but_a_reason(facts: GitFacts | None) -> None:
    proposed = propose(Scheme.COMMIT, [], facts, NOW)
    assert proposed.tag == ""
    assert "git" in proposed.reason


def test_timestamps() -> None:
    def tag(*existing: str, suffix: str = "") -> str:
        return propose(Scheme.TIMESTAMP, existing, None, NOW, suffix=suffix).tag

    assert tag() == "v20250405"
    assert tag("v20250404") == "v20250405"
    assert tag(suffix="prod") == "v20250405-prod"
    assert tag("v20250405") == "v20250405-1430"
    assert tag("v20250405-dev", suffix="prod") == "v20250405-1430-prod"
    assert tag("v20250405", "v20250405-1430") == "v20250405-143020"
    assert tag("v20250405", "v20250405-1430", "v20250405-143020") == "v20250405-143021"


@given(st.lists(moments, max_size=6), st.sampled_from(["", "prod", "eu.1"]))
def test_a_timestamp_proposal_is_valid_and_the_highest(times: list[datetime], suffix: str) -> None:
    existing: list[str] = []
    for now in sorted(times):
        made = propose(Scheme.TIMESTAMP, existing, None, now, suffix=suffix).tag
        check_version(made)
        assert is_timestamp(made)
        assert made not in existing
        assert all(sort_key(tag)[:2] < sort_key(made)[:2] for tag in existing)
        existing.append(made)


@given(st.lists(any_tag, max_size=5), moments)
def test_no_scheme_proposes_a_name_that_is_taken(existing: list[str], now: datetime) -> None:
    for scheme in Scheme:
        assert propose(scheme, existing, git(), now).tag not in existing


@pytest.mark.parametrize("suffix", ["1430", "-x", "a b", "ü", "a\n", "x" * 130])
def test_a_suffix_that_no_tag_can_hold_is_refused(suffix: str) -> None:
    with pytest.raises(InvalidVersion):
        propose(Scheme.TIMESTAMP, [], None, NOW, suffix=suffix)


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


def test_a_minute_later_is_another_name() -> None:
    taken = ["v20250405", "v20250405-1430"]
    later = NOW + timedelta(minutes=1)
    assert propose(Scheme.TIMESTAMP, taken, None, later).tag == "v20250405-1431"
