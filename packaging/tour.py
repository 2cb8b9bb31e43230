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
from datetime import timedelta
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

from base_images import NGINX_NEW
from callers import USER_HEADER, Callers
from modeldesk import resources
from modeldesk.adapters.gateway.nginx import NginxGateway
from modeldesk.app import Desktop
from modeldesk.composition import Parts, now
from modeldesk.core.build.model import BuildState
from modeldesk.core.build.steps import done_of
from modeldesk.core.canary.model import Phase, Rollout
from modeldesk.core.engine.model import ConnectionState
from modeldesk.core.errors import EngineError
from modeldesk.core.gateway.model import GatewaySpec, SplitKey
from modeldesk.core.ids import DeploymentName, ModelName
from modeldesk.core.library.model import Model, Version
from modeldesk.core.ports import ImageEngine
from modeldesk.core.releases.model import DEPLOYMENT_LABEL, Deployment
from modeldesk.core.settings import write_content
from modeldesk.paths import Paths
from modeldesk.ui.build.page import BuildPage
from modeldesk.ui.build.views import Showing
from modeldesk.ui.compare.images_view import ImagesView
from modeldesk.ui.compare.store import State
from modeldesk.ui.inspector.contents_store import Knowing
from modeldesk.ui.library.page import LibraryPage
from modeldesk.ui.links import CompareLink, LibraryLink, PageKey
from modeldesk.ui.releases.heading import Act
from modeldesk.ui.releases.page import ReleasesPage
from modeldesk.ui.releases.plan_input import PlanField
from modeldesk.ui.releases.version_dialog import VersionDialog
from modeldesk.ui.run.dialog import RunDialog
from modeldesk.ui.theme.theme import ThemeMode
from modeldesk.ui.widgets.confirm import ConfirmDialog

MODEL = "handwritten-digits"
VERSIONS = ("v1.0.0", "v1.1.0", "v1.2.0")
WRONG = "v1.2.1"
"""Other code alone, with a mistake: it is well, but every fourth prediction is an error."""
_RIGHT_LINE = "HTTPStatus.OK, self._predict(read_pixels(body))"
_WRONG_LINE = (
    "(HTTPStatus.OK, HTTPStatus.OK, HTTPStatus.OK, HTTPStatus.INTERNAL_SERVER_ERROR)"
    "[time.perf_counter_ns() // 1000 % 4], self._predict(read_pixels(body))"
)
CANARY_PLAN = {
    PlanField.WINDOW: "15s",
    PlanField.LEAST_REQUESTS: "15",
    PlanField.P95: "2000",
    PlanField.P95_OVER: "",
}
"""Quick, and patient with a machine that has more to do than to answer."""
_BEGINS = Qt.MatchFlag.MatchStartsWith
SIZES = ((1440, 900), (1024, 700))
PATIENCE_S = 240.0
SETTLE_MS = 350
CLEAN_UP_TRIES = 10
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
        self._before = 0
        """The canary before the one that is being tried."""
        self.told_to_stop = False
        """Set by a signal; the tour then cleans up and leaves."""
        self.happened: list[dict[str, object]] = []

    # The story

    def walk(self) -> None:
        """From an empty window to a canary that goes back by itself."""
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
        self._try_a_canary_that_is_right()
        self._try_one_that_is_wrong()
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
            # As the window counts them, by whatever builder.
            steps=done_of(session.outcome.steps)[0],
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
        page = self._page(ImagesView)
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
        self._until("there is a way back", page.heading.back_button.isEnabled)
        self._click(page.heading.back_button)
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
        self._until("the page says so", lambda: not page.heading.back_button.isEnabled())
        self._shoot("releases-rolled-back")

    def _try_a_canary_that_is_right(self) -> None:
        """It passes every step while callers ask, and is promoted by itself."""
        with self._callers() as callers:
            begin = time.monotonic()
            self._start_canary(VERSIONS[-1], "10, 50, 100", "the new weights")
            self._until("it is half way", lambda: self._stands(Phase.STEP, share=5_000))
            self._until("there is something to see", partial(self._seen_for, 0.6))
            self._shoot("canary-at-work")
            self._until(f"{VERSIONS[-1]} is promoted", lambda: self._stands(Phase.PROMOTED))
            took = time.monotonic() - begin
            self._until("the page says so", self._is_told)
            self._shoot("canary-passed")
        self._check_answers(callers, allowed=())
        self.note("canary passed", version=VERSIONS[-1], seconds=round(took, 1), **asked(callers))

    def _try_one_that_is_wrong(self) -> None:
        """It answers with errors, and goes back by itself before long."""
        self._build(WRONG, shoot=False)
        with self._callers() as callers:
            self._start_canary(WRONG, "25, 100", "a quicker server")
            begin = time.monotonic()
            self._until(f"{WRONG} goes back", lambda: self._stands(Phase.ABORTED))
            took = time.monotonic() - begin
            self._until("the page says so", self._is_told)
            self._shoot("canary-rolled-back")
        # Until it was known, its share of the callers met the mistake.
        self._check_answers(callers, allowed=(500,))
        rollout = self._rollout()
        why = rollout.why if rollout is not None else ""
        self.note("canary went back", version=WRONG, seconds=round(took, 1), why=why,
                  **asked(callers))  # fmt: skip

    def _start_canary(self, version: str, steps: str, why: str) -> None:
        self._window.open_page(PageKey.RELEASES)
        page = self._page(ReleasesPage)
        before = self._rollout()
        self._before = before.id if before is not None else 0
        button = page.heading.buttons[Act.CANARY]
        self._until("a canary can be started", lambda: button.isVisible() and button.isEnabled())
        self._click(button)
        dialog = self._until("the canary's dialog opens", lambda: self._dialog(VersionDialog))
        plan = dialog.plan
        assert plan is not None, "a canary has a plan"
        found = self._until("it is offered", lambda: dialog.version.findText(version, _BEGINS) + 1)
        dialog.version.setCurrentIndex(found - 1)
        for field, text in {**CANARY_PLAN, PlanField.STEPS: steps}.items():
            plan.edits[field].setText(text)
        plan.key.choose(SplitKey.HEADER.value)
        plan.edits[PlanField.NAME].setText(USER_HEADER)
        dialog.why.setText(why)
        self._shoot("canary-dialog", small=False, over=dialog)
        self._click(dialog.start_button)
        self._until(f"{version} is a canary", lambda: self._stands(Phase.STEP))

    def _callers(self) -> Callers:
        body = (self._folder / "example_request.json").read_bytes()
        return Callers(f"{self._url()}/predict", body)

    def _check_answers(self, callers: Callers, allowed: tuple[int, ...]) -> None:
        others = {status for status in callers.answers if status not in (200, *allowed)}
        if others:
            raise Stopped(f"callers got {callers.answers}")

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
        if version == WRONG:
            program = self._folder / "serve.py"
            text = program.read_text(encoding="utf-8")
            assert _RIGHT_LINE in text, "the sample model's server is another one"
            program.write_text(text.replace(_RIGHT_LINE, _WRONG_LINE), encoding="utf-8")

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
        sizes = SIZES if small else SIZES[:1]
        # Each differs from the one before in one thing: another theme or size is much to draw.
        wanted = [(ThemeMode.LIGHT, size) for size in sizes]
        wanted += [(ThemeMode.DARK, size) for size in reversed(sizes)]
        for mode, (width, height) in wanted:
            self._desktop.theme.set_mode(mode)
            self._window.resize(width, height)
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
            picture.save(str(self._to / f"{self._shots:02}-{name}-{mode.value}{size}.png"))
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

    def _rollout(self) -> Rollout | None:
        deployment = self._deployment()
        records = self._desktop.parts.rollout_records
        rollouts = records.rollouts(deployment.key) if deployment else ()
        newest = next(iter(rollouts), None)
        return newest if newest is not None and newest.id > self._before else None

    def _stands(self, phase: Phase, share: int | None = None) -> bool:
        """Whether the newest canary is there; one that came to another end stops the tour."""
        rollout = self._rollout()
        if rollout is None:
            return False
        if not rollout.open and rollout.phase is not phase:
            raise Stopped(f"the canary came to its end: {rollout.phase.value}, {rollout.why}")
        there = rollout.plan.steps[rollout.step] if rollout.phase is Phase.STEP else None
        return rollout.phase is phase and share in (None, there)

    def _seen_for(self, part: float) -> bool:
        """Whether so much of the window that runs is over."""
        rollout = self._rollout()
        if rollout is None:
            return False
        return now() - rollout.since >= timedelta(seconds=part * rollout.plan.window_s)

    def _is_told(self) -> bool:
        page = self._find(ReleasesPage)
        return page is not None and page.body.said.isVisible()

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


def asked(callers: Callers) -> dict[str, object]:
    """How the callers fared, to be noted."""
    return {"asked": callers.asked, "errors": callers.answers.get(500, 0)}


def free_name(engine: ImageEngine) -> str:
    """The sample model's name, with a number when something on the engine has it already."""
    taken = {tag.repository for image in engine.list_images() for tag in image.tags}
    taken.update(one.labels.get(DEPLOYMENT_LABEL, "") for one in engine.list_containers())
    names = (f"{MODEL}-{number}" for number in itertools.count(2))
    return MODEL if MODEL not in taken else next(name for name in names if name not in taken)


def clean_up(engine: ImageEngine, model: str) -> list[str]:
    """Remove what the tour made on the engine; the names of what could not be removed."""
    left = []
    for again in reversed(range(CLEAN_UP_TRIES)):
        for container in engine.list_containers():
            if container.labels.get(DEPLOYMENT_LABEL) == DeploymentName(model):
                engine.stop_container(container.id, 1)
                engine.remove_container(container.id)
        try:
            NginxGateway(engine).remove(GatewaySpec(DeploymentName(model), "", ()))
            break
        except EngineError as error:
            # What was stopped in the middle may have made another container meanwhile.
            if not again:
                left.append(str(error))
        let_live(1000)
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
        write_content(paths.settings, {"gateway_image": NGINX_NEW})
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
            print(f"The screenshots and tour.json are in {to}.", flush=True)
    return code


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
