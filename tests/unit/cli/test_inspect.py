"""`modeldesk inspect`, which asks no engine."""

import argparse
import json
from pathlib import Path

import pytest

from modeldesk.cli.commands import inspect
from modeldesk.cli.session import Session
from modeldesk.composition import Parts
from modeldesk.core.errors import FolderError
from modeldesk.paths import Paths
from tests.unit.core.model_folder import crafted
from tests.unit.core.serving.models import sklearn_folder


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return Session(Parts(Paths.under(tmp_path / "home")))


def test_what_was_found_and_why(session: Session, tmp_path: Path) -> None:
    folder = tmp_path / "--privileged; rm -rf"
    folder.mkdir()
    weights = crafted.gguf([((8, 4), 12)], {"general.architecture": "llama"})
    (folder / "m.gguf").write_bytes(weights)
    (folder / "cog.yaml").write_text("build: {python_version: 3.10}\npredict: p.py:P\n")
    (folder / "requirements.txt").write_text("numpy\n")
    answer = inspect.execute(argparse.Namespace(folder=folder), session)
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


def test_a_folder_that_is_not_there(session: Session, tmp_path: Path) -> None:
    with pytest.raises(FolderError, match="not there"):
        inspect.execute(argparse.Namespace(folder=tmp_path / "gone"), session)


def test_a_server_that_would_be_generated_is_said(session: Session, tmp_path: Path) -> None:
    answer = inspect.execute(argparse.Namespace(folder=sklearn_folder(tmp_path)), session)
    assert any("a small server is proposed" in line for line in answer.lines)
    told = json.loads(json.dumps(answer.json))
    assert told["app"]["path"] == "modeldesk_server/serve.py"
    names = ("model.json", "requirements.txt", "serve.py", "server.py")
    assert told["generated"] == [f"modeldesk_server/{name}" for name in names]
