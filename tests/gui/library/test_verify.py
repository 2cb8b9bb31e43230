"""Which versions can be made again, as their menu says."""

from dataclasses import replace

import pytest
from PySide6.QtGui import QAction

from modeldesk.core.ids import ImageId
from modeldesk.core.library.model import Version
from tests.gui.library.bench import Bench


def act(bench: Bench, version: Version) -> QAction:
    menu = bench.page.acts.menu([version])
    return next(one for one in menu.actions() if one.text().startswith("Rebuild and verify"))


@pytest.fixture
def version(bench: Bench, images: dict[str, ImageId]) -> Version:
    entry = bench.choice.entry
    assert entry is not None
    return next(one for one in entry.versions if one.name == "v1.4.0")


def test_a_version_of_a_commit_is_made_again(bench: Bench, version: Version) -> None:
    act(bench, version).trigger()
    assert bench.verified == [version]


def test_without_a_commit_or_an_engine_there_is_nothing_to_make(
    bench: Bench, version: Version
) -> None:
    unknown = act(bench, replace(version, commit=""))
    assert not unknown.isEnabled()
    assert "which commit" in unknown.toolTip()
    dirty = act(bench, replace(version, commit="a1b2c3d4-dirty"))
    assert not dirty.isEnabled()
    assert "no commit has" in dirty.toolTip()
    bench.lose_engine()
    assert not act(bench, version).isEnabled()
