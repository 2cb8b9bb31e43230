"""Reading layers in this very process, for programs without a window that could be held up."""

from collections.abc import Collection
from contextlib import closing

from modeldesk.core.contents.model import Place
from modeldesk.core.contents.ports import ContentRecords, OpenSource
from modeldesk.core.ids import DiffId
from modeldesk.core.jobs import Job


class DirectIndexer:
    """Implements `Indexer`."""

    def __init__(self, records: ContentRecords, open_source: OpenSource) -> None:
        self._records = records
        self._open_source = open_source

    def index(self, place: Place, wanted: Collection[DiffId], job: Job) -> None:
        """See `modeldesk.core.contents.ports.Indexer`."""
        if not wanted:
            return
        with closing(self._open_source(place)) as source:
            for layer in source.index_layers(wanted, job):
                self._records.keep_layer_index(layer)
