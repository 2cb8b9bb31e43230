"""The engine and the registry that tests are given."""

import os
import sys
import time
from pathlib import Path

import base_images
import buildx
import debian
import engine
import private_engine
import registry
from console import Problem, complain, say
from docker_api import Engine
from newer_engines import PROGRAMS, NewerEngine
from parts import Part, Result
from running import Run

_IMAGE_TOOLS = ("buildah", "skopeo")
"""Debian packages that make images and archives in other ways than Docker does."""


def prepare(run: Run, chosen: str | None, others: int) -> None:
    """Start the engine and the registry, and `others` for more processes of tests; what cannot be
    is said, and the parts that need it are left out. Where it should have worked, that is a
    failure."""
    reason = None if chosen else why_none()
    if reason is not None:
        found = engine.find()
        if found:
            reason += f"; an engine answers at {found}, use it with --engine {found}"
        if "engine" in run.wanted:
            run.add(Part("engine", Result.NOT_RUN, note=reason))
        say(f"No engine for the tests: {reason}")
        return
    try:
        start(run, chosen)
        if chosen is None:
            _start_others(run, others)
    except Problem as problem:
        complain(str(problem))
        run.told.clear()
        run.add(Part("engine", Result.FAILED, note="its engine did not start, see above"))


def why_none() -> str | None:
    """Why an engine of their own cannot be started for the tests; None when it can."""
    if not sys.platform.startswith("linux"):
        return "an engine of their own can be started on Linux only"
    if not debian.is_root():
        return "starting an engine of their own needs root"
    if debian.can_install():
        debian.install((*private_engine.PACKAGES, *registry.PACKAGES, *_IMAGE_TOOLS))
    missing = private_engine.missing_programs()
    return f"not installed: {', '.join(missing)}" if missing else None


def start(run: Run, chosen: str | None = None, newer: NewerEngine | None = None) -> None:
    """Start the machine's engine or `newer`, unless one is `chosen` by its endpoint, and a
    registry; tell the tests of both. Raises `Problem`."""
    begun = time.monotonic()
    say("── starting an engine for the tests" if chosen is None else f"── engine at {chosen}")
    if chosen is None:
        endpoint, folder = private_engine.start(run.keeper, newer)
        run.told["MODELDESK_TEST_ENGINE_IS_OURS"] = "1"
        run.told["MODELDESK_TEST_FOLDER"] = str(folder)
        if newer is not None:
            # Tests that start engines, or call the command line, get those of this one, too.
            run.told["PATH"] = f"{folder / PROGRAMS}{os.pathsep}{os.environ['PATH']}"
    else:
        endpoint = chosen
        if not Engine(endpoint).answers():
            raise Problem(f"No engine answers at {endpoint}.")
    base_images.ensure(Engine(endpoint))
    run.told["MODELDESK_TEST_ENGINE"] = endpoint
    program = buildx.ensure()
    if program is not None:
        run.told["MODELDESK_TEST_BUILDX"] = str(program)
    _start_registry(run)
    say(f"Engine, base images and registry are ready after {time.monotonic() - begun:.0f} s")


def _start_others(run: Run, count: int) -> None:
    """Each test looks at all there is on its engine, before and after: so tests that go on at the
    same time have one each."""
    others = [private_engine.start(run.keeper)[0] for _ in range(count)]
    for endpoint in others:
        base_images.ensure(Engine(endpoint))
    if others:
        run.told["MODELDESK_TEST_OTHER_ENGINES"] = " ".join(others)


def _start_registry(run: Run) -> None:
    folder = run.told.get("MODELDESK_TEST_FOLDER")
    if folder is None or not registry.can_start():
        say("No registry: tests that need one are left out")
        return
    port = registry.free_port()
    process = registry.start(Path(folder) / "registry", port)
    run.keeper.end_group(process.pid)
    process.returncode = 0  # the keeper ends it
    run.told["MODELDESK_TEST_REGISTRY"] = f"127.0.0.1:{port}"
