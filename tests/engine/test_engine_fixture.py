"""The engine and the registry that tests stand on are what they are said to be."""

import docker
import pytest
from docker.errors import NotFound

from tests.support.engine import ALL_IMAGES, PYTHON, TINY, remove_named


def test_engine_answers_and_has_the_base_images(engine_client: docker.DockerClient) -> None:
    assert engine_client.ping()
    tags = {tag for image in engine_client.images.list() for tag in image.tags}
    assert set(ALL_IMAGES) <= tags


def test_python_image_has_what_a_model_server_needs(
    engine_client: docker.DockerClient, unique_name: str
) -> None:
    program = "import ssl, sqlite3, lzma, ctypes, sys; print(sys.version_info[:2])"
    container = engine_client.containers.create(PYTHON, ["python", "-c", program], name=unique_name)
    container.start()
    assert container.wait()["StatusCode"] == 0
    assert container.logs().decode().strip() == "(3, 11)"


def test_image_travels_through_the_registry(
    engine_client: docker.DockerClient, registry_address: str, unique_name: str
) -> None:
    repository = f"{registry_address}/{unique_name}"
    assert engine_client.images.get(TINY).tag(repository, "1")
    pushed = engine_client.api.push(repository, "1", stream=True, decode=True)
    assert not [event["error"] for event in pushed if "error" in event]
    engine_client.images.remove(f"{repository}:1")
    pulled = engine_client.images.pull(repository, "1")
    assert f"{repository}:1" in pulled.tags


def test_published_port_is_reached_and_containers_reach_each_other(
    engine_client: docker.DockerClient, unique_name: str
) -> None:
    engine_client.networks.create(unique_name)
    serve = ["sh", "-c", "mkdir /w && echo hello > /w/index.html && httpd -f -p 80 -h /w"]
    engine_client.containers.run(
        TINY, serve, name=f"{unique_name}-server", network=unique_name, detach=True, init=True
    )
    ask = f"for i in $(seq 50); do wget -qO- http://{unique_name}-server/ && exit; sleep 0.1; done"
    client = engine_client.containers.create(
        TINY, ["sh", "-c", ask], name=f"{unique_name}-client", network=unique_name
    )
    client.start()
    client.wait()
    assert client.logs(stderr=False) == b"hello\n"


def test_what_carries_a_name_is_removed_and_nothing_else(
    engine_client: docker.DockerClient, unique_name: str
) -> None:
    engine_client.containers.create(TINY, "true", name=f"{unique_name}-one")
    engine_client.containers.run(TINY, "sleep 60", name=f"{unique_name}-two", detach=True)
    engine_client.images.get(TINY).tag(unique_name, "1")
    engine_client.volumes.create(unique_name)
    remove_named(engine_client, unique_name)
    with pytest.raises(NotFound):
        engine_client.containers.get(f"{unique_name}-one")
    with pytest.raises(NotFound):
        engine_client.containers.get(f"{unique_name}-two")
    with pytest.raises(NotFound):
        engine_client.images.get(f"{unique_name}:1")
    with pytest.raises(NotFound):
        engine_client.volumes.get(unique_name)
    assert engine_client.images.get(TINY).id
