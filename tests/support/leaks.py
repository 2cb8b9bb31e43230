"""A test that leaves a thread, a running timer or a window behind fails.

Qt is looked at only when something imported it already, so that tests without it stay so.
"""

import gc
import sys
import threading
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QWidget

_PATIENCE = 3.0
# Windows that Qt makes for itself and keeps.
_OF_QT = frozenset({"QTipLabel", "QComboBoxPrivateContainer", "QDesktopScreenWidget"})


@pytest.fixture(autouse=True)
def _no_leaks() -> Iterator[None]:
    threads = set(threading.enumerate())
    windows = {id(window) for window in _windows()}
    yield
    _let_qt_delete()
    left = [f"thread {thread.name}" for thread in _still_running(threads)]
    left += [f"running timer {timer!r}" for timer in _running_timers()]
    left += [f"window {window!r}" for window in _still_there(windows)]
    if left:
        pytest.fail("Left behind: " + ", ".join(left), pytrace=False)


def _still_running(before: set[threading.Thread]) -> list[threading.Thread]:
    """New threads that do not end within a short patience."""
    end = time.monotonic() + _PATIENCE
    while True:
        # A dummy stands for a thread of Qt or C that called into Python once.
        running = [
            thread
            for thread in threading.enumerate()
            if thread not in before and not isinstance(thread, threading._DummyThread)
        ]
        if not running or time.monotonic() > end:
            return running
        running[0].join(0.05)


def _has_application() -> bool:
    if "PySide6.QtWidgets" not in sys.modules:
        return False
    from PySide6.QtWidgets import QApplication

    return isinstance(QApplication.instance(), QApplication)


def _let_qt_delete() -> None:
    """What was given to deleteLater goes when the event loop runs, which a test has none of."""
    if _has_application():
        from PySide6.QtCore import QCoreApplication, QEvent

        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def _running_timers() -> "list[QTimer]":
    if not _has_application():
        return []
    found = _search_timers()
    if found:
        # One that only a cycle of garbage still holds is not left behind.
        del found
        gc.collect()
        found = _search_timers()
    return found


def _search_timers() -> "list[QTimer]":
    from PySide6.QtCore import QTimer
    from shiboken6 import isValid

    # The very type: objects in memory include lazy proxies that wake up when looked into.
    return [
        one
        for one in gc.get_objects()
        if issubclass(type(one), QTimer) and isValid(one) and one.isActive()
    ]


def _windows() -> "list[QWidget]":
    if not _has_application():
        return []
    from PySide6.QtWidgets import QApplication

    windows = QApplication.topLevelWidgets()
    return [window for window in windows if window.metaObject().className() not in _OF_QT]


def _still_there(before: set[int]) -> "list[QWidget]":
    if all(id(window) in before for window in _windows()):
        return []
    gc.collect()
    _let_qt_delete()
    return [window for window in _windows() if id(window) not in before]
