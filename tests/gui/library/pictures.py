"""Pictures of the library page, filled and at its edges:
``python -m tests.gui.library.pictures FOLDER [SCENE …]``. ``QT_SCALE_FACTOR=2`` makes them twice
as large.
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
from modeldesk.core.ids import ModelName
from modeldesk.ui.links import LibraryLink
from modeldesk.ui.theme.theme import Theme, ThemeMode
from tests.fakes.engine import FakeEngine
from tests.fakes.engine_images import Step
from tests.gui.library.bench import Bench
from tests.gui.library.sample_data import MB, REGISTRY, SLIM, fill_engine, fill_releases

WIDE, SMALL = QSize(1440 - 60, 900 - 30), QSize(1024 - 60, 700 - 30)
"""What the page and the models get of a window of 1440 × 900 and 1024 × 700."""


def filled(bench: Bench) -> None:
    images = fill_engine(bench.engine)
    fill_releases(bench.release_records, images)
    bench.connect_engine()
    bench.releases.read()
    bench.choice.follow_link(LibraryLink(ModelName("recommendation"), images["v1.4.0"]))
    settle(bench)


def small(bench: Bench) -> None:
    bench.window.resize(SMALL)
    filled(bench)


def small_details(bench: Bench) -> None:
    small(bench)
    bench.page.header.details.click()


def layer(bench: Bench) -> None:
    filled(bench)
    bench.page.inspector.layers.list.select_key("5")
    bench.page.inspector.layers.list.row_selected.emit("5")


def metadata(bench: Bench) -> None:
    filled(bench)
    bench.page.inspector.tabs.setCurrentIndex(1)


def config(bench: Bench) -> None:
    filled(bench)
    bench.page.inspector.tabs.setCurrentIndex(2)


def history(bench: Bench) -> None:
    filled(bench)
    bench.page.inspector.tabs.setCurrentIndex(3)


def untagged(bench: Bench) -> None:
    filled(bench)
    bench.choice.choose_model(ModelName(""))


def base_image(bench: Bench) -> None:
    filled(bench)
    bench.choice.choose_model(ModelName("python"))


def searching(bench: Bench) -> None:
    filled(bench)
    bench.panel.search.setText("v1.1.0")


def removing(bench: Bench) -> None:
    filled(bench)
    entry = bench.choice.entry
    assert entry is not None
    bench.page.acts.confirm_removal(entry.versions[:4])


def tagging(bench: Bench) -> None:
    filled(bench)
    assert bench.choice.version is not None
    dialog = bench.page.acts.add_tag(bench.choice.version)
    dialog.edit.setText(f"{REGISTRY}/recommendation:v1.3.0")


def empty(bench: Bench) -> None:
    bench.connect_engine()


def waiting(bench: Bench) -> None:
    """Before the engine has answered."""


def one(bench: Bench) -> None:
    steps = [Step("COPY model.onnx /models/", 20 * MB)]
    bench.engine.add_image("digits:v1.0.0", steps=steps, base=SLIM)
    bench.connect_engine()


def absurd(bench: Bench) -> None:
    long = "a-model-whose-name-was-made-by-a-generator-that-never-learned-when-to-stop" * 2
    for number in range(3):
        steps = [
            Step(
                "RUN " + "pip install --no-cache-dir very-long-package-name==1.2.3 " * 12, 200 * MB
            ),
            Step(f"COPY {'x' * 180}.safetensors /models/", (300 + number) * MB),
        ]
        bench.engine.add_image(
            f"registry.example.com:5000/{long[:120]}:v{number}-{'y' * 100}",
            f"registry.example.com:5000/{long[:120]}:stable",
            steps=steps,
            base=SLIM,
            labels={"io.modeldesk.model.name": long, "z" * 90: "<b>not bold</b> " * 30},
        )
    for number, name in enumerate(
        ("票据识别与结构化抽取模型（生产环境专用超长名称示例）", "语音唤醒")
    ):
        bench.engine.add_image(
            f"zh{number}:v1", base=SLIM, labels={"io.modeldesk.model.name": name}
        )
    bench.connect_engine()
    settle(bench)
    bench.choice.choose_model(ModelName(long))


def thousands(bench: Bench) -> None:
    for number in range(1000):
        steps = [Step(f"COPY w{number}.onnx /models/", (50 + number % 97) * MB)]
        bench.engine.add_image(
            f"{REGISTRY}/big:v{number // 100}.{number // 10 % 10}.{number % 10}",
            steps=steps,
            base=SLIM,
        )
    bench.connect_engine()


def lost(bench: Bench) -> None:
    filled(bench)
    bench.lose_engine()


SCENES: dict[str, Callable[[Bench], None]] = {
    scene.__name__: scene
    for scene in (
        filled,
        small,
        small_details,
        layer,
        metadata,
        config,
        history,
        untagged,
        base_image,
        searching,
        removing,
        tagging,
        empty,
        waiting,
        one,
        absurd,
        thousands,
        lost,
    )
}


def settle(bench: Bench) -> None:
    """Until everything is known and painted."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        QApplication.processEvents()
        if bench.preload.is_ready and (bench.complete or not bench.tasks.active):
            break
        time.sleep(0.005)
    until = time.monotonic() + 0.15
    while time.monotonic() < until:
        QApplication.processEvents()


def take(scene: Callable[[Bench], None], theme: Theme, home: Path, target: Path) -> None:
    """One picture of the page, and of a dialog that is open over it."""
    bench = Bench(theme, FakeEngine(), home)
    bench.window.resize(WIDE)
    bench.window.show()
    bench.preload.start()
    scene(bench)
    settle(bench)
    bench.window.grab().save(str(target))
    for dialog in bench.window.findChildren(QDialog):
        dialog.grab().save(str(target.with_stem(f"{target.stem}-dialog")))
        dialog.close()
    bench.close()
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
            with tempfile.TemporaryDirectory() as home:
                target = folder / f"{name}-{mode.value}@{scale}x.png"
                take(SCENES[name], theme, Path(home), target)


if __name__ == "__main__":
    main()
