"""`modeldesk compare`, on an engine in memory."""

import argparse
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from modeldesk.cli.answer import Answer
from modeldesk.cli.commands import compare
from modeldesk.cli.session import Session
from modeldesk.composition import Parts
from modeldesk.core.errors import InvalidInput
from modeldesk.paths import Paths
from tests.fakes.engine import FakeFinder
from tests.unit.core.trial.bench import Bench, app_folder

Compare = Callable[..., Answer]


@pytest.fixture
def bench() -> Bench:
    return Bench()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "shop"
    made.mkdir()
    return app_folder(made)


@pytest.fixture
def run(tmp_path: Path, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Iterator[Compare]:
    parts = Parts(Paths.under(tmp_path / "home"))
    vars(parts).update(finder=FakeFinder(bench.engine), trials_with=lambda _: bench.service)
    monkeypatch.chdir(tmp_path)

    def run(*words: str) -> Answer:
        parser = argparse.ArgumentParser()
        compare.add_arguments(parser)
        # A session speaks to the standard error of its own time.
        return compare.execute(parser.parse_args(words), Session(parts))

    yield run
    parts.close()


def test_for_a_program(run: Compare, folder: Path) -> None:
    told = json.loads(json.dumps(run(str(folder), "--runs", "2").json))
    assert (told["left"]["name"], told["right"]["name"]) == ("Single-stage, naive", "Multi-stage")
    assert len(told["left"]["starts"]) == 2
    assert told["request"] == "example_request.json"
    assert told["right"]["kept_as"] is None


def test_for_a_person(run: Compare, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = run(str(folder), "--runs", "1").lines
    assert lines[0].startswith("Multi-stage is 500 MB smaller")
    assert any(line.startswith("Compressed") and "157 MB" in line for line in lines)
    assert any("not measured here" in line for line in lines)
    said = capsys.readouterr().err
    assert "Build without cache: Multi-stage  " in said
    assert "Cold starts, alternating  " in said


def test_a_report_a_request_and_names_for_the_images(
    run: Compare, folder: Path, bench: Bench
) -> None:
    Path("ask.json").write_text("[1]")
    bench.asker.statuses["/score"] = 200
    answer = run(
        *(str(folder), "--runs", "1", "--keep", "--against", "proposed", "--report", "r.md"),
        *("--request", "ask.json", "--request-path", "/score"),
    )
    assert Path("r.md").read_text(encoding="utf-8").startswith("# shop: Single-stage against")
    assert answer.lines[-1] == "The report is in r.md."
    posted = [one.body for one in bench.asker.asked if one.method == "POST"]
    assert posted == [b"[1]", b"[1]"]
    assert {str(tag) for one in bench.engine.list_images() for tag in one.tags} >= {
        "shop-compared:single-20260304-050607",
        "shop-compared:multi-20260304-050607",
    }


def test_what_can_not_be_written_or_read_is_said_before_anything_is_built(
    run: Compare, folder: Path, bench: Bench
) -> None:
    for words in (("--report", "r.txt"), ("--request", "none.json")):
        with pytest.raises(InvalidInput):
            run(str(folder), *words)
    assert "build" not in bench.engine.calls


@pytest.mark.parametrize("count", ["0", "51", "-1", "many"])
def test_runs_are_bounded(run: Compare, folder: Path, count: str) -> None:
    with pytest.raises(SystemExit):
        run(str(folder), "--runs", count)
