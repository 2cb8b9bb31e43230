"""What lists, tables, the size chart and the searches cost the event loop, each with thousands of
rows: ``python -m tests.benchmarks.widgets``.

For each the best and the worst of some turns; more than 50 ms would be felt.
"""

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from PySide6.QtWidgets import QApplication, QWidget

from modeldesk import resources
from modeldesk.core.layers.kinds import LayerKind
from modeldesk.core.library.snapshot import make_snapshot
from modeldesk.ui.charts.bars import SizeBar
from modeldesk.ui.charts.size_history import SizeHistoryChart
from modeldesk.ui.library.search import LibrarySearch
from modeldesk.ui.shell.ranking import rank
from modeldesk.ui.theme.theme import Theme, ThemeMode
from modeldesk.ui.widgets.elided_label import ElidedLabel
from modeldesk.ui.widgets.keyed_model import Cell, Column, KeyedModel
from modeldesk.ui.widgets.step_list import Step, StepList, StepState
from modeldesk.ui.widgets.table import Table
from tests.benchmarks.library_snapshot import library


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the tables that are measured."""

    key: str
    value: int


def say(name: str, turns: Sequence[Callable[[], object]]) -> None:
    """Take every turn and print how long they took."""
    spent = []
    for turn in turns:
        began = time.perf_counter()
        turn()
        spent.append((time.perf_counter() - began) * 1000)
    print(f"{name:<44} best {min(spent):7.1f} ms  worst {max(spent):7.1f} ms")


def show(widget: QWidget, width: int, height: int) -> None:
    """Put it on screen and let it paint."""
    widget.resize(width, height)
    widget.show()
    QApplication.processEvents()


def table_of(theme: Theme, rows: list[Row]) -> tuple[KeyedModel[Row], Table]:
    """A table of two columns."""
    columns = [
        Column[Row]("key", "Key", lambda row: Cell(row.key), stretch=True),
        Column[Row]("value", "Value", lambda row: Cell(str(row.value)), align="right"),
    ]
    model = KeyedModel(columns, lambda row: row.key)
    model.set_rows(rows)
    return model, Table(theme, model)


def tables(theme: Theme) -> None:
    """A keyed diff of 2,000 rows with one selected; 10,000 rows shown and scrolled."""
    rows = [Row(f"row {n:05}", n) for n in range(2_000)]
    model, table = table_of(theme, rows)
    show(table, 800, 600)
    table.select_key("row 01000")

    def renew(turn: int) -> None:
        fresh = [replace(row, value=row.value + (row.value % 100 == turn)) for row in rows]
        fresh[turn * 3 : turn * 3] = [Row(f"new {turn}", turn)]
        model.set_rows(fresh)

    say("2,000 rows compared", [partial(renew, turn) for turn in range(5)])
    _, long = table_of(theme, [Row(f"row {n:05}", n) for n in range(10_000)])
    say("10,000 rows shown", [lambda: show(long, 800, 600)])

    def scroll(place: int) -> None:
        long.verticalScrollBar().setValue(place)
        long.viewport().repaint()

    places = range(0, 200_000, 20_000)
    say("10,000 rows scrolled", [partial(scroll, place) for place in places])


def steps(theme: Theme) -> None:
    """A build of 500 steps that goes on."""
    view = StepList(theme)
    show(view, 500, 300)

    def go_to(running: int) -> None:
        states = (StepState.DONE, StepState.RUNNING, StepState.WAITING)
        view.set_steps(
            [
                Step(str(n), f"{n}/500 RUN step", states[(n >= running) + (n > running)], "", "")
                for n in range(500)
            ]
        )
        view.viewport().repaint()

    say("500 steps of a build", [partial(go_to, at) for at in range(20)])


def chart(theme: Theme) -> None:
    """The sizes of 2,000 versions."""
    bars = [
        SizeBar(
            f"key {n}",
            f"v1.{n}.0",
            ((LayerKind.BASE_IMAGE, 120_000_000), (LayerKind.MODEL_WEIGHTS, 10**6 * (n % 500))),
        )
        for n in range(2_000)
    ]
    view = SizeHistoryChart(theme)
    show(view, 690, 215)
    say("2,000 bars given", [lambda: view.set_bars(bars)])

    def choose(number: int) -> None:
        view.select(f"key {number}")
        view.grab()

    say("2,000 bars, another chosen", [partial(choose, n * 400) for n in range(5)])


def searches() -> None:
    """The palette's ranking and the model list's search, a letter more each time."""
    titles = [f"model-{n % 120} v1.{n}.0" for n in range(3_000)]
    details = [f"stable · registry.lan:5000/team/model-{n % 120}:v1.{n}.0" for n in range(3_000)]
    queries = ("m", "model-7", "v1.29", "stable 99", "zzz", "mdl 7 v1")
    say("3,000 entries ranked", [partial(rank, q, titles, details, 60) for q in queries])
    snapshot, searcher = make_snapshot(library(1_250, 4)), LibrarySearch()
    searcher.matches(snapshot, "x")
    texts = ("v1", "v1.9", "model-99", "m1 v", "stable", "team")
    say("5,000 tags searched", [partial(searcher.matches, snapshot, t) for t in texts])


def long_text() -> None:
    """A label of three million letters, drawn at many widths."""
    label = ElidedLabel("begin " + "x" * 3_000_000 + " end")
    show(label, 300, 20)

    def draw(width: int) -> None:
        label.resize(width, 20)
        label.repaint()

    say("3 MB of text in a label", [partial(draw, width) for width in range(300, 320)])


def main() -> None:
    """Print every figure."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    app = QApplication([])
    theme = Theme(resources.path(""), ThemeMode.LIGHT)
    theme.apply(app)
    tables(theme)
    steps(theme)
    chart(theme)
    searches()
    long_text()


if __name__ == "__main__":
    main()
