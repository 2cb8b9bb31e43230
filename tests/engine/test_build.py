"""Docker builds as every engine promises to, with both of its builders."""

import io
import os
import signal
import tarfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from modeldesk.core.build.model import Builder as BuilderChoice
from modeldesk.core.build.model import EngineBuild, StepLog, StepState
from modeldesk.core.build_context.ignore import IgnoreRules
from modeldesk.core.build_context.scan import scan
from modeldesk.core.build_context.stream import stream
from modeldesk.core.errors import (
    BuildFailed,
    Cancelled,
    DiskFull,
    EngineUnavailable,
    ModelDeskError,
)
from modeldesk.core.ids import ImageId
from modeldesk.core.jobs import CancelToken
from modeldesk.core.ports import ImageEngine
from modeldesk.core.references import Reference
from tests.contracts.build_contract import BuildContract, Builder, FolderBuildContract, tar
from tests.engine.build_bench import RealBuildBench, building_engine, open_sockets
from tests.engine.own_engine import own_engine
from tests.support.build_context import TarContext
from tests.support.waiting import SLOW_MACHINE_S, until

BOTH = pytest.mark.parametrize("with_buildkit", [False, True], ids=["classic", "buildkit"])


class TestClassicBuild(BuildContract):
    @pytest.fixture
    def bench(self, engine_url: str, unique_name: str) -> Iterator[RealBuildBench]:
        yield from _bench(engine_url, unique_name, with_buildkit=False)


class TestSessionBuild(FolderBuildContract):
    @pytest.fixture
    def bench(self, engine_url: str, unique_name: str) -> Iterator[RealBuildBench]:
        yield from _bench(engine_url, unique_name, with_buildkit=True)


class TestBuildkitBuild(BuildContract):
    @pytest.fixture
    def bench(self, engine_url: str, unique_name: str) -> Iterator[RealBuildBench]:
        yield from _bench(engine_url, unique_name, with_buildkit=True)


def _bench(url: str, name: str, *, with_buildkit: bool) -> Iterator[RealBuildBench]:
    with building_engine(url, with_buildkit=with_buildkit) as engine:
        bench = RealBuildBench(engine, url, name)
        try:
            yield bench
        finally:
            bench.close()


@pytest.fixture
def build(engine_url: str, unique_name: str, with_buildkit: bool) -> Iterator[Builder]:
    for bench in _bench(engine_url, unique_name, with_buildkit=with_buildkit):
        yield Builder(bench)


class Cancelling:
    """A build in a thread of its own, to be cancelled from here."""

    def __init__(self, build: Builder, run: Callable[[], object]) -> None:
        self.build = build
        self.ended: float | None = None
        self.error: ModelDeskError | None = None
        self._run = run
        self._thread = threading.Thread(target=self._work)

    def __enter__(self) -> "Cancelling":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.build.token.cancel()
        self._thread.join(SLOW_MACHINE_S)

    def _work(self) -> None:
        try:
            self._run()
        except ModelDeskError as error:
            self.error = error
        finally:
            self.ended = time.monotonic()

    def seen(self) -> str:
        """How it stands, for a test that fails."""
        how = "goes on" if self.ended is None else f"ended, with {self.error!r}"
        return f"the build {how}; it said {self.build.events[-20:]}"

    def await_(self, condition: Callable[[], object]) -> None:
        """Wait for `condition`, which must hold before the build ends."""
        until(lambda: condition() or self.ended is not None, seen=self.seen)
        assert condition(), self.seen()

    def await_end(self) -> None:
        until(lambda: self.ended is not None, seen=self.seen)

    def cancel(self) -> tuple[float, float]:
        """How long until the asking returned, and until the build did."""
        began = time.monotonic()
        self.build.token.cancel()
        asked = time.monotonic() - began
        self.await_end()
        assert self.ended is not None
        return asked, self.ended - began


@BOTH
def test_a_step_that_runs_is_killed_and_no_socket_stays(build: Builder) -> None:
    bench = build.bench
    assert isinstance(bench, RealBuildBench)
    seconds = str(3600 + os.getpid() % 1000)
    before = open_sockets()
    with Cancelling(build, lambda: build(f"RUN sleep {seconds}")) as work:
        work.await_(lambda: bench.running(f"sleep {seconds}"))
        asked, returned = work.cancel()
    assert isinstance(work.error, Cancelled)
    # Figures are the benchmarks' matter: tests.benchmarks.cancelling.
    assert asked < 1
    assert returned < 2
    until(lambda: not bench.running(f"sleep {seconds}"), seen=work.seen)
    until(lambda: open_sockets() <= before, seen=lambda: open_sockets() - before)
    # The engine is free for the next build at once.
    build.token = CancelToken()
    build("RUN true")


@BOTH
def test_an_upload_that_hangs_is_cancelled_at_once(build: Builder) -> None:
    """The engine is stopped in its tracks, so that nobody reads what is sent."""
    before = open_sockets()
    sent = [0]

    def endless() -> Iterator[bytes]:
        yield tar({"Dockerfile": b"FROM scratch\n"})[:1024]
        header = tarfile.TarInfo("weights.bin")
        header.size = 1 << 40
        yield header.tobuf(tarfile.GNU_FORMAT)
        while True:
            sent[0] += 1
            # Slowly enough that the engine's disk stays free.
            time.sleep(0.02)
            yield bytes(1 << 16)

    with Cancelling(build, lambda: build.send(TarContext(endless()))) as work:
        work.await_(lambda: sent[0] > 5)
        asked, returned = work.cancel()
    assert isinstance(work.error, Cancelled)
    # Figures are the benchmarks' matter: tests.benchmarks.cancelling.
    assert asked < 1
    assert returned < 2
    until(lambda: open_sockets() <= before, seen=lambda: open_sockets() - before)
    assert not build.exists


@BOTH
def test_a_blocked_send_is_cancelled_at_once(engine_url: str, with_buildkit: bool) -> None:
    with (
        own_engine(engine_url) as own,
        building_engine(own.url, with_buildkit=with_buildkit) as engine,
    ):
        token = CancelToken()
        sent = [0]

        def context() -> Iterator[bytes]:
            # A process that is halted reads nothing; once the socket is full, sending blocks.
            own.process.send_signal(signal.SIGSTOP)
            while True:
                sent[0] += 1
                yield bytes(1 << 20)

        errors: list[ModelDeskError] = []

        def run() -> None:
            try:
                engine.build(_named("blocked:1"), TarContext(context()), lambda _: None, token)
            except ModelDeskError as error:
                errors.append(error)

        thread = threading.Thread(target=run)
        thread.start()
        try:
            until(lambda: sent[0] > 0 or errors, seen=lambda: errors)
            _until_steady(sent)
            began = time.monotonic()
            token.cancel()
            thread.join(2)
            assert time.monotonic() - began < 2
        finally:
            own.process.send_signal(signal.SIGCONT)
        assert isinstance(errors[0], Cancelled)


def _until_steady(counter: list[int]) -> None:
    last = -1
    while last != counter[0]:
        last = counter[0]
        time.sleep(0.2)


def _named(name: str) -> EngineBuild:
    return EngineBuild("Dockerfile", (Reference.parse(name),))


@pytest.mark.parametrize("how", ["stop", "kill"])
@BOTH
def test_an_engine_that_stops_in_a_step(engine_url: str, with_buildkit: bool, how: str) -> None:
    with (
        own_engine(engine_url) as own,
        building_engine(own.url, with_buildkit=with_buildkit) as engine,
    ):
        bench = _OwnBench(engine)
        build = Builder(bench)
        with Cancelling(build, lambda: build("RUN echo begun; sleep 181")) as work:
            work.await_(lambda: any(isinstance(e, StepLog) for e in build.events))
            getattr(own, how)()
            work.await_end()
        assert isinstance(work.error, EngineUnavailable), work.error


@BOTH
def test_an_engine_that_stops_while_the_context_is_sent(
    engine_url: str, with_buildkit: bool
) -> None:
    with (
        own_engine(engine_url) as own,
        building_engine(own.url, with_buildkit=with_buildkit) as engine,
    ):

        def context() -> Iterator[bytes]:
            yield tar({"Dockerfile": b"FROM scratch\n"})[:1024]
            header = tarfile.TarInfo("weights.bin")
            header.size = 1 << 40
            yield header.tobuf(tarfile.GNU_FORMAT)
            for number in range(2000):
                if number == 20:
                    own.kill()
                yield bytes(1 << 16)

        with pytest.raises(EngineUnavailable):
            engine.build(_named("gone:1"), TarContext(context()), lambda _: None, CancelToken())


class _OwnBench:
    base = RealBuildBench.base
    builder = BuilderChoice.AUTOMATIC

    def __init__(self, engine: ImageEngine) -> None:
        self.engine = engine

    def name(self) -> str:
        return "own-build"


@BOTH
@pytest.mark.parametrize("where", ["context", "layer"])
def test_a_full_disk_is_said(engine_url: str, with_buildkit: bool, where: str) -> None:
    with (
        own_engine(engine_url, disk_megabytes=64) as own,
        building_engine(own.url, with_buildkit=with_buildkit) as engine,
    ):
        build = Builder(_OwnBench(engine))
        lines, files = {
            "context": (["COPY . /"], {"weights.bin": os.urandom(100 << 20)}),
            "layer": (["RUN dd if=/dev/urandom of=/weights bs=1M count=100 && sync"], {}),
        }[where]
        with pytest.raises(DiskFull, match="no room") as caught:
            build(*lines, files=files)
        assert caught.value.hint


@BOTH
def test_odd_files_arrive_as_they_are(build: Builder, tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text(f"FROM {build.bench.base}\nCOPY . /model\n")
    names = [b"caf\xe9\xff.txt", "模型.bin".encode(), b"a b\n\\c", b"n" * 200, b"-rf"]
    for name in names:
        (tmp_path / os.fsdecode(name)).write_bytes(name)
    (tmp_path / "run.sh").write_text("#!/bin/sh\n")
    (tmp_path / "run.sh").chmod(0o751)
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "out").symlink_to("/etc/hosts")
    deep = tmp_path.joinpath(*["deep-folder"] * 40)
    deep.mkdir(parents=True)
    (deep / "f").write_text("x")
    os.mkfifo(tmp_path / "pipe")
    plan = scan(tmp_path, IgnoreRules(), CancelToken())
    image = build.send(TarContext(stream(plan, CancelToken())))
    members = _files_in(build, image)
    for name in names:
        assert members[f"model/{os.fsdecode(name)}"].size == len(name)
    assert members["model/run.sh"].mode & 0o7777 == 0o751
    assert (members["model/run.sh"].uid, members["model/run.sh"].gid) == (0, 0)
    assert members["model/loop"].linkname == "loop"
    assert members["model/out"].linkname == "/etc/hosts"
    assert "model/" + "deep-folder/" * 40 + "f" in members
    assert "model/pipe" not in members


def _files_in(build: Builder, image: ImageId) -> dict[str, tarfile.TarInfo]:
    bench = build.bench
    assert isinstance(bench, RealBuildBench)
    client = bench.client
    container = client.api.create_container(image, ["true"])
    try:
        data, _ = client.api.get_archive(container["Id"], "/model")
        archive = tarfile.open(  # noqa: SIM115 - closed by the function's end
            fileobj=io.BytesIO(b"".join(data)), errors="surrogateescape"
        )
        return {member.name.rstrip("/"): member for member in archive}
    finally:
        client.api.remove_container(container["Id"])


@BOTH
def test_a_failing_step_tells_its_last_lines(build: Builder) -> None:
    with pytest.raises(BuildFailed) as caught:
        build("RUN i=0; while [ $i -lt 100 ]; do i=$((i+1)); echo line $i; done; exit 7")
    assert "exit code 7" in caught.value.message
    assert "line 100" in caught.value.detail
    assert "line 9\n" not in caught.value.detail
    assert caught.value.step in [step.name for step in build.steps]


@BOTH
def test_bad_names_after_from_are_said(build: Builder) -> None:
    with pytest.raises(BuildFailed, match="“Bad/Name” after FROM is not an image name"):
        build.from_text(b"FROM Bad/Name\n")
    with pytest.raises(BuildFailed, match="instruction before its first FROM"):
        build.from_text(b"RUN true\n")


@BOTH
def test_several_stages(build: Builder) -> None:
    build(
        "RUN echo made > /out",
        f"FROM {build.bench.base}",
        "COPY --from=0 /out /out",
        "RUN cat /out",
        no_cache=True,
    )
    assert build.printed(build.step("RUN cat")) == ["made"]
    assert all(step.state is StepState.DONE for step in build.steps)
