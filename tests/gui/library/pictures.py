"""Pictures of the library page, filled and at its edges: see `tests.gui.pictures`."""

from pathlib import Path

from PySide6.QtCore import QPoint, QSize
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QDialog

from modeldesk.core.errors import RegistryUnavailable
from modeldesk.core.ids import ImageId, ModelName
from modeldesk.core.layers.kinds import LayerKind
from modeldesk.core.library.model import RemoteVersion
from modeldesk.ui.library.changes_popover import ChangesPopover
from modeldesk.ui.links import LibraryLink
from modeldesk.ui.theme.theme import Theme
from tests.fakes.engine import FakeEngine
from tests.fakes.engine_images import Step
from tests.gui.library.bench import Bench
from tests.gui.library.sample_data import MB, NOW, REGISTRY, SLIM, fill_engine, fill_releases
from tests.gui.pictures import Scene, by_name, live, take_all, until

WIDE, SMALL = QSize(1440 - 60, 900 - 30), QSize(1024 - 60, 700 - 30)
"""What the page and the models get of a window of 1440 × 900 and 1024 × 700."""


def filled(bench: Bench) -> None:
    images = fill_engine(bench.engine)
    fill_releases(bench.release_records, images)
    bench.connect_engine()
    bench.releases.read()
    bench.choice.follow_link(LibraryLink(ModelName("recommendation"), images["v1.4.0"]))
    settle(bench)


def remote(bench: Bench) -> None:
    """Versions that only a registry has, which no longer answers."""
    repository = f"{REGISTRY}/recommendation"
    sizes = dict(zip(LayerKind, (50 * MB, 20 * MB, 800 * MB, MB, 280 * MB), strict=False))
    bench.remote_records.keep_remote_versions(
        RemoteVersion(
            repository, tag, f"sha256:{tag}", ImageId(f"sha256:{tag}"), NOW, "recommendation", sizes
        )
        for tag in ("v0.9.0", "v1.2.5", "v1.3.5")
    )
    bench.registry.failing[repository] = RegistryUnavailable(
        "The registry registry.lan:5000 does not answer."
    )
    filled(bench)
    live(0.6)


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
    bench.page.inspector.tabs.setCurrentIndex(2)


def config(bench: Bench) -> None:
    filled(bench)
    bench.page.inspector.tabs.setCurrentIndex(3)


def history(bench: Bench) -> None:
    filled(bench)
    bench.page.inspector.tabs.setCurrentIndex(4)


def changes(bench: Bench) -> None:
    filled(bench)
    _ask_what_changed(bench)


def small_changes(bench: Bench) -> None:
    small(bench)
    _ask_what_changed(bench)


def remote_changes(bench: Bench) -> None:
    remote(bench)
    _ask_what_changed(bench)


def absurd_changes(bench: Bench) -> None:
    absurd(bench)
    settle(bench)
    _ask_what_changed(bench)


def _ask_what_changed(bench: Bench) -> None:
    live(0.3)
    bench.page.changes.ask()
    until(lambda: bool(bench.page.findChildren(ChangesPopover)))


def untagged(bench: Bench) -> None:
    filled(bench)
    bench.choice.follow_link(LibraryLink(ModelName("")))


def base_image(bench: Bench) -> None:
    filled(bench)
    bench.choice.follow_link(LibraryLink(ModelName("python")))


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
    bench.choice.follow_link(LibraryLink(ModelName(long)))


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


SCENES = by_name(
    filled,
    remote,
    small,
    small_details,
    layer,
    metadata,
    config,
    history,
    changes,
    small_changes,
    remote_changes,
    absurd_changes,
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


def settle(bench: Bench) -> None:
    """Until everything is known and painted."""
    until(lambda: bench.preload.is_ready and (bench.complete or not bench.tasks.active), 20)
    live(0.15)


def take(scene: Scene[Bench], theme: Theme, size: QSize, home: Path, target: Path) -> None:
    """One picture of the page, and of a dialog that is open over it."""
    bench = Bench(theme, FakeEngine(), home)
    bench.window.resize(size)
    bench.window.show()
    bench.preload.start()
    scene(bench)
    settle(bench)
    picture = bench.window.grab()
    for popover in bench.page.findChildren(ChangesPopover):
        painter = QPainter(picture)
        painter.drawPixmap(popover.pos() - bench.window.mapToGlobal(QPoint()), popover.grab())
        painter.end()
        popover.close()
    picture.save(str(target))
    for dialog in bench.window.findChildren(QDialog):
        dialog.grab().save(str(target.with_stem(f"{target.stem}-dialog")))
        dialog.close()
    bench.close()


if __name__ == "__main__":
    take_all(SCENES, take, {"": WIDE})
