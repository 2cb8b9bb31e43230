"""What test.py does: lint, types, contracts, then all tests in one pytest with what they need."""

import argparse
import signal
import sys
import tempfile
import time
from pathlib import Path

import debian
import engine_for_tests
import engine_matrix
import environment
import parts
import system_libraries
from console import Problem, complain, say
from keeper import Keeper
from parts import Part, Result
from running import Run, call

_CHECKS = ("lint", "types", "contracts")
_FOLDERS = {
    "unit": ("tests/unit", "tests/contracts"),
    "gui": ("tests/gui",),
    "engine": ("tests/engine",),
    "end-to-end": ("tests/end_to_end",),
}
_WITH_ENGINE = ("engine", "end-to-end")
_NAMES = (*_CHECKS, *_FOLDERS)
_PROCESSES = 3
"""Of a whole run. Tests with an engine wait more than they work."""
_DEBIAN_TOOLS = ("git", "xvfb", "xdotool", "fontconfig", system_libraries.CHINESE_FONT)

_DESCRIPTION = """\
Run every check: lint, types, contracts between the floors, unit, gui, engine and end-to-end
tests. Makes the environment it needs. As root on Linux it starts a container engine and a
registry of its own, apart from any that the machine has, and takes them away at the end,
however it ends; on Debian and Ubuntu it installs the packages that this needs.
"""


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
    parser.add_argument(
        "--engines",
        nargs="+",
        choices=(engine_matrix.ALL, *engine_matrix.NAMES),
        metavar="NAME",
        help="run the engine tests alone, on each of these engines, one after another: "
        f"{', '.join(engine_matrix.NAMES)} or all. Newer ones come from newer Debians, which "
        "are made once",
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
        if options.engines:
            python = environment.ensure(development=True)
            return engine_matrix.run(python, engine_matrix.wanted(options.engines), options.k)
        with Keeper() as keeper:
            return _run_all(Run(keeper, wanted), options.engine, options.k)
    except Problem as problem:
        complain(str(problem))
        return 1
    except KeyboardInterrupt:
        complain("Interrupted. What was started for the tests has been stopped.")
        return 130


def _run_all(run: Run, engine_url: str | None, expression: str | None) -> int:
    python = environment.ensure(development=True)
    for name in _CHECKS:
        if name in run.wanted:
            _check(run, name, _commands(name))
    if any(name in run.wanted for name in _FOLDERS):
        _prepare_machine(run, python)
        if any(name in run.wanted for name in _WITH_ENGINE):
            others = _PROCESSES - 1 if set(_FOLDERS) <= set(run.wanted) else 0
            engine_for_tests.prepare(run, engine_url, others)
        return _pytest(run, python, expression)
    _print_table(run)
    return 1 if run.failed else 0


def last_words(code: int) -> str:
    """What pytest, which said no last words, ended with."""
    if code < 0:
        name = signal.Signals(-code).name
        return f"pytest crashed ({name}) in the test whose name is the last one above."
    return f"pytest ended with {code}."


def _print_table(run: Run) -> None:
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


def _check(run: Run, name: str, commands: list[list[str]]) -> None:
    say(f"── {name}")
    begun = time.monotonic()
    codes = [call(run.keeper, command) for command in commands]
    result = Result.FAILED if any(codes) else Result.PASSED
    run.add(Part(name, result, time.monotonic() - begun))


def _prepare_machine(run: Run, python: Path) -> None:
    """What tests need of the system, apart from an engine."""
    if debian.can_install():
        debian.install(_DEBIAN_TOOLS)
    if "gui" in run.wanted or "end-to-end" in run.wanted:
        system_libraries.ensure(python, screen="end-to-end" in run.wanted)


def _pytest(run: Run, python: Path, expression: str | None) -> int:
    """All tests in one pytest, so that its summary closes the run. It prints the table, too."""
    names = [name for name in _FOLDERS if name in run.wanted]
    if "MODELDESK_TEST_ENGINE" not in run.told:
        names = [name for name in names if name != "engine"]
    # What takes long for one file comes first, so that all processes end at the same time.
    names.sort(key=lambda name: name not in _WITH_ENGINE)
    folders = [folder for name in names for folder in _FOLDERS[name]]
    present = [folder for folder in folders if (environment.ROOT / folder).is_dir()]
    if not present:
        _print_table(run)
        return 1 if run.failed else 0
    command = [str(python), "-m", "pytest", *present]
    if "MODELDESK_TEST_OTHER_ENGINES" in run.told:
        command += ["--numprocesses", str(_PROCESSES)]
        command += ["--dist", "loadfile", "--no-loadscope-reorder"]
    command += ["-k", expression] if expression else []
    # Short: sockets are made deep in it, and their paths may have about a hundred letters.
    temporary = Path(tempfile.mkdtemp(prefix="mdt-"))
    run.keeper.remove_folder(temporary)
    told = {
        **run.told,
        parts.VARIABLE: parts.to_json(run.done),
        "QT_QPA_PLATFORM": "offscreen",
        "TMPDIR": str(temporary),
    }
    say(f"── {', '.join(names)}")
    code = call(run.keeper, command, told)
    if code not in (0, 1, 5):
        _print_table(run)
        complain(last_words(code))
    return 1 if run.failed or code != 0 else 0
