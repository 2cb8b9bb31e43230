"""Pictures of the view of two recipes: see `tests.gui.pictures`."""

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QSize

from modeldesk.core.errors import BuildFailed
from modeldesk.core.trial.model import Start
from modeldesk.ui.compare.trial_store import TrialState
from modeldesk.ui.links import TrialLink
from modeldesk.ui.theme.theme import Theme
from tests.fakes.engine_build import BuildScript
from tests.gui.compare.pictures import SMALL, WIDE
from tests.gui.compare.trial_bench import TrialBench, realistic
from tests.gui.pictures import Scene, by_name, live, take_all, until


def start(bench: TrialBench) -> None:
    bench.view.shown()


def start_with_earlier(bench: TrialBench) -> None:
    for number in range(40):
        trial = replace(realistic(), id=f"t{number}", commit=f"{number:08x}")
        bench.keep(trial)
    bench.view.activate(TrialLink(bench.model_folder()))
    bench.view.shown()


def _show(bench: TrialBench, trial_id: str = "c0ffee") -> None:
    bench.view.store.show(trial_id)
    until(lambda: bench.state is TrialState.READY)


def result(bench: TrialBench) -> None:
    bench.keep(realistic())
    _show(bench)


def result_predictions(bench: TrialBench) -> None:
    result(bench)
    bench.view.result.until.choose("predicted")
    bench.view.result.until.chosen.emit("predicted")


def result_scrolled(bench: TrialBench) -> None:
    result(bench)
    live(0.2)
    bar = bench.view.result.verticalScrollBar()
    bar.setValue(bar.maximum())


def result_without_starts(bench: TrialBench) -> None:
    trial = realistic("票据识别与结构化抽取模型-生产环境-" * 6)
    bench.keep(
        replace(
            trial,
            left=replace(trial.left, starts=(), rebuild=None),
            right=replace(trial.right, starts=(), rebuild=None),
            notes=("Starts were not measured. Port 5000 is published on build.lan alone.",),
        )
    )
    _show(bench)


def result_many_starts(bench: TrialBench) -> None:
    trial = realistic()
    left = tuple(Start(0.8 + (n * 37 % 50) / 200) for n in range(50))
    right = tuple(Start(0.7 + (n * 53 % 50) / 250) for n in range(50))
    bench.keep(
        replace(
            trial,
            left=replace(trial.left, starts=left),
            right=replace(trial.right, starts=right),
        )
    )
    _show(bench)


def measuring(bench: TrialBench) -> None:
    bench.core.contents.gate.clear()
    bench.view.activate(TrialLink(bench.model_folder()))
    bench.view.measure.click()
    until(lambda: "contents" in bench.view.store.steps)
    live(0.2)


def failed(bench: TrialBench) -> None:
    bench.core.engine.build_script = BuildScript(fail_at_line=7)
    bench.view.activate(TrialLink(bench.model_folder()))
    bench.view.measure.click()
    until(lambda: isinstance(bench.view.store.failure, BuildFailed))


SCENES = by_name(
    start, start_with_earlier, result, result_predictions, result_scrolled,
    result_without_starts, result_many_starts, measuring, failed,
)  # fmt: skip


def take(scene: Scene[TrialBench], theme: Theme, size: QSize, home: Path, target: Path) -> None:
    """One picture of the view."""
    bench = TrialBench(theme, home)
    bench.view.resize(size)
    bench.view.show()
    scene(bench)
    live(0.3)
    bench.view.grab().save(str(target))
    bench.close()


if __name__ == "__main__":
    take_all(SCENES, take, {"": WIDE, "small-": SMALL})
