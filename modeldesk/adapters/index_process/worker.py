"""What runs in the other process."""

import logging
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Protocol

from modeldesk.adapters.other_process import give_way
from modeldesk.core.contents.model import Place
from modeldesk.core.contents.ports import ContentRecords, ImageSource
from modeldesk.core.errors import ModelDeskError
from modeldesk.core.ids import DiffId
from modeldesk.core.jobs import Job, Progress

logger = logging.getLogger(__name__)


class Parts(Protocol):
    """How the process makes what it works with. Handed over by pickling."""

    def open_source(self, place: Place) -> ImageSource: ...

    def open_records(self) -> ContentRecords: ...


@dataclass(frozen=True, slots=True)
class Failed:
    """Why it could not be done."""

    error: ModelDeskError


@dataclass(frozen=True, slots=True)
class Finished:
    """All layers are kept."""


Said = Progress | Failed | Finished


def work(speak: Connection, parts: Parts, place: Place, wanted: frozenset[DiffId]) -> None:
    """Index the layers and keep each as soon as it is read. Ends when nobody listens any more."""
    give_way()
    with suppress(BrokenPipeError, ConnectionResetError), speak:
        speak.send(_outcome(parts, place, wanted, speak.send))


def _outcome(
    parts: Parts, place: Place, wanted: frozenset[DiffId], say: Callable[[Said], None]
) -> Said:
    try:
        records = parts.open_records()
        with closing(parts.open_source(place)) as source:
            for layer in source.index_layers(wanted, Job(report=say)):
                records.keep_layer_index(layer)
    except ModelDeskError as error:
        return Failed(error)
    return Finished()
