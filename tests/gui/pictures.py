"""What the programs that take pictures of a page have in common.

``python -m tests.gui.PAGE.pictures FOLDER [SCENE …]`` writes every scene, or those that are named,
in light and dark. ``QT_SCALE_FACTOR=2`` makes the pictures twice as large,
``MODELDESK_LANGUAGE=zh_CN`` has them in another language.
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QCoreApplication, QEvent, QSize
from PySide6.QtWidgets import QApplication

from modeldesk import resources
from modeldesk.core.words import use_language
from modeldesk.ui.theme.theme import Theme, ThemeMode

B = TypeVar("B")
Scene = Callable[[B], None]
"""Brings a bench into the state that is to be seen."""
Take = Callable[[Scene[B], Theme, QSize, Path, Path], None]
"""Takes one scene: theme, size, a folder for the bench's files, and the picture's path."""


def by_name(*scenes: Scene[B]) -> dict[str, Scene[B]]:
    """The scenes, each under the name of its function."""
    return {scene.__name__: scene for scene in scenes}


def until(condition: Callable[[], bool], seconds: float = 10) -> None:
    """Let the window live until `condition` holds, or for so long."""
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        QApplication.processEvents()
        time.sleep(0.005)


def live(seconds: float) -> None:
    """Let the window live for a while."""
    until(lambda: False, seconds)


def take_all(scenes: Mapping[str, Scene[B]], take: Take[B], sizes: Mapping[str, QSize]) -> None:
    """The program: every scene in every size (prefix of the picture's name → size)."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    app = QApplication([])
    use_language(os.environ.get("MODELDESK_LANGUAGE", "en"), resources.path("translations"))
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    scale = os.environ.get("QT_SCALE_FACTOR", "1")
    for mode in (ThemeMode.LIGHT, ThemeMode.DARK):
        theme = Theme(resources.path("fonts").parent, mode)
        theme.apply(app)
        for name in sys.argv[2:] or scenes:
            for prefix, size in sizes.items():
                target = folder / f"{prefix}{name}-{mode.value}@{scale}x.png"
                with tempfile.TemporaryDirectory() as home:
                    take(scenes[name], theme, size, Path(home), target)
                QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
