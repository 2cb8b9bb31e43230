"""`modeldesk versions`, on a fake engine."""

import argparse
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from modeldesk.cli.answer import Answer
from modeldesk.cli.commands import versions
from modeldesk.cli.session import Session
from modeldesk.composition import Parts
from modeldesk.core.errors import NotFound, RegistryUnavailable
from modeldesk.core.ids import ImageId, ModelName
from modeldesk.core.labels import FINGERPRINT_LABEL
from modeldesk.core.layers.kinds import LayerKind
from modeldesk.core.library.browsing import Browsing
from modeldesk.core.library.kept_versions import KeptVersions
from modeldesk.core.library.model import KeptVersion
from modeldesk.core.library.remote_model import RemoteVersion, RemoteVersions
from modeldesk.core.library.remote_versions import RemoteHistory
from modeldesk.core.library.service import Library
from modeldesk.core.versioning.fingerprint import Fingerprint, Part
from modeldesk.paths import Paths
from tests.fakes.engine import FakeEngine, FakeFinder
from tests.fakes.engine_images import Step
from tests.fakes.records import FakeImageRecords, FakeRemoteRecords, FakeVersionRecords
from tests.fakes.version_registry import FakeVersionRegistry

MB = 1_000_000
NOON = datetime(2026, 4, 5, 12, tzinfo=UTC)
REPOSITORY = "r.lan/rec"


def fingerprint(weights: str, code: str) -> str:
    return Fingerprint({Part.WEIGHTS: weights * 64, Part.CODE: code * 64}).label()


class Bench:
    def __init__(self, home: Path) -> None:
        self.engine = FakeEngine()
        self.kept = FakeVersionRecords()
        self.remote = FakeRemoteRecords()
        self.registry = FakeVersionRegistry()
        parts = Parts(Paths.under(home))
        vars(parts).update(
            finder=FakeFinder(self.engine),
            library=Library(FakeImageRecords()),
            kept_versions=KeptVersions(self.kept),
            remote_versions=RemoteHistory(self.remote, self.registry),
            browsing=Browsing(self.remote, self.registry, lambda: NOON),
        )
        self.session = Session(parts)

    def add(
        self, tag: str, *further: str, weights: int = 10, labels: Mapping[str, str] | None = None
    ) -> ImageId:
        names = [f"{REPOSITORY}:{name}" for name in (tag, *further)]
        steps = (Step("COPY app.py /app/", 1), Step("COPY model.onnx /m/", weights * MB))
        return self.engine.add_image(*names, steps=steps, base=(), labels=dict(labels or {}))

    def in_registry(self, tag: str, image: str = "sha256:far") -> RemoteVersion:
        sizes = {LayerKind.MODEL_WEIGHTS: 3 * MB}
        return RemoteVersion(REPOSITORY, tag, "sha256:m", ImageId(image), NOON, "rec", sizes)

    def run(self, *words: str) -> Answer:
        parser = argparse.ArgumentParser()
        versions.add_arguments(parser)
        return versions.execute(parser.parse_args(words or ["rec"]), self.session)

    def told(self, *words: str) -> dict[str, dict[str, Any]]:
        answer = json.loads(json.dumps(self.run(*words).json))
        assert answer["model"] == "rec"
        return {one["tag"]: one for one in answer["versions"]}


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_the_answer_has_the_stable_keys(bench: Bench) -> None:
    labels = {
        "org.opencontainers.image.version": "v1.0.0+cu121",
        "org.opencontainers.image.revision": "9f31c0a4" * 5 + "-dirty",
        "org.opencontainers.image.source": "https://me:hush@git.lan/rec",
    }
    image = bench.add("v1.0.0_cu121", "stable", labels=labels)
    (one,) = bench.told().values()
    created = one.pop("created")
    assert datetime.fromisoformat(created).tzinfo is not None
    assert "hush" not in one["source"].pop("repository")
    assert one == {
        "tag": "v1.0.0_cu121",
        "version": "v1.0.0+cu121",
        "scheme": "semantic",
        "image_id": image,
        "digest": "",
        "references": [f"{REPOSITORY}:v1.0.0_cu121", f"{REPOSITORY}:stable"],
        "channels": ["stable"],
        "size_bytes": 10 * MB + 1,
        "compressed_bytes": None,
        "where": "local",
        "source": {"commit": "9f31c0a4" * 5 + "-dirty"},
        "changed": None,
    }


def test_versions_are_in_their_order_with_what_changed(bench: Bench) -> None:
    bench.add("v1.10.0", weights=12, labels={FINGERPRINT_LABEL: fingerprint("b", "b")})
    bench.add("v1.9.0", weights=11, labels={FINGERPRINT_LABEL: fingerprint("b", "a")})
    bench.add("v1.9.0-rc10", weights=10, labels={FINGERPRINT_LABEL: fingerprint("b", "a")})
    bench.add("v1.9.0-rc9", weights=9)
    bench.add("v1.8.0", weights=8)
    found = bench.told()
    assert [*found] == ["v1.10.0", "v1.9.0", "v1.9.0-rc10", "v1.9.0-rc9", "v1.8.0"]
    assert {tag: one["changed"] for tag, one in found.items()} == {
        "v1.10.0": {"since": "v1.9.0", "told_by": "fingerprint", "parts": ["code"]},
        "v1.9.0": {"since": "v1.9.0-rc10", "told_by": "fingerprint", "parts": []},
        "v1.9.0-rc10": {"since": "v1.9.0-rc9", "told_by": "layers", "parts": ["model weights"]},
        "v1.9.0-rc9": {"since": "v1.8.0", "told_by": "layers", "parts": ["model weights"]},
        "v1.8.0": None,
    }
    lines = bench.run().lines
    assert lines[1].endswith("  the code")
    assert lines[2].endswith("  nothing")


def test_where_each_is(bench: Bench) -> None:
    bench.add("v1.0.0")
    both = bench.add("v1.1.0")
    removed = {LayerKind.MODEL_WEIGHTS: 7 * MB}
    gone = KeptVersion(ModelName("rec"), ImageId("sha256:gone"), "v0.9.0", NOON, removed)
    bench.kept.keep_versions([gone])
    bench.remote.keep_remote_versions(
        [bench.in_registry("v1.1.0", both), bench.in_registry("v1.2.0")]
    )
    found = bench.told()
    assert {tag: one["where"] for tag, one in found.items()} == {
        "v1.2.0": "registry",
        "v1.1.0": "both",
        "v1.0.0": "local",
        "v0.9.0": "removed",
    }
    assert (found["v1.2.0"]["size_bytes"], found["v1.2.0"]["compressed_bytes"]) == (None, 3 * MB)
    assert (found["v0.9.0"]["size_bytes"], found["v0.9.0"]["source"]) == (7 * MB, None)
    assert found["v1.2.0"]["changed"] is None
    assert bench.registry.asked == []


def test_registries_are_asked_when_that_is_wished(bench: Bench) -> None:
    bench.add("v1.0.0")
    bench.registry.repositories[REPOSITORY] = RemoteVersions((bench.in_registry("v1.2.0"),))
    assert [*bench.told("rec", "--ask")] == ["v1.2.0", "v1.0.0"]
    assert [*bench.told()] == ["v1.2.0", "v1.0.0"]


def test_channels_of_what_only_a_registry_has(bench: Bench) -> None:
    bench.add("v1.0.0", "candidate")
    there = bench.in_registry("v1.2.0")
    bench.registry.repositories[REPOSITORY] = RemoteVersions(
        (there,), channels={"stable": there.digest}
    )
    told = bench.told("rec", "--ask")
    assert {tag: one["channels"] for tag, one in told.items()} == {
        "v1.0.0": ["candidate"],
        "v1.2.0": ["stable"],
    }


def test_a_registry_that_is_away_is_said(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    bench.add("v1.0.0")
    bench.registry.failing[REPOSITORY] = RegistryUnavailable("Nobody answers at r.lan.")
    bench.session = Session(bench.session.parts)
    assert [*bench.told("rec", "--ask")] == ["v1.0.0"]
    assert "Nobody answers at r.lan." in capsys.readouterr().err


def test_a_model_whose_versions_all_went(bench: Bench) -> None:
    sizes = {LayerKind.MODEL_WEIGHTS: 7 * MB}
    for number in (2, 10):
        one = KeptVersion(
            ModelName("rec"), ImageId(f"sha256:{number}"), f"v1.{number}.0", NOON, sizes
        )
        bench.kept.keep_versions([one])
    assert [*bench.told()] == ["v1.10.0", "v1.2.0"]
    with pytest.raises(NotFound):
        bench.run("never")


def test_thousands(bench: Bench) -> None:
    sizes = {LayerKind.MODEL_WEIGHTS: MB}
    bench.kept.keep_versions(
        KeptVersion(
            ModelName("rec"),
            ImageId(f"sha256:{number}"),
            f"v1.{number}.0",
            NOON - timedelta(minutes=number),
            sizes,
        )
        for number in range(3000)
    )
    assert next(iter(bench.told())) == "v1.2999.0"


def test_a_tag_that_names_another_image_there(bench: Bench) -> None:
    image = bench.add("v1.0.0")
    bench.remote.keep_remote_versions([bench.in_registry("v1.0.0")])
    answer = bench.run()
    assert isinstance(answer.json, dict)
    (drift,) = json.loads(json.dumps(answer.json["drifts"]))
    assert drift["reference"] == f"{REPOSITORY}:v1.0.0"
    assert drift["local"]["digest"] == drift["local"]["image_id"] == image
    assert drift["registry"]["digest"] == "sha256:m"
    assert drift["registry"]["compressed_bytes"] == 3 * MB
    told = "\n".join(answer.lines)
    assert f"modeldesk pull {REPOSITORY}:v1.0.0@sha256:m" in told
    assert "compressed" in told
    assert "on disk" in told
    # Their image, asked for, is the one here: nothing is left to say.
    bench.remote.keep_remote_versions([bench.in_registry("v1.0.0", image)])
    assert bench.run().json["drifts"] == []  # type: ignore[index, call-overload]
