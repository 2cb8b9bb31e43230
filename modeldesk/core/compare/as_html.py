"""A document as one HTML file that needs nothing else: no script, no network, no other file."""

from collections.abc import Iterator
from html import escape

from modeldesk.core.compare.document import Cell, Document, Table, Times
from modeldesk.core.compare.model import Side
from modeldesk.core.layers.kinds import LayerKind, kind_name
from modeldesk.core.text import printable, size_text
from modeldesk.core.words import tr

KIND_COLORS = {
    LayerKind.BASE_IMAGE: ("#A9B3C2", "#6E7989"),
    LayerKind.SYSTEM_PACKAGES: ("#69AFD9", "#4E93BE"),
    LayerKind.DEPENDENCIES: ("#3A6FD8", "#5A86E8"),
    LayerKind.APPLICATION: ("#27A387", "#3BB99B"),
    LayerKind.MODEL_WEIGHTS: ("#F0A030", "#F0A944"),
    LayerKind.OTHER: ("#B58AB8", "#B88FC0"),
}
"""In light and dark, as everywhere in the program."""

_STYLE = """
:root { color-scheme: light dark; --window: #F6F7F9; --panel: #FFFFFF; --line: #E1E5EA;
  --text: #1B2330; --muted: #616A7E; --good: #1A7A4D; --bad: #C63249; --accent: #3C58F9; }
@media screen and (prefers-color-scheme: dark) { :root { --window: #14171C; --panel: #1B1F26;
  --line: #2A303A; --text: #E7EAF0; --muted: #9AA4B2; --good: #55C791; --bad: #F27C8E;
  --accent: #8193FF; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 32px 24px; max-width: 1080px; background: var(--window);
  color: var(--text); font: 14px/1.5 Inter, "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei",
  system-ui, sans-serif; font-variant-numeric: tabular-nums; }
h1 { font-size: 22px; margin: 0 0 8px; overflow-wrap: anywhere; }
h2 { font-size: 15px; margin: 0 0 8px; break-after: avoid; }
p { margin: 2px 0; overflow-wrap: anywhere; }
section { background: var(--panel); border: 1px solid var(--line); border-radius: 12px;
  margin: 16px 0; padding: 14px 16px; }
table { border-collapse: collapse; width: 100%; }
th { color: var(--muted); font-size: 12px; font-weight: 400; text-align: left; }
th, td { padding: 5px 8px 5px 0; border-bottom: 1px solid var(--line); vertical-align: top;
  overflow-wrap: anywhere; }
tr:last-child td { border-bottom: 0; }
tr { break-inside: avoid; }
th.number, td.number { text-align: right; white-space: nowrap; padding-left: 12px; }
code { font: 12.5px/1.5 "JetBrains Mono", Menlo, Consolas, "Noto Sans Mono CJK SC", monospace; }
.good { color: var(--good); } .bad { color: var(--bad); } .muted { color: var(--muted); }
.bar { display: flex; height: 26px; margin: 2px 0 10px; border-radius: 4px; overflow: hidden; }
.bar span { min-width: 2px; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
.times { position: relative; height: 22px; margin: 0 0 10px; border-left: 1px solid var(--line);
  border-bottom: 1px solid var(--line); }
.times i { position: absolute; top: 6px; width: 9px; height: 9px; margin-left: -4px;
  border-radius: 50%; background: var(--accent); opacity: 0.5; print-color-adjust: exact;
  -webkit-print-color-adjust: exact; }
.times i:nth-child(2n) { top: 10px; }
.times b { position: absolute; top: 0; width: 2px; height: 21px; margin-left: -1px;
  background: var(--text); }
.legend span { display: inline-block; margin-right: 14px; color: var(--muted); font-size: 12px; }
.legend i { display: inline-block; width: 9px; height: 9px; border-radius: 2px;
  margin-right: 6px; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
@media print { body { background: #FFFFFF; padding: 0; max-width: none; font-size: 11px; }
  section { border: 0; padding: 0; } thead { display: table-header-group; } }
"""


def as_html(document: Document, made: str, language: str) -> str:
    """The document; `made` says when and by what. Nothing in it is read as markup."""
    return "".join(_parts(document, made, language))


def _parts(document: Document, made: str, language: str) -> Iterator[str]:
    yield f'<!DOCTYPE html>\n<html lang="{_text(language)}">\n<head>\n<meta charset="utf-8">\n'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    yield f"<title>{_text(document.title)}</title>\n<style>{_STYLE}{_kind_styles()}</style>\n"
    yield f"</head>\n<body>\n<h1>{_text(document.title)}</h1>\n"
    for sentence in document.lead:
        yield f"<p>{_text(sentence)}</p>\n"
    if document.sides:
        yield from _bars(document.sides)
    if document.times:
        yield from _times(document.times_title, document.times)
    for table in document.tables:
        yield from _table(table)
    for note in document.notes:
        yield f'<p class="muted">{_text(note)}</p>\n'
    yield f'<p class="muted">{_text(made)}</p>\n</body>\n</html>\n'


def _kind_styles() -> str:
    light = "".join(f".{kind.name} {{ background: {one}; }}" for kind, (one, _) in _colors())
    dark = "".join(f".{kind.name} {{ background: {one}; }}" for kind, (_, one) in _colors())
    return f"{light}\n@media screen and (prefers-color-scheme: dark) {{ {dark} }}\n"


def _colors() -> list[tuple[LayerKind, tuple[str, str]]]:
    return list(KIND_COLORS.items())


def _bars(sides: tuple[Side, ...]) -> Iterator[str]:
    largest = max(1, *(side.size_bytes for side in sides))
    yield f"<section>\n<h2>{_text(tr('Image size'))}</h2>\n"
    for side in sides:
        yield f"<p>{_text(side.name)} · <b>{_text(size_text(side.size_bytes))}</b>"
        yield f' <span class="muted">{_text(side.source)}</span></p>\n<div class="bar">'
        for kind, size in side.bytes_by_kind:
            words = _text(f"{kind_name(kind)} {size_text(size)}")
            width = f"{100 * size / largest:.3f}%"
            yield f'<span class="{kind.name}" style="width: {width}" title="{words}"></span>'
        yield "</div>\n"
    yield '<p class="legend">'
    kinds = [dict(side.bytes_by_kind) for side in sides]
    for kind in LayerKind:
        if any(kind in found for found in kinds):
            sizes = " / ".join(size_text(found.get(kind, 0)) for found in kinds)
            yield f'<span><i class="{kind.name}"></i>{_text(kind_name(kind))} {_text(sizes)}</span>'
    yield "</p>\n</section>\n"


def _times(title: str, rows: tuple[Times, ...]) -> Iterator[str]:
    """Every point on one axis from zero, and the median as a line."""
    largest = max(1e-9, *(second for row in rows for second in row.seconds))
    yield f"<section>\n<h2>{_text(title)}</h2>\n"
    for row in rows:
        yield f'<p>{_text(row.name)} · <b>{_text(row.told)}</b></p>\n<div class="times">'
        for second in row.seconds:
            yield f'<i style="left: {95 * second / largest:.2f}%" title="{second:.2f} s"></i>'
        yield f'<b style="left: {95 * row.median / largest:.2f}%"></b></div>\n'
    yield "</section>\n"


def _table(table: Table) -> Iterator[str]:
    yield f"<section>\n<h2>{_text(table.title)}</h2>\n"
    if not table.rows:
        yield f'<p class="muted">{_text(table.empty)}</p>\n</section>\n'
        return
    yield "<table>\n<thead><tr>"
    for number, name in enumerate(table.header):
        yield f'<th scope="col"{_class(table, number)}>{_text(name)}</th>'
    yield "</tr></thead>\n<tbody>\n"
    for row in table.rows:
        cells = (f"<td{_class(table, n, cell)}>{_cell(cell)}</td>" for n, cell in enumerate(row))
        yield f"<tr>{''.join(cells)}</tr>\n"
    yield "</tbody>\n</table>\n</section>\n"


def _class(table: Table, number: int, cell: Cell | None = None) -> str:
    names = ["number"] if number in table.right else []
    if cell is not None and cell.better is not None:
        names.append("good" if cell.better else "bad")
    return f' class="{" ".join(names)}"' if names else ""


def _cell(cell: Cell) -> str:
    return f"<code>{_text(cell.text)}</code>" if cell.code and cell.text else _text(cell.text)


def _text(text: str) -> str:
    return escape(printable(" ".join(text.splitlines())))
