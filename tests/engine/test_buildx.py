"""buildx builds as every engine promises to, where it is on the machine."""

import json
import os
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from modeldesk import resources
from modeldesk.adapters.docker_engine.buildx.program import find_buildx
from modeldesk.adapters.sqlite.build_records import SqliteBuildRecords
from modeldesk.adapters.sqlite.database import open_database
from modeldesk.core.build.model import Builder as BuilderChoice
from modeldesk.core.build.model import BuildRequest, CacheUse, StepState
from modeldesk.core.build.secret import Secret
from modeldesk.core.build.service import BuildService
from modeldesk.core.errors import Cancelled, InvalidInput
from modeldesk.core.ids import ModelName
from modeldesk.core.jobs import Job
from modeldesk.core.references import Reference
from tests.contracts.build_contract import Builder, SecretBuildContract, write
from tests.engine.build_bench import RealBuildBench, building_engine
from tests.fakes.deployment_locks import FakeDeploymentLocks
from tests.fakes.source_control import FakeSourceControl
from tests.support.engine import TINY, keeps_packed
from tests.support.waiting import until

VALUE = "s3cr3t-of-this-test"
ARGUMENT = "t0ken-of-this-test"


@pytest.fixture(autouse=True)
def _buildx(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = os.environ.get("MODELDESK_TEST_BUILDX")
    if program:
        found = f"{Path(program).parent}{os.pathsep}{os.environ.get('PATH', '')}"
        monkeypatch.setenv("PATH", found)
    monkeypatch.setenv("BUILDX_CONFIG", str(tmp_path / "buildx"))
    monkeypatch.delenv("BUILDX_BUILDER", raising=False)
    # What it leaves behind would be in here.
    (tmp_path / "runtime").mkdir()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "runtime"))
    try:
        find_buildx()
    except InvalidInput:
        pytest.skip("buildx is not on this machine")


@pytest.fixture
def bench(engine_url: str, unique_name: str, tmp_path: Path) -> Iterator[RealBuildBench]:
    with building_engine(engine_url, with_buildkit=True) as engine:
        bench = RealBuildBench(engine, engine_url, unique_name, BuilderChoice.BUILDX)
        try:
            yield bench
        finally:
            bench.close()
    assert list((tmp_path / "runtime").iterdir()) == []


class TestBuildx(SecretBuildContract):
    pass


@pytest.fixture
def build(bench: RealBuildBench) -> Builder:
    return Builder(bench)


def command_lines() -> list[str]:
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            words = (entry / "cmdline").read_bytes().replace(b"\0", b" ")
        except OSError:
            continue
        found.append(words.decode(errors="replace"))
    return found


def test_a_step_that_runs_is_killed_and_no_process_stays(build: Builder) -> None:
    bench = build.bench
    assert isinstance(bench, RealBuildBench)
    seconds = str(3600 + os.getpid() % 1000)
    threads = threading.active_count()
    with build.cancelling_when_begun(), pytest.raises(Cancelled):
        build(f"RUN echo begun && sleep {seconds}")
    until(lambda: not bench.running(f"sleep {seconds}"), seen=lambda: "it runs")
    assert not any("docker-buildx build" in line for line in command_lines())
    assert threading.active_count() <= threads


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("builder", list(BuilderChoice))
def test_no_secret_is_left_anywhere(
    builder: BuilderChoice, bench: RealBuildBench, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Searched: the database, the log, what was said, and the words of every process meanwhile.
    The folder names its own secret in a file that is larger than any variable, too."""
    caplog.set_level("DEBUG")
    folder = tmp_path / "model"
    dockerfile = (
        f"FROM {TINY}\nARG HUB_TOKEN\n"
        "RUN --mount=type=secret,id=hub --mount=type=secret,id=large "
        "cat /run/secrets/hub && wc -c < /run/secrets/large && echo $HUB_TOKEN && sleep 1\n"
    )
    write(folder, {"Dockerfile": dockerfile.encode(), "a": b"1"})
    database = open_database(tmp_path / "records.sqlite").database
    seen: set[str] = set()
    over = threading.Event()

    def look() -> None:
        while not over.wait(0.02):
            seen.update(command_lines())

    watcher = threading.Thread(target=look)
    said: list[object] = []
    service = BuildService(
        SqliteBuildRecords(database),
        FakeSourceControl(),
        lambda: datetime.now(UTC),
        FakeDeploymentLocks(),
        resources.path("serving"),
    )
    request = BuildRequest(
        folder=folder,
        model=ModelName("churn"),
        references=(Reference.parse(f"{bench.name()}:v1.0.0"),),
        build_args={"HUB_TOKEN": ARGUMENT},
        secrets={
            "hub": Secret(VALUE.encode()),
            "large": Secret(VALUE.encode() * 10_000),
        },
        no_cache=True,
        builder=builder,
    )
    watcher.start()
    try:
        outcome = service.build(bench.engine, request, Job(log=said.append), said.append)
    finally:
        over.set()
        watcher.join()
    record = service.history.record(request.build)
    database.close()
    assert record is not None
    assert record.asked.build_args == {"HUB_TOKEN": "••••••"}
    assert str(len(VALUE) * 10_000) in record.log
    assert record.cache == CacheUse(0, 1, 0.0)
    assert record.image_bytes
    (run,) = [step for step in outcome.steps if "RUN" in step.name]
    # A containerd store counts the folders at which the secrets were, in blocks of the disk.
    blocks = (0, 16_384) if keeps_packed(bench.client) else (0,)
    assert run.state is StepState.DONE
    assert run.layer_bytes in blocks
    if builder is BuilderChoice.BUILDX:
        assert any("docker-buildx build" in line for line in seen)
    # What is packed in it, the record above has unpacked.
    files = [path for path in tmp_path.glob("records.sqlite*") if path.is_file()]
    kept = b"".join(path.read_bytes() for path in files)
    everything = [repr(said), caplog.text, repr(record), *seen, kept.decode("latin-1")]
    assert [t for t in everything if VALUE in t or ARGUMENT in t] == []
    detail = bench.engine.image_detail(outcome.image)
    assert VALUE not in json.dumps([entry.created_by for entry in detail.history])
