"""What every test of the window shares: one dressed application, without a screen."""

import gc
import os
from collections.abc import Iterator
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest
from PySide6.QtWidgets import QApplication

from modeldesk import resources
from modeldesk.ui.activity.store import ActivityStore
from modeldesk.ui.context import Context
from modeldesk.ui.tasks.runner import TaskRunner
from modeldesk.ui.theme.theme import Theme, ThemeMode
from tests.gui.parts import make_context


@pytest.fixture(scope="session", autouse=True)
def _no_garbage_in_workers() -> Iterator[None]:
    """As in the program: the automatic collector runs in whichever thread allocates, and a
    QObject that dies in a worker takes the process with it."""
    gc.collect()
    gc.freeze()
    gc.disable()
    yield
    gc.enable()
    gc.unfreeze()


@pytest.fixture(autouse=True)
def _garbage_collected_here(_no_garbage_in_workers: None) -> Iterator[None]:
    gc.disable()
    yield
    gc.collect()
    # What stays (the reports, the session's own) is not looked through again by every test.
    gc.freeze()


@pytest.fixture(scope="session")
def _dressed_theme(qapp: QApplication) -> Theme:
    theme = Theme(resources.path("icons").parent, ThemeMode.LIGHT)
    theme.apply(qapp)
    return theme


@pytest.fixture
def theme(_dressed_theme: Theme) -> Theme:
    """The theme the application wears, light at the start of every test."""
    _dressed_theme.set_mode(ThemeMode.LIGHT)
    return _dressed_theme


@pytest.fixture
def tasks(qapp: QApplication) -> Iterator[TaskRunner]:
    """A task runner that must have nothing left when the test ends."""
    runner = TaskRunner()
    yield runner
    assert runner.shutdown(5.0) == ()


@pytest.fixture
def context(theme: Theme, tasks: TaskRunner, tmp_path: Path) -> Context:
    """What pages are given; its files are in the test's own folder."""
    return make_context(theme, tasks, tmp_path)


@pytest.fixture
def activity(tasks: TaskRunner) -> ActivityStore:
    """The store of what `tasks` shows."""
    return ActivityStore(tasks)
