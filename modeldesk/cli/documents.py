"""A report on a terminal."""

from collections.abc import Iterator

from modeldesk.cli.answer import table
from modeldesk.core.compare.document import Document
from modeldesk.core.words import trn

_ROWS = 20
"""Lines of a table that are printed: more is for the report, or for a program."""


def document_lines(document: Document) -> Iterator[str]:
    """What it says first, its tables, and the notes."""
    yield from document.lead
    for part in document.tables:
        if not part.rows:
            continue
        yield ""
        yield part.title
        rows = [[cell.text for cell in row] for row in part.rows]
        sides = "".join("r" if n in part.right else " " for n in range(len(part.header)))
        yield from table(part.header, rows[:_ROWS], sides)
        more = len(rows) - _ROWS
        if more > 0:
            yield trn("… and {count} more line", "… and {count} more lines", more)
    if document.notes:
        yield ""
        yield from document.notes
