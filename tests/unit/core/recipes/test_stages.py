"""Every combination of stages, builder and base image."""

import itertools
import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modeldesk.core.dockerfile.model import Instruction
from modeldesk.core.dockerfile.read import read
from modeldesk.core.dockerfile.steps import base_image
from modeldesk.core.errors import InvalidReference
from modeldesk.core.jobs import CancelToken
from modeldesk.core.lint.service import Linter
from modeldesk.core.model_folder.listing import Listing
from modeldesk.core.model_folder.model import FileEntry, GpuNeed, ModelFolder, PythonVersion
from modeldesk.core.recipes.choice import Form, RecipeChoice, Stages, form_for, single_only
from modeldesk.core.recipes.dockerfile import propose
from tests.unit.core.recipes.folders import LARGE, folder, requirements

SLIM = "python:3.11-slim"
DISTROLESS = "gcr.io/distroless/python3-debian12:nonroot"
CUDA = "nvidia/cuda:12.6.3-cudnn-runtime-ubuntu24.04"
BASES = (SLIM, "python:3.12-alpine", f"registry.lan:5000/team/python@sha256:{'0' * 64}",
         DISTROLESS, CUDA)  # fmt: skip
FOLDERS = {
    "wheels": folder("numpy==2.1.0"),
    "compiled": folder("annoy==1.17.3", "x @ git+https://git.lan/x"),
    "listed": folder(
        requirements=requirements("numpy==2.1.0", path="pyproject.toml"),
    ),
    "loose": folder(
        requirements=replace(requirements("numpy", path="pyproject.toml"), pinned=False),
    ),
    "system": folder("numpy==2.1.0", system_packages=("ffmpeg", "libgl1=1.7.0-1+b1")),
    "nothing": folder(),
    "itself": folder(requirements=requirements("numpy==2.1.0", needs_folder=True)),
    "nested": folder("numpy==2.1.0", files=(
        FileEntry("app/main.py", 1), FileEntry("app/parts/rank.py", 1),
        FileEntry("m.safetensors", LARGE), FileEntry("requirements.txt", 1),
        FileEntry("serve.py", 1))),
    "locked": folder("numpy", "annoy", requirements=requirements(
        "numpy==2.1.0", path="requirements.lock", hashed=True, unhashed=("annoy",),
        replaces=(PurePosixPath("requirements.txt"),))),
}  # fmt: skip
NAMES = {SLIM: "slim", BASES[1]: "alpine", BASES[2]: "digest", DISTROLESS: "distroless",
         CUDA: "cuda"}  # fmt: skip
COMBINATIONS = list(itertools.product(Stages, Form, BASES, FOLDERS, (False, True)))
combinations = pytest.mark.parametrize(
    ("stages", "form", "base", "kind", "same"),
    COMBINATIONS,
    ids=[f"{s.value}-{f.value}-{NAMES[b]}-{kind}{'-same' if same else ''}"
         for s, f, b, kind, same in COMBINATIONS],
)  # fmt: skip
KNOWN = {"FROM", "ENV", "WORKDIR", "RUN", "COPY", "USER", "EXPOSE", "HEALTHCHECK", "STOPSIGNAL",
         "CMD", "ENTRYPOINT"}  # fmt: skip


def made(
    of: ModelFolder, stages: Stages | None, form: Form = Form.CLASSIC, base: str = SLIM
) -> tuple[Instruction, ...]:
    return read(propose(of, RecipeChoice(base, stages, form)).dockerfile).instructions


def last_stage(found: tuple[Instruction, ...]) -> list[str]:
    start = max(number for number, one in enumerate(found) if one.word == "FROM")
    return [f"{one.word} {one.rest}" for one in found[start:]]


def runs(found: tuple[Instruction, ...]) -> list[str]:
    return [one.rest for one in found if one.word == "RUN"]


@combinations
def test_what_holds_for_every_dockerfile(
    stages: Stages, form: Form, base: str, kind: str, same: bool
) -> None:
    recipe = propose(FOLDERS[kind], RecipeChoice(base, stages, form, reproducible=same))
    text = recipe.dockerfile
    found = read(text).instructions
    final = last_stage(found)
    assert {one.word for one in found} <= KNOWN
    # All stages stand on the images that are told, and the last one's is in the labels.
    assert base_image(text) == base == str(recipe.bases[0])
    assert {one.rest.split()[0] for one in found if one.word == "FROM"} <= {
        *map(str, recipe.bases), "base", "builder", "scratch",
    }  # fmt: skip
    user = "USER 65532" if base == DISTROLESS else "USER 10001"
    assert final.count(user) == 1
    for word in ("EXPOSE ", "HEALTHCHECK ", "STOPSIGNAL ", 'CMD ["python", "serve.py"]'):
        assert any(line.startswith(word) for line in final), word
    # What the oldest builder that is known does not know.
    assert "--link" not in text
    assert "<<" not in text
    assert not text.startswith("# syntax")
    mounts = [line for line in runs(found) if "--mount" in line]
    pips = [line for line in runs(found) if "pip" in line and "-m venv" not in line]
    assert mounts == (pips if form is Form.BUILDKIT else [])
    assert all(("--no-cache-dir" in line) is (form is Form.CLASSIC) for line in pips)
    assert len(pips) == {"nothing": 0, "locked": 2}.get(kind, 1)


@combinations
def test_the_last_stage(stages: Stages, form: Form, base: str, kind: str, same: bool) -> None:
    text = propose(FOLDERS[kind], RecipeChoice(base, stages, form, reproducible=same)).dockerfile
    final = last_stage(read(text).instructions)
    marks = ("/opt/venv /opt/venv", "m.safetensors", "serve.py ./")
    order = [at for mark in marks for at, line in enumerate(final) if mark in line]
    assert order == sorted(order)
    assert ("alpine" in base) is ("apk add" in text or "adduser -D" in text)
    assert not ("alpine" in base and "apt-get" in text)
    if base == DISTROLESS:
        assert not [line for line in final if line.startswith("RUN")]
    if same:
        # Everything that is copied was made ready before, and nothing else leaves its time.
        assert all(line.startswith("COPY --from") for line in final if line.startswith("COPY"))
        assert all("apt-get" in line or "apk add" in line
                   for line in final if line.startswith("RUN"))  # fmt: skip
    assert (base in (DISTROLESS, CUDA)) is ("ENTRYPOINT []" in final)


def test_hadolint_has_nothing_to_say(tmp_path: Path) -> None:
    """About any combination; all in one go, as starting it takes the most of the time."""
    beside = str(Path(sys.executable).parent)
    program = shutil.which("hadolint", path=os.pathsep.join((beside, os.environ["PATH"])))
    if program is None:
        pytest.skip("hadolint is neither in the environment nor on the PATH")
    texts = {
        propose(FOLDERS[kind], RecipeChoice(base, stages, form, reproducible=same)).dockerfile
        for stages, form, base, kind, same in COMBINATIONS
    }
    names = [f"{number}.Dockerfile" for number, _ in enumerate(texts)]
    for name, text in zip(names, texts, strict=True):
        (tmp_path / name).write_text(text)
    done = subprocess.run(
        [program, *names], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.returncode) == ("", 0)


@combinations
def test_our_own_rules_have_nothing_to_say(
    stages: Stages, form: Form, base: str, kind: str, same: bool
) -> None:
    recipe = propose(FOLDERS[kind], RecipeChoice(base, stages, form, reproducible=same))
    asked = FOLDERS[kind].requirements
    generated = {*recipe.texts, *((str(asked.path),) if asked is not None else ())}
    folder = Listing(Path("/m"), FOLDERS[kind].files, frozenset(generated))
    lint = Linter().dockerfile(recipe.dockerfile, CancelToken(), folder, recipe.dockerignore)
    assert lint.findings == ()
    ignore = Linter().dockerignore(recipe.dockerignore, CancelToken(), folder, recipe.dockerfile)
    assert ignore.findings == ()


@pytest.mark.parametrize("form", list(Form))
def test_code_is_put_together_in_a_stage_of_its_own(form: Form) -> None:
    found = made(FOLDERS["nested"], Stages.MULTI, form=form)
    begin = next(at for at, one in enumerate(found) if one.rest == "scratch AS code")
    copies = [one.rest for one in found[begin + 1 : begin + 3]]
    assert copies == ["serve.py /code/app/", "app/ /code/app/app/"]
    code = [line for line in last_stage(found) if line.startswith("COPY --from=code")]
    assert code == ["COPY --from=code /code/ /"]
    # One stage stays one.
    single = made(FOLDERS["nested"], Stages.SINGLE, form=form)
    assert [one.word for one in single].count("FROM") == 1


def test_several_stages_leave_behind_what_installing_needs() -> None:
    found = made(FOLDERS["compiled"], Stages.MULTI)
    final = "\n".join(last_stage(found))
    assert [one.rest for one in found if one.word == "FROM"] == [
        f"{SLIM} AS base",
        "base AS builder",
        "scratch AS code",
        "base AS final",
    ]
    assert any("build-essential git" in line for line in runs(found))
    assert "COPY --from=builder /opt/venv /opt/venv" in final
    assert "ENV PATH=/opt/venv/bin:$PATH" in final
    assert "requirements.txt" not in final
    assert "build-essential" not in final


def test_in_one_stage_they_stay() -> None:
    found = made(FOLDERS["compiled"], Stages.SINGLE)
    assert len([one for one in found if one.word == "FROM"]) == 1
    assert any("libgomp1 build-essential git" in line for line in runs(found))


def test_what_the_model_runs_with_is_in_the_last_stage_too() -> None:
    """The stage that both stand on has it."""
    found = made(FOLDERS["system"], Stages.MULTI)
    second = [number for number, one in enumerate(found) if one.word == "FROM"][1]
    assert any("ffmpeg libgl1=1.7.0-1+b1" in line for line in runs(found[:second]))


def test_on_alpine_the_threads_of_lightgbm_have_their_name_there() -> None:
    folder = replace(FOLDERS["wheels"], system_packages=("libgomp1", "ffmpeg"))
    found = made(folder, Stages.MULTI, base="python:3.12-alpine")
    assert runs(found)[0] == "apk add --no-cache libgomp ffmpeg libstdc++"


def test_on_alpine_there_is_a_compiler_to_install_with() -> None:
    found = made(FOLDERS["wheels"], Stages.MULTI, base="python:3.12-alpine")
    assert runs(found)[:2] == [
        "apk add --no-cache libgomp libstdc++",
        "apk add --no-cache build-base",
    ]


@pytest.mark.parametrize(
    ("kind", "stages"),
    [("wheels", Stages.MULTI), ("listed", Stages.MULTI), ("nothing", Stages.SINGLE),
     ("itself", Stages.SINGLE)],
)  # fmt: skip
def test_several_stages_are_proposed_where_packages_are_installed(
    kind: str, stages: Stages
) -> None:
    assert propose(FOLDERS[kind], RecipeChoice(SLIM)).stages is stages


@pytest.mark.parametrize(("kind", "why"), [("nothing", "No package"), ("itself", "installed as a")])
def test_where_one_stage_is_all_that_makes_sense_it_is_said(kind: str, why: str) -> None:
    assert why in single_only(FOLDERS[kind])
    assert propose(FOLDERS[kind], RecipeChoice(SLIM, Stages.MULTI)).stages is Stages.SINGLE


def test_the_form_is_the_builders() -> None:
    assert form_for(True) is Form.BUILDKIT
    assert form_for(False) is Form.CLASSIC


# No text of a folder says anything to the builder.

anything = st.text(st.characters(codec=None), max_size=40)
hostile = st.one_of(
    anything,
    st.sampled_from(
        ["x\nUSER root", "x\r\nRUN evil", "a; rm -rf /", "$(evil)", "`evil`", "--evil", "x \\\n",
         "x\u2028USER root", "'\"", "# escape=`", "<<EOF", "a\0b"]
    ),
)  # fmt: skip


@given(
    st.lists(hostile, min_size=1, max_size=4),
    st.lists(hostile, max_size=4),
    st.tuples(hostile, hostile, hostile),
    st.dictionaries(hostile, hostile, max_size=3),
    st.sampled_from(list(itertools.product(Stages, Form, BASES))),
    st.booleans(),
)
def test_nothing_in_a_folder_adds_an_instruction(
    packages: list[str],
    system: list[str],
    words: tuple[str, str, str],
    labels: dict[str, str],
    how: tuple[Stages, Form, str],
    same: bool,
) -> None:
    path, version, evidence = words
    where = PurePosixPath(path or "x")
    stages, form, base = how
    of = folder(
        requirements=requirements(*packages, path="pyproject.toml"),
        system_packages=tuple(system),
        python=PythonVersion(version, where, evidence),
        gpu=GpuNeed(True, where, evidence),
        metadata=labels,
        dataset_version=evidence,
        framework=version,
    )
    choice = RecipeChoice(base, stages, form, reproducible=same)
    text = propose(of, choice).dockerfile
    plain = folder(requirements=requirements("x", path="pyproject.toml"), system_packages=("x",))
    found = _words(propose(plain, choice).dockerfile)
    # One RUN more or less: system packages are installed where there are any, tools likewise.
    assert set(_words(text)) <= set(found)
    assert abs(len(_words(text)) - len(found)) <= 2
    for line in text.split("\n"):
        if line.startswith("RUN apt-get") or "apt-get install" in line or "apk add" in line:
            assert not set(line.removesuffix("\\")) & set(";$`\"'<>|\\\r")
        if '["pip"' in line:
            written = json.loads(line[line.index("[") :])
            assert written[-len(packages) :] == packages


@given(hostile.filter(lambda name: "/" not in name and name not in ("", ".", "..")), st.data())
def test_no_name_of_a_requirements_file_is_read_by_a_shell(name: str, data: st.DataObject) -> None:
    stages, form = data.draw(st.sampled_from(list(itertools.product(Stages, Form))))
    path = f"{name}.txt"
    of = folder(
        requirements=requirements("x==1", path=path),
        files=(FileEntry(path, 1), FileEntry("serve.py", 1)),
    )
    text = propose(of, RecipeChoice(SLIM, stages, form)).dockerfile
    assert "USER root" not in _words(text)
    install = next(line for line in text.split("\n") if line.startswith("RUN") and "-r" in line)
    if "[" in install:
        assert json.loads(install[install.index("[") :])[-1] == path
    else:
        assert not set(path) & set(" ;$`\"'<>|&\\\n\r")


@given(hostile)
def test_a_base_image_is_a_name_or_refused(name: str) -> None:
    try:
        text = propose(folder("x==1"), RecipeChoice(name)).dockerfile
    except InvalidReference:
        return
    first = text.split("\n")[0]
    assert first == f"FROM {first.split()[1]} AS base"
    assert "\nUSER root" not in text


def _words(text: str) -> list[str]:
    """What begins each line that a builder would take for an instruction."""
    lines = text.replace("\\\n", " ").split("\n")
    return [line.split(" ")[0] for line in lines if line and not line.startswith("#")]
