"""The desktop entry that puts ModelDesk among a person's applications."""

import re
from pathlib import Path

import pytest

import desktop_entry


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
    desktop_entry.install(Path("/opt/model desk/bin/python"))
    entry = (tmp_path / "applications" / "modeldesk.desktop").read_text(encoding="utf-8")
    assert 'Exec="/opt/model desk/bin/python" -m modeldesk %f\n' in entry
    assert "@" not in entry
    icons = tmp_path / "icons" / "hicolor"
    for size in (16, 24, 32, 48, 64, 128, 256, 512):
        picture = (icons / f"{size}x{size}" / "apps" / "modeldesk.png").read_bytes()
        assert int.from_bytes(picture[16:20]) == int.from_bytes(picture[20:24]) == size
    assert (icons / "scalable" / "apps" / "modeldesk.svg").is_file()

    desktop_entry.remove()
    assert not [path for path in tmp_path.rglob("modeldesk*") if path.is_file()]


def test_percent_sign_in_the_path_is_hidden_from_what_looks_for_the_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    desktop_entry.install(Path("/opt/100%/python"))
    entry = (tmp_path / "applications" / "modeldesk.desktop").read_text(encoding="utf-8")
    assert 'Exec=env "/opt/100%%/python" -m modeldesk %f\n' in entry
