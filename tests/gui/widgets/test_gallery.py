"""The sheet of the whole kit can be made, in both schemes and with every piece at once."""

import pytest
from pytestqt.qtbot import QtBot

from modeldesk.ui.theme.theme import Theme, ThemeMode
from tests.gui.gallery import Gallery
from tests.gui.widgets.test_small_widgets import colors_of, image_of, shown


@pytest.mark.parametrize("mode", [ThemeMode.LIGHT, ThemeMode.DARK])
def test_every_piece_is_drawn_in_the_scheme(theme: Theme, qtbot: QtBot, mode: ThemeMode) -> None:
    theme.set_mode(mode)
    sheet = Gallery(theme)
    shown(qtbot, sheet, 1900, 1400)
    colors = colors_of(image_of(sheet).scaled(950, 700))
    assert {theme.tokens.window, theme.tokens.panel, theme.tokens.side} <= colors
    strangers = {"#FFFFFF", "#000000"} - {theme.tokens.panel, theme.tokens.on_accent}
    assert not strangers & colors


def test_a_switch_while_open_leaves_nothing_of_the_old_scheme(theme: Theme, qtbot: QtBot) -> None:
    sheet = Gallery(theme)
    shown(qtbot, sheet, 1900, 1400)
    theme.set_mode(ThemeMode.DARK)
    colors = colors_of(image_of(sheet).scaled(950, 700))
    assert not {"#FFFFFF", "#F6F7F9", "#F0F2F5", "#E1E5EA"} & colors
