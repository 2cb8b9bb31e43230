"""The main window: pages, links, closing, geometry."""

import threading
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QFileDialog, QLabel, QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from modeldesk.core.ids import ModelName
from modeldesk.core.jobs import Job
from modeldesk.core.library.model import Group, LibrarySnapshot, Model
from modeldesk.ui.activity.store import ActivityStore
from modeldesk.ui.context import Context, Page, PageEntry
from modeldesk.ui.links import BuildLink, LibraryLink, PageKey, SettingsLink, SettingsSection
from modeldesk.ui.making import Making
from modeldesk.ui.onboarding.no_engine import NoEngine
from modeldesk.ui.shell.main_window import MainWindow
from modeldesk.ui.tasks.lanes import Lane
from modeldesk.ui.theme.icons import Icon
from modeldesk.ui.theme.theme import ThemeMode
from tests.gui.parts import CONNECTED, LOST, SEARCHING, RecordedControl, no_engine
from tests.gui.shell.conftest import SmallPage, Stage

T = TypeVar("T")


def made(thing: T) -> Making[T]:
    """A making that takes a turn of the event loop."""
    yield
    return thing


def small_page() -> Making[Page]:
    return made(SmallPage())


def press(qtbot: QtBot, stage: Stage, key: Qt.Key, *, ctrl: bool = True) -> None:
    stage.window.activateWindow()
    qtbot.waitUntil(stage.window.isActiveWindow)
    modifier = Qt.KeyboardModifier.ControlModifier if ctrl else Qt.KeyboardModifier.NoModifier
    QTest.keyClick(stage.window, key, modifier)


def test_only_the_page_in_view_is_made_and_each_once(stage: Stage) -> None:
    assert set(stage.pages) == {PageKey.LIBRARY}
    made = stage.open(PageKey.BUILD)
    stage.window.open_page(PageKey.LIBRARY)
    stage.window.open_page(PageKey.BUILD)
    assert set(stage.pages) == {PageKey.LIBRARY, PageKey.BUILD}
    assert stage.pages[PageKey.BUILD] is made
    assert made.times_shown == 2
    assert made.links == []


def test_a_page_without_a_place_in_the_rail_stands_in_that_of_another(
    qtbot: QtBot, context: Context, activity: ActivityStore
) -> None:
    pages = [
        PageEntry(PageKey.LIBRARY, "Library", Icon.LIBRARY, small_page),
        PageEntry(PageKey.BUILD, "Build", Icon.BUILD, small_page),
        PageEntry(PageKey.CLEANUP, "Clean up", Icon.CLEAN, small_page, under=PageKey.LIBRARY),
    ]
    window = MainWindow(context, activity, pages)
    qtbot.addWidget(window)
    window.painted.connect(window.begin)
    shown: list[PageKey] = []
    window.area.page_shown.connect(shown.append)
    window.show()
    qtbot.waitUntil(lambda: bool(shown))
    window.open_page(PageKey.BUILD)
    (clean,) = (a for a, _ in window.menus.actions if a.text() == "&Clean up…")
    clean.trigger()
    qtbot.waitUntil(lambda: shown[-1] is PageKey.CLEANUP)
    assert window.rail.current == PageKey.LIBRARY.value
    window.rail.chosen.emit(PageKey.LIBRARY.value)
    assert shown == [PageKey.LIBRARY, PageKey.BUILD, PageKey.CLEANUP, PageKey.LIBRARY]


def test_nothing_is_made_before_the_first_paint(
    qtbot: QtBot, context: Context, activity: ActivityStore
) -> None:
    order: list[str] = []

    def make() -> Making[Page]:
        order.append("page")
        yield
        return SmallPage()

    window = MainWindow(
        context, activity, [PageEntry(PageKey.LIBRARY, "Library", Icon.LIBRARY, make)]
    )
    qtbot.addWidget(window)
    window.painted.connect(lambda: order.append("painted"))
    window.painted.connect(window.begin)
    assert order == []
    window.show()
    qtbot.waitUntil(lambda: len(order) == 2)
    assert order == ["painted", "page"]


def test_it_opens_at_the_link_it_is_given(
    qtbot: QtBot, context: Context, activity: ActivityStore, tmp_path: Path
) -> None:
    page = SmallPage()
    entries = [
        PageEntry(PageKey.LIBRARY, "Library", Icon.LIBRARY, small_page),
        PageEntry(PageKey.BUILD, "Build", Icon.BUILD, lambda: made(page)),
    ]
    window = MainWindow(context, activity, entries, start=BuildLink(folder=tmp_path))
    qtbot.addWidget(window)
    window.painted.connect(window.begin)
    window.show()
    qtbot.waitUntil(lambda: page.links == [BuildLink(folder=tmp_path)])


def test_a_page_chosen_before_it_can_be_made_is_the_first_one(
    qtbot: QtBot, context: Context, activity: ActivityStore, tmp_path: Path
) -> None:
    page = SmallPage()
    entries = [
        PageEntry(PageKey.LIBRARY, "Library", Icon.LIBRARY, small_page),
        PageEntry(PageKey.BUILD, "Build", Icon.BUILD, lambda: made(page)),
    ]
    window = MainWindow(context, activity, entries)
    qtbot.addWidget(window)
    window.show()
    context.navigate(BuildLink(folder=tmp_path))
    assert window.area.current is None
    assert window.rail.current == "build"
    window.begin()
    qtbot.waitUntil(page.isVisible)
    assert page.links == [BuildLink(folder=tmp_path)]


def test_links_from_anywhere_open_their_page_and_mark_the_rail(stage: Stage) -> None:
    link = SettingsLink(SettingsSection.ENGINE)
    stage.context.navigate(link)
    assert stage.page(PageKey.SETTINGS).isVisible()
    assert stage.pages[PageKey.SETTINGS].links == [link]
    assert stage.window.rail.current == "settings"
    stage.window.rail.chosen.emit("library")
    assert stage.window.area.current is PageKey.LIBRARY


def test_pages_have_number_keys(stage: Stage, qtbot: QtBot) -> None:
    shown: list[PageKey] = []
    stage.window.area.page_shown.connect(shown.append)
    press(qtbot, stage, Qt.Key.Key_3)
    press(qtbot, stage, Qt.Key.Key_1)
    assert shown == [PageKey.COMPARE, PageKey.LIBRARY]


def test_f5_asks_for_everything_again(stage: Stage, qtbot: QtBot) -> None:
    with qtbot.waitSignal(stage.context.hub.refresh_asked, timeout=1000):
        press(qtbot, stage, Qt.Key.Key_F5, ctrl=False)


def test_without_an_engine_the_page_that_needs_one_says_what_was_tried(stage: Stage) -> None:
    hub = stage.context.hub
    hub.publish_connection(no_engine())
    panel = stage.window.findChild(NoEngine)
    assert panel is not None
    assert panel.isVisible()
    assert not stage.pages[PageKey.LIBRARY].isVisible()
    assert stage.open(PageKey.BUILD).isVisible()
    stage.window.open_page(PageKey.LIBRARY)
    hub.publish_connection(SEARCHING)
    assert panel.isVisible()
    hub.publish_connection(CONNECTED)
    assert stage.pages[PageKey.LIBRARY].isVisible()


def test_without_an_engine_what_registries_have_is_shown(stage: Stage) -> None:
    hub = stage.context.hub
    hub.publish_connection(no_engine())
    panel = stage.window.findChild(NoEngine)
    assert panel is not None
    assert panel.isVisible()
    model = Model(ModelName("rec"), Group.MODEL, ("r.lan/rec",), (), 0, 0)
    hub.publish_snapshot(LibrarySnapshot((model,)))
    page, banner = stage.pages[PageKey.LIBRARY], stage.window.area._banner
    assert page.isVisible()
    assert "registries have" in banner.banner.notice.sentence
    # What was tried is a click away, and the page too.
    banner.banner.action_chosen.emit(1)
    assert panel.isVisible()
    assert not banner.isVisible()
    stage.window.open_page(PageKey.LIBRARY)
    assert page.isVisible()
    assert banner.isVisible()
    hub.publish_connection(CONNECTED)
    assert page.isVisible()
    assert not banner.isVisible()


def test_a_lost_engine_leaves_the_page_and_says_so_above_it(stage: Stage) -> None:
    hub = stage.context.hub
    hub.publish_connection(CONNECTED)
    hub.publish_connection(LOST)
    assert stage.pages[PageKey.LIBRARY].isVisible()
    banner = stage.window.area._banner
    assert banner.isVisible()
    assert "Docker Engine" in banner.banner.notice.sentence
    banner.banner.action_chosen.emit(0)
    control = stage.context.engine_control
    assert isinstance(control, RecordedControl)
    assert control.retries == 1
    hub.publish_connection(CONNECTED)
    assert not banner.isVisible()


def test_the_theme_follows_the_settings(stage: Stage) -> None:
    store = stage.context.settings
    modes: list[ThemeMode] = []
    stage.context.theme.changed.connect(lambda: modes.append(stage.context.theme.mode))
    store.change(replace(store.current, theme="dark"))
    store.change(replace(store.current, theme="light"))
    assert modes == [ThemeMode.DARK, ThemeMode.LIGHT]


def test_closing_with_nothing_under_way_asks_nothing(stage: Stage) -> None:
    assert stage.window.close()
    assert stage.window.findChild(QMessageBox) is None


def test_closing_with_work_under_way_asks_once_and_staying_is_the_default(
    stage: Stage, qtbot: QtBot
) -> None:
    release = threading.Event()
    task = stage.context.tasks.submit(
        lambda _: release.wait(10), lane=Lane.TRANSFER, title="Build churn", owner=stage.window
    )
    assert not stage.window.close()
    assert not stage.window.close()
    (box,) = stage.window.findChildren(QMessageBox)
    assert "Build churn" in box.informativeText()
    assert box.textFormat() is Qt.TextFormat.PlainText
    default = box.defaultButton()
    assert default is box.escapeButton()
    default.click()
    assert stage.window.isVisible()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    assert not stage.window.close()
    (box,) = stage.window.findChildren(QMessageBox)
    leave = next(button for button in box.buttons() if button is not box.defaultButton())
    leave.click()
    qtbot.waitUntil(lambda: not stage.window.isVisible())
    release.set()
    qtbot.waitUntil(lambda: not task.active)


def test_hidden_work_does_not_keep_the_window(stage: Stage, qtbot: QtBot) -> None:
    release = threading.Event()

    def work(_: Job) -> None:
        release.wait(10)

    stage.context.tasks.submit(
        work,
        lane=Lane.INTERACTIVE,
        title="Read",
        owner=stage.window,
        show_in_activity=False,
    )
    assert stage.window.close()
    release.set()


def test_the_place_of_the_window_is_remembered(
    qtbot: QtBot, context: Context, activity: ActivityStore
) -> None:
    entries = [PageEntry(PageKey.LIBRARY, "Library", Icon.LIBRARY, small_page)]
    first = MainWindow(context, activity, entries)
    qtbot.addWidget(first)
    first.show()
    first.resize(first.width(), 666)
    first.close()
    second = MainWindow(context, activity, entries)
    qtbot.addWidget(second)
    second.show()
    assert second.height() == 666


def test_the_side_panel_stands_beside_the_pages_that_want_it(
    qtbot: QtBot, context: Context, activity: ActivityStore
) -> None:
    models = QWidget()
    entries = [
        PageEntry(PageKey.LIBRARY, "Library", Icon.LIBRARY, small_page, beside_models=True),
        PageEntry(PageKey.SETTINGS, "Settings", Icon.SETTINGS, small_page),
    ]
    window = MainWindow(context, activity, entries, side=lambda: made(models))
    qtbot.addWidget(window)
    window.painted.connect(window.begin)
    window.show()
    qtbot.waitUntil(models.isVisible)
    window.open_page(PageKey.SETTINGS)
    assert not models.isVisible()
    window.go_to(LibraryLink())
    assert models.isVisible()


def test_the_small_windows_open_without_blocking(stage: Stage, qtbot: QtBot) -> None:
    wanted = {"Keyboard shortcuts", "About ModelDesk", "Build folder…"}
    for action, _ in stage.window.menus.actions:
        if action.text().replace("&", "") in wanted:
            action.trigger()
    dialogs = stage.window.findChildren(QDialog)
    assert len(dialogs) == 3
    (shortcuts,) = (one for one in dialogs if one.windowTitle() == "Keyboard shortcuts")
    assert "Del" in {label.text() for label in shortcuts.findChildren(QLabel)}
    chooser = next(dialog for dialog in dialogs if isinstance(dialog, QFileDialog))
    chooser.fileSelected.emit("/models/churn")
    assert stage.page(PageKey.BUILD).links == [BuildLink(folder=Path("/models/churn"))]
    for dialog in dialogs:
        dialog.close()


def test_pages_are_made_ahead_of_the_first_visit_and_nothing_is_shown_of_it(
    stage: Stage, qtbot: QtBot
) -> None:
    stage.window.area.make_ahead()
    there = [PageKey.LIBRARY, PageKey.BUILD, PageKey.RELEASES, PageKey.ACTIVITY, PageKey.SETTINGS]
    qtbot.waitUntil(lambda: all(stage.window.area.page(key) is not None for key in there))
    assert stage.pages[PageKey.LIBRARY].isVisible()
    ahead = stage.pages[PageKey.RELEASES]
    assert not ahead.isVisible()
    assert ahead.times_shown == 0
    assert stage.open(PageKey.RELEASES) is ahead
    assert ahead.isVisible()
    assert ahead.times_shown == 1


def test_a_page_left_before_it_was_made_still_gets_what_it_was_opened_for(
    stage: Stage, tmp_path: Path
) -> None:
    link = BuildLink(folder=tmp_path)
    stage.context.navigate(link)
    stage.window.open_page(PageKey.LIBRARY)
    page = stage.page(PageKey.BUILD)
    assert page.links == [link]
    assert not page.isVisible()
    assert page.times_shown == 0
    assert stage.pages[PageKey.LIBRARY].isVisible()


def test_a_page_that_could_not_be_made_is_tried_again(
    qtbot: QtBot, context: Context, activity: ActivityStore
) -> None:
    tries: list[int] = []

    def make() -> Making[Page]:
        tries.append(len(tries))
        yield
        if len(tries) == 1:
            raise OSError("a font could not be read")
        return SmallPage()

    window = MainWindow(
        context, activity, [PageEntry(PageKey.LIBRARY, "Library", Icon.LIBRARY, make)]
    )
    qtbot.addWidget(window)
    window.begin()
    with qtbot.captureExceptions() as met:
        qtbot.waitUntil(lambda: bool(met))
    assert window.area.page(PageKey.LIBRARY) is None
    window.open_page(PageKey.LIBRARY)
    qtbot.waitUntil(lambda: window.area.page(PageKey.LIBRARY) is not None)
    assert len(tries) == 2


def test_tab_goes_through_a_late_page_before_the_status_bar(stage: Stage) -> None:
    page = stage.open(PageKey.BUILD)
    order: list[QWidget] = []
    widget = stage.window.nextInFocusChain()
    while widget is not None and widget is not stage.window:
        order.append(widget)
        widget = widget.nextInFocusChain()
    last = max(order.index(one) for one in (page.field, page.text))
    assert last < min(
        order.index(one)
        for one in stage.window.status.findChildren(QWidget)
        if one.focusPolicy() & Qt.FocusPolicy.TabFocus and one.focusProxy() is None
    )
