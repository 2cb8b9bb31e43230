"""What the classic builder leaves of its steps goes with the last image that stands on it."""

import io
from collections.abc import Iterator

import docker
import pytest

from modeldesk.core.ids import ImageId
from modeldesk.core.ports import ImageEngine
from modeldesk.core.references import Reference
from tests.engine.bench import connected
from tests.support.engine import TINY


@pytest.fixture
def engine(engine_url: str) -> Iterator[ImageEngine]:
    with connected(engine_url) as engine:
        yield engine


def built(client: docker.DockerClient, tag: str, *lines: str) -> list[str]:
    """The ids of the image and of its steps, the newest first."""
    dockerfile = io.BytesIO("\n".join((f"FROM {TINY}", *lines)).encode())
    image, _ = client.images.build(fileobj=dockerfile, tag=tag, rm=True)
    found, base = [], client.images.get(TINY).id
    step = image.id
    while step and step != base:
        found.append(step)
        step = client.images.get(step).attrs["Parent"]
    return found


def there(client: docker.DockerClient, images: list[str]) -> list[str]:
    known = {one["Id"] for one in client.api.images(all=True)}
    return [image for image in images if image in known]


def test_steps_go_with_the_last_image_that_stands_on_them(
    engine: ImageEngine, engine_client: docker.DockerClient, unique_name: str
) -> None:
    shared = (f"RUN echo {unique_name} > /a", "ENV A=1")
    first = built(engine_client, f"{unique_name}-first:1", *shared, "RUN echo b > /b", "CMD b")
    other = built(engine_client, f"{unique_name}-other:1", *shared, "RUN echo c > /c", "CMD c")
    assert len(first) == len(other) == 4
    assert first[2:] == other[2:]
    engine.remove_image(f"{unique_name}-first:1")
    assert there(engine_client, [*first, *other]) == [*first[2:], *other]
    second = Reference.parse(f"{unique_name}-other:2")
    engine.tag_image(ImageId(other[0]), second)
    engine.remove_image(str(second))
    assert there(engine_client, other) == other
    engine.remove_image(other[0])
    assert there(engine_client, [*first, *other]) == []
    engine_client.images.get(TINY)


def test_a_step_that_is_used_stays_with_what_is_below(
    engine: ImageEngine, engine_client: docker.DockerClient, unique_name: str
) -> None:
    lines = (f"RUN echo {unique_name} > /a", "ENV A=1", "ENV B=1", "CMD b")
    image, *steps = built(engine_client, f"{unique_name}:1", *lines)
    container = engine_client.containers.create(steps[1], ["true"])
    try:
        engine.remove_image(f"{unique_name}:1")
        assert there(engine_client, [image, *steps]) == steps[1:]
    finally:
        container.remove()
    engine.remove_image(steps[1])
    assert there(engine_client, steps) == []
