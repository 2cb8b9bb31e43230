"""`modeldesk lint`, which asks no engine."""

import argparse
import json
from pathlib import Path
from typing import Any

import pytest

from modeldesk.cli.commands import lint
from modeldesk.cli.exit_codes import ExitCode
from modeldesk.cli.parser import read_arguments
from modeldesk.cli.session import Session
from modeldesk.composition import Parts
from modeldesk.core.errors import FolderError, InvalidInput
from modeldesk.paths import Paths

NAIVE = "FROM python:3.11-slim\nWORKDIR /app\nCOPY gone.py ./\nUSER a\nCMD python serve.py\n"


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return Session(Parts(Paths.under(tmp_path / "home")))


def asked(*words: str) -> argparse.Namespace:
    return read_arguments(["lint", "--no-hadolint", *words]).arguments


def told(json_of: object) -> Any:
    return json.loads(json.dumps(json_of))


def test_a_dockerfile_is_checked_by_itself(session: Session, tmp_path: Path) -> None:
    file = tmp_path / "Dockerfile.gpu"
    file.write_text(NAIVE)
    answer = lint.execute(asked(str(file)), session)
    assert answer.exit_code is ExitCode.FINDINGS
    assert answer.lines[-1] == "1 warning, 1 note"
    assert f"{file}:5:1: warning: CMD is not a list" in "\n".join(answer.lines)
    document = told(answer.json)
    assert (document["kind"], document["context"], document["more"]) == ("dockerfile", None, False)
    (note, warning) = document["findings"]
    assert (note["rule"], note["severity"], note["fix"]) == ("no-healthcheck", "info", None)
    assert (warning["source"], warning["same_as"]) == ("modeldesk", ["DL3025"])
    assert warning["fix"]["edits"] == [
        {"line": 5, "column": 5, "end_line": 5, "end_column": 20, "text": '["python", "serve.py"]'}
    ]


def test_a_folder_is_looked_into(session: Session, tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text(NAIVE)
    (tmp_path / "serve.py").write_text("")
    for arguments in (asked(str(tmp_path)),
                      asked(str(tmp_path / "Dockerfile"), "--context", str(tmp_path))):  # fmt: skip
        rules = [one["rule"] for one in told(lint.execute(arguments, session).json)["findings"]]
        assert rules == ["no-healthcheck", "copy-missing", "command-not-json"]


def test_an_ignore_file_is_held_against_its_folder(session: Session, tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM a\nCOPY serve.py /\n")
    (tmp_path / "serve.py").write_text("12345")
    (tmp_path / ".dockerignore").write_text("*.py\nDockerfile\n")
    answer = lint.execute(asked(str(tmp_path / ".dockerignore")), session)
    document = told(answer.json)
    assert [one["rule"] for one in document["findings"]] == ["ignore-keeps-source"]
    assert document["context"]["kept_out"][0] == {
        "line": 2, "pattern": "Dockerfile", "files": 1, "bytes": 23,
    }  # fmt: skip
    assert "Keeps 2 files out (28 B)." in answer.lines
    # A Dockerfile with rules of its own is held against those.
    (tmp_path / "a.dockerignore").write_text("x/y\n")
    (tmp_path / "a").write_text("FROM a\nCOPY x/y /\n")
    document = told(lint.execute(asked(str(tmp_path / "a.dockerignore")), session).json)
    assert [one["rule"] for one in document["findings"]] == []


@pytest.mark.parametrize(
    ("level", "text", "code"),
    [
        ("error", NAIVE, ExitCode.DONE),
        ("error", "RUN x\n", ExitCode.FINDINGS),
        ("warning", NAIVE, ExitCode.FINDINGS),
        ("warning", "FROM a:1\nUSER x\n", ExitCode.DONE),
        ("info", "FROM a:1\nUSER x\n", ExitCode.FINDINGS),
        ("info", "FROM a:1\nUSER x\nHEALTHCHECK CMD x\n", ExitCode.DONE),
        ("never", "RUN x\n", ExitCode.DONE),
    ],
)
def test_the_exit_code_is_for_pipelines(
    session: Session, tmp_path: Path, level: str, text: str, code: ExitCode
) -> None:
    file = tmp_path / "Dockerfile"
    file.write_text(text)
    assert lint.execute(asked(str(file), "--fail-on", level), session).exit_code is code


def test_what_is_not_there_or_no_text(session: Session, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="not there"):
        lint.execute(asked(str(tmp_path / "Dockerfile")), session)
    with pytest.raises(InvalidInput, match=r"has no Dockerfile\..*modeldesk recipe"):
        lint.execute(asked(str(tmp_path)), session)
    (tmp_path / "Dockerfile").write_bytes(b" " * ((1 << 20) + 1))
    with pytest.raises(FolderError, match="no text file"):
        lint.execute(asked(str(tmp_path / "Dockerfile")), session)


def test_nothing_to_say(session: Session, tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM a:1\nUSER x\nHEALTHCHECK CMD x\n")
    answer = lint.execute(asked(str(tmp_path)), session)
    assert answer.lines == ("Nothing to say.",)
