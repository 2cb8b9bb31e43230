"""What came of a comparison: bars, sentences, layers, figures and lists of differences."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from unicodedata import east_asian_width

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import (
    QSizePolicy,
    QStackedWidget,
    QWidget,
)

from modeldesk.core.compare.causes import sentences
from modeldesk.core.compare.model import Comparison
from modeldesk.core.layers.kinds import kind_name
from modeldesk.core.words import tr
from modeldesk.ui import presentation
from modeldesk.ui.charts.bars import SizeBar, kinds_in
from modeldesk.ui.charts.kind_bars import KindBars
from modeldesk.ui.charts.legend import ChartHead, LegendEntry
from modeldesk.ui.charts.scale import distinct_parts
from modeldesk.ui.compare import columns
from modeldesk.ui.compare.card_rows import CardRows
from modeldesk.ui.compare.columns import Row
from modeldesk.ui.compare.layer_table import LayerTable
from modeldesk.ui.compare.row_table import RowTable
from modeldesk.ui.making import Making
from modeldesk.ui.theme.fonts import TextStyle
from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.widgets.card import Card
from modeldesk.ui.widgets.keyed_model import Column
from modeldesk.ui.widgets.label import Label
from modeldesk.ui.widgets.segmented import Segmented

_SIDE_BY_SIDE = 860
"""The least width at which two cards stand beside each other."""
_FIRST = 2
"""Sentences that say how much, and why."""
_NAME, _NAME_IN_TEXT = 13, 44
"""Letters of an image's name, at the head of a column and in a sentence."""
_UPPER, _LOWER = 290, 330


class Differences(Card):
    """The lists of differences, one at a time; each is filled when it is first looked at."""

    def __init__(self, tables: Mapping[str, RowTable], parent: QWidget | None = None) -> None:
        """`tables` has one for each list."""
        super().__init__(tr("Differences"), padded=False, parent=parent)
        self._comparison: Comparison | None = None
        self._filled: set[str] = set()
        self.choice = Segmented(list(list_names().items()), tr("What to list"))
        self.add_header_widget(self.choice)
        self.tables = tables
        self._nothing = Label("", TextStyle.BODY, "muted", wrap=True)
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._faces = QStackedWidget()
        for table in self.tables.values():
            self._faces.addWidget(table)
        self._faces.addWidget(self._nothing)
        self.body.addWidget(self._faces, 1)
        self.choice.chosen.connect(self._show)

    def show_comparison(self, comparison: Comparison) -> None:
        """Show the list that is chosen."""
        self._comparison = comparison
        self._filled.clear()
        self._show(self.choice.current)

    def _show(self, key: str) -> None:
        if self._comparison is None:
            return
        table = self.tables[key]
        if key not in self._filled:
            self._filled.add(key)
            table.show_rows(*_list_of(key, self._comparison))
        if table.lines.rowCount():
            self._faces.setCurrentWidget(table)
            return
        self._nothing.setText(
            {
                "packages": tr("Both have the same packages."),
                "config": tr("Both are configured the same."),
            }.get(key, tr("Both hold the same files."))
        )
        self._faces.setCurrentWidget(self._nothing)


def list_names() -> dict[str, str]:
    """The lists, by their keys."""
    return {
        "folders": tr("Folders"),
        "files": tr("Files"),
        "packages": tr("Packages"),
        "config": tr("Configuration"),
    }


def _list_of(key: str, comparison: Comparison) -> tuple[Sequence[Column[Row]], list[Row]]:
    names = _names(comparison, _NAME)
    if key == "folders":
        return columns.folder_columns(), columns.folder_rows(comparison)
    if key == "files":
        return columns.file_columns(), columns.file_rows(comparison)
    if key == "packages":
        return columns.package_columns(*names), columns.package_rows(comparison)
    return columns.config_columns(*names), columns.config_rows(comparison)


def make_result(theme: Theme) -> Making["Result"]:
    """A `Result`, a table at a time."""
    facts = RowTable(theme, tr("Figures"))
    yield
    layers = LayerTable(theme)
    yield
    tables = {}
    for key, name in list_names().items():
        tables[key] = RowTable(theme, name)
        yield
    return Result(theme, facts, layers, Differences(tables))


class Result(CardRows):
    """Two columns of cards where there is room, else one; what does not fit scrolls."""

    def __init__(
        self,
        theme: Theme,
        facts: RowTable,
        layers: LayerTable,
        differences: Differences,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(_SIDE_BY_SIDE, (_UPPER, _LOWER), parent)
        self._theme = theme
        self._sides: tuple[SizeBar, ...] = ()
        self.head = ChartHead(theme, tr("Image size"))
        self.bars = KindBars(theme)
        self.words = Label("", TextStyle.BODY, wrap=True, selectable=True)
        self.more = Label("", TextStyle.NOTE, "muted", wrap=True, selectable=True)
        for label in (self.words, self.more):
            # A word without an end must not hold the window wide.
            label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        self.layers = layers
        self.facts = facts
        self.differences = differences
        self._comparison: Comparison | None = None
        # The lists get a turn of the event loop each.
        self._rest = QTimer(self, singleShot=True, interval=0)
        self._rest.timeout.connect(self._show_next)
        self._left: list[Callable[[Comparison], None]] = []
        self._lay_out()
        theme.changed.connect(self._name_colours)

    @property
    def complete(self) -> bool:
        """Whether all of the comparison is shown by now."""
        return not self._left

    def show_comparison(self, comparison: Comparison) -> None:
        """Show it from the top; the lists follow in a moment."""
        names = _names(comparison, _NAME)
        sides = (("left", comparison.left), ("right", comparison.right))
        self._comparison = comparison
        self._sides = tuple(
            SizeBar(key, name, side.bytes_by_kind)
            for (key, side), name in zip(sides, names, strict=True)
        )
        self.bars.set_bars(self._sides)
        self._name_colours()
        told = [presentation.printable(one) for one in sentences(_called(comparison))]
        self.words.setText(" ".join(told[:_FIRST]))
        self.more.setText(" ".join(told[_FIRST:]))
        self.more.setVisible(len(told) > _FIRST)
        self.verticalScrollBar().setValue(0)
        self._left = [self._show_layers, self._show_facts, self.differences.show_comparison]
        self._show_next()

    def _show_next(self) -> None:
        if self._left and self._comparison is not None:
            self._left.pop()(self._comparison)
            self._rest.start()

    def _show_layers(self, comparison: Comparison) -> None:
        self.layers.show_layers(comparison, *_names(comparison, _NAME))

    def _show_facts(self, comparison: Comparison) -> None:
        shape = columns.fact_columns(*_names(comparison, _NAME))
        self.facts.show_rows(shape, columns.fact_rows(comparison))

    def _lay_out(self) -> None:
        size = Card()
        size.body.addWidget(self.head)
        size.body.addWidget(self.bars, 1)
        cause = Card(tr("What made the difference"))
        cause.body.addWidget(self.words)
        cause.body.addWidget(self.more)
        cause.body.addWidget(self.layers, 1)
        figures = Card(padded=False)
        figures.body.addWidget(self.facts, 1)
        self.set_cards((size, cause), (figures, self.differences), ((2, 3), (3, 3)))

    def _name_colours(self) -> None:
        tokens = self._theme.tokens
        self.head.set_entries(
            [LegendEntry(tokens.kind(kind), kind_name(kind)) for kind in kinds_in(self._sides)]
        )


def _names(comparison: Comparison, most: int) -> tuple[str, str]:
    """What the images are called where there is room for so many letters: where it is too small
    for both names, what differs in them."""
    left, right = (
        presentation.printable(side.name) for side in (comparison.left, comparison.right)
    )
    if max(map(_width, (left, right))) > most:
        left, right = distinct_parts((left, right))
    return _short(left, most), _short(right, most)


def _width(text: str) -> int:
    """Letters of some scripts are twice as wide."""
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def _short(text: str, most: int) -> str:
    if _width(text) <= most:
        return text
    half = most * len(text) // _width(text) // 2
    return f"{text[:half]}{presentation.ELLIPSIS}{text[-half:]}"


def _called(comparison: Comparison) -> Comparison:
    """The same under names that a sentence can be read with."""
    left, right = _names(comparison, _NAME_IN_TEXT)
    return replace(
        comparison,
        left=replace(comparison.left, name=left),
        right=replace(comparison.right, name=right),
    )
