"""A comparison, or whatever else is reported, as a document: sentences and tables, whatever they
are written as."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from modeldesk.core.compare.causes import folder_name, sentences
from modeldesk.core.compare.config import setting_name
from modeldesk.core.compare.facts import facts, manager_name
from modeldesk.core.compare.figures import count_text, signed_size
from modeldesk.core.compare.files import FileChange
from modeldesk.core.compare.folders import FolderDifference
from modeldesk.core.compare.layers import LayerPair, PairState
from modeldesk.core.compare.model import Comparison, Side
from modeldesk.core.compare.packages import PackageChange, PackageDifference
from modeldesk.core.containers.secrets import without_secrets
from modeldesk.core.contents.entries import shown
from modeldesk.core.contents.model import LayerContents
from modeldesk.core.layers.parts import parts_name
from modeldesk.core.text import size_text
from modeldesk.core.words import tr

NOTHING = "–"
_LONGEST_INSTRUCTION = 160
_FILES_NAMED = 30


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands at one place of a table. It is anybody's text."""

    text: str
    better: bool | None = None
    code: bool = False
    """A path, name or instruction that was not made for reading."""


@dataclass(frozen=True, slots=True)
class Table:
    """A part of the document. One without rows has its `empty` sentence instead."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    right: frozenset[int] = frozenset()
    """Columns of figures."""
    empty: str = ""


@dataclass(frozen=True, slots=True)
class Times:
    """Times that were measured of one thing, to be drawn as points."""

    name: str
    seconds: tuple[float, ...]
    told: str
    """Their median, as text."""
    median: float


@dataclass(frozen=True, slots=True)
class Document:
    """The whole of it."""

    title: str
    lead: tuple[str, ...]
    sides: tuple[Side, ...]
    """Images whose sizes are drawn; none where it is not about images."""
    tables: tuple[Table, ...]
    notes: tuple[str, ...]
    times_title: str = ""
    times: tuple[Times, ...] = ()
    """Drawn where a form of the document can draw; the tables have them too."""


def make_document(comparison: Comparison) -> Document:
    """Everything a person may want to know of a comparison."""
    left, right = comparison.left, comparison.right
    return Document(
        tr("{left} compared with {right}", left=left.name, right=right.name),
        sentences(comparison),
        (left, right),
        (
            _facts(comparison),
            folders_table(comparison),
            _files(comparison),
            _layers(comparison),
            _packages(comparison),
            _config(comparison),
        ),
        comparison.notes,
    )


def folder_mark(row: FolderDifference) -> str:
    """A sign for what became of a folder: ``+`` new, ``−`` gone, ``±`` changed, ``~`` written
    again."""
    if row.is_new or (row.is_file and row.added):
        return "+"
    if row.is_gone or (row.is_file and row.removed):
        return "\N{MINUS SIGN}"
    return "±" if row.moved_bytes or row.added or row.removed else "~"


def file_mark(change: FileChange) -> str:
    """As `folder_mark`, of a single file."""
    return {
        FileChange.ADDED: "+",
        FileChange.REMOVED: "\N{MINUS SIGN}",
        FileChange.RESIZED: "±",
        FileChange.REWRITTEN: "~",
    }[change]


def folder_counts(row: FolderDifference) -> str:
    """How many files came, went and changed: ``+3 −12 ±1``."""
    counts = (("+", row.added), ("\N{MINUS SIGN}", row.removed), ("±", row.resized))
    told = [f"{mark}{count_text(count)}" for mark, count in counts if count]
    return " ".join((*told, f"~{count_text(row.rewritten)}") if row.rewritten else told)


def package_change_name(change: PackageChange) -> str:
    """What became of a package, for a person."""
    return {
        PackageChange.ADDED: tr("new"),
        PackageChange.REMOVED: tr("gone"),
        PackageChange.UPGRADED: tr("newer"),
        PackageChange.DOWNGRADED: tr("older"),
        PackageChange.CHANGED: tr("changed"),
    }[change]


def changed_first(packages: Sequence[PackageDifference]) -> list[PackageDifference]:
    """Other versions before what came and went, of which there may be hundreds."""
    one_sided = (PackageChange.ADDED, PackageChange.REMOVED)
    return sorted(packages, key=lambda package: package.change in one_sided)


def pair_state_name(state: PairState) -> str:
    """How a line of the layers reads, for a person."""
    return {
        PairState.SHARED: tr("shared"),
        PairState.CHANGED: tr("changed"),
        PairState.REMOVED: tr("only left"),
        PairState.ADDED: tr("only right"),
    }[state]


def _facts(comparison: Comparison) -> Table:
    return Table(
        tr("Figures"),
        ("", comparison.left.name, comparison.right.name, tr("Change")),
        tuple(
            (
                Cell(fact.name),
                Cell(fact.left),
                Cell(fact.right, fact.better if not fact.change else None),
                Cell(fact.change, fact.better),
            )
            for fact in facts(comparison)
        ),
        frozenset((1, 2, 3)),
    )


def folders_table(comparison: Comparison) -> Table:
    """What differs in files, by folder."""
    rows = [_folder(row) for row in (*comparison.folders, *comparison.rewritten)]
    reclaimable = comparison.reclaimable_delta
    if reclaimable:
        name = tr("reclaimable: replaced or removed by later layers")
        mark = "±"
        rows.append(
            (Cell(mark), Cell(name), Cell(""), Cell(signed_size(reclaimable), reclaimable < 0))
        )
    return Table(
        tr("Differences in files, by folder"),
        ("", tr("Folder or file"), tr("Files"), tr("Size")),
        tuple(rows),
        frozenset((2, 3)),
        tr("Both hold the same files."),
    )


def _folder(row: FolderDifference) -> tuple[Cell, ...]:
    delta = row.delta_bytes
    size = signed_size(delta)
    if not delta and row.rewritten and not row.moved_bytes:
        size = tr("{size} again", size=size_text(row.rewritten_bytes))
    return (
        Cell(folder_mark(row)),
        Cell(folder_name(row), code=True),
        Cell(folder_counts(row)),
        Cell(size, None if not delta else delta < 0),
    )


def _files(comparison: Comparison) -> Table:
    rows = tuple(
        (
            Cell(file_mark(one.change)),
            Cell(f"/{shown(one.path)}", code=True),
            Cell(NOTHING if one.change is FileChange.ADDED else size_text(one.left_bytes)),
            Cell(NOTHING if one.change is FileChange.REMOVED else size_text(one.right_bytes)),
            Cell(
                signed_size(one.delta_bytes), None if not one.delta_bytes else one.delta_bytes < 0
            ),
        )
        for one in comparison.largest[:_FILES_NAMED]
    )
    return Table(
        tr("Largest differences in single files"),
        ("", tr("File"), comparison.left.name, comparison.right.name, tr("Change")),
        rows,
        frozenset((2, 3, 4)),
        tr("Both hold the same files."),
    )


def _layers(comparison: Comparison) -> Table:
    return Table(
        tr("Layers, base first"),
        (tr("State"), tr("Kind"), tr("Instruction"), comparison.left.name, comparison.right.name),
        tuple(map(_pair, comparison.layers)),
        frozenset((3, 4)),
    )


def _pair(pair: LayerPair) -> tuple[Cell, ...]:
    either = pair.right or pair.left
    return (
        Cell(pair_state_name(pair.state)),
        Cell(parts_name(either.kind, either.parts) if either else ""),
        Cell(_instruction(either), code=True),
        Cell(_layer_size(pair.left)),
        Cell(_layer_size(pair.right)),
    )


def _layer_size(layer: LayerContents | None) -> str:
    return NOTHING if layer is None else size_text(layer.size_bytes)


def _instruction(layer: LayerContents | None) -> str:
    text = " ".join(without_secrets(layer.instruction).split()) if layer else ""
    return text if len(text) <= _LONGEST_INSTRUCTION else f"{text[: _LONGEST_INSTRUCTION - 1]}…"


def _packages(comparison: Comparison) -> Table:
    return Table(
        tr("Packages"),
        (tr("Package"), comparison.left.name, comparison.right.name, tr("Change")),
        tuple(map(_package, changed_first(comparison.packages))),
        empty=tr("Both have the same packages."),
    )


def _package(one: PackageDifference) -> tuple[Cell, ...]:
    return (
        Cell(f"{manager_name(one.manager)}: {one.name}"),
        Cell(versions_text(one.left), code=bool(one.left)),
        Cell(versions_text(one.right), code=bool(one.right)),
        Cell(package_change_name(one.change)),
    )


def versions_text(versions: Sequence[str]) -> str:
    """Versions of a package on one side."""
    return ", ".join(version or tr("version not told") for version in versions) or NOTHING


def _config(comparison: Comparison) -> Table:
    def rows() -> Iterator[tuple[Cell, ...]]:
        for one in comparison.config:
            name = setting_name(one.setting)
            yield (
                Cell(f"{name} {one.name}".strip()),
                Cell(NOTHING if one.left is None else one.left, code=one.left is not None),
                Cell(NOTHING if one.right is None else one.right, code=one.right is not None),
            )

    return Table(
        tr("Configuration"),
        (tr("Setting"), comparison.left.name, comparison.right.name),
        tuple(rows()),
        empty=tr("Both are configured the same."),
    )
