"""A comparison as Markdown, for a merge request or a wiki."""

import re
from collections.abc import Iterator

from modeldesk.core.compare.document import Cell, Document, Table
from modeldesk.core.text import printable

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~!&])")
_FENCE = re.compile(r"`+")


def as_markdown(document: Document, made: str) -> str:
    """The document; `made` says when and by what. Nothing in it is read as markup."""
    return "\n".join(_lines(document, made)) + "\n"


def _lines(document: Document, made: str) -> Iterator[str]:
    yield f"# {_text(document.title)}"
    yield ""
    for sentence in document.lead:
        yield f"- {_text(sentence)}"
    for table in document.tables:
        yield ""
        yield f"## {_text(table.title)}"
        yield ""
        yield from _table(table)
    if document.notes:
        yield ""
        yield from (f"- {_text(note)}" for note in document.notes)
    yield ""
    yield f"*{_text(made)}*"


def _table(table: Table) -> Iterator[str]:
    if not table.rows:
        yield _text(table.empty)
        return
    yield _row([_text(name) for name in table.header])
    yield _row(["---:" if number in table.right else "---" for number in range(len(table.header))])
    for row in table.rows:
        yield _row([_cell(cell) for cell in row])


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(cell: Cell) -> str:
    return _code(cell.text) if cell.code else _text(cell.text)


def _text(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", printable(" ".join(text.splitlines())))


def _code(text: str) -> str:
    """Code in a cell: fenced by more backticks than it has in a row; a bar would end the cell."""
    flat = printable(" ".join(text.splitlines())).replace("|", "\\|")
    if not flat.strip():
        return _text(flat)
    longest = max(map(len, _FENCE.findall(flat)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if longest else ""
    return f"{fence}{pad}{flat}{pad}{fence}"
