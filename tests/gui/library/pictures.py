"""Pictures of the library page, filled and at its edges: see `tests.gui.pictures`."""

from datetime import timedelta
from pathlib import Path

from PySide6.QtCore import QPoint, QSize
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QDialog

from modeldesk.core.channels.model import Move, MoveState, Place, StepState
from modeldesk.core.channels.model import Step as ChannelStep
from modeldesk.core.errors import RegistryUnavailable
from modeldesk.core.ids import ImageId, ModelName
from modeldesk.core.layers.kinds import LayerKind
from modeldesk.core.library.remote_model import RemoteVersion
from modeldesk.core.metadata.keys import parse_key, read_pair
from modeldesk.core.references import Reference
from modeldesk.ui.channels.move_dialog import MoveDialog
from modeldesk.ui.library.changes_popover import ChangesPopover
from modeldesk.ui.links import LibraryLink
from modeldesk.ui.theme.theme import Theme
from tests.fakes.engine import FakeEngine
from tests.fakes.engine_images import Step
from tests.gui.library import registry_scenes
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


def edited(bench: Bench) -> None:
    """Metadata that was changed since the build, and the form that changes it."""
    filled(bench)
    version = bench.choice.version
    assert version is not None
    image, labels = version.key.image, version.labels
    values = {
        "metric.f1": "0.912", "metric.accuracy": "0.951", "param.optimizer": "adamw",
        "param.lr": "3e-4", "param.batch_size": "64", "training_time": "1h30min",
        "tag.owner": "ann", "tag.note": "票据识别 " * 12,
    }  # fmt: skip
    given = dict(read_pair(f"{name}={text}") for name, text in values.items())
    bench.metadata.edit(image, labels, given, reason="measured on the new test set")
    bench.metadata.edit(image, labels, {}, [parse_key("param.batch_size")], "not ours")
    bench.page.inspector.tabs.setCurrentIndex(2)
    until(lambda: len(bench.page.inspector.metadata.registered.known.history) == 2)
    bench.page.inspector.metadata.registered.edit.click()


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


def moving(bench: Bench) -> None:
    """A channel that may be moved, here and in the registry."""
    filled(bench)
    bench.push_all("team/recommendation")
    _ask_to_move(bench, "v1.5.0-rc1").why.setText("Better recall, same speed")


def moving_against_rules(bench: Bench) -> None:
    filled(bench)
    bench.push_all("team/recommendation")
    dialog = _ask_to_move(bench, "v1.4.1")
    dialog.overrule.setChecked(True)


def moving_what_was_not_pushed(bench: Bench) -> None:
    filled(bench)
    _ask_to_move(bench, "v1.4.1", "candidate")


def absurd_moving(bench: Bench) -> None:
    absurd(bench)
    settle(bench)
    entry = bench.choice.entry
    assert entry is not None
    dialog = bench.page.acts.move_channel(entry.versions[-1], "candidate")
    until(dialog.asking.isHidden)


def channels(bench: Bench) -> None:
    """A history with an undo, an overruled rule, and a move that is half done."""
    filled(bench)
    bench.push_all("team/recommendation")
    told = (
        ("candidate", "v1.4.1", "v1.5.0-rc1", "offline evaluation is done"),
        ("candidate", "v1.5.0-rc1", "v1.4.1", "forgets the night shift"),
        ("stable", "v1.3.1", "v1.4.0", "a week as candidate without an alarm"),
        ("stable", "v1.4.0", "v1.4.1", "v1.4.0 answers too late for the shop"),
    )
    for number, (channel, before, after, why) in enumerate(told, 1):
        state = MoveState.HALF_DONE if number == len(told) else MoveState.DONE
        bench.channel_records.add_move(_move(bench, number, channel, before, after, why, state))
    bench.page.acts.show_channels(ModelName("recommendation"))
    live(0.4)


def no_channels(bench: Bench) -> None:
    filled(bench)
    bench.page.acts.show_channels(ModelName("recommendation"))
    live(0.4)


def _ask_to_move(bench: Bench, name: str, channel: str = "stable") -> MoveDialog:
    entry = bench.choice.entry
    assert entry is not None
    version = next(one for one in entry.versions if one.name == name)
    dialog = bench.page.acts.move_channel(version, channel)
    until(dialog.asking.isHidden)
    return dialog


def _move(
    bench: Bench, number: int, channel: str, before: str, after: str, why: str, state: MoveState
) -> Move:
    entry = bench.choice.entry
    assert entry is not None
    images = {one.name: one.key.image for one in entry.versions}
    tag = Reference.parse(f"{REGISTRY}/recommendation:{channel}")
    done, here = StepState.DONE, StepState.WAITING
    steps = (
        ChannelStep(Place.REGISTRY, tag, images[after], images[before], done),
        ChannelStep(Place.ENGINE, tag, images[before], images[after],
              here if state is MoveState.HALF_DONE else done),
    )  # fmt: skip
    engine = bench.engine.identity().id
    when = NOW - timedelta(days=12 - 3 * number)
    broken = ("after",) if number == 4 else ()
    return Move(
        0,
        ModelName("recommendation"),
        channel,
        engine,
        before,
        after,
        steps,
        when,
        "mei",
        why,
        state,
        broken,
        error="The engine has no room left." if number == 4 else "",
    )


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
    edited,
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
    moving,
    moving_against_rules,
    moving_what_was_not_pushed,
    absurd_moving,
    channels,
    no_channels,
    tagging,
    empty,
    waiting,
    one,
    absurd,
    thousands,
    lost,
    *registry_scenes.SCENES,
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
