"""Deployments on a swarm, on the command line."""

import argparse
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from modeldesk.cli.answer import Answer
from modeldesk.cli.commands import deploy, deployments, rollback, swarm
from modeldesk.cli.exit_codes import ExitCode
from modeldesk.cli.session import Session
from modeldesk.composition import Parts
from modeldesk.core.errors import InvalidInput, NoSuchDeployment, NoSwarm, ReleaseError
from modeldesk.core.images import ImageConfig
from modeldesk.core.library.service import Library
from modeldesk.core.releases.model import Target
from modeldesk.core.swarm import following
from modeldesk.core.swarm.model import Availability
from modeldesk.core.swarm.service import SwarmReleases
from modeldesk.paths import Paths
from tests.fakes.deployment_locks import FakeDeploymentLocks
from tests.fakes.engine import FakeEngine, FakeFinder
from tests.fakes.records import FakeImageRecords, FakeReleaseRecords
from tests.fakes.swarm import FakeSwarm
from tests.support.releases import FakeGateways, gateway_image, release_service
from tests.unit.core.swarm.desk import CRASHES

Run = Callable[..., Answer]


class Shop:
    """An engine that manages a swarm, and a home."""

    def __init__(self, folder: Path) -> None:
        self.engine = FakeEngine()
        self.swarm = FakeSwarm("alone")
        records = FakeReleaseRecords()
        config = ImageConfig(exposed_ports=("8000/tcp",))
        for tag in ("v1.0.0", "v1.1.0"):
            self.engine.add_image(f"team/rec:{tag}", config=config)
        parts = Parts(Paths.under(folder))
        swarms = SwarmReleases(
            records,
            lambda _: self.swarm,
            FakeGateways(),
            gateway_image,
            FakeDeploymentLocks(),
            lambda: "ana",
            lambda: datetime.now(UTC),
        )
        vars(parts).update(
            finder=FakeFinder(self.engine),
            library=Library(FakeImageRecords()),
            releases=release_service(records, who=lambda: "ana"),
            swarms=swarms,
        )
        self.session = Session(parts)

    def run(self, module: ModuleType, *words: str) -> Answer:
        parser = argparse.ArgumentParser()
        if hasattr(module, "add_arguments"):
            module.add_arguments(parser)
        answer: Answer = module.execute(parser.parse_args([*words]), self.session)
        return answer

    def deploy(self, version: str, *words: str) -> Answer:
        return self.run(deploy, f"team/rec:{version}", "--name", "shop", *words)


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    monkeypatch.setattr(following, "_PAUSE_S", 0.001)
    return Shop(tmp_path)


def told(answer: Answer) -> Any:
    return answer.json


def test_deploy_to_the_swarm_and_back(shop: Shop) -> None:
    answer = shop.deploy("v1.0.0", "--swarm", "--replicas", "3", "--watch-for", "0.02")
    assert answer.exit_code is ExitCode.DONE
    assert told(answer)["url"].startswith("http://127.0.0.1:30")
    (service,) = shop.swarm.services()
    assert service.spec.replicas == 3
    assert service.spec.update.delay_s == 0.02
    # What it was made as, and what was given then, stays.
    shop.deploy("v1.1.0")
    (service,) = shop.swarm.services()
    assert service.spec.replicas == 3
    assert shop.engine.list_containers() == ()
    back = shop.run(rollback, "shop")
    assert "shop runs team/rec:v1.0.0" in back.lines[0]


def test_a_gateway_in_front_of_a_service(shop: Shop) -> None:
    shop.deploy("v1.0.0", "--swarm", "--gateway", "-p", "5000:8000", "--watch-for", "0.02")
    (service,) = shop.swarm.services()
    assert service.spec.ports == ()
    assert len(shop.engine.list_containers()) == 1
    (row,) = told(shop.run(deployments))
    assert row["url"] == "http://127.0.0.1:5000"


def test_what_fails_is_told_with_its_exit_code(shop: Shop) -> None:
    shop.deploy("v1.0.0", "--swarm", "--watch-for", "0.02")
    shop.swarm.conduct[shop.engine.add_image("team/rec:v2.0.0")] = CRASHES
    answer = shop.deploy("v2.0.0")
    assert answer.exit_code is ExitCode.RESTORED
    assert answer.problem is not None
    assert "ended with code 3" in answer.problem.message
    assert told(answer)["output"] == "loading\nno weights"


def test_replicas_without_a_swarm_are_refused(shop: Shop) -> None:
    with pytest.raises(InvalidInput) as caught:
        shop.deploy("v1.0.0", "--replicas", "2")
    assert "--swarm" in caught.value.hint
    with pytest.raises(InvalidInput):
        shop.deploy("v1.0.0", "--swarm", "--replicas", "0")
    with pytest.raises(InvalidInput):
        shop.deploy("v1.0.0", "--swarm", "--at-once", "-1")
    assert shop.swarm.services() == ()


def test_a_swarm_that_is_none(shop: Shop) -> None:
    shop.swarm.leave()
    with pytest.raises(NoSwarm):
        shop.deploy("v1.0.0", "--swarm")
    answer = shop.run(swarm, "status")
    assert told(answer) == {"membership": "none", "nodes": [], "services": []}
    assert answer.lines == ("The engine is no manager of a swarm (none).",)


def test_the_status_tells_machines_and_services(shop: Shop) -> None:
    shop.deploy("v1.0.0", "--swarm", "--replicas", "2", "--watch-for", "0.02")
    answer = shop.run(swarm, "status")
    content = told(answer)
    assert [node["name"] for node in content["nodes"]] == ["alone"]
    assert content["nodes"][0]["leader"]
    (service,) = content["services"]
    assert (service["deployment"], service["reference"]) == ("shop", "team/rec:v1.0.0")
    assert (service["wanted"], service["ready"], service["updated"]) == (2, 2, 2)
    assert [(task["slot"], task["state"], task["node"]) for task in service["tasks"]] == [
        (1, "running", "alone"),
        (2, "running", "alone"),
    ]
    assert answer.lines[0].startswith("MACHINE")
    assert any("2/2 ready" in line and "All tasks are ready" in line for line in answer.lines)
    assert told(shop.run(swarm, "status", "shop"))["services"] == content["services"]
    with pytest.raises(NoSuchDeployment):
        shop.run(swarm, "status", "other")


def test_what_is_amiss_is_told(shop: Shop) -> None:
    shop.deploy("v1.0.0", "--swarm", "--watch-for", "0.02")
    shop.swarm.set_node("alone", availability=Availability.PAUSE)
    answer = shop.run(swarm, "status")
    assert "  ! The machine alone gets no new tasks." in answer.lines
    assert told(answer)["nodes"][0]["trouble"] == "The machine alone gets no new tasks."
    (service,) = shop.swarm.services()
    shop.swarm.remove_service(service.id)
    answer = shop.run(swarm, "status")
    assert "not in the swarm any more" in told(answer)["services"][0]["problem"]
    assert any("not in the swarm any more" in line for line in answer.lines)


def test_scale_and_remove(shop: Shop) -> None:
    shop.deploy("v1.0.0", "--swarm", "--watch-for", "0.02")
    answer = shop.run(swarm, "scale", "shop", "4")
    assert told(answer) == {"deployment": "shop", "wanted": 4, "ready": 4}
    shop.run(swarm, "scale", "shop", "0")
    (row,) = told(shop.run(deployments))
    assert (row["state"], row["url"], row["target"]) == ("stopped", "", Target.SWARM.value)
    assert shop.run(swarm, "remove", "shop").lines == ("shop is removed.",)
    assert shop.swarm.services() == ()
    assert told(shop.run(deployments)) == []


def test_the_list_of_deployments_says_where_they_are(shop: Shop) -> None:
    shop.deploy("v1.0.0", "--swarm", "--watch-for", "0.02")
    (row,) = told(shop.run(deployments))
    assert (row["state"], row["target"]) == ("on the swarm", "swarm")
    assert row["url"].startswith("http://127.0.0.1:30")


@pytest.mark.parametrize(
    "words", [("status", "a", "b"), ("scale", "shop"), ("scale", "shop", "-1"), ("frob",)]
)
def test_other_words_are_refused(shop: Shop, words: tuple[str, ...]) -> None:
    with pytest.raises(InvalidInput) as caught:
        shop.run(swarm, "--", *words)
    assert "--help" in caught.value.hint


def test_a_deployment_stays_what_it_was_made_as(shop: Shop) -> None:
    shop.deploy("v1.0.0")
    with pytest.raises(ReleaseError, match="container"):
        shop.deploy("v1.1.0", "--swarm")
