"""Where a query goes wrong."""

from modeldesk.core.errors import InvalidQuery


def invalid(message: str, hint: str, at: int, length: int = 1) -> InvalidQuery:
    """An error at a place of the text, counted from 0."""
    return InvalidQuery(message, hint, column=at + 1, length=max(1, length))
