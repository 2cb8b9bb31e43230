"""An engine of a test's own, to stop it or to fill its disk."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import docker
import requests

from tests.support.engine import TINY
from tests.support.waiting import SLOW_MACHINE_S

_API = "1.40"
"""Of any engine that is not very old."""


@dataclass(frozen=True, slots=True)
class OwnEngine:
    """`url` is its endpoint. The image TINY is on it."""

    url: str
    process: "subprocess.Popen[bytes]"
    folder: Path

    def stop(self) -> None:
        """As the system does when it stops the service."""
        self.process.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.process.kill()


@contextmanager
def own_engine(source_url: str, disk_megabytes: int = 0, hostname: str = "") -> Iterator[OwnEngine]:
    """Start an engine; it and all it made are gone afterwards. `source_url` is the engine that
    has TINY; with `disk_megabytes` its images have no more room than that; with `hostname` its
    machine seems to be called so."""
    # Sockets need a short path.
    folder = Path(tempfile.mkdtemp(prefix="mdt-own-", dir="/var/tmp"))
    process = _start(folder, disk_megabytes, hostname)
    engine = OwnEngine(f"unix://{folder}/docker.sock", process, folder)
    try:
        await_engine(engine)
        copy_images(source_url, engine.url, (TINY,))
        yield engine
    finally:
        end_engine(engine)


def containerd_namespace(folder: Path) -> str:
    """One of the engine's in `folder`. The names of temporary folders may begin and end with an
    underscore, which containerd says no to, when something is to be run."""
    return folder.name.replace("_", "0")


def options(folder: Path) -> dict[str, str]:
    """Of an engine that has all it needs in a folder, which has a file ``dockerd.json``."""
    return {
        "--config-file": f"{folder}/dockerd.json",
        "--data-root": f"{folder}/data",
        "--exec-root": f"{folder}/exec",
        "--pidfile": f"{folder}/dockerd.pid",
        "--host": f"unix://{folder}/docker.sock",
        # It may share a containerd with another engine, never what is in it.
        "--containerd-namespace": containerd_namespace(folder),
        "--containerd-plugins-namespace": f"{containerd_namespace(folder)}-plugins",
        "--iptables": "false",
        "--ip-masq": "false",
        "--shutdown-timeout": "2",
    }


def _start(folder: Path, disk_megabytes: int, hostname: str) -> "subprocess.Popen[bytes]":
    (folder / "dockerd.json").write_text("{}")
    (folder / "data").mkdir()
    disk = f"mount -t tmpfs -o size={disk_megabytes}m tmpfs '{folder}/data' && "
    called = f"hostname '{hostname}' && " if hostname else ""
    script = f'{disk if disk_megabytes else ""}{called}exec dockerd "$@"'
    # Its bridge and its mounts are in a network and a mount namespace that go when it does.
    apart = ["unshare", "--net", "--mount", "--uts", "sh", "-c", script, "dockerd"]
    with (folder / "dockerd.log").open("wb") as log:
        return subprocess.Popen(
            [*apart, *(f"{name}={value}" for name, value in options(folder).items())],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def await_engine(engine: OwnEngine) -> None:
    """Until it answers."""
    end = time.monotonic() + SLOW_MACHINE_S
    while time.monotonic() < end and engine.process.poll() is None:
        if (engine.folder / "docker.sock").exists():
            # One that does not answer yet refuses, or breaks off.
            with suppress(docker.errors.DockerException, requests.ConnectionError):
                client = docker.APIClient(base_url=engine.url, version=_API)
                try:
                    if client.ping():
                        return
                finally:
                    client.close()
        time.sleep(0.05)
    raise AssertionError((engine.folder / "dockerd.log").read_text()[-3000:])


def copy_images(source: str, target: str, names: Sequence[str]) -> None:
    """Have these images of one engine on another."""
    giver, taker = docker.DockerClient(base_url=source), docker.DockerClient(base_url=target)
    try:
        for name in names:
            # One name, in a format that every engine reads.
            saved = b"".join(giver.images.get(name).save(named=name))
            taker.images.load(saved)
    finally:
        giver.close()
        taker.close()


def end_engine(engine: OwnEngine) -> None:
    """Nothing of it runs any more, and its folder is gone."""
    engine.process.terminate()
    try:
        engine.process.wait(20)
    except subprocess.TimeoutExpired:
        engine.process.kill()
        engine.process.wait()
    for number in _left_processes(engine.folder):
        with suppress(ProcessLookupError):
            os.kill(number, signal.SIGKILL)
    shutil.rmtree(engine.folder, ignore_errors=True)


def _left_processes(folder: Path) -> list[int]:
    """A killed engine leaves its containerd, the shims of its containers, and what runs in them,
    which is known by what it has mounted."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            words = (entry / "cmdline").read_bytes() + (entry / "mountinfo").read_bytes()
        except OSError:
            continue
        if f"{folder}/".encode() in words and int(entry.name) != os.getpid():
            found.append(int(entry.name))
    return found
