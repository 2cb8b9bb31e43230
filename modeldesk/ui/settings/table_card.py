"""A card with a table of what is known, and what can be done with each row."""

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from modeldesk.core.words import tr
from modeldesk.ui.context import Context
from modeldesk.ui.theme.fonts import TextStyle
from modeldesk.ui.theme.tokens import Space
from modeldesk.ui.widgets.buttons import DangerButton, PlainButton
from modeldesk.ui.widgets.card import Card
from modeldesk.ui.widgets.keyed_model import Column, KeyedModel
from modeldesk.ui.widgets.label import Label
from modeldesk.ui.widgets.table import ROW_HEIGHT, Table

R = TypeVar("R")


class TableCard(Card, Generic[R]):
    """Every act but `add` is for the row that is selected; `remove` stands apart."""

    most_rows = 6
    """More are scrolled."""

    def __init__(
        self,
        context: Context,
        title: str,
        columns: Sequence[Column[R]],
        key: Callable[[R], str],
        *,
        empty: str,
        note: str,
        parent: QWidget | None = None,
    ) -> None:
        """`empty` is said in the place of a table without rows, `note` below it all."""
        super().__init__(title, parent=parent)
        self._key = key
        self._model = KeyedModel[R](columns, key)
        self.empty = Label(empty, color="muted", wrap=True)
        self.table = Table(context.theme, self._model, name=title)
        self._model.setParent(self.table)
        self.add = PlainButton(tr("Add…"))
        self.remove = DangerButton(tr("Remove…"), filled=False)
        self._acts: list[QPushButton] = []
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(Space.S)
        self._buttons.addWidget(self.add)
        self.body.setSpacing(Space.M)
        self.body.addWidget(self.empty)
        self.body.addWidget(self.table)
        self.body.addLayout(self._buttons)
        self.body.addWidget(Label(note, TextStyle.LABEL, "muted", wrap=True))
        self.table.row_selected.connect(lambda _: self._show_acts())

    def _offer(self, act: Callable[[str], object], button: QPushButton) -> None:
        """Stand `button`, which does `act` with the row's key, beside those that are there."""
        self._buttons.addWidget(button)
        self._acts.append(button)
        button.clicked.connect(lambda _=False: self._act(act))

    def _act(self, act: Callable[[str], object]) -> None:
        key = self.table.current_key()
        if key:
            act(key)

    def _show_rows(self, rows: Sequence[R]) -> None:
        self._model.set_rows(rows)
        if rows and not self.table.current_key():
            self.table.select_key(self._key(rows[0]))
        self.empty.setVisible(not rows)
        self.table.setVisible(bool(rows))
        head = self.table.header().sizeHint().height()
        self.table.setFixedHeight(head + ROW_HEIGHT * min(len(rows), self.most_rows) + 2)
        self._show_acts()

    @property
    def _chosen(self) -> R | None:
        """The row that is selected."""
        current = self.table.current_key()
        return next((row for row in self._model.rows() if self._key(row) == current), None)

    def _show_acts(self) -> None:
        for button in self._acts:
            button.setVisible(bool(self._model.rows()))
            button.setEnabled(self._chosen is not None)
