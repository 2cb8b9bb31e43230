"""How long a list of many images takes, beside the engine's own call and the command line's:
``python -m tests.benchmarks.listing [IMAGES]`` (as root: it starts an engine of its own).

The program's list is to be complete on screen within 1.5 times the engine's own call plus
150 ms; what is measured here is the part below the window.
"""

import hashlib
import http.client
import io
import json
import socket
import statistics
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from modeldesk.adapters.docker_engine.discovery import DockerEngineFinder
from modeldesk.core.ports import ImageEngine
from tests.engine.private_daemon import can_start, private_daemon

TAGS = 3
REPEAT = 15
DETAILS = 200


def archive(images: int, tags: int) -> bytes:
    """What `docker load` takes: images with one layer in common, each with names of its own."""
    layer = _tar({"weights.bin": b"0" * 1024})
    manifest, files = [], {"layer.tar": layer}
    for number in range(images):
        config = json.dumps(
            {
                "architecture": "amd64",
                "os": "linux",
                "created": f"2026-01-{number % 28 + 1:02}T00:00:00Z",
                "config": {"Labels": {"io.modeldesk.model.name": f"model-{number // 10}"}},
                "history": [{"created_by": f"COPY weights.bin /app/{number}"}],
                "rootfs": {
                    "type": "layers",
                    "diff_ids": [f"sha256:{hashlib.sha256(layer).hexdigest()}"],
                },
                "number": number,
            }
        ).encode()
        name = f"{hashlib.sha256(config).hexdigest()}.json"
        files[name] = config
        names = [f"team/model-{number // 10}:v{number % 10}.{tag}" for tag in range(tags)]
        manifest.append({"Config": name, "RepoTags": names, "Layers": ["layer.tar"]})
    return _tar({**files, "manifest.json": json.dumps(manifest).encode()})


def raw_list(socket_path: str) -> bytes:
    """The engine's own answer, read and not looked at."""
    connection = http.client.HTTPConnection("localhost")
    connection.sock = socket.socket(socket.AF_UNIX)
    connection.sock.connect(socket_path)
    connection.request("GET", "/v1.41/images/json")
    content = connection.getresponse().read()
    connection.close()
    return content


def milliseconds(work: Callable[[], object]) -> float:
    """The median of several runs."""
    work()
    times = []
    for _ in range(REPEAT):
        began = time.perf_counter()
        work()
        times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times)


def measure(engine: ImageEngine, socket_path: str, images: int) -> None:
    """Print what the ways of listing take."""
    listed = engine.list_images()
    assert len(listed) == images
    assert sum(len(image.tags) for image in listed) == images * TAGS
    raw = milliseconds(lambda: raw_list(socket_path))
    command = ["docker", "-H", f"unix://{socket_path}", "images"]
    rows = {
        "the engine's own list call": raw,
        "… and its JSON": milliseconds(lambda: json.loads(raw_list(socket_path))),
        "list_images": milliseconds(engine.list_images),
        "docker images": milliseconds(
            lambda: subprocess.run(command, capture_output=True, check=True)
        ),
    }
    print(f"{images} images of {TAGS} tags, median of {REPEAT}:")
    for name, value in rows.items():
        print(f"  {name:28} {value:8.1f} ms   {value / raw:5.2f} times the call")
    print(f"  {'allowed on screen':28} {raw * 1.5 + 150:8.1f} ms")
    began = time.perf_counter()
    for image in listed[:DETAILS]:
        engine.image_detail(image.id)
    each = (time.perf_counter() - began) * 1000 / min(DETAILS, images)
    print(f"  {'image_detail, each':28} {each:8.2f} ms")
    summary = milliseconds(lambda: engine.image_summary(listed[0].id))
    print(f"  {'image_summary':28} {summary:8.2f} ms")


def main() -> None:
    if not can_start():
        sys.exit("Run it as root where dockerd is installed: it starts an engine of its own.")
    images = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    with private_daemon() as daemon, tempfile.TemporaryFile() as kept:
        kept.write(archive(images, TAGS))
        kept.seek(0)
        began = time.perf_counter()
        command = ["docker", "-H", daemon.address, "load", "-q"]
        subprocess.run(command, stdin=kept, stdout=subprocess.DEVNULL, check=True)
        print(f"loaded in {time.perf_counter() - began:.1f} s")
        engine, attempts = DockerEngineFinder().find(daemon.address)
        assert engine is not None, attempts
        measure(engine, daemon.address.removeprefix("unix://"), images)
        engine.close()


def _tar(files: dict[str, bytes]) -> bytes:
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w") as archive_file:
        for name, content in files.items():
            member = tarfile.TarInfo(Path(name).name)
            member.size = len(content)
            archive_file.addfile(member, io.BytesIO(content))
    return written.getvalue()


if __name__ == "__main__":
    main()
