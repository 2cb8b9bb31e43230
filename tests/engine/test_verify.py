"""Builds of commits and images made again, with git and an engine that are real."""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import docker
import pytest

from modeldesk.cli.answer import Answer
from modeldesk.cli.commands import build, verify
from modeldesk.cli.exit_codes import ExitCode
from modeldesk.cli.session import Session
from modeldesk.composition import Parts
from modeldesk.core.errors import InvalidInput
from modeldesk.paths import Paths
from tests.fakes.git_repository import GitRepository
from tests.support.engine import TINY, remove_named

SAME = f"FROM {TINY}\nCOPY model.bin serve.txt /\nLABEL a=b\n"
# Not a time: two builds may share a second, and busybox tells no less.
LOGGED = (
    f"FROM {TINY}\nCOPY model.bin /app/\n"
    "RUN mkdir -p /var/log && head -c 64 /dev/urandom > /var/log/made\n"
)
RANDOM = f"FROM {TINY}\nCOPY model.bin /app/\nRUN head -c 64 /dev/urandom > /app/key\n"


@pytest.fixture
def session(
    tmp_path: Path,
    engine_url: str,
    engine_client: docker.DockerClient,
    unique_name: str,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Session]:
    monkeypatch.setenv("DOCKER_HOST", engine_url)
    made = Session(Parts(Paths.under(tmp_path / "home")))
    yield made
    made.close()
    remove_named(engine_client, unique_name)
    assert not list((tmp_path / "home" / "checkouts").glob("*"))


@pytest.fixture
def repository(tmp_path: Path, unique_name: str) -> GitRepository:
    return GitRepository(tmp_path / unique_name, commit=False)


def call(command: ModuleType, session: Session, *words: str | Path) -> tuple[Answer, Any]:
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    answer = command.execute(parser.parse_args(list(map(str, words))), session)
    return answer, json.loads(json.dumps(answer.json))


def images(client: docker.DockerClient) -> set[str]:
    return {str(image.id) for image in client.images.list()}


def test_an_old_version_is_made_again_from_its_tag(
    session: Session,
    engine_client: docker.DockerClient,
    repository: GitRepository,
    unique_name: str,
) -> None:
    # Of the same content the engine's cache may have a layer with other times.
    files = {"Dockerfile": SAME, "model.bin": unique_name, "serve.txt": "serve"}
    first = repository.commit(files)
    repository.git("tag", "v1")
    _, told = call(build, session, repository.root, "--from-commit", "v1", "--tag", "v1.0.0")
    repository.commit({"model.bin": "new, and larger"})
    repository.write({"serve.txt": "being written"})
    call(build, session, repository.root, "--tag", "v2.0.0")
    labels = engine_client.images.get(f"{unique_name}:v2.0.0").labels
    assert labels["org.opencontainers.image.revision"].endswith("-dirty")
    assert told["commit"] == first

    before = images(engine_client)
    answer, told = call(verify, session, f"{unique_name}:v1.0.0")
    assert (told["verdict"], answer.exit_code) == ("identical", ExitCode.DONE)
    assert (told["commit"], told["config"]) == (first, [])
    assert all(layer["same"] for layer in told["layers"])
    assert images(engine_client) == before
    assert (repository.root / "serve.txt").read_text() == "being written"

    with pytest.raises(InvalidInput, match="not committed"):
        call(verify, session, f"{unique_name}:v2.0.0")


def test_a_version_is_made_again_by_the_dockerfile_that_made_it(
    session: Session, repository: GitRepository, unique_name: str, tmp_path: Path
) -> None:
    # Of a commit, for its layers are of one time, and of content that no cache has.
    repository.commit({"model.bin": unique_name, "serve.txt": "serve", ".dockerignore": "other\n"})
    elsewhere = tmp_path / "Elsewhere"
    elsewhere.write_text(SAME)
    given = ("--from-commit", "HEAD", "--file", elsewhere, "--tag", "v1.0.0")
    call(build, session, repository.root, *given)
    elsewhere.unlink()
    _, told = call(verify, session, f"{unique_name}:v1.0.0")
    assert (told["verdict"], told["config"]) == ("identical", [])


@pytest.mark.parametrize(
    ("dockerfile", "verdict", "cause", "path"),
    [
        (LOGGED, "equivalent", "system", "/var/log/made"),
        (RANDOM, "different", "content", "/app/key"),
    ],
)
def test_what_differs_is_explained(
    session: Session,
    engine_client: docker.DockerClient,
    repository: GitRepository,
    dockerfile: str,
    verdict: str,
    cause: str,
    path: str,
) -> None:
    repository.commit({"Dockerfile": dockerfile, "model.bin": "model"})
    before = images(engine_client)
    answer, told = call(build, session, repository.root, "--verify", "--git-tag", "made")
    found = told["verification"]
    assert found["verdict"] == verdict
    code = ExitCode.DIFFERS if verdict == "different" else ExitCode.DONE
    assert answer.exit_code == code
    causes = {one["cause"]: one["examples"] for one in found["layers"][-1]["causes"]}
    assert causes[cause] == [path]
    # The folder that COPY makes is as old as the build, and two builds may share a second.
    copied = [(one["cause"], one["examples"][0]) for one in found["layers"][-2]["causes"]]
    assert copied in ([], [("times", "/app/")])
    assert all(layer["same"] for layer in found["layers"][:-2])
    assert images(engine_client) == before | {told["image_id"]}
    assert any(path in line for line in answer.lines)
    if told["git_tag"]:
        assert repository.git("cat-file", "-t", "made") == "tag"
