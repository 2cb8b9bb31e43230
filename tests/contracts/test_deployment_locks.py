"""What every `DeploymentLocks` promises, held against the fake and files."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from modeldesk.adapters.file_locks import FileDeploymentLocks
from modeldesk.core.errors import AlreadyRunning
from modeldesk.core.ids import DeploymentName
from modeldesk.core.ports import DeploymentLocks
from tests.fakes.deployment_locks import FakeDeploymentLocks

SHOP, OCR = DeploymentName("shop"), DeploymentName("票据 ocr/1")
HOLD = """
import sys, pathlib
from modeldesk.adapters.file_locks import FileDeploymentLocks
with FileDeploymentLocks(pathlib.Path(sys.argv[1])).hold("shop"):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture(params=["fake", "files"])
def locks(request: pytest.FixtureRequest, tmp_path: Path) -> DeploymentLocks:
    made: dict[str, DeploymentLocks] = {
        "fake": FakeDeploymentLocks(),
        "files": FileDeploymentLocks(tmp_path / "not made yet"),
    }
    return made[request.param]


def refused(locks: DeploymentLocks, name: DeploymentName) -> bool:
    """Whether `name` can't be held now."""
    try:
        with locks.hold(name):
            return False
    except AlreadyRunning:
        return True


def test_a_second_holder_is_refused_at_once(locks: DeploymentLocks) -> None:
    with locks.hold(SHOP):
        assert refused(locks, SHOP)
        assert refused(locks, SHOP)
    assert not refused(locks, SHOP)


def test_the_refusal_says_what_to_do(locks: DeploymentLocks) -> None:
    with locks.hold(SHOP), pytest.raises(AlreadyRunning, match="shop") as caught:
        locks.hold(SHOP).__enter__()
    assert caught.value.hint


def test_another_deployment_is_free(locks: DeploymentLocks) -> None:
    with locks.hold(SHOP):
        assert not refused(locks, OCR)


def test_the_same_name_on_another_engine_is_free(locks: DeploymentLocks) -> None:
    with locks.hold(SHOP, "here"):
        with locks.hold(SHOP, "there"):
            pass
        with pytest.raises(AlreadyRunning, match="“shop”"), locks.hold(SHOP, "here"):
            pass


def test_an_error_inside_lets_go(locks: DeploymentLocks) -> None:
    with pytest.raises(ZeroDivisionError), locks.hold(OCR):
        raise ZeroDivisionError
    assert not refused(locks, OCR)


def test_another_thread_is_refused_and_may_let_go_in_its_turn(locks: DeploymentLocks) -> None:
    told: list[bool] = []
    with locks.hold(SHOP):
        thread = threading.Thread(target=lambda: told.append(refused(locks, SHOP)))
        thread.start()
        thread.join()
    thread = threading.Thread(target=lambda: told.append(refused(locks, SHOP)))
    thread.start()
    thread.join()
    assert told == [True, False]


def test_another_process_holds_a_file_until_it_dies(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline().strip() == b"held"
        locks = FileDeploymentLocks(tmp_path)
        assert refused(locks, SHOP)
        holder.kill()
        holder.wait()
        assert not refused(locks, SHOP)


def test_a_second_window_has_locks_of_its_own_on_the_same_files(tmp_path: Path) -> None:
    with FileDeploymentLocks(tmp_path).hold(SHOP):
        assert refused(FileDeploymentLocks(tmp_path), SHOP)
