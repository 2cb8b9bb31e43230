"""Locked requirements: what is asked for, what comes of it, and what a recipe makes of that."""

from dataclasses import replace
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modeldesk.core.errors import Cancelled, FolderError, LockFailed, PackageNotFound
from modeldesk.core.jobs import CancelToken, Job
from modeldesk.core.model_folder.inspect import inspect
from modeldesk.core.model_folder.model import ModelFolder, Requirements
from modeldesk.core.recipes.choice import RecipeChoice
from modeldesk.core.recipes.dockerfile import propose
from modeldesk.core.recipes.kinds import BaseKind
from modeldesk.core.recipes.lock import Lock, changes, said_of, save
from modeldesk.core.recipes.lock_input import lock_input
from modeldesk.core.recipes.platforms import target_for
from modeldesk.core.recipes.service import RecipeService, can_lock
from modeldesk.core.references import Reference
from tests.fakes.package_resolver import FakeResolver
from tests.unit.core.recipes.folders import requirements

SLIM = RecipeChoice("python:3.11-slim")


def made(path: Path, text: str) -> ModelFolder:
    root = path / "model"
    root.mkdir(exist_ok=True)
    (root / "serve.py").write_text("import http.server\n")
    (root / "requirements.txt").write_text(text)
    return inspect(root)


def lock(of: ModelFolder, resolver: FakeResolver, choice: RecipeChoice = SLIM) -> Lock:
    return RecipeService(None, resolver).lock(of, choice, "amd64", Job())


def given_lines(text: str, *packages: str) -> tuple[str, ...]:
    asked = lock_input(requirements(*packages or ("idna",)), lambda _: text)
    return (*asked.options, *asked.requirements)


def test_every_package_has_its_version_and_hash(tmp_path: Path) -> None:
    resolver = FakeResolver()
    resolver.versions = {"scikit-learn": "1.6.0", "numpy": "2.1.0"}
    resolver.needs = {"scikit-learn": ("numpy",)}
    found = lock(made(tmp_path, "scikit-learn>=1.4\n"), resolver)
    assert found.packages == ("scikit-learn==1.6.0", "numpy==2.1.0")
    lines = found.text.splitlines()
    assert lines[0] == "# Locked for Python 3.11 on manylinux_2_36_x86_64."
    assert lines[1] == "numpy==2.1.0 \\"
    assert lines[2].startswith("    --hash=sha256:")
    assert lines[3] == "    # needed by others"
    assert found.path == PurePosixPath("requirements.lock")
    assert found.made_for == "Python 3.11, linux/amd64"


def test_the_recipe_installs_the_lock_and_nothing_else(tmp_path: Path) -> None:
    of = made(tmp_path, "idna\n")
    found = lock(of, FakeResolver())
    recipe = propose(of, replace(SLIM, lock=found))
    assert "COPY requirements.lock ./" in recipe.dockerfile
    assert "--require-hashes -r requirements.lock" in recipe.dockerfile
    assert "requirements.txt" not in recipe.dockerfile
    assert recipe.texts == {"requirements.lock": found.text}
    assert not (tmp_path / "model" / "requirements.lock").exists()


def test_what_has_no_wheel_is_installed_beside(tmp_path: Path) -> None:
    of = made(tmp_path, "annoy == 1.17.3 ; python_version > '3.8'\nidna\n")
    resolver = FakeResolver()
    resolver.missing = {"annoy"}
    found = lock(of, resolver)
    (one,) = found.unlocked
    assert one.requirement.startswith("annoy")
    assert any("Not locked: annoy" in said for said in said_of(found))
    text = propose(of, replace(SLIM, lock=found)).dockerfile
    assert '"install", "--no-cache-dir", "annoy == 1.17.3' in text
    assert "build-essential" in text
    assert "annoy" not in found.text


def test_where_nothing_has_a_wheel_it_fails(tmp_path: Path) -> None:
    resolver = FakeResolver()
    resolver.missing = {"annoy"}
    with pytest.raises(PackageNotFound):
        lock(made(tmp_path, "annoy\n"), resolver)


def test_a_cancel_is_heard(tmp_path: Path) -> None:
    token = CancelToken()
    token.cancel()
    resolver = FakeResolver()
    resolver.go_on.clear()
    with pytest.raises(Cancelled):
        RecipeService(None, resolver).lock(made(tmp_path, "idna\n"), SLIM, "amd64", Job(token))


@pytest.mark.parametrize(
    "line",
    [
        "idna", "idna==3.10", "Scikit_Learn[alldeps] >= 1.0, < 2", "idna (>=3)",
        "torch==2.5.1+cpu", "tomli ; python_version < '3.11'", "numpy~=2.1",
        "a>=1,!=1.5; sys_platform == 'linux' and extra == \"x\"",
    ],
)  # fmt: skip
def test_plain_requirements_are_asked_for(line: str) -> None:
    assert given_lines("", line) == (line,)


@pytest.mark.parametrize(
    "line",
    [
        "x @ git+https://git.lan/x", "x @ https://files.lan/x.whl", "x @ file:///etc/passwd",
        "git+https://git.lan/x", "https://files.lan/x.tar.gz", "idna --no-binary idna",
        "idna ${HOME}", "idna # --index-url x", "idna\n--index-url https://x", "./folder",
        "idna; $(evil)", "-e .",
    ],
)  # fmt: skip
def test_nothing_else_is_given_to_pip(line: str) -> None:
    asked = lock_input(requirements("idna", line), lambda _: "")
    assert asked.requirements == ("idna",)
    assert [one.requirement for one in asked.unlocked] == [line]


@given(st.text(max_size=60))
def test_no_line_is_an_option_or_two(line: str) -> None:
    for one in lock_input(requirements("idna", line), lambda _: "").requirements:
        assert not one.startswith("-")
        assert len(one.splitlines()) == 1
        assert not set("@$/\\#") & set(one)


def test_indexes_are_asked_where_the_folder_says() -> None:
    text = ("--index-url https://index.lan/simple\n--extra-index-url=https://x.lan/cpu\n--pre\n"
            "-i https://third.lan\nidna\n")  # fmt: skip
    assert given_lines(text) == (
        "--index-url https://index.lan/simple",
        "--extra-index-url https://x.lan/cpu",
        "--pre",
        "--index-url https://third.lan",
        "idna",
    )


@pytest.mark.parametrize(
    "option",
    [
        "--index-url http://index.lan", "--index-url file:///etc", "--find-links /etc",
        "--trusted-host x", "--no-binary :all:", "-e .", "--index-url https://${TOKEN}@x.lan",
        "--index-url https://x.lan/$HOME", "-c https://x.lan/c.txt", "--hash=x", "-f x",
        "--index-url https://", "--use-feature=x", "--index-url https://a b",
    ],
)  # fmt: skip
def test_any_other_option_stands_in_the_way(option: str) -> None:
    with pytest.raises(LockFailed, match="option"):
        given_lines(f"{option}\nidna\n")


def test_a_password_of_an_index_is_not_in_the_lock(tmp_path: Path) -> None:
    of = made(tmp_path, "--index-url https://me:s3cret@index.lan/simple\nidna\n")
    resolver = FakeResolver()
    found = lock(of, resolver)
    assert "--index-url https://me:s3cret@index.lan/simple" in resolver.asked[0][0]
    assert "--index-url https://index.lan/simple" in found.text
    assert "s3cret" not in f"{found} {said_of(found)}"
    assert any("password" in said for said in said_of(found))


def test_a_folder_that_is_installed_itself_is_not_locked(tmp_path: Path) -> None:
    of = made(tmp_path, "-e .\nidna\n")
    assert not can_lock(of)
    with pytest.raises(LockFailed, match="folder itself"):
        lock(of, FakeResolver())


def test_without_packages_there_is_nothing_to_lock(tmp_path: Path) -> None:
    of = made(tmp_path, "# nothing\n")
    assert not can_lock(of)
    with pytest.raises(LockFailed):
        lock(of, FakeResolver())


@pytest.mark.parametrize(
    ("base", "architecture", "first"),
    [
        ("python:3.11-slim", "x86_64", "manylinux_2_36_x86_64"),
        ("python:3.12-slim-trixie", "amd64", "manylinux_2_41_x86_64"),
        ("python:3.12-alpine", "arm64", "musllinux_1_2_aarch64"),
        ("nvidia/cuda:12.4.1-cudnn-runtime-ubuntu22.04", "amd64", "manylinux_2_35_x86_64"),
    ],
)
def test_which_wheels_load(base: str, architecture: str, first: str) -> None:
    target = target_for(Reference.parse(base), architecture)
    assert target.platforms[0] == first
    assert ("manylinux2014_x86_64" in target.platforms) is first.endswith("x86_64")


@pytest.mark.parametrize(
    ("base", "architecture"), [("registry.lan/own:1", "amd64"), ("python:3.11-slim", "riscv64")]
)
def test_where_it_is_not_known_nothing_is_locked(base: str, architecture: str) -> None:
    with pytest.raises(LockFailed):
        target_for(Reference.parse(base), architecture)


def test_distroless_is_locked_for_the_stage_that_installs(tmp_path: Path) -> None:
    resolver = FakeResolver()
    lock(made(tmp_path, "idna\n"), resolver, replace(SLIM, kind=BaseKind.DISTROLESS))
    assert resolver.asked[0][1].platforms[0] == "manylinux_2_36_x86_64"


def test_what_changes_is_told(tmp_path: Path) -> None:
    resolver = FakeResolver()
    resolver.needs = {"b": ("c",)}
    own = requirements("a==2", "b>1", "z @ git+https://git.lan/z")
    found = lock(made(tmp_path, "a==2\nb>1\nz @ git+https://git.lan/z\n"), resolver)
    assert changes(own, found) == (
        ("a==2", "a==2"),
        ("b>1", "b==1.0"),
        ("z @ git+https://git.lan/z", ""),
        ("", "c==1.0"),
    )


def test_a_saved_lock_stands_for_the_list_it_was_made_of(tmp_path: Path) -> None:
    of = made(tmp_path, "idna>=3\n")
    found = lock(of, FakeResolver())
    save(of, found)
    again = inspect(of.path)
    assert again.requirements == Requirements(
        PurePosixPath("requirements.lock"), ("idna==1.0",), pinned=True, hashed=True,
        replaces=(PurePosixPath("requirements.txt"),),
    )  # fmt: skip
    text = propose(again, SLIM).dockerfile
    assert "--require-hashes -r requirements.lock" in text
    assert "requirements.txt" not in text
    # A list that has grown since is not left out.
    (of.path / "requirements.txt").write_text("idna>=3\nrequests\n")
    newer = inspect(of.path).requirements
    assert newer is not None
    assert newer.path == PurePosixPath("requirements.txt")


def test_nothing_is_replaced_by_a_saved_lock(tmp_path: Path) -> None:
    of = made(tmp_path, "idna>=3\n")
    found = lock(of, FakeResolver())
    (of.path / "requirements.lock").write_text("mine")
    with pytest.raises(FolderError):
        save(of, found)
    assert (of.path / "requirements.lock").read_text() == "mine"
    # The next one has another name.
    assert lock(of, FakeResolver()).path == PurePosixPath("requirements.modeldesk.lock")


def test_a_line_of_many_blanks_is_read_to_its_end() -> None:
    blanks = " " * 300
    long = f"a{blanks}>=1{blanks},{blanks}<2"
    asked = lock_input(requirements(long, f"a{blanks}!", f"a;{blanks}|"), lambda _: "")
    assert asked.requirements == (long,)
