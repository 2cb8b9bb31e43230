"""The libraries of the system that Qt needs, and the packages that bring them."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import debian
from console import Problem

# What a Debian or Ubuntu package brings. (Newer releases add "t64" to some of these names and
# still understand the old ones.)
_PACKAGES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libGLX.so.0": "libglx0",
    "libOpenGL.so.0": "libopengl0",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libX11.so.6": "libx11-6",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgobject-2.0.so.0": "libglib2.0-0",
    "libgssapi_krb5.so.2": "libgssapi-krb5-2",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libstdc++.so.6": "libstdc++6",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxcb.so.1": "libxcb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libz.so.1": "zlib1g",
}
_CORE = ("libQt6Core", "libQt6Gui", "libQt6Widgets", "libQt6DBus", "libQt6Svg")
_MISSING = re.compile(r"^\s*(\S+) => not found", re.MULTILINE)

CHINESE_FONT = "fonts-noto-cjk"


def ensure(python: Path, *, screen: bool) -> None:
    """See that Qt can start in the environment of `python`, on a screen or without one.

    As root on Debian or Ubuntu what is missing is installed. Raises `Problem` that names each
    missing library and the package to install.
    """
    if not sys.platform.startswith("linux") or shutil.which("ldd") is None:
        return
    missing = missing_libraries(python, screen=screen)
    if missing and debian.can_install():
        debian.install({_PACKAGES[name] for name in missing if name in _PACKAGES})
        missing = missing_libraries(python, screen=screen)
    if missing:
        raise Problem(_sentence(missing))


def missing_libraries(python: Path, *, screen: bool) -> list[str]:
    """The names (such as ``libEGL.so.1``) of libraries that Qt asks for and does not find."""
    found: set[str] = set()
    for binary in _binaries(python, screen):
        answer = subprocess.run(["ldd", str(binary)], capture_output=True, text=True, check=False)
        found.update(_MISSING.findall(answer.stdout))
    return sorted(name for name in found if not name.startswith("libQt6"))


def _binaries(python: Path, screen: bool) -> list[Path]:
    qt = _qt_folder(python)
    platforms = ["offscreen", "xcb"] if screen else ["offscreen"]
    wanted = [qt / "lib" / f"{name}.so.6" for name in _CORE]
    wanted += [qt / "plugins" / "platforms" / f"libq{name}.so" for name in platforms]
    wanted += [qt / "lib" / "libQt6XcbQpa.so.6"] if screen else []
    return [path for path in wanted if path.exists()]


def _qt_folder(python: Path) -> Path:
    """Asked of the environment without loading Qt, which might not load at all."""
    find = "import importlib.util as u; print(u.find_spec('PySide6').submodule_search_locations[0])"
    answer = subprocess.run([str(python), "-c", find], capture_output=True, text=True, check=False)
    if answer.returncode != 0:
        raise Problem(f"PySide6 is not installed in the environment of {python}.")
    return Path(answer.stdout.strip()) / "Qt"


def _sentence(missing: list[str]) -> str:
    packages = sorted({_PACKAGES[name] for name in missing if name in _PACKAGES})
    sentence = f"Qt needs system libraries that are not installed: {', '.join(missing)}."
    if debian.is_debian() and packages:
        return f"{sentence}\nInstall them: sudo apt install {' '.join(packages)}"
    return f"{sentence}\nInstall them with your system's package manager."


def has_chinese_font() -> bool:
    if shutil.which("fc-list") is None:
        return False
    command = ["fc-list", ":lang=zh", "family"]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    return bool(answer.stdout.strip())
