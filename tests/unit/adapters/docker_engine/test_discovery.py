"""What each address answers, and what a person is told to do about it."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from modeldesk.adapters.docker_engine import addresses
from modeldesk.adapters.docker_engine.addresses import Surroundings
from modeldesk.adapters.docker_engine.discovery import DockerEngineFinder
from modeldesk.core.engine.model import AttemptOutcome, EngineAttempt
from modeldesk.core.errors import EngineError
from tests.unit.adapters.docker_engine.server import (
    INFO,
    VERSION,
    EngineServer,
    Request,
    json_of,
    silence,
)


@pytest.fixture
def finder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DockerEngineFinder:
    """Looks nowhere outside of this test."""
    monkeypatch.setattr(addresses, "DEFAULT_SOCKET", str(tmp_path / "default.sock"))
    home = tmp_path / "home"
    return DockerEngineFinder(Surroundings({"XDG_RUNTIME_DIR": str(home)}, home, "linux"))


def refused(finder: DockerEngineFinder, address: str) -> EngineAttempt:
    """The one attempt at an address that can't be used."""
    engine, attempts = finder.find(address)
    assert engine is None
    (attempt,) = attempts
    assert attempt.address == address
    assert attempt.source == "Settings"
    return attempt


def test_an_engine_is_found_and_known(finder: DockerEngineFinder, server: EngineServer) -> None:
    engine, attempts = finder.find(server.address)
    assert engine is not None
    assert [attempt.outcome for attempt in attempts] == [AttemptOutcome.ANSWERED]
    info = engine.info
    assert (info.address, info.source) == (server.address, "Settings")
    assert (info.product, info.version, info.api_version) == ("Docker Engine", "28.5.2", "1.51")
    assert info.operating_system == "Debian GNU/Linux 12 (bookworm)"
    assert (info.architecture, info.storage_driver) == ("amd64", "overlay2")
    assert info.builds_with_buildkit
    engine.ping()
    engine.close()


def test_the_first_that_answers_is_taken_and_the_others_told(
    finder: DockerEngineFinder, tmp_path: Path
) -> None:
    place = tmp_path / "home" / ".rd"
    place.mkdir(parents=True)
    with EngineServer(place / "docker.sock"):
        engine, attempts = finder.find()
    assert engine is not None
    assert attempts[-1].source == "Rancher Desktop"
    assert attempts[-1].outcome is AttemptOutcome.ANSWERED
    assert {one.outcome for one in attempts[:-1]} == {AttemptOutcome.NOT_THERE}
    assert [one.source for one in attempts[:2]] == ["Default address", "Rootless Docker"]


def test_no_other_engine_takes_the_place_of_one_that_was_named(tmp_path: Path) -> None:
    home = tmp_path / "home"
    (home / ".rd").mkdir(parents=True)
    named = f"unix://{tmp_path}/named.sock"
    around = Surroundings({"XDG_RUNTIME_DIR": str(home), "DOCKER_HOST": named}, home, "linux")
    with EngineServer(home / ".rd" / "docker.sock"):
        engine, attempts = DockerEngineFinder(around).find()
    assert engine is None
    assert (attempts[0].source, attempts[0].outcome) == ("DOCKER_HOST", AttemptOutcome.NOT_THERE)
    [told] = [one for one in attempts if one.source == "Rancher Desktop"]
    assert told.outcome is AttemptOutcome.ANSWERED
    assert "DOCKER_HOST" in told.hint


def test_nothing_anywhere(finder: DockerEngineFinder) -> None:
    engine, attempts = finder.find()
    assert engine is None
    assert {one.outcome for one in attempts if one.source != "Podman"} == {AttemptOutcome.NOT_THERE}
    assert [(one.source, one.address) for one in attempts] == list(finder.known_addresses())


def test_nothing_there(finder: DockerEngineFinder, tmp_path: Path) -> None:
    assert refused(finder, f"unix://{tmp_path}/none.sock").outcome is AttemptOutcome.NOT_THERE
    attempt = refused(finder, "tcp://no-such-host.invalid:2375")
    assert attempt.outcome in (AttemptOutcome.NOT_THERE, AttemptOutcome.FAILED)


def test_no_socket(finder: DockerEngineFinder, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    attempt = refused(finder, f"unix://{tmp_path}/file")
    assert attempt.outcome is AttemptOutcome.FAILED
    assert attempt.hint


def test_not_running(finder: DockerEngineFinder, tmp_path: Path) -> None:
    path = tmp_path / "default.sock"
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(path))
    engine, attempts = finder.find()
    assert engine is None
    assert attempts[0].outcome is AttemptOutcome.NOT_RUNNING
    assert "systemctl start docker" in attempts[0].hint
    assert refused(finder, "tcp://127.0.0.1:1").outcome is AttemptOutcome.NOT_RUNNING


def test_not_permitted(finder: DockerEngineFinder, tmp_path: Path) -> None:
    path = tmp_path / "docker.sock"
    with socket.socket(socket.AF_UNIX) as left, as_nobody(path):
        left.bind(str(path))
        left.listen()
        path.chmod(0o600 if os.geteuid() == 0 else 0o000)
        with nobody():
            attempt = refused(finder, f"unix://{path}")
    assert attempt.outcome is AttemptOutcome.NOT_PERMITTED
    assert attempt.hint
    assert "Permission denied" in attempt.detail


def test_the_group_that_may_is_named(finder: DockerEngineFinder, tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can give a socket to another group")
    import grp

    group = grp.getgrnam("daemon")
    path = tmp_path / "docker.sock"
    with socket.socket(socket.AF_UNIX) as left, as_nobody(path):
        left.bind(str(path))
        left.listen()
        os.chown(path, 0, group.gr_gid)
        path.chmod(0o660)
        with nobody():
            attempt = refused(finder, f"unix://{path}")
    assert "sudo usermod -aG daemon $USER" in attempt.hint


def test_too_old(finder: DockerEngineFinder, server: EngineServer) -> None:
    server.answers["/version"] = json_of({**VERSION, "ApiVersion": "1.39"})
    attempt = refused(finder, server.address)
    assert attempt.outcome is AttemptOutcome.TOO_OLD
    assert "1.39" in attempt.detail
    assert attempt.hint


@pytest.mark.parametrize(
    ("newest", "oldest", "spoken"),
    [("1.40", "1.12", "1.40"), ("1.51", "1.24", "1.51"), ("1.60", "1.44", "1.51")],
)
def test_the_newest_version_that_both_know_is_spoken(
    finder: DockerEngineFinder, server: EngineServer, newest: str, oldest: str, spoken: str
) -> None:
    version = {**VERSION, "ApiVersion": newest, "MinAPIVersion": oldest}
    server.answers["/version"] = json_of(version)
    engine, _ = finder.find(server.address)
    assert engine is not None
    assert engine.info.api_version == spoken
    assert server.seen == ["GET /version", f"GET /v{spoken}/info"]


def test_podman_is_known(finder: DockerEngineFinder, server: EngineServer) -> None:
    components = [{"Name": "Podman Engine"}, {"Name": "Conmon"}]
    server.answers["/version"] = json_of(
        {**VERSION, "ApiVersion": "1.41", "Components": components}
    )
    engine, _ = finder.find(server.address)
    assert engine is not None
    assert engine.info.product == "Podman"
    assert not engine.info.builds_with_buildkit


def identity(finder: DockerEngineFinder, server: EngineServer) -> str:
    """What is found at the server's address says it is."""
    engine, _ = finder.find(server.address)
    assert engine is not None
    found = engine.identity()
    assert found.address == server.address
    engine.close()
    return found.id


def test_an_engine_is_known_by_its_own_id_and_where_its_data_are(
    finder: DockerEngineFinder, server: EngineServer
) -> None:
    """Up to Docker 20.10 two engines on one machine have the same id."""
    answer = {**INFO, "ID": "IMJP:3UXY", "DockerRootDir": "/var/lib/docker"}
    server.answers["/info"] = json_of(answer)
    first = identity(finder, server)
    server.answers["/version"] = json_of({**VERSION, "Version": "29.0.0"})
    assert identity(finder, server) == first
    server.answers["/info"] = json_of({**answer, "DockerRootDir": "/srv/second"})
    assert identity(finder, server) != first
    server.answers["/info"] = json_of({**answer, "ID": "OTHER"})
    assert identity(finder, server) != first
    assert server.seen.count("GET /version") == 4


def test_podman_makes_its_id_up_so_its_address_must_do(
    finder: DockerEngineFinder, server: EngineServer, tmp_path: Path
) -> None:
    server.answers["/version"] = json_of(
        {**VERSION, "ApiVersion": "1.41", "Components": [{"Name": "Podman Engine"}]}
    )
    server.answers["/info"] = json_of({**INFO, "ID": "5f0c"})
    first = identity(finder, server)
    server.answers["/info"] = json_of({**INFO, "ID": "77aa"})
    assert identity(finder, server) == first
    link = tmp_path / "link.sock"
    link.symlink_to(server.address.removeprefix("unix://"))
    engine, _ = finder.find(f"unix://{link}")
    assert engine is not None
    assert engine.identity().id == first


def test_one_that_tells_no_id_is_known_by_its_address(
    finder: DockerEngineFinder, server: EngineServer
) -> None:
    assert identity(finder, server) == server.address


def test_one_that_was_too_busy_to_tell_is_asked_again(
    finder: DockerEngineFinder, server: EngineServer
) -> None:
    server.answers["/info"] = json_of({"message": "busy"}, 500)
    engine, _ = finder.find(server.address)
    assert engine is not None
    with pytest.raises(EngineError):
        engine.identity()
    server.answers["/info"] = json_of({**INFO, "ID": "IMJP", "DockerRootDir": "/var/lib/docker"})
    assert engine.identity().id == "IMJP /var/lib/docker"
    asked = len(server.seen)
    assert engine.identity().id == "IMJP /var/lib/docker"
    assert len(server.seen) == asked


def test_what_is_known_only_of_the_version_is_enough(
    finder: DockerEngineFinder, server: EngineServer
) -> None:
    server.answers["/info"] = json_of({"message": "busy"}, 500)
    engine, _ = finder.find(server.address)
    assert engine is not None
    assert (engine.info.operating_system, engine.info.storage_driver) == ("linux", "")


def test_no_engine_answers(finder: DockerEngineFinder, server: EngineServer) -> None:
    for answer in (
        json_of({"message": "page not found"}, 404),
        json_of({"message": "no"}, 400),
        json_of([]),
        json_of({"ApiVersion": "new"}),
    ):
        server.answers["/version"] = answer
        attempt = refused(finder, server.address)
        assert attempt.outcome is AttemptOutcome.FAILED
        assert "not a container engine" in attempt.hint


def trickle(request: Request) -> None:
    request.begin_stream()
    while not request.over.wait(0.1):
        request.send_chunk(b" ")


@pytest.mark.parametrize("answer", [silence, trickle])
def test_an_address_that_hangs_holds_the_search_no_longer_than_two_seconds(
    finder: DockerEngineFinder, server: EngineServer, answer: object
) -> None:
    server.answers["/version"] = silence if answer is silence else trickle
    began = time.monotonic()
    attempt = refused(finder, server.address)
    assert time.monotonic() - began < 2.5
    assert attempt.outcome is AttemptOutcome.FAILED
    assert "in time" in attempt.hint


def test_a_socket_that_nobody_accepts_on(finder: DockerEngineFinder, tmp_path: Path) -> None:
    path = tmp_path / "full.sock"
    with socket.socket(socket.AF_UNIX) as full:
        full.bind(str(path))
        full.listen(0)
        with socket.socket(socket.AF_UNIX) as first:
            first.connect(str(path))
            began = time.monotonic()
            attempt = refused(finder, f"unix://{path}")
    assert time.monotonic() - began < 2.5
    assert attempt.outcome is AttemptOutcome.FAILED
    assert attempt.hint


def test_ssh_is_told_how(finder: DockerEngineFinder) -> None:
    attempt = refused(finder, "ssh://me@lab")
    assert attempt.outcome is AttemptOutcome.FAILED
    assert "ssh -N -L" in attempt.hint
    assert attempt.hint.endswith("me@lab")


def test_a_context_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(addresses, "DEFAULT_SOCKET", str(tmp_path / "default.sock"))
    variables = {"DOCKER_CONTEXT": "gone", "XDG_RUNTIME_DIR": str(tmp_path)}
    _, attempts = DockerEngineFinder(Surroundings(variables, tmp_path, "linux")).find()
    assert attempts[0].source == "Context gone"
    assert attempts[0].outcome is AttemptOutcome.FAILED
    assert "gone" in attempts[0].hint


def test_looking_where_nothing_is_loads_no_library(tmp_path: Path) -> None:
    program = (
        "import sys\n"
        "from modeldesk.adapters.docker_engine.discovery import DockerEngineFinder\n"
        f"engine, attempts = DockerEngineFinder().find('{tmp_path}/none.sock')\n"
        "assert engine is None and attempts\n"
        "print([name for name in ('docker', 'requests', 'urllib3') if name in sys.modules])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


@contextmanager
def as_nobody(path: Path) -> Iterator[None]:
    """Lets everybody reach `path` through the folders above it."""
    folders = [folder for folder in path.parents if folder.stat().st_uid == os.getuid()]
    modes = [folder.stat().st_mode for folder in folders]
    for folder, mode in zip(folders, modes, strict=True):
        folder.chmod(mode | 0o011)
    try:
        yield
    finally:
        for folder, mode in zip(folders, modes, strict=True):
            folder.chmod(mode)


@contextmanager
def nobody() -> Iterator[None]:
    """Root may everything; so be somebody else inside. Others are who they are."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)
