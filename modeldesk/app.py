"""The composition root of the desktop program: builds adapters, services, pages and the window.

What is slow is put off: the window paints first, then the records are opened, the engine is
looked for and the chart library is imported, each in a thread of its own.
"""

import logging
import os
import sys
import tempfile
import traceback
from contextlib import suppress
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from PySide6.QtCore import QLibraryInfo, QLocale, QObject, QTranslator
from PySide6.QtGui import QGuiApplication, QIcon
from PySide6.QtWidgets import QApplication, QWidget

from modeldesk import resources
from modeldesk.composition import Parts
from modeldesk.core import words
from modeldesk.core.changes import Changes
from modeldesk.core.engine.model import Connection, ConnectionState, EngineAttempt
from modeldesk.core.engine.watch import EngineWatch
from modeldesk.core.errors import ModelDeskError
from modeldesk.core.jobs import Job
from modeldesk.core.library.model import Version
from modeldesk.core.ports import ImageEngine
from modeldesk.core.releases.model import Release
from modeldesk.core.words import tr, trn
from modeldesk.paths import Paths
from modeldesk.ui.activity.store import ActivityStore
from modeldesk.ui.charts.preload import Preload
from modeldesk.ui.context import Context, Hub, Page, PageEntry, SettingsStore
from modeldesk.ui.library.choice import LibraryChoice
from modeldesk.ui.library.store import LibraryStore
from modeldesk.ui.links import BuildLink, Link, PageKey
from modeldesk.ui.releases.actions import ReleaseActions
from modeldesk.ui.releases.store import ReleaseStore
from modeldesk.ui.shell.garbage import UiThreadGarbage
from modeldesk.ui.shell.main_window import MainWindow
from modeldesk.ui.tasks import Lane, TaskRunner, serial
from modeldesk.ui.theme.icons import Icon
from modeldesk.ui.theme.theme import Theme, ThemeMode
from modeldesk.ui.theme.tokens import Tone

if TYPE_CHECKING:
    from modeldesk.ui.library.models_panel import ModelsPanel

log = logging.getLogger(__name__)

_SHUTDOWN_S = 5.0
_LOG_BYTES = 1_000_000


class Desktop(QObject):
    """The running program. `start` shows the window; `close` ends what runs."""

    def __init__(self, app: QApplication, parts: Parts, start: Link | None = None) -> None:
        super().__init__()
        self.parts = parts
        paths, settings = parts.paths, parts.settings
        self.theme = Theme(resources.path(""), ThemeMode(settings.theme))
        self.theme.apply(app)
        self.tasks = TaskRunner(self)
        self.hub = Hub(self)
        self.watch = EngineWatch(
            _LateFinder(self.parts),
            settings.engine_address,
            self.tasks.feed(self, self._connection_came),
            self.tasks.feed(self, self._changes_came),
        )
        self.context = Context(
            self.tasks,
            self.theme,
            SettingsStore(self.tasks, paths.settings, settings, self),
            self.hub,
            paths,
            lambda: self.watch.engine,
            self.watch,
        )
        self.activity = ActivityStore(self.tasks, self)
        self.preload = Preload(self)
        self.garbage = UiThreadGarbage(self)
        self._temporary: tempfile.TemporaryDirectory[str] | None = None
        self._services: _Services | None = None
        self.window = MainWindow(
            self.context, self.activity, self._pages(), self._models_panel, start
        )
        self.window.painted.connect(self._painted)

    def start(self) -> None:
        """Show the window; the rest follows its first paint."""
        self.window.show()

    def close(self) -> None:
        """Cancel what runs and let go of everything. What does not end in a few seconds is left
        to die with the process."""
        self.watch.stop(_SHUTDOWN_S)
        left = self.tasks.shutdown(_SHUTDOWN_S)
        self.preload.wait(_SHUTDOWN_S)
        self.parts.close()
        if self._temporary is not None:
            self._temporary.cleanup()
        if left:
            log.info("did not end in time: %s", ", ".join(left))
            logging.shutdown()
            os._exit(0)

    @property
    def services(self) -> "_Services":
        """What the pages share; made with the first of them."""
        if self._services is None:
            self._services = _Services(self.context, self.parts, self)
        return self._services

    def bug_met(
        self,
        kind: type[BaseException],
        error: BaseException,
        frames: TracebackType | None,
    ) -> None:
        """What Python calls for an exception nobody caught: keep it, and say it once."""
        log.error("Unexpected error", exc_info=(kind, error, frames))
        details = "".join(traceback.format_exception(kind, error, frames))
        self.context.say(
            tr("A fault in the program was met; what you did may not have happened."),
            Tone.BAD,
            tr("Copy details"),
            lambda: QGuiApplication.clipboard().setText(details),
        )

    def _painted(self) -> None:
        self.garbage.start()
        self.tasks.submit(
            self._open_records,
            lane=Lane.STORAGE,
            title=tr("Open the records"),
            owner=self,
            on_result=self._records_opened,
            show_in_activity=False,
        )

    def _open_records(self, _: Job) -> str:
        """What there is to say of the records. The program works without its own: a file that
        can't be used is left alone, and this run keeps its records in a temporary one."""
        try:
            return self.parts.opened.problem
        except ModelDeskError as error:
            self._temporary = tempfile.TemporaryDirectory(prefix="modeldesk-")
            self.parts.use_database(Path(self._temporary.name) / "modeldesk.sqlite")
            return tr(
                "{problem} Until then nothing is remembered after the program ends.", problem=error
            )

    def _records_opened(self, problem: str) -> None:
        self.watch.start()
        self.preload.start()
        self.window.begin()
        for sentence in (self.parts.settings_problem, problem):
            if sentence:
                self.context.say(sentence, Tone.WARNING)

    def _connection_came(self, batch: list[Connection]) -> None:
        for connection in batch:
            self.hub.publish_connection(connection)
        if batch[-1].state is ConnectionState.CONNECTED:
            self._heal_releases()

    def _changes_came(self, batch: list[Changes]) -> None:
        changes = Changes()
        for one in batch:
            changes |= one
        self.hub.publish_changes(changes)

    def _heal_releases(self) -> None:
        self.tasks.submit(
            lambda job: self.parts.releases.recover(self.context.require_engine(), job),
            lane=serial("recover releases"),
            title=tr("Finish interrupted releases"),
            owner=self,
            on_result=self._healed,
            show_in_activity=False,
        )

    def _healed(self, releases: tuple[Release, ...]) -> None:
        if not releases:
            return
        names = frozenset(release.deployment for release in releases)
        self.hub.publish_changes(Changes(deployments=names, every_container=True))
        self.context.say(
            trn(
                "A release that was interrupted has been put right: {names}.",
                "{count} releases that were interrupted have been put right: {names}.",
                len(releases),
                names=", ".join(sorted(names)),
            ),
            Tone.WARNING,
        )

    def _pages(self) -> list[PageEntry]:
        return [
            PageEntry(
                PageKey.LIBRARY,
                tr("Library"),
                Icon.LIBRARY,
                self._library_page,
                needs_engine=True,
                beside_models=True,
            ),
            PageEntry(
                PageKey.BUILD,
                tr("Build"),
                Icon.BUILD,
                self._build_page,
                beside_models=True,
            ),
            PageEntry(
                PageKey.RELEASES,
                tr("Releases"),
                Icon.RELEASES,
                self._releases_page,
                needs_engine=True,
                beside_models=True,
            ),
            PageEntry(PageKey.ACTIVITY, tr("Activity"), Icon.ACTIVITY, self._activity_page),
            PageEntry(PageKey.SETTINGS, tr("Settings"), Icon.SETTINGS, self._settings_page),
        ]

    def _models_panel(self) -> QWidget:
        panel = self.services.models_panel()
        panel.palette_asked.connect(self.window.palette_box.open)
        return panel

    def _library_page(self) -> Page:
        return self.services.library_page(self.preload)

    def _build_page(self) -> Page:
        return self.services.build_page()

    def _releases_page(self) -> Page:
        return self.services.releases_page()

    def _activity_page(self) -> Page:
        from modeldesk.ui.activity.page import ActivityPage

        return ActivityPage(self.context, self.activity)

    def _settings_page(self) -> Page:
        from modeldesk.ui.settings.page import SettingsPage

        return SettingsPage(self.context, _LateFinder(self.parts))


class _Services(QObject):
    """The stores and actions that pages share, and the pages made of them."""

    def __init__(self, context: Context, parts: Parts, parent: QObject) -> None:
        super().__init__(parent)
        self._context = context
        self._parts = parts
        self._choice = LibraryChoice(context.hub, self)
        self._library = LibraryStore(context, parts.library, self)
        self._releases = ReleaseStore(context, parts.releases, self)
        self._actions = ReleaseActions(context, parts.releases, self)

    def models_panel(self) -> "ModelsPanel":
        """The list of models at the left of most pages."""
        from modeldesk.ui.library.models_panel import ModelsPanel

        return ModelsPanel(self._context, self._library, self._choice)

    def library_page(self, preload: Preload) -> Page:
        """Models and versions."""
        from modeldesk.ui.library.page import LibraryPage

        return LibraryPage(
            self._context,
            self._library,
            self._choice,
            self._parts.library,
            self._releases,
            preload,
            self._run_version,
            self._actions.confirm_rollback,
        )

    def build_page(self) -> Page:
        """A folder on its way to an image."""
        from modeldesk.ui.build.page import BuildPage

        return BuildPage(self._context, self._parts.builds)

    def releases_page(self) -> Page:
        """What runs."""
        from modeldesk.ui.releases.page import ReleasesPage

        return ReleasesPage(self._context, self._releases, self._actions)

    def _run_version(self, version: Version, over: QWidget) -> None:
        from modeldesk.ui.run.dialog import RunDialog

        RunDialog(self._context, version, self._parts.releases, self._parts.probe, over).open()


class _LateFinder:
    """Finds engines by the adapter, which is first imported when the search begins, in the
    searching thread."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def find(self, preferred: str = "") -> tuple[ImageEngine | None, tuple[EngineAttempt, ...]]:
        """See `modeldesk.core.ports.EngineFinder`."""
        return self._parts.finder.find(preferred)

    def known_addresses(self) -> tuple[tuple[str, str], ...]:
        """(source, address) of every place that is searched, in order."""
        return self._parts.finder.known_addresses()


def main(argv: list[str] | None = None) -> int:
    """Open the window, with a folder in `argv` on its build page; the exit code."""
    arguments = sys.argv[1:] if argv is None else argv
    paths = Paths.of_user()
    _write_log(paths.log)
    app = QApplication([sys.argv[0], *arguments])
    app.setApplicationName("ModelDesk")
    app.setDesktopFileName("modeldesk")
    app.setWindowIcon(QIcon(str(resources.path("icons/modeldesk.svg"))))
    parts = Parts(paths)
    _speak(parts.settings.language, app)
    desktop = Desktop(app, parts, _start_link(app.arguments()[1:]))
    sys.excepthook = desktop.bug_met
    desktop.start()
    code = app.exec()
    desktop.close()
    return code


def _start_link(arguments: list[str]) -> Link | None:
    """The first argument is a folder to build; a relative one is where the person is now."""
    return BuildLink(Path(arguments[0]).absolute()) if arguments else None


def _speak(language: str, app: QApplication) -> None:
    """Use the language that was chosen, else the system's, for our words and Qt's own."""
    code = language or QLocale.system().name()
    if code.startswith("zh"):
        code = "zh_CN"
    words.use_language(code, resources.path("translations"))
    if code != "en":
        QLocale.setDefault(QLocale(code))
    translator = QTranslator(app)
    folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    if translator.load(f"qtbase_{code}", folder):
        app.installTranslator(translator)


def _write_log(path: Path) -> None:
    """Keep the program's log in a file of bounded size; without one when it can't be made."""
    form = "%(asctime)s %(levelname)s %(name)s: %(message)s"
    handler: logging.Handler = logging.StreamHandler()
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(path, maxBytes=_LOG_BYTES, backupCount=1, encoding="utf-8")
    logging.basicConfig(level=logging.INFO, handlers=[handler], format=form)
