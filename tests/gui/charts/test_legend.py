"""The head of a chart names every colour, however narrow it is."""

import pytest
from pytestqt.qtbot import QtBot

from modeldesk.ui.charts.legend import LINE, ChartHead, LegendEntry
from modeldesk.ui.theme.theme import Theme
from tests.gui.widgets.test_small_widgets import colors_of, image_of

COLORS = ("#C00001", "#C00002", "#C00003", "#C00004", "#C00005")


@pytest.mark.parametrize(("width", "lines"), [(700, 1), (330, 2), (200, 3)])
def test_every_colour_is_named_at_any_width(
    theme: Theme, qtbot: QtBot, width: int, lines: int
) -> None:
    head = ChartHead(theme, "Size history")
    qtbot.addWidget(head)
    head.set_entries([LegendEntry(color, "A layer kind") for color in COLORS])
    head.resize(width, LINE)
    head.show()
    assert head.height() >= lines * LINE
    assert set(COLORS) <= colors_of(image_of(head))


def test_the_head_is_one_line_again_when_there_is_room(theme: Theme, qtbot: QtBot) -> None:
    head = ChartHead(theme, "Size history")
    qtbot.addWidget(head)
    head.set_entries([LegendEntry(color, "A layer kind") for color in COLORS])
    head.show()
    head.resize(260, LINE)
    assert head.height() > LINE
    head.resize(900, head.height())
    assert head.height() == LINE


@pytest.mark.parametrize(("width", "lines"), [(900, 1), (450, 2)])
def test_the_link_keeps_its_words_and_the_legend_makes_room(
    theme: Theme, qtbot: QtBot, width: int, lines: int
) -> None:
    head = ChartHead(theme, "Size history")
    qtbot.addWidget(head)
    head.set_entries([LegendEntry(color, "A layer") for color in COLORS])
    link = head.add_link("What changed?", "By kind of layer")
    head.resize(width, LINE)
    head.show()
    assert (link.isHidden(), head.height()) == (True, LINE)
    head.offer_link(offered=True)
    assert head.height() == lines * LINE
    assert (link.text(), link.toolTip()) == ("What changed?", "By kind of layer")
    assert link.width() >= link.sizeHint().width()
    assert link.geometry().right() < width
    assert set(COLORS) <= colors_of(image_of(head))
    head.offer_link(offered=False)
    assert link.isHidden()
