"""The lock files hold what the project asks for, and say nothing of where it comes from."""

import re
import tomllib
from pathlib import Path

import pytest

import environment

LOCKS = [environment.RUNTIME_LOCK, environment.SERVE_LOCK, environment.DEVELOPMENT_LOCK]
_PIN = re.compile(r"^([a-z0-9._-]+)==([^ ;]+)(?: ; (.*?))? \\$", re.MULTILINE)


def _pins(lock: Path) -> list[tuple[str, str, str]]:
    return [
        (name, version, marker or "") for name, version, marker in _PIN.findall(lock.read_text())
    ]


def _names(requirements: list[str]) -> set[str]:
    return {re.split(r"[<>=!~; \[]", one, maxsplit=1)[0].lower() for one in requirements}


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_lock_names_files_by_hash_and_no_host(lock: Path) -> None:
    text = lock.read_text()
    assert "://" not in text
    assert "--index" not in text
    assert "--find-links" not in text
    blocks = re.split(r"^(?=[a-z0-9._-]+==)", text, flags=re.MULTILINE)[1:]
    assert blocks
    assert all("--hash=sha256:" in block for block in blocks)


def test_locks_hold_all_that_is_asked_for() -> None:
    project = tomllib.loads((environment.ROOT / "pyproject.toml").read_text())
    runtime = _names(project["project"]["dependencies"])
    groups = project["dependency-groups"]
    assert runtime | _names(groups["build"]) <= {name for name, _, _ in _pins(LOCKS[0])}
    served = _names(project["project"]["optional-dependencies"]["serve"])
    assert served
    assert runtime | served <= {name for name, _, _ in _pins(LOCKS[1])}
    assert runtime | served | _names(groups["dev"]) <= {name for name, _, _ in _pins(LOCKS[2])}


def test_locks_agree() -> None:
    """On versions: a tool may want on every Python what the program wants on some."""
    run, serve, develop = ({pin[:2] for pin in _pins(lock)} for lock in LOCKS)
    assert run <= serve <= develop


def test_old_pythons_get_no_qt_that_kills_them() -> None:
    for lock in LOCKS:
        for name, version, marker in _pins(lock):
            if name == "pyside6-essentials" and int(version.split(".")[1]) >= 12:
                assert marker == "python_full_version >= '3.12'"
