"""Wide bars side by side: every part is seen, and none leaves its place."""

import pytest
from pytestqt.qtbot import QtBot

from modeldesk.core.layers.kinds import LayerKind
from modeldesk.ui.charts.bars import SizeBar
from modeldesk.ui.charts.kind_bars import KindBars
from modeldesk.ui.theme.theme import Theme


@pytest.mark.parametrize("small", [1, 1000, 10_000_000])
def test_small_parts_are_seen_and_leave_room_for_the_total(
    theme: Theme, qtbot: QtBot, small: int
) -> None:
    kinds = tuple((kind, small) for kind in LayerKind if kind is not LayerKind.BASE_IMAGE)
    bar = SizeBar("a", "v1", ((LayerKind.BASE_IMAGE, 286_000_000), *kinds))
    bars = KindBars(theme)
    qtbot.addWidget(bars)
    bars.resize(320, 200)
    bars.set_bars([bar])
    rects = [rect for *_, rect in bars.parts()]
    assert len(rects) == len(LayerKind)
    assert all(rect.height() >= 2 for rect in rects)
    # The total stands above the highest part.
    assert min(rect.top() for rect in rects) >= 26


def test_nothing_at_all_has_no_part(theme: Theme, qtbot: QtBot) -> None:
    bars = KindBars(theme)
    qtbot.addWidget(bars)
    bars.set_bars([SizeBar("a", "v1", ())])
    assert not list(bars.parts())
