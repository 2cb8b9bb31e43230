"""The lines of the waste window's tables (no Qt objects are made here)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from modeldesk.core.contents.dive import DiveScore
from modeldesk.core.contents.duplicates import SMALLEST, Duplicates
from modeldesk.core.contents.entries import shown
from modeldesk.core.contents.waste import Waste, WastedPath
from modeldesk.core.words import tr, trn
from modeldesk.ui import presentation
from modeldesk.ui.widgets.keyed_model import Cell, Column

MOST_ROWS = 2_000
"""Of either table: the largest. What the others add up to is said."""


@dataclass(frozen=True, slots=True)
class WasteRow:
    """A wasted path and its place among them, the largest first."""

    place: int
    wasted: WastedPath


@dataclass(frozen=True, slots=True)
class DuplicateRow:
    """One path of a group of equal files; only the first tells the group's figures."""

    place: int
    group: Duplicates
    path: bytes
    layer: int
    is_first: bool


def waste_columns() -> list[Column[WasteRow]]:
    """The path, its reclaimable bytes, and the layers that had to do with it."""
    told = tr("Layers, counted from the base as 1")
    return [
        Column(
            "path", tr("Path"), lambda row: _path(row.wasted.path),
            stretch=True, sort=lambda row: row.wasted.path,
        ),
        Column(
            "size", tr("Reclaimable"), lambda row: _size(row.wasted.size_bytes),
            "right", width=90, sort=lambda row: row.wasted.size_bytes,
        ),
        Column(
            "written", tr("Written in layer"), lambda row: _layers(row.wasted.written),
            sort=lambda row: row.wasted.written, tooltip=told,
        ),
        Column(
            "changed", tr("Changed in layer"), lambda row: _layers(row.wasted.changed),
            sort=lambda row: row.wasted.changed, tooltip=told,
        ),
        Column(
            "removed", tr("Removed in layer"), lambda row: _layers(row.wasted.removed),
            sort=lambda row: row.wasted.removed, tooltip=told,
        ),
    ]  # fmt: skip


def duplicate_columns() -> list[Column[DuplicateRow]]:
    """What all but one of a group take and how often it is there, then its paths."""
    return [
        Column("size", tr("In copies"), _group_size, "right", width=90),
        Column("each", tr("Copies"), _copies, "right", width=120),
        Column("path", tr("Path"), lambda row: _path(row.path), stretch=True),
        Column("layer", tr("Written in layer"), lambda row: _layers((row.layer,))),
    ]


def duplicate_rows(groups: Iterable[Duplicates]) -> tuple[DuplicateRow, ...]:
    """The paths of the groups, one under the other."""
    rows: list[DuplicateRow] = []
    for group in groups:
        for number, (path, layer) in enumerate(zip(group.paths, group.layers, strict=True)):
            if len(rows) == MOST_ROWS:
                return tuple(rows)
            rows.append(DuplicateRow(len(rows), group, path, layer, number == 0))
    return tuple(rows)


def what_layers_did(wasted: WastedPath, instructions: Sequence[str]) -> list[str]:
    """A line for each layer that had to do with a path, base first, with its instruction."""
    lines = []
    for layer in wasted.layers:
        did = [
            words
            for words, who in (
                (tr("wrote it"), wasted.written),
                (tr("changed it"), wasted.changed),
                (tr("removed it"), wasted.removed),
            )
            if layer in who
        ]
        made_by = presentation.instruction(instructions[layer])
        line = tr("Layer {number} {did}", number=layer + 1, did=", ".join(did))
        lines.append(f"{line} · {made_by}" if made_by else line)
    return lines


def reclaimable_line(waste: Waste) -> str:
    """Of how much, and how many paths it is in."""
    parts = [tr("of {size} in all layers", size=presentation.size(waste.layers_bytes))]
    if count := len(waste.paths):
        figure = presentation.count(count)
        parts.append(trn("{figure} path", "{figure} paths", count, figure=figure))
    if waste.copied_bytes:
        size = presentation.size(waste.copied_bytes)
        parts.append(tr("{size} only copied for another owner or permissions", size=size))
    return " · ".join(parts)


def dive_line(judged: DiveScore) -> str:
    """dive's three figures."""
    return tr(
        "{efficiency} efficient · {size} wasted · {share} of the layers above the lowest",
        efficiency=presentation.percent(judged.efficiency, 2),
        size=presentation.size(judged.wasted_bytes),
        share=presentation.percent(judged.wasted_user_percent),
    )


def left_out_line(waste: Waste) -> str:
    """What the paths that are not shown add up to; empty where all are."""
    left = waste.paths.order[MOST_ROWS:]
    if not left:
        return ""
    size = presentation.size(sum(map(waste.paths.sizes.__getitem__, left)))
    return trn(
        "The largest are shown; {size} more is reclaimable in {figure} smaller path.",
        "The largest are shown; {size} more is reclaimable in {figure} smaller paths.",
        len(left), figure=presentation.count(len(left)), size=size,
    )  # fmt: skip


def duplicates_line(groups: Sequence[Duplicates]) -> str:
    """How many, what all but one of each take, and which files were not looked at."""
    copies = sum(group.copies_bytes for group in groups)
    said = trn(
        "{figure} file is there more than once; its copies take {size}.",
        "{figure} files are there more than once; their copies take {size}.",
        len(groups), figure=presentation.count(len(groups)), size=presentation.size(copies),
    )  # fmt: skip
    if sum(len(group.paths) for group in groups) > MOST_ROWS:
        cut = tr("The largest are shown.")
        said = f"{said} {cut}"
    return f"{said} {smaller_line()}"


def smaller_line() -> str:
    """Which files the search for duplicates passes over."""
    return tr("Files smaller than {size} were not compared.", size=presentation.size(SMALLEST))


def _path(path: bytes) -> Cell:
    name = f"/{shown(path)}"
    how = tr("Double-click or Enter shows it in Files")
    return Cell(name, mono=True, tooltip=f"{name}\n{how}")


def _size(size: int) -> Cell:
    return Cell(presentation.size(size), tooltip=presentation.exact_size(size))


def _layers(numbers: Sequence[int]) -> Cell:
    text = ", ".join(str(number + 1) for number in numbers)
    return Cell(text, muted=True, tooltip=text)


def _group_size(row: DuplicateRow) -> Cell:
    return _size(row.group.copies_bytes) if row.is_first else Cell()


def _copies(row: DuplicateRow) -> Cell:
    if not row.is_first:
        return Cell()
    group = row.group
    size = presentation.size(group.size_bytes)
    return Cell(f"{len(group.paths)} × {size}", muted=True)
