"""What runs in the other process."""

from collections.abc import Callable
from contextlib import closing
from typing import Protocol

from modeldesk.core.contents.model import Place
from modeldesk.core.contents.ports import ContentRecords, ImageSource
from modeldesk.core.ids import DiffId
from modeldesk.core.jobs import Job, Progress


class Parts(Protocol):
    """How the process makes what it works with. Handed over by pickling."""

    def open_source(self, place: Place) -> ImageSource: ...

    def open_records(self) -> ContentRecords: ...


def index_layers(
    say: Callable[[Progress], None], parts: Parts, place: Place, wanted: frozenset[DiffId]
) -> None:
    """Index the layers and keep each as soon as it is read."""
    records = parts.open_records()
    with closing(parts.open_source(place)) as source:
        for layer in source.index_layers(wanted, Job(report=say)):
            records.keep_layer_index(layer)
