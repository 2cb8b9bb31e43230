"""The program is killed at any moment of a release on a swarm: after each call to the swarm and to
the records. The swarm goes on without it; what comes next finds out what became of it."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from modeldesk.core.errors import ModelDeskError
from modeldesk.core.jobs import Job
from modeldesk.core.releases.model import ReleaseState
from modeldesk.core.swarm.images import is_of
from modeldesk.core.swarm.service import SwarmReleases
from modeldesk.core.swarm.wanted import SECRET_LABEL
from tests.unit.core.releases.desk import Killed, Life, Mortal
from tests.unit.core.swarm.desk import CRASHES, MODEL, SETTINGS, SHOP, SwarmDesk

WITH_SECRET = replace(SETTINGS, secret_names=("TOKEN",))
Act = Callable[[SwarmDesk, SwarmReleases], object]


@dataclass(frozen=True)
class Story:
    """What is under way when the program is killed; `ends` are the versions that may run then,
    empty for nothing."""

    name: str
    prepare: Callable[[SwarmDesk], object]
    act: Act
    ends: tuple[str, ...]


def nothing(_: SwarmDesk) -> None: ...


def one(desk: SwarmDesk) -> None:
    desk.deploy("v1.0.0", WITH_SECRET, TOKEN="1")


def two(desk: SwarmDesk) -> None:
    one(desk)
    desk.deploy("v1.1.0", WITH_SECRET, TOKEN="2")


def with_a_bad_one(desk: SwarmDesk) -> None:
    two(desk)
    desk.versions["bad"] = desk.add_version("bad", CRASHES)


def deploy(version: str) -> Act:
    def act(desk: SwarmDesk, service: SwarmReleases) -> object:
        return service.deploy(
            desk.engine,
            SHOP,
            MODEL,
            desk.versions[version],
            WITH_SECRET,
            "",
            Job(),
            {"TOKEN": "new"},
        )

    return act


def roll_back(version: str) -> Act:
    def act(desk: SwarmDesk, service: SwarmReleases) -> object:
        return service.rollback(desk.engine, desk.key, desk.versions[version], "", Job())

    return act


def three(desk: SwarmDesk) -> None:
    two(desk)
    desk.deploy("v1.2.0", WITH_SECRET)


STORIES = (
    Story("first", nothing, deploy("v1.0.0"), ("", "v1.0.0")),
    Story("next", two, deploy("v1.2.0"), ("v1.1.0", "v1.2.0")),
    Story("failing", with_a_bad_one, deploy("bad"), ("v1.1.0",)),
    Story("back by the engine", two, roll_back("v1.0.0"), ("v1.0.0", "v1.1.0")),
    Story("back by an update", three, roll_back("v1.0.0"), ("v1.0.0", "v1.2.0")),
)


def killed_after(desk: SwarmDesk, calls: int, act: Act) -> bool:
    """Whether the service died of `calls` calls; the locks of the dead are free."""
    life = Life(calls)
    service = desk.service_with(Mortal(desk.records, life), Mortal(desk.swarm, life))
    try:
        act(desk, service)
    except Killed:
        return True
    except ModelDeskError:
        return False
    finally:
        desk.locks.held.clear()
    return False


def agreed(desk: SwarmDesk) -> str:
    """The version that runs, by the swarm and by the records alike."""
    assert desk.records.unfinished_releases() == ()
    deployment = desk.records.deployment(desk.key)
    secrets = {one.id for one in desk.swarm.secrets({SECRET_LABEL: SHOP})}
    if deployment is None:
        assert desk.swarm.services() == ()
        return ""
    (service,) = desk.swarm.services()
    assert deployment.current is not None
    assert is_of(service.spec.image, deployment.current)
    assert desk.serving() == {service.spec.image}
    assert {ref.id for ref in service.spec.secrets} <= secrets
    return deployment.current.reference.partition(":")[2]


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_killed_at_any_moment(story: Story) -> None:
    seen, calls = set(), 0
    while True:
        desk = SwarmDesk()
        story.prepare(desk)
        before = len(desk.history())
        if not killed_after(desk, calls, story.act):
            break
        recovered = desk.service.recover(desk.engine, Job())
        assert recovered.left == ()
        version = agreed(desk)
        assert version in story.ends, calls
        seen.add(version)
        newest = desk.history()[: len(desk.history()) - before]
        for release in newest:
            succeeded = release.state is ReleaseState.SUCCEEDED
            assert succeeded == is_version(desk, version, release.target.image), calls
            assert succeeded or release.error
        calls += 1
    assert calls > 12
    assert seen == set(story.ends)


def is_version(desk: SwarmDesk, version: str, image: str) -> bool:
    return bool(version) and desk.versions[version].image == image


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_a_deploy_right_after_a_kill(story: Story) -> None:
    calls = 0
    while True:
        desk = SwarmDesk()
        story.prepare(desk)
        if not killed_after(desk, calls, story.act):
            return
        outcome = desk.deploy("v1.1.0", WITH_SECRET, TOKEN="after")
        assert not outcome.restored, calls
        assert agreed(desk) == "v1.1.0", calls
        calls += 1


def test_containers_leave_releases_of_swarms_alone() -> None:
    from modeldesk.core.releases.service import ReleaseService
    from tests.fakes.gateway import FakeGateway

    desk = SwarmDesk()
    two(desk)
    assert killed_after(desk, 24, deploy("v1.2.0"))
    opened = desk.records.unfinished_releases()
    gateway = FakeGateway(desk.engine)
    service = ReleaseService(
        desk.records,
        lambda _: gateway,
        lambda _engine, _job: "",
        desk.locks,
        lambda: "ana",
        desk.service_time,
    )
    assert service.recover(desk.engine, Job()).healed == ()
    assert service.heal(desk.engine, Job()).mended == ()
    assert desk.records.unfinished_releases() == opened != ()
