"""What came of a comparison: bars, sentences, layers, figures and lists of differences."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QBoxLayout, QFrame, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from modeldesk.core.compare.causes import sentences
from modeldesk.core.compare.model import Comparison, Side
from modeldesk.core.layers.kinds import kind_name
from modeldesk.core.words import tr
from modeldesk.ui import presentation
from modeldesk.ui.charts.bars import SizeBar, kinds_in
from modeldesk.ui.charts.kind_bars import KindBars
from modeldesk.ui.charts.legend import ChartHead, LegendEntry
from modeldesk.ui.compare import columns
from modeldesk.ui.compare.columns import Row
from modeldesk.ui.theme.fonts import TextStyle
from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.theme.tokens import Space
from modeldesk.ui.widgets.card import Card
from modeldesk.ui.widgets.keyed_model import Column, KeyedModel
from modeldesk.ui.widgets.label import Label
from modeldesk.ui.widgets.segmented import Segmented
from modeldesk.ui.widgets.table import Table

_SIDE_BY_SIDE = 860
"""The least width at which two cards stand beside each other."""
_UPPER, _LOWER = 290, 380


class RowTable(Table):
    """A table of ready rows. Ctrl+C copies the current one."""

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        self.lines: KeyedModel[Row] = KeyedModel([], lambda row: row.key)
        super().__init__(theme, self.lines, name=name, parent=parent)
        self.lines.setParent(self)
        copy = QShortcut(
            QKeySequence(QKeySequence.StandardKey.Copy),
            self,
            context=Qt.ShortcutContext.WidgetShortcut,
        )
        copy.activated.connect(self._copy)

    def show_rows(self, shape: Sequence[Column[Row]], rows: Sequence[Row]) -> None:
        """Show other rows, from the top."""
        self.lines.set_rows(())
        self.lines.set_columns(shape)
        self.lines.set_rows(rows)
        self.scrollToTop()

    def _copy(self) -> None:
        index = self.currentIndex()
        if index.isValid():
            QGuiApplication.clipboard().setText(self.lines.row(index.row()).text)


class Differences(Card):
    """The lists of differences, one at a time."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(tr("Differences"), padded=False, parent=parent)
        options = (
            ("folders", tr("Folders")),
            ("files", tr("Files")),
            ("packages", tr("Packages")),
            ("config", tr("Configuration")),
        )
        self.choice = Segmented(options, tr("What to list"))
        self.add_header_widget(self.choice)
        self.tables = {key: RowTable(theme, name) for key, name in options}
        self._nothing = Label("", TextStyle.BODY, "muted", wrap=True)
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._faces = QStackedWidget()
        for table in self.tables.values():
            self._faces.addWidget(table)
        self._faces.addWidget(self._nothing)
        self.body.addWidget(self._faces, 1)
        self.choice.chosen.connect(self._show)
        self._key = "folders"

    def show_comparison(self, comparison: Comparison) -> None:
        """Fill the lists."""
        names = _names(comparison)
        for key, shape, rows in (
            ("folders", columns.folder_columns(), columns.folder_rows(comparison)),
            ("files", columns.file_columns(), columns.file_rows(comparison)),
            ("packages", columns.package_columns(*names), columns.package_rows(comparison)),
            ("config", columns.config_columns(*names), columns.config_rows(comparison)),
        ):
            self.tables[key].show_rows(shape, rows)
        self._show(self._key)

    def _show(self, key: str) -> None:
        self._key = key
        table = self.tables[key]
        if table.lines.rowCount():
            self._faces.setCurrentWidget(table)
            return
        self._nothing.setText(
            {
                "folders": tr("Both hold the same files."),
                "files": tr("Both hold the same files."),
                "packages": tr("Both have the same packages."),
                "config": tr("Both are configured the same."),
            }[key]
        )
        self._faces.setCurrentWidget(self._nothing)


class Result(QScrollArea):
    """Two columns of cards where there is room, else one; what does not fit scrolls."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._sides: tuple[SizeBar, ...] = ()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.head = ChartHead(theme, tr("Image size"))
        self.bars = KindBars(theme)
        self.words = Label("", TextStyle.BODY, "muted", wrap=True, selectable=True)
        self.layers = RowTable(theme, tr("Layers, base first"))
        self.facts = RowTable(theme, tr("Figures"))
        self.differences = Differences(theme)
        self._lay_out()
        theme.changed.connect(self._name_colours)

    def show_comparison(self, comparison: Comparison) -> None:
        """Show it from the top."""
        left, right = comparison.left, comparison.right
        names = _names(comparison)
        self._sides = (_bar("left", names[0], left), _bar("right", names[1], right))
        self.bars.set_bars(self._sides)
        self._name_colours()
        self.words.setText(" ".join(map(presentation.printable, sentences(comparison))))
        self.layers.show_rows(columns.layer_columns(*names), columns.layer_rows(comparison))
        self.facts.show_rows(columns.fact_columns(*names), columns.fact_rows(comparison))
        self.differences.show_comparison(comparison)
        self.verticalScrollBar().setValue(0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _lay_out(self) -> None:
        size = Card()
        size.body.addWidget(self.head)
        size.body.addWidget(self.bars, 1)
        cause = Card(tr("What made the difference"))
        cause.body.addWidget(self.words)
        cause.body.addWidget(self.layers, 1)
        figures = Card(padded=False)
        figures.body.addWidget(self.facts, 1)
        self._cards = (size, cause, figures, self.differences)
        self._rows = (QBoxLayout(_ACROSS), QBoxLayout(_ACROSS))
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.M + 2)
        for row, cards, stretches in zip(
            self._rows, (self._cards[:2], self._cards[2:]), ((2, 3), (3, 3)), strict=True
        ):
            row.setSpacing(Space.M + 2)
            for card, stretch in zip(cards, stretches, strict=True):
                row.addWidget(card, stretch)
        column.addLayout(self._rows[0], 4)
        column.addLayout(self._rows[1], 5)
        self.setWidget(content)

    def _arrange(self) -> None:
        beside = self.viewport().width() >= _SIDE_BY_SIDE
        for row in self._rows:
            row.setDirection(_ACROSS if beside else QBoxLayout.Direction.TopToBottom)
        for card, height in zip(self._cards, (_UPPER, _UPPER, _LOWER, _LOWER), strict=True):
            card.setMinimumHeight(height)

    def _name_colours(self) -> None:
        tokens = self._theme.tokens
        self.head.set_entries(
            [LegendEntry(tokens.kind(kind), kind_name(kind)) for kind in kinds_in(self._sides)]
        )


_ACROSS = QBoxLayout.Direction.LeftToRight


def _names(comparison: Comparison) -> tuple[str, str]:
    left, right = comparison.left.name, comparison.right.name
    return presentation.printable(left), presentation.printable(right)


def _bar(key: str, name: str, side: Side) -> SizeBar:
    return SizeBar(key, name, side.bytes_by_kind)
