"""Layers read in another process, which can be ended at any moment."""

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from modeldesk.adapters.index_process.indexer import ProcessIndexer
from modeldesk.adapters.other_process import FaultElsewhere
from modeldesk.adapters.sqlite.content_records import SqliteContentRecords
from modeldesk.adapters.sqlite.database import open_database
from modeldesk.adapters.sqlite.migrations import LAYERS
from modeldesk.core.contents.model import (
    VERIFIED,
    ArchiveImage,
    IndexedLayer,
    Place,
)
from modeldesk.core.contents.ports import ContentRecords, ImageSource
from modeldesk.core.errors import ArchiveDamaged, ArchiveError, Cancelled, ModelDeskError
from modeldesk.core.ids import DiffId
from modeldesk.core.jobs import CancelToken, Job, Progress, Unit
from tests.contracts.content_records_contract import layer, packed
from tests.fakes.silent_source import SilentSource


@dataclass(frozen=True, slots=True)
class Source(SilentSource):
    """Gives each wanted layer; then does what its name says."""

    name: str

    def index_layers(self, wanted: Collection[DiffId], job: Job) -> Iterator[IndexedLayer]:
        for done, one in enumerate(sorted(wanted)):
            yield IndexedLayer(one, packed(b"a"), VERIFIED)
            job.report(Progress(f"niceness {os.nice(0)}", done + 1, len(wanted), Unit.BYTES))
        match self.name:
            case "fail":
                raise ArchiveDamaged("It is damaged.", "Save it again.", "detail")
            case "die":
                os._exit(9)
            case "killed":
                os.kill(os.getpid(), signal.SIGKILL)
            case "too much":
                raise MemoryError
            case "fault":
                raise ZeroDivisionError("a bug of ours")
            case "hang":
                time.sleep(60)


@dataclass(frozen=True, slots=True)
class Parts:
    folder: Path

    def open_source(self, place: Place) -> ImageSource:
        return Source(place.name)

    def open_records(self) -> ContentRecords:
        opened = open_database(self.folder / "layers.sqlite", schema=LAYERS)
        return SqliteContentRecords(opened.database, 1 << 30)


@pytest.fixture
def parts(tmp_path: Path) -> Parts:
    return Parts(tmp_path)


@pytest.fixture(autouse=True)
def _nothing_left() -> Iterator[None]:
    yield
    assert multiprocessing.active_children() == []


def known(parts: Parts, *numbers: int) -> set[DiffId]:
    opened = open_database(parts.folder / "layers.sqlite", schema=LAYERS)
    try:
        records = SqliteContentRecords(opened.database, 1 << 30)
        return set(records.known_layers([layer(number) for number in numbers], VERIFIED))
    finally:
        opened.database.close()


def index(parts: Parts, name: str, job: Job, *numbers: int) -> None:
    place = ArchiveImage(Path(name))
    ProcessIndexer(lambda: parts).index(place, [layer(number) for number in numbers], job)


def test_layers_are_kept_and_progress_is_told(parts: Parts) -> None:
    told: list[Progress] = []
    index(parts, "fine", Job(report=told.append), 1, 2)
    assert known(parts, 1, 2, 3) == {layer(1), layer(2)}
    assert [(one.done, one.total) for one in told] == [(1, 2), (2, 2)]
    assert told[0].text == f"niceness {min(19, os.nice(0) + 10)}"


def test_none_wanted_starts_nothing(parts: Parts) -> None:
    index(parts, "die", Job())


def test_a_failure_is_told_as_it_was(parts: Parts) -> None:
    with pytest.raises(ArchiveDamaged) as caught:
        index(parts, "fail", Job(), 1)
    error = caught.value
    assert (error.message, error.hint, error.detail) == (
        "It is damaged.", "Save it again.", "detail",
    )  # fmt: skip
    assert known(parts, 1) == {layer(1)}


@pytest.mark.parametrize(
    ("how", "detail"), [("killed", "modeldesk-index: signal 9"), ("too much", "MemoryError")]
)
def test_a_lack_of_memory_is_told_as_that(parts: Parts, how: str, detail: str) -> None:
    with pytest.raises(ArchiveError, match="short of memory") as caught:
        index(parts, how, Job(), 1)
    assert caught.value.hint
    assert caught.value.detail == detail
    assert known(parts, 1) == {layer(1)}


def test_a_bug_comes_through_with_its_traceback(parts: Parts) -> None:
    with pytest.raises(FaultElsewhere, match="ZeroDivisionError: a bug of ours") as caught:
        index(parts, "fault", Job(), 1)
    assert "in index_layers\n" in str(caught.value)
    assert not isinstance(caught.value, ModelDeskError)


def test_a_process_that_dies_by_itself_is_a_bug(parts: Parts) -> None:
    with pytest.raises(FaultElsewhere, match="modeldesk-index ended with exit code 9"):
        index(parts, "die", Job(), 1)


def test_a_cancel_ends_it_and_keeps_what_was_done(parts: Parts) -> None:
    told = threading.Event()
    token = CancelToken()
    outcome: list[BaseException] = []

    def run() -> None:
        try:
            index(parts, "hang", Job(token, report=lambda _: told.set()), 1)
        except Cancelled as error:
            outcome.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    assert told.wait(30)
    token.cancel()
    thread.join(5)
    assert not thread.is_alive()
    assert len(outcome) == 1
    assert known(parts, 1) == {layer(1)}


def test_a_cancelled_token_starts_nothing(parts: Parts) -> None:
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        index(parts, "die", Job(token), 1)
