"""Pictures of the compare page, filled and at its edges: see `tests.gui.pictures`."""

from pathlib import Path

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QDialog

from modeldesk.core.contents.model import ArchiveImage
from modeldesk.core.errors import ArchiveError, RegistryDenied
from modeldesk.ui.compare.picks import PlacePick, VersionPick
from modeldesk.ui.compare.store import State
from modeldesk.ui.inspector.inside_window import InsideWindow
from modeldesk.ui.theme.theme import Theme
from tests.gui.compare.bench import Bench, multi_stage, single_stage
from tests.gui.inspector.images import odd, sample
from tests.gui.pictures import Scene, by_name, live, take_all, until
from tests.unit.core.compare.images import image

WIDE, SMALL = QSize(1440 - 60 - 272, 900 - 54), QSize(1024 - 60 - 272, 700 - 54)
"""What the page gets of a window of 1440 × 900 and 1024 × 700."""


def _two(bench: Bench, left: str = "recommendation:v1.0.0", right: str = "") -> None:
    first = bench.add_version(left, single_stage())
    second = bench.add_version(right or "recommendation:v1.1.0", multi_stage())
    bench.connect_engine()
    bench.page.store.choose(first, second)


def list_of(bench: Bench, key: str) -> None:
    """Choose what is listed, as a click does."""
    bench.page.result.differences.choice.choose(key)
    bench.page.result.differences.choice.chosen.emit(key)


def filled(bench: Bench) -> None:
    _two(bench)


def files(bench: Bench) -> None:
    _two(bench)
    settle(bench)
    list_of(bench, "files")


def packages(bench: Bench) -> None:
    _two(bench)
    settle(bench)
    list_of(bench, "packages")


def config(bench: Bench) -> None:
    _two(bench)
    settle(bench)
    list_of(bench, "config")


def scrolled(bench: Bench) -> None:
    _two(bench)
    settle(bench)
    bar = bench.page.result.verticalScrollBar()
    bar.setValue(bar.maximum())


def same(bench: Bench) -> None:
    first = bench.add_version("recommendation:v1.0.0", single_stage())
    bench.connect_engine()
    bench.page.store.choose(first, first)


def empty(bench: Bench) -> None:
    bench.connect_engine()


def proposing(bench: Bench) -> None:
    bench.add_version("recommendation:v1.0.0", single_stage())
    bench.add_version("recommendation:v1.1.0", multi_stage())
    bench.looked_at = bench.connect_engine().models[0]
    bench.page.shown()


def reading(bench: Bench) -> None:
    bench.contents.gate.clear()
    first = bench.add_version("recommendation:v1.0.0", single_stage())
    bench.contents.unread.add(first.image)
    second = bench.add_version("recommendation:v1.1.0", multi_stage())
    bench.connect_engine()
    bench.page.store.choose(first, second)
    until(lambda: bench.page.store.state is State.READING and bool(bench.contents.reads))
    live(0.2)


def failed(bench: Bench) -> None:
    first = bench.add_version("recommendation:v1.0.0", single_stage())
    bench.contents.failing[first.image] = RegistryDenied(
        "The registry registry.lan:5000 wants a sign-in.", "Sign in with: docker login"
    )
    bench.connect_engine()
    bench.page.store.choose(first, VersionPick(first.model, first.image))


def picking(bench: Bench) -> None:
    for number in range(40):
        bench.add_version(f"recommendation:v1.{number}.0", image(f"x{number}", []))
    bench.connect_engine()
    bench.page.left.click()


def absurd(bench: Bench) -> None:
    _two(
        bench,
        "a-model-whose-name-was-made-by-a-generator-that-never-learned-when-to-stop:v1." + "9" * 90,
        "a-model-whose-name-was-made-by-a-generator-that-never-learned-when-to-stop:v2." + "9" * 90,
    )


def archives(bench: Bench) -> None:
    left = ArchiveImage(Path("/tmp/票据识别与结构化抽取模型-生产环境.tar"))
    right = ArchiveImage(Path("/tmp/票据识别与结构化抽取模型-生产环境-精简.tar"))
    bench.contents.images = {left.name: single_stage(), right.name: multi_stage()}
    bench.page.store.choose(PlacePick(left), PlacePick(right))


def _one_archive(bench: Bench, name: str = "recommendation-v1.0.0.tar") -> ArchiveImage:
    place = ArchiveImage(Path("/home/mira/exports") / name)
    bench.contents.images = {place.name: sample()}
    bench.page.store.choose(PlacePick(place), None)
    return place


def chosen(bench: Bench) -> None:
    _one_archive(bench)


def inside(bench: Bench) -> None:
    _one_archive(bench)
    window = bench.page.look_inside("left")
    assert window is not None
    until(lambda: window.layers is not None and window.layers.isVisible())
    settle(bench)
    assert window.files is not None
    assert window.layers is not None
    window.layers.pick(3)
    settle(bench)
    window.files.go_to(b"models/recommendation_v2.safetensors")


def inside_reading(bench: Bench) -> None:
    bench.contents.gate.clear()
    bench.contents.unread.add(_one_archive(bench).name)
    bench.page.look_inside("left")
    until(lambda: bool(bench.contents.reads))
    live(0.2)


def inside_failed(bench: Bench) -> None:
    place = _one_archive(bench, "票据识别与结构化抽取模型-生产环境-" * 8 + ".tar")
    bench.contents.failing[place.name] = ArchiveError(
        "The archive ends in the middle of a layer.", "Copy or save it again."
    )
    bench.page.look_inside("left")


def inside_odd(bench: Bench) -> None:
    place = _one_archive(bench, "a-name-" * 30 + ".tar")
    bench.contents.images[place.name] = odd()
    bench.page.look_inside("left")


SCENES = by_name(
    filled, files, packages, config, scrolled, same, empty, proposing, reading, failed, picking,
    absurd, archives, chosen, inside, inside_reading, inside_failed, inside_odd,
)  # fmt: skip


def settle(bench: Bench) -> None:
    """Until nothing moves any more."""
    until(lambda: not bench.tasks.active or not bench.contents.gate.is_set(), 20)
    live(0.15)


def take(scene: Scene[Bench], theme: Theme, size: QSize, home: Path, target: Path) -> None:
    """One picture of the page, and of a dialog that is open over it."""
    bench = Bench(theme, home)
    bench.page.resize(size)
    bench.page.show()
    scene(bench)
    settle(bench)
    bench.page.grab().save(str(target))
    for window in bench.page.findChildren(InsideWindow):
        window.resize(QSize(1440, 900) if size == WIDE else QSize(1024, 700))
        live(1)
        window.grab().save(str(target.with_stem(f"{target.stem}-window")))
        window.close()
    for dialog in bench.page.findChildren(QDialog):
        dialog.grab().save(str(target.with_stem(f"{target.stem}-dialog")))
        dialog.close()
    bench.close()


if __name__ == "__main__":
    take_all(SCENES, take, {"": WIDE, "small-": SMALL})
