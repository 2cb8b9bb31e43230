"""Tables, lists of two lines, steps, logs and Dockerfiles."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QApplication, QCheckBox, QLineEdit, QPlainTextEdit
from pytestqt.qtbot import QtBot

from modeldesk.core.layers.kinds import LayerKind
from modeldesk.ui.theme.fonts import TextStyle, font
from modeldesk.ui.theme.theme import Theme, ThemeMode
from modeldesk.ui.theme.tokens import DARK, LIGHT, Tone
from modeldesk.ui.widgets.buttons import IconButton
from modeldesk.ui.widgets.chip import ChipSpec
from modeldesk.ui.widgets.code_marks import CodeMark
from modeldesk.ui.widgets.code_view import CodeView
from modeldesk.ui.widgets.keyed_model import Cell, Column, KeyedModel
from modeldesk.ui.widgets.log_view import LogView
from modeldesk.ui.widgets.row_view import RowView, hairline
from modeldesk.ui.widgets.step_list import ROW_HEIGHT, Step, StepList, StepState
from modeldesk.ui.widgets.table import Table
from modeldesk.ui.widgets.two_line_list import TwoLineList, TwoLineRow
from tests.gui.widgets.test_keyed_model import Row, make_model, rows
from tests.gui.widgets.test_small_widgets import colors_of, image_of, shown


@pytest.fixture
def model(qtbot: QtBot) -> KeyedModel[Row]:
    made = make_model()
    made.set_rows(rows("abc"))
    return made


def click(qtbot: QtBot, view: RowView, key: str, button: Qt.MouseButton) -> None:
    QTest.mouseClick(view.viewport(), button, pos=view.row_rect(key).center())


def test_a_click_selects_and_says_which(theme: Theme, qtbot: QtBot, model: KeyedModel[Row]) -> None:
    table = Table(theme, model, name="Versions")
    shown(qtbot, table, 400, 300)
    with qtbot.waitSignal(table.row_selected) as told:
        click(qtbot, table, "b", Qt.MouseButton.LeftButton)
    assert told.args == ["b"]
    assert table.current_key() == "b"
    assert table.accessibleName() == "Versions"
    assert LIGHT.selected in colors_of(image_of(table.viewport()))


def test_a_click_below_the_rows_leaves_the_choice(
    theme: Theme, qtbot: QtBot, model: KeyedModel[Row]
) -> None:
    table = Table(theme, model)
    shown(qtbot, table, 400, 300)
    click(qtbot, table, "b", Qt.MouseButton.LeftButton)
    below = QPoint(20, table.row_rect("c").bottom() + 40)
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=below)
    assert table.selected_keys() == ["b"]


def test_headers_are_painted_as_labels(theme: Theme, qtbot: QtBot, model: KeyedModel[Row]) -> None:
    table = Table(theme, model)
    shown(qtbot, table, 400, 300)
    assert table.header().viewport().font().pointSizeF() == font(TextStyle.LABEL).pointSizeF()


def test_arrow_keys_move_and_enter_activates(
    theme: Theme, qtbot: QtBot, model: KeyedModel[Row]
) -> None:
    table = Table(theme, model)
    shown(qtbot, table, 400, 300)
    table.activateWindow()
    table.setFocus()
    qtbot.waitUntil(table.hasFocus)
    table.select_key("a")
    without_ring = image_of(table.viewport())
    with qtbot.waitSignal(table.row_selected) as told:
        QTest.keyClick(table, Qt.Key.Key_Down)
    assert told.args == ["b"]
    with qtbot.waitSignal(table.row_activated) as told:
        QTest.keyClick(table, Qt.Key.Key_Return)
    assert told.args == ["b"]
    assert LIGHT.accent in colors_of(image_of(table.viewport()))
    assert LIGHT.accent not in colors_of(without_ring.copy(0, 40, 400, 30))


def test_selecting_by_key_is_silent_and_answers(
    theme: Theme, qtbot: QtBot, model: KeyedModel[Row]
) -> None:
    table = Table(theme, model)
    shown(qtbot, table, 400, 300)
    with qtbot.assertNotEmitted(table.row_selected):
        assert table.select_key("c")
        assert not table.select_key("nothing")
    assert table.selected_keys() == []
    assert table.current_key() == ""


def test_several_rows_can_be_selected_where_allowed(
    theme: Theme, qtbot: QtBot, model: KeyedModel[Row]
) -> None:
    table = Table(theme, model, multi=True)
    shown(qtbot, table, 400, 300)
    click(qtbot, table, "a", Qt.MouseButton.LeftButton)
    QTest.mouseClick(
        table.viewport(),
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.ControlModifier,
        table.row_rect("c").center(),
    )
    assert table.selected_keys() == ["a", "c"]
    with qtbot.waitSignal(table.row_selected) as told:
        click(qtbot, table, "a", Qt.MouseButton.LeftButton)
    assert told.args == ["a"]
    assert table.selected_keys() == ["a"]


def test_a_context_menu_is_asked_for_a_row(
    theme: Theme, qtbot: QtBot, model: KeyedModel[Row]
) -> None:
    table = Table(theme, model)
    shown(qtbot, table, 400, 300)
    place = table.row_rect("b").center()
    with qtbot.waitSignal(table.context_requested) as told:
        table.customContextMenuRequested.emit(place)
    assert told.args == ["b", table.viewport().mapToGlobal(place)]
    with qtbot.assertNotEmitted(table.context_requested):
        table.customContextMenuRequested.emit(QPoint(10, 280))


def test_a_click_on_a_header_sorts_where_the_column_can(
    theme: Theme, qtbot: QtBot, model: KeyedModel[Row]
) -> None:
    model.set_rows([Row("a", 2), Row("b", 3), Row("c", 1)])
    table = Table(theme, model, sortable=True)
    shown(qtbot, table, 400, 300)
    assert [row.key for row in model.rows()] == ["a", "b", "c"]
    header = table.header()
    place = QPoint(header.sectionViewportPosition(1) + 12, header.height() // 2)
    QTest.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert [row.key for row in model.rows()] == ["c", "a", "b"]
    QTest.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert [row.key for row in model.rows()] == ["b", "a", "c"]


def test_columns_fit_their_contents_and_one_takes_the_rest(
    theme: Theme, qtbot: QtBot, model: KeyedModel[Row]
) -> None:
    table = Table(theme, model)
    shown(qtbot, table, 600, 300)
    header = table.header()
    assert header.length() == table.viewport().width()
    narrow = header.sectionSize(1)
    model.set_rows([*rows("abc"), Row("d", 123_456_789_012)])
    assert header.sectionSize(1) > narrow
    assert header.length() == table.viewport().width()
    table.resize(800, 300)
    assert header.length() == table.viewport().width()


def test_a_width_chosen_by_hand_stays(theme: Theme, qtbot: QtBot, model: KeyedModel[Row]) -> None:
    table = Table(theme, model)
    shown(qtbot, table, 600, 300)
    table.header().resizeSection(1, 150)
    table.resize(800, 300)
    assert table.header().sectionSize(1) == 150
    assert table.header().length() == table.viewport().width()


def test_other_columns_can_be_shown(theme: Theme, qtbot: QtBot, model: KeyedModel[Row]) -> None:
    table = Table(theme, model)
    shown(qtbot, table, 600, 300)
    model.set_columns([Column("key", "Name", lambda row: Cell(row.key.upper()), stretch=True)])
    assert table.header().count() == 1
    assert model.index(0, 0).data() == "A"
    assert table.header().length() == table.viewport().width()


def test_of_ten_thousand_rows_only_those_in_sight_are_drawn(theme: Theme, qtbot: QtBot) -> None:
    asked: list[str] = []

    def cell(row: Row) -> Cell:
        asked.append(row.key)
        return Cell(row.key)

    model = KeyedModel[Row]([Column("key", "Key", cell, stretch=True)], lambda row: row.key)
    model.set_rows([Row(f"row {n:05}", n) for n in range(10_000)])
    table = Table(theme, model)
    shown(qtbot, table, 800, 600)
    for place in range(0, 200_000, 20_000):
        table.verticalScrollBar().setValue(place)
        table.viewport().repaint()
    assert 0 < len(set(asked)) < 1_000


def test_a_tall_row_of_chips_and_long_names_paints(theme: Theme, qtbot: QtBot) -> None:
    chips = tuple(ChipSpec(f"chip {n}", tone) for n, tone in enumerate(Tone))
    model = KeyedModel[Row](
        [
            Column("a", "A", lambda row: Cell("票据识别" * 40, chips, bold=True), stretch=True),
            Column("b", "B", lambda row: Cell("x", mono=True, tone=Tone.BAD), width=60),
        ],
        lambda row: row.key,
    )
    model.set_rows(rows("a"))
    table = Table(theme, model)
    shown(qtbot, table, 500, 120)
    assert LIGHT.bad in colors_of(image_of(table.viewport()))
    theme.set_mode(ThemeMode.DARK)
    assert DARK.text in colors_of(image_of(table.viewport()))


MODELS = [
    TwoLineRow("h1", "Models", right="2", header=True),
    TwoLineRow(
        "one", "recommendation", "9 versions", dot=Tone.GOOD, spark=(1, 2, 3), tooltip="<x>"
    ),
    TwoLineRow("two", "ocr-zh · 票据识别" * 9, "4 versions", "note", "341 MB", "37.7 %"),
    TwoLineRow("h2", "Other images", right="14", header=True),
    TwoLineRow("three", "python", "2 tags", parts=((LayerKind.BASE_IMAGE, 9),), mono_subtitle=True),
]


@pytest.mark.parametrize("lined", [False, True])
def test_captions_are_stepped_over(theme: Theme, qtbot: QtBot, lined: bool) -> None:
    view = TwoLineList(theme, lined=lined, name="Models")
    tester = QAbstractItemModelTester(view.model())
    view.set_rows(MODELS)
    shown(qtbot, view, 270, 400)
    view.select_key("two")
    with qtbot.waitSignal(view.row_selected) as told:
        QTest.keyClick(view, Qt.Key.Key_Down)
    assert told.args == ["three"]
    with qtbot.assertNotEmitted(view.row_selected):
        click(qtbot, view, "h1", Qt.MouseButton.LeftButton)
    assert view.current_key() == "three"
    assert tester.model() is view.model()
    assert LIGHT.kind(LayerKind.BASE_IMAGE) in colors_of(image_of(view.viewport()))


def test_a_list_knows_its_height_and_says_its_rows(theme: Theme, qtbot: QtBot) -> None:
    view = TwoLineList(theme)
    view.set_rows(MODELS)
    shown(qtbot, view, 270, 400)
    assert view.content_height() == view.row_rect("three").bottom() + 1
    assert view.rows() == tuple(MODELS)
    spoken = view.model().index(2, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken.endswith("note, 341 MB, 37.7 %, 4 versions")
    assert "&lt;x&gt;" in view.model().index(1, 0).data(Qt.ItemDataRole.ToolTipRole)


def steps(running: int, total: int) -> list[Step]:
    return [
        Step(
            str(n),
            f"final {n}/{total} RUN step",
            StepState.DONE
            if n < running
            else StepState.RUNNING
            if n == running
            else StepState.WAITING,
            "cached" if n < running else "",
            "saved 71 s" if n == 0 else "",
        )
        for n in range(total)
    ]


def test_the_running_step_is_kept_in_sight(theme: Theme, qtbot: QtBot) -> None:
    view = StepList(theme)
    shown(qtbot, view, 500, 200)
    view.set_steps(steps(0, 500))
    assert view.verticalScrollBar().value() == 0
    view.set_steps(steps(400, 500))
    assert view.viewport().rect().contains(view.row_rect("400").center())
    assert view.content_height() == 500 * ROW_HEIGHT
    assert len(view.steps()) == 500


def test_each_of_five_hundred_steps_runs_in_sight(theme: Theme, qtbot: QtBot) -> None:
    view = StepList(theme)
    shown(qtbot, view, 500, 300)
    view.set_steps(steps(0, 500))
    for running in range(1, 500, 25):
        view.set_steps(steps(running, 500))
        assert view.viewport().rect().contains(view.row_rect(str(running)).center())


@pytest.mark.parametrize(
    ("state", "color"),
    [
        (StepState.DONE, LIGHT.good),
        (StepState.RUNNING, LIGHT.accent),
        (StepState.FAILED, LIGHT.bad),
        (StepState.CANCELLED, LIGHT.muted),
    ],
)
def test_a_steps_state_has_a_mark_and_a_word(
    theme: Theme, qtbot: QtBot, state: StepState, color: str
) -> None:
    view = StepList(theme)
    view.set_steps([Step("1", "RUN ████", state)])
    shown(qtbot, view, 400, 60)
    assert color in colors_of(image_of(view.viewport()))
    spoken = view.model().index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert state.value in spoken


def log(theme: Theme, qtbot: QtBot, limit: int = 10_000) -> tuple[LogView, QPlainTextEdit]:
    view = LogView(theme, limit, "Log")
    shown(qtbot, view, 400, 200)
    text = view.findChild(QPlainTextEdit)
    assert text is not None
    return view, text


def test_a_log_is_written_in_batches(theme: Theme, qtbot: QtBot) -> None:
    view, text = log(theme, qtbot)
    for n in range(1000):
        view.append([f"line {n}"])
    assert text.toPlainText() == ""
    qtbot.waitUntil(lambda: text.blockCount() == 1000)
    view.append(["last\nvery last"])
    assert view.text().endswith("last\nvery last")


def test_a_log_keeps_its_last_lines_only(theme: Theme, qtbot: QtBot) -> None:
    view, text = log(theme, qtbot, limit=100)
    view.append(f"line {n}" for n in range(50_000))
    view.flush()
    assert text.blockCount() == 100
    assert view.text().splitlines()[-1] == "line 49999"
    assert view.text().splitlines()[0] == "line 49900"


def test_a_log_of_long_lines_keeps_what_can_be_shown(theme: Theme, qtbot: QtBot) -> None:
    view, text = log(theme, qtbot)
    for n in range(4):
        view.append(f"{n}.{m} " + "x" * 3000 for m in range(1000))
        view.flush()
        assert text.document().characterCount() <= 2_000_000
    lines = view.text().splitlines()
    assert max(map(len, lines)) <= 2001
    assert lines[-1].startswith("3.999 ")
    assert 900 < len(lines) < 1000
    assert lines[0].startswith("3.")


def test_a_log_follows_until_told_not_to(theme: Theme, qtbot: QtBot) -> None:
    view, text = log(theme, qtbot)
    bar = text.verticalScrollBar()
    view.append(f"line {n}" for n in range(300))
    view.flush()
    assert bar.value() == bar.maximum() > 0
    view.set_following(False)
    bar.setValue(10)
    view.append(f"more {n}" for n in range(300))
    view.flush()
    assert bar.value() == 10
    box = view.findChild(QCheckBox)
    assert box is not None
    box.setChecked(True)
    assert bar.value() == bar.maximum()


def test_a_log_is_plain_text(theme: Theme, qtbot: QtBot) -> None:
    view, _ = log(theme, qtbot)
    view.append(["\x1b[31m<b>red</b>\x1b[0m"])
    assert view.text() == "<b>red</b>"
    view.clear()
    assert view.text() == ""


def test_a_log_finds_round_and_copies(theme: Theme, qtbot: QtBot) -> None:
    view, text = log(theme, qtbot)
    view.append(["one", "two", "one more"])
    assert view.find_next("one")
    assert view.find_next("one")
    assert text.textCursor().blockNumber() == 2
    assert view.find_next("one")
    assert text.textCursor().blockNumber() == 0
    assert not view.find_next("absent")
    assert not view.find_next("")
    copy = view.findChildren(IconButton)[1]
    QTest.mouseClick(copy, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == "one\ntwo\none more"


def test_the_find_field_comes_and_goes(theme: Theme, qtbot: QtBot) -> None:
    view, text = log(theme, qtbot)
    view.activateWindow()
    field = view.findChild(QLineEdit)
    assert field is not None
    assert not field.isVisible()
    QTest.mouseClick(view.findChildren(IconButton)[0], Qt.MouseButton.LeftButton)
    assert field.isVisible()
    qtbot.waitUntil(field.hasFocus)
    view.append(["needle"])
    QTest.keyClicks(field, "needle")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert text.textCursor().selectedText() == "needle"
    QTest.keyClick(field, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not field.isVisible())


DOCKERFILE = "# comment\nFROM python:3.11 AS builder\nRUN pip install \\\n    -r run.txt\nUSER app"


def code(theme: Theme, qtbot: QtBot) -> tuple[CodeView, QPlainTextEdit]:
    view = CodeView(theme)
    shown(qtbot, view, 400, 200)
    view.set_text(DOCKERFILE)
    text = view.findChild(QPlainTextEdit)
    assert text is not None
    QApplication.processEvents()
    return view, text


def bold_words(text: QPlainTextEdit, line: int) -> list[str]:
    block = text.document().findBlockByNumber(line)
    return [
        block.text()[part.start : part.start + part.length].strip()
        for part in block.layout().formats()
        if part.format.fontWeight() == 700
    ]


def test_instructions_are_bold_but_not_what_they_continue(theme: Theme, qtbot: QtBot) -> None:
    _, text = code(theme, qtbot)
    assert [bold_words(text, n) for n in range(5)] == [
        [],
        ["FROM", "AS"],
        ["RUN"],
        [],
        ["USER"],
    ]


def test_comments_are_pale_in_the_theme_in_use(theme: Theme, qtbot: QtBot) -> None:
    _, text = code(theme, qtbot)
    theme.set_mode(ThemeMode.DARK)
    part = text.document().findBlockByNumber(0).layout().formats()[0]
    assert part.format.foreground().color().name().upper() == DARK.muted


def test_a_line_can_be_marked(theme: Theme, qtbot: QtBot) -> None:
    view, text = code(theme, qtbot)
    view.mark_line(3, Tone.BAD)
    assert LIGHT.bad_bg in colors_of(image_of(text))
    view.mark_line(99)
    assert LIGHT.bad_bg not in colors_of(image_of(text))


def test_edits_are_told_but_not_what_the_program_sets(theme: Theme, qtbot: QtBot) -> None:
    view, text = code(theme, qtbot)
    with qtbot.assertNotEmitted(view.text_changed):
        view.set_text("FROM scratch")
        theme.set_mode(ThemeMode.DARK)
        QTest.keyClicks(text, "x")
    assert view.text() == "FROM scratch"
    view.set_editable(True)
    with qtbot.waitSignal(view.text_changed):
        QTest.keyClicks(text, "#")
    assert view.text() == "#FROM scratch"


def test_the_head_keeps_its_small_face_through_a_change_of_colours(
    theme: Theme, qtbot: QtBot, model: KeyedModel[Row]
) -> None:
    table = Table(theme, model)
    shown(qtbot, table, 400, 300)
    theme.set_mode(ThemeMode.DARK)
    QApplication.processEvents()
    assert table.header().font() == font(TextStyle.LABEL)
    assert table.header().viewport().font() == font(TextStyle.LABEL)


def test_columns_give_way_in_their_order_and_come_back(theme: Theme, qtbot: QtBot) -> None:
    columns = [
        Column[str]("name", "Name", Cell, stretch=True),
        Column[str]("first", "First", lambda _: Cell("9" * 12), gives_way=0),
        Column[str]("second", "Second", lambda _: Cell("9" * 12), gives_way=1),
        Column[str]("stays", "Stays", lambda _: Cell("9" * 12)),
    ]
    model = KeyedModel(columns, lambda row: row)
    model.set_rows(["a name that takes some room"])
    table = Table(theme, model)
    model.setParent(table)
    shown(qtbot, table, 900, 200)

    def hidden() -> list[int]:
        return [n for n in range(len(columns)) if table.isColumnHidden(n)]

    assert hidden() == []
    for width, expected in ((470, [1]), (340, [1, 2]), (100, [1, 2]), (900, [])):
        table.resize(width, 200)
        assert hidden() == expected


def test_an_endless_name_leaves_room_for_the_other_columns(theme: Theme, qtbot: QtBot) -> None:
    columns = [
        Column[str]("name", "Name", lambda _: Cell("short"), stretch=True),
        Column[str]("model", "Model", lambda _: Cell("endless" * 60)),
        Column[str]("since", "Since", lambda _: Cell("just now")),
    ]
    model = KeyedModel(columns, lambda row: row)
    model.set_rows(["row"])
    table = Table(theme, model)
    model.setParent(table)
    shown(qtbot, table, 600, 200)
    right = table.header().sectionViewportPosition(2) + table.header().sectionSize(2)
    assert right <= table.viewport().width()


def test_names_are_narrowed_before_figures_are_hidden(theme: Theme, qtbot: QtBot) -> None:
    columns = [
        Column[str]("name", "Name", lambda _: Cell("endless" * 60), least=120),
        Column[str]("why", "Why", lambda _: Cell("for reasons " * 9), stretch=True, least=80),
        Column[str]("size", "Size", lambda _: Cell("904 MB"), "right", width=70),
        Column[str]("unique", "Unique", lambda _: Cell("88 MB"), "right", width=70, gives_way=0),
    ]
    model = KeyedModel(columns, lambda row: row)
    model.set_rows(["row"])
    table = Table(theme, model)
    model.setParent(table)
    shown(qtbot, table, 900, 200)

    def widths() -> list[int]:
        return list(map(table.header().sectionSize, range(len(columns))))

    frame = table.width() - table.viewport().width()
    table.resize(340 + frame, 200)
    assert widths() == [120, 80, 70, 70]
    table.resize(420 + frame, 200)
    assert sum(widths()) == 420
    assert widths()[2:] == [70, 70]
    table.resize(339 + frame, 200)
    assert table.isColumnHidden(3)
    table.resize(900 + frame, 200)
    assert widths()[0] == 260


@pytest.mark.parametrize("height", [230, 247, 263])
def test_the_last_row_in_sight_is_whole(theme: Theme, qtbot: QtBot, height: int) -> None:
    model = make_model()
    model.set_rows(rows("abcdefghijklmnop"))
    table = Table(theme, model)
    model.setParent(table)
    shown(qtbot, table, 400, height)

    def seen() -> list[str]:
        room = table.viewport().height()
        ends = {key: table.row_rect(key) for key in "abcdefghijklmnop"}
        assert not [key for key, r in ends.items() if r.top() < room <= r.bottom()]
        return [key for key, r in ends.items() if r.top() >= 0 and r.bottom() < room]

    first = seen()
    assert first[0] == "a"
    table.scrollToBottom()
    assert seen()[-1] == "p"
    assert len(seen()) == len(first)
    # What makes Qt lay the view out anew leaves the place.
    model.set_rows(rows("abcdefghijklmnop", 1))
    table.updateGeometries()
    assert seen()[-1] == "p"
    model.set_rows(rows("ab"))
    table.updateGeometries()
    assert table.verticalScrollBar().maximum() == 0


def test_the_last_row_of_a_list_with_captions_is_whole(theme: Theme, qtbot: QtBot) -> None:
    view = TwoLineList(theme)
    view.set_rows(MODELS)
    shown(qtbot, view, 270, view.content_height() - 20)
    ends = [view.row_rect(row.key).bottom() + 1 for row in MODELS]
    assert view.viewport().height() == ends[-2]
    assert view.verticalScrollBar().maximum() == ends[-1] - ends[-2]


def test_of_a_text_too_long_to_lay_out_the_beginning_is_shown(theme: Theme, qtbot: QtBot) -> None:
    view = CodeView(theme)
    qtbot.addWidget(view)
    view.set_editable(True)
    inner = view.findChild(QPlainTextEdit)
    assert inner is not None
    told: list[str] = []
    view.text_changed.connect(lambda: told.append(view.text()))
    for text in ("RUN a\n" * 100_000, "x" * 1_000_000):
        view.set_text(text)
        assert view.text() == text
        assert len(inner.toPlainText()) < 210_000
        assert inner.blockCount() < 10_010
        assert "too long" in inner.toPlainText().rpartition("…")[2]
        assert inner.isReadOnly()
        end = len(text)
        view.set_marks([CodeMark(90_000, end - 1, end, Tone.BAD, "far off")])
        view.go_to(view.marks()[0])
        assert told == []
        view.replace([(end, end, "y")])
        assert told == [f"{text}y"]
        told.clear()
    view.set_text("RUN a\n")
    assert (view.text(), inner.isReadOnly()) == ("RUN a\n", False)


def test_a_text_with_many_here_documents_has_its_colours(theme: Theme, qtbot: QtBot) -> None:
    view = CodeView(theme)
    qtbot.addWidget(view)
    view.set_text("".join(f"RUN <<E{number}\nRUN\nE{number}\n" for number in range(500)) + "RUN b")
    inner = view.findChild(QPlainTextEdit)
    assert inner is not None
    document = inner.document()
    for number, coloured in ((0, True), (1, False), (1497, True), (1498, False), (1500, True)):
        formats = document.findBlockByNumber(number).layout().formats()
        assert bool(formats) is coloured, number


@pytest.mark.parametrize(("ratio", "dots"), [(1.0, 1), (1.25, 1), (1.5, 1), (2.0, 2), (0.75, 1)])
def test_the_line_under_a_row_has_whole_dots_at_every_scale(ratio: float, dots: int) -> None:
    assert hairline(ratio) * ratio == pytest.approx(dots)
