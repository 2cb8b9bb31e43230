"""How buildx is found, called and understood, without one."""

import base64
import os
import stat
from pathlib import Path

import pytest

from modeldesk.adapters.docker_engine.buildkit_trace import (
    Trace,
    Vertex,
    VertexLog,
    VertexStatus,
)
from modeldesk.adapters.docker_engine.buildx.command import Command, command_for
from modeldesk.adapters.docker_engine.buildx.program import find_buildx
from modeldesk.adapters.docker_engine.buildx.raw_json import Reader
from modeldesk.adapters.docker_engine.connection import Connection
from modeldesk.core.build.model import EngineBuild
from modeldesk.core.build.secret import Secret
from modeldesk.core.errors import FolderError, InvalidInput
from modeldesk.core.references import Reference

PRETTY = b"""\
{
  "vertexes": [
    {
      "digest": "sha256:1",
      "inputs": [
        "sha256:0"
      ],
      "name": "[2/2] RUN make",
      "started": "2026-11-29T13:29:45.585100545Z",
      "completed": "2026-11-29T13:29:46Z",
      "cached": true,
      "error": "exit code: 3"
    }
  ]
}
{
  "logs": [{"vertex": "sha256:1", "stream": 1, "data": "aGkK"}]
}
ERROR: failed to solve: exit code: 3
"""


def read(said: bytes) -> list[Trace | str]:
    reader = Reader()
    return [piece for line in said.splitlines(keepends=True) for piece in reader.feed(line)]


def test_objects_over_many_lines_and_words_after_them() -> None:
    vertex, log, words = read(PRETTY)
    assert isinstance(vertex, Trace)
    (step,) = vertex.vertexes
    assert (step.digest, step.name, step.cached) == ("sha256:1", "[2/2] RUN make", True)
    assert (step.error, step.inputs) == ("exit code: 3", ("sha256:0",))
    assert step.started is not None
    assert step.completed is not None
    assert step.completed - step.started == pytest.approx(0.4149, abs=1e-4)
    assert log == Trace(logs=(VertexLog("sha256:1", b"hi\n"),))
    assert words == "ERROR: failed to solve: exit code: 3"


def test_an_object_a_line() -> None:
    short = base64.b64encode(b"JSONArgsRecommended").decode()
    assert read(
        b'{"vertexes":[{"digest":"1","name":"a"}],"statuses":[{"id":"x","vertex":"1","name":"",'
        b'"current":3,"total":4}]}\n'
        b'{"warnings":[{"vertex":"1","level":1,"short":"' + short.encode() + b'"}]}\n'
    ) == [
        Trace((Vertex("1", "a", False, None, None, ""),), (VertexStatus("x", "1", 3, 4),)),
        Trace(warnings=("JSONArgsRecommended",)),
    ]


def test_what_is_none_of_it_does_no_harm() -> None:
    assert read(b"{x}\n{\n{]\n}\n\xff\n") == ["{x}", "{\n{]\n}", "\N{REPLACEMENT CHARACTER}"]
    assert read(b'{"vertexes": 1, "logs": [2, {"data": "?"}]}') == [
        Trace(logs=(VertexLog("", b""), VertexLog("", b"")))
    ]
    # An object without an end is not kept for ever.
    assert read(b"{\n" + b"x" * (17 << 20) + b"\n" + b"words\n") == ["words"]


def command(build: EngineBuild, folder: Path, variables: dict[str, str] | None = None) -> Command:
    connection = Connection("tcp://lan:2375", "1.41")
    return command_for(Path("/x/docker-buildx"), connection, build, folder, variables or {})


def test_the_words_hold_no_value(tmp_path: Path) -> None:
    build = EngineBuild(
        "docker/Dockerfile",
        (Reference.parse("churn:v1"),),
        {"note": "a=b\nc"},
        {
            "HUB_TOKEN": "t0ken",
            "FLAVOUR": "slim",
            "PATH": "/odd",
            "https_proxy": "http://proxy.lan",
        },
        no_cache=True,
        secrets={"hub": Secret(b"hush-hush"), "key": Secret(b"\0\xff"), "none": Secret(b"")},
    )
    found = command(build, tmp_path, {"PATH": "/bin", "DOCKER_CONTEXT": "other"})
    assert found.words[:5] == (
        *("/x/docker-buildx", "build", "--progress=rawjson", "--load", "--provenance=false"),
    )
    assert {
        "--file=docker/Dockerfile",
        "--tag=churn:v1",
        "--label=note=a=b\nc",
        "--build-arg=HUB_TOKEN",
        "--build-arg=FLAVOUR",
        "--build-arg=PATH=/odd",
        "--build-arg=https_proxy=http://proxy.lan",
        "--secret=id=hub,env=MODELDESK_SECRET_0",
        f"--secret=id=key,src={tmp_path / 'secret-1'}",
        "--no-cache",
    } <= {*found.words}
    assert found.words[-1] == "-"
    variables = found.variables
    assert (variables["HUB_TOKEN"], variables["MODELDESK_SECRET_0"]) == ("t0ken", "hush-hush")
    assert variables["DOCKER_HOST"] == "tcp://lan:2375"
    assert variables["BUILDX_BUILDER"] == "default"
    assert "DOCKER_CONTEXT" not in variables
    assert (tmp_path / "secret-1").read_bytes() == b"\0\xff"
    if os.name == "posix":
        assert stat.S_IMODE((tmp_path / "secret-1").stat().st_mode) == 0o600
    assert "hush" not in repr(found)
    assert "t0ken" not in repr(found)


def test_the_builder_that_a_person_set(tmp_path: Path) -> None:
    found = command(EngineBuild("Dockerfile", ()), tmp_path, {"BUILDX_BUILDER": "farm"})
    assert found.variables["BUILDX_BUILDER"] == "farm"


def test_a_secret_argument_that_everyone_would_see(tmp_path: Path) -> None:
    build = EngineBuild("Dockerfile", (), build_args={"DOCKER_AUTH_TOKEN": "t0ken"})
    with pytest.raises(InvalidInput) as caught:
        command(build, tmp_path)
    assert "t0ken" not in str(caught.value)


def test_a_secret_that_is_not_found(tmp_path: Path) -> None:
    error = FolderError("It is gone.")

    def find() -> bytes:
        raise error

    with pytest.raises(FolderError) as caught:
        command(EngineBuild("Dockerfile", (), secrets={"hub": Secret(find)}), tmp_path)
    assert caught.value is error


@pytest.mark.skipif(os.name != "posix", reason="a program is one by its mode")
def test_where_docker_looks_for_plugins(tmp_path: Path) -> None:
    program = tmp_path / "config" / "cli-plugins" / "docker-buildx"
    program.parent.mkdir(parents=True)
    program.touch(0o600)
    elsewhere = tmp_path / "bin" / "docker-buildx"
    elsewhere.parent.mkdir()
    elsewhere.touch(0o755)
    variables = {"DOCKER_CONFIG": str(tmp_path / "config"), "PATH": str(elsewhere.parent)}
    # One that can't be run is none.
    assert find_buildx(variables, tmp_path) != program
    program.chmod(0o755)
    assert find_buildx(variables, tmp_path) == program


def test_no_buildx(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("modeldesk.adapters.docker_engine.buildx.program._SHARED", ())
    with pytest.raises(InvalidInput, match="not on this machine"):
        find_buildx({"PATH": str(tmp_path)}, tmp_path)
