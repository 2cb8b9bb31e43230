"""`modeldesk registry browse` and `modeldesk images --remote`, on fakes."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from modeldesk.cli.answer import Answer
from modeldesk.cli.parser import read_arguments
from modeldesk.cli.session import Session
from modeldesk.composition import Parts
from modeldesk.core.errors import NotFound, RegistryUnavailable
from modeldesk.core.ids import ImageId
from modeldesk.core.layers.kinds import LayerKind
from modeldesk.core.library.browsing import Browsing
from modeldesk.core.library.remote_model import RemoteArtifact, RemoteVersion, RemoteVersions
from modeldesk.core.library.remote_versions import RemoteHistory
from modeldesk.core.library.service import Library
from modeldesk.core.registry.known import KnownRegistry
from modeldesk.paths import Paths
from tests.fakes.engine import FakeEngine, FakeFinder
from tests.fakes.engine_images import Step
from tests.fakes.records import FakeImageRecords, FakeRemoteRecords
from tests.fakes.version_registry import FakeVersionRegistry

NOON = datetime(2026, 4, 5, 12, tzinfo=UTC)
REC = "r.lan/team/rec"


def version(tag: str, number: int, repository: str = REC, **labels: str) -> RemoteVersion:
    digest = f"sha256:{number:064x}"
    return RemoteVersion(
        repository, tag, digest, ImageId(f"{digest}c"), NOON, "", {LayerKind.OTHER: 3_000_000},
        labels=labels, platforms=("linux/amd64", "linux/arm64"), attestations=2,
    )  # fmt: skip


class Bench:
    def __init__(self, home: Path) -> None:
        self.engine = FakeEngine()
        self.records = FakeRemoteRecords()
        self.registry = FakeVersionRegistry()
        self.parts = Parts(Paths.under(home))
        self.parts.settings = replace(
            self.parts.settings, registries=(KnownRegistry("r.lan"), KnownRegistry("away.lan"))
        )
        vars(self.parts).update(
            finder=FakeFinder(self.engine),
            library=Library(FakeImageRecords()),
            browsing=Browsing(self.records, self.registry, lambda: NOON),
            remote_versions=RemoteHistory(self.records, self.registry),
        )
        metrics = {"io.modeldesk.model.metrics": '{"accuracy": 0.93}'}
        self.registry.repositories[REC] = RemoteVersions(
            (version("v1.0.0", 1), version("v1.10.0", 10, **metrics), version("v1.9.0", 9)),
            ("broken",),
            {"stable": f"sha256:{9:064x}"},
            (RemoteArtifact(REC, "chart", "sha256:c", "application/vnd.cncf.helm.config.v1+json"),),
        )
        self.registry.repositories["r.lan/ocr"] = RemoteVersions((version("v1", 3, "r.lan/ocr"),))
        self.registry.failing["away.lan"] = RegistryUnavailable("away.lan is away.", "Wait.")

    def run(self, *words: str) -> Answer:
        invocation = read_arguments([*words])
        return invocation.execute(invocation.arguments, Session(self.parts))

    def told(self, *words: str) -> Any:
        return json.loads(json.dumps(self.run(*words).json))


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_a_registry(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    told = bench.told("registry", "browse", "r.lan")
    assert told["host"] == "r.lan"
    assert told["asked"] == NOON.isoformat()
    ocr, rec = told["repositories"]
    assert (ocr["repository"], rec["repository"]) == ("ocr", "team/rec")
    assert [one["tag"] for one in rec["versions"]] == ["v1.10.0", "v1.9.0", "v1.0.0"]
    newest, channel, _ = rec["versions"]
    assert newest["metrics"] == {"accuracy": 0.93}
    assert newest["platforms"] == ["linux/amd64", "linux/arm64"]
    assert (newest["attestations"], newest["compressed_bytes"]) == (2, 3_000_000)
    assert channel["channels"] == ["stable"]
    assert rec["artifacts"] == [
        {"tag": "chart", "digest": "sha256:c", "type": "application/vnd.cncf.helm.config.v1+json"}
    ]
    assert "1 tag of r.lan can’t be read" in capsys.readouterr().err


def test_its_lines(bench: Bench) -> None:
    lines = bench.run("registry", "browse", "r.lan").lines
    assert "COMPRESSED" in lines[0]
    assert any("v1.10.0" in line and "accuracy=0.93" in line for line in lines)
    assert any("chart" in line and "helm" in line for line in lines)
    assert lines[-1] == "4 versions, as of 2026-04-05 12:00 UTC."


def test_one_repository(bench: Bench) -> None:
    told = bench.told("registry", "browse", "r.lan", "ocr")
    assert [one["repository"] for one in told["repositories"]] == ["ocr"]
    assert bench.registry.asked == ["r.lan/ocr"]
    with pytest.raises(NotFound, match="no image"):
        bench.run("registry", "browse", "r.lan", "none")


def test_what_was_said_last_without_asking(bench: Bench) -> None:
    bench.run("registry", "browse", "r.lan")
    bench.registry.asked.clear()
    told = bench.told("registry", "browse", "r.lan", "--cached")
    assert len(told["repositories"]) == 2
    assert bench.registry.asked == []


def test_a_registry_that_is_away(bench: Bench) -> None:
    with pytest.raises(RegistryUnavailable):
        bench.run("registry", "browse", "away.lan")
    answer = bench.run("registry", "browse", "away.lan", "--cached")
    assert answer.lines == ("No image is there.",)


def test_only_what_was_named_is_said(bench: Bench) -> None:
    bench.registry.unlisted.add("r.lan")
    bench.parts.settings = replace(
        bench.parts.settings, registries=(KnownRegistry("r.lan", repositories=("ocr",)),)
    )
    assert "named" in bench.run("registry", "browse", "r.lan").lines[-1]


def test_images_with_what_registries_have(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    image = bench.engine.add_image(
        f"{REC}:v1.9.0", steps=[Step("COPY m.onnx /m/", 5)], base=(), labels={}
    )
    asked = bench.run("images", "--ask")
    # One that is away is said once, with what to do, and holds nothing up.
    assert capsys.readouterr().err.count("away.lan is away. Wait.") == 1
    assert isinstance(asked.json, list)
    told = {one["model"]: one["versions"] for one in json.loads(json.dumps(asked.json))}
    assert sorted(told) == ["ocr", "team/rec"]
    assert [(one["version"], one["where"]) for one in told["team/rec"]] == [
        ("v1.10.0", "registry"), ("v1.9.0", "local"), ("v1.0.0", "registry"),
    ]  # fmt: skip
    (drift,) = told["team/rec"][1]["drifts"]
    assert drift["local"]["image_id"] == image
    assert any("tag moved" in line for line in asked.lines)
    bench.registry.asked.clear()
    kept = bench.run("images", "--remote")
    assert kept == asked
    assert bench.registry.asked == []


def test_images_alone_are_as_before(bench: Bench) -> None:
    bench.run("registry", "browse", "r.lan")
    bench.engine.add_image("here:v1", steps=[Step("COPY m.onnx /m/", 5)], base=(), labels={})
    assert [one["model"] for one in bench.told("images")] == ["here"]
