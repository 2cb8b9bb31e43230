"""The composition root of the desktop program: builds adapters, services, pages and the window.

What is slow is put off, and one thing waits for the other. Before the first paint only what the
empty window needs is imported; then the records are opened and the first page and the engine's
watch imported, the page is made, the engine looked for and its images listed; then the other pages
and the chart library are imported in threads, and the pages made in steps before they are gone to.
"""

import logging
import os
import sys
import tempfile
import traceback
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from PySide6.QtCore import QLibraryInfo, QLocale, QObject, QTimer, QTranslator
from PySide6.QtGui import QGuiApplication, QIcon
from PySide6.QtWidgets import QApplication, QWidget

from modeldesk import resources
from modeldesk.composition import Parts
from modeldesk.core import words
from modeldesk.core.channel_rule import own_channels
from modeldesk.core.errors import RecordsError
from modeldesk.core.jobs import Job
from modeldesk.core.settings import Settings
from modeldesk.core.words import tr
from modeldesk.importing import LATER, SOON, import_all
from modeldesk.living import DeploymentCare, EngineLink
from modeldesk.page_entries import page_entries
from modeldesk.paths import Paths
from modeldesk.ui.activity.store import ActivityStore
from modeldesk.ui.context import Context, Hub, SettingsStore
from modeldesk.ui.links import BuildLink, Link
from modeldesk.ui.making import Making
from modeldesk.ui.releases.healing import ReleaseHealing
from modeldesk.ui.shell.garbage import UiThreadGarbage
from modeldesk.ui.shell.main_window import MainWindow
from modeldesk.ui.shell.settings_watch import SettingsWatch
from modeldesk.ui.tasks.lanes import Lane
from modeldesk.ui.tasks.runner import TaskRunner
from modeldesk.ui.theme.theme import Theme, ThemeMode
from modeldesk.ui.theme.tokens import Tone

if TYPE_CHECKING:
    from collections.abc import Iterable

    from modeldesk.pages import Pages
    from modeldesk.ui.shell.command_palette import PaletteEntry

log = logging.getLogger(__name__)

_SHUTDOWN_S = 5.0
_LIST_FIRST_MS = 200
"""A list that came is painted before anything else is begun."""
_LATEST_WATCH_MS, _LATEST_REST_MS = 1000, 2000
"""How long a page and a list that do not come are waited for."""
SWITCH_S = 0.0001
"""How long a thread may keep the interpreter's lock while another wants it. The window's thread
gives it up with every call of Qt, some hundred times for a page, and at Python's own 5 ms it would
wait that long for each while workers are busy. What workers do takes as long as before."""
_LOG_BYTES = 1_000_000


class Desktop(QObject):
    """The running program. `start` shows the window; `close` ends what runs."""

    def __init__(self, app: QApplication, parts: Parts, start: Link | None = None) -> None:
        super().__init__()
        self.parts = parts
        paths, settings = parts.paths, parts.settings
        self.theme = Theme(resources.path(""), ThemeMode(settings.theme))
        self.theme.apply(app)
        self.tasks = TaskRunner(self, parts.courtesy)
        self.hub = Hub(self)
        self._switch_s = sys.getswitchinterval()
        self._link = EngineLink(parts, self.tasks, self.hub, self)
        self._care: DeploymentCare | None = None
        self._watch_due = QTimer(self, singleShot=True, interval=_LATEST_WATCH_MS)
        self._watch_due.timeout.connect(self._link.start)
        self._rest_due = QTimer(self, singleShot=True, interval=_LATEST_REST_MS)
        self._rest_due.timeout.connect(self._load_the_rest)
        self._pages: Pages | None = None
        self._temporary: tempfile.TemporaryDirectory[str] | None = None
        self.context = Context(
            self.tasks,
            self.theme,
            SettingsStore(self.tasks, parts.settings_file, settings, self),
            self.hub,
            paths,
            self._link.engine,
            self._link,
        )
        self.context.settings.changed.connect(self._settings_changed)
        self._settings_watch = SettingsWatch(self.context.settings, paths.settings, self)
        self.healing = ReleaseHealing(self.context, lambda: self.parts.deployments, self)
        self.activity = ActivityStore(self.tasks, self)
        self.garbage = UiThreadGarbage(self)
        self.window = MainWindow(
            self.context,
            self.activity,
            page_entries(lambda: self.pages),
            self._models_panel,
            start,
            self._acts,
            self._look_inside,
        )
        self.window.painted.connect(self._painted)

    def start(self) -> None:
        """Show the window; the rest follows its first paint."""
        sys.setswitchinterval(SWITCH_S)
        self.window.show()

    def close(self) -> None:
        """Cancel what runs and let go of everything. What does not end in a few seconds is left
        to die with the process."""
        self._watch_due.stop()
        self._rest_due.stop()
        self.healing.stop()
        self.window.area.stop_making()
        if self._care is not None:
            self._care.stop(_SHUTDOWN_S)
        self._link.stop(_SHUTDOWN_S)
        if self._pages is not None:
            self._pages.canaries.stop(_SHUTDOWN_S)
        left = self.tasks.shutdown(_SHUTDOWN_S)
        if self._pages is not None:
            self._pages.preload.stop(_SHUTDOWN_S)
        self.garbage.stop()
        sys.setswitchinterval(self._switch_s)
        self.parts.close()
        if self._temporary is not None:
            self._temporary.cleanup()
        if left:
            log.info("did not end in time: %s", ", ".join(left))
            logging.shutdown()
            os._exit(0)

    @property
    def pages(self) -> "Pages":
        """The pages and what they share; made on first use."""
        if self._pages is None:
            from modeldesk.pages import Pages

            self._pages = Pages(
                self.context, self.parts, self.activity, lambda: self.window.area.current, self
            )
        return self._pages

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

    def _settings_changed(self, settings: Settings) -> None:
        before = own_channels(self.parts.settings.channel_rules)
        self.parts.settings = settings
        if own_channels(settings.channel_rules) != before:
            # Which tags name versions, and which channels, is another matter now.
            self.hub.refresh_asked.emit()

    def _painted(self) -> None:
        self.garbage.start()
        self._settings_watch.start()
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
        import_all(SOON, self.parts.courtesy)
        try:
            problem = self.parts.opened.problem
        except RecordsError as error:
            self._temporary = tempfile.TemporaryDirectory(prefix="modeldesk-")
            self.parts.do_without_records(Path(self._temporary.name) / "modeldesk.sqlite", error)
            problem = tr(
                "{problem} Until then no deployment can be made or changed, and nothing is "
                "remembered after the program ends.",
                problem=error,
            )
        self.parts.make_services()
        return problem

    def _records_opened(self, problem: str) -> None:
        # One after the other: a list that is read, or imports, beside the making of a page would
        # hold it up by the interpreter's lock.
        self.window.area.page_made.connect(self._page_made)
        self.hub.snapshot_changed.connect(self._list_came)
        self._watch_due.start()
        self._rest_due.start()
        self.window.begin()
        self.tasks.submit(
            lambda _: self.parts.builds.forget_interrupted(),
            lane=Lane.STORAGE,
            title=tr("Look for interrupted builds"),
            owner=self,
            show_in_activity=False,
        )
        for sentence in (self.parts.settings_problem, problem):
            if sentence:
                self.context.say(sentence, Tone.WARNING)

    def _page_made(self, _page: object) -> None:
        self._link.start()

    def _list_came(self, _snapshot: object) -> None:
        if self._rest_due.remainingTime() > _LIST_FIRST_MS:
            self._rest_due.start(_LIST_FIRST_MS)

    def _load_the_rest(self) -> None:
        """The first list stands, or is not to be waited for: load what the other pages want."""
        self.hub.snapshot_changed.disconnect(self._list_came)
        self.pages.preload.ready.connect(self.window.area.make_ahead)
        self.tasks.submit(
            lambda _: import_all(LATER, self.parts.courtesy),
            lane=Lane.ANALYSIS,
            title=tr("Make ready the other pages"),
            owner=self,
            on_result=lambda _: self._all_is_ready(),
            show_in_activity=False,
        )

    def _all_is_ready(self) -> None:
        self.pages.preload.start()
        if self._temporary is None:
            # Else what would have to be remembered is refused; there is nothing to tell.
            self._care = DeploymentCare(
                self.parts,
                self._link,
                self.tasks,
                self.hub,
                self.pages.findings,
                self.healing.mend,
                self,
            )
            self._care.start()

    def _acts(self) -> "Iterable[PaletteEntry]":
        """Nothing before there are pages: making them takes time."""
        return self._pages.acts(self.window) if self._pages is not None else ()

    def _look_inside(self, archive: Path) -> None:
        self.pages.look_inside(archive, self.window)

    def _models_panel(self) -> Making[QWidget]:
        panel = yield from self.pages.models_panel()
        panel.palette_asked.connect(self.window.open_palette)
        return panel


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
    from logging.handlers import RotatingFileHandler

    form = "%(asctime)s %(levelname)s %(name)s: %(message)s"
    handler: logging.Handler = logging.StreamHandler()
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(path, maxBytes=_LOG_BYTES, backupCount=1, encoding="utf-8")
    logging.basicConfig(level=logging.INFO, handlers=[handler], format=form)
