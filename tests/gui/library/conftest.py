"""The library page on a fake engine, empty or filled."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from modeldesk.core.ids import ImageId, ModelName
from modeldesk.ui.links import LibraryLink
from modeldesk.ui.theme.theme import Theme
from tests.fakes.engine import FakeEngine
from tests.gui.library.bench import Bench
from tests.gui.library.sample_data import fill_engine, fill_releases


@pytest.fixture
def bench(qtbot: QtBot, theme: Theme, tmp_path: Path) -> Iterator[Bench]:
    """The page before any engine has answered."""
    made = Bench(theme, FakeEngine(), tmp_path)
    made.window.resize(1380, 870)
    made.window.show()
    yield made
    made.close()


@pytest.fixture
def images(qtbot: QtBot, bench: Bench) -> dict[str, ImageId]:
    """The filled page at v1.4.0 of “recommendation”; that model's images by version name."""
    made = fill_engine(bench.engine)
    fill_releases(bench.release_records, made)
    bench.connect_engine()
    bench.releases.read()
    qtbot.waitUntil(lambda: bench.complete, timeout=5000)
    bench.choice.follow_link(LibraryLink(ModelName("recommendation"), made["v1.4.0"]))
    return made
