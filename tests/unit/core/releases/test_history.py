from datetime import UTC, datetime

from modeldesk.core.ids import NO_ENGINE, DeploymentName, ImageId
from modeldesk.core.releases.history import earlier_versions, other_versions, previous_version
from modeldesk.core.releases.model import Release, ReleaseKind, ReleaseState, VersionTarget

NOW = datetime(2025, 4, 5, tzinfo=UTC)


def _releases(*story: str) -> list[Release]:
    """``+v1`` deploys, ``-v1`` rolls back to v1, ``!`` in front marks one that failed."""
    releases = []
    for number, chapter in enumerate(story, 1):
        failed, act = chapter.startswith("!"), chapter.lstrip("!")
        target = VersionTarget(ImageId(f"sha256:{act[1:]}"), act[1:], f"sha256:{act[1:]}")
        releases.append(
            Release(
                number,
                NO_ENGINE,
                DeploymentName("shop"),
                ReleaseKind.DEPLOY if act[0] == "+" else ReleaseKind.ROLLBACK,
                target,
                None,
                NOW,
                "ana",
                "",
                ReleaseState.RESTORED if failed else ReleaseState.SUCCEEDED,
            )
        )
    return releases[::-1]


def _names(*story: str) -> list[str]:
    return [version.reference for version in earlier_versions(_releases(*story))]


def test_nothing_before_the_first() -> None:
    assert _names() == []
    assert _names("+v1") == []
    assert previous_version(_releases("+v1")) is None


def test_nearest_first() -> None:
    assert _names("+v1", "+v2", "+v3") == ["v2", "v1"]


def test_rolling_back_twice_goes_back_two_versions() -> None:
    assert _names("+v1", "+v2", "+v3", "-v2") == ["v1"]


def test_the_version_just_left_is_never_gone_back_to_by_itself() -> None:
    assert _names("+v1", "+v2", "-v1") == []
    assert _names("+v1", "+v2", "+v3", "-v2", "-v1") == []
    assert previous_version(_releases("+v1", "+v2", "-v1")) is None
    assert _names("+v1", "+v2", "-v1", "-v2") == ["v1"]


def test_a_failed_release_is_no_way_back() -> None:
    assert _names("+v1", "!+v2", "+v3") == ["v1"]


def test_deploying_a_version_again_moves_it_to_the_top() -> None:
    assert _names("+v1", "+v2", "-v1", "+v2") == ["v1"]
    assert _names("+v1", "+v2", "+v1") == ["v2"]


def test_a_rollback_to_something_never_deployed_here_counts_as_deployed() -> None:
    assert _names("+v2", "-v1") == ["v2"]


def test_every_other_version_is_one_to_choose_the_way_back_first() -> None:
    def others(*story: str) -> list[str]:
        return [version.reference for version in other_versions(_releases(*story))]

    assert others() == others("+v1") == []
    assert others("+v1", "+v2", "-v1") == ["v2"]
    assert others("+v1", "+v2", "+v3", "-v2") == ["v1", "v3"]
    assert others("+v1", "!+v2", "+v3") == ["v1"]
