"""The rows and columns of the page's tables (no Qt objects are made here)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from modeldesk.core.compare.causes import folder_name
from modeldesk.core.compare.config import setting_name
from modeldesk.core.compare.document import (
    NOTHING,
    changed_first,
    file_mark,
    folder_counts,
    folder_mark,
    package_change_name,
    versions_text,
)
from modeldesk.core.compare.facts import Fact, facts, manager_name
from modeldesk.core.compare.figures import MINUS, signed_size
from modeldesk.core.compare.folders import FolderDifference
from modeldesk.core.compare.model import Comparison
from modeldesk.core.compare.packages import PackageChange
from modeldesk.core.contents.entries import shown
from modeldesk.core.trial.facts import trial_facts
from modeldesk.core.trial.model import Trial
from modeldesk.core.words import tr
from modeldesk.ui import presentation
from modeldesk.ui.theme.tokens import Tone
from modeldesk.ui.widgets.keyed_model import Cell, Column


@dataclass(frozen=True, slots=True)
class Row:
    """A line of any of the tables: its cells, made already."""

    key: str
    cells: tuple[Cell, ...]

    @property
    def text(self) -> str:
        """What is copied of it."""
        return "\t".join(cell.text for cell in self.cells)


def column(
    place: int,
    title: str,
    align: Literal["left", "right"] = "left",
    width: int | None = None,
    stretch: bool = False,
    gives_way: int | None = None,
) -> Column[Row]:
    """The column of one cell of a `Row`; the rest is as for `Column`."""
    return Column(str(place), title, lambda row: row.cells[place], align, width, stretch, gives_way)


def _toned(better: bool | None) -> Tone | None:
    return None if better is None else Tone.GOOD if better else Tone.BAD


def fact_rows(comparison: Comparison) -> list[Row]:
    """The figures side by side."""
    return [Row(str(n), _fact(fact)) for n, fact in enumerate(facts(comparison))]


def trial_rows(trial: Trial) -> list[Row]:
    """The figures of two recipes side by side."""
    return [Row(str(n), _fact(fact)) for n, fact in enumerate(trial_facts(trial))]


def _fact(fact: Fact) -> tuple[Cell, ...]:
    tone = _toned(fact.better)
    right = tone if not fact.change else None
    return (
        Cell(presentation.printable(fact.name)),
        Cell(presentation.printable(fact.left)),
        Cell(presentation.printable(fact.right), bold=True, tone=right),
        Cell(fact.change, tone=tone, muted=tone is None),
    )


def folder_rows(comparison: Comparison) -> list[Row]:
    """Where files differ, largest first; what is reclaimable last."""
    rows = [
        Row(f"{'~' if again else ''}{row.is_rest} {row.path!r}", _folder(row))
        for again, some in enumerate((comparison.folders, comparison.rewritten))
        for row in some
    ]
    reclaimable = comparison.reclaimable_delta
    if reclaimable:
        cells = (
            _mark("±"),
            Cell(tr("reclaimable: replaced or removed by later layers"), muted=True),
            Cell(""),
            Cell(signed_size(reclaimable)),
        )
        rows.append(Row("reclaimable", cells))
    return rows


def _folder(row: FolderDifference) -> tuple[Cell, ...]:
    delta = row.delta_bytes
    name = folder_name(row)
    size = signed_size(delta)
    if not delta and row.rewritten and not row.moved_bytes:
        size = tr("{size} again", size=presentation.size(row.rewritten_bytes))
    return (
        _mark(folder_mark(row)),
        Cell(presentation.printable(name), mono=True, tooltip=presentation.printable(name)),
        Cell(folder_counts(row), muted=True, tooltip=_counts_told()),
        Cell(size, tooltip=presentation.exact_size(abs(delta))),
    )


def _counts_told() -> str:
    return tr("Files: + new, − gone, ± of another size, ~ written again at the same size")


def _mark(sign: str) -> Cell:
    """What came is green and what went is red, as wherever texts are compared."""
    return Cell(sign, tone={"+": Tone.GOOD, MINUS: Tone.BAD}.get(sign, Tone.NEUTRAL), bold=True)


def file_rows(comparison: Comparison) -> list[Row]:
    """Single files, largest difference first."""
    rows = []
    for one in comparison.largest:
        name = f"/{shown(one.path)}"
        cells = (
            _mark(file_mark(one.change)),
            Cell(name, mono=True, tooltip=name),
            Cell(presentation.size(max(one.left_bytes, one.right_bytes)), muted=True),
            Cell(signed_size(one.delta_bytes)),
        )
        rows.append(Row(repr(one.path), cells))
    return rows


def package_rows(comparison: Comparison) -> list[Row]:
    """Packages that differ."""
    return [
        Row(
            f"{one.manager.value} {one.name}",
            (
                Cell(presentation.printable(one.name)),
                Cell(manager_name(one.manager), muted=True),
                Cell(presentation.printable(versions_text(one.left)), mono=bool(one.left)),
                Cell(presentation.printable(versions_text(one.right)), mono=bool(one.right)),
                Cell(package_change_name(one.change), tone=_PACKAGE_TONES.get(one.change)),
            ),
        )
        for one in changed_first(comparison.packages)
    ]


_PACKAGE_TONES = {PackageChange.DOWNGRADED: Tone.WARNING}


def config_rows(comparison: Comparison) -> list[Row]:
    """Settings that differ."""
    rows = []
    for one in comparison.config:
        name = f"{setting_name(one.setting)} {one.name}".strip()
        rows.append(
            Row(
                f"{one.setting.value} {one.name}",
                (
                    Cell(presentation.printable(name), tooltip=presentation.printable(name)),
                    _value(one.left),
                    _value(one.right),
                ),
            )
        )
    return rows


def _value(value: str | None) -> Cell:
    if value is None:
        return Cell(NOTHING, muted=True)
    text = presentation.printable(presentation.cut(value))
    return Cell(text, mono=True, tooltip=text)


def fact_columns(left: str, right: str) -> Sequence[Column[Row]]:
    """Of `fact_rows`."""
    return (
        column(0, "", stretch=True),
        column(1, left, align="right"),
        column(2, right, align="right"),
        column(3, tr("Change"), align="right"),
    )


def folder_columns() -> Sequence[Column[Row]]:
    """Of `folder_rows`."""
    return (
        column(0, "", width=26),
        column(1, tr("Folder or file"), stretch=True),
        column(2, tr("Files"), align="right", gives_way=0),
        column(3, tr("Change"), align="right"),
    )


def file_columns() -> Sequence[Column[Row]]:
    """Of `file_rows`."""
    return (
        column(0, "", width=26),
        column(1, tr("File"), stretch=True),
        column(2, tr("Size"), align="right", gives_way=0),
        column(3, tr("Change"), align="right"),
    )


def package_columns(left: str, right: str) -> Sequence[Column[Row]]:
    """Of `package_rows`."""
    return (
        column(0, tr("Package"), stretch=True),
        column(1, tr("By"), gives_way=0),
        column(2, left),
        column(3, right),
        column(4, "", gives_way=1),
    )


_VALUE = 136


def config_columns(left: str, right: str) -> Sequence[Column[Row]]:
    """Of `config_rows`."""
    return (
        column(0, tr("Setting"), stretch=True),
        column(1, left, width=_VALUE),
        column(2, right, width=_VALUE),
    )
