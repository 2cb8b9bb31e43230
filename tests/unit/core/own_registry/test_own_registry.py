"""A registry of one's own, on an engine in memory."""

import json
from dataclasses import replace

import pytest

from modeldesk.core.containers.model import ContainerStatus, Health
from modeldesk.core.errors import (
    AlreadyRunning,
    Cancelled,
    ContainerFailed,
    CredentialsError,
    EngineError,
    ModelDeskError,
    NoKeyring,
    NotFound,
    NotInRegistry,
    PortTaken,
    RegistryError,
)
from modeldesk.core.jobs import CancelToken, Job, Progress
from modeldesk.core.own_registry.collecting import Collected
from modeldesk.core.own_registry.files import collector_spec
from modeldesk.core.own_registry.finding import find
from modeldesk.core.own_registry.model import USER, OwnRegistry, OwnState
from modeldesk.core.own_registry.service import WhatGoes
from modeldesk.core.own_registry.starting import Started
from modeldesk.core.own_registry.words import collected_text, data_text, state_text
from modeldesk.core.references import Reference
from modeldesk.core.registry.credentials import KEYRING, Credentials
from modeldesk.core.registry.known import KnownRegistry, with_registry
from tests.fakes.engine import INFO, FakeEngine
from tests.fakes.engine_containers import Behaviour
from tests.fakes.own_registry import IMAGE, OWNER, OwnRegistrySite
from tests.fakes.registry_checker import FakeSite
from tests.fakes.registry_contents import OCI_INDEX

VOLUME = f"modeldesk-registry-{OWNER}"


class Desk(OwnRegistrySite):
    """A program that remembers what it is told."""

    known: tuple[KnownRegistry, ...] = ()

    def start(self, job: Job | None = None, image: Reference = IMAGE) -> Started:
        started = self.service.start(self.engine, image, self.known, job or Job())
        self.known = with_registry(self.known, started.known)
        return started

    def look(self) -> OwnRegistry | None:
        return self.service.find(self.engine, self.known, CancelToken())

    def state(self) -> OwnState | None:
        own = self.look()
        return own.state if own else None

    def password(self, host: str = "127.0.0.1:5000") -> str:
        return self.store.kept[KEYRING, host].password

    def is_bare(self) -> bool:
        """Whether nothing of a registry is anywhere."""
        return not (self.engine.list_containers() or self.engine.list_volumes() or self.store.kept)


@pytest.fixture
def desk() -> Desk:
    return Desk()


def cancelling(at: str) -> Job:
    """A job that is cancelled when it reports a step."""
    job: Job

    def report(progress: Progress) -> None:
        if at in progress.text:
            job.token.cancel()

    job = Job(report=report)
    return job


def test_it_is_made_signed_in_to_and_known(desk: Desk) -> None:
    assert desk.look() is None
    started = desk.start()
    assert started.made
    assert started.known == KnownRegistry("127.0.0.1:5000", user=USER, keeper=KEYRING)
    own = desk.look()
    assert own is not None
    assert (own.state, own.host, own.volume) == (OwnState.RUNNING, "127.0.0.1:5000", VOLUME)
    assert desk.engine.volumes.by_name[VOLUME].volume.labels == {"io.modeldesk.registry": OWNER}
    again = desk.start()
    assert not again.made
    assert again.known == started.known
    assert len(desk.engine.list_containers()) == 1


def test_its_password_is_only_where_it_is_kept(desk: Desk) -> None:
    lines: list[str] = []
    said: list[Progress] = []
    desk.start(Job(report=said.append, log=lines.append))
    password = desk.password()
    (container,) = desk.engine.list_containers()
    detail = desk.engine.container(container.id)
    assert password not in f"{lines} {said} {detail}"
    files = desk.engine.volumes.by_name[VOLUME].files
    assert all(password.encode() not in content for content in files.values())
    assert json.loads(files["modeldesk/config.json"])["storage"]["delete"] == {"enabled": True}
    assert files["modeldesk/htpasswd"].startswith(b"modeldesk:$2")


def test_ports_that_are_taken_or_another_registry_s_are_passed_over(desk: Desk) -> None:
    desk.engine.taken_ports = {5002}
    desk.known = (KnownRegistry("127.0.0.1:5000"),)
    desk.store.docker_file["127.0.0.1:5001"] = Credentials("mia", "x")
    assert desk.start().host == "127.0.0.1:5003"
    assert len(desk.engine.list_containers()) == 1


def test_no_port_is_free(desk: Desk) -> None:
    desk.engine.taken_ports = set(range(5000, 5100))
    with pytest.raises(PortTaken):
        desk.start()
    assert desk.is_bare()


def test_an_image_that_is_not_here_is_pulled(desk: Desk) -> None:
    labels = {"from": "afar"}
    digest = desk.engine.registries.has("r.lan/registry:3", ("COPY registry /", 9), labels=labels)
    wanted = Reference.parse(f"r.lan/registry:3@{digest}")
    desk.start(image=wanted)
    pulled = desk.engine.calls["pull"]
    desk.service.remove(desk.engine, desk.known, Job(), data=True)
    desk.start(image=wanted)
    assert desk.engine.calls["pull"] == pulled == 1
    with pytest.raises(RegistryError, match=r"r\.lan/none:1") as caught:
        Desk().start(image=Reference.parse("r.lan/none:1"))
    assert isinstance(caught.value.__cause__, NotInRegistry)
    assert "--image" in caught.value.hint


def test_where_nothing_keeps_a_password_nothing_is_made(desk: Desk) -> None:
    desk.store.has_keyring = False
    with pytest.raises(NoKeyring) as caught:
        desk.start()
    assert caught.value.hint
    assert desk.is_bare()


@pytest.mark.parametrize(
    "behaviour",
    [
        Behaviour(exit_code=1),
        Behaviour(start_error=EngineError("No.")),
        Behaviour(health=(Health.STARTING,), exit_code=2),
    ],
)
def test_one_that_does_not_work_is_taken_away(desk: Desk, behaviour: Behaviour) -> None:
    desk.behaves(behaviour)
    with pytest.raises((ContainerFailed, EngineError)):
        desk.start()
    assert desk.is_bare()


def test_one_that_lets_everybody_in_is_taken_away(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk.checker, "_site", lambda *_: FakeSite(scheme=""))
    with pytest.raises(ModelDeskError, match="everybody"):
        desk.start()
    assert desk.is_bare()


@pytest.mark.parametrize("at", ["Making", "healthy", "Signing in"])
def test_cancelled_it_is_as_if_nothing_had_been_begun(desk: Desk, at: str) -> None:
    desk.behaves(Behaviour(health=(Health.STARTING,) * 3 + (Health.HEALTHY,)))
    with pytest.raises(Cancelled):
        desk.start(cancelling(at))
    assert desk.is_bare()


def test_what_was_kept_of_an_earlier_one_stays_whatever_happens(desk: Desk) -> None:
    desk.fill(1000, 0)
    assert desk.state() is OwnState.DATA_ONLY
    with pytest.raises(Cancelled):
        desk.start(cancelling("Signing in"))
    assert desk.state() is OwnState.DATA_ONLY
    assert desk.engine.volumes.by_name[VOLUME].more_bytes == 1000
    assert desk.start().made


METHODS = ("create_volume", "create_container", "put_files", "start_container", "container")


@pytest.mark.parametrize("method", METHODS)
def test_a_program_that_ends_in_the_middle_leaves_what_a_start_puts_right(
    desk: Desk, method: str
) -> None:
    """Whatever it did until then stands, and nothing was undone."""

    class Killed(BaseException):
        pass

    engine = desk.engine
    original = getattr(engine, method)

    def dies(*arguments: object) -> object:
        engine.stop()
        raise Killed

    setattr(engine, method, dies)
    with pytest.raises(Killed):
        desk.start()
    setattr(engine, method, original)
    engine.come_back()
    assert desk.state() in (None, OwnState.DATA_ONLY, OwnState.UNFINISHED)
    started = desk.start()
    assert desk.state() is OwnState.RUNNING
    assert started.host == "127.0.0.1:5000"
    assert len(engine.list_containers()) == len(engine.list_volumes()) == 1


def test_a_program_that_ends_before_it_remembers_it_leaves_what_a_start_puts_right(
    desk: Desk,
) -> None:
    desk.start()
    desk.known = ()
    assert desk.state() is OwnState.UNFINISHED
    desk.start()
    assert desk.state() is OwnState.RUNNING


def test_a_lost_password_is_replaced_and_the_old_one_opens_nothing(desk: Desk) -> None:
    desk.start()
    old = desk.password()
    desk.store.kept.clear()
    assert desk.state() is OwnState.UNFINISHED
    desk.start()
    assert desk.state() is OwnState.RUNNING
    assert desk.password() != old
    report = desk.checker.check(
        desk.known[0], Credentials(USER, old), lambda _: None, CancelToken()
    )
    assert report.refused


def test_it_is_stopped_and_started_again(desk: Desk) -> None:
    desk.start()
    password = desk.password()
    desk.service.stop(desk.engine, desk.known, Job())
    assert desk.state() is OwnState.STOPPED
    desk.start()
    assert desk.state() is OwnState.RUNNING
    assert desk.password() == password


def test_a_start_that_is_cancelled_leaves_it_stopped(desk: Desk) -> None:
    desk.start()
    desk.service.stop(desk.engine, desk.known, Job())
    with pytest.raises(Cancelled):
        desk.start(cancelling("Starting"))
    assert desk.state() is OwnState.STOPPED


def test_another_program_has_its_port_meanwhile(desk: Desk) -> None:
    desk.start()
    desk.service.stop(desk.engine, desk.known, Job())
    desk.engine.taken_ports = {5000}
    with pytest.raises(PortTaken):
        desk.start()
    assert desk.state() is OwnState.STOPPED


def test_one_that_fails_its_check_is_told_so(desk: Desk) -> None:
    desk.start()
    own = desk.look()
    assert own is not None
    assert own.container is not None
    desk.engine.set_health(own.container, Health.UNHEALTHY)
    assert desk.state() is OwnState.UNHEALTHY


def test_garbage_is_collected_while_it_is_stopped(desk: Desk) -> None:
    desk.start()
    desk.registries.add("127.0.0.1:5000").add_image("team/a", "v1", [b"layer"])
    desk.fill(1000, 500)
    lines: list[str] = []
    found = desk.service.collect(desk.engine, desk.known, Job(log=lines.append))
    assert found.freed_bytes == 500
    assert found.untagged
    assert "blob eligible for deletion: sha256:1" in lines
    assert desk.state() is OwnState.RUNNING
    assert len(desk.engine.list_containers()) == 1
    desk.service.stop(desk.engine, desk.known, Job())
    assert desk.service.collect(desk.engine, desk.known, Job()).freed_bytes == 0
    assert desk.state() is OwnState.STOPPED


def test_one_that_nothing_was_pushed_to_has_no_garbage(desk: Desk) -> None:
    """What collects would not find the folder it looks into."""
    desk.start()
    desk.registries.add("127.0.0.1:5000")
    desk.collector = replace(desk.collector, exit_code=1)
    desk.behaves()
    for _ in range(2):
        state = desk.state()
        assert desk.service.collect(desk.engine, desk.known, Job()).freed_bytes == 0
        assert desk.state() is state
        desk.service.stop(desk.engine, desk.known, Job())


def test_untagged_images_stay_where_an_index_needs_them(desk: Desk) -> None:
    desk.start()
    registry = desk.registries.add("127.0.0.1:5000")
    part = registry.add_image("team/a", "", [b"layer"])
    entry = {"mediaType": part.media_type, "digest": part.digest, "size": len(part.content)}
    document = {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": [entry]}
    registry.add_manifest("team/a", "v1", document)
    assert not desk.service.collect(desk.engine, desk.known, Job()).untagged
    registry.put_manifest("team/a", "v1-amd64", part, CancelToken())
    assert desk.service.collect(desk.engine, desk.known, Job()).untagged


def test_a_tag_that_names_nothing_is_passed_over(desk: Desk) -> None:
    desk.start()
    registry = desk.registries.add("127.0.0.1:5000")
    registry.add_image("team/a", "v1", [b"layer"])
    registry.kept["team/a"].tags["left"] = f"sha256:{'0' * 64}"
    assert desk.service.collect(desk.engine, desk.known, Job()).untagged


def test_collecting_that_fails_or_is_cancelled_leaves_it_running(desk: Desk) -> None:
    desk.start()
    desk.registries.add("127.0.0.1:5000").add_image("team/a", "v1", [b"layer"])
    with pytest.raises(Cancelled):
        desk.service.collect(desk.engine, desk.known, cancelling("Collecting"))
    assert desk.state() is OwnState.RUNNING
    desk.collector = replace(desk.collector, exit_code=1)
    desk.behaves()
    with pytest.raises(ContainerFailed) as caught:
        desk.service.collect(desk.engine, desk.known, Job())
    assert "eligible" in caught.value.detail
    assert desk.state() is OwnState.RUNNING
    assert len(desk.engine.list_containers()) == 1


@pytest.mark.parametrize("ends", [True, False])
def test_collecting_that_nobody_ended_is_put_right_by_a_start(desk: Desk, ends: bool) -> None:
    desk.start()
    engine = desk.engine
    (registry,) = engine.list_containers()
    desk.collector = replace(desk.collector, exit_code=0 if ends else None)
    desk.behaves()
    engine.stop_container(registry.id)
    spec = collector_spec(OWNER, registry.image_id, untagged=True)
    engine.start_container(engine.create_container(spec))
    own = desk.look()
    assert own is not None
    assert own.state is (OwnState.UNFINISHED if ends else OwnState.COLLECTING)
    with pytest.raises(NotFound):
        desk.service.collect(engine, desk.known, Job())
    desk.start()
    assert desk.state() is OwnState.RUNNING
    assert [one.status for one in engine.list_containers()] == [ContainerStatus.RUNNING]


def test_what_would_go_is_told_before_it_goes(desk: Desk) -> None:
    desk.start()
    desk.registries.add("127.0.0.1:5000").add_image("team/a", "v1", [b"layer"])
    desk.fill(5000, 0)
    goes = desk.service.what_goes(desk.engine, desk.known, Job())
    assert goes.repositories == ("team/a",)
    assert goes.data_bytes is not None
    assert goes.data_bytes > 5000
    desk.service.stop(desk.engine, desk.known, Job())
    assert desk.service.what_goes(desk.engine, desk.known, Job()).repositories is None


@pytest.mark.parametrize("data", [True, False])
def test_it_is_removed_with_its_password(desk: Desk, data: bool) -> None:
    desk.start()
    removed = desk.service.remove(desk.engine, desk.known, Job(), data=data)
    assert removed.host == "127.0.0.1:5000"
    assert removed.problem is None
    assert desk.engine.list_containers() == ()
    assert desk.store.kept == {}
    assert desk.state() is (None if data else OwnState.DATA_ONLY)
    if not data:
        desk.service.remove(desk.engine, desk.known, Job(), data=True)
    assert desk.is_bare()


def test_a_password_that_can_not_be_erased_is_said_once_the_rest_is_gone(desk: Desk) -> None:
    desk.start()
    desk.store.failing = "The keyring refused."
    removed = desk.service.remove(desk.engine, desk.known, Job(), data=True)
    assert isinstance(removed.problem, CredentialsError)
    assert not desk.engine.list_containers()
    assert not desk.engine.list_volumes()


def test_there_is_nothing(desk: Desk) -> None:
    service, engine = desk.service, desk.engine
    for act in (
        lambda: service.stop(engine, (), Job()),
        lambda: service.collect(engine, (), Job()),
        lambda: service.what_goes(engine, (), Job()),
        lambda: service.remove(engine, (), Job(), data=True),
    ):
        with pytest.raises(NotFound):
            act()


def test_one_program_at_a_time(desk: Desk) -> None:
    held = desk.locks.hold(VOLUME, desk.engine.identity().id)
    with held, pytest.raises(AlreadyRunning):
        desk.start()
    assert desk.is_bare()


def test_an_engine_on_another_machine_is_refused(desk: Desk) -> None:
    info = replace(INFO, address="tcp://build-server:2376")
    with pytest.raises(EngineError, match="build-server"):
        desk.service.start(FakeEngine(info), IMAGE, (), Job())


def test_another_account_s_is_not_ours(desk: Desk) -> None:
    desk.start()
    assert find(desk.engine, "other", desk.accounts, desk.known, CancelToken()) is None


def test_sentences() -> None:
    for state in OwnState:
        assert state_text(OwnRegistry(state, VOLUME, "127.0.0.1:5000"))
    freed = Collected(50_000_000, 2_000, untagged=True)
    assert collected_text(freed) == "50.0 MB came free; 2.00 kB are left."
    assert "several platforms" in collected_text(Collected(0, 2_000, False))
    assert "does not tell" in collected_text(Collected(None, None, True))
    goes = WhatGoes(OwnRegistry(OwnState.RUNNING, VOLUME), (), 2_000)
    assert VOLUME in data_text(goes, data=True)
    assert "stays" in data_text(goes, data=False)
