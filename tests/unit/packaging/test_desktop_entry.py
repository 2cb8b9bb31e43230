"""The desktop entry that puts ModelDesk among a person's applications."""

import re
import sys
from pathlib import Path

import pytest

import desktop_entry
import environment


def _argument(quoted: str) -> str:
    """The argument that a desktop makes of a quoted one, by the rules of the specification."""
    value = quoted.replace("\\\\", "\\").replace("%%", "%")
    assert value[0] == value[-1] == '"'
    return re.sub(r'\\(["`$\\])', r"\1", value[1:-1])


@pytest.mark.parametrize(
    "path", ["/home/ann/python", "/a b/c", 'a"b', "$HOME/x", "100%", "back\\slash", "`id`", "中文"]
)
def test_path_survives_quoting(path: str) -> None:
    assert _argument(desktop_entry.quoted(path)) == path


def test_install_and_remove(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setattr(desktop_entry, "_python", lambda: Path("/opt/a python/bin/python3"))
    desktop_entry.install()
    entry = (tmp_path / "applications" / "modeldesk.desktop").read_text(encoding="utf-8")
    run = desktop_entry.quoted(str(environment.ROOT / "packaging" / "run.py"))
    assert f'Exec="/opt/a python/bin/python3" {run} %f\n' in entry
    assert "@" not in entry
    icons = tmp_path / "icons" / "hicolor"
    for size in (16, 24, 32, 48, 64, 128, 256, 512):
        picture = (icons / f"{size}x{size}" / "apps" / "modeldesk.png").read_bytes()
        assert int.from_bytes(picture[16:20]) == int.from_bytes(picture[20:24]) == size
    assert (icons / "scalable" / "apps" / "modeldesk.svg").is_file()

    desktop_entry.remove()
    assert not list(tmp_path.rglob("*.desktop"))
    # Desktops keep caches beside them.
    assert [path for path in icons.iterdir() if path.is_dir()] == []


def test_what_others_have_there_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    desktop_entry.install()
    other = tmp_path / "icons" / "hicolor" / "48x48" / "apps" / "other.png"
    other.touch()
    desktop_entry.remove()
    icons = tmp_path / "icons" / "hicolor"
    assert other.exists()
    assert [path.name for path in icons.iterdir() if path.is_dir()] == ["48x48"]


def test_the_entry_does_not_hang_on_the_environment() -> None:
    """It is there before the environment, and after it was removed."""
    assert sys.prefix != sys.base_prefix
    assert not desktop_entry._python().is_relative_to(sys.prefix)


def test_percent_sign_in_the_path_is_hidden_from_what_looks_for_the_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setattr(desktop_entry, "_python", lambda: Path("/opt/100%/python"))
    desktop_entry.install()
    entry = (tmp_path / "applications" / "modeldesk.desktop").read_text(encoding="utf-8")
    assert 'Exec=env "/opt/100%%/python" "' in entry
