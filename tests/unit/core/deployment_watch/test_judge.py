"""What is wrong with a deployment, by the facts alone."""

from dataclasses import replace

import pytest

from modeldesk.core.containers.model import ContainerStatus, Health
from modeldesk.core.deployment_watch.judge import judge, with_remedies
from modeldesk.core.deployment_watch.model import GatewayFacts, Problem, Remedy, ServiceFacts
from modeldesk.core.deployment_watch.restarts import (
    LOOP_RESTARTS,
    LOOP_SECONDS,
    RestartHistory,
    Sample,
)
from modeldesk.core.deployment_watch.words import remedy_text
from tests.unit.core.deployment_watch.facts import (
    CURRENT,
    DEPLOYMENT,
    GATEWAY,
    PREVIOUS,
    RUNNING,
    WELL,
    channel,
    detail,
    with_status,
)

EXITED = with_status(ContainerStatus.EXITED)


@pytest.mark.parametrize(
    ("facts", "problems"),
    [
        (WELL, []),
        (replace(WELL, container=None), [Problem.GONE]),
        (EXITED, [Problem.STOPPED]),
        (with_status(ContainerStatus.DEAD), [Problem.STOPPED]),
        (with_status(ContainerStatus.CREATED), [Problem.STOPPED]),
        (with_status(ContainerStatus.PAUSED), [Problem.STOPPED]),
        (replace(WELL, cut_off=True), [Problem.GONE]),
        (with_status(ContainerStatus.REMOVING), []),
        (with_status(ContainerStatus.RESTARTING), []),
        (with_status(ContainerStatus.RUNNING, Health.UNHEALTHY), [Problem.UNHEALTHY]),
        (with_status(ContainerStatus.RUNNING, Health.STARTING), []),
        (replace(WELL, restarts=LOOP_RESTARTS), [Problem.RESTART_LOOP]),
        (replace(EXITED, restarts=LOOP_RESTARTS), [Problem.RESTART_LOOP]),
        (replace(WELL, restarts=LOOP_RESTARTS - 1), []),
        (replace(WELL, gateway=GatewayFacts(None, None)), [Problem.GATEWAY_GONE]),
        (
            replace(
                WELL,
                gateway=GatewayFacts(replace(GATEWAY, status=ContainerStatus.EXITED), None),
            ),
            [Problem.GATEWAY_GONE],
        ),
        (replace(WELL, gateway=GatewayFacts(GATEWAY, False)), [Problem.GATEWAY_SILENT]),
        (replace(WELL, gateway=GatewayFacts(GATEWAY, None)), []),
        (replace(WELL, gateway=None), []),
        (replace(WELL, image_there=False), [Problem.IMAGE_MISSING]),
        (replace(WELL, channel=channel()), [Problem.DRIFT]),
        (replace(WELL, channel=channel(same=True)), []),
        (
            replace(EXITED, image_there=False, gateway=GatewayFacts(None, None)),
            [Problem.STOPPED, Problem.GATEWAY_GONE, Problem.IMAGE_MISSING],
        ),
    ],
)
def test_what_is_wrong_is_found(facts: ServiceFacts, problems: list[Problem]) -> None:
    found = judge(facts)
    assert [one.problem for one in found] == problems
    assert all(one.text.endswith(".") and "shop" in one.text for one in found)


@pytest.mark.parametrize(
    "deployment",
    [
        replace(DEPLOYMENT, stopped=True),
        replace(DEPLOYMENT, current=None),
        replace(DEPLOYMENT, container=None),
    ],
)
def test_nothing_is_wrong_with_what_is_not_to_run(deployment: object) -> None:
    spoiled = replace(
        WELL, container=None, image_there=False, gateway=GatewayFacts(None, None),
        channel=channel(),
    )  # fmt: skip
    assert judge(replace(spoiled, deployment=deployment)) == ()  # type: ignore[arg-type]


def test_how_it_ended_is_said() -> None:
    for known, said in (
        (detail(137), "code 137"),
        (detail(137, out_of_memory=True), "no memory"),
        (detail(127, error="exec: serve: not found"), "serve: not found"),
    ):
        [found] = judge(replace(EXITED, detail=known))
        assert said in found.detail


def test_one_that_is_not_healthy_says_what_its_check_said_without_its_secrets() -> None:
    known = replace(
        detail(), checked="Traceback …\nrefused: s3cret", environment={"TOKEN": "s3cret"}
    )
    settings = replace(DEPLOYMENT.settings, secret_names=("TOKEN",))
    facts = with_status(ContainerStatus.RUNNING, Health.UNHEALTHY)
    summary = facts.container
    assert summary is not None
    facts = replace(
        facts,
        deployment=replace(DEPLOYMENT, settings=settings),
        detail=replace(known, summary=summary),
    )
    [found] = judge(facts)
    assert found.detail == "Its health check said: refused: •••"


def remedies(facts: ServiceFacts, previous: bool = True) -> tuple[Remedy, ...]:
    [found] = judge(facts)
    return with_remedies(found, facts, PREVIOUS if previous else None).remedies


def test_what_can_be_done_is_offered_and_nothing_else() -> None:
    gone = replace(WELL, container=None)
    assert remedies(gone) == (Remedy.RUN_AGAIN, Remedy.ROLL_BACK)
    assert remedies(gone, previous=False) == (Remedy.RUN_AGAIN,)
    assert remedies(replace(WELL, restarts=9)) == (Remedy.ROLL_BACK, Remedy.REPLACE)
    sick = with_status(ContainerStatus.RUNNING, Health.UNHEALTHY)
    assert remedies(sick) == (Remedy.REPLACE, Remedy.ROLL_BACK)
    assert remedies(replace(WELL, gateway=GatewayFacts(None, None))) == (Remedy.RUN_AGAIN,)
    assert remedies(replace(WELL, channel=channel())) == (Remedy.DEPLOY_CHANNEL,)
    missing = replace(WELL, image_there=False)
    assert remedies(missing) == (Remedy.PULL_IMAGE, Remedy.ROLL_BACK)
    never_pushed = replace(DEPLOYMENT, current=replace(CURRENT, digest=CURRENT.image))
    assert remedies(replace(missing, deployment=never_pushed), previous=False) == ()


def test_a_remedy_is_named_with_where_it_leads() -> None:
    [loop] = judge(replace(WELL, restarts=9))
    found = with_remedies(loop, WELL, PREVIOUS)
    assert [remedy_text(found, one) for one in found.remedies] == [
        "Roll back to v1.3.0",
        "Start it afresh",
    ]
    [drift] = judge(replace(WELL, channel=channel()))
    assert remedy_text(drift, Remedy.DEPLOY_CHANNEL) == "Deploy v1.3.0"
    [silent] = judge(replace(WELL, gateway=GatewayFacts(GATEWAY, False)))
    assert remedy_text(silent, Remedy.RUN_AGAIN) == "Put the gateway back"
    assert RUNNING.running


def history(*samples: tuple[float, int]) -> RestartHistory:
    made = RestartHistory()
    for at, restarts in samples:
        made = made.with_sample(Sample(at, restarts))
    return made


def test_restarts_are_counted_by_how_they_grow() -> None:
    assert RestartHistory().lately(0) == 0
    assert history((0, 7)).lately(0) == 0
    assert history((0, 7), (10, 8), (20, 10)).lately(20) == 3
    # A year ago is not lately.
    assert history((0, 0), (10, 3)).lately(10 + LOOP_SECONDS + 1) == 0
    slow = history(*((n * LOOP_SECONDS, n) for n in range(6)))
    assert slow.lately(5 * LOOP_SECONDS) <= 2
    assert len(history(*((float(n), n) for n in range(1000))).samples) <= LOOP_SECONDS + 2


def test_one_that_keeps_still_is_watched_no_more() -> None:
    assert not history((0, 1)).is_still(10)
    assert history((0, 1), (LOOP_SECONDS, 1)).is_still(LOOP_SECONDS)
    assert not history((0, 1), (LOOP_SECONDS, 2)).is_still(LOOP_SECONDS)
