"""Walks the main job in the real window on a real engine, without a screen, and leaves numbered
screenshots (light and dark) and ``tour.json`` in a folder. Started by ``run.py --tour DIR``.

Nothing of the person's is touched: settings and records are in a temporary folder, and what the
tour makes on the engine has a name that was free and is removed again, also after a failure.
"""

import itertools
import json
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from types import FrameType
from typing import TypeVar

import shiboken6
from PySide6.QtCore import (
    QEventLoop,
    QMessageLogContext,
    QMimeData,
    QPoint,
    QPointF,
    Qt,
    QTimer,
    QtMsgType,
    QUrl,
    qInstallMessageHandler,
)
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from modeldesk import resources
from modeldesk.app import Desktop
from modeldesk.composition import Parts
from modeldesk.core.build.model import BuildState
from modeldesk.core.engine.model import ConnectionState
from modeldesk.core.errors import EngineError
from modeldesk.core.ids import DeploymentName, ModelName
from modeldesk.core.library.model import Model, Version
from modeldesk.core.ports import ImageEngine
from modeldesk.core.releases.model import DEPLOYMENT_LABEL, Deployment
from modeldesk.paths import Paths
from modeldesk.ui.build.page import BuildPage
from modeldesk.ui.build.views import Showing
from modeldesk.ui.compare.page import ComparePage
from modeldesk.ui.compare.store import State
from modeldesk.ui.inspector.contents_store import Knowing
from modeldesk.ui.library.page import LibraryPage
from modeldesk.ui.links import CompareLink, LibraryLink, PageKey
from modeldesk.ui.releases.page import ReleasesPage
from modeldesk.ui.run.dialog import RunDialog
from modeldesk.ui.theme.theme import ThemeMode
from modeldesk.ui.widgets.confirm import ConfirmDialog

MODEL = "handwritten-digits"
VERSIONS = ("v1.0.0", "v1.1.0", "v1.2.0")
SIZES = ((1440, 900), (1024, 700))
PATIENCE_S = 240.0
SETTLE_MS = 350
PROBLEM = "The tour stopped: {why}"
T = TypeVar("T")


class Stopped(Exception):
    """Something did not happen in time; the sentence says what."""


def let_live(milliseconds: int) -> None:
    """Run the window for a while. `QTest.qWait` would keep the interpreter's lock, and everything
    in the background would stand still."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


class Tour:
    """The person at the window."""

    def __init__(self, to: Path, app: QApplication, desktop: Desktop, work: Path) -> None:
        self._to = to
        self._app = app
        self._desktop = desktop
        self._window = desktop.window
        self._work = work
        self.model = ""
        """The name of what the tour makes; empty before it makes anything."""
        self._began = time.monotonic()
        self._shots = 0
        self.told_to_stop = False
        """Set by a signal; the tour then cleans up and leaves."""
        self.happened: list[dict[str, object]] = []

    # The story

    def walk(self) -> None:
        """From an empty window to a rollback."""
        self._desktop.start()
        self._until("the engine answers", self._engine)
        self._until("the library is read", lambda: self._desktop.hub.snapshot.image_count > 0)
        self.note("engine", version=self._engine_now().info.version)
        self.model = free_name(self._engine_now())
        self._shoot("library-before")
        self._build_versions()
        self._look_at_the_library()
        self._look_inside()
        self._compare()
        self._run_as_a_service()
        self._put_the_next_version_in_service()
        self._see_a_tag_made_by_hand()
        self._roll_back()
        self._look_around()

    def _build_versions(self) -> None:
        for version in VERSIONS:
            self._build(version, shoot=version == VERSIONS[0])
        self._shoot("build-done")

    def _build(self, version: str, *, shoot: bool) -> None:
        self._lay_out(version)
        self._drop(self._folder)
        page = self._page(BuildPage)
        self._until("the folder is looked into", lambda: page.showing is Showing.PLAN)
        self._until("a version is proposed", page.form.tag.text)
        self.note("planned", proposed=page.form.tag.text(), folder=self._folder.name)
        if shoot:
            self._shoot("build-plan")
        page.form.tag.setText(version)
        self._until("the plan can be built", page.heading.build.isEnabled)
        self._click(page.heading.build)
        session = self._until("the build begins", lambda: page.session)
        if shoot:
            self._until("the context is sent", lambda: session.sent or not session.running)
            self._shoot("build-running")
        self._until(f"{version} is built", lambda: not session.running)
        if session.state is not BuildState.SUCCEEDED or session.outcome is None:
            raise Stopped(f"the build of {version} failed: {session.error}")
        self.note(
            "built",
            version=version,
            image=session.outcome.image,
            seconds=round(session.outcome.seconds, 2),
            context_bytes=session.outcome.context_bytes,
            steps=len(session.outcome.steps),
        )
        self._until(f"{version} is in the library", lambda: self._version(version))

    def _look_at_the_library(self) -> None:
        self._window.open_page(PageKey.LIBRARY)
        page = self._page(LibraryPage)
        self._until("every layer is known", lambda: not self._desktop.hub.snapshot.missing_details)
        self._choose(page, VERSIONS[-1])
        self._until("the chart is drawn", lambda: page.chart.findChildren(QWidget))
        self._shoot("library")
        for number, name in ((2, "metadata"), (3, "config"), (4, "history")):
            page.inspector.tabs.setCurrentIndex(number)
            self._shoot(f"inspector-{name}", small=False)
        page.inspector.tabs.setCurrentIndex(0)

    def _look_inside(self) -> None:
        """The files of the newest version, in the inspector and in a window of their own."""
        page = self._page(LibraryPage)
        tab = page.inspector.files
        page.inspector.tabs.setCurrentIndex(1)
        self._until(
            "it is known whether the layers were read",
            lambda: tab.store.knowing in (Knowing.UNREAD, Knowing.READ),
        )
        if tab.store.knowing is Knowing.UNREAD:
            self._shoot("files-unread", small=False)
            begin = time.monotonic()
            tab.store.read()
            self._until("the layers are read", lambda: tab.store.knowing is Knowing.READ)
            self.note("layers read", seconds=round(time.monotonic() - begin, 2))
        self._until("the files are shown", tab.browser.tree_model.rowCount)
        self._shoot("files")
        window = self._until("the files have a window", tab.open_window)
        self._until("the window shows files", window.browser.tree_model.rowCount)
        self._shoot_window("files-window", window)
        window.close()
        page.inspector.tabs.setCurrentIndex(0)

    def _compare(self) -> None:
        """The first version with the last."""
        ends = [self._until("it is known", partial(self._version, v)) for v in VERSIONS[::2]]
        left, right = (LibraryLink(ModelName(self.model), one.key.image) for one in ends)
        self._desktop.context.navigate(CompareLink(left, right))
        page = self._page(ComparePage)
        self._until("they are compared", lambda: page.store.state is State.READY)
        self._shoot("compare")
        self.note("compared", left=VERSIONS[0], right=VERSIONS[-1])

    def _run_as_a_service(self) -> None:
        self._run(VERSIONS[0], "first release", shoot=True)
        self._shoot("releases-one")

    def _put_the_next_version_in_service(self) -> None:
        self._run(VERSIONS[1], "more hidden units")
        accuracy = self._served_accuracy()
        self.note("serves", version=VERSIONS[1], accuracy=accuracy)
        for _ in range(40):
            self._ask_for_a_prediction()
            let_live(60)
        self._shoot("releases")

    def _see_a_tag_made_by_hand(self) -> None:
        """A tag made by the docker command line appears by itself."""
        docker = shutil.which("docker")
        if docker is None:
            self.note("docker command line", present=False)
            return
        version = self._until("the version is known", lambda: self._version(VERSIONS[1]))
        begin = time.monotonic()
        command = [docker, "tag", str(version.references[0]), f"{self.model}:stable"]
        subprocess.run(command, check=True, capture_output=True)

        def seen() -> bool:
            now = self._version(VERSIONS[1])
            return now is not None and "stable" in now.channels

        self._until("the tag appears", seen)
        self.note("tag made by docker appears", seconds=round(time.monotonic() - begin, 3))

    def _roll_back(self) -> None:
        self._window.open_page(PageKey.LIBRARY)
        self._choose(self._page(LibraryPage), VERSIONS[1])
        self._shoot("library-way-back")
        self._window.open_page(PageKey.RELEASES)
        page = self._page(ReleasesPage)
        self._until("there is a way back", page.rollback_button.isEnabled)
        self._click(page.rollback_button)
        question = self._until("the rollback is asked about", lambda: self._dialog(ConfirmDialog))
        self._shoot("rollback-question", small=False, over=question)
        before = self._served_accuracy()
        begin = time.monotonic()
        self._click(question.accept_button)
        self._until(f"{VERSIONS[0]} serves again", lambda: self._serves(VERSIONS[0]))
        took = time.monotonic() - begin
        accuracy = self._served_accuracy()
        if accuracy == before:
            raise Stopped("the address still answers as before the rollback")
        self.note(
            "rolled back",
            to=VERSIONS[0],
            seconds=round(took, 2),
            accuracy=accuracy,
        )
        # No version ran before the first: the others are a choice in the history.
        self._until("the page says so", lambda: not page.rollback_button.isEnabled())
        self._shoot("releases-rolled-back")

    def _look_around(self) -> None:
        self._window.open_page(PageKey.ACTIVITY)
        self._shoot("activity")
        self._window.open_page(PageKey.CLEANUP)
        let_live(1500)
        self._shoot("clean-up")
        self._window.open_page(PageKey.SETTINGS)
        self._shoot("settings")
        self._window.open_page(PageKey.LIBRARY)
        self._window.palette_box.open()
        self._shoot("palette", small=False)
        self._window.palette_box.close_palette()

    @property
    def _folder(self) -> Path:
        return self._work / self.model

    # What a hand does

    def _lay_out(self, version: str) -> None:
        """The sample folder with the weights of `version`."""
        shutil.copytree(resources.path("sample_model"), self._folder, dirs_exist_ok=True)
        variant = resources.path("sample_model_variants") / version
        if variant.is_dir():
            shutil.copytree(variant, self._folder, dirs_exist_ok=True)

    def _drop(self, folder: Path) -> None:
        """Drop a folder on the window as a file manager does."""
        mime = QMimeData()
        mime.setUrls([QUrl.fromLocalFile(str(folder))])
        at = QPoint(self._window.width() // 2, self._window.height() // 2)
        copy, left, none = (
            Qt.DropAction.CopyAction,
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )
        self._app.sendEvent(self._window, QDragEnterEvent(at, copy, mime, left, none))
        self._app.sendEvent(self._window, QDropEvent(QPointF(at), copy, mime, left, none))

    def _run(self, version: str, why: str, *, shoot: bool = False) -> None:
        self._window.open_page(PageKey.LIBRARY)
        page = self._page(LibraryPage)
        self._choose(page, version)
        self._click(page.header.run)
        dialog = self._until("the run dialog opens", lambda: self._dialog(RunDialog))
        self._until("the image's port is offered", dialog.form.ports.values)
        dialog.form.service.setChecked(True)
        dialog.form.name.setText(self.model)
        dialog.form.why.setText(why)
        deployment = self._deployment()
        port = str(deployment.settings.ports[0].host_port) if deployment else ""
        dialog.form.ports.set_values([(port, "5000")])
        if shoot:
            self._shoot("run-dialog", small=False, over=dialog)
        begin = time.monotonic()
        self._click(dialog.run_button)

        def settled() -> bool:
            # A dialog that went well is gone.
            if shiboken6.isValid(dialog) and dialog.banner.isVisible():
                raise Stopped(f"{version} did not start: {dialog.banner.notice.sentence}")
            return self._serves(version)

        self._until(f"{version} serves", settled)
        self.note("deployed", version=version, seconds=round(time.monotonic() - begin, 2))
        self._until("the releases page is shown", lambda: self._find(ReleasesPage))
        let_live(1500)

    def _choose(self, page: LibraryPage, version: str) -> None:
        found = self._until(f"{version} is known", lambda: self._version(version))
        page.activate(LibraryLink(ModelName(self.model), found.key.image))

    def _click(self, button: QWidget) -> None:
        # A button that has just come takes no press yet: it could be a double click's second. A
        # timer may ring a twentieth too early.
        let_live(QApplication.doubleClickInterval() * 6 // 5)
        self._until("what was to be pressed can be", button.isEnabled)
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)

    # What an eye sees

    def _shoot(self, name: str, *, small: bool = True, over: QWidget | None = None) -> None:
        """Screenshots of the window (with a dialog over it) in both themes and sizes."""
        self._shots += 1
        for width, height in SIZES if small else SIZES[:1]:
            self._window.resize(width, height)
            for mode in (ThemeMode.LIGHT, ThemeMode.DARK):
                self._desktop.theme.set_mode(mode)
                let_live(SETTLE_MS)
                picture = self._window.grab()
                if over is not None:
                    over.render(
                        picture,
                        QPoint(
                            (self._window.width() - over.width()) // 2,
                            (self._window.height() - over.height()) // 2,
                        ),
                    )
                size = "" if (width, height) == SIZES[0] else f"-{width}"
                file = f"{self._shots:02}-{name}-{mode.value}{size}.png"
                picture.save(str(self._to / file))
        self._desktop.theme.set_mode(ThemeMode.LIGHT)
        self._window.resize(*SIZES[0])

    def _shoot_window(self, name: str, window: QWidget) -> None:
        """As `_shoot`, of a window beside the main one."""
        self._shots += 1
        for mode in (ThemeMode.LIGHT, ThemeMode.DARK):
            self._desktop.theme.set_mode(mode)
            let_live(SETTLE_MS)
            window.grab().save(str(self._to / f"{self._shots:02}-{name}-{mode.value}.png"))
        self._desktop.theme.set_mode(ThemeMode.LIGHT)

    def note(self, event: str, **facts: object) -> None:
        """Keep what happened, and say it."""
        self.happened.append(
            {"event": event, "at_s": round(time.monotonic() - self._began, 2), **facts}
        )
        said = ", ".join(f"{name} {value}" for name, value in facts.items())
        print(f"{event}: {said}", flush=True)

    # What is asked of the program

    def _engine(self) -> ImageEngine | None:
        connection = self._desktop.hub.connection
        if connection.state is ConnectionState.NONE:
            raise Stopped("no container engine answers; see: modeldesk doctor")
        return self._desktop.context.engine()

    def _engine_now(self) -> ImageEngine:
        return self._desktop.context.require_engine()

    def _page(self, kind: type[T]) -> T:
        return self._until(f"{kind.__name__} is there", lambda: self._find(kind))

    def _find(self, kind: type[T]) -> T | None:
        found = [w for w in self._window.findChildren(QWidget) if isinstance(w, kind)]
        return next((w for w in found if w.isVisible()), None)

    def _dialog(self, kind: type[T]) -> T | None:
        shown = (w for w in self._app.topLevelWidgets() if isinstance(w, kind))
        return next((w for w in shown if w.isVisible()), None)

    def _model(self) -> Model | None:
        models = self._desktop.hub.snapshot.models
        return next((model for model in models if model.name == self.model), None)

    def _version(self, name: str) -> Version | None:
        model = self._model()
        versions = model.versions if model else ()
        return next((version for version in versions if version.name == name), None)

    def _deployment(self) -> Deployment | None:
        engine = self._desktop.context.require_engine()
        found = self._desktop.parts.releases.deployments(engine.identity().id)
        return next((one for one in found if one.name == self.model), None)

    def _serves(self, version: str) -> bool:
        deployment = self._deployment()
        current = deployment.current if deployment else None
        return current is not None and current.reference.endswith(f":{version}")

    def _url(self) -> str:
        deployment = self._deployment()
        if deployment is None:
            raise Stopped("the deployment is gone")
        return f"http://127.0.0.1:{deployment.settings.ports[0].host_port}"

    def _served_accuracy(self) -> object:
        with urllib.request.urlopen(f"{self._url()}/metadata", timeout=10) as answer:
            return json.load(answer)["metrics"]["accuracy"]

    def _ask_for_a_prediction(self) -> None:
        body = (self._folder / "example_request.json").read_bytes()
        request = urllib.request.Request(f"{self._url()}/predict", body)
        with urllib.request.urlopen(request, timeout=10) as answer:
            json.load(answer)

    def _until(self, what: str, test: Callable[[], T | None]) -> T:
        """Let the window live until `test` gives something; raises `Stopped` when it does not."""
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            if self.told_to_stop:
                raise Stopped("it was told to")
            found = test()
            if found:
                return found
            let_live(20)
        raise Stopped(f"waited in vain until {what}")


def _say_of_qt(kind: QtMsgType, _context: QMessageLogContext, text: str) -> None:
    """What Qt says goes to standard error, but for a sentence that comes with every window of a
    fixed size: that nobody is there whom its limits could be told."""
    if kind is not QtMsgType.QtWarningMsg or "propagateSizeHints" not in text:
        print(text, file=sys.stderr)


def free_name(engine: ImageEngine) -> str:
    """The sample model's name, with a number when something on the engine has it already."""
    taken = {tag.repository for image in engine.list_images() for tag in image.tags}
    taken.update(one.labels.get(DEPLOYMENT_LABEL, "") for one in engine.list_containers())
    names = (f"{MODEL}-{number}" for number in itertools.count(2))
    return MODEL if MODEL not in taken else next(name for name in names if name not in taken)


def clean_up(engine: ImageEngine, model: str) -> list[str]:
    """Remove what the tour made on the engine; the names of what could not be removed."""
    left = []
    for container in engine.list_containers():
        if container.labels.get(DEPLOYMENT_LABEL) == DeploymentName(model):
            engine.stop_container(container.id, 1)
            engine.remove_container(container.id)
    for image in engine.list_images():
        for tag in image.tags:
            if tag.repository == model:
                try:
                    engine.remove_image(str(tag))
                except EngineError:
                    left.append(str(tag))
    return left


def main(to: Path) -> int:
    """Take the tour; 0 when all of it went well."""
    to.mkdir(parents=True, exist_ok=True)
    qInstallMessageHandler(_say_of_qt)
    app = QApplication.instance() or QApplication(["modeldesk"])
    assert isinstance(app, QApplication)
    code = 1
    with tempfile.TemporaryDirectory(prefix="modeldesk-tour-") as name:
        work = Path(name)
        paths = Paths.under(work)
        desktop = Desktop(app, Parts(paths))
        tour = Tour(to, app, desktop, work)

        def leave(_signal: int, _frame: FrameType | None) -> None:
            tour.told_to_stop = True

        signal.signal(signal.SIGTERM, leave)
        signal.signal(signal.SIGINT, leave)
        try:
            tour.walk()
            code = 0
        except Stopped as stop:
            print(PROBLEM.format(why=stop), file=sys.stderr)
            tour.note("stopped", why=str(stop))
            with suppress(RuntimeError):
                desktop.window.grab().save(str(to / "stopped.png"))
        finally:
            engine = desktop.context.engine()
            if engine is not None and tour.model:
                left = clean_up(engine, tour.model)
                tour.note("cleaned up", left=", ".join(left) or "nothing")
            desktop.window.close()
            desktop.close()
            (to / "tour.json").write_text(
                json.dumps({"ok": code == 0, "events": tour.happened}, indent=2) + "\n",
                encoding="utf-8",
            )
    return code


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
