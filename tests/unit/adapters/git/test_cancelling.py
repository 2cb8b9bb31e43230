"""Git that waits for ever is ended by a cancel, with whatever it started."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from modeldesk.adapters.git import GitSourceControl
from modeldesk.adapters.git.command import GitCommand
from modeldesk.core.errors import Cancelled
from modeldesk.core.jobs import CancelToken
from tests.fakes.git_repository import GitRepository

if TYPE_CHECKING:
    from subprocess import Popen

pytestmark = pytest.mark.skipif(
    not hasattr(os, "mkfifo"), reason="There are no named pipes here that git could wait for."
)

Ask = Callable[[GitSourceControl, Path, Path, CancelToken], object]


@pytest.fixture
def repository(tmp_path: Path) -> GitRepository:
    made = GitRepository(tmp_path / "repository")
    made.commit({"weights.bin": "abcd"})
    return made


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> Iterator[list["Popen[bytes]"]]:
    """Every git that is started from now on."""
    found: list[Popen[bytes]] = []
    start = GitCommand._start

    def noted(git: GitCommand, *arguments: Any) -> "Popen[bytes]":
        process = start(git, *arguments)
        found.append(process)
        return process

    monkeypatch.setattr(GitCommand, "_start", noted)
    yield found
    assert all(process.returncode is not None for process in found)


def seconds_to_end(waits: Callable[[], bool], ask: Callable[[CancelToken], object]) -> float:
    """How long after its cancel `ask` raises `Cancelled`, once it `waits` for ever."""
    token = CancelToken()
    cancelled: list[float] = []

    def cancel() -> None:
        end = time.monotonic() + 20
        while not waits() and time.monotonic() < end:
            time.sleep(0.01)
        time.sleep(0.1)
        cancelled.append(time.monotonic())
        token.cancel()

    thread = threading.Thread(target=cancel)
    thread.start()
    with pytest.raises(Cancelled):
        ask(token)
    ended = time.monotonic()
    thread.join()
    return ended - cancelled[0]


@pytest.mark.parametrize(
    ("pipe", "ask"),
    [
        (".gitignore", lambda source, folder, _, token: source.facts(folder, token)),
        (".git/HEAD", lambda source, folder, _, token: source.facts(folder, token)),
        (".git/HEAD", lambda source, folder, _, token: source.commit_of(folder, "v1", token)),
        (".git/HEAD", lambda source, folder, _, token: source.revisions(folder, "", token)),
        (".git/HEAD", lambda source, folder, at, token: source.checkout(folder, "v", at, token)),
        (".git/HEAD", lambda source, folder, _, token: source.add_tag(folder, "v", "m", "", token)),
    ],
)  # fmt: skip
def test_a_git_that_reads_a_named_pipe(
    repository: GitRepository, tmp_path: Path, started: list["Popen[bytes]"], pipe: str, ask: Ask
) -> None:
    (repository.root / pipe).unlink(missing_ok=True)
    os.mkfifo(repository.root / pipe)
    (tmp_path / "into").mkdir()
    source = GitSourceControl()

    def once() -> float:
        before = len(started)
        return seconds_to_end(
            lambda: len(started) > before and started[-1].poll() is None,
            lambda token: ask(source, repository.root, tmp_path / "into", token),
        )

    # The machine may be busy with other things.
    assert min(once() for _ in range(3)) < 0.1


def test_what_git_started_ends_with_it(
    repository: GitRepository,
    tmp_path: Path,
    started: list["Popen[bytes]"],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pid = tmp_path / "pid"
    lfs = tmp_path / "bin" / "git-lfs"
    lfs.parent.mkdir()
    lfs.write_text(f"#!/bin/sh\necho $$ >'{pid}.new'; mv '{pid}.new' '{pid}'\nexec sleep 100\n")
    lfs.chmod(0o755)
    monkeypatch.setenv("PATH", f"{lfs.parent}{os.pathsep}{os.environ['PATH']}")
    repository.commit({".gitattributes": "*.bin filter=lfs\n"})
    repository.git("config", "filter.lfs.clean", "git-lfs clean -- %f")
    repository.write({"weights.bin": "abce"})
    os.utime(repository.root / "weights.bin", (1, 1))
    took = seconds_to_end(
        pid.exists, lambda token: GitSourceControl().facts(repository.root, token)
    )
    assert took < 1
    end = time.monotonic() + 5
    # It is its own parent's no more, and whoever takes it in reaps it when it comes to that.
    while is_running(int(pid.read_text())) and time.monotonic() < end:
        time.sleep(0.01)
    assert not is_running(int(pid.read_text()))


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    return not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] != "Z"
