"""The compare page, empty or with two versions on the engine."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from modeldesk.ui.compare.picks import VersionPick
from modeldesk.ui.theme.theme import Theme
from tests.gui.compare.bench import Bench, multi_stage, single_stage


@pytest.fixture
def bench(qtbot: QtBot, theme: Theme, tmp_path: Path) -> Iterator[Bench]:
    """The page before anything is chosen."""
    made = Bench(theme, tmp_path)
    made.page.resize(1108, 846)
    made.page.show()
    yield made
    made.close()


@pytest.fixture
def versions(bench: Bench) -> tuple[VersionPick, VersionPick]:
    """v1.0.0 and v1.1.0 of “recommendation”, on an engine that answers."""
    first = bench.add_version("recommendation:v1.0.0", single_stage())
    second = bench.add_version("recommendation:v1.1.0", multi_stage())
    bench.connect_engine()
    return first, second
