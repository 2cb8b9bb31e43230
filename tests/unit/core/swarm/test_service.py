"""Deployments that are services of a swarm."""

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from modeldesk.core.containers.model import ContainerLimits, PortBinding
from modeldesk.core.errors import (
    Cancelled,
    ContainerFailed,
    EngineUnavailable,
    InvalidInput,
    NoSuchDeployment,
    NoSwarm,
    NotFound,
    ReleaseError,
)
from modeldesk.core.ids import DeploymentName, ImageId
from modeldesk.core.jobs import CancelToken, Job
from modeldesk.core.releases.model import (
    DEPLOYMENT_LABEL,
    RELEASE_LABEL,
    Deployment,
    Release,
    ReleaseKind,
    ReleaseState,
    ServiceSettings,
    SwarmSettings,
    Target,
    VersionTarget,
)
from modeldesk.core.releases.tools import release_label
from modeldesk.core.swarm.model import (
    Availability,
    FailureAction,
    NodeState,
    Order,
    PublishMode,
    SwarmPort,
    UpdateState,
)
from modeldesk.core.swarm.wanted import SECRET_LABEL, service_name
from tests.fakes.swarm import Conduct
from tests.unit.core.swarm.desk import (
    CRASHES,
    MODEL,
    QUICK,
    SETTINGS,
    SHOP,
    SICK,
    SwarmDesk,
)

if TYPE_CHECKING:
    from modeldesk.core.swarm.rolling import Rolling


def states(desk: SwarmDesk) -> list[ReleaseState]:
    """Newest first."""
    return [one.state for one in desk.history()]


# Deploying


def test_a_first_deploy_makes_the_service(desk: SwarmDesk) -> None:
    outcome = desk.deploy("v1.0.0")
    version = desk.versions["v1.0.0"]
    assert not outcome.restored
    assert outcome.deployment.current == version
    assert outcome.deployment.settings.target is Target.SWARM
    (release,) = desk.history()
    assert (release.state, release.kind) == (ReleaseState.SUCCEEDED, ReleaseKind.DEPLOY)
    assert (release.who, release.why) == ("ana", "because")
    assert desk.records.settings(desk.key)[release.revision] == SETTINGS
    service = desk.runs()
    assert service.spec.image == version.image
    assert service.spec.replicas == 2
    assert service.spec.environment == {"A": "1"}
    assert service.spec.ports == (SwarmPort(8000, 8080, PublishMode.INGRESS),)
    assert service.spec.labels[DEPLOYMENT_LABEL] == SHOP
    assert service.spec.labels[RELEASE_LABEL] == release_label(release)
    assert (service.spec.update.order, service.spec.update.failure_action) == (
        Order.START_FIRST,
        FailureAction.ROLLBACK,
    )
    assert desk.serving() == {version.image}
    assert desk.service.deployments(desk.here) == (desk.deployment(),)


def test_the_steps_stand_in_the_journal(desk: SwarmDesk) -> None:
    outcome = desk.deploy("v1.0.0")
    told = [(one.step, one.phase.value) for one in desk.records.journal(outcome.release.id)]
    assert told == [
        ("swarm begin", "done"),
        ("swarm create", "started"),
        ("swarm create", "done"),
        ("swarm follow", "started"),
        ("swarm follow", "done"),
        ("swarm record", "started"),
        ("swarm record", "done"),
    ]


def test_a_second_deploy_replaces_the_tasks(desk: SwarmDesk) -> None:
    first = desk.deploy("v1.0.0")
    outcome = desk.deploy("v1.1.0")
    assert desk.serving() == {desk.versions["v1.1.0"].image}
    assert outcome.from_digest == first.to_digest
    assert desk.runs().update is UpdateState.COMPLETED
    assert states(desk) == [ReleaseState.SUCCEEDED] * 2


def test_a_registrys_digest_is_what_the_machines_get(desk: SwarmDesk) -> None:
    digest = "sha256:" + "a" * 64
    desk.versions["v2"] = desk.add_version("v2", Conduct(), digest)
    desk.deploy("v2")
    assert desk.runs().spec.image == f"registry.lan/team/rec@{digest}"
    assert not any("this machine alone" in line for line in desk.logged)


def test_a_version_that_only_a_registry_has(desk: SwarmDesk) -> None:
    digest = "sha256:" + "b" * 64
    gone = ImageId("sha256:" + "c" * 64)
    desk.versions["v3"] = VersionTarget(gone, "registry.lan/team/rec:v3", digest)
    desk.deploy("v3")
    assert desk.runs().spec.image == f"registry.lan/team/rec@{digest}"


def test_an_image_that_is_nowhere(desk: SwarmDesk) -> None:
    gone = ImageId("sha256:" + "c" * 64)
    desk.versions["v3"] = VersionTarget(gone, "team/rec:v3", gone)
    with pytest.raises(NotFound) as caught:
        desk.deploy("v3")
    assert caught.value.hint
    assert desk.history() == ()
    assert desk.records.deployment(desk.key) is None


def test_an_image_of_one_machine_is_said(desk: SwarmDesk) -> None:
    desk.deploy("v1.0.0")
    assert any("this machine alone" in line for line in desk.logged)


def test_an_image_of_one_machine_is_refused_where_others_take_tasks() -> None:
    desk = SwarmDesk("one", "two", "three")
    with pytest.raises(ReleaseError) as caught:
        desk.deploy("v1.0.0")
    assert "three, two" in caught.value.message
    assert "Push it" in caught.value.hint
    assert desk.swarm.services() == ()
    for name in ("two", "three"):
        desk.swarm.set_node(name, availability=Availability.DRAIN)
    assert not desk.deploy("v1.0.0").restored


def test_ports_for_this_machine_alone_are_said_to_be_open(desk: SwarmDesk) -> None:
    desk.deploy("v1.0.0")
    assert any("every address" in line and "8080" in line for line in desk.logged)
    desk.logged.clear()
    everywhere = (PortBinding(8000, 8080, "0.0.0.0"),)
    desk.deploy("v1.1.0", replace(SETTINGS, ports=everywhere))
    assert not any("every address" in line for line in desk.logged)


def test_ports_that_tasks_hold_are_given_up_first(desk: SwarmDesk) -> None:
    held = replace(SETTINGS, swarm=replace(QUICK, every_machine=False, replicas=1))
    desk.deploy("v1.0.0", held)
    assert desk.runs().spec.ports == (SwarmPort(8000, 8080, PublishMode.HOST),)
    assert desk.runs().spec.update.order is Order.STOP_FIRST
    assert not desk.deploy("v1.1.0", held).restored
    free = replace(held, ports=(PortBinding(8000),))
    desk.deploy("v1.0.0", free)
    assert desk.runs().spec.update.order is Order.START_FIRST


def test_a_port_that_the_engine_chose_is_kept(desk: SwarmDesk) -> None:
    desk.deploy("v1.0.0", replace(SETTINGS, ports=(PortBinding(8000),)))
    (port,) = desk.deployment().settings.ports
    assert port.host_port == 30_000
    desk.deploy("v1.1.0", desk.deployment().settings)
    assert desk.runs().spec.ports == (SwarmPort(8000, 30_000),)


def test_settings_without_a_swarm_get_its_defaults(desk: SwarmDesk) -> None:
    desk.deploy("v1.0.0", replace(SETTINGS, swarm=None, health_timeout_s=0.01))
    assert desk.deployment().settings.swarm == SwarmSettings()


def test_what_a_swarm_cannot_give_is_refused(desk: SwarmDesk) -> None:
    with pytest.raises(InvalidInput):
        desk.deploy("v1.0.0", replace(SETTINGS, limits=ContainerLimits(gpus=1)))
    with pytest.raises(InvalidInput):
        desk.deploy("v1.0.0", replace(SETTINGS, swarm=SwarmSettings(replicas=-1)))
    assert desk.history() == ()


def test_limits_and_the_lock_down_reach_the_service(desk: SwarmDesk) -> None:
    limits = ContainerLimits(memory_bytes=1_000_000, cpus=0.5)
    desk.deploy("v1.0.0", replace(SETTINGS, limits=limits, locked_down=True))
    assert desk.runs().spec.limits == limits
    assert desk.runs().spec.locked_down


def test_a_deployment_of_containers_is_not_taken_over(desk: SwarmDesk) -> None:
    settings = replace(SETTINGS, swarm=None)
    version = desk.versions["v1.0.0"]
    desk.records.save_deployment(
        Deployment(desk.here, SHOP, MODEL, settings, version, None, desk.service_time())
    )
    with pytest.raises(ReleaseError, match="container"):
        desk.deploy("v1.0.0")
    with pytest.raises(ReleaseError, match="container"):
        desk.service.remove(desk.engine, desk.key, Job())


def test_a_strange_service_of_the_name_is_left_alone(desk: SwarmDesk) -> None:
    desk.deploy("v1.0.0")
    other = SwarmDesk()
    other.swarm, other.service = desk.swarm, other.service_with(other.records, desk.swarm)
    with pytest.raises(ReleaseError, match=service_name(SHOP)):
        other.deploy("v1.1.0")
    assert other.history() == ()
    assert desk.serving() == {desk.versions["v1.0.0"].image}


def test_an_engine_without_a_swarm(desk: SwarmDesk) -> None:
    desk.swarm.leave()
    with pytest.raises(NoSwarm) as caught:
        desk.deploy("v1.0.0")
    assert caught.value.hint
    assert desk.history() == ()


# What fails


@pytest.mark.parametrize(
    ("conduct", "said"),
    [(CRASHES, "ended with code 3"), (SICK, "health check")],
)
def test_a_failing_update_is_rolled_back_by_the_engine(
    desk: SwarmDesk, conduct: Conduct, said: str
) -> None:
    desk.deploy("v1.0.0")
    desk.versions["bad"] = desk.add_version("bad", conduct)
    outcome = desk.deploy("bad")
    assert outcome.restored
    assert outcome.release.state is ReleaseState.RESTORED
    assert isinstance(outcome.problem, ContainerFailed)
    assert said in outcome.problem.message
    assert "alone" in outcome.problem.message
    assert desk.deployment().current == desk.versions["v1.0.0"]
    assert desk.serving() == {desk.versions["v1.0.0"].image}
    assert said in desk.history()[0].error
    if conduct is CRASHES:
        assert outcome.problem.detail == "loading\nno weights"
        assert "no weights" in desk.history()[0].error


def test_an_update_that_stands_still_is_taken_back(desk: SwarmDesk) -> None:
    desk.deploy("v1.0.0")
    desk.versions["slow"] = desk.add_version("slow", Conduct())
    desk.swarm.never_ready.add(desk.versions["slow"].image)
    outcome = desk.deploy("slow")
    assert outcome.restored
    assert outcome.problem is not None
    assert "did not become ready" in outcome.problem.message
    assert desk.serving() == {desk.versions["v1.0.0"].image}


def test_an_update_that_no_machine_can_have(desk: SwarmDesk) -> None:
    held = replace(SETTINGS, swarm=replace(QUICK, every_machine=False, replicas=1))
    desk.deploy("v1.0.0", held)
    outcome = desk.deploy("v1.1.0", replace(held, swarm=replace(QUICK, every_machine=False)))
    assert outcome.restored
    assert outcome.problem is not None
    assert "host-mode port already in use" in outcome.problem.message
    assert desk.serving() == {desk.versions["v1.0.0"].image}
    assert desk.runs().spec.replicas == 1


def test_a_first_deploy_that_fails_leaves_nothing(desk: SwarmDesk) -> None:
    desk.versions["bad"] = desk.add_version("bad", CRASHES)
    watched = replace(SETTINGS, secret_names=("TOKEN",), swarm=replace(QUICK, monitor_s=0.2))
    with pytest.raises(ContainerFailed, match="code 3"):
        desk.deploy("bad", watched, TOKEN="t")
    assert desk.swarm.services() == ()
    assert desk.swarm.secrets() == ()
    assert states(desk) == [ReleaseState.FAILED]
    assert desk.records.deployment(desk.key) is None
    assert desk.service.deployments(desk.here) == ()


def test_neither_the_new_nor_the_old_runs(desk: SwarmDesk) -> None:
    desk.deploy("v1.0.0")
    desk.versions["bad"] = desk.add_version("bad", CRASHES)
    desk.swarm.conduct[desk.versions["v1.0.0"].image] = CRASHES
    with pytest.raises(ReleaseError) as caught:
        desk.deploy("bad")
    assert "could not go back either" in caught.value.message
    assert states(desk)[0] is ReleaseState.FAILED


def test_a_cancelled_update_is_taken_back(desk: SwarmDesk) -> None:
    desk.deploy("v1.0.0")
    token = CancelToken()

    def log(line: str) -> None:
        if line.startswith("Replacing"):
            token.cancel()

    with pytest.raises(Cancelled):
        desk.service.deploy(
            desk.engine, SHOP, MODEL, desk.versions["v1.1.0"], SETTINGS, "", Job(token, log=log)
        )
    assert desk.serving() == {desk.versions["v1.0.0"].image}
    assert states(desk)[0] is ReleaseState.RESTORED
    assert desk.deployment().current == desk.versions["v1.0.0"]


def test_a_service_changed_by_hand_meanwhile(desk: SwarmDesk) -> None:
    desk.deploy("v1.0.0")
    service = desk.runs()
    desk.swarm.before_next(
        "update_service",
        lambda: desk.swarm.update_service(service, replace(service.spec, replicas=3)),
    )
    outcome = desk.deploy("v1.1.0")
    assert outcome.restored
    assert outcome.problem is not None
    assert "somebody else" in outcome.problem.message
    assert desk.runs().spec.replicas == 3


# Going back


def test_back_to_the_previous_by_the_engine(desk: SwarmDesk) -> None:
    desk.deploy("v1.0.0")
    desk.deploy("v1.1.0", replace(SETTINGS, environment={"A": "2"}))
    outcome = desk.rollback()
    steps = {one.step for one in desk.records.journal(outcome.release.id)}
    assert "swarm roll back" in steps
    assert "swarm update" not in steps
    assert outcome.release.kind is ReleaseKind.ROLLBACK
    assert outcome.release.state is ReleaseState.SUCCEEDED
    assert desk.serving() == {desk.versions["v1.0.0"].image}
    assert desk.runs().spec.environment == {"A": "1"}
    assert desk.deployment().settings == SETTINGS
    assert desk.deployment().current == desk.versions["v1.0.0"]


def test_back_to_any_earlier_one_by_an_update(desk: SwarmDesk) -> None:
    for version in ("v1.0.0", "v1.1.0", "v1.2.0"):
        desk.deploy(version)
    outcome = desk.rollback("v1.0.0")
    steps = {one.step for one in desk.records.journal(outcome.release.id)}
    assert "swarm update" in steps
    assert desk.serving() == {desk.versions["v1.0.0"].image}
    assert desk.deployment().current == desk.versions["v1.0.0"]
    with pytest.raises(ReleaseError, match="earliest"):
        desk.rollback()


def test_back_after_it_was_scaled(desk: SwarmDesk) -> None:
    desk.deploy("v1.0.0")
    desk.deploy("v1.1.0")
    desk.service.scale(desk.engine, desk.key, 3, Job())
    assert not desk.rollback().restored
    assert desk.serving() == {desk.versions["v1.0.0"].image}


def test_nothing_to_go_back_to(desk: SwarmDesk) -> None:
    desk.deploy("v1.0.0")
    with pytest.raises(ReleaseError):
        desk.rollback()
    with pytest.raises(ReleaseError, match="already runs"):
        desk.rollback("v1.0.0")
    other = replace(desk.key, name=DeploymentName("other"))
    with pytest.raises(NoSuchDeployment):
        desk.service.rollback(desk.engine, other, None, "", Job())


def test_a_rollback_that_fails_goes_forth_again(desk: SwarmDesk) -> None:
    desk.deploy("v1.0.0")
    desk.deploy("v1.1.0")
    desk.swarm.conduct[desk.versions["v1.0.0"].image] = CRASHES
    outcome = desk.rollback()
    assert outcome.restored
    assert desk.serving() == {desk.versions["v1.1.0"].image}
    assert desk.deployment().current == desk.versions["v1.1.0"]


# Secrets


def test_secrets_are_files_of_the_swarm(desk: SwarmDesk) -> None:
    settings = replace(SETTINGS, secret_names=("TOKEN",))
    with pytest.raises(ReleaseError, match="TOKEN"):
        desk.deploy("v1.0.0", settings)
    assert desk.history() == ()
    desk.deploy("v1.0.0", settings, TOKEN="first")
    (ref,) = desk.runs().spec.secrets
    assert desk.swarm.values[ref.id] == "first"
    assert ref.file == "TOKEN"
    assert desk.runs().spec.environment == {"A": "1", "TOKEN_FILE": "/run/secrets/TOKEN"}
    assert "first" not in repr(desk.records.__dict__)


def test_secrets_that_are_not_given_again_stay(desk: SwarmDesk) -> None:
    settings = replace(SETTINGS, secret_names=("TOKEN",))
    desk.deploy("v1.0.0", settings, TOKEN="first")
    (ref,) = desk.runs().spec.secrets
    desk.deploy("v1.1.0", settings)
    assert desk.runs().spec.secrets == (ref,)
    assert len(desk.swarm.secrets({SECRET_LABEL: SHOP})) == 1


def test_old_secrets_go_once_no_way_back_needs_them(desk: SwarmDesk) -> None:
    settings = replace(SETTINGS, secret_names=("TOKEN",))
    for version, value in (("v1.0.0", "1"), ("v1.1.0", "2"), ("v1.2.0", "3")):
        desk.deploy(version, settings, TOKEN=value)
    kept = {desk.swarm.values[one.id] for one in desk.swarm.secrets({SECRET_LABEL: SHOP})}
    assert kept == {"2", "3"}
    desk.rollback()
    (ref,) = desk.runs().spec.secrets
    assert desk.swarm.values[ref.id] == "2"


def test_the_secret_of_a_failed_release_goes(desk: SwarmDesk) -> None:
    settings = replace(SETTINGS, secret_names=("TOKEN",))
    desk.deploy("v1.0.0", settings, TOKEN="1")
    desk.versions["bad"] = desk.add_version("bad", CRASHES)
    assert desk.deploy("bad", settings, TOKEN="2").restored
    kept = {desk.swarm.values[one.id] for one in desk.swarm.secrets({SECRET_LABEL: SHOP})}
    assert kept == {"1"}


# Scaling, stopping, removing


def test_scale_stop_and_start(desk: SwarmDesk) -> None:
    desk.deploy("v1.0.0")
    grown = desk.service.scale(desk.engine, desk.key, 4, Job())
    assert (grown.ready, grown.wanted) == (4, 4)
    changes = desk.service.stop(desk.engine, desk.key, Job())
    assert SHOP in changes.deployments
    assert desk.serving() == set()
    assert desk.deployment().stopped
    started = desk.service.start(desk.engine, desk.key, Job())
    assert started.release == desk.history()[0]
    assert desk.service.state(desk.engine, SHOP).ready == 4
    assert not desk.deployment().stopped
    assert len(desk.history()) == 1


def test_a_deploy_of_what_is_stopped_starts_it(desk: SwarmDesk) -> None:
    desk.deploy("v1.0.0")
    desk.service.stop(desk.engine, desk.key, Job())
    assert not desk.deploy("v1.1.0").restored
    assert desk.serving() == {desk.versions["v1.1.0"].image}
    assert not desk.deployment().stopped


def test_more_than_the_machines_can_have_is_told(desk: SwarmDesk) -> None:
    held = replace(SETTINGS, swarm=replace(QUICK, every_machine=False, replicas=1))
    desk.deploy("v1.0.0", held)
    with pytest.raises(ReleaseError) as caught:
        desk.service.scale(desk.engine, desk.key, 2, Job())
    assert "1 of 2" in caught.value.message
    assert "host-mode port already in use" in caught.value.hint
    assert desk.runs().spec.replicas == 2


def test_remove_leaves_the_history_alone(desk: SwarmDesk) -> None:
    desk.deploy("v1.0.0", replace(SETTINGS, secret_names=("TOKEN",)), TOKEN="t")
    desk.service.remove(desk.engine, desk.key, Job())
    assert desk.swarm.services() == ()
    assert desk.swarm.secrets() == ()
    assert desk.service.deployments(desk.here) == ()
    assert len(desk.history()) == 1


def test_remove_what_was_removed_by_hand(desk: SwarmDesk) -> None:
    desk.deploy("v1.0.0")
    desk.swarm.remove_service(desk.runs().id)
    with pytest.raises(ReleaseError, match="not in the swarm any more"):
        desk.service.state(desk.engine, SHOP)
    with pytest.raises(ReleaseError, match="not in the swarm any more"):
        desk.service.scale(desk.engine, desk.key, 2, Job())
    desk.service.remove(desk.engine, desk.key, Job())
    assert desk.service.deployments(desk.here) == ()


def test_what_was_removed_by_hand_is_made_anew(desk: SwarmDesk) -> None:
    desk.deploy("v1.0.0")
    desk.swarm.remove_service(desk.runs().id)
    assert not desk.deploy("v1.1.0").restored
    assert desk.serving() == {desk.versions["v1.1.0"].image}


# How it stands


def test_the_state_is_a_stream(desk: SwarmDesk) -> None:
    desk.deploy("v1.0.0")
    token = CancelToken()
    seen: list[Rolling] = []
    for rolling in desk.service.follow(desk.engine, SHOP, token, every_s=0.001):
        seen.append(rolling)
        if len(seen) == 1:
            service = desk.runs()
            image = desk.versions["v1.1.0"].image
            desk.swarm.update_service(service, replace(service.spec, image=image))
        if rolling.service.update is UpdateState.COMPLETED and rolling.complete:
            token.cancel()
    assert {one.service.update for one in seen[1:]} >= {UpdateState.UPDATING, UpdateState.COMPLETED}
    assert seen[0].ready == seen[-1].ready == 2
    assert min(one.ready for one in seen) >= 2
    assert len(seen) == len([one for i, one in enumerate(seen) if i == 0 or one != seen[i - 1]])


def test_the_stream_says_that_the_service_is_gone(desk: SwarmDesk) -> None:
    desk.deploy("v1.0.0")
    stream = desk.service.follow(desk.engine, SHOP, CancelToken(), every_s=0.001)
    next(stream)
    desk.swarm.remove_service(desk.runs().id)
    with pytest.raises(ReleaseError, match="not in the swarm any more"):
        next(stream)


def test_the_stream_says_that_the_swarm_was_left(desk: SwarmDesk) -> None:
    desk.deploy("v1.0.0")
    stream = desk.service.follow(desk.engine, SHOP, CancelToken(), every_s=0.001)
    next(stream)
    desk.swarm.leave()
    with pytest.raises(NoSwarm):
        next(stream)


def test_tasks_go_to_other_machines(desk: SwarmDesk) -> None:
    desk = SwarmDesk("one", "two")
    desk.versions["v2"] = desk.add_version("v2", Conduct(), "sha256:" + "a" * 64)
    desk.deploy("v2", replace(SETTINGS, swarm=replace(QUICK, replicas=4)))
    one, two = desk.swarm.nodes()
    state = desk.service.state(desk.engine, SHOP)
    assert {len(tasks) for tasks in state.by_node.values()} == {2}
    desk.swarm.set_node("two", state=NodeState.DOWN)
    desk.service.scale(desk.engine, desk.key, 4, Job())
    state = desk.service.state(desk.engine, SHOP)
    assert [len(state.by_node[node.id]) for node in (one, two)] == [4, 0]


# After a crash


def test_an_engine_that_is_lost_leaves_the_release_open(desk: SwarmDesk) -> None:
    desk.deploy("v1.0.0")
    lost = EngineUnavailable("The connection broke.", "Check.")
    for _ in range(2):
        desk.swarm.fail_next("tasks", lost)
    with pytest.raises(EngineUnavailable):
        desk.deploy("v1.1.0")
    (opened, _) = desk.history()
    assert opened.state is ReleaseState.RUNNING
    desk.swarm._failures.clear()
    recovered = desk.service.recover(desk.engine, Job())
    assert [one.id for one in recovered.healed] == [opened.id]
    assert desk.history()[0].state is ReleaseState.SUCCEEDED
    assert desk.deployment().current == desk.versions["v1.1.0"]


def test_what_cannot_be_asked_is_left(desk: SwarmDesk) -> None:
    release = open_release(desk)
    desk.swarm.leave()
    recovered = desk.service.recover(desk.engine, Job())
    assert recovered.healed == ()
    assert [one.release.id for one in recovered.left] == [release.id]


def open_release(desk: SwarmDesk) -> Release:
    desk.deploy("v1.0.0")
    desk.swarm.fail_next("tasks", EngineUnavailable("It broke."))
    with pytest.raises(EngineUnavailable):
        desk.deploy("v1.1.0")
    return desk.history()[0]


def test_settings_are_told_apart_by_what_they_are_for() -> None:
    assert ServiceSettings().target is Target.CONTAINERS
    assert SETTINGS.target is Target.SWARM
