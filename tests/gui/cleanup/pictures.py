"""Pictures of the clean-up page, filled and at its edges: see `tests.gui.pictures`."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QDialog

from modeldesk.core.engine.model import BuildCache
from modeldesk.core.errors import InUse
from modeldesk.core.ids import ModelName
from modeldesk.core.keep_rule import KeepRule
from modeldesk.core.settings import Settings
from modeldesk.ui.theme.theme import Theme
from tests.fakes.engine import FakeEngine
from tests.fakes.engine_images import Step
from tests.gui.cleanup.bench import Bench
from tests.gui.library.sample_data import MB, REGISTRY, SLIM, fill_engine, fill_releases
from tests.gui.pictures import Scene, by_name, live, take_all, until

WIDE, SMALL = QSize(1440 - 60 - 272, 900 - 60), QSize(1024 - 60 - 272, 700 - 60)
"""What the page gets of a window of 1440 × 900 and 1024 × 700, beside the models."""


def filled(bench: Bench) -> None:
    bench.engine.cache = BuildCache(1_840 * MB, 600 * MB)
    fill_releases(bench.release_records, fill_engine(bench.engine))
    bench.connect_engine()
    settle(bench)


def chosen(bench: Bench) -> None:
    filled(bench)
    lines = bench.page.table.lines
    lines.choose(frozenset(line.key for line in lines.rows()[8:26] if not line.locked))
    bench.page.table.select_key(lines.rows()[10].key)


def asking(bench: Bench) -> None:
    filled(bench)
    lines = bench.page.table.lines
    lines.choose(frozenset(line.key for line in lines.rows() if not line.locked))
    bench.page.confirm()


def rules(bench: Bench) -> None:
    filled(bench)
    bench.page.open_rules(ModelName("churn"))


def refused(bench: Bench) -> None:
    filled(bench)
    bench.engine.fail_next("remove_image", InUse("A container uses it.", "Stop it first."))
    dialog = bench.page.confirm()
    assert dialog is not None
    dialog.remove.click()


def empty(bench: Bench) -> None:
    bench.engine.add_image("digits:v1.0.0", base=SLIM)
    bench.connect_engine()


def nothing(bench: Bench) -> None:
    bench.connect_engine()


def waiting(bench: Bench) -> None:
    """Before the engine has answered."""


def one(bench: Bench) -> None:
    bench.engine.add_image(base=SLIM, labels={"io.modeldesk.model.name": "digits"})
    bench.connect_engine()


def absurd(bench: Bench) -> None:
    long = "a-model-whose-name-was-made-by-a-generator-that-never-learned-when-to-stop" * 2
    names = (
        long,
        "票据识别与结构化抽取模型（生产环境专用超长名称示例）",
        "语音唤醒",
        "<b>bold</b>",
    )
    for number in range(12):
        for index, name in enumerate(names):
            bench.engine.add_image(
                f"registry.example.com:5000/team-{index}/x:v1.{number}.0-{'y' * (40 * index)}",
                steps=[Step(f"COPY {number}", 90 * MB)],
                base=SLIM,
                labels={"io.modeldesk.model.name": name},
                created=_ago(400 - number),
            )
    bench.engine.add_image(base=SLIM, labels={"io.modeldesk.model.name": long}, created=_ago(1))
    bench.connect_engine()


def thousands(bench: Bench) -> None:
    for number in range(3000):
        bench.engine.add_image(
            f"{REGISTRY}/big-{number % 30:02}:v{number // 30}.0.0",
            steps=[Step(f"COPY w{number}.onnx /models/", (50 + number % 97) * MB)],
            base=SLIM,
            created=_ago(900 - number / 4),
        )
    bench.connect_engine()


def lost(bench: Bench) -> None:
    filled(bench)
    bench.lose_engine()


SCENES = by_name(
    filled,
    chosen,
    asking,
    rules,
    refused,
    empty,
    nothing,
    waiting,
    one,
    absurd,
    thousands,
    lost,
)


def settle(bench: Bench) -> None:
    """Until everything is known and painted."""
    until(lambda: bench.complete or not bench.tasks.active, 30)
    live(0.2)
    until(lambda: not bench.tasks.active, 30)
    live(0.1)


def take(scene: Scene[Bench], theme: Theme, size: QSize, home: Path, target: Path) -> None:
    """One picture of the page, and of a dialog that is open over it."""
    settings = Settings(keep_rule=KeepRule(3, 20), keep_rules={"churn": KeepRule(6, 20)})
    bench = Bench(theme, FakeEngine(), home, settings)
    bench.window.resize(size)
    bench.window.show()
    scene(bench)
    settle(bench)
    bench.window.grab().save(str(target))
    for dialog in bench.window.findChildren(QDialog):
        dialog.grab().save(str(target.with_stem(f"{target.stem}-dialog")))
        dialog.close()
    bench.close()


def _ago(days: float) -> datetime:
    return datetime.now(UTC) - timedelta(days=days)


if __name__ == "__main__":
    take_all(SCENES, take, {"": WIDE, "small-": SMALL})
