"""A real engine for tests: where it is, names of a test's own, and cleaning up after it."""

import os
import secrets
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import docker
import pytest
from docker.errors import APIError, NotFound

URL = "MODELDESK_TEST_ENGINE"
OTHER_URLS = "MODELDESK_TEST_OTHER_ENGINES"
REGISTRY = "MODELDESK_TEST_REGISTRY"
OURS = "MODELDESK_TEST_ENGINE_IS_OURS"

TINY = "modeldesk-test/tiny:1"
DEBIAN = "debian:12-slim"
PYTHON = "python:3.11-slim"
NGINX = "modeldesk-test/nginx:1"
"""Older than 1.27.4."""
NGINX_NEW = "modeldesk-test/nginx:2"
ALL_IMAGES = (TINY, DEBIAN, PYTHON, NGINX, NGINX_NEW)


@pytest.fixture(scope="session")
def engine_url() -> str:
    """The endpoint of the engine that tests may use, with `ALL_IMAGES`."""
    url = os.environ.get(URL)
    if not url:
        pytest.skip(f"needs an engine: {URL} is not set (packaging/test.py sets it)")
    return url


@pytest.fixture(scope="session")
def registry_address() -> str:
    """``127.0.0.1:PORT`` of a registry that asks for no sign-in and allows deletion."""
    address = os.environ.get(REGISTRY)
    if not address:
        pytest.skip(f"needs a registry: {REGISTRY} is not set (packaging/test.py sets it)")
    return address


@pytest.fixture
def engine_client(engine_url: str) -> Iterator[docker.DockerClient]:
    """The SDK's own client, to arrange and to look with; never through the program's adapter."""
    client = docker.DockerClient(base_url=engine_url)
    yield client
    client.close()


@pytest.fixture
def unique_name(engine_url: str) -> Iterator[str]:
    """A name that no other test has. What carries it is removed after the test: containers,
    networks and volumes whose name, and images one of whose references, contains it."""
    name = f"mdt-{secrets.token_hex(4)}"
    yield name
    client = docker.DockerClient(base_url=engine_url)
    try:
        remove_named(client, name)
    finally:
        client.close()


def keeps_packed(client: docker.DockerClient) -> bool:
    """Whether the engine's store is containerd's: it keeps layers packed and unpacked, counts
    both in blocks of the disk, and calls images by their manifests."""
    facts = client.info().get("DriverStatus") or []
    return any("io.containerd.snapshotter" in word for fact in facts for word in fact)


def counted(client: docker.DockerClient) -> dict[str, Any]:
    """What the engine says of its disk. A containerd store may lose a layer while it counts."""
    for _ in range(20):
        with suppress(NotFound):
            found: dict[str, Any] = client.df()
            return found
    raise AssertionError("the engine can't count its layers")


def layers_size(client: docker.DockerClient) -> int:
    """What all layers take on the disk."""
    return int(counted(client)["LayersSize"])


def remove_named(client: docker.DockerClient, name: str) -> None:
    """Remove all that carries `name`, as after a test that asked for `unique_name`."""
    _remove(client, _things_named(client, name))


@dataclass(frozen=True, slots=True)
class _Things:
    """Ids (names of volumes) of what is on an engine."""

    containers: frozenset[str]
    images: frozenset[str]
    networks: frozenset[str]
    volumes: frozenset[str]

    def without(self, other: "_Things") -> "_Things":
        return _Things(
            self.containers - other.containers,
            self.images - other.images,
            self.networks - other.networks,
            self.volumes - other.volumes,
        )


@pytest.fixture
def engine_left_as_found() -> Iterator[None]:
    """On an engine that is the tests' alone, remove whatever is new after the test.

    An engine that a person pointed at may change by other hands; there only what carries a
    `unique_name` is removed.
    """
    url = os.environ.get(URL)
    if not url or os.environ.get(OURS) != "1":
        yield
        return
    client = docker.DockerClient(base_url=url)
    try:
        before = _everything(client)
        yield
        _remove(client, _everything(client).without(before))
    finally:
        client.close()


def _everything(client: docker.DockerClient) -> _Things:
    """One call each, and images by their references, so that a new tag is new as well."""
    images = client.api.images()
    references = {reference for image in images for reference in image["RepoTags"] or []}
    volumes = client.api.volumes()["Volumes"] or []
    return _Things(
        frozenset(container["Id"] for container in client.api.containers(all=True)),
        frozenset(image["Id"] for image in images) | (references - {"<none>:<none>"}),
        frozenset(network["Id"] for network in client.api.networks()),
        frozenset(volume["Name"] for volume in volumes),
    )


def _things_named(client: docker.DockerClient, name: str) -> _Things:
    containers = client.api.containers(all=True)
    references = [ref for image in client.api.images() for ref in image["RepoTags"] or []]
    volumes = client.api.volumes()["Volumes"] or []
    return _Things(
        frozenset(one["Id"] for one in containers if any(name in own for own in one["Names"])),
        frozenset(reference for reference in references if name in reference),
        frozenset(one["Id"] for one in client.api.networks() if name in one["Name"]),
        frozenset(one["Name"] for one in volumes if name in one["Name"]),
    )


def _remove(client: docker.DockerClient, things: _Things) -> None:
    """What is gone already, or used by what stays, is no concern of a clean-up."""
    for container in things.containers:
        with suppress(NotFound, APIError):
            client.api.remove_container(container, force=True, v=True)
    # References before ids: an image goes with its last reference.
    for image in sorted(things.images, key=lambda one: one.startswith("sha256:")):
        with suppress(NotFound, APIError):
            client.api.remove_image(image, force=True)
    for network in things.networks:
        with suppress(NotFound, APIError):
            client.api.remove_network(network)
    for volume in things.volumes:
        with suppress(NotFound, APIError):
            client.api.remove_volume(volume, force=True)
