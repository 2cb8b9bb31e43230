"""The whole program on a real engine with 1,000 images of 3 tags: how soon the list stands, and the
event loop's worst gap while images list, layers are read, each page is first gone to, a folder of
100,000 files is looked into, a build streams, output pours in and charts draw.
``PYTHONPATH=packaging python -m tests.benchmarks.window [IMAGES]`` (as root: an engine of its own).
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from PySide6.QtWidgets import QApplication

import base_images
import docker_api
import keeper
import private_engine
from modeldesk.app import Desktop
from modeldesk.composition import Parts
from modeldesk.core.build.model import BuildState
from modeldesk.core.containers.model import ContainerSpec
from modeldesk.core.engine.model import ConnectionState
from modeldesk.paths import Paths
from modeldesk.ui.build.page import BuildPage
from modeldesk.ui.build.views import Showing
from modeldesk.ui.links import BuildLink, PageKey
from tests.benchmarks.gaps import Gaps, let_live
from tests.benchmarks.listing import TAGS, archive, milliseconds, raw_list
from tests.support.engine import TINY

_BIG_BYTES = 300_000_000
_LINES = 30_000
_FILES, _FILES_EACH = 100_000, 500
"""Of the folder with many files, and of each folder in it."""
_DOCKERFILE = f"""\
FROM {TINY}
COPY weights.bin /weights.bin
RUN i=0; while [ $i -lt {_LINES} ]; do echo "line $i of what a build says"; i=$((i+1)); done
CMD ["sh", "-c", "while true; do echo a line of what a container says; sleep 0.001; done"]
"""
_PATIENCE_S = 180.0
_VISIT_MS, _START_MS, _END_MS = 500, 800, 1500
_LOOKED_AGAIN_MS = 2500
T = TypeVar("T")


def until(what: str, test: Callable[[], object]) -> None:
    """Let the window live until `test` holds."""
    end = time.monotonic() + _PATIENCE_S
    while not test():
        if time.monotonic() > end:
            raise SystemExit(f"waited in vain until {what}")
        let_live(5)


def elsewhere(work: Callable[[], T]) -> T:
    """Do something in a thread while the window lives."""
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(work)
        until("it is done", future.done)
        return future.result()


class Phases:
    """Says the worst gaps of each part of the story."""

    def __init__(self) -> None:
        self._gaps = Gaps()

    def end(self, name: str) -> None:
        """Print what was measured since the last end."""
        print(f"{name:<40} {self._gaps.worst()}", flush=True)
        self._gaps.stop()
        self._gaps = Gaps()


def many_files(folder: Path) -> Path:
    """A model beside a data set of many files."""
    folder.mkdir()
    (folder / "Dockerfile").write_text(_DOCKERFILE)
    (folder / "weights.bin").write_bytes(os.urandom(1_000_000))
    for number in range(_FILES // _FILES_EACH):
        part = folder / "data" / f"part {number}"
        part.mkdir(parents=True)
        for file in range(_FILES_EACH):
            (part / f"{file}.txt").write_text(f"{number} {file}")
    return folder


def look_into(desktop: Desktop, folder: Path) -> BuildPage:
    """Have the build page plan `folder`; the page, once it can be built."""
    desktop.context.navigate(BuildLink(folder))
    until("the build page is there", lambda: desktop.window.findChildren(BuildPage))
    [page] = desktop.window.findChildren(BuildPage)
    until("the folder is planned", lambda: page.showing is Showing.PLAN)
    until("it is the folder's plan", lambda: page.planning.stands)
    until("the plan can be built", page.heading.build.isEnabled)
    return page


def measure(app: QApplication, address: str, images: int, home: Path) -> None:
    """Print every figure."""
    raw = milliseconds(lambda: raw_list(address.removeprefix("unix://")))
    folder = home / "streamed"
    folder.mkdir()
    (folder / "Dockerfile").write_text(_DOCKERFILE)
    (folder / "weights.bin").write_bytes(os.urandom(1_000_000) * (_BIG_BYTES // 1_000_000))
    many = many_files(home / "many")
    paths = Paths.under(home)
    desktop = Desktop(app, Parts(paths))
    connected: list[float] = []
    listed: list[float] = []
    desktop.hub.connection_changed.connect(
        lambda c: (
            connected.append(time.perf_counter())
            if c.state is ConnectionState.CONNECTED and not connected
            else None
        )
    )
    desktop.hub.snapshot_changed.connect(
        lambda s: (
            listed.append(time.perf_counter()) if s.image_count >= images and not listed else None
        )
    )
    phases = Phases()
    desktop.start()
    until("the images are listed", lambda: listed)
    let_live(300)
    phases.end("start, connect and list")
    took = (listed[0] - connected[0]) * 1000
    print(f"list complete {took:.0f} ms after the connection; allowed {raw * 1.5 + 150:.0f} ms "
          f"(the engine's own call {raw:.0f} ms)")  # fmt: skip
    until("layers are read", lambda: not desktop.hub.snapshot.missing_details)
    phases.end("layers of every image read")
    until("the pages are made", lambda: all(map(desktop.window.area.page, PageKey)))
    phases.end("pages made ahead")
    for key in (*PageKey, PageKey.LIBRARY):
        desktop.window.open_page(key)
        let_live(_VISIT_MS)
        phases.end(f"first visit to {key.value}")
    page = look_into(desktop, many)
    phases.end(f"folder of {_FILES:,} files planned")
    page.recipe.add_ignore_line("data/part 1")
    let_live(_LOOKED_AGAIN_MS)
    phases.end("and again without a part of it")
    page = look_into(desktop, folder)
    phases.end("folder looked into")
    page.build()
    let_live(_START_MS)
    phases.end(f"build of {_BIG_BYTES // 1_000_000} MB with {_LINES:,} lines: start")
    until("it is built", lambda: page.session and not page.session.running)
    phases.end("build: middle")
    let_live(_END_MS)
    assert page.session is not None
    assert page.session.outcome is not None, page.session.error
    assert page.session.state is BuildState.SUCCEEDED
    phases.end("build: end")
    built = page.session.outcome.image
    engine = desktop.context.require_engine()
    container = elsewhere(lambda: engine.create_container(ContainerSpec(built, "pouring")))
    elsewhere(lambda: engine.start_container(container))
    phases.end("container started")
    desktop.window.open_page(PageKey.RELEASES)
    let_live(8000)
    phases.end("output of 1,000 lines a second, charts")
    elsewhere(lambda: engine.remove_container(container))
    let_live(1000)
    phases.end("container removed")
    desktop.window.close()
    desktop.close()


def main() -> None:
    """Start an engine, fill it, and measure."""
    if os.geteuid() != 0 or private_engine.missing_programs():
        sys.exit("Run it as root where dockerd is installed: it starts an engine of its own.")
    images = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    with keeper.Keeper() as kept, tempfile.TemporaryDirectory() as home:
        address, _ = private_engine.start(kept)
        os.environ["DOCKER_HOST"] = address
        base_images.ensure(docker_api.Engine(address), [base_images.TINY])
        subprocess.run(
            ["docker", "load", "-q"],
            input=archive(images, TAGS),
            stdout=subprocess.DEVNULL,
            check=True,
        )
        app = QApplication(["modeldesk"])
        measure(app, address, images, Path(home))


if __name__ == "__main__":
    main()
