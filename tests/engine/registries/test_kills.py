"""Whoever is killed, and whenever: what the registry shows is whole, and the next try ends well."""

import os
import random
import signal
import threading
import time
from collections.abc import Iterator
from multiprocessing import get_context
from pathlib import Path

import pytest

from modeldesk.core.errors import NotInRegistry
from modeldesk.core.jobs import CancelToken
from tests.engine.registries.conftest import RegistrySite, run_registry
from tests.engine.registries.pushing import NAME, SIZE, image_of, layer_of, push_image
from tests.fakes.registry_contents import digest_of
from tests.support.ports import free_port
from tests.support.waiting import SLOW_MACHINE_S

KILLS = 5


@pytest.fixture
def site(tmp_path: Path) -> Iterator[RegistrySite]:
    with run_registry(tmp_path) as site:
        yield site


def test_a_client_that_is_killed(site: RegistrySite) -> None:
    context = get_context("spawn")
    began = time.monotonic()
    whole = context.Process(target=push_image, args=(site.address, 0))
    whole.start()
    whole.join()
    longest = time.monotonic() - began
    assert _state(site, 0)
    for seed in range(1, KILLS + 1):
        process = context.Process(target=push_image, args=(site.address, seed))
        process.start()
        process.join(random.uniform(0.2, 1.1) * longest)
        if process.is_alive() and process.pid is not None:
            os.kill(process.pid, signal.SIGKILL)
        process.join()
        _state(site, seed)
        push_image(site.address, seed)
        assert _state(site, seed)


def test_a_registry_that_is_killed_in_the_middle(tmp_path: Path) -> None:
    """The upload is begun anew: Docker's registry does not remember where it was."""
    port = free_port()
    for seed in range(3):
        with run_registry(tmp_path / str(seed), port=port) as site:
            failed: list[BaseException] = []
            pushing = threading.Thread(target=_push, args=(site.address, seed, failed))
            pushing.start()
            taken = random.randrange(1_000_000, SIZE // 2)
            patience = time.monotonic() + SLOW_MACHINE_S
            while not site.is_taking(taken) and pushing.is_alive():
                assert time.monotonic() < patience, f"{taken} bytes are not taken"
                time.sleep(0.002)
        # It is gone now, and comes back with what it has.
        with run_registry(tmp_path / str(seed), port=port) as site:
            pushing.join()
            if failed:
                raise failed[0]
            assert _state(site, seed)


def _push(address: str, seed: int, failed: list[BaseException]) -> None:
    try:
        push_image(address, seed)
    except BaseException as error:  # noqa: BLE001 - for the test to see
        failed.append(error)


def _state(site: RegistrySite, seed: int) -> bool:
    """Whether the image is there; if so, and if only its layer is, it is whole."""
    client, token, layer = site.client(), CancelToken(), layer_of(seed)
    digest = digest_of(layer)
    try:
        if client.has_blob(NAME, digest, token):
            assert b"".join(client.blob(NAME, digest, token)) == layer
        try:
            found = client.manifest(NAME, f"v{seed}", token)
        except NotInRegistry:
            return False
        assert found == image_of(layer)
        assert client.has_blob(NAME, digest, token)
        return True
    finally:
        client.close()
