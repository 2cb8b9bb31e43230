"""Pictures of the releases page and the run dialog: see `tests.gui.pictures`."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QDialog

from modeldesk.core.canary.model import Phase
from modeldesk.core.containers.model import ContainerLimits, LogLine
from modeldesk.ui.releases.heading import Act
from modeldesk.ui.releases.plan_dialog import PlanDialog
from modeldesk.ui.releases.plan_input import PlanField
from modeldesk.ui.releases.settings_dialog import SettingsDialog
from modeldesk.ui.tasks.runner import TaskRunner
from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.widgets.form_scroll import FormScroll
from tests.fakes.engine_containers import Behaviour
from tests.gui.pictures import Scene, by_name, live, take_all, until
from tests.gui.releases.bench import SWARM, Bench
from tests.gui.releases.rollouts import PLAN, windows

SIZES = {"": QSize(1440 - 332, 870), "small-": QSize(1024 - 332, 670)}
_LONG = "a-service-whose-name-never-ends-because-nobody-ever-stopped-it"


def empty(bench: Bench) -> None:
    bench.page.shown()


def one(bench: Bench) -> None:
    bench.ago = timedelta(days=12)
    bench.deploy("shop", bench.add_version("v1.3.1"))
    bench.ago = timedelta(days=3)
    bench.deploy("shop", bench.add_version("v1.4.0"))
    bench.ago = timedelta()


def first(bench: Bench) -> None:
    bench.deploy("shop", bench.add_version("v1.4.0"))


def many(bench: Bench) -> None:
    one(bench)
    for number in range(8):
        image = bench.add_version("v1.0.0", f"model-{number}")
        bench.deploy(f"service-{number}", image, 6000 + number)


def absurd(bench: Bench) -> None:
    long = bench.add_version("v1.0.0-" + "y" * 90, "an-endless-model-name" * 5)
    bench.deploy(_LONG, bench.add_version("v0.9.0-" + "x" * 90, "an-endless-model-name" * 5))
    bench.deploy(_LONG, long)
    bench.deploy("ocr", bench.add_version("v1", "票据识别与结构化抽取模型"), 5001)


def long_history(bench: Bench) -> None:
    bench.remember("shop", 30)
    one(bench)


def confirm(bench: Bench) -> None:
    one(bench)
    live(0.8)
    bench.page.heading.back_button.click()


def canary(bench: Bench) -> None:
    one(bench)
    bench.canary("shop", bench.add_version("v1.5.0-rc1"))


def canary_feedback(bench: Bench) -> None:
    one(bench)
    image = bench.add_version("v1.5.0-rc1")
    bench.canary("shop", image, windows=windows(2000, 2.0, accurate=True))


def silent(bench: Bench) -> None:
    one(bench)
    why = "2 windows of 10 min brought 12 requests; at least 50 are needed."
    image = bench.add_version("v1.5.0-rc1")
    bench.canary("shop", image, Phase.PAUSED, 1, why=why, silent=2, requests=12)


def aborted(bench: Bench) -> None:
    one(bench)
    image = bench.add_version("v1.5.0-rc1")
    why = "error rate 4.1 % > 1 % · p95 112 ms > 80 ms, 3 checks in a row"
    grew = windows(60, worse=lambda n: 1 + max(0, n - 48) * 0.16)
    bench.canary("shop", image, Phase.ABORTED, 1, why=why, windows=grew)


def finished(bench: Bench) -> None:
    one(bench)
    before, image = bench.deployment("shop").current, bench.add_version("v1.5.0-rc1")
    assert before is not None
    bench.deploy("shop", image)
    bench.canary("shop", image, Phase.PROMOTED, 3, stable=before)


def scheduled(bench: Bench) -> None:
    one(bench)
    starts = datetime.now(UTC) + timedelta(hours=5)
    plan = replace(PLAN, starts=starts, mirror_first=True)
    image = bench.add_version("v1.5.0-rc1")
    bench.canary("shop", image, Phase.SCHEDULED, -1, plan, requests=None, windows=())


def thousands(bench: Bench) -> None:
    bench.remember("shop", 5000)
    canary(bench)


def endless(bench: Bench) -> None:
    bench.deploy(_LONG, bench.add_version("v0.9.0-" + "x" * 90, "an-endless-model-name" * 5))
    image = bench.add_version("v1.0.0-" + "y" * 90, "an-endless-model-name" * 5)
    plan = replace(PLAN, steps=(100, 250, 500, 1000, 2500, 5000, 7500, 9000, 10_000))
    bench.canary(_LONG, image, plan=plan)


def chinese(bench: Bench) -> None:
    bench.deploy("ocr", bench.add_version("v1.0.0", "票据识别与结构化抽取模型"))
    bench.canary("ocr", bench.add_version("v1.1.0", "票据识别与结构化抽取模型"))


def abort_question(bench: Bench) -> None:
    canary(bench)
    live(0.8)
    bench.page.heading.back_button.click()


def plan(bench: Bench) -> None:
    canary(bench)
    live(0.8)
    bench.page.heading.acted.emit(Act.PLAN)


def plan_wrong(bench: Bench) -> None:
    plan(bench)
    (dialog,) = bench.page.findChildren(PlanDialog)
    dialog.form.edits[PlanField.STEPS].setText("25, 10")
    dialog.form.edits[PlanField.WINDOW].setText("soon")
    dialog.form.key.choose("cookie")
    dialog.form.changed.emit()


def start_canary(bench: Bench) -> None:
    one(bench)
    bench.add_version("v1.5.0-rc1")
    live(0.8)
    bench.page.heading.acted.emit(Act.CANARY)


def settings(bench: Bench) -> None:
    one(bench)
    live(0.8)
    bench.page.heading.acted.emit(Act.SETTINGS)
    (dialog,) = bench.page.findChildren(SettingsDialog)
    dialog.form.variables.add("MODEL_PATH", "/models")
    dialog.form.variables.add("API_TOKEN", "s3cret")
    dialog.form.mounts.add("/srv/models", "/models", "ro")
    dialog.form.memory.setText("4 GB")
    dialog.form.smoke.wanted.setChecked(True)


def deploy(bench: Bench) -> None:
    one(bench)
    bench.add_version("v1.5.0-rc1")
    live(0.8)
    bench.page.heading.acted.emit(Act.DEPLOY)


def run_filled(bench: Bench) -> None:
    dialog = bench.run_dialog(bench.add_version("v1.4.0"))
    live(0.8)
    dialog.form.variables.add("MODEL_PATH", "/models")
    dialog.form.variables.add("API_TOKEN", "s3cret")
    dialog.form.mounts.add("/srv/models", "/models", "ro")
    dialog.form.service.setChecked(True)


def run_empty(bench: Bench) -> None:
    bench.run_dialog(bench.add_version("v1.4.0"))


def run_port(bench: Bench) -> None:
    bench.engine.taken_ports.add(5000)
    dialog = bench.run_dialog(bench.add_version("v1.4.0"))
    live(0.8)
    dialog.run_button.click()


def run_crash(bench: Bench) -> None:
    lines = tuple(LogLine(f"  File serve.py, line {n}") for n in range(12))
    behaviour = Behaviour(exit_code=1, prints=(*lines, LogLine("KeyError: 'MODEL_PATH'")))
    dialog = bench.run_dialog(bench.add_version("v1.4.0", behaviour=behaviour))
    live(0.8)
    dialog.run_button.click()


def on_swarm(bench: Bench) -> None:
    bench.ago = timedelta(days=3)
    bench.deploy_on_swarm("shop", bench.add_version("v1.3.1", pushed=True))
    bench.ago = timedelta()
    bench.deploy_on_swarm("shop", bench.add_version("v1.4.0", pushed=True))


def swarm_canary(bench: Bench) -> None:
    behind = replace(SWARM, gateway=True)
    bench.deploy_on_swarm("shop", bench.add_version("v1.3.1", pushed=True), behind)
    image = bench.add_version("v1.4.0", pushed=True)
    bench.stage_on_swarm("shop", image)
    bench.canary("shop", image)
    bench.store.read()


def revisions(bench: Bench) -> None:
    one(bench)
    bench.change_settings("shop", "it ran out of memory", limits=ContainerLimits(4 * 10**9))
    bench.change_settings("shop", "", locked_down=True, environment={"MODE": "fast"})
    live(0.8)
    bench.page.heading.acted.emit(Act.SETTINGS)
    (dialog,) = bench.page.findChildren(SettingsDialog)
    live(0.6)
    (scroll,) = dialog.findChildren(FormScroll)
    scroll.verticalScrollBar().setValue(scroll.verticalScrollBar().maximum())


def called_back(bench: Bench) -> None:
    one(bench)
    image = bench.add_version("v1.5.0-rc1")
    bench.canary("shop", image, Phase.ABORTED, 1, why="the labels are wrong", ended_by="ann")


def swarm_settings(bench: Bench) -> None:
    on_swarm(bench)
    live(0.8)
    bench.page.heading.acted.emit(Act.SETTINGS)


def swarm_scale(bench: Bench) -> None:
    on_swarm(bench)
    live(0.8)
    bench.page.heading.acted.emit(Act.SCALE)


def run_swarm(bench: Bench) -> None:
    bench.manages_swarm = True
    dialog = bench.run_dialog(bench.add_version("v1.4.0"))
    live(0.8)
    dialog.form.service.setChecked(True)
    dialog.form.on_swarm.setChecked(True)


SCENES = by_name(
    empty,
    first,
    one,
    many,
    absurd,
    long_history,
    confirm,
    canary,
    canary_feedback,
    silent,
    aborted,
    finished,
    scheduled,
    thousands,
    endless,
    chinese,
    abort_question,
    plan,
    plan_wrong,
    start_canary,
    settings,
    deploy,
    run_empty,
    run_filled,
    run_port,
    run_crash,
    on_swarm,
    swarm_canary,
    revisions,
    called_back,
    swarm_settings,
    swarm_scale,
    run_swarm,
)


def take(scene: Scene[Bench], theme: Theme, size: QSize, home: Path, target: Path) -> None:
    """One picture of the page, or of the dialog that is open over it."""
    tasks = TaskRunner()
    bench = Bench(theme, tasks, home)
    bench.preload.start()
    until(lambda: bench.preload.is_ready, 20)
    bench.page.resize(size)
    bench.page.show()
    scene(bench)
    live(1.2)
    dialogs = bench.page.findChildren(QDialog)
    (dialogs[0] if dialogs else bench.page).grab().save(str(target))
    tasks.shutdown(10)
    bench.page.close()
    bench.page.deleteLater()


if __name__ == "__main__":
    take_all(SCENES, take, SIZES)
