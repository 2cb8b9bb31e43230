"""A program that was killed while it built a commit, with locks that are files."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from modeldesk.adapters.file_locks import FileDeploymentLocks
from modeldesk.adapters.git import GitSourceControl
from modeldesk.core.build.origins import Origins
from modeldesk.core.jobs import CancelToken
from tests.fakes.git_repository import GitRepository

PROGRAM = """
import sys, time
from pathlib import Path
from modeldesk.adapters.file_locks import FileDeploymentLocks
from modeldesk.adapters.git import GitSourceControl
from modeldesk.core.build.origins import Origins
from modeldesk.core.jobs import CancelToken

root = Path(sys.argv[1])
origins = Origins(GitSourceControl(), FileDeploymentLocks(root / "locks"), root / "checkouts")
with origins.of(root / "repository", "HEAD", CancelToken()) as origin:
    print(origin.folder, flush=True)
    time.sleep(60)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="kills by a signal")
def test_what_it_left_is_taken_away_at_the_next_start(tmp_path: Path) -> None:
    GitRepository(tmp_path / "repository")
    checkouts = tmp_path / "checkouts"
    origins = Origins(GitSourceControl(), FileDeploymentLocks(tmp_path / "locks"), checkouts)
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(tmp_path)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[4])},
    )
    try:
        assert process.stdout is not None
        folder = Path(process.stdout.readline().strip())
        assert (folder / "README.md").is_file()
        origins.sweep()
        assert (folder / "README.md").is_file()
        with origins.of(tmp_path / "repository", "HEAD", CancelToken()) as beside:
            assert beside.folder != folder
    finally:
        process.send_signal(signal.SIGKILL)
        process.communicate()
    assert folder.is_dir()
    origins.sweep()
    assert not list(checkouts.iterdir())
