"""The build page on a fake engine, for every test of it."""

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from modeldesk.ui.build.page import BuildPage
from modeldesk.ui.tasks.runner import TaskRunner
from modeldesk.ui.theme.theme import Theme
from tests.gui.build.bench import Bench


@pytest.fixture
def bench(qtbot: QtBot, theme: Theme, tasks: TaskRunner, tmp_path: Path) -> Bench:
    """In a window of a usual size."""
    bench = Bench(theme, tasks, tmp_path)
    bench.open(qtbot)
    return bench


@pytest.fixture
def page(bench: Bench) -> BuildPage:
    """The page of `bench`."""
    return bench.page
