"""What the menus' actions are called elsewhere."""

import pytest
from PySide6.QtGui import QAction
from pytestqt.qtbot import QtBot

from modeldesk.ui.shell.menus import plain_text


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("&Quit", "Quit"),
        ("Open &log file", "Open log file"),
        ("退出(&Q)", "退出"),
        ("构建文件夹(&B)…", "构建文件夹…"),
        ("Library", "Library"),
    ],
)
def test_a_mnemonic_stays_in_the_menu(qtbot: QtBot, text: str, plain: str) -> None:
    assert plain_text(QAction(text)) == plain
