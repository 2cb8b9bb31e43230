"""An image of the registry that is tested with, and a registry of a test's own made of it."""

import io
import os
import secrets
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import docker
import pytest

import registry as registry_program
from modeldesk.adapters.docker_engine.discovery import DockerEngineFinder
from modeldesk.adapters.file_locks import FileDeploymentLocks
from modeldesk.adapters.http_probe import HttpAnswerProbe
from modeldesk.adapters.oci_registry.check import HttpRegistryChecker
from modeldesk.adapters.oci_registry.connections import Connections
from modeldesk.adapters.oci_registry.credentials import SystemCredentials, find_credentials
from modeldesk.adapters.oci_registry.registries import RegistryClients
from modeldesk.adapters.password_file import password_line
from modeldesk.composition import find_sign_in
from modeldesk.core.jobs import CancelToken, Job
from modeldesk.core.own_registry import starting
from modeldesk.core.own_registry.model import OwnRegistry
from modeldesk.core.own_registry.service import OwnRegistries
from modeldesk.core.own_registry.starting import Started
from modeldesk.core.ports import ImageEngine
from modeldesk.core.references import Reference
from modeldesk.core.registry.accounts import Accounts
from modeldesk.core.registry.credentials import Credentials
from modeldesk.core.registry.known import KnownRegistry, with_registry
from tests.support.credentials import write_helper
from tests.support.engine import DEBIAN
from tests.support.ports import free_port

_DOCKERFILE = f"""\
FROM {DEBIAN}
RUN apt-get update -q \\
 && apt-get install -qy --no-install-recommends docker-registry \\
 && rm -rf /var/lib/apt/lists/*
ENTRYPOINT ["docker-registry"]
"""
_NAMED_DOCKERFILE = f"""\
FROM {DEBIAN}
COPY program /usr/bin/docker-registry
ENTRYPOINT ["docker-registry"]
"""


@pytest.fixture(scope="session")
def registry_image(engine_url: str) -> Iterator[Reference]:
    """The registry as an image, under a name of this run: Debian's own, or the program that is
    named for tests (which must need nothing that Debian's image lacks)."""
    name = f"modeldesk-test/registry-{secrets.token_hex(4)}:1"
    client = docker.DockerClient(base_url=engine_url)
    try:
        client.images.build(fileobj=_context(), custom_context=True, tag=name, rm=True)
        yield Reference.parse(name)
        client.api.remove_image(name, force=True)
    finally:
        client.close()


def _context() -> io.BytesIO:
    made = io.BytesIO()
    named = os.environ.get(registry_program.PROGRAM)
    dockerfile = (_NAMED_DOCKERFILE if named else _DOCKERFILE).encode()
    with tarfile.open(fileobj=made, mode="w") as context:
        about = tarfile.TarInfo("Dockerfile")
        about.size = len(dockerfile)
        context.addfile(about, io.BytesIO(dockerfile))
        if named:
            program = registry_program.program()
            assert program is not None
            context.add(program, "program")
    made.seek(0)
    return made


@dataclass
class Home:
    """An account with a credential helper, on a real engine."""

    engine: ImageEngine
    client: docker.DockerClient
    image: Reference
    owner: str
    kept: Path
    """Where the helper keeps passwords."""
    clients: RegistryClients
    service: OwnRegistries
    known: tuple[KnownRegistry, ...] = ()

    def start(self, job: Job | None = None) -> Started:
        """As a program does: what is to be remembered is."""
        started = self.service.start(self.engine, self.image, self.known, job or Job())
        self.known = with_registry(self.known, started.known)
        return started

    def look(self) -> OwnRegistry | None:
        return self.service.find(self.engine, self.known, CancelToken())

    def credentials(self, host: str) -> Credentials:
        found = find_credentials(host)
        assert found is not None
        return found

    def containers(self) -> list[str]:
        """The names of all that is the account's."""
        found = self.client.api.containers(all=True)
        names = [name for one in found for name in one["Names"] if self.owner in name]
        return sorted(name.removeprefix("/") for name in names)

    def volumes(self) -> list[str]:
        found = self.client.api.volumes()["Volumes"] or []
        return sorted(one["Name"] for one in found if self.owner in one["Name"])


@pytest.fixture
def home(
    engine_url: str,
    engine_client: docker.DockerClient,
    registry_image: Reference,
    unique_name: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Home]:
    kept, folder = tmp_path / "kept", tmp_path / "docker"
    write_helper("test", tmp_path / "bin", kept)
    folder.mkdir()
    (folder / "config.json").write_text('{"credsStore": "test"}')
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("DOCKER_CONFIG", str(folder))
    engine, attempts = DockerEngineFinder(find_sign_in=find_sign_in).find(engine_url)
    assert engine is not None, attempts
    clients = RegistryClients(Connections().client)
    service = OwnRegistries(
        unique_name,
        Accounts(SystemCredentials(), HttpRegistryChecker()),
        lambda: clients,
        HttpAnswerProbe(),
        FileDeploymentLocks(tmp_path / "locks"),
        password_line,
    )
    yield Home(engine, engine_client, registry_image, unique_name, kept, clients, service)
    clients.close()
    engine.close()


@pytest.fixture(autouse=True)
def _ports_of_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests of other processes have other ports: a registry that is started again has its own."""
    first = free_port()
    monkeypatch.setattr(starting, "PORTS", range(first, first + 100))
