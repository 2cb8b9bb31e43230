"""An engine of a test's own, to stop it or to fill its disk."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import docker

from tests.support.engine import TINY

_START_S = 40.0


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
def own_engine(source_url: str, disk_megabytes: int = 0) -> Iterator[OwnEngine]:
    """Start an engine; it and all it made are gone afterwards. `source_url` is the engine that
    has TINY; with `disk_megabytes` its images have no more room than that."""
    # Sockets need a short path.
    folder = Path(tempfile.mkdtemp(prefix="mdt-own-", dir="/var/tmp"))
    process = _start(folder, disk_megabytes)
    engine = OwnEngine(f"unix://{folder}/docker.sock", process, folder)
    try:
        _await(engine)
        _copy_tiny(source_url, engine.url)
        yield engine
    finally:
        _end(engine)


def _start(folder: Path, disk_megabytes: int) -> "subprocess.Popen[bytes]":
    options = {
        "--config-file": f"{folder}/dockerd.json",
        "--data-root": f"{folder}/data",
        "--exec-root": f"{folder}/exec",
        "--pidfile": f"{folder}/dockerd.pid",
        "--host": f"unix://{folder}/docker.sock",
        # It may share a containerd with another engine, never what is in it.
        "--containerd-namespace": folder.name,
        "--containerd-plugins-namespace": f"{folder.name}-plugins",
        "--iptables": "false",
        "--ip-masq": "false",
        "--shutdown-timeout": "2",
    }
    (folder / "dockerd.json").write_text("{}")
    (folder / "data").mkdir()
    disk = f"mount -t tmpfs -o size={disk_megabytes}m tmpfs '{folder}/data' && "
    script = f'{disk if disk_megabytes else ""}exec dockerd "$@"'
    # Its bridge and its mounts are in a network and a mount namespace that go when it does.
    apart = ["unshare", "--net", "--mount", "sh", "-c", script, "dockerd"]
    with (folder / "dockerd.log").open("wb") as log:
        return subprocess.Popen(
            [*apart, *(f"{name}={value}" for name, value in options.items())],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def _await(engine: OwnEngine) -> None:
    end = time.monotonic() + _START_S
    while time.monotonic() < end and engine.process.poll() is None:
        if (engine.folder / "docker.sock").exists():
            client = docker.DockerClient(base_url=engine.url)
            try:
                if client.ping():
                    return
            except docker.errors.DockerException:
                pass
            finally:
                client.close()
        time.sleep(0.05)
    raise AssertionError((engine.folder / "dockerd.log").read_text()[-3000:])


def _copy_tiny(source: str, target: str) -> None:
    giver, taker = docker.DockerClient(base_url=source), docker.DockerClient(base_url=target)
    try:
        # One name, in a format that every engine reads.
        saved = b"".join(giver.images.get(TINY).save(named=True))
        taker.images.load(saved)
    finally:
        giver.close()
        taker.close()


def _end(engine: OwnEngine) -> None:
    engine.process.terminate()
    try:
        engine.process.wait(20)
    except subprocess.TimeoutExpired:
        engine.process.kill()
        engine.process.wait()
    for number in _left_processes(engine.folder):
        os.kill(number, signal.SIGKILL)
    shutil.rmtree(engine.folder, ignore_errors=True)


def _left_processes(folder: Path) -> list[int]:
    """A killed engine leaves its containerd and the shims of its containers."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            words = (entry / "cmdline").read_bytes()
        except OSError:
            continue
        if f"{folder}/".encode() in words and int(entry.name) != os.getpid():
            found.append(int(entry.name))
    return found
