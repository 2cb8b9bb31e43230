"""Texts as they are compared: without regard to upper and lower case, or how accents are
encoded."""

import unicodedata


def folded(text: str) -> str:
    """Equal for texts that a person takes for equal."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())
