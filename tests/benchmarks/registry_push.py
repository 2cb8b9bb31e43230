"""How long one large layer takes into a registry, beside skopeo, and in how much memory:
``python -m tests.benchmarks.registry_push [MEGABYTES] [RUNS]``.

Each run has a registry of its own (Debian packages docker-registry and skopeo).
"""

import hashlib
import json
import os
import resource
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator
from multiprocessing import get_context
from pathlib import Path

import registry as registry_program
from modeldesk.adapters.oci_registry.client import RegistryClient
from modeldesk.core.jobs import CancelToken
from modeldesk.core.registry.model import Blob
from tests.support.ports import free_port

_PIECE = 1024 * 1024
_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
_LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"
_CONFIG = "application/vnd.oci.image.config.v1+json"


def make_layout(folder: Path, megabytes: int) -> Blob:
    """An OCI layout of one image with one layer, which skopeo sends as it is: packed already."""
    blobs = folder / "blobs" / "sha256"
    blobs.mkdir(parents=True)
    digest = hashlib.sha256()
    packer = zlib.compressobj(0, zlib.DEFLATED, 31)
    size = 0
    with (folder / "layer").open("wb") as file:
        for number in range(megabytes + 1):
            last = number == megabytes
            piece = packer.flush() if last else packer.compress(os.urandom(_PIECE))
            size += file.write(piece)
            digest.update(piece)
    layer = f"sha256:{digest.hexdigest()}"
    (folder / "layer").rename(blobs / digest.hexdigest())
    config = {"os": "linux", "architecture": "amd64", "rootfs": {"diff_ids": [layer]}}
    manifest = {
        "schemaVersion": 2,
        "mediaType": _MANIFEST,
        "config": _kept(blobs, config, _CONFIG),
        "layers": [{"mediaType": _LAYER, "digest": layer, "size": size}],
    }
    index = {"schemaVersion": 2, "manifests": [_kept(blobs, manifest, _MANIFEST)]}
    (folder / "index.json").write_text(json.dumps(index))
    (folder / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
    path = blobs / digest.hexdigest()

    def read(first: int) -> Iterator[bytes]:
        with path.open("rb") as file:
            file.seek(first)
            while piece := file.read(_PIECE):
                yield piece

    return Blob(layer, size, read)


def _kept(blobs: Path, document: object, kind: str) -> dict[str, object]:
    content = json.dumps(document).encode()
    name = hashlib.sha256(content).hexdigest()
    (blobs / name).write_bytes(content)
    return {"mediaType": kind, "digest": f"sha256:{name}", "size": len(content)}


def _ours(blob: Blob, address: str) -> None:
    """In a process of its own; says what it took of memory."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    client = RegistryClient(address, lambda _: None)
    began = time.perf_counter()
    client.put_blob("bench/model", blob, lambda _: None, CancelToken())
    spent = time.perf_counter() - began
    client.close()
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(f"  ours     {spent:6.2f} s, {grown:.0f} MB of memory", flush=True)


def ours(blob: Blob, _: Path, address: str) -> float:
    """Seconds of a process that sends the blob."""
    process = get_context("fork").Process(target=_ours, args=(blob, address))
    began = time.perf_counter()
    process.start()
    process.join()
    if process.exitcode:
        raise SystemExit("our push failed")
    return time.perf_counter() - began


def skopeo(_: Blob, layout: Path, address: str) -> float:
    """Seconds of ``skopeo copy``."""
    program = shutil.which("skopeo")
    if program is None:
        raise SystemExit("needs skopeo")
    began = time.perf_counter()
    subprocess.run(
        [program, "copy", "--quiet", "--dest-tls-verify=false", f"oci:{layout}",
         f"docker://{address}/bench/model:v1"],
        check=True,
    )  # fmt: skip
    spent = time.perf_counter() - began
    print(f"  skopeo   {spent:6.2f} s", flush=True)
    return spent


def measure(push: Callable[[Blob, Path, str], float], blob: Blob, layout: Path) -> float:
    """Into a new registry, whose data is then on the disk."""
    with tempfile.TemporaryDirectory(dir=layout.parent) as folder:
        port = free_port()
        process = registry_program.start(Path(folder), port)
        try:
            os.sync()
            return push(blob, layout, f"127.0.0.1:{port}")
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def main() -> None:
    """Push by turns."""
    megabytes = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    runs = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    with tempfile.TemporaryDirectory() as folder:
        layout = Path(folder) / "layout"
        blob = make_layout(layout, megabytes)
        spent: dict[str, list[float]] = {"ours": [], "skopeo": []}
        for _ in range(runs):
            spent["skopeo"].append(measure(skopeo, blob, layout))
            spent["ours"].append(measure(ours, blob, layout))
        middle = {name: statistics.median(found) for name, found in spent.items()}
        for name, found in spent.items():
            print(f"{name}: {min(found):.2f} / {middle[name]:.2f} / {max(found):.2f} s")
        print(f"ours / skopeo: {middle['ours'] / middle['skopeo']:.2f} (limit 1.15)")


if __name__ == "__main__":
    main()
