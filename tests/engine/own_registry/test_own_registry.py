"""A registry of one's own on a real engine: pushed to, stopped, freed of garbage, removed."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from modeldesk.adapters.oci_registry.client import RegistryClient
from modeldesk.core.errors import (
    Cancelled,
    CredentialsError,
    NotFound,
    RegistryDenied,
)
from modeldesk.core.jobs import CancelToken, Job, Progress
from modeldesk.core.own_registry import starting
from modeldesk.core.own_registry.model import USER, OwnState
from modeldesk.core.references import Reference
from modeldesk.core.transfers.pulling import pull
from tests.engine.building import build_image
from tests.engine.own_registry.conftest import Home
from tests.engine.own_registry.pushing import put_image
from tests.fakes.registry_contents import OCI_INDEX, manifest_of

ON = CancelToken()


def test_it_takes_what_is_pushed_and_tells_nobody_its_password(home: Home) -> None:
    assert home.look() is None
    began = time.monotonic()
    started = home.start()
    assert time.monotonic() - began < 20
    assert started.made
    own = home.look()
    assert own is not None
    assert own.state is OwnState.RUNNING
    assert own.container is not None
    known = home.credentials(started.host)
    assert (known.user, started.known.user, started.known.keeper) == (USER, USER, "helper:test")
    assert len(known.password) > 40

    reference = Reference.parse(f"{started.host}/team/{home.owner}:v1")
    build_image(home.client, str(reference), home.owner, 1_000_000)
    home.engine.push(reference, lambda _: None, ON)
    assert home.clients.at(started.host).repositories(ON) == (f"team/{home.owner}",)
    with (
        closing(RegistryClient(started.host, lambda _: None)) as nobody,
        pytest.raises(RegistryDenied),
    ):
        nobody.repositories(ON)
    assert pull(home.engine, reference, Job()).moved_bytes == 0

    inspected = home.client.api.inspect_container(own.container)
    told = json.dumps([inspected, home.client.api.inspect_volume(own.volume)])
    assert known.password not in told
    host = inspected["HostConfig"]
    assert host["ReadonlyRootfs"] is True
    assert host["CapDrop"] == ["ALL"]
    assert "no-new-privileges" in host["SecurityOpt"]
    assert host["RestartPolicy"]["Name"] == "unless-stopped"
    assert [one["HostIp"] for one in host["PortBindings"]["5000/tcp"]] == ["127.0.0.1"]
    check = home.engine.check_health(own.container, ON)
    assert check is not None
    assert check.passed
    again = home.start()
    assert (again.host, again.made) == (started.host, False)
    assert home.credentials(started.host) == known


def test_it_is_stopped_and_started_with_all_that_is_in_it(home: Home) -> None:
    host = home.start().host
    manifest = put_image(home.clients.at(host), "team/a", "v1", 1)
    home.service.stop(home.engine, home.known, Job())
    own = home.look()
    assert own is not None
    assert (own.state, own.host) == (OwnState.STOPPED, host)
    assert home.start().host == host
    assert home.clients.at(host).digest("team/a", "v1", ON) == manifest.digest


def test_it_is_removed_and_what_is_in_it_only_when_that_is_asked_for(home: Home) -> None:
    host = home.start().host
    manifest = put_image(home.clients.at(host), "team/a", "v1", 1)
    goes = home.service.what_goes(home.engine, home.known, Job())
    assert goes.repositories == ("team/a",)
    assert goes.data_bytes is not None
    assert goes.data_bytes > 1_000_000
    before = home.credentials(host)
    removed = home.service.remove(home.engine, home.known, Job(), data=False)
    assert removed.problem is None
    assert home.containers() == []
    assert (home.kept / "kept").read_text() == "{}"
    own = home.look()
    assert own is not None
    assert own.state is OwnState.DATA_ONLY
    again = home.start()
    assert again.made
    # Another program may have had the first port one of the two times.
    assert home.clients.at(again.host).digest("team/a", "v1", ON) == manifest.digest
    assert home.credentials(again.host) != before
    home.service.remove(home.engine, home.known, Job(), data=True)
    assert home.containers() == home.volumes() == []
    assert home.look() is None
    with pytest.raises(NotFound):
        home.service.remove(home.engine, home.known, Job(), data=True)


@pytest.mark.parametrize("runs", [True, False])
def test_garbage_is_collected_and_what_came_free_is_counted(home: Home, runs: bool) -> None:
    host = home.start().host
    registry = home.clients.at(host)
    kept = put_image(registry, "team/a", "v1", 1)
    gone = put_image(registry, "team/a", "v2", 2)
    put_image(registry, "team/a", "v3", 3)
    registry.delete_manifest("team/a", gone.digest, ON)
    moved = put_image(registry, "team/a", "v3", 4)
    if not runs:
        home.service.stop(home.engine, home.known, Job())
    lines: list[str] = []
    found = home.service.collect(home.engine, home.known, Job(log=lines.append))
    assert found.untagged
    assert found.freed_bytes is not None
    # One that was deleted, and one that lost its tag.
    assert 2_000_000 < found.freed_bytes < 2_100_000
    assert any("blob eligible for deletion" in line for line in lines)
    own = home.look()
    assert own is not None
    assert own.state is (OwnState.RUNNING if runs else OwnState.STOPPED)
    home.start()
    for tag, manifest in (("v1", kept), ("v3", moved)):
        assert registry.digest("team/a", tag, ON) == manifest.digest
    assert home.containers() == [f"modeldesk-registry-{home.owner}"]
    again = home.service.collect(home.engine, home.known, Job())
    assert again.freed_bytes == 0


def test_what_an_index_names_is_not_taken_for_garbage(home: Home) -> None:
    host = home.start().host
    registry = home.clients.at(host)
    parts = [put_image(registry, "team/a", "", seed) for seed in (1, 2)]
    index = manifest_of(
        {
            "schemaVersion": 2,
            "mediaType": OCI_INDEX,
            "manifests": [
                {"mediaType": one.media_type, "digest": one.digest, "size": len(one.content)}
                for one in parts
            ],
        }
    )
    registry.put_manifest("team/a", "v1", index, ON)
    gone = put_image(registry, "team/b", "v1", 3)
    registry.delete_manifest("team/b", gone.digest, ON)
    found = home.service.collect(home.engine, home.known, Job())
    assert not found.untagged
    assert found.freed_bytes is not None
    assert found.freed_bytes > 1_000_000
    for one in parts:
        assert registry.manifest("team/a", one.digest, ON).content == one.content


def test_a_taken_port_is_passed_over(home: Home) -> None:
    with listening() as port:
        host = home.start().host
        assert int(host.rpartition(":")[2]) != port
    assert home.containers() == [f"modeldesk-registry-{home.owner}"]


def test_where_nothing_keeps_its_password_nothing_of_it_stays(home: Home) -> None:
    (home.kept / "fail").touch()
    with pytest.raises(CredentialsError):
        home.start()
    assert home.containers() == home.volumes() == []


def test_a_password_that_was_lost_is_replaced(home: Home) -> None:
    host = home.start().host
    manifest = put_image(home.clients.at(host), "team/a", "v1", 1)
    (home.kept / "kept").write_text("{}")
    own = home.look()
    assert own is not None
    assert own.state is OwnState.UNFINISHED
    assert home.start().host == host
    with closing(RegistryClient(host)) as client:
        assert client.digest("team/a", "v1", ON) == manifest.digest


def test_it_may_be_cancelled_at_any_moment(home: Home) -> None:
    """So early and so late that every step is met."""
    for wait_s in (0.0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.6, 0.8, 1.0):
        job = Job()
        timer = threading.Timer(wait_s, job.token.cancel)
        timer.start()
        try:
            home.start(job)
        except Cancelled:
            assert home.containers() == home.volumes() == []
            assert not (home.kept / "kept").exists() or (home.kept / "kept").read_text() == "{}"
        else:
            home.service.remove(home.engine, home.known, Job(), data=True)
        finally:
            timer.cancel()
            timer.join()


def test_collecting_may_be_cancelled_at_any_moment(home: Home) -> None:
    host = home.start().host
    put_image(home.clients.at(host), "team/a", "v1", 1)
    met: set[str] = set()
    for wait_s in (0.05, 0.2, 0.4, 0.6, 0.9):
        said: list[Progress] = []
        job = Job(report=said.append)
        timer = threading.Timer(wait_s, job.token.cancel)
        timer.start()
        try:
            home.service.collect(home.engine, home.known, job)
        except Cancelled:
            met.update(said[-1].text for said in [said] if said)
        timer.join()
        own = home.look()
        assert own is not None
        assert own.state is OwnState.RUNNING, wait_s
        assert home.start().host == host
    assert met


@contextmanager
def listening() -> Iterator[int]:
    """Something else has the first port that would be tried and is free."""
    for port in starting.PORTS:
        with socket.socket() as taken:
            try:
                taken.bind(("127.0.0.1", port))
            except OSError:
                continue
            taken.listen()
            yield port
            return
    raise AssertionError
