"""Starting the other process, hearing from it, and ending it."""

from collections.abc import Callable, Collection
from contextlib import closing

from modeldesk.adapters.index_process.worker import Parts, index_layers
from modeldesk.adapters.other_process import ShortOfMemory, hear
from modeldesk.core.contents.model import Place
from modeldesk.core.errors import ArchiveError
from modeldesk.core.ids import DiffId
from modeldesk.core.jobs import Job
from modeldesk.core.words import tr


class ProcessIndexer:
    """Implements `Indexer`. Each call has a process; killing it is what cancels it, since records
    are written whole or not at all."""

    def __init__(self, parts: Callable[[], Parts]) -> None:
        """`parts` are asked for anew each time: they go by the settings."""
        self._parts = parts

    def index(self, place: Place, wanted: Collection[DiffId], job: Job) -> None:
        """See `modeldesk.core.contents.ports.Indexer`."""
        if not wanted:
            return
        arguments = (self._parts(), place, frozenset(wanted))
        try:
            with closing(hear(index_layers, arguments, "modeldesk-index", job.token)) as heard:
                for progress in heard:
                    job.report(progress)
        except ShortOfMemory as error:
            raise ArchiveError(
                tr("The layers were not read to the end: the machine ran short of memory."),
                tr("Close what else needs much memory, and try again."),
                error.detail,
            ) from None
