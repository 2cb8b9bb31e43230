"""Images pushed to and pulled from a real registry by a real engine."""

import itertools
import logging
import socket
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import docker
import pytest

import registry
from modeldesk.adapters.docker_engine.discovery import DockerEngineFinder
from modeldesk.core.engine.model import SignIn
from modeldesk.core.errors import (
    Cancelled,
    ModelDeskError,
    RegistryDenied,
    RegistryError,
)
from modeldesk.core.jobs import CancelToken, Part, PartState
from modeldesk.core.ports import ImageEngine
from modeldesk.core.references import Reference
from tests.contracts.transfer_contract import TransferContract
from tests.engine.bench import connected
from tests.engine.building import build_image
from tests.engine.refusing_registry import refusing
from tests.support.engine import TINY
from tests.support.ports import free_port

SECRET = "pass-of-mia-0815"


class DockerTransferBench:
    away = "127.0.0.1:1"

    def __init__(
        self,
        engine: ImageEngine,
        client: docker.DockerClient,
        registry_address: str,
        silent: str,
        name: str,
    ) -> None:
        self.engine = engine
        self.registry = registry_address
        self.silent = silent
        self._client = client
        self._name = name
        self._numbers = itertools.count(1)

    def repository(self) -> str:
        return f"{self.registry}/{self._name}-{next(self._numbers)}"

    def image(self, *tags: str) -> str:
        made = build_image(self._client, tags[0], tags[0], 3_000_000)
        for tag in tags[1:]:
            repository, _, version = tag.rpartition(":")
            self._client.api.tag(made, repository, version)
        return made


class TestDockerTransfers(TransferContract):
    @pytest.fixture
    def bench(
        self,
        engine_url: str,
        engine_client: docker.DockerClient,
        registry_address: str,
        unique_name: str,
    ) -> Iterator[DockerTransferBench]:
        with socket.socket() as silent, connected(engine_url) as engine:
            silent.bind(("127.0.0.1", 0))
            silent.listen()
            address = f"127.0.0.1:{silent.getsockname()[1]}"
            yield DockerTransferBench(engine, engine_client, registry_address, address, unique_name)


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[str]:
    """The host of a registry that wants a sign-in."""
    if not registry.can_start():
        pytest.skip("needs a registry")
    port = free_port()
    process = registry.start(tmp_path / "registry", port, ("mia", SECRET))
    try:
        yield f"127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def signed_in(url: str, found: SignIn | None, asked: list[str]) -> ImageEngine:
    def find(host: str) -> SignIn | None:
        asked.append(host)
        return found

    engine, attempts = DockerEngineFinder(find_sign_in=find).find(url)
    assert engine is not None, attempts
    return engine


def test_one_signs_in_by_what_is_known_and_nothing_of_it_is_told(
    engine_url: str,
    engine_client: docker.DockerClient,
    guarded: str,
    unique_name: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    name = Reference.parse(f"{guarded}/{unique_name}:v1")
    engine_client.images.get(TINY).tag(name.name, name.tag)
    told: list[str] = []
    for found in (None, SignIn("mia", "wrong-pass")):
        engine = signed_in(engine_url, found, [])
        try:
            for act in (engine.push, engine.pull):
                with pytest.raises(RegistryDenied) as caught:
                    act(name, lambda _: None, CancelToken())
                assert guarded in caught.value.message
                assert "modeldesk registry sign-in" in caught.value.hint
                told.append(f"{caught.value!r} {caught.value} {caught.value.detail}")
        finally:
            engine.close()
    asked: list[str] = []
    engine = signed_in(engine_url, SignIn("mia", SECRET), asked)
    try:
        digest = engine.push(name, lambda _: None, CancelToken())
        wanted = replace(name, tag="", digest=digest)
        assert engine.pull(wanted, lambda _: None, CancelToken()).digest == digest
    finally:
        engine.close()
    assert asked == [guarded, guarded]
    assert SECRET not in caplog.text
    assert "wrong-pass" not in caplog.text + "".join(told)


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (413, b"<html><h1>413 Request Entity Too Large</h1></html>", "client_max_body_size"),
        (
            403,
            b'{"errors":[{"code":"DENIED","message":"access to the resource is denied"}]}',
            "sign in as somebody else",
        ),
        (
            400,
            b'{"errors":[{"code":"NAME_UNKNOWN","message":"the repository does not exist"}]}',
            "Make it there first",
        ),
    ],
)
def test_what_a_registry_or_a_proxy_refuses_is_a_sentence(
    engine_url: str,
    engine_client: docker.DockerClient,
    unique_name: str,
    status: int,
    body: bytes,
    said: str,
) -> None:
    with refusing(status, body) as host, connected(engine_url) as engine:
        name = Reference.parse(f"{host}/{unique_name}:v1")
        engine_client.images.get(TINY).tag(name.name, name.tag)
        with pytest.raises(RegistryError) as caught:
            engine.push(name, lambda _: None, CancelToken())
    assert host in caught.value.message
    assert said in caught.value.hint
    assert caught.value.detail


def test_http_that_the_engine_does_not_allow(
    engine_url: str, engine_client: docker.DockerClient, unique_name: str
) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            # Nothing is sent: it only tells the address this machine has for others.
            probe.connect(("192.0.2.1", 9))
        except OSError:
            pytest.skip("the machine has no address but its own")
        address = probe.getsockname()[0]
    with refusing(404, b"{}", address) as host, connected(engine_url) as engine:
        name = Reference.parse(f"{host}/{unique_name}:v1")
        engine_client.images.get(TINY).tag(name.name, name.tag)
        with pytest.raises(RegistryError) as caught:
            engine.push(name, lambda _: None, CancelToken())
    assert host in caught.value.message
    assert "insecure-registries" in caught.value.hint


def test_a_push_is_stopped_at_once_and_the_next_goes_on(
    engine_url: str,
    engine_client: docker.DockerClient,
    registry_address: str,
    unique_name: str,
) -> None:
    name = Reference.parse(f"{registry_address}/{unique_name}:v1")
    build_image(engine_client, str(name), unique_name, 150_000_000)
    token = CancelToken()
    stopped: list[float] = []

    def stop(part: Part) -> None:
        if part.state is PartState.MOVING and not stopped:
            stopped.append(time.monotonic())
            token.cancel()

    with connected(engine_url) as engine:
        with pytest.raises(Cancelled):
            engine.push(name, stop, token)
        # Figures are the benchmarks' matter: tests.benchmarks.cancelling.
        assert time.monotonic() - stopped[0] < 2
        with pytest.raises(ModelDeskError):
            engine.pull(name.with_tag("v2"), lambda _: None, CancelToken())
        assert engine.push(name, lambda _: None, CancelToken())
