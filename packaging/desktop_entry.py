"""The desktop entry of a checkout: ModelDesk among a person's applications, one click away."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from console import Problem, say

_HERE = Path(__file__).resolve().parent
_DRAWING = _HERE.parent / "resources" / "icons" / "modeldesk.svg"
_NAME = "modeldesk"
_SIZES = (16, 24, 32, 48, 64, 128, 256, 512)


def install(python: Path) -> None:
    """Put the entry and the icons in place, so that a click starts ModelDesk with `python`."""
    entry = _entry()
    entry.parent.mkdir(parents=True, exist_ok=True)
    template = (_HERE / f"{_NAME}.desktop").read_text(encoding="utf-8")
    command = f"{quoted(str(python))} -m modeldesk"
    if "%" in str(python):
        # GLib looks for the program before it makes one percent sign of two, and finds none.
        command = f"env {command}"
    entry.write_text(template.replace("@EXEC@", command), encoding="utf-8")
    entry.chmod(0o755)
    for source, target in _icons():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
    _tell_desktop()
    say(f"ModelDesk is among your applications now: {entry}")


def remove() -> None:
    """Take away what `install` put in place."""
    _entry().unlink(missing_ok=True)
    for _, target in _icons():
        target.unlink(missing_ok=True)
    _tell_desktop()
    say("ModelDesk is no longer among your applications. Your settings and data are kept.")


def quoted(argument: str) -> str:
    """`argument` as the Exec key of a desktop entry wants it.

    Inside double quotes four signs are escaped with a backslash; then, as in any value of the
    file, each backslash is doubled; and a percent sign, which begins a field code, is doubled.
    """
    escaped = "".join(f"\\{sign}" if sign in '"`$\\' else sign for sign in argument)
    escaped = escaped.replace("\\", "\\\\").replace("%", "%%")
    return f'"{escaped}"'


def _data_folder() -> Path:
    if not sys.platform.startswith("linux"):
        raise Problem("Desktop entries are for the desktops of Linux.")
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")


def _entry() -> Path:
    return _data_folder() / "applications" / f"{_NAME}.desktop"


def _icons() -> Iterator[tuple[Path, Path]]:
    """Each icon with its place in the theme that all others fall back to."""
    theme = _data_folder() / "icons" / "hicolor"
    for size in _SIZES:
        source = _HERE / "icons" / f"{_NAME}-{size}.png"
        yield source, theme / f"{size}x{size}" / "apps" / f"{_NAME}.png"
    yield _DRAWING, theme / "scalable" / "apps" / f"{_NAME}.svg"


def _tell_desktop() -> None:
    """Some desktops read caches; where a tool for them is there, it is run."""
    data = _data_folder()
    for command in (
        ["update-desktop-database", "-q", str(data / "applications")],
        ["gtk-update-icon-cache", "-q", "-t", "-f", str(data / "icons" / "hicolor")],
    ):
        if shutil.which(command[0]):
            subprocess.run(command, capture_output=True, check=False)
