"""Reads files for their digests, several blocks of large ones at once."""

import hashlib
import os
import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from modeldesk.core.build_context.scan import ContextEntry, ContextPlan
from modeldesk.core.build_context.stream import content, part_of_file
from modeldesk.core.jobs import Job, Progress, Unit
from modeldesk.core.words import tr

BLOCK_BYTES = 32 << 20
"""The digest of a larger file is that of its blocks' digests, so that gigabytes of weights are
read by all processors. Another size makes other digests: it stays."""
_MOST_THREADS = 4
_REPORT_EVERY_S = 0.1


def read_digests(context: ContextPlan, entries: Sequence[ContextEntry], job: Job) -> dict[str, str]:
    """The digest of each file, by path: SHA-256 in hexadecimal digits, of the content or of its
    blocks. Raises `FolderError` for a file that changes meanwhile, `Cancelled`."""
    large = [one for one in entries if one.size_bytes > BLOCK_BYTES and _is_file(context, one)]
    if not large:
        return _Reading(context, entries, job).small(entries)
    threads = min(_MOST_THREADS, os.cpu_count() or 1)
    with ThreadPoolExecutor(threads, "digests") as pool:
        reading = _Reading(context, entries, job)
        try:
            blocks = {one.path: reading.begin(pool, one) for one in large}
            found = reading.small([one for one in entries if one.path not in blocks])
            return found | {path: reading.end(futures) for path, futures in blocks.items()}
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _is_file(context: ContextPlan, entry: ContextEntry) -> bool:
    """Whether it is read from the folder."""
    return entry.path not in context.texts


class _Reading:
    """Reads files, and says how far it is."""

    def __init__(self, context: ContextPlan, entries: Sequence[ContextEntry], job: Job) -> None:
        self._context = context
        self._job = job
        self._total = sum(entry.size_bytes for entry in entries)
        self._done = 0
        self._told = time.monotonic()

    def small(self, entries: Sequence[ContextEntry]) -> dict[str, str]:
        """Read one after the other."""
        return {entry.path: self._whole(entry) for entry in entries}

    def begin(self, pool: ThreadPoolExecutor, entry: ContextEntry) -> list[Future[bytes]]:
        """Have the blocks of a file read."""
        starts = range(0, entry.size_bytes, BLOCK_BYTES)
        return [pool.submit(self._block, entry, start) for start in starts]

    def end(self, blocks: Sequence[Future[bytes]]) -> str:
        """The digest of what was begun."""
        found = hashlib.sha256()
        for block in blocks:
            found.update(block.result())
            self._tell(BLOCK_BYTES)
        return found.hexdigest()

    def _whole(self, entry: ContextEntry) -> str:
        found = hashlib.sha256()
        for chunk in content(self._context, entry, self._job.token):
            found.update(chunk)
            self._tell(len(chunk))
        return found.hexdigest()

    def _block(self, entry: ContextEntry, start: int) -> bytes:
        found = hashlib.sha256()
        size = min(BLOCK_BYTES, entry.size_bytes - start)
        for chunk in part_of_file(self._context, entry, self._job.token, start, size):
            found.update(chunk)
        return found.digest()

    def _tell(self, count: int) -> None:
        self._done = min(self._done + count, self._total)
        if time.monotonic() - self._told >= _REPORT_EVERY_S:
            self._told = time.monotonic()
            text = tr("Reading what is in the files")
            self._job.report(Progress(text, self._done, self._total, Unit.BYTES))
