"""Light, dark and the system's own; palette, style sheet, fonts and icons that follow."""

from pathlib import Path

import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFont, QFontInfo, QFontMetricsF, QImage, QPainter, QPalette
from PySide6.QtWidgets import QApplication, QCompleter, QLineEdit
from pytestqt.qtbot import QtBot

from modeldesk import resources
from modeldesk.ui.theme import fonts
from modeldesk.ui.theme.fonts import TextStyle, font
from modeldesk.ui.theme.icons import Icon
from modeldesk.ui.theme.palette import palette
from modeldesk.ui.theme.stylesheet import stylesheet
from modeldesk.ui.theme.theme import Theme, ThemeMode
from modeldesk.ui.theme.tokens import DARK, LIGHT, Tokens
from tests.support.logs import ExpectsLog

ICONS = resources.path("icons")
SCHEMES = pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])


def test_an_unknown_system_scheme_is_light(qapp: QApplication) -> None:
    assert qapp.styleHints().colorScheme() in (Qt.ColorScheme.Unknown, Qt.ColorScheme.Light)
    assert Theme(ICONS.parent).tokens is LIGHT


def test_what_is_proposed_while_a_path_is_typed_can_be_read(theme: Theme, qtbot: QtBot) -> None:
    """Qt's own file dialog has such a list, which is a window of its own."""
    edit = QLineEdit()
    qtbot.addWidget(edit)
    completer = QCompleter(["models", "models-old"], edit)
    edit.setCompleter(completer)
    edit.show()
    completer.setCompletionPrefix("mod")
    completer.complete()
    popup = completer.popup()
    assert popup is not None
    shown = popup.grab().toImage()
    empty = shown.pixelColor(shown.width() - 4, shown.height() // 2)
    popup.hide()
    assert empty.name().upper() == theme.tokens.panel


def test_switching_changes_tokens_palette_and_sheet_and_says_so(
    theme: Theme, qapp: QApplication, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(theme.changed):
        theme.set_mode(ThemeMode.DARK)
    assert theme.tokens is DARK
    assert theme.mode is ThemeMode.DARK
    assert qapp.palette().color(QPalette.ColorRole.Window).name().upper() == DARK.window
    assert DARK.panel in qapp.styleSheet()


def test_the_same_scheme_again_is_no_change(theme: Theme, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(theme.changed):
        theme.set_mode(ThemeMode.LIGHT)


@SCHEMES
def test_the_palette_sets_every_role_a_style_reads(tokens: Tokens, qapp: QApplication) -> None:
    made = palette(tokens)
    shades = [made.color(role) for role in (QPalette.ColorRole.Light, QPalette.ColorRole.Mid)]
    assert all(shade.name().upper() == tokens.line for shade in shades)
    assert made.color(QPalette.ColorRole.PlaceholderText).name().upper() == tokens.muted
    disabled = made.color(QPalette.ColorGroup.Disabled, QPalette.ColorRole.Text)
    assert disabled.name().upper() == tokens.faint


@SCHEMES
def test_the_sheet_names_files_that_ship_in_its_colours(tokens: Tokens) -> None:
    sheet = stylesheet(tokens, ICONS)
    assert "$" not in sheet
    named = {part.split('"')[1] for part in sheet.split("url(")[1:]}
    assert named
    allowed = {tokens.on_accent, tokens.muted}
    for name in named:
        drawing = Path(name).read_text(encoding="utf-8")
        assert any(color in drawing for color in allowed), name


def test_the_shipped_faces_are_the_ones_used(theme: Theme) -> None:
    assert QFontInfo(font(TextStyle.BODY)).family() == "Inter"
    assert QFontInfo(font(TextStyle.MONO)).family() == "JetBrains Mono"


@pytest.mark.parametrize("style", [TextStyle.BODY, TextStyle.NUMBER, TextStyle.LABEL])
def test_figures_are_equally_wide(theme: Theme, style: TextStyle) -> None:
    metrics = QFontMetricsF(font(style))
    widths = [metrics.horizontalAdvance(digit * 8) for digit in "0123456789"]
    # Kerning may take a hair off; untabbed figures differ by many pixels.
    assert max(widths) - min(widths) < 0.5


def test_labels_are_eleven_and_a_half_pixels(theme: Theme, qapp: QApplication) -> None:
    inches = font(TextStyle.LABEL).pointSizeF() / 72
    assert inches * qapp.primaryScreen().logicalDotsPerInch() == pytest.approx(11.5)


def test_a_face_that_cannot_be_read_is_left_out(
    qapp: QApplication, tmp_path: Path, expects_log: ExpectsLog
) -> None:
    (tmp_path / "broken.otf").write_bytes(b"no font")
    expects_log("broken.otf")
    fonts.load(tmp_path)


@pytest.mark.parametrize("icon", Icon)
def test_every_icon_draws_in_the_colour_asked_for(theme: Theme, icon: Icon) -> None:
    image = theme.pixmap(icon, "accent", 18, 2.0).toImage()
    assert (image.width(), image.devicePixelRatio()) == (36, 2.0)
    inks = {
        image.pixelColor(x, y).name().upper()
        for x in range(36)
        for y in range(36)
        if image.pixelColor(x, y).alpha() == 255
    }
    assert LIGHT.accent in inks


def test_icons_follow_the_theme(theme: Theme) -> None:
    light = theme.icon(Icon.CHECK, "text").pixmap(18, 18).toImage()
    theme.set_mode(ThemeMode.DARK)
    dark = theme.icon(Icon.CHECK, "text").pixmap(18, 18).toImage()
    assert light != dark


def test_an_icon_is_painted_where_it_is_wanted(theme: Theme) -> None:
    image = QImage(40, 20, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    theme.paint_icon(painter, QRectF(20, 1, 18, 18), Icon.CROSS, "bad")
    painter.end()
    assert all(image.pixelColor(x, y).alpha() == 0 for x in range(20) for y in range(20))
    assert any(image.pixelColor(x, y).alpha() for x in range(20, 40) for y in range(20))


def test_every_icon_file_is_known() -> None:
    drawn = {path.stem for path in ICONS.glob("*.svg")} - {"modeldesk"}
    assert {icon.value for icon in Icon} == drawn


def test_code_is_shown_letter_by_letter(theme: Theme) -> None:
    for style in (TextStyle.MONO, TextStyle.MONO_SMALL, TextStyle.MONO_STRONG, TextStyle.KEY):
        assert font(style).isFeatureSet(QFont.Tag("calt"))
        assert font(style).featureValue(QFont.Tag("calt")) == 0
