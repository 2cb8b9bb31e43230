"""The parts of a transfer."""

import pytest
from pytestqt.qtbot import QtBot

from modeldesk.core.jobs import Part, PartState
from modeldesk.ui import presentation
from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.widgets.part_list import ROW_HEIGHT, PartList


@pytest.mark.parametrize(
    ("part", "said"),
    [
        (Part("a", PartState.WAITING, 0, 352_000_000), "waiting · 352 MB"),
        (Part("a", PartState.MOVING, 12_000_000, 352_000_000), "12.0 MB of 352 MB"),
        (Part("a", PartState.MOVING, 12_000_000), "12.0 MB"),
        (Part("a", PartState.UNPACKING, 5, 5), "unpacking · 5 B"),
        (Part("a", PartState.DONE), "done"),
        (Part("a", PartState.THERE, 0, 4_100_000), "already there · 4.10 MB"),
    ],
)
def test_each_says_how_far_it_is(part: Part, said: str) -> None:
    assert presentation.part(part) == said


def test_it_is_as_high_as_its_rows_up_to_eight(qtbot: QtBot, theme: Theme) -> None:
    shown = PartList(theme)
    qtbot.addWidget(shown)
    shown.resize(600, 300)
    shown.show()
    for count, rows in ((0, 0), (3, 3), (40, 8)):
        states = list(PartState)
        parts = [Part(f"{n:012x}", states[n % 6], n, 40) for n in range(count)]
        shown.set_parts(parts)
        assert shown.sizeHint().height() == rows * ROW_HEIGHT
        assert shown.parts == tuple(parts)
        assert not shown.grab().isNull()
    spoken = shown.model().index(1, 0).data()
    assert spoken == "000000000001, 1 B of 40 B"
