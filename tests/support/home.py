"""Tests touch nothing of the person who runs them: no settings, no data, no engine."""

import os
import shutil
import tempfile
from pathlib import Path

import pytest

# Which engine, which display theme, which git identity: tests say so themselves.
_OF_THE_PERSON = (
    "DOCKER_", "GIT_", "MODELDESK_HOME", "SSH_AUTH_SOCK", "LANGUAGE", "DBUS_SESSION_BUS_ADDRESS",
)  # fmt: skip
_FOLDERS = {
    "HOME": "home",
    "XDG_CACHE_HOME": "home/.cache",
    "XDG_CONFIG_HOME": "home/.config",
    "XDG_DATA_HOME": "home/.local/share",
    "XDG_RUNTIME_DIR": "run",
    "XDG_STATE_HOME": "home/.local/state",
}
_GIT_SETTINGS = """\
[user]
    name = Test
    email = test@example.org
[init]
    defaultBranch = main
"""
_home = pytest.StashKey[Path]()


def pytest_configure(config: pytest.Config) -> None:
    """Before anything is imported: a home of its own for the whole run."""
    base = Path(tempfile.mkdtemp(prefix="modeldesk-home-"))
    config.stash[_home] = base
    for variable in list(os.environ):
        if variable.startswith(_OF_THE_PERSON):
            del os.environ[variable]
    for variable, name in _FOLDERS.items():
        (base / name).mkdir(parents=True, exist_ok=True, mode=0o700)
        os.environ[variable] = str(base / name)
    os.environ["LC_ALL"] = "C.UTF-8"
    # As on a machine that has none; tests that want a keyring bring their own.
    os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    (base / "home" / ".gitconfig").write_text(_GIT_SETTINGS, encoding="utf-8")


def pytest_unconfigure(config: pytest.Config) -> None:
    shutil.rmtree(config.stash[_home], ignore_errors=True)


@pytest.fixture(autouse=True)
def own_folder(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the program keeps its files during this one test."""
    folder = tmp_path_factory.mktemp("modeldesk")
    monkeypatch.setenv("MODELDESK_HOME", str(folder))
    return folder
