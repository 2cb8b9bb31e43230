"""How much memory a large blob takes, there and back."""

import hashlib
import resource
import sys
from collections.abc import Iterator
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

from modeldesk.adapters.oci_registry.client import RegistryClient
from modeldesk.core.jobs import CancelToken
from modeldesk.core.registry.model import Blob
from tests.engine.registries.conftest import run_registry

SIZE = 400 * 1024 * 1024
LIMIT_MB = 64
_PIECE = bytes(range(256)) * 4096


def test_a_large_blob_takes_little_memory(tmp_path: Path) -> None:
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    with run_registry(tmp_path) as site:
        process = context.Process(target=there_and_back, args=(site.address, theirs))
        process.start()
        process.join()
    assert process.exitcode == 0
    assert ours.recv() < LIMIT_MB
    ours.close()
    theirs.close()


def there_and_back(address: str, answer: Connection) -> None:
    """Tells by how many megabytes its memory grew."""

    def read(first: int) -> Iterator[bytes]:
        assert first == 0
        for _ in range(SIZE // len(_PIECE)):
            yield bytes(_PIECE)

    whole = hashlib.sha256()
    for piece in read(0):
        whole.update(piece)
    digest = f"sha256:{whole.hexdigest()}"
    client, token = RegistryClient(address, lambda _: None), CancelToken()
    client.has_blob("team/model", digest, token)
    before = _peak_mb()
    client.put_blob("team/model", Blob(digest, SIZE, read), lambda _: None, token)
    assert sum(map(len, client.blob("team/model", digest, token))) == SIZE
    client.close()
    answer.send(_peak_mb() - before)


def _peak_mb() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1024**2 if sys.platform == "darwin" else peak / 1024
