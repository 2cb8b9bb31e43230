"""What a channel can be called, and what a tag says."""

from collections.abc import Generator, Iterator

import pytest

from modeldesk.adapters.oci_registry.learned import Learned, Unreadable
from modeldesk.adapters.oci_registry.versions import RegistryVersions
from modeldesk.core.channels.names import (
    check_channel,
    check_moving_channel,
    check_own_channel,
)
from modeldesk.core.errors import InvalidInput, InvalidVersion
from modeldesk.core.jobs import CancelToken
from modeldesk.core.library.remote_model import KnownRepository
from modeldesk.core.library.versions import channels_of, own_reference
from modeldesk.core.references import Reference
from modeldesk.core.versioning.channels import (
    channel_of,
    channel_tag,
    known_channels,
    moving_channels,
    use_own_channels,
)
from modeldesk.core.versioning.names import check_version, is_mutable
from tests.unit.core.channels.bench import Bench


@pytest.fixture(autouse=True)
def _forget_own_channels() -> Iterator[None]:
    yield
    use_own_channels(())


@pytest.mark.parametrize("name", ["production", "2", "prod-eu", "QA", "beta_2", "v", "stage.1"])
def test_a_word_can_be_a_channel(name: str) -> None:
    check_own_channel(name)


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("", "can't be a tag"),
        ("a b", "can't be a tag"),
        ("a/b", "can't be a tag"),
        ("-a", "can't be a tag"),
        ("x" * 129, "can't be a tag"),
        ("stable", "is a channel already"),
        ("latest", "means something else by it"),
        ("v1.4.0", "versions are called like that"),
        ("v2", "versions are called like that"),
        ("20250405", "versions are called like that"),
        ("deadbeef", "versions are called like that"),
        ("deprecated-v1", "means something else as a tag"),
        ("sha256-" + "a" * 64, "means something else as a tag"),
    ],
)
def test_other_tags_can_not(name: str, why: str) -> None:
    with pytest.raises(InvalidInput, match=why):
        check_own_channel(name)


def test_channels_of_a_persons_own_are_channels_everywhere() -> None:
    tags = [Reference.parse(f"rec:{tag}") for tag in ("zz-production", "stable", "deprecated")]
    assert own_reference(tags) == tags[0]
    use_own_channels(["zz-production", "alpha"])
    assert own_reference(tags) is None
    assert channels_of(tags) == ("stable", "zz-production", "deprecated")
    assert known_channels() == ("stable", "candidate", "alpha", "zz-production", "deprecated")
    assert moving_channels() == known_channels()[:-1]
    assert is_mutable("zz-production")
    with pytest.raises(InvalidVersion):
        check_version("alpha")
    check_channel("alpha")
    use_own_channels(())
    with pytest.raises(InvalidInput, match="no channel “alpha”"):
        check_channel("alpha")


def test_nothing_is_built_to_be_deprecated() -> None:
    check_moving_channel("candidate")
    with pytest.raises(InvalidInput, match="not built to be deprecated"):
        check_moving_channel("deprecated")
    with pytest.raises(InvalidInput, match="no channel “production”"):
        check_moving_channel("production")


def test_deprecated_is_said_by_a_tag_for_each_version() -> None:
    assert channel_tag("deprecated", "v1.2.0") == "deprecated-v1.2.0"
    assert channel_tag("stable", "v1.2.0") == "stable"
    assert channel_of("deprecated-v1.2.0") == channel_of("deprecated") == "deprecated"
    assert channel_of("deprecated-") is None
    assert channel_of("v1.2.0-deprecated") is None
    marked = [
        Reference.parse(f"rec:{tag}") for tag in ("deprecated-v1.2.0", "v1.2.0", "deprecated")
    ]
    assert own_reference(marked) == marked[1]
    assert channels_of(marked) == ("deprecated",)


def test_a_persons_own_channel_moves_like_the_others() -> None:
    use_own_channels(["production"])
    bench = Bench()
    for tag in ("v1.0.0", "v1.1.0"):
        bench.add(tag)
        bench.set(tag, "production")
    assert bench.both("production") == ("v1.1.0", "v1.1.0")
    assert bench.version("v1.1.0").channels == ("production",)
    bench.undo("production")
    assert bench.version("v1.0.0").channels == ("production",)


def test_a_persons_own_channel_is_no_version_of_a_registry() -> None:
    def read(repository: str, _known: object, _token: object) -> Generator[Learned, None, None]:
        for tag in ("v1.0.0", "production"):
            yield Unreadable(tag)

    def unreadable() -> tuple[str, ...]:
        registry = RegistryVersions(read, lambda *_: pytest.fail("not asked"))
        found = registry.versions("rec", KnownRepository(), lambda _: None, CancelToken())
        return found.unreadable

    assert unreadable() == ("production", "v1.0.0")
    use_own_channels(["production"])
    assert unreadable() == ("v1.0.0",)
