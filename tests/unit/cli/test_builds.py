"""`modeldesk builds`, on fakes."""

import argparse
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePosixPath

import pytest

from modeldesk import resources
from modeldesk.cli.commands import builds
from modeldesk.cli.session import Session
from modeldesk.composition import Parts
from modeldesk.core.build.model import (
    Asked,
    BuildRecord,
    BuildState,
    BuildStep,
    CacheUse,
    StepState,
)
from modeldesk.core.build.secret import SecretKind, SecretSource
from modeldesk.core.build.service import BuildService
from modeldesk.core.errors import InvalidInput, NotFound
from modeldesk.core.ids import BuildId, ModelName
from modeldesk.core.recipes.choice import RecipeChoice
from modeldesk.core.recipes.lock import Lock
from modeldesk.core.references import Reference
from modeldesk.paths import Paths
from tests.fakes.deployment_locks import FakeDeploymentLocks
from tests.fakes.records import FakeBuildRecords
from tests.fakes.source_control import FakeSourceControl

NOON = datetime(2026, 4, 5, 12, tzinfo=UTC)

LOCK = Lock(PurePosixPath("requirements.lock"), "", (), "Python 3.11, linux/amd64")


def record(number: int, model: str = "churn", pip: bool = False) -> BuildRecord:
    return BuildRecord(
        id=BuildId(f"{number:x}" * 32),
        model=ModelName(model),
        folder="/models/churn",
        references=(Reference("docker.io", model, f"v1.{number}.0"),),
        started=NOON + timedelta(minutes=number),
        state=BuildState.SUCCEEDED,
        seconds=12.5,
        context_bytes=1000,
        steps=(
            BuildStep("1", "[1/2] FROM x", StepState.DONE),
            BuildStep("2", "[2/2] RUN pip", StepState.DONE, pip, 9.0, layer_bytes=70_000_000),
        ),
        log="installed",
        asked=Asked(
            dockerfile=f"FROM x:{number}\n",
            build_args={"A": str(number)},
            secrets={"hub": SecretSource(SecretKind.FILE, "/hub")},
            base="x",
            choice=RecipeChoice("x", reproducible=True, lock=LOCK),
        ),
        image_bytes=904_000_000,
        cache=CacheUse(int(pip), 1, 60.0 if pip else 0.0),
    )


@pytest.fixture
def session(tmp_path: Path) -> Session:
    parts = Parts(Paths.under(tmp_path))
    records = FakeBuildRecords()
    for one in (record(1), record(2, pip=True), record(3, "other")):
        records.add_build(one)
    vars(parts)["builds"] = BuildService(
        records,
        FakeSourceControl(),
        lambda: NOON,
        FakeDeploymentLocks(),
        resources.path("serving"),
    )
    return Session(parts)


def two_alike(session: Session) -> Session:
    """The same, with a build whose id begins as another's does."""
    parts = session.parts
    other = replace(record(1), id=BuildId("11" + "0" * 30))
    parts.builds.history.begin(other)
    return session


def arguments(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    builds.add_arguments(parser)
    return parser.parse_args(list(words))


def test_the_list(session: Session) -> None:
    answer = builds.execute(arguments("churn"), session)
    found = json.loads(json.dumps(answer.json))
    assert [one["references"] for one in found] == [["churn:v1.2.0"], ["churn:v1.1.0"]]
    assert found[0]["cache"] == {"cached": 1, "steps": 1, "saved_s": 60.0}
    assert "1 of 1, 60 s saved" in answer.lines[1]
    assert "904 MB" in answer.lines[1]
    assert len(builds.execute(arguments("--newest", "1"), session).lines) == 2


def test_one(session: Session) -> None:
    answer = builds.execute(arguments("--show", "111"), session)
    found = json.loads(json.dumps(answer.json))
    assert found["steps"][1]["layer_bytes"] == 70_000_000
    assert found["secrets"] == {"hub": {"from": "file", "place": "/hub"}}
    assert "secret hub: file /hub" in answer.lines
    assert "reproducible" in answer.lines
    assert "lock requirements.lock for Python 3.11, linux/amd64" in answer.lines
    assert found["reproducible"]
    assert found["lock"] == "requirements.lock for Python 3.11, linux/amd64"
    assert answer.lines[-1] == "installed"


@pytest.mark.parametrize(
    ("asked", "line"),
    [
        (
            Asked(base="local:1", base_image="sha256:1"),
            "base local:1, without a digest of a registry: image sha256:1",
        ),
        (Asked(base="x:1@sha256:2", base_digest="sha256:2"), "base x:1, digest sha256:2"),
        (Asked(base="x:1", base_digest="sha256:2"), "base x:1, digest sha256:2"),
        (Asked(base="x:1"), "base x:1"),
    ],
)
def test_what_the_base_image_is_known_by(session: Session, asked: Asked, line: str) -> None:
    session.parts.builds.history.begin(replace(record(4), asked=asked))
    answer = builds.execute(arguments("--show", "4"), session)
    assert line in answer.lines
    found = json.loads(json.dumps(answer.json))
    known = (found["base"], found["base_digest"], found["base_image_id"])
    assert known == (asked.base, asked.base_digest, asked.base_image)


def test_a_warning_is_no_failure(session: Session) -> None:
    warned = replace(record(4), warnings=("The commit did not get the git tag v1: It exists.",))
    session.parts.builds.history.begin(warned)
    answer = builds.execute(arguments("--show", "4"), session)
    found = json.loads(json.dumps(answer.json))
    assert (found["state"], found["error"], found["warnings"]) == (
        "succeeded", "", list(warned.warnings)
    )  # fmt: skip
    assert "warning: The commit did not get the git tag v1: It exists." in answer.lines
    assert "succeeded, warned" in builds.execute(arguments("--newest", "1"), session).lines[1]


def test_two(session: Session) -> None:
    answer = builds.execute(arguments("--compare", "1", "2"), session)
    found = json.loads(json.dumps(answer.json))
    assert found["differences"] == [{"what": "Argument A", "left": "1", "right": "2"}]
    assert found["steps"][1]["right"]["cached"]
    assert "-FROM x:1" in found["dockerfile"]
    assert any("CACHED" in line for line in answer.lines)


def test_what_is_not_there(session: Session) -> None:
    with pytest.raises(NotFound):
        builds.execute(arguments("nobody"), session)
    with pytest.raises(NotFound):
        builds.execute(arguments("--show", "9"), session)
    with pytest.raises(InvalidInput):
        builds.execute(arguments("--compare", "11", "2"), two_alike(session))


def test_nothing_was_built_yet(tmp_path: Path) -> None:
    parts = Parts(Paths.under(tmp_path))
    vars(parts)["builds"] = BuildService(
        FakeBuildRecords(),
        FakeSourceControl(),
        lambda: NOON,
        FakeDeploymentLocks(),
        resources.path("serving"),
    )
    assert builds.execute(arguments(), Session(parts)).json == []
