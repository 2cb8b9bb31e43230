"""Pictures of the build page in every state: see `tests.gui.pictures`."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QDialog, QScrollArea

from modeldesk.core.build.model import (
    Asked,
    BuildRecord,
    BuildState,
    BuildStep,
    CacheUse,
    StepState,
)
from modeldesk.core.build.secret import SecretKind, SecretSource
from modeldesk.core.errors import SourceControlError
from modeldesk.core.ids import BuildId, ModelName
from modeldesk.core.references import Reference
from modeldesk.core.versioning.channels import use_own_channels
from modeldesk.core.versioning.git_facts import Submodule
from modeldesk.ui.build.lock_dialog import LockDialog
from modeldesk.ui.build.views import Showing
from modeldesk.ui.tasks.runner import TaskRunner
from modeldesk.ui.theme.theme import Theme
from tests.fakes.engine_build import BuildScript
from tests.gui.build.bench import COMMIT, Bench
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
    bench.page.planning.stop()


def plan(bench: Bench) -> None:
    bench.add_versions("v1.3.1", "v1.4.0", "v1.4.1")
    bench.page.plan(bench.folder())
    until(lambda: bench.page.showing is Showing.PLAN)


def _with_requirements(bench: Bench, *packages: str) -> None:
    folder = bench.folder()
    (folder / "requirements.txt").write_text("\n".join(packages) + "\n")
    bench.page.plan(folder)
    until(lambda: bench.page.showing is Showing.PLAN)


def plan_alpine(bench: Bench) -> None:
    packages = ("fastapi", "uvicorn", "torch", "xgboost", "lightgbm", "opencv-python")
    _with_requirements(bench, *packages)
    bench.page.recipe.base.buttons._buttons["alpine"].click()
    until(lambda: "alpine" in bench.page.recipe.dockerfile.text())
    bench.page.views.show_texts()


def plan_distroless(bench: Bench) -> None:
    _with_requirements(bench, "fastapi==0.115.0", "uvicorn==0.34.0")
    bench.page.recipe.base.buttons._buttons["distroless"].click()
    bench.page.form.reproducible.click()
    until(lambda: "AS files" in bench.page.recipe.dockerfile.text())
    bench.page.views.show_texts()


def plan_locked(bench: Bench) -> None:
    _with_requirements(bench, "fastapi>=0.115", "uvicorn", "annoy==1.17.3")
    bench.resolver.missing = {"annoy"}
    bench.resolver.needs = {"fastapi": ("pydantic", "starlette")}
    bench.page.recipe.lock.click()
    until(lambda: bool(bench.page.window().findChildren(LockDialog)))
    bench.page.window().findChildren(LockDialog)[0].use.click()
    until(lambda: "--require-hashes" in bench.page.recipe.dockerfile.text())
    bench.page.views.show_texts()


def locking(bench: Bench) -> None:
    """The preview, in the page's place."""
    _with_requirements(bench, "fastapi>=0.115", "uvicorn", "annoy==1.17.3", "scikit-learn==1.5.2")
    bench.resolver.missing = {"annoy"}
    bench.resolver.needs = {"fastapi": ("pydantic", "starlette"), "scikit-learn": ("numpy",)}
    bench.page.recipe.lock.click()
    until(lambda: bool(bench.page.window().findChildren(LockDialog)))
    dialog = bench.page.window().findChildren(LockDialog)[0]
    dialog.setWindowFlags(Qt.WindowType.Widget)
    dialog.setAutoFillBackground(True)
    dialog.move(200, 60)
    dialog.show()
    dialog.raise_()


def plan_own(bench: Bench) -> None:
    bench.add_versions("v1.4.1")
    folder = bench.folder(dockerfile=OWN)
    (folder / ".env").write_text("TOKEN=1")
    (folder / "requirements.txt").write_text("fastapi\nscikit-learn\n")
    bench.page.plan(folder)
    until(lambda: bench.page.showing is Showing.PLAN)
    bench.page.views.show_texts()


def plan_ignore(bench: Bench) -> None:
    folder = bench.folder()
    (folder / ".env").write_text("TOKEN=1")
    (folder / "data").mkdir()
    (folder / "data" / "train.csv").write_text("a,b\n" * 5000)
    bench.page.plan(folder)
    until(lambda: bench.page.showing is Showing.PLAN)
    bench.page.recipe.tabs.setCurrentIndex(1)
    bench.page.views.show_texts()


def _crowded(bench: Bench) -> Path:
    """An own Dockerfile, no .dockerignore, and much that should stay behind."""
    folder = bench.folder(dockerfile=OWN)
    sizes = {
        ".git/objects/pack/pack-1.pack": 61_000_000, ".venv/pyvenv.cfg": 80,
        ".venv/lib/numpy.so": 39_000_000, "data/train.parquet": 310_000_000,
        "data/holdout/rows.csv": 41_000_000, ".env": 90, "keys/server.pem": 1700,
        "keys/client.pem": 1700, "src/app.py": 4000, "src/rank.py": 9000,
        "checkpoints/epoch-9.ckpt": 120_000_000, "notebooks/eda.ipynb": 2_400_000,
        "docs/guide.md": 12_000,
    }  # fmt: skip
    for name, size in sizes.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            file.truncate(size)
    return folder


def plan_sent(bench: Bench) -> None:
    bench.page.plan(_crowded(bench))
    until(lambda: bench.page.showing is Showing.PLAN)


def plan_kept_out(bench: Bench) -> None:
    """Two of it kept out by a click."""
    plan_sent(bench)
    for rule in (".venv", "**/.git"):
        bench.page.found.unwanted.keep_out.emit(rule)
    until(lambda: len(bench.page.found.unwanted.texts()) == 6)
    until(lambda: bench.page.found.unwanted.texts()[-1].endswith(".git"))
    bench.page.recipe.tabs.setCurrentIndex(1)


TRAPS = """\
# 推荐模型, as many tutorials show it
FROM python:3.11-slim AS build
RUN apt-get update && apt-get install gcc \\
    # for the wheels
    libgomp1
COPY . /src
RUN pip install --user -r /src/requirements.txt scikit-learn
FROM python:latest
ENV API_TOKEN="not for you" \\
    MODE=prod
COPY --from=build /root/.local /root/.local
ADD serve.py model.bin ./
USER app
CMD python serve.py --port ${PORT}
"""


def plan_findings(bench: Bench) -> None:
    """A Dockerfile with what published examples get wrong, and the keyboard in the list."""
    bench.page.plan(bench.folder(dockerfile=TRAPS))
    until(lambda: bench.page.showing is Showing.PLAN)
    recipe = bench.page.recipe
    until(lambda: bool(recipe.findings.list.rows()))
    key = next(row.key for row in recipe.findings.list.rows() if row.finding.fix)
    recipe.findings.list.select_key(key)
    recipe.findings.list.row_selected.emit(key)
    bench.page.views.show_texts()


def plan_long_text(bench: Bench) -> None:
    """A Dockerfile that is too long to be shown, or edited: its beginning can be read."""
    long = OWN + "".join(f"ENV FEATURE_{n}=column-{n}\n" for n in range(12_000))
    bench.page.plan(bench.folder(dockerfile=long))
    until(lambda: bench.page.showing is Showing.PLAN)
    bench.page.views.show_texts()
    end = bench.page.recipe.dockerfile.height_for(10_000)
    bench.page.recipe.dockerfile._view.verticalScrollBar().setValue(end)


def plan_many_findings(bench: Bench) -> None:
    """Thousands of things to look at: the first hundreds are listed, and that there are more."""
    traps = "".join(
        f"RUN apt-get install lib{n} && cd /tmp && sudo pip install package{n}\n"
        for n in range(1500)
    )
    bench.page.plan(bench.folder(dockerfile=f"FROM python\n{traps}CMD python serve.py\n"))
    until(lambda: bench.page.showing is Showing.PLAN)
    until(lambda: len(bench.page.recipe.findings.list.rows()) > 100, 30)
    bench.page.views.show_texts()


def plan_keep_out_long(bench: Bench) -> None:
    """Findings with a click each, of very long and Chinese names."""
    folder = bench.folder("票据识别与结构化抽取模型-生产环境-第二代", dockerfile=OWN)
    for name in (
        "训练数据集-2026年第三季度-已脱敏-含增强样本/第一部分/样本.parquet",
        f"{'experiments-of-the-second-quarter-' * 4}/checkpoints/epoch-9.ckpt",
        ".env.生产环境",
        "密钥/服务端证书与私钥.pem",
    ):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            file.truncate(240_000_000 if path.suffix in (".parquet", ".ckpt") else 900)
    bench.page.plan(folder)
    until(lambda: bench.page.showing is Showing.PLAN)
    until(lambda: bool(bench.page.found.unwanted.texts()))
    bench.page.form.model.setText("票据识别与结构化抽取模型-生产环境-第二代")


def plan_own_channels(bench: Bench) -> None:
    """A person's own channels among the others."""
    use_own_channels(("shadow", "edge-devices-in-the-field"))
    _built_before(bench, "v1.4.2")
    bench.page.form.channel.setCurrentIndex(bench.page.form.channel.count() - 1)
    use_own_channels(())


def git_tag_refused(bench: Bench) -> None:
    """The image is there; the tag in git is not."""
    folder = _with_history(bench)
    bench.page.plan(folder)
    until(lambda: bench.page.showing is Showing.PLAN)
    bench.page.form.git_tag.wanted.setChecked(True)
    bench.engine.build_script = BuildScript(0.1)

    def refuse(*_: object) -> None:
        raise SourceControlError("The tag “recommendation-v1.0.0” exists already.")

    vars(bench.source)["add_tag"] = refuse
    bench.page.heading.build.click()
    until(lambda: bool(bench.page.session and not bench.page.session.running))
    bench.read_library()


def plan_ignore_findings(bench: Bench) -> None:
    """An edited .dockerignore."""
    plan_ignore(bench)
    recipe = bench.page.recipe
    recipe.ignore._view.setPlainText(
        "# Secrets\n**/.env*\n*.safetensors   # too large\n../shared\n*.{pyc,pyo}\nserve.py\n"
        "recommendation_*\n!serve.md\n"
    )
    recipe.checks.ignore.now()
    until(lambda: len(recipe.ignore_findings.list.rows()) > 3)
    key = recipe.ignore_findings.list.rows()[0].key
    recipe.ignore_findings.list.select_key(key)
    recipe.ignore_findings.list.row_selected.emit(key)


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
    bench.page.views.show_texts()


def _built_before(bench: Bench, *tags: str) -> Path:
    """A folder of which a version was built, and then changed."""
    folder = bench.folder(dockerfile=OWN)
    bench.page.plan(folder)
    until(lambda: bench.page.showing is Showing.PLAN)
    bench.page.form.tag.setText(tags[0])
    bench.page.form.also.setText(" ".join(tags[1:]))
    bench.page.form.channel.setCurrentIndex(1)
    bench.page.heading.build.click()
    until(lambda: bool(bench.page.session and not bench.page.session.running))
    bench.read_library()
    weights = folder / "recommendation_v2.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"1")
    (folder / "requirements.txt").write_text("fastapi==0.116.0\nscikit-learn==1.5.2\n")
    bench.page.plan(folder)
    until(lambda: bench.page.showing is Showing.PLAN)
    until(lambda: "changed since" in bench.page.form.tag.accessibleDescription())
    return folder


def plan_changed(bench: Bench) -> None:
    """What changed since the newest version, several tags, and a channel that moves."""
    _built_before(bench, "v1.4.2")
    bench.page.form.also.setText("9f31c0a4 cu121-slim nightly-2026-11")
    bench.page.form.channel.setCurrentIndex(1)
    bench.page.views.show_texts()


def plan_taken(bench: Bench) -> None:
    """A version that is there, and tags of which one is."""
    _built_before(bench, "v1.4.2", "cu121")
    bench.page.form.tag.setText("v1.4.2")
    bench.page.form.also.setText("slim, cu121")


def plan_plus(bench: Bench) -> None:
    """Build metadata, and a model with a long Chinese name."""
    bench.page.plan(bench.folder("推荐系统-点击率预估-长名称"))
    until(lambda: bench.page.showing is Showing.PLAN)
    bench.page.form.tag.setText("v1.2.0-rc.1+cu121.sha256.9f31c0a4")


def built_moved(bench: Bench) -> None:
    """A build that moved a channel, and could not set one of its tags."""
    _built_before(bench, "v1.4.2")
    bench.page.form.channel.setCurrentIndex(1)
    bench.page.form.also.setText("nightly")
    bench.engine.build_script = BuildScript(0.1)
    bench.page.heading.build.click()
    other = bench.engine.add_image("other:1")
    bench.engine.tag_image(other, Reference.parse("recommendation:nightly"))
    until(lambda: bool(bench.page.session and not bench.page.session.running))
    bench.read_library()


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


GIVEN = """\
FROM python:3.11-slim-bookworm
ARG PIP_INDEX_URL=https://pypi.org/simple
ARG HUB_TOKEN
WORKDIR /app
COPY requirements.txt .
RUN --mount=type=secret,id=pip,target=/etc/pip.conf pip install -r requirements.txt
RUN --mount=type=secret,id=hub python fetch.py
COPY serve.py /app/
CMD ["python", "serve.py"]
"""


def given(bench: Bench) -> None:
    """Arguments and secrets: some declared, one that looks secret, one typed in."""
    bench.page.plan(bench.folder(dockerfile=GIVEN))
    until(lambda: bench.page.showing is Showing.PLAN)
    fields = bench.page.form.given
    fields.fold.click()
    fields.arguments[1].value.setText("hf_abcdefghijklmnopqrstuv")
    fields.secrets[0].place.setText(str(Path.home() / "no-such-file"))
    fields.secrets[1].kind.setCurrentIndex(2)
    fields.secrets[1].place.setText("hush-hush")
    live(0.1)
    area = bench.page.form._area
    area.verticalScrollBar().setValue(area.verticalScrollBar().maximum())


def given_folded(bench: Bench) -> None:
    bench.page.plan(bench.folder(dockerfile=GIVEN))
    until(lambda: bench.page.showing is Showing.PLAN)
    live(0.1)
    area = bench.page.form._area
    area.verticalScrollBar().setValue(area.verticalScrollBar().maximum())


def _remember_many(bench: Bench, number: int) -> None:
    """Builds as they come in a year: some fail, some are cached, images grow."""
    now = datetime.now(UTC)
    names = ("recommendation", "churn", "票据识别与结构化抽取模型", "a-very-long-name-" * 5)
    for n in range(number):
        failed = n % 11 == 3
        pip = n % 5 == 0
        steps = (
            BuildStep("1", "[1/4] FROM python:3.11-slim", StepState.DONE, cached=True),
            BuildStep(
                "2",
                "[2/4] RUN pip install --no-cache-dir -r requirements.txt",
                StepState.DONE,
                cached=not pip,
                seconds=71.0 if pip else 0.0,
                layer_bytes=412_000_000,
            ),
            BuildStep(
                "3",
                "[3/4] COPY recommendation_v2.safetensors /app/model/",
                StepState.DONE,
                seconds=3.2,
                layer_bytes=352_000_000 + n * 900_000,
            ),
            BuildStep(
                "4",
                "[4/4] RUN python check.py" if n % 2 else "[4/4] COPY serve.py /app/",
                StepState.FAILED if failed else StepState.DONE,
                seconds=0.4,
                layer_bytes=None if failed else 1_900,
            ),
        )
        model = names[n % 4 if n % 3 else 0]
        bench.records.add_build(
            BuildRecord(
                BuildId(str(n)),
                ModelName(model),
                str(Path.home() / "work" / model[:40]),
                (Reference.parse(f"team/m{n % 4}:v1.{number - n}.0"),),
                now - timedelta(hours=n * 7),
                BuildState.FAILED if failed else BuildState.SUCCEEDED,
                (78.0 if pip else 6.5) + n % 7,
                352_400_000 if n % 2 else 12_400,
                steps=steps,
                log="Collecting x",
                asked=Asked(
                    dockerfile=OWN if n % 2 else OWN.replace("EXPOSE 5000", "EXPOSE 8000"),
                    build_args={"PIP_INDEX_URL": f"https://pypi.lan/{n % 3}"},
                    secrets={"hub": SecretSource(SecretKind.ENVIRONMENT, "HUB_TOKEN")},
                    base="python:3.11-slim",
                    base_digest=f"sha256:{n % 2}{'a1b2c3d4' * 7}",
                    no_cache=pip,
                ),
                image_bytes=None if failed else 904_000_000 - n * 1_000_000,
                cache=CacheUse(0 if pip else 2, 3, 0.0 if pip else 74.2),
            )
        )


def history(bench: Bench) -> None:
    _remember_many(bench, 400)
    bench.page.past.show()
    until(lambda: len(bench.page.views.history.shown()) == 400)
    bench.page.views.history.table.select_key("1")


def history_few(bench: Bench) -> None:
    _remember_many(bench, 3)
    bench.page.past.show()
    until(lambda: len(bench.page.views.history.shown()) == 3)


def history_none(bench: Bench) -> None:
    history(bench)
    bench.page.views.history.search.setText("nothing is called so")


def comparison(bench: Bench) -> None:
    _remember_many(bench, 40)
    bench.page.past.compare("5", "4")
    until(lambda: bench.page.showing is Showing.COMPARISON)


def plan_commit(bench: Bench) -> None:
    bench.add_versions("v1.3.1", "v1.4.0")
    folder = _with_history(bench)
    bench.page.plan(folder, revision="recommendation@v1.4.0")
    until(lambda: bench.page.showing is Showing.PLAN)
    bench.page.form.git_tag.wanted.setChecked(True)
    live(0.1)
    for area in bench.page.form.findChildren(QScrollArea):
        area.ensureWidgetVisible(bench.page.form.git_tag)


def plan_from(bench: Bench) -> None:
    folder = _with_history(bench)
    bench.page.plan(folder, revision="recommendation@v1.4.0")
    until(lambda: bench.page.showing is Showing.PLAN)


def plan_git(bench: Bench) -> None:
    folder = bench.folder()
    oid = "0123456789abcdef" * 4
    (folder / "embeddings.safetensors").write_text(
        f"version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize 1204000000\n"
    )
    checkout = bench.source.checkouts[folder.resolve()]
    checkout.changed |= {folder / "serve.py", folder / "requirements.txt"}
    checkout.facts = replace(checkout.facts, submodules=(Submodule("shared/features", False),))
    bench.page.plan(folder)
    until(lambda: bench.page.showing is Showing.PLAN)


def revisions(bench: Bench) -> None:
    bench.page.plan(_with_history(bench))
    until(lambda: bench.page.showing is Showing.PLAN)
    dialog = bench.page.choose_revision()
    until(lambda: len(dialog.list.rows()) > 1)


def _with_history(bench: Bench) -> Path:
    folder = bench.folder()
    bench.commit(folder, COMMIT)
    for number in range(1, 9):
        commit = f"{number * 1234567:08x}" * 5
        checkout = bench.commit(folder, commit)
        checkout.tags[f"recommendation@v1.{number}.0"] = commit
        checkout.messages[f"recommendation@v1.{number}.0"] = "Trained on the clicks of a month"
    checkout.tags["recommendation#prod#3"] = commit
    checkout.tags["发布-一个很长的中文标签名称-用于检查是否会被截断-以及它的样子"] = commit
    return folder


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


SCENES = by_name(
    given,
    given_folded,
    history,
    history_few,
    history_none,
    comparison,
    empty,
    recent,
    record,
    looking,
    plan,
    plan_alpine,
    plan_distroless,
    plan_locked,
    locking,
    plan_own,
    plan_ignore,
    plan_sent,
    plan_kept_out,
    plan_findings,
    plan_long_text,
    plan_many_findings,
    plan_keep_out_long,
    plan_own_channels,
    git_tag_refused,
    plan_ignore_findings,
    plan_kinds,
    plan_commit,
    plan_from,
    plan_git,
    revisions,
    plan_serving,
    plan_serving_code,
    plan_changed,
    plan_taken,
    plan_plus,
    built_moved,
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


def take(scene: Scene[Bench], theme: Theme, size: QSize, home: Path, target: Path) -> None:
    """One picture."""
    tasks = TaskRunner()
    bench = Bench(theme, tasks, home)
    bench.page.resize(size)
    bench.page.show()
    scene(bench)
    live(0.6)
    dialog = bench.page.findChild(QDialog)
    (dialog or bench.page).grab().save(str(target))
    tasks.shutdown(10)
    bench.page.close()
    bench.page.deleteLater()


if __name__ == "__main__":
    take_all(SCENES, take, SIZES)
