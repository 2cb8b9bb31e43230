"""Finding the container engine of this machine, or installing and starting one."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import debian
from console import Problem, say
from docker_api import Engine

DEFAULT = "unix:///var/run/docker.sock"
_LOG = Path("/var/log/dockerd.log")


@dataclass(frozen=True, slots=True)
class Started:
    """An engine that was started here. `process` is None where systemd holds it, else it leads
    a process group of its own."""

    endpoint: str
    process: int | None


def find() -> str | None:
    """The endpoint of an engine that answers now, looked for where the program looks.

    Only an engine that these scripts can speak to is found: the program itself knows more
    ways (SSH, TLS, named pipes), so None does not mean that it will find nothing.
    """
    return next((endpoint for endpoint in _candidates() if Engine(endpoint).answers()), None)


def is_chosen() -> bool:
    """Whether the person pointed at an engine, near or far: then none is started for them."""
    return bool(os.environ.get("DOCKER_HOST")) or _context() is not None


def can_start() -> bool:
    """Whether one can be installed and started here: as root on Debian or Ubuntu."""
    return sys.platform == "linux" and debian.can_install()


def start() -> Started:
    """Install Docker where it is missing and start it. Raises `Problem`."""
    debian.install(["docker.io"], start_services=True)
    if Engine(DEFAULT).answers():
        return Started(DEFAULT, _pid())
    say("Starting Docker")
    if Path("/run/systemd/system").is_dir():
        subprocess.run(["systemctl", "start", "docker"], capture_output=True, check=False)
        return _await(Started(DEFAULT, None), "journalctl -u docker")
    with _LOG.open("ab") as log:
        process = subprocess.Popen(
            ["dockerd"], stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )
    started = _await(Started(DEFAULT, process.pid), str(_LOG), process)
    process.returncode = 0  # it outlives this script unless `stop` is called
    return started


def _pid() -> int | None:
    with suppress(OSError, ValueError):
        return int(Path("/var/run/docker.pid").read_text())
    return None


def _await(started: Started, log: str, process: "subprocess.Popen[bytes] | None" = None) -> Started:
    end = time.monotonic() + 40
    while time.monotonic() < end and (process is None or process.poll() is None):
        if Engine(started.endpoint).answers():
            return started
        time.sleep(0.1)
    raise Problem(f"Docker was started but does not answer. Its log says why: {log}")


def _candidates() -> Iterator[str]:
    """Where an engine may be, the person's own choice first."""
    chosen = os.environ.get("DOCKER_HOST") or _context()
    if chosen:
        yield chosen
        return
    home = Path.home()
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    sockets = [Path("/var/run/docker.sock")]
    sockets += [Path(runtime) / "docker.sock"] if runtime else []
    sockets += [
        home / ".docker/run/docker.sock",
        home / ".docker/desktop/docker.sock",
        home / ".colima/default/docker.sock",
        home / ".rd/docker.sock",
    ]
    sockets += [Path(runtime) / "podman/podman.sock"] if runtime else []
    sockets.append(Path("/run/podman/podman.sock"))
    yield from (f"unix://{path}" for path in sockets if path.exists())


def _context() -> str | None:
    """The endpoint of the current docker context, when it is not the default one."""
    folder = Path(os.environ.get("DOCKER_CONFIG") or Path.home() / ".docker")
    try:
        settings = json.loads((folder / "config.json").read_bytes())
        name = os.environ.get("DOCKER_CONTEXT") or settings.get("currentContext")
        if not name or name == "default":
            return None
        for meta in (folder / "contexts" / "meta").glob("*/meta.json"):
            context = json.loads(meta.read_bytes())
            if context["Name"] == name:
                return str(context["Endpoints"]["docker"]["Host"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return None


def advice() -> str:
    """What a person can do when there is no engine."""
    if sys.platform == "darwin":
        return "Install and start Docker Desktop, Colima or Rancher Desktop."
    if sys.platform == "win32":
        return "Install and start Docker Desktop or Rancher Desktop."
    if debian.is_debian():
        command = "sudo apt install docker.io && sudo usermod -aG docker $USER"
        if shutil.which("dockerd"):
            command = "sudo systemctl start docker"
        return f"Run: {command}"
    return "Install Docker (https://docs.docker.com/engine/install/) or Podman and start it."
