"""How long a model of one large file takes into a registry and out of it, beside skopeo, and in how
much memory: ``python -m tests.benchmarks.artifacts [MEGABYTES] [RUNS]``.

Each run has a registry of its own (Debian packages docker-registry and skopeo). skopeo sends and
fetches the same artifact, to and from a folder; it is given the digest, which we find out.
"""

import os
import resource
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from multiprocessing import get_context
from pathlib import Path

import registry as registry_program
from tests.engine.registries.artifact_work import NAME, make_weights, pull_to, push_folder
from tests.support.ports import free_port

VERSION = "v1.0.0"
_PLAIN = ("--src-tls-verify=false", "--dest-tls-verify=false")


def _told(work: Callable[..., object], arguments: tuple[str, ...]) -> None:
    """In a process of its own; says how long it took, and what of memory."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.perf_counter()
    work(*arguments)
    spent = time.perf_counter() - began
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(f"  ours     {spent:6.2f} s, {grown:.0f} MB of memory", flush=True)


def ours(work: Callable[..., object], *arguments: str) -> float:
    """Seconds of a process."""
    process = get_context("fork").Process(target=_told, args=(work, arguments))
    began = time.perf_counter()
    process.start()
    process.join()
    if process.exitcode:
        raise SystemExit("it failed")
    return time.perf_counter() - began


def skopeo(source: str, target: str) -> float:
    """Seconds of ``skopeo copy``."""
    program = shutil.which("skopeo")
    if program is None:
        raise SystemExit("needs skopeo")
    began = time.perf_counter()
    subprocess.run([program, "copy", "--quiet", *_PLAIN, source, target], check=True)
    spent = time.perf_counter() - began
    print(f"  skopeo   {spent:6.2f} s", flush=True)
    return spent


class Site:
    """A new registry, whose data is then on the disk."""

    def __init__(self, room: Path) -> None:
        self._folder = tempfile.TemporaryDirectory(dir=room)
        port = free_port()
        self._process = registry_program.start(Path(self._folder.name), port)
        self.address = f"127.0.0.1:{port}"
        self.image = f"docker://{self.address}/{NAME}:{VERSION}"
        os.sync()

    def close(self) -> None:
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._folder.cleanup()


def one_run(room: Path, model: Path, spent: dict[str, list[float]]) -> None:
    """Each there, and back from where it is."""
    mine, theirs = Site(room), Site(room)
    here, copied = room / "here", room / "copied"
    try:
        print("push")
        spent["push ours"].append(ours(push_folder, mine.address, str(model), VERSION))
        skopeo(mine.image, f"dir:{copied}")
        os.sync()
        spent["push skopeo"].append(skopeo(f"dir:{copied}", theirs.image))
        shutil.rmtree(copied)
        print("pull")
        os.sync()
        spent["pull ours"].append(
            ours(pull_to, mine.address, VERSION, str(here), str(room / "locks"))
        )
        shutil.rmtree(here)
        os.sync()
        spent["pull skopeo"].append(skopeo(theirs.image, f"dir:{copied}"))
        shutil.rmtree(copied)
    finally:
        mine.close()
        theirs.close()


def main() -> None:
    """By turns."""
    megabytes = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    runs = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    spent: dict[str, list[float]] = {
        f"{what} {who}": [] for what in ("push", "pull") for who in ("ours", "skopeo")
    }
    with tempfile.TemporaryDirectory() as name:
        room = Path(name)
        model = room / "model"
        model.mkdir()
        make_weights(model / "model.safetensors", megabytes)
        for _ in range(runs):
            one_run(room, model, spent)
    middle = {name: statistics.median(found) for name, found in spent.items()}
    for name, found in spent.items():
        print(f"{name}: {min(found):.2f} / {middle[name]:.2f} / {max(found):.2f} s")
    for what in ("push", "pull"):
        ratio = middle[f"{what} ours"] / middle[f"{what} skopeo"]
        print(f"{what}, ours / skopeo: {ratio:.2f}")


if __name__ == "__main__":
    main()
