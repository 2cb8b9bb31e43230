from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modeldesk.core.errors import InvalidVersion
from modeldesk.core.versioning.git_facts import GitFacts
from modeldesk.core.versioning.names import (
    Scheme,
    check_version,
    is_semantic,
    is_timestamp,
    sort_key,
)
from modeldesk.core.versioning.proposals import (
    ProposedVersion,
    Step,
    free_name,
    latest_semantic,
    latest_suffix,
    propose,
)
from tests.unit.core.versioning.strategies import any_tag, semantic

NOW = datetime(2025, 4, 5, 14, 30, 20)  # noqa: DTZ001 - a name has no zone
COMMIT = "a1b2c3d4e5f60718293a4b5c6d7e8f9001122334"
moments = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1))  # noqa: DTZ001


def is_valid(tag: str) -> bool:
    try:
        check_version(tag)
    except InvalidVersion:
        return False
    return True


valid_tag = st.one_of(
    semantic,
    moments.map("v{:%Y%m%d-%H%M}".format),
    st.from_regex(r"[a-z0-9][a-z0-9.-]{0,126}", fullmatch=True).filter(is_valid),
)


def next_semantic(*existing: str, step: Step = Step.MINOR) -> ProposedVersion:
    return propose(Scheme.SEMANTIC, existing, None, NOW, step=step)


def git(*, commit: str = COMMIT, branch: str = "main", dirty: bool = False) -> GitFacts:
    return GitFacts(commit, branch, dirty, "")


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


def test_a_minute_later_is_another_name() -> None:
    taken = ["v20250405", "v20250405-1430"]
    later = NOW + timedelta(minutes=1)
    assert propose(Scheme.TIMESTAMP, taken, None, later).tag == "v20250405-1431"


def test_before_the_first_release_a_major_step_is_a_minor_one() -> None:
    assert next_semantic("v0.4.2", step=Step.MAJOR).tag == "v0.5.0"
    assert next_semantic("v0.4.2", step=Step.PATCH).tag == "v0.4.3"


@pytest.mark.parametrize(
    ("tag", "taken", "free"),
    [
        ("v1.4.0", {"v1.4.0", "v1.4.1", "v1.5.0"}, "v1.4.2"),
        ("v1.4", {"v1.4"}, "v1.4.1"),
        ("v1.0.0-rc1", {"v1.0.0-rc1"}, "v1.0.0-rc2"),
        ("v1.0.0_cu121", {"v1.0.0_cu121"}, "v1.0.1"),
        ("v20250405", {"v20250405"}, "v20250405-1430"),
        ("v20240101", {"v20240101", "v20240101-r2"}, "v20240101-r3"),
        ("a1b2c3d4-dirty", {"a1b2c3d4-dirty"}, "a1b2c3d4-dirty-2"),
        ("slim", {"slim", "slim-2"}, "slim-3"),
        ("x" * 128, {"x" * 128}, ""),
    ],
)
def test_a_free_name_beside_one_that_is_taken(tag: str, taken: set[str], free: str) -> None:
    assert free_name(tag, taken, NOW) == free


@given(st.lists(valid_tag, min_size=1, max_size=6), moments)
def test_a_free_name_is_free_and_valid(existing: list[str], now: datetime) -> None:
    for tag in existing:
        free = free_name(tag, existing, now)
        assert free not in existing
        if free:
            check_version(free)


def test_the_latest_semantic_version() -> None:
    assert latest_semantic(["v1.9.0", "v1.10.0-rc1", "slim", "v20250405"]) == "v1.10.0-rc1"
    assert latest_semantic(["stable"]) == ""


@pytest.mark.parametrize(
    ("tags", "suffix"),
    [
        ([], ""),
        (["v1.0.0-prod"], ""),
        (["v20250404-dev", "v20250405-prod"], "prod"),
        (["v20250404-dev", "v20250405"], ""),
        (["v20250405-1430-eu.1", "v20250405-prod"], "eu.1"),
        (["v20250405-" + "x" * 115], ""),
    ],
)
def test_the_suffix_of_the_latest_timestamp(tags: list[str], suffix: str) -> None:
    assert latest_suffix(tags) == suffix
