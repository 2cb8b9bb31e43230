"""A Docker engine of its own for the tests, beside any that the machine has.

Its images, containers, networks and sockets live in one temporary folder, on one bridge and in
one range of addresses, so that ending it can take all of it away, and a person's own engine is
never touched: not its images, not its containers, not its firewall rules. (Two engines that both
write firewall rules remove each other's; so this one writes none, and three rules for its range
of addresses are written here.)
"""

import ipaddress
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import newer_engines
from console import Problem
from docker_api import Engine
from keeper import Keeper
from newer_engines import SETTINGS, NewerEngine

PACKAGES = ("docker.io", "iptables", "iproute2")
PREFIX = "modeldesk-engine-"

_PROGRAMS = ("dockerd", "containerd", "runc", "iptables", "ip")
_STATE = "state.json"
_CONTAINERD = """\
version = 2
root = "{folder}/containerd/root"
state = "{folder}/containerd/state"
disabled_plugins = ["io.containerd.grpc.v1.cri"]
[grpc]
  address = "{folder}/containerd.sock"
"""


@dataclass(frozen=True, slots=True)
class _State:
    """All that must be known to take an engine away, written before it is started."""

    owner: int
    owner_started: str
    name: str
    addresses: str

    @property
    def network(self) -> ipaddress.IPv4Network:
        return ipaddress.IPv4Network(self.addresses)


def missing_programs() -> list[str]:
    """What the machine lacks to start an engine; empty when it can (as root)."""
    return [name for name in _PROGRAMS if shutil.which(name) is None]


def start(keeper: Keeper, newer: NewerEngine | None = None) -> tuple[str, Path]:
    """Start the machine's engine, or `newer`; return its endpoint and its folder. `keeper` takes
    it away.

    Raises `Problem` with the engine's own last words when it does not come up.
    """
    clear_leftovers()
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=_roomy_folder()))
    name = f"mdt{folder.name[-8:]}"
    state = _State(os.getpid(), _started(os.getpid()), name, str(_free_addresses()))
    (folder / _STATE).write_text(json.dumps(asdict(state)), encoding="ascii")
    keeper.run(sys.executable, str(Path(__file__).resolve()), str(folder))
    _lay_network(state)
    if newer is None:
        _start_containerd(folder)
        _start_dockerd(folder, state, "dockerd", {"--containerd": f"{folder}/containerd.sock"})
    else:
        # Containers are seen by what starts them only: so it starts a containerd itself.
        programs = newer_engines.lay(newer, folder)
        _start_dockerd(folder, state, str(programs / "dockerd"), {})
    return f"unix://{folder}/docker.sock", folder


def clear_leftovers() -> None:
    """Take away engines whose starter is gone, and whose keeper was killed as well."""
    for folder in _roomy_folder().glob(f"{PREFIX}*"):
        if _is_left_over(folder):
            remove(folder)


def _is_left_over(folder: Path) -> bool:
    state = _read_state(folder)
    if state is not None:
        return _started(state.owner) != state.owner_started
    # Another start may be about to write it.
    with suppress(OSError):
        return time.time() - folder.stat().st_mtime > 60
    return False


def _read_state(folder: Path) -> _State | None:
    try:
        return _State(**json.loads((folder / _STATE).read_bytes()))
    except (OSError, ValueError, TypeError):
        return None


def _roomy_folder() -> Path:
    """On disk: the temporary folder of many systems is memory."""
    disk = Path("/var/tmp")
    return disk if disk.is_dir() else Path(tempfile.gettempdir())


def _started(process: int) -> str:
    """When a process was started; empty when there is none. Numbers are used again, times not."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""


def _free_addresses() -> ipaddress.IPv4Network:
    """A range that no network of this machine overlaps."""
    told = subprocess.run(["ip", "-4", "route"], capture_output=True, text=True, check=True).stdout
    found = re.findall(r"\b\d+\.\d+\.\d+\.\d+/\d+", told)
    taken = [ipaddress.IPv4Network(text, strict=False) for text in found]
    for second in range(201, 250):
        candidate = ipaddress.IPv4Network(f"10.{second}.0.0/16")
        if not any(candidate.overlaps(network) for network in taken):
            return candidate
    raise Problem("No range of addresses is free for the containers of the tests.")


def _rules(state: _State) -> list[list[str]]:
    inside = state.addresses
    return [
        ["-t", "filter", "FORWARD", "-s", inside, "-j", "ACCEPT"],
        ["-t", "filter", "FORWARD", "-d", inside, "-j", "ACCEPT"],
        ["-t", "nat", "POSTROUTING", "-s", inside, "!", "-d", inside, "-j", "MASQUERADE"],
    ]


def _iptables(action: str, rule: list[str]) -> bool:
    command = ["iptables", "-w", "10", *rule[:2], action, *rule[2:]]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _lay_network(state: _State) -> None:
    gateway = next(state.network.hosts())
    for command in (
        ["ip", "link", "add", "name", state.name, "type", "bridge"],
        ["ip", "address", "add", f"{gateway}/24", "dev", state.name],
        ["ip", "link", "set", state.name, "up"],
    ):
        answer = subprocess.run(command, capture_output=True, text=True, check=False)
        if answer.returncode != 0:
            raise Problem(f"{' '.join(command)} failed: {answer.stderr.strip()}")
    for rule in _rules(state):
        if not _iptables("-I", rule):
            raise Problem(f"iptables refused a rule for {state.addresses}.")


def _start_containerd(folder: Path) -> None:
    """A containerd of its own, too: dockerd would else share the machine's."""
    configuration = folder / "containerd.toml"
    configuration.write_text(_CONTAINERD.format(folder=folder), encoding="utf-8")
    process = _launch(folder, "containerd", ["containerd", "--config", str(configuration)])
    _await(folder, "containerd", process, (folder / "containerd.sock").exists)


def _start_dockerd(folder: Path, state: _State, program: str, more: dict[str, str]) -> None:
    socket = f"unix://{folder}/docker.sock"
    settings = folder / SETTINGS
    if not settings.exists():
        settings.write_text("{}", encoding="ascii")
    pool = list(state.network.subnets())[1]
    options = {
        "--config-file": str(settings),
        "--data-root": f"{folder}/data",
        "--exec-root": f"{folder}/exec",
        "--pidfile": f"{folder}/dockerd.pid",
        "--host": socket,
        "--bridge": state.name,
        "--default-address-pool": f"base={pool},size=24",
        "--iptables": "false",
        "--ip6tables": "false",
        "--ip-masq": "false",
        "--exec-opt": "native.cgroupdriver=cgroupfs",
        "--cgroup-parent": f"/{state.name}",
        "--shutdown-timeout": "2",
        **more,
    }
    arguments = [f"{name}={value}" for name, value in options.items()]
    process = _launch(folder, "dockerd", [program, *arguments])
    _await(folder, "dockerd", process, Engine(socket).answers)


def _launch(folder: Path, name: str, command: list[str]) -> subprocess.Popen[bytes]:
    with (folder / f"{name}.log").open("wb") as log:
        return subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )


def _await(
    folder: Path, name: str, process: subprocess.Popen[bytes], ready: Callable[[], bool]
) -> None:
    end = time.monotonic() + 40
    while process.poll() is None and time.monotonic() < end:
        if ready():
            # It is ended by its folder, not by this object; say so to the interpreter.
            process.returncode = 0
            return
        time.sleep(0.05)
    log = (folder / f"{name}.log").read_text(errors="replace").strip().splitlines()
    raise Problem(f"{name} did not start:\n" + "\n".join(log[-6:]))


def remove(folder: Path) -> None:
    """Take away the engine in `folder`: processes, mounts, network, control groups, files."""
    state = _read_state(folder)
    for process in _processes_of(folder, "dockerd"):
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGTERM)
    # An engine that was told to end restarts no container, but would wait for each for long.
    if state is not None:
        _end_processes(lambda: _in_control_groups(state.name), 0)
    _end_processes(lambda: _processes_of(folder, "dockerd"), 15)
    _end_processes(lambda: _processes_of(folder, ""), 3)
    for mount in _mounts_under(folder):
        subprocess.run(["umount", "-l", mount], capture_output=True, check=False)
    if state is not None:
        _remove_network(state)
        _remove_control_groups(state.name)
    shutil.rmtree(folder, ignore_errors=True)


def _end_processes(find: Callable[[], list[int]], grace: float) -> None:
    """Ask, and after `grace` seconds make, the processes that `find` finds to end."""
    asked = signal.SIGTERM if grace else signal.SIGKILL
    for number, patience in ((asked, grace), (signal.SIGKILL, 3.0)):
        found = find()
        for process in found:
            with suppress(ProcessLookupError):
                os.kill(process, number)
        end = time.monotonic() + patience
        while found and time.monotonic() < end:
            time.sleep(0.05)
            found = find()
        if not found:
            return


def _processes_of(folder: Path, program: str) -> list[int]:
    """Live processes of `program` (of any when empty) whose command line names `folder`."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        number = int(entry.name)
        try:
            words = (entry / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        names_it = any(f"{folder}/".encode() in word for word in words)
        if names_it and words[0].endswith(program.encode()) and number != os.getpid():
            found.append(number)
    return found


def _control_groups(name: str) -> list[Path]:
    """The folders of the containers' control groups, the deepest first, in every hierarchy."""
    tops = [*Path("/sys/fs/cgroup").glob(f"*/{name}"), Path("/sys/fs/cgroup") / name]
    inner = [Path(where) for top in tops for where, _, _ in os.walk(top)]
    return sorted(inner, key=lambda path: len(path.parts), reverse=True)


def _in_control_groups(name: str) -> list[int]:
    found: set[int] = set()
    for group in _control_groups(name):
        with suppress(OSError):
            found.update(int(line) for line in (group / "cgroup.procs").read_text().split())
    return sorted(found)


def _remove_control_groups(name: str) -> None:
    for group in _control_groups(name):
        with suppress(OSError):
            group.rmdir()


def _mounts_under(folder: Path) -> Iterator[str]:
    lines = Path("/proc/self/mountinfo").read_text().splitlines()
    places = (line.split()[4] for line in lines)
    yield from sorted((p for p in places if p.startswith(f"{folder}/")), reverse=True)


def _remove_network(state: _State) -> None:
    for rule in _rules(state):
        _iptables("-D", rule)
    command = ["ip", "-o", "-4", "address"]
    told = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    for line in told.splitlines():
        words = line.split()
        if ipaddress.IPv4Interface(words[3]).ip in state.network:
            subprocess.run(["ip", "link", "delete", words[1]], capture_output=True, check=False)
    subprocess.run(["ip", "link", "delete", state.name], capture_output=True, check=False)


if __name__ == "__main__":
    remove(Path(sys.argv[1]))
