"""Canaries on the command line."""

import argparse
import json
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from modeldesk.cli.answer import Answer
from modeldesk.cli.canary_plan import add_plan, read_plan
from modeldesk.cli.commands import canary, deploy, feedback, releases, watch
from modeldesk.cli.session import Session
from modeldesk.composition import Parts
from modeldesk.core.canary.model import Limits, Phase, RolloutPlan
from modeldesk.core.containers.model import Health
from modeldesk.core.errors import InvalidInput, NoSuchDeployment, NotFound, ReleaseError
from modeldesk.core.gateway.model import FeedbackPosted, SplitKey
from modeldesk.core.library.service import Library
from modeldesk.paths import Paths
from tests.fakes.engine import FakeEngine, FakeFinder
from tests.fakes.engine_containers import Behaviour
from tests.fakes.records import FakeImageRecords, FakeReleaseRecords
from tests.fakes.rollout_records import FakeRolloutRecords
from tests.support.releases import FakeGateways, release_service
from tests.unit.core.canary.test_following import until

Run = Callable[..., Answer]


class Desk:
    """A deployment “shop” that runs v1.0.0, and v1.1.0 on the engine."""

    def __init__(self, folder: Path) -> None:
        self.engine = FakeEngine()
        for tag in ("v1.0.0", "v1.1.0"):
            self.engine.add_image(f"team/rec:{tag}", behaviour=Behaviour(health=(Health.HEALTHY,)))
        self.rollouts = FakeRolloutRecords()
        self.gateways = FakeGateways()
        self.folder = folder
        self.releases = release_service(
            FakeReleaseRecords(), who=lambda: "ana", gateways=self.gateways
        )

    def session(self) -> Session:
        parts = Parts(Paths.under(self.folder))
        vars(parts).update(
            finder=FakeFinder(self.engine),
            library=Library(FakeImageRecords()),
            releases=self.releases,
            rollout_records=self.rollouts,
        )
        return Session(parts)

    def run(self, command: ModuleType, *words: str) -> Answer:
        parser = argparse.ArgumentParser()
        command.add_arguments(parser)
        answer = command.execute(parser.parse_args([*words]), self.session())
        assert isinstance(answer, Answer)
        return answer

    def told(self, *words: str) -> dict[str, Any]:
        answer = self.run(canary, *words)
        assert isinstance(answer.json, dict)
        return answer.json

    def listed(self, *words: str) -> list[Any]:
        answer = self.run(releases, *words)
        assert isinstance(answer.json, list)
        return answer.json


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    desk = Desk(tmp_path)
    desk.run(deploy, "team/rec:v1.0.0", "--name", "shop", "-p", "5000")
    return desk


def test_one_is_begun_looked_at_and_ended(desk: Desk, tmp_path: Path) -> None:
    assert desk.run(canary).lines == ("There is no canary.",)
    answer = desk.run(
        canary, "start", "shop", "v1.1.0", "--steps", "10,50", "--window", "5m", "--why", "try"
    )
    assert answer.lines == ("v1.1.0 has 10 % of shop’s callers, step 1 of 3.",)
    assert "v1.1.0" in desk.run(canary).lines[1]
    assert desk.told("pause", "shop", "--why", "lunch")["state"] == "paused"
    assert desk.told("resume", "shop")["state"] == "step"
    assert desk.told("skip", "shop")["share"] == 50.0
    assert desk.told("plan", "shop", "--errors", "5", "--p95", "none")["plan"]["limits"] == {
        "error_rate": 0.05, "error_rate_over_stable": 0.01, "p95_ms": None,
        "p95_over_stable": 1.5, "accuracy": None, "accuracy_under_stable": None,
    }  # fmt: skip
    status = desk.run(canary, "status", "shop")
    assert any("lunch" in line for line in status.lines)
    report = tmp_path / "canary.json"
    assert desk.run(canary, "report", "shop", str(report)).json == {"report": str(report)}
    assert json.loads(report.read_text())["state"] == "step"
    assert desk.told("promote", "shop", "--why", "good")["state"] == "promoted"
    assert desk.releases.deployments(desk.engine.identity().id)[0].canary is None
    with pytest.raises(ReleaseError):
        desk.run(canary, "abort", "shop")
    # The last one is shown when it has ended too.
    assert desk.told("status", "shop")["state"] == "promoted"


def test_a_deploy_can_be_one(desk: Desk) -> None:
    answer = desk.run(deploy, "team/rec:v1.1.0", "--name", "shop", "--canary", "25")
    assert answer.lines == ("v1.1.0 has 25 % of shop’s callers, step 1 of 2.",)
    aborted = desk.run(canary, "abort", "shop")
    assert isinstance(aborted.json, dict)
    who = aborted.json["who"]
    assert aborted.lines[1] == f"Rolled back by {who}."
    assert (aborted.json["why"], aborted.json["ended_by"]) == ("", who)
    assert desk.run(canary, "status", "shop").lines[1] == f"Rolled back by {who}."
    (newest, *_) = desk.listed()
    assert (newest["state"], newest["ended_by"]) == ("aborted", who)
    with pytest.raises(InvalidInput):
        desk.run(deploy, "team/rec:v1.1.0", "--name", "shop", "--canary", "25", "--cpus", "2")
    with pytest.raises(NoSuchDeployment):
        desk.run(deploy, "team/rec:v1.1.0", "--name", "other", "--canary", "25")


def test_revisions_of_settings_are_told_with_what_changed(desk: Desk) -> None:
    desk.run(deploy, "team/rec:v1.1.0", "--name", "shop", "--memory", "512m", "--why", "it ran out")
    answer = desk.run(releases, "shop", "--settings")
    newest, oldest = desk.listed("shop", "--settings")
    assert newest["changes"] == [{"setting": "memory_bytes", "before": 0, "after": 512_000_000}]
    assert (newest["revision"], newest["in_use"], newest["why"]) == (2, True, "it ran out")
    assert (oldest["revision"], oldest["in_use"], oldest["changes"]) == (1, False, [])
    assert answer.lines[0].startswith("Revision 2, in use · ")
    assert answer.lines[1] == "  Memory at most: all there is → 512 MB"
    assert len(answer.lines) == 3
    with pytest.raises(InvalidInput):
        desk.run(releases, "--settings")


def test_what_is_none_of_the_forms_is_refused(desk: Desk) -> None:
    for words in (["shop"], ["pause"], ["start", "shop"], ["status", "shop", "more"]):
        with pytest.raises(InvalidInput):
            desk.run(canary, *words)
    with pytest.raises(NoSuchDeployment):
        desk.run(canary, "status", "none")
    with pytest.raises(NotFound):
        desk.run(canary, "start", "shop", "v9")
    for words in (["status", "shop"], ["plan", "shop"], ["skip", "shop"]):
        with pytest.raises(ReleaseError, match="no canary"):
            desk.run(canary, *words)
    with pytest.raises(InvalidInput):
        desk.run(canary, "report", "shop", "canary.pdf")


def test_a_plan_is_read_as_it_is_written() -> None:
    def read(*words: str, steps: str | None = None) -> RolloutPlan:
        parser = argparse.ArgumentParser()
        add_plan(parser)
        return read_plan(parser.parse_args([*words]), steps)

    assert read() == RolloutPlan()
    words = "--window 30s --requests 7 --checks 2 --errors 2% --errors-over none --p95 250ms"
    more = "--p95-times 2x --accuracy 97.5 --accuracy-under 1 --by cookie:session --mirror-first"
    assert read(*words.split(), *more.split(), "--at", "2026-04-05T22:00+02:00", steps="5") == (
        RolloutPlan(
            (500, 10_000), 30.0, 7, 2, Limits(0.02, None, 250.0, 2.0, 0.975, 0.01),
            SplitKey.COOKIE, "session", True,
            datetime.fromisoformat("2026-04-05T22:00+02:00"),
        )
    )  # fmt: skip
    for wrong in (
        ["--by", "cookie"], ["--by", "address:x"], ["--by", "moon"], ["--at", "noon"],
        ["--errors", "many"], ["--window", "none"], ["--at", "0001-01-01T00:00+14:00"],
        ["--at", "9999-12-31T23:59-12:00"],
    ):  # fmt: skip
        with pytest.raises(InvalidInput) as caught:
            read(*wrong)
        assert caught.value.hint


def test_truth_from_a_file_is_told_to_the_gateway(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "truth.csv"
    path.write_text("id,prediction,truth\na1,cat,cat\na2,cat,dog\nshort\n")
    answer = desk.run(feedback, "shop", str(path))
    assert answer.lines == (
        "The truth about 2 requests was told.",
        "1 line was left out.",
        "Line 4 is no feedback.",
    )
    gateway = desk.gateways(desk.engine)
    deployment = desk.releases.deployments(desk.engine.identity().id)[0]
    lines = gateway._served[deployment.name].lines
    assert len([one for one in lines if isinstance(one, FeedbackPosted)]) == 2
    with pytest.raises(InvalidInput):
        desk.run(feedback, "shop", str(tmp_path / "none.csv"))


def test_both_are_asked_an_evaluation_set(desk: Desk, tmp_path: Path) -> None:
    desk.run(canary, "start", "shop", "team/rec:v1.1.0")
    path = tmp_path / "set.jsonl"
    path.write_text('{"input": 1, "truth": 1}\nnonsense\n')
    answer = desk.run(canary, "evaluate", "shop", str(path))
    assert isinstance(answer.json, dict)
    assert answer.json["left_out"] == ["Line 2 has no input with its truth."]
    assert any(line.startswith("canary") for line in answer.lines)
    assert any("EVALUATION" in line for line in desk.run(canary, "status", "shop").lines)


def test_a_watch_goes_on_until_it_is_told_to_end(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.run(canary, "start", "shop", "v1.1.0", "--window", "3s")
    session = desk.session()
    ended: list[Answer] = []
    thread = threading.Thread(target=lambda: ended.append(watch.execute(_nothing(), session)))
    thread.start()
    canary_of = desk.releases.deployments(desk.engine.identity().id)[0].canary
    assert canary_of is not None
    desk.engine.remove_container(canary_of.version.container)
    try:
        until(lambda: not desk.rollouts.open_rollouts())
    finally:
        session.job.token.cancel()
        thread.join(30)
        session.close()
    assert [one.exit_code for one in ended] == [0]
    ended_one = desk.rollouts.rollout(1)
    assert ended_one is not None
    assert ended_one.phase is Phase.ABORTED
    assert "The container of v1.1.0 is gone." in capsys.readouterr().out


def _nothing() -> argparse.Namespace:
    return argparse.Namespace(json=False, every=30.0)
