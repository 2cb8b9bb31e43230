"""`modeldesk push`, `pull`, `copy`, `tag`, `untag` and `delete`, on fakes."""

import argparse
import importlib
from pathlib import Path
from typing import Any

import pytest

from modeldesk.cli.answer import Answer
from modeldesk.cli.session import Session
from modeldesk.composition import Parts
from modeldesk.core.errors import (
    InvalidReference,
    NotFound,
    NotInRegistry,
    RegistryDenied,
    TagMoved,
    TagTaken,
)
from modeldesk.core.library.service import Library
from modeldesk.paths import Paths
from tests.fakes.engine import FakeEngine, FakeFinder
from tests.fakes.records import FakeImageRecords
from tests.fakes.registry import FakeRegistries, FakeRegistry
from tests.unit.core.registry.images import AMD, ARM, add_index, attach

HOST, PROD = "registry.lan:5000", "prod.lan"
REC = f"{HOST}/team/rec"


class Bench:
    def __init__(self, home: Path) -> None:
        self.engine = FakeEngine()
        self.registries = FakeRegistries(HOST, PROD)
        self.parts = Parts(Paths.under(home))
        vars(self.parts).update(
            finder=FakeFinder(self.engine),
            library=Library(FakeImageRecords()),
            _registries={(): self.registries},
        )

    @property
    def here(self) -> FakeRegistry:
        return self.registries.hosts[HOST]

    def run(self, command: str, *given: str) -> Answer:
        module: Any = importlib.import_module(f"modeldesk.cli.commands.{command}")
        parser = argparse.ArgumentParser()
        module.add_arguments(parser)
        answer: Answer = module.execute(parser.parse_args(given), Session(self.parts))
        return answer

    def json(self, command: str, *given: str) -> dict[str, Any]:
        found: Any = self.run(command, *given).json
        return dict(found)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_push_says_the_digest_it_is_known_by(
    capsys: pytest.CaptureFixture[str], bench: Bench
) -> None:
    image = bench.engine.add_image("rec:v1.0.0", steps=[("COPY m.pkl /", 5_000_000)])
    said = bench.json("push", "rec:v1.0.0", REC, f"{PROD}/rec:cu121")
    found = bench.engine.image_summary(image)
    assert found is not None
    digest = found.digests[0].digest
    assert said == {
        "image_id": image,
        "pushed": [
            {"reference": f"{REC}:v1.0.0", "digest": digest, "from": ""},
            {"reference": f"{PROD}/rec:cu121", "digest": digest, "from": ""},
        ],
        "moved_bytes": said["moved_bytes"],
        "there_bytes": 0,
    }
    assert said["moved_bytes"] > 5_000_000
    told = capsys.readouterr().err
    assert told.count("5.00 MB  done") == 1
    answer = bench.run("push", f"{REC}:v1.0.0")
    assert answer.lines[0] == f"{REC}:v1.0.0  {digest}"
    assert answer.lines[-1].startswith("0 B moved, ")
    assert "already there" in capsys.readouterr().err


def test_push_goes_nowhere_that_was_not_named(bench: Bench) -> None:
    bench.engine.add_image("rec:v1.0.0")
    with pytest.raises(InvalidReference, match="no name in a registry"):
        bench.run("push", "rec:v1.0.0")
    bench.engine.add_image("other:latest")
    with pytest.raises(InvalidReference, match="no tag"):
        bench.run("push", "other:latest", REC)
    with pytest.raises(NotFound):
        bench.run("push", "nothing:v1", REC)
    assert "push" not in bench.engine.calls
    model = {"io.modeldesk.model.name": "rec"}
    bench.engine.add_image(f"{REC}:v3", f"{PROD}/rec:v3", labels=model)
    with pytest.raises(InvalidReference, match="several names"):
        bench.run("push", "rec:v3")
    assert bench.run("push", f"{PROD}/rec:v3").lines


def test_pull_by_tag_and_by_digest(bench: Bench) -> None:
    digest = bench.engine.registries.has(f"{REC}:v1", ("COPY m.pkl /", 1000), labels={})
    said = bench.json("pull", f"{REC}:v1")
    assert (said["reference"], said["digest"]) == (f"{REC}:v1@{digest}", digest)
    assert (said["from"], said["moved_bytes"]) == ("", 1000)
    assert bench.json("pull", f"{REC}@{digest}")["there_bytes"] == 1000
    bench.engine.remove_image(f"{REC}:v1")
    own = bench.engine.add_image(f"{REC}:v1")
    answer = bench.run("pull", f"{REC}:v1")
    assert own.removeprefix("sha256:")[:12] in answer.lines[0]
    with pytest.raises(NotInRegistry):
        bench.run("pull", f"{REC}:v2")


def test_copy_needs_no_engine(capsys: pytest.CaptureFixture[str], bench: Bench) -> None:
    bench.engine.stop()
    index, images = add_index(bench.here, "team/rec", "v1", AMD, ARM)
    said = bench.json("copy", f"{REC}:v1", f"{PROD}/rec")
    assert said["target"] == f"{PROD}/rec:v1@{index.digest}"
    assert (said["digest"], said["from"], said["manifests"]) == (index.digest, "", 5)
    assert said["moved_bytes"] == bench.registries.hosts[PROD].sent
    assert "done" in capsys.readouterr().err
    one = bench.json("copy", f"{REC}:v1", f"{PROD}/one", "--platform", "linux/arm64")
    assert one["digest"] == images[ARM].digest
    answer = bench.run("copy", f"{REC}:v1", f"{REC}-b:stable")
    assert answer.lines[1].startswith("0 B moved, ")
    with pytest.raises(InvalidReference, match="no registry"):
        bench.run("copy", "rec:v1", f"{PROD}/rec")


def test_tag_moves_what_moves_and_looks_first(bench: Bench) -> None:
    new = bench.here.add_image("team/rec", "v1.1.0", [b"new"])
    old = bench.here.add_image("team/rec", "v1.0.0", [b"old"])
    bench.here.kept["team/rec"].tags["stable"] = old.digest
    with pytest.raises(TagMoved):
        bench.run("tag", f"{REC}:v1.1.0", "stable", "--expect", "none")
    answer = bench.run("tag", f"{REC}:v1.1.0", "stable", "--expect", old.digest)
    assert answer.json == {
        "repository": REC,
        "tag": "stable",
        "digest": new.digest,
        "from": old.digest,
    }
    assert f"it named {old.digest[7:19]}" in answer.lines[0]
    for word in ("", " ", new.digest[7:19], new.digest[:30], "sha256:" + "G" * 64):
        with pytest.raises(SystemExit) as wrong:
            bench.run("tag", f"{REC}:v1.1.0", "stable", "--expect", word)
        assert wrong.value.code == 2, "not that somebody moved it"
    with pytest.raises(TagTaken):
        bench.run("tag", f"{REC}:v1.1.0", "v1.0.0")
    with pytest.raises(InvalidReference, match="no tag"):
        bench.run("tag", REC, "stable")
    assert bench.here.sent == 0


def test_untag_leaves_the_image(bench: Bench) -> None:
    image = bench.here.add_image("team/rec", "v1", [b"w"])
    bench.here.kept["team/rec"].tags["stable"] = image.digest
    assert bench.json("untag", f"{REC}:stable") == {
        "repository": REC,
        "tag": "stable",
        "digest": "",
        "from": image.digest,
    }
    assert bench.here.kept["team/rec"].tags == {"v1": image.digest}
    for word in ("", "none", image.digest[7:19]):
        with pytest.raises(SystemExit):
            bench.run("untag", f"{REC}:v1", "--expect", word)
    with pytest.raises(InvalidReference, match="is no tag"):
        bench.run("untag", f"{REC}@{image.digest}")


def test_untag_of_the_last_tag_says_what_is_left(bench: Bench) -> None:
    image = bench.here.add_image("team/rec", "v1", [b"w"])
    bench.here.kept["team/rec"].tags["stable"] = image.digest
    assert len(bench.run("untag", f"{REC}:stable").lines) == 1
    (_, said) = bench.run("untag", f"{REC}:v1").lines
    assert f"modeldesk delete {REC}@{image.digest}" in said


def test_delete_names_what_is_attached(bench: Bench) -> None:
    image = bench.here.add_image("team/rec", "v1", [b"w" * 5000])
    tag = f"{image.digest.replace(':', '-')}.metadata.{'a' * 32}"
    attach(bench.here, "team/rec", image, b"said", tag)
    answer = bench.run("delete", f"{REC}:v1")
    assert bench.json("delete", f"{REC}:v1")["attached"] == [tag]
    assert any("among them: 1 metadata" in line for line in answer.lines)


def test_delete_is_a_dry_run_until_yes(bench: Bench) -> None:
    image = bench.here.add_image("team/rec", "v1", [b"w" * 5000])
    bench.here.kept["team/rec"].tags["stable"] = image.digest
    answer = bench.run("delete", f"{REC}:v1")
    assert answer.json == {
        "repository": REC,
        "digest": image.digest,
        "tags": ["stable", "v1"],
        "manifests": [image.digest],
        "attached": [],
        "freed_bytes": 5002,
        "kept_bytes": 0,
        "dry_run": True,
    }
    assert f"{REC}:stable" in answer.lines
    assert "garbage" in " ".join(answer.lines)
    assert bench.here.asked["delete_manifest"] == 0
    bench.here.deletes = False
    with pytest.raises(RegistryDenied):
        bench.run("delete", f"{REC}:v1", "--yes")
    bench.here.deletes = True
    assert bench.json("delete", f"{REC}@{image.digest}", "--yes")["dry_run"] is False
    assert bench.here.kept["team/rec"].tags == {}
    with pytest.raises(NotInRegistry):
        bench.run("delete", f"{REC}:v1")
