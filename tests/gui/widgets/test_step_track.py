"""Steps along a line: what they say, to the eye and to the ear."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.widgets.step_track import StepTrack, TrackState, TrackStep

_GREY = QImage.Format.Format_Grayscale8
STEPS = (
    TrackStep("10 %", TrackState.DONE, ("passed 14:31", "1,204 requests")),
    TrackStep("25 %", TrackState.CURRENT, ("6 of 10 min", "2,911 requests"), 0.6),
    TrackStep("50 %", TrackState.WAITING, ("10 min",)),
    TrackStep("100 %", TrackState.WAITING, ("then promote to stable",)),
)


@pytest.fixture
def track(qtbot: QtBot, theme: Theme) -> StepTrack:
    track = StepTrack(theme, "Steps")
    qtbot.addWidget(track)
    track.resize(1000, 80)
    track.set_steps(STEPS)
    track.show()
    return track


def test_a_screen_reader_hears_where_it_stands(track: StepTrack) -> None:
    assert track.accessibleName() == (
        "Steps: step 2 of 4, 25 %, running, 6 of 10 min, 2,911 requests"
    )


def test_the_arrow_keys_go_from_step_to_step_and_stop_at_the_ends(track: StepTrack) -> None:
    track.setFocus()
    heard = []
    for key in (Qt.Key.Key_Left, Qt.Key.Key_Left, Qt.Key.Key_Right, *[Qt.Key.Key_Right] * 4):
        QTest.keyClick(track, key)
        heard.append(track.accessibleDescription().split(",")[0])
    places = (1, 1, 2, 3, 4, 4, 4)
    assert heard == [f"step {place} of 4" for place in places]


def test_notes_take_a_second_line_where_there_is_no_room_for_one(track: StepTrack) -> None:
    assert track.heightForWidth(1000) < track.heightForWidth(600)
    many = [TrackStep(f"{n} %", TrackState.WAITING, ("10 min", "more of it")) for n in range(12)]
    track.set_steps(many)
    # Too narrow for any note: they are in the tooltips.
    assert track.heightForWidth(600) == track.heightForWidth(3000)


@pytest.mark.parametrize("state", list(TrackState))
def test_each_state_looks_and_sounds_like_no_other(track: StepTrack, state: TrackState) -> None:
    def seen(one: TrackState) -> bytes:
        track.set_steps([TrackStep("10 %", one)])
        image = track.grab().toImage().convertToFormat(_GREY)
        return bytes(image.constBits())

    mine = seen(state)
    sound = track.spoken(0)
    for other in TrackState:
        if other is not state:
            assert seen(other) != mine
            assert track.spoken(0) != sound


def test_the_same_steps_are_not_painted_again(
    track: StepTrack, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bool] = []
    monkeypatch.setattr(track, "update", lambda: asked.append(True))
    track.set_steps(list(STEPS))
    assert not asked
    track.set_steps(STEPS[:2])
    assert asked


def test_home_and_end_go_to_the_first_and_the_last_step(track: StepTrack) -> None:
    track.setFocus()
    heard = []
    for key in (Qt.Key.Key_End, Qt.Key.Key_Home):
        QTest.keyClick(track, key)
        heard.append(track.accessibleDescription().split(",")[0])
    assert heard == ["step 4 of 4", "step 1 of 4"]


def test_a_note_that_is_too_long_goes_on_in_the_next_line(track: StepTrack) -> None:
    track.set_steps([TrackStep(f"{n} %", TrackState.WAITING, ("10 min",)) for n in range(4)])
    short = track.heightForWidth(480)
    last = TrackStep("100 %", TrackState.WAITING, ("then promote to stable and rest",))
    track.set_steps([*track.steps()[:3], last])
    assert track.heightForWidth(480) > short
    assert track.heightForWidth(2000) == short
