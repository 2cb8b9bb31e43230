"""Images on a real engine to try it with, all of them gone afterwards."""

import io
import itertools
import os
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Self

from docker import APIClient

from modeldesk.adapters.docker_engine.discovery import DockerEngineFinder
from modeldesk.core.ids import ContainerId, ImageId
from modeldesk.core.ports import ImageEngine
from tests.contracts.engine_contract import TEST_LABEL, Kind
from tests.support.engine import TINY

_DOCKERFILES = {
    Kind.SLEEPER: 'CMD ["sleep", "3600"]',
    Kind.CRASHER: 'CMD ["sh", "-c", "echo loading; sleep 0.05; echo no such model >&2; exit 3"]',
    Kind.PRINTER: 'CMD ["sh", "-c", "n=0; while true; do n=$((n+1)); echo $n; sleep 0.05; done"]',
    Kind.HEALTHY: ('HEALTHCHECK --interval=1s CMD test -e /proc/self\nCMD ["sleep", "3600"]'),
    Kind.SICK: (
        'HEALTHCHECK --interval=1s CMD ["sh", "-c", "echo not yet; exit 1"]\nCMD ["sleep", "3600"]'
    ),
    Kind.STUCK: 'HEALTHCHECK CMD sleep 60\nCMD ["sleep", "3600"]',
    Kind.UNSTARTABLE: 'USER nobody-here\nCMD ["sleep", "3600"]',
}


@contextmanager
def connected(url: str) -> Iterator[ImageEngine]:
    """The program's own adapter on the engine at `url`."""
    engine, attempts = DockerEngineFinder().find(url)
    assert engine is not None, attempts
    try:
        yield engine
    finally:
        engine.close()


class DockerBench:
    """A bench on `engine`. Everything it makes bears a label of its own, by which it goes."""

    _numbers = itertools.count(1)

    def __init__(self, engine: ImageEngine) -> None:
        self.engine = engine
        self._client = APIClient(engine.info.address, engine.info.api_version)
        self._name = f"modeldesk-test-{os.getpid()}-{next(self._numbers)}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        mine = {"label": [f"{TEST_LABEL}.bench={self._name}"]}
        for container in self._client.containers(all=True, filters=mine):
            self._client.remove_container(container["Id"], force=True, v=True)
        for image in self._client.images(filters=mine):
            self._client.remove_image(image["Id"], force=True)
        self._client.close()

    def name(self) -> str:
        return f"{self._name}-{next(self._numbers)}"

    def image(self, kind: Kind, *tags: str) -> ImageId:
        label = tags[0].rpartition(":")[0] if tags else self.name()
        lines = [
            f"FROM {TINY}",
            f"LABEL {TEST_LABEL}.bench={self._name} {TEST_LABEL}={label}",
            _DOCKERFILES[kind],
        ]
        dockerfile = io.BytesIO("\n".join(lines).encode())
        built = list(self._client.build(fileobj=dockerfile, rm=True, decode=True))
        ids = [line["aux"]["ID"] for line in built if "aux" in line]
        assert ids, built
        for tag in tags:
            repository, _, version = tag.rpartition(":")
            self._client.tag(ids[-1], repository, version)
        return ImageId(ids[-1])

    def file(self, container: ContainerId, path: str) -> bytes:
        pieces, _ = self._client.get_archive(container, path)
        with tarfile.open(fileobj=io.BytesIO(b"".join(pieces))) as archive:
            found = archive.extractfile(archive.getmembers()[0])
            assert found is not None
            return found.read()
