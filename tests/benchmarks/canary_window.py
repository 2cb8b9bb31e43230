"""One canary that passes and one that rolls itself back, in the window, on a real engine with a
real gateway and callers who never rest: ``python -m tests.benchmarks.canary_window FOLDER`` leaves
numbered pictures there and prints the event loop's worst gaps of each part.

``MODELDESK_TEST_ENGINE`` names the engine; it must have the images of the engine tests.
"""

import io
import os
import sys
import tarfile
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import docker
import httpx
from PySide6.QtWidgets import QApplication, QDialog

from modeldesk.app import Desktop
from modeldesk.composition import Parts
from modeldesk.core.canary.model import Phase
from modeldesk.core.containers.model import PortBinding
from modeldesk.core.engine.model import ConnectionState
from modeldesk.core.gateway.model import FEEDBACK_PATH, REQUEST_HEADER
from modeldesk.core.ids import DeploymentName, ModelName
from modeldesk.core.jobs import Job
from modeldesk.core.releases.model import ServiceSettings
from modeldesk.core.releases.targets import target_of
from modeldesk.core.settings import Settings
from modeldesk.paths import Paths
from modeldesk.ui.links import ReleasesLink
from modeldesk.ui.releases.heading import Act
from modeldesk.ui.releases.page import ReleasesPage
from modeldesk.ui.releases.plan_input import PlanField
from modeldesk.ui.releases.version_dialog import VersionDialog
from modeldesk.ui.theme.theme import ThemeMode
from modeldesk.ui.widgets.confirm import ConfirmDialog
from tests.benchmarks.gaps import Gaps, let_live
from tests.engine.canary import server
from tests.engine.canary.server import PORT
from tests.support.engine import NGINX, PYTHON
from tests.support.ports import free_port

_DOCKERFILE = f"""\
FROM {PYTHON}
LABEL io.modeldesk.model.name=%s
ENV DOES=%s
EXPOSE {PORT}
COPY server.py /server.py
HEALTHCHECK --interval=1s --timeout=10s CMD python -c \
"import urllib.request; urllib.request.urlopen('http://127.0.0.1:{PORT}/')"
CMD ["python", "/server.py"]
"""
MODEL = "recommendation"
_PATIENCE_S = 240.0
_CALLERS = 4
_SIZE = (1440, 900)
T = TypeVar("T")


class Callers:
    """They ask without pause, each request as somebody else, and tell the truth about it."""

    def __init__(self, port: int) -> None:
        self._base = f"http://127.0.0.1:{port}"
        self._stop = threading.Event()
        self.statuses: list[int] = []
        self.failed: list[str] = []
        self._threads = [
            threading.Thread(target=self._ask, args=(n,), daemon=True) for n in range(_CALLERS)
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _ask(self, caller: int) -> None:
        with httpx.Client(base_url=self._base, timeout=60) as client:
            number = 0
            while not self._stop.wait(0.02):
                number += 1
                try:
                    self._once(client, caller, number)
                except httpx.HTTPError as error:
                    self.failed.append(repr(error))

    def _once(self, client: httpx.Client, caller: int, number: int) -> None:
        headers = {"X-User": f"{caller}-{number}"}
        answer = client.post("/predict", json={"inputs": [number]}, headers=headers)
        self.statuses.append(answer.status_code)
        if answer.status_code == 200:
            request = answer.headers.get(REQUEST_HEADER, "")
            said = answer.json()["outputs"][0]
            client.post(FEEDBACK_PATH, json={"id": request, "prediction": said,
                                             "truth": number % 2})  # fmt: skip


class Story:
    """The window, and what happens in it."""

    def __init__(self, app: QApplication, folder: Path, home: Path) -> None:
        self._folder = folder
        self._shots = 0
        self._gaps = Gaps()
        self.name = f"story{uuid4().hex[:8]}"
        self._client = docker.DockerClient(base_url=os.environ["MODELDESK_TEST_ENGINE"])
        self._desktop = self._new_desktop(app, home)
        self._port = free_port()
        self._callers = Callers(self._port)

    def _new_desktop(self, app: QApplication, home: Path) -> Desktop:
        os.environ["DOCKER_HOST"] = os.environ["MODELDESK_TEST_ENGINE"]
        parts = Parts(Paths.under(home))
        wanted = replace(parts.settings, gateway_image=NGINX, theme="light")
        parts.settings_file.change(Settings(), wanted)
        return Desktop(app, Parts(Paths.under(home)))

    @property
    def page(self) -> ReleasesPage:
        [page] = self._desktop.window.findChildren(ReleasesPage)
        return page

    def tell(self) -> None:
        """From the first version to the way back."""
        for version, does in (("v1.4.0", "good"), ("v1.5.0-rc1", "good-2"), ("v1.6.0", "failing")):
            self._elsewhere(partial(self._build, version, does))
        self._desktop.start()
        self._desktop.window.resize(*_SIZE)
        hub = self._desktop.hub
        self._until("connected", lambda: hub.connection.state is ConnectionState.CONNECTED)
        self._until("the versions are listed", lambda: len(self._versions()) == 3)
        self._end_part("start and list")
        self._elsewhere(self._deploy)
        self._callers.start()
        self._desktop.hub.refresh_asked.emit()
        # Others may have containers on the same engine.
        self._desktop.context.navigate(ReleasesLink(DeploymentName(self.name)))
        self._until("the page is there",
                    lambda: self._desktop.window.findChildren(ReleasesPage))  # fmt: skip
        self._until("it is shown", self._shown)
        let_live(4000)
        self._shoot("one-version")
        self._canary("v1.5.0-rc1", 20, good=True)
        self._canary("v1.6.0", 20, good=False)
        self._desktop.window.resize(1024, 700)
        let_live(800)
        self._shoot("small")
        self._desktop.window.resize(*_SIZE)
        self._go_back()
        self._end_part("after all")

    def close(self) -> None:
        self._callers.stop()
        engine = self._desktop.context.engine()
        if engine is not None:
            for one in self._desktop.parts.releases.deployments(engine.identity().id):
                self._elsewhere(
                    partial(self._desktop.parts.releases.remove, engine, one.key, Job())
                )
        self._desktop.window.close()
        self._desktop.close()
        for image in self._client.images.list(name=self.name):
            self._client.images.remove(str(image.id), force=True)
        self._client.close()
        answers = self._callers.statuses
        wrong = [status for status in answers if status != 200]
        print(f"{len(answers):,} requests; {len(wrong)} answered otherwise than 200; "
              f"{len(self._callers.failed)} without an answer")  # fmt: skip

    def _canary(self, version: str, window_s: int, *, good: bool) -> None:
        page = self.page
        page.heading.buttons[Act.CANARY].click()
        dialog = self._dialog(VersionDialog)
        places = [i for i in range(dialog.version.count())
                  if dialog.version.itemText(i).startswith(version)]  # fmt: skip
        dialog.version.setCurrentIndex(places[0])
        assert dialog.plan is not None
        edits = dialog.plan.edits
        edits[PlanField.STEPS].setText("10, 25, 50, 100")
        edits[PlanField.WINDOW].setText(f"{window_s} s")
        edits[PlanField.LEAST_REQUESTS].setText("20")
        edits[PlanField.P95].setText("900")
        edits[PlanField.P95_OVER].setText("")
        edits[PlanField.ACCURACY].setText("90")
        dialog.plan.key.choose("header")
        dialog.plan.key.chosen.emit("header")
        edits[PlanField.NAME].setText("X-User")
        let_live(300)
        self._shoot(f"start-{version}", dialog)
        dialog.start_button.click()
        self._until("it rolls", page.heading.buttons[Act.PAUSE].isVisible)
        self._end_part(f"{version} begins")
        if good:
            self._until("the second step", lambda: self._step() >= 1)
            let_live(int(window_s * 700))
            self._shoot("second-step")
            self._dress(ThemeMode.DARK)
            self._shoot("second-step-dark")
            self._dress(ThemeMode.LIGHT)
            self._until("the third step", lambda: self._step() >= 2)
            let_live(2000)
            self._shoot("third-step")
        began = time.monotonic()
        end = Phase.PROMOTED if good else Phase.ABORTED
        self._until(f"it is {end.value}", lambda: self._phase() is end)
        print(f"{version} is {end.value} {time.monotonic() - began:.1f} s later")
        let_live(1500)
        self._shoot(end.value)
        self._end_part(f"{version} to its end")

    def _go_back(self) -> None:
        page = self.page
        self._until("there is a way back", page.heading.back_button.isEnabled)
        page.heading.back_button.click()
        question = self._dialog(ConfirmDialog)
        let_live(300)
        self._shoot("way-back", question)
        began = time.monotonic()
        question.accept_button.click()
        self._until("it is back", lambda: page.heading.chips.specs()[0].text == "v1.4.0")
        print(f"back after {time.monotonic() - began:.2f} s, as the page says")
        let_live(1000)
        self._shoot("back")

    def _dress(self, mode: ThemeMode) -> None:
        self._gaps.stop()
        self._desktop.theme.set_mode(mode)
        let_live(500)
        self._gaps.go_on()

    def _shown(self) -> bool:
        return self.page.heading.title.text().startswith(MODEL)

    def _phase(self) -> Phase | None:
        facts = self.page._following.facts
        return facts.rollout.phase if facts is not None else None

    def _step(self) -> int:
        facts = self.page._following.facts
        return facts.rollout.step if facts is not None else -1

    def _versions(self) -> list[Any]:
        models = self._desktop.hub.snapshot.models
        return [v for m in models if m.name == MODEL for v in m.versions]

    def _deploy(self) -> None:
        [version] = [v for v in self._versions() if v.name == "v1.4.0"]
        engine = self._desktop.context.require_engine()
        ports = (PortBinding(PORT, self._port),)
        self._desktop.parts.releases.deploy(
            engine, DeploymentName(self.name), ModelName(MODEL), target_of(version),
            ServiceSettings(ports, health_timeout_s=120.0), "", Job(),
        )  # fmt: skip

    def _build(self, version: str, does: str) -> None:
        context = io.BytesIO()
        program = Path(server.__file__).read_bytes()
        with tarfile.open(fileobj=context, mode="w") as tar:
            for name, content in (
                ("Dockerfile", (_DOCKERFILE % (MODEL, does)).encode()),
                ("server.py", program),
            ):
                entry = tarfile.TarInfo(name)
                entry.size = len(content)
                tar.addfile(entry, io.BytesIO(content))
        context.seek(0)
        self._client.images.build(
            fileobj=context, custom_context=True, tag=f"{self.name}:{version}"
        )

    def _dialog(self, kind: type[T]) -> T:
        found: list[Any] = []

        def there() -> bool:
            found[:] = [
                one
                for one in self._desktop.window.findChildren(QDialog)
                if isinstance(one, kind) and one.isVisible()
            ]
            return bool(found)

        self._until("the dialog is there", there)
        dialog: T = found[0]
        return dialog

    def _shoot(self, name: str, over: Any = None) -> None:
        self._shots += 1
        target = self._folder / f"{self._shots:02}-{name}.png"
        # A picture is the story's work, not the window's.
        self._gaps.stop()
        (over or self._desktop.window).grab().save(str(target))
        self._gaps.go_on()

    def _end_part(self, name: str) -> None:
        print(f"{name:<28} {self._gaps.worst()}", flush=True)
        self._gaps.stop()
        self._gaps = Gaps()

    def _until(self, what: str, test: Callable[[], object]) -> None:
        end = time.monotonic() + _PATIENCE_S
        while not test():
            if time.monotonic() > end:
                self._shoot("in-vain")
                raise SystemExit(f"waited in vain until {what}")
            let_live(50)

    def _elsewhere(self, work: Callable[[], object]) -> None:
        with ThreadPoolExecutor(1) as pool:
            future = pool.submit(work)
            self._until("it is done", future.done)
            future.result()


def main() -> None:
    """Tell it from the beginning to the end, and leave nothing on the engine."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    app = QApplication(["modeldesk"])
    with tempfile.TemporaryDirectory() as home:
        story = Story(app, folder, Path(home))
        try:
            story.tell()
        finally:
            story.close()


if __name__ == "__main__":
    main()
