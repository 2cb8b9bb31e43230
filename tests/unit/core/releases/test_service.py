"""Deploying, rolling back and healing, on an engine in memory and real records."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from modeldesk.adapters.sqlite.database import open_database
from modeldesk.adapters.sqlite.release_records import SqliteReleaseRecords
from modeldesk.core.containers.model import ContainerSummary, Health, LogLine, PortBinding
from modeldesk.core.errors import (
    AlreadyRunning,
    Cancelled,
    ContainerFailed,
    InvalidInput,
    NotFound,
    PortTaken,
    RecordsError,
    ReleaseError,
)
from modeldesk.core.ids import DeploymentName, EngineId, ImageId, ModelName
from modeldesk.core.jobs import CancelToken, Job
from modeldesk.core.releases.model import (
    DEPLOYMENT_LABEL,
    Deployment,
    DeploymentKey,
    Release,
    ReleaseKind,
    ReleaseState,
    ServiceSettings,
    VersionTarget,
)
from modeldesk.core.releases.outcome import ReleaseOutcome
from modeldesk.core.releases.service import ReleaseService
from tests.fakes.answer_probe import FakeAnswerProbe
from tests.fakes.deployment_locks import FakeDeploymentLocks
from tests.fakes.engine import FakeEngine
from tests.fakes.engine_containers import Behaviour

SHOP = DeploymentName("shop")
MODEL = ModelName("team/rec")
PORT = ServiceSettings(ports=(PortBinding(5000, 5000),), health_timeout_s=0.3)
HEALTHY = Behaviour(health=(Health.STARTING, Health.HEALTHY))
SICK = Behaviour(health=(Health.STARTING,), prints=(LogLine("no weights"),))


class Killed(BaseException):
    """What a test raises where a kill would end the process."""


class Mortal:
    """Passes calls through until its life is over; then every call raises, as nothing runs any
    more after a kill."""

    def __init__(self, behind: object, life: "Life") -> None:
        self._behind = behind
        self._life = life

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._behind, name)
        if not callable(call):
            return call

        def counted(*args: object, **named: object) -> object:
            self._life.lose_one()
            return call(*args, **named)

        return counted


class Life:
    """How many calls are left."""

    def __init__(self, calls: int) -> None:
        self.left = calls

    def lose_one(self) -> None:
        if self.left <= 0:
            raise Killed
        self.left -= 1


class Desk:
    """A service with its engine, records and three healthy versions."""

    def __init__(self, folder: Path) -> None:
        self.engine = FakeEngine()
        self.database = open_database(folder / "records.sqlite").database
        self.records = SqliteReleaseRecords(self.database)
        self.who = "ana"
        self.locks = FakeDeploymentLocks()
        self.service = self.service_with(self.records)
        self.versions = {
            name: self._version(name, HEALTHY) for name in ("v1.0.0", "v1.1.0", "v1.2.0")
        }

    @property
    def here(self) -> EngineId:
        return self.engine.identity().id

    @property
    def key(self) -> DeploymentKey:
        return DeploymentKey(self.here, SHOP)

    def deployment(self) -> Deployment:
        return self.service.deployment(self.here, SHOP)

    def history(self) -> tuple[Release, ...]:
        return self.service.history(self.key)

    def service_with(self, records: Any) -> ReleaseService:
        # The images have health checks: nobody is asked for an answer.
        return ReleaseService(
            records, FakeAnswerProbe(), self.locks, lambda: self.who, lambda: datetime.now(UTC)
        )

    def _version(self, name: str, behaviour: Behaviour) -> VersionTarget:
        image = self.engine.add_image(f"team/rec:{name}", behaviour=behaviour)
        return VersionTarget(image, f"team/rec:{name}", image)

    def deploy(self, version: str, settings: ServiceSettings = PORT) -> ReleaseOutcome:
        return self.service.deploy(
            self.engine, SHOP, MODEL, self.versions[version], settings, "because", Job()
        )

    def rollback(self, version: str = "", job: Job | None = None) -> ReleaseOutcome:
        target = self.versions[version] if version else None
        return self.service.rollback(self.engine, self.key, target, "oops", job or Job())

    def containers(self) -> list[ContainerSummary]:
        return [c for c in self.engine.list_containers() if DEPLOYMENT_LABEL in c.labels]

    def serving(self) -> list[ImageId]:
        """The images of the deployment's running containers that own its port."""
        return [
            c.image_id
            for c in self.containers()
            if c.running and any(p.host_port == 5000 for p in c.ports)
        ]

    def assert_serves_only(self, version: str) -> None:
        assert self.serving() == [self.versions[version].image]
        assert len(self.containers()) == 1
        deployment = self.deployment()
        assert deployment.current == self.versions[version]
        assert deployment.container == self.containers()[0].id


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    yield made
    made.database.close()


def test_a_first_deployment_runs_and_is_written_down(desk: Desk) -> None:
    outcome = desk.deploy("v1.0.0")
    assert outcome.problem is None
    assert not outcome.restored
    assert (outcome.from_digest, outcome.to_digest) == ("", desk.versions["v1.0.0"].digest)
    desk.assert_serves_only("v1.0.0")
    [release] = desk.history()
    assert (release.kind, release.state) == (ReleaseKind.DEPLOY, ReleaseState.SUCCEEDED)
    assert (release.who, release.why) == ("ana", "because")
    assert desk.containers()[0].id in outcome.changes.containers
    assert SHOP in outcome.changes.deployments


def test_roll_back_goes_to_the_version_before_then_further_back(desk: Desk) -> None:
    for version in desk.versions:
        desk.deploy(version)
    first = desk.rollback()
    desk.assert_serves_only("v1.1.0")
    assert first.from_digest == desk.versions["v1.2.0"].digest
    assert first.to_digest == desk.versions["v1.1.0"].digest
    desk.rollback()
    desk.assert_serves_only("v1.0.0")
    desk.rollback("v1.2.0")
    desk.assert_serves_only("v1.2.0")
    kinds = [release.kind for release in desk.history()]
    assert kinds == [ReleaseKind.ROLLBACK] * 3 + [ReleaseKind.DEPLOY] * 3


def test_a_target_that_never_becomes_healthy_costs_callers_nothing(desk: Desk) -> None:
    desk.deploy("v1.0.0")
    before = desk.containers()[0].id
    desk.engine.behaves(desk.versions["v1.1.0"].image, SICK)
    outcome = desk.deploy("v1.1.0")
    assert outcome.restored
    assert isinstance(outcome.problem, ContainerFailed)
    assert "no weights" in outcome.problem.detail
    desk.assert_serves_only("v1.0.0")
    assert desk.containers()[0].id == before
    assert desk.engine.calls.get("stop_container", 0) == 0
    assert desk.history()[0].state is ReleaseState.RESTORED
    assert desk.service.earlier_versions(desk.deployment()) == ()


def test_what_ran_runs_again_when_the_target_fails_on_the_real_port(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.deploy("v1.0.0")
    start = desk.engine.start_container
    starts: list[str] = []

    def second_start_fails(container: Any) -> None:
        starts.append(container)
        if len(starts) == 2:
            raise PortTaken(5000, "Port 5000 is already in use on this machine.")
        start(container)

    monkeypatch.setattr(desk.engine, "start_container", second_start_fails)
    outcome = desk.deploy("v1.1.0")
    assert outcome.restored
    assert isinstance(outcome.problem, PortTaken)
    desk.assert_serves_only("v1.0.0")


def test_a_first_start_that_fails_leaves_nothing(desk: Desk) -> None:
    desk.engine.behaves(desk.versions["v1.0.0"].image, Behaviour(exit_code=3))
    with pytest.raises(ContainerFailed) as caught:
        desk.deploy("v1.0.0")
    assert "exit code 3" in caught.value.message
    assert desk.containers() == []
    assert desk.service.deployments(desk.here) == ()
    assert desk.history()[0].state is ReleaseState.FAILED


def test_the_history_says_why_in_the_containers_own_last_words(desk: Desk) -> None:
    desk.deploy("v1.0.0")
    last = Behaviour(exit_code=3, prints=(LogLine("Loading"), LogLine("no weights\x1b[31m")))
    desk.engine.behaves(desk.versions["v1.1.0"].image, last)
    assert desk.deploy("v1.1.0").restored
    error = desk.history()[0].error
    # By its version, not by the name of a container that is gone.
    assert error.startswith("v1.1.0 ended with exit code 3. Its last line: no weights")
    assert "\x1b" not in error


def test_every_step_is_in_the_log(desk: Desk) -> None:
    lines: list[str] = []
    desk.deploy("v1.0.0")
    desk.deploy("v1.1.0")
    desk.rollback(job=Job(log=lines.append))
    version = desk.versions["v1.0.0"].reference
    assert lines == [
        f"Trying {version} beside what runs",
        f"Preparing {version}",
        "Stopping what ran",
        f"Starting {version}",
        "Writing it down",
        "Cleaning up",
    ]


def test_a_cancel_in_the_middle_undoes_everything(desk: Desk) -> None:
    desk.deploy("v1.0.0")
    token = CancelToken()
    desk.engine.behaves(desk.versions["v1.1.0"].image, SICK)
    seen: list[str] = []

    def report(progress: Any) -> None:
        seen.append(progress.text)
        if "healthy" in progress.text:
            token.cancel()

    with pytest.raises(Cancelled):
        desk.service.deploy(
            desk.engine, SHOP, MODEL, desk.versions["v1.1.0"], PORT, "", Job(token, report)
        )
    desk.assert_serves_only("v1.0.0")
    assert desk.history()[0].state is ReleaseState.RESTORED


def test_an_image_that_is_gone_is_said_before_anything_is_touched(desk: Desk) -> None:
    desk.deploy("v1.0.0")
    desk.engine.remove_image("team/rec:v1.1.0")
    calls = desk.engine.calls.get("create_container")
    with pytest.raises(NotFound) as caught:
        desk.deploy("v1.1.0")
    assert "team/rec:v1.1.0" in caught.value.message
    assert desk.engine.calls.get("create_container") == calls
    assert len(desk.history()) == 1


def test_nothing_to_go_back_to(desk: Desk) -> None:
    desk.deploy("v1.0.0")
    with pytest.raises(ReleaseError):
        desk.rollback()
    with pytest.raises(ReleaseError):
        desk.rollback("v1.0.0")


def test_a_port_the_engine_chose_is_kept_for_every_later_version(desk: Desk) -> None:
    first = desk.deploy("v1.0.0", ServiceSettings((PortBinding(5000),), health_timeout_s=0.3))
    chosen = first.deployment.settings.ports[0].host_port
    assert chosen
    second = desk.deploy("v1.1.0", first.deployment.settings)
    assert second.deployment.settings.ports[0].host_port == chosen


def test_secret_values_are_taken_from_what_runs_and_never_stored(desk: Desk) -> None:
    settings = ServiceSettings(PORT.ports, {"MODE": "x"}, ("API_KEY",), (), 0.3)
    with pytest.raises(ReleaseError) as caught:
        desk.deploy("v1.0.0", settings)
    assert "API_KEY" in caught.value.message
    desk.service.deploy(
        desk.engine,
        SHOP,
        MODEL,
        desk.versions["v1.0.0"],
        settings,
        "",
        Job(),
        {"API_KEY": "s3cret-value"},
    )
    desk.deploy("v1.1.0", settings)
    desk.rollback()
    environment = desk.engine.container(desk.containers()[0].id).environment
    assert environment["API_KEY"] == "s3cret-value"
    assert environment["MODE"] == "x"
    desk.database.close()
    for file in Path(desk.database.path).parent.iterdir():
        assert b"s3cret-value" not in file.read_bytes()


def test_stopped_and_started_again(desk: Desk) -> None:
    desk.deploy("v1.0.0")
    desk.service.stop(desk.engine, desk.key, Job())
    assert desk.serving() == []
    desk.service.start(desk.engine, desk.key, Job())
    desk.assert_serves_only("v1.0.0")
    assert desk.service.earlier_versions(desk.deployment()) == ()


def test_what_was_stopped_on_purpose_stays_stopped_when_the_target_fails(desk: Desk) -> None:
    desk.versions["v1.0.0"] = desk._version("v1.0.0", SICK)
    desk.deploy("v1.2.0")
    desk.service.stop(desk.engine, desk.key, Job())
    current = desk.deployment().container
    with pytest.raises(ContainerFailed):
        desk.rollback("v1.0.0")
    assert desk.serving() == []
    assert [c.id for c in desk.containers()] == [current]
    assert desk.history()[0].state is ReleaseState.FAILED


def test_a_container_removed_behind_our_back_is_no_obstacle(desk: Desk) -> None:
    desk.deploy("v1.0.0")
    desk.deploy("v1.1.0")
    desk.engine.remove_container(desk.containers()[0].id)
    desk.rollback()
    desk.assert_serves_only("v1.0.0")


def test_removed_with_its_container_but_not_its_history(desk: Desk) -> None:
    desk.deploy("v1.0.0")
    desk.service.remove(desk.engine, desk.key, Job())
    assert desk.containers() == []
    assert desk.service.deployments(desk.here) == ()
    assert len(desk.history()) == 1


def test_a_container_removed_behind_our_back_does_not_keep_its_deployment(desk: Desk) -> None:
    desk.deploy("v1.0.0")
    desk.engine.remove_container(desk.containers()[0].id)
    assert desk.service.stop(desk.engine, desk.key, Job()).deployments == {SHOP}
    desk.service.remove(desk.engine, desk.key, Job())
    assert desk.service.deployments(desk.here) == ()


def test_a_release_names_who_did_it_as_of_then(desk: Desk) -> None:
    desk.deploy("v1.0.0")
    desk.who = "ben"
    desk.deploy("v1.1.0")
    assert [release.who for release in desk.history()] == ["ben", "ana"]


def test_one_deployment_is_changed_by_one_caller_at_a_time(desk: Desk) -> None:
    desk.deploy("v1.0.0")
    with desk.locks.hold(SHOP, desk.here), pytest.raises(AlreadyRunning):
        desk.deploy("v1.1.0")


@pytest.mark.parametrize("name", ["", "Shop", "a b", "-x", "x" * 64, "票据"])
def test_names_that_can_not_be_container_names_are_refused(desk: Desk, name: str) -> None:
    with pytest.raises(InvalidInput):
        desk.service.deploy(
            desk.engine, DeploymentName(name), MODEL, desk.versions["v1.0.0"], PORT, "", Job()
        )


def _killed_after(desk: Desk, calls: int, act: Callable[[Any, ReleaseService], object]) -> bool:
    """Run `act` with an engine and records that die after `calls` calls; whether they did."""
    life = Life(calls)
    service = desk.service_with(Mortal(desk.records, life))
    try:
        act(Mortal(desk.engine, life), service)
    except Killed:
        return True
    return False


@pytest.mark.parametrize("story", ["deploy", "rollback"])
def test_a_kill_at_any_moment_is_finished_or_undone_at_the_next_start(
    tmp_path: Path, story: str
) -> None:
    """After every engine call and every write: one version serves, the records agree with the
    engine, nothing else is left, and the next release works."""
    calls = 0
    while True:
        folder = tmp_path / str(calls)
        folder.mkdir()
        desk = Desk(folder)
        desk.deploy("v1.0.0")
        desk.deploy("v1.1.0")
        wanted = "v1.2.0" if story == "deploy" else "v1.0.0"

        target, key = desk.versions[wanted], desk.key

        def act(
            engine: Any,
            service: ReleaseService,
            target: VersionTarget = target,
            key: DeploymentKey = key,
        ) -> object:
            if story == "rollback":
                return service.rollback(engine, key, None, "", Job())
            return service.deploy(engine, SHOP, MODEL, target, PORT, "", Job())

        killed = _killed_after(desk, calls, act)
        desk.locks.held.clear()
        healed = desk.service.recover(desk.engine, Job()).healed
        assert desk.records.unfinished_releases() == ()
        serving = desk.serving()
        assert serving in ([desk.versions["v1.1.0"].image], [desk.versions[wanted].image]), calls
        desk.assert_serves_only("v1.1.0" if serving[0] == desk.versions["v1.1.0"].image else wanted)
        for release in healed:
            done = serving == [release.target.image]
            assert (release.state is ReleaseState.SUCCEEDED) == done
        desk.deploy("v1.2.0" if serving != [desk.versions["v1.2.0"].image] else "v1.1.0")
        desk.database.close()
        if not killed:
            assert calls > 15
            return
        calls += 1


class _FullDisk:
    """Records of which one write fails, as on a disk that is full for a moment."""

    def __init__(self, behind: object, fails_at: int) -> None:
        self._behind = behind
        self._left = fails_at
        self.failed = False

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._behind, name)

        def counted(*args: object, **named: object) -> object:
            self._left -= 1
            if self._left == -1:
                self.failed = True
                raise RecordsError("There is no room left.")
            return call(*args, **named)

        return counted


def test_records_that_fail_once_never_part_from_the_engine(tmp_path: Path) -> None:
    """At whichever call: afterwards one version serves, and it is the one that is recorded."""
    calls = 0
    while True:
        folder = tmp_path / str(calls)
        folder.mkdir()
        desk = Desk(folder)
        desk.deploy("v1.0.0")
        desk.deploy("v1.1.0")
        records = _FullDisk(desk.records, calls)
        service = desk.service_with(records)
        with suppress(RecordsError):
            service.rollback(desk.engine, desk.key, None, "", Job())
        desk.service.recover(desk.engine, Job())
        assert desk.records.unfinished_releases() == ()
        current = desk.deployment().current
        assert current is not None
        desk.assert_serves_only(current.reference.partition(":")[2])
        desk.database.close()
        if not records.failed:
            assert calls > 10
            return
        calls += 1


def test_a_kill_during_a_first_start_leaves_nothing(tmp_path: Path) -> None:
    calls = 0
    while True:
        folder = tmp_path / str(calls)
        folder.mkdir()
        desk = Desk(folder)

        first = desk.versions["v1.0.0"]

        def act(engine: Any, service: ReleaseService, target: VersionTarget = first) -> object:
            return service.deploy(engine, SHOP, MODEL, target, PORT, "", Job())

        killed = _killed_after(desk, calls, act)
        desk.locks.held.clear()
        desk.service.recover(desk.engine, Job())
        assert desk.records.unfinished_releases() == ()
        if desk.service.deployments(desk.here):
            desk.assert_serves_only("v1.0.0")
        else:
            assert desk.containers() == []
        desk.database.close()
        if not killed:
            return
        calls += 1


def test_a_release_another_program_is_busy_with_is_left_alone(desk: Desk) -> None:
    desk.deploy("v1.0.0")
    assert _killed_after(
        desk,
        15,
        lambda engine, service: service.deploy(
            engine, SHOP, MODEL, desk.versions["v1.1.0"], PORT, "", Job()
        ),
    )
    desk.locks.held.clear()
    assert len(desk.records.unfinished_releases()) == 1
    with desk.locks.hold(SHOP, desk.here):
        assert desk.service.recover(desk.engine, Job()).healed == ()
    assert len(desk.service.recover(desk.engine, Job()).healed) == 1


def test_a_release_that_ended_meanwhile_is_not_touched(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another program finished it between our look at the records and our hold of the lock."""
    desk.deploy("v1.0.0")
    desk.deploy("v1.1.0")
    stale = replace(desk.history()[0], state=ReleaseState.RUNNING)
    answers = [(stale,)]
    read = desk.records.unfinished_releases
    monkeypatch.setattr(
        desk.records, "unfinished_releases", lambda: answers.pop() if answers else read()
    )
    assert desk.service.recover(desk.engine, Job()).healed == ()
    desk.assert_serves_only("v1.1.0")
