"""Artifacts pushed and pulled in processes that may be killed, or whose memory is measured."""

import os
import resource
import sys
from multiprocessing.connection import Connection
from pathlib import Path

from modeldesk.adapters.file_locks import FileDeploymentLocks
from modeldesk.adapters.oci_registry.registries import RegistryClients
from modeldesk.core.artifacts.folder import model_files
from modeldesk.core.artifacts.pulling import Pulled, PullRequest, pull
from modeldesk.core.artifacts.pushing import Pushed, PushRequest, push
from modeldesk.core.jobs import CancelToken, Job
from modeldesk.core.references import Reference
from tests.unit.core.model_folder.crafted import safetensors

NAME = "team/rec"
_PIECE = 1 << 20


def make_weights(path: Path, megabytes: int) -> None:
    """A file of safetensors, random so that nothing of it is the same as another."""
    size = megabytes << 20
    header = {"w": {"dtype": "U8", "shape": [size], "data_offsets": [0, size]}}
    with path.open("wb") as file:
        file.write(safetensors(header, 0))
        for _ in range(megabytes):
            file.write(os.urandom(_PIECE))


def push_folder(address: str, folder: str, version: str) -> Pushed:
    registries = RegistryClients()
    try:
        files = model_files(Path(folder), CancelToken())
        target = Reference(address, NAME, version)
        return push(registries, PushRequest(files, target), Job())
    finally:
        registries.close()


def pull_to(address: str, version: str, folder: str, locks: str) -> Pulled:
    registries = RegistryClients()
    try:
        request = PullRequest(Reference(address, NAME, version), Path(folder))
        return pull(registries, request, FileDeploymentLocks(Path(locks)), Job())
    finally:
        registries.close()


def there_and_back(address: str, folder: str, to: str, answer: Connection) -> None:
    """Tells by how many megabytes its memory grew."""
    # What has to be imported in any case is no growth.
    small = Path(to).with_name("small")
    small.mkdir()
    make_weights(small / "model.safetensors", 1)
    push_folder(address, str(small), "v0.0.1")
    pull_to(address, "v0.0.1", f"{to}-small", f"{to}-locks")
    before = _peak_mb()
    push_folder(address, folder, "v1.0.0")
    pull_to(address, "v1.0.0", to, f"{to}-locks")
    answer.send(_peak_mb() - before)


def _peak_mb() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1024**2 if sys.platform == "darwin" else peak / 1024
