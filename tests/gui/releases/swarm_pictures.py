"""Pictures of a deployment on a swarm: see `tests.gui.pictures`."""

from pathlib import Path

from PySide6.QtCore import QSize

from modeldesk.core.swarm.rolling import Rolling
from modeldesk.ui.releases.swarm_panel import SwarmPanel
from modeldesk.ui.tasks.runner import TaskRunner
from modeldesk.ui.theme.theme import Theme
from tests.gui.pictures import Scene, by_name, live, take_all
from tests.gui.releases import swarms

SIZES = {"": QSize(1440 - 332, 330), "small-": QSize(1024 - 332, 330)}


class Bench:
    """A panel, and how to show something on it."""

    def __init__(self, theme: Theme, tasks: TaskRunner) -> None:
        self.panel = SwarmPanel(theme, tasks, "On the swarm")

    def show(self, rolling: Rolling) -> None:
        self.panel.show_service(lambda _: iter([rolling]), lambda image: swarms.NAMES[image])


def swarm_well(bench: Bench) -> None:
    bench.show(swarms.well())


def swarm_updating(bench: Bench) -> None:
    bench.show(swarms.updating())


def swarm_troubled(bench: Bench) -> None:
    bench.show(swarms.troubled())


def swarm_absurd(bench: Bench) -> None:
    bench.show(swarms.absurd())


def take(scene: Scene[Bench], theme: Theme, size: QSize, _: Path, target: Path) -> None:
    """One picture of the panel."""
    tasks = TaskRunner()
    bench = Bench(theme, tasks)
    bench.panel.resize(size)
    bench.panel.show()
    scene(bench)
    live(0.5)
    bench.panel.resize(size.width(), bench.panel.sizeHint().height())
    live(0.2)
    bench.panel.grab().save(str(target))
    tasks.shutdown(10)
    bench.panel.close()
    bench.panel.deleteLater()


if __name__ == "__main__":
    take_all(by_name(swarm_well, swarm_updating, swarm_troubled, swarm_absurd), take, SIZES)
