"""What is looked at: all in two calls, more of suspects alone."""

from dataclasses import replace
from typing import Any

import pytest

from modeldesk.core.changes import Changes
from modeldesk.core.containers.model import ContainerStatus, Health
from modeldesk.core.deployment_watch.channels import ASK_AGAIN_S
from modeldesk.core.deployment_watch.look import ASK_GATEWAY_S
from modeldesk.core.deployment_watch.model import Finding, Problem, Remedy
from modeldesk.core.deployment_watch.restarts import LOOP_SECONDS
from modeldesk.core.errors import RegistryUnavailable
from modeldesk.core.ids import ContainerId, DeploymentName, ImageId
from modeldesk.core.jobs import CancelToken, Job
from modeldesk.core.references import Reference
from modeldesk.core.releases.model import Deployment, ServiceSettings
from tests.fakes.engine_containers import Behaviour
from tests.unit.core.deployment_watch.bench import Bench, problems
from tests.unit.core.releases.desk import MODEL, SHOP


class Counted:
    """An engine whose calls are counted."""

    def __init__(self, behind: object) -> None:
        self._behind = behind
        self.calls: list[str] = []

    def __getattr__(self, name: str) -> Any:
        self.calls.append(name)
        return getattr(self._behind, name)


@pytest.fixture
def bench() -> Bench:
    bench = Bench()
    bench.desk.deploy("v1.0.0")
    bench.desk.deploy("v1.1.0")
    return bench


def look(bench: Bench, changes: Changes | None = None) -> tuple[Finding, ...]:
    return bench.looker.look(bench.desk.engine, changes or Changes(), CancelToken())


def container(bench: Bench) -> ContainerId:
    found = bench.desk.deployment().container
    assert found is not None
    return found


def spoil(bench: Bench, **facts: object) -> None:
    """Change what the engine has of the container that serves."""
    one = bench.desk.engine._containers[container(bench)]
    for name, value in facts.items():
        setattr(one, name, value)


def test_what_is_well_costs_two_calls_however_much_there_is(bench: Bench) -> None:
    for number in range(6):
        bench.desk.service.deploy(
            bench.desk.engine,
            DeploymentName(f"service-{number}"),
            MODEL,
            bench.desk.versions["v1.0.0"],
            ServiceSettings((replace(bench.desk.deployment().settings.ports[0],
                                     host_port=6000 + number),), health_timeout_s=0.3),
            "",
            Job(),
        )  # fmt: skip
    engine = Counted(bench.desk.engine)
    found = bench.looker.look(engine, Changes(), CancelToken())
    assert found == ()
    assert engine.calls == ["identity", "list_containers", "list_images"]


def test_nothing_is_asked_where_nothing_is_deployed() -> None:
    bench = Bench()
    engine = Counted(bench.desk.engine)
    assert bench.looker.look(engine, Changes(), CancelToken()) == ()
    assert engine.calls == ["identity"]


def test_a_container_that_went_is_found(bench: Bench) -> None:
    bench.desk.engine.remove_container(container(bench))
    [found] = look(bench)
    assert found.problem is Problem.GONE
    assert found.remedies == (Remedy.RUN_AGAIN, Remedy.ROLL_BACK)
    assert found.target == bench.desk.versions["v1.0.0"]


def test_one_that_was_taken_from_its_network_is_found(bench: Bench) -> None:
    bench.desk.engine.disconnect(container(bench))
    [found] = look(bench)
    assert found.problem is Problem.GONE
    assert found.text.startswith("The container of shop is off its network")
    bench.desk.service.start(bench.desk.engine, bench.desk.key, Job())
    assert look(bench) == ()


def test_one_that_somebody_stopped_is_found_and_one_we_stopped_is_not(bench: Bench) -> None:
    bench.desk.engine.stop_container(container(bench))
    assert problems(look(bench)) == [Problem.STOPPED]
    bench.desk.service.start(bench.desk.engine, bench.desk.key, Job())
    assert look(bench) == ()
    bench.desk.service.stop(bench.desk.engine, bench.desk.key, Job())
    assert look(bench) == ()


def test_a_gateway_that_went_is_found(bench: Bench) -> None:
    bench.desk.engine.remove_container(bench.desk.gateways()[0].id)
    assert problems(look(bench)) == [Problem.GATEWAY_GONE]


def test_a_gateway_that_falls_silent_is_found(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert look(bench) == ()
    monkeypatch.setattr(bench.desk.gateway, "applied", lambda _spec: None)
    bench.ticks += ASK_GATEWAY_S - 1
    assert look(bench) == ()
    bench.ticks += 1
    assert problems(look(bench)) == [Problem.GATEWAY_SILENT]


def test_a_container_that_is_not_healthy_is_found(bench: Bench) -> None:
    spoil(bench, behaviour=Behaviour(health=(Health.UNHEALTHY,)))
    assert problems(look(bench)) == [Problem.UNHEALTHY]


def test_a_loop_is_found_by_how_the_count_grows(bench: Bench) -> None:
    serving = frozenset({container(bench)})
    for restarts, wanted in ((1, []), (2, []), (4, [Problem.RESTART_LOOP])):
        spoil(bench, behaviour=Behaviour(health=(Health.HEALTHY,), restarts=restarts))
        assert problems(look(bench, Changes(containers=serving))) == wanted
        bench.ticks += 5
    # Without a word from the engine it is looked at on, until it keeps still.
    bench.ticks += LOOP_SECONDS - 10
    assert problems(look(bench)) == [Problem.RESTART_LOOP]
    bench.ticks += LOOP_SECONDS
    assert look(bench) == ()
    engine = Counted(bench.desk.engine)
    bench.ticks += LOOP_SECONDS
    assert bench.looker.look(engine, Changes(), CancelToken()) == ()
    assert "container" not in engine.calls


def test_a_loop_that_lasts_is_found_at_the_first_look(bench: Bench) -> None:
    spoil(
        bench,
        behaviour=Behaviour(health=(Health.HEALTHY,), restarts=12),
        status=ContainerStatus.RESTARTING,
    )
    [found] = look(bench)
    assert found.problem is Problem.RESTART_LOOP
    assert "12 times" in found.text


def test_an_image_that_went_is_found(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    current = bench.desk.versions["v1.1.0"]
    left = tuple(one for one in bench.desk.engine.list_images() if one.id != current.image)
    monkeypatch.setattr(bench.desk.engine, "list_images", lambda: left)
    found = look(bench)
    assert problems(found) == [Problem.IMAGE_MISSING]
    assert found[0].remedies == (Remedy.ROLL_BACK,)


def test_nothing_is_wrong_with_what_is_being_released(bench: Bench) -> None:
    seen: list[tuple[Finding, ...]] = []

    def on_start() -> None:
        bench.desk.engine.stop_container(container(bench))
        seen.append(look(bench))

    behaviour = Behaviour(health=(Health.HEALTHY,), on_start=on_start)
    bench.desk.versions["v9"] = bench.desk.add_version("v9", behaviour)
    bench.desk.deploy("v9")
    assert seen == [()]


def test_a_channel_that_names_another_version_here_is_found(bench: Bench) -> None:
    bench.followed.name = "stable"
    assert look(bench) == ()
    engine, versions = bench.desk.engine, bench.desk.versions
    engine.tag_image(versions["v1.1.0"].image, Reference.parse("team/rec:stable"))
    assert look(bench) == ()
    engine.tag_image(versions["v1.2.0"].image, Reference.parse("team/rec:stable"))
    [found] = look(bench)
    assert found.text == "stable is v1.2.0 now; shop runs v1.1.0."
    assert found.target == versions["v1.2.0"]
    assert found.remedies == (Remedy.DEPLOY_CHANNEL,)
    assert bench.followed.asked == []


def test_it_is_called_by_the_tag_that_names_it_best(bench: Bench) -> None:
    bench.followed.name = "stable"
    image = bench.desk.versions["v1.2.0"].image
    for tag in ("v1.2.0-rc1", "old1", "stable", "latest"):
        bench.desk.engine.tag_image(image, Reference.parse(f"team/rec:{tag}"))
    [found] = look(bench)
    assert found.text == "stable is v1.2.0 now; shop runs v1.1.0."


def test_a_channel_that_a_canary_is_on_its_way_to_is_no_news(bench: Bench) -> None:
    bench.followed.name = "stable"
    engine, versions = bench.desk.engine, bench.desk.versions
    engine.tag_image(versions["v1.2.0"].image, Reference.parse("team/rec:stable"))
    bench.followed.canary = versions["v1.2.0"]
    assert look(bench) == ()
    # Of another version it is, and once the canary was called back too.
    bench.followed.canary = versions["v1.0.0"]
    assert problems(look(bench)) == [Problem.DRIFT]
    bench.followed.canary = None
    assert problems(look(bench)) == [Problem.DRIFT]


def test_so_is_one_whose_canary_is_known_by_its_digest_alone(bench: Bench) -> None:
    with_digest(bench)
    bench.followed.name = "stable"
    digest = bench.followed.digests["r.lan/rec:stable"] = "sha256:" + "2" * 64
    bench.followed.canary = replace(bench.desk.versions["v1.0.0"], digest=digest)
    assert look(bench) == ()


def with_digest(bench: Bench) -> Deployment:
    """The deployment, as what a registry has."""
    deployment = bench.desk.deployment()
    current = replace(
        bench.desk.versions["v1.1.0"],
        digest="sha256:" + "1" * 64,
        reference="r.lan/rec:v1.1.0",
    )
    changed = replace(deployment, current=current)
    bench.desk.records.save_deployment(changed)
    return changed


def test_a_channel_that_moved_in_the_registry_is_found_and_seldom_asked(bench: Bench) -> None:
    with_digest(bench)
    bench.followed.name = "stable"
    tag = "r.lan/rec:stable"
    bench.followed.digests[tag] = "sha256:" + "1" * 64
    assert look(bench) == ()
    bench.followed.digests[tag] = "sha256:" + "2" * 64
    assert look(bench) == ()
    bench.ticks += ASK_AGAIN_S
    [found] = look(bench)
    assert found.problem is Problem.DRIFT
    assert "222222222222" in found.text
    assert found.target is not None
    assert (found.target.image, found.target.digest) == (ImageId(""), "sha256:" + "2" * 64)
    assert bench.followed.asked == [tag, tag]
    bench.followed.digests[tag] = RegistryUnavailable("It is away.")
    bench.ticks += ASK_AGAIN_S
    assert problems(look(bench)) == [Problem.DRIFT]


def test_a_registry_that_is_away_says_nothing(bench: Bench) -> None:
    with_digest(bench)
    bench.followed.name = "stable"
    bench.followed.digests["r.lan/rec:stable"] = RegistryUnavailable("It is away.")
    assert look(bench) == ()
    assert bench.desk.deployment().name == SHOP
