"""What is done about a finding, and that it is told."""

import json
from dataclasses import replace
from typing import Any

import pytest

from modeldesk.core.changes import Changes
from modeldesk.core.containers.model import Health
from modeldesk.core.deployment_watch.model import Finding, Problem, Remedy
from modeldesk.core.deployment_watch.remedies import Remedies
from modeldesk.core.engine.model import Pulled
from modeldesk.core.errors import ModelDeskError, NoSuchDeployment
from modeldesk.core.ids import DeploymentName, ImageId
from modeldesk.core.jobs import CancelToken, Job
from modeldesk.core.references import Reference
from modeldesk.core.releases.model import DeploymentKey
from tests.fakes.engine_containers import Behaviour
from tests.unit.core.deployment_watch.bench import HOOK, Bench, problems
from tests.unit.core.releases.desk import SICK


@pytest.fixture
def bench() -> Bench:
    bench = Bench()
    bench.desk.deploy("v1.0.0")
    bench.desk.deploy("v1.1.0")
    return bench


def take(bench: Bench, finding: Finding, remedy: Remedy) -> str:
    remedies = Remedies(bench.desk.service, bench.events.tell, lambda: "ann", bench.desk.now)
    return remedies.take(bench.desk.engine, finding, remedy, Job()).text


def found(bench: Bench) -> tuple[Finding, ...]:
    return bench.looker.look(bench.desk.engine, Changes(), CancelToken())


def told(bench: Bench) -> list[Any]:
    return [json.loads(one.event.data) for one in bench.outbox.waiting(HOOK.id)]


def test_what_went_is_put_back(bench: Bench) -> None:
    container = bench.desk.deployment().container
    assert container is not None
    bench.desk.engine.remove_container(container)
    [finding] = found(bench)
    assert take(bench, finding, Remedy.RUN_AGAIN) == "shop runs v1.1.0."
    assert found(bench) == ()
    bench.desk.assert_serves("v1.1.0")
    assert bench.told() == ["remedy.taken"]
    [data] = told(bench)
    assert data["finding"] == {
        "problem": "container gone",
        "text": finding.text,
        "remedy": "run again",
    }
    assert (data["who"], data["why"], data["environment"]) == ("ann", "Run it again", "production")


def test_so_is_its_gateway(bench: Bench) -> None:
    bench.desk.engine.remove_container(bench.desk.gateways()[0].id)
    [finding] = found(bench)
    take(bench, finding, Remedy.RUN_AGAIN)
    assert found(bench) == ()
    bench.desk.assert_serves("v1.1.0")


def test_it_goes_back_to_what_ran_before(bench: Bench) -> None:
    container = bench.desk.deployment().container
    assert container is not None
    bench.desk.engine.stop_container(container)
    [finding] = found(bench)
    take(bench, finding, Remedy.ROLL_BACK)
    bench.desk.assert_serves("v1.0.0")


def test_one_that_is_unwell_is_replaced_by_another_of_its_version(bench: Bench) -> None:
    before = bench.desk.deployment().container
    assert before is not None
    bench.desk.engine._containers[before].behaviour = Behaviour(health=(Health.UNHEALTHY,))
    [finding] = found(bench)
    take(bench, finding, Remedy.REPLACE)
    assert found(bench) == ()
    assert bench.desk.deployment().container != before
    bench.desk.assert_serves("v1.1.0")


def test_what_a_channel_names_is_deployed(bench: Bench) -> None:
    bench.followed.name = "stable"
    wanted = bench.desk.versions["v1.2.0"]
    bench.desk.engine.tag_image(wanted.image, Reference.parse("team/rec:stable"))
    [finding] = found(bench)
    take(bench, finding, Remedy.DEPLOY_CHANNEL)
    assert found(bench) == ()
    bench.desk.assert_serves("v1.2.0")


def test_what_fails_is_told_too(bench: Bench) -> None:
    bench.followed.name = "stable"
    sick = bench.desk.add_version("v2.0.0", SICK)
    bench.desk.engine.tag_image(sick.image, Reference.parse("team/rec:stable"))
    [finding] = found(bench)
    with pytest.raises(ModelDeskError):
        take(bench, finding, Remedy.DEPLOY_CHANNEL)
    assert bench.told() == ["remedy.failed"]
    assert told(bench)[0]["error"]
    assert problems(found(bench)) == [Problem.DRIFT]
    bench.desk.assert_serves("v1.1.0")


def test_a_deployment_that_is_no_more_can_not_be_helped(bench: Bench) -> None:
    key = DeploymentKey(bench.desk.here, DeploymentName("nobody"))
    with pytest.raises(NoSuchDeployment):
        take(bench, Finding(key, Problem.GONE, "It is gone."), Remedy.RUN_AGAIN)
    assert bench.told() == []


def test_an_image_is_pulled_by_its_digest_and_has_its_name_again(bench: Bench) -> None:
    engine, deployment = bench.desk.engine, bench.desk.deployment()
    digest = "sha256:" + "1" * 64
    current = replace(bench.desk.versions["v1.1.0"], digest=digest, reference="r.lan/rec:v1.1.0")
    bench.desk.records.save_deployment(replace(deployment, current=current))
    asked: list[str] = []

    class Pulling:
        def __getattr__(self, name: str) -> Any:
            return getattr(engine, name)

        def pull(self, reference: Reference, on_part: object, token: CancelToken) -> Any:
            asked.append(str(reference))
            return Pulled(current.image, digest)

    finding = Finding(deployment.key, Problem.IMAGE_MISSING, "It went.")
    remedies = Remedies(bench.desk.service, bench.events.tell, lambda: "ann", bench.desk.now)
    done = remedies.take(Pulling(), finding, Remedy.PULL_IMAGE, Job())
    assert asked == [f"r.lan/rec@{digest}"]
    assert done.changes.images == {current.image}
    assert Reference.parse("r.lan/rec:v1.1.0") in next(
        one.tags for one in engine.list_images() if one.id == current.image
    )
    assert ImageId("") not in done.changes.images
