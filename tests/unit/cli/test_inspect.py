"""`modeldesk inspect`, which asks no engine."""

import argparse
import json
from pathlib import Path

import pytest

from modeldesk.cli.commands import inspect
from modeldesk.cli.session import Session
from modeldesk.composition import Parts
from modeldesk.core.errors import FolderError, SourceControlError
from modeldesk.paths import Paths
from tests.fakes.git_repository import GitRepository
from tests.unit.core.model_folder import crafted
from tests.unit.core.serving.models import sklearn_folder


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return Session(Parts(Paths.under(tmp_path / "home")))


def arguments(*words: Path | str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    inspect.add_arguments(parser)
    return parser.parse_args(list(map(str, words)))


def test_what_was_found_and_why(session: Session, tmp_path: Path) -> None:
    folder = tmp_path / "--privileged; rm -rf"
    folder.mkdir()
    weights = crafted.gguf([((8, 4), 12)], {"general.architecture": "llama"})
    (folder / "m.gguf").write_bytes(weights)
    (folder / "cog.yaml").write_text("build: {python_version: 3.10}\npredict: p.py:P\n")
    (folder / "requirements.txt").write_text("numpy\n")
    answer = inspect.execute(arguments(folder), session)
    text = "\n".join(answer.lines)
    for part in ("predict: p.py:P", "Q4_K_M", "GGUF v3, llama, 1 tensor", "cog.yaml: python_ver"):
        assert part in text
    assert "warning: 1 package has no exact version (numpy)" in text
    told = json.loads(json.dumps(answer.json))
    assert told["recognised"] == [
        {"what": "Cog", "path": "cog.yaml", "evidence": "predict: p.py:P"}
    ]
    assert told["weights"][0]["parameters"] == told["parameters"] == 32
    assert told["python"]["version"] == "3.10"
    assert (told["gpu"]["needed"], told["gpu"]["evidence"]) == (False, "GGUF")
    assert told["requirements"]["pinned"] is False


def test_what_a_build_would_send_and_what_had_better_stay(session: Session, tmp_path: Path) -> None:
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys/server.pem").write_text("hush-hush")
    (tmp_path / "serve.py").write_text("import http.server\n")
    proposed = inspect.execute(arguments(tmp_path), session)
    assert json.loads(json.dumps(proposed.json))["sent"]["unwanted"] == []
    (tmp_path / "Dockerfile").write_text("FROM x\n")
    answer = inspect.execute(arguments(tmp_path), session)
    sent = json.loads(json.dumps(answer.json))["sent"]
    assert sent["folders"] == [
        {"path": "", "files": 2, "size_bytes": 26},
        {"path": "keys", "files": 1, "size_bytes": 9},
    ]
    assert [one["path"] for one in sent["largest"]] == ["serve.py", "keys/server.pem", "Dockerfile"]
    (unwanted,) = sent["unwanted"]
    assert (unwanted["why"], unwanted["rule"]) == ("secret", "**/*.pem")
    text = "\n".join(answer.lines)
    assert "SENT AT MOST" in text
    assert "up to 9 B would be sent; keep it out by the line **/*.pem" in text
    assert "hush-hush" not in text + json.dumps(answer.json)


@pytest.mark.parametrize(
    ("text", "said"),
    [("numpy\n", "1 package, not all pinned"), ("a==1\nb==2\n", "2 packages, pinned")],
)
def test_packages_are_counted(session: Session, tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "serve.py").write_text("import http.server\n")
    (tmp_path / "requirements.txt").write_text(text)
    answer = inspect.execute(arguments(tmp_path), session)
    assert any(f"  {said}  " in line for line in answer.lines)


def test_a_folder_that_is_not_there(session: Session, tmp_path: Path) -> None:
    with pytest.raises(FolderError, match="not there"):
        inspect.execute(arguments(tmp_path / "gone"), session)


def test_a_server_that_would_be_generated_is_said(session: Session, tmp_path: Path) -> None:
    answer = inspect.execute(arguments(sklearn_folder(tmp_path)), session)
    assert any("a small server is proposed" in line for line in answer.lines)
    told = json.loads(json.dumps(answer.json))
    assert told["app"]["path"] == "modeldesk_server/serve.py"
    names = ("model.json", "requirements.txt", "serve.py", "server.py")
    assert told["generated"] == [f"modeldesk_server/{name}" for name in names]


def test_git_is_told_with_the_files_that_would_enter_the_image(
    session: Session, tmp_path: Path
) -> None:
    repository = GitRepository(tmp_path / "repository", commit=False)
    commit = repository.commit({"rec/model.onnx": "x", "rec/.dockerignore": "*.log\n"})
    repository.git("tag", "-a", "-m", "First", "rec@v1.0.0")
    repository.git("tag", "other")
    repository.write({"rec/a.log": "log", "rec/model.onnx": "y"})
    answer = inspect.execute(arguments(repository.root / "rec", "--git-tags", "rec*"), session)
    text = "\n".join(answer.lines)
    assert f"main @ {commit[:8]}, with changes" in text
    assert "in rec of the repository" in text
    assert "enters the image, which is marked -dirty: model.onnx" in text
    assert "version v1.0.0 of rec" in text
    git = json.loads(json.dumps(answer.json))["git"]
    assert (git["dirty"], git["changed"], git["below"]) == (True, ["model.onnx"], "rec")
    assert git["tags"] == ["other", "rec@v1.0.0"]
    (tag,) = git["found_tags"]
    assert (tag["tag"], tag["commit"]) == ("rec@v1.0.0", commit)
    assert tag["gto"] == {"act": "version", "model": "rec", "value": "v1.0.0", "number": 0}


def test_outside_of_git_there_is_nothing_to_tell(session: Session, tmp_path: Path) -> None:
    folder = tmp_path / "plain"
    folder.mkdir()
    (folder / "model.onnx").write_text("x")
    answer = inspect.execute(arguments(folder), session)
    assert json.loads(json.dumps(answer.json))["git"] is None
    with pytest.raises(SourceControlError, match="no git repository"):
        inspect.execute(arguments(folder, "--git-tags"), session)


def test_a_repository_that_git_refuses_is_a_warning(session: Session, tmp_path: Path) -> None:
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / ".git").write_text("gitdir: /nowhere\n")
    answer = inspect.execute(arguments(tmp_path / "m"), session)
    assert any("can’t read the repository" in line for line in answer.lines)


def test_pointers_of_lfs_are_told(session: Session, tmp_path: Path) -> None:
    folder = tmp_path / "m"
    folder.mkdir()
    oid = "0" * 64
    (folder / "model.onnx").write_text(
        f"version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize 2000000\n"
    )
    answer = inspect.execute(arguments(folder), session)
    told = json.loads(json.dumps(answer.json))
    assert told["lfs_pointers"] == [{"path": "model.onnx", "size_bytes": 2_000_000}]
    assert any(line.startswith("problem: model.onnx is a pointer") for line in answer.lines)
