"""Docker's own registry, as a process, through the client: open to everyone, with a password,
encrypted by an authority of its own, and with tokens."""

from collections.abc import Iterator

import pytest

from modeldesk.adapters.oci_registry.client import RegistryClient
from tests.contracts.registry_contract import RegistryContract
from tests.engine.registries.conftest import RegistrySite, RunRegistry


@pytest.fixture(scope="class")
def site(request: pytest.FixtureRequest, run: RunRegistry) -> RegistrySite:
    return run(request.cls.kind)


@pytest.fixture(scope="class")
def closed_site(request: pytest.FixtureRequest, run: RunRegistry) -> RegistrySite:
    return run(request.cls.kind, deletes=False)


class TestOpen(RegistryContract):
    kind = "open"

    @pytest.fixture
    def registry(self, site: RegistrySite) -> Iterator[RegistryClient]:
        client = site.client()
        yield client
        client.close()
        # What was given up, for whatever reason, was taken away again.
        assert site.uploads() == []

    @pytest.fixture
    def without_deletes(self, closed_site: RegistrySite) -> Iterator[RegistryClient]:
        client = closed_site.client()
        yield client
        client.close()


class TestBasic(TestOpen):
    kind = "basic"


class TestEncrypted(TestOpen):
    kind = "tls"


class TestToken(TestOpen):
    kind = "token"
