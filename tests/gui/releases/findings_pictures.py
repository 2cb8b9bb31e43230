"""Pictures of the findings strip: see `tests.gui.pictures`."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QVBoxLayout, QWidget

from modeldesk.core.deployment_watch.model import Finding, Problem, Remedy
from modeldesk.core.deployment_watch.remedies import Remedies
from modeldesk.core.deployment_watch.standing import News
from modeldesk.core.ids import DeploymentName
from modeldesk.ui.releases.findings import FindingsStore
from modeldesk.ui.releases.findings_strip import FindingsStrip
from modeldesk.ui.tasks.runner import TaskRunner
from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.theme.tokens import Space
from tests.gui.parts import make_context
from tests.gui.pictures import Scene, by_name, live, take_all
from tests.unit.core.deployment_watch.facts import DEPLOYMENT, PREVIOUS

SIZES = {"": QSize(1108, 300), "small-": QSize(692, 380)}
LOOP = Finding(
    DEPLOYMENT.key,
    Problem.RESTART_LOOP,
    "shop was restarted 7 times in 5 minutes.",
    (Remedy.ROLL_BACK, Remedy.REPLACE),
    "It ended with code 137.",
    PREVIOUS,
    datetime.now(UTC) - timedelta(minutes=12),
)
GATEWAY = replace(
    LOOP,
    problem=Problem.GATEWAY_GONE,
    text="The gateway of shop is gone: callers get no answer.",
    remedies=(Remedy.RUN_AGAIN,),
    detail="",
    since=datetime.now(UTC),
)
DRIFT = replace(
    LOOP,
    problem=Problem.DRIFT,
    text="stable is v1.5.0 now; shop runs v1.4.0.",
    remedies=(Remedy.DEPLOY_CHANNEL,),
    detail="",
    since=datetime.now(UTC) - timedelta(hours=3),
)


class Stage:
    def __init__(self, theme: Theme, tasks: TaskRunner, home: Path) -> None:
        self.context = make_context(theme, tasks, home)
        self.store = FindingsStore(self.context, _nobody)
        self.window = QWidget()
        self.window.setAutoFillBackground(True)
        self.strip = FindingsStrip(theme, self.store)
        column = QVBoxLayout(self.window)
        column.setContentsMargins(Space.XL, Space.L, Space.XL, Space.L)
        column.addWidget(self.strip)
        column.addStretch(1)

    def show(self, *found: Finding) -> None:
        self.store.take_news(News(found, ()))


def _nobody() -> Remedies:
    raise NotImplementedError


def one(stage: Stage) -> None:
    stage.show(LOOP)


def several(stage: Stage) -> None:
    stage.show(DRIFT, LOOP, GATEWAY)


def many(stage: Stage) -> None:
    long = "a-service-whose-name-never-ends-because-nobody-ever-stopped-it"
    absurd = replace(
        LOOP,
        deployment=replace(LOOP.deployment, name=DeploymentName(long)),
        text=f"{long} was restarted 1,207 times in 5 minutes.",
        detail="OCI runtime create failed: container_linux.go:380: starting container process "
        "caused: exec: “票据识别服务”: executable file not found in $PATH: unknown",
    )
    stage.show(absurd, GATEWAY, DRIFT, *(replace(DRIFT, text=f"{n}") for n in range(4)))


SCENES = by_name(one, several, many)


def take(scene: Scene[Stage], theme: Theme, size: QSize, home: Path, target: Path) -> None:
    tasks = TaskRunner()
    stage = Stage(theme, tasks, home)
    stage.window.resize(size)
    stage.window.show()
    scene(stage)
    live(0.3)
    stage.window.grab().save(str(target))
    tasks.shutdown(10)
    stage.window.close()
    stage.window.deleteLater()


if __name__ == "__main__":
    take_all(SCENES, take, SIZES)
