"""The scripts say kindly what a person has to do."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import checks
import debian
import engine
import environment
import launcher
import newer_python
import system_libraries
from console import Problem

_PACKAGING = environment.ROOT / "packaging"


def _run(*arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    kept = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY")}
    return subprocess.run(
        [sys.executable, *arguments],
        env={**kept, **variables},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="displays are Linux's own")
def test_no_display_is_said_and_what_can_be_done_without_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setenv("MODELDESK_ENVIRONMENT", str(tmp_path))

    def make(*, development: bool) -> Path:
        environment.tool("modeldesk").parent.mkdir()
        environment.tool("modeldesk").touch()
        return environment.python()

    prepared: list[str] = []
    monkeypatch.setattr(environment, "ensure", make)
    monkeypatch.setattr(engine, "find", lambda: None)
    monkeypatch.setattr(engine, "is_chosen", lambda: False)
    monkeypatch.setattr(engine, "can_start", lambda: True)
    monkeypatch.setattr(engine, "start", lambda: prepared.append("engine"))
    assert launcher.open_window([]) == 1
    # The tour and the command line need an engine too.
    assert prepared == ["engine"]
    said = capsys.readouterr().err
    assert "no display" in said
    assert "--tour DIR" in said
    command = said.splitlines()[-1].removesuffix("--help").strip()
    assert Path(command).exists()


@pytest.mark.parametrize("script", ["run.py", "test.py"])
def test_help_is_there_before_anything_is_installed(script: str) -> None:
    answer = _run("-S", str(_PACKAGING / script), "--help", PATH="")
    assert answer.returncode == 0
    assert "usage:" in answer.stdout


def test_old_python_is_told_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(newer_python, "OLDEST", (99, 0))
    monkeypatch.setenv("PATH", "")
    with pytest.raises(SystemExit) as ended:
        newer_python.require()
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert "needs Python 99.0 or newer" in said
    assert "https://www.python.org/downloads/" in said


def test_old_python_hands_over_to_a_newer_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    newer = tmp_path / "python3.12"
    newer.write_text("#!/bin/sh\n")
    newer.chmod(0o755)
    monkeypatch.setattr(newer_python, "OLDEST", (99, 0))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "argv", ["run.py", "folder"])
    handed: list[tuple[str, list[str]]] = []

    def hand_over(program: str, arguments: list[str]) -> None:
        handed.append((program, arguments))
        raise SystemExit

    monkeypatch.setattr(os, "execv", hand_over)
    with pytest.raises(SystemExit):
        newer_python.require()
    assert handed == [(str(newer), [str(newer), "run.py", "folder"])]


def test_first_lines_are_read_by_an_old_python() -> None:
    """What is read before the version is looked at holds nothing that Python 3.8 refuses."""
    import ast

    for name in ("run.py", "test.py", "newer_python.py"):
        ast.parse((_PACKAGING / name).read_text(encoding="utf-8"), feature_version=(3, 8))


def test_missing_library_is_named_with_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(debian, "can_install", lambda: False)
    monkeypatch.setattr(debian, "is_debian", lambda: True)
    monkeypatch.setattr(
        system_libraries,
        "missing_libraries",
        lambda *_, **__: ["libEGL.so.1", "libxcb-cursor.so.0"],
    )
    if not sys.platform.startswith("linux"):
        pytest.skip("system libraries are looked at on Linux only")
    with pytest.raises(Problem) as problem:
        system_libraries.ensure(Path(sys.executable), screen=True)
    assert "libEGL.so.1, libxcb-cursor.so.0" in str(problem.value)
    assert "sudo apt install libegl1 libxcb-cursor0" in str(problem.value)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="ldd is Linux's own")
def test_libraries_are_looked_for_in_what_qt_ships(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ldd = tmp_path / "ldd"
    ldd.write_text(
        "#!/bin/sh\n"
        "case $1 in *libqxcb.so) printf '\\tlibxcb-cursor.so.0 => not found\\n';; esac\n"
        "printf '\\tlibQt6Gui.so.6 => not found\\n\\tlibc.so.6 => /lib/libc.so.6 (0x1)\\n'\n"
    )
    ldd.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    python = Path(sys.executable)
    assert system_libraries.missing_libraries(python, screen=True) == ["libxcb-cursor.so.0"]
    assert system_libraries.missing_libraries(python, screen=False) == []


@pytest.mark.skipif(os.name == "nt", reason="programs end by signals on Unix")
def test_a_crash_of_pytest_is_told_by_its_signal() -> None:
    assert "SIGSEGV" in checks.last_words(-11)
    assert checks.last_words(3) == "pytest ended with 3."
