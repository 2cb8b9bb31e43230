"""Both builders of a real engine, to try them with."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import docker

from modeldesk.adapters.docker_engine.connection import Connection
from modeldesk.adapters.docker_engine.discovery import DockerEngineFinder
from modeldesk.adapters.docker_engine.facade import DockerEngine
from modeldesk.core.build.model import Builder
from modeldesk.core.ports import FindSignIn, ImageEngine
from tests.support.engine import TINY, keeps_packed, remove_named


@contextmanager
def building_engine(
    url: str, *, with_buildkit: bool, find_sign_in: FindSignIn | None = None
) -> Iterator[ImageEngine]:
    """The program's own adapter, with the builder that is asked for."""
    found, attempts = DockerEngineFinder().find(url)
    assert found is not None, attempts
    info = replace(found.info, builds_with_buildkit=with_buildkit)
    found.close()
    with closing(docker.DockerClient(base_url=url)) as client:
        packed = keeps_packed(client)
    connection = Connection(url, info.api_version)
    engine = DockerEngine(connection, info, containerd_store=packed, find_sign_in=find_sign_in)
    try:
        yield engine
    finally:
        engine.close()


class RealBuildBench:
    """Builds from TINY; what it named is removed at the end."""

    base = TINY

    def __init__(
        self,
        engine: ImageEngine,
        url: str,
        unique_name: str,
        builder: Builder = Builder.AUTOMATIC,
    ) -> None:
        self.engine = engine
        self.builder = builder
        self.client = docker.DockerClient(base_url=url)
        self._unique = unique_name
        self._count = 0

    def name(self) -> str:
        self._count += 1
        return f"{self._unique}-{self._count}"

    def close(self) -> None:
        remove_named(self.client, self._unique)
        self.client.close()

    def running(self, command: str) -> bool:
        """Whether a process of the engine's machine, which is this one, runs `command`."""
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                words = (entry / "cmdline").read_bytes().replace(b"\0", b" ")
            except OSError:
                continue
            if words.strip() == command.encode():
                return True
        return False


def open_sockets() -> set[str]:
    """The sockets this process has open."""
    found = set()
    for entry in Path("/proc/self/fd").iterdir():
        try:
            target = str(entry.readlink())
        except OSError:
            continue
        if target.startswith("socket:"):
            found.add(target)
    return found
