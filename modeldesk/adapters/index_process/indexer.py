"""Starting the other process, hearing from it, and ending it."""

from collections.abc import Collection
from contextlib import closing

from modeldesk.adapters.index_process.worker import Failed, Finished, Parts, work
from modeldesk.adapters.other_process import hear
from modeldesk.core.contents.model import Place
from modeldesk.core.errors import ArchiveError
from modeldesk.core.ids import DiffId
from modeldesk.core.jobs import Job
from modeldesk.core.words import tr


class ProcessIndexer:
    """Implements `Indexer`. Each call has a process; killing it is what cancels it, since records
    are written whole or not at all."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def index(self, place: Place, wanted: Collection[DiffId], job: Job) -> None:
        """See `modeldesk.core.contents.ports.Indexer`."""
        if not wanted:
            return
        arguments = (self._parts, place, frozenset(wanted))
        with closing(hear(work, arguments, "modeldesk-index", job.token)) as heard:
            for said in heard:
                match said:
                    case Finished():
                        return
                    case Failed(problem):
                        raise problem
                    case _:
                        job.report(said)
        raise ArchiveError(
            tr("Reading the layers ended unexpectedly."),
            tr("The machine may be short of memory. Try again."),
        )
