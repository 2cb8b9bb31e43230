"""A rollout, reported."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from modeldesk.core.canary.events import Event, Pause, Promote, Tick
from modeldesk.core.canary.history import RolloutHistory
from modeldesk.core.canary.machine import advance
from modeldesk.core.canary.model import (
    Evaluation,
    Limits,
    Measure,
    Phase,
    Rollout,
    RolloutChange,
    RolloutCheck,
    Verdict,
    VersionEvaluation,
    VersionNumbers,
)
from modeldesk.core.canary.report import rollout_report
from modeldesk.core.canary.words import (
    accuracy_text,
    measure_name,
    ms_text,
    phase_name,
    points_text,
    rate_text,
    sentence,
    split_text,
    verdict_name,
)
from modeldesk.core.compare.report import save_report
from modeldesk.core.gateway.model import SplitKey
from modeldesk.core.releases.model import VersionTarget
from tests.unit.core.canary.rollouts import BAD, NOW, V2, after, measured, rollout


def aborted() -> RolloutHistory:
    """One that sent itself back."""
    current = rollout()
    checks: list[RolloutCheck] = []
    changes = [RolloutChange(NOW, Phase.STEP, 0, 1_000, "", "")]
    for n in range(1, 4):
        turn = advance(current, Tick(measured(BAD)), after(10 * n))
        current = turn.rollout
        checks += [turn.check] if turn.check else []
        changes += [turn.change] if turn.change else []
    ended = replace(current, phase=Phase.ABORTED, ending=None, finished=after(31))
    some = VersionEvaluation(100, 1, 2, 90, 12.5, 40.0)
    return RolloutHistory(
        ended, tuple(changes), tuple(checks), Evaluation(NOW, "set.jsonl", some, some)
    )


def written(history: RolloutHistory, path: Path) -> str:
    save_report(rollout_report(history), path, NOW)
    return path.read_text(encoding="utf-8")


def test_markdown_tells_all_of_it(tmp_path: Path) -> None:
    text = written(aborted(), tmp_path / "r.md").replace("\\", "")
    assert text.startswith("# Canary of shop: v1.4.0\n")
    assert "v1.4.0 was taken back: v1.3.0 serves all of shop’s callers." in text
    assert "30 % of 1,000 requests failed; 1 % may." in text
    assert "by mei; it took 31s." in text
    for title in ("Versions", "The last check", "Course", "Plan", "Evaluation set set.jsonl"):
        assert f"## {title}\n" in text
    assert f"`{V2.digest}`" in text
    assert re.search(r"\| 10 % \| Failed \| 1,000 / 1,000 \| 30 % / 0.2 % \| 20 ms / 20 ms", text)
    assert "| Steps | 10 %, 50 %, 100 % |" in text
    assert "| p95 against stable at most | 1.5 × |" in text
    assert "| Canary | 100 | 1 | 2 | 90.0 % | 12.5 ms | 40 ms |" in text


def test_html_needs_nothing_else_and_draws_the_latencies(tmp_path: Path) -> None:
    text = written(aborted(), tmp_path / "r.html")
    assert "<h2>p95 at each check</h2>" in text
    assert text.count('<i style="left:') == 6
    assert "Image size" not in text
    assert not re.search(r"(src|href)=|<script|https?://", text)


def test_json_has_names_and_units(tmp_path: Path) -> None:
    found = json.loads(written(aborted(), tmp_path / "r.json"))
    assert (found["state"], found["share"], found["step"]) == ("aborted", 0.0, 1)
    assert found["plan"]["steps"] == [10.0, 50.0, 100.0]
    assert found["canary"]["digest"] == V2.digest
    last = found["checks"][-1]
    assert (last["verdict"], last["share"]) == ("failed", 10.0)
    assert last["numbers"]["canary"]["error_rate"] == 0.3
    assert last["limits"][1]["measure"] == "error rate"
    assert found["changes"][-1]["state"] == "aborted"
    assert found["evaluation"]["canary"]["accuracy"] == 0.9


def test_one_that_has_just_begun_can_be_reported(tmp_path: Path) -> None:
    begun = RolloutHistory(rollout(Phase.SCHEDULED), (), ())
    for name in ("r.md", "r.html", "r.json"):
        assert written(begun, tmp_path / name)
    assert "Nothing was checked." in written(begun, tmp_path / "r.md")
    no_numbers = RolloutCheck(NOW, 0, 1_000, Verdict.NOT_MEASURED, None)
    odd = RolloutHistory(rollout(plan=replace(rollout().plan, limits=ALL)), (), (no_numbers,))
    assert "Accuracy under stable at most" in written(odd, tmp_path / "r.md")


ALL = Limits(0.01, 0.01, 250.0, 1.5, 0.9, 0.02)


@pytest.mark.parametrize("name", ["<b>x</b>", "a|b", "*x*", "x\n# y"])
def test_nothing_of_it_is_markup(name: str, tmp_path: Path) -> None:
    history = aborted()
    evil = replace(
        history,
        rollout=replace(
            history.rollout, why=name, who=name, target=VersionTarget(V2.image, name, name)
        ),
        evaluation=replace(history.evaluation, name=name) if history.evaluation else None,
    )
    assert "<b>x" not in written(evil, tmp_path / "r.html")
    text = written(evil, tmp_path / "r.md")
    assert "\n# y" not in text
    assert "<b>" not in text.replace("`<b>x</b>`", "")


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (rollout(Phase.SCHEDULED), "v1.4.0 is being started in shop."),
        (rollout(Phase.MIRRORING), "v1.4.0 gets copies of shop’s requests."),
        (rollout(step=1), "v1.4.0 has 50 % of shop’s callers, step 2 of 3."),
        (rollout(Phase.PROMOTED), "v1.4.0 was promoted: it serves all of shop’s callers."),
    ],
)
def test_where_it_stands_is_a_sentence(one: Rollout, said: str) -> None:
    assert sentence(one) == said


@pytest.mark.parametrize(
    ("event", "said"),
    [
        (Pause("mei"), "v1.4.0 is paused with 10 % of shop’s callers."),
        (Promote("mei"), "v1.4.0 is being given all of shop’s callers."),
        (Tick(measured(recent_errors=10)), "v1.4.0 is being taken back from shop’s callers."),
    ],
)
def test_so_it_is_after_an_event(event: Event, said: str) -> None:
    assert sentence(advance(rollout(), event, NOW).rollout) == said


def test_a_scheduled_one_says_when() -> None:
    plan = replace(rollout().plan, starts=NOW)
    said = sentence(rollout(Phase.SCHEDULED, plan=plan))
    assert re.fullmatch(r"v1\.4\.0 begins in shop at 2026-04-0\d \d\d:\d\d\.", said)


def test_figures_are_short() -> None:
    assert [rate_text(one) for one in (None, 0.0, 0.00001, 0.0025, 0.125, 1.0)] == [
        "–", "0 %", "<0.01 %", "0.25 %", "12.5 %", "100 %",
    ]  # fmt: skip
    assert [accuracy_text(one) for one in (None, 0.9, 0.99999, 1.0)] == [
        "–", "90.0 %", "99.9 %", "100 %",
    ]  # fmt: skip
    assert [ms_text(one) for one in (None, 0.831, 41.23, 999.6, 1_250.0, 2_000_000.0)] == [
        "–", "0.831 ms", "41.2 ms", "1 s", "1.25 s", "2,000 s",
    ]  # fmt: skip
    assert [points_text(one) for one in (0.01, 0.025)] == ["1 point", "2.5 points"]
    assert VersionNumbers().error_rate is None


def test_everything_has_a_name() -> None:
    for names in (
        [phase_name(one) for one in Phase],
        [measure_name(one) for one in Measure],
        [verdict_name(one) for one in Verdict],
        [split_text(one, "X-User") for one in SplitKey],
    ):
        assert len(set(names)) == len(names)
