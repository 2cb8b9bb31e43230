"""What test.py does: lint, types, contracts, then all tests in one pytest with what they need."""

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import base_images
import debian
import engine
import environment
import parts
import private_engine
import registry
import system_libraries
from console import Problem, complain, say
from docker_api import Engine
from keeper import Keeper, end_group
from parts import Part, Result

_CHECKS = ("lint", "types", "contracts")
_FOLDERS = {
    "unit": ("tests/unit", "tests/contracts"),
    "gui": ("tests/gui",),
    "engine": ("tests/engine",),
    "end-to-end": ("tests/end_to_end",),
}
_WITH_ENGINE = ("engine", "end-to-end")
_NAMES = (*_CHECKS, *_FOLDERS)
_DEBIAN_TOOLS = ("git", "xvfb", "xdotool", "fontconfig", system_libraries.CHINESE_FONT)

_DESCRIPTION = """\
Run every check: lint, types, contracts between the floors, unit, gui, engine and end-to-end
tests. Makes the environment it needs. As root on Linux it starts a container engine and a
registry of its own, apart from any that the machine has, and takes them away at the end,
however it ends; on Debian and Ubuntu it installs the packages that this needs.
"""

_IMAGE_TOOLS = ("buildah", "skopeo")
"""Debian packages that make images and archives in other ways than Docker does."""


@dataclass(slots=True)
class _Run:
    """One run: what was asked for, what was done so far, what the tests are told."""

    keeper: Keeper
    wanted: tuple[str, ...]
    done: list[Part] = field(default_factory=list)
    told: dict[str, str] = field(default_factory=dict)

    def add(self, part: Part) -> None:
        self.done.append(part)

    @property
    def failed(self) -> bool:
        return any(part.result is Result.FAILED for part in self.done)


def _arguments(given: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="test.py", description=_DESCRIPTION)
    parser.add_argument(
        "--only", nargs="+", choices=_NAMES, metavar="PART", help=f"of: {', '.join(_NAMES)}"
    )
    parser.add_argument("-k", metavar="EXPRESSION", help="only tests that match, as pytest's -k")
    parser.add_argument(
        "--engine",
        metavar="URL",
        help="run engine tests on this engine, not on one of their own "
        "(they remove what they make, and nothing else)",
    )
    return parser.parse_args(given)


def main(given: list[str]) -> int:
    """Run what the arguments ask for; 0 when all that ran passed, 1 when something failed."""
    options = _arguments(given)
    # A shell that starts this in the background has Ctrl-C ignored; it is wanted all the same.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda caught, _: sys.exit(128 + caught))
    wanted = tuple(name for name in _NAMES if name in (options.only or _NAMES))
    try:
        with Keeper() as keeper:
            return _run_all(_Run(keeper, wanted), options.engine, options.k)
    except Problem as problem:
        complain(str(problem))
        return 1
    except KeyboardInterrupt:
        complain("Interrupted. What was started for the tests has been stopped.")
        return 130


def _run_all(run: _Run, engine_url: str | None, expression: str | None) -> int:
    python = environment.ensure(development=True)
    for name in _CHECKS:
        if name in run.wanted:
            _check(run, name, _commands(name))
    if any(name in run.wanted for name in _FOLDERS):
        _prepare_machine(run, python)
        _prepare_engine(run, engine_url)
        return _pytest(run, python, expression)
    _print_table(run)
    return 1 if run.failed else 0


def last_words(code: int) -> str:
    """What pytest, which said no last words, ended with."""
    if code < 0:
        name = signal.Signals(-code).name
        return f"pytest crashed ({name}) in the test whose name is the last one above."
    return f"pytest ended with {code}."


def _print_table(run: _Run) -> None:
    say("")
    for line in parts.table(run.done):
        say(line)


def _commands(name: str) -> list[list[str]]:
    tool = environment.tool
    return {
        "lint": [[str(tool("ruff")), "check", "."], [str(tool("ruff")), "format", "--check", "."]],
        "types": [[str(tool("mypy"))]],
        "contracts": [[str(tool("lint-imports")), "--no-cache"]],
    }[name]


def _check(run: _Run, name: str, commands: list[list[str]]) -> None:
    say(f"── {name}")
    begun = time.monotonic()
    codes = [_call(run, command) for command in commands]
    result = Result.FAILED if any(codes) else Result.PASSED
    run.add(Part(name, result, time.monotonic() - begun))


def _call(run: _Run, command: list[str], told: dict[str, str] | None = None) -> int:
    """Run `command` in a process group that ends when this script does, however that is."""
    with _group(run, command, {**os.environ, **(told or {})}) as process:
        return process.wait()


@contextmanager
def _group(
    run: _Run, command: list[str], variables: dict[str, str]
) -> Iterator["subprocess.Popen[bytes]"]:
    process = subprocess.Popen(
        command,
        cwd=environment.ROOT,
        env=variables,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
    )
    run.keeper.end_group(process.pid)
    try:
        yield process
    except KeyboardInterrupt:
        # It is told as a terminal would tell it, and has a moment for its last words.
        os.killpg(process.pid, signal.SIGINT)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            complain(f"{Path(command[0]).name} does not stop when asked.")
        raise
    finally:
        end_group(process.pid, 5)
        process.poll()
        run.keeper.forget_group(process.pid)


def _prepare_machine(run: _Run, python: Path) -> None:
    """What tests need of the system, apart from an engine."""
    if debian.can_install():
        debian.install(_DEBIAN_TOOLS)
    if "gui" in run.wanted or "end-to-end" in run.wanted:
        system_libraries.ensure(python, screen="end-to-end" in run.wanted)


def _prepare_engine(run: _Run, chosen: str | None) -> None:
    """Start the engine and the registry; what cannot be is said, and the parts that need it
    are left out. Where it should have worked, that is a failure."""
    if not any(name in run.wanted for name in _WITH_ENGINE):
        return
    reason = None if chosen else _why_no_engine()
    if reason is not None:
        found = engine.find()
        if found:
            reason += f"; an engine answers at {found}, use it with --engine {found}"
        if "engine" in run.wanted:
            run.add(Part("engine", Result.NOT_RUN, note=reason))
        say(f"No engine for the tests: {reason}")
        return
    try:
        begun = time.monotonic()
        _start_engine(run, chosen)
        _start_registry(run)
        say(f"Engine, base images and registry are ready after {time.monotonic() - begun:.0f} s")
    except Problem as problem:
        complain(str(problem))
        run.told.clear()
        run.add(Part("engine", Result.FAILED, note="its engine did not start, see above"))


def _why_no_engine() -> str | None:
    """Why an engine of their own cannot be started for the tests; None when it can."""
    if not sys.platform.startswith("linux"):
        return "an engine of their own can be started on Linux only"
    if not debian.is_root():
        return "starting an engine of their own needs root"
    if debian.can_install():
        debian.install((*private_engine.PACKAGES, *registry.PACKAGES, *_IMAGE_TOOLS))
    missing = private_engine.missing_programs()
    return f"not installed: {', '.join(missing)}" if missing else None


def _start_engine(run: _Run, chosen: str | None) -> None:
    say("── starting an engine for the tests" if chosen is None else f"── engine at {chosen}")
    if chosen is None:
        endpoint, folder = private_engine.start(run.keeper)
        run.told["MODELDESK_TEST_ENGINE_IS_OURS"] = "1"
        run.told["MODELDESK_TEST_FOLDER"] = str(folder)
    else:
        endpoint = chosen
        if not Engine(endpoint).answers():
            raise Problem(f"No engine answers at {endpoint}.")
    base_images.ensure(Engine(endpoint))
    run.told["MODELDESK_TEST_ENGINE"] = endpoint


def _start_registry(run: _Run) -> None:
    folder = run.told.get("MODELDESK_TEST_FOLDER")
    if folder is None or not registry.can_start():
        say("No registry: tests that need one are left out")
        return
    port = registry.free_port()
    process = registry.start(Path(folder) / "registry", port)
    run.keeper.end_group(process.pid)
    process.returncode = 0  # the keeper ends it
    run.told["MODELDESK_TEST_REGISTRY"] = f"127.0.0.1:{port}"


def _pytest(run: _Run, python: Path, expression: str | None) -> int:
    """All tests in one pytest, so that its summary closes the run. It prints the table, too."""
    names = [name for name in _FOLDERS if name in run.wanted]
    if "MODELDESK_TEST_ENGINE" not in run.told:
        names = [name for name in names if name != "engine"]
    folders = [folder for name in names for folder in _FOLDERS[name]]
    present = [folder for folder in folders if (environment.ROOT / folder).is_dir()]
    if not present:
        _print_table(run)
        return 1 if run.failed else 0
    command = [str(python), "-m", "pytest", *present]
    command += ["-k", expression] if expression else []
    temporary = Path(tempfile.mkdtemp(prefix="modeldesk-tests-"))
    run.keeper.remove_folder(temporary)
    told = {
        **run.told,
        parts.VARIABLE: parts.to_json(run.done),
        "QT_QPA_PLATFORM": "offscreen",
        "TMPDIR": str(temporary),
    }
    say(f"── {', '.join(names)}")
    code = _call(run, command, told)
    if code not in (0, 1, 5):
        _print_table(run)
        complain(last_words(code))
    return 1 if run.failed or code != 0 else 0
