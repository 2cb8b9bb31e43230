"""How long a copy between two registries takes, beside skopeo's, and between two repositories of
one: ``python -m tests.benchmarks.registry_copy [LAYER_MB] [LAYERS] [RUNS]``.

Two registries of its own are started (Debian package docker-registry); an image of random layers
is put into the first.
"""

import json
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from hashlib import sha256
from pathlib import Path
from random import Random

import registry as registry_program
from modeldesk.adapters.oci_registry.registries import RegistryClients
from modeldesk.core.jobs import CancelToken, Job
from modeldesk.core.references import Reference
from modeldesk.core.registry.copying import CopyRequest, copy
from modeldesk.core.registry.model import Blob, Manifest
from modeldesk.core.registry.ports import Registry
from tests.support.ports import free_port

_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
_CONFIG = "application/vnd.oci.image.config.v1+json"
_LAYER = "application/vnd.oci.image.layer.v1.tar"
_PIECE = 1 << 20


def fill(registry: Registry, megabytes: int, layers: int) -> None:
    """Put ``bench/rec:v1`` there."""
    token = CancelToken()

    def put(content: Callable[[], Iterator[bytes]], kind: str) -> dict[str, object]:
        hasher, size = sha256(), 0
        for piece in content():
            hasher.update(piece)
            size += len(piece)

        def read(first: int) -> Iterator[bytes]:
            for piece in content():
                if first < len(piece):
                    yield piece[first:]
                first = max(0, first - len(piece))

        digest = f"sha256:{hasher.hexdigest()}"
        registry.put_blob("bench/rec", Blob(digest, size, read), lambda _: None, token)
        return {"mediaType": kind, "digest": digest, "size": size}

    def weights(seed: int) -> Iterator[bytes]:
        source = Random(seed)
        for _ in range(megabytes):
            yield source.randbytes(_PIECE)

    made = [put(partial(weights, n), _LAYER) for n in range(layers)]
    diff_ids = [one["digest"] for one in made]
    told = {
        "os": "linux",
        "architecture": "amd64",
        "rootfs": {"type": "layers", "diff_ids": diff_ids},
    }
    config = put(lambda: iter([json.dumps(told).encode()]), _CONFIG)
    content = json.dumps(
        {"schemaVersion": 2, "mediaType": _MANIFEST, "config": config, "layers": made}
    ).encode()
    manifest = Manifest(content, _MANIFEST, f"sha256:{sha256(content).hexdigest()}")
    registry.put_manifest("bench/rec", "v1", manifest, token)


def main() -> None:
    """Ours and skopeo's in turn, each to a repository where nothing is."""
    given = [int(text) for text in sys.argv[1:]]
    megabytes, layers, runs = (given + [256, 4, 5][len(given) :])[:3]
    with tempfile.TemporaryDirectory() as folder:
        hosts, processes = [], []
        for name in ("one", "two"):
            port = free_port()
            processes.append(registry_program.start(Path(folder) / name, port))
            hosts.append(f"127.0.0.1:{port}")
        registries = RegistryClients()
        try:
            fill(registries.at(hosts[0]), megabytes, layers)
            print(f"{layers} layers of {megabytes} MiB, {runs} runs, median (least–most)")
            _race(registries, hosts, runs, Path(folder) / "two")
        finally:
            registries.close()
            for process in processes:
                process.terminate()
                process.wait()


def _race(registries: RegistryClients, hosts: list[str], runs: int, goal: Path) -> None:
    source = Reference.parse(f"{hosts[0]}/bench/rec:v1")

    def ours(target: str) -> None:
        copy(registries, CopyRequest(source, Reference.parse(target)), Job())

    def theirs(target: str) -> None:
        off = ["--src-tls-verify=false", "--dest-tls-verify=false"]
        command = ["skopeo", "copy", "-q", *off, f"docker://{source}", f"docker://{target}"]
        subprocess.run(command, check=True)

    taken: dict[str, list[float]] = {"modeldesk": [], "skopeo": [], "one registry": []}
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for number in range(runs):
        for name, work in (("modeldesk", ours), ("skopeo", theirs)):
            if name == "skopeo" and shutil.which(name) is None:
                continue
            begin = time.perf_counter()
            work(f"{hosts[1]}/{name}-{number}:v1")
            taken[name].append(time.perf_counter() - begin)
            # A registry that has a layer elsewhere would take it from there.
            shutil.rmtree(goal / "data", ignore_errors=True)
        begin = time.perf_counter()
        ours(f"{hosts[0]}/bench/rec-{number}:v1")
        taken["one registry"].append(time.perf_counter() - begin)
    for name, seconds in taken.items():
        if seconds:
            least, most = min(seconds), max(seconds)
            middle = statistics.median(seconds)
            print(f"{name:14} {middle:7.3f} s  ({least:.3f}–{most:.3f})")
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    print(f"memory grew by {grown / 1000:.0f} MB")


if __name__ == "__main__":
    main()
