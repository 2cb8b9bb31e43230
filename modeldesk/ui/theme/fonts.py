"""The typefaces the program ships, and the text styles made of them."""

import logging
from enum import Enum
from functools import cache
from pathlib import Path

from PySide6.QtGui import QFont, QFontDatabase, QGuiApplication

_log = logging.getLogger(__name__)

UI_FAMILIES = ("Inter", "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", "sans-serif")
MONO_FAMILIES = ("JetBrains Mono", "Noto Sans Mono CJK SC", "Menlo", "Consolas", "monospace")


class TextStyle(Enum):
    """The styles of text in the program: (families, size in pixels, weight)."""

    BODY = (UI_FAMILIES, 13.0, QFont.Weight.Normal)
    MEDIUM = (UI_FAMILIES, 13.0, QFont.Weight.Medium)
    STRONG = (UI_FAMILIES, 13.0, QFont.Weight.DemiBold)
    NUMBER = (UI_FAMILIES, 13.0, QFont.Weight.Bold)
    TITLE = (UI_FAMILIES, 20.0, QFont.Weight.DemiBold)
    SUBTITLE = (UI_FAMILIES, 16.0, QFont.Weight.DemiBold)
    NOTE = (UI_FAMILIES, 12.0, QFont.Weight.Normal)
    LABEL = (UI_FAMILIES, 11.5, QFont.Weight.Normal)
    LABEL_STRONG = (UI_FAMILIES, 11.5, QFont.Weight.DemiBold)
    RAIL = (UI_FAMILIES, 10.0, QFont.Weight.Normal)
    KEY = (MONO_FAMILIES, 11.0, QFont.Weight.Normal)
    MONO = (MONO_FAMILIES, 12.5, QFont.Weight.Normal)
    MONO_SMALL = (MONO_FAMILIES, 12.0, QFont.Weight.Normal)
    MONO_STRONG = (MONO_FAMILIES, 12.5, QFont.Weight.Bold)


def load(folder: Path) -> None:
    """Make the faces in `folder` known to Qt; a face that can't be read is left out and logged."""
    for face in sorted((*folder.glob("*.otf"), *folder.glob("*.ttf"))):
        if QFontDatabase.addApplicationFont(str(face)) < 0:
            _log.warning("Font %s can't be loaded; another one takes its place.", face.name)


def font(style: TextStyle) -> QFont:
    """The font of `style`: antialiased, unhinted, figures of equal width, no ligatures in code."""
    return QFont(_font(style))


@cache
def _font(style: TextStyle) -> QFont:
    families, pixels, weight = style.value
    made = QFont()
    made.setFamilies(list(families))
    made.setWeight(weight)
    made.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    made.setStyleStrategy(QFont.StyleStrategy.PreferAntialias)
    if families is UI_FAMILIES:
        made.setFeature(QFont.Tag("tnum"), 1)
    else:
        # What is typed is shown: "==" and ">=" in a log must not become other signs.
        made.setFeature(QFont.Tag("calt"), 0)
    if pixels.is_integer():
        made.setPixelSize(int(pixels))
    else:
        # Pixel sizes are whole numbers in Qt, point sizes are not.
        made.setPointSizeF(pixels * 72 / QGuiApplication.primaryScreen().logicalDotsPerInch())
    return made
