"""An engine of a test's own, which it may stop and start again. Nothing runs on it: it lives in a
network and among mounts of its own, so that it can touch no other engine and leaves nothing."""

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.engine.own_engine import containerd_namespace
from tests.support.waiting import SLOW_MACHINE_S


class PrivateDaemon:
    """`address` stays the same however often it is stopped and started."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._socket = folder / "docker.sock"
        self.address = f"unix://{self._socket}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Return once it listens."""
        name = containerd_namespace(self._folder)
        options = {
            "--host": self.address,
            "--data-root": f"{self._folder}/data",
            "--exec-root": f"{self._folder}/exec",
            "--pidfile": f"{self._folder}/docker.pid",
            "--config-file": f"{self._folder}/daemon.json",
            # It may share a containerd with another engine, never what is in it.
            "--containerd-namespace": name,
            "--containerd-plugins-namespace": f"{name}-plugins",
            "--bridge": "none",
            "--iptables": "false",
            "--ip-forward": "false",
        }
        (self._folder / "daemon.json").write_text("{}")
        with (self._folder / "log").open("ab") as log:
            # An engine without a bridge removes that of every other one in its network.
            apart = ["unshare", "--net", "--mount"]
            self._process = subprocess.Popen(
                [*apart, "dockerd", *(f"{name}={value}" for name, value in options.items())],
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        end = time.monotonic() + SLOW_MACHINE_S
        while not self._socket.exists():
            assert self._process.poll() is None, self._log()
            assert time.monotonic() < end, self._log()
            time.sleep(0.02)

    def stop(self) -> None:
        """Ask it to end, as a service manager does, and wait."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(SLOW_MACHINE_S)
            self._process = None

    def freeze(self) -> None:
        """It still listens, but does nothing any more."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def _log(self) -> str:
        return (self._folder / "log").read_text(errors="replace")[-2000:]


@contextlib.contextmanager
def private_daemon() -> Iterator[PrivateDaemon]:
    """A started one, gone afterwards with all it had."""
    # A short path on disk: socket names are limited, and the temporary folder may be memory.
    folder = Path(tempfile.mkdtemp(prefix="mdt-", dir="/var/tmp"))
    daemon = PrivateDaemon(folder)
    try:
        daemon.start()
        yield daemon
    finally:
        daemon.stop()
        shutil.rmtree(folder, ignore_errors=True)


def can_start() -> bool:
    """Whether this machine lets a test start an engine."""
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    return root and all(shutil.which(name) for name in ("dockerd", "unshare"))
