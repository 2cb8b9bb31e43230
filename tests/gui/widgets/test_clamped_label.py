"""A label of a few lines."""

from pytestqt.qtbot import QtBot

from modeldesk.ui.widgets.clamped_label import ClampedLabel

SENTENCE = "Packages without a musllinux wheel are compiled, which takes long and may fail."


def label(qtbot: QtBot, width: int) -> ClampedLabel:
    made = ClampedLabel(most_lines=2)
    qtbot.addWidget(made)
    made.set_text(SENTENCE)
    made.resize(width, 60)
    made.show()
    return made


def test_what_fits_in_the_lines_is_whole_and_needs_no_tooltip(qtbot: QtBot) -> None:
    made = label(qtbot, 1000)
    assert made.shown_lines() == [SENTENCE]
    made.resize(made.sizeHint().width() * 2 // 3, 60)
    assert " ".join(made.shown_lines()) == SENTENCE
    assert made.toolTip() == ""
    assert made.heightForWidth(made.width()) > made.heightForWidth(1000)


def test_what_does_not_ends_in_dots_and_is_in_the_tooltip(qtbot: QtBot) -> None:
    made = label(qtbot, 160)
    lines = made.shown_lines()
    assert len(lines) == 2
    assert lines[1].endswith("…")
    assert "may fail" in made.toolTip()
    assert made.heightForWidth(160) == made.heightForWidth(60)


def test_no_text_has_the_height_of_a_line(qtbot: QtBot) -> None:
    made = ClampedLabel(most_lines=2)
    qtbot.addWidget(made)
    assert made.heightForWidth(100) == made.sizeHint().height()


def test_a_word_longer_than_the_line_is_broken(qtbot: QtBot) -> None:
    made = label(qtbot, 200)
    made.set_text("a-very-long-name-of-a-model-" * 9)
    lines = made.shown_lines()
    assert len(lines) == 2
    assert all(made.fontMetrics().horizontalAdvance(line) <= 200 for line in lines)


def test_what_is_to_be_told_of_it_stays_its_tooltip(qtbot: QtBot) -> None:
    made = label(qtbot, 1000)
    made.set_tip("why")
    made.resize(100, 60)
    made.resize(900, 60)
    assert "why" in made.toolTip()


def test_a_line_is_as_high_as_the_letters_need(qtbot: QtBot) -> None:
    made = label(qtbot, 300)
    latin = made.line_height()
    made.set_text("软件包没有确切的版本，请写成名称与版本，或锁定它们。")
    assert made.line_height() >= latin
    assert made.heightForWidth(120) == 2 * made.line_height() + 2
