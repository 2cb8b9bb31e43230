"""Cancels, with a registry that does not move: they end soon, and each ends its own work alone."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from modeldesk.adapters.oci_registry.client import RegistryClient
from modeldesk.core.errors import Cancelled
from modeldesk.core.jobs import CancelToken
from modeldesk.core.registry.model import Blob
from tests.contracts.registry_contract import LARGE, Sent, blob_of, put_bytes
from tests.engine.registries.conftest import RegistrySite, run_registry
from tests.fakes.registry_contents import digest_of
from tests.support.faulty_proxy import Delay, FaultyProxy, Rule, faulty_proxy

NAME = "team/model"
_STUCK_S = 6


@pytest.fixture
def site(tmp_path: Path) -> Iterator[RegistrySite]:
    with run_registry(tmp_path) as site:
        yield site


@pytest.fixture
def proxy(site: RegistrySite) -> Iterator[FaultyProxy]:
    with faulty_proxy(site.address) as proxy:
        yield proxy


@pytest.fixture
def client(proxy: FaultyProxy) -> Iterator[RegistryClient]:
    client = RegistryClient(proxy.address, lambda _: None)
    put_bytes(client, NAME, b"{}")
    put_bytes(client, NAME, LARGE)
    yield client
    client.close()


def cancelled_after(work: Callable[[CancelToken], object]) -> float:
    """Seconds from the cancel to the end."""
    token, began = CancelToken(), [0.0]

    def cancel() -> None:
        began[0] = time.monotonic()
        token.cancel()

    timer = threading.Timer(0.3, cancel)
    timer.start()
    with pytest.raises(Cancelled):
        work(token)
    timer.join()
    return time.monotonic() - began[0]


def test_a_stuck_answer(client: RegistryClient, proxy: FaultyProxy) -> None:
    proxy.rules.append(Rule("^(GET|HEAD|DELETE|POST)", Delay(_STUCK_S), times=6))
    # On a busy machine; by itself it is a hundredth of a second.
    assert cancelled_after(lambda token: client.tags(NAME, token)) < 1
    assert cancelled_after(lambda token: list(client.blob(NAME, digest_of(LARGE), token))) < 1
    assert cancelled_after(lambda token: client.has_blob(NAME, digest_of(LARGE), token)) < 1
    assert cancelled_after(lambda token: client.mount(NAME, digest_of(b""), "a/b", token)) < 1


def test_a_stuck_upload_is_given_a_second_to_end_by_itself(
    client: RegistryClient, proxy: FaultyProxy
) -> None:
    other = LARGE + b"!"
    proxy.rules.append(Rule("^PATCH", Delay(_STUCK_S)))
    took = cancelled_after(lambda token: client.put_blob(NAME, blob_of(other), Sent(), token))
    assert took < _STUCK_S - 1


def test_others_are_not_cut_off(
    client: RegistryClient, proxy: FaultyProxy, site: RegistrySite
) -> None:
    """Eight blobs on their way through one client; every other is cancelled in the middle."""
    barrier = threading.Barrier(8)
    tokens = [CancelToken() for _ in range(8)]
    outcomes: dict[int, str] = {}

    def put(number: int) -> None:
        content = LARGE + bytes([number])

        def read(first: int) -> Iterator[bytes]:
            yield content[first:1_000_000]
            barrier.wait(20)
            if number % 2:
                tokens[number].cancel()
            time.sleep(0.2)
            yield content[max(first, 1_000_000) :]

        blob = Blob(digest_of(content), len(content), read)
        try:
            client.put_blob(NAME, blob, Sent(), tokens[number])
            outcomes[number] = "kept"
        except Cancelled:
            outcomes[number] = "cancelled"

    proxy.asked.clear()
    threads = [threading.Thread(target=put, args=(number,)) for number in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert outcomes == {number: "cancelled" if number % 2 else "kept" for number in range(8)}
    assert sum(one.startswith("PATCH") for one in proxy.asked) == 8
    assert site.uploads() == []
