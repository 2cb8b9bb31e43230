"""Channels on the command line."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from modeldesk.cli.answer import Answer
from modeldesk.cli.commands import channel
from modeldesk.cli.exit_codes import ExitCode, exit_code_of
from modeldesk.cli.session import Session
from modeldesk.composition import Parts
from modeldesk.core.channel_rule import DEFAULT_RULES
from modeldesk.core.errors import (
    ChannelError,
    EngineError,
    InvalidInput,
    NotFound,
    NotInRegistry,
    RegistryUnavailable,
    RuleBroken,
)
from modeldesk.core.library.service import Library
from modeldesk.paths import Paths
from tests.fakes.engine import FakeFinder
from tests.fakes.records import FakeImageRecords
from tests.unit.core.channels.bench import REPOSITORY, Bench

Say = Callable[..., Answer]


@pytest.fixture
def bench() -> Bench:
    made = Bench()
    for tag in ("v1.0.0", "v1.1.0"):
        made.add(tag)
    return made


@pytest.fixture
def say(bench: Bench, tmp_path: Path) -> Say:
    """Each call is a run of the program."""

    def said(*words: str) -> Answer:
        parts = Parts(Paths.under(tmp_path))
        vars(parts).update(
            finder=FakeFinder(bench.engine),
            library=Library(FakeImageRecords()),
            channels=bench.another_program(),
        )
        parser = argparse.ArgumentParser()
        channel.add_arguments(parser)
        session = Session(parts)
        try:
            return channel.execute(parser.parse_args(words), session)
        finally:
            session.close()

    return said


def fields(answer: Answer) -> dict[str, Any]:
    assert isinstance(answer.json, dict)
    return answer.json


def test_a_channel_is_set_shown_and_told(bench: Bench, say: Say) -> None:
    done = say("set", "rec", "stable", "v1.0.0", "--why", "it is fit")
    assert done.lines[0] == "stable now points at v1.0.0."
    assert "registry.lan:5000/team/rec:stable in registry.lan:5000: – → " in done.lines[1]
    moved = fields(done)
    assert (moved["from"], moved["to"], moved["state"]) == (None, "v1.0.0", "done")
    assert (moved["who"], moved["why"], moved["undoes"]) == ("mei", "it is fit", None)
    assert [step["place"] for step in moved["steps"]] == ["registry", "engine"]
    say("set", "rec", "stable", "v1.1.0")
    shown = say("rec")
    assert shown.lines[1].split()[:4] == [
        "stable",
        "v1.1.0",
        bench.version("v1.1.0").key.image.removeprefix("sha256:")[:12],
        "same",
    ]
    channels = fields(shown)["channels"]
    assert [one["channel"] for one in channels] == ["stable", "candidate", "deprecated"]
    assert channels[0]["version"] == "v1.1.0"
    assert channels[0]["registries"][0]["same"] is True
    assert channels[0]["last"]["from"] == "v1.0.0"
    assert channels[1]["version"] is None
    told = say("history", "rec")
    assert [one["to"] for one in fields(told)["moves"]] == ["v1.1.0", "v1.0.0"]
    assert "v1.0.0 → v1.1.0" in told.lines[1]
    assert "it is fit" in told.lines[2]
    assert say("history", "rec", "candidate").lines == ("Nothing was moved yet.",)


def test_undo_takes_back_one_move(bench: Bench, say: Say) -> None:
    say("set", "rec", "stable", "v1.0.0")
    second = say("set", "rec", "stable", "v1.1.0")
    back = say("undo", "rec", "stable")
    assert back.lines[0] == "stable is v1.0.0 again."
    assert fields(back)["undoes"] == fields(second)["id"]
    assert bench.both() == ("v1.0.0", "v1.0.0")
    assert say("undo", "rec", "stable").lines[0] == "stable is taken off again."
    with pytest.raises(ChannelError, match="No move of stable"):
        say("undo", "rec", "stable")


def test_setting_it_again_changes_nothing_and_is_no_failure(bench: Bench, say: Say) -> None:
    say("set", "rec", "stable", "v1.0.0")
    again = say("set", "rec", "stable", "v1.0.0")
    assert again.exit_code is ExitCode.DONE
    assert again.lines == ("v1.0.0 is stable already.",)
    assert fields(again)["state"] == "unchanged"
    assert len(fields(say("history", "rec"))["moves"]) == 1


@pytest.mark.parametrize(
    "text", ["v1.0.0", "rec:v1.0.0", "id", "registry.lan:5000/team/rec:v1.0.0"]
)
def test_a_version_is_named_in_any_way(bench: Bench, say: Say, text: str) -> None:
    image = bench.version("v1.0.0").key.image
    say("set", "rec", "candidate", image if text == "id" else text)
    assert bench.both("candidate") == ("v1.0.0", "v1.0.0")


def test_a_version_of_another_model_is_none(bench: Bench, say: Say) -> None:
    bench.engine.add_image("other:v3.0.0")
    with pytest.raises(NotFound, match="is no version of rec"):
        say("set", "rec", "stable", "other:v3.0.0")
    with pytest.raises(NotFound) as none:
        say("set", "nobody", "stable", "v1.0.0")
    assert exit_code_of(none.value) is ExitCode.NOT_FOUND


def test_a_broken_rule_has_an_exit_code_and_is_overruled_with_a_reason(
    bench: Bench, say: Say
) -> None:
    bench.rules.update(DEFAULT_RULES)
    with pytest.raises(RuleBroken, match="was not candidate before") as broken:
        say("set", "rec", "stable", "v1.0.0")
    assert exit_code_of(broken.value) is ExitCode.RULE_BROKEN
    with pytest.raises(InvalidInput, match="with a reason only"):
        say("set", "rec", "stable", "v1.0.0", "--override")
    done = say("set", "rec", "stable", "v1.0.0", "--override", "--why", "it burns")
    assert fields(done)["overruled"] == ["after"]
    assert "overruled: was in the channel before" in say("history", "rec").lines[1]


def test_deprecated_is_cleared_by_the_version(bench: Bench, say: Say) -> None:
    for tag in ("v1.0.0", "v1.1.0"):
        assert say("set", "rec", "deprecated", tag).lines[0] == f"{tag} is deprecated now."
    with pytest.raises(InvalidInput, match="2 versions of rec are deprecated"):
        say("clear", "rec", "deprecated")
    assert say("clear", "rec", "deprecated", "v1.0.0").lines[0] == (
        "deprecated is taken off v1.0.0."
    )
    say("clear", "rec", "deprecated")
    assert bench.both("deprecated-v1.1.0") == ("", "")
    with pytest.raises(NotFound, match="No version of rec is deprecated"):
        say("clear", "rec", "deprecated")


def test_what_is_not_in_the_registry_moves_here_only_when_asked(bench: Bench, say: Say) -> None:
    bench.add("v1.2.0", pushed=False)
    with pytest.raises(NotInRegistry) as absent:
        say("set", "rec", "stable", "v1.2.0")
    assert exit_code_of(absent.value) is ExitCode.NOT_FOUND
    say("set", "rec", "stable", "v1.2.0", "--here-only")
    assert bench.both() == ("v1.2.0", "")
    assert any("stable is v1.2.0 here and nothing in" in line for line in say("rec").lines)


def test_a_registry_that_is_away_is_said_below_the_table(bench: Bench, say: Say) -> None:
    bench.registry.is_away = True
    shown = say("rec")
    assert shown.lines[1].split()[-1] == "?"
    assert any("does not answer" in line for line in shown.lines)
    with pytest.raises(RegistryUnavailable):
        say("set", "rec", "stable", "v1.0.0")


def test_a_half_done_move_is_told_and_finished(bench: Bench, say: Say) -> None:
    plan = bench.plan("v1.0.0")
    bench.engine.fail_next("tag_image", EngineError("no"))
    bench.registry.deletes = False
    with pytest.raises(ChannelError, match="but not on the engine: no"):
        bench.carry_out(plan)
    lines = say("rec").lines
    assert any("modeldesk channel finish rec stable" in line for line in lines)
    assert "half done" in say("history", "rec").lines[1]
    assert say("finish", "rec", "stable").lines[0] == "stable now points at v1.0.0."
    assert bench.both() == ("v1.0.0", "v1.0.0")
    with pytest.raises(ChannelError, match="left to finish"):
        say("finish", "rec", "stable")


def test_what_another_program_moved_is_said(bench: Bench, say: Say) -> None:
    say("set", "rec", "stable", "v1.0.0", "--here-only")
    tags = bench.registry.kept[REPOSITORY].tags
    tags["stable"] = tags["v1.1.0"]
    bench.engine.tag_image(
        bench.version("v1.1.0").key.image, bench.plan("v1.1.0").steps[0].reference
    )
    assert any("by another program since" in line for line in say("rec").lines)


@pytest.mark.parametrize(
    "words",
    [
        ("set", "rec", "stable"),
        ("set", "rec"),
        ("undo", "rec"),
        ("rec", "stable"),
        ("history", "rec", "stable", "more"),
    ],
)
def test_other_words_are_refused(say: Say, words: tuple[str, ...]) -> None:
    with pytest.raises(InvalidInput, match="none of the forms"):
        say(*words)


def test_no_such_channel_is_wrong_input(say: Say) -> None:
    with pytest.raises(InvalidInput, match="no channel “production”") as wrong:
        say("set", "rec", "production", "v1.0.0")
    assert exit_code_of(wrong.value) is ExitCode.USAGE
    assert "stable, candidate, deprecated" in wrong.value.hint


def test_the_history_of_what_is_not_there_is_none(bench: Bench, say: Say) -> None:
    with pytest.raises(NotFound, match="no model “rek”") as unknown:
        say("history", "rek")
    assert exit_code_of(unknown.value) is ExitCode.NOT_FOUND
    with pytest.raises(InvalidInput, match="no channel “stabel”"):
        say("history", "rec", "stabel")
    say("set", "rec", "stable", "v1.0.0")
    bench.engine.stop()
    assert len(fields(say("history", "rec"))["moves"]) == 1, "no engine is needed for what is kept"
