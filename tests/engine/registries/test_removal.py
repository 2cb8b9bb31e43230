"""Images taken out of Docker's own registry while others move tags in it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from modeldesk.adapters.oci_registry.client import RegistryClient
from modeldesk.core.errors import TagMoved
from modeldesk.core.jobs import CancelToken, Job
from modeldesk.core.registry.removal import plan_removal, remove
from tests.contracts.registry_contract import push
from tests.engine.registries.conftest import RegistrySite, run_registry
from tests.support.faulty_proxy import faulty_proxy

REC = "team/rec"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[RegistrySite]:
    with run_registry(tmp_path / "registry") as site:
        yield site


def test_a_name_that_was_moved_meanwhile_is_given_back(site: RegistrySite) -> None:
    client, token = site.client(), CancelToken()
    images = [push(client, REC, f"v{number}", [b"layer %d" % number]) for number in range(3)]
    plan = plan_removal(client, REC, "v0", Job())
    client.put_manifest(REC, "v1", images[0], token)
    with pytest.raises(TagMoved, match="v1"):
        remove(client, plan, Job())
    assert client.tags(REC, token) == ("v1", "v2")
    assert client.manifest(REC, "v1", token).content == images[0].content
    # Seen now, it goes with the image.
    remove(client, plan_removal(client, REC, "v1", Job()), Job())
    assert client.tags(REC, token) == ("v2",)
    client.close()


def test_no_tag_is_asked_for_twice(site: RegistrySite) -> None:
    client = site.client()
    for number in range(40):
        push(client, REC, f"v{number}", [b"layer %d" % number])
    client.close()
    with faulty_proxy(site.address) as proxy:
        client = RegistryClient(proxy.address)
        plan = plan_removal(client, REC, "v7", Job())
        planned = len(proxy.asked)
        remove(client, plan, Job())
        removed = len(proxy.asked) - planned
        client.close()
    # The forty, the image first of all, its attachments, two lists of tags and a greeting.
    assert planned <= 40 + 6
    assert removed <= 8
