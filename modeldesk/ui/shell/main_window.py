"""The main window: pages, what is around them, and what holds for all of them."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QEvent, QSettings, QSize, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QMessageBox, QVBoxLayout, QWidget

from modeldesk.core.settings import Settings
from modeldesk.ui.activity.store import ActivityStore
from modeldesk.ui.context import Context, PageEntry
from modeldesk.ui.links import (
    ActivityLink,
    BuildLink,
    CleanupLink,
    CompareLink,
    Link,
    PageKey,
    SettingsLink,
    SettingsSection,
)
from modeldesk.ui.making import Making
from modeldesk.ui.opening import open_path
from modeldesk.ui.shell.folder_drop import FolderDrop
from modeldesk.ui.shell.menus import Commands, Menus
from modeldesk.ui.shell.notices import Notices
from modeldesk.ui.shell.page_area import PageArea
from modeldesk.ui.shell.status_bar import StatusBar
from modeldesk.ui.theme.theme import ThemeMode
from modeldesk.ui.theme.tokens import Tone
from modeldesk.ui.widgets.choose_archive import choose_archive
from modeldesk.ui.widgets.choose_folder import choose_folder
from modeldesk.ui.widgets.nav_rail import NavItem, NavRail
from modeldesk.ui.widgets.tab_order import tab_through

if TYPE_CHECKING:
    # What nobody has asked for is not waited for by the first paint.
    from modeldesk.ui.shell.command_palette import CommandPalette, PaletteEntry

_GEOMETRY_FILE = "window.ini"
_FIRST_SIZE = QSize(1440, 900)
_FRAME = QSize(8, 40)
"""About what the desktop puts around a window, which is not known before it is shown."""


class MainWindow(QMainWindow):
    """Shows grey bars first, and the first page when `begin` is called.

    `painted` comes once, after the first paint: the time to start what takes time.
    """

    painted = Signal()
    _ready = False

    def __init__(
        self,
        context: Context,
        activity: ActivityStore,
        pages: Sequence[PageEntry],
        side: Callable[[], Making[QWidget]] | None = None,
        start: Link | None = None,
        acts: "Callable[[], Iterable[PaletteEntry]]" = tuple,
        look_inside: Callable[[Path], object] | None = None,
    ) -> None:
        """`acts` are what the palette can do with what there is, beside the menus;
        `look_inside` shows what is in an archive."""
        super().__init__()
        self._look_inside = look_inside
        self._acts = acts
        self._context = context
        self._activity = activity
        self._start = start
        self._first_page = start.page if start is not None else PageKey.LIBRARY
        self._begun = False
        self._was_painted = False
        self._may_leave = False
        self._asking: QMessageBox | None = None
        self._palette: CommandPalette | None = None
        self.setWindowTitle("ModelDesk")
        self.setMinimumSize(880, 560)
        self.setAcceptDrops(True)
        self.rail = NavRail(
            context.theme,
            [_nav_item(entry) for entry in pages if _stands_in_rail(entry)],
            [_nav_item(entry) for entry in pages if entry.key is PageKey.SETTINGS],
        )
        self._places = {entry.key: entry.under or entry.key for entry in pages}
        self.area = PageArea(context, pages, side)
        self.status = StatusBar(context.theme, activity)
        self._lay_out()
        self.menus = Menus(self, pages, context.settings, self._commands())
        self.notices = Notices(context, activity, self)
        self.drop = FolderDrop(context.theme, self, self._build, self._compare, self._refuse)
        self._connect()
        self._restore_geometry()
        self._ready = True

    def begin(self) -> None:
        """What pages need is there: make and show the first one."""
        self._begun = True
        self.area.open(self._first_page, self._start)

    @property
    def palette_box(self) -> "CommandPalette":
        """The command palette, made when it is first asked for."""
        if self._palette is None:
            from modeldesk.ui.shell.command_palette import CommandPalette

            self._palette = CommandPalette(self._context.theme, self, self._palette_entries)
        return self._palette

    def open_palette(self) -> None:
        """Open it, and make it before if need be."""
        self.palette_box.open()

    def go_to(self, link: Link) -> None:
        """Open a link's page and select what it names; before `begin`, do so then."""
        if self._palette is not None:
            self._palette.close_palette()
        self._open(link.page, link)

    def open_page(self, key: PageKey) -> None:
        """Open a page as it was left; before `begin`, do so then."""
        self._open(key, None)

    def event(self, event: QEvent) -> bool:
        if self._ready and self.drop.handle(event):
            return True
        if event.type() == QEvent.Type.Paint and not self._was_painted:
            self._was_painted = True
            QTimer.singleShot(0, self, self.painted.emit)
        if event.type() == QEvent.Type.WindowActivate and self._ready:
            self.notices.system.clear()
        return super().event(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._ready:
            if self._palette is not None:
                self._palette.arrange()
            self.drop.overlay.cover()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        handle = self.windowHandle()
        if handle is not None:
            handle.installEventFilter(self.drop)

    def closeEvent(self, event: QCloseEvent) -> None:
        titles = [task.title for task in self._activity.active]
        if titles and not self._may_leave:
            event.ignore()
            if self._asking is None:
                from modeldesk.ui.shell import dialogs

                self._asking = dialogs.ask_to_leave(self, titles, self._answered)
            return
        self._geometry().setValue("geometry", self.saveGeometry())
        super().closeEvent(event)

    def _open(self, key: PageKey, link: Link | None) -> None:
        if self._begun:
            self.area.open(key, link)
        else:
            self._first_page, self._start = key, link
            self.rail.select(self._places[key].value)

    def _lay_out(self) -> None:
        middle = QHBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self.rail)
        middle.addWidget(self.area, 1)
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(middle, 1)
        column.addWidget(self.status)
        self.setCentralWidget(body)

    def _connect(self) -> None:
        hub = self._context.hub
        hub.link_followed.connect(self.go_to)
        hub.connection_changed.connect(self.status.show_connection)
        hub.snapshot_changed.connect(self.status.show_snapshot)
        self.status.show_connection(hub.connection)
        self.rail.chosen.connect(lambda key: self.open_page(PageKey(key)))
        self.area.page_shown.connect(self._page_shown)
        self.area.grown.connect(self._order_tabs)
        self.status.activity_clicked.connect(lambda: self.go_to(ActivityLink()))
        self.status.engine_clicked.connect(lambda: self.go_to(SettingsLink(SettingsSection.ENGINE)))
        self.status.reclaimable_clicked.connect(lambda: self.go_to(CleanupLink()))
        self._activity.changed.connect(self._show_badge)
        self._context.settings.changed.connect(self._settings_changed)

    def _commands(self) -> Commands:
        return Commands(
            open_page=self.open_page,
            build_folder=self._choose_folder,
            open_archive=self._choose_archive if self._look_inside else None,
            refresh=self._context.hub.refresh_asked.emit,
            palette=self.open_palette,
            shortcuts=self._show_shortcuts,
            log_file=lambda: open_path(self._context, self._context.paths.log),
            about=self._show_about,
            quit=self.close,
        )

    def _choose_folder(self) -> None:
        choose_folder(self, lambda chosen: self._build(Path(chosen)))

    def _choose_archive(self) -> None:
        if self._look_inside is not None:
            choose_archive(self, self._look_inside)

    def _show_about(self) -> None:
        from modeldesk.ui.shell import dialogs

        dialogs.show_about(self)

    def _show_shortcuts(self) -> None:
        from modeldesk.ui.shell import dialogs

        dialogs.show_shortcuts(self, [action for action, _ in self.menus.actions])

    def _palette_entries(self) -> "list[PaletteEntry]":
        from modeldesk.ui.shell.palette_entries import (
            action_entries,
            library_entries,
            theme_entries,
        )

        actions = [pair for pair in self.menus.actions if pair[0] is not self.menus.palette]
        return [
            *action_entries(actions),
            *self._acts(),
            *theme_entries(self.menus.themes),
            *library_entries(self._context, self._context.hub.snapshot),
        ]

    def _build(self, folder: Path) -> None:
        self.go_to(BuildLink(folder=folder))

    def _compare(self, archive: Path) -> None:
        self.go_to(CompareLink(archive=archive))

    def _refuse(self, sentence: str) -> None:
        self._context.say(sentence, Tone.WARNING)

    def _page_shown(self, key: PageKey) -> None:
        self.rail.select(self._places[key].value)

    def _order_tabs(self) -> None:
        tab_through(self.rail, self.area, self.status)

    def _show_badge(self) -> None:
        self.rail.set_badge(PageKey.ACTIVITY.value, len(self._activity.active))

    def _settings_changed(self, settings: Settings) -> None:
        self._context.theme.set_mode(ThemeMode(settings.theme))

    def _answered(self, leave: bool) -> None:
        self._asking = None
        self._may_leave = leave
        if leave:
            self.close()

    def _geometry(self) -> QSettings:
        file = self._context.paths.settings.with_name(_GEOMETRY_FILE)
        return QSettings(str(file), QSettings.Format.IniFormat)

    def _restore_geometry(self) -> None:
        kept = self._geometry().value("geometry")
        if not (isinstance(kept, QByteArray) and self.restoreGeometry(kept)):
            self.resize(_FIRST_SIZE.boundedTo(self.screen().availableSize() - _FRAME))


def _stands_in_rail(entry: PageEntry) -> bool:
    return entry.key is not PageKey.SETTINGS and entry.under is None


def _nav_item(entry: PageEntry) -> NavItem:
    return NavItem(entry.key.value, entry.title, entry.icon)
