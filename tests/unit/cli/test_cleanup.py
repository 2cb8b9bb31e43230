"""`modeldesk cleanup`, on fakes."""

import argparse
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from modeldesk.cli.answer import Answer
from modeldesk.cli.commands import cleanup
from modeldesk.cli.exit_codes import ExitCode, exit_code_of
from modeldesk.cli.session import Session
from modeldesk.composition import Parts
from modeldesk.core.containers.model import ContainerSpec
from modeldesk.core.engine.model import BuildCache
from modeldesk.core.errors import InUse, NotFound, RecordsDamaged, RecordsError
from modeldesk.core.library.service import Library
from modeldesk.paths import Paths
from tests.fakes.engine import FakeEngine, FakeFinder
from tests.fakes.records import FakeImageRecords, FakeReleaseRecords
from tests.support.releases import release_service

MB = 1_000_000
Clean = Callable[..., Answer]


@pytest.fixture
def engine() -> FakeEngine:
    """Ten versions, five days apart; v1.0.0 in use, v1.1.0 deprecated; two untagged ones."""
    engine = FakeEngine()
    now = datetime.now(UTC)
    for number in range(10):
        image = engine.add_image(
            f"rec:v1.{number}.0",
            *(["rec:deprecated"] if number == 1 else []),
            steps=[(f"COPY w{number}", 10 * MB)],
            created=now - timedelta(days=1 + 5 * (9 - number)),
        )
        if number == 0:
            engine.create_container(ContainerSpec(image, "serving"))
    engine.add_image(steps=[("COPY x", MB)], labels={"io.modeldesk.model.name": "rec"})
    engine.add_image(steps=[("COPY y", 2 * MB)])
    return engine


@pytest.fixture
def session(engine: FakeEngine, tmp_path: Path) -> Session:
    parts = Parts(Paths.under(tmp_path))
    releases = release_service(FakeReleaseRecords(), who=lambda: "ana")
    vars(parts).update(
        finder=FakeFinder(engine), library=Library(FakeImageRecords()), releases=releases
    )
    return Session(parts)


@pytest.fixture
def clean(session: Session) -> Clean:
    def run(*words: str) -> Answer:
        parser = argparse.ArgumentParser()
        cleanup.add_arguments(parser)
        return cleanup.execute(parser.parse_args(words), session)

    return run


def told(answer: Answer) -> Mapping[str, object]:
    assert isinstance(answer.json, dict)
    return answer.json


def names(answer: Answer) -> list[tuple[object, ...]]:
    candidates = told(answer)["candidates"]
    assert isinstance(candidates, list)
    return [(*one["references"][:1], one["reason"], bool(one["locked"])) for one in candidates]


def test_a_dry_run_lists_everything_and_removes_nothing(engine: FakeEngine, clean: Clean) -> None:
    answer = clean()

    assert names(answer) == [
        ("untagged", False),
        ("untagged", False),
        ("rec:v1.1.0", "deprecated", False),
        ("rec:v1.3.0", "old", False),
        ("rec:v1.2.0", "old", False),
        ("rec:v1.0.0", "old", True),
    ]
    assert told(answer)["freed_bytes"] == 33 * MB
    assert told(answer)["dry_run"] is True
    assert told(answer)["removed"] == []
    assert "remove_image" not in engine.calls
    assert answer.lines[-1] == "Dry run: 5 would go, 33.0 MB come back. Add --yes to remove."
    assert "stays: A stopped container still needs it: serving." in "\n".join(answer.lines)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--untagged"], {"untagged": 2}),
        (["--untagged", "--model", "rec"], {"untagged": 1}),
        (["--deprecated"], {"deprecated": 1}),
        (["--keep", "8"], {"old": 1}),
        (["--keep", "7"], {"old": 2}),
        (["--older-than", "4w"], {"old": 3}),
        (["--older-than", "4w", "--keep", "7"], {"old": 2}),
        (["--deprecated", "--untagged"], {"deprecated": 1, "untagged": 2}),
        (["--build-cache"], {}),
    ],
)
def test_what_is_asked_for(clean: Clean, words: list[str], expected: dict[str, int]) -> None:
    reasons = [reason for *_, reason, _ in names(clean(*words))]

    assert {str(reason): reasons.count(reason) for reason in reasons} == expected


def test_yes_removes_just_what_the_dry_run_lists(engine: FakeEngine, clean: Clean) -> None:
    promised = told(clean("--keep", "8", "--deprecated"))["freed_bytes"]

    answer = clean("--keep", "8", "--deprecated", "--yes")

    assert told(answer)["freed_bytes"] == promised == 10 * MB
    assert told(answer)["removed"] == [
        {
            "image_id": told(answer)["removed"][0]["image_id"],  # type: ignore[index]
            "references": ["rec:v1.1.0", "rec:deprecated"],
            "image": True,
        }
    ]
    assert len(engine.list_images()) == 11
    assert answer.lines == ("1 removed, 10.0 MB freed.",)


def test_a_refusal_is_told_and_fails_the_command(engine: FakeEngine, clean: Clean) -> None:
    engine.fail_next("remove_image", InUse("A container uses it."))

    answer = clean("--untagged", "--yes")

    assert answer.exit_code is ExitCode.FAILED
    assert [one["error"] for one in told(answer)["failed"]] == [  # type: ignore[attr-defined]
        "A container uses it."
    ]
    assert answer.lines[0].startswith("1 removed, 1 refused, ")


def test_a_model_that_is_not_there(clean: Clean) -> None:
    with pytest.raises(NotFound, match="no model “rek” on the engine") as raised:
        clean("--model", "rek")
    assert exit_code_of(raised.value) is ExitCode.NOT_FOUND
    assert "Did you mean rec?" in raised.value.hint


@pytest.mark.parametrize("words", [[], ["--yes"]])
def test_nothing_to_do_is_one_sentence(engine: FakeEngine, clean: Clean, words: list[str]) -> None:
    engine.cache = BuildCache(7 * MB, 500 * MB)
    engine.add_image("python:3", steps=[("ADD x", MB)])
    answer = clean("--model", "python", *words)
    assert answer.lines == ("There is nothing to clean up.",)
    assert answer.exit_code is ExitCode.DONE
    held = clean("--older-than", "46d", *words).lines
    assert held[1].startswith("rec")
    assert held[-1] == "There is nothing to clean up: all of it is held."


def test_the_build_cache_alone_has_no_empty_table(engine: FakeEngine, clean: Clean) -> None:
    engine.cache = BuildCache(7 * MB, 500 * MB)
    assert clean("--build-cache").lines == (
        "docker builder prune",
        "Dry run: 0 would go, 7.00 MB come back. Add --yes to remove.",
    )


def test_the_build_cache(engine: FakeEngine, clean: Clean) -> None:
    engine.cache = BuildCache(7 * MB, 500 * MB)
    engine.keeps_layers = True

    dry = clean("--untagged")
    kept = clean("--untagged", "--yes")
    emptied = clean("--build-cache", "--yes")

    assert dry.lines[-1].startswith("Up to 3.00 MB of that may be in the build cache too")
    assert told(kept)["freed_bytes"] == 0
    assert told(kept)["kept_by_build_cache"] == 3 * MB
    assert told(emptied)["freed_bytes"] == 10 * MB


def test_without_the_records_nothing_is_offered(session: Session, clean: Clean) -> None:
    session._records_problem = RecordsDamaged("The records can't be read.")

    with pytest.raises(RecordsError):
        clean("--yes")


@pytest.mark.parametrize(
    "words", [["--keep", "0"], ["--keep", "x"], ["--older-than", "30"], ["--older-than", "9999d"]]
)
def test_what_is_no_rule(clean: Clean, words: list[str]) -> None:
    with pytest.raises(SystemExit):
        clean(*words)
