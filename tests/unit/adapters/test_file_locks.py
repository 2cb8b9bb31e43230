import subprocess
import sys
from pathlib import Path

import pytest

from modeldesk.adapters.file_locks import FileDeploymentLocks
from modeldesk.core.errors import AlreadyRunning
from modeldesk.core.ids import DeploymentName

NAME = DeploymentName("shop")
HOLD = """
import sys, pathlib
from modeldesk.adapters.file_locks import FileDeploymentLocks
with FileDeploymentLocks(pathlib.Path(sys.argv[1])).hold("shop"):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_second_holder_is_refused_at_once(tmp_path: Path) -> None:
    locks = FileDeploymentLocks(tmp_path)
    with locks.hold(NAME):
        with pytest.raises(AlreadyRunning), locks.hold(NAME):
            pass
        with locks.hold(DeploymentName("another")):
            pass
    with locks.hold(NAME):
        pass


def test_another_process_holds_it_until_it_dies(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline().strip() == b"held"
        locks = FileDeploymentLocks(tmp_path)
        with pytest.raises(AlreadyRunning), locks.hold(NAME):
            pass
        holder.kill()
        holder.wait()
        with locks.hold(NAME):
            pass
