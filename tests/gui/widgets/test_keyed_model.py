"""New rows are told as what went, came, moved and changed; selection and place survive."""

import random
from dataclasses import dataclass, replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QAbstractItemModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.widgets.chip import ChipSpec
from modeldesk.ui.widgets.keyed_model import ROW_ROLE, Cell, Column, KeyedModel
from modeldesk.ui.widgets.table import Table


@dataclass(frozen=True, slots=True)
class Row:
    key: str
    value: int = 0


def make_model() -> KeyedModel[Row]:
    return KeyedModel(
        [
            Column("key", "Key", lambda row: Cell(row.key, (ChipSpec("chip"),)), stretch=True),
            Column(
                "value",
                "Value",
                lambda row: Cell(str(row.value), tooltip="<b>plain</b>"),
                align="right",
                sort=lambda row: row.value,
            ),
        ],
        lambda row: row.key,
    )


def rows(text: str, value: int = 0) -> list[Row]:
    return [Row(letter, value) for letter in text]


class Watch:
    """Writes down what a model says."""

    def __init__(self, model: QAbstractItemModel) -> None:
        self.said: list[str] = []
        model.rowsInserted.connect(lambda _p, a, b: self.said.append(f"+{a}-{b}"))
        model.rowsRemoved.connect(lambda _p, a, b: self.said.append(f"-{a}-{b}"))
        model.dataChanged.connect(lambda a, b: self.said.append(f"~{a.row()}-{b.row()}"))
        model.layoutChanged.connect(lambda: self.said.append("moved"))
        model.modelReset.connect(lambda: self.said.append("reset"))


def test_nothing_new_says_nothing(qtbot: QtBot) -> None:
    model = make_model()
    model.set_rows(rows("abc"))
    watch = Watch(model)
    model.set_rows(rows("abc"))
    assert watch.said == []


def test_only_what_differs_is_said(qtbot: QtBot) -> None:
    model = make_model()
    model.set_rows(rows("abcdef"))
    watch = Watch(model)
    model.set_rows([*rows("ab"), Row("x"), Row("y"), *rows("ef", 1)])
    assert watch.said == ["-2-3", "+2-3", "~4-5"]
    assert [row.key for row in model.rows()] == list("abxyef")
    assert model.index(4, 1).data() == "1"


def test_an_order_that_changed_is_one_move(qtbot: QtBot) -> None:
    model = make_model()
    model.set_rows(rows("abcd"))
    watch = Watch(model)
    model.set_rows(rows("dabc"))
    assert watch.said == ["moved"]
    assert [model.key(n) for n in range(4)] == list("dabc")


@settings(max_examples=150, suppress_health_check=list(HealthCheck))
@given(
    st.lists(
        st.lists(
            st.tuples(st.sampled_from("abcdefghij"), st.integers(0, 2)),
            unique_by=lambda pair: pair[0],
        ),
        max_size=6,
    )
)
def test_any_sequence_of_rows_ends_as_given(
    qtbot: QtBot, sequence: list[list[tuple[str, int]]]
) -> None:
    model = make_model()
    tester = QAbstractItemModelTester(
        model, QAbstractItemModelTester.FailureReportingMode.Fatal, model
    )
    assert tester is not None
    for pairs in sequence:
        held = QPersistentModelIndex(model.index_of("c"))
        was_there = held.isValid()
        wanted = [Row(key, value) for key, value in pairs]
        model.set_rows(wanted)
        assert list(model.rows()) == wanted
        assert [model.index(n, 1).data() for n in range(len(wanted))] == [
            str(row.value) for row in wanted
        ]
        place = model.index_of("c")
        assert held.isValid() == (was_there and place.isValid())
        assert not held.isValid() or held.row() == place.row()


def test_roles(qtbot: QtBot) -> None:
    model = make_model()
    model.set_rows(rows("a", 7))
    index = model.index(0, 1)
    assert index.data(ROW_ROLE) == Row("a", 7)
    assert "&lt;b&gt;plain" in index.data(Qt.ItemDataRole.ToolTipRole)
    assert model.index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole) == "a, chip"
    assert model.headerData(1, Qt.Orientation.Horizontal) == "Value"
    assert QModelIndex().data() is None


def test_sorting_stays_as_rows_come_and_can_be_taken_back(qtbot: QtBot) -> None:
    model = make_model()
    model.set_rows([Row("a", 3), Row("b", 1), Row("c", 2)])
    model.sort(1, Qt.SortOrder.DescendingOrder)
    assert [row.key for row in model.rows()] == ["a", "c", "b"]
    model.set_rows([Row("a", 3), Row("b", 1), Row("c", 2), Row("d", 9)])
    assert [row.key for row in model.rows()] == ["d", "a", "c", "b"]
    model.sort(0)
    assert [row.key for row in model.rows()] == ["a", "b", "c", "d"]


def test_cells_can_be_made_again(qtbot: QtBot) -> None:
    shown = ["old"]
    model = KeyedModel([Column[Row]("a", "A", lambda _row: Cell(shown[0]))], lambda row: row.key)
    model.set_rows(rows("ab"))
    assert model.index(0, 0).data() == "old"
    shown[0] = "new"
    watch = Watch(model)
    model.refresh_cells()
    assert model.index(0, 0).data() == "new"
    assert watch.said == ["~0-1"]


def test_selection_and_scroll_survive_a_new_list(qtbot: QtBot, theme: Theme) -> None:
    model = make_model()
    start = [Row(f"row {n:04}", n) for n in range(500)]
    model.set_rows(start)
    table = Table(theme, model)
    qtbot.addWidget(table)
    table.resize(400, 300)
    table.show()
    table.select_key("row 0250")
    place = table.verticalScrollBar().value()
    mixed = [replace(row, value=row.value + 1) for row in start if row.value % 7]
    random.Random(1).shuffle(mixed)
    with qtbot.assertNotEmitted(table.row_selected):
        model.set_rows([*mixed, Row("new", 1)])
    assert table.selected_keys() == ["row 0250"]
    assert table.current_key() == "row 0250"
    assert table.verticalScrollBar().value() == place


def test_a_row_among_two_thousand_stays_selected(qtbot: QtBot, theme: Theme) -> None:
    model = make_model()
    start = [Row(f"row {n:05}", n) for n in range(2000)]
    model.set_rows(start)
    table = Table(theme, model)
    qtbot.addWidget(table)
    table.show()
    table.select_key("row 01000")
    for turn in range(5):
        fresh = [Row(row.key, row.value + (row.value % 100 == turn)) for row in start]
        fresh[turn * 3 : turn * 3] = [Row(f"new {turn}", turn)]
        model.set_rows(fresh)
        assert model.rows() == tuple(fresh)
    assert table.selected_keys() == ["row 01000"]


def test_another_list_is_in_the_order_that_a_person_chose(qtbot: QtBot) -> None:
    model = make_model()
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    model.set_rows(rows("abc"))
    model.sort(1, Qt.SortOrder.DescendingOrder)
    model.replace_rows([Row("x", 1), Row("y", 3), Row("c", 2)])
    assert [row.key for row in model.rows()] == ["y", "c", "x"]
    assert model.cell(0, 1).text == "3"
    assert model.index_of("c").row() == 1
    model.sort(-1)
    assert [row.key for row in model.rows()] == ["x", "y", "c"]
