"""What a script started ends with the script, however the script ends."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import keeper

_SCRIPT = """
import subprocess, sys, time
sys.path.insert(0, {packaging!r})
from pathlib import Path
from keeper import Keeper
with Keeper() as keeper:
    keeper.remove_folder(Path({folder!r}))
    keeper.run(sys.executable, "-c", "open({mark!r}, 'w').write('ran')")
    child = subprocess.Popen(["sleep", "600"], start_new_session=True)
    keeper.end_group(child.pid)
    print(child.pid, flush=True)
    {then}
"""


def _start(tmp_path: Path, then: str) -> tuple["subprocess.Popen[str]", int]:
    """A script under a keeper, and the process that it started."""
    (tmp_path / "work").mkdir()
    text = _SCRIPT.format(
        packaging=str(Path(keeper.__file__).parent),
        folder=str(tmp_path / "work"),
        mark=str(tmp_path / "mark"),
        then=then,
    )
    script = subprocess.Popen([sys.executable, "-c", text], stdout=subprocess.PIPE, text=True)
    assert script.stdout is not None
    child = int(script.stdout.readline())
    script.stdout.close()
    return script, child


def _wait_until_undone(tmp_path: Path, child: int) -> None:
    end = time.monotonic() + 20
    while time.monotonic() < end:
        if not keeper.group_lives(child) and not (tmp_path / "work").exists():
            assert (tmp_path / "mark").read_text() == "ran"
            return
        time.sleep(0.02)
    pytest.fail("not undone within 20 s")


@pytest.mark.parametrize(
    "number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL], ids=["int", "term", "kill"]
)
def test_everything_is_undone_when_the_script_is_killed(
    number: signal.Signals, tmp_path: Path
) -> None:
    script, child = _start(tmp_path, "time.sleep(600)")
    assert keeper.group_lives(child)
    os.kill(script.pid, number)
    script.wait(20)
    _wait_until_undone(tmp_path, child)


def test_everything_is_undone_before_the_script_returns(tmp_path: Path) -> None:
    script, child = _start(tmp_path, "pass")
    assert script.wait(20) == 0
    assert not keeper.group_lives(child)
    assert not (tmp_path / "work").exists()


def test_forgotten_group_is_left_alone(tmp_path: Path) -> None:
    script, child = _start(tmp_path, "keeper.forget_group(child.pid)")
    try:
        assert script.wait(20) == 0
        assert keeper.group_lives(child)
    finally:
        keeper.end_group(child, 1)


def test_group_that_ignores_the_question_is_made_to_end() -> None:
    stubborn = "trap '' TERM; echo ready; while :; do sleep 0.1; done"
    process = subprocess.Popen(
        ["sh", "-c", stubborn], stdout=subprocess.PIPE, start_new_session=True
    )
    assert process.stdout is not None
    process.stdout.readline()
    process.stdout.close()
    keeper.end_group(process.pid, 0.2)
    assert process.wait(5) == -signal.SIGKILL
