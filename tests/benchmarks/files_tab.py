"""How soon the files of an image are on screen, how fast they are filtered, and how long the event
loop is kept meanwhile: ``python -m tests.benchmarks.files_tab [FILES]``.

The contents are at hand, as after a reading; a timer of two milliseconds measures the loop's gaps.
"""

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QApplication

from modeldesk import resources
from modeldesk.app import SWITCH_S
from modeldesk.core.contents.model import ImageContents, RegistryImage
from modeldesk.ui.inspector.file_columns import NAME
from modeldesk.ui.inspector.files_browser import FilesBrowser, files_browser
from modeldesk.ui.inspector.open_image import OpenImage
from modeldesk.ui.making import at_once
from modeldesk.ui.shell.garbage import UiThreadGarbage
from modeldesk.ui.tasks.runner import TaskRunner
from modeldesk.ui.theme.theme import Theme, ThemeMode
from tests.benchmarks.gaps import Gaps, let_live
from tests.fakes.contents import FakeContents
from tests.gui.inspector.images import flat, large
from tests.gui.parts import make_context

_KEYS = "module_3_12"


def until(done: Callable[[], bool]) -> float:
    """Let the window live until `done`; the milliseconds that took."""
    begin = time.perf_counter()
    while not done():
        let_live(1)
    return (time.perf_counter() - begin) * 1000


def measure(name: str, contents: ImageContents, theme: Theme) -> None:
    """One image, printed."""
    with tempfile.TemporaryDirectory() as home:
        tasks = TaskRunner()
        context = make_context(theme, tasks, Path(home))
        browser = at_once(files_browser(context, FakeContents(contents), wide=True))
        browser.resize(1120, 700)
        browser.show()
        let_live(200)
        shown: list[bool] = []
        browser.shown.connect(lambda: shown.append(True))
        gaps = Gaps()
        image = OpenImage(RegistryImage("m:v1"), contents)
        begin = time.perf_counter()
        browser.show_image(image)
        until(lambda: bool(shown))
        browser.tree.viewport().repaint()
        opened_ms = (time.perf_counter() - begin) * 1000
        print(f"{name}: on screen after {opened_ms:.0f} ms, worst gap {gaps.worst(1)}")
        until(lambda: not tasks.active)
        print(f"  map drawn and all at rest; worst gaps {gaps.worst()}")
        begin = time.perf_counter()
        let_live(450)
        until(lambda: not tasks.active)
        ready_ms = (time.perf_counter() - begin) * 1000
        print(f"  the search is ready after {ready_ms:.0f} ms of rest; worst gaps {gaps.worst()}")
        filtering(browser, tasks)
        gaps.stop()
        gaps = Gaps()
        opening(browser, tasks)
        print(f"  folders opened; worst gaps {gaps.worst()}")
        gaps.stop()
        tasks.shutdown(10)
        browser.deleteLater()


def machine() -> None:
    """What this machine does at the moment: figures of a busy one say little by themselves."""
    values = [(number * 7919 % 300_007, number) for number in range(300_000)]
    begin = time.perf_counter()
    sorted(values)
    sort_ms = (time.perf_counter() - begin) * 1000
    gaps = Gaps()
    let_live(1500)
    gaps.stop()
    load = os.getloadavg()[0]
    print(
        f"The machine: load {load:.1f}, sorting 300,000 pairs {sort_ms:.0f} ms,"
        f" worst gap of an idle loop {gaps.worst(1)}"
    )


def filtering(browser: FilesBrowser, tasks: TaskRunner) -> None:
    """Type a word, key by key."""
    gaps = Gaps()
    took = []
    for end in range(1, len(_KEYS) + 1):
        begin = time.perf_counter()
        browser.search.field.setText(_KEYS[:end])
        until(lambda: not tasks.active)
        browser.search.rows.viewport().repaint()
        took.append((time.perf_counter() - begin) * 1000)
        let_live(20)
    print(
        f"  a key takes {statistics.median(took):.0f} ms, at most {max(took):.0f};"
        f" {browser.summary.text()}; worst gap {gaps.worst(1)}"
    )
    gaps.stop()
    browser.search.field.clear()
    let_live(50)


def opening(browser: FilesBrowser, tasks: TaskRunner) -> None:
    """Open the largest folder of each level."""
    model = browser.tree_model
    index = model.index(0, NAME)
    while index.isValid() and model.line(index).is_folder:
        browser.tree.expand(index)
        until(lambda: not tasks.active)
        let_live(30)
        index = model.index(0, NAME, index)
    for _ in range(5):
        browser.tree.scrollToBottom()
        let_live(50)


def main() -> None:
    """Measure files in many folders and layers, and all in one."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    sys.setswitchinterval(SWITCH_S)
    app = QApplication([])
    theme = Theme(resources.path("fonts").parent, ThemeMode.LIGHT)
    theme.apply(app)
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 300_000
    images = {"Ten layers": large(count), "One folder": flat(count)}
    collector = UiThreadGarbage(app)
    collector.start()
    for name, contents in images.items():
        machine()
        measure(f"{name}, {count} files", contents, theme)
    collector.stop()


if __name__ == "__main__":
    main()
