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


def install() -> None:
    """Put the entry and the icons in place, so that a click does what run.py does: it renews
    the environment and starts an engine where it can."""
    entry = _entry()
    entry.parent.mkdir(parents=True, exist_ok=True)
    template = (_HERE / f"{_NAME}.desktop").read_text(encoding="utf-8")
    python = _python()
    command = f"{quoted(str(python))} {quoted(str(_HERE / 'run.py'))}"
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
        _remove_empty(target.parent, _theme())
    _tell_desktop()
    say("ModelDesk is no longer among your applications. Your settings and data are kept.")


def _python() -> Path:
    """The interpreter that run.py is to have: this one, or the one that this environment was
    made from, which is still there when the environment is made anew."""
    if sys.prefix != sys.base_prefix:
        of_system = Path(sys.base_prefix) / "bin" / "python3"
        if of_system.exists():
            return of_system
    return Path(sys.executable)


def _remove_empty(folder: Path, below: Path) -> None:
    """Remove `folder`, and what holds it, as long as they are empty and below `below`."""
    while folder != below:
        try:
            folder.rmdir()
        except OSError:
            return
        folder = folder.parent


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


def _theme() -> Path:
    return _data_folder() / "icons" / "hicolor"


def _icons() -> Iterator[tuple[Path, Path]]:
    """Each icon with its place in the theme that all others fall back to."""
    theme = _theme()
    for size in _SIZES:
        source = _HERE / "icons" / f"{_NAME}-{size}.png"
        yield source, theme / f"{size}x{size}" / "apps" / f"{_NAME}.png"
    yield _DRAWING, theme / "scalable" / "apps" / f"{_NAME}.svg"


def _tell_desktop() -> None:
    """Some desktops read caches; where a tool for them is there, it is run."""
    data = _data_folder()
    for command in (
        ["update-desktop-database", "-q", str(data / "applications")],
        ["gtk-update-icon-cache", "-q", "-t", "-f", str(_theme())],
    ):
        if shutil.which(command[0]):
            subprocess.run(command, capture_output=True, check=False)
