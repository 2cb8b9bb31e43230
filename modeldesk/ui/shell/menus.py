"""The menus of the main window."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu

from modeldesk.core.words import tr
from modeldesk.ui.context import PageEntry, SettingsStore
from modeldesk.ui.links import PageKey
from modeldesk.ui.theme.icons import Icon

_APPENDED_MNEMONIC = re.compile(r"\(&\w\)")


@dataclass(frozen=True, slots=True)
class Commands:
    """What the menus can do."""

    open_page: Callable[[PageKey], object]
    build_folder: Callable[[], object]
    open_archive: Callable[[], object] | None
    """None where nobody can look inside one."""
    refresh: Callable[[], object]
    palette: Callable[[], object]
    shortcuts: Callable[[], object]
    log_file: Callable[[], object]
    about: Callable[[], object]
    quit: Callable[[], object]


class Menus:
    """File, View and Help. `actions` holds everything that can be chosen, but for the themes."""

    def __init__(
        self,
        window: QMainWindow,
        pages: Sequence[PageEntry],
        settings: SettingsStore,
        commands: Commands,
    ) -> None:
        self._window = window
        self._settings = settings
        self.actions: list[tuple[QAction, Icon]] = []
        bar = window.menuBar()
        file = bar.addMenu(tr("&File"))
        self._add(file, tr("&Build folder…"), commands.build_folder, Icon.BUILD, "Ctrl+O")
        if commands.open_archive is not None:
            look = commands.open_archive
            self._add(file, tr("Open &archive…"), look, Icon.SEARCH, "Ctrl+Shift+O")
        open_page = commands.open_page
        if any(entry.key is PageKey.CLEANUP for entry in pages):
            self._add(
                file,
                tr("&Clean up…"),
                lambda: open_page(PageKey.CLEANUP),
                Icon.CLEAN,
                "Ctrl+Shift+Del",
            )
        file.addSeparator()
        self._add(
            file, tr("&Settings"), lambda: open_page(PageKey.SETTINGS), Icon.SETTINGS, "Ctrl+,"
        )
        file.addSeparator()
        leave = self._add(file, tr("&Quit"), commands.quit, Icon.CLOSE, "Ctrl+Q")
        leave.setMenuRole(QAction.MenuRole.QuitRole)
        view = bar.addMenu(tr("&View"))
        others = [e for e in pages if e.key is not PageKey.SETTINGS and e.under is None]
        for number, entry in enumerate(others, 1):
            self._add(
                view, entry.title, _opener(open_page, entry.key), entry.icon, f"Ctrl+{number}"
            )
        view.addSeparator()
        self.palette = self._add(
            view, tr("&Command palette…"), commands.palette, Icon.SEARCH, "Ctrl+K"
        )
        if any(entry.key is PageKey.FIND for entry in pages):
            find = _opener(open_page, PageKey.FIND)
            self._add(view, tr("&Find versions…"), find, Icon.SEARCH, "Ctrl+Shift+F")
        self._add(view, tr("&Refresh"), commands.refresh, Icon.REFRESH, "F5")
        view.addSeparator()
        self._add_themes(view.addMenu(tr("&Theme")))
        help_menu = bar.addMenu(tr("&Help"))
        self._add(help_menu, tr("&Keyboard shortcuts"), commands.shortcuts, Icon.INFO, "F1")
        self._add(help_menu, tr("Open &log file"), commands.log_file, Icon.TERMINAL)
        help_menu.addSeparator()
        about = self._add(help_menu, tr("&About ModelDesk"), commands.about, Icon.INFO)
        about.setMenuRole(QAction.MenuRole.AboutRole)

    def _add(
        self, menu: QMenu, text: str, run: Callable[[], object], icon: Icon, shortcut: str = ""
    ) -> QAction:
        action = QAction(text, self._window)
        if shortcut:
            action.setShortcut(QKeySequence(shortcut))
        action.triggered.connect(lambda _checked=False: run())
        menu.addAction(action)
        self.actions.append((action, icon))
        return action

    def _add_themes(self, menu: QMenu) -> None:
        group = QActionGroup(self._window)
        names = (("system", tr("&System")), ("light", tr("&Light")), ("dark", tr("&Dark")))
        for value, name in names:
            action = QAction(name, self._window, checkable=True)
            action.setData(value)
            action.setChecked(self._settings.current.theme == value)
            group.addAction(action)
            menu.addAction(action)
        group.triggered.connect(self._choose_theme)
        self._themes = group
        self._settings.changed.connect(self._show_theme)

    @property
    def themes(self) -> Sequence[QAction]:
        """The looks to choose from."""
        return self._themes.actions()

    def _choose_theme(self, action: QAction) -> None:
        self._settings.change(replace(self._settings.current, theme=str(action.data())))

    def _show_theme(self) -> None:
        for action in self._themes.actions():
            action.setChecked(action.data() == self._settings.current.theme)


def _opener(open_page: Callable[[PageKey], object], key: PageKey) -> Callable[[], object]:
    return lambda: open_page(key)


def plain_text(action: QAction) -> str:
    """The action's text outside of a menu, without the mnemonic of ``&Quit`` or ``退出(&Q)``."""
    return _APPENDED_MNEMONIC.sub("", action.text()).replace("&", "")
