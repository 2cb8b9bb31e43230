"""The rail, sparkline, layer stack, bars, skeletons and toasts."""

from PySide6.QtCore import QPoint, QRectF, QSize, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from modeldesk.core.layers.kinds import LayerKind
from modeldesk.ui.theme.icons import Icon
from modeldesk.ui.theme.theme import Theme, ThemeMode
from modeldesk.ui.theme.tokens import DARK, LIGHT, Tone
from modeldesk.ui.widgets.layer_stack import LayerStack, StackSegment
from modeldesk.ui.widgets.nav_rail import WIDTH, NavItem, NavRail
from modeldesk.ui.widgets.pulse import Pulse
from modeldesk.ui.widgets.skeleton import Skeleton
from modeldesk.ui.widgets.sparkline import line_points
from modeldesk.ui.widgets.task_progress import HEIGHT, TaskProgress, ThinBar
from modeldesk.ui.widgets.toast import Toaster
from tests.gui.widgets.test_small_widgets import colors_of, image_of, shown


def rail(theme: Theme) -> NavRail:
    return NavRail(
        theme,
        [NavItem("library", "Library", Icon.LIBRARY), NavItem("build", "Build", Icon.BUILD)],
        [NavItem("settings", "Settings", Icon.SETTINGS)],
    )


def test_the_rail_goes_where_one_clicks(theme: Theme, qtbot: QtBot) -> None:
    bar = rail(theme)
    shown(qtbot, bar, WIDTH, 500)
    assert bar.current == ""
    with qtbot.assertNotEmitted(bar.chosen):
        bar.select("library")
    build = bar._buttons["build"]
    with qtbot.waitSignal(bar.chosen) as told:
        QTest.mouseClick(build, Qt.MouseButton.LeftButton)
    assert told.args == ["build"]
    assert bar.current == "build"
    assert LIGHT.accent_bg in colors_of(image_of(build))
    assert bar._buttons["settings"].y() > 400


def test_the_rail_is_reached_by_keys(theme: Theme, qtbot: QtBot) -> None:
    bar = rail(theme)
    shown(qtbot, bar, WIDTH, 500)
    bar.select("library")
    library, build = bar._buttons["library"], bar._buttons["build"]
    bar.activateWindow()
    library.setFocus()
    qtbot.waitUntil(library.hasFocus)
    QTest.keyClick(library, Qt.Key.Key_Down)
    assert bar.current == "build"
    with qtbot.waitSignal(bar.chosen) as told:
        QTest.keyClick(build, Qt.Key.Key_Return)
    assert told.args == ["build"]
    assert build.accessibleName() == "Build"


def test_a_badge_counts_what_runs(theme: Theme, qtbot: QtBot) -> None:
    bar = rail(theme)
    shown(qtbot, bar, WIDTH, 500)
    plain = image_of(bar._buttons["build"])
    bar.set_badge("build", 120)
    assert image_of(bar._buttons["build"]) != plain
    assert bar._buttons["build"].accessibleDescription() == "120"
    bar.set_badge("build", 0)
    assert image_of(bar._buttons["build"]) == plain


def test_a_sparkline_spans_its_room() -> None:
    points = line_points(QRectF(0, 0, 60, 20), [2, 4, 3])
    assert [point.x() for point in points] == [0, 30, 60]
    assert [point.y() for point in points] == [20, 0, 10]


def test_a_sparkline_of_equal_values_lies_in_the_middle() -> None:
    assert {point.y() for point in line_points(QRectF(0, 0, 60, 20), [7, 7, 7])} == {10}
    assert line_points(QRectF(0, 0, 60, 20), [7]) == []


def test_a_sparkline_keeps_hardly_differing_values_near_the_middle() -> None:
    points = line_points(QRectF(0, 0, 60, 20), [294_000_000, 294_030_000])
    assert all(abs(point.y() - 10) < 1 for point in points)
    assert points[0].y() > points[1].y()


def test_a_long_sparkline_is_thinned_and_keeps_its_end() -> None:
    points = line_points(QRectF(0, 0, 60, 20), [*range(5000), -1])
    assert len(points) == 60
    assert points[-1].y() == 20


SEGMENTS = [
    StackSegment("base", LayerKind.BASE_IMAGE, 120_000_000),
    StackSegment("app", LayerKind.APPLICATION, 900),
    StackSegment("empty", LayerKind.OTHER, 0),
    StackSegment("weights", LayerKind.MODEL_WEIGHTS, 360_000_000, "COPY model.bin"),
]


def test_the_stack_is_in_proportion_and_hides_nothing(theme: Theme, qtbot: QtBot) -> None:
    stack = LayerStack(theme)
    stack.set_segments(SEGMENTS)
    shown(qtbot, stack, 64, 206)
    rects = {segment.key: rect for segment, rect in stack.segment_rects()}
    assert set(rects) == {"base", "app", "weights"}
    assert rects["app"].height() == 2
    assert round(rects["weights"].height() / rects["base"].height(), 1) == 3.0
    assert rects["base"].bottom() == 206
    assert abs(rects["weights"].top()) < 0.01
    assert {LIGHT.kind(LayerKind.BASE_IMAGE), LIGHT.kind(LayerKind.MODEL_WEIGHTS)} <= colors_of(
        image_of(stack)
    )
    assert "Model weights 360 MB" in stack.accessibleName()


def test_a_stack_of_more_layers_than_room_stays_inside(theme: Theme, qtbot: QtBot) -> None:
    stack = LayerStack(theme)
    stack.set_segments([StackSegment(str(n), LayerKind.OTHER, 1 + n) for n in range(30)])
    shown(qtbot, stack, 64, 148)
    assert stack.segment_rects()[-1][1].top() > -0.5


def test_a_click_on_a_segment_names_it(theme: Theme, qtbot: QtBot) -> None:
    stack = LayerStack(theme)
    stack.set_segments(SEGMENTS)
    shown(qtbot, stack, 100, 206)
    with qtbot.waitSignal(stack.segment_clicked) as told:
        QTest.mouseClick(stack, Qt.MouseButton.LeftButton, pos=QPoint(20, 190))
    assert told.args == ["base"]
    plain = image_of(stack)
    stack.select("base")
    assert image_of(stack) != plain


def runs(pulse: Pulse | None) -> bool:
    assert pulse is not None
    return pulse.running


def test_a_bar_shows_a_share_or_that_it_is_unknown(theme: Theme, qtbot: QtBot) -> None:
    bar = ThinBar(theme)
    shown(qtbot, bar, 200, HEIGHT)
    bar.set_fraction(0.5)
    assert bar.fraction() == 0.5
    image = image_of(bar)
    assert image.pixelColor(50, 3).name().upper() == LIGHT.accent
    assert image.pixelColor(150, 3).name().upper() == LIGHT.track
    bar.set_failed(True)
    assert LIGHT.bad in colors_of(image_of(bar))
    bar.set_fraction(7)
    assert bar.fraction() == 1.0
    bar.set_fraction(None)
    assert bar.fraction() is None


def test_an_unknown_share_moves_on_screen_only(theme: Theme, qtbot: QtBot) -> None:
    bar = ThinBar(theme)
    bar.set_fraction(None)
    pulse = bar.findChild(Pulse)
    assert not runs(pulse)
    shown(qtbot, bar, 200, HEIGHT)
    assert runs(pulse)
    qtbot.waitUntil(lambda: pulse is not None and pulse.beat > 1)
    bar.hide()
    assert not runs(pulse)
    bar.show()
    bar.set_fraction(0.2)
    assert not runs(pulse)


def test_progress_says_what_goes_on(theme: Theme, qtbot: QtBot) -> None:
    progress = TaskProgress(theme)
    shown(qtbot, progress, 400)
    progress.set_state("Building churn v2.1.0", 0.62)
    assert progress.bar.accessibleName() == "Building churn v2.1.0"
    assert progress.bar.fraction() == 0.62


def test_placeholders_rest_while_hidden(theme: Theme, qtbot: QtBot) -> None:
    skeleton = Skeleton(theme, rows=3)
    shown(qtbot, skeleton, 200)
    pulse = skeleton.findChild(Pulse)
    assert runs(pulse)
    skeleton.hide()
    assert not runs(pulse)
    assert skeleton.sizeHint() == QSize(200, 102)


def test_placeholders_rest_while_their_page_is_hidden(theme: Theme, qtbot: QtBot) -> None:
    page = QWidget()
    skeleton = Skeleton(theme)
    skeleton.setParent(page)
    shown(qtbot, page, 300, 300)
    pulse = skeleton.findChild(Pulse)
    assert runs(pulse)
    page.hide()
    assert not runs(pulse)


def test_toasts_stack_in_the_corner_and_go(theme: Theme, qtbot: QtBot) -> None:
    window = QWidget()
    shown(qtbot, window, 800, 600)
    toaster = Toaster(theme, window)
    first = toaster.say("First.", seconds=60)
    second = toaster.say("Second.", Tone.BAD, seconds=60)
    assert toaster.texts() == ["First.", "Second."]
    assert first.geometry().bottom() < second.geometry().top()
    assert window.rect().contains(second.geometry())
    window.resize(500, 400)
    qtbot.waitUntil(lambda: window.rect().contains(second.geometry()))
    for word in ("Third.", "Fourth."):
        toaster.say(word, seconds=60)
    assert toaster.texts() == ["Second.", "Third.", "Fourth."]


def test_a_toast_goes_by_itself(theme: Theme, qtbot: QtBot) -> None:
    window = QWidget()
    shown(qtbot, window, 800, 600)
    toaster = Toaster(theme, window)
    toaster.say("Pushed.", seconds=0.01)
    qtbot.waitUntil(lambda: toaster.texts() == [])


def test_undo_runs_once_and_takes_the_toast_away(theme: Theme, qtbot: QtBot) -> None:
    window = QWidget()
    shown(qtbot, window, 800, 600)
    toaster = Toaster(theme, window)
    undone: list[bool] = []
    toast = toaster.say("Moved.", action="Undo", on_action=lambda: undone.append(True), seconds=60)
    link = toast.findChild(QPushButton)
    assert link is not None
    QTest.mouseClick(link, Qt.MouseButton.LeftButton)
    assert undone == [True]
    assert toaster.texts() == []


def test_a_long_toast_wraps_inside_the_window(theme: Theme, qtbot: QtBot) -> None:
    window = QWidget()
    shown(qtbot, window, 420, 500)
    toaster = Toaster(theme, window)
    toast = toaster.say("registry.lan:5000/team/recommendation " * 5, seconds=60)
    assert window.rect().contains(toast.geometry())
    assert toast.height() > 60


def test_the_action_of_a_long_toast_goes_below_its_words(theme: Theme, qtbot: QtBot) -> None:
    window = QWidget()
    shown(qtbot, window, 800, 600)
    toaster = Toaster(theme, window)
    name = "a-deployment-with-a-long-name is healthy after 12.1 s."
    toast = toaster.say(name, action="Open http://127.0.0.1:32782", seconds=60)
    qtbot.waitUntil(lambda: toast.link.y() > toast.words.y())
    assert toast.words.geometry().bottom() <= toast.link.y()
    assert toast.link.width() >= toast.link.sizeHint().width()
    assert toast.words.width() >= toast.words.fontMetrics().horizontalAdvance(name)
    assert toast.rect().contains(toast.link.geometry())


def test_a_path_in_a_toast_is_not_cut(theme: Theme, qtbot: QtBot) -> None:
    window = QWidget()
    shown(qtbot, window, 800, 600)
    toast = Toaster(theme, window).say("/srv/models/" + "x" * 150, seconds=60)
    assert toast.words.minimumSizeHint().width() <= toast.words.width()
    assert toast.height() > 60


def test_painted_widgets_follow_the_theme(theme: Theme, qtbot: QtBot) -> None:
    bar = ThinBar(theme)
    shown(qtbot, bar, 100, HEIGHT)
    bar.set_fraction(1.0)
    theme.set_mode(ThemeMode.DARK)
    assert DARK.accent in colors_of(image_of(bar))
