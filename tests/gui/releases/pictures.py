"""Pictures of the releases page and the run dialog: ``python -m tests.gui.releases.pictures
FOLDER [SCENE …]``. ``QT_SCALE_FACTOR=2`` makes them twice as large.
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, QSize
from PySide6.QtWidgets import QApplication, QDialog

from modeldesk import resources
from modeldesk.core.containers.model import LogLine
from modeldesk.ui.tasks import TaskRunner
from modeldesk.ui.theme.theme import Theme, ThemeMode
from tests.fakes.engine_containers import Behaviour
from tests.gui.releases.bench import Bench

SIZES = {"": QSize(1440 - 332, 870), "small-": QSize(1024 - 332, 670)}
Scene = Callable[[Bench], None]
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
    settle(bench)
    bench.page.rollback_button.click()


def run_filled(bench: Bench) -> None:
    dialog = bench.run_dialog(bench.add_version("v1.4.0"))
    settle(bench)
    dialog.form.variables.add("MODEL_PATH", "/models")
    dialog.form.variables.add("API_TOKEN", "s3cret")
    dialog.form.mounts.add("/srv/models", "/models", "ro")
    dialog.form.service.setChecked(True)


def run_empty(bench: Bench) -> None:
    bench.run_dialog(bench.add_version("v1.4.0"))


def run_port(bench: Bench) -> None:
    bench.engine.taken_ports.add(5000)
    dialog = bench.run_dialog(bench.add_version("v1.4.0"))
    settle(bench)
    dialog.run_button.click()


def run_crash(bench: Bench) -> None:
    lines = tuple(LogLine(f"  File serve.py, line {n}") for n in range(12))
    behaviour = Behaviour(exit_code=1, prints=(*lines, LogLine("KeyError: 'MODEL_PATH'")))
    dialog = bench.run_dialog(bench.add_version("v1.4.0", behaviour=behaviour))
    settle(bench)
    dialog.run_button.click()


SCENES: dict[str, Scene] = {
    scene.__name__: scene
    for scene in (
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
}


def settle(bench: Bench, seconds: float = 0.8) -> None:
    """Let the window live for a while."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        QApplication.processEvents()
        time.sleep(0.005)


def take(scene: Scene, theme: Theme, size: QSize, target: Path) -> None:
    """One picture of the page, or of the dialog that is open over it."""
    with tempfile.TemporaryDirectory() as home:
        tasks = TaskRunner()
        bench = Bench(theme, tasks, Path(home))
        bench.preload.start()
        bench.preload.wait(20)
        bench.page.resize(size)
        bench.page.show()
        scene(bench)
        settle(bench, 1.2)
        dialogs = bench.page.findChildren(QDialog)
        (dialogs[0] if dialogs else bench.page).grab().save(str(target))
        tasks.shutdown(10)
        bench.page.close()
        bench.page.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def main() -> None:
    """Write the pictures into the folder that was named."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    app = QApplication([])
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    scale = os.environ.get("QT_SCALE_FACTOR", "1")
    for mode in (ThemeMode.LIGHT, ThemeMode.DARK):
        theme = Theme(resources.path("fonts").parent, mode)
        theme.apply(app)
        for name in sys.argv[2:] or SCENES:
            for prefix, size in SIZES.items():
                target = folder / f"{prefix}{name}-{mode.value}@{scale}x.png"
                take(SCENES[name], theme, size, target)


if __name__ == "__main__":
    main()
