"""How long a registry's versions take to be read, and how long the event loop stands still
meanwhile: ``python -m tests.benchmarks.registry_versions [VERSIONS]``.

A registry of its own is filled first (Debian package docker-registry).
"""

import hashlib
import json
import os
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
from PySide6.QtWidgets import QApplication

import registry as registry_program
from modeldesk.adapters.oci_registry.versions import RegistryVersions
from modeldesk.adapters.oci_registry.versions_apart import (
    read_registry_apart,
    read_versions_apart,
)
from modeldesk.adapters.sqlite.database import open_database
from modeldesk.adapters.sqlite.remote_records import SqliteRemoteRecords
from modeldesk.core.library.remote_versions import RemoteAnswer, RemoteHistory
from modeldesk.ui.tasks.lanes import Lane
from modeldesk.ui.tasks.runner import TaskRunner
from tests.benchmarks.gaps import Gaps
from tests.support.ports import free_port

if TYPE_CHECKING:
    from modeldesk.core.jobs import Job

_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
_CONFIG = "application/vnd.oci.image.config.v1+json"
_LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"
_LAYERS = 12


def fill(address: str, count: int) -> None:
    """Push so many images of a dozen layers, all of one small blob."""
    with httpx.Client(base_url=f"http://{address}/v2/big/") as client:
        layer = _blob(client, b"nothing")

        def push(number: int) -> None:
            history = [{"created_by": f"RUN pip install part-{n}"} for n in range(_LAYERS)]
            diff_ids = [f"sha256:{number:032x}{n:032x}" for n in range(_LAYERS)]
            found = {
                "created": "2026-04-05T12:00:00Z",
                "config": {"Env": ["PATH=/usr/bin"] * 8},
                "rootfs": {"diff_ids": diff_ids},
                "history": history,
            }
            config = _blob(client, json.dumps(found).encode(), _CONFIG)
            content = {
                "schemaVersion": 2,
                "mediaType": _MANIFEST,
                "config": config,
                "layers": [{**layer, "mediaType": _LAYER}] * _LAYERS,
            }
            client.put(
                f"manifests/v1.{number}.0",
                content=json.dumps(content),
                headers={"Content-Type": _MANIFEST},
            ).raise_for_status()

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(push, range(count)))


def _blob(client: httpx.Client, content: bytes, kind: str = "") -> dict[str, object]:
    digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
    place = httpx.URL(client.post("blobs/uploads/").headers["location"])
    client.put(place.copy_add_param("digest", digest), content=content).raise_for_status()
    return {"mediaType": kind, "digest": digest, "size": len(content)}


def measure(name: str, past: RemoteHistory, repository: str, tasks: TaskRunner) -> None:
    """One answer of the registry, printed."""
    answers: list[RemoteAnswer] = []
    gaps = Gaps()
    begin = time.perf_counter()

    def ask(job: "Job") -> RemoteAnswer:
        return past.ask([repository], job.token)

    tasks.submit(
        ask,
        lane=Lane.INTERACTIVE,
        title="",
        owner=tasks,
        on_result=answers.append,
        show_in_activity=False,
    )
    while not answers:
        QApplication.processEvents()
        time.sleep(0.001)
    spent = time.perf_counter() - begin
    print(f"{name}: {len(answers[0].versions)} versions in {spent:.1f} s")
    over = sum(gap.ours > 50 for gap in gaps.gaps)
    print(f"  worst gaps: {gaps.worst()}; {over} of {len(gaps.gaps)} of our own over 50 ms")
    gaps.stop()


def main() -> None:
    """Measure the first answer and the next."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    app = QApplication([])
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 5000
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        process = registry_program.start(Path(folder), port)
        tasks = TaskRunner(app)
        try:
            address = f"127.0.0.1:{port}"
            fill(address, count)
            database = open_database(Path(folder) / "records.sqlite").database
            past = RemoteHistory(
                SqliteRemoteRecords(database),
                RegistryVersions(read_versions_apart, read_registry_apart),
            )
            for name in ("First", "Again"):
                measure(name, past, f"{address}/big", tasks)
            database.close()
        finally:
            tasks.shutdown(10)
            process.terminate()
            process.wait()


if __name__ == "__main__":
    main()
