"""How fast a registry's tags are read with their manifests and configurations, beside the same
questions asked bare, at once and one after another, and how many a second look asks:
``python -m tests.benchmarks.registry_browse [TAGS [MS …]]``.

A registry of its own is filled first (Debian package docker-registry), and reached through a line
on which each answer takes so many milliseconds more.
"""

import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from pathlib import Path

import httpx

import registry as registry_program
from modeldesk.adapters.oci_registry.versions import RegistryVersions
from modeldesk.adapters.oci_registry.versions_apart import (
    read_registry_apart,
    read_versions_apart,
)
from modeldesk.adapters.other_process import hear
from modeldesk.adapters.sqlite.database import open_database
from modeldesk.adapters.sqlite.remote_records import SqliteRemoteRecords
from modeldesk.composition import now
from modeldesk.core.jobs import CancelToken, Job
from modeldesk.core.library.browsing import Browsing
from modeldesk.core.registry.known import KnownRegistry
from tests.benchmarks.registry_versions import fill
from tests.support.faulty_proxy import faulty_proxy
from tests.support.ports import free_port
from tests.support.slow_line import slow_line

_AT_ONCE = 16
_ROUNDS = 3
_ACCEPT = {"Accept": "application/vnd.oci.image.manifest.v1+json"}


class Bare:
    """The same questions without anything around them: one connection for each thread."""

    def __init__(self, port: int, count: int) -> None:
        self._base = f"http://127.0.0.1:{port}/v2/big/"
        self._count = count
        self._own = threading.local()
        self._clients: list[httpx.Client] = []

    def at_once(self) -> None:
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            list(pool.map(self._one, range(self._count)))
        self._close()

    def one_by_one(self) -> None:
        """A tenth of them, since it takes that long."""
        for number in range(self._count // 10):
            self._one(number)
        self._close()

    def _one(self, number: int) -> None:
        client = getattr(self._own, "client", None)
        if client is None:
            client = self._own.client = httpx.Client(base_url=self._base)
            self._clients.append(client)
        manifest = client.get(f"manifests/v1.{number}.0", headers=_ACCEPT).json()
        client.get(f"blobs/{manifest['config']['digest']}").raise_for_status()

    def _close(self) -> None:
        for client in self._clients:
            client.close()
        self._clients.clear()
        self._own = threading.local()


def bare_apart(port: int, count: int) -> None:
    """In a process of its own, which gives way to others as the one does that looks through
    registries: on a busy machine that is what makes a difference."""
    for _ in hear(_bare, (port, count), "bare", CancelToken()):
        pass


def _bare(_say: Callable[[object], None], port: int, count: int) -> None:
    Bare(port, count).at_once()


def seconds(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


@contextmanager
def browsing(folder: Path) -> Iterator[Browsing]:
    """With records of its own."""
    database = open_database(folder / "records.sqlite").database
    registry = RegistryVersions(read_versions_apart, read_registry_apart)
    try:
        yield Browsing(SqliteRemoteRecords(database), registry, now)
    finally:
        database.close()


def asked_again(port: int) -> Counter[str]:
    """What a second look asks a registry, by method and kind."""
    with faulty_proxy(f"127.0.0.1:{port}") as proxy, tempfile.TemporaryDirectory() as folder:
        known = KnownRegistry(proxy.address)
        with browsing(Path(folder)) as browse:
            browse.browse(known, (), Job())
            proxy.asked.clear()
            assert browse.browse(known, (), Job()).look.versions
    kinds = ("manifests", "blobs", "tags", "_catalog")
    return Counter(
        f"{one.partition(' ')[0]} {next((kind for kind in kinds if kind in one), '/v2/')}"
        for one in proxy.asked
    )


def measure(port: int, count: int, milliseconds: float) -> None:
    """Some rounds, each with all in turn, so that a busy machine is as busy for each."""
    print(f"{count} tags, {milliseconds:g} ms")
    ratios, gains = [], []
    with slow_line(port, milliseconds) if milliseconds else nullcontext(port) as there:
        known = KnownRegistry(f"127.0.0.1:{there}")
        for _ in range(_ROUNDS):
            with tempfile.TemporaryDirectory() as folder, browsing(Path(folder)) as browse:
                one = seconds(Bare(there, count).one_by_one) * 10
                once = seconds(lambda: bare_apart(there, count))
                first = seconds(lambda: browse.browse(known, (), Job()))
                second = seconds(lambda: browse.browse(known, (), Job()))
            ratios.append(first / once)
            gains.append(one / first)
            print(f"  bare one by one {one:6.2f} s, bare at once {once:5.2f} s, "
                  f"first look {first:5.2f} s, second look {second:5.2f} s")  # fmt: skip
    print(
        f"  {statistics.median(gains):.1f} times as fast as one by one, "
        f"{statistics.median(ratios):.2f} of bare at once"
    )


def main() -> None:
    """Without delay, and with each that is given."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    delays = [float(one) for one in sys.argv[2:]] or [0, 5, 20]
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        process = registry_program.start(Path(folder), port)
        try:
            fill(f"127.0.0.1:{port}", count)
            for milliseconds in delays:
                measure(port, count, milliseconds)
            print(f"A second look asks {dict(sorted(asked_again(port).items()))}")
        finally:
            process.terminate()
            process.wait()


if __name__ == "__main__":
    main()
