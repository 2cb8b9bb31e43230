"""How long a folder of 1 GB takes to the engine, beside the docker command line:
``python -m tests.benchmarks.context [ROUNDS] [--buildkit] [--again]`` (as root: it starts an
engine).

Both send the same folder to the same builder, in turns, and the medians are compared. Each of our
builds runs in a process of its own, which tells the most memory it had, which files it opened for
writing, and how much it wrote to any disk.

The classic builder is given a Dockerfile that takes one small file, so that a build is little more
than the sending. BuildKit's command line sends only what is needed; there everything is taken.
``--again`` (with BuildKit) measures the build after one: a single small file of code has changed
beside the weights, which must not be sent again.
"""

import json
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from modeldesk import resources
from modeldesk.adapters.docker_engine.connection import Connection
from modeldesk.adapters.docker_engine.discovery import DockerEngineFinder
from modeldesk.adapters.docker_engine.facade import DockerEngine
from modeldesk.adapters.sqlite.database import open_database
from modeldesk.adapters.sqlite.digest_records import SqliteDigestRecords
from modeldesk.core.build.model import BuildEvent, BuildRequest, ContextProgress
from modeldesk.core.build.service import BuildService
from modeldesk.core.ids import ModelName
from modeldesk.core.jobs import Job
from modeldesk.core.references import Reference
from tests.engine.private_daemon import private_daemon
from tests.fakes.deployment_locks import FakeDeploymentLocks
from tests.fakes.records import FakeBuildRecords
from tests.fakes.source_control import FakeSourceControl
from tests.support.command_line import docker_command

BIG_FILES, BIG_BYTES = 4, 224 << 20
SMALL_FILES, SMALL_BYTES = 5000, 25_000
ROUNDS = 5
NAME = "context-benchmark"
DIGESTS = "digests.sqlite"
_LABELS = [f"--label=org.example.label{number}={number}" for number in range(4)]
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT


def make_folder(folder: Path, *, everything: bool) -> None:
    """A model with large weights and many small files; nothing in it can be compressed."""
    noise = random.Random(7).randbytes(1 << 20)
    for number in range(BIG_FILES):
        with (folder / f"weights-{number}.bin").open("wb") as file:
            for block in range(BIG_BYTES >> 20):
                file.write(noise[block:] + noise[:block])
    for number in range(SMALL_FILES):
        path = folder / f"source/part{number % 50}/file{number}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(noise[number : number + SMALL_BYTES])
    lines = ["COPY weights-*.bin /", "COPY source /source"] if everything else ["COPY Dockerfile /"]
    (folder / "Dockerfile").write_text("\n".join(["FROM scratch", *lines, ""]))


def change_code(folder: Path) -> None:
    """Another line in one file of code."""
    with (folder / "source/part0/file0.py").open("a") as file:
        file.write(f"{time.time_ns()}\n")


def send(url: str, folder: Path, *, with_buildkit: bool) -> dict[str, object]:
    """One build of ours, all in this process; what it took."""
    found, attempts = DockerEngineFinder().find(url)
    assert found is not None, attempts
    info = replace(found.info, builds_with_buildkit=with_buildkit)
    found.close()
    engine = DockerEngine(Connection(url, info.api_version), info)
    written: list[str] = []

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        if event == "open" and isinstance(arguments[2], int) and arguments[2] & _WRITING:
            written.append(str(arguments[0]))

    # What was read is known in the next build's process too.
    database = open_database(folder.parent / DIGESTS).database
    service = BuildService(
        FakeBuildRecords(),
        FakeSourceControl(),
        lambda: datetime.now(UTC),
        FakeDeploymentLocks(),
        resources.path("serving"),
        digests=SqliteDigestRecords(database),
    )
    request = BuildRequest(
        folder, ModelName(NAME), (Reference("docker.io", NAME, f"v{time.time_ns()}"),)
    )
    sys.addaudithook(watch)
    before = _disk_writes()
    began = time.monotonic()
    sent = [0.0]

    def hear(event: BuildEvent | ContextProgress) -> None:
        if isinstance(event, ContextProgress):
            sent[0] = time.monotonic() - began

    outcome = service.build(engine, request, Job(), hear)
    seconds = time.monotonic() - began
    engine.close()
    database.close()
    return {
        "seconds": seconds,
        "sent_seconds": sent[0],
        "context_bytes": outcome.context_bytes,
        "peak_kilobytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
        "files_written": written,
        "bytes_to_disk": _disk_writes() - before,
    }


def _disk_writes() -> int:
    fields = dict(
        line.split(": ") for line in Path("/proc/self/io").read_text().splitlines() if line
    )
    return int(fields["write_bytes"])


def ours(url: str, folder: Path, *, with_buildkit: bool) -> dict[str, object]:
    """`send` in a process of its own."""
    builder = "buildkit" if with_buildkit else "classic"
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.context", "send", url, str(folder), builder],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)  # type: ignore[no-any-return]


def theirs(docker: str, url: str, folder: Path, *, with_buildkit: bool) -> float:
    """The command line's time for an image with as many labels, each of which is a step for the
    classic builder. The start of the program is in it, about 0.05 s."""
    environment = {**os.environ, "DOCKER_HOST": url, "DOCKER_BUILDKIT": str(int(with_buildkit))}
    began = time.monotonic()
    done = subprocess.run(
        [docker, "build", "--quiet", "--tag", f"{NAME}:cli", *_LABELS, str(folder)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return time.monotonic() - began


def clear(docker: str, url: str) -> None:
    """Nothing of one build may help the next."""
    environment = {**os.environ, "DOCKER_HOST": url}
    for words in (["system", "prune", "-af"], ["builder", "prune", "-af"]):
        subprocess.run([docker, *words], env=environment, capture_output=True, check=True)
    os.sync()


@contextmanager
def context_folder(*, everything: bool) -> Iterator[Path]:
    # On disk: the temporary folder of many systems is memory.
    with tempfile.TemporaryDirectory(dir="/var/tmp") as place:
        folder = Path(place) / "model"
        folder.mkdir()
        make_folder(folder, everything=everything)
        yield folder


def compare(rounds: int, *, with_buildkit: bool, again: bool) -> None:
    with private_daemon() as daemon, context_folder(everything=with_buildkit) as folder:
        url = daemon.address
        command = docker_command(url, with_buildkit=with_buildkit)
        assert command is not None, "no docker command line can use this builder"
        ((docker,), _) = command
        our_times, their_times, last = [], [], {}
        for turn in range(rounds + 1):
            for mine in (True, False) if turn % 2 else (False, True):
                clear(docker, url)
                if not again:
                    (folder.parent / DIGESTS).unlink(missing_ok=True)
                if again:
                    # The first is not counted; each keeps files of its own on the engine.
                    if mine:
                        ours(url, folder, with_buildkit=with_buildkit)
                    else:
                        theirs(docker, url, folder, with_buildkit=with_buildkit)
                    change_code(folder)
                if mine:
                    last = ours(url, folder, with_buildkit=with_buildkit)
                    our_times.append(float(str(last["seconds"])))
                else:
                    their_times.append(theirs(docker, url, folder, with_buildkit=with_buildkit))
        # The first turn warms the disk's cache.
        our_median, their_median = map(statistics.median, (our_times[1:], their_times[1:]))
        print(f"builder            {'BuildKit' if with_buildkit else 'classic'}")
        print(f"sent               {int(str(last['context_bytes'])) / 1e6:.0f} MB")
        print(f"ours               {our_median:.2f} s  {[round(t, 2) for t in our_times]}")
        print(f"  of it sending    {last['sent_seconds']:.2f} s")
        print(f"{docker:<18} {their_median:.2f} s  {[round(t, 2) for t in their_times]}")
        print(f"ratio              {our_median / their_median:.2f}")
        print(f"our peak memory    {int(str(last['peak_kilobytes'])) / 1024:.0f} MB")
        print(f"files we wrote     {last['files_written']}")
        print(f"bytes to our disk  {last['bytes_to_disk']}")


def main(words: list[str]) -> None:
    if words[:1] == ["send"]:
        url, folder, builder = words[1:]
        print(json.dumps(send(url, Path(folder), with_buildkit=builder == "buildkit")))
        return
    rounds = next((int(word) for word in words if word.isdecimal()), ROUNDS)
    again = "--again" in words
    compare(rounds, with_buildkit="--buildkit" in words or again, again=again)


if __name__ == "__main__":
    main(sys.argv[1:])
