"""Starting the other process, hearing from it, and ending it."""

import logging
import multiprocessing
from collections.abc import Collection
from multiprocessing.connection import Connection

from modeldesk.adapters.index_process.worker import Failed, Finished, Parts, work
from modeldesk.core.contents.model import Place
from modeldesk.core.errors import ArchiveError
from modeldesk.core.ids import DiffId
from modeldesk.core.jobs import Job
from modeldesk.core.words import tr

logger = logging.getLogger(__name__)

_TO_END_SECONDS = 5


class ProcessIndexer:
    """Implements `Indexer`. Each call has a process, which begins afresh and knows no window;
    killing it is what cancels it, since records are written whole or not at all."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def index(self, place: Place, wanted: Collection[DiffId], job: Job) -> None:
        """See `modeldesk.core.contents.ports.Indexer`."""
        if not wanted:
            return
        job.token.raise_if_cancelled()
        context = multiprocessing.get_context("spawn")
        listen, speak = context.Pipe(duplex=False)
        process = context.Process(
            target=work,
            args=(speak, self._parts, place, frozenset(wanted)),
            name="modeldesk-index",
            daemon=True,
        )
        with listen:
            try:
                process.start()
            finally:
                speak.close()
            try:
                with job.token.closing(process.kill):
                    self._listen(listen, job)
            finally:
                process.kill()
                process.join(_TO_END_SECONDS)
                process.close()

    def _listen(self, listen: Connection, job: Job) -> None:
        while True:
            try:
                said = listen.recv()
            except (EOFError, OSError) as error:
                job.token.raise_if_cancelled()
                raise ArchiveError(
                    tr("Reading the layers ended unexpectedly."),
                    tr("The machine may be short of memory. Try again."),
                ) from error
            job.token.raise_if_cancelled()
            match said:
                case Finished():
                    return
                case Failed(problem):
                    raise problem
                case _:
                    job.report(said)
