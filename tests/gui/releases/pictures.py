"""Pictures of the releases page and the run dialog: see `tests.gui.pictures`."""

from pathlib import Path

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QDialog

from modeldesk.core.containers.model import LogLine
from modeldesk.ui.tasks.runner import TaskRunner
from modeldesk.ui.theme.theme import Theme
from tests.fakes.engine_containers import Behaviour
from tests.gui.pictures import Scene, by_name, live, take_all
from tests.gui.releases.bench import Bench

SIZES = {"": QSize(1440 - 332, 870), "small-": QSize(1024 - 332, 670)}
_LONG = "a-service-whose-name-never-ends-because-nobody-ever-stopped-it"


def empty(bench: Bench) -> None:
    bench.page.shown()


def one(bench: Bench) -> None:
    bench.deploy("shop", bench.add_version("v1.3.1"))
    bench.deploy("shop", bench.add_version("v1.4.0"))


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
    bench.page.rollback_button.click()


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


SCENES = by_name(
    empty,
    first,
    one,
    many,
    absurd,
    long_history,
    confirm,
    run_empty,
    run_filled,
    run_port,
    run_crash,
)


def take(scene: Scene[Bench], theme: Theme, size: QSize, home: Path, target: Path) -> None:
    """One picture of the page, or of the dialog that is open over it."""
    tasks = TaskRunner()
    bench = Bench(theme, tasks, home)
    bench.preload.start()
    bench.preload.wait(20)
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
