"""Deployments on the command line, with two engines and one home."""

import argparse
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from modeldesk.cli.answer import Answer
from modeldesk.cli.commands import deployments, images, releases, rollback, run
from modeldesk.cli.exit_codes import ExitCode
from modeldesk.cli.session import Session
from modeldesk.composition import Parts
from modeldesk.core.containers.model import Health, LogLine
from modeldesk.core.errors import InvalidInput, NoSuchDeployment, NotFound, ReleaseError
from modeldesk.core.ids import DeploymentName, ImageId
from modeldesk.core.library.service import Library
from modeldesk.core.releases.model import Release, ReleaseKind, ReleaseState, VersionTarget
from modeldesk.paths import Paths
from tests.fakes.engine import INFO, FakeEngine, FakeFinder
from tests.fakes.engine_containers import Behaviour
from tests.fakes.records import FakeImageRecords, FakeReleaseRecords
from tests.support.releases import FakeGateways, release_service

LAB = "tcp://lab:2375"
Open = Callable[[FakeEngine], Session]


def engine_at(address: str) -> FakeEngine:
    engine = FakeEngine(replace(INFO, address=address))
    for tag in ("v1.0.0", "v1.1.0"):
        engine.add_image(f"team/rec:{tag}", behaviour=Behaviour(health=(Health.HEALTHY,)))
    return engine


@pytest.fixture
def records() -> FakeReleaseRecords:
    return FakeReleaseRecords()


@pytest.fixture
def opened(tmp_path: Path, records: FakeReleaseRecords) -> Open:
    """Runs of the program, each with the engine that is chosen then."""

    gateways = FakeGateways()

    def open_(engine: FakeEngine) -> Session:
        parts = Parts(Paths.under(tmp_path))
        releases = release_service(records, who=lambda: "ana", gateways=gateways)
        library = Library(FakeImageRecords())
        vars(parts).update(finder=FakeFinder(engine), library=library, releases=releases)
        return Session(parts)

    return open_


def serve(session: Session, *words: str) -> Answer:
    parser = argparse.ArgumentParser()
    run.add_arguments(parser)
    return run.execute(parser.parse_args([*words, "--service", "shop"]), session)


def listed(session: Session) -> Answer:
    return of_deployments(session)


def of_deployments(session: Session, *words: str) -> Answer:
    parser = argparse.ArgumentParser()
    deployments.add_arguments(parser)
    return deployments.execute(parser.parse_args([*words]), session)


def released(session: Session, *words: str) -> Answer:
    parser = argparse.ArgumentParser()
    releases.add_arguments(parser)
    return releases.execute(parser.parse_args([*words]), session)


def go_back(session: Session, *words: str) -> Answer:
    parser = argparse.ArgumentParser()
    rollback.add_arguments(parser)
    return rollback.execute(parser.parse_args([*words]), session)


def test_the_engines_own_are_listed_and_others_counted(opened: Open) -> None:
    here, there = engine_at(INFO.address), engine_at(LAB)
    serve(opened(here), "team/rec:v1.0.0", "-p", "5000")
    answer = listed(opened(there))
    assert answer.json == []
    assert answer.lines[-1] == f"1 deployment lives on another engine ({INFO.address})."
    answer = listed(opened(here))
    assert isinstance(answer.json, list)
    assert len(answer.json) == 1
    assert not any("another engine" in line for line in answer.lines)


def test_a_deployment_is_stopped_started_and_removed(opened: Open) -> None:
    here = engine_at(INFO.address)
    serve(opened(here), "team/rec:v1.0.0", "-p", "5000")

    def running() -> int:
        return sum(one.running for one in here.list_containers())

    before = running()
    assert of_deployments(opened(here), "stop", "shop").json == {
        "deployment": "shop", "stopped": True,
    }  # fmt: skip
    assert running() == 0
    assert "shop runs team/rec:v1.0.0" in of_deployments(opened(here), "start", "shop").lines[0]
    assert running() == before
    told = of_deployments(opened(here), "remove", "shop")
    assert told.json == {"deployment": "shop", "removed": False, "dry_run": True}
    assert "--yes" in told.lines[-1]
    assert running() == before
    gone = of_deployments(opened(here), "remove", "shop", "--yes")
    assert gone.json == {"deployment": "shop", "removed": True, "dry_run": False}
    assert here.list_containers() == ()
    assert listed(opened(here)).json == []


@pytest.mark.parametrize("words", [("stop",), ("drop", "shop"), ("remove", "a", "b")])
def test_other_words_about_deployments_are_refused(opened: Open, words: tuple[str, ...]) -> None:
    with pytest.raises(InvalidInput, match="none of the forms"):
        of_deployments(opened(engine_at(INFO.address)), *words)


def test_the_first_look_says_what_to_do(opened: Open) -> None:
    here = engine_at(INFO.address)
    for answer in (listed(opened(here)), released(opened(here))):
        assert answer.json == []
        assert any("modeldesk deploy MODEL" in line for line in answer.lines)


def test_a_release_is_listed_by_the_name_that_answers_carry(opened: Open) -> None:
    here = engine_at(INFO.address)
    serve(opened(here), "team/rec:v1.0.0", "-p", "5000")
    answer = released(opened(here), "shop")
    assert isinstance(answer.json, list)
    assert isinstance(answer.json[0], dict)
    assert answer.lines[1].split()[0] == f"r{answer.json[0]['id']}"


def test_a_rollback_on_the_wrong_engine_says_where_the_deployment_is(opened: Open) -> None:
    here, there = engine_at(INFO.address), engine_at(LAB)
    serve(opened(here), "team/rec:v1.0.0", "-p", "5000")
    serve(opened(here), "team/rec:v1.1.0")
    with pytest.raises(NoSuchDeployment) as caught:
        go_back(opened(there), "shop")
    assert INFO.address in caught.value.message
    assert "DOCKER_HOST" in caught.value.hint
    assert there.list_containers() == ()
    back = go_back(opened(here), "shop", "--to", "v1.0.0")
    assert "shop runs team/rec:v1.0.0" in back.lines[0]


def test_on_another_machine_its_address_is_told(opened: Open) -> None:
    there = engine_at(LAB)
    answer = serve(opened(there), "team/rec:v1.0.0", "-p", "0.0.0.0:5000:5000")
    assert isinstance(answer.json, dict)
    assert answer.json["url"] == "http://lab:5000"
    assert listed(opened(there)).lines[1].rstrip().endswith("http://lab:5000")


def test_an_interrupted_release_is_told_with_how_it_ended(
    opened: Open, records: FakeReleaseRecords, capsys: pytest.CaptureFixture[str]
) -> None:
    here = engine_at(INFO.address)
    serve(opened(here), "team/rec:v1.0.0", "-p", "5000")
    target = VersionTarget(ImageId("sha256:1"), "team/rec:v1.1.0", "sha256:1")
    [runs] = [one.current for one in records.deployments()]
    records.add_release(
        Release(
            0,
            here.identity().id,
            DeploymentName("shop"),
            ReleaseKind.DEPLOY,
            target,
            runs,
            datetime.now(UTC),
            "ana",
            "",
            ReleaseState.RUNNING,
        )
    )
    listed(opened(here))
    said = capsys.readouterr().err
    assert "The release of v1.1.0 for shop was interrupted and has been undone" in said
    assert "shop runs v1.0.0 as before" in said


def test_after_a_rollback_what_was_left_can_be_named_and_is_listed(opened: Open) -> None:
    here = engine_at(INFO.address)
    serve(opened(here), "team/rec:v1.0.0", "-p", "5000")
    serve(opened(here), "team/rec:v1.1.0")
    go_back(opened(here), "shop")
    answer = listed(opened(here)).json
    assert isinstance(answer, list)
    [shop] = answer
    assert isinstance(shop, dict)
    assert shop["previous"] is None
    digest = next(str(one.id) for one in here.list_images() if one.tags[0].tag == "v1.1.0")
    assert shop["earlier"] == [{"reference": "team/rec:v1.1.0", "digest": digest}]
    with pytest.raises(ReleaseError) as caught:
        go_back(opened(here), "shop")
    assert "runs team/rec:v1.0.0, the earliest of its versions" in caught.value.message
    assert caught.value.hint == "Name the one to go to with --to: v1.1.0."
    forward = go_back(opened(here), "shop", "--to", "v1.1.0")
    assert "shop runs team/rec:v1.1.0" in forward.lines[0]


def test_a_version_whose_image_is_gone_is_no_way_to_go(opened: Open) -> None:
    here = engine_at(INFO.address)
    serve(opened(here), "team/rec:v1.0.0", "-p", "5000")
    serve(opened(here), "team/rec:v1.1.0")
    image = next(one.id for one in here.list_images() if one.tags[0].tag == "v1.0.0")
    for container in here.list_containers():
        if container.image_id == image:
            here.remove_container(container.id)
    here.remove_image("team/rec:v1.0.0")
    answer = listed(opened(here)).json
    assert isinstance(answer, list)
    [shop] = answer
    assert isinstance(shop, dict)
    assert shop["previous"] is None
    assert shop["earlier"] == []


def test_a_release_that_failed_says_why(opened: Open) -> None:
    here = engine_at(INFO.address)
    here.add_image("team/rec:v2", behaviour=Behaviour(exit_code=1, prints=(LogLine("no weights"),)))
    serve(opened(here), "team/rec:v1.0.0", "-p", "5000")
    answer = serve(opened(here), "team/rec:v2")
    assert answer.exit_code is ExitCode.RESTORED
    assert answer.problem is not None
    assert answer.problem.message.startswith("shop could not run team/rec:v2: v2 ended with")
    assert "no weights" in answer.problem.detail
    assert isinstance(answer.json, dict)
    assert answer.json["problem"] == answer.problem.message
    assert answer.json["output"] == "no weights"
    assert answer.lines == ("team/rec:v1.0.0 runs again.",)


def test_a_model_that_is_not_there_is_not_found(opened: Open) -> None:
    def images_of(name: str) -> Answer:
        parser = argparse.ArgumentParser()
        images.add_arguments(parser)
        return images.execute(parser.parse_args([name]), opened(engine_at(INFO.address)))

    assert len(images_of("team/rec").lines) == 3
    with pytest.raises(NotFound) as caught:
        images_of("team/rek")
    assert "team/rec" in caught.value.hint
