import json
import shutil
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modeldesk.core.errors import InvalidReference
from modeldesk.core.ids import ModelName
from modeldesk.core.model_folder.inspect import inspect
from modeldesk.core.model_folder.model import FileEntry, ModelFolder, WeightFile
from modeldesk.core.recipes.choice import RecipeChoice, Stages
from modeldesk.core.recipes.copies import Copy, plan_copies
from modeldesk.core.recipes.dockerfile import Recipe, propose

SAMPLE = Path(__file__).parents[4] / "resources" / "sample_model"
BASE = "python:3.11-slim"
SERVER = "import http.server\n"
LARGE = 20_000_000
SAMPLE_DOCKERFILE = """\
FROM python:3.11-slim

ENV PYTHONDONTWRITEBYTECODE=1 \\
    PYTHONUNBUFFERED=1

RUN useradd -l --uid 10001 --create-home app

WORKDIR /app

# Weights, apart from the code: either can change alone.
COPY digits.safetensors ./

COPY example_request.json metrics.json serve.py ./

USER 10001

EXPOSE 5000

HEALTHCHECK --interval=2s --timeout=3s --start-period=60s --retries=3 \\
    CMD ["python", "serve.py", "--ping"]

STOPSIGNAL SIGTERM

CMD ["python", "serve.py"]
"""


def recipe(root: Path, files: dict[str, str], base: str = BASE) -> Recipe:
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return propose(inspect(root), RecipeChoice(base, Stages.SINGLE))


def made(*files: FileEntry, weights: tuple[WeightFile, ...] = ()) -> ModelFolder:
    return ModelFolder(Path("/m"), ModelName("m"), files=files, weights=weights)


def weight(path: str, size: int = LARGE) -> WeightFile:
    return WeightFile(PurePosixPath(path), size, "safetensors")


def copies(dockerfile: str) -> list[str]:
    return [line for line in dockerfile.splitlines() if line.startswith("COPY")]


def test_the_sample_model(tmp_path: Path) -> None:
    ignored = shutil.ignore_patterns(".*", "__pycache__")
    proposed = propose(
        inspect(Path(shutil.copytree(SAMPLE, tmp_path / "digits", ignore=ignored))),
        RecipeChoice(BASE),
    )
    assert proposed.dockerfile == SAMPLE_DOCKERFILE
    assert proposed.notes == (
        "requirements.txt names no package, so nothing is installed.",
        "Not needed to serve, so neither sent nor copied: train.py, README.md.",
    )
    # What is kept out is told in full, these two as well.
    assert [one.pattern for one in proposed.kept_out] == ["train.py", "README.md"]
    lines = proposed.dockerignore.splitlines()
    assert {"**/.env*", "**/.git", "train.py", "README.md", "data"} <= set(lines)


def test_dependencies_come_before_weights_before_code(tmp_path: Path) -> None:
    (tmp_path / "model.gguf").write_bytes(b"GGUF")
    proposed = recipe(tmp_path, {"serve.py": SERVER, "requirements.txt": "numpy==2.1.0\n"})
    lines = [line for line in proposed.dockerfile.splitlines() if line[:4] in ("COPY", "RUN ")]
    assert lines == [
        "RUN useradd -l --uid 10001 --create-home app",
        "COPY requirements.txt ./",
        "RUN pip install --no-cache-dir -r requirements.txt",
        "COPY model.gguf ./",
        "COPY serve.py ./",
    ]


def test_a_package_of_the_folder_is_installed_after_its_code(tmp_path: Path) -> None:
    text = recipe(tmp_path, {"serve.py": SERVER, "requirements.txt": "-e .\n"}).dockerfile
    assert text.index("COPY requirements.txt serve.py ./") < text.index("RUN pip install")


def test_packages_of_pyproject_are_named(tmp_path: Path) -> None:
    project = "[project]\ndependencies = ['numpy==1', \"evil==1\\n'\\nUSER root\"]"
    text = recipe(tmp_path, {"serve.py": SERVER, "pyproject.toml": project}).dockerfile
    install = next(line for line in text.splitlines() if "pip" in line)
    assert json.loads(install.removeprefix("RUN ")) == [
        "pip", "install", "--no-cache-dir", "numpy==1", "evil==1\n'\nUSER root",
    ]  # fmt: skip
    assert "\nUSER root" not in text


def test_a_program_without_requirements_is_said(tmp_path: Path) -> None:
    app = "from flask import Flask\napp = Flask('x')\n"
    proposed = recipe(tmp_path, {"app.py": app})
    assert any("no requirements.txt" in note for note in proposed.notes)
    assert "RUN pip" not in proposed.dockerfile


def test_a_folder_without_a_program_is_said(tmp_path: Path) -> None:
    proposed = recipe(tmp_path, {"requirements.txt": "numpy==1"})
    assert any("still to be written" in note for note in proposed.notes)
    assert 'CMD ["python", "serve.py"]' in proposed.dockerfile


def test_health_is_asked_by_path_else_by_connection(tmp_path: Path) -> None:
    known = recipe(tmp_path / "a", {"serve.py": SERVER + "PATH = '/healthz'\n"}).dockerfile
    assert "c.request('GET', '/healthz')" in known
    unknown = recipe(tmp_path / "b", {"serve.py": SERVER}).dockerfile
    assert "create_connection(('127.0.0.1', 5000), 2)" in unknown


def test_a_heavy_program_is_not_started_to_be_asked_for_its_health(tmp_path: Path) -> None:
    app = SERVER + "import torch, sys\nif '--ping' in sys.argv: ...\nPATH = '/health'\n"
    text = recipe(tmp_path, {"serve.py": app, "requirements.txt": "torch==2.5.0"}).dockerfile
    assert "--ping" not in text


def test_other_base_images(tmp_path: Path) -> None:
    files = {"serve.py": SERVER}
    assert "adduser -D -u 10001 app" in recipe(tmp_path, files, "python:3.12-alpine").dockerfile
    assert any("Python is expected" in n for n in recipe(tmp_path, files, "debian:12").notes)
    assert any("changes over time" in n for n in recipe(tmp_path, files, "python").notes)
    with pytest.raises(InvalidReference):
        recipe(tmp_path, files, "python:3.11\nRUN evil")


def test_the_own_dockerignore_is_left_alone(tmp_path: Path) -> None:
    proposed = recipe(tmp_path, {"serve.py": SERVER, ".dockerignore": "x"})
    assert proposed.dockerignore == ""
    assert proposed.kept_out == ()


def test_what_stays_out_is_said_with_its_size(tmp_path: Path) -> None:
    proposed = recipe(tmp_path, {"serve.py": SERVER, ".git/x": "12345", "mlruns/a": "1"})
    assert [(kept.pattern, kept.size_bytes) for kept in proposed.kept_out] == [
        ("**/.git", 5),
        ("mlruns/", 1),
    ]


def test_files_that_only_their_owner_reads_are_given_to_the_user(tmp_path: Path) -> None:
    (tmp_path / "serve.py").write_text(SERVER)
    (tmp_path / "serve.py").chmod(0o600)
    assert "COPY --chown=10001:10001 serve.py ./" in recipe(tmp_path, {}).dockerfile


def test_a_training_program_that_is_imported_stays(tmp_path: Path) -> None:
    text = recipe(tmp_path, {"serve.py": SERVER + "from train import net\n", "train.py": ""})
    assert "COPY serve.py train.py ./" in text.dockerfile


def test_each_large_weight_has_its_layer_and_small_ones_share() -> None:
    weights = (weight("a.bin"), weight("w/b.bin"), weight("w/c.bin", 10), weight("w/d.bin", 10))
    files = [FileEntry(str(w.path), w.size_bytes) for w in weights]
    plan = plan_copies(made(*files, FileEntry("w/config.json", 1), weights=weights), ())
    assert [copy.instruction() for copy in plan.weights] == [
        "COPY a.bin ./",
        "COPY w/b.bin ./w/",
        "COPY w/c.bin w/d.bin ./w/",
    ]
    assert [copy.instruction() for copy in plan.code] == ["COPY w/config.json ./w/"]


def test_folders_are_copied_whole_where_nothing_in_them_is_apart() -> None:
    files = [FileEntry(name, 1) for name in ("a/b/c.py", "a/d.py", "w/x/y.py", "w/m.bin", "z.py")]
    plan = plan_copies(made(*files, weights=(weight("w/m.bin"),)), ())
    assert [copy.instruction() for copy in plan.code] == [
        "COPY z.py ./",
        "COPY a/ ./a/",
        "COPY w/x/ ./w/x/",
    ]


def test_a_saved_model_is_copied_as_a_folder() -> None:
    files = [FileEntry("m/saved_model.pb", 1), FileEntry("m/variables/variables.index", 1)]
    plan = plan_copies(made(*files, weights=(weight("m"),)), ())
    assert [copy.instruction() for copy in plan.weights] == ["COPY m/ ./m/"]
    assert plan.code == ()


def test_a_folder_of_too_many_parts_is_copied_whole() -> None:
    plan = plan_copies(made(*(FileEntry(f"d{n}/x", 1) for n in range(200))), ())
    assert plan.everything
    assert [copy.instruction() for copy in plan.code] == ["COPY . ./"]


def test_a_folder_whose_name_can_not_be_written_is_left_out() -> None:
    plan = plan_copies(made(FileEntry("$HOME/x", 1), FileEntry("a.py", 1)), ())
    assert plan.left_out == ("$HOME/",)
    assert [copy.instruction() for copy in plan.code] == ["COPY a.py ./"]


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("plain.txt", "COPY plain.txt ./"),
        ("a b.txt", 'COPY ["a b.txt", "./"]'),
        ("--from=x", "COPY ./--from=x ./"),
        ("#x", 'COPY ["./#x", "./"]'),
        ("e\u0301te\u0301", 'COPY ["e\u0301te\u0301", "./"]'),
        ("数据.json", 'COPY ["数据.json", "./"]'),
        ("a\nUSER root", 'COPY ["a?USER root", "./"]'),
        ("$HOME", 'COPY ["?HOME", "./"]'),
        ("q'u\"o\\te[*]", 'COPY ["q?u?o?te???", "./"]'),
        ("<<EOF", 'COPY ["??EOF", "./"]'),
        ("bad\udcff", 'COPY ["bad?", "./"]'),
    ],
)
def test_names_are_written_harmlessly(name: str, line: str) -> None:
    assert Copy((name,), "./").instruction() == line


@given(st.lists(st.text(st.characters(codec=None), min_size=1), min_size=1, max_size=5))
def test_no_name_says_anything_to_the_builder(names: list[str]) -> None:
    line = Copy(tuple(names), "./").instruction()
    assert len(line.splitlines()) == 1
    line.encode()
    assert not set(line) & set("$`'\\<*")
    if "[" in line:
        assert len(json.loads(line.removeprefix("COPY "))) == len(names) + 1


file_name = st.text(st.characters(codec=None, exclude_characters="/\0"), min_size=1, max_size=20)


@given(st.lists(st.lists(file_name, min_size=1, max_size=3), max_size=8), st.data())
def test_any_folder_gives_a_dockerfile_of_known_instructions(
    paths: list[list[str]], data: st.DataObject
) -> None:
    names = sorted({"/".join(parts) for parts in paths if not {".", ".."} & set(parts)})
    heavy = data.draw(st.sets(st.sampled_from(names))) if names else set()
    folder = made(
        *(FileEntry(name, 1) for name in names), weights=tuple(map(weight, sorted(heavy)))
    )
    text = propose(folder, RecipeChoice(BASE)).dockerfile
    text.encode()
    starts = {line.split(" ")[0] for line in text.splitlines() if line and line[0] not in " #"}
    assert starts <= {"FROM", "ENV", "WORKDIR", "RUN", "COPY", "USER", "EXPOSE", "HEALTHCHECK",
                      "STOPSIGNAL", "CMD"}  # fmt: skip
    assert sum(line.startswith("RUN") for line in text.splitlines()) == 1
