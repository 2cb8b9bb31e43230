"""Who a person is, as docker keeps it."""

import base64
import json
import os
from pathlib import Path

import pytest

from modeldesk.adapters.oci_registry.credentials import find_credentials


def write(folder: Path, content: object) -> Path:
    (folder / "config.json").write_text(json.dumps(content))
    return folder


def auth(user: str, password: str) -> dict[str, str]:
    return {"auth": base64.b64encode(f"{user}:{password}".encode()).decode()}


def helper(folder: Path, monkeypatch: pytest.MonkeyPatch, name: str, script: str) -> None:
    program = folder / f"docker-credential-{name}"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


def test_nobody_without_a_file(tmp_path: Path) -> None:
    assert find_credentials("registry.lan:5000", tmp_path) is None


@pytest.mark.parametrize("key", ["registry.lan:5000", "https://registry.lan:5000"])
def test_name_and_password_of_the_file(tmp_path: Path, key: str) -> None:
    found = find_credentials(
        "registry.lan:5000", write(tmp_path, {"auths": {key: auth("mia", "pass:word")}})
    )
    assert found is not None
    assert (found.user, found.password) == ("mia", "pass:word")


def test_the_hub_has_a_key_of_its_own(tmp_path: Path) -> None:
    folder = write(tmp_path, {"auths": {"https://index.docker.io/v1/": auth("mia", "x")}})
    assert find_credentials("docker.io", folder) is not None
    assert find_credentials("ghcr.io", folder) is None


def test_an_identity_token(tmp_path: Path) -> None:
    entry = {**auth("mia", ""), "identitytoken": "long"}
    found = find_credentials("r.lan", write(tmp_path, {"auths": {"r.lan": entry}}))
    assert found is not None
    assert found.identity_token == "long"


def test_a_helper_answers_before_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    helper(
        tmp_path,
        monkeypatch,
        "test-one",
        'read server; echo "{\\"Username\\":\\"of-$server\\",\\"Secret\\":\\"s\\"}"',
    )
    folder = write(
        tmp_path, {"credHelpers": {"r.lan": "test-one"}, "auths": {"r.lan": auth("file", "f")}}
    )
    found = find_credentials("r.lan", folder)
    assert found is not None
    assert (found.user, found.password) == ("of-r.lan", "s")


@pytest.mark.parametrize("script", ["exit 1", "echo no json", "echo '[]'", "echo '{}'"])
def test_a_helper_that_fails_leaves_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str
) -> None:
    helper(tmp_path, monkeypatch, "broken", script)
    folder = write(tmp_path, {"credsStore": "broken", "auths": {"r.lan": auth("file", "f")}})
    found = find_credentials("r.lan", folder)
    assert found is not None
    assert found.user == "file"


@pytest.mark.parametrize(
    "content", [[], {"auths": []}, {"auths": {"r.lan": 7}}, {"auths": {"r.lan": {"auth": "%%"}}},
                {"credsStore": "../evil"}, {"credHelpers": {"r.lan": 5}}],
)  # fmt: skip
def test_damaged_files_know_nobody(tmp_path: Path, content: object) -> None:
    assert find_credentials("r.lan", write(tmp_path, content)) is None


def test_nothing_of_them_is_shown(tmp_path: Path) -> None:
    found = find_credentials("r.lan", write(tmp_path, {"auths": {"r.lan": auth("mia", "secret")}}))
    assert "secret" not in repr(found)
