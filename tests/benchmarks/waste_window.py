"""How long the event loop is kept while the window of reclaimable bytes opens and counts:
``python -m tests.benchmarks.waste_window [FILES]``.
"""

import os
import sys
import tempfile
import time
from pathlib import Path

from PySide6.QtWidgets import QApplication, QWidget

from modeldesk import resources
from modeldesk.app import SWITCH_S
from modeldesk.core.contents.model import RegistryImage
from modeldesk.ui.inspector.open_image import OpenImage
from modeldesk.ui.inspector.waste_window import WasteWindow
from modeldesk.ui.shell.garbage import UiThreadGarbage
from modeldesk.ui.tasks.runner import TaskRunner
from modeldesk.ui.theme.theme import Theme, ThemeMode
from tests.benchmarks.files_tab import machine, until
from tests.benchmarks.gaps import Gaps, let_live
from tests.fakes.contents import FakeContents
from tests.gui.inspector.images import large
from tests.gui.parts import make_context


def measure(files: int, theme: Theme) -> None:
    """Open it over an image of ten layers, printed."""
    contents = large(files)
    tasks = TaskRunner()
    over = QWidget()
    with tempfile.TemporaryDirectory() as home:
        context = make_context(theme, tasks, Path(home))
        let_live(300)
        gaps = Gaps()
        begin = time.perf_counter()
        image = OpenImage(RegistryImage("m:v1"), contents)
        window = WasteWindow(context, FakeContents(contents), image, "m:v1", over)
        window.show()
        until(lambda: bool(window.model.rows()))
        listed = (time.perf_counter() - begin) * 1000
        let_live(300)
        until(lambda: not tasks.active)
        let_live(300)
        rows = len(window.model.rows())
        print(f"{files} files: {rows} rows, first after {listed:.0f} ms; gaps {gaps.worst(3)}")
        gaps.stop()
        tasks.shutdown(10)
        window.close()
        over.deleteLater()


def main() -> None:
    """One size, as given."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    sys.setswitchinterval(SWITCH_S)
    app = QApplication([])
    theme = Theme(resources.path("fonts").parent, ThemeMode.LIGHT)
    theme.apply(app)
    collector = UiThreadGarbage(app)
    collector.start()
    machine()
    measure(int(sys.argv[1]) if len(sys.argv) > 1 else 60_000, theme)
    collector.stop()


if __name__ == "__main__":
    main()
