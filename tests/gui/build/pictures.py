"""Pictures of the build page in every state: see `tests.gui.pictures`."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from PySide6.QtCore import QSize

from modeldesk.core.build.model import BuildRecord, BuildState, BuildStep, StepState
from modeldesk.core.ids import BuildId, ModelName
from modeldesk.core.references import Reference
from modeldesk.ui.build.views import Showing
from modeldesk.ui.tasks.runner import TaskRunner
from modeldesk.ui.theme.theme import Theme
from tests.fakes.engine_build import BuildScript
from tests.gui.build.bench import Bench
from tests.gui.pictures import Scene, by_name, live, take_all, until
from tests.unit.core.model_folder import crafted
from tests.unit.core.serving.models import sklearn_folder

RAIL, SIDE, BAR = 60, 272, 30
SIZES = {"": QSize(1440 - RAIL - SIDE, 900 - BAR), "small-": QSize(1024 - RAIL - SIDE, 700 - BAR)}
"""What the page gets of a window of 1440 × 900 and of 1024 × 700."""
OWN = """\
# Built by hand
FROM python:3.11-slim-bookworm
WORKDIR /app
COPY requirements.txt .
RUN pip install -r requirements.txt
COPY recommendation_v2.safetensors /app/model/
COPY serve.py /app/
EXPOSE 5000
CMD ["python", "serve.py"]
"""


def empty(bench: Bench) -> None:
    bench.page.shown()


def recent(bench: Bench) -> None:
    _remember(bench)
    bench.page.shown()


def record(bench: Bench) -> None:
    _remember(bench)
    bench.page.show_build(BuildId("2"))


def looking(bench: Bench) -> None:
    bench.page.plan(bench.folder())
    bench.page._looking.cancel()


def plan(bench: Bench) -> None:
    bench.add_versions("v1.3.1", "v1.4.0", "v1.4.1")
    bench.page.plan(bench.folder())
    until(lambda: bench.page.showing is Showing.PLAN)


def plan_own(bench: Bench) -> None:
    bench.add_versions("v1.4.1")
    folder = bench.folder(dockerfile=OWN)
    (folder / ".env").write_text("TOKEN=1")
    (folder / "requirements.txt").write_text("fastapi\nscikit-learn\n")
    bench.page.plan(folder)
    until(lambda: bench.page.showing is Showing.PLAN)


def plan_ignore(bench: Bench) -> None:
    folder = bench.folder()
    (folder / ".env").write_text("TOKEN=1")
    (folder / "data").mkdir()
    (folder / "data" / "train.csv").write_text("a,b\n" * 5000)
    bench.page.plan(folder)
    until(lambda: bench.page.showing is Showing.PLAN)
    bench.page.recipe.tabs.setCurrentIndex(1)


def plan_kinds(bench: Bench) -> None:
    """A folder of several kinds, with manifests and what is wrong with them."""
    folder = bench.folder()
    (folder / "cog.yaml").write_text(
        "build: {gpu: true, python_version: '3.10', system_packages: [ffmpeg]}\n"
        "predict: predict.py:Predictor\n"
    )
    (folder / "adapter_config.json").write_text(
        '{"peft_type": "LORA", "r": 16, "base_model_name_or_path": "meta-llama/Llama-3.1-8B"}'
    )
    (folder / "README.md").write_text(
        "---\nlicense: apache-2.0\npipeline_tag: text-generation\n---\n# Recommendation\n"
    )
    (folder / "model-00001-of-00002.gguf").write_bytes(
        crafted.gguf([((4096, 4096), 12)] * 40, {"general.architecture": "llama"})
    )
    (folder / "encoder.onnx").write_bytes(crafted.onnx(crafted.onnx_tensor((64, 64), 1, 16384)))
    (folder / ".python-version").write_text("3.12\n")
    bench.page.plan(folder)
    until(lambda: bench.page.showing is Showing.PLAN)


def plan_serving(bench: Bench) -> None:
    """Weights and no program: a server is generated."""
    folder = sklearn_folder(bench.home)
    bench.page.plan(folder)
    until(lambda: bench.page.showing is Showing.PLAN)


def plan_serving_code(bench: Bench) -> None:
    plan_serving(bench)
    bench.page.recipe.tabs.setCurrentIndex(3)


def wrong(bench: Bench) -> None:
    plan(bench)
    bench.page.form.tag.setText("v1.4.1")
    bench.page.form.repository.setText("Team/Rec")
    bench.page.form.metrics.edits["accuracy"].setText("good")


def offline(bench: Bench) -> None:
    plan(bench)
    bench.lose_engine()


def building(bench: Bench) -> None:
    bench.engine.build_script = BuildScript(0.35, prints=tuple(f"Collecting {n}" for n in "abc"))
    bench.add_versions("v1.4.1")
    bench.page.plan(bench.folder(dockerfile=OWN))
    until(lambda: bench.page.showing is Showing.PLAN)
    bench.page.form.channel.setCurrentIndex(2)
    bench.page.heading.build.click()
    until(lambda: bool(bench.page.session and bench.page.session.outline.done >= 4))


def cancelling(bench: Bench) -> None:
    building(bench)
    bench.page.heading.cancel.click()


def built(bench: Bench) -> None:
    plan(bench)
    bench.page.heading.build.click()
    until(lambda: bool(bench.page.session and not bench.page.session.running))
    bench.read_library()


def failed(bench: Bench) -> None:
    bench.engine.build_script = BuildScript(
        0.05,
        fail_at_line=5,
        failure="ERROR: No matching distribution found for scikit-learn==9.9",
        prints=("Collecting scikit-learn==9.9", "  error: not found"),
    )
    bench.page.plan(bench.folder(dockerfile=OWN))
    until(lambda: bench.page.showing is Showing.PLAN)
    bench.page.heading.build.click()
    until(lambda: bool(bench.page.session and not bench.page.session.running))


def failed_edit(bench: Bench) -> None:
    failed(bench)
    bench.page.heading.edit.click()


def cancelled(bench: Bench) -> None:
    building(bench)
    bench.page.heading.cancel.click()
    until(lambda: bool(bench.page.session and not bench.page.session.running))


def absurd(bench: Bench) -> None:
    long = "a-model-whose-name-was-made-by-a-generator-that-never-learned-when-to-stop"
    folder = bench.folder(long)
    (folder / f"{'x' * 200}.key").write_text("secret")
    bench.page.plan(folder)
    until(lambda: bench.page.showing is Showing.PLAN)
    bench.page.form.tag.setText("v1.0.0-" + "y" * 90)


def chinese(bench: Bench) -> None:
    bench.page.plan(bench.folder("票据识别与结构化抽取模型"))
    until(lambda: bench.page.showing is Showing.PLAN)


SCENES = by_name(
    empty,
    recent,
    record,
    looking,
    plan,
    plan_own,
    plan_ignore,
    plan_kinds,
    plan_serving,
    plan_serving_code,
    wrong,
    offline,
    building,
    cancelling,
    built,
    failed,
    failed_edit,
    cancelled,
    absurd,
    chinese,
)


def _remember(bench: Bench) -> None:
    now = datetime.now(UTC)
    names = ("recommendation", "churn", "票据识别", "fraud-detector")
    states = (BuildState.SUCCEEDED, BuildState.FAILED, BuildState.CANCELLED, BuildState.INTERRUPTED)
    steps = (
        BuildStep("1", "[1/4] FROM python:3.11-slim", StepState.DONE, cached=True),
        BuildStep("2", "[2/4] COPY requirements.txt .", StepState.DONE, seconds=0.2),
        BuildStep("3", "[3/4] RUN pip install -r requirements.txt", StepState.FAILED, seconds=7.7),
    )
    for number in range(30):
        state = states[(number % 7) % 4]
        bench.records.add_build(
            BuildRecord(
                BuildId(str(number)),
                ModelName(names[number % 4]),
                str(Path.home() / "work" / names[number % 4]),
                (Reference.parse(f"team/m{number % 4}:v1.{number}.0"),),
                now - timedelta(hours=number * 7),
                state,
                9.8 + number * 3,
                352_400_000 - number * 9_000_000,
                steps=steps,
                log="[1/4] FROM python:3.11-slim (cached)\n[3/4] RUN pip install\nCollecting x",
                error="The step failed." if state is BuildState.FAILED else "",
            )
        )


def take(scene: Scene[Bench], theme: Theme, size: QSize, home: Path, target: Path) -> None:
    """One picture."""
    tasks = TaskRunner()
    bench = Bench(theme, tasks, home)
    bench.page.resize(size)
    bench.page.show()
    scene(bench)
    live(0.2)
    bench.page.grab().save(str(target))
    tasks.shutdown(10)
    bench.page.close()
    bench.page.deleteLater()


if __name__ == "__main__":
    take_all(SCENES, take, SIZES)
