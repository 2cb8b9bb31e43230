"""The Python environment of a checkout: ``.venv``, made from a lock file, kept up to date."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import debian
from console import Problem, say

ROOT = Path(__file__).resolve().parent.parent
RUNTIME_LOCK = ROOT / "requirements.lock"
SERVE_LOCK = ROOT / "packaging" / "serve.lock"
DEVELOPMENT_LOCK = ROOT / "packaging" / "development.lock"

_STAMP = "modeldesk-environment.json"


def folder() -> Path:
    """Where the environment is: ``.venv``, or what MODELDESK_ENVIRONMENT says."""
    return Path(os.environ.get("MODELDESK_ENVIRONMENT") or ROOT / ".venv").absolute()


def python() -> Path:
    """The interpreter of the environment."""
    return _binaries() / ("python.exe" if os.name == "nt" else "python")


def tool(name: str) -> Path:
    """A command that the environment brings."""
    return _binaries() / (f"{name}.exe" if os.name == "nt" else name)


def ensure(*, development: bool) -> Path:
    """Make the environment, or bring it up to date, and return its interpreter.

    Does nothing when it was made from the same lock and the same project file; an environment
    for development serves for running as well. Raises `Problem`.
    """
    if not _is_current(development):
        if not _works():
            _create()
        _install(DEVELOPMENT_LOCK if development else RUNTIME_LOCK)
        stamp = {"development": development, "digest": _digest(development)}
        (folder() / _STAMP).write_text(json.dumps(stamp), encoding="ascii")
    return python()


def _binaries() -> Path:
    return folder() / ("Scripts" if os.name == "nt" else "bin")


def _digest(development: bool) -> str:
    """Stands for all that an environment is made from."""
    digest = hashlib.sha256(f"{sys.version_info[:3]} {ROOT}".encode())
    for source in (DEVELOPMENT_LOCK if development else RUNTIME_LOCK, ROOT / "pyproject.toml"):
        digest.update(source.read_bytes())
    return digest.hexdigest()


def _is_current(development: bool) -> bool:
    try:
        stamp = json.loads((folder() / _STAMP).read_bytes())
        made_for_development = bool(stamp["development"])
        same = stamp["digest"] == _digest(made_for_development)
    except (OSError, ValueError, KeyError, TypeError):
        return False
    return same and (made_for_development or not development) and _works()


def _works() -> bool:
    """Whether the environment's own Python and pip start, and are of the version asked for."""
    ours = f"{sys.version_info[0]}.{sys.version_info[1]}"
    command = [str(python()), "-c", "import pip, sys; print('%d.%d' % sys.version_info[:2])"]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError:
        return False
    return answer.returncode == 0 and answer.stdout.strip() == ours


def _create() -> None:
    _need_venv_module()
    say(f"Making the environment in {folder()}")
    if folder().exists():
        shutil.rmtree(folder())
    answer = subprocess.run(
        [sys.executable, "-m", "venv", str(folder())], capture_output=True, text=True, check=False
    )
    if answer.returncode != 0:
        words = (answer.stdout + answer.stderr).strip()
        raise Problem(f"Python could not make an environment in {folder()}:\n{words}")


def _need_venv_module() -> None:
    """Debian and Ubuntu keep the venv module's better half in a package of its own."""
    asked = subprocess.run(
        [sys.executable, "-c", "import ensurepip, venv"], capture_output=True, check=False
    )
    if asked.returncode == 0:
        return
    package = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
    if debian.can_install():
        debian.install([package])
    elif debian.is_debian():
        raise Problem(f"Python's venv module is missing. Install it: sudo apt install {package}")
    else:
        raise Problem("Python's venv module is missing. Install the one of your Python.")


def _install(lock: Path) -> None:
    say("Installing what ModelDesk needs (the first time this takes a minute)")
    _pip("--require-hashes", "-r", str(lock))
    _pip("--no-deps", "--no-build-isolation", "--editable", str(ROOT))


def _pip(*arguments: str) -> None:
    command = [str(python()), "-m", "pip", "install", "--disable-pip-version-check", "--quiet"]
    answer = subprocess.run(
        [*command, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    if answer.returncode != 0:
        last = "\n".join(answer.stdout.strip().splitlines()[-12:])
        raise Problem(f"pip could not install what is needed:\n{last}")
