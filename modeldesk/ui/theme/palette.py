"""The tokens as a QPalette, for what a style sheet does not reach."""

from PySide6.QtGui import QColor, QPalette

from modeldesk.ui.theme.tokens import Tokens


def palette(tokens: Tokens) -> QPalette:
    """A palette with every role set.

    It starts from QPalette(button, window) so that the shades Qt derives (light, mid, dark) suit
    the scheme: left alone they draw white hairlines in dark mode.
    """
    made = QPalette(QColor(tokens.panel), QColor(tokens.window))
    role = QPalette.ColorRole
    colors = {
        role.Window: tokens.window,
        role.WindowText: tokens.text,
        role.Base: tokens.panel,
        role.AlternateBase: tokens.side,
        role.ToolTipBase: tokens.text,
        role.ToolTipText: tokens.panel,
        role.PlaceholderText: tokens.muted,
        role.Text: tokens.text,
        role.Button: tokens.panel,
        role.ButtonText: tokens.text,
        role.BrightText: tokens.bad,
        role.Light: tokens.line,
        role.Midlight: tokens.line,
        role.Mid: tokens.line,
        role.Dark: tokens.line,
        role.Shadow: tokens.line,
        role.Highlight: tokens.accent,
        role.HighlightedText: tokens.on_accent,
        role.Link: tokens.accent,
        role.LinkVisited: tokens.accent,
        role.Accent: tokens.accent,
    }
    for name, color in colors.items():
        made.setColor(name, QColor(color))
    for name in (role.WindowText, role.Text, role.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, name, QColor(tokens.faint))
    made.setColor(QPalette.ColorGroup.Disabled, role.Highlight, QColor(tokens.track))
    made.setColor(QPalette.ColorGroup.Disabled, role.HighlightedText, QColor(tokens.muted))
    return made
