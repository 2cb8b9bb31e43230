"""Python's garbage is collected in the UI thread only."""

import gc
import threading
import time
import weakref
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from modeldesk.ui.shell.garbage import UiThreadGarbage


class Cycle(QObject):
    """Held by nothing but itself, and it notes in which thread it goes."""

    died_in: list[threading.Thread]

    def __init__(self, died_in: list[threading.Thread]) -> None:
        super().__init__()
        self.me = self
        self.died_in = died_in

    def __del__(self) -> None:
        self.died_in.append(threading.current_thread())


@pytest.fixture
def garbage(qapp: QApplication) -> Iterator[UiThreadGarbage]:
    gc.enable()
    collector = UiThreadGarbage()
    collector.start()
    assert not gc.isenabled()
    yield collector
    collector.stop()
    assert gc.isenabled()


def allocate_much() -> None:
    kept = [[number] for number in range(50_000)]
    del kept


def test_a_worker_collects_nothing_and_the_window_does(
    garbage: UiThreadGarbage, qtbot: QtBot
) -> None:
    died_in: list[threading.Thread] = []
    for _ in range(20):
        Cycle(died_in)
    worker = threading.Thread(target=allocate_much)
    worker.start()
    worker.join()
    assert died_in == []
    keep = [[number] for number in range(2_000)]
    qtbot.waitUntil(lambda: len(died_in) == 20, timeout=5_000)
    assert set(died_in) == {threading.main_thread()}
    assert len(keep) == 2_000


def test_what_survived_is_collected_while_nobody_looks(
    garbage: UiThreadGarbage, monkeypatch: pytest.MonkeyPatch
) -> None:
    died_in: list[threading.Thread] = []
    lasting = Cycle(died_in)
    keep = [[number] for number in range(2_000)]
    garbage.collect()
    del lasting
    keep += [[number] for number in range(2_000)]
    garbage.collect()
    assert died_in == []
    monkeypatch.setattr(
        QGuiApplication, "applicationState", lambda: Qt.ApplicationState.ApplicationInactive
    )
    later = time.monotonic() + 301
    monkeypatch.setattr("modeldesk.ui.shell.garbage.time.monotonic", lambda: later)
    garbage.collect()
    assert died_in == [threading.main_thread()]
    assert len(keep) == 4_000


def test_a_collection_waits_for_its_threshold(garbage: UiThreadGarbage) -> None:
    gc.collect()
    died_in: list[threading.Thread] = []
    here = weakref.ref(Cycle(died_in))
    garbage.collect()
    assert here() is not None
    allocate = [[number] for number in range(2_000)]
    garbage.collect()
    assert died_in == [threading.main_thread()]
    del allocate
