"""An evaluation set, asked of both versions."""

import json
from typing import Any

import pytest

from modeldesk.core.canary.evaluating import evaluate
from modeldesk.core.canary.evaluation_set import prediction_of, read_evaluation_set
from modeldesk.core.canary.model import Phase, VersionEvaluation
from modeldesk.core.errors import Cancelled, InvalidInput, ReleaseError
from modeldesk.core.gateway.ports import GatewayAnswer, SmokeRequest
from modeldesk.core.jobs import CancelToken, Job, Progress
from tests.fakes.traffic import FakeTraffic
from tests.unit.core.canary.rollouts import KEY, NOW, V1, rollout


def lines(*cases: dict[str, Any]) -> bytes:
    return "\n".join(map(json.dumps, cases)).encode()


def test_a_set_is_read_and_what_is_wrong_told() -> None:
    content = lines(
        {"input": [5.1, 3.5], "truth": "setosa"},
        {"body": {"rows": [[1]]}, "truth": [0]},
        {"input": 1},
        {"truth": 1},
    )
    found = read_evaluation_set("iris.jsonl", b"\xef\xbb\xbf" + content + b"\n\nnonsense\n")
    assert [case.body for case in found.cases] == [b'{"inputs":[[5.1,3.5]]}', b'{"rows":[[1]]}']
    assert [case.truth for case in found.cases] == ["setosa", [0]]
    assert found.left_out == 3
    assert found.problems[0] == "Line 3 has no input with its truth."


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"[1]\n2\n", b"[" * 100_000])
def test_one_without_anything_to_ask_is_refused(content: bytes) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_evaluation_set("iris.jsonl", content)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("answer", "alone", "found"),
    [
        (b'{"outputs": ["setosa"], "probabilities": [[1]]}', True, (True, "setosa")),
        (b'{"predictions": [[0.1, 0.9]]}', True, (True, [0.1, 0.9])),
        (b'{"prediction": "cat"}', True, (True, "cat")),
        (b'{"outputs": [1, 2]}', False, (True, [1, 2])),
        (b'{"outputs": [1]}', False, (True, [1])),
        (b'["cat"]', True, (True, "cat")),
        (b"7", True, (True, 7)),
        (b'{"outputs": null}', True, (True, None)),
        (b'{"else": 1}', True, (False, None)),
        (b"null", True, (False, None)),
        (b"<html>", True, (False, None)),
        (b"", True, (False, None)),
        (b'{"outputs": NaN}', True, (False, None)),
        (b"[" * 100_000, True, (False, None)),
    ],
)
def test_a_prediction_is_found_where_servers_put_it(
    answer: bytes, alone: bool, found: tuple[bool, object]
) -> None:
    assert prediction_of(answer, alone=alone) == found


def test_both_are_asked_the_same_in_turns() -> None:
    traffic = FakeTraffic(KEY.engine, {KEY: V1})
    asked: list[tuple[int | None, SmokeRequest]] = []

    def answer(release: int | None, request: SmokeRequest) -> GatewayAnswer:
        asked.append((release, request))
        number = json.loads(request.body)["inputs"][0]
        if release is None:
            return GatewayAnswer(200, json.dumps({"outputs": [number]}).encode(), 0.010)
        if number == 0:
            return GatewayAnswer(500, b"", 0.9)
        if number == 1:
            return GatewayAnswer(None)
        if number == 2:
            return GatewayAnswer(200, b"what?", 0.040)
        return GatewayAnswer(200, json.dumps({"outputs": [number + number % 2]}).encode(), 0.040)

    traffic.answers = answer
    cases = lines(*({"input": n, "truth": n} for n in range(20)))
    told: list[Progress] = []
    found = evaluate(
        traffic, rollout(), read_evaluation_set("set.jsonl", cases), lambda: NOW,
        Job(report=told.append), "/score",
    )  # fmt: skip
    assert (found.name, found.time) == ("set.jsonl", NOW)
    stable, canary = found.stable, found.canary
    assert (stable.asked, stable.failed, stable.right, stable.accuracy) == (20, 0, 20, 1.0)
    assert (canary.asked, canary.failed, canary.unread, canary.right) == (20, 2, 1, 8)
    assert canary.accuracy == 0.4
    assert canary.p50_ms == pytest.approx(40, rel=0.011)
    assert [release for release, _ in asked[:4]] == [12, None, None, 12]
    assert {(one.method, one.path) for _, one in asked} == {("POST", "/score")}
    assert (told[0].done, told[-1].done, told[-1].total) == (0, 20, 20)


def test_it_stops_when_it_is_told_to() -> None:
    token = CancelToken()
    token.cancel()
    questions = read_evaluation_set("s", lines({"input": 1, "truth": 1}))
    with pytest.raises(Cancelled):
        evaluate(FakeTraffic(KEY.engine, {KEY: V1}), rollout(), questions, lambda: NOW, Job(token))


def test_one_that_does_not_run_is_not_asked() -> None:
    questions = read_evaluation_set("s", lines({"input": 1, "truth": 1}))
    for one in (rollout(Phase.SCHEDULED), rollout(Phase.ABORTED)):
        with pytest.raises(ReleaseError):
            evaluate(FakeTraffic(KEY.engine, {}), one, questions, lambda: NOW, Job())
    assert VersionEvaluation(0, 0, 0, 0).accuracy is None
