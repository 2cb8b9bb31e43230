"""Deployments live on the engine they were made on: what is seen, done and healed from another."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from modeldesk.core.containers.model import ContainerSpec, Health, PortBinding
from modeldesk.core.errors import NoSuchDeployment
from modeldesk.core.ids import (
    NO_ENGINE,
    ContainerId,
    DeploymentName,
    EngineId,
    ImageId,
    ModelName,
)
from modeldesk.core.jobs import Job
from modeldesk.core.releases.book import Elsewhere, elsewhere_text
from modeldesk.core.releases.model import (
    RELEASE_LABEL,
    Deployment,
    DeploymentKey,
    Release,
    ReleaseKind,
    ReleaseState,
    ServiceSettings,
    VersionTarget,
)
from modeldesk.core.releases.recovery import healed_text
from modeldesk.core.releases.tools import release_label
from tests.fakes.deployment_locks import FakeDeploymentLocks
from tests.fakes.engine import INFO, FakeEngine
from tests.fakes.engine_containers import Behaviour
from tests.fakes.records import FakeReleaseRecords
from tests.support.releases import release_service

SHOP, TILL = DeploymentName("shop"), DeploymentName("till")
NOW = datetime(2026, 4, 5, tzinfo=UTC)
LAB = "tcp://lab:2375"
HEALTHY = Behaviour(health=(Health.HEALTHY,))


class Desk:
    """One home, two engines, each with the same two versions."""

    def __init__(self) -> None:
        self.records = FakeReleaseRecords()
        self.locks = FakeDeploymentLocks()
        self.service = release_service(self.records, self.locks, lambda: "ana", lambda: NOW)
        self.local = FakeEngine(own_id="LOCAL")
        self.lab = FakeEngine(replace(INFO, address=LAB), own_id="LAB")

    def target(self, engine: FakeEngine, version: str = "v1.0.0") -> VersionTarget:
        reference = f"team/rec:{version}"
        for image in engine.list_images():
            if reference in map(str, image.tags):
                return VersionTarget(image.id, reference, image.id)
        image_id = engine.add_image(reference, behaviour=HEALTHY)
        return VersionTarget(image_id, reference, image_id)

    def deploy(
        self, engine: FakeEngine, name: DeploymentName = SHOP, version: str = "v1.0.0"
    ) -> Deployment:
        target = self.target(engine, version)
        settings = ServiceSettings((PortBinding(5000),), health_timeout_s=0.3)
        model = ModelName("team/rec")
        return self.service.deploy(engine, name, model, target, settings, "", Job()).deployment

    def names(self, engine: FakeEngine) -> list[str]:
        return [one.name for one in self.service.deployments(engine.identity().id)]

    def elsewhere(self, engine: FakeEngine) -> tuple[Elsewhere, ...]:
        return self.service.elsewhere(engine.identity().id)

    def forget_engine(self, deployment: Deployment) -> Deployment:
        """The deployment as an older program has written it."""
        self.records.move(deployment.key, NO_ENGINE)
        return replace(deployment, engine=NO_ENGINE)

    def leave_open(self, engine: EngineId, name: DeploymentName = SHOP) -> Release:
        """A release that a crash left in the middle."""
        target = VersionTarget(ImageId("sha256:1"), "team/rec:v2.0.0", "sha256:1")
        release = Release(
            0,
            engine,
            name,
            ReleaseKind.DEPLOY,
            target,
            None,
            NOW,
            "ana",
            "",
            ReleaseState.RUNNING,
        )
        return replace(release, id=self.records.add_release(release))

    def container_of(self, engine: FakeEngine, release: Release) -> ContainerId:
        image = self.target(engine).image
        return engine.create_container(
            ContainerSpec(image, labels={RELEASE_LABEL: release_label(release)})
        )


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_a_deployment_is_seen_on_its_engine_and_counted_on_others(desk: Desk) -> None:
    desk.deploy(desk.local)
    desk.deploy(desk.lab, TILL)
    assert (desk.names(desk.local), desk.names(desk.lab)) == (["shop"], ["till"])
    assert desk.elsewhere(desk.local) == (Elsewhere(TILL, LAB),)
    assert desk.elsewhere(desk.lab) == (Elsewhere(SHOP, INFO.address),)


def test_names_are_unique_per_engine(desk: Desk) -> None:
    here = desk.deploy(desk.local)
    there = desk.deploy(desk.lab)
    desk.deploy(desk.lab, version="v1.1.0")
    assert here.container != there.container
    assert len(desk.service.history(here.key)) == 1
    assert len(desk.service.history(there.key)) == 2
    desk.service.rollback(desk.lab, there.key, None, "", Job())
    assert desk.service.deployment(EngineId("LOCAL"), SHOP) == here
    desk.service.remove(desk.lab, there.key, Job())
    assert (desk.names(desk.local), desk.names(desk.lab)) == (["shop"], [])
    assert desk.local.container(here.container or ContainerId("")).summary.running


Act = Callable[[Desk, DeploymentKey], object]


@pytest.mark.parametrize(
    "act",
    [
        lambda desk, key: desk.service.stop(desk.lab, key, Job()),
        lambda desk, key: desk.service.start(desk.lab, key, Job()),
        lambda desk, key: desk.service.remove(desk.lab, key, Job()),
        lambda desk, key: desk.service.rollback(desk.lab, key, None, "", Job()),
    ],
    ids=["stop", "start", "remove", "rollback"],
)
@pytest.mark.parametrize("namesake", [False, True])
def test_nothing_is_done_to_a_deployment_of_another_engine(
    desk: Desk, act: Act, namesake: bool
) -> None:
    deployment = desk.deploy(desk.local)
    if namesake:
        desk.deploy(desk.lab)
    before = desk.records.deployments(), desk.lab.list_containers()
    with pytest.raises(NoSuchDeployment) as caught:
        act(desk, deployment.key)
    assert INFO.address in caught.value.message
    assert "Settings" in caught.value.hint
    assert (desk.records.deployments(), desk.lab.list_containers()) == before


def test_a_name_that_is_only_elsewhere_is_said_to_be(desk: Desk) -> None:
    desk.deploy(desk.local)
    with pytest.raises(NoSuchDeployment, match=INFO.address):
        desk.service.deployment(EngineId("LAB"), SHOP)
    with pytest.raises(NoSuchDeployment, match="There is no deployment named “till”"):
        desk.service.deployment(EngineId("LAB"), TILL)


def test_only_releases_of_the_connected_engine_are_healed(desk: Desk) -> None:
    desk.deploy(desk.local)
    release = desk.leave_open(EngineId("LOCAL"))
    assert desk.service.recover(desk.lab, Job()).healed == ()
    assert desk.records.unfinished_releases() == (release,)
    (healed,) = desk.service.recover(desk.local, Job()).healed
    assert healed.id == release.id
    assert desk.records.unfinished_releases() == ()


def test_one_busy_on_another_engine_keeps_nobody_waiting(desk: Desk) -> None:
    desk.deploy(desk.local)
    with desk.locks.hold(SHOP, "LOCAL"):
        desk.deploy(desk.lab)
    assert desk.names(desk.lab) == ["shop"]


def test_one_of_an_older_program_is_taken_up_where_its_container_is(desk: Desk) -> None:
    deployment = desk.forget_engine(desk.deploy(desk.local))
    assert desk.names(desk.lab) == ["shop"]
    assert desk.service.recover(desk.lab, Job()).adopted == frozenset()
    assert desk.service.recover(desk.local, Job()).adopted == {SHOP}
    assert (desk.names(desk.local), desk.names(desk.lab)) == (["shop"], [])
    key = replace(deployment, engine=EngineId("LOCAL")).key
    assert len(desk.service.history(key)) == 1
    assert desk.service.recover(desk.local, Job()).adopted == frozenset()


def test_a_release_of_an_older_program_is_healed_where_its_container_is(desk: Desk) -> None:
    release = desk.leave_open(NO_ENGINE)
    desk.container_of(desk.local, release)
    assert not desk.service.recover(desk.lab, Job()).changes
    recovered = desk.service.recover(desk.local, Job())
    assert [one.state for one in recovered.healed] == [ReleaseState.FAILED]
    assert recovered.changes.deployments == {SHOP}
    assert desk.local.list_containers() == ()


def test_one_of_an_older_program_without_a_container_stays_usable(desk: Desk) -> None:
    deployment = desk.forget_engine(desk.deploy(desk.local))
    desk.local.remove_container(deployment.container or ContainerId(""))
    desk.service.recover(desk.local, Job())
    assert desk.names(desk.local) == ["shop"]
    desk.service.start(desk.local, deployment.key, Job())
    assert (desk.names(desk.local), desk.names(desk.lab)) == (["shop"], [])
    assert len(desk.service.history(DeploymentKey(EngineId("LOCAL"), SHOP))) == 2


def test_one_of_an_older_program_gives_way_to_a_namesake(desk: Desk) -> None:
    old = desk.forget_engine(desk.deploy(desk.local))
    desk.records.save_deployment(replace(old, engine=EngineId("LAB"), container=None))
    assert [one.engine for one in desk.service.deployments(EngineId("LAB"))] == ["LAB"]
    desk.service.recover(desk.local, Job())
    assert desk.names(desk.local) == ["shop"]


def test_an_engine_with_a_new_identity_is_known_by_its_containers(desk: Desk) -> None:
    """Its data were moved, or it tells no id and is reached at another address. What has no
    container any more comes along."""
    desk.deploy(desk.local)
    stopped = desk.deploy(desk.local, TILL)
    desk.local.remove_container(stopped.container or ContainerId(""))
    desk.local._own_id = EngineId("MOVED")
    assert desk.service.recover(desk.local, Job()).adopted == {SHOP, TILL}
    assert desk.names(desk.local) == ["shop", "till"]
    assert desk.elsewhere(desk.lab) == (
        Elsewhere(SHOP, INFO.address),
        Elsewhere(TILL, INFO.address),
    )


def test_no_list_of_containers_is_asked_for_when_everything_has_its_place(desk: Desk) -> None:
    desk.deploy(desk.local)
    calls = dict(desk.local.calls)
    desk.service.recover(desk.local, Job())
    assert desk.local.calls == calls


def test_an_engine_is_remembered_at_its_newest_address(desk: Desk) -> None:
    desk.deploy(desk.lab)
    moved = FakeEngine(replace(INFO, address="tcp://lab:2376"), own_id="LAB")
    desk.service.recover(moved, Job())
    assert desk.elsewhere(desk.local) == (Elsewhere(SHOP, "tcp://lab:2376"),)


@pytest.mark.parametrize(
    ("others", "said"),
    [
        ((), ""),
        ((Elsewhere(SHOP, LAB),), f"1 deployment lives on another engine ({LAB})."),
        ((Elsewhere(SHOP, ""),), "1 deployment lives on another engine (address not known)."),
        (
            (Elsewhere(SHOP, LAB), Elsewhere(TILL, "tcp://a:1"), Elsewhere(TILL, LAB)),
            f"3 deployments live on other engines (tcp://a:1, {LAB}).",
        ),
    ],
)
def test_what_is_said_of_the_others(others: tuple[Elsewhere, ...], said: str) -> None:
    assert elsewhere_text(others) == said


@pytest.mark.parametrize(
    ("state", "previous", "said"),
    [
        (ReleaseState.SUCCEEDED, "v1.0.0", "has been finished: shop runs v2.0.0."),
        (ReleaseState.RESTORED, "v1.0.0", "has been undone: shop runs v1.0.0 as before."),
        (ReleaseState.FAILED, "v1.0.0", "has been undone; shop does not run."),
        (ReleaseState.FAILED, "", "has been undone; shop does not run."),
    ],
)
def test_what_is_said_of_an_interrupted_release(
    desk: Desk, state: ReleaseState, previous: str, said: str
) -> None:
    image = ImageId("sha256:0")
    before = VersionTarget(image, f"registry.lan/team/rec:{previous}", image) if previous else None
    release = replace(desk.leave_open(EngineId("LOCAL")), state=state, previous=before)
    assert healed_text(release) == f"The release of v2.0.0 for shop was interrupted and {said}"
