"""The guards that watch over every test do bite. Each is shown by a small run of pytest."""

import subprocess
import sys
from pathlib import Path

import pytest

_ROOT = Path(__file__).resolve().parents[3]


def _run(folder: Path, test: str) -> str:
    """The output of pytest over one file with the body `test`, under this project's settings."""
    (folder / "test_inner.py").write_text(test, encoding="utf-8")
    answer = subprocess.run(
        [sys.executable, "-m", "pytest", "-c", str(_ROOT / "pyproject.toml"), "-q"]
        + ["--rootdir", str(_ROOT), "-p", "no:cacheprovider"]
        + [f"-p{name}" for name in _GUARDS]
        + [str(folder / "test_inner.py")],
        cwd=_ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return answer.stdout + answer.stderr


_GUARDS = ("tests.support.home", "tests.support.logs", "tests.support.leaks")

_THREAD = """
import threading
def test_it():
    threading.Thread(target=threading.Event().wait, name="stray", daemon=True).start()
"""
_LOG = """
import logging
def test_it():
    logging.getLogger("some.part").warning("Something is off")
"""
_UNHEARD = """
def test_it(expects_log):
    expects_log("Something is off")
"""
_TIMER = """
from PySide6.QtCore import QTimer
kept = []
def test_it(qtbot):
    timer = QTimer()
    timer.start(1000)
    kept.append(timer)
"""
_WINDOW = """
from PySide6.QtWidgets import QWidget
kept = []
def test_it(qtbot):
    kept.append(QWidget())
"""
_WARNING = """
import warnings
def test_it():
    warnings.warn("old")
"""


@pytest.mark.parametrize(
    ("test", "words"),
    [
        (_THREAD, "Left behind: thread stray"),
        (_LOG, "WARNING some.part: Something is off"),
        (_UNHEARD, "Expected in the log, and not there: ['Something is off']"),
        (_TIMER, "Left behind: running timer"),
        (_WINDOW, "Left behind: window"),
        (_WARNING, "UserWarning: old"),
    ],
    ids=["thread", "log", "log not heard", "timer", "window", "warning"],
)
def test_guard_bites(test: str, words: str, tmp_path: Path) -> None:
    output = _run(tmp_path, test)
    assert words in output
    assert "1 error" in output or "1 failed" in output


def test_what_is_expected_or_cleaned_up_passes(tmp_path: Path) -> None:
    test = """
import logging
import threading
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget
def test_it(expects_log, qtbot):
    expects_log("^Something is", logging.ERROR)
    logging.getLogger("some.part").error("Something is off")
    threading.Thread(target=lambda: None).start()
    window = QWidget()
    qtbot.addWidget(window)
    timer = QTimer(window)
    timer.start(1000)
"""
    assert "1 passed" in _run(tmp_path, test)


def test_a_test_sees_nothing_of_the_person(tmp_path: Path) -> None:
    test = f"""
import os
from pathlib import Path
from modeldesk.paths import Paths
def test_it(own_folder):
    assert str(Path.home()) != {str(Path.home())!r}
    assert Paths.of_user().settings.is_relative_to(own_folder)
    assert not [name for name in os.environ if name.startswith("DOCKER_")]
"""
    assert "1 passed" in _run(tmp_path, test)
