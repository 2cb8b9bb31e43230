"""Tooltips that show text from outside as it is."""

from html import escape


def plain_tooltip(text: str) -> str:
    """`text` as a tooltip that Qt can't mistake for markup, wrapped when it is long."""
    if not text:
        return ""
    return f"<p style='white-space: pre-wrap; margin: 0'>{escape(text)}</p>"
