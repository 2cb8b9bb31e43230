"""An engine of the tests' own goes without a trace, even when all that would end it is killed."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import docker
import pytest

import debian
import private_engine
from base_images import TINY, ensure
from docker_api import Engine
from tests.support.waiting import until

pytestmark = pytest.mark.skipif(
    not debian.is_root() or bool(private_engine.missing_programs()),
    reason="starting an engine needs root and Docker's programs",
)

_SCRIPT = """
import sys, time
sys.path.insert(0, {packaging!r})
import private_engine
from keeper import Keeper
with Keeper() as keeper:
    print(*private_engine.start(keeper), keeper.process, flush=True)
    time.sleep(600)
"""


def _traces(folder: Path) -> list[str]:
    """What is still there of the engine in `folder`."""
    name = f"mdt{folder.name[-8:]}"
    found = [str(folder)] if folder.exists() else []
    found += [str(path) for path in Path("/sys/fs/cgroup").glob(f"*/{name}")]
    found += [str(path) for path in Path("/sys/class/net").glob(name)]
    mounts = Path("/proc/self/mountinfo").read_text().splitlines()
    found += [line for line in mounts if f"{folder}/" in line]
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = entry.read_bytes()
        except OSError:
            continue
        if f"{folder}/".encode() in line:
            found.append(line.replace(b"\0", b" ").decode())
    return found


def _start_with_a_running_container() -> tuple["subprocess.Popen[str]", int, Path]:
    text = _SCRIPT.format(packaging=str(Path(private_engine.__file__).parent))
    script = subprocess.Popen([sys.executable, "-c", text], stdout=subprocess.PIPE, text=True)
    assert script.stdout is not None
    endpoint, folder, keeper = script.stdout.readline().split()
    script.stdout.close()
    ensure(Engine(endpoint), [TINY])
    client = docker.DockerClient(base_url=endpoint)
    client.containers.run(TINY, "sleep 600", detach=True, ports={"80/tcp": ("127.0.0.1", 0)})
    client.close()
    assert len(_traces(Path(folder))) > 5
    return script, int(keeper), Path(folder)


def test_engine_goes_when_its_starter_is_killed() -> None:
    script, _, folder = _start_with_a_running_container()
    os.kill(script.pid, signal.SIGKILL)
    script.wait(10)
    until(lambda: not _traces(folder), seen=lambda: _traces(folder), pause_s=0.1)


def test_next_start_clears_what_a_killed_keeper_left() -> None:
    script, keeper, folder = _start_with_a_running_container()
    os.kill(keeper, signal.SIGKILL)
    os.kill(script.pid, signal.SIGKILL)
    script.wait(10)
    assert _traces(folder)
    private_engine.clear_leftovers()
    assert not _traces(folder)
