"""Whenever a program is killed, the next start of a registry of one's own puts it right. All of it
by the command line, as processes."""

import hashlib
import json
import os
import platform
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import docker
import pytest

from modeldesk.adapters.oci_registry.client import RegistryClient
from modeldesk.core.own_registry.model import USER
from modeldesk.core.references import Reference
from modeldesk.core.registry.credentials import Credentials
from tests.engine.own_registry.pushing import put_image
from tests.support.credentials import write_helper
from tests.support.engine import remove_named


class Desk:
    """The command line of an account of its own."""

    def __init__(self, folder: Path, name: str, image: Reference, url: str) -> None:
        self.home = folder / "home"
        self.kept = folder / "kept"
        write_helper("test", folder / "bin", self.kept)
        configuration = folder / "docker"
        configuration.mkdir()
        (configuration / "config.json").write_text('{"credsStore": "test"}')
        self.owner = hashlib.sha256(f"{name}@{platform.node()}".encode()).hexdigest()[:8]
        self._image = image
        self._environment = {
            **os.environ,
            "MODELDESK_HOME": str(self.home),
            "DOCKER_CONFIG": str(configuration),
            "DOCKER_HOST": url,
            # What the account is called.
            "LOGNAME": name,
            "PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}",
        }

    def begin(self, *arguments: str) -> subprocess.Popen[str]:
        more = ("--image", str(self._image)) if arguments == ("start",) else ()
        return subprocess.Popen(
            [sys.executable, "-m", "modeldesk", "registry", *arguments, *more, "--json"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=self._environment,
        )

    def run(self, *arguments: str) -> Any:
        """The JSON that was printed."""
        process = self.begin(*arguments)
        out, said = process.communicate(timeout=120)
        assert process.returncode == 0, said
        for password in self.passwords():
            assert password not in out + said
        return json.loads(out)

    def kill(self, seconds: float, *arguments: str) -> bool:
        """Whether it ran still after so long, and was killed."""
        process = self.begin(*arguments)
        try:
            process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.communicate()
            return True
        return False

    def killed_at(self, shares: Iterable[float], whole_s: float, command: str) -> Iterator[None]:
        """Each time it was killed after such a share of the time that it takes. A machine that has
        less to do by now is done before: then that time is a shorter one, and things are to stand
        as well."""
        for share in shares:
            while not self.kill(whole_s * share, command):
                whole_s *= 0.7
                yield
            yield

    def passwords(self) -> list[str]:
        """What the helper keeps."""
        file = self.kept / "kept"
        kept = json.loads(file.read_text()) if file.exists() else {}
        return [one["Secret"] for one in kept.values()]


@pytest.fixture
def desk(
    engine_url: str,
    engine_client: docker.DockerClient,
    registry_image: Reference,
    unique_name: str,
    tmp_path: Path,
) -> Iterator[Desk]:
    made = Desk(tmp_path, unique_name, registry_image, engine_url)
    yield made
    remove_named(engine_client, made.owner)


def test_a_start_that_is_killed_at_any_moment(
    desk: Desk, engine_client: docker.DockerClient
) -> None:
    began = time.monotonic()
    desk.run("start")
    whole_s = time.monotonic() - began
    assert desk.run("remove-own", "--data", "--yes")["repositories"] == []
    for _ in desk.killed_at((0.4, 0.55, 0.7, 0.85), whole_s, "start"):
        found = desk.run("start")["host"]
        assert desk.run("own") == {
            "state": "running",
            "host": found,
            "volume": f"modeldesk-registry-{desk.owner}",
        }
        assert [one["host"] for one in desk.run("list")] == [found]
        names = [name for one in engine_client.api.containers(all=True) for name in one["Names"]]
        assert len([name for name in names if desk.owner in name]) == 1
        (password,) = desk.passwords()
        for file in desk.home.rglob("*"):
            assert not file.is_file() or password.encode() not in file.read_bytes()
        desk.run("remove-own", "--data", "--yes")
        assert desk.passwords() == []
    assert desk.run("list") == []


def test_collecting_that_is_killed_at_any_moment(desk: Desk) -> None:
    """One that nothing was ever pushed to has no garbage."""
    host = desk.run("start")["host"]
    assert desk.run("collect")["freed_bytes"] == 0
    (password,) = desk.passwords()
    with closing(RegistryClient(host, lambda _: Credentials(USER, password))) as registry:
        put_image(registry, "team/a", "v1", 1)
    began = time.monotonic()
    desk.run("collect")
    whole_s = time.monotonic() - began
    for _ in desk.killed_at((0.5, 0.65, 0.8), whole_s, "collect"):
        desk.run("start")
        assert desk.run("own")["state"] == "running"
    assert desk.run("stop")["state"] == "stopped"
