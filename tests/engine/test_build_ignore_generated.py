"""With generated .dockerignore files, too, what is sent is what the docker command line sends:
whole to the classic builder, and file by file over the session with BuildKit."""

import io
import re
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from modeldesk.core.build_context.folder_files import build_files
from modeldesk.core.build_context.ignore import DOCKERIGNORE
from modeldesk.core.build_context.offer import FolderContext
from modeldesk.core.build_context.scan import scan
from modeldesk.core.errors import BuildFailed, FolderError
from modeldesk.core.jobs import CancelToken
from tests.contracts.build_contract import Builder
from tests.engine.build_bench import RealBuildBench, building_engine
from tests.engine.ignore_patterns import ignore_files, plain_ignore_files
from tests.engine.sent_contexts import Catcher, compare, make_folder
from tests.support.command_line import docker_command

# A few seconds of them at each run. More were looked at when this was written.
_CLASSIC, _SESSION = 40, 12
_DOCKERFILE = 'FROM scratch\nCOPY . /model/\nCMD ["none"]\n'
_SETTINGS = settings(
    derandomize=True,
    database=None,
    # Each try is a build: what differs is shown as it was found.
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

Entries = dict[str, tuple[bytes, int, str]] | None
"""Type, mode and link target; None for patterns that are refused."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("context")
    make_folder(folder)
    (folder / "Dockerfile").write_text(_DOCKERFILE)
    # Newer engines take no such name over a session, the command line's either.
    (folder / "caf\udce9").unlink()
    return folder


@pytest.fixture(scope="module")
def catcher() -> Iterator[Catcher]:
    if shutil.which("docker") is None:
        pytest.skip("needs the docker command line")
    made = Catcher()
    yield made
    made.close()


@settings(_SETTINGS, max_examples=_CLASSIC)
@given(patterns=ignore_files())
def test_a_whole_context_is_what_docker_sends(
    catcher: Catcher, folder: Path, patterns: str
) -> None:
    compare(catcher, folder, patterns)


@dataclass(frozen=True, slots=True)
class Pair:
    """Our session and the command line's, with one engine."""

    build: Builder
    command: list[str]
    environment: dict[str, str] = field(repr=False)

    @property
    def newer(self) -> bool:
        """Whether the command line reads all patterns as newer ones do."""
        command = [*self.command, "--version"]
        told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        version = re.search(r"version (\d+)", told)
        return version is not None and int(version[1]) >= 25

    def ours(self, folder: Path) -> Entries:
        """What an image holds into which our session brought all it sends."""
        try:
            files = build_files(folder, None, None)
        except FolderError:
            return None
        plan = scan(folder, files.rules, CancelToken(), files.given, always=files.always)
        try:
            image = self.build.send(FolderContext(plan, self.build.token, self.build.sent), ())
        except BuildFailed as error:
            return _nothing_left(error.detail)
        bench = self.build.bench
        assert isinstance(bench, RealBuildBench)
        api = bench.client.api
        container = api.create_container(image)
        try:
            data, _ = api.get_archive(container["Id"], "/model")
            return _entries(b"".join(data))
        finally:
            api.remove_container(container["Id"])
            api.remove_image(image, force=True)

    def theirs(self, folder: Path) -> Entries:
        output = folder.parent / "theirs.tar"
        done = subprocess.run(
            [*self.command, "build", "--output", f"type=tar,dest={output}", str(folder)],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            return _nothing_left(done.stderr)
        with output.open("rb") as file:
            return _entries(file.read())


def _nothing_left(told: str) -> Entries:
    """An engine that has nothing to copy says so; what else it says is of the patterns."""
    assert "pattern" in told or "syntax error" in told or "not found" in told, told
    return {} if "not found" in told else None


def _entries(data: bytes) -> Entries:
    """Folders are told by what is in them: BuildKit makes those of an exception itself."""
    with tarfile.open(fileobj=io.BytesIO(data), errors="surrogateescape") as archive:
        return {
            member.name: (member.type, member.mode & 0o7777, member.linkname)
            for member in archive
            if not member.isdir()
        }


@pytest.fixture
def pair(engine_url: str, unique_name: str) -> Iterator[Pair]:
    found = docker_command(engine_url, with_buildkit=True)
    if found is None:
        pytest.skip("no docker command line can use BuildKit")
    command, environment = found
    with building_engine(engine_url, with_buildkit=True) as engine:
        bench = RealBuildBench(engine, engine_url, unique_name)
        try:
            yield Pair(Builder(bench), command, environment)
        finally:
            bench.close()


@settings(_SETTINGS, max_examples=_SESSION)
@given(data=st.data())
def test_what_a_session_sends_is_what_dockers_sends(
    pair: Pair, folder: Path, data: st.DataObject
) -> None:
    patterns = data.draw(ignore_files() if pair.newer else plain_ignore_files())
    ignore = folder / DOCKERIGNORE
    ignore.write_bytes(patterns.encode("utf-8", "surrogateescape"))
    try:
        assert pair.ours(folder) == pair.theirs(folder)
    finally:
        ignore.unlink(missing_ok=True)
