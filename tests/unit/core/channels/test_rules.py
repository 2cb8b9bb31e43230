"""What may become stable."""

import pytest

from modeldesk.core.channel_rule import DEFAULT_RULES, ChannelRule, own_channels
from modeldesk.core.channels.model import Requirement
from modeldesk.core.channels.words import overruled_text
from modeldesk.core.errors import InvalidInput, RuleBroken
from modeldesk.core.references import Reference
from tests.unit.core.channels.bench import NAME, Bench

ALL = ChannelRule(metrics=True, after="candidate", tests=True)


@pytest.fixture
def bench() -> Bench:
    made = Bench()
    made.rules["stable"] = ALL
    return made


def broken(bench: Bench, tag: str = "v1.0.0") -> list[str]:
    return [one.requirement.value for one in bench.plan(tag).broken]


def test_a_version_that_has_it_all_may_become_stable(bench: Bench) -> None:
    bench.add("v1.0.0", tests="passed")
    bench.set("v1.0.0", "candidate")
    assert broken(bench) == []
    bench.set("v1.0.0")
    assert bench.both() == ("v1.0.0", "v1.0.0")


def test_what_is_missing_is_named_one_by_one(bench: Bench) -> None:
    bench.add("v1.0.0", metrics=False)
    assert [one.why for one in bench.plan("v1.0.0").broken] == [
        "v1.0.0 was registered without metrics.",
        "v1.0.0 was not candidate before.",
        "v1.0.0 does not say that its tests passed.",
    ]
    with pytest.raises(RuleBroken, match=r"rules of stable: .*metrics.*candidate.*tests"):
        bench.set("v1.0.0")
    assert bench.both() == ("", "")


@pytest.mark.parametrize("said", ["failed", "Passed", "3 of 4"])
def test_only_passed_is_passed(bench: Bench, said: str) -> None:
    bench.rules["stable"] = ChannelRule(tests=True)
    bench.add("v1.0.0", tests=said)
    assert [one.why for one in bench.plan("v1.0.0").broken] == ["v1.0.0 did not pass its tests."]


def test_it_was_candidate_if_the_history_says_so(bench: Bench) -> None:
    bench.rules["stable"] = ChannelRule(after="candidate")
    for tag in ("v1.0.0", "v1.1.0"):
        bench.add(tag)
        bench.set(tag, "candidate")
    assert broken(bench, "v1.0.0") == [], "it is no more, but was"
    bench.undo("candidate")
    assert broken(bench, "v1.1.0") == ["after"], "that was taken back"
    assert broken(bench, "v1.0.0") == []


def test_it_was_candidate_if_it_is(bench: Bench) -> None:
    """Whoever gave it the tag."""
    bench.rules["stable"] = ChannelRule(after="candidate")
    image = bench.add("v1.0.0")
    bench.engine.tag_image(image, Reference.parse(f"{NAME}:candidate"))
    assert broken(bench) == []


def test_a_rule_is_overruled_with_a_reason_that_is_kept(bench: Bench) -> None:
    bench.add("v1.0.0", metrics=False)
    plan = bench.plan("v1.0.0")
    with pytest.raises(InvalidInput, match="with a reason only"):
        bench.carry_out(plan, " ", override=True)
    move = bench.carry_out(plan, "the old one burns", override=True)
    assert move.broken == tuple(one.value for one in Requirement)
    assert move.why == "the old one burns"
    assert overruled_text(move) == (
        "overruled: has metrics, was in the channel before, passed its tests"
    )


def test_undoing_asks_no_rule(bench: Bench) -> None:
    bench.add("v1.0.0", metrics=False)
    bench.add("v1.1.0", metrics=False)
    for tag in ("v1.0.0", "v1.1.0"):
        bench.carry_out(bench.plan(tag), "needed", override=True)
    bench.undo()
    assert bench.both() == ("v1.0.0", "v1.0.0")


def test_a_channel_without_a_rule_takes_any_version(bench: Bench) -> None:
    bench.add("v1.0.0", metrics=False)
    bench.set("v1.0.0", "candidate")
    assert bench.both("candidate") == ("v1.0.0", "v1.0.0")


def test_the_programs_own_rules_are_for_stable() -> None:
    assert {"stable": ChannelRule(metrics=True, after="candidate")} == DEFAULT_RULES
    assert own_channels({**DEFAULT_RULES, "b": ALL, "a": ALL, "deprecated": ALL}) == ("a", "b")
