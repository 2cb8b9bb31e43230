"""Pictures of versions on their way: see `tests.gui.pictures`."""

from pathlib import Path

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from modeldesk.core.errors import NotInRegistry, RegistryDenied
from modeldesk.core.ids import ModelName
from modeldesk.core.jobs import Job, Part, PartState, Progress, Unit
from modeldesk.core.library.model import Version
from modeldesk.core.references import Reference
from modeldesk.ui.activity.detail import TaskDetail
from modeldesk.ui.activity.store import ActivityStore
from modeldesk.ui.links import LibraryLink
from modeldesk.ui.tasks.lanes import Lane
from modeldesk.ui.theme.theme import Theme
from tests.fakes.engine import FakeEngine
from tests.gui.library.bench import Bench
from tests.gui.library.pictures import filled
from tests.gui.library.sample_data import MB, REGISTRY
from tests.gui.pictures import Scene, by_name, live, take_all, until
from tests.gui.registry.test_moves import MODEL, PATH, remote, there
from tests.unit.core.registry.images import AMD, ARM, add_index

SIZES = {"": QSize(1380, 870), "small-": QSize(964, 670)}
REPOSITORY = f"{REGISTRY}/recommendation"
LONG = "registry.an-absurdly-long-host-name.example.com:5000/team/of/teams"


def _chosen(bench: Bench) -> Version:
    filled(bench)
    version = bench.choice.version
    assert version is not None
    return version


def page(bench: Bench) -> None:
    _chosen(bench)


def push(bench: Bench) -> None:
    bench.moves.push(_chosen(bench), bench.window)


def push_wrong(bench: Bench) -> None:
    dialog = bench.moves.push(_chosen(bench), bench.window)
    dialog.fields.repository.setEditText(f"{LONG}/Recommendation")
    dialog.fields.tags.setText("v1.4.0 latest")


def push_long(bench: Bench) -> None:
    dialog = bench.moves.push(_chosen(bench), bench.window)
    dialog.fields.repository.setEditText(f"{LONG}/recommendation")
    dialog.fields.tags.setText(" ".join(f"v1.4.{n}-cuda-12.1-extra" for n in range(6)))


def menu(bench: Bench) -> None:
    version = _chosen(bench)
    shown = bench.page.acts.menu([version])
    shown.popup(bench.window.mapToGlobal(bench.window.rect().center()))


def remote_menu(bench: Bench) -> None:
    _chosen(bench)
    shown = bench.page.acts.remote_menu(remote("sha256:" + "8" * 64), MODEL)
    assert shown is not None
    shown.popup(bench.window.mapToGlobal(bench.window.rect().center()))


def copy(bench: Bench) -> None:
    _chosen(bench)
    index, _ = add_index(there(bench), PATH, "v1.4.0", AMD, ARM)
    source = Reference.parse(f"{REPOSITORY}:v1.4.0@{index.digest}")
    dialog = bench.moves.copy(source, MODEL, bench.window)
    until(lambda: bool(dialog.platforms))
    dialog.fields.repository.setEditText("prod.lan/recommendation")


def copy_denied(bench: Bench) -> None:
    _chosen(bench)
    there(bench).errors["manifest"] = [
        RegistryDenied(
            "The registry registry.lan:5000 wants a sign-in for team/recommendation.",
            "Sign in with “modeldesk registry sign-in registry.lan:5000”, or in Settings.",
        )
    ]
    bench.moves.copy(Reference.parse(f"{REPOSITORY}:v1.4.0"), MODEL, bench.window)


def remove(bench: Bench) -> None:
    _chosen(bench)
    registry = there(bench)
    image = registry.add_image(PATH, "v1.4.0", [b"w" * 34_000_000, b"base" * 9_000_000])
    for tag in ("stable", "cu121", *(f"build-{n}" for n in range(9))):
        registry.kept[PATH].tags[tag] = image.digest
    registry.add_image(PATH, "v1.3.1", [b"base" * 9_000_000], {"v": 1})
    dialog = bench.moves.remove(Reference.parse(f"{REPOSITORY}@{image.digest}"), bench.window)
    until(dialog.act.isEnabled)


def remove_gone(bench: Bench) -> None:
    _chosen(bench)
    there(bench).errors["manifest"] = [
        NotInRegistry(
            "team/recommendation@sha256:5b1e… is not in the registry registry.lan:5000.",
            "Check the name and the tag.",
        )
    ]
    bench.moves.remove(Reference.parse(f"{REPOSITORY}:v1.4.0"), bench.window)


def layers(bench: Bench) -> None:
    """A push in Activity."""
    _activity(bench, 6)


def many_layers(bench: Bench) -> None:
    _activity(bench, 40)


def _activity(bench: Bench, count: int) -> None:
    store = ActivityStore(bench.tasks, bench)
    detail = TaskDetail(bench.context.theme, store)
    over = QWidget(bench.window)
    over.setAutoFillBackground(True)
    column = QVBoxLayout(over)
    column.addWidget(detail)
    over.setGeometry(bench.window.rect())
    over.show()
    states = [
        (PartState.MOVING, 200 * MB, 355 * MB),
        (PartState.MOVING, 2 * MB, 402 * MB),
        (PartState.DONE, 38 * MB, 38 * MB),
        (PartState.THERE, 120 * MB, 120 * MB),
        (PartState.MOUNTED, 36 * MB, 36 * MB),
        (PartState.WAITING, 0, 2 * MB),
    ]
    parts = tuple(
        Part(f"{n:x}{'b1e18a0f38a'}"[:12], *states[n % len(states)]) for n in range(count)
    )

    def work(job: Job) -> None:
        job.report(Progress("Pushing", 396 * MB, 953 * MB, Unit.BYTES, 84.2 * MB, parts))
        job.token.wait(30)

    handle = bench.tasks.submit(
        work,
        lane=Lane.TRANSFER,
        title=f"Push {REPOSITORY}:v1.4.0",
        owner=bench,
        link=LibraryLink(ModelName("recommendation")),
    )
    detail.show_task(handle)
    until(lambda: bool(detail.parts.parts))


SCENES = by_name(
    page,
    push,
    push_wrong,
    push_long,
    menu,
    remote_menu,
    copy,
    copy_denied,
    remove,
    remove_gone,
    layers,
    many_layers,
)


def take(scene: Scene[Bench], theme: Theme, size: QSize, home: Path, target: Path) -> None:
    """One picture: the dialog or menu that stands open, else the window."""
    bench = Bench(theme, FakeEngine(), home)
    bench.window.resize(size)
    bench.window.show()
    bench.preload.start()
    scene(bench)
    live(0.3)
    dialog = bench.window.findChild(QDialog)
    popup = bench.window.window().findChildren(type(bench.page.acts.menu([])))
    shown = next((one for one in popup if one.isVisible()), None)
    (shown or dialog or bench.window).grab().save(str(target))
    bench.tasks.shutdown(10)
    bench.close()


if __name__ == "__main__":
    take_all(SCENES, take, SIZES)
