"""The registry in memory keeps what every registry promises."""

import pytest

from modeldesk.core.errors import InvalidReference, NotInRegistry, RegistryUnavailable
from modeldesk.core.jobs import CancelToken
from tests.contracts.registry_contract import (
    LARGE,
    RegistryContract,
    Sent,
    attach,
    blob_of,
    push,
)
from tests.fakes.registry import FakeRegistries, FakeRegistry
from tests.fakes.registry_contents import digest_of


class TestFakeRegistry(RegistryContract):
    @pytest.fixture
    def registry(self) -> FakeRegistry:
        return FakeRegistry()

    @pytest.fixture
    def without_deletes(self) -> FakeRegistry:
        registry = FakeRegistry()
        registry.deletes = False
        return registry


class TestFakeRegistryWithReferrers(TestFakeRegistry):
    @pytest.fixture
    def registry(self) -> FakeRegistry:
        registry = FakeRegistry()
        registry.has_referrers = True
        return registry


def test_an_upload_goes_on_after_a_break() -> None:
    registry = FakeRegistry()
    registry.breaks = [1_000_000, 2_000_001]
    sent = Sent()
    registry.put_blob("team/model", blob_of(LARGE), sent, CancelToken())
    assert registry.kept["team/model"].blobs == {digest_of(LARGE): LARGE}
    assert registry.sent == len(LARGE)


def test_what_a_registry_can_not_do() -> None:
    registry = FakeRegistry()
    push(registry, "team/model", "v1", [b"1"])
    registry.mounts = registry.has_catalog = False
    assert not registry.mount("team/other", digest_of(b"1"), "team/model", CancelToken())
    with pytest.raises(NotInRegistry):
        registry.repositories(CancelToken())


def test_the_tag_that_stands_for_a_list_is_a_tag() -> None:
    registry = FakeRegistry()
    image = push(registry, "team/model", "v1", [b"1"])
    attach(registry, "team/model", image, "application/vnd.test", {})
    tags = registry.tags("team/model", CancelToken())
    assert image.digest.replace(":", "-") in tags


def test_only_hosts_that_were_named_answer() -> None:
    registries = FakeRegistries("a.lan", "b.lan:5000")
    assert registries.at("a.lan") is registries.hosts["a.lan"]
    assert registries.at("b.lan:5000").name == "b.lan:5000"
    with pytest.raises(RegistryUnavailable):
        registries.at("c.lan").tags("team/model", CancelToken())
    with pytest.raises(InvalidReference):
        registries.at("team")
