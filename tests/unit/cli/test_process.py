"""The command as a process, without an engine: its streams, signals and slips of the pen."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from modeldesk.cli.session import cancelled_by_signals
from modeldesk.core.jobs import CancelToken

_COMMAND = (sys.executable, "-m", "modeldesk")


def _run(
    home: Path, script: str, extra: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a line of shell in which ``$M`` is the program."""
    environment = {
        **os.environ,
        "M": " ".join(_COMMAND),
        "MODELDESK_HOME": str(home),
        "DOCKER_HOST": f"unix://{home}/none.sock",
        **(extra or {}),
    }
    return subprocess.run(
        ["sh", "-c", script],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("streams", [">&-", "2>&-", "<&- >&- 2>&-", "2>/dev/full"])
def test_closed_streams_do_not_change_how_it_ends(tmp_path: Path, streams: str) -> None:
    done = _run(tmp_path, f"$M doctor --json {streams}")
    assert done.returncode == 3
    assert "Traceback" not in done.stderr


def test_a_full_disk_under_the_output_is_said(tmp_path: Path) -> None:
    done = _run(tmp_path, "$M doctor --json >/dev/full")
    assert done.returncode == 1
    assert done.stderr.startswith("modeldesk: The result could not be written: ")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("reader", ["head -c 1", "true"])
def test_a_reader_that_has_had_enough_is_no_fault(tmp_path: Path, reader: str) -> None:
    done = _run(tmp_path, f"$M doctor --json | {reader}")
    assert done.stderr == ""


@pytest.mark.parametrize(
    "words",
    [
        "iamges --json",
        'rollback "$BYTES"',
        'run image --name "$BYTES"',
        'run image -e "A=$BYTES"',
        "run image --timeout nan",
        "run image --timeout inf",
        "run image --timeout 0",
        "build ''",
    ],
)
def test_what_can_not_be_meant_is_wrong_usage(tmp_path: Path, words: str) -> None:
    done = _run(tmp_path, f"BYTES=$(printf '\\377'); $M {words}")
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr


def test_a_damaged_file_is_said_by_whichever_command_meets_it(tmp_path: Path) -> None:
    (tmp_path / "settings.json").write_text("{")
    (tmp_path / "modeldesk.sqlite").write_text("no database" * 500)
    said = _run(tmp_path, "$M rollback shop --json").stderr
    assert "The settings file could not be read" in said
    assert "The records were damaged" in said
    assert "were damaged" not in _run(tmp_path, "$M rollback shop --json").stderr


@pytest.mark.parametrize("home", ["n" * 300, "settings.json/below"])
def test_the_doctor_looks_at_a_home_that_can_not_be(tmp_path: Path, home: str) -> None:
    (tmp_path / "settings.json").write_text("{}")
    done = _run(tmp_path, f'MODELDESK_HOME="$MODELDESK_HOME/{home}" $M doctor --json')
    assert done.returncode == 3
    assert home in json.loads(done.stdout)["paths"]["database"]


@pytest.mark.skipif(sys.platform != "linux", reason="only X11 and Wayland can be missing")
def test_without_a_display_the_window_is_said_to_be_impossible(tmp_path: Path) -> None:
    extra = {"DISPLAY": "", "WAYLAND_DISPLAY": "", "QT_QPA_PLATFORM": ""}
    done = _run(tmp_path, "$M .", extra)
    assert done.returncode == 1
    assert "There is no display" in done.stderr


def test_another_thread_cancels_so_that_a_held_lock_blocks_nobody() -> None:
    token = CancelToken()
    cancelling: list[threading.Thread] = []
    with (
        cancelled_by_signals(token),
        token.closing(lambda: cancelling.append(threading.current_thread())),
    ):
        os.kill(os.getpid(), signal.SIGTERM)
        assert token.wait(5)
        _await(lambda: bool(cancelling))
    assert cancelling[0] is not threading.main_thread()


def test_who_asks_again_need_not_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("modeldesk.cli.session._INSISTS_AFTER_S", 0.0)
    with pytest.raises(KeyboardInterrupt):
        _ask_twice()


def _ask_twice() -> None:
    with cancelled_by_signals(CancelToken()):
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(5)


def _await(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 5
    while not condition() and time.monotonic() < end:
        time.sleep(0.01)
