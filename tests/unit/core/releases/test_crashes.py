"""The program is killed at any moment: after each call to the engine, to a gateway and to the
records, and so after every line of the journal and between a deed and its line. What comes next
finds, or makes, one right state."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from modeldesk.core.containers.model import Health, PortBinding
from modeldesk.core.gateway.model import Split
from modeldesk.core.jobs import Job
from modeldesk.core.releases.model import ReleaseKind, ReleaseState
from modeldesk.core.releases.service import ReleaseService
from tests.fakes.engine_containers import Behaviour
from tests.unit.core.releases.desk import MODEL, PORT, SHOP, VERSIONS, Desk, killed_after

WELL = Behaviour(health=(Health.HEALTHY,))
MOVED = replace(PORT, ports=(PortBinding(6000, 5000),))
AT_ONCE = replace(PORT, keep_warm_s=0.0)
Act = Callable[[Desk, Any, ReleaseService], object]


@dataclass(frozen=True)
class Story:
    """What is under way when the program is killed. `before` and `after` are what callers get,
    each empty for nobody; `always` says that somebody answers them at every moment."""

    name: str
    prepare: Callable[[Desk], object]
    act: Act
    before: str
    after: str
    always: bool = True
    least: int = 12
    """So many calls it takes at least."""


def two(desk: Desk) -> None:
    desk.deploy("v1.0.0")
    desk.deploy("v1.1.0")


def two_cold(desk: Desk) -> None:
    two(desk)
    desk.later += timedelta(hours=1)
    desk.service.recover(desk.engine, Job())


def two_gone(desk: Desk) -> None:
    two(desk)
    for kept in desk.deployment().kept:
        desk.engine.remove_container(kept.version.container)


def stopped(desk: Desk) -> None:
    two(desk)
    desk.service.stop(desk.engine, desk.key, Job())


def staged(desk: Desk) -> None:
    two(desk)
    desk.stage("v1.2.0")
    desk.service.canaries.shift(desk.engine, desk.key, 3, Split("r3", 1, salt="x"), Job())


def deploy(settings: Any = PORT) -> Act:
    def act(desk: Desk, engine: Any, service: ReleaseService) -> object:
        return service.deploy(engine, SHOP, MODEL, desk.versions["v1.2.0"], settings, "", Job())

    return act


def roll_back(desk: Desk, engine: Any, service: ReleaseService) -> object:
    return service.rollback(engine, desk.key, None, "", Job())


def canary(method: str, *given: Any) -> Act:
    def act(desk: Desk, engine: Any, service: ReleaseService) -> object:
        return getattr(service.canaries, method)(engine, desk.key, 3, *given, Job())

    return act


def stage(desk: Desk, engine: Any, service: ReleaseService) -> object:
    target = desk.versions["v1.2.0"]
    return service.canaries.stage(engine, desk.key, target, None, "", Job())


STORIES = (
    Story("first deploy", lambda _: None, deploy(), "", "v1.2.0", always=False),
    Story("deploy", two, deploy(), "v1.1.0", "v1.2.0", least=30),
    Story("deploy, nothing kept warm", two, deploy(AT_ONCE), "v1.1.0", "v1.2.0", least=30),
    Story("other ports", two, deploy(MOVED), "v1.1.0", "v1.2.0", always=False, least=30),
    Story("taken over", Desk.run_as_before, deploy(), "owner", "v1.2.0", always=False),
    Story("back, warm", two, roll_back, "v1.1.0", "v1.0.0"),
    Story("back, cold", two_cold, roll_back, "v1.1.0", "v1.0.0"),
    Story("back, gone", two_gone, roll_back, "v1.1.0", "v1.0.0", least=30),
    Story(
        "stop",
        two,
        lambda desk, engine, service: service.stop(engine, desk.key, Job()),
        "v1.1.0",
        "",
        always=False,
        least=8,
    ),
    Story(
        "start",
        stopped,
        lambda desk, engine, service: service.start(engine, desk.key, Job()),
        "",
        "v1.1.0",
        always=False,
    ),
    Story(
        "remove",
        two,
        lambda desk, engine, service: service.remove(engine, desk.key, Job()),
        "v1.1.0",
        "",
        always=False,
        least=8,
    ),
    Story("stage", two, stage, "v1.1.0", "v1.1.0"),
    Story(
        "shift", staged, canary("shift", Split("r3", 9_999, salt="x")), "v1.1.0", "v1.2.0", least=5
    ),
    Story("promote", staged, canary("promote"), "v1.1.0", "v1.2.0"),
    Story("abort", staged, canary("abort", "too slow"), "v1.1.0", "v1.1.0", least=8),
)


def new_desk(story: Story) -> Desk:
    desk = Desk()
    for name in VERSIONS:
        desk.versions[name] = desk.add_version(name, WELL)
    story.prepare(desk)
    return desk


def killed_in(desk: Desk, calls: int, story: Story) -> bool:
    """Whether the story was killed after so many calls."""
    return killed_after(desk, calls, lambda engine, service: story.act(desk, engine, service))


def answers(desk: Desk) -> str:
    """As `Desk.answers`; ``owner`` where a container owns the ports, empty for nobody."""
    if any(one.running and one.ports for one in desk.containers()):
        return "owner"
    said = desk.answers()
    return "" if said in ("502", "503") else said


def assert_right(desk: Desk, story: Story, where: object) -> None:
    """One version serves, the records agree, and the history tells what happened."""
    said = answers(desk)
    assert said in (story.before, story.after), where
    desk.assert_agrees()
    deployment = desk.records.deployment(desk.key)
    if deployment is not None and not deployment.stopped and story.before != "owner":
        assert deployment.current is not None
        assert said == deployment.current.reference.partition(":")[2] or deployment.canary, where
    for release in desk.history():
        canary = deployment.canary if deployment else None
        rolls = canary is not None and canary.version.release == release.id
        assert (release.state is ReleaseState.ROLLING) == rolls, where
        if release.state is ReleaseState.SUCCEEDED and release.id > 2 and deployment:
            assert deployment.release >= release.id, where


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_a_kill_at_any_moment_is_put_right_by_the_next_start(story: Story) -> None:
    calls = 0
    while True:
        desk = new_desk(story)
        assert answers(desk) == story.before
        killed = killed_in(desk, calls, story)
        if story.always:
            assert answers(desk) in (story.before, story.after), calls
        desk.service.recover(desk.engine, Job())
        assert desk.service.heal(desk.engine, Job()).mended == () or killed, calls
        assert_right(desk, story, calls)
        release_once_more(desk)
        if not killed:
            assert calls >= story.least
            return
        calls += 1


def release_once_more(desk: Desk) -> None:
    """The deployment can be worked with, whatever there was."""
    deployment = desk.records.deployment(desk.key)
    if deployment is not None and deployment.canary is not None:
        desk.rollback()
    desk.deploy("v1.0.0")
    desk.assert_serves("v1.0.0")


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_a_recovery_that_is_killed_too_is_put_right_by_the_next(story: Story) -> None:
    """Every fifth moment of the story, every third of the recovery."""
    for calls in range(1, 200, 5):
        for again in range(0, 200, 3):
            desk = new_desk(story)
            if not killed_in(desk, calls, story):
                return
            killed = killed_after(
                desk, again, lambda engine, service: service.recover(engine, Job())
            )
            desk.service.recover(desk.engine, Job())
            desk.service.heal(desk.engine, Job())
            assert_right(desk, story, (calls, again))
            if not killed:
                break


def test_whoever_acts_next_need_not_wait_for_a_recovery() -> None:
    """A person's next release puts an end to the one that was interrupted."""
    story = STORIES[1]
    calls = 0
    while True:
        desk = new_desk(story)
        if not killed_in(desk, calls, story):
            return
        desk.deploy("v1.0.0")
        desk.assert_serves("v1.0.0")
        kinds = [one.state for one in desk.history() if one.kind is ReleaseKind.DEPLOY]
        assert ReleaseState.RUNNING not in kinds
        calls += 1
