"""Builds over a session with BuildKit: what only a real engine can show."""

import io
import json
import logging
import os
import sqlite3
import subprocess
import tarfile
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import docker
import pytest

import registry
from modeldesk import resources
from modeldesk.adapters.sqlite.build_records import SqliteBuildRecords
from modeldesk.adapters.sqlite.database import open_database
from modeldesk.core.build.model import BuildRequest, EngineBuild
from modeldesk.core.build.secret import Secret
from modeldesk.core.build.service import BuildService
from modeldesk.core.build_context.ignore import IgnoreRules
from modeldesk.core.build_context.offer import FolderContext
from modeldesk.core.build_context.scan import scan
from modeldesk.core.errors import BuildFailed, Cancelled
from modeldesk.core.ids import ImageId, ModelName
from modeldesk.core.jobs import CancelToken, Job
from modeldesk.core.references import Reference
from tests.contracts.build_contract import Builder, write
from tests.engine.build_bench import RealBuildBench, building_engine, open_sockets
from tests.fakes.deployment_locks import FakeDeploymentLocks
from tests.fakes.source_control import FakeSourceControl
from tests.support.command_line import docker_command
from tests.support.engine import TINY
from tests.support.ports import free_port
from tests.support.waiting import until

VALUE = "s3cr3t-of-this-test"


@pytest.fixture
def build(engine_url: str, unique_name: str, tmp_path: Path) -> Iterator[Builder]:
    folder = tmp_path / "folder"
    folder.mkdir()
    with building_engine(engine_url, with_buildkit=True) as engine:
        bench = RealBuildBench(engine, engine_url, unique_name)
        try:
            yield Builder(bench, folder)
        finally:
            bench.close()


def folder_of(build: Builder) -> Path:
    assert build.folder is not None
    return build.folder


def in_image(build: Builder, image: ImageId, path: str = "/model") -> dict[str, tarfile.TarInfo]:
    assert isinstance(build.bench, RealBuildBench)
    api = build.bench.client.api
    container = api.create_container(image, ["true"])
    try:
        data, _ = api.get_archive(container["Id"], path)
        with tarfile.open(fileobj=io.BytesIO(b"".join(data)), errors="surrogateescape") as archive:
            return {member.name.rstrip("/"): member for member in archive}
    finally:
        api.remove_container(container["Id"])


def test_odd_files_arrive_as_they_are(build: Builder) -> None:
    folder = folder_of(build)
    names = [b"caf\xe9\xff.txt", "模型.bin".encode(), b"a b\n\\c", b"n" * 200, b"-rf", b" "]
    for name in names:
        (folder / os.fsdecode(name)).write_bytes(name)
    write(folder, {"Dockerfile": f"FROM {TINY}\nCOPY . /model\n".encode(), "run.sh": b"#!"})
    (folder / "run.sh").chmod(0o4751)
    (folder / "loop").symlink_to("loop")
    (folder / "out").symlink_to("/etc/hosts")
    (folder / "hollow").mkdir()
    os.mkfifo(folder / "pipe")
    members = in_image(build, build.send(build.offer(folder)))
    for name in names:
        assert members[f"model/{os.fsdecode(name)}"].size == len(name)
    run = members["model/run.sh"]
    assert (run.mode & 0o7777, run.uid, run.gid) == (0o4751, 0, 0)
    assert members["model/loop"].linkname == "loop"
    assert members["model/out"].linkname == "/etc/hosts"
    assert members["model/hollow"].isdir()
    assert "model/pipe" not in members


@pytest.mark.parametrize(
    ("name", "named"),
    [("two words.bin",) * 2, ("模型.bin",) * 2, ("wild [x].bin", "w??d*.bin"), ("a/b/c", "a/*")],
)
def test_a_file_that_an_instruction_names(build: Builder, name: str, named: str) -> None:
    folder = folder_of(build)
    text = f'FROM {TINY}\nCOPY ["{named}", "/model/"]\n'
    write(folder, {name: b"x", "other": bytes(100_000), "Dockerfile": text.encode()})
    members = in_image(build, build.send(build.offer(folder)))
    assert f"model/{Path(name).name}" in members
    assert build.sent.sent_bytes < 1000


def test_an_empty_folder(build: Builder) -> None:
    text = f"FROM {TINY}\nCOPY . /model/\n".encode()
    image = build.send(build.offer(folder_of(build), {"Dockerfile": text}))
    assert set(in_image(build, image)) == {"model", "model/Dockerfile"}


def test_twenty_thousand_small_files(build: Builder) -> None:
    folder = folder_of(build)
    for number in range(20_000):
        path = folder / f"data/{number % 100}/{number}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(str(number).encode())
    write(folder, {"Dockerfile": f"FROM {TINY}\nCOPY data /model\n".encode()})
    build.send(build.offer(folder))
    (folder / "data/7/7").write_bytes(b"new")
    image = build.send(build.offer(folder))
    # The file, and perhaps the Dockerfile.
    assert build.sent.sent_bytes < 100
    members = in_image(build, image)
    assert sum(member.isreg() for member in members.values()) == 20_000
    assert members["model/7/7"].size == 3


IGNORES = (
    "*\n!serve.py\n!data\ndata/raw/deep\n",
    "data\n!data/README.md\nDockerfile\n.dockerignore\n",
    "**/*.pyc\n.git\n*.txt\n!a.txt\n",
    "",
)


@pytest.mark.parametrize("ignore", IGNORES)
def test_what_enters_an_image_is_what_the_command_line_puts_there(
    build: Builder, unique_name: str, engine_url: str, ignore: str
) -> None:
    folder = folder_of(build)
    names = (
        "serve.py", "serve.pyc", "a.txt", "b.txt", ".git/config", "data/README.md",
        "data/raw/1.csv", "data/raw/deep/2.csv", "data/x.bin",
    )  # fmt: skip
    write(folder, {name: name.encode() for name in names})
    write(folder, {"Dockerfile": f"FROM {TINY}\nCOPY . /model/\n".encode()})
    write(folder, {".dockerignore": ignore.encode()})
    found = docker_command(engine_url, with_buildkit=True)
    if found is None:
        pytest.skip("no docker command line can use BuildKit")
    command, environment = found
    done = subprocess.run(
        [*command, "build", "-q", "-t", f"{unique_name}-cli", str(folder)],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    always = frozenset({"Dockerfile", ".dockerignore"})
    plan = scan(folder, IgnoreRules.parse(ignore), CancelToken(), always=always)
    image = build.send(FolderContext(plan, build.token, build.sent))
    theirs = in_image(build, ImageId(done.stdout.strip()))
    assert in_image(build, image).keys() == theirs.keys()


def test_a_base_that_not_everyone_may_pull(
    engine_url: str, unique_name: str, tmp_path: Path
) -> None:
    if not registry.can_start():
        pytest.skip("needs a registry")
    port = free_port()
    process = registry.start(tmp_path / "registry", port, ("me", "pass-of-me"))
    host, base = f"127.0.0.1:{port}", f"127.0.0.1:{port}/{unique_name}:1"
    from modeldesk.core.engine.model import SignIn

    asked: list[str] = []

    def find(registry_name: str) -> SignIn:
        asked.append(registry_name)
        return SignIn("me", "pass-of-me")

    client = docker.DockerClient(base_url=engine_url)
    try:
        client.images.get(TINY).tag(base)
        pushed = client.images.push(base, auth_config={"username": "me", "password": "pass-of-me"})
        assert "error" not in pushed, pushed
        client.images.remove(base)
        for find_sign_in in (None, find):
            with building_engine(
                engine_url, with_buildkit=True, find_sign_in=find_sign_in
            ) as engine:
                folder = tmp_path / "folder"
                write(folder, {"Dockerfile": f"FROM {base}\nRUN true\n".encode()})
                build = Builder(RealBuildBench(engine, engine_url, unique_name), folder)
                if find_sign_in is None:
                    with pytest.raises(BuildFailed, match="needs a sign-in"):
                        build.send(build.offer(folder))
                else:
                    build.send(build.offer(folder))
                    assert set(asked) == {host}
                assert isinstance(build.bench, RealBuildBench)
                build.bench.close()
    finally:
        client.close()
        process.terminate()
        process.wait()


def test_a_secret_is_nowhere_afterwards(
    build: Builder, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    # At DEBUG the library tells the address of each request, with the arguments in it.
    caplog.set_level(logging.INFO)
    folder = folder_of(build)
    text = (
        f"FROM {TINY}\nARG API_TOKEN\n"
        f"RUN --mount=type=secret,id=key cat /run/secrets/key > /dev/stderr; echo {build.name}\n"
        "RUN --mount=type=secret,id=key cat /run/secrets/key && false\n"
    )
    write(folder, {"Dockerfile": text.encode()})
    database = tmp_path / "records.sqlite"
    opened = open_database(database)
    service = BuildService(
        SqliteBuildRecords(opened.database),
        FakeSourceControl(),
        lambda: datetime.now(UTC),
        FakeDeploymentLocks(),
        resources.path("serving"),
    )
    heard: list[object] = []
    told: list[str] = []
    for lines, fails in ((3, False), (4, True)):
        write(folder, {"Dockerfile": "\n".join(text.splitlines()[:lines]).encode()})
        request = BuildRequest(
            folder,
            ModelName("secrets"),
            (Reference.parse(f"{build.name}:v{lines}"),),
            secrets={"key": Secret(f"{VALUE}\nsecond-{VALUE}\n".encode())},
            build_args={"API_TOKEN": f"argument-{VALUE}"},
        )
        assert VALUE not in repr(request)
        job = Job(log=told.append)
        if fails:
            with pytest.raises(BuildFailed) as caught:
                service.build(build.bench.engine, request, job, heard.append)
            assert VALUE not in f"{caught.value!r}{caught.value}{caught.value.detail}"
            assert "••••••" in caught.value.detail
        else:
            outcome = service.build(build.bench.engine, request, job, heard.append)
            assert isinstance(build.bench, RealBuildBench)
            history = build.bench.client.images.get(outcome.image).history()
            assert f"second-{VALUE}" not in json.dumps(history)
            # Older builders leave the place where it was mounted, newer ones not even that.
            try:
                left = in_image(build, outcome.image, "/run").values()
            except docker.errors.NotFound:
                left = {}.values()
            assert all(member.size == 0 for member in left)
    opened.database.close()
    with sqlite3.connect(database) as connection:
        kept = "\n".join(connection.iterdump())
    connection.close()
    assert "••••••" in kept
    for place in (kept, repr(heard), "\n".join(told), caplog.text):
        assert VALUE not in place


def test_cancelled_while_files_are_sent_nothing_is_left(build: Builder) -> None:
    folder = folder_of(build)
    write(folder, {"Dockerfile": f"FROM {TINY}\nCOPY a /a\n".encode()})
    (folder / "a").write_bytes(os.urandom(1 << 20) * 200)
    before, threads = open_sockets(), threading.active_count()
    cancelled: list[float] = []

    def cancel() -> None:
        if not cancelled and build.sent.sent_bytes > 20_000_000:
            cancelled.append(time.monotonic())
            threading.Thread(target=build.token.cancel).start()

    context = build.offer(folder)
    build.sent.on_sent = cancel
    with pytest.raises(Cancelled):
        build.send(context)
    # Figures are the benchmarks' matter: tests.benchmarks.cancelling.
    assert time.monotonic() - cancelled[0] < 2
    until(
        lambda: not open_sockets() - before and threading.active_count() <= threads,
        seen=lambda: (open_sockets() - before, threading.enumerate()),
    )
    # The folder can be built again at once, and is whole.
    build.token = CancelToken()
    image = build.send(build.offer(folder))
    assert in_image(build, image, "/a")["a"].size == 200 << 20


def test_an_engine_that_opens_no_session_gets_the_whole(
    build: Builder, monkeypatch: pytest.MonkeyPatch
) -> None:
    from modeldesk.adapters.docker_engine import sockets

    folder = folder_of(build)
    write(folder, {"Dockerfile": f"FROM {TINY}\nCOPY a /a\n".encode(), "a": b"x"})
    monkeypatch.setattr(sockets.ClientSockets, "only", lambda _: None)
    for _ in range(2):
        image = build.send(build.offer(folder))
        assert build.sent.sent_bytes > 1024
    assert in_image(build, image, "/a")["a"].size == 1


def test_what_is_asked_of_an_engine_says_no_secret() -> None:
    build = EngineBuild("Dockerfile", (), build_args={"TOKEN": VALUE})
    assert VALUE not in repr(build)
