"""A version beside the one that serves: what a rollout does to a deployment."""

from dataclasses import replace

import pytest

from modeldesk.core.errors import ContainerFailed, GatewayError, ReleaseError
from modeldesk.core.gateway.model import Split
from modeldesk.core.jobs import Job
from modeldesk.core.releases.history import as_served, never_served
from modeldesk.core.releases.model import ReleaseKind, ReleaseState
from tests.unit.core.releases.desk import PORT, SHOP, SICK, Desk

HALF = Split("r2", 5_000, salt="once")
CALLERS = [f"caller {number}" for number in range(40)]


@pytest.fixture
def desk() -> Desk:
    made = Desk()
    made.deploy("v1.0.0")
    return made


def shares(desk: Desk) -> set[str]:
    """The versions whose answers many callers get."""
    return {desk.answers(caller) for caller in CALLERS}


def shift(desk: Desk, split: Split | None = HALF, *, mirrored: bool = False) -> None:
    desk.service.canaries.shift(desk.engine, desk.key, 2, split, Job(), mirrored=mirrored)


def test_it_stands_beside_and_only_who_asks_for_it_gets_it(desk: Desk) -> None:
    outcome = desk.stage("v1.1.0")
    release = outcome.release
    assert (release.kind, release.state) == (ReleaseKind.CANARY, ReleaseState.ROLLING)
    assert release.finished is None
    assert shares(desk) == {"v1.0.0"}
    asked = desk.gateway.send(SHOP, version="v1.1.0")
    assert asked is not None
    assert asked.by == "r2"
    assert desk.deployment().current == desk.versions["v1.0.0"]
    desk.assert_agrees()
    assert not desk.service.recover(desk.engine, Job()).changes
    assert desk.service.heal(desk.engine, Job()).mended == ()


def test_one_that_fails_leaves_no_trace_but_a_line(desk: Desk) -> None:
    routing = desk.gateway.routing(SHOP)
    desk.engine.behaves(desk.versions["v1.1.0"].image, SICK)
    outcome = desk.stage("v1.1.0")
    assert isinstance(outcome.problem, ContainerFailed)
    assert desk.history()[0].state is ReleaseState.RESTORED
    assert desk.gateway.routing(SHOP) == routing
    desk.assert_serves("v1.0.0")


@pytest.mark.parametrize("removed", [False, True])
def test_it_goes_on_when_what_serves_has_to_be_run_again(desk: Desk, removed: bool) -> None:
    desk.stage("v1.1.0")
    shift(desk)
    before = desk.deployment()
    assert before.container is not None
    if removed:
        desk.engine.remove_container(before.container)
    else:
        desk.engine.end_container(before.container, 137)
    (mended,) = desk.service.heal(desk.engine, Job()).mended
    assert mended.problem is None
    assert desk.deployment().canary == before.canary
    assert shares(desk) == {"v1.0.0", "v1.1.0"}
    assert [one.state for one in desk.history()] == [
        ReleaseState.SUCCEEDED,
        ReleaseState.ROLLING,
        ReleaseState.SUCCEEDED,
    ]
    desk.assert_agrees()
    assert desk.service.canaries.promote(desk.engine, desk.key, 2, Job()).problem is None
    assert shares(desk) == {"v1.1.0"}


def test_its_share_grows_is_remembered_and_put_back(desk: Desk) -> None:
    desk.stage("v1.1.0")
    shift(desk)
    assert shares(desk) == {"v1.0.0", "v1.1.0"}
    (gateway,) = desk.gateways()
    desk.engine.remove_container(gateway.id)
    (mended,) = desk.service.heal(desk.engine, Job()).mended
    assert mended.text == "The gateway of shop was put back."
    assert shares(desk) == {"v1.0.0", "v1.1.0"}
    shift(desk, None, mirrored=True)
    routing = desk.gateway.routing(SHOP)
    assert routing is not None
    assert (routing.split, routing.mirror) == (None, "r2")


def test_a_gateway_that_does_not_obey_keeps_the_share(desk: Desk) -> None:
    desk.stage("v1.1.0")
    desk.gateway.does_not_prove = True
    with pytest.raises(GatewayError):
        shift(desk)
    canary = desk.deployment().canary
    assert canary is not None
    assert canary.split is None


def test_promoted_it_serves_all_and_what_served_is_kept(desk: Desk) -> None:
    first = desk.deployment().container
    desk.service.canaries.stage(
        desk.engine,
        desk.key,
        desk.versions["v1.1.0"],
        replace(PORT, environment={"MODE": "b"}, ports=()),
        "",
        Job(),
    )
    shift(desk)
    outcome = desk.service.canaries.promote(desk.engine, desk.key, 2, Job())
    assert outcome.release.state is ReleaseState.SUCCEEDED
    assert outcome.release.finished is not None
    desk.assert_serves("v1.1.0")
    deployment = desk.deployment()
    assert deployment.canary is None
    assert deployment.settings.environment == {"MODE": "b"}
    assert deployment.settings.ports == PORT.ports
    assert [kept.version.container for kept in deployment.kept] == [first]
    desk.rollback()
    desk.assert_serves("v1.0.0")
    assert desk.deployment().settings.environment == {}


def test_one_that_can_not_be_promoted_goes_on(desk: Desk) -> None:
    desk.stage("v1.1.0")
    shift(desk)
    desk.gateway.does_not_prove = True
    with pytest.raises(GatewayError):
        desk.service.canaries.promote(desk.engine, desk.key, 2, Job())
    desk.gateway.does_not_prove = False
    assert desk.history()[0].state is ReleaseState.ROLLING
    assert shares(desk) == {"v1.0.0", "v1.1.0"}
    desk.assert_agrees()


def test_taken_back_its_container_stays_to_be_looked_at(desk: Desk) -> None:
    desk.stage("v1.1.0")
    shift(desk)
    aborted = desk.service.canaries.abort(desk.engine, desk.key, 2, "5 % errors", Job())
    assert (aborted.state, aborted.error) == (ReleaseState.ABORTED, "5 % errors")
    assert aborted.ended_by == ""
    assert shares(desk) == {"v1.0.0"}
    (kept,) = desk.deployment().kept
    assert desk.engine.container(kept.version.container).summary.running
    desk.assert_serves("v1.0.0")
    # It never served all, so it is no way back.
    assert desk.service.earlier_versions(desk.deployment()) == ()


def test_a_rollback_takes_it_back(desk: Desk) -> None:
    desk.deploy("v1.2.0")
    desk.service.canaries.stage(desk.engine, desk.key, desk.versions["v1.1.0"], None, "", Job())
    outcome = desk.rollback()
    assert outcome.release.state is ReleaseState.ABORTED
    desk.assert_serves("v1.2.0")
    desk.stage("v1.1.0")
    desk.rollback("v1.0.0")
    desk.assert_serves("v1.0.0")
    assert [one.state for one in desk.history()[:2]] == [
        ReleaseState.SUCCEEDED,
        ReleaseState.ABORTED,
    ]
    # A person did that, who is another than the one who began it may be.
    assert [one.ended_by for one in desk.history()[:3]] == ["", "ana", "ana"]


def test_a_deploy_waits_for_its_end(desk: Desk) -> None:
    desk.stage("v1.1.0")
    with pytest.raises(ReleaseError, match="A canary of “shop” is under way"):
        desk.deploy("v1.2.0")
    with pytest.raises(ReleaseError, match="has a canary already"):
        desk.stage("v1.2.0")


@pytest.mark.parametrize("what", ["stop", "remove"])
def test_what_ends_the_deployment_ends_it(desk: Desk, what: str) -> None:
    desk.stage("v1.1.0")
    getattr(desk.service, what)(desk.engine, desk.key, Job())
    assert desk.history()[0].state is ReleaseState.ABORTED
    desk.assert_agrees()
    assert not any(one.running for one in desk.containers())


def test_nothing_is_done_to_one_that_is_gone(desk: Desk) -> None:
    desk.stage("v1.1.0")
    desk.service.canaries.abort(desk.engine, desk.key, 2, "", Job())
    canaries = desk.service.canaries
    for act in (
        lambda: shift(desk),
        lambda: canaries.promote(desk.engine, desk.key, 2, Job()),
        lambda: canaries.abort(desk.engine, desk.key, 2, "", Job()),
    ):
        with pytest.raises(ReleaseError, match="is not there any more"):
            act()


def test_it_needs_something_that_serves_behind_a_gateway() -> None:
    desk = Desk()
    desk.run_as_before()
    with pytest.raises(ReleaseError, match="is not behind a gateway yet"):
        desk.stage("v1.1.0")
    desk.deploy("v1.0.0")
    desk.service.stop(desk.engine, desk.key, Job())
    with pytest.raises(ReleaseError, match="does not run"):
        desk.stage("v1.1.0")


def test_taken_back_it_takes_no_place_of_a_way_back(desk: Desk) -> None:
    served = [desk.deployment().version]
    for name in ("v1.1.0", "v1.2.0", "v1.0.0"):
        served.insert(0, desk.deploy(name).deployment.version)
    for name in ("v1.1.0", "v1.2.0"):
        desk.stage(name)
        number = desk.history()[0].id
        desk.service.canaries.abort(desk.engine, desk.key, number, "5 % errors", Job())
    kept = [one.version for one in desk.deployment().kept]
    assert kept[1:] == served[1:]
    assert kept[0].release == number
    desk.assert_agrees()
    # What is to be looked at goes when as many came after it as are kept.
    for name in ("v1.1.0", "v1.2.0", "v1.0.0"):
        desk.deploy(name)
    assert len(desk.deployment().kept) == 3
    assert number not in [one.version.release for one in desk.deployment().kept]
    desk.assert_agrees()


def test_taken_back_and_rolled_back_to_it_has_served(desk: Desk) -> None:
    desk.stage("v1.1.0")
    desk.service.canaries.abort(desk.engine, desk.key, 2, "", Job())
    desk.rollback("v1.1.0")
    desk.deploy("v1.2.0")
    assert never_served(desk.history()) == frozenset()


def test_promoted_after_what_served_had_to_be_run_again_it_is_the_last(desk: Desk) -> None:
    desk.stage("v1.1.0")
    container = desk.deployment().container
    assert container is not None
    desk.engine.remove_container(container)
    assert desk.service.heal(desk.engine, Job()).mended
    desk.service.canaries.promote(desk.engine, desk.key, 2, Job())
    assert [one.id for one in as_served(desk.history())] == [1, 3, 2]
    earlier = desk.service.earlier_versions(desk.deployment())
    assert earlier == (desk.versions["v1.0.0"],)
    desk.rollback()
    desk.assert_serves("v1.0.0")
    desk.deploy("v1.2.0")
    assert [one.id for one in as_served(desk.history())] == [1, 3, 2, 4, 5]
