"""`modeldesk metadata` and `modeldesk search`, on a fake engine and registry."""

import argparse
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from modeldesk.cli.answer import Answer
from modeldesk.cli.commands import metadata, search
from modeldesk.cli.exit_codes import exit_code_of
from modeldesk.cli.session import Session
from modeldesk.composition import Parts
from modeldesk.core.attached.service import MetadataService
from modeldesk.core.errors import (
    EngineUnavailable,
    InvalidInput,
    InvalidQuery,
    NotFound,
    RegistryUnavailable,
)
from modeldesk.core.ids import ImageId
from modeldesk.core.jobs import CancelToken
from modeldesk.core.layers.kinds import LayerKind
from modeldesk.core.library.browsing import Browsing
from modeldesk.core.library.remote_model import RemoteVersion, RemoteVersions
from modeldesk.core.library.remote_versions import RemoteHistory
from modeldesk.core.library.service import Library
from modeldesk.core.registry.known import KnownRegistry
from modeldesk.core.settings import Settings
from modeldesk.paths import Paths
from tests.fakes.engine import FakeEngine, FakeFinder
from tests.fakes.records import FakeImageRecords
from tests.fakes.registry import FakeRegistries
from tests.fakes.version_registry import FakeVersionRegistry
from tests.unit.core.library.images import START, image_id

REPOSITORY = "r.lan/team/rec"
METRICS = "io.modeldesk.model.metrics"


class Bench:
    """With records and an index of its own, in files."""

    def __init__(self, home: Path, engine: FakeEngine | None = None) -> None:
        self.engine = engine or FakeEngine()
        self.registry = FakeVersionRegistry()
        self.registries = FakeRegistries("r.lan")
        self.parts = Parts(Paths.under(home))
        vars(self.parts).update(
            finder=FakeFinder(self.engine),
            library=Library(FakeImageRecords()),
            remote_versions=RemoteHistory(self.parts.remote_records, self.registry),
            browsing=Browsing(self.parts.remote_records, self.registry, _clock()),
            metadata=MetadataService(
                self.parts.metadata_records, lambda: self.registries, lambda: "Ann", _clock()
            ),
        )
        self.session = Session(self.parts)

    def metadata(self, *arguments: str) -> Answer:
        return _run(metadata, arguments, self.session)

    def search(self, *arguments: str) -> Answer:
        return _run(search, arguments, self.session)

    def push(self, tag: str = "v1", accuracy: float = 0.9) -> RemoteVersion:
        """A version that only the registry has."""
        manifest = self.registries.at("r.lan").add_image("team/rec", tag, [tag.encode()])
        labels = {METRICS: json.dumps({"accuracy": accuracy})}
        sizes = {LayerKind.OTHER: 7}
        number = int(tag.removeprefix("v"))
        made = RemoteVersion(
            REPOSITORY, tag, manifest.digest, image_id(number), START, "rec", sizes, (), labels
        )
        before = self.registry.repositories.get(REPOSITORY, RemoteVersions()).versions
        self.registry.repositories[REPOSITORY] = RemoteVersions((*before, made))
        return made


def _clock() -> Any:
    from datetime import timedelta
    from itertools import count

    ticks = count()
    return lambda: START + timedelta(minutes=next(ticks))


def _run(command: Any, arguments: Sequence[str], session: Session) -> Answer:
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    answer: Answer = command.execute(parser.parse_args([*arguments]), session)
    return answer


@pytest.fixture
def bench(tmp_path: Path) -> Any:
    made = Bench(tmp_path)
    yield made
    made.session.close()


def told(answer: Answer) -> dict[str, Any]:
    document: Any = answer.json
    return {one["key"]: one["value"] for one in document["values"]}


def test_labels_and_what_was_said_since(bench: Bench) -> None:
    bench.engine.add_image("rec:v1", labels={METRICS: '{"accuracy": 0.5}'})
    assert told(bench.metadata("rec:v1")) == {"metric.accuracy": 0.5}
    answer = bench.metadata(
        "rec:v1", "--set", "metric.accuracy=0.9", "--set", "dataset=clicks", "--set",
        "tag.note=a=b", "--why", "measured again",
    )  # fmt: skip
    assert told(answer) == {
        "metric.accuracy": 0.9, "tag.note": "a=b", "training.dataset": "clicks",
    }  # fmt: skip
    assert answer.problem is None
    assert any("Ann" in line and "(measured again)" in line for line in answer.lines)
    assert told(bench.metadata("rec:v1", "--unset", "metric.accuracy")) == {
        "tag.note": "a=b", "training.dataset": "clicks",
    }  # fmt: skip


def test_what_looks_secret_is_neither_taken_nor_printed_nor_kept(
    bench: Bench, tmp_path: Path
) -> None:
    parameters = json.dumps({"api_token": "s3cret", "lr": 0.1})
    bench.engine.add_image("rec:v1", labels={"io.modeldesk.model.parameters": parameters})
    with pytest.raises(InvalidInput, match="secret"):
        bench.metadata("rec:v1", "--set", "tag.api_token=s3cret")
    answers = bench.metadata("rec:v1"), bench.search("param.lr = 0.1")
    for answer in answers:
        assert "0.1" in "".join(answer.lines)
        assert "s3cret" not in json.dumps(answer.json) + "".join(answer.lines)
    bench.parts.close()
    for file in tmp_path.iterdir():
        assert not file.is_file() or b"s3cret" not in file.read_bytes()


@pytest.mark.parametrize("given", ["accuracy=1", "metric.a", "metric.a=high", "colour.x=1"])
def test_what_cannot_be_set(bench: Bench, given: str) -> None:
    bench.engine.add_image("rec:v1")
    with pytest.raises(InvalidInput):
        bench.metadata("rec:v1", "--set", given)


def test_a_version_of_a_registry_is_edited_there(bench: Bench) -> None:
    made = bench.push()
    answer = bench.metadata(f"{REPOSITORY}:v1", "--set", "tag.owner=ann")
    assert told(answer) == {"metric.accuracy": 0.9, "tag.owner": "ann"}
    listed = bench.registries.at("r.lan").referrers("team/rec", made.digest, CancelToken())
    assert len(listed) == 1
    assert isinstance(answer.json, dict)
    assert answer.json["waiting"] == 0


def test_weights_without_an_image(bench: Bench) -> None:
    made = bench.push()
    weights = replace(made, artifact="ModelPack", platforms=(), image=ImageId(made.digest))
    found = RemoteVersions((weights,), channels={"stable": made.digest})
    bench.registry.repositories[REPOSITORY] = found
    vars(bench.parts).update(finder=_NoEngine())
    answer = bench.metadata(f"{REPOSITORY}:stable", "--set", "tag.owner=ann", "--why", "asked")
    assert told(answer) == {"metric.accuracy": 0.9, "tag.owner": "ann"}
    registry, token = bench.registries.at("r.lan"), CancelToken()
    assert len(registry.referrers("team/rec", made.digest, token)) == 1
    # A copy gets what is said from then on, and what was said before.
    registry.add_image("prod/rec", "v1", [b"v1"])
    copy = replace(weights, repository="r.lan/prod/rec")
    bench.parts.remote_records.keep_remote_versions([copy])
    bench.metadata("rec:v1", "--set", "metric.accuracy=0.95")
    assert len(registry.referrers("team/rec", made.digest, token)) == 2
    assert len(registry.referrers("prod/rec", made.digest, token)) == 2


def test_others_are_asked_when_wanted(bench: Bench, tmp_path: Path) -> None:
    made = bench.push()
    bench.metadata(f"{REPOSITORY}:v1", "--set", "tag.owner=ann")
    other = Bench(tmp_path / "other")
    other.registries.hosts = bench.registries.hosts
    other.registry.repositories = bench.registry.repositories
    name = f"{REPOSITORY}@{made.digest}"
    assert told(other.metadata(name)) == {"metric.accuracy": 0.9}
    assert told(other.metadata(name, "--ask"))["tag.owner"] == "ann"
    other.session.close()


def test_a_registry_that_is_away_loses_nothing(bench: Bench) -> None:
    bench.push()
    bench.metadata(f"{REPOSITORY}:v1")
    bench.registries.at("r.lan").is_away = True
    bench.registry.failing[REPOSITORY] = RegistryUnavailable("away")
    answer = bench.metadata("rec:v1", "--set", "tag.owner=ann")
    assert answer.problem is not None
    assert any("1 edit is not in the registry yet" in line for line in answer.lines)


def test_no_such_version(bench: Bench) -> None:
    with pytest.raises(NotFound):
        bench.metadata("nothing:v1")
    with pytest.raises(NotFound):
        bench.metadata("r.lan/none:v1")


def test_search_here_and_in_registries(bench: Bench) -> None:
    for number, accuracy in ((1, 0.5), (2, 0.95), (3, 0.91)):
        labels = {METRICS: f'{{"accuracy": {accuracy}}}'}
        bench.engine.add_image(f"rec:v{number}.0.0", labels=labels)
    bench.push("v9", 0.99)
    answer = bench.search("accuracy >= 0.9", "--sort", "accuracy")
    assert [line.split()[:2] for line in answer.lines] == [
        ["MODEL", "VERSION"], ["rec", "v2.0.0"], ["rec", "v3.0.0"],
    ]  # fmt: skip
    bench.parts.remote_versions.ask([REPOSITORY], CancelToken())
    bench.parts.search.forget()
    answer = bench.search("accuracy", ">=", "0.9", "--sort", "accuracy", "--reverse")
    assert isinstance(answer.json, dict)
    versions: Any = answer.json["versions"]
    assert [one["version"] for one in versions] == ["v3.0.0", "v2.0.0", "v9"]
    assert versions[2]["where"] == "registry"
    assert versions[2]["metrics"] == {"accuracy": 0.99}


def test_search_asks_known_registries(bench: Bench) -> None:
    made = bench.push("v9", 0.99)
    bench.parts.remote_versions.ask([REPOSITORY], CancelToken())
    bench.metadata(f"{REPOSITORY}:v9", "--set", "tag.owner=ann")
    bench.push("v10", 0.5)
    answer = bench.search("tag.owner = ann or v10", "--refresh", "--sort", "version")
    assert isinstance(answer.json, dict)
    assert answer.json["total"] == 2
    assert made.digest in json.dumps(answer.json)


def test_search_looks_through_registries_of_which_nothing_is_known(
    bench: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    bench.push("v9", 0.99)
    bench.parts.settings = Settings(registries=(KnownRegistry("r.lan"),))
    bench.session = Session(bench.parts)
    assert "v9" not in "".join(bench.search("accuracy > 0.9").lines)
    unasked = "r.lan was not looked through yet: --refresh asks it."
    assert unasked in capsys.readouterr().err
    bench.parts.search.forget()
    assert "v9" in "".join(bench.search("accuracy > 0.9", "--refresh").lines)
    assert unasked not in capsys.readouterr().err


def test_search_without_an_engine(bench: Bench) -> None:
    bench.push("v9", 0.99)
    bench.parts.remote_versions.ask([REPOSITORY], CancelToken())
    bench.engine.stop()
    vars(bench.parts).update(finder=_NoEngine())
    answer = bench.search("accuracy > 0.9")
    assert any("v9" in line for line in answer.lines)


class _NoEngine(FakeFinder):
    def __init__(self) -> None:
        super().__init__(FakeEngine())

    def find(self, preferred: str = "") -> Any:
        raise EngineUnavailable("No engine answers.")


def test_where_a_query_goes_wrong(bench: Bench) -> None:
    with pytest.raises(InvalidQuery) as caught:
        bench.search("accuracy >= 0.9 and size < big")
    assert caught.value.detail.splitlines() == [
        "accuracy >= 0.9 and size < big",
        "                           ^^^",
    ]
    assert exit_code_of(caught.value) == 2


def test_nothing_found_says_what_is_near(bench: Bench) -> None:
    bench.engine.add_image("rec:v1", labels={METRICS: '{"accuracy": 0.5}'})
    answer = bench.search("acuracy > 0")
    assert answer.lines == (
        "Nothing was found.",
        "No version has “acuracy”. Did you mean accuracy?",
    )


def test_how_many_are_shown(bench: Bench) -> None:
    for number in range(3):
        bench.engine.add_image(f"rec:v{number}.0.0")
    assert bench.search("--limit", "2").lines[-1] == "… of 3 versions"
