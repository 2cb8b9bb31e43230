"""What run.py does: an environment, the system's libraries, an engine, then the window or tour."""

import argparse
import os
import signal
import subprocess
import sys
from pathlib import Path

import base_images
import debian
import desktop_entry
import engine
import environment
import system_libraries
from console import Problem, complain, say
from docker_api import Engine, EngineRefused
from keeper import Keeper

_DESCRIPTION = """\
Start ModelDesk from this checkout. The first start makes an environment in .venv and installs
what is needed; as root on Debian or Ubuntu it also installs missing system packages and Docker.
"""
_EPILOGUE = """\
examples:
  python3 packaging/run.py                    open the window
  python3 packaging/run.py ~/models/iris      open it with a model folder to build
  python3 packaging/run.py --tour /tmp/tour   do the main job without a screen, leave screenshots
"""
_NO_DISPLAY = """\
There is no display to open a window on: neither DISPLAY nor WAYLAND_DISPLAY is set.
To see ModelDesk at work without one, take the tour; it leaves screenshots in a folder:
  python3 packaging/run.py --tour DIR
The command line needs no display either:
  {command} --help"""


def _arguments(given: list[str]) -> tuple[argparse.Namespace, list[str]]:
    parser = argparse.ArgumentParser(
        prog="run.py",
        description=_DESCRIPTION,
        epilog=_EPILOGUE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--tour", metavar="DIR", type=Path, help="take the tour, results in DIR")
    what.add_argument(
        "--install-desktop-entry",
        action="store_true",
        help="put ModelDesk among your applications (Linux)",
    )
    what.add_argument(
        "--remove-desktop-entry", action="store_true", help="take it away from there again"
    )
    parser.add_argument("folder", nargs="?", metavar="FOLDER", help="a model folder to build")
    return parser.parse_known_args(given)


def main(given: list[str]) -> int:
    """Do what the arguments ask; return the exit code (1 when a person has to do something)."""
    options, passed_on = _arguments(given)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        if options.tour is not None:
            return _tour(options.tour, passed_on)
        if options.remove_desktop_entry:
            desktop_entry.remove()
            return 0
        if options.install_desktop_entry:
            python = environment.ensure(development=False)
            system_libraries.ensure(python, screen=True)
            desktop_entry.install()
            return 0
        return open_window([*passed_on, *([options.folder] if options.folder else [])])
    except Problem as problem:
        complain(str(problem))
        return 1
    except KeyboardInterrupt:
        return 130


def open_window(arguments: list[str]) -> int:
    """Open the window and return its exit code; without a display, 1 after saying what can be
    done without one, with an environment and an engine to do it with."""
    python = environment.ensure(development=False)
    if not _has_display():
        # What can be done without one needs an engine as well.
        _prepare_engine()
        complain(_NO_DISPLAY.format(command=environment.tool("modeldesk")))
        return 1
    system_libraries.ensure(python, screen=True)
    _prepare_engine()
    return subprocess.run([str(python), "-m", "modeldesk", *arguments], check=False).returncode


def _prepare_engine() -> None:
    """Start an engine where none answers and that can be done; else say what would help."""
    if engine.find() is not None or engine.is_chosen():
        return
    if engine.can_start():
        engine.start()
    else:
        # The window says it too, and what was tried; it is of use without an engine.
        complain(f"No container engine answers. {engine.advice()}")


def _has_display() -> bool:
    if not sys.platform.startswith("linux"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _tour(to: Path, arguments: list[str]) -> int:
    python = environment.ensure(development=False)
    system_libraries.ensure(python, screen=False)
    if debian.can_install() and not system_libraries.has_chinese_font():
        debian.install([system_libraries.CHINESE_FONT, "fontconfig"])
    to.mkdir(parents=True, exist_ok=True)
    with Keeper() as keeper:
        endpoint = _engine_for_tour(keeper)
        needed = [base_images.PYTHON, base_images.NGINX_NEW]
        added = base_images.ensure(Engine(endpoint), needed)
        tour = subprocess.Popen(
            [str(python), str(environment.ROOT / "packaging" / "tour.py"), str(to), *arguments],
            env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "DOCKER_HOST": endpoint},
            start_new_session=True,
        )
        keeper.end_group(tour.pid)
        try:
            return tour.wait()
        finally:
            tour.poll()
            _take_away(Engine(endpoint), added)


def _engine_for_tour(keeper: Keeper) -> str:
    """An engine that answers; one that is started only for the tour ends with it."""
    found = engine.find()
    if found is not None:
        return found
    if engine.is_chosen():
        raise Problem(
            "The engine that DOCKER_HOST or the docker context names does not answer. The tour "
            "needs one that answers on a local socket; unset them to use this machine's own."
        )
    if not engine.can_start():
        raise Problem(f"The tour needs a container engine, and none answers. {engine.advice()}")
    started = engine.start()
    if started.process is None:
        keeper.run("systemctl", "stop", "docker.service", "docker.socket")
    else:
        keeper.end_group(started.process)
    return started.endpoint


def _take_away(where: Engine, images: tuple[str, ...]) -> None:
    for reference in images:
        try:
            where.remove_image(reference)
        except (EngineRefused, OSError) as error:
            say(f"{reference} stays on the engine: {error}")
