"""Tooltips that show text from outside as it is."""

from html import escape

from modeldesk.ui.presentation import cut


def plain_tooltip(text: str) -> str:
    """`text` as a tooltip that Qt can't mistake for markup, wrapped when it is long, and cut
    where it would be longer than a screen."""
    if not text:
        return ""
    return f"<p style='white-space: pre-wrap; margin: 0'>{escape(cut(text))}</p>"
