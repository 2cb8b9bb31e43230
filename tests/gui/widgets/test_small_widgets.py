"""Labels, cards, chips, buttons, fields: what they show, say and take."""

import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QGuiApplication, QImage, QPainter, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from modeldesk.ui.theme.fonts import TextStyle
from modeldesk.ui.theme.icons import Icon
from modeldesk.ui.theme.theme import Theme, ThemeMode
from modeldesk.ui.theme.tokens import DARK, LIGHT, Tone
from modeldesk.ui.widgets.banner import Banner, Notice
from modeldesk.ui.widgets.buttons import DangerButton, IconButton, PlainButton, PrimaryButton
from modeldesk.ui.widgets.card import Card
from modeldesk.ui.widgets.chip import HEIGHT, Chip, ChipRow, ChipSpec, chip_width, paint_chips
from modeldesk.ui.widgets.copy_label import CopyLabel
from modeldesk.ui.widgets.drop_down import DropDown
from modeldesk.ui.widgets.elided_label import ElidedLabel
from modeldesk.ui.widgets.empty_state import EmptyState
from modeldesk.ui.widgets.field import Field, NotedLineEdit
from modeldesk.ui.widgets.key_value import KeyValue, KeyValueList
from modeldesk.ui.widgets.label import Label
from modeldesk.ui.widgets.number_field import NumberField
from modeldesk.ui.widgets.search_field import SearchField
from modeldesk.ui.widgets.segmented import Segmented
from modeldesk.ui.widgets.tabs import Tabs
from modeldesk.ui.widgets.tooltip import plain_tooltip


def shown(qtbot: QtBot, widget: QWidget, width: int = 0, height: int = 0) -> None:
    qtbot.addWidget(widget)
    if width:
        widget.resize(width, height or widget.sizeHint().height())
    widget.show()
    qtbot.waitExposed(widget)


def image_of(widget: QWidget) -> QImage:
    return widget.grab().toImage()


def colors_of(image: QImage) -> set[str]:
    return {
        image.pixelColor(x, y).name().upper()
        for x in range(image.width())
        for y in range(image.height())
    }


def test_labels_never_read_markup(theme: Theme, qtbot: QtBot) -> None:
    label = Label("<b>v1</b> & more")
    qtbot.addWidget(label)
    assert label.textFormat() is Qt.TextFormat.PlainText
    assert "<b>" in label.text()


def test_a_labels_colour_comes_from_the_tokens_and_can_change(theme: Theme, qtbot: QtBot) -> None:
    label = Label("██", TextStyle.TITLE, "bad")
    shown(qtbot, label)
    assert LIGHT.bad in colors_of(image_of(label))
    label.set_color("good")
    assert LIGHT.good in colors_of(image_of(label))


def test_tooltips_are_escaped() -> None:
    assert "&lt;img" in plain_tooltip("<img src=x>")
    assert plain_tooltip("") == ""


def test_a_card_shows_its_head_only_with_something_in_it(theme: Theme, qtbot: QtBot) -> None:
    card = Card()
    card.body.addWidget(Label("body"))
    low = card.sizeHint().height()
    qtbot.addWidget(card)
    card.add_header_widget(Label("edit"))
    assert card.sizeHint().height() > low
    shown(qtbot, card, 300)
    edit = card.findChildren(Label)[-1]
    assert edit.geometry().right() > 270


def test_a_card_keeps_its_head_low_over_a_body_of_fixed_height(theme: Theme, qtbot: QtBot) -> None:
    card = Card("Title")
    fixed = QWidget()
    fixed.setFixedHeight(20)
    card.body.addWidget(fixed)
    shown(qtbot, card, 300, 400)
    assert fixed.y() < 60


@pytest.mark.parametrize("tone", Tone)
def test_a_chip_wears_its_tone(theme: Theme, qtbot: QtBot, tone: Tone) -> None:
    chip = Chip(theme, ChipSpec("████", tone))
    shown(qtbot, chip)
    ink, ground = LIGHT.tone(tone)
    assert {ink, ground} <= colors_of(image_of(chip))
    theme.set_mode(ThemeMode.DARK)
    assert DARK.tone(tone)[1] in colors_of(image_of(chip))


def test_a_dot_makes_a_chip_wider() -> None:
    assert chip_width(ChipSpec(":5000", dot=True)) > chip_width(ChipSpec(":5000"))


def test_chips_that_do_not_fit_are_left_out(theme: Theme) -> None:
    image = QImage(200, HEIGHT, QImage.Format.Format_ARGB32)
    specs = [ChipSpec("candidate"), ChipSpec("deprecated")]
    painter = QPainter(image)
    whole = paint_chips(painter, QRectF(0, 0, 200, HEIGHT), specs, LIGHT)
    first = paint_chips(painter, QRectF(0, 0, 90, HEIGHT), specs, LIGHT)
    short = paint_chips(painter, QRectF(0, 0, 50, HEIGHT), specs, LIGHT)
    none = paint_chips(painter, QRectF(0, 0, 10, HEIGHT), specs, LIGHT)
    painter.end()
    assert whole > first > short > none == 0


def test_a_row_of_chips_is_replaced(theme: Theme, qtbot: QtBot) -> None:
    row = ChipRow(theme)
    shown(qtbot, row)
    row.set_chips([ChipSpec("a"), ChipSpec("b"), ChipSpec("c")])
    row.set_chips([ChipSpec("d"), ChipSpec("e")])
    assert [spec.text for spec in row.specs()] == ["d", "e"]
    row.set_chips([])
    assert row.specs() == []


def test_an_ampersand_in_a_button_is_no_shortcut(theme: Theme, qtbot: QtBot) -> None:
    button = PrimaryButton("Run & test")
    qtbot.addWidget(button)
    assert button.shortcut().isEmpty()
    assert button.accessibleName() == "Run & test"
    button.set_text("Stop & go")
    assert button.shortcut().isEmpty()


@pytest.mark.parametrize(
    ("button", "fill"),
    [
        (PrimaryButton, LIGHT.accent),
        (DangerButton, LIGHT.bad),
        (PlainButton, LIGHT.panel),
    ],
)
def test_buttons_look_like_what_they_do(
    theme: Theme, qtbot: QtBot, button: type[PlainButton], fill: str
) -> None:
    made = button("Go")
    shown(qtbot, made)
    assert fill in colors_of(image_of(made))
    assert made.height() == 32


@pytest.mark.parametrize("button", [PrimaryButton, DangerButton, PlainButton])
def test_focus_is_seen_and_moves_nothing(
    theme: Theme, qtbot: QtBot, button: type[PlainButton]
) -> None:
    holder = Card()
    one, two = button("One"), button("Two")
    holder.body.addWidget(one)
    holder.body.addWidget(two)
    shown(qtbot, holder, 200)
    holder.activateWindow()
    two.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(two.hasFocus)
    before, size = image_of(one), one.size()
    one.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(one.hasFocus)
    assert image_of(one) != before
    assert one.size() == size


def test_an_icon_button_has_a_name_and_follows_the_theme(theme: Theme, qtbot: QtBot) -> None:
    button = IconButton(theme, Icon.MORE, "More")
    shown(qtbot, button)
    before = image_of(button)
    assert (button.accessibleName(), button.toolTip()) == ("More", "More")
    theme.set_mode(ThemeMode.DARK)
    assert image_of(button) != before


OPTIONS = [("semantic", "Semantic"), ("commit", "Commit"), ("time", "Timestamp")]


def test_a_choice_is_made_by_mouse_and_keys(theme: Theme, qtbot: QtBot) -> None:
    control = Segmented(OPTIONS, "Scheme")
    shown(qtbot, control)
    assert control.current == "semantic"
    semantic, commit, _ = control.findChildren(QPushButton)
    with qtbot.waitSignal(control.chosen) as told:
        QTest.mouseClick(commit, Qt.MouseButton.LeftButton)
    assert told.args == ["commit"]
    control.activateWindow()
    commit.setFocus()
    qtbot.waitUntil(commit.hasFocus)
    with qtbot.waitSignal(control.chosen) as told:
        QTest.keyClick(commit, Qt.Key.Key_Left)
    assert told.args == ["semantic"]
    assert semantic.isChecked()


def test_a_choice_by_the_program_is_silent(theme: Theme, qtbot: QtBot) -> None:
    control = Segmented(OPTIONS, "Scheme")
    qtbot.addWidget(control)
    with qtbot.assertNotEmitted(control.chosen):
        control.choose("time")
        control.choose("time")
    assert control.current == "time"
    control.set_option_enabled("commit", False, "No git here.")
    assert control.findChildren(QPushButton)[1].toolTip() == "No git here."


def test_a_long_text_is_cut_in_the_middle_and_told_whole(theme: Theme, qtbot: QtBot) -> None:
    name = "registry.lan:5000/team/" + "x" * 80 + "@sha256:c04a"
    label = ElidedLabel(name)
    shown(qtbot, label, 160)
    assert label.shown_text().startswith("registry")
    assert label.shown_text().endswith("c04a")
    assert name in label.toolTip()
    label.resize(2000, 20)
    assert label.shown_text() == name
    assert label.toolTip() == ""
    label.set_text("two\nlines")
    assert label.shown_text() == "two lines"


def test_megabytes_of_text_are_cut_in_the_middle(theme: Theme, qtbot: QtBot) -> None:
    text = "begin " + "x" * 3_000_000 + " end"
    label = ElidedLabel(text)
    shown(qtbot, label, 300)
    for width in range(300, 320):
        label.resize(width, 20)
        label.repaint()
    assert label.shown_text().startswith("begin")
    assert label.shown_text().endswith("end")
    assert len(label.toolTip()) < 10_000


def test_copying_takes_the_whole_and_says_so(theme: Theme, qtbot: QtBot) -> None:
    label = CopyLabel()
    label.set_value("sha256:5b1e…c04a", "sha256:5b1e0c04a")
    shown(qtbot, label, 300)
    link = label.findChild(QPushButton)
    assert link is not None
    with qtbot.waitSignal(label.copied) as told:
        QTest.mouseClick(link, Qt.MouseButton.LeftButton)
    assert told.args == ["sha256:5b1e0c04a"]
    assert QGuiApplication.clipboard().text() == "sha256:5b1e0c04a"
    assert link.text() == "copied"
    qtbot.waitUntil(lambda: link.text() == "copy")
    label.set_value("", "")
    assert not link.isVisible()


def visible_values(figures: KeyValueList) -> list[ElidedLabel]:
    return [label for label in figures.findChildren(ElidedLabel) if label.isVisible()]


def test_figures_change_in_place_or_are_made_anew(theme: Theme, qtbot: QtBot) -> None:
    figures = KeyValueList()
    shown(qtbot, figures, 300)
    figures.set_rows([KeyValue("Total", "904 MB"), KeyValue("Efficiency", "99.9 %", Tone.GOOD)])
    first = figures.findChildren(ElidedLabel)
    figures.set_rows([KeyValue("Total", "1.19 GB"), KeyValue("Efficiency", "88 %", Tone.BAD)])
    assert figures.findChildren(ElidedLabel) == first
    assert [label.shown_text() for label in first] == ["1.19 GB", "88 %"]
    assert first[0].accessibleName() == "Total: 1.19 GB"
    figures.set_rows([KeyValue("Digest", "sha256:0", mono=True)])
    qtbot.waitUntil(lambda: [w.shown_text() for w in visible_values(figures)] == ["sha256:0"])


def test_a_field_says_what_is_wrong_in_place_of_its_note(theme: Theme, qtbot: QtBot) -> None:
    edit = NotedLineEdit("from git")
    field = Field("Also tag", edit, "Optional.")
    shown(qtbot, field, 300)
    assert edit.accessibleName() == "Also tag"
    field.set_error("Taken already.")
    assert edit.accessibleDescription() == "Taken already."
    assert LIGHT.bad in colors_of(image_of(edit))
    field.clear_error()
    assert edit.accessibleDescription() == "Optional."
    assert LIGHT.bad not in colors_of(image_of(edit))


def test_a_note_gives_way_to_the_text(theme: Theme, qtbot: QtBot) -> None:
    edit = NotedLineEdit("next after v1.4.1")
    shown(qtbot, edit, 260)
    with_note = image_of(edit)
    edit.set_note("")
    assert image_of(edit) != with_note
    edit.setText("x" * 40)
    without = image_of(edit)
    edit.set_note("next after v1.4.1")
    assert image_of(edit) == without


def wheel_over(widget: QWidget) -> QWheelEvent:
    centre = QPointF(widget.rect().center())
    return QWheelEvent(
        centre,
        centre,
        QPoint(0, 0),
        QPoint(0, -120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )


def test_a_number_ignores_the_wheel_until_it_has_the_focus(theme: Theme, qtbot: QtBot) -> None:
    field = NumberField(1, 65535, 5000)
    shown(qtbot, field, 120)
    assert (field.minimum(), field.maximum(), field.value()) == (1, 65535, 5000)
    field.clearFocus()
    event = wheel_over(field)
    field.wheelEvent(event)
    assert field.value() == 5000
    assert not event.isAccepted()
    # The wheel does not give it the focus either.
    assert field.focusPolicy() is Qt.FocusPolicy.StrongFocus


def test_a_choice_stays_when_the_form_below_the_pointer_is_scrolled(
    theme: Theme, qtbot: QtBot
) -> None:
    choice = DropDown()
    choice.addItems(["own", "proposed"])
    shown(qtbot, choice, 120)
    choice.clearFocus()
    event = wheel_over(choice)
    choice.wheelEvent(event)
    assert choice.currentText() == "own"
    assert not event.isAccepted()
    assert choice.focusPolicy() is Qt.FocusPolicy.StrongFocus


def test_search_shows_the_shortcut_until_something_is_typed(theme: Theme, qtbot: QtBot) -> None:
    field = SearchField("Search models", "Ctrl K")
    shown(qtbot, field, 250)
    hint = field.findChild(QPushButton)
    assert hint is not None
    assert hint.isVisible()
    assert field.rect().contains(hint.geometry())
    QTest.keyClicks(field, "churn")
    assert not hint.isVisible()
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert field.text() == ""
    with qtbot.waitSignal(field.hint_clicked):
        QTest.mouseClick(hint, Qt.MouseButton.LeftButton)


def test_an_empty_page_offers_one_action(theme: Theme, qtbot: QtBot) -> None:
    state = EmptyState(theme, Icon.FOLDER, "Drop a model folder here.", action="Choose…")
    shown(qtbot, state, 400, 300)
    button = state.findChild(QPushButton)
    assert button is not None
    with qtbot.waitSignal(state.action_chosen):
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    state.set_content(Icon.SEARCH, "Nothing found.")
    assert not button.isVisible()
    assert state.accessibleName() == "Nothing found."


def test_a_banner_says_offers_and_goes(theme: Theme, qtbot: QtBot) -> None:
    holder = Card()
    banner = Banner(theme)
    holder.body.addWidget(banner)
    shown(qtbot, holder, 600, 200)
    assert not banner.isVisible()
    banner.present(Notice("No engine.", "Nothing answers.", ("Retry", "Settings")))
    assert banner.isVisible()
    buttons = [b for b in banner.findChildren(PlainButton) if b.isVisible()]
    assert [b.text() for b in buttons] == ["Retry", "Settings"]
    with qtbot.waitSignal(banner.action_chosen) as told:
        QTest.mouseClick(buttons[1], Qt.MouseButton.LeftButton)
    assert told.args == [1]
    banner.present(Notice("Odd tag.", tone=Tone.WARNING))
    assert [b.text() for b in banner.findChildren(PlainButton) if b.isVisible()] == []
    assert LIGHT.warning_bg in colors_of(image_of(banner))
    close = banner.findChild(IconButton)
    assert close is not None
    with qtbot.waitSignal(banner.closed):
        QTest.mouseClick(close, Qt.MouseButton.LeftButton)
    assert not banner.isVisible()


def test_a_notice_that_must_stay_has_no_close_button(theme: Theme, qtbot: QtBot) -> None:
    banner = Banner(theme)
    qtbot.addWidget(banner)
    banner.present(Notice("No engine.", closable=False))
    close = banner.findChild(IconButton)
    assert close is not None
    assert not close.isVisible()


def test_tabs_are_no_wider_than_their_names(theme: Theme, qtbot: QtBot) -> None:
    tabs = Tabs("Inspector")
    tabs.addTab(QLineEdit(), "Layers")
    tabs.addTab(QLineEdit(), "Files")
    shown(qtbot, tabs, 500, 200)
    bar = tabs.tabBar()
    assert bar.tabRect(1).right() < 200
    assert bar.accessibleName() == "Inspector"
    bar.setFocus()
    QTest.keyClick(bar, Qt.Key.Key_Right)
    assert tabs.currentIndex() == 1


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space])
def test_enter_and_space_press_the_button_that_has_the_keyboard(
    theme: Theme, qtbot: QtBot, key: Qt.Key
) -> None:
    for button in (PrimaryButton("Build"), IconButton(theme, Icon.CLOSE, "Close")):
        shown(qtbot, button)
        with qtbot.waitSignal(button.clicked):
            QTest.keyClick(button, key)
        with qtbot.assertNotEmitted(button.clicked):
            QTest.keyClick(button, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)


def test_what_drops_down_looks_as_a_menu_does(theme: Theme, qtbot: QtBot) -> None:
    choice = DropDown()
    choice.addItems(["one", "two"])
    shown(qtbot, choice, 160)
    choice.showPopup()
    qtbot.waitUntil(choice.view().isVisible)
    colors = colors_of(choice.view().grab().toImage())
    choice.hidePopup()
    assert LIGHT.accent_bg in colors
    assert LIGHT.accent not in colors
